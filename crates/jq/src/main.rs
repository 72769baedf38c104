//! jq, compatible with 1.7, and yq, by the name it is called by.

#![forbid(unsafe_code)]

mod arrays;
mod ast;
mod eval;
mod format;
mod inputs;
mod json;
mod lex;
mod math;
mod modules;
mod natives;
mod options;
mod parse;
mod path;
mod prelude;
mod print;
mod regex;
mod scope;
mod special;
mod terms;
mod time;
mod value;
mod yq;

/// Only uses of the name link the system layer.
#[cfg(target_family = "wasm")]
use shadowbox_rt as _;

use std::cell::RefCell;

use cli::Output;
use eval::{Interp, Stop};
use inputs::Inputs;
use options::Options;
use value::Value;

fn main() {
    if cli::called_as("jq") == "yq" {
        std::process::exit(yq::main());
    }
    let options = options::read();
    let status = run(&options);
    std::process::exit(status)
}

/// Status after an error that a program raised.
const ERROR: i32 = 5;

struct Printer<'a> {
    out: Output,
    options: &'a Options,
    text: String,
    /// What the last value printed was worth; None before the first.
    last: Option<bool>,
}

impl Printer<'_> {
    fn put(&mut self, value: &Value) -> Result<(), Stop> {
        self.text.clear();
        if self.options.seq {
            self.text.push('\x1e');
        }
        match value {
            Value::String(text) if self.options.raw && !(self.options.style.ascii && !text.is_ascii()) => {
                if self.options.end == "\0" && text.contains('\0') {
                    return Err(String::from("Cannot dump a string containing NUL with --raw-output0 option").into());
                }
                self.text.push_str(text);
            }
            value => print::write(&mut self.text, value, &self.options.style),
        }
        self.text.push_str(self.options.end);
        self.out.put(self.text.as_bytes());
        if self.options.unbuffered {
            self.out.send();
        }
        self.last = Some(value.is_true());
        Ok(())
    }
}

fn run(options: &Options) -> i32 {
    let names: Vec<String> = options.variables.iter().map(|(name, _)| name.clone()).collect();
    let used = RefCell::new(Vec::new());
    let known = |name: &str, count: usize| {
        let found = prelude::find(name, count);
        used.borrow_mut().extend(found);
        found
    };
    let modules = modules::Modules { paths: options.library.clone() };
    let program = match parse::program(&options.program, &names, &known, &modules) {
        Ok(program) => Box::leak(Box::new(program)),
        Err(messages) => {
            messages.iter().for_each(|message| eprintln!("jq: error: {message}"));
            let count = messages.len();
            eprintln!("jq: {count} compile {}", if count == 1 { "error" } else { "errors" });
            return 3;
        }
    };
    let prelude = Box::leak(prelude::load(&used.borrow()).into_boxed_slice());
    let interp = Interp::new(prelude, Inputs::new(options.mode, options.files.clone()));
    let values: Vec<Value> = options.variables.iter().map(|(_, value)| value.clone()).collect();
    let env = eval::bind(&None, &values);
    let printer = RefCell::new(Printer { out: Output::new("jq", 2), options, text: String::new(), last: None });
    let mut status = 0;
    loop {
        let input = match options.null_input {
            true => Value::Null,
            false => match interp.inputs.next() {
                Ok(Some(value)) => value,
                Ok(None) => break,
                Err(message) => {
                    printer.borrow_mut().out.send();
                    eprintln!("jq: parse error: {}", format::text(&message));
                    status = ERROR;
                    break;
                }
            },
        };
        let flow = interp.each(program, &env, input, &mut |value| printer.borrow_mut().put(&value));
        if let Err(stop) = flow {
            printer.borrow_mut().out.send();
            match report(stop, &interp) {
                Ok(code) => status = code,
                Err(code) => {
                    drop(printer);
                    return code;
                }
            }
        }
        if options.null_input {
            break;
        }
    }
    let last = printer.into_inner().last;
    if interp.inputs.failed() {
        return 2;
    }
    match (options.exit_status, status, last) {
        (true, 0, Some(true)) => 0,
        (true, 0, Some(false)) => 1,
        (true, 0, None) => 4,
        _ => status,
    }
}

/// Says what a program ended with. An error is the status to end with at once.
fn report(stop: Stop, interp: &Interp) -> Result<i32, i32> {
    match stop {
        Stop::Halt(status) => return Err(status),
        Stop::Error(Value::String(text)) => eprintln!("jq: error (at {}): {text}", interp.inputs.place()),
        Stop::Error(value) => eprintln!("jq: error (at {}) (not a string): {}", interp.inputs.place(), print::compact(&value)),
        Stop::Break(_) | Stop::Through => eprintln!("jq: error (at {}): break", interp.inputs.place()),
    }
    Ok(ERROR)
}
