//! Many patterns on many lines at once: which line is the next that one of them selects.

use std::cell::RefCell;

use regex_automata::{meta, Input};
use regex_syntax::hir::{Hir, Look};

use crate::{hir, parse, Error, Syntax, SIZE_LIMIT};

/// How much of a line a match must take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    Any,
    /// What precedes and what follows it are no word characters.
    Word,
    Line,
}

/// Compiled patterns, to be looked for in texts of many lines.
pub struct Lines {
    search: meta::Regex,
    cache: RefCell<meta::Cache>,
}

impl Lines {
    /// Compiles the patterns into one automaton. `None` if one of them has a back-reference.
    pub fn new(patterns: &[&[u8]], syntax: Syntax, ignore_case: bool, extent: Extent) -> Result<Option<Lines>, Error> {
        let flags = hir::Flags { ignore_case, multi_line: true, lines: true };
        let mut branches = Vec::with_capacity(patterns.len());
        for pattern in patterns {
            let (node, _) = parse::Parser::new(pattern, syntax).parse()?;
            if node.has_back_ref() {
                return Ok(None);
            }
            branches.push(hir::translate(&node, flags));
        }
        let any = Hir::alternation(branches);
        let bounded = match extent {
            Extent::Any => any,
            Extent::Word => between(Look::WordStartHalfUnicode, any, Look::WordEndHalfUnicode),
            Extent::Line => between(Look::StartLF, any, Look::EndLF),
        };
        let config = meta::Config::new().utf8_empty(false).nfa_size_limit(Some(SIZE_LIMIT));
        let search = meta::Builder::new().configure(config).build_from_hir(&bounded).map_err(|_| Error::TooBig)?;
        let cache = RefCell::new(search.create_cache());
        Ok(Some(Lines { search, cache }))
    }

    /// An offset within the first line at or after `start`, which begins a line, that a pattern selects. The text's end may be it
    /// where the text ends with a newline: that is no line.
    pub fn find_at(&self, text: &[u8], start: usize) -> Option<usize> {
        let input = Input::new(text).range(start..).earliest(true);
        self.search.search_half_with(&mut self.cache.borrow_mut(), &input).map(|found| found.offset())
    }
}

fn between(before: Look, inner: Hir, after: Look) -> Hir {
    Hir::concat(vec![Hir::look(before), inner, Hir::look(after)])
}
