//! What the values of curl's flags mean.

use crate::options::{Options, Refusal, Schemes, Since};
use net::dates;
use net::form::{read_file, url_encoded, Part};

pub fn unknown(flag: &str, what: &str) -> Refusal {
    (2, format!("option {flag}: {what}"))
}

pub fn bad_number(flag: &str) -> Refusal {
    unknown(flag, "expected a proper numerical parameter")
}

/// Text for a person in lines of 79, as curl's warnings are; none with `-s`.
pub fn warn(quiet: bool, text: &str) {
    const WIDTH: usize = 79 - "Warning: ".len();
    let mut rest = text;
    while !quiet && !rest.is_empty() {
        let cut = if rest.len() <= WIDTH { rest.len() } else { rest[..WIDTH].rfind(' ').map_or(WIDTH, |at| at + 1) };
        eprintln!("Warning: {}", &rest[..cut]);
        rest = &rest[cut..];
    }
}

/// Seconds, perhaps with a fraction.
pub fn number(text: &str, flag: &str) -> Result<f64, Refusal> {
    text.parse::<f64>().ok().filter(|value| *value >= 0.0 && value.is_finite()).ok_or_else(|| bad_number(flag))
}

pub fn whole(text: &str, flag: &str) -> Result<u64, Refusal> {
    text.parse::<u64>().map_err(|_| bad_number(flag))
}

/// Bytes: a number, perhaps with k, M, G, T or P.
pub fn size(text: &str, flag: &str) -> Result<u64, Refusal> {
    let wrong = || unknown(flag, "is badly used here");
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let shift = match &text[digits.len()..].to_ascii_lowercase()[..] {
        "" | "b" => 0,
        "k" => 10,
        "m" => 20,
        "g" => 30,
        "t" => 40,
        "p" => 50,
        _ => return Err(wrong()),
    };
    digits.parse::<u64>().ok().and_then(|count| count.checked_mul(1 << shift)).ok_or_else(wrong)
}

/// `--rate N/s`, `/m`, `/h`, `/d`: the seconds from one transfer to the next.
pub fn rate(text: &str, flag: &str) -> Result<f64, Refusal> {
    let (count, unit) = text.split_once('/').unwrap_or((text, "h"));
    let seconds = match unit {
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        "d" => 86400.0,
        _ => return Err(unknown(flag, "is badly used here")),
    };
    let count = whole(count, flag)?;
    if count == 0 { Err(bad_number(flag)) } else { Ok(seconds / count as f64) }
}

/// `--proto`: names with `+`, `-` and `=` before them.
pub fn schemes(text: &str) -> Schemes {
    let mut allowed = Schemes::default();
    for word in text.split(',') {
        let name = word.trim_start_matches(['+', '-', '=']);
        let on = !word.starts_with('-');
        if word.contains('=') {
            allowed.0 = [!on, !on];
        }
        for (at, known) in ["http", "https"].iter().enumerate() {
            if name.eq_ignore_ascii_case("all") || name.eq_ignore_ascii_case(known) {
                allowed.0[at] = on;
            }
        }
    }
    allowed
}

pub fn range(text: String, quiet: bool) -> String {
    if text.contains('-') || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text;
    }
    warn(quiet, "A specified range MUST include at least one dash (-). Appending one for you!");
    text + "-"
}

/// `-z`: a date, or the time of a file; `-` before it asks for what is older.
pub fn since(text: &str, quiet: bool) -> Option<(Since, i64)> {
    let (kind, rest) = match text.strip_prefix('-') {
        Some(rest) => (Since::Older, rest),
        None => (Since::Newer, text.strip_prefix(['+', '=']).unwrap_or(text)),
    };
    let of_file = || {
        let time = std::fs::metadata(net::here(rest)).ok()?.modified().ok()?;
        Some(time.duration_since(std::time::UNIX_EPOCH).ok()?.as_secs() as i64)
    };
    let found = dates::parse(rest).or_else(of_file).map(|time| (kind, time));
    if found.is_none() {
        let text = "Illegal date format for -z, --time-cond (and not a file name). Disabling time condition. \
                    See curl_getdate(3) for valid date syntax.";
        warn(quiet, text);
    }
    found
}

fn from_file(name: &str) -> Result<Vec<u8>, Refusal> {
    read_file(name).map_err(|_| (26, format!("Failed to open {name}")))
}

/// The bytes of a file to post; one that cannot be read makes an empty post, as curl has it.
fn posted(name: &str, quiet: bool) -> Vec<u8> {
    read_file(name).unwrap_or_else(|_| {
        warn(quiet, &format!("Couldn't read data from file \"{name}\", this makes an empty POST."));
        Vec::new()
    })
}

pub fn write_out(text: &str) -> Result<String, Refusal> {
    match text.strip_prefix('@') {
        Some(name) => Ok(String::from_utf8_lossy(&from_file(name)?).replace(['\r', '\n'], "")),
        None => Ok(text.into()),
    }
}

pub fn header(o: &mut Options, text: String) -> Result<(), Refusal> {
    match text.strip_prefix('@') {
        Some(name) => {
            let lines = String::from_utf8_lossy(&from_file(name)?).into_owned();
            o.headers.extend(lines.lines().filter(|line| !line.is_empty()).map(String::from));
        }
        None => o.headers.push(text),
    }
    Ok(())
}

pub fn form(o: &mut Options, text: &str, literal: bool, flag: &str) -> Result<(), Refusal> {
    match Part::parse(text, literal) {
        None => Err(unknown(flag, "is badly used here")),
        Some(Err(_)) => Err((26, "Failed to open/read local data from file/application".into())),
        Some(Ok(part)) => {
            o.parts.push(part);
            Ok(())
        }
    }
}

pub fn data(o: &mut Options, name: &str, text: &str, quiet: bool) -> Result<(), Refusal> {
    let bytes = match (name, text.strip_prefix('@')) {
        ("data-raw", _) | (_, None) if name != "data-urlencode" => text.as_bytes().to_vec(),
        ("data-urlencode", _) => url_encoded(text).map_err(|_| (26, format!("Failed to open {text}")))?,
        ("data-binary" | "json", Some(file)) => posted(file, quiet),
        // Text ends where C's does.
        (_, Some(file)) => posted(file, quiet).into_iter().take_while(|byte| *byte != 0).filter(|byte| !b"\r\n".contains(byte)).collect(),
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

/// `--url-query`: as `--data-urlencode`, or as it is after a `+`.
pub fn query(text: &str) -> Result<Vec<u8>, Refusal> {
    match text.strip_prefix('+') {
        Some(plain) => Ok(plain.as_bytes().to_vec()),
        None => url_encoded(text).map_err(|_| (26, format!("Failed to open {text}"))),
    }
}
