//! One URL: redirects, retries, and what goes wrong.

use crate::cookies::Jar;
use crate::held::Held;
use crate::options::{Fail, Global, Options, Target};
use crate::progress::Progress;
use crate::report::Facts;
use crate::request::{check_scheme, names, Hop};
use crate::talk;
use crate::values::warn;
use net::fetch::{fetch, Body, Failure, Request, Response};
use net::text::base64;
use net::url;
use std::io::Write;
use std::time::{Duration, Instant};

const MAX_REDIRECTS: i64 = 50;
const TRANSIENT: [u32; 6] = [408, 429, 500, 502, 503, 504];
const MORE_ABOUT_CERTIFICATES: &str = "\nMore details here: https://curl.se/docs/sslcerts.html\n\n\
    curl failed to verify the legitimacy of the server and therefore could not\n\
    establish a secure connection to it. To learn more about this situation and\n\
    how to fix it, please visit the web page mentioned above.";

/// Exit status and message of a failed transfer.
pub struct Failed(pub i32, pub String);

/// What transfers of one command line share.
#[derive(Default)]
pub struct Shared {
    pub jar: Jar,
    /// Connections made so far (`-v` numbers them), and to whom one would still be open.
    pub connections: u32,
    pub kept: Vec<String>,
}

/// A transfer of one URL; leaves its facts for `-w`.
pub struct Transfer<'a> {
    pub global: &'a Global,
    pub options: &'a Options,
    pub target: &'a Target,
    pub facts: Facts,
    pub jar: &'a mut Jar,
    pub connections: &'a mut u32,
    pub kept: &'a mut Vec<String>,
    pub progress: Progress,
    /// Standard output.
    pub out: Held,
    /// Where a body goes on (`-C`).
    pub resumed: Option<u64>,
    /// The output's name once it is known.
    pub file: Option<String>,
    /// Whether the origin is still the first one, or trusted as it is.
    pub trusted: bool,
    pub started: Instant,
}

