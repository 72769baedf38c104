//! dc's commands, one byte each.

use std::cmp::Ordering;
use std::io::BufRead;
use std::process::Command;

use super::machine::{Level, Machine, Value};
use crate::decimal::Decimal;
use crate::natural::Natural;
use crate::radix;

impl Machine {
    pub fn command(&mut self, command: u8) {
        match command {
            b' ' | b'\t' | b'\n' | b'\r' | 11 | 12 => {}
            b'0'..=b'9' | b'A'..=b'F' | b'.' | b'_' => self.number(command),
            b'+' | b'-' | b'*' | b'/' | b'%' | b'~' | b'^' | b'|' | b'v' => self.arithmetic(command),
            b'p' | b'n' | b'P' | b'f' => self.output(command),
            b'c' | b'd' | b'r' | b'R' | b'z' => self.shuffle(command),
            b's' | b'S' | b'l' | b'L' | b':' | b';' => self.register(command),
            b'i' | b'o' | b'k' => self.parameter(command),
            b'I' => self.push(Decimal::from(u64::from(self.ibase))),
            b'O' => self.push(Decimal::from(u64::from(self.obase))),
            b'K' => self.push(Decimal::from(self.scale as u64)),
            b'Z' | b'X' | b'a' => self.measure(command),
            b'[' => self.string(),
            b'x' => self.execute(),
            b'<' | b'>' | b'=' => self.compare(command, false),
            b'!' => match self.peek() {
                Some(sign @ (b'<' | b'>' | b'=')) => {
                    self.next();
                    self.compare(sign, true);
                }
                _ => self.system(),
            },
            b'?' => self.ask(),
            b'q' => self.quit(),
            b'Q' => self.leave_levels(),
            b'#' => drop(self.line()),
            _ if command.is_ascii_graphic() => self.complain(&format!("'{}' (0{command:o}) unimplemented", command as char)),
            _ => self.complain(&format!("\\0{command:o} unimplemented")),
        }
    }

    fn number(&mut self, first: u8) {
        let mut text = vec![first];
        while let Some(byte) = self.peek() {
            match byte {
                b'0'..=b'9' | b'A'..=b'F' => {}
                b'.' if !text.contains(&b'.') => {}
                _ => break,
            }
            text.push(byte);
            self.next();
        }
        let value = radix::read(text.strip_prefix(b"_").unwrap_or(&text), self.ibase);
        self.push(if first == b'_' { value.negated() } else { value });
    }

    fn output(&mut self, command: u8) {
        match command {
            b'p' => {
                if let Some(value) = self.stack.last().cloned() {
                    self.print(&value);
                    self.out.put(b"\n");
                } else {
                    self.complain("stack empty");
                }
            }
            b'f' => {
                for value in self.stack.clone().iter().rev() {
                    self.print(value);
                    self.out.put(b"\n");
                }
            }
            b'n' => {
                if let Some(value) = self.pop() {
                    self.print(&value);
                }
            }
            _ => match self.pop() {
                Some(Value::Text(text)) => self.out.put(&text),
                Some(Value::Number(number)) => {
                    let mut bytes = Vec::new();
                    let mut rest = number.whole();
                    while !rest.is_zero() || bytes.is_empty() {
                        bytes.push(rest.div_small(256) as u8);
                    }
                    bytes.reverse();
                    self.out.put(&bytes);
                }
                None => {}
            },
        }
    }

    fn shuffle(&mut self, command: u8) {
        match command {
            b'c' => self.stack.clear(),
            b'z' => self.push(Decimal::from(self.stack.len() as u64)),
            b'd' => match self.stack.last().cloned() {
                Some(value) => self.stack.push(value),
                None => self.complain("stack empty"),
            },
            b'r' if self.stack.len() < 2 => self.complain("stack empty"),
            b'r' => {
                let top = self.stack.len() - 1;
                self.stack.swap(top, top - 1);
            }
            _ => {
                let Some([count]) = self.numbers() else { return };
                let count = count.to_i64().unwrap_or(0);
                let depth = self.stack.len().min(count.unsigned_abs() as usize);
                let from = self.stack.len() - depth;
                if depth > 1 {
                    let part = &mut self.stack[from..];
                    if count > 0 { part.rotate_left(1) } else { part.rotate_right(1) }
                }
            }
        }
    }

    /// The register that the next byte names.
    fn name(&mut self) -> Option<usize> {
        self.next().map(usize::from)
    }

