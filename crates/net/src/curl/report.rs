//! `-w`: what is told of a transfer.

use net::fetch::Headers;

/// Facts of one transfer.
#[derive(Default)]
pub struct Facts {
    pub url: String,
    pub effective: String,
    pub method: String,
    pub status: u32,
    pub version: String,
    pub address: String,
    pub headers: Headers,
    pub header_bytes: u64,
    pub request_bytes: u64,
    pub received: u64,
    pub sent: u64,
    pub redirects: u32,
    pub connects: u32,
    pub redirect_url: String,
    pub referer: String,
    pub file: String,
    pub exit: i32,
    pub error: String,
    /// Which URL of the command line it is, from 0.
    pub number: usize,
    /// Seconds: resolved, connected, secured, first byte, all, in redirects.
    pub times: [f64; 6],
}

/// What a variable's value is in JSON.
enum Value {
    Text(String),
    /// `null` in JSON where it is empty.
    Perhaps(String),
    /// As it is in JSON; for `-w` perhaps with zeros before it.
    Number(String, usize),
}

/// In the order of `%{json}`.
const NAMES: [&str; 41] = [
    "certs", "content_type", "errormsg", "exitcode", "filename_effective", "ftp_entry_path", "http_code", "http_connect",
    "http_version", "local_ip", "local_port", "method", "num_certs", "num_connects", "num_headers", "num_redirects",
    "proxy_ssl_verify_result", "redirect_url", "referer", "remote_ip", "remote_port", "response_code", "scheme",
    "size_download", "size_header", "size_request", "size_upload", "speed_download", "speed_upload", "ssl_verify_result",
    "time_appconnect", "time_connect", "time_namelookup", "time_pretransfer", "time_redirect", "time_starttransfer",
    "time_total", "url", "url_effective", "urlnum", "curl_version",
];

impl Facts {
    fn last_header(&self, name: &str) -> String {
        let found = self.headers.iter().rev().find(|(each, _)| each.eq_ignore_ascii_case(name));
        found.map_or(String::new(), |(_, value)| net::latin1(value))
    }

    fn value(&self, name: &str) -> Option<Value> {
        use Value::{Number, Perhaps, Text};
        let seconds = |at: usize| Number(format!("{:.6}", self.times[at]), 0);
        let count = |number: u64| Number(number.to_string(), 0);
        let speed = |bytes: u64| count((bytes as f64 / self.times[4].max(1e-6)) as u64);
        let answered = self.status > 0;
        let scheme = self.effective.split("://").next().unwrap_or("").to_ascii_uppercase();
        Some(match name {
            "certs" | "local_ip" => Text(String::new()),
            "http_code" | "response_code" => Number(self.status.to_string(), 3),
            "http_connect" => Number("0".into(), 3),
            "num_certs" | "local_port" | "proxy_ssl_verify_result" | "ssl_verify_result" => count(0),
            "http_version" => Text(if answered { self.version.clone() } else { "0".into() }),
            "content_type" => Perhaps(self.last_header("content-type")),
            "url" => Perhaps(self.url.clone()),
            "url_effective" => Perhaps(self.effective.clone()),
            "method" => Perhaps(self.method.clone()),
            "scheme" => Perhaps(if answered { scheme } else { String::new() }),
            "num_redirects" => count(self.redirects.into()),
            "num_connects" => count(self.connects.into()),
            "num_headers" => count(self.headers.len() as u64),
            "redirect_url" => Perhaps(self.redirect_url.clone()),
            "referer" => Perhaps(self.referer.clone()),
            "ftp_entry_path" => Perhaps(String::new()),
            "filename_effective" => Perhaps(self.file.clone()),
            "remote_ip" => Text(self.address.clone()),
            "remote_port" => count(if answered { net::url::port(&self.effective).into() } else { 0 }),
            "size_download" => count(self.received),
            "size_upload" => count(self.sent),
            "size_header" => count(self.header_bytes),
            "size_request" => count(self.request_bytes),
            "speed_download" => speed(self.received),
            "speed_upload" => speed(self.sent),
            "time_namelookup" => seconds(0),
            "time_connect" | "time_pretransfer" => seconds(1),
            "time_appconnect" => seconds(2),
            "time_starttransfer" => seconds(3),
            "time_total" => seconds(4),
            "time_redirect" => seconds(5),
            "exitcode" => count(self.exit as u64),
            "errormsg" => Perhaps(self.error.clone()),
            "urlnum" => count(self.number as u64),
            "curl_version" => Text(format!("lib{}", crate::AGENT)),
            _ => return None,
        })
    }

