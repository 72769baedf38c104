//! The parts of a script between delimiters: addresses, `s` and `y`.

use std::rc::Rc;

use posix_regex::{Regex, Syntax};

use crate::command::{Action, Address, Case, Pattern, Piece, RangeEnd, Substitute, Translate};
use crate::escape::{rewrite, Context};
use crate::parse::{intern, Parser};
use crate::source::{ScriptError, Source};

type Result<T> = std::result::Result<T, ScriptError>;

impl Parser<'_> {
    pub fn address(&mut self, source: &mut Source) -> Result<Option<Address>> {
        let Some(byte) = source.peek() else { return Ok(None) };
        Ok(match byte {
            b'0'..=b'9' => {
                let first = source.number().unwrap_or(0);
                source.skip_blanks();
                if source.peek() == Some(b'~') && !self.options.posix {
                    source.at += 1;
                    source.skip_blanks();
                    let step = source.number().unwrap_or(0);
                    return Ok(Some(match (first, step) {
                        (0, 0) => Address::Zero,
                        (first, 0) => Address::Line(first),
                        _ => Address::Step(first, step),
                    }));
                }
                Some(if first == 0 { Address::Zero } else { Address::Line(first) })
            }
            b'$' => {
                source.at += 1;
                Some(Address::Last)
            }
            b'/' | b'\\' => Some(Address::Regex(self.address_regex(source)?)),
            b'+' | b'~' if !self.options.posix => {
                source.at += 1;
                source.number();
                return source.error("invalid usage of +N or ~N as first address");
            }
            _ => None,
        })
    }

    pub fn range_end(&mut self, source: &mut Source) -> Result<Option<RangeEnd>> {
        let Some(byte) = source.peek() else { return Ok(None) };
        Ok(match byte {
            b'+' | b'~' => {
                source.at += 1;
                source.skip_blanks();
                match (source.number(), byte) {
                    (None, _) => return Ok(None),
                    (Some(n), b'+') => Some(RangeEnd::Plus(n)),
                    (Some(n), _) => Some(RangeEnd::Multiple(n)),
                }
            }
            b'0'..=b'9' => {
                let line = source.number().unwrap_or(0);
                source.skip_blanks();
                if source.peek() == Some(b'~') {
                    source.at += 1;
                    source.number();
                }
                Some(RangeEnd::Line(line))
            }
            b'$' => {
                source.at += 1;
                Some(RangeEnd::Last)
            }
            b'/' | b'\\' => Some(RangeEnd::Regex(self.address_regex(source)?)),
            _ => None,
        })
    }

    fn address_regex(&mut self, source: &mut Source) -> Result<Pattern> {
        let mut delimiter = source.next().unwrap_or(b'/');
        if delimiter == b'\\' {
            let Some(next) = source.next() else { return source.error("unterminated address regex") };
            delimiter = next;
        }
        let Some(text) = self.delimited(source, delimiter, true)? else { return source.error("unterminated address regex") };
        let (mut ignore_case, mut multi_line) = (false, false);
        loop {
            source.skip_blanks();
            match source.peek() {
                Some(b'I') if !self.options.posix => ignore_case = true,
                Some(b'M') if !self.options.posix => multi_line = true,
                _ => break,
            }
            source.at += 1;
        }
        self.compile(source, &text, ignore_case, multi_line)
    }

    fn compile(&self, source: &Source, text: &[u8], ignore_case: bool, multi_line: bool) -> Result<Pattern> {
        if text.is_empty() {
            if ignore_case || multi_line {
                return source.error("cannot specify modifiers on empty regexp");
            }
            return Ok(None);
        }
        let syntax = if self.options.extended { Syntax::Extended } else { Syntax::Basic };
        let text = match rewrite(text, Context::Regex) {
            Ok(text) => text,
            Err(message) => return source.error(message),
        };
        if let [b'[', kind @ (b':' | b'.' | b'='), .., last, b']'] = text[..] {
            if kind == last && text.len() > 4 && !text[2..text.len() - 2].contains(&b']') {
                let kind = kind as char;
                return Err(ScriptError::plain(format!("character class syntax is [[{kind}space{kind}]], not [{kind}space{kind}]"), 4));
            }
        }
        match Regex::new(&text, syntax, ignore_case, multi_line && !self.options.null_data) {
            Ok(regex) => Ok(Some(Rc::new(regex))),
            Err(error) => source.error(error),
        }
    }

    /// The text up to the delimiter; `None` where it does not come on the line.
    fn delimited(&mut self, source: &mut Source, delimiter: u8, regex: bool) -> Result<Option<Vec<u8>>> {
        if delimiter == b'\n' {
            return Ok(None);
        }
        if delimiter >= 0x80 {
            return source.error("delimiter character is not a single-byte character");
        }
        let mut text = vec![];
        loop {
            match source.next() {
                None => return Ok(None),
                Some(b'\n') => {
                    source.back();
                    return Ok(None);
                }
                Some(byte) if byte == delimiter => return Ok(Some(text)),
                Some(b'[') if regex => {
                    text.push(b'[');
                    bracket(source, &mut text);
                }
                Some(b'\\') => match source.next() {
                    None => return Ok(None),
                    Some(byte) if byte == delimiter && (regex || byte != b'&') => text.push(byte),
                    Some(b'n') if regex => text.push(b'\n'),
                    Some(b'\n') if regex => text.push(b'\n'),
                    Some(byte) => text.extend([b'\\', byte]),
                },
                Some(byte) => text.push(byte),
            }
        }
    }

    pub fn substitute(&mut self, source: &mut Source) -> Result<Action> {
        let unterminated = "unterminated `s' command";
        let Some(delimiter) = source.next() else { return source.error(unterminated) };
        let Some(pattern) = self.delimited(source, delimiter, true)? else { return source.error(unterminated) };
        let Some(replacement) = self.delimited(source, delimiter, false)? else { return source.error(unterminated) };
        let mut flags = Flags::default();
        self.flags(source, &mut flags)?;
        let pattern = self.compile(source, &pattern, flags.ignore_case, flags.multi_line)?;
        let replacement = match rewrite(&replacement, Context::Replacement) {
            Ok(text) => pieces(&text, self.options.posix),
            Err(message) => return source.error(message),
        };
        let most = replacement.iter().map(|p| if let Piece::Group(n) = p { *n } else { 0 }).max().unwrap_or(0);
        if pattern.as_ref().is_some_and(|p| most > p.groups()) {
            return source.error(format!("invalid reference \\{most} on `s' command's RHS"));
        }
        Ok(Action::Substitute(Box::new(Substitute {
            pattern,
            replacement,
            number: flags.number.unwrap_or(1),
            global: flags.global,
            print: flags.print,
            write: flags.write,
        })))
    }

    fn flags(&mut self, source: &mut Source, flags: &mut Flags) -> Result<()> {
        loop {
            match source.next() {
                Some(b'i' | b'I') if !self.options.posix => flags.ignore_case = true,
                Some(b'm' | b'M') if !self.options.posix => flags.multi_line = true,
                Some(b'p') if flags.print => return source.error("multiple `p' options to `s' command"),
                Some(b'p') => flags.print = true,
                Some(b'g') if flags.global => return source.error("multiple `g' options to `s' command"),
                Some(b'g') => flags.global = true,
                Some(b'w') => {
                    let file = self.file_name(source)?;
                    flags.write = Some(intern(&mut self.script.outputs, file));
                    return Ok(());
                }
                Some(b'0'..=b'9') => {
                    if flags.number.is_some() {
                        return source.error("multiple number options to `s' command");
                    }
                    source.back();
                    match source.number() {
                        Some(0) => return source.error("number option to `s' command may not be zero"),
                        number => flags.number = number.map(|n| n as usize),
                    }
                }
                Some(b'}' | b'#') => {
                    source.back();
                    return Ok(());
                }
                None | Some(b'\n' | b';') => return Ok(()),
                Some(b'\r') if source.peek() == Some(b'\n') => {}
                Some(b' ' | b'\t') => {}
                Some(_) => return source.error("unknown option to `s'"),
            }
        }
    }

    pub fn translate(&mut self, source: &mut Source) -> Result<Action> {
        let unterminated = "unterminated `y' command";
        let Some(delimiter) = source.next() else { return source.error(unterminated) };
        let Some(from) = self.delimited(source, delimiter, false)? else { return source.error(unterminated) };
        let Some(to) = self.delimited(source, delimiter, false)? else { return source.error(unterminated) };
        let from = plain_chars(&rewrite(&from, Context::Text).unwrap_or(from));
        let to = plain_chars(&rewrite(&to, Context::Text).unwrap_or(to));
        if from.len() != to.len() {
            return source.error("strings for `y' command are different lengths");
        }
        let mut table = Translate { bytes: std::array::from_fn(|i| i as u8), chars: vec![] };
        let mut seen = [false; 256];
        for (from, to) in from.into_iter().zip(to) {
            match (&from[..], &to[..]) {
                ([a], [b]) => {
                    if !std::mem::replace(&mut seen[*a as usize], true) {
                        table.bytes[*a as usize] = *b;
                    }
                }
                _ => table.chars.push((from, to)),
            }
        }
        self.end_of_command(source)?;
        Ok(Action::Translate(Box::new(table)))
    }
}

