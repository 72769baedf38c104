//! One URL of wget's: tries, redirects, and the file that it becomes.

use crate::log::{human, speed};
use crate::options::{Failed, Options, Source};
use crate::progress::Progress;
use net::brake::{Brake, Slowed};
use net::dates::{self, now, stamp};
use net::fetch::{fetch, Body, Failure, Headers, Request, Response};
use net::text::base64;
use net::{here, url};
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const AGENT: &str = "Wget/1.21.3";
const MAX_REDIRECTS: u32 = 20;

/// What has been fetched so far.
#[derive(Default)]
pub struct Sums {
    pub files: u32,
    pub bytes: u64,
    pub seconds: f64,
    /// The one file that `-O` names.
    whole: Option<File>,
}

impl Sums {
    /// Opens what `-O` names.
    pub fn open(&mut self, o: &Options) -> Result<(), Failed> {
        let Some(name) = o.output.as_ref().filter(|name| *name != "-") else { return Ok(()) };
        let file = OpenOptions::new().create(true).write(true).append(o.go_on).truncate(!o.go_on).open(here(name));
        self.whole = Some(file.map_err(|error| Failed(1, format!("{name}: {}", plain(&error))))?);
        Ok(())
    }
}

/// One URL over all its tries.
pub struct Transfer<'a> {
    pub options: &'a mut Options,
    pub sums: &'a mut Sums,
    address: String,
    /// Where it is saved, once that is known, and bytes of it that are there.
    path: Option<String>,
    got: u64,
    tries: u32,
    /// Only what is newer is wanted.
    since: Option<SystemTime>,
}

/// Why a try failed.
enum Trouble {
    /// It may go better the next time.
    Again(i32, String),
    Final(Failed),
}

impl<'a> Transfer<'a> {
    pub fn new(options: &'a mut Options, sums: &'a mut Sums, address: &str) -> Self {
        let address = if address.contains("://") { address.to_string() } else { format!("http://{address}") };
        Transfer { options, sums, address, path: None, got: 0, tries: 0, since: None }
    }

    pub fn run(&mut self) -> Result<(), Failed> {
        if !["http", "https"].contains(&self.address.split("://").next().unwrap_or("").to_ascii_lowercase().as_str()) {
            return Err(Failed(1, format!("{}: Unsupported scheme.", self.address)));
        }
        if self.options.spider {
            self.options.log.full("Spider mode enabled. Check if remote file exists.\n");
        }
        let wanted = self.place(&url::take_credentials(&self.address).0, None);
        if self.options.no_clobber && self.options.output.is_none() && Path::new(&wanted).exists() {
            self.options.log.full(&format!("File ‘{}’ already there; not retrieving.\n\n", self.shown(&wanted)));
            return Ok(());
        }
        if self.options.go_on {
            let there = self.options.output.as_ref().map(|name| here(name)).unwrap_or_else(|| wanted.clone().into());
            self.got = std::fs::metadata(there).map_or(0, |facts| facts.len());
        }
        self.since = std::fs::metadata(&wanted).and_then(|facts| facts.modified()).ok().filter(|_| self.options.newer);
        loop {
            self.tries += 1;
            let last = self.options.tries > 0 && self.tries >= self.options.tries;
            match self.attempt() {
                Err(Trouble::Again(code, text)) => {
                    self.options.log.full(&format!("{text}{}.\n\n", if last { "Giving up" } else { "Retrying" }));
                    if last {
                        return Err(Failed(code, String::new()));
                    }
                    std::thread::sleep(Duration::from_secs(u64::from(self.tries).min(self.options.wait_retry)));
                }
                Err(Trouble::Final(failed)) => return Err(failed),
                Ok(()) => return Ok(()),
            }
        }
    }

