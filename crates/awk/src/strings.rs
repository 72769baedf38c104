//! The built-in functions on text.

use posix_regex::{group, Regex, Slots};

use crate::array::number_key;
use crate::ast::*;
use crate::builtin::Builtin;
use crate::interp::{given, Interp, Res};
use crate::number;
use crate::parse_expr::pattern_source;
use crate::record::{split, Splitter};
use crate::text::{char_count, char_len, char_offset, Text};
use crate::value::Value;

impl<'a> Interp<'a> {
    fn text_of(&mut self, expr: &'a Expr) -> Res<Text> {
        Ok(self.eval(expr)?.text(&self.special.convfmt))
    }

    /// An argument that is a pattern: a constant one, or text.
    fn pattern_argument(&mut self, expr: &'a Expr) -> Res<std::rc::Rc<Regex>> {
        match expr {
            Expr::Regex(pattern) => self.regex(pattern),
            other => {
                let text = self.text_of(other)?;
                self.pattern(&text)
            }
        }
    }

    pub fn string_function(&mut self, builtin: Builtin, args: &'a [Expr]) -> Res<Value> {
        if builtin == Builtin::Strtonum {
            let value = self.eval(&args[0])?;
            return Ok(Value::Num(match &value {
                Value::Num(n) => *n,
                other => strtonum(&other.text(b"%.6g")),
            }));
        }
        let text = self.text_of(&args[0])?;
        Ok(match builtin {
            Builtin::Index => {
                let wanted = self.text_of(&args[1])?;
                let found = if self.ignoring_case() {
                    memchr::memmem::find(&text.to_ascii_lowercase(), &wanted.to_ascii_lowercase())
                } else {
                    memchr::memmem::find(&text, &wanted)
                };
                Value::Num(found.map_or(0.0, |at| (char_count(&text[..at]) + 1) as f64))
            }
            Builtin::Substr => {
                let start = self.eval_num(&args[1])?;
                let length = match args.get(2) {
                    Some(length) => Some(self.eval_num(length)?),
                    None => None,
                };
                Value::Str(substr(&text, start, length))
            }
            Builtin::Tolower => Value::Str(change_case(&text, false)),
            _ => Value::Str(change_case(&text, true)),
        })
    }

    /// sub and gsub; the result is how many were replaced.
    pub fn substitute(&mut self, args: &'a [Expr], global: bool) -> Res<Value> {
        let regex = self.pattern_argument(&args[0])?;
        let replacement = self.text_of(&args[1])?;
        let target = &args[2];
        let text = self.text_of(target)?;
        let parts = parse_replacement(&replacement);
        let mut out = Vec::new();
        let count = replace(&regex, &text, if global { 0 } else { 1 }, &mut out, &mut |out, whole, _| {
            for part in &parts {
                match part {
                    Part::Text(plain) => out.extend_from_slice(plain),
                    Part::Group(_) => out.extend_from_slice(whole),
                }
            }
        });
        if count > 0 && (target.is_lvalue() || matches!(target, Expr::Group(_))) {
            self.store(target, Value::Str(Text::from(out)))?;
        }
        Ok(Value::Num(count as f64))
    }

    pub fn gensub(&mut self, args: &'a [Expr]) -> Res<Value> {
        let regex = self.pattern_argument(&args[0])?;
        let replacement = self.text_of(&args[1])?;
        let how = self.eval(&args[2])?;
        let text = match args.get(3) {
            Some(target) => self.text_of(target)?,
            None => self.field(0.0)?.text(&self.special.convfmt),
        };
        let how_text = how.text(&self.special.convfmt);
        let which = match how_text.first() {
            Some(b'g' | b'G') => 0,
            _ if how.num() < 1.0 => {
                self.warn(&format!("gensub: third argument `{}' treated as 1", crate::text::show(&how_text)));
                1
            }
            _ => how.num() as usize,
        };
        let parts = parse_gensub(&replacement);
        let mut out = Vec::new();
        let count = replace(&regex, &text, which, &mut out, &mut |out, whole, groups| {
            for part in &parts {
                match part {
                    Part::Text(plain) => out.extend_from_slice(plain),
                    Part::Group(0) => out.extend_from_slice(whole),
                    Part::Group(n) => {
                        if let Some((start, end)) = group(groups, *n) {
                            out.extend_from_slice(&text[start..end]);
                        }
                    }
                }
            }
        });
        Ok(Value::Str(if count > 0 { Text::from(out) } else { text }))
    }

