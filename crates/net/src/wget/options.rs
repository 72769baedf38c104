//! wget's command line: what agents use of it for single files.

use crate::log::{Log, Place};
use net::form::read_file;

const HELP: &str = "Usage: wget [OPTION]... [URL]...\n\
  -q, -nv, -o FILE, -a FILE, --progress=TYPE, --show-progress, -S, --spider, -O FILE, -P DIR, -c, -nc, -i FILE, -T SECONDS,\n\
  -t TRIES, -w SECONDS, -U AGENT, --referer=URL, --header=LINE, --user=U --password=P, --post-data=TEXT, --post-file=FILE,\n\
  --method=M, --body-data=TEXT, --body-file=FILE, --max-redirect=N, --content-disposition, --content-on-error,\n\
  --compression=auto, --limit-rate=RATE, --no-use-server-timestamps, --retry-connrefused\n";

#[derive(Default)]
pub struct Options {
    pub urls: Vec<String>,
    pub log: Log,
    pub server_response: bool,
    pub spider: bool,
    pub output: Option<String>,
    pub folder: Option<String>,
    pub go_on: bool,
    pub no_clobber: bool,
    /// `-N`: only what is newer than the file.
    pub newer: bool,
    pub timeout: f64,
    pub connect_timeout: f64,
    pub tries: u32,
    pub wait: f64,
    pub wait_retry: u64,
    pub retry_refused: bool,
    pub agent: Option<String>,
    pub referer: Option<String>,
    pub headers: Vec<String>,
    pub user: Option<String>,
    pub password: Option<String>,
    pub method: Option<String>,
    pub body: Option<Source>,
    pub max_redirects: Option<u32>,
    pub disposition: bool,
    pub on_error: bool,
    pub decode: bool,
    pub rate: u64,
    pub keep_local_time: bool,
    pub https_only: bool,
    pub from_file: bool,
}

/// Where a body comes from; a file is read as it goes out.
pub enum Source {
    Bytes(Vec<u8>),
    File(String),
}

/// Exit status (1 other, 2 usage, 3 file, 4 network, 5 TLS, 6 authentication, 8 server) and a message.
pub struct Failed(pub i32, pub String);

const TAKE_VALUES: &[&str] = &[
    "-O", "-P", "-T", "-t", "-U", "-i", "-e", "-o", "-a", "-w", "-Q", "--output-document", "--directory-prefix", "--timeout", "--tries",
    "--user-agent", "--input-file", "--referer", "--header", "--user", "--password", "--http-user", "--http-password", "--post-data",
    "--post-file", "--method", "--body-data", "--body-file", "--max-redirect", "--compression", "--connect-timeout", "--dns-timeout",
    "--read-timeout", "--waitretry", "--wait", "--progress", "--output-file", "--append-output", "--limit-rate", "--execute",
    "--report-speed", "--local-encoding", "--remote-encoding", "--restrict-file-names", "--quota", "--secure-protocol", "--prefer-family",
];

/// How it looks and how the connection is made is not the user's affair here.
const WITHOUT_EFFECT: &[&str] = &[
    "-e", "-Q", "--execute", "--no-cache", "--no-cookies", "-nd", "--no-directories", "-nH", "--no-host-directories", "-4", "-6",
    "--inet4-only", "--inet6-only", "--no-proxy", "--no-netrc", "--no-hsts", "--auth-no-challenge", "--no-http-keep-alive", "--no-iri", "--no-config",
    "--no-dns-cache", "--keep-session-cookies", "--no-parent", "-np", "--random-wait", "--report-speed", "--local-encoding", "--ignore-length",
    "--remote-encoding", "--restrict-file-names", "--quota", "--secure-protocol", "--prefer-family", "--no-passive-ftp", "--no-glob",
];

const REFUSED: &[(&str, &str)] = &[
    ("--no-check-certificate", "certificates are always checked here"),
    ("--load-cookies", "cookies are curl's: -b and -c"),
    ("--save-cookies", "cookies are curl's: -b and -c"),
    ("-r", "only single files are fetched here"),
    ("--recursive", "only single files are fetched here"),
    ("-m", "only single files are fetched here"),
    ("--mirror", "only single files are fetched here"),
    ("-p", "only single files are fetched here"),
    ("--page-requisites", "only single files are fetched here"),
    ("-k", "only single files are fetched here"),
    ("--convert-links", "only single files are fetched here"),
    ("-b", "use & of the shell"),
    ("--background", "use & of the shell"),
    ("--certificate", "client certificates are not there"),
    ("--private-key", "client certificates are not there"),
    ("--ca-certificate", "the host's authorities are used"),
    ("--ca-directory", "the host's authorities are used"),
    ("--bind-address", "the host decides how requests travel"),
];

pub fn parse(args: Vec<String>) -> Result<Options, Failed> {
    let mut options = Options { tries: 20, wait_retry: 10, ..Options::default() };
    let mut args = args.into_iter();
    let mut flags = true;
    while let Some(arg) = args.next() {
        if !flags || !arg.starts_with('-') || arg == "-" {
            options.urls.push(arg);
        } else if arg == "--" {
            flags = false;
        } else if arg.starts_with("--") {
            long(&mut options, &arg, &mut args)?;
        } else {
            short(&mut options, &arg, &mut args)?;
        }
    }
    if options.urls.is_empty() && !options.from_file {
        return Err(Failed(1, "missing URL".into()));
    }
    Ok(options)
}

fn long(options: &mut Options, arg: &str, args: &mut dyn Iterator<Item = String>) -> Result<(), Failed> {
    let (name, inline) = arg.split_once('=').map_or((arg, None), |(name, value)| (name, Some(value.to_string())));
    let needs = || Failed(2, format!("option '{name}' requires an argument"));
    let value = match inline {
        Some(value) => value,
        None if TAKE_VALUES.contains(&name) => args.next().ok_or_else(needs)?,
        None => String::new(),
    };
    set(options, name, value)
}