    fn attempt(&mut self) -> Result<(), Trouble> {
        let (mut target, credentials) = url::take_credentials(&self.address);
        let first = target.clone();
        let o = &*self.options;
        let user = o.user.as_ref().map(|user| format!("{user}:{}", o.password.as_deref().unwrap_or("")));
        let mut headers = request_headers(o, user.or(credentials));
        let mut method = o.method.clone().unwrap_or_else(|| if o.spider { "HEAD" } else { "GET" }.into());
        let mut with_body = o.body.is_some();
        if self.got > 0 {
            headers.push(("Range".into(), format!("bytes={}-", self.got).into_bytes()));
        }
        if let Some(time) = self.since.and_then(|time| time.duration_since(UNIX_EPOCH).ok()) {
            headers.push(("If-Modified-Since".into(), dates::format(time.as_secs() as i64).into_bytes()));
        }
        let most = o.max_redirects.unwrap_or(MAX_REDIRECTS);
        for hop in 0..=most {
            let again = if self.tries > 1 && hop == 0 { format!("(try:{:2})  ", self.tries) } else { String::new() };
            self.options.log.full(&format!("--{}--  {again}{target}\n", stamp(now())));
            let mut answer = self.ask(&target, &method, &headers, with_body)?;
            let next = answer.header("location").map(|value| (url::join(&target, &net::latin1(value)), net::latin1(value)));
            let Some((next, told)) = next.filter(|_| [301, 302, 303, 307, 308].contains(&answer.status)) else {
                return self.finish(&first, &target, &mut answer);
            };
            self.options.log.full(&format!("Location: {told} [following]\n"));
            if answer.status < 307 && method != "HEAD" && std::mem::take(&mut with_body) {
                method = "GET".into();
                headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
            }
            if url::origin(&next) != url::origin(&target) {
                headers.retain(|(name, _)| !name.eq_ignore_ascii_case("authorization") && !name.eq_ignore_ascii_case("cookie"));
            }
            target = url::take_credentials(&next).0;
        }
        self.options.log.tell(&format!("{most} redirections exceeded.\n"));
        Err(Trouble::Final(Failed(8, String::new())))
    }

    /// One hop, told as wget tells it when it is known how it went.
    fn ask(&mut self, target: &str, method: &str, headers: &Headers, with_body: bool) -> Result<Response, Trouble> {
        let o = &*self.options;
        if o.https_only && !target.starts_with("https:") {
            return Err(Trouble::Final(Failed(1, format!("{target}: refused, --https-only"))));
        }
        let [time_ms, connect_ms] = [o.timeout, o.connect_timeout].map(|seconds| (seconds * 1000.0) as u32);
        let request = Request { method, url: target, headers, decode: o.decode, time_ms, connect_ms };
        let body = if with_body { body(o)? } else { Body::None };
        let (_, authority, _) = url::split(target).unwrap_or(("", "", ""));
        let (host, port) = (url::host(authority), url::port(target));
        let is_address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok();
        let resolving = if is_address { String::new() } else { format!("Resolving {host} ({host})... ") };
        let log = &mut self.options.log;
        match fetch(&request, body, &mut |_| {}) {
            Ok(answer) => {
                let place = if is_address { format!("{host}:{port}") } else { format!("{host} ({host})|{}|:{port}", answer.address) };
                if !is_address {
                    log.full(&format!("{resolving}{}\n", answer.address));
                }
                log.full(&format!("Connecting to {place}... connected.\nHTTP request sent, awaiting response... "));
                if self.options.server_response {
                    show_head(&mut self.options.log, &answer);
                } else {
                    log.full(&format!("{} {}\n", answer.status, answer.reason));
                }
                Ok(answer)
            }
            Err(failure) => Err(self.unanswered(failure, &host, port, &resolving)),
        }
    }

    fn unanswered(&mut self, failure: Failure, host: &str, port: u16, resolving: &str) -> Trouble {
        let code = match &failure {
            Failure::Host { code, .. } => code.clone(),
            _ => "device".into(),
        };
        let log = &mut self.options.log;
        let sent = format!("Connecting to {host}:{port}... connected.\nHTTP request sent, awaiting response... ");
        match code.as_str() {
            "resolve" => {
                log.full(&format!("{resolving}failed: Name or service not known.\n"));
                log.tell(&format!("wget: unable to resolve host address ‘{host}’\n"));
                Trouble::Final(Failed(4, String::new()))
            }
            "connect" => {
                log.full(&format!("Connecting to {host}:{port}... failed: Connection refused.\n"));
                if self.options.retry_refused { Trouble::Again(4, String::new()) } else { Trouble::Final(Failed(4, String::new())) }
            }
            "reset" if failure.to_string().contains("ECONNRESET") => {
                log.full(&sent);
                Trouble::Again(4, "Read error (Connection reset by peer) in headers.\n".into())
            }
            "reset" => {
                log.full(&sent);
                Trouble::Again(4, "No data received.\n".into())
            }
            "time" => {
                log.full(&sent);
                Trouble::Again(4, "Read error (Connection timed out) in headers.\n".into())
            }
            _ => Trouble::Final(failed(failure)),
        }
    }