impl Transfer<'_> {
    /// Everything, from looking at the command line's words on.
    pub fn whole(&mut self) -> Result<(), Failed> {
        self.with_scheme(&self.facts.url)?;
        if let Some(name) = self.target.upload.as_deref().filter(|name| !["-", "."].contains(name)) {
            std::fs::File::open(net::here(name)).map_err(|_| {
                eprintln!("curl: Can't open '{name}'!\n{}", crate::SEE_HELP);
                Failed(26, "Failed to open/read local data from file/application".into())
            })?;
        }
        self.settle_name()?;
        self.run()
    }

    /// Tries as often as `--retry` says.
    pub fn run(&mut self) -> Result<(), Failed> {
        let o = self.options;
        let mut pause = 1;
        let from = Instant::now();
        for left in (0..=o.retry).rev() {
            self.started = Instant::now();
            (self.facts.redirects, self.facts.received, self.facts.sent) = (0, 0, 0);
            (self.facts.header_bytes, self.facts.request_bytes, self.facts.connects) = (0, 0, 0);
            self.resumed = self.resume_at();
            self.progress.begin(self.resumed.unwrap_or(0));
            let result = self.once();
            let named = self.facts.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("retry-after"));
            let named = named.and_then(|(_, value)| net::latin1(value).trim().parse::<u64>().ok());
            let wait = named.or(o.retry_delay.filter(|delay| *delay > 0.0).map(|delay| delay as u64)).unwrap_or(pause);
            let spent = from.elapsed().as_secs_f64() + named.unwrap_or(0) as f64;
            let too_late = o.retry_max_time > 0.0 && spent >= o.retry_max_time;
            let Some(why) = self.why_again(&result).filter(|_| left > 0 && !too_late) else { return result };
            let _ = self.out.flush();
            warn(self.global.silent, &format!("Problem {why}. Will retry in {wait} seconds. {left} retries left."));
            std::thread::sleep(Duration::from_secs(wait));
            pause = (pause * 2).min(600);
        }
        Ok(())
    }

    fn why_again(&self, result: &Result<(), Failed>) -> Option<&'static str> {
        let code = result.as_ref().err().map_or(0, |failed| failed.0);
        if [6, 28].contains(&code) {
            Some(": timeout")
        } else if code == 7 && self.options.retry_refused {
            Some(": connection refused")
        } else if (code == 0 || code == 22) && TRANSIENT.contains(&self.facts.status) {
            Some(": HTTP error")
        } else {
            (code != 0 && self.options.retry_all).then_some("(retrying all errors)")
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
            let follow = target.clone().filter(|_| self.options.location);
            self.facts.redirect_url = target.filter(|_| follow.is_none()).unwrap_or_default();
            let Some(next) = follow else {
                let delivered = self.deliver(&mut answer, &hop);
                self.progress.end();
                self.show_end();
                return delivered;
            };
            self.show_heads(&answer)?;
            self.progress.end();
            self.show_end();
            if limit >= 0 && self.facts.redirects as i64 >= limit {
                self.facts.redirect_url = next;
                return Err(Failed(47, format!("Maximum ({limit}) redirects followed")));
            }
            check_scheme(&next, self.options.redirect_schemes.0)?;
            if self.global.verbose {
                eprintln!("* Issue another request to this URL: '{next}'");
            }
            self.facts.redirects += 1;
            self.facts.times[5] = self.seconds();
            self.redirect(&mut hop, next, answer.status);
            self.progress.hop();
        }
    }

    fn ask(&mut self, hop: &Hop) -> Result<Response, Failed> {
        let o = self.options;
        let mut headers = hop.headers.clone();
        let body = if hop.with_body { self.body(&mut headers)? } else { Body::None };
        let length = body.length();
        let spent = self.seconds();
        if o.max_time > 0.0 && spent >= o.max_time {
            return Err(self.timed_out());
        }
        let time_ms = if o.max_time > 0.0 { (((o.max_time - spent) * 1000.0) as u32).max(1) } else { 0 };
        let connect_ms = (o.connect_timeout * 1000.0) as u32;
        let request = Request { method: &hop.method, url: &hop.url, headers: &headers, decode: o.compressed, time_ms, connect_ms };
        let asked = self.seconds();
        self.progress.up.size = length.flatten();
        let progress = &mut self.progress;
        let result = fetch(&request, body, &mut |count| {
            progress.up.done += count;
            progress.update();
        });
        self.facts.sent += self.progress.up.done;
        self.facts.method = hop.method.clone();
        self.facts.effective = if hop.url.contains("://") { with_path(&hop.url) } else { hop.url.clone() };
        self.facts.times[4] = self.seconds();
        let answer = result.map_err(|failure| self.unanswered(failure, &request, length))?;
        self.note(&answer, &request, length, asked);
        Ok(answer)
    }

    /// Facts of an answer's head.
    fn note(&mut self, answer: &Response, request: &Request, length: Option<Option<u64>>, asked: f64) {
        for (at, micros) in answer.times.iter().enumerate() {
            self.facts.times[at] = if *micros == 0 { 0.0 } else { asked + *micros as f64 / 1e6 };
        }
        self.facts.times[3] = self.seconds();
        let head = talk::head_bytes(answer);
        let facts = &mut self.facts;
        facts.status = answer.status;
        facts.version = answer.version.clone();
        facts.address = answer.address.clone();
        facts.headers = answer.headers.clone();
        facts.header_bytes += head.len() as u64;
        facts.request_bytes += talk::request_head(request, length).len() as u64 + if length.is_some() { self.progress.up.done } else { 0 };
        let sent_referer = request.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("referer"));
        facts.referer = sent_referer.map_or(String::new(), |(_, value)| net::latin1(value));
        let origin = url::origin(request.url);
        if !self.kept.contains(&origin) {
            facts.connects += 1;
            *self.connections += 1;
        }
        self.kept.retain(|each| *each != origin);
        if talk::is_kept(answer) {
            self.kept.push(origin);
        }
        if self.global.verbose {
            talk::show_request(request, Some(&answer.address), length, self.connections.saturating_sub(1));
            if self.progress.up.done > 0 {
                eprintln!("}} [{} bytes data]", self.progress.up.done);
            }
            let refused = answer.status >= 400 && self.options.fail == Fail::Early;
            talk::show_head(&head, refused.then(|| format!("The requested URL returned error: {}", answer.status)).as_deref());
        }
        for (_, value) in answer.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie")) {
            self.jar.receive(&net::latin1(value), request.url);
        }
        let size = answer.header("content-length").and_then(|text| net::latin1(text).trim().parse::<u64>().ok());
        self.progress.down.size = size;
    }

    fn show_end(&self) {
        if self.global.verbose {
            let number = self.connections.saturating_sub(1);
            let host = url::split(&self.facts.effective).map(|(_, authority, _)| url::host(authority)).unwrap_or_default();
            if self.kept.contains(&url::origin(&self.facts.effective)) {
                eprintln!("* Connection #{number} to host {} left intact", host.trim_matches(['[', ']']));
            } else {
                eprintln!("* Closing connection {number}");
            }
        }
    }

    fn redirect(&mut self, hop: &mut Hop, next: String, status: u32) {
        let o = self.options;
        let to_get = match status {
            301 => hop.method == "POST" && !o.keep_post[0],
            302 => hop.method == "POST" && !o.keep_post[1],
            303 => hop.method != "HEAD" && !(hop.method == "POST" && o.keep_post[2]),
            _ => false,
        };
        if to_get {
            hop.with_body = false;
            hop.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-type") || o.json || o.headers.iter().any(|line| names(line, name)));
            if o.method.is_none() {
                hop.method = "GET".into();
            }
        }
        let (next, user) = url::take_credentials(&next);
        let elsewhere = url::origin(&next) != url::origin(&hop.url) && !o.location_trusted;
        if elsewhere {
            hop.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("authorization") && !name.eq_ignore_ascii_case("cookie"));
            self.trusted = false;
        }
        if let Some(user) = user {
            hop.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("authorization"));
            hop.headers.push(("Authorization".into(), format!("Basic {}", base64(user.as_bytes())).into_bytes()));
        }
        if o.auto_referer {
            let from = hop.url.split('#').next().unwrap_or("").to_string();
            hop.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("referer"));
            hop.headers.push(("Referer".into(), from.into_bytes()));
        }
        if self.jar.on && !o.headers.iter().any(|line| names(line, "cookie")) {
            hop.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("cookie"));
            let cookies = self.cookies(&next, self.trusted);
            hop.headers.extend(cookies.map(|cookies| ("Cookie".to_string(), cookies.into_bytes())));
        }
        hop.url = next;
    }

    pub fn seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }

    fn timed_out(&self) -> Failed {
        let spent = (self.seconds() * 1000.0) as u64;
        let (got, of) = (self.progress.down.done, self.progress.down.size.map_or(String::new(), |size| format!(" out of {size}")));
        let of = if got > 0 { of } else { String::new() };
        Failed(28, format!("Operation timed out after {spent} milliseconds with {got}{of} bytes received"))
    }

    /// Why there is no answer at all.
    fn unanswered(&mut self, failure: Failure, request: &Request, length: Option<Option<u64>>) -> Failed {
        let code = match &failure {
            Failure::Host { code, .. } => code.clone(),
            _ => String::new(),
        };
        let (_, authority, _) = url::split(request.url).unwrap_or(("", "", ""));
        let (host, port) = (url::host(authority), url::port(request.url));
        let spent = ((self.seconds() * 1000.0) as u64).to_string();
        let failed = match code.as_str() {
            "resolve" => Failed(6, format!("Could not resolve host: {host}")),
            "connect" => Failed(7, format!("Failed to connect to {host} port {port} after {spent} ms: Couldn't connect to server")),
            "reset" if failure.to_string().contains("ECONNRESET") => Failed(56, "Recv failure: Connection reset by peer".into()),
            "reset" => Failed(52, "Empty reply from server".into()),
            _ => self.failed(failure),
        };
        if self.global.verbose {
            if code == "reset" {
                talk::show_request(request, None, length, *self.connections);
            }
            eprintln!("* {}\n* Closing connection {}", failed.1, self.connections);
        }
        if code != "resolve" {
            self.progress.end();
        }
        failed
    }

    pub fn failed_reading(&self, failure: Failure) -> Failed {
        match (&failure, self.progress.down.size) {
            (Failure::Host { code, .. }, Some(size)) if code == "reset" || code == "protocol" => {
                let missing = size.saturating_sub(self.progress.down.done);
                Failed(18, format!("transfer closed with {missing} bytes remaining to read"))
            }
            (Failure::Host { code, .. }, None) if code == "reset" => {
                Failed(18, "transfer closed with outstanding read data remaining".into())
            }
            _ => self.failed(failure),
        }
    }

    fn failed(&self, failure: Failure) -> Failed {
        let mut text = failure.to_string();
        let code = match &failure {
            Failure::Body(_) => 26,
            Failure::Device(_) => 7,
            Failure::Host { code, .. } => match code.as_str() {
                "time" if self.options.max_time > 0.0 => return self.timed_out(),
                "url" => 3,
                "resolve" => 6,
                "time" => 28,
                "handshake" => {
                    text = reason(&text).into();
                    35
                }
                "tls" => {
                    text = about_certificate(&text, &self.facts.effective);
                    60
                }
                "reset" => 56,
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

/// Of what the host says, `request to HOST:PORT: REASON`, the last.
fn reason(text: &str) -> &str {
    text.strip_prefix("request to ").and_then(|rest| rest.split_once(": ")).map_or(text, |(_, reason)| reason)
}

/// What curl says of a certificate.
fn about_certificate(text: &str, address: &str) -> String {
    let reason = reason(text);
    if reason.contains("altnames") {
        let host = url::split(address).map(|(_, authority, _)| url::host(authority)).unwrap_or_default();
        return format!("SSL: no alternative certificate subject name matches target host name '{host}'{MORE_ABOUT_CERTIFICATES}");
    }
    format!("SSL certificate problem: {reason}{MORE_ABOUT_CERTIFICATES}")
}

/// An address as curl tells it: with a path.
fn with_path(address: &str) -> String {
    let Some((scheme, authority, rest)) = url::split(address) else { return address.into() };
    let slash = if rest.starts_with('/') { "" } else { "/" };
    format!("{scheme}://{authority}{slash}{rest}")
}
