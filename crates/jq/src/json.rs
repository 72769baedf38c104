//! JSON text to values, one after another.

use std::rc::Rc;

use crate::value::{Map, Value};

/// Levels of nesting that are read.
const DEPTH: usize = 10_000;

/// Why no value came.
#[derive(Debug)]
pub enum Stop {
    /// The text ends within a value: more of it may follow.
    Unfinished,
    /// Bytes read and what is wrong there.
    Bad(usize, &'static str),
    /// As Bad, in the last token of the text.
    BadEnd(&'static str),
}

/// Reads values from `text`, beginning at `at`.
pub struct Reader<'a> {
    pub text: &'a [u8],
    pub at: usize,
    /// No text follows, so that a number at its end is complete.
    pub whole: bool,
    pub keys: &'a mut Keys,
}

/// Recently seen keys: most objects of a text have the same ones.
pub struct Keys(Vec<Option<Rc<str>>>);

impl Default for Keys {
    fn default() -> Keys {
        Keys(vec![None; 256])
    }
}

impl Keys {
    fn get(&mut self, key: &str) -> Rc<str> {
        let bytes = key.as_bytes();
        let mix = bytes.iter().fold(bytes.len(), |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(*byte)));
        let slot = &mut self.0[mix % 256];
        match slot {
            Some(known) if **known == *key => known.clone(),
            _ => {
                let made: Rc<str> = key.into();
                *slot = Some(made.clone());
                made
            }
        }
    }
}

type Read<T> = Result<T, Stop>;

