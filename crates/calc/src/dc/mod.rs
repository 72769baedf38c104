//! dc, as GNU's 1.4.

mod arithmetic;
mod command;
mod machine;

use std::fs;

use cli::{Item, Order};
use machine::{Machine, Source};

const VERSION: &str = "dc (Shadowbox; compatible with GNU bc) 1.4.1\n";
const USAGE: &str = "Usage: dc [OPTION] [file ...]
  -e, --expression=EXPR    evaluate expression
  -f, --file=FILE          evaluate contents of file
  -h, --help               display this help and exit
  -V, --version            output version information and exit
";

/// Status after `q` in a file or standard input.
const QUIT: i32 = 1;

pub fn main() -> i32 {
    let items = cli::parse(cli::args(), &["e|expression=", "f|file=", "h|help", "V|version"], Order::Permute).unwrap_or_else(|message| {
        eprint!("dc: {message}\n{USAGE}");
        std::process::exit(1)
    });
    let mut machine = Machine::new();
    let mut files = Vec::new();
    let mut evaluated = false;
    for item in items {
        match item {
            Item::Operand(file) => files.push(file),
            Item::Option("e", Some(text)) => {
                // `q` ends the expression only.
                machine.run(Source::Text(text.into(), 0));
                evaluated = true;
            }
            Item::Option("f", Some(file)) => {
                evaluated = true;
                if !run_file(&mut machine, &file) {
                    return QUIT;
                }
            }
            Item::Option("V", _) => cli::print_and_exit(VERSION),
            Item::Option(..) => cli::print_and_exit(USAGE),
        }
    }
    if !evaluated && files.is_empty() {
        files.push(b"-".to_vec());
    }
    let all = files.iter().all(|file| run_file(&mut machine, file));
    if all { 0 } else { QUIT }
}

/// False if the file said `q`.
fn run_file(machine: &mut Machine, name: &[u8]) -> bool {
    if name == b"-" {
        return machine.run(Source::Stdin);
    }
    let path = cli::path(name);
    if path.is_dir() {
        machine.complain(&format!("Will not attempt to process directory {}", cli::show(name)));
        return true;
    }
    match fs::read(path) {
        Ok(text) => machine.run(Source::Text(text.into(), 0)),
        Err(_) => {
            machine.complain(&format!("Could not open file {}", cli::show(name)));
            true
        }
    }
}
