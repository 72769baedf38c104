//! YAML 1.2 to documents. Anchors and merge keys are followed; complex keys (`? `) are not read.

use std::collections::HashMap;
use std::rc::Rc;

use super::notes::{Document, Notes, Raw, Step};
use super::scalar;
use crate::value::{Map, Value};

pub struct Reader<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    anchors: HashMap<String, Value>,
    pub(super) notes: Notes,
    pub(super) path: Vec<Step>,
    /// Whole-line comments that belong to what comes next.
    comments: Vec<String>,
    depth: usize,
}

pub type Read<T> = Result<T, String>;

/// Collections in each other.
const DEPTH: usize = 200;

/// All documents of a text.
pub fn documents(text: &str) -> Read<Vec<Document>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader { text, at: 0, anchors: HashMap::new(), notes: Notes::default(), path: Vec::new(), comments: Vec::new(), depth: 0 };
    let mut documents = Vec::new();
    loop {
        reader.blank();
        let marked = reader.marker("---");
        if marked {
            reader.at += 3;
        } else if reader.at >= text.len() {
            if documents.is_empty() || !reader.comments.is_empty() {
                documents.push(Document { foot: std::mem::take(&mut reader.comments), ..Document::default() });
            }
            return Ok(documents);
        } else if reader.line().starts_with('%') || reader.marker("...") {
            reader.skip_line();
            continue;
        }
        let start = reader.at;
        documents.push(reader.document(marked)?);
        if reader.at == start && reader.at < text.len() && !marked {
            return reader.fail("did not find expected node content");
        }
        reader.blank();
        if reader.marker("...") {
            reader.skip_line();
            reader.blank();
        }
        if reader.at >= text.len() && reader.comments.is_empty() {
            return Ok(documents);
        }
    }
}

impl<'a> Reader<'a> {
    fn document(&mut self, marked: bool) -> Read<Document> {
        self.anchors.clear();
        let head = std::mem::take(&mut self.comments);
        self.notes = Notes::default();
        self.comments = head;
        let value = if marked { self.node(-1, false)? } else { self.block(self.column())? };
        self.blank();
        if self.at < self.text.len() && !self.marker("---") && !self.marker("...") {
            return self.fail("did not find expected <document start>");
        }
        let foot = std::mem::take(&mut self.comments);
        Ok(Document { value, notes: std::mem::take(&mut self.notes), marked, foot })
    }

    pub(super) fn fail<T>(&self, message: &str) -> Read<T> {
        let line = self.text[..self.at.min(self.text.len())].matches('\n').count() + 1;
        Err(format!("yaml: line {line}: {message}"))
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(super) fn line(&self) -> &'a str {
        let rest = &self.text[self.at..];
        rest.split('\n').next().unwrap_or(rest)
    }

    pub(super) fn skip_line(&mut self) {
        self.at = self.text[self.at..].find('\n').map_or(self.text.len(), |length| self.at + length + 1);
    }

    pub(super) fn column(&self) -> i64 {
        let start = self.text[..self.at].rfind('\n').map_or(0, |newline| newline + 1);
        (self.at - start) as i64
    }

    /// `---` or `...` alone at the start of a line.
    pub(super) fn marker(&self, marker: &str) -> bool {
        self.column() == 0 && self.text[self.at..].strip_prefix(marker).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\n', '\t', '\r']))
    }

