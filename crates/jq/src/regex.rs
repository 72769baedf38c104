//! Regular expressions, as Oniguruma's Perl syntax has them.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use fancy_regex::{Regex, RegexBuilder};

use crate::print::excerpt;
use crate::value::{object, Value};

thread_local! {
    static COMPILED: RefCell<HashMap<(String, String), Rc<Regex>>> = RefCell::default();
}

/// Steps of backtracking that one match may take.
const STEPS: usize = 1_000_000;

struct Flags {
    global: bool,
    skip_empty: bool,
    inline: String,
}

fn flags(value: &Value) -> Result<Flags, Value> {
    let text = match value {
        Value::Null => "",
        Value::String(text) => text,
        other => return Err(format!("{} ({}) is not a string", other.kind(), excerpt(other)).into()),
    };
    let mut flags = Flags { global: false, skip_empty: false, inline: String::new() };
    for letter in text.chars() {
        match letter {
            'g' => flags.global = true,
            'n' => flags.skip_empty = true,
            'i' | 'x' => flags.inline.push(letter),
            's' => flags.inline.push('s'),
            'p' => flags.inline.push('s'),
            'l' => {}
            _ => return Err(format!("{text} is not a valid modifier string").into()),
        }
    }
    Ok(flags)
}

/// `^` begins any line, as in Oniguruma; `\h` is a hexadecimal digit there, `\Z` may stand before a last newline.
fn translate(pattern: &str) -> String {
    let mut out = String::new();
    let mut class = 0;
    let mut chars = pattern.chars().peekable();
    while let Some(character) = chars.next() {
        match character {
            '\\' => match chars.next() {
                Some('h') if class > 0 => out.push_str("0-9a-fA-F"),
                Some('h') => out.push_str("[0-9a-fA-F]"),
                Some('Z') => out.push_str("(?=\\n?\\z)"),
                Some(next) => {
                    out.push('\\');
                    out.push(next);
                }
                None => out.push('\\'),
            },
            '[' => {
                class += 1;
                out.push('[');
            }
            ']' if class > 0 => {
                class -= 1;
                out.push(']');
            }
            '^' if class == 0 => out.push_str("(?m:^)"),
            other => out.push(other),
        }
    }
    out
}

fn compile(pattern: &str, inline: &str) -> Result<Rc<Regex>, Value> {
    let key = (pattern.to_string(), inline.to_string());
    if let Some(known) = COMPILED.with_borrow(|compiled| compiled.get(&key).cloned()) {
        return Ok(known);
    }
    let text = if inline.is_empty() { translate(pattern) } else { format!("(?{inline}:{})", translate(pattern)) };
    let made = RegexBuilder::new(&text).backtrack_limit(STEPS).build();
    let regex = Rc::new(made.map_err(|error| Value::from(format!("Regex failure: {}", failure(&error.to_string()))))?);
    COMPILED.with_borrow_mut(|compiled| compiled.insert(key, regex.clone()));
    Ok(regex)
}

/// What is wrong with a pattern, in Oniguruma's words where it has some.
fn failure(text: &str) -> String {
    const WORDS: [(&str, &str); 7] = [
        ("Opening parenthesis without closing", "end pattern with unmatched parenthesis"),
        ("unclosed group", "end pattern with unmatched parenthesis"),
        ("losing parenthesis without opening", "unmatched close parenthesis"),
        ("unopened group", "unmatched close parenthesis"),
        ("Target of repeat operator", "target of repeat operator is not specified"),
        ("repetition operator missing", "target of repeat operator is not specified"),
        ("Invalid character class", "premature end of char-class"),
    ];
    let last = || text.lines().map(str::trim).filter(|line| !line.is_empty()).last().unwrap_or(text);
    WORDS.iter().find(|(known, _)| text.contains(known)).map_or_else(last, |(_, words)| words).to_string()
}

fn subject<'a>(value: &'a Value, pattern: &'a Value) -> Result<(&'a str, &'a str), Value> {
    match (value, pattern) {
        (Value::String(text), Value::String(pattern)) => Ok((text, pattern)),
        (Value::String(_), other) => Err(format!("{} ({}) cannot be matched, as it is not a string", other.kind(), excerpt(other)).into()),
        (other, _) => Err(format!("{} ({}) cannot be matched, as it is not a string", other.kind(), excerpt(other)).into()),
    }
}

/// Characters up to a byte, counted on from the last place asked for.
struct Counter<'a> {
    text: &'a str,
    byte: usize,
    characters: usize,
}

impl Counter<'_> {
    fn at(&mut self, byte: usize) -> Value {
        if byte < self.byte {
            (self.byte, self.characters) = (0, 0);
        }
        self.characters += self.text[self.byte..byte].chars().count();
        self.byte = byte;
        Value::Number(self.characters as f64)
    }
}

/// `test`, or the list of match objects.
pub fn matches(value: &Value, pattern: &Value, modifiers: &Value, test: bool) -> Result<Value, Value> {
    let (text, pattern) = subject(value, pattern)?;
    let flags = flags(modifiers)?;
    let regex = compile(pattern, &flags.inline)?;
    let failed = |error: fancy_regex::Error| Value::from(format!("{pattern} failed to match: {error}"));
    if test && !flags.skip_empty {
        return Ok(regex.is_match(text).map_err(failed)?.into());
    }
    let names: Vec<Option<&str>> = regex.capture_names().collect();
    let mut counter = Counter { text, byte: 0, characters: 0 };
    let mut list = Vec::new();
    for found in regex.captures_iter(text) {
        let found = found.map_err(failed)?;
        let Some(whole) = found.get(0) else { break };
        if flags.skip_empty && whole.as_str().is_empty() {
            continue;
        }
        let offset = counter.at(whole.start());
        let mut captures = Vec::new();
        for (index, name) in names.iter().enumerate().skip(1) {
            let name = name.map_or(Value::Null, Value::from);
            let (offset, length, string) = match found.get(index) {
                Some(part) => (counter.at(part.start()), part.as_str().chars().count() as f64, part.as_str().into()),
                None => {
                    captures.push(object([("offset", Value::Number(-1.0)), ("string", Value::Null), ("length", Value::Number(0.0)), ("name", name)]));
                    continue;
                }
            };
            captures.push(object([("offset", offset), ("length", Value::Number(length)), ("string", string), ("name", name)]));
        }
        let length = Value::Number(whole.as_str().chars().count() as f64);
        list.push(object([("offset", offset), ("length", length), ("string", whole.as_str().into()), ("captures", captures.into())]));
        if !flags.global {
            break;
        }
    }
    Ok(if test { (!list.is_empty()).into() } else { list.into() })
}

/// The parts between matches.
pub fn split(value: &Value, pattern: &Value, modifiers: &Value) -> Result<Value, Value> {
    let (text, pattern) = subject(value, pattern)?;
    let flags = flags(modifiers)?;
    let regex = compile(pattern, &flags.inline)?;
    let mut parts = Vec::new();
    let mut from = 0;
    for found in regex.find_iter(text) {
        let found = found.map_err(|error| Value::from(format!("{pattern} failed to match: {error}")))?;
        if flags.skip_empty && found.as_str().is_empty() {
            continue;
        }
        parts.push(Value::from(&text[from..found.start()]));
        from = found.end();
    }
    parts.push(text[from..].into());
    Ok(parts.into())
}
