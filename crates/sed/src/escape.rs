//! The escapes that GNU sed rewrites before a pattern, replacement or text is read: `\t`, `\x41`, `\o101`, `\d065`, `\cA` ...

#[derive(Clone, Copy, PartialEq)]
pub enum Context {
    Text,
    Regex,
    Replacement,
}

/// Rewrites the escapes. In a pattern the byte means what it means unquoted, elsewhere it is literal.
pub fn rewrite(text: &[u8], context: Context) -> Result<Vec<u8>, &'static str> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    let mut bracket = Bracket::default();
    while at < text.len() {
        let inside = context == Context::Regex && bracket.step(text, at);
        if text[at] != b'\\' || at + 1 == text.len() {
            out.push(text[at]);
            at += 1;
            continue;
        }
        match escape(&text[at + 1..])? {
            Some((byte, len, numeric)) => {
                let quoted = match context {
                    Context::Regex => false,
                    Context::Replacement => numeric && (byte == b'&' || byte == b'\\') || byte == b'\n',
                    Context::Text => byte == b'\\' || byte == b'\n',
                };
                if quoted {
                    out.push(b'\\');
                }
                out.push(byte);
                at += 1 + len;
            }
            None if inside => {
                out.push(b'\\');
                at += 1;
            }
            None => {
                out.extend(&text[at..at + 2]);
                at += 2;
            }
        }
    }
    Ok(out)
}

/// The byte of the escape after a backslash, the bytes it takes, and whether it was written as a number.
fn escape(rest: &[u8]) -> Result<Option<(u8, usize, bool)>, &'static str> {
    Ok(match rest[0] {
        b'a' => Some((7, 1, false)),
        b'f' => Some((12, 1, false)),
        b'r' => Some((13, 1, false)),
        b't' => Some((9, 1, false)),
        b'v' => Some((11, 1, false)),
        b'd' => number(&rest[1..], 10, 3),
        b'o' => number(&rest[1..], 8, 3),
        b'x' => number(&rest[1..], 16, 2),
        b'c' if rest.len() == 1 => return Err("Trailing backslash"),
        b'c' => {
            let quoted = rest[1] == b'\\';
            if quoted && rest.get(2) != Some(&b'\\') {
                return Err("recursive escaping after \\c not allowed");
            }
            Some((rest[1].to_ascii_uppercase() ^ 0x40, if quoted { 3 } else { 2 }, true))
        }
        _ => None,
    })
}

fn number(digits: &[u8], base: u32, most: usize) -> Option<(u8, usize, bool)> {
    let mut value = 0u32;
    let mut used = 0;
    while let Some(digit) = digits.get(used).filter(|_| used < most).and_then(|b| (*b as char).to_digit(base)) {
        value = value * base + digit;
        used += 1;
    }
    (used > 0).then_some((value as u8, used + 1, true))
}

/// Follows whether a place in a pattern is inside a bracket expression.
#[derive(Default)]
struct Bracket {
    /// Where the first member stands; a `]` there is literal.
    first: Option<usize>,
    skip_to: usize,
}

impl Bracket {
    fn step(&mut self, text: &[u8], at: usize) -> bool {
        if at < self.skip_to {
            return self.first.is_some();
        }
        match self.first {
            None if text[at] == b'\\' => self.skip_to = at + 2,
            None if text[at] == b'[' => {
                let first = at + 1 + usize::from(text.get(at + 1) == Some(&b'^'));
                self.first = Some(first);
                self.skip_to = first;
                return false;
            }
            None => {}
            Some(first) if text[at] == b']' && at > first => {
                self.first = None;
                return true;
            }
            Some(_) => {
                if let (b'[', Some(kind @ (b':' | b'.' | b'='))) = (text[at], text.get(at + 1)) {
                    if let Some(len) = text[at + 2..].windows(2).position(|w| w == [*kind, b']']) {
                        self.skip_to = at + len + 4;
                    }
                }
            }
        }
        self.first.is_some()
    }
}
