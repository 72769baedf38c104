//! The machine that runs bc's code.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use super::code::{Binary, Code, Function, Kind, Names, Op, Place, Unary};
use super::lex::Lexer;
use super::math;
use super::print::Printer;
use crate::decimal::{Decimal, Power};
use crate::radix;

/// Indexes of arrays are below this.
const ELEMENTS: i64 = 16_777_216;
const MAX: i64 = i32::MAX as i64;

type Array = Rc<RefCell<BTreeMap<u32, Decimal>>>;

enum Slot {
    Value(Decimal),
    /// An array as an argument.
    Array(usize),
}

/// A function's call.
struct Frame {
    code: Rc<Code>,
    at: usize,
    function: usize,
    /// The base that its numbers are read in: the one at its call.
    base: u32,
    saved: Vec<Saved>,
}

enum Saved {
    Value(usize, Decimal),
    Array(usize, Array),
}

/// What ends a line: an error that has been said, or the whole program.
pub enum Stop {
    Error,
    Halt,
}

pub struct Machine {
    pub functions: HashMap<usize, Function>,
    /// The numbers of the mathematical library's functions.
    pub library: HashMap<usize, math::Native>,
    pub out: Printer,
    variables: Vec<Decimal>,
    arrays: Vec<Array>,
    scale: usize,
    ibase: u32,
    obase: u32,
    last: Decimal,
    stack: Vec<Slot>,
    frames: Vec<Frame>,
    seed: u32,
}

/// The names for messages, and where `read` reads.
pub struct World<'a> {
    pub functions: &'a Names,
    pub arrays: &'a Names,
    pub lexer: &'a mut Lexer,
}

/// The value of digits. One alone counts as it is; others beyond the base as the base's last.
pub fn constant(text: &[u8], base: u32) -> Decimal {
    let last = std::char::from_digit(base - 1, 36).map_or(b'Z', |digit| digit.to_ascii_uppercase() as u8);
    match text {
        [_] => radix::read(text, base),
        _ => radix::read(&text.iter().map(|byte| if *byte == b'.' { b'.' } else { last.min(*byte) }).collect::<Vec<_>>(), base),
    }
}

impl Machine {
    pub fn new(out: Printer, scale: usize) -> Machine {
        Machine {
            functions: HashMap::new(),
            library: HashMap::new(),
            out,
            variables: Vec::new(),
            arrays: Vec::new(),
            scale,
            ibase: 10,
            obase: 10,
            last: Decimal::default(),
            stack: Vec::new(),
            frames: Vec::new(),
            seed: 1,
        }
    }

    /// Runs a line. An error ends it and all calls it is in.
    pub fn run(&mut self, code: Code, world: &mut World) -> Result<(), Stop> {
        self.frames.push(Frame { code: Rc::new(code), at: 0, function: 0, base: 10, saved: Vec::new() });
        let result = self.steps(world);
        while let Some(frame) = self.frames.pop() {
            self.restore(frame.saved);
        }
        self.stack.clear();
        self.out.flush();
        result
    }

    fn frame(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("the line's own frame stays until its end")
    }

    /// A message about the current instruction; `back` bytes before its end.
    fn say(&mut self, kind: &str, message: &str, back: usize, world: &World) {
        self.out.flush();
        let frame = self.frame();
        let name = world.functions.name(frame.function);
        eprintln!("Runtime {kind} (func={name}, adr={}): {message}", frame.code.ends[frame.at - 1] - back);
    }

    fn error<T>(&mut self, message: &str, world: &World) -> Result<T, Stop> {
        self.say("error", message, 0, world);
        Err(Stop::Error)
    }

    fn pop(&mut self) -> Decimal {
        match self.stack.pop() {
            Some(Slot::Value(value)) => value,
            _ => Decimal::default(),
        }
    }

    fn push(&mut self, value: Decimal) {
        self.stack.push(Slot::Value(value));
    }

    fn steps(&mut self, world: &mut World) -> Result<(), Stop> {
        loop {
            let frame = self.frame();
            let Some(op) = frame.code.ops.get(frame.at).cloned() else { return Ok(()) };
            frame.at += 1;
            self.step(op, world)?;
        }
    }

