//! The values a program reads: from files or standard input, as JSON, lines or streams.

use std::cell::RefCell;
use std::fs::File;
use std::io::Read;

use crate::json::{position, unfinished, Keys, Reader, Stop};
use crate::path;
use crate::value::Value;

#[derive(Clone, Copy, Default)]
pub struct Mode {
    pub raw: bool,
    pub slurp: bool,
    pub stream: bool,
}

pub struct Inputs(RefCell<State>);

struct State {
    mode: Mode,
    files: std::vec::IntoIter<Vec<u8>>,
    from_stdin: bool,
    source: Option<Box<dyn Read>>,
    name: Option<String>,
    buffer: Vec<u8>,
    at: usize,
    /// Newlines and bytes behind the last of them that left the buffer.
    gone: (usize, usize),
    ended: bool,
    keys: Keys,
    events: std::vec::IntoIter<Value>,
    slurped: bool,
    /// A file could not be read.
    failed: bool,
    wanted: usize,
}

const CHUNK: usize = 64 * 1024;

impl Inputs {
    pub fn new(mode: Mode, files: Vec<Vec<u8>>) -> Inputs {
        let from_stdin = files.is_empty();
        Inputs(RefCell::new(State {
            mode,
            files: files.into_iter(),
            from_stdin,
            source: None,
            name: None,
            buffer: Vec::new(),
            at: 0,
            gone: (0, 0),
            ended: false,
            keys: Keys::default(),
            events: Vec::new().into_iter(),
            slurped: false,
            failed: false,
            wanted: CHUNK,
        }))
    }

    /// The next value; the error is a message about text that is no JSON.
    pub fn next(&self) -> Result<Option<Value>, Value> {
        let mut state = self.0.borrow_mut();
        let next = state.next();
        // There is no place behind the last input.
        if let Ok(None) = next {
            state.name = None;
        }
        next
    }

    pub fn file_name(&self) -> Value {
        match &self.0.borrow().name {
            Some(name) => name.as_str().into(),
            None => Value::Null,
        }
    }

    /// Lines read so far: up to the end of the line that the last value ends in.
    pub fn line(&self) -> usize {
        let state = self.0.borrow();
        let rest = &state.buffer[state.at..];
        let own = state.buffer[..state.at].iter().filter(|byte| **byte == b'\n').count();
        let ends = state.at > 0 && state.buffer[state.at - 1] == b'\n';
        state.gone.0 + own + usize::from(!ends && rest.contains(&b'\n'))
    }

    /// Where errors are said to be.
    pub fn place(&self) -> String {
        let name = self.0.borrow().name.clone();
        match name {
            Some(name) => format!("{name}:{}", self.line()),
            None => "<unknown>".to_string(),
        }
    }

    pub fn failed(&self) -> bool {
        self.0.borrow().failed
    }
}

impl State {
    /// More text in the buffer, or the end.
    fn fill(&mut self) {
        while self.source.is_none() {
            let opened: Option<(Box<dyn Read>, String)> = if std::mem::take(&mut self.from_stdin) {
                Some((Box::new(std::io::stdin()), "<stdin>".to_string()))
            } else {
                let Some(name) = self.files.next() else {
                    self.ended = true;
                    return;
                };
                if name == b"-" {
                    self.from_stdin = true;
                    continue;
                }
                match File::open(cli::path(&name)) {
                    Ok(file) => {
                        self.wanted = file.metadata().map_or(CHUNK, |meta| meta.len() as usize + 1).clamp(CHUNK, 1 << 30);
                        Some((Box::new(file), cli::show(&name)))
                    }
                    Err(error) => {
                        eprintln!("jq: error: Could not open file {}: {}", cli::show(&name), cli::reason(&error));
                        self.failed = true;
                        None
                    }
                }
            };
            if let Some((source, name)) = opened {
                self.source = Some(source);
                self.name = Some(name);
            }
        }
        let Some(source) = &mut self.source else { return };
        // What was read is dropped before more comes.
        let read = &self.buffer[..self.at];
        let lines = read.iter().filter(|byte| **byte == b'\n').count();
        let column = read.iter().rev().take_while(|byte| **byte != b'\n').count();
        self.gone = (self.gone.0 + lines, if lines > 0 { column } else { self.gone.1 + column });
        self.buffer.drain(..self.at);
        self.at = 0;
        let start = self.buffer.len();
        self.buffer.resize(start + self.wanted.max(start), 0);
        let got = match source.read(&mut self.buffer[start..]) {
            Ok(got) => got,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => return self.buffer.truncate(start),
            Err(error) => {
                let name = self.name.as_deref().unwrap_or_default();
                eprintln!("jq: error: Input error on {name}: {}", cli::reason(&error));
                self.failed = true;
                0
            }
        };
        self.buffer.truncate(start + got);
        if got == 0 {
            self.source = None;
            self.wanted = CHUNK;
        }
    }

