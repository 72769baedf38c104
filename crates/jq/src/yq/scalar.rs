//! Plain scalars of YAML's core schema, and how a string is written.

use crate::value::Value;

/// The value of a plain scalar.
pub fn resolve(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return true.into(),
        "false" | "False" | "FALSE" => return false.into(),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return f64::INFINITY.into(),
        "-.inf" | "-.Inf" | "-.INF" => return f64::NEG_INFINITY.into(),
        ".nan" | ".NaN" | ".NAN" => return f64::NAN.into(),
        _ => {}
    }
    number(text).unwrap_or_else(|| text.into())
}

fn number(text: &str) -> Option<Value> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(rest) = digits.strip_prefix(prefix) {
            let value = i64::from_str_radix(rest, radix).ok().filter(|_| !rest.starts_with(['-', '+']))? as f64;
            return Some(if text.starts_with('-') { -value } else { value }.into());
        }
    }
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') || !digits.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return crate::json::parse(text.trim_start_matches('+').as_bytes()).ok().flatten().or_else(|| text.parse::<f64>().ok().map(Value::from));
    }
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'));
    text.parse::<f64>().ok().filter(|_| plain).map(Value::from)
}

/// A string on one line: plain if it can be, else in quotes.
pub fn inline(text: &str, flow: bool) -> String {
    if !matches!(resolve(text), Value::String(_)) || matches!(text, "y" | "Y" | "n" | "N" | "yes" | "Yes" | "YES" | "no" | "No" | "NO" | "on" | "On" | "ON" | "off" | "Off" | "OFF") || looks_like_date(text) {
        return double(text);
    }
    if text.chars().any(|c| c.is_control() || c == '\u{feff}') {
        return double(text);
    }
    let first = text.as_bytes()[0];
    let indicator = matches!(first, b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\'' | b'"' | b'%' | b'@' | b'`')
        || (matches!(first, b'-' | b'?' | b':') && text.as_bytes().get(1).is_none_or(|next| *next == b' '))
        || text.starts_with("---")
        || text.starts_with("...");
    let inside = text.contains(": ") || text.contains(" #") || text.ends_with(':') || text.starts_with(' ') || text.ends_with(' ') || text == "=" || text == "<<";
    if indicator || inside || (flow && text.contains([',', '[', ']', '{', '}'])) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    text.to_string()
}

/// A plain date would be a timestamp.
fn looks_like_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 10 && bytes[4] == b'-' && bytes[7] == b'-' && bytes[..10].iter().enumerate().all(|(at, byte)| at == 4 || at == 7 || byte.is_ascii_digit())
}

fn double(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\0' => out.push_str("\\0"),
            c if c.is_control() || c == '\u{feff}' => out.push_str(&format!("\\u{:04X}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// What a double-quoted scalar's escape stands for; the number of further bytes it takes, if it is a code.
pub fn escape(letter: u8) -> Result<&'static str, usize> {
    Ok(match letter {
        b'0' => "\0",
        b'a' => "\x07",
        b'b' => "\x08",
        b't' | b'\t' => "\t",
        b'n' => "\n",
        b'v' => "\x0b",
        b'f' => "\x0c",
        b'r' => "\r",
        b'e' => "\x1b",
        b' ' => " ",
        b'"' => "\"",
        b'/' => "/",
        b'\\' => "\\",
        b'N' => "\u{85}",
        b'_' => "\u{a0}",
        b'L' => "\u{2028}",
        b'P' => "\u{2029}",
        b'x' => return Err(2),
        b'u' => return Err(4),
        b'U' => return Err(8),
        _ => return Err(0),
    })
}
