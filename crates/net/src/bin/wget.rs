//! wget, for single files over HTTP through the host.

use net::fetch::{fetch, Body, Failure, Headers, Request, Response};
use net::form::read_file;
use net::text::base64;
use net::{here, url};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

const AGENT: &str = "Wget/1.25.0";
const MAX_REDIRECTS: u32 = 20;
const HELP: &str = "Usage: wget [OPTION]... [URL]...\n\
  -q, -nv, -S, --spider, -O FILE, -P DIR, -c, -nc, -i FILE, -T SECONDS, -t TRIES, -U AGENT, --referer=URL,\n\
  --header=LINE, --user=U --password=P, --post-data=TEXT, --post-file=FILE, --method=M, --body-data=TEXT,\n\
  --body-file=FILE, --max-redirect=N, --content-disposition, --content-on-error, --compression=auto\n";

#[derive(Default)]
struct Options {
    urls: Vec<String>,
    quiet: bool,
    server_response: bool,
    spider: bool,
    output: Option<String>,
    folder: Option<String>,
    go_on: bool,
    no_clobber: bool,
    timeout: f64,
    connect_timeout: f64,
    tries: u32,
    agent: Option<String>,
    referer: Option<String>,
    headers: Vec<String>,
    user: Option<String>,
    password: Option<String>,
    method: Option<String>,
    body: Option<Vec<u8>>,
    max_redirects: Option<u32>,
    disposition: bool,
    on_error: bool,
    decode: bool,
}

/// Exit status (1 other, 2 usage, 3 file, 4 network, 5 TLS, 6 authentication, 8 server) and a message.
struct Failed(i32, String);

fn main() {
    let options = match parse(std::env::args().skip(1).collect()) {
        Ok(options) => options,
        Err(Failed(0, text)) => {
            print!("{text}");
            return;
        }
        Err(Failed(status, text)) => {
            eprintln!("wget: {text}\nTry `wget --help' for more options.");
            std::process::exit(status);
        }
    };
    // The lowest status but 0 is told, as wget's manual has it.
    let mut status = 0;
    let mut whole = None;
    for address in &options.urls {
        if let Err(Failed(code, text)) = get(&options, address, &mut whole) {
            status = if status == 0 { code } else { code.min(status) };
            if !options.quiet {
                eprintln!("wget: {text}");
            }
        }
    }
    std::process::exit(status);
}

fn parse(args: Vec<String>) -> Result<Options, Failed> {
    let mut options = Options { tries: 20, ..Options::default() };
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        if !arg.starts_with('-') || arg == "-" {
            options.urls.push(arg);
            continue;
        }
        let (name, inline) = match arg.split_once('=') {
            Some((name, value)) if arg.starts_with("--") => (name.to_string(), Some(value.to_string())),
            _ if arg.starts_with("--") || ["-nv", "-nc", "-nd", "-nH"].contains(&arg.as_str()) => (arg.clone(), None),
            _ if arg.len() > 2 && takes_value(&arg[..2]) => (arg[..2].to_string(), Some(arg[2..].to_string())),
            _ if arg.len() > 2 => {
                for (at, letter) in arg.char_indices().skip(1) {
                    let name = format!("-{letter}");
                    if !takes_value(&name) {
                        set(&mut options, &name, String::new())?;
                        continue;
                    }
                    let rest = &arg[at + letter.len_utf8()..];
                    let value = if rest.is_empty() { args.next() } else { Some(rest.to_string()) };
                    let value = value.ok_or_else(|| Failed(2, format!("option requires an argument -- '{letter}'")))?;
                    set(&mut options, &name, value)?;
                    break;
                }
                continue;
            }
            _ => (arg.clone(), None),
        };
        let value = match inline {
            Some(value) => value,
            None if takes_value(&name) => {
                args.next().ok_or_else(|| Failed(2, format!("option requires an argument -- '{name}'")))?
            }
            None => String::new(),
        };
        set(&mut options, &name, value)?;
    }
    if options.urls.is_empty() {
        return Err(Failed(1, "missing URL".into()));
    }
    Ok(options)
}

fn takes_value(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "-O", "-P", "-T", "-t", "-U", "-i", "-e", "--output-document", "--directory-prefix", "--timeout", "--tries",
        "--user-agent", "--input-file", "--referer", "--header", "--user", "--password", "--http-user", "--http-password", "--post-data",
        "--post-file", "--method", "--body-data", "--body-file", "--max-redirect", "--compression", "--connect-timeout",
        "--dns-timeout", "--read-timeout", "--waitretry", "--progress",
    ];
    NAMES.contains(&name)
}

