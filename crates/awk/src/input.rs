//! Reads records from files and commands.

use std::io::{self, Read};
use std::rc::Rc;

use posix_regex::Regex;

/// How a stream splits into records.
#[derive(Clone)]
pub enum RecordSeparator {
    Byte(u8),
    /// Empty lines.
    Paragraph,
    Regex(Rc<Regex>),
}

const CHUNK: usize = 1 << 16;

pub struct Reader {
    from: Box<dyn Read>,
    buffer: Vec<u8>,
    at: usize,
    ended: bool,
}

impl Reader {
    pub fn new(from: Box<dyn Read>) -> Reader {
        Reader { from, buffer: Vec::new(), at: 0, ended: false }
    }

    /// Reads more behind what is there; false at the end.
    fn fill(&mut self) -> io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        if self.at > 0 {
            self.buffer.drain(..self.at);
            self.at = 0;
        }
        let len = self.buffer.len();
        // Longer records read in longer pieces.
        self.buffer.resize(len + CHUNK.max(len), 0);
        let read = loop {
            match self.from.read(&mut self.buffer[len..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        self.buffer.truncate(len + *read.as_ref().unwrap_or(&0));
        if !matches!(read, Ok(len) if len > 0) {
            self.ended = true;
        }
        read.map(|len| len > 0)
    }

    /// Puts the next record into `record` and what ended it into `end`; false where none is left.
    pub fn read(&mut self, separator: &RecordSeparator, record: &mut Vec<u8>, end: &mut Vec<u8>) -> io::Result<bool> {
        record.clear();
        end.clear();
        match separator {
            RecordSeparator::Byte(byte) => self.read_to_byte(*byte, record, end),
            RecordSeparator::Paragraph => self.read_paragraph(record, end),
            RecordSeparator::Regex(regex) => self.read_to_match(regex, record, end),
        }
    }

    fn read_to_byte(&mut self, byte: u8, record: &mut Vec<u8>, end: &mut Vec<u8>) -> io::Result<bool> {
        let mut scanned = 0;
        loop {
            let rest = &self.buffer[self.at..];
            if let Some(len) = memchr::memchr(byte, &rest[scanned..]) {
                record.extend_from_slice(&rest[..scanned + len]);
                end.push(byte);
                self.at += scanned + len + 1;
                return Ok(true);
            }
            scanned = rest.len();
            if !self.fill()? {
                return Ok(self.take_rest(record));
            }
        }
    }

    fn take_rest(&mut self, record: &mut Vec<u8>) -> bool {
        let any = self.at < self.buffer.len();
        record.extend_from_slice(&self.buffer[self.at..]);
        self.at = self.buffer.len();
        any
    }

    fn read_paragraph(&mut self, record: &mut Vec<u8>, end: &mut Vec<u8>) -> io::Result<bool> {
        loop {
            let newlines = self.buffer[self.at..].iter().take_while(|b| **b == b'\n').count();
            self.at += newlines;
            if self.at < self.buffer.len() {
                break;
            }
            if !self.fill()? {
                return Ok(false);
            }
        }
        loop {
            let rest = &self.buffer[self.at..];
            if let Some(len) = memchr::memmem::find(rest, b"\n\n") {
                let newlines = rest[len..].iter().take_while(|b| **b == b'\n').count();
                if len + newlines < rest.len() || self.ended {
                    record.extend_from_slice(&rest[..len]);
                    end.extend_from_slice(&rest[len..len + newlines]);
                    self.at += len + newlines;
                    return Ok(true);
                }
            }
            if !self.fill()? && memchr::memmem::find(&self.buffer[self.at..], b"\n\n").is_none() {
                let any = self.take_rest(record);
                if record.last() == Some(&b'\n') {
                    record.pop();
                    end.push(b'\n');
                }
                return Ok(any);
            }
        }
    }

    fn read_to_match(&mut self, regex: &Regex, record: &mut Vec<u8>, end: &mut Vec<u8>) -> io::Result<bool> {
        loop {
            let rest = &self.buffer[self.at..];
            let mut from = 0;
            let mut found = None;
            while let Some((start, stop)) = regex.find_at(rest, from) {
                if stop > start {
                    found = Some((start, stop));
                    break;
                }
                from = stop + 1;
                if from > rest.len() {
                    break;
                }
            }
            // A match that touches the end of what was read may go on.
            if let Some((start, stop)) = found.filter(|(_, stop)| *stop < rest.len() || self.ended) {
                record.extend_from_slice(&rest[..start]);
                end.extend_from_slice(&rest[start..stop]);
                self.at += stop;
                return Ok(true);
            }
            if self.ended {
                let any = self.take_rest(record);
                // The newline that ends a file is no part of its last record's text only for RS = "\n".
                return Ok(any);
            }
            self.fill()?;
        }
    }
}
