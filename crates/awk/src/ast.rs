//! A parsed program. Names are resolved: variables are indices of globals or of a function's frame.

use std::rc::Rc;

use posix_regex::Regex;

use crate::builtin::Builtin;
use crate::text::Text;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Var {
    Global(usize),
    Local(usize),
    Special(Special),
}

/// Variables that the interpreter itself uses. ENVIRON, ARGV, PROCINFO and the like are ordinary globals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Special {
    Nf,
    Nr,
    Fnr,
    Fs,
    Ofs,
    Rs,
    Ors,
    Subsep,
    Convfmt,
    Ofmt,
    Rt,
    Fpat,
    FieldWidths,
    IgnoreCase,
}

pub const SPECIALS: [(&str, Special); 14] = [
    ("NF", Special::Nf), ("NR", Special::Nr), ("FNR", Special::Fnr), ("FS", Special::Fs), ("OFS", Special::Ofs), ("RS", Special::Rs),
    ("ORS", Special::Ors), ("SUBSEP", Special::Subsep), ("CONVFMT", Special::Convfmt), ("OFMT", Special::Ofmt), ("RT", Special::Rt),
    ("FPAT", Special::Fpat), ("FIELDWIDTHS", Special::FieldWidths), ("IGNORECASE", Special::IgnoreCase),
];

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    Pow,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum CompareOp {
    Less,
    LessEqual,
    Equal,
    NotEqual,
    Greater,
    GreaterEqual,
}

/// A pattern as written: constant, or text that is compiled when it is used.
pub enum Pattern {
    Constant { source: Text, plain: Rc<Regex> },
    Dynamic(Box<Expr>),
}

pub enum Expr {
    Num(f64),
    Str(Text),
    /// `/re/` alone: whether the record matches.
    Regex(Pattern),
    StrongRegex(Text),
    Var(Var),
    Field(Box<Expr>),
    /// An element of the array that the first expression names.
    Index(Box<Expr>, Vec<Expr>),
    Assign(Box<Expr>, Box<Expr>),
    AssignOp(BinaryOp, Box<Expr>, Box<Expr>),
    /// `lvalue`, what to add, and whether the value is that from before.
    Increment { target: Box<Expr>, by: f64, postfix: bool },
    Cond(Box<Expr>, Box<Expr>, Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    Not(Box<Expr>),
    Negate(Box<Expr>),
    Plus(Box<Expr>),
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    Concat(Box<Expr>, Box<Expr>),
    Compare(CompareOp, Box<Expr>, Box<Expr>),
    Match { negated: bool, text: Box<Expr>, pattern: Pattern },
    In(Vec<Expr>, Box<Expr>),
    /// An expression in parentheses; a list of several only before `in` or as print's operands.
    Group(Vec<Expr>),
    Call(usize, Vec<Expr>),
    /// `@name(...)`: the function that the variable names.
    IndirectCall(Var, Vec<Expr>),
    Builtin(Builtin, Vec<Expr>),
    Getline { source: GetlineSource, target: Option<Box<Expr>> },
}

pub enum GetlineSource {
    Main,
    File(Box<Expr>),
    Command(Box<Expr>),
    Coprocess(Box<Expr>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RedirectKind {
    Write,
    Append,
    Pipe,
    Coprocess,
}

pub type Redirect = Option<(RedirectKind, Expr)>;

pub struct Stmt {
    pub line: u32,
    pub kind: StmtKind,
}

pub enum StmtKind {
    Expr(Expr),
    Print(Vec<Expr>, Redirect),
    Printf(Vec<Expr>, Redirect),
    If(Expr, Vec<Stmt>, Vec<Stmt>),
    While(Expr, Vec<Stmt>),
    Do(Vec<Stmt>, Expr),
    For(Vec<Stmt>, Option<Expr>, Vec<Stmt>, Vec<Stmt>),
    ForIn(Expr, Expr, Vec<Stmt>),
    Switch(Expr, Vec<(Case, Vec<Stmt>)>),
    Block(Vec<Stmt>),
    Next,
    NextFile,
    Exit(Option<Expr>),
    Return(Option<Expr>),
    Break,
    Continue,
    /// An element, or with no subscripts the whole array.
    Delete(Expr, Vec<Expr>),
}

pub enum Case {
    Value(Expr),
    Regex(Pattern),
    Default,
}

pub struct Rule {
    pub pattern: RulePattern,
    /// `None` prints the record.
    pub body: Option<Vec<Stmt>>,
    pub line: u32,
}

pub enum RulePattern {
    Always,
    When(Expr),
    /// A range, with its number for the interpreter's state.
    Range(Expr, Expr, usize),
}

#[derive(Default)]
pub struct Function {
    pub name: String,
    pub params: Vec<String>,
    pub body: Vec<Stmt>,
    pub defined: bool,
}

#[derive(Default)]
pub struct Program {
    pub begin: Vec<Vec<Stmt>>,
    pub end: Vec<Vec<Stmt>>,
    pub begin_file: Vec<Vec<Stmt>>,
    pub end_file: Vec<Vec<Stmt>>,
    pub rules: Vec<Rule>,
    pub ranges: usize,
    pub functions: Vec<Function>,
    pub globals: Vec<String>,
}

impl Expr {
    pub fn is_lvalue(&self) -> bool {
        matches!(self, Expr::Var(_) | Expr::Field(_) | Expr::Index(..))
    }
}