impl<'a> Reader<'a> {
    fn bad<T>(&self, message: &'static str) -> Read<T> {
        Err(Stop::Bad(self.at, message))
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\t' | b'\r' | 0x1e) = self.text.get(self.at) {
            self.at += 1;
        }
    }

    /// The next value; None at the end of the text.
    pub fn next(&mut self) -> Read<Option<Value>> {
        if self.at == 0 && self.text.starts_with(b"\xef\xbb\xbf") {
            self.at = 3;
        }
        self.skip_space();
        if self.at == self.text.len() {
            return Ok(None);
        }
        self.value(0).map(Some)
    }

    fn value(&mut self, depth: usize) -> Read<Value> {
        self.skip_space();
        let Some(&byte) = self.text.get(self.at) else { return Err(Stop::Unfinished) };
        match byte {
            b'"' => self.string().map(|text| Value::String(text.into())),
            b'[' | b'{' if depth >= DEPTH => self.bad("Exceeds depth limit for parsing"),
            b'[' => self.array(depth),
            b'{' => self.object(depth),
            b']' | b'}' => {
                self.at += 1;
                self.bad(if byte == b']' { "Unmatched ']'" } else { "Unmatched '}'" })
            }
            b',' => self.past("Expected value before ','"),
            b':' => self.past("':' not as part of an object"),
            _ => self.literal(),
        }
    }

    fn past<T>(&mut self, message: &'static str) -> Read<T> {
        self.at += 1;
        self.bad(message)
    }

    fn array(&mut self, depth: usize) -> Read<Value> {
        self.at += 1;
        let mut items = Vec::new();
        self.skip_space();
        if self.text.get(self.at) == Some(&b']') {
            self.at += 1;
            return Ok(items.into());
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.skip_space();
            match self.text.get(self.at) {
                None => return Err(Stop::Unfinished),
                Some(b',') => {
                    self.at += 1;
                    self.skip_space();
                    if self.text.get(self.at) == Some(&b']') {
                        return self.past("Expected another array element");
                    }
                }
                Some(b']') => {
                    self.at += 1;
                    return Ok(items.into());
                }
                Some(b'}') => return self.past("Unmatched '}'"),
                Some(b':') => return self.past("':' not as part of an object"),
                Some(_) => return self.separator(depth),
            }
        }
    }

    /// Two values without a separator: jq notices at the end of the second.
    fn separator<T>(&mut self, depth: usize) -> Read<T> {
        self.value(depth + 1)?;
        if self.text.get(self.at).is_some() {
            self.at += 1;
        }
        self.bad("Expected separator between values")
    }

    fn object(&mut self, depth: usize) -> Read<Value> {
        self.at += 1;
        let mut map = Map::default();
        self.skip_space();
        if self.text.get(self.at) == Some(&b'}') {
            self.at += 1;
            return Ok(map.into());
        }
        loop {
            self.skip_space();
            match self.text.get(self.at) {
                None => return Err(Stop::Unfinished),
                Some(b'"') => {}
                Some(b'}') => return self.past("Expected another key-value pair"),
                Some(_) => {
                    self.value(depth + 1)?;
                    return self.past("Object keys must be strings");
                }
            }
            let key = self.string()?;
            let key = self.keys.get(&key);
            self.skip_space();
            match self.text.get(self.at) {
                None => return Err(Stop::Unfinished),
                Some(b':') => self.at += 1,
                Some(b'}') => return self.past("Objects must consist of key:value pairs"),
                Some(b',') => return self.past("Objects must consist of key:value pairs"),
                Some(_) => return self.separator(depth),
            }
            let value = self.value(depth + 1)?;
            map.insert(key, value);
            self.skip_space();
            match self.text.get(self.at) {
                None => return Err(Stop::Unfinished),
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(map.into());
                }
                Some(b']') => return self.past("Unmatched ']'"),
                Some(b':') => return self.past("':' should follow a key"),
                Some(_) => return self.separator(depth),
            }
        }
    }

    /// A string whose opening quote comes next.
    fn string(&mut self) -> Read<std::borrow::Cow<'a, str>> {
        let text: &'a [u8] = self.text;
        let start = self.at + 1;
        let Some(length) = memchr::memchr2(b'"', b'\\', &self.text[start..]) else { return Err(Stop::Unfinished) };
        if self.text[start + length] == b'"' {
            self.at = start + length + 1;
            self.no_control(start)?;
            return Ok(String::from_utf8_lossy(&text[start..start + length]));
        }
        let mut out = Vec::new();
        let mut from = start;
        let mut at = start + length;
        loop {
            out.extend_from_slice(&self.text[from..at]);
            if self.text[at] == b'"' {
                break;
            }
            let Some(&escape) = self.text.get(at + 1) else { return Err(Stop::Unfinished) };
            at += 2;
            match escape {
                b'"' | b'\\' | b'/' => out.push(escape),
                b'b' => out.push(8),
                b'f' => out.push(12),
                b'n' => out.push(b'\n'),
                b'r' => out.push(b'\r'),
                b't' => out.push(b'\t'),
                b'u' => {
                    let (character, next) = self.unicode(at)?;
                    let mut buffer = [0; 4];
                    out.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
                    at = next;
                }
                _ => return self.bad_string(at, "Invalid escape"),
            }
            from = at;
            match memchr::memchr2(b'"', b'\\', &self.text[at..]) {
                Some(length) => at += length,
                None => return Err(Stop::Unfinished),
            }
        }
        self.at = at + 1;
        self.no_control(start)?;
        Ok(String::from_utf8_lossy(&out).into_owned().into())
    }

    /// Control characters in a string that began at `start` and was read to its end.
    fn no_control(&self, start: usize) -> Read<()> {
        if self.text[start..self.at].iter().any(|byte| *byte < 32) {
            return self.bad("Invalid string: control characters from U+0000 through U+001F must be escaped");
        }
        Ok(())
    }

    /// What is wrong within a string is told at its end.
    fn bad_string<T>(&mut self, mut at: usize, message: &'static str) -> Read<T> {
        loop {
            match self.text.get(at) {
                None => return Err(Stop::Unfinished),
                Some(b'"') => break,
                Some(b'\\') => at += 2,
                Some(_) => at += 1,
            }
        }
        self.at = at + 1;
        self.bad(message)
    }

    fn hex(&mut self, at: usize) -> Read<u32> {
        let Some(digits) = self.text.get(at..at + 4) else { return Err(Stop::Unfinished) };
        let text = std::str::from_utf8(digits).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()));
        match text.and_then(|text| u32::from_str_radix(text, 16).ok()) {
            Some(code) => Ok(code),
            None => self.bad_string(at, "Invalid escape"),
        }
    }

    /// The character of `\u`, whose digits begin at `at`; half a surrogate pair is none.
    fn unicode(&mut self, at: usize) -> Read<(char, usize)> {
        let code = self.hex(at)?;
        if (0xd800..0xdc00).contains(&code) && self.text.get(at + 4..at + 6) == Some(b"\\u") {
            let low = self.hex(at + 6)?;
            if (0xdc00..0xe000).contains(&low) {
                let code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
                return Ok((char::from_u32(code).unwrap_or('\u{fffd}'), at + 10));
            }
        }
        match char::from_u32(code) {
            Some(character) => Ok((character, at + 4)),
            None => self.bad_string(at + 4, "Invalid \\uXXXX\\uXXXX surrogate pair escape"),
        }
    }

    fn literal(&mut self) -> Read<Value> {
        let rest = &self.text[self.at..];
        let end = rest.iter().position(|byte| matches!(byte, b' ' | b'\n' | b'\t' | b'\r' | 0x1e | b'[' | b']' | b'{' | b'}' | b':' | b',' | b'"'));
        let Some(length) = end.or(self.whole.then_some(rest.len())) else { return Err(Stop::Unfinished) };
        let token = &rest[..length];
        let value = match token {
            b"true" => Some(Value::Bool(true)),
            b"false" => Some(Value::Bool(false)),
            b"null" => Some(Value::Null),
            b"nan" | b"NaN" => Some(Value::Number(f64::NAN)),
            _ => number(token),
        };
        match value {
            Some(value) => {
                self.at += length;
                Ok(value)
            }
            None => {
                let message = if matches!(token[0], b't' | b'f') || token.starts_with(b"nu") { "Invalid literal" } else { "Invalid numeric literal" };
                if length == rest.len() {
                    return Err(Stop::BadEnd(message));
                }
                self.at += length + 1;
                self.bad(message)
            }
        }
    }
}

