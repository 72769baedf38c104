//! Values to JSON text.

use std::fmt::Write;

use crate::value::{sorted_keys, Map, Value};

/// How to lay out a value.
#[derive(Clone, Default)]
pub struct Style {
    /// What one level is indented by; None puts everything on one line.
    pub indent: Option<String>,
    pub sort_keys: bool,
    pub ascii: bool,
    pub colours: Option<Colours>,
}

/// Escape sequences for null, false, true, numbers, strings, arrays, objects and keys.
#[derive(Clone)]
pub struct Colours(pub [String; 8]);

const RESET: &str = "\x1b[0m";

impl Colours {
    /// The usual ones, changed by what JQ_COLORS says.
    pub fn from(setting: Option<&str>) -> Colours {
        let mut list = ["1;30", "0;39", "0;39", "0;39", "0;32", "1;39", "1;39", "34;1"].map(|code| format!("\x1b[{code}m"));
        let codes = setting.unwrap_or_default();
        if codes.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b';' | b':')) {
            for (slot, code) in list.iter_mut().zip(codes.split(':').filter(|_| !codes.is_empty())) {
                *slot = format!("\x1b[{code}m");
            }
        }
        Colours(list)
    }
}

/// A value on one line.
pub fn compact(value: &Value) -> String {
    let mut out = String::new();
    write(&mut out, value, &Style::default());
    out
}

/// A value for an error message: its first bytes.
pub fn excerpt(value: &Value) -> String {
    let text = compact(value);
    if text.len() <= 14 {
        return text;
    }
    let end = (0..=11).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    format!("{}...", &text[..end])
}

/// Appends a value's text.
pub fn write(out: &mut String, value: &Value, style: &Style) {
    match &style.colours {
        Some(colours) => coloured(out, value, style, colours, 0),
        None => plain(out, value, style, 0),
    }
}

fn new_line(out: &mut String, style: &Style, level: usize) {
    if let Some(indent) = &style.indent {
        out.push('\n');
        for _ in 0..level {
            out.push_str(indent);
        }
    }
}

fn fields<'a>(map: &'a Map, style: &Style) -> Box<dyn Iterator<Item = (&'a str, &'a Value)> + 'a> {
    if style.sort_keys {
        Box::new(sorted_keys(map).into_iter().map(|key| (&**key, &map[key])))
    } else {
        Box::new(map.iter().map(|(key, value)| (&**key, value)))
    }
}

fn scalar(out: &mut String, value: &Value, ascii: bool) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Value::Number(value) => number(out, *value),
        Value::Literal(literal) => out.push_str(&literal.1),
        Value::String(text) => string(out, text, ascii),
        Value::Array(_) => out.push_str("[]"),
        Value::Object(_) => out.push_str("{}"),
    }
}

fn plain(out: &mut String, value: &Value, style: &Style, level: usize) {
    match value {
        Value::Array(items) if !items.is_empty() => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                new_line(out, style, level + 1);
                plain(out, item, style, level + 1);
            }
            new_line(out, style, level);
            out.push(']');
        }
        Value::Object(map) if !map.is_empty() => {
            out.push('{');
            let mut put = |index: usize, key: &str, item: &Value| {
                if index > 0 {
                    out.push(',');
                }
                new_line(out, style, level + 1);
                string(out, key, style.ascii);
                out.push_str(if style.indent.is_some() { ": " } else { ":" });
                plain(out, item, style, level + 1);
            };
            if style.sort_keys {
                sorted_keys(map).into_iter().enumerate().for_each(|(index, key)| put(index, key, &map[key]));
            } else {
                map.iter().enumerate().for_each(|(index, (key, item))| put(index, key, item));
            }
            new_line(out, style, level);
            out.push('}');
        }
        _ => scalar(out, value, style.ascii),
    }
}

