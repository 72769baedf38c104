//! What a transfer asks for first: address, method, headers, body.

use crate::netrc;
use crate::options::{Options, Since};
use crate::transfer::{Failed, Transfer};
use net::brake::{Brake, Slowed};
use net::dates;
use net::fetch::{Body, Headers};
use net::form::multipart;
use net::text::base64;
use net::url;
use std::fs::File;
use std::io::{self, Read};

/// Headers that the host writes: these may be named, as what they ask for is so anyway, or taken up where the body is.
const HOST_WRITES: [(&str, &[&str]); 4] =
    [("content-length", &[]), ("expect", &["100-continue"]), ("connection", &["close", "keep-alive"]), ("transfer-encoding", &["chunked"])];

/// What one hop asks for.
pub struct Hop {
    pub method: String,
    pub url: String,
    pub headers: Headers,
    pub with_body: bool,
}

impl Transfer<'_> {
    pub fn first_hop(&mut self) -> Result<Hop, Failed> {
        let o = self.options;
        let (mut address, in_url) = url::take_credentials(&self.with_scheme(&self.facts.url)?);
        if in_url.is_some() && o.no_credentials_in_url {
            return Err(Failed(67, "URL rejected: Credentials was passed in the URL when prohibited".into()));
        }
        let queries = match (&o.data, o.get) {
            (Some(data), true) => vec![data],
            _ => o.query.iter().collect(),
        };
        for query in queries {
            address = with_query(&address, &lower_codes(&String::from_utf8_lossy(query)));
        }
        if let (Some(file), true) = (&self.target.upload, address.split(['?', '#']).next().is_some_and(|path| path.ends_with('/'))) {
            let name = file.rsplit('/').next().unwrap_or("");
            if !["-", "."].contains(&name) {
                address = with_name(&address, &lower_codes(&net::text::percent_encode(name.as_bytes())));
            }
        }
        let with_body = self.target.upload.is_some() || !o.parts.is_empty() || (o.data.is_some() && !o.get);
        let method = match (&o.method, o.head, &self.target.upload, with_body) {
            (Some(method), ..) => method.as_str(),
            (_, true, ..) => "HEAD",
            (_, _, Some(_), _) => "PUT",
            (.., true) => "POST",
            _ => "GET",
        };
        let address = if o.path_as_is { as_it_is(address)? } else { url::cleaned(&address) };
        let headers = self.headers(&address, in_url, with_body)?;
        Ok(Hop { method: method.into(), url: address, headers, with_body })
    }

    fn authorization(&self, address: &str, in_url: Option<String>) -> Option<String> {
        let o = self.options;
        let host = url::split(address).map(|(_, authority, _)| url::host(authority)).unwrap_or_default();
        let user = o.user.clone().or(in_url.clone());
        let complete = user.as_ref().is_some_and(|user| user.contains(':'));
        let from_file = o.netrc.as_ref().filter(|netrc| !complete && (o.user.is_none() || netrc.optional));
        let from_file = from_file.and_then(|netrc| netrc::find(netrc, &host, user.as_deref()));
        let user = from_file.or(user.map(|user| if user.contains(':') { user } else { user + ":" }));
        match (&o.bearer, user) {
            (Some(token), _) => Some(format!("Bearer {token}")),
            (None, user) => user.map(|user| format!("Basic {}", base64(user.as_bytes()))),
        }
    }

    /// Headers in curl's order; `-H 'Name:'` takes one away, `-H 'Name;'` sends it empty.
    fn headers(&self, address: &str, in_url: Option<String>, with_body: bool) -> Result<Headers, Failed> {
        let o = self.options;
        let mut list: Vec<(&str, String)> = Vec::new();
        list.extend(self.authorization(address, in_url).map(|value| ("Authorization", value)));
        list.extend(o.range.as_ref().or(self.resumed.map(|at| format!("{at}-")).as_ref()).map(|range| ("Range", format!("bytes={range}"))));
        list.push(("User-Agent", o.agent.clone().unwrap_or_else(|| crate::AGENT.into())));
        list.push(("Accept", if o.json { "application/json" } else { "*/*" }.into()));
        list.extend(o.referer.as_ref().map(|referer| ("Referer", referer.clone())));
        list.extend(self.cookies(address, true).map(|cookies| ("Cookie", cookies)));
        list.extend(o.since.map(|(kind, time)| {
            (if kind == Since::Newer { "If-Modified-Since" } else { "If-Unmodified-Since" }, dates::format(time))
        }));
        let kept = |list: Vec<(&str, String)>| {
            let own = |name: &str| o.headers.iter().any(|line| names(line, name));
            let pairs = list.into_iter().filter(|(name, value)| !value.is_empty() && !own(name));
            pairs.map(|(name, value)| (name.to_string(), value.into_bytes())).collect::<Headers>()
        };
        let mut headers = kept(list);
        headers.extend(o.headers.iter().filter_map(|line| custom(line, with_body)));
        headers.extend(etag(o)?.map(|tag| ("If-None-Match".to_string(), tag)));
        let kind = if o.json { "application/json" } else { "application/x-www-form-urlencoded" };
        let is_form = o.data.is_some() && !o.get && self.target.upload.is_none();
        headers.extend(kept(vec![("Content-Type", kind.to_string())].into_iter().filter(|_| is_form || o.json).collect()));
        Ok(headers)
    }

    /// Cookies of the jar for an address, and those that the command line names.
    pub fn cookies(&self, address: &str, with_named: bool) -> Option<String> {
        let named = Some(self.options.cookies.join(";")).filter(|named| with_named && !named.is_empty());
        let all: Vec<String> = self.jar.header(address).into_iter().chain(named).collect();
        (!all.is_empty()).then(|| all.join("; "))
    }

    pub fn body(&self, headers: &mut Headers) -> Result<Body, Failed> {
        let o = self.options;
        let unreadable = || Failed(26, "Failed to open/read local data from file/application".into());
        let chunked = o.headers.iter().any(|line| names(line, "transfer-encoding") && line.to_ascii_lowercase().contains("chunked"));
        let (reader, length): (Box<dyn Read>, Option<u64>) = match &self.target.upload {
            Some(name) if name == "-" || name == "." => (Box::new(io::stdin()), None),
            Some(name) => {
                let mut file = File::open(net::here(name)).map_err(|_| unreadable())?;
                let facts = file.metadata().map_err(|_| unreadable())?;
                let mut length = facts.is_file().then_some(facts.len());
                if let (Some(from), Some(all)) = (self.resumed, length) {
                    io::Seek::seek(&mut file, io::SeekFrom::Start(from.min(all))).map_err(|_| unreadable())?;
                    length = Some(all - from.min(all));
                }
                (Box::new(file), length)
            }
            None if o.parts.is_empty() => {
                let bytes = o.data.clone().unwrap_or_default();
                let length = bytes.len() as u64;
                (Box::new(io::Cursor::new(bytes)), Some(length))
            }
            None => {
                let boundary = boundary();
                let (reader, length) = multipart(&o.parts, &boundary).map_err(|_| unreadable())?;
                if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
                    headers.push(("Content-Type".into(), format!("multipart/form-data; boundary={boundary}").into_bytes()));
                }
                (reader, Some(length))
            }
        };
        let reader = Box::new(Slowed { reader, brake: Brake::new(o.rate) });
        Ok(Body::Stream(reader, length.filter(|_| !chunked)))
    }

    /// An address with its scheme, as far as it can be one.
    pub fn with_scheme(&self, address: &str) -> Result<String, Failed> {
        let malformed = || Failed(3, "URL using bad/illegal format or missing URL".into());
        let guess = self.options.default_scheme.as_deref().unwrap_or("http");
        let full = match address.split_once("://") {
            Some((scheme, rest)) => format!("{}://{}", scheme.to_ascii_lowercase(), rest.trim_start_matches('/')),
            None => format!("{guess}://{address}"),
        };
        let scheme = full.split("://").next().unwrap_or("");
        if address.starts_with('/') || ["http:", "https:"].contains(&address) || scheme.contains(' ') {
            return Err(malformed());
        }
        check_scheme(&full, self.options.schemes.0)?;
        let (_, authority, _) = url::split(&full).ok_or_else(malformed)?;
        let place = authority.rsplit('@').next().unwrap_or("");
        let port = place[place.rfind(']').map_or(0, |at| at + 1)..].split_once(':').map_or("", |(_, port)| port);
        let valid = port.is_empty() || port.parse::<u16>().is_ok();
        if url::host(authority).is_empty() || !valid || full.contains(|c: char| c == ' ' || c.is_control()) {
            return Err(malformed());
        }
        Ok(percented(&full))
    }
}

