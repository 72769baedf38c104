//! Programs, with every name resolved: variables, closures and functions are found by how many bindings lie between.

use crate::natives::Native;
use crate::special::Special;
use crate::value::Value;

/// A function of the program, or of the prelude.
#[derive(Debug)]
pub struct Def {
    /// For each parameter, whether its values are bound to a variable (`$name`).
    pub params: Vec<bool>,
    pub body: Ast,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// What `as` binds; variables by their index among those of all alternatives.
#[derive(Debug)]
pub enum Pattern {
    Var(usize),
    Array(Vec<Pattern>),
    /// For each entry: the key, the variable that gets the value too, and the pattern of the value.
    Object(Vec<(Ast, Option<usize>, Option<Pattern>)>),
}

#[derive(Debug)]
pub struct Patterns {
    pub count: usize,
    pub list: Vec<Pattern>,
}

#[derive(Debug)]
pub enum Ast {
    Identity,
    Literal(Value),
    Var(usize),
    Index(Box<Ast>, Box<Ast>),
    Slice(Box<Ast>, Option<Box<Ast>>, Option<Box<Ast>>),
    Iterate(Box<Ast>),
    Try(Box<Ast>, Option<Box<Ast>>),
    Text(&'static str, Vec<Piece>),
    Format(&'static str),
    Array(Option<Box<Ast>>),
    Object(Vec<(Ast, Ast)>),
    Negate(Box<Ast>),
    Pipe(Box<Ast>, Box<Ast>),
    Comma(Box<Ast>, Box<Ast>),
    Binary(Op, Box<Ast>, Box<Ast>),
    And(Box<Ast>, Box<Ast>),
    Or(Box<Ast>, Box<Ast>),
    Alternative(Box<Ast>, Box<Ast>),
    Assign(Box<Ast>, Box<Ast>),
    Update(Box<Ast>, Box<Ast>),
    /// `+=` and its like; None is `//=`.
    Arithmetic(Option<Op>, Box<Ast>, Box<Ast>),
    If(Box<Ast>, Box<Ast>, Option<Box<Ast>>),
    Reduce(Box<Ast>, Patterns, Box<Ast>, Box<Ast>),
    Foreach(Box<Ast>, Patterns, Box<Ast>, Box<Ast>, Option<Box<Ast>>),
    As(Box<Ast>, Patterns, Box<Ast>),
    Label(Box<Ast>),
    Break(usize),
    Define(Box<Def>, Box<Ast>),
    /// A closure, or a function of the program, with its arguments.
    Call(usize, Vec<Ast>),
    /// A function of the prelude, by its number.
    Prelude(usize, Vec<Ast>),
    Native(Native, Vec<Ast>),
    Special(Special, Vec<Ast>),
}

#[derive(Debug)]
pub enum Piece {
    Text(String),
    Code(Ast),
}
