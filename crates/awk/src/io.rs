//! Files, pipes and commands that a program opens by name.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

#[cfg(unix)]
use std::os::unix::ffi::OsStrExt;
#[cfg(target_os = "wasi")]
use std::os::wasi::ffi::OsStrExt;

use crate::ast::RedirectKind;
use crate::input::Reader;
use crate::text::{show, Text};

pub fn os(name: &[u8]) -> &OsStr {
    OsStr::from_bytes(name)
}

pub fn path(name: &[u8]) -> &Path {
    Path::new(os(name))
}

/// An error in the system's words, without Rust's number.
pub fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error") {
        Some(at) => text[..at].to_string(),
        None => text,
    }
}

const CHUNK: usize = 1 << 16;

/// Collects output into big writes.
pub struct Out {
    to: Box<dyn Write>,
    pub buffer: Vec<u8>,
    unbuffered: bool,
    /// Why a write failed that nobody was told of yet.
    failed: Option<io::Error>,
}

impl Out {
    pub fn new(to: Box<dyn Write>, unbuffered: bool) -> Out {
        Out { to, buffer: Vec::new(), unbuffered, failed: None }
    }

    /// To be called after something was appended to the buffer.
    pub fn written(&mut self) -> io::Result<()> {
        if self.unbuffered || self.buffer.len() >= CHUNK { self.flush() } else { Ok(()) }
    }

    /// Writes what there is; also an error of before, if [`Out::settle`] met one.
    pub fn flush(&mut self) -> io::Result<()> {
        let before = self.failed.take().map_or(Ok(()), Err);
        if self.buffer.is_empty() {
            return before;
        }
        let result = self.to.write_all(&self.buffer).and_then(|()| self.to.flush());
        self.buffer.clear();
        before.and(result)
    }

    /// Flushes, and keeps an error for whoever asks next.
    fn settle(&mut self) {
        self.failed = self.flush().err();
    }
}

/// How the output of a program failed at its end.
pub enum Loss {
    /// What went to standard output by itself.
    Standard(String),
    /// What a redirection wrote.
    Named(String),
}

enum Writer {
    File(Out),
    Command(Out, Child),
}

struct Coprocess {
    child: Child,
    input: Option<Out>,
    output: Option<Reader>,
}

enum Source {
    File(Reader),
    Command(Reader, Child),
}

pub struct Io {
    pub stdout: Out,
    /// A redirection has written to it.
    stdout_named: bool,
    writers: HashMap<Text, Writer>,
    readers: HashMap<Text, Source>,
    coprocesses: HashMap<Text, Coprocess>,
}

impl Io {
    pub fn new() -> Io {
        let stdout = Out::new(Box::new(io::stdout()), false);
        Io { stdout, stdout_named: false, writers: HashMap::new(), readers: HashMap::new(), coprocesses: HashMap::new() }
    }

    /// Where a redirection writes, opened at first use.
    pub fn writer(&mut self, kind: RedirectKind, name: &Text) -> Result<&mut Out, String> {
        if kind == RedirectKind::Coprocess {
            return self.coprocess(name)?.input.as_mut().ok_or_else(|| format!("write to closed end of `{}'", show(name)));
        }
        if matches!(&name[..], b"/dev/stdout" | b"-") && kind != RedirectKind::Pipe {
            self.stdout_named = true;
            return Ok(&mut self.stdout);
        }
        if !self.writers.contains_key(name) {
            let writer = match kind {
                RedirectKind::Pipe => {
                    self.flush_all();
                    let mut child = shell(name).stdin(Stdio::piped()).spawn().map_err(|e| cannot_pipe(name, &e))?;
                    let input = child.stdin.take().ok_or_else(|| format!("cannot open pipe `{}' for output", show(name)))?;
                    Writer::Command(Out::new(Box::new(input), false), child)
                }
                _ => Writer::File(open_output(name, kind == RedirectKind::Append)?),
            };
            self.writers.insert(name.clone(), writer);
        }
        match self.writers.get_mut(name) {
            Some(Writer::File(out) | Writer::Command(out, _)) => Ok(out),
            None => Err("output is closed".into()),
        }
    }

    fn coprocess(&mut self, name: &Text) -> Result<&mut Coprocess, String> {
        if !self.coprocesses.contains_key(name) {
            self.flush_all();
            let mut child = shell(name).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(|e| cannot_pipe(name, &e))?;
            let input = child.stdin.take().map(|to| Out::new(Box::new(to), false));
            let output = child.stdout.take().map(|from| Reader::new(Box::new(from)));
            self.coprocesses.insert(name.clone(), Coprocess { child, input, output });
        }
        self.coprocesses.get_mut(name).ok_or_else(|| "coprocess is closed".into())
    }

    pub fn file_reader(&mut self, name: &Text) -> io::Result<&mut Reader> {
        if !self.readers.contains_key(name) {
            let reader = match &name[..] {
                b"-" | b"/dev/stdin" => Reader::new(Box::new(io::stdin())),
                _ => Reader::new(Box::new(File::open(path(name))?)),
            };
            self.readers.insert(name.clone(), Source::File(reader));
        }
        self.reader(name)
    }

    pub fn command_reader(&mut self, name: &Text) -> io::Result<&mut Reader> {
        if !self.readers.contains_key(name) {
            self.flush_all();
            let mut child = shell(name).stdout(Stdio::piped()).spawn()?;
            let output = child.stdout.take().ok_or_else(|| io::Error::other("no pipe"))?;
            self.readers.insert(name.clone(), Source::Command(Reader::new(Box::new(output)), child));
        }
        self.reader(name)
    }

