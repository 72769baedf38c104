//! Patterns to trees: POSIX basic and extended syntax, with what glibc adds and how it treats the corners.

use crate::ast::{class, word, Look, Node, Set};
use crate::{Error, Syntax};

const MAX_DEPTH: usize = 150;
/// The greatest count in an interval.
const DUP_MAX: u32 = 32767;

pub struct Parser<'a> {
    text: &'a [u8],
    at: usize,
    syntax: Syntax,
    depth: usize,
    /// Repetitions of repetitions so far.
    stacked: usize,
    open: usize,
    pub groups: usize,
    closed: Vec<bool>,
}

/// What comes next, already told apart from a literal.
#[derive(Clone, Copy, PartialEq)]
enum Token {
    End,
    Open,
    Close,
    Bar,
    Star,
    Plus,
    Quest,
    Brace,
    Other,
}

impl<'a> Parser<'a> {
    pub fn new(text: &'a [u8], syntax: Syntax) -> Self {
        Parser { text, at: 0, syntax, depth: 0, stacked: 0, open: 0, groups: 0, closed: vec![true] }
    }

    pub fn parse(mut self) -> Result<(Node, usize), Error> {
        if self.syntax == Syntax::Fixed {
            let mut items = Vec::new();
            while self.at < self.text.len() {
                items.push(self.literal());
            }
            return Ok((Node::Concat(items), 0));
        }
        let node = self.alternation()?;
        match self.token().0 {
            Token::End => Ok((node, self.groups)),
            _ => Err(Error::UnmatchedClose),
        }
    }

    fn basic(&self) -> bool {
        self.syntax == Syntax::Basic
    }

    fn token(&self) -> (Token, usize) {
        let rest = &self.text[self.at..];
        let Some(&first) = rest.first() else { return (Token::End, 0) };
        if self.basic() {
            return match (first, rest.get(1)) {
                (b'*', _) => (Token::Star, 1),
                (b'\n', _) => (Token::Other, 1),
                (b'\\', Some(b'(')) => (Token::Open, 2),
                (b'\\', Some(b')')) => (Token::Close, 2),
                (b'\\', Some(b'|')) => (Token::Bar, 2),
                (b'\\', Some(b'+')) => (Token::Plus, 2),
                (b'\\', Some(b'?')) => (Token::Quest, 2),
                (b'\\', Some(b'{')) => (Token::Brace, 2),
                _ => (Token::Other, 1),
            };
        }
        match first {
            b'(' => (Token::Open, 1),
            b')' if self.open == 0 && matches!(self.syntax, Syntax::Awk | Syntax::Grep) => (Token::Other, 1),
            b')' => (Token::Close, 1),
            b'|' => (Token::Bar, 1),
            b'*' => (Token::Star, 1),
            b'+' => (Token::Plus, 1),
            b'?' => (Token::Quest, 1),
            b'{' => (Token::Brace, 1),
            _ => (Token::Other, 1),
        }
    }