/// Copies a bracket expression, where a delimiter does not count. An open one runs to the end of the line.
fn bracket(source: &mut Source, text: &mut Vec<u8>) {
    if source.peek() == Some(b'^') {
        text.extend(source.next());
    }
    let mut first = true;
    while let Some(byte) = source.peek().filter(|b| *b != b'\n') {
        source.at += 1;
        match (byte, source.peek()) {
            (b'\\', Some(b'n')) => {
                source.at += 1;
                text.push(b'\n');
            }
            (b'\\', Some(b'\n')) => text.extend(source.next()),
            (b']', _) if !first => {
                text.push(byte);
                return;
            }
            (b'[', Some(kind @ (b':' | b'.' | b'='))) => {
                text.push(byte);
                let rest = &source.text[source.at + 1..];
                if let Some(len) = rest.windows(2).position(|w| w == [kind, b']']).filter(|len| !rest[..*len].contains(&b'\n')) {
                    text.extend_from_slice(&source.text[source.at..source.at + len + 3]);
                    source.at += len + 3;
                }
            }
            _ => text.push(byte),
        }
        first = false;
    }
}

#[derive(Default)]
struct Flags {
    ignore_case: bool,
    multi_line: bool,
    print: bool,
    global: bool,
    number: Option<usize>,
    write: Option<usize>,
}

