//! curl's command line: what agents use of it. What is not here is refused, never ignored in silence.

use net::form::{read_file, url_encoded, Part};

/// Everything that the command line asks for.
#[derive(Default)]
pub struct Options {
    pub urls: Vec<String>,
    pub outputs: Vec<Output>,
    pub output_dir: String,
    pub create_dirs: bool,
    pub silent: bool,
    pub show_error: bool,
    pub fail: Fail,
    pub location: bool,
    pub location_trusted: bool,
    pub max_redirects: Option<i64>,
    pub keep_post: [bool; 3],
    pub include: bool,
    pub head: bool,
    pub method: Option<String>,
    pub headers: Vec<String>,
    pub data: Option<Vec<u8>>,
    pub json: bool,
    pub get: bool,
    pub parts: Vec<Part>,
    pub upload: Option<String>,
    pub agent: Option<String>,
    pub referer: Option<String>,
    pub cookie: Option<String>,
    pub user: Option<String>,
    pub bearer: Option<String>,
    pub range: Option<String>,
    pub resume: Option<Option<u64>>,
    pub write_out: Option<String>,
    pub dump_header: Option<String>,
    pub max_time: f64,
    pub connect_timeout: f64,
    /// Bytes a second that are too slow if they last for `speed_time` (30 s where only one of the two is given).
    pub speed_limit: Option<f64>,
    pub speed_time: f64,
    pub max_size: Option<u64>,
    pub retry: u32,
    pub retry_delay: Option<f64>,
    /// Seconds after which no other try begins; 0: none.
    pub retry_max_time: f64,
    pub retry_all: bool,
    pub retry_refused: bool,
    pub compressed: bool,
    pub verbose: bool,
    pub remove_on_error: bool,
    pub remote_header_name: bool,
    pub remote_name_all: bool,
}

#[derive(Clone, Copy, Default, PartialEq)]
pub enum Fail {
    #[default]
    No,
    /// `-f`: no body.
    Early,
    /// `--fail-with-body`.
    WithBody,
}

#[derive(Clone)]
pub enum Output {
    File(String),
    RemoteName,
}

/// Exit status and message of a wrong command line.
pub type Refusal = (i32, String);

/// Short flag → long name; a `:` at the end takes a value.
const SHORT: &[(char, &str)] = &[
    ('0', "http1.0"), ('4', "ipv4"), ('6', "ipv6"), ('#', "progress-bar"), ('a', "append"), ('A', "user-agent:"),
    ('b', "cookie:"), ('c', "cookie-jar:"), ('C', "continue-at:"), ('d', "data:"), ('D', "dump-header:"),
    ('e', "referer:"), ('E', "cert:"), ('f', "fail"), ('F', "form:"), ('g', "globoff"), ('G', "get"), ('h', "help"),
    ('H', "header:"), ('i', "include"), ('I', "head"), ('J', "remote-header-name"), ('j', "junk-session-cookies"),
    ('k', "insecure"), ('K', "config:"), ('L', "location"), ('m', "max-time:"), ('n', "netrc"), ('N', "no-buffer"),
    ('o', "output:"), ('O', "remote-name"), ('q', "disable"), ('r', "range:"), ('R', "remote-time"), ('s', "silent"),
    ('S', "show-error"), ('T', "upload-file:"), ('u', "user:"), ('U', "proxy-user:"), ('v', "verbose"),
    ('V', "version"), ('w', "write-out:"), ('x', "proxy:"), ('X', "request:"), ('y', "speed-time:"),
    ('Y', "speed-limit:"), ('Z', "parallel"),
];

