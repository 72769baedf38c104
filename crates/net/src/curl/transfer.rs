//! One URL: redirects, retries, and where the answer goes.

use crate::options::{Fail, Options, Output};
use crate::progress::{Meter, Pace};
use crate::report::Facts;
use net::fetch::{fetch, Body, Failure, Headers, Request, Response};
use net::form::multipart;
use net::text::base64;
use net::url;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::time::{Duration, Instant};

const MAX_REDIRECTS: i64 = 50;
const BUFFER: usize = 128 * 1024;
const TRANSIENT: [u32; 6] = [408, 429, 500, 502, 503, 504];

/// Exit status and message of a failed transfer.
pub struct Failed(pub i32, pub String);

/// A transfer of one URL; leaves its facts for `-w`.
pub struct Transfer<'a> {
    pub options: &'a Options,
    pub facts: Facts,
    output: Option<Output>,
    started: Instant,
}

/// What one hop asks for.
struct Hop {
    method: String,
    url: String,
    headers: Headers,
    with_body: bool,
}

impl<'a> Transfer<'a> {
    pub fn new(options: &'a Options, address: &str, output: Option<Output>) -> Self {
        let facts = Facts { url: address.into(), effective: address.into(), ..Facts::default() };
        Transfer { options, facts, output, started: Instant::now() }
    }

    /// Tries as often as `--retry` says.
    pub fn run(&mut self) -> Result<(), Failed> {
        let mut pause = 1.0;
        let from = Instant::now();
        for left in (0..=self.options.retry).rev() {
            self.started = Instant::now();
            let result = self.once();
            let wait = self.options.retry_delay.filter(|delay| *delay > 0.0).unwrap_or(pause);
            let most = self.options.retry_max_time;
            let too_late = most > 0.0 && from.elapsed().as_secs_f64() + wait > most;
            if left == 0 || too_late || !self.is_transient(&result) {
                return result;
            }
            if !self.options.silent {
                eprintln!("Warning: Problem: retrying in {wait} seconds, {left} left.");
            }
            std::thread::sleep(Duration::from_secs_f64(wait));
            pause = (pause * 2.0).min(600.0);
        }
        Ok(())
    }

    fn is_transient(&self, result: &Result<(), Failed>) -> bool {
        let status = TRANSIENT.contains(&self.facts.status);
        match result {
            Ok(()) => status,
            Err(Failed(code, _)) => {
                let refused = *code == 7 && self.options.retry_refused;
                self.options.retry_all || status || [6, 28].contains(code) || refused
            }
        }
    }

    fn once(&mut self) -> Result<(), Failed> {
        let mut hop = self.first_hop()?;
        let limit = self.options.max_redirects.unwrap_or(MAX_REDIRECTS);
        loop {
            let mut answer = self.ask(&hop)?;
            let target = answer.header("location").filter(|_| (300..400).contains(&answer.status)).map(|place| {
                let next = url::join(&hop.url, &net::latin1(place).replace(' ', "%20"));
                if next.contains('#') { next } else { next + hop.url.find('#').map_or("", |at| &hop.url[at..]) }
            });
            self.facts.redirect_url = target.clone().unwrap_or_default();
            let follow = target.filter(|_| self.options.location);
            let Some(next) = follow else { return self.deliver(&mut answer, &hop) };
            self.show_head(&answer)?;
            if limit >= 0 && self.facts.redirects as i64 >= limit {
                return Err(Failed(47, format!("Maximum ({limit}) redirects followed")));
            }
            check_scheme(&next)?;
            self.facts.redirects += 1;
            self.facts.times[5] = self.seconds();
            self.redirect(&mut hop, next, answer.status);
        }
    }