/// The characters of a `y` string, backslashes resolved.
fn plain_chars(text: &[u8]) -> Vec<Vec<u8>> {
    let mut chars = vec![];
    let mut at = 0;
    while at < text.len() {
        if text[at] == b'\\' && at + 1 < text.len() {
            match text[at + 1] {
                b'n' => chars.push(vec![b'\n']),
                byte => chars.push(vec![byte]),
            }
            at += 2;
            continue;
        }
        let len = char_len(&text[at..]);
        chars.push(text[at..at + len].to_vec());
        at += len;
    }
    chars
}

/// The length of the UTF-8 character that begins the text; 1 for a byte that is none.
pub fn char_len(text: &[u8]) -> usize {
    let len = match text[0] {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return 1,
    };
    if text.get(..len).is_some_and(|t| std::str::from_utf8(t).is_ok()) { len } else { 1 }
}

/// The parts of a replacement.
pub fn pieces(text: &[u8], posix: bool) -> Vec<Piece> {
    let mut list = vec![];
    let mut plain = vec![];
    let mut bytes = text.iter().copied();
    while let Some(byte) = bytes.next() {
        let piece = match byte {
            b'&' => Piece::Group(0),
            b'\\' => match bytes.next() {
                Some(digit @ b'0'..=b'9') => Piece::Group(usize::from(digit - b'0')),
                Some(b'U') if !posix => Piece::Case(Case::Upper),
                Some(b'L') if !posix => Piece::Case(Case::Lower),
                Some(b'u') if !posix => Piece::Case(Case::UpperNext),
                Some(b'l') if !posix => Piece::Case(Case::LowerNext),
                Some(b'E') if !posix => Piece::Case(Case::End),
                Some(b'n') => {
                    plain.push(b'\n');
                    continue;
                }
                Some(other) => {
                    plain.push(other);
                    continue;
                }
                None => {
                    plain.push(b'\\');
                    continue;
                }
            },
            _ => {
                plain.push(byte);
                continue;
            }
        };
        if !plain.is_empty() {
            list.push(Piece::Text(std::mem::take(&mut plain)));
        }
        list.push(piece);
    }
    if !plain.is_empty() {
        list.push(Piece::Text(plain));
    }
    list
}
