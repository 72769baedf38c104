//! The course of a program: BEGIN, the records of the main input, END; and getline.

use std::fs::File;

use crate::ast::*;
use crate::input::Reader;
use crate::interp::{fatal, given, Interp, Res, Stop};
use crate::io::{path, reason, Loss};
use crate::lex::escape;
use crate::text::{show, Text};
use crate::value::Value;

impl<'a> Interp<'a> {
    /// Runs the whole program; the result is the exit status.
    pub fn run(&mut self) -> i32 {
        let mut result = self.begin_and_records();
        if matches!(result, Ok(()) | Err(Stop::Exit | Stop::Next | Stop::NextFile)) {
            self.in_begin_or_end = true;
            for body in &self.program.end {
                result = self.block(body).map(drop);
                if result.is_err() {
                    break;
                }
            }
        }
        if let Err(Stop::Fatal(message)) = result {
            self.io.flush_all();
            let place = if self.in_begin_or_end || self.special.nr == 0.0 {
                String::new()
            } else {
                let name = self.globals[given::FILENAME].text(b"%.6g");
                let name = if name.is_empty() { "-".to_string() } else { show(&name) };
                format!("(FILENAME={name} FNR={}) ", self.special.fnr)
            };
            eprintln!("{}: {}:{}: {place}fatal: {message}", self.name, self.source_name, self.line);
            self.exit_status = 2;
        }
        self.settle();
        self.exit_status
    }

    /// Closes all output; what was not written shows in the exit status.
    fn settle(&mut self) {
        match self.io.close_all() {
            Ok(()) => {}
            Err(Loss::Standard(why)) => {
                eprintln!("{}: warning: error writing standard output: {why}", self.name);
                self.exit_status = self.exit_status.max(1);
            }
            Err(Loss::Named(message)) => {
                eprintln!("{}: fatal: {message}", self.name);
                self.exit_status = 2;
            }
        }
    }

    fn begin_and_records(&mut self) -> Res<()> {
        self.in_begin_or_end = true;
        for body in &self.program.begin {
            self.block(body)?;
        }
        self.in_begin_or_end = false;
        let p = self.program;
        if p.rules.is_empty() && p.end.is_empty() && p.begin_file.is_empty() && p.end_file.is_empty() {
            return Ok(());
        }
        let mut text = Vec::new();
        while self.next_record(&mut text)? {
            self.record.replace(&mut text);
            match self.rules() {
                Err(Stop::Next) => {}
                Err(Stop::NextFile) => self.end_file()?,
                other => other?,
            }
        }
        Ok(())
    }

    fn rules(&mut self) -> Res<()> {
        let program = self.program;
        for rule in &program.rules {
            self.line = rule.line;
            let selected = match &rule.pattern {
                RulePattern::Always => true,
                RulePattern::When(condition) => self.eval_bool(condition)?,
                RulePattern::Range(first, last, index) => {
                    let inside = self.ranges[*index] || self.eval_bool(first)?;
                    self.ranges[*index] = inside && !self.eval_bool(last)?;
                    inside
                }
            };
            if !selected {
                continue;
            }
            match &rule.body {
                Some(body) => {
                    self.block(body)?;
                }
                None => {
                    self.rebuild_record();
                    self.io.stdout.buffer.extend_from_slice(self.record.text());
                    self.io.stdout.buffer.extend_from_slice(&self.special.ors);
                    self.write(b"", &None)?;
                }
            }
        }
        Ok(())
    }

    /// Closes the current file and runs ENDFILE.
    fn end_file(&mut self) -> Res<()> {
        if self.main.take().is_some() {
            for body in &self.program.end_file {
                self.block(body)?;
            }
        }
        Ok(())
    }

    /// The next record of the main input, with NR and FNR counted.
    pub fn next_record(&mut self, text: &mut Vec<u8>) -> Res<bool> {
        loop {
            if self.main.is_none() && !self.open_next()? {
                return Ok(false);
            }
            let Some(reader) = &mut self.main else { continue };
            let mut end = std::mem::take(&mut self.scratch);
            let read = reader.read(&self.separator, text, &mut end);
            if self.special.rt[..] != end[..] {
                self.special.rt = Text::new(&end);
            }
            self.scratch = end;
            match read {
                Ok(true) => {
                    self.special.nr += 1.0;
                    self.special.fnr += 1.0;
                    return Ok(true);
                }
                Ok(false) => self.end_file()?,
                Err(error) => {
                    let name = self.globals[given::FILENAME].text(b"%.6g");
                    self.input_warning(&name, &error);
                    self.end_file()?;
                }
            }
        }
    }

    fn input_warning(&mut self, name: &[u8], error: &std::io::Error) {
        self.exit_status = 2;
        let message = match error.kind() {
            std::io::ErrorKind::IsADirectory => format!("command line argument `{}' is a directory: skipped", show(name)),
            _ => format!("cannot open file `{}' for reading: {}", show(name), reason(error)),
        };
        if error.kind() == std::io::ErrorKind::IsADirectory {
            self.exit_status = 0;
        }
        self.io.flush_all();
        eprintln!("{}: warning: {message}", self.name);
    }

    /// Opens the next file of ARGV; false where none is left.
    fn open_next(&mut self) -> Res<bool> {
        loop {
            let count = self.globals[given::ARGC].num() as usize;
            if self.next_arg >= count {
                if self.used_file {
                    return Ok(false);
                }
                self.used_file = true;
                self.start_file(b"", Reader::new(Box::new(std::io::stdin())))?;
                return Ok(true);
            }
            let argv = self.global_array(given::ARGV);
            let key = crate::array::number_key(self.next_arg);
            let argument = argv.borrow().get(&key).map(|v| v.text(b"%.6g")).unwrap_or_default();
            self.next_arg += 1;
            if argument.is_empty() {
                continue;
            }
            if let Some((name, value)) = assignment(&argument) {
                self.assign_text(&name, &value)?;
                continue;
            }
            self.used_file = true;
            self.globals[given::ARGIND] = Value::Num((self.next_arg - 1) as f64);
            if self.open_file(&argument)? {
                return Ok(true);
            }
        }
    }

