//! Numbers as text in any base.

use crate::decimal::Decimal;
use crate::natural::Natural;

/// The value of a digit: letters count from ten on.
pub fn digit(byte: u8) -> Option<u32> {
    (byte as char).to_digit(36).filter(|_| !byte.is_ascii_lowercase())
}

/// Reads digits with at most one point in a base up to 36. Digits that the base does not have count as they are. A fraction
/// has as many decimal places as it has digits.
pub fn read(text: &[u8], base: u32) -> Decimal {
    let point = text.iter().position(|byte| *byte == b'.').unwrap_or(text.len());
    let value = |digits: &[u8]| {
        let mut value = Natural::default();
        for byte in digits {
            value.mul_add_small(base, digit(*byte).unwrap_or(0));
        }
        Decimal::from_natural(value)
    };
    let (whole, fraction) = (&text[..point], text.get(point + 1..).unwrap_or_default());
    if base == 10 && text.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.') {
        return Decimal::from_text(text);
    }
    if fraction.is_empty() {
        return value(whole);
    }
    let unit = Decimal::from_natural(Natural::from(u64::from(base)).pow(fraction.len() as u64));
    value(whole).add(&value(fraction).div(&unit, fraction.len()).unwrap_or_default())
}

/// Writes a number in a base from two on. Digits of bases over 16 are decimal numbers of equal width behind a space each.
pub fn write(value: &Decimal, base: u32) -> Vec<u8> {
    let mut text = Vec::new();
    if value.is_zero() {
        return b"0".to_vec();
    }
    if value.is_negative() {
        text.push(b'-');
    }
    let whole = value.whole();
    if base == 10 {
        text.extend(whole.to_digits());
        if value.scale > 0 {
            let digits = value.fraction().to_digits();
            text.push(b'.');
            text.resize(text.len() + value.scale - digits.len(), b'0');
            text.extend(digits);
        }
        return text;
    }
    let width = (base - 1).ilog10() as usize + 1;
    for digit in digits(whole, base) {
        put(&mut text, digit, base, width, true);
    }
    if value.scale > 0 {
        text.push(b'.');
        write_fraction(&mut text, value, base, width);
    }
    text
}

/// As many digits as say no less than the decimal places.
fn write_fraction(text: &mut Vec<u8>, value: &Decimal, base: u32, width: usize) {
    let mut rest = value.fraction();
    let mut unit = Natural::from(1);
    let mut first = true;
    while unit.length() <= value.scale {
        rest.mul_add_small(base, 0);
        let digit = rest.shift_right(value.scale);
        rest = rest.sub(&digit.shift_left(value.scale));
        put(text, digit.to_u64().unwrap_or(0) as u32, base, width, !first);
        unit.mul_add_small(base, 0);
        first = false;
    }
}

fn put(text: &mut Vec<u8>, digit: u32, base: u32, width: usize, space: bool) {
    if base <= 16 {
        text.push(b"0123456789ABCDEF"[digit as usize]);
        return;
    }
    if space {
        text.push(b' ');
    }
    text.extend(format!("{digit:0width$}").bytes());
}

/// The digits of a natural number, the first first.
fn digits(mut value: Natural, base: u32) -> Vec<u32> {
    // As many digits at a time as one limb holds.
    let count = 1_000_000_000u32.ilog(base).max(1);
    let mut digits = Vec::new();
    while !value.is_zero() {
        let mut chunk = value.div_small(base.pow(count));
        for _ in 0..count {
            digits.push(chunk % base);
            chunk /= base;
        }
    }
    while digits.last() == Some(&0) {
        digits.pop();
    }
    digits.reverse();
    digits
}
