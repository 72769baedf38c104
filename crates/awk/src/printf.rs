//! `printf` formatting, as C's with awk's conversions of arguments.

use crate::number::{non_finite, push_integer};
use crate::text::{char_count, char_len, char_offset};
use crate::value::Value;

#[derive(Default, Clone)]
struct Spec {
    left: bool,
    plus: bool,
    space: bool,
    alternate: bool,
    zero: bool,
    group: bool,
    width: usize,
    precision: Option<usize>,
}

/// Appends the formatted text; numbers become text by `convfmt`. The error is where in the format the arguments ran out.
pub fn format(format: &[u8], args: &[Value], convfmt: &[u8], out: &mut Vec<u8>) -> Result<(), usize> {
    Formatter { args, next: 0, convfmt, lacking: false }.run(format, out)
}

struct Formatter<'a> {
    args: &'a [Value],
    next: usize,
    convfmt: &'a [u8],
    /// An argument was asked for that is not there.
    lacking: bool,
}

impl Formatter<'_> {
    fn run(&mut self, format: &[u8], out: &mut Vec<u8>) -> Result<(), usize> {
        let mut at = 0;
        while at < format.len() {
            if format[at] != b'%' {
                let len = memchr::memchr(b'%', &format[at..]).unwrap_or(format.len() - at);
                out.extend_from_slice(&format[at..at + len]);
                at += len;
            } else if format.get(at + 1) == Some(&b'%') {
                out.push(b'%');
                at += 2;
            } else {
                let len = self.conversion(&format[at..], out);
                if self.lacking {
                    return Err(at);
                }
                at += len;
            }
        }
        Ok(())
    }

    fn argument(&mut self, position: Option<usize>) -> Value {
        let index = position.unwrap_or_else(|| {
            self.next += 1;
            self.next - 1
        });
        self.lacking |= index >= self.args.len();
        self.args.get(index).cloned().unwrap_or_default()
    }

    /// One conversion from its `%` on; returns its length.
    fn conversion(&mut self, text: &[u8], out: &mut Vec<u8>) -> usize {
        let mut spec = Spec::default();
        let mut at = 1;
        let position = position(text, &mut at);
        while let Some(flag) = text.get(at) {
            match flag {
                b'-' => spec.left = true,
                b'+' => spec.plus = true,
                b' ' => spec.space = true,
                b'#' => spec.alternate = true,
                b'0' => spec.zero = true,
                b'\'' => spec.group = true,
                _ => break,
            }
            at += 1;
        }
        let width = self.count(text, &mut at);
        spec.left |= width < 0;
        spec.width = width.unsigned_abs().min(1 << 28) as usize;
        if text.get(at) == Some(&b'.') {
            at += 1;
            spec.precision = usize::try_from(self.count(text, &mut at)).ok().map(|p| p.min(1 << 28));
        }
        while matches!(text.get(at), Some(b'h' | b'l' | b'L' | b'q' | b'j' | b'z' | b't')) {
            at += 1;
        }
        let Some(&letter) = text.get(at) else {
            out.extend_from_slice(text);
            return text.len();
        };
        if letter == b'%' {
            out.push(b'%');
            return at + 1;
        }
        if !b"diouxXeEfFgGaAcs".contains(&letter) {
            out.extend_from_slice(&text[..=at]);
            return at + 1;
        }
        let value = self.argument(position);
        match letter {
            b's' => self.string(&spec, &value, out),
            b'c' => character(&spec, &value, self.convfmt, out),
            _ => self.number(&spec, letter, value.num(), out),
        }
        at + 1
    }

    /// A width or precision: digits, or `*` for an argument.
    fn count(&mut self, text: &[u8], at: &mut usize) -> i64 {
        if text.get(*at) == Some(&b'*') {
            *at += 1;
            let position = position(text, at);
            return self.argument(position).num() as i64;
        }
        let mut value = 0i64;
        while let Some(digit) = text.get(*at).filter(|b| b.is_ascii_digit()) {
            value = value.saturating_mul(10).saturating_add(i64::from(digit - b'0'));
            *at += 1;
        }
        value
    }

    fn string(&self, spec: &Spec, value: &Value, out: &mut Vec<u8>) {
        let text = value.text(self.convfmt);
        let end = spec.precision.map_or(text.len(), |chars| char_offset(&text, chars));
        pad(spec, b"", &text[..end], false, out);
    }

    fn number(&self, spec: &Spec, letter: u8, value: f64, out: &mut Vec<u8>) {
        if let Some(name) = non_finite(value) {
            let name = if spec.plus || value.is_nan() || name.starts_with('-') { name } else { &name[..] };
            pad(&Spec { zero: false, ..spec.clone() }, b"", name.as_bytes(), false, out);
            return;
        }
        match letter {
            b'd' | b'i' => integer(spec, value, out),
            b'o' | b'x' | b'X' | b'u' => unsigned(spec, letter, value, out),
            _ => float(spec, letter, value, out),
        }
    }
}

