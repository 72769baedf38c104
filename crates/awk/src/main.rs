//! `awk`, with gawk's extensions.

#![forbid(unsafe_code)]

mod array;
mod ast;
mod builtin;
mod eval;
mod exec;
mod functions;
mod input;
mod interp;
mod io;
mod lex;
mod number;
mod options;
mod order;
mod parse;
mod parse_expr;
mod printf;
mod record;
mod run;
mod sort;
mod strings;
mod text;
mod time;
mod value;

#[cfg(target_family = "wasm")]
use shadowbox_rt as _;

use std::process::exit;

use array::number_key;
use ast::Program;
use interp::{given, Interp, Stop};
use options::{Options, Parsed};
use value::Value;

fn main() {
    #[cfg(target_family = "wasm")]
    start();
    #[cfg(not(target_family = "wasm"))]
    {
        // Deep recursion of awk functions takes stack.
        let thread = std::thread::Builder::new().stack_size(256 << 20).spawn(start);
        if let Ok(thread) = thread {
            let _ = thread.join();
        }
    }
}

fn start() {
    let mut args = std::env::args_os().map(|a| a.into_encoded_bytes());
    let argv0 = args.next().unwrap_or_default();
    let name = text::show(argv0.rsplit(|b| *b == b'/').next().unwrap_or(b"awk"));
    match options::parse(args.collect(), &name) {
        Parsed::Run(options) => exit(run(options, &name)),
        Parsed::Print(text) => {
            print!("{text}");
            exit(0)
        }
        Parsed::Fail { message, status } => {
            eprint!("{message}");
            exit(status)
        }
    }
}

fn run(options: Options, name: &str) -> i32 {
    let mut program = Program::default();
    let mut warn = |warning: String| eprintln!("{name}: {warning}");
    if let Err(message) = parse::parse(&options.sources, &mut program, &mut warn) {
        let status = if message.contains(": fatal: ") { 2 } else { 1 };
        for line in message.lines() {
            eprintln!("{name}: {line}");
        }
        return status;
    }
    for (variable, _) in &options.variables {
        if program.functions.iter().any(|f| f.name == *variable) {
            eprintln!("{name}: fatal: cannot use function name `{variable}' as variable name");
            return 2;
        }
    }
    let mut interp = Interp::new(&program, name, &options.sources[0].name);
    if let Err(Stop::Fatal(message)) = prepare(&mut interp, &options, name) {
        eprintln!("{name}: fatal: {message}");
        return 2;
    }
    let status = interp.run();
    // The process ends here: nobody needs the memory back piece by piece.
    std::mem::forget(interp);
    status
}

/// Fills the variables that a program finds set.
fn prepare(interp: &mut Interp, options: &Options, name: &str) -> interp::Res<()> {
    let argv = interp.global_array(given::ARGV);
    argv.borrow_mut().set(b"0", Value::str(name.as_bytes()));
    for (index, operand) in options.operands.iter().enumerate() {
        argv.borrow_mut().set(&number_key(index + 1), Value::Input(text::Text::new(operand)));
    }
    interp.globals[given::ARGC] = Value::Num((options.operands.len() + 1) as f64);
    let environ = interp.global_array(given::ENVIRON);
    for (key, value) in std::env::vars_os() {
        environ.borrow_mut().set(&key.into_encoded_bytes(), Value::Input(text::Text::from(value.into_encoded_bytes())));
    }
    let info = interp.global_array(given::PROCINFO);
    for (key, value) in [("version", "5.2.1"), ("platform", "posix"), ("FS", "FS"), ("strftime", "%a %b %e %H:%M:%S %Z %Y")] {
        info.borrow_mut().set(key.as_bytes(), Value::str(value.as_bytes()));
    }
    if cfg!(unix) {
        info.borrow_mut().set(b"pid", Value::Num(f64::from(std::process::id())));
    }
    interp.globals[given::RSTART] = Value::Num(0.0);
    interp.globals[given::RLENGTH] = Value::Num(-1.0);
    for (variable, value) in &options.variables {
        interp.assign_text(variable, value)?;
    }
    Ok(())
}
