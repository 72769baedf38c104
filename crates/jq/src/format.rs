//! `@text`, `@json`, `@csv` and their like.

use crate::print::{compact, excerpt};
use crate::value::Value;

/// A value as a string, as `tostring` has it.
pub fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_string(),
        other => compact(other),
    }
}

pub fn apply(format: &str, value: &Value) -> Result<String, Value> {
    match format {
        "text" => Ok(text(value)),
        "json" => Ok(compact(value)),
        "html" => Ok(replace(&text(value), |c| match c {
            '<' => Some("&lt;"),
            '>' => Some("&gt;"),
            '&' => Some("&amp;"),
            '\'' => Some("&apos;"),
            '"' => Some("&quot;"),
            _ => None,
        })),
        "uri" => Ok(text(value).bytes().map(percent).collect()),
        "urid" => percent_decode(&text(value)).ok_or_else(|| format!("string ({}) is not a valid uri encoding", excerpt(value)).into()),
        "csv" => row(value, "csv", ",", |text| format!("\"{}\"", text.replace('"', "\"\""))),
        "tsv" => row(value, "tsv", "\t", |text| {
            replace(text, |c| match c {
                '\t' => Some("\\t"),
                '\n' => Some("\\n"),
                '\r' => Some("\\r"),
                '\\' => Some("\\\\"),
                _ => None,
            })
        }),
        "sh" => shell(value),
        "base64" => Ok(encode(text(value).as_bytes(), BASE64, 6, 4)),
        "base64d" => base64_decode(value),
        "base32" => Ok(encode(text(value).as_bytes(), BASE32, 5, 8)),
        "base32d" => {
            let bytes = decode(text(value).as_bytes(), BASE32, 5).ok_or_else(|| Value::from(format!("string ({}) is not valid base32 data", excerpt(value))))?;
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        }
        other => Err(format!("{other} is not a valid format").into()),
    }
}

const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

fn replace(text: &str, with: impl Fn(char) -> Option<&'static str>) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match with(character) {
            Some(other) => out.push_str(other),
            None => out.push(character),
        }
    }
    out
}

fn percent(byte: u8) -> String {
    match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    }
}

fn percent_decode(text: &str) -> Option<String> {
    let mut out = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte == b'%' {
            let digits = std::str::from_utf8(tail.get(..2)?).ok()?;
            out.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &tail[2..];
        } else {
            out.push(byte);
        }
    }
    Some(String::from_utf8_lossy(&out).into_owned())
}

fn row(value: &Value, name: &str, separator: &str, quote: impl Fn(&str) -> String) -> Result<String, Value> {
    let Value::Array(items) = value else {
        return Err(format!("{} ({}) cannot be {name}-formatted, only array", value.kind(), excerpt(value)).into());
    };
    let cells: Result<Vec<String>, Value> = items
        .iter()
        .map(|item| match item {
            Value::Null => Ok(String::new()),
            Value::Bool(_) | Value::Number(_) | Value::Literal(_) => Ok(compact(item)),
            Value::String(text) => Ok(quote(text)),
            _ => Err(format!("{} ({}) is not valid in a {} row", item.kind(), excerpt(item), "csv").into()),
        })
        .collect();
    Ok(cells?.join(separator))
}

fn shell(value: &Value) -> Result<String, Value> {
    let one = |item: &Value| match item {
        Value::Array(_) | Value::Object(_) => Err(Value::from(format!("{} ({}) can not be escaped for shell", item.kind(), excerpt(item)))),
        Value::String(text) => Ok(format!("'{}'", text.replace('\'', "'\\''"))),
        other => Ok(compact(other)),
    };
    match value {
        Value::Array(items) => Ok(items.iter().map(one).collect::<Result<Vec<_>, _>>()?.join(" ")),
        other => one(other),
    }
}

fn encode(bytes: &[u8], alphabet: &[u8], bits: u32, group: usize) -> String {
    let mut out = String::new();
    let (mut buffer, mut held) = (0u32, 0);
    for &byte in bytes {
        buffer = (buffer << 8) | u32::from(byte);
        held += 8;
        while held >= bits {
            held -= bits;
            out.push(char::from(alphabet[((buffer >> held) & ((1 << bits) - 1)) as usize]));
        }
        buffer &= (1 << held) - 1;
    }
    if held > 0 {
        out.push(char::from(alphabet[((buffer << (bits - held)) & ((1 << bits) - 1)) as usize]));
    }
    while out.len() % group != 0 {
        out.push('=');
    }
    out
}

fn decode(text: &[u8], alphabet: &[u8], bits: u32) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let (mut buffer, mut held) = (0u32, 0);
    for byte in text.iter().filter(|byte| **byte != b'=') {
        let digit = alphabet.iter().position(|own| own == byte)? as u32;
        buffer = (buffer << bits) | digit;
        held += bits;
        if held >= 8 {
            held -= 8;
            out.push((buffer >> held) as u8);
            buffer &= (1 << held) - 1;
        }
    }
    Some(out)
}

fn base64_decode(value: &Value) -> Result<String, Value> {
    let text = text(value);
    let own = Value::from(text.as_str());
    let fault = |what: &str| Value::from(format!("{} ({}) {what}", own.kind(), excerpt(&own)));
    let digits = text.trim_end_matches('=').len();
    let bytes = decode(text.as_bytes(), BASE64, 6).ok_or_else(|| fault("is not valid base64 data"))?;
    match digits % 4 {
        1 => Err(fault("trailing base64 byte found")),
        _ => Ok(String::from_utf8_lossy(&bytes).into_owned()),
    }
}