/// `N$` after a `%` or `*`, counted from 0.
fn position(text: &[u8], at: &mut usize) -> Option<usize> {
    let digits = text[*at..].iter().take_while(|b| b.is_ascii_digit()).count();
    if digits == 0 || text.get(*at + digits) != Some(&b'$') {
        return None;
    }
    let number: usize = std::str::from_utf8(&text[*at..*at + digits]).ok()?.parse().ok()?;
    *at += digits + 1;
    number.checked_sub(1)
}

fn character(spec: &Spec, value: &Value, convfmt: &[u8], out: &mut Vec<u8>) {
    let number = match value {
        Value::Num(n) => Some(*n),
        Value::Input(text) => crate::number::looks_numeric(text),
        Value::Uninit | Value::Maybe(_) => None,
        _ => None,
    };
    let mut buffer = [0; 4];
    let text = match number {
        Some(n) => match char::from_u32(n as u32).filter(|_| (0.0..1_114_112.0).contains(&n)) {
            Some(c) => c.encode_utf8(&mut buffer).as_bytes().to_vec(),
            None => vec![n as i64 as u8],
        },
        None => {
            let text = value.text(convfmt);
            if text.is_empty() { vec![0] } else { text[..char_len(&text)].to_vec() }
        }
    };
    pad(spec, b"", &text, false, out);
}

fn sign(spec: &Spec, negative: bool) -> &'static [u8] {
    match (negative, spec.plus, spec.space) {
        (true, ..) => b"-",
        (_, true, _) => b"+",
        (_, _, true) => b" ",
        _ => b"",
    }
}

fn integer(spec: &Spec, value: f64, out: &mut Vec<u8>) {
    let value = value.trunc();
    let mut digits = vec![];
    push_integer(value.abs(), &mut digits);
    finish_integer(spec, sign(spec, value < 0.0), digits, out);
}

fn unsigned(spec: &Spec, letter: u8, value: f64, out: &mut Vec<u8>) {
    let value = value.trunc();
    if value >= 18_446_744_073_709_551_616.0 {
        return float(spec, b'g', value, out);
    }
    // Negative numbers show as C's do.
    let number = if value < 0.0 { value as i64 as u64 } else { value as u64 };
    let (prefix, text): (&[u8], String) = match letter {
        b'o' if spec.alternate && number != 0 => (b"", format!("0{number:o}")),
        b'o' => (b"", format!("{number:o}")),
        b'x' if spec.alternate && number != 0 => (b"0x", format!("{number:x}")),
        b'X' if spec.alternate && number != 0 => (b"0X", format!("{number:X}")),
        b'x' => (b"", format!("{number:x}")),
        b'X' => (b"", format!("{number:X}")),
        _ => (b"", format!("{number}")),
    };
    finish_integer(spec, prefix, text.into_bytes(), out);
}

