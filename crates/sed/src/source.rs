//! The pieces of script that `-e` and `-f` give, read byte by byte, with the place for messages.

use std::fmt;

pub enum Origin {
    /// The n-th `-e` (or the operand).
    Expression(usize),
    File(String),
}

pub struct Source {
    pub text: Vec<u8>,
    pub origin: Origin,
    pub at: usize,
}

/// A message about a script, with its place.
#[derive(Debug)]
pub struct ScriptError {
    message: String,
    /// The exit status that GNU sed gives it.
    pub status: i32,
}

impl ScriptError {
    /// A message that names no place: GNU sed finds it too late for a usage error.
    pub fn plain(message: String, status: i32) -> ScriptError {
        ScriptError { message, status }
    }
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Source {
    pub fn new(text: Vec<u8>, origin: Origin) -> Source {
        Source { text, origin, at: 0 }
    }

    pub fn next(&mut self) -> Option<u8> {
        let byte = self.text.get(self.at).copied();
        self.at += usize::from(byte.is_some());
        byte
    }

    pub fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    pub fn back(&mut self) {
        self.at -= 1;
    }

    /// Skips blanks (not newlines) and takes the byte after them.
    pub fn next_nonblank(&mut self) -> Option<u8> {
        self.skip_blanks();
        self.next()
    }

    pub fn skip_blanks(&mut self) {
        while self.peek().is_some_and(|b| b != b'\n' && b.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    pub fn number(&mut self) -> Option<u64> {
        let start = self.at;
        let mut value = 0u64;
        while let Some(digit) = self.peek().filter(u8::is_ascii_digit) {
            value = value.saturating_mul(10).saturating_add(u64::from(digit - b'0'));
            self.at += 1;
        }
        (self.at > start).then_some(value)
    }

    pub fn error<T>(&self, message: impl fmt::Display) -> Result<T, ScriptError> {
        self.error_at(self.at, message)
    }

    pub fn error_at<T>(&self, at: usize, message: impl fmt::Display) -> Result<T, ScriptError> {
        let message = match &self.origin {
            Origin::Expression(n) => format!("-e expression #{n}, char {at}: {message}"),
            Origin::File(name) => {
                let line = 1 + self.text[..at.min(self.text.len())].iter().filter(|b| **b == b'\n').count();
                format!("file {name} line {line}: {message}")
            }
        };
        Err(ScriptError { message, status: 1 })
    }
}