    fn first_hop(&mut self) -> Result<Hop, Failed> {
        let o = self.options;
        let (mut address, credentials) = url::take_credentials(&with_scheme(&self.facts.url)?);
        let data = o.data.as_ref().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        if let (true, Some(data)) = (o.get, &data) {
            let mark = if address.contains('?') { "&" } else { "?" };
            let path = if url::split(&address).is_some_and(|(_, _, rest)| rest.is_empty()) { "/" } else { "" };
            address = format!("{address}{path}{mark}{data}");
        }
        if let (Some(file), true) = (&o.upload, address.ends_with('/')) {
            address.push_str(file.rsplit('/').next().unwrap_or(""));
        }
        let with_body = o.upload.is_some() || !o.parts.is_empty() || (o.data.is_some() && !o.get);
        let method = match (&o.method, o.head, &o.upload, with_body) {
            (Some(method), ..) => method.as_str(),
            (_, true, ..) => "HEAD",
            (_, _, Some(_), _) => "PUT",
            (.., true) => "POST",
            _ => "GET",
        };
        let headers = self.headers(o.user.clone().or(credentials));
        Ok(Hop { method: method.into(), url: address, headers, with_body })
    }

    /// Headers in curl's order; `-H 'Name:'` takes one away, `-H 'Name;'` sends it empty.
    fn headers(&self, user: Option<String>) -> Headers {
        let o = self.options;
        let mut list: Vec<(&str, String)> = Vec::new();
        if let Some(user) = user {
            list.push(("Authorization", format!("Basic {}", base64(user.as_bytes()))));
        } else if let Some(token) = &o.bearer {
            list.push(("Authorization", format!("Bearer {token}")));
        }
        if let Some(range) = self.range() {
            list.push(("Range", format!("bytes={range}")));
        }
        let agent = o.agent.clone().unwrap_or_else(|| crate::AGENT.into());
        list.push(("User-Agent", agent));
        list.push(("Accept", if o.json { "application/json" } else { "*/*" }.into()));
        if let Some(referer) = &o.referer {
            list.push(("Referer", referer.clone()));
        }
        if let Some(cookie) = &o.cookie {
            list.push(("Cookie", cookie.clone()));
        }
        if o.json {
            list.push(("Content-Type", "application/json".into()));
        } else if o.data.is_some() && !o.get && o.upload.is_none() {
            list.push(("Content-Type", "application/x-www-form-urlencoded".into()));
        }
        let mut headers: Headers = list
            .into_iter()
            .filter(|(name, value)| !value.is_empty() && !o.headers.iter().any(|line| names(line, name)))
            .map(|(name, value)| (name.into(), value.into_bytes()))
            .collect();
        for line in &o.headers {
            match line.split_once(':') {
                Some((name, value)) if !value.trim().is_empty() => {
                    headers.push((name.trim().into(), value.trim().as_bytes().to_vec()));
                }
                Some(_) => {}
                None => {
                    if let Some(name) = line.strip_suffix(';') {
                        headers.push((name.trim().into(), Vec::new()));
                    }
                }
            }
        }
        // The length is the host's to say.
        headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-length"));
        headers
    }

    fn range(&self) -> Option<String> {
        let resumed = match self.options.resume? {
            Some(offset) => offset,
            None => std::fs::metadata(net::here(&self.path().ok()??)).map_or(0, |facts| facts.len()),
        };
        Some(format!("{resumed}-")).filter(|_| resumed > 0)
    }