fn set(o: &mut Options, name: &str, value: String) -> Result<(), Failed> {
    let number = |text: &str| text.parse::<f64>().map_err(|_| Failed(2, format!("{name}: expected a number, got '{text}'")));
    let file = |name: &str| read_file(name).map_err(|error| Failed(3, format!("{name}: {error}")));
    match name {
        "-q" | "--quiet" => o.quiet = true,
        "-S" | "--server-response" => o.server_response = true,
        "--spider" => o.spider = true,
        "-O" | "--output-document" => o.output = Some(value),
        "-P" | "--directory-prefix" => o.folder = Some(value),
        "-c" | "--continue" => o.go_on = true,
        "-nc" | "--no-clobber" => o.no_clobber = true,
        "-T" | "--timeout" | "--read-timeout" => o.timeout = number(&value)?,
        "--connect-timeout" | "--dns-timeout" => o.connect_timeout = number(&value)?,
        "-t" | "--tries" => o.tries = number(&value)? as u32,
        "-U" | "--user-agent" => o.agent = Some(value),
        "--referer" => o.referer = Some(value),
        "--header" => o.headers.push(value),
        "--user" | "--http-user" => o.user = Some(value),
        "--password" | "--http-password" => o.password = Some(value),
        "--post-data" => (o.method, o.body) = (Some("POST".into()), Some(value.into_bytes())),
        "--post-file" => (o.method, o.body) = (Some("POST".into()), Some(file(&value)?)),
        "--method" => o.method = Some(value.to_ascii_uppercase()),
        "--body-data" => o.body = Some(value.into_bytes()),
        "--body-file" => o.body = Some(file(&value)?),
        "--max-redirect" => o.max_redirects = Some(number(&value)? as u32),
        "--content-disposition" => o.disposition = true,
        "--content-on-error" => o.on_error = true,
        "--compression" => o.decode = value != "none",
        "-i" | "--input-file" => {
            let lines = String::from_utf8_lossy(&file(&value)?).into_owned();
            o.urls.extend(lines.lines().map(str::trim).filter(|line| !line.is_empty()).map(String::from));
        }
        "-h" | "--help" => return Err(Failed(0, HELP.into())),
        "-V" | "--version" => return Err(Failed(0, "GNU-compatible Wget 1.25.0 (shadowbox)\n".into())),
        "--no-check-certificate" => return Err(Failed(2, "--no-check-certificate: refused, certificates are always checked here".into())),
        // How it looks and how the connection is made is not the user's affair here.
        "-nv" | "--no-verbose" | "-v" | "--verbose" | "--show-progress" | "--no-cache" | "--no-cookies" | "--progress"
        | "--waitretry" | "-nd" | "--no-directories" | "-nH" | "-4" | "-6" | "--no-proxy" | "--no-netrc"
        | "--no-hsts" | "--https-only" | "--auth-no-challenge" => {}
        _ => return Err(Failed(2, format!("unrecognized option '{name}'"))),
    }
    Ok(())
}

fn get(o: &Options, address: &str, whole: &mut Option<File>) -> Result<(), Failed> {
    let mut left = o.tries.max(1);
    let mut pause = 1;
    loop {
        left -= 1;
        match attempt(o, address, whole) {
            Err(Failed(4, text)) if left > 0 && text.starts_with('!') => {
                std::thread::sleep(Duration::from_secs(pause));
                pause = (pause + 1).min(10);
            }
            Err(Failed(code, text)) => return Err(Failed(code, text.trim_start_matches('!').into())),
            done => return done,
        }
    }
}

fn attempt(o: &Options, address: &str, whole: &mut Option<File>) -> Result<(), Failed> {
    let full = if address.contains("://") { address.to_string() } else { format!("http://{address}") };
    let (mut target, credentials) = url::take_credentials(&full);
    let first = target.clone();
    let user = o.user.as_ref().map(|user| format!("{user}:{}", o.password.as_deref().unwrap_or("")));
    let mut headers = request_headers(o, user.or(credentials));
    let mut method = o.method.clone().unwrap_or_else(|| if o.spider { "HEAD" } else { "GET" }.into());
    let mut body = o.body.clone();
    let offset = if o.go_on { std::fs::metadata(place(o, &first, None)).map_or(0, |facts| facts.len()) } else { 0 };
    if offset > 0 {
        headers.push(("Range".into(), format!("bytes={offset}-").into_bytes()));
    }
    for _ in 0..=o.max_redirects.unwrap_or(MAX_REDIRECTS) {
        let [time_ms, connect_ms] = [o.timeout, o.connect_timeout].map(|seconds| (seconds * 1000.0) as u32);
        let request = Request { method: &method, url: &target, headers: &headers, decode: o.decode, time_ms, connect_ms };
        let sent = body.clone().map_or(Body::None, Body::Bytes);
        let mut answer = fetch(&request, sent, &mut |_| {}).map_err(failed)?;
        if o.server_response {
            show_head(&answer);
        }
        let next = answer.header("location").map(|value| url::join(&target, &net::latin1(value)));
        let Some(next) = next.filter(|_| [301, 302, 303, 307, 308].contains(&answer.status)) else {
            return finish(o, &first, &mut answer, offset, whole);
        };
        if answer.status < 307 && method != "HEAD" && body.take().is_some() {
            method = "GET".into();
            headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
        }
        if url::origin(&next) != url::origin(&target) {
            headers.retain(|(name, _)| !name.eq_ignore_ascii_case("authorization") && !name.eq_ignore_ascii_case("cookie"));
        }
        target = url::take_credentials(&next).0;
    }
    Err(Failed(8, format!("{} redirections exceeded.", o.max_redirects.unwrap_or(MAX_REDIRECTS))))
}

