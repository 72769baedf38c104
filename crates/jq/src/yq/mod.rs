//! yq, in the manner of mikefarah's version 4: jq's language and its evaluator over YAML, JSON and TOML.

mod flow;
mod notes;
mod options;
mod program;
mod read;
mod read_scalar;
mod scalar;
mod toml;
mod write;

use std::cell::RefCell;
use std::fs;
use std::io::Read;

use crate::ast::Ast;
use crate::eval::{self, Interp, Stop};
use crate::inputs::{Inputs, Mode};
use crate::json;
use crate::modules::Modules;
use crate::print::{self, Style};
use crate::value::Value;
use crate::{parse, prelude};
use notes::{Document, Notes, Step};
use options::{fail, Format, Options};

/// A document and where it comes from.
struct Source {
    document: Document,
    file: usize,
    index: usize,
    name: Vec<u8>,
}

struct Engine {
    interp: Interp,
    program: &'static Ast,
    /// Gives the paths of the results, where it has any.
    paths: &'static Ast,
    /// Every document, for programs that read all at once.
    all: Value,
    bare: bool,
}

pub fn main() -> i32 {
    let options = options::read();
    let sources = read_all(&options);
    let engine = compile(&options, &sources);
    let format = options.output.or_else(|| options.input).unwrap_or_else(|| options.files.first().map_or(Format::Yaml, |name| options::format_of(name)));
    let mut printer = Printer { options: &options, format, out: String::new(), last: None, found: false };
    if options.null_input || options.all {
        let empty = Source { document: Document::default(), file: 0, index: 0, name: Vec::new() };
        let first = if options.all && !options.null_input { sources.first().unwrap_or(&empty) } else { &empty };
        engine.run(first, &mut printer, options.all);
    } else {
        sources.iter().for_each(|source| engine.run(source, &mut printer, false));
    }
    let (out, found) = (printer.out, printer.found);
    if options.in_place {
        let name = &options.files[0];
        fs::write(cli::path(name), out).unwrap_or_else(|error| fail(&format!("open {}: {}", cli::show(name), cli::reason(&error).to_lowercase())));
    } else {
        cli::Output::new("yq", 1).put(out.as_bytes());
    }
    if options.exit_status && !found {
        eprintln!("Error: no matches found");
        return 1;
    }
    0
}

fn read_all(options: &Options) -> Vec<Source> {
    let mut sources = Vec::new();
    for (file, name) in options.files.iter().enumerate() {
        let mut text = Vec::new();
        let shown = cli::show(name);
        let read = if name == b"-" { std::io::stdin().read_to_end(&mut text).map(|_| ()) } else { fs::read(cli::path(name)).map(|bytes| text = bytes) };
        read.unwrap_or_else(|error| fail(&format!("open {shown}: {}", cli::reason(&error).to_lowercase())));
        let text = String::from_utf8_lossy(&text);
        let format = options.input.unwrap_or_else(|| options::format_of(name));
        let documents = match format {
            Format::Yaml => read::documents(&text),
            Format::Toml => toml::read(&text).map(|value| vec![Document { value, ..Document::default() }]),
            Format::Json => read_json(&text),
        };
        let documents = documents.unwrap_or_else(|message| fail(&format!("bad file '{shown}': {message}")));
        sources.extend(documents.into_iter().enumerate().map(|(index, document)| Source { document, file, index, name: name.clone() }));
    }
    sources
}

fn read_json(text: &str) -> Result<Vec<Document>, String> {
    let mut keys = json::Keys::default();
    let mut reader = json::Reader { text: text.as_bytes(), at: 0, whole: true, keys: &mut keys };
    let mut documents = Vec::new();
    loop {
        match reader.next() {
            Ok(Some(value)) => documents.push(Document { value, ..Document::default() }),
            Ok(None) => return Ok(documents),
            Err(_) => return Err("json: invalid character".to_string()),
        }
    }
}

