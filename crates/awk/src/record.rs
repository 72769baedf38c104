//! The current record and its fields, split when first asked for.

use std::rc::Rc;

use posix_regex::Regex;

use crate::text::{char_len, char_offset, Text};
use crate::value::Value;

/// How records split into fields.
#[derive(Clone)]
pub enum Splitter {
    /// Runs of blanks and newlines.
    Blanks,
    Byte(u8),
    /// Every character by itself.
    Chars,
    Regex(Rc<Regex>),
    /// What matches is a field.
    Content(Rc<Regex>),
    /// Pairs of what to skip and how many characters to take; `None` takes the rest.
    Widths(Rc<[(usize, Option<usize>)]>),
}

#[derive(Default)]
pub struct Record {
    text: Vec<u8>,
    /// Bounds of the fields in the text, while no field was assigned.
    ranges: Vec<(usize, usize)>,
    /// The fields themselves, once one was assigned.
    owned: Option<Vec<Value>>,
    split: bool,
    /// The record was assigned a value that counts as text only.
    constant: bool,
    /// The text does not show the fields' values yet.
    stale: bool,
}

impl Record {
    /// Takes a new text; what is in `text` comes back for reuse.
    pub fn replace(&mut self, text: &mut Vec<u8>) {
        std::mem::swap(&mut self.text, text);
        self.reset();
    }

    fn set(&mut self, text: &[u8]) {
        self.text.clear();
        self.text.extend_from_slice(text);
        self.reset();
    }

    fn reset(&mut self) {
        self.ranges.clear();
        self.owned = None;
        self.split = false;
        self.stale = false;
        self.constant = false;
    }

    /// Assigns the whole record; `constant` where the value was text, not input.
    pub fn assign(&mut self, text: &[u8], constant: bool) {
        self.set(text);
        self.constant = constant;
    }

    pub fn whole(&self) -> Value {
        let text = Text::new(&self.text);
        if self.constant { Value::Str(text) } else { Value::Input(text) }
    }

    pub fn needs_split(&self) -> bool {
        !self.split
    }

    pub fn split(&mut self, splitter: &Splitter, paragraph: bool) {
        self.split = true;
        self.ranges.clear();
        let Record { text, ranges, .. } = self;
        split(text, splitter, paragraph, &mut |start, end| ranges.push((start, end)), &mut |_, _| {});
    }

    pub fn count(&self) -> usize {
        self.owned.as_ref().map_or(self.ranges.len(), Vec::len)
    }

    pub fn is_stale(&self) -> bool {
        self.stale
    }

    /// The record's text; `rebuild` first where it is stale.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// A field from 1, as bytes in the text, while none was assigned.
    pub fn slice(&self, index: usize) -> Option<&[u8]> {
        if self.owned.is_some() {
            return None;
        }
        Some(self.ranges.get(index - 1).map_or(&[][..], |(start, end)| &self.text[*start..*end]))
    }

    pub fn field(&self, index: usize) -> Value {
        match &self.owned {
            Some(fields) => fields.get(index - 1).cloned().unwrap_or_else(|| Value::Input(Text::default())),
            None => match self.ranges.get(index - 1) {
                Some((start, end)) => Value::Input(Text::new(&self.text[*start..*end])),
                None => Value::Input(Text::default()),
            },
        }
    }

    fn own(&mut self) -> &mut Vec<Value> {
        let Record { owned, ranges, text, .. } = self;
        owned.get_or_insert_with(|| ranges.iter().map(|(start, end)| Value::Input(Text::new(&text[*start..*end]))).collect())
    }

    pub fn set_field(&mut self, index: usize, value: Value) {
        let fields = self.own();
        if fields.len() < index {
            fields.resize(index, Value::Input(Text::default()));
        }
        fields[index - 1] = value;
        self.stale = true;
        self.constant = false;
    }

    pub fn set_count(&mut self, count: usize) {
        self.own().resize(count, Value::Input(Text::default()));
        self.stale = true;
    }

