//! `--transform`: `s/REGEX/REPLACEMENT/FLAGS`.

use posix_regex::{group, Regex, Slots, Syntax};

pub struct Transform {
    regex: Regex,
    with: Vec<u8>,
    global: bool,
    occurrence: usize,
    /// Kinds of targets: names of members, of symbolic links, of hard links.
    pub scopes: [bool; 3],
}

/// Up to a delimiter that no backslash protects.
fn part<'a>(text: &mut &'a [u8], delimiter: u8) -> Option<&'a [u8]> {
    let mut at = 0;
    while at < text.len() && text[at] != delimiter {
        at += if text[at] == b'\\' { 2 } else { 1 };
    }
    let found = text.get(..at)?;
    *text = text.get(at + 1..)?;
    Some(found)
}

impl Transform {
    /// Reads expressions that `;` separates.
    pub fn read(text: &[u8]) -> Result<Vec<Transform>, String> {
        let wrong = || "Invalid transform expression".to_string();
        let mut rest = text;
        let mut list = Vec::new();
        while !rest.is_empty() {
            rest = rest.strip_prefix(b"s").ok_or_else(wrong)?;
            let (&delimiter, mut after) = rest.split_first().ok_or_else(wrong)?;
            let pattern = part(&mut after, delimiter).ok_or_else(wrong)?;
            let with = part(&mut after, delimiter).ok_or_else(wrong)?;
            let end = after.iter().position(|byte| *byte == b';').unwrap_or(after.len());
            let (mut syntax, mut ignore_case, mut global, mut digits) = (Syntax::Basic, false, false, String::new());
            let mut scopes = [true; 3];
            for flag in &after[..end] {
                match flag {
                    b'g' => global = true,
                    b'i' => ignore_case = true,
                    b'x' => syntax = Syntax::Extended,
                    b'0'..=b'9' => digits.push(*flag as char),
                    b'r' | b'R' => scopes[0] = *flag == b'r',
                    b's' | b'S' => scopes[1] = *flag == b's',
                    b'h' | b'H' => scopes[2] = *flag == b'h',
                    _ => return Err(format!("Unknown flag in transform expression: {}", *flag as char)),
                }
            }
            let regex = Regex::new(pattern, syntax, ignore_case, false).map_err(|error| format!("Invalid transform expression: {error}"))?;
            list.push(Transform { regex, with: with.to_vec(), global, occurrence: digits.parse().unwrap_or(1), scopes });
            rest = after.get(end + 1..).unwrap_or_default();
        }
        Ok(list)
    }

    pub fn apply(&self, name: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut slots = Slots::default();
        let (mut at, mut copied, mut count) = (0, 0, 0);
        while at <= name.len() && self.regex.captures_at(name, at, &mut slots) {
            let Some((start, end)) = group(&slots, 0) else { break };
            count += 1;
            if count >= self.occurrence {
                out.extend_from_slice(&name[copied..start]);
                self.replace(name, &slots, &mut out);
                copied = end;
                if !self.global {
                    break;
                }
            }
            at = if end > start { end } else { end + 1 };
        }
        out.extend_from_slice(&name[copied.min(name.len())..]);
        out
    }

    fn replace(&self, name: &[u8], slots: &Slots, out: &mut Vec<u8>) {
        let mut case: Option<u8> = None;
        let mut once: Option<u8> = None;
        let mut put = |bytes: &[u8], case: Option<u8>, once: &mut Option<u8>| {
            for byte in bytes {
                out.push(match once.take().or(case) {
                    Some(b'U' | b'u') => byte.to_ascii_uppercase(),
                    Some(b'L' | b'l') => byte.to_ascii_lowercase(),
                    _ => *byte,
                });
            }
        };
        let mut bytes = self.with.iter();
        while let Some(&byte) = bytes.next() {
            let number = match byte {
                b'&' => Some(0),
                b'\\' => match bytes.next() {
                    Some(digit @ b'0'..=b'9') => Some(usize::from(digit - b'0')),
                    Some(b'n') => {
                        put(b"\n", case, &mut once);
                        None
                    }
                    Some(letter @ (b'U' | b'L')) => {
                        case = Some(*letter);
                        None
                    }
                    Some(b'E') => {
                        case = None;
                        None
                    }
                    Some(letter @ (b'u' | b'l')) => {
                        once = Some(*letter);
                        None
                    }
                    Some(other) => {
                        put(&[*other], case, &mut once);
                        None
                    }
                    None => None,
                },
                other => {
                    put(&[other], case, &mut once);
                    None
                }
            };
            if let Some((start, end)) = number.and_then(|number| group(slots, number)) {
                put(&name[start..end], case, &mut once);
            }
        }
    }
}
