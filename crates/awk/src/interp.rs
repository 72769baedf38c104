//! The interpreter's state: variables, the record, and how each is read and set.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use posix_regex::{Regex, Syntax};

use crate::array::{number_key, Array};
use crate::ast::*;
use crate::input::{Reader, RecordSeparator};
use crate::io::Io;
use crate::number;
use crate::record::{Record, Splitter};
use crate::text::{show, Text};
use crate::value::{ArrayRef, Value};

/// What leaves the usual course of things.
pub enum Stop {
    Next,
    NextFile,
    Exit,
    Fatal(Box<str>),
}

pub type Res<T> = Result<T, Stop>;

pub fn fatal<T>(message: impl Into<String>) -> Res<T> {
    Err(Stop::Fatal(message.into().into_boxed_str()))
}

/// The variables that the interpreter uses itself, ready for use.
pub struct Specials {
    pub nr: f64,
    pub fnr: f64,
    pub fs: Text,
    pub ofs: Text,
    pub rs: Text,
    pub ors: Text,
    pub subsep: Text,
    pub convfmt: Text,
    pub ofmt: Text,
    pub rt: Text,
    pub fpat: Text,
    pub field_widths: Text,
    pub ignore_case: Value,
}

pub struct Interp<'a> {
    pub program: &'a Program,
    pub globals: Vec<Value>,
    pub stack: Vec<Value>,
    pub base: usize,
    pub calls: usize,
    /// The function that runs.
    pub function: Option<&'a Function>,
    pub record: Record,
    pub special: Specials,
    pub splitter: Splitter,
    pub separator: RecordSeparator,
    pub io: Io,
    patterns: HashMap<(Text, bool), Rc<Regex>>,
    pub ranges: Vec<bool>,
    pub exit_status: i32,
    pub line: u32,
    pub source_name: String,
    /// The main input.
    pub main: Option<Reader>,
    pub next_arg: usize,
    pub used_file: bool,
    pub in_begin_or_end: bool,
    pub random: u64,
    pub seed: f64,
    pub scratch: Vec<u8>,
    pub name: String,
}

/// The places of the globals that `parse::GIVEN` names.
pub mod given {
    pub const ARGC: usize = 0;
    pub const ARGV: usize = 1;
    pub const ENVIRON: usize = 2;
    pub const FILENAME: usize = 3;
    pub const RSTART: usize = 4;
    pub const RLENGTH: usize = 5;
    pub const PROCINFO: usize = 6;
    pub const ERRNO: usize = 7;
    pub const ARGIND: usize = 9;
}