fn coloured(out: &mut String, value: &Value, style: &Style, colours: &Colours, level: usize) {
    let colour = |index: usize| colours.0[index].as_str();
    match value {
        Value::Array(items) if !items.is_empty() => {
            out.push_str(&format!("{}[", colour(5)));
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push_str(&format!("{},", colour(5)));
                }
                new_line(out, style, level + 1);
                coloured(out, item, style, colours, level + 1);
            }
            out.push_str(colour(5));
            new_line(out, style, level);
            out.push_str(&format!("{}]{RESET}", colour(5)));
        }
        Value::Object(map) if !map.is_empty() => {
            out.push_str(&format!("{}{{", colour(6)));
            for (index, (key, item)) in fields(map, style).enumerate() {
                if index > 0 {
                    out.push_str(&format!("{},", colour(6)));
                }
                new_line(out, style, level + 1);
                out.push_str(&format!("{RESET}{}", colour(7)));
                string(out, key, style.ascii);
                out.push_str(&format!("{RESET}{}:{}{RESET}", colour(6), if style.indent.is_some() { " " } else { "" }));
                coloured(out, item, style, colours, level + 1);
            }
            out.push_str(colour(6));
            new_line(out, style, level);
            out.push_str(&format!("{}}}{RESET}", colour(6)));
        }
        _ => {
            let index = match value {
                Value::Null => 0,
                Value::Bool(false) => 1,
                Value::Bool(true) => 2,
                Value::Number(_) | Value::Literal(_) => 3,
                Value::String(_) => 4,
                Value::Array(_) => 5,
                Value::Object(_) => 6,
            };
            out.push_str(colour(index));
            scalar(out, value, style.ascii);
            out.push_str(RESET);
        }
    }
}

/// A string with its quotes.
pub fn string(out: &mut String, text: &str, ascii: bool) {
    out.push('"');
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\t' => "\\t",
            b'\r' => "\\r",
            8 => "\\b",
            12 => "\\f",
            0..=31 | 127 => "",
            _ => continue,
        };
        put(out, &text[from..at], ascii);
        from = at + 1;
        out.push_str(escape);
        if escape.is_empty() {
            let _ = write!(out, "\\u{byte:04x}");
        }
    }
    put(out, &text[from..], ascii);
    out.push('"');
}

fn put(out: &mut String, text: &str, ascii: bool) {
    if !ascii || text.is_ascii() {
        out.push_str(text);
        return;
    }
    for character in text.chars() {
        if character.is_ascii() {
            out.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
}

/// A number: the fewest digits that name the double, at most 17.
pub fn number(out: &mut String, value: f64) {
    if value.is_nan() {
        return out.push_str("null");
    }
    let value = value.clamp(-f64::MAX, f64::MAX);
    if value == value.trunc() && value.abs() < 1e15 {
        if value == 0.0 && value.is_sign_negative() {
            out.push('-');
        }
        let _ = write!(out, "{}", value as i64);
        return;
    }
    let mut buffer = ryu::Buffer::new();
    let text = buffer.format_finite(value);
    if text.starts_with('-') {
        out.push('-');
    }
    let (mantissa, exponent) = text.trim_start_matches('-').split_once('e').unwrap_or((text.trim_start_matches('-'), "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let fraction = if fraction == "0" { "" } else { fraction };
    let all = format!("{whole}{fraction}");
    let leading = all.len() - all.trim_start_matches('0').len();
    let digits = all[leading..].trim_end_matches('0');
    // The decimal point stands before digit `point`.
    let point = whole.len() as i32 - leading as i32 + exponent.parse::<i32>().unwrap_or(0);
    layout(out, digits, point);
}

fn layout(out: &mut String, digits: &str, point: i32) {
    let count = digits.len() as i32;
    if point <= -4 || point > count + 15 {
        out.push_str(&digits[..1]);
        if count > 1 {
            let _ = write!(out, ".{}", &digits[1..]);
        }
        let _ = write!(out, "e{}{:02}", if point > 0 { '+' } else { '-' }, (point - 1).abs());
    } else if point <= 0 {
        let _ = write!(out, "0.{}{digits}", "0".repeat(-point as usize));
    } else if point >= count {
        let _ = write!(out, "{digits}{}", "0".repeat((point - count) as usize));
    } else {
        let _ = write!(out, "{}.{}", &digits[..point as usize], &digits[point as usize..]);
    }
}