    fn ask(&mut self, hop: &Hop) -> Result<Response, Failed> {
        let o = self.options;
        let mut headers = hop.headers.clone();
        if let Some(range) = &o.range {
            headers.insert(0, ("Range".into(), format!("bytes={range}").into_bytes()));
        }
        let body = if hop.with_body { self.body(&mut headers)? } else { Body::None };
        let spent = self.seconds();
        if o.max_time > 0.0 && spent >= o.max_time {
            return Err(self.timed_out());
        }
        let time_ms = if o.max_time > 0.0 { (((o.max_time - spent) * 1000.0) as u32).max(1) } else { 0 };
        let connect_ms = (o.connect_timeout * 1000.0) as u32;
        let request = Request { method: &hop.method, url: &hop.url, headers: &headers, decode: o.compressed, time_ms, connect_ms };
        if o.verbose {
            show_request(&request);
        }
        let asked = self.seconds();
        let mut sent = 0;
        let result = fetch(&request, body, &mut |count| sent += count);
        self.facts.sent += sent;
        self.facts.method = hop.method.clone();
        self.facts.effective = hop.url.clone();
        self.facts.times[4] = self.seconds();
        let answer = result.map_err(|failure| self.failed(failure))?;
        for (at, micros) in answer.times.iter().enumerate() {
            self.facts.times[at] = if *micros == 0 { 0.0 } else { asked + *micros as f64 / 1e6 };
        }
        self.facts.times[3] = self.seconds();
        self.facts.status = answer.status;
        self.facts.version = answer.version.clone();
        self.facts.address = answer.address.clone();
        self.facts.headers = answer.headers.clone();
        let head = head_bytes(&answer);
        self.facts.header_bytes += head.len() as u64;
        if o.verbose {
            for line in String::from_utf8_lossy(&head).lines() {
                eprintln!("< {line}");
            }
        }
        Ok(answer)
    }