/// A number as JSON (and a little beyond: leading zeros, `.5`, `5.`) has it.
pub fn number(token: &[u8]) -> Option<Value> {
    let digits = token.strip_prefix(b"-").unwrap_or(token);
    if digits.len() <= 15 && !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) {
        let value = digits.iter().fold(0u64, |sum, digit| sum * 10 + u64::from(digit - b'0')) as f64;
        return Some(Value::Number(if digits.len() < token.len() { -value } else { value }));
    }
    let plain = digits.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'));
    if !plain || !digits.iter().any(u8::is_ascii_digit) || digits.starts_with(b"+") {
        return None;
    }
    let text = std::str::from_utf8(token).ok()?;
    let value: f64 = text.parse().ok()?;
    if digits.len() > 15 && digits.iter().all(u8::is_ascii_digit) && digits[0] != b'0' && value.is_finite() && format!("{value:.0}") != text {
        return Some(Value::Literal(Rc::new((value, text.into()))));
    }
    Some(Value::Number(value.clamp(-f64::MAX, f64::MAX)))
}

/// The one value of a text, for `fromjson` and arguments. The error is jq's message.
pub fn parse(text: &[u8]) -> Result<Option<Value>, String> {
    let mut keys = Keys::default();
    let mut reader = Reader { text, at: 0, whole: true, keys: &mut keys };
    let first = reader.next().and_then(|first| match first {
        Some(value) => reader.next().map(|second| if second.is_some() { Err("Unexpected extra JSON values".to_string()) } else { Ok(Some(value)) }),
        None => Ok(Ok(None)),
    });
    let at = reader.at;
    match first {
        Ok(done) => done,
        Err(Stop::Bad(at, message)) => Err(format!("{message} at {}", position(text, at))),
        Err(Stop::BadEnd(message)) => Err(format!("{message} at EOF at {}", position(text, text.len()))),
        Err(Stop::Unfinished) => Err(format!("{} at EOF at {}", unfinished(text, at), position(text, text.len()))),
    }
}

/// What jq says of a text that ends within a value.
pub fn unfinished(text: &[u8], from: usize) -> &'static str {
    let mut quoted = false;
    let mut bytes = text[from.min(text.len())..].iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => quoted = !quoted,
            b'\\' if quoted => drop(bytes.next()),
            _ => {}
        }
    }
    if quoted {
        "Unfinished string"
    } else {
        "Unfinished JSON term"
    }
}

/// `line L, column C` after a number of bytes.
pub fn position(text: &[u8], at: usize) -> String {
    let read = &text[..at.min(text.len())];
    let lines = read.iter().filter(|byte| **byte == b'\n').count();
    let column = read.iter().rev().take_while(|byte| **byte != b'\n').count();
    format!("line {}, column {column}", lines + 1)
}
