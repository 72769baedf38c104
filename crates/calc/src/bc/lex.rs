//! bc's tokens, from files one behind the other and then standard input.

use std::fs::File;
use std::io::{BufRead, BufReader};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    Number(Vec<u8>),
    Name(String),
    Text(Vec<u8>),
    /// A word that is no name.
    Word(&'static str),
    /// An operator or a bracket; assignments end with `=`.
    Sign(&'static str),
    Newline,
    End,
}

const WORDS: [&str; 25] = [
    "define", "break", "quit", "length", "return", "for", "if", "while", "sqrt", "scale", "ibase", "obase", "auto", "else", "read", "random", "halt", "last", "history", "limits",
    "warranty", "continue", "print", "void", ".",
];

/// Longer ones first.
const SIGNS: [&str; 32] = [
    "&&", "||", "==", "<=", ">=", "!=", "++", "--", "+=", "-=", "*=", "/=", "%=", "^=", "+", "-", "*", "/", "%", "^", "(", ")", "[", "]", "{", "}", ",", ";", "=", "<", ">", "!",
];

pub struct Lexer {
    files: std::vec::IntoIter<Vec<u8>>,
    stdin_follows: bool,
    source: Option<Box<dyn BufRead>>,
    name: String,
    line: usize,
    buffer: Vec<u8>,
    at: usize,
    /// A message was written since this was last asked.
    pub failed: bool,
}

impl Lexer {
    pub fn new(files: Vec<Vec<u8>>) -> Lexer {
        Lexer { files: files.into_iter(), stdin_follows: true, source: None, name: String::new(), line: 1, buffer: Vec::new(), at: 0, failed: false }
    }

    /// Says what is wrong with the text.
    pub fn complain(&mut self, message: &str) {
        eprintln!("{} {}: {message}", self.name, self.line);
        self.failed = true;
    }

    /// Says what POSIX does not have.
    pub fn warn(&self, message: &str) {
        eprintln!("{} {}: (Warning) {message}", self.name, self.line);
    }

    /// Opens what comes next; false at the end.
    fn open(&mut self) -> bool {
        (self.name, self.line) = match self.files.next() {
            Some(name) => {
                let file = File::open(cli::path(&name)).unwrap_or_else(|_| {
                    eprintln!("File {} is unavailable.", cli::show(&name));
                    std::process::exit(1)
                });
                self.source = Some(Box::new(BufReader::new(file)));
                (cli::show(&name), 1)
            }
            None if std::mem::take(&mut self.stdin_follows) => {
                self.source = Some(Box::new(std::io::stdin().lock()));
                ("(standard_in)".to_string(), 1)
            }
            None => {
                self.line = 1;
                return false;
            }
        };
        true
    }

    /// One more line in the buffer; false at the end of the source, or of all of them.
    fn fill(&mut self) -> bool {
        let Some(source) = &mut self.source else { return false };
        match source.read_until(b'\n', &mut self.buffer) {
            Ok(1..) => true,
            _ => {
                self.source = None;
                false
            }
        }
    }

    /// The next line of standard input, for `read()`.
    pub fn read_line(&mut self) -> Vec<u8> {
        let mut line = self.buffer.split_off(self.at);
        if line.is_empty() && std::io::stdin().lock().read_until(b'\n', &mut line).is_err() {
            line.clear();
        }
        line
    }

    fn peek(&mut self, ahead: usize) -> Option<u8> {
        while self.at + ahead >= self.buffer.len() {
            if !self.fill() {
                return None;
            }
        }
        Some(self.buffer[self.at + ahead])
    }

    /// Whether `[]` follows.
    pub fn is_array_argument(&mut self) -> bool {
        let rest = self.buffer[self.at..].iter().filter(|byte| !matches!(byte, b' ' | b'\t'));
        rest.take(2).copied().eq(*b"[]")
    }

    pub fn next(&mut self) -> Token {
        loop {
            if self.at == self.buffer.len() {
                self.buffer.clear();
                self.at = 0;
                if self.source.is_none() && !self.open() {
                    return Token::End;
                }
            }
            let Some(byte) = self.peek(0) else { continue };
            match byte {
                b'\n' => {
                    self.at += 1;
                    self.line += 1;
                    return Token::Newline;
                }
                b' ' | b'\t' => self.at += 1,
                b'#' => self.at += self.buffer[self.at..].iter().position(|byte| *byte == b'\n').unwrap_or(self.buffer.len() - self.at),
                b'\\' if self.peek(1) == Some(b'\n') => self.skip_lines(2),
                b'/' if self.peek(1) == Some(b'*') => self.comment(),
                b'"' => match self.until(1, b"\"") {
                    Some(length) => {
                        let text = self.buffer[self.at + 1..self.at + length - 1].to_vec();
                        self.skip_lines(length);
                        return Token::Text(text);
                    }
                    None => self.illegal(byte),
                },
                b'a'..=b'z' => return self.word(),
                b'0'..=b'9' | b'A'..=b'Z' => return self.number(),
                b'.' if self.peek(1).is_some_and(|next| next.is_ascii_digit() || next.is_ascii_uppercase()) => return self.number(),
                b'.' => {
                    self.at += 1;
                    return Token::Word(".");
                }
                _ => match self.sign() {
                    Some(sign) => return Token::Sign(sign),
                    None => self.illegal(byte),
                },
            }
        }
    }

    fn illegal(&mut self, byte: u8) {
        let shown = match byte {
            0..32 => format!("^{}", (byte + b'@') as char),
            0x80.. => format!("\\{byte:03o}"),
            _ => (byte as char).to_string(),
        };
        self.complain(&format!("illegal character: {shown}"));
        self.at += 1;
    }

    /// How far it is, from `skip` bytes ahead, to the end of the next such bytes.
    fn until(&mut self, skip: usize, end: &[u8]) -> Option<usize> {
        let mut ahead = skip;
        loop {
            self.peek(ahead + end.len() - 1)?;
            if self.buffer[self.at + ahead..].starts_with(end) {
                return Some(ahead + end.len());
            }
            ahead += 1;
        }
    }

    fn skip_lines(&mut self, length: usize) {
        self.line += self.buffer[self.at..self.at + length].iter().filter(|byte| **byte == b'\n').count();
        self.at += length;
    }

    fn comment(&mut self) {
        match self.until(2, b"*/") {
            Some(length) => self.skip_lines(length),
            None => {
                eprintln!("EOF encountered in a comment.");
                self.at = self.buffer.len();
            }
        }
    }

    fn word(&mut self) -> Token {
        let start = self.at;
        while self.at < self.buffer.len() && matches!(self.buffer[self.at], b'a'..=b'z' | b'0'..=b'9' | b'_') {
            self.at += 1;
        }
        let word = String::from_utf8_lossy(&self.buffer[start..self.at]).into_owned();
        match WORDS.iter().find(|known| **known == word) {
            Some(known) => Token::Word(known),
            None => Token::Name(word),
        }
    }

    /// Digits go on behind a backslash at the end of a line.
    fn number(&mut self) -> Token {
        let mut digits = Vec::new();
        loop {
            match self.peek(0) {
                Some(byte @ (b'0'..=b'9' | b'A'..=b'Z')) => digits.push(byte),
                Some(b'.') if !digits.contains(&b'.') => digits.push(b'.'),
                Some(b'\\') if self.peek(1) == Some(b'\n') => {
                    self.skip_lines(2);
                    continue;
                }
                _ => break,
            }
            self.at += 1;
        }
        if digits.last() == Some(&b'.') {
            digits.pop();
        }
        let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
        digits.drain(..zeros.min(digits.len() - 1));
        Token::Number(digits)
    }

    fn sign(&mut self) -> Option<&'static str> {
        self.peek(1);
        let rest = &self.buffer[self.at..];
        let sign = SIGNS.iter().find(|sign| rest.starts_with(sign.as_bytes()))?;
        self.at += sign.len();
        Some(sign)
    }
}
