//! POSIX regular expressions with the GNU extensions, on bytes, leftmost-longest, as glibc's `regexec` finds them in a UTF-8 locale.
//!
//! The automata are `regex-automata`'s, without its tables. They prefer the first alternative, not the longest; so the leftmost
//! start comes from one search, and the longest end from a second, anchored there, that runs on to the last match. Groups follow
//! the order of preference among the ways to reach that end, as in glibc. Back-references have their own matcher.

#![forbid(unsafe_code)]

mod ast;
mod backref;
mod error;
mod hir;
mod lines;
mod parse;

use std::cell::{OnceCell, RefCell};

use regex_automata::hybrid::dfa::{Cache as DfaCache, DFA};
use regex_automata::meta;
use regex_automata::nfa::thompson::pikevm::{Cache as PikeCache, PikeVM};
use regex_automata::nfa::thompson::{Compiler, Config, NFA};
use regex_automata::util::primitives::NonMaxUsize;
use regex_automata::{Anchored, Input, MatchKind, PatternID};
use regex_syntax::hir::Hir;

pub use error::Error;
pub use lines::{Extent, Lines};

/// Upper bound of an automaton, in bytes; patterns beyond it are "too big".
const SIZE_LIMIT: usize = 64 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    Basic,
    Extended,
    /// Extended, with braces and closing parentheses that stand for themselves where they are no operators.
    Grep,
    /// Extended, with awk's escapes and its tolerance for misplaced operators.
    Awk,
    /// The characters themselves.
    Fixed,
}

/// A compiled pattern.
pub struct Regex {
    groups: usize,
    hir: Hir,
    first_is_longest: bool,
    search: meta::Regex,
    cache: RefCell<meta::Cache>,
    longest: OnceCell<Longest>,
    submatch: OnceCell<Submatch>,
    back_refs: Option<backref::Program>,
}

struct Longest {
    dfa: Option<(DFA, RefCell<DfaCache>)>,
}

struct Submatch {
    vm: PikeVM,
    cache: RefCell<PikeCache>,
}

/// The bounds of groups, the whole match first: start and end of group n at 2n and 2n + 1.
pub type Slots = Vec<Option<NonMaxUsize>>;

impl Regex {
    /// Compiles a pattern. `multi_line` lets `^` and `$` match at the lines inside a text.
    pub fn new(pattern: &[u8], syntax: Syntax, ignore_case: bool, multi_line: bool) -> Result<Regex, Error> {
        let (node, groups) = parse::Parser::new(pattern, syntax).parse()?;
        let flags = hir::Flags { ignore_case, multi_line, lines: false };
        let hir = hir::translate(&node, flags);
        let config = meta::Config::new().utf8_empty(false).nfa_size_limit(Some(SIZE_LIMIT)).onepass_size_limit(Some(1 << 16));
        let search = meta::Builder::new().configure(config).build_from_hir(&hir).map_err(|_| Error::TooBig)?;
        let back_refs = match node.has_back_ref() {
            true => Some(backref::Program::new(&node, groups, flags).ok_or(Error::TooBig)?),
            false => None,
        };
        let cache = RefCell::new(search.create_cache());
        let first_is_longest = node.first_is_longest();
        Ok(Regex { groups, hir, first_is_longest, search, cache, longest: OnceCell::new(), submatch: OnceCell::new(), back_refs })
    }

    /// How many groups the pattern has.
    pub fn groups(&self) -> usize {
        self.groups
    }

    /// Whether the pattern has back-references, which take time that grows with more than the text.
    pub fn has_back_refs(&self) -> bool {
        self.back_refs.is_some()
    }

    /// Whether the text holds a match.
    pub fn is_match(&self, text: &[u8]) -> bool {
        if self.back_refs.is_some() {
            return self.find_at(text, 0).is_some();
        }
        let input = Input::new(text).earliest(true);
        self.search.search_half_with(&mut self.cache.borrow_mut(), &input).is_some()
    }

    /// The bounds of the leftmost-longest match at or after `start`; what precedes `start` counts as context.
    pub fn find_at(&self, text: &[u8], start: usize) -> Option<(usize, usize)> {
        if let Some(program) = &self.back_refs {
            let slots = self.back_ref_search(program, text, start)?;
            return Some((slots[0]?, slots[1]?));
        }
        let found = self.search.search_with(&mut self.cache.borrow_mut(), &Input::new(text).range(start..))?;
        if self.first_is_longest {
            return Some((found.start(), found.end()));
        }
        Some((found.start(), self.longest_end(text, found.start()).unwrap_or(found.end())))
    }

