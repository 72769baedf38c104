//! What a script is made of.

use std::cell::Cell;
use std::rc::Rc;

use posix_regex::Regex;

/// A regular expression as written; `None` stands for the last one used.
pub type Pattern = Option<Rc<Regex>>;

pub enum Address {
    Line(u64),
    /// Every `step`-th line from `first`.
    Step(u64, u64),
    Last,
    Regex(Pattern),
    /// Line 0: only as `0,/re/`.
    Zero,
}

pub enum RangeEnd {
    Line(u64),
    /// So many lines more.
    Plus(u64),
    /// Up to the next multiple.
    Multiple(u64),
    Last,
    Regex(Pattern),
}

#[derive(Clone, Copy, PartialEq)]
pub enum RangeState {
    Waiting,
    /// Inside, up to the line if the end is a number.
    Inside(u64),
    Closed,
}

pub struct Command {
    pub first: Option<Address>,
    pub end: Option<RangeEnd>,
    pub negated: bool,
    pub range: Cell<RangeState>,
    pub action: Action,
}

impl Command {
    /// A range from line 0 is open before the first line.
    pub fn initial_range(&self) -> RangeState {
        match self.first {
            Some(Address::Zero) => RangeState::Inside(0),
            _ => RangeState::Waiting,
        }
    }
}

pub enum Action {
    /// Goes on at the index when the address does not match.
    Open(usize),
    Close,
    Label,
    Equals,
    Append(Vec<u8>),
    Insert(Vec<u8>),
    Change(Vec<u8>),
    Branch(usize),
    BranchIf(usize),
    BranchUnless(usize),
    Delete,
    DeleteFirst,
    FileName,
    GetHold,
    AppendHold,
    Hold,
    HoldAppend,
    List(Option<usize>),
    Next,
    NextAppend,
    Print,
    PrintFirst,
    Quit(i32),
    QuitSilent(i32),
    ReadFile(Vec<u8>),
    ReadLine(usize),
    Substitute(Box<Substitute>),
    WriteFile(usize),
    WriteFirst(usize),
    Exchange,
    Translate(Box<Translate>),
    Zap,
}

pub struct Substitute {
    pub pattern: Pattern,
    pub replacement: Vec<Piece>,
    /// Replace from this match on.
    pub number: usize,
    pub global: bool,
    /// How often to print a changed pattern space.
    pub print: bool,
    pub write: Option<usize>,
}

/// A part of a replacement.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    Text(Vec<u8>),
    Group(usize),
    Case(Case),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Case {
    Upper,
    Lower,
    UpperNext,
    LowerNext,
    End,
}

pub struct Translate {
    pub bytes: [u8; 256],
    /// Pairs that are not single bytes.
    pub chars: Vec<(Vec<u8>, Vec<u8>)>,
}

/// A parsed script: commands, and the files that it names.
#[derive(Default)]
pub struct Script {
    pub commands: Vec<Command>,
    pub outputs: Vec<Vec<u8>>,
    pub line_inputs: Vec<Vec<u8>>,
    /// The first line is `#n`.
    pub quiet: bool,
}
