//! Numbers to text and back.

/// The number that begins a text (after blanks), and the length of it all; like C's strtod without hexadecimal.
pub fn prefix(text: &[u8]) -> (f64, usize) {
    let mut at = 0;
    while at < text.len() && is_blank(text[at]) {
        at += 1;
    }
    let start = at;
    let negative = text.get(at) == Some(&b'-');
    if matches!(text.get(at), Some(b'+' | b'-')) {
        at += 1;
    }
    let digits = at;
    let mut integer: u64 = 0;
    while let Some(digit) = text.get(at).filter(|b| b.is_ascii_digit()) {
        integer = integer.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
        at += 1;
    }
    let mut count = at - digits;
    if !matches!(text.get(at), Some(b'.' | b'e' | b'E')) && count > 0 && count < 16 {
        return (if negative { -(integer as f64) } else { integer as f64 }, at);
    }
    if text.get(at) == Some(&b'.') {
        let point = at;
        at += 1;
        while text.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        count += at - point - 1;
    }
    if count == 0 {
        return special(&text[start..]).map_or((0.0, 0), |value| (value, start + 4));
    }
    if matches!(text.get(at), Some(b'e' | b'E')) {
        let mut end = at + 1;
        if matches!(text.get(end), Some(b'+' | b'-')) {
            end += 1;
        }
        if text.get(end).is_some_and(u8::is_ascii_digit) {
            while text.get(end).is_some_and(u8::is_ascii_digit) {
                end += 1;
            }
            at = end;
        }
    }
    let value = std::str::from_utf8(&text[start..at]).ok().and_then(|s| s.parse().ok()).unwrap_or(0.0);
    (value, at)
}

/// Infinities and NaNs count as numbers only with their sign.
fn special(text: &[u8]) -> Option<f64> {
    let word = text.get(..4)?.to_ascii_lowercase();
    if text.get(4).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'.') {
        return None;
    }
    Some(match &word[..] {
        b"+inf" => f64::INFINITY,
        b"-inf" => f64::NEG_INFINITY,
        b"+nan" => f64::NAN,
        b"-nan" => -f64::NAN,
        _ => return None,
    })
}

pub fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 11 | 12)
}

pub fn from_text(text: &[u8]) -> f64 {
    prefix(text).0
}

/// The value of a text that is a number and nothing but blanks around it.
pub fn looks_numeric(text: &[u8]) -> Option<f64> {
    // Most texts are told apart by where they begin.
    let first = text.iter().find(|b| !is_blank(**b))?;
    if !matches!(first, b'0'..=b'9' | b'.' | b'+' | b'-') {
        return None;
    }
    let (value, len) = prefix(text);
    (len > 0 && text[len..].iter().all(|b| is_blank(*b))).then_some(value)
}

/// Appends an integral number, if it is one.
pub fn push_integer(value: f64, out: &mut Vec<u8>) -> bool {
    if value.fract() != 0.0 || !value.is_finite() {
        return false;
    }
    if value.abs() >= 1e18 {
        out.extend_from_slice(format!("{value:.0}").as_bytes());
        return true;
    }
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    let mut rest = (value as i64).unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if value < 0.0 {
        at -= 1;
        digits[at] = b'-';
    }
    out.extend_from_slice(&digits[at..]);
    true
}

/// The names of what is no number and of infinities.
pub fn non_finite(value: f64) -> Option<&'static str> {
    match value {
        v if v.is_nan() => Some(if v.is_sign_negative() { "-nan" } else { "+nan" }),
        f64::INFINITY => Some("+inf"),
        f64::NEG_INFINITY => Some("-inf"),
        _ => None,
    }
}