/// Refuses what is not HTTP, or not let through by `--proto`.
pub fn check_scheme(address: &str, allowed: [bool; 2]) -> Result<(), Failed> {
    let scheme = address.split("://").next().unwrap_or("");
    let at = ["http", "https"].iter().position(|each| each.eq_ignore_ascii_case(scheme));
    if at.is_some_and(|at| allowed[at]) {
        return Ok(());
    }
    Err(Failed(1, format!("Protocol \"{scheme}\" not supported or disabled in libcurl")))
}

fn as_it_is(address: String) -> Result<String, Failed> {
    if url::cleaned(&address) == address {
        return Ok(address);
    }
    Err(Failed(2, "option --path-as-is: refused, the host sends paths without dot segments".into()))
}

/// What is not ASCII, as bytes.
fn percented(address: &str) -> String {
    let mut text = String::new();
    let start = url::split(address).map_or(0, |(_, _, rest)| address.len() - rest.len());
    text.push_str(&address[..start]);
    for byte in address[start..].bytes() {
        if byte.is_ascii() {
            text.push(byte as char);
        } else {
            text.push_str(&format!("%{byte:02x}"));
        }
    }
    text
}

/// An address with more in its query.
fn with_query(address: &str, more: &str) -> String {
    let (before, fragment) = address.find('#').map_or((address, ""), |at| address.split_at(at));
    let path = if url::split(before).is_some_and(|(_, _, rest)| rest.is_empty() || rest.starts_with('?')) && !before.contains('?') { "/" } else { "" };
    let mark = match before.split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some(_) => "&",
    };
    format!("{before}{path}{mark}{more}{fragment}")
}

