//! `-v`: what was said both ways, told when an answer is there.

use net::fetch::{Request, Response};
use net::url;

/// What a request was, and where it went if that is known.
pub fn show_request(request: &Request, address: Option<&str>, length: Option<Option<u64>>, number: u32) {
    let (_, authority, _) = url::split(request.url).unwrap_or(("", "", ""));
    let (host, port) = (url::host(authority), url::port(request.url));
    if let Some(address) = address {
        let shown = if address.contains(':') { format!("[{address}]") } else { address.to_string() };
        eprintln!("*   Trying {shown}:{port}...\n* Connected to {} ({address}) port {port} (#{number})", host.trim_matches(['[', ']']));
    }
    for line in request_head(request, length).lines() {
        eprintln!("> {line}\r");
    }
}

/// The request as HTTP/1.1 sends it.
pub fn request_head(request: &Request, length: Option<Option<u64>>) -> String {
    let (_, authority, rest) = url::split(request.url).unwrap_or(("", "", ""));
    let path = rest.split('#').next().unwrap_or("");
    let slash = if path.starts_with('/') { "" } else { "/" };
    let mut head = format!("{} {slash}{path} HTTP/1.1\r\nHost: {authority}\r\n", request.method);
    let (kind, others): (Vec<_>, Vec<_>) = request.headers.iter().partition(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    let line = |(name, value): &(String, Vec<u8>)| format!("{name}: {}\r\n", net::latin1(value));
    others.iter().for_each(|each| head.push_str(&line(each)));
    if request.decode {
        head.push_str("Accept-Encoding: gzip, deflate, br\r\n");
    }
    match length {
        None => {}
        Some(None) => head.push_str("Transfer-Encoding: chunked\r\n"),
        Some(Some(length)) => head.push_str(&format!("Content-Length: {length}\r\n")),
    }
    kind.iter().for_each(|each| head.push_str(&line(each)));
    head + "\r\n"
}

/// Status line and headers as they came.
pub fn head_bytes(answer: &Response) -> Vec<u8> {
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

/// The head of an answer; one that is refused (`-f`) is not read to its end.
pub fn show_head(head: &[u8], refused: Option<&str>) {
    for line in String::from_utf8_lossy(head).lines().filter(|line| refused.is_none() || !line.is_empty()) {
        eprintln!("< {line}\r");
    }
    if let Some(why) = refused {
        eprintln!("* {why}");
    }
}

/// Whether the server would have kept the connection.
pub fn is_kept(answer: &Response) -> bool {
    let said = answer.header("connection").map(|value| net::latin1(value).to_ascii_lowercase()).unwrap_or_default();
    !said.contains("close") && (answer.version != "1.0" || said.contains("keep-alive"))
}
