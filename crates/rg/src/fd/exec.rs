//! Commands run on what is found: `-x` for each, `-X` for all at once.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::complain;
use super::options::Options;

pub struct Runner {
    each: Vec<Vec<String>>,
    batch: Vec<Vec<String>>,
    found: Vec<PathBuf>,
    failed: bool,
}

impl Runner {
    /// None when there is nothing to run.
    pub fn new(options: &Options) -> Option<Runner> {
        let mut batch = options.exec_batch.clone();
        if options.list_details {
            batch.push(["ls", "-l", "-h", "-d", "--color=never"].map(String::from).to_vec());
        }
        if options.exec.is_empty() && batch.is_empty() {
            return None;
        }
        Some(Runner { each: options.exec.clone(), batch, found: Vec::new(), failed: false })
    }

    pub fn found(&mut self, path: PathBuf) {
        for words in &self.each {
            // The first command that fails keeps the others from running on this path.
            if !run(&arguments(words, std::slice::from_ref(&path))) {
                self.failed = true;
                break;
            }
        }
        if !self.batch.is_empty() {
            self.found.push(path);
        }
    }

    /// Runs what waited for all results; whether anything failed.
    pub fn finish(self, options: &Options) -> bool {
        let mut failed = self.failed;
        let size = if options.batch_size == 0 { self.found.len().max(1) } else { options.batch_size };
        for words in &self.batch {
            for paths in self.found.chunks(size) {
                failed |= !run(&arguments(words, paths));
            }
        }
        failed
    }
}

fn run(words: &[OsString]) -> bool {
    match Command::new(&words[0]).args(&words[1..]).status() {
        Ok(status) => status.success(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            complain(&format!("Command not found: {}", words[0].to_string_lossy()));
            false
        }
        Err(error) => {
            complain(&format!("Problem while executing command: {}", crate::messages::io_error(&error)));
            false
        }
    }
}

/// The command with each placeholder filled in, a word with one repeated for every path; paths go last without any.
fn arguments(words: &[String], paths: &[PathBuf]) -> Vec<OsString> {
    let mut out = Vec::new();
    let mut placed = false;
    for word in words {
        if has_placeholder(word) {
            placed = true;
            out.extend(paths.iter().map(|path| fill(word, path)));
        } else {
            out.push(OsString::from(word));
        }
    }
    if !placed {
        out.extend(paths.iter().map(|path| path.clone().into_os_string()));
    }
    out
}

const PLACEHOLDERS: [&str; 5] = ["{}", "{/}", "{//}", "{.}", "{/.}"];

fn has_placeholder(word: &str) -> bool {
    PLACEHOLDERS.iter().any(|placeholder| word.contains(placeholder))
}

fn fill(word: &str, path: &Path) -> OsString {
    let mut out = OsString::new();
    let mut rest = word;
    while let Some((at, placeholder)) = PLACEHOLDERS.iter().filter_map(|p| rest.find(p).map(|at| (at, *p))).min() {
        out.push(&rest[..at]);
        out.push(part(placeholder, path));
        rest = &rest[at + placeholder.len()..];
    }
    out.push(rest);
    out
}

fn part(placeholder: &str, path: &Path) -> OsString {
    let name = path.file_name().unwrap_or_else(|| path.as_os_str());
    match placeholder {
        "{/}" => name.to_os_string(),
        "{//}" => match path.parent().map(Path::as_os_str) {
            None => path.as_os_str().to_os_string(),
            Some(parent) if parent.is_empty() => OsStr::new(".").to_os_string(),
            Some(parent) => parent.to_os_string(),
        },
        "{.}" => path.strip_prefix("./").unwrap_or(path).with_extension("").into_os_string(),
        "{/.}" => path.file_stem().unwrap_or(name).to_os_string(),
        _ => path.as_os_str().to_os_string(),
    }
}