    fn body(&self, headers: &mut Headers) -> Result<Body, Failed> {
        let o = self.options;
        let unreadable = |name: &str| Failed(26, format!("Failed to open/read local data from file/application: {name}"));
        if let Some(name) = &o.upload {
            if name == "-" || name == "." {
                return Ok(Body::Stream(Box::new(io::stdin()), None));
            }
            let file = File::open(net::here(name)).map_err(|_| Failed(26, format!("Can't open '{name}'!")))?;
            let length = file.metadata().map_err(|_| unreadable(name))?.len();
            return Ok(Body::Stream(Box::new(file), Some(length)));
        }
        if o.parts.is_empty() {
            return Ok(Body::Bytes(o.data.clone().unwrap_or_default()));
        }
        let boundary = boundary();
        let (reader, length) = multipart(&o.parts, &boundary).map_err(|_| unreadable("form"))?;
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
            headers.push(("Content-Type".into(), format!("multipart/form-data; boundary={boundary}").into_bytes()));
        }
        Ok(Body::Stream(reader, Some(length)))
    }

    fn redirect(&self, hop: &mut Hop, next: String, status: u32) {
        let o = self.options;
        let to_get = match status {
            301 => hop.method == "POST" && !o.keep_post[0],
            302 => hop.method == "POST" && !o.keep_post[1],
            303 => hop.method != "HEAD" && !(hop.method == "POST" && o.keep_post[2]),
            _ => false,
        };
        if to_get {
            hop.with_body = false;
            hop.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-type") || o.headers.iter().any(|line| names(line, name)));
            if o.method.is_none() {
                hop.method = "GET".into();
            }
        }
        let (next, user) = url::take_credentials(&next);
        if url::origin(&next) != url::origin(&hop.url) && !o.location_trusted {
            hop.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("authorization") && !name.eq_ignore_ascii_case("cookie"));
        }
        if let Some(user) = user {
            hop.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("authorization"));
            hop.headers.push(("Authorization".into(), format!("Basic {}", base64(user.as_bytes())).into_bytes()));
        }
        hop.url = next;
    }

    /// Headers where they were asked for: `-i`, `-I`, `-D`.
    fn show_head(&mut self, answer: &Response) -> Result<(), Failed> {
        let head = head_bytes(answer);
        if let Some(name) = &self.options.dump_header {
            if name == "-" {
                io::stdout().write_all(&head).map_err(|_| write_failed())?;
            } else {
                let mut open = OpenOptions::new();
                let first = self.facts.redirects == 0;
                let file = open.create(true).write(true).append(!first).truncate(first).open(net::here(name));
                file.and_then(|mut file| file.write_all(&head)).map_err(|_| write_failed())?;
            }
        }
        if (self.options.include || self.options.head) && self.path()?.is_none() {
            io::stdout().write_all(&head).map_err(|_| write_failed())?;
        }
        Ok(())
    }

    fn deliver(&mut self, answer: &mut Response, hop: &Hop) -> Result<(), Failed> {
        let o = self.options;
        let refused = answer.status >= 400 && o.fail != Fail::No;
        self.show_head(answer)?;
        let error = Failed(22, format!("The requested URL returned error: {}", answer.status));
        if refused && o.fail == Fail::Early {
            return Err(error);
        }
        let announced = answer.header("content-length").and_then(|text| net::latin1(text).trim().parse::<u64>().ok());
        if o.max_size.zip(announced).is_some_and(|(most, size)| size > most) {
            return Err(Failed(63, "Maximum file size exceeded".into()));
        }
        if o.resume.is_some() && answer.status == 416 {
            return Ok(());
        }
        let mut to = self.open(answer)?;
        if (o.include || o.head) && self.path()?.is_some() {
            to.write_all(&head_bytes(answer)).map_err(|_| write_failed())?;
        }
        if hop.method != "HEAD" {
            let copied = self.copy(answer, &mut to, announced);
            if copied.is_err() && o.remove_on_error {
                if let Some(path) = self.path()? {
                    let _ = std::fs::remove_file(net::here(&path));
                }
            }
            copied?;
        }
        to.flush().map_err(|_| write_failed())?;
        self.facts.times[4] = self.seconds();
        if refused { Err(error) } else { Ok(()) }
    }

    fn copy(&mut self, answer: &mut Response, to: &mut dyn Write, announced: Option<u64>) -> Result<(), Failed> {
        let mut meter = Meter::new(!self.options.silent && !matches!(self.output, None), announced);
        let mut pace = Pace::new(self.options.speed_limit, self.options.speed_time);
        let mut buffer = vec![0; BUFFER];
        loop {
            let count = answer.read(&mut buffer).map_err(|failure| self.failed_reading(failure, announced))?;
            if count == 0 {
                meter.end();
                return Ok(());
            }
            self.facts.received += count as u64;
            if self.options.max_size.is_some_and(|most| self.facts.received > most) {
                return Err(Failed(63, "Exceeded the maximum allowed file size".into()));
            }
            to.write_all(&buffer[..count]).map_err(|_| write_failed())?;
            pace.add(count as u64).map_err(|why| Failed(28, why))?;
            meter.show(self.facts.received);
        }
    }

    /// Where the body goes: standard output, or a file whose name is known by now.
    fn open(&mut self, answer: &Response) -> Result<Box<dyn Write>, Failed> {
        if let (true, Some(Output::RemoteName)) = (self.options.remote_header_name, &self.output) {
            if let Some(name) = answer.header("content-disposition").and_then(|text| named(&net::latin1(text))) {
                self.output = Some(Output::File(name));
            }
        }
        let Some(path) = self.path()? else { return Ok(Box::new(io::stdout())) };
        self.facts.file = path.clone();
        let place = net::here(&path);
        if let (true, Some(folder)) = (self.options.create_dirs, place.parent()) {
            let _ = std::fs::create_dir_all(folder);
        }
        let go_on = self.options.resume.is_some() && answer.status == 206;
        let file = OpenOptions::new().create(true).write(true).truncate(!go_on).append(go_on).open(place);
        Ok(Box::new(file.map_err(|error| Failed(23, format!("Failed to open the file {path}: {error}")))?))
    }

    /// The file to write to; none for standard output.
    fn path(&self) -> Result<Option<String>, Failed> {
        let name = match &self.output {
            None => return Ok(None),
            Some(Output::File(name)) if name == "-" => return Ok(None),
            Some(Output::File(name)) => name.clone(),
            Some(Output::RemoteName) => url::file_name(&with_scheme(&self.facts.url)?)
                .ok_or_else(|| Failed(23, "Remote file name has no length!".into()))?,
        };
        let folder = &self.options.output_dir;
        Ok(Some(if folder.is_empty() { name } else { format!("{}/{name}", folder.trim_end_matches('/')) }))
    }

    fn seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }

    fn timed_out(&self) -> Failed {
        let spent = (self.seconds() * 1000.0) as u64;
        Failed(28, format!("Operation timed out after {spent} milliseconds with {} bytes received", self.facts.received))
    }

    fn failed_reading(&self, failure: Failure, announced: Option<u64>) -> Failed {
        match (&failure, announced) {
            (Failure::Host { code, .. }, Some(size)) if code == "reset" || code == "protocol" => {
                let missing = size.saturating_sub(self.facts.received);
                Failed(18, format!("transfer closed with {missing} bytes remaining to read"))
            }
            (Failure::Host { code, .. }, None) if code == "reset" => {
                Failed(18, "transfer closed with outstanding read data remaining".into())
            }
            _ => self.failed(failure),
        }
    }

    fn failed(&self, failure: Failure) -> Failed {
        let text = failure.to_string();
        let code = match &failure {
            Failure::Body(_) => 26,
            Failure::Device(_) => 7,
            Failure::Host { code, .. } => match code.as_str() {
                "time" if self.options.max_time > 0.0 => return self.timed_out(),
                "url" => 3,
                "resolve" => 6,
                "time" => 28,
                "tls" => 60,
                "reset" => 52,
                "protocol" => 1,
                "decode" => 61,
                "size" => 63,
                "header" | "request" => 43,
                // denied, connect, count, cors, replay, aborted
                _ => 7,
            },
        };
        Failed(code, text)
    }
}