    fn fill_all(&mut self) {
        while !self.ended {
            self.fill();
        }
    }

    fn next(&mut self) -> Result<Option<Value>, Value> {
        if let Some(event) = self.events.next() {
            return Ok(Some(event));
        }
        match self.mode {
            Mode { raw: true, slurp: true, .. } => {
                if std::mem::replace(&mut self.slurped, true) {
                    return Ok(None);
                }
                self.fill_all();
                let text = String::from_utf8_lossy(&self.buffer).into_owned();
                self.at = self.buffer.len();
                Ok(Some(text.into()))
            }
            Mode { raw: true, .. } => Ok(self.line()),
            Mode { slurp: true, stream, .. } => {
                if std::mem::replace(&mut self.slurped, true) {
                    return Ok(None);
                }
                let mut all = Vec::new();
                while let Some(value) = if stream { self.event()? } else { self.value()? } {
                    all.push(value);
                }
                Ok(Some(all.into()))
            }
            Mode { stream: true, .. } => self.event(),
            _ => self.value(),
        }
    }

    fn line(&mut self) -> Option<Value> {
        loop {
            if let Some(length) = memchr::memchr(b'\n', &self.buffer[self.at..]) {
                let line = String::from_utf8_lossy(&self.buffer[self.at..self.at + length]).into_owned();
                self.at += length + 1;
                return Some(line.into());
            }
            if self.ended {
                let rest = String::from_utf8_lossy(&self.buffer[self.at..]).into_owned();
                self.at = self.buffer.len();
                return (!rest.is_empty()).then(|| rest.into());
            }
            self.fill();
        }
    }

    fn event(&mut self) -> Result<Option<Value>, Value> {
        loop {
            if let Some(event) = self.events.next() {
                return Ok(Some(event));
            }
            let Some(value) = self.value()? else { return Ok(None) };
            let mut events = Vec::new();
            path::stream(&value, &mut Vec::new(), &mut events);
            self.events = events.into_iter();
        }
    }

    fn value(&mut self) -> Result<Option<Value>, Value> {
        loop {
            let mut reader = Reader { text: &self.buffer, at: self.at, whole: self.ended, keys: &mut self.keys };
            let result = reader.next();
            let at = reader.at;
            match result {
                Ok(Some(value)) => {
                    self.at = at;
                    return Ok(Some(value));
                }
                Ok(None) if self.ended => {
                    self.at = at;
                    return Ok(None);
                }
                Ok(None) => self.at = at,
                Err(Stop::Unfinished) if self.ended => {
                    let message = format!("{} at EOF at {}", unfinished(&self.buffer, self.at), self.position(self.buffer.len()));
                    self.give_up();
                    return Err(message.into());
                }
                Err(Stop::BadEnd(message)) => {
                    let message = format!("{message} at EOF at {}", self.position(self.buffer.len()));
                    self.give_up();
                    return Err(message.into());
                }
                Err(Stop::Unfinished) => {}
                Err(Stop::Bad(place, message)) => {
                    let message = format!("{message} at {}", self.position(place));
                    self.give_up();
                    return Err(message.into());
                }
            }
            self.fill();
        }
    }

    /// After text that is no JSON nothing more is read.
    fn give_up(&mut self) {
        self.buffer.clear();
        self.at = 0;
        self.source = None;
        self.files = Vec::new().into_iter();
        self.from_stdin = false;
        self.ended = true;
    }

    fn position(&self, at: usize) -> String {
        if self.gone == (0, 0) {
            return position(&self.buffer, at);
        }
        let read = &self.buffer[..at.min(self.buffer.len())];
        let lines = read.iter().filter(|byte| **byte == b'\n').count();
        let column = read.iter().rev().take_while(|byte| **byte != b'\n').count();
        format!("line {}, column {}", self.gone.0 + lines + 1, if lines > 0 { column } else { self.gone.1 + column })
    }
}