    pub(super) fn spaces(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t')) {
            self.at += 1;
        }
    }

    /// Goes to the next line with something on it; collects comments.
    fn blank(&mut self) {
        loop {
            self.spaces();
            match self.peek() {
                Some(b'\n' | b'\r') => self.at += 1,
                Some(b'#') => {
                    self.comments.push(self.line().trim_end().to_string());
                    self.skip_line();
                }
                None => return,
                Some(_) => return,
            }
        }
    }

    /// What is left of the line behind a value: nothing, or a comment.
    pub(super) fn line_end(&mut self) -> Read<()> {
        self.spaces();
        match self.peek() {
            Some(b'#') => {
                let comment = self.line().trim_end().to_string();
                self.notes.at(&self.path).line = Some(comment);
                self.at += self.line().len();
                Ok(())
            }
            None | Some(b'\n' | b'\r') => Ok(()),
            Some(_) => self.fail("did not find expected key"),
        }
    }

    /// The value behind `- `, `key:` or `---`: on this line, or on the next ones if they are indented more than `parent`.
    /// `beside`: a sequence may stand as far left as its key.
    fn node(&mut self, parent: i64, beside: bool) -> Read<Value> {
        let mut anchor = None;
        let mut tag = None;
        let value = loop {
            self.spaces();
            match self.peek() {
                Some(b'&') => anchor = Some(self.word()),
                Some(b'!') => tag = Some(self.word()),
                None | Some(b'\n' | b'\r' | b'#') => break self.next_lines(parent, beside)?,
                Some(_) => break self.inline(parent)?,
            }
        };
        let value = match (tag.as_deref(), value) {
            (Some("!!str" | "!"), value) => match value {
                Value::String(_) => value,
                other => self.raw_text().unwrap_or_else(|| crate::print::compact(&other)).into(),
            },
            (Some("!!float" | "!!int"), Value::String(text)) => scalar::resolve(&text),
            (_, value) => value,
        };
        if let Some(name) = anchor {
            self.anchors.insert(name[1..].to_string(), value.clone());
        }
        Ok(value)
    }

    fn raw_text(&self) -> Option<String> {
        match &self.notes.get(&self.path)?.raw {
            Some((_, Raw::Inline(text))) => Some(text.clone()),
            _ => None,
        }
    }

    fn word(&mut self) -> String {
        let rest = &self.text[self.at..];
        let length = rest.find([' ', '\t', '\n', '\r', ',', ']', '}']).unwrap_or(rest.len());
        self.at += length;
        rest[..length].to_string()
    }

    fn next_lines(&mut self, parent: i64, beside: bool) -> Read<Value> {
        self.line_end()?;
        let start = self.at;
        let kept = self.comments.len();
        self.blank();
        let column = self.column();
        let sequence = self.starts_item();
        let ours = column > parent || (beside && sequence && column == parent);
        if self.at >= self.text.len() || self.marker("---") || self.marker("...") || !ours {
            self.at = start;
            self.comments.truncate(kept);
            self.notes.at(&self.path).raw = Some((Value::Null, Raw::Inline(String::new())));
            return Ok(Value::Null);
        }
        self.block(column)
    }

    fn starts_item(&self) -> bool {
        let rest = &self.text[self.at..];
        rest.starts_with('-') && rest[1..].chars().next().is_none_or(|next| matches!(next, ' ' | '\t' | '\n' | '\r'))
    }

    /// A collection or scalar that starts here, at a column.
    fn block(&mut self, column: i64) -> Read<Value> {
        self.depth += 1;
        if self.depth > DEPTH {
            return self.fail("exceeded max depth");
        }
        let value = if self.starts_item() {
            self.sequence(column)
        } else if self.key_length().is_some() {
            self.mapping(column)
        } else {
            self.node(column - 1, false)
        };
        self.depth -= 1;
        value
    }

    fn take_comments(&mut self) {
        if !self.comments.is_empty() {
            let comments = std::mem::take(&mut self.comments);
            self.notes.at(&self.path).head = comments;
        }
    }

    /// Whether another entry follows at the column.
    fn another(&mut self, column: i64) -> Read<bool> {
        self.blank();
        if self.at >= self.text.len() || self.marker("---") || self.marker("...") || self.column() < column {
            return Ok(false);
        }
        if self.column() > column {
            return self.fail("did not find expected key");
        }
        Ok(true)
    }

    fn sequence(&mut self, column: i64) -> Read<Value> {
        let mut items = Vec::new();
        while self.another(column)? && self.starts_item() {
            self.path.push(Step::Index(items.len()));
            self.take_comments();
            self.at += 1;
            items.push(self.item(column)?);
            self.path.pop();
        }
        Ok(items.into())
    }

    /// What follows `-`: a collection may start on the same line.
    fn item(&mut self, column: i64) -> Read<Value> {
        self.spaces();
        let here = self.column();
        if self.starts_item() || (self.key_length().is_some() && !matches!(self.peek(), Some(b'&' | b'!'))) {
            return self.block(here);
        }
        self.node(column, false)
    }

    fn mapping(&mut self, column: i64) -> Read<Value> {
        let mut map = Map::default();
        let mut merged = Vec::new();
        while self.another(column)? {
            let Some(length) = self.key_length() else {
                if self.starts_item() {
                    break;
                }
                return self.fail("could not find expected ':'");
            };
            let written = self.text[self.at..self.at + length].trim_end();
            let key = self.key(length)?;
            self.path.push(Step::Key(key.clone()));
            self.notes.at(&self.path).key = Some(written.to_string());
            self.take_comments();
            let value = self.node(column, true)?;
            self.path.pop();
            if key == "<<" {
                merged.push(value);
            } else if map.insert(Rc::from(key.as_str()), value).is_some() {
                return self.fail(&format!("mapping key \"{key}\" already defined"));
            }
        }
        merged.into_iter().for_each(|value| merge(&mut map, &value));
        Ok(map.into())
    }

    /// How long the key is that starts here, up to its colon; none if this is no key.
    pub(super) fn key_length(&self) -> Option<usize> {
        let line = self.line();
        let bytes = line.as_bytes();
        let ends = |at: usize| bytes.get(at) == Some(&b':') && bytes.get(at + 1).is_none_or(|next| matches!(next, b' ' | b'\t' | b'\r'));
        let first = *bytes.first()?;
        if first == b'"' || first == b'\'' {
            let mut at = 1;
            while at < bytes.len() {
                match bytes[at] {
                    b'\\' if first == b'"' => at += 1,
                    byte if byte == first && first == b'\'' && bytes.get(at + 1) == Some(&first) => at += 1,
                    byte if byte == first => break,
                    _ => {}
                }
                at += 1;
            }
            let behind = at + 1 + line.get(at + 1..)?.len() - line.get(at + 1..)?.trim_start_matches(' ').len();
            return ends(behind).then_some(behind);
        }
        if matches!(first, b'[' | b'{' | b'#' | b'|' | b'>' | b'%' | b'@' | b'`') {
            return None;
        }
        (0..bytes.len()).take_while(|at| !(bytes[*at] == b'#' && *at > 0 && bytes[at - 1] == b' ')).find(|at| ends(*at))
    }

    fn key(&mut self, length: usize) -> Read<String> {
        let text = self.text[self.at..self.at + length].trim_end();
        let end = self.at + length + 1;
        let key = if text.starts_with(['"', '\'']) {
            self.quoted()?
        } else if let Some(name) = text.strip_prefix('*') {
            match self.anchors.get(name) {
                Some(Value::String(text)) => text.to_string(),
                _ => return self.fail(&format!("unknown anchor '{name}' referenced")),
            }
        } else {
            text.to_string()
        };
        self.at = end;
        Ok(key)
    }

    /// A value that starts on this line.
    fn inline(&mut self, parent: i64) -> Read<Value> {
        let start = self.at;
        match self.peek() {
            Some(b'*') => {
                let name = self.word();
                let Some(value) = self.anchors.get(&name[1..]).cloned() else {
                    return self.fail(&format!("unknown anchor '{}' referenced", &name[1..]));
                };
                self.line_end()?;
                Ok(value)
            }
            Some(b'|' | b'>') => self.block_scalar(parent),
            Some(b'[' | b'{') => {
                let value = self.flow()?;
                self.notes.at(&self.path).flow = true;
                self.line_end()?;
                Ok(value)
            }
            Some(b'"' | b'\'') => {
                let value = Value::from(self.quoted()?);
                self.keep_raw(&value, start);
                self.line_end()?;
                Ok(value)
            }
            _ => self.plain(parent),
        }
    }

    /// Remembers how a scalar on one line was written.
    pub(super) fn keep_raw(&mut self, value: &Value, start: usize) {
        let text = &self.text[start..self.at];
        if !text.contains('\n') {
            self.notes.at(&self.path).raw = Some((value.clone(), Raw::Inline(text.to_string())));
        }
    }

    pub(super) fn alias(&mut self) -> Read<Value> {
        let name = self.word();
        match self.anchors.get(&name[1..]) {
            Some(value) => Ok(value.clone()),
            None => self.fail(&format!("unknown anchor '{}' referenced", &name[1..])),
        }
    }

    /// Space, newlines and comments between brackets.
    pub(super) fn flow_space(&mut self) {
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.at += 1,
                Some(b'#') => self.skip_line(),
                _ => return,
            }
        }
    }

    pub(super) fn within<T>(&mut self, step: Step, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        self.depth += 1;
        if self.depth > DEPTH {
            return self.fail("exceeded max depth");
        }
        self.path.push(step);
        let result = read(self);
        self.path.pop();
        self.depth -= 1;
        result
    }
}

/// Keys of `<<` that the mapping does not have.
pub(super) fn merge(map: &mut Map, value: &Value) {
    match value {
        Value::Object(other) => other.iter().for_each(|(key, value)| {
            if !map.contains_key(key) {
                map.insert(key.clone(), value.clone());
            }
        }),
        Value::Array(items) => items.iter().for_each(|item| merge(map, item)),
        _ => {}
    }
}