    fn alternation(&mut self) -> Result<Node, Error> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Error::TooBig);
        }
        let mut branches = vec![self.branch()?];
        while let (Token::Bar, len) = self.token() {
            self.at += len;
            branches.push(self.branch()?);
        }
        self.depth -= 1;
        Ok(if branches.len() == 1 { branches.remove(0) } else { Node::Alternate(branches) })
    }

    fn branch(&mut self) -> Result<Node, Error> {
        let mut items = Vec::new();
        loop {
            let (token, len) = self.token();
            match token {
                Token::End | Token::Bar | Token::Close => break,
                Token::Open => items.push(self.group(len)?),
                Token::Other => {
                    let item = self.atom(items.is_empty())?;
                    items.push(item);
                }
                _ => self.repeat(token, len, &mut items)?,
            }
        }
        Ok(match items.len() {
            0 => Node::Empty,
            1 => items.remove(0),
            _ => Node::Concat(items),
        })
    }

    fn group(&mut self, len: usize) -> Result<Node, Error> {
        self.at += len;
        self.groups += 1;
        self.open += 1;
        let index = self.groups;
        self.closed.push(false);
        let inner = self.alternation()?;
        let (token, len) = self.token();
        if token != Token::Close {
            return Err(Error::UnmatchedOpen);
        }
        self.at += len;
        self.open -= 1;
        self.closed[index] = true;
        Ok(Node::Group(index, Box::new(inner)))
    }

    fn repeat(&mut self, token: Token, len: usize, items: &mut Vec<Node>) -> Result<(), Error> {
        // grep repeats what is empty.
        if self.syntax != Syntax::Grep && matches!(items.last(), None | Some(Node::Look(_))) {
            return self.operator_first(token, len, items);
        }
        let start = self.at;
        self.at += len;
        let (low, high) = match token {
            Token::Star => (0, None),
            Token::Plus => (1, None),
            Token::Quest => (0, Some(1)),
            _ => match self.interval()? {
                Some(bounds) => bounds,
                None => {
                    self.at = start + 1;
                    items.push(Node::Char('{'));
                    return Ok(());
                }
            },
        };
        if self.basic() && matches!(self.token().0, Token::Star | Token::Brace) {
            return Err(Error::BadRepeat);
        }
        let inner = items.pop().unwrap_or(Node::Empty);
        items.push(match inner {
            // `a*+?` and the like are one repetition: thousands of them must not become a tower.
            Node::Repeat(of, before, most) if simple(before, most) && simple(low, high) => {
                Node::Repeat(of, before * low, most.and(high))
            }
            Node::Repeat(..) if self.stacked >= MAX_DEPTH => return Err(Error::TooBig),
            Node::Repeat(..) => {
                self.stacked += 1;
                Node::Repeat(Box::new(inner), low, high)
            }
            _ => Node::Repeat(Box::new(inner), low, high),
        });
        Ok(())
    }

    /// An operator with nothing to repeat: a literal in basic and awk syntax, an error in extended syntax.
    fn operator_first(&mut self, token: Token, len: usize, items: &mut Vec<Node>) -> Result<(), Error> {
        if self.syntax == Syntax::Extended {
            return Err(Error::BadRepeat);
        }
        if token == Token::Brace && self.basic() {
            return Err(Error::BadRepeat);
        }
        self.at += len;
        items.push(Node::Char(self.text[self.at - 1] as char));
        Ok(())
    }

    /// The bounds after an opening brace; `None` where the brace is a literal.
    #[allow(clippy::type_complexity)]
    fn interval(&mut self) -> Result<Option<(u32, Option<u32>)>, Error> {
        let (awk, grep) = (self.syntax == Syntax::Awk, self.syntax == Syntax::Grep);
        let bad = |error, lenient| if lenient { Ok(None) } else { Err(error) };
        let low = self.number();
        let comma = self.text.get(self.at) == Some(&b',');
        let high = if comma {
            self.at += 1;
            self.number()
        } else {
            low
        };
        let close: &[u8] = if self.basic() { b"\\}" } else { b"}" };
        if !self.text[self.at..].starts_with(close) {
            let closes = self.text[self.at..].windows(close.len()).any(|w| w == close);
            return bad(if closes { Error::BadInterval } else { Error::UnmatchedBrace }, awk || grep);
        }
        if low.is_none() && !comma {
            return bad(Error::BadInterval, awk || grep);
        }
        self.at += close.len();
        let low = low.unwrap_or(0);
        match high {
            Some(high) if high < low => bad(Error::BadInterval, awk),
            Some(high) if high > DUP_MAX => bad(Error::TooBig, awk),
            _ if low > DUP_MAX => bad(Error::TooBig, awk),
            _ => Ok(Some((low, high))),
        }
    }

    fn number(&mut self) -> Option<u32> {
        let start = self.at;
        let mut value: u32 = 0;
        while let Some(digit) = self.text.get(self.at).filter(|b| b.is_ascii_digit()) {
            value = value.saturating_mul(10).saturating_add(u32::from(digit - b'0'));
            self.at += 1;
        }
        (self.at > start).then_some(value)
    }

    fn atom(&mut self, first: bool) -> Result<Node, Error> {
        let byte = self.text[self.at];
        match byte {
            b'.' => self.one(Node::Any),
            b'[' => {
                self.at += 1;
                Ok(Node::Set(self.bracket()?))
            }
            b'^' if !self.basic() || first => self.one(Node::Look(Look::LineStart)),
            b'$' if !self.basic() || self.dollar_ends() => self.one(Node::Look(Look::LineEnd)),
            b'\\' => self.escape(),
            _ => Ok(self.literal()),
        }
    }

    fn one(&mut self, node: Node) -> Result<Node, Error> {
        self.at += 1;
        Ok(node)
    }

    fn dollar_ends(&self) -> bool {
        let rest = &self.text[self.at + 1..];
        rest.is_empty() || rest.starts_with(b"\\)") || rest.starts_with(b"\\|")
    }

    fn literal(&mut self) -> Node {
        let (node, len) = decode(&self.text[self.at..]);
        self.at += len;
        node
    }

    fn escape(&mut self) -> Result<Node, Error> {
        let Some(&next) = self.text.get(self.at + 1) else {
            if self.syntax == Syntax::Awk {
                return self.one(Node::Char('\\'));
            }
            return Err(Error::TrailingBackslash);
        };
        if self.syntax == Syntax::Awk {
            if let Some((byte, len)) = awk_escape(&self.text[self.at + 1..]) {
                self.at += 1 + len;
                return Ok(if byte < 128 { Node::Char(byte as char) } else { Node::Byte(byte) });
            }
        }
        self.at += 2;
        let set = |ranges, negated| Node::Set(Set { ranges, bytes: vec![], negated });
        Ok(match next {
            b'w' => set(word(), false),
            b'W' => set(word(), true),
            b's' => set(class("space").unwrap_or_default(), false),
            b'S' => set(class("space").unwrap_or_default(), true),
            b'b' if self.syntax != Syntax::Awk => Node::Look(Look::WordEdge),
            b'y' if self.syntax == Syntax::Awk => Node::Look(Look::WordEdge),
            b'B' => Node::Look(Look::NotWordEdge),
            b'<' => Node::Look(Look::WordStart),
            b'>' => Node::Look(Look::WordEnd),
            b'`' => Node::Look(Look::TextStart),
            b'\'' => Node::Look(Look::TextEnd),
            b'1'..=b'9' if self.syntax != Syntax::Awk => {
                let number = usize::from(next - b'0');
                if !self.closed.get(number).copied().unwrap_or(false) {
                    return Err(Error::BadBackRef);
                }
                Node::BackRef(number)
            }
            _ => {
                self.at -= 1;
                self.literal()
            }
        })
    }

    fn bracket(&mut self) -> Result<Set, Error> {
        let mut set = Set::default();
        if self.text.get(self.at) == Some(&b'^') {
            set.negated = true;
            self.at += 1;
        }
        let mut first = true;
        loop {
            let Some(&byte) = self.text.get(self.at) else { return Err(Error::UnmatchedBracket) };
            if byte == b']' && !first {
                self.at += 1;
                return Ok(set);
            }
            first = false;
            if byte == b'[' && self.text.get(self.at + 1) == Some(&b':') {
                self.named_class(&mut set)?;
                continue;
            }
            self.bracket_item(&mut set)?;
        }
    }

    /// `[:name:]`
    fn named_class(&mut self, set: &mut Set) -> Result<(), Error> {
        let rest = &self.text[self.at + 2..];
        let Some(len) = rest.windows(2).position(|w| w == b":]") else { return Err(Error::UnmatchedBracket) };
        let name = std::str::from_utf8(&rest[..len]).map_err(|_| Error::BadClass)?;
        set.ranges.extend(class(name).ok_or(Error::BadClass)?);
        self.at += len + 4;
        Ok(())
    }

    fn bracket_item(&mut self, set: &mut Set) -> Result<(), Error> {
        let low = self.bracket_char()?;
        let dash = self.text.get(self.at) == Some(&b'-') && self.text.get(self.at + 1).is_some_and(|b| *b != b']');
        if !dash {
            match low {
                Node::Char(c) => set.ranges.push((c, c)),
                Node::Byte(b) => set.bytes.push(b),
                _ => {}
            }
            return Ok(());
        }
        self.at += 1;
        match (low, self.bracket_char()?) {
            (Node::Char(a), Node::Char(b)) if a <= b => set.ranges.push((a, b)),
            (Node::Byte(a), Node::Byte(b)) if a <= b => set.bytes.extend(a..=b),
            (Node::Char(a), Node::Byte(b)) => {
                set.ranges.push((a, '\x7f'));
                set.bytes.extend(128..=b);
            }
            _ => return Err(Error::BadRange),
        }
        Ok(())
    }

    fn bracket_char(&mut self) -> Result<Node, Error> {
        let rest = &self.text[self.at..];
        let Some(&first) = rest.first() else { return Err(Error::UnmatchedBracket) };
        if first == b'[' {
            if let Some(&kind @ (b'.' | b'=')) = rest.get(1) {
                let end = [kind, b']'];
                let Some(len) = rest[2..].windows(2).position(|w| w == end) else { return Err(Error::UnmatchedBracket) };
                let (node, used) = decode(&rest[2..2 + len]);
                if used != len || len == 0 {
                    return Err(Error::BadCollation);
                }
                self.at += len + 4;
                return Ok(node);
            }
        }
        if first == b'\\' && self.syntax == Syntax::Awk && rest.len() > 1 {
            if let Some((byte, len)) = awk_escape(&rest[1..]) {
                self.at += 1 + len;
                return Ok(if byte < 128 { Node::Char(byte as char) } else { Node::Byte(byte) });
            }
            self.at += 1;
        }
        Ok(self.literal())
    }
}

