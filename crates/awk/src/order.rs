//! The order in which an array without a wish for one is walked.

use crate::array::Array;
use crate::text::Text;

/// The keys: texts in order of insertion, then whole numbers in their own order, as gawk mostly has them.
pub fn keys(array: &Array) -> Vec<Text> {
    let mut texts = Vec::with_capacity(array.len());
    let mut numbers = Vec::new();
    for (key, _) in array.iter() {
        match integer(key) {
            Some(number) => numbers.push((number, key.clone())),
            None => texts.push(key.clone()),
        }
    }
    numbers.sort_by_key(|(number, _)| *number);
    texts.extend(numbers.into_iter().map(|(_, key)| key));
    texts
}

/// The value of a key that is a whole number as awk writes it.
fn integer(key: &[u8]) -> Option<i64> {
    let digits = key.strip_prefix(b"-").unwrap_or(key);
    let plain = !digits.is_empty() && digits.len() < 18 && digits.iter().all(u8::is_ascii_digit);
    if !plain || digits[0] == b'0' && key.len() > 1 {
        return None;
    }
    std::str::from_utf8(key).ok()?.parse().ok()
}