    fn reader(&mut self, name: &Text) -> io::Result<&mut Reader> {
        match self.readers.get_mut(name) {
            Some(Source::File(reader) | Source::Command(reader, _)) => Ok(reader),
            None => Err(io::Error::other("input is closed")),
        }
    }

    pub fn coprocess_reader(&mut self, name: &Text) -> Result<&mut Reader, String> {
        let coprocess = self.coprocess(name)?;
        if let Some(input) = &mut coprocess.input {
            // The other side may be gone; then there is what it wrote before.
            let _ = input.flush();
        }
        coprocess.output.as_mut().ok_or_else(|| format!("read from closed end of `{}'", show(name)))
    }

    /// Closes everything of that name; the result is close()'s, -1 where nothing was open. Fails if a file was not written whole.
    pub fn close(&mut self, name: &Text, end: Option<&[u8]>) -> Result<f64, String> {
        let mut status = -1.0;
        if let Some(source) = self.readers.remove(name) {
            status = match source {
                Source::File(_) => 0.0,
                Source::Command(reader, mut child) => {
                    drop(reader);
                    child.wait().map_or(-1.0, code)
                }
            };
        }
        if let Some(writer) = self.writers.remove(name) {
            status = match writer {
                Writer::File(mut out) => out.flush().map(|()| 0.0).map_err(|e| not_written(name, &e))?,
                Writer::Command(mut out, mut child) => {
                    let _ = out.flush();
                    drop(out);
                    self.flush_all();
                    child.wait().map_or(-1.0, code)
                }
            };
        }
        if let Some(mut coprocess) = self.coprocesses.remove(name) {
            if end != Some(b"from") {
                if let Some(mut input) = coprocess.input.take() {
                    let _ = input.flush();
                }
            }
            if end == Some(b"to") {
                self.coprocesses.insert(name.clone(), coprocess);
                return Ok(0.0);
            }
            drop((coprocess.input.take(), coprocess.output.take()));
            status = coprocess.child.wait().map_or(-1.0, code);
        }
        Ok(status)
    }

    /// fflush() of one file or command.
    pub fn flush(&mut self, name: &Text) -> Result<f64, String> {
        let (out, what) = match self.writers.get_mut(name) {
            Some(Writer::File(out)) => (out, "file"),
            Some(Writer::Command(out, _)) => (out, "pipe"),
            None => return Ok(-1.0),
        };
        let failed = |e: &io::Error| format!("fflush: cannot flush {what} `{}': {}", show(name), reason(e));
        match out.flush() {
            Err(error) if !is_broken(&error) => Err(failed(&error)),
            result => Ok(result.map_or(-1.0, |()| 0.0)),
        }
    }

    /// fflush() of all output.
    pub fn flush_each(&mut self) -> Result<(), String> {
        self.flush_all();
        self.stdout.flush().map_err(|e| format!("fflush: cannot flush standard output: {}", reason(&e)))?;
        for (name, writer) in &mut self.writers {
            let (Writer::File(out) | Writer::Command(out, _)) = writer;
            match out.flush() {
                Err(error) if !is_broken(&error) => return Err(format!("file flush of `{}' failed: {}", show(name), reason(&error))),
                _ => {}
            }
        }
        Ok(())
    }

    /// Flushes all output; what fails is told later. Whoever reads standard output may be gone: then the program ends as by SIGPIPE.
    pub fn flush_all(&mut self) {
        self.stdout.settle();
        if self.stdout.failed.as_ref().is_some_and(is_broken) {
            std::process::exit(141);
        }
        for writer in self.writers.values_mut() {
            let (Writer::File(out) | Writer::Command(out, _)) = writer;
            out.settle();
        }
    }

    /// Closes all, whatever fails, and answers what did first.
    pub fn close_all(&mut self) -> Result<(), Loss> {
        self.flush_all();
        let standard = self.stdout.flush();
        let names: Vec<Text> = self.writers.keys().chain(self.readers.keys()).chain(self.coprocesses.keys()).cloned().collect();
        let mut first = Ok(());
        for name in names {
            let closed = self.close(&name, None);
            first = first.and(closed.map(drop));
        }
        first.map_err(Loss::Named)?;
        standard.map_err(|error| match self.stdout_named {
            true => Loss::Named(not_written(b"/dev/stdout", &error)),
            false => Loss::Standard(reason(&error)),
        })
    }

    pub fn system(&mut self, command: &Text) -> f64 {
        self.flush_all();
        match shell(command).status() {
            Ok(status) => code(status),
            Err(_) => 127.0,
        }
    }
}

fn is_broken(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}

fn not_written(name: &[u8], error: &io::Error) -> String {
    format!("flush to \"{}\" failed: {}", show(name), reason(error))
}

fn shell(command: &[u8]) -> Command {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(os(command));
    shell
}

fn cannot_pipe(name: &[u8], error: &io::Error) -> String {
    format!("cannot open pipe `{}' for output: {}", show(name), reason(error))
}

fn open_output(name: &[u8], append: bool) -> Result<Out, String> {
    if name == b"/dev/stderr" {
        return Ok(Out::new(Box::new(io::stderr()), true));
    }
    let mut options = File::options();
    options.create(true);
    if append { options.append(true) } else { options.write(true).truncate(true) };
    match options.open(path(name)) {
        Ok(file) => Ok(Out::new(Box::new(file), false)),
        Err(error) => Err(format!("cannot redirect to `{}': {}", show(name), reason(&error))),
    }
}

/// An exit status; death by a signal counts from 256.
fn code(status: ExitStatus) -> f64 {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return f64::from(256 + signal);
    }
    f64::from(status.code().unwrap_or(255))
}