    /// As `find_at`, with the bounds of every group.
    pub fn captures_at(&self, text: &[u8], start: usize, slots: &mut Slots) -> bool {
        slots.clear();
        slots.resize(2 * (self.groups + 1), None);
        if let Some(program) = &self.back_refs {
            let Some(found) = self.back_ref_search(program, text, start) else { return false };
            for (slot, value) in slots.iter_mut().zip(found) {
                *slot = value.and_then(NonMaxUsize::new);
            }
            return true;
        }
        if self.first_is_longest || self.groups == 0 {
            return self.plain_captures(text, start, slots);
        }
        let input = Input::new(text).range(start..);
        let Some(found) = self.search.search_with(&mut self.cache.borrow_mut(), &input) else { return false };
        let Some(sub) = self.submatcher() else { return self.plain_captures(text, start, slots) };
        let input = Input::new(text).range(found.start()..).anchored(Anchored::Yes);
        sub.vm.search_slots(&mut sub.cache.borrow_mut(), &input, slots).is_some()
    }

    fn plain_captures(&self, text: &[u8], start: usize, slots: &mut Slots) -> bool {
        if self.groups == 0 {
            let Some((from, to)) = self.find_at(text, start) else { return false };
            (slots[0], slots[1]) = (NonMaxUsize::new(from), NonMaxUsize::new(to));
            return true;
        }
        let input = Input::new(text).range(start..);
        self.search.search_slots_with(&mut self.cache.borrow_mut(), &input, slots).is_some()
    }

    fn back_ref_search(&self, program: &backref::Program, text: &[u8], start: usize) -> Option<Vec<Option<usize>>> {
        let mut at = start;
        while at <= text.len() {
            let input = Input::new(text).range(at..);
            at = self.search.search_with(&mut self.cache.borrow_mut(), &input)?.start();
            if let Some(slots) = program.match_at(text, at) {
                return Some(slots);
            }
            at += parse::decode(&text[at..]).1.max(1);
        }
        None
    }

    fn longest_end(&self, text: &[u8], start: usize) -> Option<usize> {
        let input = Input::new(text).range(start..).anchored(Anchored::Yes);
        let longest = self.longest.get_or_init(|| Longest { dfa: self.longest_dfa() });
        if let Some((dfa, cache)) = &longest.dfa {
            if let Ok(found) = dfa.try_search_fwd(&mut cache.borrow_mut(), &input) {
                return found.map(|m| m.offset());
            }
        }
        let sub = self.submatcher()?;
        let mut slots = [None; 2];
        sub.vm.search_slots(&mut sub.cache.borrow_mut(), &input, &mut slots);
        slots[1].map(NonMaxUsize::get)
    }

    fn nfa(&self) -> Option<NFA> {
        let config = Config::new().utf8(false).nfa_size_limit(Some(SIZE_LIMIT));
        Compiler::new().configure(config).build_from_hir(&self.hir).ok()
    }

    fn longest_dfa(&self) -> Option<(DFA, RefCell<DfaCache>)> {
        let config = DFA::config().match_kind(MatchKind::All).unicode_word_boundary(true).skip_cache_capacity_check(true);
        let dfa = DFA::builder().configure(config).build_from_nfa(self.nfa()?).ok()?;
        let cache = RefCell::new(dfa.create_cache());
        Some((dfa, cache))
    }

    fn submatcher(&self) -> Option<&Submatch> {
        if self.submatch.get().is_none() {
            let config = PikeVM::config().match_kind(MatchKind::All);
            let vm = PikeVM::builder().configure(config).build_from_nfa(self.nfa()?).ok()?;
            let cache = RefCell::new(vm.create_cache());
            let _ = self.submatch.set(Submatch { vm, cache });
        }
        self.submatch.get()
    }
}

/// The start and end of a group in slots that `captures_at` filled.
pub fn group(slots: &Slots, index: usize) -> Option<(usize, usize)> {
    Some((slots.get(2 * index)?.as_ref()?.get(), slots.get(2 * index + 1)?.as_ref()?.get()))
}

const _: PatternID = PatternID::ZERO;
