//! patch, compatible with GNU's.

#![forbid(unsafe_code)]

mod apply;
mod files;
mod options;
mod parse;
mod reject;

/// Only uses of the name link the system layer.
#[cfg(target_family = "wasm")]
use shadowbox_rt as _;

use std::fs;
use std::io::{Read, Write};

use apply::{apply, reversed, Applied, Outcome};
use files::{choose, Target};
use options::Options;
use parse::{Change, Parser};

fn main() {
    let options = options::read();
    let mut text = Vec::new();
    let read = match options.input.as_deref() {
        Some(name) if name != b"-" => fs::File::open(cli::path(name)).and_then(|mut file| file.read_to_end(&mut text)),
        _ => std::io::stdin().read_to_end(&mut text),
    };
    if let Err(error) = read {
        let name = options.input.as_deref().map(cli::show).unwrap_or_default();
        fatal(&format!("Can't open patch file {name} : {}", cli::reason(&error)));
    }
    if let Some(folder) = &options.folder {
        if let Err(error) = std::env::set_current_dir(cli::path(folder)) {
            fatal(&format!("Can't change to directory {} : {}", cli::show(folder), cli::reason(&error)));
        }
    }
    let mut session = Session { options, status: 0, output: None };
    session.run(&text);
    std::process::exit(session.status)
}

/// Status after trouble.
const TROUBLE: i32 = 2;

pub fn fatal(message: &str) -> ! {
    println!("patch: **** {message}");
    std::process::exit(TROUBLE)
}

pub struct Session {
    options: Options,
    status: i32,
    /// What `-o` collects.
    output: Option<Vec<u8>>,
}

fn say(text: &str) {
    let mut out = std::io::stdout();
    // Nobody may be left to read it; the work goes on.
    let _ = out.write_all(text.as_bytes());
}

impl Session {
    fn say(&self, text: &str) {
        if !self.options.silent {
            say(text);
        }
    }

    fn run(&mut self, text: &[u8]) {
        let mut parser = Parser::new(text);
        let mut any = false;
        loop {
            match parser.next() {
                Ok(Some(change)) => {
                    any = true;
                    self.change(change);
                }
                Ok(None) => break,
                Err(parse::Malformed(line, text)) => {
                    self.finish();
                    fatal(&format!("malformed patch at line {line}: {}", String::from_utf8_lossy(&text)));
                }
            }
        }
        if !any && !text.is_empty() {
            fatal("Only garbage was found in the patch input.");
        }
        self.finish();
    }

    fn finish(&mut self) {
        if let (Some(output), Some(name)) = (self.output.take(), &self.options.output) {
            let written = if name == b"-" { std::io::stdout().write_all(&output) } else { fs::write(cli::path(name), &output) };
            if let Err(error) = written {
                fatal(&format!("Can't create file {} : {}", cli::show(name), cli::reason(&error)));
            }
        }
    }