fn with_name(address: &str, name: &str) -> String {
    let end = address.find(['?', '#']).unwrap_or(address.len());
    format!("{}{name}{}", &address[..end], &address[end..])
}

/// A `-H` as a header; none where it takes one away.
fn custom(line: &str, with_body: bool) -> Option<(String, Vec<u8>)> {
    let (name, value) = match line.split_once(':') {
        Some((name, value)) if !value.trim().is_empty() => (name, value.trim()),
        Some(_) => return None,
        None => (line.trim_end().strip_suffix(';')?, ""),
    };
    let name = name.trim();
    let is_value = |values: &[&str]| values.is_empty() || values.iter().any(|each| value.eq_ignore_ascii_case(each));
    let harmless = HOST_WRITES.iter().any(|(each, values)| name.eq_ignore_ascii_case(each) && is_value(values));
    let harmless = harmless && (with_body || !name.eq_ignore_ascii_case("transfer-encoding"));
    (!harmless && !name.is_empty()).then(|| (name.into(), value.as_bytes().to_vec()))
}

/// `--etag-compare`: what the file has, or an empty tag.
fn etag(o: &Options) -> Result<Option<Vec<u8>>, Failed> {
    let Some(name) = &o.etag_compare else { return Ok(None) };
    let unreadable = |_| Failed(26, "Failed to open/read local data from file/application".into());
    let text = std::fs::read_to_string(net::here(name)).map_err(unreadable)?;
    let tag = text.lines().next().unwrap_or("").trim();
    Ok(Some(if tag.is_empty() { "\"\"" } else { tag }.into()))
}

/// Percent codes in lower case, as curl has them in what it adds to addresses.
fn lower_codes(text: &str) -> String {
    let mut parts = text.split('%');
    let first = parts.next().unwrap_or("").to_string();
    parts.fold(first, |whole, part| {
        let is_code = part.len() >= 2 && part.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
        let (code, rest) = if is_code { part.split_at(2) } else { ("", part) };
        format!("{whole}%{}{rest}", code.to_ascii_lowercase())
    })
}

/// Whether a `-H` speaks of a header.
pub fn names(line: &str, name: &str) -> bool {
    line.split([':', ';']).next().is_some_and(|each| each.trim().eq_ignore_ascii_case(name))
}

fn boundary() -> String {
    let mut bytes = [0; 8];
    let _ = File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut bytes));
    format!("------------------------{}", bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}
