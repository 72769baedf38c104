//! `sed`, as GNU's, without the `e` command.

#![forbid(unsafe_code)]

mod command;
mod escape;
mod execute;
mod help;
mod in_place;
mod input;
mod list;
mod options;
mod output;
mod parse;
mod parse_regex;
mod source;
mod substitute;

#[cfg(target_family = "wasm")]
use shadowbox_rt as _;

use std::io::Write;
use std::process::exit;

use options::{Options, Parsed};
use source::Source;

/// The exit statuses of GNU sed.
const BAD_USAGE: i32 = 1;
const PANIC: i32 = 4;

fn main() {
    let args = std::env::args_os().skip(1).map(|a| a.into_encoded_bytes()).collect();
    let posix = std::env::var_os("POSIXLY_CORRECT").is_some();
    match options::parse(args, posix) {
        Parsed::Run { options, sources, files } => exit(run(options, sources, files)),
        Parsed::Help => {
            print(&help::usage());
            exit(0)
        }
        Parsed::Version => {
            print(help::VERSION);
            exit(0)
        }
        Parsed::Usage(message) => {
            if !message.is_empty() {
                eprintln!("sed: {message}");
            }
            eprint!("{}", help::usage());
            exit(BAD_USAGE)
        }
        Parsed::Fail(message) => fail(&message, PANIC),
    }
}

fn print(text: &str) {
    // A reader that went away wants no help text.
    let _ = std::io::stdout().write_all(text.as_bytes());
}

fn fail(message: &str, status: i32) -> ! {
    eprintln!("sed: {message}");
    exit(status)
}

fn run(options: Options, sources: Vec<Source>, files: Vec<Vec<u8>>) -> i32 {
    let script = match parse::parse(sources, &options) {
        Ok(script) => script,
        Err(error) => fail(&error.to_string(), error.status),
    };
    let mut executor = match execute::Executor::new(&script, &options, files) {
        Ok(executor) => executor,
        Err(message) => fail(&message, PANIC),
    };
    match executor.run() {
        Ok(status) => status,
        Err(message) => {
            executor.give_up();
            let script_error = message.starts_with("-e expression");
            fail(&message, if script_error { BAD_USAGE } else { PANIC })
        }
    }
}