/// Long names without a short flag.
const LONG: &[&str] = &[
    "anyauth", "basic", "compressed", "connect-timeout:", "create-dirs", "data-ascii:", "data-binary:", "data-raw:",
    "data-urlencode:", "digest", "fail-with-body", "fail-early", "form-string:", "http1.1", "http2", "json:", "keepalive-time:",
    "location-trusted", "max-filesize:", "max-redirs:", "no-keepalive", "no-progress-meter", "oauth2-bearer:", "output-dir:",
    "parallel-max:", "path-as-is", "post301", "post302", "post303", "proto:", "proto-default:", "proto-redir:",
    "remote-name-all", "remove-on-error", "retry:", "retry-all-errors", "retry-connrefused", "retry-delay:",
    "retry-max-time:", "ssl-reqd", "stderr:", "styled-output", "no-styled-output", "tcp-nodelay", "tlsv1.2", "tlsv1.3", "tlsv1", "trace-time",
    "url:", "noproxy:", "cacert:", "key:", "resolve:", "unix-socket:", "interface:",
];

/// What this curl refuses, and why.
const REFUSED: &[(&str, &str)] = &[
    ("insecure", "certificates are always checked here"),
    ("proxy", "the host decides how requests travel"),
    ("proxy-user", "the host decides how requests travel"),
    ("noproxy", "the host decides how requests travel"),
    ("netrc", "credentials are named with -u, or kept by the host"),
    ("cookie-jar", "cookies are not kept"),
    ("cert", "client certificates are not there"),
    ("key", "client certificates are not there"),
    ("cacert", "the host's authorities are used"),
    ("resolve", "the host resolves names"),
    ("interface", "the host decides how requests travel"),
    ("unix-socket", "the host opens connections"),
    ("digest", "only Basic authentication is there"),
    ("append", "it is for FTP"),
];

/// Reads the command line. Exit 2 for what is wrong, as curl's.
pub fn parse(args: Vec<String>) -> Result<Options, Refusal> {
    let mut options = Options::default();
    let mut args = args.into_iter();
    let mut flags = true;
    while let Some(arg) = args.next() {
        if !flags || !arg.starts_with('-') || arg == "-" {
            options.urls.push(arg);
        } else if arg == "--" {
            flags = false;
        } else if let Some(name) = arg.strip_prefix("--") {
            long(&mut options, name, &mut args)?;
        } else {
            short(&mut options, &arg[1..], &mut args)?;
        }
    }
    Ok(options)
}

fn long(options: &mut Options, name: &str, args: &mut dyn Iterator<Item = String>) -> Result<(), Refusal> {
    let known = SHORT.iter().map(|(_, name)| *name).chain(LONG.iter().copied());
    let (bare, on) = match name.strip_prefix("no-") {
        Some(rest) if !LONG.contains(&name) && name != "no-buffer" => (rest, false),
        _ => (name, true),
    };
    let all: Vec<&str> = known.collect();
    let exact = all.iter().find(|each| each.trim_end_matches(':') == bare);
    let begins: Vec<&&str> = all.iter().filter(|each| each.starts_with(bare)).collect();
    let found = match (exact, begins.as_slice()) {
        (Some(found), _) => found,
        (None, [only]) => *only,
        (None, []) => return Err(unknown(&format!("--{name}"), "is unknown")),
        (None, _) => return Err(unknown(&format!("--{name}"), "is ambiguous")),
    };
    let value = if found.ends_with(':') { Some(required(args.next(), &format!("--{name}"))?) } else { None };
    apply(options, found.trim_end_matches(':'), value, on, &format!("--{name}"))
}

fn short(options: &mut Options, letters: &str, args: &mut dyn Iterator<Item = String>) -> Result<(), Refusal> {
    for (at, letter) in letters.char_indices() {
        let Some((_, name)) = SHORT.iter().find(|(each, _)| *each == letter) else {
            return Err(unknown(&format!("-{letter}"), "is unknown"));
        };
        let Some(name) = name.strip_suffix(':') else {
            apply(options, name, None, true, &format!("-{letter}"))?;
            continue;
        };
        let rest = &letters[at + letter.len_utf8()..];
        let value = if rest.is_empty() { required(args.next(), &format!("-{letter}"))? } else { rest.into() };
        return apply(options, name, Some(value), true, &format!("-{letter}"));
    }
    Ok(())
}

