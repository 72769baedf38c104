//! dc's state: the stack, the registers, the strings that run.

use std::collections::HashMap;
use std::io::BufRead;
use std::rc::Rc;

use crate::decimal::Decimal;
use crate::radix;

#[derive(Clone, Debug)]
pub enum Value {
    Number(Decimal),
    Text(Rc<[u8]>),
}

/// What runs at the top level.
pub enum Source {
    Text(Rc<[u8]>, usize),
    Stdin,
}

/// A string that runs. One that another one ended with takes its place, and counts for both.
struct Frame {
    text: Rc<[u8]>,
    at: usize,
    levels: u64,
}

/// One level of a register.
#[derive(Default)]
pub struct Level {
    pub value: Option<Value>,
    pub array: HashMap<u64, Value>,
}

pub struct Machine {
    pub stack: Vec<Value>,
    pub registers: Vec<Vec<Level>>,
    pub scale: usize,
    pub ibase: u32,
    pub obase: u32,
    pub out: cli::Output,
    /// Characters of a number that fit a line; 0: no limit.
    width: usize,
    frames: Vec<Frame>,
    source: Source,
    quit: bool,
}

impl Machine {
    pub fn new() -> Machine {
        let width = match std::env::var("DC_LINE_LENGTH").ok().and_then(|text| text.parse::<usize>().ok()) {
            Some(0) => 0,
            Some(length @ 2..) => length - 1,
            _ => 69,
        };
        Machine {
            stack: Vec::new(),
            registers: (0..256).map(|_| Vec::new()).collect(),
            scale: 0,
            ibase: 10,
            obase: 10,
            out: cli::Output::new("dc", 1),
            width,
            frames: Vec::new(),
            source: Source::Stdin,
            quit: false,
        }
    }

    pub fn complain(&mut self, message: &str) {
        self.out.send();
        eprintln!("dc: {message}");
    }

    pub fn warn(&mut self, message: &str) {
        self.out.send();
        eprintln!("Runtime warning: {message}");
    }

    /// Runs commands to their end; false if they said `q`.
    pub fn run(&mut self, source: Source) -> bool {
        self.source = source;
        self.frames.clear();
        self.quit = false;
        while !self.quit {
            match self.next() {
                Some(command) => self.command(command),
                None if self.frames.pop().is_none() => break,
                None => {}
            }
        }
        self.out.send();
        !self.quit
    }

    /// The next byte of what runs, left there.
    pub fn peek(&mut self) -> Option<u8> {
        match (self.frames.last(), &self.source) {
            (Some(frame), _) => frame.text.get(frame.at).copied(),
            (None, Source::Text(text, at)) => text.get(*at).copied(),
            (None, Source::Stdin) => {
                let mut input = std::io::stdin().lock();
                if input.fill_buf().is_ok_and(<[u8]>::is_empty) {
                    return None;
                }
                input.fill_buf().ok()?.first().copied()
            }
        }
    }

    pub fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        match (self.frames.last_mut(), &mut self.source) {
            (Some(frame), _) => frame.at += 1,
            (None, Source::Text(_, at)) => *at += 1,
            (None, Source::Stdin) => std::io::stdin().lock().consume(1),
        }
        Some(byte)
    }

    /// Runs a string before what follows.
    pub fn enter(&mut self, text: Rc<[u8]>) {
        let mut levels = 1;
        if let Some(frame) = self.frames.pop_if(|frame| frame.at == frame.text.len()) {
            levels += frame.levels;
        }
        self.frames.push(Frame { text, at: 0, levels });
    }

    /// How many strings run.
    pub fn depth(&self) -> u64 {
        self.frames.iter().map(|frame| frame.levels).sum()
    }

    /// Ends that many strings; beyond the last, everything.
    pub fn leave(&mut self, mut levels: u64) {
        while levels > 0 {
            let Some(frame) = self.frames.pop() else { break };
            levels = levels.saturating_sub(frame.levels);
        }
    }

    pub fn quit(&mut self) {
        if self.depth() < 2 {
            self.quit = true;
        } else {
            self.leave(2);
        }
    }

    pub fn push(&mut self, number: Decimal) {
        self.stack.push(Value::Number(number));
    }

    /// The topmost value, taken off; says so if there is none.
    pub fn pop(&mut self) -> Option<Value> {
        let value = self.stack.pop();
        if value.is_none() {
            self.complain("stack empty");
        }
        value
    }

    /// The uppermost numbers, the lowest first, taken off; says so and takes nothing if they are not there.
    pub fn numbers<const COUNT: usize>(&mut self) -> Option<[Decimal; COUNT]> {
        let Some(start) = self.stack.len().checked_sub(COUNT) else {
            self.complain("stack empty");
            return None;
        };
        let numbers: Vec<Decimal> = self.stack[start..].iter().filter_map(|value| if let Value::Number(number) = value { Some(number.clone()) } else { None }).collect();
        let Ok(numbers) = numbers.try_into() else {
            self.complain("non-numeric value");
            return None;
        };
        self.stack.truncate(start);
        Some(numbers)
    }

    pub fn print(&mut self, value: &Value) {
        match value {
            Value::Text(text) => self.out.put(text),
            Value::Number(number) => {
                let text = radix::write(number, self.obase);
                let width = if self.width == 0 { text.len() } else { self.width };
                for (index, line) in text.chunks(width).enumerate() {
                    if index > 0 {
                        self.out.put(b"\\\n");
                    }
                    self.out.put(line);
                }
            }
        }
    }
}