fn check_scheme(address: &str) -> Result<(), Failed> {
    let scheme = address.split("://").next().unwrap_or("");
    if ["http", "https"].contains(&scheme.to_ascii_lowercase().as_str()) {
        return Ok(());
    }
    Err(Failed(1, format!("Protocol \"{scheme}\" not supported or disabled in libcurl")))
}

fn with_scheme(address: &str) -> Result<String, Failed> {
    let full = if address.contains("://") { address.to_string() } else { format!("http://{address}") };
    check_scheme(&full)?;
    if address.is_empty() || url::split(&full).is_none_or(|(_, host, _)| host.is_empty()) {
        return Err(Failed(3, "URL using bad/illegal format or missing URL".into()));
    }
    if full.contains(|c: char| c == ' ' || c.is_control()) {
        return Err(Failed(3, "URL using bad/illegal format or missing URL".into()));
    }
    Ok(full)
}

fn names(line: &str, name: &str) -> bool {
    line.split([':', ';']).next().is_some_and(|each| each.trim().eq_ignore_ascii_case(name))
}

fn named(disposition: &str) -> Option<String> {
    let value = disposition.split(';').find_map(|part| part.trim().strip_prefix("filename=").map(str::to_string))?;
    let name = value.trim_matches('"').rsplit(['/', '\\']).next()?.to_string();
    (!name.is_empty() && name != "." && name != "..").then_some(name)
}

fn head_bytes(answer: &Response) -> Vec<u8> {
    let version = if answer.version.is_empty() { "1.1" } else { &answer.version };
    let mut head = format!("HTTP/{version} {} {}\r\n", answer.status, answer.reason).into_bytes();
    for (name, value) in &answer.headers {
        head.extend(name.as_bytes());
        head.extend(b": ");
        head.extend(value);
        head.extend(b"\r\n");
    }
    head.extend(b"\r\n");
    head
}

fn show_request(request: &Request) {
    let (_, host, rest) = url::split(request.url).unwrap_or(("", "", ""));
    eprintln!("> {} {} HTTP/1.1\n> Host: {host}", request.method, if rest.is_empty() { "/" } else { rest });
    for (name, value) in request.headers {
        eprintln!("> {name}: {}", net::latin1(value));
    }
    eprintln!(">");
}

fn boundary() -> String {
    let mut bytes = [0; 8];
    let _ = File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut bytes));
    format!("------------------------{}", bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

fn write_failed() -> Failed {
    Failed(23, "Failure writing output to destination".into())
}