    fn finish(&mut self, first: &str, target: &str, answer: &mut Response) -> Result<(), Trouble> {
        if answer.status == 416 && self.got > 0 {
            self.options.log.full("\n    The file is already fully retrieved; nothing to do.\n\n");
            return Ok(());
        }
        if answer.status == 304 && self.since.is_some() {
            let name = self.shown(&self.place(first, None));
            self.options.log.full(&format!("File ‘{name}’ not modified on server. Omitting download.\n\n"));
            return Ok(());
        }
        let bad = answer.status >= 400;
        let code = if answer.status == 401 { 6 } else { 8 };
        if self.options.spider {
            let full = self.options.log.is_full();
            let log = &mut self.options.log;
            if bad {
                log.tell(&if full { String::new() } else { format!("{target}:\n") });
                log.tell("Remote file does not exist -- broken link!!!\n");
                log.full("\n");
            } else {
                log.full(&length_line(announced(answer), 0, kind(answer)));
                log.full("Remote file exists.\n\n");
            }
            return if bad { Err(Trouble::Final(Failed(code, String::new()))) } else { Ok(()) };
        }
        if bad && !self.options.on_error {
            return Err(Trouble::Final(self.refused(target, answer, code)));
        }
        self.save(first, target, answer)?;
        if bad { Err(Trouble::Final(self.refused(target, answer, code))) } else { Ok(()) }
    }

    fn refused(&mut self, target: &str, answer: &Response, code: i32) -> Failed {
        let log = &mut self.options.log;
        if answer.status == 401 {
            log.full("\nUsername/Password Authentication Failed.\n");
            return Failed(code, String::new());
        }
        if !log.is_full() {
            log.tell(&format!("{target}:\n"));
        }
        let end = if log.is_full() { "\n\n" } else { "\n" };
        log.tell(&format!("{} ERROR {}: {}.{end}", stamp(now()), answer.status, answer.reason));
        Failed(code, String::new())
    }

    /// Writes the body where it belongs, and tells of it.
    fn save(&mut self, first: &str, target: &str, answer: &mut Response) -> Result<(), Trouble> {
        let announced = announced(answer);
        let goes_on = self.got > 0 && answer.status == 206;
        let initial = if goes_on { self.got } else { 0 };
        let size = announced.map(|length| length + initial);
        let given = answer.header("content-disposition").filter(|_| self.options.disposition).map(net::latin1);
        let (shown, mut to) = match answer.status {
            204 => (self.shown(&self.place(first, given.as_deref())), Box::new(io::sink()) as Box<dyn Write>),
            _ => self.open(first, given.as_deref(), goes_on)?,
        };
        let empty = announced == Some(0) || answer.status == 204;
        let log = &mut self.options.log;
        if !empty {
            log.full(&length_line(size, initial, kind(answer)));
            log.full(&format!("Saving to: ‘{}’\n", if shown == "-" { "STDOUT" } else { &shown }));
        }
        let mut progress = Progress::begin(log, &shown, initial, size, empty);
        let copied = copy(self.options, answer, &mut *to, &mut progress);
        progress.end(&mut self.options.log);
        let seconds = progress.seconds();
        let (count, trouble) = copied.map_err(Trouble::Final)?;
        self.got = initial + count;
        drop(to);
        let speed = speed(count, seconds);
        if let Some(trouble) = trouble {
            let text = format!("{} ({speed}) - {trouble} at byte {}. ", stamp(now()), self.got);
            return Err(Trouble::Again(4, text));
        }
        self.keep_time(answer);
        (self.sums.files, self.sums.bytes, self.sums.seconds) = (self.sums.files + 1, self.sums.bytes + count, self.sums.seconds + seconds);
        let of = announced.filter(|_| !empty).map_or(format!("[{}]", self.got), |_| format!("[{}/{}]", self.got, size.unwrap_or(0)));
        let (log, tries) = (&mut self.options.log, self.tries);
        let saved = if shown == "-" { "written to stdout".into() } else { format!("‘{shown}’ saved") };
        log.full(&format!("{} ({speed}) - {saved} {of}\n\n", stamp(now())));
        if !log.is_full() {
            log.tell(&format!("{} URL:{target} {of} -> \"{shown}\" [{tries}]\n", stamp(now())));
        }
        Ok(())
    }