fn compile(options: &Options, sources: &[Source]) -> Engine {
    let program = program::translate(&options.expression, options.all);
    let names: Vec<String> = program::VARIABLES.iter().map(|name| name.to_string()).collect();
    let used = RefCell::new(Vec::new());
    let known = |name: &str, count: usize| {
        let found = prelude::find(name, count);
        used.borrow_mut().extend(found);
        found
    };
    let modules = Modules { paths: Vec::new() };
    let parsed = |text: &str| -> Result<&'static Ast, Vec<String>> { parse::program(text, &names, &known, &modules).map(|program| &*Box::leak(Box::new(program))) };
    let main = parsed(&program.text).unwrap_or_else(|messages| {
        // The place is one in the program that this became.
        let message = messages.first().map_or("", |message| message.split(" at <top-level>").next().unwrap_or(message));
        fail(message.split(" (Unix shell").next().unwrap_or(message))
    });
    let paths = parsed(&program.paths).unwrap_or(main);
    let prelude = Box::leak(prelude::load(&used.borrow()).into_boxed_slice());
    let all = match options.all {
        true => sources.iter().map(|source| Value::from(vec![source.document.value.clone(), (source.file as f64).into(), (source.index as f64).into(), cli::show(&source.name).into()])).collect::<Vec<_>>().into(),
        false => Value::Null,
    };
    Engine { interp: Interp::new(prelude, Inputs::new(Mode::default(), Vec::new())), program: main, paths, all, bare: program.bare }
}

impl Engine {
    fn results(&self, program: &'static Ast, source: &Source) -> Result<Vec<Value>, Stop> {
        let values = [(source.file as f64).into(), (source.index as f64).into(), cli::show(&source.name).into(), self.all.clone()];
        let env = eval::bind(&None, &values);
        let mut results = Vec::new();
        self.interp.each(program, &env, source.document.value.clone(), &mut |value| {
            results.push(value);
            Ok(())
        })?;
        Ok(results)
    }

    fn run(&self, source: &Source, printer: &mut Printer, all: bool) {
        let results = match self.results(self.program, source) {
            Ok(results) => results,
            Err(Stop::Halt(status)) => std::process::exit(status),
            Err(Stop::Error(Value::String(text))) => fail(&text),
            Err(Stop::Error(value)) => fail(&print::compact(&value)),
            Err(Stop::Break(_) | Stop::Through) => fail("break"),
        };
        let paths = self.results(self.paths, source).ok().filter(|paths| !all && paths.len() == results.len());
        let notes = source.document.notes.clone().without(printer.options.pretty, self.bare);
        for (index, value) in results.iter().enumerate() {
            let path = match &paths {
                Some(paths) => steps(&paths[index]),
                // What was changed keeps the document's notes; of anything else they say nothing.
                None => (std::mem::discriminant(value) == std::mem::discriminant(&source.document.value)).then(Vec::new),
            };
            match path {
                Some(path) => printer.put(value, source, &notes, &path),
                None => printer.put(value, &Source { document: Document::default(), file: source.file, index: source.index, name: Vec::new() }, &Notes::default(), &[]),
            }
        }
    }
}

fn steps(path: &Value) -> Option<Vec<Step>> {
    let Value::Array(parts) = path else { return None };
    parts.iter().map(|part| match part {
        Value::String(key) => Some(Step::Key(key.to_string())),
        Value::Number(index) if *index >= 0.0 => Some(Step::Index(*index as usize)),
        _ => None,
    }).collect()
}

struct Printer<'a> {
    options: &'a Options,
    format: Format,
    out: String,
    /// File and document of the last result.
    last: Option<(usize, usize)>,
    /// A result was neither null nor false.
    found: bool,
}

impl Printer<'_> {
    fn put(&mut self, value: &Value, source: &Source, notes: &Notes, path: &[Step]) {
        self.found |= value.is_true();
        let place = (source.file, source.index);
        let changed = self.last.is_some_and(|last| last != place);
        let marked = self.last.is_none() && source.document.marked && path.is_empty();
        if self.format == Format::Yaml && self.options.separators && (changed || marked) {
            self.out.push_str("---\n");
        }
        self.last = Some(place);
        let unwrap = self.options.raw.unwrap_or(self.format != Format::Json);
        if let (Value::String(text), true) = (value, unwrap) {
            self.out.push_str(&format!("{text}\n"));
            return;
        }
        match self.format {
            Format::Json => {
                let indent = (self.options.indent > 0).then(|| " ".repeat(self.options.indent));
                print::write(&mut self.out, value, &Style { indent, ..Style::default() });
                self.out.push('\n');
            }
            Format::Toml => self.out.push_str(&toml::write(value)),
            Format::Yaml => {
                self.out.push_str(&write::write(value, notes, path, self.options.indent.max(1)));
                let whole = path.is_empty() && matches!(value, Value::Object(_) | Value::Array(_));
                source.document.foot.iter().filter(|_| whole).for_each(|comment| self.out.push_str(&format!("{comment}\n")));
            }
        }
    }
}