    fn step(&mut self, op: Op, world: &mut World) -> Result<(), Stop> {
        match op {
            Op::Number(constant) => self.number(&constant),
            Op::Load(place) => {
                let at = self.element(place, world)?;
                let value = self.load(place, at);
                self.push(value);
            }
            Op::Store(place) => {
                let value = self.pop();
                let at = self.element(place, world)?;
                self.store(place, at, value.clone(), world);
                self.push(value);
            }
            Op::Step { place, up, behind } => {
                let at = self.element(place, world)?;
                let old = self.load(place, at);
                let one = Decimal::from(1);
                let new = if up { old.add(&one) } else { old.sub(&one) };
                self.store(place, at, new.clone(), world);
                self.push(if behind { old } else { new });
            }
            Op::Duplicate => {
                let value = self.pop();
                self.push(value.clone());
                self.push(value);
            }
            Op::Pop => drop(self.stack.pop()),
            Op::Binary(op) => {
                let (right, left) = (self.pop(), self.pop());
                let value = self.binary(op, &left, &right, world)?;
                self.push(value);
            }
            Op::Unary(op) => {
                let value = self.pop();
                let value = self.unary(op, value, world)?;
                self.push(value);
            }
            Op::Read => {
                let value = self.read(world);
                self.push(value);
            }
            Op::Random => {
                // POSIX's example of rand(), widened.
                self.seed = self.seed.wrapping_mul(1_103_515_245).wrapping_add(12_345);
                self.push(Decimal::from(u64::from(self.seed >> 1)));
            }
            Op::Jump(target) => self.frame().at = target,
            Op::JumpIfZero(target) => {
                if self.pop().is_zero() {
                    self.frame().at = target;
                }
            }
            Op::JumpUnlessZero(target) => {
                if !self.pop().is_zero() {
                    self.frame().at = target;
                }
            }
            Op::Array(number) => self.stack.push(Slot::Array(number)),
            Op::Call(function, arguments) => self.call(function, &arguments, world)?,
            Op::Return => {
                if let Some(frame) = self.frames.pop() {
                    self.restore(frame.saved);
                }
            }
            Op::Print { line } => {
                self.last = self.pop();
                let text = radix::write(&self.last, self.obase);
                self.out.number(&text);
                if line {
                    self.out.text(b"\n");
                }
            }
            Op::Write(text) => self.out.text(&text),
            Op::WriteEscaped(text) => self.out.escaped(&text),
            Op::Halt => return Err(Stop::Halt),
        }
        Ok(())
    }

    fn number(&mut self, constant_and_value: &(Vec<u8>, Decimal)) {
        let base = if self.frames.len() == 1 { self.ibase } else { self.frame().base };
        self.push(if base == 10 { constant_and_value.1.clone() } else { constant(&constant_and_value.0, base) });
    }

    /// The index on the stack, where the place is in an array.
    fn element(&mut self, place: Place, world: &World) -> Result<u32, Stop> {
        let Place::Element(array) = place else { return Ok(0) };
        match self.pop().to_i64() {
            Some(index @ 0..ELEMENTS) => Ok(index as u32),
            _ => {
                let name = world.arrays.name(array);
                self.error(&format!("Array {name} subscript out of bounds."), world)
            }
        }
    }

    fn array(&mut self, number: usize) -> &mut Array {
        if number >= self.arrays.len() {
            self.arrays.resize_with(number + 1, Array::default);
        }
        &mut self.arrays[number]
    }

    fn variable(&mut self, number: usize) -> &mut Decimal {
        if number >= self.variables.len() {
            self.variables.resize_with(number + 1, Decimal::default);
        }
        &mut self.variables[number]
    }

    fn load(&mut self, place: Place, at: u32) -> Decimal {
        match place {
            Place::Variable(number) => self.variable(number).clone(),
            Place::Element(number) => self.array(number).borrow().get(&at).cloned().unwrap_or_default(),
            Place::Ibase => Decimal::from(u64::from(self.ibase)),
            Place::Obase => Decimal::from(u64::from(self.obase)),
            Place::Scale => Decimal::from(self.scale as u64),
            Place::Last => self.last.clone(),
        }
    }

    fn store(&mut self, place: Place, at: u32, value: Decimal, world: &World) {
        match place {
            Place::Variable(number) => *self.variable(number) = value,
            Place::Element(number) => drop(self.array(number).borrow_mut().insert(at, value)),
            Place::Last => self.last = value,
            Place::Ibase => self.ibase = self.limited("ibase", &value, 2, 36, world) as u32,
            Place::Obase => self.obase = self.limited("obase", &value, 2, MAX, world) as u32,
            Place::Scale => self.scale = self.limited("scale", &value, 0, MAX, world) as usize,
        }
    }

    /// A special variable's new value, with a warning where it cannot be what was given.
    fn limited(&mut self, name: &str, value: &Decimal, least: i64, most: i64, world: &World) -> i64 {
        let whole = value.cut(0);
        let (what, set) = match whole.to_i64() {
            _ if whole.is_negative() && name != "ibase" => (format!("negative {name}, set to {least}"), least),
            Some(number) if number > most => (format!("{name} too large, set to {most}"), most),
            None => (format!("{name} too large, set to {most}"), most),
            Some(number) if number < least => (format!("{name} too small, set to {least}"), least),
            Some(number) => return number,
        };
        self.say("warning", &what, 0, world);
        set
    }