impl<'a> Interp<'a> {
    pub fn new(program: &'a Program, name: &str, source_name: &str) -> Interp<'a> {
        let special = Specials {
            nr: 0.0,
            fnr: 0.0,
            fs: " ".into(),
            ofs: " ".into(),
            rs: "\n".into(),
            ors: "\n".into(),
            subsep: "\u{1c}".into(),
            convfmt: "%.6g".into(),
            ofmt: "%.6g".into(),
            rt: Text::default(),
            fpat: "[^[:space:]]+".into(),
            field_widths: Text::default(),
            ignore_case: Value::Num(0.0),
        };
        Interp {
            program,
            globals: vec![Value::Uninit; program.globals.len()],
            stack: Vec::new(),
            base: 0,
            calls: 0,
            function: None,
            record: Record::default(),
            special,
            splitter: Splitter::Blanks,
            separator: RecordSeparator::Byte(b'\n'),
            io: Io::new(),
            patterns: HashMap::new(),
            ranges: vec![false; program.ranges],
            exit_status: 0,
            line: 0,
            source_name: source_name.to_string(),
            main: None,
            next_arg: 1,
            used_file: false,
            in_begin_or_end: false,
            random: 0x2545_f491_4f6c_dd1d,
            seed: 0.0,
            scratch: Vec::new(),
            name: name.to_string(),
        }
    }

    pub fn warn(&mut self, message: &str) {
        self.io.flush_all();
        eprintln!("{}: {}:{}: warning: {message}", self.name, self.source_name, self.line);
    }

    pub fn ignoring_case(&self) -> bool {
        self.special.ignore_case.truth()
    }

    /// A compiled pattern, from the store of those seen before.
    pub fn pattern(&mut self, source: &[u8]) -> Res<Rc<Regex>> {
        let key = (Text::new(source), self.ignoring_case());
        if let Some(regex) = self.patterns.get(&key) {
            return Ok(regex.clone());
        }
        match Regex::new(source, Syntax::Awk, key.1, false) {
            Ok(regex) => {
                let regex = Rc::new(regex);
                if self.patterns.len() > 500 {
                    self.patterns.clear();
                }
                self.patterns.insert(key, regex.clone());
                Ok(regex)
            }
            Err(error) => fatal(format!("invalid regexp: {error}: /{}/", show(source))),
        }
    }

    /// How a separator given as text splits.
    pub fn splitter_of(&mut self, fs: &[u8]) -> Res<Splitter> {
        Ok(match fs {
            b" " => Splitter::Blanks,
            b"" => Splitter::Chars,
            [byte] if *byte != b'\\' && !(self.ignoring_case() && byte.is_ascii_alphabetic()) => Splitter::Byte(*byte),
            b"\\" => Splitter::Byte(b'\\'),
            _ => Splitter::Regex(self.pattern(fs)?),
        })
    }

    pub fn split_record(&mut self) {
        if self.record.needs_split() {
            let paragraph = matches!(self.separator, RecordSeparator::Paragraph);
            self.record.split(&self.splitter, paragraph);
        }
    }

    pub fn rebuild_record(&mut self) {
        if self.record.is_stale() {
            self.record.rebuild(&self.special.ofs, &self.special.convfmt);
        }
    }

    pub fn field(&mut self, index: f64) -> Res<Value> {
        if index < 0.0 {
            return fatal(format!("attempt to access field {index}"));
        }
        if index < 1.0 {
            self.rebuild_record();
            return Ok(self.record.whole());
        }
        self.split_record();
        Ok(self.record.field(index as usize))
    }

    pub fn set_field(&mut self, index: f64, value: Value) -> Res<()> {
        if index < 0.0 {
            return fatal(format!("attempt to access field {index}"));
        }
        if index > 50_000_000.0 {
            return fatal(format!("field {index} is too far out"));
        }
        if index < 1.0 {
            let text = value.text(&self.special.convfmt);
            self.record.assign(&text, matches!(value, Value::Str(_)));
        } else {
            self.split_record();
            let value = match value {
                Value::Uninit | Value::Maybe(_) => Value::Input(Text::default()),
                other => other,
            };
            self.record.set_field(index as usize, value);
        }
        Ok(())
    }

    pub fn var(&mut self, var: Var) -> Value {
        match var {
            Var::Global(index) => self.globals[index].clone(),
            Var::Local(index) => self.stack[self.base + index].clone(),
            Var::Special(special) => self.special_value(special),
        }
    }

    fn special_value(&mut self, special: Special) -> Value {
        let s = &self.special;
        match special {
            Special::Nf => {
                self.split_record();
                Value::Num(self.record.count() as f64)
            }
            Special::Nr => Value::Num(s.nr),
            Special::Fnr => Value::Num(s.fnr),
            Special::Fs => Value::Str(s.fs.clone()),
            Special::Ofs => Value::Str(s.ofs.clone()),
            Special::Rs => Value::Str(s.rs.clone()),
            Special::Ors => Value::Str(s.ors.clone()),
            Special::Subsep => Value::Str(s.subsep.clone()),
            Special::Convfmt => Value::Str(s.convfmt.clone()),
            Special::Ofmt => Value::Str(s.ofmt.clone()),
            Special::Rt => Value::Str(s.rt.clone()),
            Special::Fpat => Value::Str(s.fpat.clone()),
            Special::FieldWidths => Value::Str(s.field_widths.clone()),
            Special::IgnoreCase => s.ignore_case.clone(),
        }
    }

    pub fn set_var(&mut self, var: Var, value: Value) -> Res<()> {
        let slot = match var {
            Var::Global(index) => &mut self.globals[index],
            Var::Local(index) => &mut self.stack[self.base + index],
            Var::Special(special) => return self.set_special(special, value),
        };
        if matches!(slot, Value::Array(_)) || matches!(slot, Value::Maybe(array) if array.borrow().len() > 0) {
            return fatal(format!("attempt to use array `{}' in a scalar context", self.var_name(var)));
        }
        *slot = value;
        Ok(())
    }

    pub fn var_name(&self, var: Var) -> String {
        match var {
            Var::Global(index) => self.program.globals[index].clone(),
            Var::Local(index) => self.function.and_then(|f| f.params.get(index).cloned()).unwrap_or_default(),
            Var::Special(special) => SPECIALS.iter().find(|(_, s)| *s == special).map_or("", |(n, _)| n).to_string(),
        }
    }

    fn set_special(&mut self, special: Special, value: Value) -> Res<()> {
        let text = value.text(&self.special.convfmt);
        match special {
            Special::Nf => {
                let count = value.num();
                if count < 0.0 {
                    return fatal("NF set to negative value");
                }
                self.split_record();
                self.record.set_count(count.min(50_000_000.0) as usize);
            }
            Special::Nr => self.special.nr = value.num(),
            Special::Fnr => self.special.fnr = value.num(),
            Special::Fs => {
                self.split_record();
                self.splitter = self.splitter_of(&text)?;
                self.special.fs = text;
            }
            Special::Ofs => {
                // A record that waits to be rebuilt takes the separator of now.
                self.rebuild_record();
                self.special.ofs = text;
            }
            Special::Rs => self.set_rs(text)?,
            Special::Ors => self.special.ors = text,
            Special::Subsep => self.special.subsep = text,
            Special::Convfmt => self.special.convfmt = text,
            Special::Ofmt => self.special.ofmt = text,
            Special::Rt => self.special.rt = text,
            Special::Fpat => {
                self.split_record();
                self.splitter = Splitter::Content(self.pattern(&text)?);
                self.special.fpat = text;
            }
            Special::FieldWidths => {
                self.split_record();
                self.splitter = Splitter::Widths(widths(&text));
                self.special.field_widths = text;
            }
            Special::IgnoreCase => {
                self.special.ignore_case = value;
                if let Splitter::Byte(_) | Splitter::Regex(_) = self.splitter {
                    let fs = self.special.fs.clone();
                    self.splitter = self.splitter_of(&fs)?;
                }
                let rs = self.special.rs.clone();
                self.set_rs(rs)?;
            }
        }
        Ok(())
    }

    fn set_rs(&mut self, text: Text) -> Res<()> {
        self.separator = match &text[..] {
            b"" => RecordSeparator::Paragraph,
            [byte] if !(self.ignoring_case() && byte.is_ascii_alphabetic()) => RecordSeparator::Byte(*byte),
            _ => RecordSeparator::Regex(self.pattern(&text)?),
        };
        self.special.rs = text;
        Ok(())
    }

    /// The array that an expression names; an unused variable becomes one.
    pub fn array(&mut self, expr: &'a Expr) -> Res<ArrayRef> {
        match expr {
            Expr::Var(var @ (Var::Global(_) | Var::Local(_))) => {
                let slot = match *var {
                    Var::Local(index) => &mut self.stack[self.base + index],
                    Var::Global(index) => &mut self.globals[index],
                    Var::Special(_) => return fatal("attempt to use scalar as array"),
                };
                match as_array(slot) {
                    Some(array) => Ok(array),
                    None => {
                        let kind = if matches!(var, Var::Local(_)) { "scalar parameter" } else { "scalar" };
                        fatal(format!("attempt to use {kind} `{}' as an array", self.var_name(*var)))
                    }
                }
            }
            Expr::Index(array, subscripts) => {
                let array = self.array(array)?;
                let key = self.key(subscripts)?;
                let mut array = array.borrow_mut();
                match as_array(array.slot(&key)) {
                    Some(array) => Ok(array),
                    None => fatal(format!("attempt to use scalar `[\"{}\"]' as an array", show(&key))),
                }
            }
            Expr::Group(items) if items.len() == 1 => self.array(&items[0]),
            _ => fatal("attempt to use scalar as array"),
        }
    }

    /// A subscript as text; several are joined by SUBSEP.
    pub fn key(&mut self, subscripts: &'a [Expr]) -> Res<Text> {
        if let [single] = subscripts {
            let value = self.eval(single)?;
            return Ok(value.text(&self.special.convfmt));
        }
        let mut key = Vec::new();
        for (index, subscript) in subscripts.iter().enumerate() {
            if index > 0 {
                key.extend_from_slice(&self.special.subsep);
            }
            let value = self.eval(subscript)?;
            value.push_text(&self.special.convfmt, &mut key);
        }
        Ok(Text::from(key))
    }

    /// Fills an array with values numbered from 1.
    pub fn fill(array: &ArrayRef, values: impl Iterator<Item = Value>) -> usize {
        let mut array = array.borrow_mut();
        array.clear();
        let mut count = 0;
        for value in values {
            count += 1;
            array.set(&number_key(count), value);
        }
        count
    }

    pub fn global_array(&mut self, index: usize) -> ArrayRef {
        as_array(&mut self.globals[index]).unwrap_or_else(new_array)
    }
}

pub fn new_array() -> ArrayRef {
    Rc::new(RefCell::new(Array::default()))
}

/// The array in a slot, made where the slot was not used yet.
pub fn as_array(slot: &mut Value) -> Option<ArrayRef> {
    match slot {
        Value::Array(array) => Some(array.clone()),
        Value::Maybe(array) => {
            let array = array.clone();
            *slot = Value::Array(array.clone());
            Some(array)
        }
        Value::Uninit => {
            let array = new_array();
            *slot = Value::Array(array.clone());
            Some(array)
        }
        _ => None,
    }
}

/// FIELDWIDTHS: numbers of characters, with `skip:` before them; `*` at the end takes the rest.
fn widths(text: &[u8]) -> Rc<[(usize, Option<usize>)]> {
    let parts = text.split(|b| number::is_blank(*b)).filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (skip, width) = match part.iter().position(|b| *b == b':') {
                Some(at) => (number::from_text(&part[..at]) as usize, &part[at + 1..]),
                None => (0, part),
            };
            (skip, (width != b"*").then(|| number::from_text(width) as usize))
        })
        .collect()
}