fn required(value: Option<String>, flag: &str) -> Result<String, Refusal> {
    value.ok_or_else(|| unknown(flag, "requires parameter"))
}

fn unknown(flag: &str, what: &str) -> Refusal {
    (2, format!("option {flag}: {what}"))
}

fn apply(o: &mut Options, name: &str, value: Option<String>, on: bool, flag: &str) -> Result<(), Refusal> {
    if let Some((_, why)) = REFUSED.iter().find(|(each, _)| *each == name) {
        return Err((2, format!("option {flag}: refused, {why}")));
    }
    let text = value.unwrap_or_default();
    match name {
        "url" => o.urls.push(text),
        "silent" => o.silent = on,
        "show-error" => o.show_error = on,
        "fail" => o.fail = if on { Fail::Early } else { Fail::No },
        "fail-with-body" => o.fail = if on { Fail::WithBody } else { Fail::No },
        "location" => o.location = on,
        "location-trusted" => (o.location, o.location_trusted) = (on, on),
        "post301" => o.keep_post[0] = on,
        "post302" => o.keep_post[1] = on,
        "post303" => o.keep_post[2] = on,
        "include" => o.include = on,
        "head" => o.head = on,
        "get" => o.get = on,
        "compressed" => o.compressed = on,
        "verbose" => o.verbose = on,
        "create-dirs" => o.create_dirs = on,
        "retry-all-errors" => o.retry_all = on,
        "retry-connrefused" => o.retry_refused = on,
        "remove-on-error" => o.remove_on_error = on,
        "remote-header-name" => o.remote_header_name = on,
        "remote-name-all" => o.remote_name_all = on,
        "remote-name" => o.outputs.push(Output::RemoteName),
        "output" => o.outputs.push(Output::File(text)),
        "output-dir" => o.output_dir = text,
        "request" => o.method = Some(text),
        "user-agent" => o.agent = Some(text),
        "referer" => o.referer = Some(text.split(";auto").next().unwrap_or("").into()),
        "user" => o.user = Some(text),
        "oauth2-bearer" => o.bearer = Some(text),
        "range" => o.range = Some(text),
        "dump-header" => o.dump_header = Some(text),
        "upload-file" => o.upload = Some(text),
        "write-out" => o.write_out = Some(write_out(&text)?),
        "max-time" => o.max_time = number(&text, flag)?,
        "retry" => o.retry = number(&text, flag)? as u32,
        "retry-delay" => o.retry_delay = Some(number(&text, flag)?),
        "max-redirs" => o.max_redirects = Some(text.parse().map_err(|_| bad_number(flag))?),
        "max-filesize" => o.max_size = Some(number(&text, flag)? as u64),
        "continue-at" if text == "-" => o.resume = Some(None),
        "continue-at" => o.resume = Some(Some(number(&text, flag)? as u64)),
        "cookie" => cookie(o, text)?,
        "header" => header(o, text)?,
        "config" => config(o, &text)?,
        "form" | "form-string" => form(o, &text, name == "form-string", flag)?,
        "data" | "data-ascii" | "data-binary" | "data-raw" | "data-urlencode" | "json" => data(o, name, &text)?,
        "connect-timeout" => o.connect_timeout = number(&text, flag)?,
        "retry-max-time" => o.retry_max_time = number(&text, flag)?,
        "speed-time" => o.speed_time = number(&text, flag)?,
        "speed-limit" => o.speed_limit = Some(number(&text, flag)?),
        "keepalive-time" | "parallel-max" => {
            number(&text, flag)?;
        }
        "help" => return Err((0, "help".into())),
        "version" => return Err((0, "version".into())),
        // How the connection is made is the host's affair, and output is never held back.
        _ => {}
    }
    Ok(())
}

fn number(text: &str, flag: &str) -> Result<f64, Refusal> {
    text.parse::<f64>().ok().filter(|value| *value >= 0.0).ok_or_else(|| bad_number(flag))
}