    fn binary(&mut self, op: Binary, left: &Decimal, right: &Decimal, world: &World) -> Result<Decimal, Stop> {
        Ok(match op {
            Binary::Add => left.add(right),
            Binary::Sub => left.sub(right),
            Binary::Mul => left.mul(right, self.scale),
            Binary::Div => match left.div(right, self.scale) {
                Some(value) => value,
                None => return self.error("Divide by zero", world),
            },
            Binary::Rem => match left.div_rem(right, self.scale) {
                Some((_, rest)) => rest,
                None => return self.error("Modulo by zero", world),
            },
            Binary::Pow => {
                if right.scale > 0 {
                    self.say("warning", "non-zero scale in exponent", 0, world);
                }
                match left.pow(right, self.scale) {
                    Power::Value(value) => value,
                    Power::TooLarge => return self.error("exponent too large in raise", world),
                    Power::DivideByZero => return self.error("divide by zero", world),
                }
            }
            Binary::Equal => (left == right).into(),
            Binary::Unequal => (left != right).into(),
            Binary::Less => (left < right).into(),
            Binary::AtMost => (left <= right).into(),
            Binary::Greater => (left > right).into(),
            Binary::AtLeast => (left >= right).into(),
        })
    }

    fn unary(&mut self, op: Unary, value: Decimal, world: &World) -> Result<Decimal, Stop> {
        Ok(match op {
            Unary::Negate => value.negated(),
            Unary::Not => value.is_zero().into(),
            Unary::Truth => (!value.is_zero()).into(),
            Unary::Length => Decimal::from(value.length() as u64),
            Unary::Scale => Decimal::from(value.scale as u64),
            Unary::Sqrt => match value.sqrt(self.scale) {
                Some(root) => root,
                None => return self.error("Square root of a negative number", world),
            },
        })
    }

    fn read(&mut self, world: &mut World) -> Decimal {
        self.out.flush();
        let line = world.lexer.read_line();
        let text = line.trim_ascii();
        let (negative, text) = match text.strip_prefix(b"-") {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let length = text.iter().take_while(|byte| radix::digit(**byte).is_some() || **byte == b'.').count();
        let value = constant(&text[..length], self.ibase);
        if negative { value.negated() } else { value }
    }

    fn call(&mut self, number: usize, arguments: &[bool], world: &World) -> Result<(), Stop> {
        let Some(function) = self.functions.get(&number).cloned() else {
            if let Some(native) = self.library.get(&number).copied() {
                return self.call_library(native, arguments, world);
            }
            let name = world.functions.name(number);
            self.say("error", &format!("Function {name} not defined."), arguments.len() + 1, world);
            return Err(Stop::Error);
        };
        self.check_arguments(&function.parameters, arguments, world)?;
        let values = self.stack.split_off(self.stack.len() - arguments.len());
        let mut saved = Vec::new();
        // What is bound by value is read before anything is bound.
        let arrays: Vec<Option<Array>> = values.iter().map(|value| if let Slot::Array(array) = value { Some(self.array(*array).clone()) } else { None }).collect();
        for (((name, kind), value), array) in function.parameters.iter().zip(values).zip(arrays) {
            match (kind, value, array) {
                (Kind::Reference, _, Some(array)) => saved.push(self.bind_array(*name, array)),
                (_, _, Some(array)) => {
                    let copy = Rc::new(RefCell::new(array.borrow().clone()));
                    saved.push(self.bind_array(*name, copy));
                }
                (_, Slot::Value(value), _) => saved.push(Saved::Value(*name, std::mem::replace(self.variable(*name), value))),
                _ => {}
            }
        }
        for (name, kind) in &function.locals {
            saved.push(match kind {
                Kind::Value => Saved::Value(*name, std::mem::take(self.variable(*name))),
                _ => self.bind_array(*name, Array::default()),
            });
        }
        let base = if self.frames.len() == 1 { self.ibase } else { self.frame().base };
        self.frames.push(Frame { code: function.code, at: 0, function: number, base, saved });
        Ok(())
    }

    fn bind_array(&mut self, name: usize, array: Array) -> Saved {
        Saved::Array(name, std::mem::replace(self.array(name), array))
    }

    fn restore(&mut self, saved: Vec<Saved>) {
        for old in saved.into_iter().rev() {
            match old {
                Saved::Value(name, value) => *self.variable(name) = value,
                Saved::Array(name, array) => *self.array(name) = array,
            }
        }
    }

    fn check_arguments(&mut self, wanted: &[(usize, Kind)], given: &[bool], world: &World) -> Result<(), Stop> {
        for (index, array) in given.iter().enumerate() {
            let what = match wanted.get(index) {
                None => "Parameter number mismatch".to_string(),
                Some((_, kind)) if (*kind != Kind::Value) == *array => continue,
                Some((_, Kind::Value)) => "Parameter type mismatch, parameter (null).".to_string(),
                Some((name, _)) => format!("Parameter type mismatch parameter {}.", world.arrays.name(*name)),
            };
            self.say("error", &what, given.len() - index, world);
            return Err(Stop::Error);
        }
        if wanted.len() > given.len() {
            return self.error("Parameter number mismatch", world);
        }
        Ok(())
    }

    fn call_library(&mut self, native: math::Native, arguments: &[bool], world: &World) -> Result<(), Stop> {
        self.check_arguments(&vec![(0, Kind::Value); native.arguments()], arguments, world)?;
        let last = self.pop();
        let value = match native {
            math::Native::One(function) => function(&last, self.scale),
            math::Native::Bessel => {
                let order = self.pop();
                math::bessel(&order, &last, self.scale)
            }
        };
        self.push(value);
        Ok(())
    }
}