    pub fn rebuild(&mut self, separator: &[u8], format: &[u8]) {
        self.stale = false;
        let mut text = Vec::with_capacity(self.text.len() + 16);
        let fields = self.own();
        for (index, field) in fields.iter().enumerate() {
            if index > 0 {
                text.extend_from_slice(separator);
            }
            field.push_text(format, &mut text);
        }
        self.text = text;
    }
}

/// Reports the bounds of each field, and of what separates them. Between paragraphs, a newline separates as well as a byte does.
pub fn split(text: &[u8], splitter: &Splitter, paragraph: bool, field: &mut dyn FnMut(usize, usize), gap: &mut dyn FnMut(usize, usize)) {
    if text.is_empty() {
        return;
    }
    match splitter {
        Splitter::Blanks => split_blanks(text, field, gap),
        Splitter::Byte(separator) => {
            let mut start = 0;
            let mut found = |at: usize| {
                field(start, at);
                gap(at, at + 1);
                start = at + 1;
            };
            if paragraph {
                memchr::memchr2_iter(*separator, b'\n', text).for_each(&mut found);
            } else {
                memchr::memchr_iter(*separator, text).for_each(&mut found);
            }
            field(start, text.len());
        }
        Splitter::Chars => {
            let mut at = 0;
            while at < text.len() {
                let len = char_len(&text[at..]);
                field(at, at + len);
                at += len;
                if at < text.len() {
                    gap(at, at);
                }
            }
        }
        Splitter::Regex(regex) => split_regex(text, regex, field, gap),
        Splitter::Content(regex) => split_content(text, regex, field, gap),
        Splitter::Widths(widths) => {
            let mut at = 0;
            for (skip, width) in widths.iter() {
                let start = at + char_offset(&text[at..], *skip);
                if start >= text.len() {
                    break;
                }
                at = width.map_or(text.len(), |width| start + char_offset(&text[start..], width));
                field(start, at);
            }
        }
    }
}

fn split_blanks(text: &[u8], field: &mut dyn FnMut(usize, usize), gap: &mut dyn FnMut(usize, usize)) {
    let blank = |b: u8| b == b' ' || b == b'\t' || b == b'\n';
    let mut at = 0;
    loop {
        let before = at;
        while at < text.len() && blank(text[at]) {
            at += 1;
        }
        if at > before || before == 0 {
            gap(before, at);
        }
        if at >= text.len() {
            return;
        }
        let start = at;
        while at < text.len() && !blank(text[at]) {
            at += 1;
        }
        field(start, at);
        if at >= text.len() {
            gap(at, at);
            return;
        }
    }
}

fn split_regex(text: &[u8], regex: &Regex, field: &mut dyn FnMut(usize, usize), gap: &mut dyn FnMut(usize, usize)) {
    let (mut start, mut at) = (0, 0);
    while at <= text.len() {
        let found = regex.find_at(text, at);
        let Some((begin, end)) = found else { break };
        if begin == end {
            // An empty match separates nothing.
            at = if end < text.len() { end + char_len(&text[end..]) } else { end + 1 };
            continue;
        }
        field(start, begin);
        gap(begin, end);
        (start, at) = (end, end);
    }
    field(start, text.len());
}

fn split_content(text: &[u8], regex: &Regex, field: &mut dyn FnMut(usize, usize), gap: &mut dyn FnMut(usize, usize)) {
    let (mut at, mut last, mut after_match) = (0, 0, false);
    while at <= text.len() {
        let Some((start, end)) = regex.find_at(text, at) else { break };
        if start == end && after_match && start == last {
            at = if end < text.len() { end + char_len(&text[end..]) } else { end + 1 };
            after_match = false;
            continue;
        }
        gap(last, start);
        field(start, end);
        (last, after_match) = (end, true);
        at = if end > start { end } else if end < text.len() { end + char_len(&text[end..]) } else { end + 1 };
    }
    gap(last, text.len());
}