fn short(options: &mut Options, arg: &str, args: &mut dyn Iterator<Item = String>) -> Result<(), Failed> {
    let mut rest = &arg[1..];
    while let Some(letter) = rest.chars().next() {
        let two = rest.get(..2).filter(|two| ["nv", "nc", "nd", "nH", "np"].contains(two));
        let name = format!("-{}", two.unwrap_or(&rest[..letter.len_utf8()]));
        rest = &rest[name.len() - 1..];
        if !TAKE_VALUES.contains(&name.as_str()) {
            set(options, &name, String::new())?;
            continue;
        }
        let value = if rest.is_empty() { args.next() } else { Some(rest.to_string()) };
        return set(options, &name, value.ok_or_else(|| Failed(2, format!("option requires an argument -- '{letter}'")))?);
    }
    Ok(())
}

fn set(o: &mut Options, name: &str, value: String) -> Result<(), Failed> {
    if let Some((_, why)) = REFUSED.iter().find(|(each, _)| *each == name) {
        return Err(Failed(2, format!("{name}: refused, {why}")));
    }
    let number = |text: &str| text.parse::<f64>().map_err(|_| Failed(2, format!("{name}: Invalid number ‘{text}’.")));
    match name {
        "-q" | "--quiet" => o.log.quiet = true,
        "-nv" | "--no-verbose" => o.log.terse = true,
        "-v" | "--verbose" => (o.log.quiet, o.log.terse) = (false, false),
        "--show-progress" => o.log.always_progress = true,
        "--no-show-progress" => o.log.no_progress = true,
        "--progress" => o.log.set_style(&value).map_err(|text| Failed(2, text))?,
        "-o" | "--output-file" => o.log.place = Place::File(value, false),
        "-a" | "--append-output" => o.log.place = Place::File(value, true),
        "-S" | "--server-response" => o.server_response = true,
        "--spider" => o.spider = true,
        "-O" | "--output-document" => o.output = Some(value),
        "-P" | "--directory-prefix" => o.folder = Some(value),
        "-c" | "--continue" => o.go_on = true,
        "-N" | "--timestamping" => o.newer = true,
        "-nc" | "--no-clobber" => o.no_clobber = true,
        "-T" | "--timeout" | "--read-timeout" => o.timeout = number(&value)?,
        "--connect-timeout" | "--dns-timeout" => o.connect_timeout = number(&value)?,
        "-t" | "--tries" if value == "inf" => o.tries = 0,
        "-t" | "--tries" => o.tries = number(&value)? as u32,
        "-w" | "--wait" => o.wait = number(&value)?,
        "--waitretry" => o.wait_retry = number(&value)? as u64,
        "--retry-connrefused" => o.retry_refused = true,
        "-U" | "--user-agent" => o.agent = Some(value),
        "--referer" => o.referer = Some(value),
        "--header" => o.headers.push(value),
        "--user" | "--http-user" => o.user = Some(value),
        "--password" | "--http-password" => o.password = Some(value),
        "--post-data" => (o.method, o.body) = (Some("POST".into()), Some(Source::Bytes(value.into_bytes()))),
        "--post-file" => (o.method, o.body) = (Some("POST".into()), Some(Source::File(value))),
        "--method" => o.method = Some(value.to_ascii_uppercase()),
        "--body-data" => o.body = Some(Source::Bytes(value.into_bytes())),
        "--body-file" => o.body = Some(Source::File(value)),
        "--max-redirect" => o.max_redirects = Some(number(&value)? as u32),
        "--content-disposition" => o.disposition = true,
        "--content-on-error" => o.on_error = true,
        "--compression" => o.decode = value != "none",
        "--limit-rate" => o.rate = rate(&value).ok_or_else(|| Failed(2, format!("--limit-rate: Invalid byte value ‘{value}’")))?,
        "--no-use-server-timestamps" => o.keep_local_time = true,
        "--https-only" => o.https_only = true,
        "-i" | "--input-file" => {
            o.from_file = true;
            let text = read_file(&value).map_err(|_| Failed(1, format!("!{value}: No such file or directory\nNo URLs found in {value}.")))?;
            let lines = String::from_utf8_lossy(&text).into_owned();
            o.urls.extend(lines.lines().map(str::trim).filter(|line| !line.is_empty()).map(String::from));
            if o.urls.is_empty() {
                return Err(Failed(0, format!("!No URLs found in {value}.\n")));
            }
        }
        "-h" | "--help" => return Err(Failed(0, HELP.into())),
        "-V" | "--version" => return Err(Failed(0, "GNU-compatible Wget 1.21.3 (shadowbox)\n".into())),
        name if WITHOUT_EFFECT.contains(&name) => {}
        name if name.starts_with("--") => return Err(Failed(2, format!("unrecognized option '{name}'"))),
        name => return Err(Failed(2, format!("invalid option -- '{}'", &name[1..]))),
    }
    Ok(())
}

/// Bytes a second, perhaps with k, m or g.
fn rate(text: &str) -> Option<u64> {
    let (digits, factor) = match text.chars().last()?.to_ascii_lowercase() {
        'k' => (&text[..text.len() - 1], 1024.0),
        'm' => (&text[..text.len() - 1], 1024.0 * 1024.0),
        'g' => (&text[..text.len() - 1], 1024.0 * 1024.0 * 1024.0),
        _ => (text, 1.0),
    };
    digits.parse::<f64>().ok().filter(|count| *count >= 0.0).map(|count| (count * factor) as u64)
}