/// The character or lone byte that begins the text, and its length.
pub fn decode(text: &[u8]) -> (Node, usize) {
    let Some(&first) = text.first() else { return (Node::Empty, 0) };
    let len = match first {
        0..=0x7f => return (Node::Char(first as char), 1),
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return (Node::Byte(first), 1),
    };
    match text.get(..len).and_then(|t| std::str::from_utf8(t).ok()).and_then(|s| s.chars().next()) {
        Some(c) => (Node::Char(c), len),
        None => (Node::Byte(first), 1),
    }
}

/// The byte that an awk escape stands for, and how much of the text after the backslash it takes.
fn awk_escape(text: &[u8]) -> Option<(u8, usize)> {
    let simple = match text.first()? {
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        b'f' => b'\x0c',
        b'v' => b'\x0b',
        b'a' => b'\x07',
        b'b' => b'\x08',
        b'x' => {
            let digits = text[1..].iter().take(2).take_while(|b| b.is_ascii_hexdigit()).count();
            let value = std::str::from_utf8(&text[1..1 + digits]).ok().and_then(|s| u8::from_str_radix(s, 16).ok())?;
            return Some((value, 1 + digits));
        }
        b'0'..=b'7' => {
            let digits = text.iter().take(3).take_while(|b| (b'0'..=b'7').contains(b)).count();
            let value = text[..digits].iter().fold(0u32, |v, b| v * 8 + u32::from(b - b'0'));
            return Some((value as u8, digits));
        }
        _ => return None,
    };
    Some((simple, 1))
}

/// Whether the bounds are those of `*`, `+` or `?`.
fn simple(low: u32, high: Option<u32>) -> bool {
    matches!((low, high), (0 | 1, None) | (0, Some(1)))
}