    fn change(&mut self, mut change: Change) {
        if self.options.reverse {
            change = flipped(change);
        }
        let Some(target) = choose(&change, &self.options) else {
            return self.nowhere(&change);
        };
        let name = cli::show(&target.name);
        let verb = if self.options.dry_run { "checking" } else { "patching" };
        let shown = if name.contains([' ', '\'', '"', '$', '*', '?', '\\', '\n']) { format!("'{}'", name.replace('\'', "'\\''")) } else { name.clone() };
        if !target.regular {
            self.say(&format!("File {shown} is not a regular file -- refusing to patch\n"));
            return self.ignored(&change, &target);
        }
        let renamed = change.renamed.as_ref().map(|(_, new)| files::renamed(new, &self.options));
        if renamed.as_ref().is_some_and(|name| !files::safe(name)) {
            return self.ignored(&change, &target);
        }
        let to = match &self.options.output {
            Some(output) if output != b"-" => format!("{} (read from {shown})", cli::show(output)),
            Some(_) => format!("- (read from {shown})"),
            None => match &renamed {
                Some(new) => format!("{} (renamed from {shown})", cli::show(new)),
                None => shown.clone(),
            },
        };
        if self.options.output.as_deref() != Some(b"-") {
            self.say(&format!("{verb} file {to}\n"));
        }
        let text = target.text.clone().unwrap_or_default();
        if change.hunks.first().is_some_and(|hunk| hunk.old_start == 0 && hunk.count(b'-') == 0) && !text.is_empty() && self.options.reverse_state() != options::Answer::Apply {
            let back: Vec<_> = change.hunks.iter().map(reversed).collect();
            if matches!(apply(&text, &back, 0, false).outcomes[..], [Outcome::Done { .. }, ..]) || target.text.is_some() {
                return self.detected(change, target, true);
            }
        }
        let applied = apply(&text, &change.hunks, self.options.fuzz, self.options.loose);
        let failed_first = matches!(applied.outcomes.first(), Some(Outcome::Failed { .. }));
        if failed_first && self.options.reverse_state() != options::Answer::Apply {
            let back: Vec<_> = change.hunks.iter().map(reversed).collect();
            if matches!(apply(&text, &back[..1], 0, self.options.loose).outcomes[..], [Outcome::Done { .. }]) {
                return self.detected(change, target, false);
            }
        }
        self.store(&change, &target, applied, renamed);
    }

    /// The patch looks as if it were applied already, or the wrong way round.
    fn detected(&mut self, change: Change, target: Target, exists: bool) {
        let what = match (self.options.reverse, exists) {
            (true, _) => "Unreversed patch detected!".to_string(),
            (false, true) => format!("The next patch would create the file {},\nwhich already exists!", cli::show(&target.name)),
            (false, false) => "Reversed (or previously applied) patch detected!".to_string(),
        };
        match self.options.reverse_state() {
            options::Answer::Skip => {
                self.say(&format!("{what}  Skipping patch.\n"));
                self.ignored(&change, &target);
            }
            options::Answer::Turn if !exists => {
                let word = if self.options.reverse { "Ignoring" } else { "Assuming" };
                self.say(&format!("{what}  {word} -R.\n"));
                let change = flipped(change);
                let applied = apply(target.text.as_deref().unwrap_or_default(), &change.hunks, self.options.fuzz, self.options.loose);
                self.store(&change, &target, applied, None);
            }
            _ => {
                let word = if self.options.reverse { "Ignore" } else { "Assume" };
                self.say(&format!("{what}  {word} -R? [n] \nApply anyway? [n] \nSkipping patch.\n"));
                self.ignored(&change, &target);
            }
        }
    }

    fn ignored(&mut self, change: &Change, target: &Target) {
        let count = change.hunks.len();
        let rejects = self.rejects(&target.name);
        let saving = if self.options.dry_run { String::new() } else { format!(" -- saving rejects to file {}", cli::show(&rejects)) };
        self.say(&format!("{count} out of {count} hunk{} ignored{saving}\n", if count == 1 { "" } else { "s" }));
        if !self.options.dry_run {
            self.write(&rejects, &reject::text(change, &change.hunks));
        }
        self.status = self.status.max(1);
    }

    fn nowhere(&mut self, change: &Change) {
        let perhaps = if self.options.strip.is_some() { "used the wrong" } else { "should have used the" };
        self.say(&format!("can't find file to patch at input line 3\nPerhaps you {perhaps} -p or --strip option?\nThe text leading up to this was:\n--------------------------\n"));
        for (mark, name) in [("---", &change.old), ("+++", &change.new)] {
            if let Some(name) = name {
                self.say(&format!("|{mark} {}{}\n", cli::show(&name.name), String::from_utf8_lossy(&name.stamp)));
            }
        }
        let count = change.hunks.len();
        self.say(&format!("--------------------------\nFile to patch: \nSkip this patch? [y] \nSkipping patch.\n{count} out of {count} hunk{} ignored\n", if count == 1 { "" } else { "s" }));
        self.status = self.status.max(1);
    }