fn finish_integer(spec: &Spec, prefix: &[u8], mut digits: Vec<u8>, out: &mut Vec<u8>) {
    if spec.group {
        digits = grouped(&digits);
    }
    match spec.precision {
        Some(0) if digits == b"0" => digits.clear(),
        Some(precision) if precision > digits.len() => {
            let zeros = precision - digits.len();
            digits.splice(0..0, std::iter::repeat_n(b'0', zeros));
        }
        _ => {}
    }
    // A precision turns zero padding off.
    pad(spec, prefix, &digits, spec.zero && spec.precision.is_none(), out);
}

/// In the C.UTF-8 locale there is no thousands separator.
fn grouped(digits: &[u8]) -> Vec<u8> {
    digits.to_vec()
}

fn float(spec: &Spec, letter: u8, value: f64, out: &mut Vec<u8>) {
    let precision = spec.precision.unwrap_or(6).min(100_000);
    let upper = letter.is_ascii_uppercase();
    let mut text = vec![];
    let positive = value.abs();
    match letter {
        b'f' | b'F' => {
            text = format!("{positive:.precision$}").into_bytes();
            if spec.alternate && precision == 0 {
                text.push(b'.');
            }
        }
        b'e' | b'E' => exponential(positive, precision, upper, &mut text),
        b'a' | b'A' => hexadecimal(positive, &mut text),
        _ => general(positive, precision, spec.alternate, upper, &mut text),
    }
    pad(spec, sign(spec, value.is_sign_negative()), &text, spec.zero, out);
}

/// `%e`: at least two digits of exponent.
fn exponential(value: f64, precision: usize, upper: bool, out: &mut Vec<u8>) {
    let text = format!("{value:.precision$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let sign = if exponent < 0 { '-' } else { '+' };
    let letter = if upper { 'E' } else { 'e' };
    out.extend_from_slice(format!("{mantissa}{letter}{sign}{:02}", exponent.abs()).as_bytes());
}

/// `%g`
pub fn general(value: f64, precision: usize, keep_zeros: bool, upper: bool, out: &mut Vec<u8>) {
    let precision = precision.max(1);
    if value == 0.0 {
        out.extend_from_slice(if value.is_sign_negative() { b"-0" } else { b"0" });
        return;
    }
    let text = format!("{:.*e}", precision - 1, value);
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let trim = |text: &str| match keep_zeros || !text.contains('.') {
        true => text.to_string(),
        false => text.trim_end_matches('0').trim_end_matches('.').to_string(),
    };
    if exponent < -4 || exponent >= precision as i32 {
        let sign = if exponent < 0 { '-' } else { '+' };
        let letter = if upper { 'E' } else { 'e' };
        out.extend_from_slice(format!("{}{letter}{sign}{:02}", trim(mantissa), exponent.abs()).as_bytes());
    } else {
        let decimals = (precision as i32 - 1 - exponent).max(0) as usize;
        out.extend_from_slice(trim(&format!("{value:.decimals$}")).as_bytes());
    }
}

fn hexadecimal(value: f64, out: &mut Vec<u8>) {
    let bits = value.to_bits();
    let exponent = ((bits >> 52) & 0x7ff) as i64;
    let mantissa = format!("{:013x}", bits & ((1 << 52) - 1));
    let mantissa = mantissa.trim_end_matches('0');
    let lead = u8::from(exponent != 0);
    let point = if mantissa.is_empty() { "" } else { "." };
    let power = match (exponent, bits) {
        (_, 0) => 0,
        (0, _) => -1022,
        _ => exponent - 1023,
    };
    out.extend_from_slice(format!("0x{lead}{point}{mantissa}p{power:+}").as_bytes());
}

fn pad(spec: &Spec, prefix: &[u8], text: &[u8], zero: bool, out: &mut Vec<u8>) {
    let len = prefix.len() + if spec.width > 0 { char_count(text) } else { text.len() };
    let fill = spec.width.saturating_sub(len);
    if !spec.left && !zero {
        out.resize(out.len() + fill, b' ');
    }
    out.extend_from_slice(prefix);
    if !spec.left && zero {
        out.resize(out.len() + fill, b'0');
    }
    out.extend_from_slice(text);
    if spec.left {
        out.resize(out.len() + fill, b' ');
    }
}
