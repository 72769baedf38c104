//! Program text to tokens.

use crate::json;
use crate::value::Value;

#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    /// A name, perhaps with `::`; keywords are names too.
    Name(String),
    /// `.name` or `."text"`, without the dot.
    Field(Vec<Part>),
    Variable(String),
    Format(String),
    Number(String),
    Text(Vec<Part>),
    Op(&'static str),
    End,
}

/// A part of a string.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    Text(String),
    Code(Vec<(Token, usize)>),
}

/// Longest first.
const OPERATORS: [&str; 37] = [
    "?//", "//=", "|=", "+=", "-=", "*=", "/=", "%=", "==", "!=", "<=", ">=", "//", "..", "::", ".", "[", "]", "(", ")", "{", "}",
    "|", ",", ":", ";", "=", "<", ">", "+", "-", "*", "/", "%", "?", "$", "@",
];

pub struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

/// All tokens with the places where they begin; the error is the place.
pub fn tokens(text: &str) -> Result<Vec<(Token, usize)>, usize> {
    let mut lexer = Lexer { text, at: 0 };
    lexer.run(false)
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

impl Lexer<'_> {
    fn byte(&self, offset: usize) -> u8 {
        *self.text.as_bytes().get(self.at + offset).unwrap_or(&0)
    }

    /// Reads up to the end, or, within a string, up to the `)` that closes.
    fn run(&mut self, nested: bool) -> Result<Vec<(Token, usize)>, usize> {
        let mut out = Vec::new();
        let mut depth = 0;
        loop {
            self.skip();
            let start = self.at;
            if self.at >= self.text.len() {
                if nested {
                    return Err(start);
                }
                out.push((Token::End, start));
                return Ok(out);
            }
            let token = self.token()?;
            match token {
                Token::Op("(") => depth += 1,
                Token::Op(")") if depth == 0 && nested => {
                    out.push((Token::End, start));
                    return Ok(out);
                }
                Token::Op(")") => depth -= 1,
                _ => {}
            }
            out.push((token, start));
        }
    }

    fn skip(&mut self) {
        loop {
            match self.byte(0) {
                b' ' | b'\t' | b'\n' | b'\r' => self.at += 1,
                b'#' => {
                    while self.at < self.text.len() && self.byte(0) != b'\n' {
                        self.at += if self.byte(0) == b'\\' && matches!(self.byte(1), b'\n' | b'\\') { 2 } else { 1 };
                    }
                    self.at = self.at.min(self.text.len());
                }
                _ => return,
            }
        }
    }

    fn name(&mut self) -> String {
        let start = self.at;
        loop {
            while is_name(self.byte(0)) {
                self.at += 1;
            }
            let more = self.byte(0) == b':' && self.byte(1) == b':' && is_name(self.byte(2)) && !self.byte(2).is_ascii_digit();
            if !more {
                return self.text[start..self.at].to_string();
            }
            self.at += 2;
        }
    }

    fn token(&mut self) -> Result<Token, usize> {
        let byte = self.byte(0);
        let letter = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
        if byte == b'"' {
            return self.string().map(Token::Text);
        }
        if byte == b'.' && self.byte(1) == b'"' {
            self.at += 1;
            return self.string().map(Token::Field);
        }
        if byte == b'.' && letter(self.byte(1)) {
            self.at += 1;
            let start = self.at;
            while is_name(self.byte(0)) {
                self.at += 1;
            }
            return Ok(Token::Field(vec![Part::Text(self.text[start..self.at].to_string())]));
        }
        if byte.is_ascii_digit() || (byte == b'.' && self.byte(1).is_ascii_digit()) {
            return self.number();
        }
        if letter(byte) {
            return Ok(Token::Name(self.name()));
        }
        if byte == b'$' && letter(self.byte(1)) {
            self.at += 1;
            return Ok(Token::Variable(self.name()));
        }
        if byte == b'@' && letter(self.byte(1)) {
            self.at += 1;
            return Ok(Token::Format(self.name()));
        }
        let rest = &self.text[self.at..];
        match OPERATORS.iter().find(|op| rest.starts_with(**op)) {
            Some(op) => {
                self.at += op.len();
                Ok(Token::Op(op))
            }
            None => Err(self.at),
        }
    }

    fn number(&mut self) -> Result<Token, usize> {
        let start = self.at;
        let digits = |lexer: &mut Self| {
            while lexer.byte(0).is_ascii_digit() {
                lexer.at += 1;
            }
        };
        digits(self);
        if self.byte(0) == b'.' && self.byte(1) != b'.' && !self.byte(1).is_ascii_alphabetic() {
            self.at += 1;
            digits(self);
        }
        let sign = usize::from(matches!(self.byte(1), b'+' | b'-'));
        if matches!(self.byte(0), b'e' | b'E') && self.byte(1 + sign).is_ascii_digit() {
            self.at += 1 + sign;
            digits(self);
        }
        Ok(Token::Number(self.text[start..self.at].to_string()))
    }

    fn string(&mut self) -> Result<Vec<Part>, usize> {
        let start = self.at;
        self.at += 1;
        let mut parts = Vec::new();
        let mut raw = String::from("\"");
        loop {
            let from = self.at;
            match self.byte(0) {
                0 if self.at >= self.text.len() => return Err(start),
                b'"' => {
                    self.at += 1;
                    parts.push(Part::Text(unescape(raw).ok_or(start)?));
                    return Ok(parts);
                }
                b'\\' if self.byte(1) == b'(' => {
                    self.at += 2;
                    parts.push(Part::Text(unescape(std::mem::replace(&mut raw, String::from("\""))).ok_or(start)?));
                    parts.push(Part::Code(self.run(true)?));
                }
                b'\\' if self.at + 1 < self.text.len() && self.text.is_char_boundary(self.at + 2) => {
                    self.at += 2;
                    raw.push_str(&self.text[from..self.at]);
                }
                b'\\' => return Err(start),
                _ => {
                    self.at += 1;
                    while !self.text.is_char_boundary(self.at) {
                        self.at += 1;
                    }
                    raw.push_str(&self.text[from..self.at]);
                }
            }
        }
    }
}

fn unescape(mut raw: String) -> Option<String> {
    raw.push('"');
    match json::parse(raw.as_bytes()) {
        Ok(Some(Value::String(text))) => Some(text.to_string()),
        _ => None,
    }
}
