//! Values and names as SQL, CSV, JSON and HTML.

use crate::db::{is_keyword, real_text, Value};

/// Text as C sees it: up to the first NUL.
pub fn c_text(text: &[u8]) -> &[u8] {
    &text[..text.iter().position(|byte| *byte == 0).unwrap_or(text.len())]
}

/// A text in single quotes.
pub fn quoted(text: &[u8]) -> Vec<u8> {
    let mut out = vec![b'\''];
    for byte in c_text(text) {
        out.push(*byte);
        if *byte == b'\'' {
            out.push(b'\'');
        }
    }
    out.push(b'\'');
    out
}

/// A value as SQL.
pub fn literal(value: &Value) -> Vec<u8> {
    match value {
        Value::Null => b"NULL".to_vec(),
        Value::Integer(number) => number.to_string().into_bytes(),
        Value::Real(number) => real_text(*number).into_bytes(),
        Value::Text(text) => quoted(text),
        Value::Blob(bytes) => format!("X'{}'", bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>()).into_bytes(),
    }
}

/// A value as SQL on one line: newlines are put in by a function.
pub fn line_literal(value: &Value) -> Vec<u8> {
    let Value::Text(text) = value else { return literal(value) };
    let text = c_text(text);
    let mut out = quoted(text);
    for (byte, escapes, code) in [(b'\r', ["\\r", "\\015"], "13"), (b'\n', ["\\n", "\\012"], "10")] {
        if !text.contains(&byte) {
            continue;
        }
        let taken = |escape: &str| text.windows(escape.len()).any(|window| window == escape.as_bytes());
        let numbered = (0..).map(|number| format!("({}{number})", escapes[0]));
        let escape = escapes.map(str::to_string).into_iter().chain(numbered).find(|escape| !taken(escape)).unwrap_or_default().into_bytes();
        let replaced: Vec<u8> = out.iter().flat_map(|b| if *b == byte { escape.clone() } else { vec![*b] }).collect();
        out = [b"replace(", &replaced[..], b",'", &escape, b"',char(", code.as_bytes(), b"))"].concat();
    }
    out
}

/// A name as SQL, in double quotes if it must be.
pub fn name(text: &[u8]) -> Vec<u8> {
    let plain = text.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_') && text.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    if plain && !is_keyword(text) { text.to_vec() } else { quoted_name(text) }
}

pub fn quoted_name(text: &[u8]) -> Vec<u8> {
    let mut out = vec![b'"'];
    for byte in text {
        out.push(*byte);
        if *byte == b'"' {
            out.push(b'"');
        }
    }
    out.push(b'"');
    out
}

pub fn csv(text: &[u8], separator: &[u8]) -> Vec<u8> {
    let special = |byte: &u8| *byte <= b' ' || *byte >= 0x7f || matches!(byte, b'"' | b'\'');
    let contains = !separator.is_empty() && text.windows(separator.len()).any(|window| window == separator);
    if text.is_empty() || contains || text.iter().any(special) { quoted_name(text) } else { text.to_vec() }
}

pub fn json(text: &[u8]) -> String {
    let mut out = String::from("\"");
    for character in String::from_utf8_lossy(text).chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\0'..' ' => out.push_str(&format!("\\u{:04x}", character as u32)),
            _ => out.push(character),
        }
    }
    out.push('"');
    out
}

pub fn html(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for byte in text {
        match byte {
            b'<' => out.extend(b"&lt;"),
            b'>' => out.extend(b"&gt;"),
            b'&' => out.extend(b"&amp;"),
            b'"' => out.extend(b"&quot;"),
            b'\'' => out.extend(b"&#39;"),
            _ => out.push(*byte),
        }
    }
    out
}

/// A text as a string of C, for tcl.
pub fn c_string(text: &[u8]) -> Vec<u8> {
    let mut out = vec![b'"'];
    for byte in text {
        match byte {
            b'"' => out.extend(b"\\\""),
            b'\\' => out.extend(b"\\\\"),
            b'\t' => out.extend(b"\\t"),
            b'\n' => out.extend(b"\\n"),
            b'\r' => out.extend(b"\\r"),
            0..32 | 127.. => out.extend(format!("\\{byte:03o}").bytes()),
            _ => out.push(*byte),
        }
    }
    out.push(b'"');
    out
}
