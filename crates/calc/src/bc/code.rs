//! What a line or a function of bc is compiled to: instructions of a stack machine.

use std::rc::Rc;

use crate::decimal::Decimal;

/// Where a value can be stored. An element's index is on the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Variable(usize),
    Element(usize),
    Ibase,
    Obase,
    Scale,
    Last,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    Pow,
    Equal,
    Unequal,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

#[derive(Clone, Copy, Debug)]
pub enum Unary {
    Negate,
    Not,
    /// 0 or 1.
    Truth,
    Length,
    Scale,
    Sqrt,
}

#[derive(Clone, Debug)]
pub enum Op {
    /// Digits as typed, and their value in base ten.
    Number(Rc<(Vec<u8>, Decimal)>),
    Load(Place),
    /// Leaves the value on the stack.
    Store(Place),
    /// `++` and `--`: leaves the new value, or the old one where the operator stands behind.
    Step { place: Place, up: bool, behind: bool },
    /// The index of an element once more.
    Duplicate,
    Pop,
    Binary(Binary),
    Unary(Unary),
    Read,
    Random,
    Jump(usize),
    JumpIfZero(usize),
    JumpUnlessZero(usize),
    /// An array as an argument.
    Array(usize),
    /// A function and, for every argument, whether it is an array.
    Call(usize, Rc<[bool]>),
    Return,
    Print { line: bool },
    Write(Rc<[u8]>),
    /// As `Write`, with the escapes of `print`.
    WriteEscaped(Rc<[u8]>),
    Halt,
}

/// The size that GNU bc's instruction has: messages of run-time errors name an address.
fn size(op: &Op) -> usize {
    let index = |number: usize| if number < 128 { 1 } else { 2 };
    let place = |place: &Place| match place {
        Place::Variable(number) | Place::Element(number) => 1 + index(*number),
        _ => 2,
    };
    match op {
        Op::Number(constant) if matches!(constant.0[..], [b'0' | b'1']) => 1,
        Op::Number(constant) => constant.0.len() + 2,
        Op::Load(at) | Op::Store(at) => place(at),
        Op::Step { place: at, .. } => 2 * place(at),
        Op::Duplicate | Op::Pop | Op::Binary(_) | Op::Return | Op::Print { .. } | Op::Halt => 1,
        Op::Unary(Unary::Negate | Unary::Not | Unary::Truth) => 1,
        Op::Unary(_) | Op::Read | Op::Random => 2,
        Op::Jump(_) | Op::JumpIfZero(_) | Op::JumpUnlessZero(_) => 3,
        Op::Array(number) => 2 + number.to_string().len(),
        Op::Call(function, arguments) => 2 + index(*function) + arguments.len(),
        Op::Write(text) | Op::WriteEscaped(text) => text.len() + 2,
    }
}

#[derive(Clone, Debug, Default)]
pub struct Code {
    pub ops: Vec<Op>,
    /// Addresses behind the instructions, as GNU bc would number them.
    pub ends: Vec<usize>,
}

impl Code {
    pub fn push(&mut self, op: Op) {
        let end = self.ends.last().copied().unwrap_or(0) + size(&op);
        self.ops.push(op);
        self.ends.push(end);
    }

    /// Adds a jump whose target is set later.
    pub fn jump(&mut self, op: fn(usize) -> Op) -> usize {
        self.push(op(usize::MAX));
        self.ops.len() - 1
    }

    /// Lets a jump go to what comes next.
    pub fn land(&mut self, jump: usize) {
        let here = self.ops.len();
        if let Op::Jump(target) | Op::JumpIfZero(target) | Op::JumpUnlessZero(target) = &mut self.ops[jump] {
            *target = here;
        }
    }
}

/// How a parameter or local name is bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Value,
    /// A copy of the array.
    Array,
    /// The caller's array itself.
    Reference,
}

#[derive(Clone, Debug, Default)]
pub struct Function {
    pub parameters: Vec<(usize, Kind)>,
    pub locals: Vec<(usize, Kind)>,
    pub code: Rc<Code>,
}

/// Names, numbered as they come.
#[derive(Default)]
pub struct Names(Vec<String>);

impl Names {
    pub fn number(&mut self, name: &str) -> usize {
        match self.0.iter().position(|known| known == name) {
            Some(number) => number,
            None => {
                self.0.push(name.to_string());
                self.0.len() - 1
            }
        }
    }

    pub fn name(&self, number: usize) -> &str {
        self.0.get(number).map_or("", String::as_str)
    }
}