fn bad_number(flag: &str) -> Refusal {
    unknown(flag, "expected a proper numerical parameter")
}

fn from_file(name: &str) -> Result<Vec<u8>, Refusal> {
    read_file(name).map_err(|_| (26, format!("Failed to open {name}")))
}

/// The bytes of a file to post; one that cannot be read makes an empty post, as curl has it.
fn posted(name: &str) -> Vec<u8> {
    read_file(name).unwrap_or_else(|_| {
        eprintln!("Warning: Couldn't read data from file \"{name}\", this makes an empty POST.");
        Vec::new()
    })
}

fn write_out(text: &str) -> Result<String, Refusal> {
    match text.strip_prefix('@') {
        Some(name) => Ok(String::from_utf8_lossy(&from_file(name)?).into_owned()),
        None => Ok(text.into()),
    }
}

fn cookie(o: &mut Options, text: String) -> Result<(), Refusal> {
    if text.contains('=') {
        o.cookie = Some(text);
    } else if !text.is_empty() {
        return Err((2, "option -b: refused, cookies are not kept; give name=value".into()));
    }
    Ok(())
}

fn header(o: &mut Options, text: String) -> Result<(), Refusal> {
    match text.strip_prefix('@') {
        Some(name) => {
            let lines = String::from_utf8_lossy(&from_file(name)?).into_owned();
            o.headers.extend(lines.lines().filter(|line| !line.is_empty()).map(String::from));
        }
        None => o.headers.push(text),
    }
    Ok(())
}

fn form(o: &mut Options, text: &str, literal: bool, flag: &str) -> Result<(), Refusal> {
    match Part::parse(text, literal) {
        None => Err(unknown(flag, "is badly used here")),
        Some(Err(_)) => Err((26, "Failed to open/read local data from file/application".into())),
        Some(Ok(part)) => {
            o.parts.push(part);
            Ok(())
        }
    }
}

fn data(o: &mut Options, name: &str, text: &str) -> Result<(), Refusal> {
    let bytes = match (name, text.strip_prefix('@')) {
        ("data-raw", _) | (_, None) if name != "data-urlencode" => text.as_bytes().to_vec(),
        ("data-urlencode", _) => url_encoded(text).map_err(|_| (26, format!("Failed to open {text}")))?,
        ("data-binary" | "json", Some(file)) => posted(file),
        (_, Some(file)) => posted(file).into_iter().filter(|byte| !b"\r\n\0".contains(byte)).collect(),
        _ => text.as_bytes().to_vec(),
    };
    let json = name == "json";
    o.json |= json;
    match &mut o.data {
        Some(before) => {
            if !json {
                before.push(b'&');
            }
            before.extend(bytes);
        }
        None => o.data = Some(bytes),
    }
    Ok(())
}

/// `-K`: one option a line, `name value`, `name=value` or `name: value`, values perhaps quoted.
fn config(o: &mut Options, name: &str) -> Result<(), Refusal> {
    let text = String::from_utf8_lossy(&from_file(name)?).into_owned();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let end = line.find(|c: char| c.is_whitespace() || c == '=' || c == ':').unwrap_or(line.len());
        let (flag, rest) = line.split_at(end);
        let value = unquote(rest.trim_start_matches(|c: char| c.is_whitespace() || c == '=' || c == ':'));
        let mut values = std::iter::once(value);
        match flag.strip_prefix('-') {
            Some(letters) if !letters.starts_with('-') => short(o, letters, &mut values)?,
            _ => long(o, flag.trim_start_matches('-'), &mut values)?,
        }
    }
    Ok(())
}

fn unquote(text: &str) -> String {
    let Some(inner) = text.strip_prefix('"') else { return text.into() };
    let mut out = String::new();
    let mut letters = inner.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => break,
            '\\' => out.push(match letters.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some('r') => '\r',
                Some(other) => other,
                None => break,
            }),
            other => out.push(other),
        }
    }
    out
}
