//! What a document says beside its values: comments, and how scalars were written.

use std::collections::HashMap;

use crate::value::Value;

#[derive(Clone, Debug, Default)]
pub struct Note {
    /// Whole-line comments in front, with their `#`.
    pub head: Vec<String>,
    /// The comment behind it on its line.
    pub line: Option<String>,
    /// A scalar's value and its text.
    pub raw: Option<(Value, Raw)>,
    /// Its key as written.
    pub key: Option<String>,
    /// A collection between brackets.
    pub flow: bool,
}

#[derive(Clone, Debug)]
pub enum Raw {
    Inline(String),
    /// `|` or `>` with its indicators, and the lines without indentation.
    Block(String, Vec<String>),
}

/// A document.
#[derive(Clone, Debug, Default)]
pub struct Document {
    pub value: Value,
    pub notes: Notes,
    /// It starts with `---`.
    pub marked: bool,
    /// Whole-line comments behind the last value.
    pub foot: Vec<String>,
}

/// Notes by path.
#[derive(Clone, Debug, Default)]
pub struct Notes(HashMap<Vec<Step>, Note>);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    Key(String),
    Index(usize),
}

impl Notes {
    pub fn at(&mut self, path: &[Step]) -> &mut Note {
        self.0.entry(path.to_vec()).or_default()
    }

    /// Without how scalars and collections were written, or without comments.
    pub fn without(mut self, styles: bool, comments: bool) -> Notes {
        for note in self.0.values_mut() {
            if styles {
                (note.raw, note.flow) = (None, false);
            }
            if comments {
                (note.head, note.line) = (Vec::new(), None);
            }
        }
        self
    }

    pub fn get(&self, path: &[Step]) -> Option<&Note> {
        self.0.get(path)
    }
}