    /// The file, and its name as people are told it.
    fn open(&mut self, first: &str, given: Option<&str>, goes_on: bool) -> Result<(String, Box<dyn Write>), Trouble> {
        let unwritable = |name: &str, error: io::Error| {
            Trouble::Final(Failed(3, format!("{name}: {}", plain(&error))))
        };
        if let Some(name) = self.options.output.clone() {
            if name == "-" {
                return Ok((name, Box::new(io::stdout())));
            }
            let file = self.sums.whole.as_ref().map(File::try_clone);
            let file = file.unwrap_or_else(|| Err(io::ErrorKind::NotFound.into())).map_err(|error| unwritable(&name, error))?;
            return Ok((name, Box::new(file)));
        }
        let path = self.path.clone().unwrap_or_else(|| {
            let wanted = self.place(first, given);
            if self.options.go_on || self.options.newer { wanted } else { free_name(&wanted) }
        });
        if let Some(folder) = Path::new(&path).parent() {
            let _ = std::fs::create_dir_all(folder);
        }
        let shown = self.shown(&path);
        let file = OpenOptions::new().create(true).write(true).truncate(!goes_on).append(goes_on).open(&path);
        let file = file.map_err(|error| unwritable(&shown, error))?;
        self.path = Some(path);
        Ok((shown, Box::new(file)))
    }

    /// The file is as old as the server says.
    fn keep_time(&self, answer: &Response) {
        let path = match (&self.path, &self.options.output) {
            (Some(path), _) => path.clone(),
            (None, Some(name)) if name != "-" => here(name).to_string_lossy().into_owned(),
            _ => return,
        };
        let changed = answer.header("last-modified").and_then(|text| dates::parse(&net::latin1(text)));
        if let (false, Some(time)) = (self.options.keep_local_time, changed.and_then(|time| u64::try_from(time).ok())) {
            let file = OpenOptions::new().write(true).open(path);
            let _ = file.and_then(|file| file.set_modified(UNIX_EPOCH + Duration::from_secs(time)));
        }
    }

    /// A path without the folder it is told from.
    fn shown(&self, path: &str) -> String {
        let folder = here("").to_string_lossy().into_owned();
        path.strip_prefix(&folder).map_or(path, |rest| rest.trim_start_matches('/')).into()
    }

    fn place(&self, address: &str, disposition: Option<&str>) -> String {
        let given = disposition
            .and_then(|text| text.split(';').find_map(|part| part.trim().strip_prefix("filename=")))
            .map(|name| name.trim_matches('"').rsplit(['/', '\\']).next().unwrap_or("").to_string());
        let query = address.split_once('?').map_or("", |(_, query)| query.split('#').next().unwrap_or(""));
        let from_url = match (url::file_name(address), query) {
            (None, "") => "index.html".into(),
            (None, query) => format!("index.html?{query}"),
            (Some(name), "") => name,
            (Some(name), query) => format!("{name}?{}", query.replace('/', "%2F")),
        };
        let name = given.filter(|name| !["", ".", ".."].contains(&name.as_str())).unwrap_or(from_url);
        let path = match &self.options.folder {
            Some(folder) if folder != "." => format!("{}/{name}", folder.trim_end_matches('/')),
            _ => name,
        };
        here(&path).to_string_lossy().into_owned()
    }
}

fn announced(answer: &Response) -> Option<u64> {
    answer.header("content-length").and_then(|text| net::latin1(text).trim().parse().ok())
}

fn kind(answer: &Response) -> Option<String> {
    answer.header("content-type").map(|value| net::latin1(value).split(';').next().unwrap_or("").trim().to_string())
}

/// What the system says, without its number.
fn plain(error: &io::Error) -> String {
    error.to_string().split(" (os error").next().unwrap_or("").into()
}

/// What `--post-data` and its kin send; a file as it is read.
fn body(o: &Options) -> Result<Body, Trouble> {
    let (reader, length): (Box<dyn Read>, Option<u64>) = match &o.body {
        None => return Ok(Body::None),
        Some(Source::Bytes(bytes)) => (Box::new(io::Cursor::new(bytes.clone())), Some(bytes.len() as u64)),
        Some(Source::File(name)) => {
            let missing = |_| Trouble::Final(Failed(3, format!("BODY data file ‘{name}’ missing: No such file or directory")));
            let file = File::open(here(name)).map_err(missing)?;
            let length = file.metadata().ok().filter(|facts| facts.is_file()).map(|facts| facts.len());
            (Box::new(file), length)
        }
    };
    Ok(Body::Stream(Box::new(Slowed { reader, brake: Brake::new(o.rate) }), length))
}