    fn rejects(&self, name: &[u8]) -> Vec<u8> {
        self.options.rejects.clone().unwrap_or_else(|| [name, b".rej"].concat())
    }

    fn write(&mut self, name: &[u8], text: &[u8]) {
        if let Err(error) = fs::write(cli::path(name), text) {
            fatal(&format!("Can't create file {} : {}", cli::show(name), cli::reason(&error)));
        }
    }

    fn report(&self, outcomes: &[Outcome]) -> (Vec<usize>, bool) {
        let (mut failed, mut inexact) = (Vec::new(), false);
        for (index, outcome) in outcomes.iter().enumerate() {
            let number = index + 1;
            match outcome {
                Outcome::Failed { line } => {
                    failed.push(index);
                    self.say(&format!("Hunk #{number} FAILED at {line}.\n"));
                }
                Outcome::Done { line, fuzz, offset } if *fuzz > 0 || *offset != 0 || self.options.verbose => {
                    inexact |= *fuzz > 0 || *offset != 0;
                    let fuzz = if *fuzz > 0 { format!(" with fuzz {fuzz}") } else { String::new() };
                    let offset = match offset {
                        0 => String::new(),
                        offset => format!(" (offset {offset} line{})", if *offset == 1 { "" } else { "s" }),
                    };
                    self.say(&format!("Hunk #{number} succeeded at {line}{fuzz}{offset}.\n"));
                }
                Outcome::Done { .. } => {}
            }
        }
        (failed, inexact)
    }

    fn store(&mut self, change: &Change, target: &Target, applied: Applied, renamed: Option<Vec<u8>>) {
        let (failed, inexact) = self.report(&applied.outcomes);
        let count = applied.outcomes.len();
        if !failed.is_empty() {
            self.status = self.status.max(1);
            let rejects = self.rejects(&target.name);
            let saving = if self.options.dry_run { String::new() } else { format!(" -- saving rejects to file {}", cli::show(&rejects)) };
            self.say(&format!("{} out of {count} hunk{} FAILED{saving}\n", failed.len(), if count == 1 { "" } else { "s" }));
            if !self.options.dry_run && rejects != b"-" {
                let hunks: Vec<_> = failed.iter().map(|index| change.hunks[*index].clone()).collect();
                self.write(&rejects, &reject::text(change, &hunks));
            }
        }
        if self.options.dry_run {
            return;
        }
        if self.options.output.is_some() {
            self.output.get_or_insert_with(Vec::new).extend_from_slice(&applied.text);
            return;
        }
        if failed.len() == count && count > 0 {
            if self.options.backup || self.options.backup_if_mismatch {
                self.keep(target);
            }
            return;
        }
        let mismatch = (inexact || !failed.is_empty()) && self.options.backup_if_mismatch;
        if self.options.backup || mismatch {
            self.keep(target);
        }
        let gone = change.new.as_ref().is_some_and(|new| new.epoch) || self.options.remove_empty;
        let done = if applied.text.is_empty() && gone && failed.is_empty() {
            files::remove(&target.name)
        } else {
            let name = renamed.as_deref().unwrap_or(&target.name);
            files::replace(name, &applied.text, target, change.mode).and_then(|()| match &renamed {
                Some(new) if *new != target.name => fs::remove_file(cli::path(&target.name)),
                _ => Ok(()),
            })
        };
        if let Err(error) = done {
            fatal(&format!("Can't create file {} : {}", cli::show(&target.name), cli::reason(&error)));
        }
    }

    fn keep(&mut self, target: &Target) {
        let name = [&target.name[..], &self.options.suffix].concat();
        // An empty file stands for one that was not there.
        self.write(&name, target.text.as_deref().unwrap_or_default());
    }
}

fn flipped(change: Change) -> Change {
    let hunks = change.hunks.iter().map(reversed).collect();
    let renamed = change.renamed.map(|(from, to)| (to, from));
    Change { old: change.new, new: change.old, hunks, renamed, ..change }
}
