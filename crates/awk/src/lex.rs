//! Source text to tokens.

use crate::text::Text;

#[derive(Clone, PartialEq)]
pub enum Token {
    Newline,
    Number(f64),
    String(Text),
    Regex(Text),
    /// `@/re/`
    StrongRegex(Text),
    Name(String),
    /// A name with an opening parenthesis right after it.
    FuncName(String),
    Keyword(Keyword),
    /// An operator or punctuation, as written.
    Op(&'static str),
    End,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Keyword {
    Begin, End, BeginFile, EndFile, Function, If, Else, While, For, Do, Break, Continue, Next, NextFile, Exit, Return, Delete, In,
    Getline, Print, Printf, Switch, Case, Default,
}

const KEYWORDS: [(&str, Keyword); 25] = [
    ("BEGIN", Keyword::Begin), ("END", Keyword::End), ("BEGINFILE", Keyword::BeginFile), ("ENDFILE", Keyword::EndFile),
    ("function", Keyword::Function), ("func", Keyword::Function), ("if", Keyword::If), ("else", Keyword::Else),
    ("while", Keyword::While), ("for", Keyword::For), ("do", Keyword::Do), ("break", Keyword::Break),
    ("continue", Keyword::Continue), ("next", Keyword::Next), ("nextfile", Keyword::NextFile), ("exit", Keyword::Exit),
    ("return", Keyword::Return), ("delete", Keyword::Delete), ("in", Keyword::In), ("getline", Keyword::Getline),
    ("print", Keyword::Print), ("printf", Keyword::Printf), ("switch", Keyword::Switch), ("case", Keyword::Case),
    ("default", Keyword::Default),
];

const OPS: [&str; 46] = [
    "**=", "...", "&&", "||", "==", "<=", ">=", "!=", "++", "--", "+=", "-=", "*=", "/=", "%=", "^=", "**", ">>", "|&", "!~",
    "{", "}", "(", ")", "[", "]", ";", ",", "+", "-", "*", "/", "%", "^", "!", ">", "<", "|", "?", ":", "~", "$", "=", "@", "&", "#",
];

pub struct Lexer<'a> {
    text: &'a [u8],
    pub at: usize,
    pub line: u32,
    /// Where the token before `at` began.
    pub start: usize,
    pub warnings: Vec<(u32, String)>,
}

impl<'a> Lexer<'a> {
    pub fn new(text: &'a [u8]) -> Lexer<'a> {
        Lexer { text, at: 0, line: 1, start: 0, warnings: vec![] }
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.text.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn skip_blanks(&mut self) {
        loop {
            match self.peek(0) {
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'\\' if self.peek(1) == b'\n' => {
                    self.at += 2;
                    self.line += 1;
                }
                b'\\' if self.peek(1) == b'\r' && self.peek(2) == b'\n' => {
                    self.at += 3;
                    self.line += 1;
                }
                b'#' => {
                    while self.at < self.text.len() && self.peek(0) != b'\n' {
                        self.at += 1;
                    }
                }
                _ => return,
            }
        }
    }

    pub fn next(&mut self) -> Result<Token, String> {
        self.skip_blanks();
        self.start = self.at;
        if self.at >= self.text.len() {
            return Ok(Token::End);
        }
        let byte = self.peek(0);
        match byte {
            b'\n' => {
                self.at += 1;
                self.line += 1;
                Ok(Token::Newline)
            }
            b'"' => self.string(),
            b'0'..=b'9' => Ok(self.number()),
            b'.' if self.peek(1).is_ascii_digit() => Ok(self.number()),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => Ok(self.word()),
            b'@' if self.peek(1) == b'/' => {
                self.at += 2;
                match self.regex()? {
                    Token::Regex(text) => Ok(Token::StrongRegex(text)),
                    other => Ok(other),
                }
            }
            _ => {
                let rest = &self.text[self.at..];
                let op = OPS.iter().find(|op| rest.starts_with(op.as_bytes()));
                let Some(op) = op.filter(|op| **op != "..." && **op != "#") else {
                    let shown = crate::text::show(&[byte]);
                    return Err(format!("\u{1}error: invalid char '{shown}' in expression"));
                };
                self.at += op.len();
                Ok(Token::Op(match *op {
                    "**" => "^",
                    "**=" => "^=",
                    op => op,
                }))
            }
        }
    }

    fn word(&mut self) -> Token {
        let start = self.at;
        while self.peek(0).is_ascii_alphanumeric() || self.peek(0) == b'_' {
            self.at += 1;
        }
        // A namespace is a part of the name.
        if self.peek(0) == b':' && self.peek(1) == b':' && (self.peek(2).is_ascii_alphabetic() || self.peek(2) == b'_') {
            self.at += 2;
            while self.peek(0).is_ascii_alphanumeric() || self.peek(0) == b'_' {
                self.at += 1;
            }
        }
        let name = crate::text::show(&self.text[start..self.at]);
        let name = name.strip_prefix("awk::").map(str::to_string).unwrap_or(name);
        if let Some((_, keyword)) = KEYWORDS.iter().find(|(word, _)| *word == name) {
            return Token::Keyword(*keyword);
        }
        if self.peek(0) == b'(' { Token::FuncName(name) } else { Token::Name(name) }
    }

    fn number(&mut self) -> Token {
        if self.peek(0) == b'0' && matches!(self.peek(1), b'x' | b'X') && self.peek(2).is_ascii_hexdigit() {
            self.at += 2;
            let mut value = 0.0;
            while let Some(digit) = (self.peek(0) as char).to_digit(16) {
                value = value * 16.0 + f64::from(digit);
                self.at += 1;
            }
            return Token::Number(value);
        }
        let rest = &self.text[self.at..];
        let octal = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        let (value, len) = crate::number::prefix(rest);
        self.at += len;
        if len == octal && len > 1 && rest[0] == b'0' && rest[..len].iter().all(|b| *b < b'8') {
            return Token::Number(rest[..len].iter().fold(0.0, |v, b| v * 8.0 + f64::from(b - b'0')));
        }
        Token::Number(value)
    }

    fn string(&mut self) -> Result<Token, String> {
        self.at += 1;
        let mut out = vec![];
        loop {
            if self.at >= self.text.len() || self.peek(0) == b'\n' {
                return Err("unterminated string".into());
            }
            let byte = self.peek(0);
            self.at += 1;
            match byte {
                b'"' => return Ok(Token::String(Text::from(out))),
                b'\\' if self.peek(0) == b'\n' => {
                    self.at += 1;
                    self.line += 1;
                }
                b'\\' => {
                    let (warning, len) = escape(&self.text[self.at..], &mut out);
                    self.at += len;
                    if let Some(letter) = warning {
                        self.warnings.push((self.line, format!("escape sequence `\\{letter}' treated as plain `{letter}'")));
                    }
                }
                _ => out.push(byte),
            }
        }
    }

    /// The rest of a regular expression, after its opening slash.
    pub fn regex(&mut self) -> Result<Token, String> {
        let mut out = vec![];
        let mut bracket: Option<usize> = None;
        loop {
            if self.at >= self.text.len() || self.peek(0) == b'\n' {
                return Err("unterminated regexp".into());
            }
            let byte = self.peek(0);
            self.at += 1;
            match byte {
                b'/' if bracket.is_none() => return Ok(Token::Regex(Text::from(out))),
                b'\\' if self.peek(0) == b'/' => {
                    out.push(b'/');
                    self.at += 1;
                    continue;
                }
                b'\\' if self.peek(0) == b'"' => {
                    out.push(b'"');
                    self.at += 1;
                    continue;
                }
                b'\\' if self.peek(0) == b'\n' => {
                    self.at += 1;
                    self.line += 1;
                    continue;
                }
                b'\\' if self.at < self.text.len() => {
                    out.extend([byte, self.peek(0)]);
                    self.at += 1;
                    continue;
                }
                b'[' => match bracket {
                    None if self.closes_later() => {
                        bracket = Some(out.len() + 1 + usize::from(self.peek(0) == b'^'));
                    }
                    Some(_) if matches!(self.peek(0), b':' | b'.' | b'=') => {
                        let kind = self.peek(0);
                        let rest = &self.text[self.at + 1..];
                        if let Some(len) = rest.windows(2).position(|w| w == [kind, b']']).filter(|n| *n < 20) {
                            out.push(byte);
                            out.extend_from_slice(&self.text[self.at..self.at + len + 3]);
                            self.at += len + 3;
                            continue;
                        }
                    }
                    _ => {}
                },
                b']' if bracket.is_some_and(|first| out.len() > first) => bracket = None,
                _ => {}
            }
            out.push(byte);
        }
    }

    /// Whether the bracket expression that begins here ends on this line.
    fn closes_later(&self) -> bool {
        let line = self.text[self.at..].split(|b| *b == b'\n').next().unwrap_or(b"");
        line.iter().skip(1).any(|b| *b == b']')
    }
}

/// Appends what an escape (after its backslash) stands for; returns a letter to warn of, and the escape's length.
pub fn escape(text: &[u8], out: &mut Vec<u8>) -> (Option<char>, usize) {
    let Some(&first) = text.first() else {
        out.push(b'\\');
        return (None, 0);
    };
    let byte = match first {
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        b'f' => 12,
        b'v' => 11,
        b'a' => 7,
        b'b' => 8,
        b'\\' | b'"' => first,
        b'0'..=b'7' => {
            let len = text.iter().take(3).take_while(|b| (b'0'..=b'7').contains(b)).count();
            out.push(text[..len].iter().fold(0u32, |v, b| v * 8 + u32::from(b - b'0')) as u8);
            return (None, len);
        }
        b'x' => {
            let len = text[1..].iter().take(2).take_while(|b| b.is_ascii_hexdigit()).count();
            if len == 0 {
                out.push(b'x');
                return (None, 1);
            }
            let digit = |b: &u8| (*b as char).to_digit(16).unwrap_or(0);
            out.push(text[1..=len].iter().fold(0, |v, b| v * 16 + digit(b)) as u8);
            return (None, 1 + len);
        }
        // A dynamic pattern needs these with their backslash; elsewhere it is a plain letter.
        b'.' | b'[' | b']' | b'(' | b')' | b'*' | b'+' | b'?' | b'{' | b'}' | b'|' | b'^' | b'$' | b'&' | b'<' | b'>' | b'y' | b'B'
        | b'`' | b'\'' | b'w' | b'W' | b's' | b'S' | b'-' => {
            if first == b'&' {
                out.push(b'\\');
            }
            out.push(first);
            return ((first != b'&').then_some(first as char), 1);
        }
        _ => {
            out.push(first);
            return (Some(first as char), 1);
        }
    };
    out.push(byte);
    (None, 1)
}
