//! `l` and `y`: commands that look at every character.

use crate::command::Translate;
use crate::parse_regex::char_len;

/// The text in the unambiguous form of `l`, wrapped at a width (0: not wrapped).
pub fn list(text: &[u8], width: usize, end: u8) -> Vec<u8> {
    let mut out = vec![];
    let mut column = 0;
    for &byte in text {
        let shown = match byte {
            b'\\' => "\\\\".to_string(),
            7 => "\\a".to_string(),
            8 => "\\b".to_string(),
            9 => "\\t".to_string(),
            10 => "\\n".to_string(),
            11 => "\\v".to_string(),
            12 => "\\f".to_string(),
            13 => "\\r".to_string(),
            32..=126 => (byte as char).to_string(),
            _ => format!("\\{byte:03o}"),
        };
        if width > 0 && column + shown.len() > width - 1 {
            out.extend_from_slice(b"\\\n");
            column = 0;
        }
        column += shown.len();
        out.extend_from_slice(shown.as_bytes());
    }
    out.extend([b'$', end]);
    out
}

pub fn translate(table: &Translate, space: &mut Vec<u8>, scratch: &mut Vec<u8>) {
    if table.chars.is_empty() {
        for byte in space.iter_mut() {
            *byte = table.bytes[*byte as usize];
        }
        return;
    }
    scratch.clear();
    let mut at = 0;
    while at < space.len() {
        let len = char_len(&space[at..]);
        let char = &space[at..at + len];
        match table.chars.iter().find(|(from, _)| from == char) {
            Some((_, to)) => scratch.extend_from_slice(to),
            None if len == 1 => scratch.push(table.bytes[char[0] as usize]),
            None => scratch.extend_from_slice(char),
        }
        at += len;
    }
    std::mem::swap(space, scratch);
}
