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
    pub received: u64,
    pub sent: u64,
    pub redirects: u32,
    pub redirect_url: String,
    pub file: String,
    pub exit: i32,
    pub error: String,
    /// Seconds: resolved, connected, secured, first byte, all, in redirects.
    pub times: [f64; 6],
}

impl Facts {
    fn header(&self, name: &str) -> String {
        let found = self.headers.iter().rev().find(|(each, _)| each.eq_ignore_ascii_case(name));
        found.map_or(String::new(), |(_, value)| net::latin1(value))
    }

    fn variable(&self, name: &str) -> Option<String> {
        let seconds = |at: usize| format!("{:.6}", self.times[at]);
        let speed = |bytes: u64| format!("{:.0}", bytes as f64 / self.times[4].max(1e-6));
        Some(match name {
            "http_code" | "response_code" => format!("{:03}", self.status),
            "http_connect" => "000".into(),
            "http_version" => self.version.clone(),
            "content_type" => self.header("content-type"),
            "url" => self.url.clone(),
            "url_effective" => self.effective.clone(),
            "method" => self.method.clone(),
            "scheme" => self.effective.split("://").next().unwrap_or("").to_ascii_uppercase(),
            "num_redirects" => self.redirects.to_string(),
            "num_connects" => (self.redirects + 1).to_string(),
            "num_headers" => self.headers.len().to_string(),
            "redirect_url" => self.redirect_url.clone(),
            "filename_effective" => self.file.clone(),
            "remote_ip" => self.address.clone(),
            "size_download" => self.received.to_string(),
            "size_upload" => self.sent.to_string(),
            "size_header" => self.header_bytes.to_string(),
            "speed_download" => speed(self.received),
            "speed_upload" => speed(self.sent),
            "time_namelookup" => seconds(0),
            "time_connect" => seconds(1),
            "time_appconnect" => seconds(2),
            "time_pretransfer" => seconds(1),
            "time_starttransfer" => seconds(3),
            "time_total" => seconds(4),
            "time_redirect" => seconds(5),
            "exitcode" => self.exit.to_string(),
            "errormsg" => self.error.clone(),
            "urlnum" => "0".into(),
            "ssl_verify_result" => "0".into(),
            _ => return None,
        })
    }

    /// A `-w` text filled in: what goes to stdout, and to stderr.
    pub fn fill(&self, format: &str) -> (String, String) {
        let mut outputs = [String::new(), String::new()];
        let mut to = 0;
        let mut rest = format;
        while let Some(letter) = rest.chars().next() {
            if letter == '\\' {
                let next = rest[1..].chars().next();
                let plain = match next {
                    Some('n') => "\n",
                    Some('r') => "\r",
                    Some('t') => "\t",
                    _ => "",
                };
                if plain.is_empty() {
                    outputs[to].push('\\');
                    outputs[to].extend(next);
                } else {
                    outputs[to].push_str(plain);
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
                    name => outputs[to].push_str(&self.variable(name).unwrap_or_default()),
                }
                rest = after;
            } else if let Some((name, after)) = rest.strip_prefix("%header{").and_then(|text| text.split_once('}')) {
                outputs[to].push_str(&self.header(name));
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
