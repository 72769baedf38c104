//! shadowbox-fetch: one request as it is, for scripts that want the answer's bytes and its head.

use net::fetch::{fetch, Body, Failure, Headers, Request};
use std::io::{self, Write};

const USAGE: &str = "Usage: shadowbox-fetch [-X METHOD] [-H 'Name: value']... [--body] [--decode] [--time MS] URL\n\
Prints the body; the status line and headers go to standard error. --body sends standard input.\n\
Exit status: 0 an answer came, 1 none, 2 wrong usage, 3 the policy refused it.\n";

fn main() {
    std::process::exit(run().unwrap_or_else(|text| {
        eprint!("{text}{USAGE}");
        2
    }));
}

fn run() -> Result<i32, String> {
    let mut args = std::env::args().skip(1);
    let (mut method, mut url, mut headers, mut with_body) = (String::from("GET"), None, Headers::new(), false);
    let (mut decode, mut time_ms) = (false, 0);
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or(format!("shadowbox-fetch: {arg}: expected a value\n"));
        match arg.as_str() {
            "-X" => method = value()?,
            "-H" => {
                let line = value()?;
                let (name, text) = line.split_once(':').ok_or(format!("shadowbox-fetch: expected Name: value, got {line}\n"))?;
                headers.push((name.trim().into(), text.trim().as_bytes().to_vec()));
            }
            "--body" => with_body = true,
            "--decode" => decode = true,
            "--time" => time_ms = value()?.parse().map_err(|_| "shadowbox-fetch: --time: expected milliseconds\n")?,
            "--help" => {
                print!("{USAGE}");
                return Ok(0);
            }
            flag if flag.starts_with('-') => return Err(format!("shadowbox-fetch: {flag}: unknown option\n")),
            _ => url = Some(arg),
        }
    }
    let url = url.ok_or("shadowbox-fetch: expected a URL\n")?;
    let request = Request { method: &method, url: &url, headers: &headers, decode, time_ms, connect_ms: 0 };
    let body = if with_body { Body::Stream(Box::new(io::stdin()), None) } else { Body::None };
    Ok(match transfer(&request, body) {
        Ok(()) => 0,
        Err(failure) => {
            eprintln!("shadowbox-fetch: {failure}");
            if matches!(&failure, Failure::Host { code, .. } if code == "denied") { 3 } else { 1 }
        }
    })
}

fn transfer(request: &Request, body: Body) -> Result<(), Failure> {
    let mut answer = fetch(request, body, &mut |_| {})?;
    eprintln!("HTTP/{} {} {}", answer.version, answer.status, answer.reason);
    for (name, value) in &answer.headers {
        eprintln!("{name}: {}", net::latin1(value));
    }
    let mut out = io::stdout().lock();
    let mut buffer = vec![0; 65536];
    loop {
        let count = answer.read(&mut buffer)?;
        if count == 0 {
            return out.flush().map_err(Failure::Device);
        }
        out.write_all(&buffer[..count]).map_err(Failure::Device)?;
    }
}