    fn register(&mut self, command: u8) {
        let Some(name) = self.name() else { return };
        match command {
            b's' | b'S' => {
                let Some(value) = self.pop() else { return };
                let levels = &mut self.registers[name];
                if command == b'S' || levels.is_empty() {
                    levels.push(Level::default());
                }
                levels.last_mut().expect("one was pushed").value = Some(value);
            }
            b'l' => {
                let value = self.registers[name].last().and_then(|level| level.value.clone());
                self.stack.push(value.unwrap_or(Value::Number(Decimal::default())));
            }
            b'L' => match self.registers[name].pop() {
                Some(level) => self.stack.push(level.value.unwrap_or(Value::Number(Decimal::default()))),
                None if (name as u8).is_ascii_graphic() => self.complain(&format!("stack register '{}' (0{name:o}) is empty", name as u8 as char)),
                None => self.complain(&format!("stack register 0{name:o} is empty")),
            },
            b':' => {
                let Some(index) = self.index() else { return };
                let Some(value) = self.pop() else { return };
                let levels = &mut self.registers[name];
                if levels.is_empty() {
                    levels.push(Level::default());
                }
                levels.last_mut().expect("one was pushed").array.insert(index, value);
            }
            _ => {
                let Some(index) = self.index() else { return };
                let value = self.registers[name].last().and_then(|level| level.array.get(&index).cloned());
                self.stack.push(value.unwrap_or(Value::Number(Decimal::default())));
            }
        }
    }

    fn index(&mut self) -> Option<u64> {
        match self.pop()? {
            Value::Number(number) if !number.is_negative() => Some(number.whole().to_u64().unwrap_or(u64::MAX)),
            _ => {
                self.complain("array index must be a nonnegative integer");
                None
            }
        }
    }

    fn parameter(&mut self, command: u8) {
        let Some(value) = self.pop() else { return };
        let number = match &value {
            Value::Number(number) => number.to_i64().filter(|number| i32::try_from(*number).is_ok()),
            Value::Text(_) => None,
        };
        if number.is_none() && matches!(value, Value::Number(_)) {
            self.complain("value overflows simple integer; punting...");
        }
        match (command, number) {
            (b'i', Some(base @ 2..=16)) => self.ibase = base as u32,
            (b'o', Some(base @ 2..)) => self.obase = base as u32,
            (b'k', Some(scale @ 0..)) => self.scale = scale as usize,
            (b'i', _) => self.complain("input base must be a number between 2 and 16 (inclusive)"),
            (b'o', _) => self.complain("output base must be a number greater than 1"),
            _ => self.complain("scale must be a nonnegative number"),
        }
    }

    fn measure(&mut self, command: u8) {
        let Some(value) = self.pop() else { return };
        let measured = match (command, &value) {
            (b'Z', Value::Text(text)) => text.len(),
            (b'Z', Value::Number(number)) => number.significant(),
            (b'X', Value::Text(_)) => 0,
            (b'X', Value::Number(number)) => number.scale,
            (_, Value::Text(text)) => {
                let first = text.first().copied().unwrap_or(0);
                return self.stack.push(Value::Text([first].into()));
            }
            (_, Value::Number(number)) => {
                let low = number.whole().div_rem(&Natural::from(256)).1.to_u64().unwrap_or(0) as u8;
                let byte = if number.is_negative() { low.wrapping_neg() } else { low };
                return self.stack.push(Value::Text([byte].into()));
            }
        };
        self.push(Decimal::from(measured as u64));
    }

    /// A string up to the bracket that closes it.
    fn string(&mut self) {
        let (mut text, mut depth) = (Vec::new(), 1);
        while let Some(byte) = self.next() {
            match byte {
                b'[' => depth += 1,
                b']' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
            text.push(byte);
        }
        self.stack.push(Value::Text(text.into()));
    }

    fn execute(&mut self) {
        match self.pop() {
            Some(Value::Text(text)) => self.enter(text),
            Some(number) => self.stack.push(number),
            None => {}
        }
    }

    fn compare(&mut self, sign: u8, negated: bool) {
        let name = self.name();
        let Some([below, top]) = self.numbers() else { return };
        let wanted = match sign {
            b'<' => Ordering::Less,
            b'>' => Ordering::Greater,
            _ => Ordering::Equal,
        };
        if (top.cmp(&below) == wanted) == negated {
            return;
        }
        match name.and_then(|name| self.registers[name].last()).and_then(|level| level.value.clone()) {
            Some(Value::Text(text)) => self.enter(text),
            Some(number) => self.stack.push(number),
            None => {}
        }
    }

    /// What is left of the line.
    fn line(&mut self) -> Vec<u8> {
        let mut line = Vec::new();
        while let Some(byte) = self.next() {
            if byte == b'\n' {
                break;
            }
            line.push(byte);
        }
        line
    }

    fn system(&mut self) {
        let line = cli::show(&self.line());
        self.out.send();
        if let Err(error) = Command::new("sh").arg("-c").arg(line).status() {
            self.complain(&format!("sh: {}", cli::reason(&error)));
        }
    }

    /// Runs a line of standard input.
    fn ask(&mut self) {
        self.out.send();
        let mut line = Vec::new();
        if std::io::stdin().lock().read_until(b'\n', &mut line).is_ok() {
            self.enter(line.into());
        }
    }

    fn leave_levels(&mut self) {
        let Some([count]) = self.numbers() else { return };
        match count.to_i64() {
            Some(count @ 1..) if count as u64 > self.depth() => self.complain("Q command argument exceeded string execution depth"),
            // As GNU's: one level is none.
            Some(1) => {}
            Some(count @ 1..) => self.leave(count as u64),
            _ => self.complain("Q command requires a number >= 1"),
        }
    }
}