    fn open_file(&mut self, name: &Text) -> Res<bool> {
        let opened = match &name[..] {
            b"-" | b"/dev/stdin" => {
                self.start_file(name, Reader::new(Box::new(std::io::stdin())))?;
                return Ok(self.main.is_some());
            }
            _ => File::open(path(name)).and_then(|file| match file.metadata() {
                Ok(m) if m.is_dir() => Err(std::io::ErrorKind::IsADirectory.into()),
                _ => Ok(file),
            }),
        };
        match opened {
            Ok(file) => {
                self.start_file(name, Reader::new(Box::new(file)))?;
                // BEGINFILE may have skipped it.
                Ok(self.main.is_some())
            }
            Err(error) if !self.program.begin_file.is_empty() => {
                self.globals[given::FILENAME] = Value::Input(name.clone());
                self.globals[given::ERRNO] = Value::str(reason(&error).as_bytes());
                match self.begin_file() {
                    Err(Stop::NextFile) => Ok(false),
                    Err(stop) => Err(stop),
                    Ok(()) => fatal(format!("cannot open file `{}' for reading: {}", show(name), reason(&error))),
                }
            }
            Err(error) => {
                self.input_warning(name, &error);
                Ok(false)
            }
        }
    }

    fn begin_file(&mut self) -> Res<()> {
        for body in &self.program.begin_file {
            self.block(body)?;
        }
        Ok(())
    }

    fn start_file(&mut self, name: &[u8], reader: Reader) -> Res<()> {
        self.main = Some(reader);
        self.special.fnr = 0.0;
        self.globals[given::FILENAME] = Value::Input(Text::new(name));
        self.globals[given::ERRNO] = Value::str(b"");
        match self.begin_file() {
            Err(Stop::NextFile) => self.end_file(),
            other => other,
        }
    }

    /// `name=value` from the command line: escapes count, and the value may be a number.
    pub fn assign_text(&mut self, name: &str, value: &[u8]) -> Res<()> {
        let mut text = Vec::new();
        let mut at = 0;
        while at < value.len() {
            if value[at] == b'\\' && at + 1 < value.len() {
                at += 1 + escape(&value[at + 1..], &mut text).1;
            } else {
                text.push(value[at]);
                at += 1;
            }
        }
        let var = match SPECIALS.iter().find(|(n, _)| *n == name) {
            Some((_, special)) => Var::Special(*special),
            None => match self.program.globals.iter().position(|n| n == name) {
                Some(index) => Var::Global(index),
                // A variable that the program never mentions.
                None => return Ok(()),
            },
        };
        self.set_var(var, Value::Input(Text::from(text)))
    }

    pub fn getline(&mut self, source: &'a GetlineSource, target: Option<&'a Expr>) -> Res<Value> {
        let mut text = Vec::new();
        let got = match source {
            GetlineSource::Main => self.next_record(&mut text)?,
            GetlineSource::File(name) | GetlineSource::Command(name) | GetlineSource::Coprocess(name) => {
                let name = self.eval(name)?.text(&self.special.convfmt);
                match self.read_from(&name, source, &mut text)? {
                    Some(got) => got,
                    None => return Ok(Value::Num(-1.0)),
                }
            }
        };
        if !got {
            if let Some(Expr::Index(array, subscripts)) = target {
                // The target's subscript is evaluated even where nothing is stored.
                self.array(array)?;
                self.key(subscripts)?;
            }
            return Ok(Value::Num(0.0));
        }
        if matches!(source, GetlineSource::Command(_) | GetlineSource::Coprocess(_)) {
            self.special.nr += 1.0;
            self.special.fnr += f64::from(u8::from(!self.in_begin_or_end));
        }
        match target {
            Some(target) => self.store(target, Value::Input(Text::from(text)))?,
            None => self.record.replace(&mut text),
        }
        Ok(Value::Num(1.0))
    }

    /// Reads a record from a file or command; `None` where it cannot be read.
    fn read_from(&mut self, name: &Text, source: &GetlineSource, text: &mut Vec<u8>) -> Res<Option<bool>> {
        let separator = self.separator.clone();
        let reader = match source {
            GetlineSource::Command(_) => self.io.command_reader(name),
            GetlineSource::Coprocess(_) => match self.io.coprocess_reader(name) {
                Ok(reader) => Ok(reader),
                Err(message) => return fatal(message),
            },
            _ => self.io.file_reader(name),
        };
        let mut end = Vec::new();
        let result = reader.and_then(|reader| reader.read(&separator, text, &mut end));
        match result {
            Ok(got) => {
                if got {
                    self.special.rt = Text::from(end);
                }
                self.globals[given::ERRNO] = Value::str(b"");
                Ok(Some(got))
            }
            Err(error) => {
                self.globals[given::ERRNO] = Value::str(reason(&error).as_bytes());
                Ok(None)
            }
        }
    }
}

/// The name and value of a command-line assignment.
pub fn assignment(argument: &[u8]) -> Option<(String, Vec<u8>)> {
    let equals = argument.iter().position(|b| *b == b'=')?;
    let name = &argument[..equals];
    let word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    if name.is_empty() || name[0].is_ascii_digit() || !name.iter().all(word) {
        return None;
    }
    Some((show(name), argument[equals + 1..].to_vec()))
}