    pub fn match_function(&mut self, args: &'a [Expr]) -> Res<Value> {
        let text = self.text_of(&args[0])?;
        let regex = self.pattern_argument(&args[1])?;
        let mut slots = Slots::new();
        let found = if args.len() > 2 {
            regex.captures_at(&text, 0, &mut slots).then(|| group(&slots, 0)).flatten()
        } else {
            regex.find_at(&text, 0)
        };
        if let Some(array) = args.get(2) {
            let array = self.array(array)?;
            let mut array = array.borrow_mut();
            array.clear();
            for index in 0..slots.len() / 2 {
                let Some((start, end)) = group(&slots, index).filter(|_| found.is_some()) else { continue };
                let key = number_key(index);
                array.set(&key, Value::Input(Text::new(&text[start..end])));
                for (name, number) in [("start", char_count(&text[..start]) + 1), ("length", char_count(&text[start..end]))] {
                    let mut part = key.to_vec();
                    part.extend_from_slice(&self.special.subsep);
                    part.extend_from_slice(name.as_bytes());
                    array.set(&part, Value::Num(number as f64));
                }
            }
        }
        let (start, length) = match found {
            Some((start, end)) => ((char_count(&text[..start]) + 1) as f64, char_count(&text[start..end]) as f64),
            None => (0.0, -1.0),
        };
        self.globals[given::RSTART] = Value::Num(start);
        self.globals[given::RLENGTH] = Value::Num(length);
        Ok(Value::Num(start))
    }

    pub fn split_function(&mut self, args: &'a [Expr]) -> Res<Value> {
        let text = self.text_of(&args[0])?;
        let splitter = match args.get(2) {
            None => match &self.splitter {
                splitter @ (Splitter::Blanks | Splitter::Byte(_) | Splitter::Chars | Splitter::Regex(_)) => splitter.clone(),
                _ => {
                    let fs = self.special.fs.clone();
                    self.splitter_of(&fs)?
                }
            },
            Some(Expr::Regex(pattern)) => match pattern_source(pattern) {
                // A constant of one blank is that blank, unlike the text.
                Some(source) if source.len() == 1 && source[0] == b' ' => Splitter::Byte(b' '),
                Some(source) if source.is_empty() => Splitter::Chars,
                _ => Splitter::Regex(self.regex(pattern)?),
            },
            Some(separator) => {
                let separator = self.text_of(separator)?;
                self.splitter_of(&separator)?
            }
        };
        self.split_into(&text, &splitter, args)
    }

    pub fn patsplit(&mut self, args: &'a [Expr]) -> Res<Value> {
        let text = self.text_of(&args[0])?;
        let regex = match args.get(2) {
            Some(pattern) => self.pattern_argument(pattern)?,
            None => {
                let fpat = self.special.fpat.clone();
                self.pattern(&fpat)?
            }
        };
        self.split_into(&text, &Splitter::Content(regex), args)
    }

    fn split_into(&mut self, text: &[u8], splitter: &Splitter, args: &'a [Expr]) -> Res<Value> {
        let array = self.array(&args[1])?;
        let (mut fields, mut gaps) = (Vec::new(), Vec::new());
        split(text, splitter, false, &mut |start, end| fields.push((start, end)), &mut |start, end| gaps.push((start, end)));
        let input = |(start, end): &(usize, usize)| Value::Input(Text::new(&text[*start..*end]));
        let count = Interp::fill(&array, fields.iter().map(input));
        if let Some(seps) = args.get(3) {
            let seps = self.array(seps)?;
            let mut seps = seps.borrow_mut();
            seps.clear();
            // Blanks and contents have a separator before the first field; others count from 1.
            let first = usize::from(!matches!(splitter, Splitter::Blanks | Splitter::Content(_)));
            for (index, (start, end)) in gaps.iter().enumerate() {
                let outer = matches!(splitter, Splitter::Blanks) && start == end;
                if !outer {
                    seps.set(&number_key(index + first), Value::str(&text[*start..*end]));
                }
            }
        }
        Ok(Value::Num(count as f64))
    }
}

enum Part {
    Text(Vec<u8>),
    Group(usize),
}

/// The replacement of sub and gsub: `&` is the match, `\&` a plain one, `\\&` a backslash and the match.
fn parse_replacement(text: &[u8]) -> Vec<Part> {
    let (mut parts, mut plain, mut at) = (Vec::new(), Vec::new(), 0);
    while at < text.len() {
        let slashes = text[at..].iter().take_while(|b| **b == b'\\').count();
        let ampersand = text.get(at + slashes) == Some(&b'&');
        if !ampersand {
            let end = (at + slashes.max(1)).min(text.len());
            plain.extend_from_slice(&text[at..end]);
            at = end;
            continue;
        }
        plain.resize(plain.len() + slashes / 2, b'\\');
        if slashes % 2 == 1 {
            plain.push(b'&');
        } else {
            parts.push(Part::Text(std::mem::take(&mut plain)));
            parts.push(Part::Group(0));
        }
        at += slashes + 1;
    }
    parts.push(Part::Text(plain));
    parts
}

