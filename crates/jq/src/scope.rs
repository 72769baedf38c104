//! What names mean at a place of a program.

#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    Variable(String),
    /// A function or closure by name and number of parameters.
    Function(String, usize),
    Label(String),
}

/// Bindings, innermost last; a name stands for how many lie above its own.
#[derive(Default)]
pub struct Scope {
    entries: Vec<Entry>,
}

impl Scope {
    pub fn push(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    pub fn depth(&self) -> usize {
        self.entries.len()
    }

    pub fn leave(&mut self, depth: usize) {
        self.entries.truncate(depth);
    }

    /// Names of a module get its prefix, from a depth on.
    pub fn prefix(&mut self, from: usize, name: &str) {
        for entry in &mut self.entries[from..] {
            match entry {
                Entry::Function(own, _) | Entry::Variable(own) => *own = format!("{name}::{own}"),
                Entry::Label(_) => {}
            }
        }
    }

    pub fn find(&self, entry: &Entry) -> Option<usize> {
        self.entries.iter().rev().position(|own| own == entry)
    }
}