    fn variable(&self, name: &str) -> Option<String> {
        match name {
            "json" => return Some(self.json()),
            "header_json" => return Some(self.header_json()),
            "curl_version" => return None,
            _ => {}
        }
        Some(match self.value(name)? {
            Value::Text(text) | Value::Perhaps(text) => text,
            Value::Number(number, width) => format!("{number:0>width$}"),
        })
    }

    fn json(&self) -> String {
        let known = NAMES.iter().filter_map(|name| Some((name, self.value(name)?)));
        let fields = known.map(|(name, value)| match value {
            Value::Perhaps(text) if text.is_empty() => format!("\"{name}\":null"),
            Value::Text(text) | Value::Perhaps(text) => format!("\"{name}\":{}", quoted(&text)),
            Value::Number(number, _) => format!("\"{name}\":{number}"),
        });
        let fields: Vec<String> = fields.collect();
        format!("{{{}}}", fields.join(","))
    }

    fn header_json(&self) -> String {
        let mut names: Vec<String> = Vec::new();
        for (name, _) in &self.headers {
            let name = name.to_ascii_lowercase();
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let lines: Vec<String> = names.iter().map(|name| {
            let values = self.headers.iter().filter(|(each, _)| each.eq_ignore_ascii_case(name));
            let values: Vec<String> = values.map(|(_, value)| quoted(&net::latin1(value))).collect();
            format!("{}:[{}]", quoted(name), values.join(","))
        }).collect();
        format!("{{{}\n}}", lines.join(",\n"))
    }

    /// A `-w` text filled in: what goes to stdout, and to stderr.
    pub fn fill(&self, format: &str) -> (String, String) {
        let mut outputs = [String::new(), String::new()];
        let mut to = 0;
        let mut rest = format;
        while let Some(letter) = rest.chars().next() {
            if letter == '\\' {
                let next = rest[1..].chars().next();
                match next {
                    Some('n') => outputs[to].push('\n'),
                    Some('r') => outputs[to].push('\r'),
                    Some('t') => outputs[to].push('\t'),
                    _ => {
                        outputs[to].push('\\');
                        outputs[to].extend(next);
                    }
                }
                rest = &rest[1 + next.map_or(0, char::len_utf8)..];
            } else if rest.starts_with("%%") {
                outputs[to].push('%');
                rest = &rest[2..];
            } else if let Some((name, after)) = rest.strip_prefix("%{").and_then(|text| text.split_once('}')) {
                match name {
                    "stdout" => to = 0,
                    "stderr" => to = 1,
                    "onerror" if self.exit == 0 => break,
                    "onerror" => {}
                    name => match self.variable(name) {
                        Some(value) => outputs[to].push_str(&value),
                        None => outputs[1].push_str(&format!("curl: unknown --write-out variable: '{name}'\n")),
                    },
                }
                rest = after;
            } else if let Some((name, after)) = rest.strip_prefix("%header{").and_then(|text| text.split_once('}')) {
                let found = self.headers.iter().find(|(each, _)| each.eq_ignore_ascii_case(name));
                outputs[to].push_str(&found.map_or(String::new(), |(_, value)| net::latin1(value)));
                rest = after;
            } else {
                outputs[to].push(letter);
                rest = &rest[letter.len_utf8()..];
            }
        }
        let [out, err] = outputs;
        (out, err)
    }
}

/// A text in JSON, as curl writes it.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if (control as u32) < 32 => out.push_str(&format!("\\u{:04x}", control as u32)),
            letter => out.push(letter),
        }
    }
    out + "\""
}