/// The replacement of gensub: `\N` is a group, `&` and `\0` the match.
fn parse_gensub(text: &[u8]) -> Vec<Part> {
    let (mut parts, mut plain) = (Vec::new(), Vec::new());
    let mut bytes = text.iter().copied();
    while let Some(byte) = bytes.next() {
        let number = match byte {
            b'&' => 0,
            b'\\' => match bytes.next() {
                Some(digit @ b'0'..=b'9') => usize::from(digit - b'0'),
                Some(b'&') => {
                    plain.push(b'&');
                    continue;
                }
                Some(b'\\') => {
                    plain.push(b'\\');
                    continue;
                }
                other => {
                    plain.push(b'\\');
                    plain.extend(other);
                    continue;
                }
            },
            _ => {
                plain.push(byte);
                continue;
            }
        };
        parts.push(Part::Text(std::mem::take(&mut plain)));
        parts.push(Part::Group(number));
    }
    parts.push(Part::Text(plain));
    parts
}

/// Writes the text with the `which`-th match (0: all) replaced; returns how many were.
fn replace(regex: &Regex, text: &[u8], which: usize, out: &mut Vec<u8>, replacement: &mut dyn FnMut(&mut Vec<u8>, &[u8], &Slots)) -> usize {
    let mut slots = Slots::new();
    let (mut at, mut copied, mut seen, mut count, mut last_end) = (0, 0, 0, 0, None);
    while at <= text.len() {
        let found = if regex.groups() > 0 {
            regex.captures_at(text, at, &mut slots).then(|| group(&slots, 0)).flatten()
        } else {
            regex.find_at(text, at)
        };
        let Some((start, end)) = found else { break };
        let next = if end < text.len() { end + char_len(&text[end..]) } else { end + 1 };
        if start == end && last_end == Some(end) {
            at = next;
            continue;
        }
        last_end = Some(end);
        at = if end == start { next } else { end };
        seen += 1;
        if which > 0 && seen < which {
            continue;
        }
        out.extend_from_slice(&text[copied..start]);
        replacement(out, &text[start..end], &slots);
        copied = end;
        count += 1;
        if which > 0 {
            break;
        }
    }
    if count > 0 {
        out.extend_from_slice(&text[copied..]);
    }
    count
}

/// Characters from `start`; as in gawk a start before the text counts as its beginning, and fractions are cut off.
fn substr(text: &Text, start: f64, length: Option<f64>) -> Text {
    let begin = start.trunc().max(1.0);
    let end = length.map_or(f64::INFINITY, |length| begin + length.trunc());
    if start.is_nan() || end.is_nan() || end <= begin {
        return Text::default();
    }
    let from = (begin - 1.0).min(text.len() as f64) as usize;
    let count = (end - begin).min(text.len() as f64) as usize;
    if text.is_ascii() {
        let to = (from + count).min(text.len());
        return Text::new(&text[from.min(to)..to]);
    }
    let from = char_offset(text, from);
    let to = from + char_offset(&text[from..], count);
    Text::new(&text[from..to])
}

fn change_case(text: &[u8], upper: bool) -> Text {
    if text.is_ascii() {
        return Text::from(if upper { text.to_ascii_uppercase() } else { text.to_ascii_lowercase() });
    }
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let len = char_len(&text[at..]);
        let bytes = &text[at..at + len];
        match std::str::from_utf8(bytes) {
            Ok(one) => {
                let changed = if upper { one.to_uppercase() } else { one.to_lowercase() };
                // One character stays one character.
                let same = changed.chars().count() == 1;
                out.extend_from_slice(if same { changed.as_bytes() } else { bytes });
            }
            Err(_) => out.extend_from_slice(bytes),
        }
        at += len;
    }
    Text::from(out)
}

/// Hexadecimal after 0x, octal after 0.
fn strtonum(text: &[u8]) -> f64 {
    let rest = &text[text.iter().take_while(|b| number::is_blank(**b)).count()..];
    let digits = |text: &[u8], base: u32| {
        text.iter().map_while(|b| (*b as char).to_digit(base)).fold(0.0, |v, d| v * f64::from(base) + f64::from(d))
    };
    match rest {
        [b'0', b'x' | b'X', hex @ ..] => digits(hex, 16),
        [b'0', octal @ ..] if octal.iter().take_while(|b| b.is_ascii_digit()).all(|b| *b < b'8') && !octal.contains(&b'.') => {
            digits(octal, 8)
        }
        _ => number::from_text(rest),
    }
}