fn request_headers(o: &Options, user: Option<String>) -> Headers {
    let mut list = vec![
        ("User-Agent", o.agent.clone().unwrap_or_else(|| AGENT.into())),
        ("Accept", "*/*".to_string()),
    ];
    if let Some(user) = user {
        list.push(("Authorization", format!("Basic {}", base64(user.as_bytes()))));
    }
    if let Some(referer) = &o.referer {
        list.push(("Referer", referer.clone()));
    }
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

fn finish(o: &Options, first: &str, answer: &mut Response, offset: u64, whole: &mut Option<File>) -> Result<(), Failed> {
    let done = answer.status == 416 && offset > 0;
    if done {
        return Ok(());
    }
    let bad = answer.status >= 400;
    let error = Failed(if answer.status == 401 { 6 } else { 8 }, format!("{first}: ERROR {}: {}.", answer.status, answer.reason));
    if o.spider || (bad && !o.on_error) {
        return if bad { Err(error) } else { Ok(()) };
    }
    if o.output.as_deref() == Some("-") {
        copy(answer, &mut io::stdout().lock())?;
    } else if let Some(name) = &o.output {
        if whole.is_none() {
            *whole = Some(File::create(here(name)).map_err(|error| Failed(3, format!("{name}: {error}")))?);
        }
        if let Some(file) = whole {
            copy(answer, file)?;
        }
    } else {
        let given = answer.header("content-disposition").filter(|_| o.disposition).map(net::latin1);
        save(o, &place(o, first, given.as_deref()), answer, offset)?;
    }
    if bad { Err(error) } else { Ok(()) }
}

fn save(o: &Options, wanted: &str, answer: &mut Response, offset: u64) -> Result<(), Failed> {
    let go_on = offset > 0 && answer.status == 206;
    if o.no_clobber && Path::new(wanted).exists() {
        if !o.quiet {
            eprintln!("File '{wanted}' already there; not retrieving.");
        }
        return Ok(());
    }
    let path = if o.go_on { wanted.to_string() } else { free_name(wanted) };
    if let Some(folder) = Path::new(&path).parent() {
        let _ = std::fs::create_dir_all(folder);
    }
    let file = OpenOptions::new().create(true).write(true).truncate(!go_on).append(go_on).open(&path);
    let count = copy(answer, &mut file.map_err(|error| Failed(3, format!("{path}: {error}")))?)?;
    if !o.quiet {
        eprintln!("'{}' saved [{}]", path.rsplit('/').next().unwrap_or(&path), count);
    }
    Ok(())
}

/// `name`, or `name.1`, `name.2` … if it is taken.
fn free_name(wanted: &str) -> String {
    if !Path::new(wanted).exists() {
        return wanted.into();
    }
    (1..).map(|number| format!("{wanted}.{number}")).find(|name| !Path::new(name).exists()).unwrap_or_default()
}

fn place(o: &Options, address: &str, disposition: Option<&str>) -> String {
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
    let folder = o.folder.as_deref().unwrap_or(".");
    here(&format!("{folder}/{name}")).to_string_lossy().into_owned()
}

fn copy(answer: &mut Response, to: &mut dyn Write) -> Result<u64, Failed> {
    let mut buffer = vec![0; 128 * 1024];
    let mut total = 0;
    loop {
        let count = answer.read(&mut buffer).map_err(failed)?;
        if count == 0 {
            to.flush().map_err(|error| Failed(3, error.to_string()))?;
            return Ok(total);
        }
        to.write_all(&buffer[..count]).map_err(|error| Failed(3, error.to_string()))?;
        total += count as u64;
    }
}

fn show_head(answer: &Response) {
    eprintln!("  HTTP/{} {} {}", answer.version, answer.status, answer.reason);
    for (name, value) in &answer.headers {
        eprintln!("  {name}: {}", net::latin1(value));
    }
}

/// Network trouble that may pass is marked with `!`: it is tried again.
fn failed(failure: Failure) -> Failed {
    let code = match &failure {
        Failure::Host { code, .. } => code.as_str(),
        _ => "device",
    };
    match code {
        "tls" => Failed(5, failure.to_string()),
        "time" | "reset" => Failed(4, format!("!{failure}")),
        "resolve" | "connect" | "denied" | "count" | "device" | "cors" => Failed(4, failure.to_string()),
        "protocol" => Failed(8, failure.to_string()),
        _ => Failed(1, failure.to_string()),
    }
}
