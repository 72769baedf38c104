//! rg: searches files line by line, as ripgrep does when its output is no terminal (and mostly as it does when it is).

mod matcher;
mod options;
mod perl;
mod report;
mod search;
mod walk;

use options::{Mode, Options};

/// The program's exit status: 0 something matched, 1 nothing did, 2 there was an error.
pub fn main() -> i32 {
    let options = match options::read(cli::args()) {
        Ok(options) => options,
        Err(message) => cli::fail("rg", 2, &message),
    };
    let done = match options.mode {
        Mode::Help => cli::print_and_exit(options::HELP),
        Mode::Version => cli::print_and_exit("ripgrep 13.0.0 (Shadowbox; on ripgrep's crates)\n"),
        Mode::TypeList => walk::list_types(&options),
        Mode::Files => walk::list_files(&options),
        _ => search::run(&options),
    };
    match done {
        Ok(outcome) => outcome.status(options.quiet),
        Err(message) => {
            eprintln!("{message}");
            2
        }
    }
}

/// What came of the whole run.
#[derive(Default)]
pub struct Outcome {
    matched: bool,
    failed: bool,
}

impl Outcome {
    fn status(&self, quiet: bool) -> i32 {
        match (self.matched, self.failed) {
            (true, failed) if quiet || !failed => 0,
            (_, true) => 2,
            _ => 1,
        }
    }
}

/// Where messages about single files go; `--no-messages` silences them, and they count as failure either way.
fn complain(options: &Options, outcome: &mut Outcome, message: &str) {
    outcome.failed = true;
    if !options.no_messages {
        eprintln!("{message}");
    }
}