fn request_headers(o: &Options, user: Option<String>) -> Headers {
    let mut list = vec![("User-Agent", o.agent.clone().unwrap_or_else(|| AGENT.into())), ("Accept", "*/*".to_string())];
    if !o.decode {
        list.push(("Accept-Encoding", "identity".into()));
    }
    list.extend(user.map(|user| ("Authorization", format!("Basic {}", base64(user.as_bytes())))));
    list.extend(o.referer.as_ref().map(|referer| ("Referer", referer.clone())));
    if o.body.is_some() {
        list.push(("Content-Type", "application/x-www-form-urlencoded".into()));
    }
    let own = |name: &str| o.headers.iter().any(|line| line.split(':').next().is_some_and(|each| each.eq_ignore_ascii_case(name)));
    let mut headers: Headers = list
        .into_iter()
        .filter(|(name, value)| !value.is_empty() && !own(name))
        .map(|(name, value)| (name.into(), value.into_bytes()))
        .collect();
    for line in &o.headers {
        if let Some((name, value)) = line.split_once(':') {
            headers.push((name.trim().into(), value.trim().as_bytes().to_vec()));
        }
    }
    headers
}

/// How many bytes came; and what broke it off, if something did that may go better.
fn copy(o: &mut Options, answer: &mut Response, to: &mut dyn Write, progress: &mut Progress) -> Result<(u64, Option<String>), Failed> {
    let mut brake = Brake::new(o.rate);
    let mut buffer = vec![0; brake.piece(128 * 1024)];
    let mut total = 0;
    let unwritable = |error: io::Error| Failed(3, format!("Cannot write: {error}"));
    loop {
        let count = match answer.read(&mut buffer) {
            Ok(count) => count,
            Err(Failure::Host { code, .. }) if code == "reset" || code == "protocol" => return Ok((total, Some("Connection closed".into()))),
            Err(Failure::Host { code, .. }) if code == "time" => return Ok((total, Some("Read error (Connection timed out)".into()))),
            Err(failure) => return Err(failed(failure)),
        };
        if count == 0 {
            to.flush().map_err(unwritable)?;
            return Ok((total, None));
        }
        to.write_all(&buffer[..count]).map_err(unwritable)?;
        total += count as u64;
        brake.add(count as u64);
        progress.add(&mut o.log, count as u64);
    }
}

/// `Length: 100000 (98K), 5 remaining [text/plain]`.
fn length_line(size: Option<u64>, initial: u64, kind: Option<String>) -> String {
    let with_unit = |count: u64| if count >= 1024 { format!("{count} ({})", human(count, 10.0, 1)) } else { count.to_string() };
    let length = match size {
        None => "unspecified".into(),
        Some(size) if initial > 0 => format!("{}, {} remaining", with_unit(size), with_unit(size - initial)),
        Some(size) => with_unit(size),
    };
    let kind = kind.filter(|kind| !kind.is_empty()).map_or(String::new(), |kind| format!(" [{kind}]"));
    format!("Length: {length}{kind}\n")
}

/// `name`, or `name.1`, `name.2` … if it is taken.
fn free_name(wanted: &str) -> String {
    if !Path::new(wanted).exists() {
        return wanted.into();
    }
    (1..).map(|number| format!("{wanted}.{number}")).find(|name| !Path::new(name).exists()).unwrap_or_default()
}

fn show_head(log: &mut crate::log::Log, answer: &Response) {
    let mut text = format!("\n  HTTP/{} {} {}\n", answer.version, answer.status, answer.reason);
    for (name, value) in &answer.headers {
        text.push_str(&format!("  {name}: {}\n", net::latin1(value)));
    }
    if log.is_full() {
        log.put(&text);
    } else {
        log.put(&text[1..]);
    }
}

fn failed(failure: Failure) -> Failed {
    let text = failure.to_string();
    let code = match &failure {
        Failure::Host { code, .. } => match code.as_str() {
            "tls" | "handshake" => 5,
            "denied" | "count" | "cors" | "replay" | "resolve" | "connect" | "reset" | "time" => 4,
            "protocol" => 8,
            _ => 1,
        },
        Failure::Body(_) => 3,
        Failure::Device(_) => 4,
    };
    Failed(code, text)
}
