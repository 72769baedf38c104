//! The shell: statements and dot-commands from files, standard input and arguments.

use std::fs::File;
use std::io::{BufRead, IsTerminal, Write};

use crate::db::{is_complete, Db, Failure, Statement, Value};
use crate::render::{Mode, Style};
use crate::{dot, plan};

/// Where results go.
pub enum Target {
    Stdout,
    Discard,
    File(String, File),
}

pub struct Shell {
    pub db: Db,
    pub file: Vec<u8>,
    pub style: Style,
    /// Headers were asked for or refused: a mode then does not choose.
    pub headers_set: bool,
    pub echo: bool,
    pub bail: bool,
    pub changes: bool,
    pub timer: bool,
    /// Whether queries are explained before they run.
    pub plans: bool,
    pub interactive: bool,
    pub prompts: (String, String),
    out: cli::Output,
    target: Target,
    /// The target is for one statement only.
    once: bool,
    /// The status that `.exit` or `.quit` ends the shell with.
    pub exit: Option<i32>,
    /// Files that `.read` is in.
    depth: usize,
}

/// Files that read each other stop here.
const DEPTH: usize = 25;

impl Shell {
    pub fn new(db: Db, file: Vec<u8>) -> Shell {
        Shell {
            db,
            file,
            style: Style::default(),
            headers_set: false,
            echo: false,
            bail: false,
            changes: false,
            timer: false,
            plans: false,
            interactive: false,
            prompts: ("sqlite> ".to_string(), "   ...> ".to_string()),
            out: cli::Output::new("sqlite3", 1),
            target: Target::Stdout,
            once: false,
            exit: None,
            depth: 0,
        }
    }

    pub fn put(&mut self, bytes: &[u8]) {
        put_to(&mut self.target, &mut self.out, bytes);
    }

    pub fn say(&mut self, text: &str) {
        self.put(text.as_bytes());
    }

    /// A message, behind what was written before.
    pub fn complain(&mut self, message: &str) {
        self.out.send();
        eprintln!("{message}");
    }

    pub fn flush(&mut self) {
        self.out.send();
    }

    pub fn target_name(&self) -> &str {
        match &self.target {
            Target::Stdout => "stdout",
            Target::Discard => "off",
            Target::File(name, _) => name,
        }
    }

    pub fn redirect(&mut self, name: Option<&str>, once: bool) -> Result<(), String> {
        self.once = once;
        self.target = match name {
            None | Some("stdout") => Target::Stdout,
            Some("off") => Target::Discard,
            Some(name) => match File::create(name) {
                Ok(file) => Target::File(name.to_string(), file),
                Err(_) => {
                    self.target = Target::Stdout;
                    return Err(format!("Error: cannot open \"{name}\""));
                }
            },
        };
        Ok(())
    }

    /// What `.once` redirected comes back.
    fn statement_over(&mut self) {
        if std::mem::take(&mut self.once) {
            self.target = Target::Stdout;
        }
    }

    /// Runs statements; the error is the message, and the status that says it.
    pub fn execute(&mut self, sql: &[u8]) -> Result<(), (String, i32)> {
        let mut rest = sql;
        while !rest.is_empty() {
            // The statement borrows the connection while results are written: they are different fields.
            let Shell { db, style, target, out, plans, .. } = self;
            let (statement, used) = db.prepare(rest).map_err(|failure| explained("in prepare", &failure, Some(rest)))?;
            if let Some(statement) = statement {
                bind(db, &statement);
                let mut put = |bytes: &[u8]| put_to(target, out, bytes);
                if *plans && statement.explains() == 0 {
                    plan::explain(db, &rest[..used], &mut put);
                }
                let result = match statement.explains() {
                    0 => style.write(&statement, &mut put),
                    1 => Style { mode: Mode::Column, headers: true, widths: vec![4, 13, 4, 4, 4, 13, 2, 13], ..style.clone() }.write(&statement, &mut put),
                    _ => plan::write(&statement, &mut put),
                };
                result.map_err(|failure| explained("stepping", &failure, None))?;
            }
            rest = &rest[used.max(1).min(rest.len())..];
        }
        Ok(())
    }

    /// Runs statements that stand in a source at a line; without a line, in an argument.
    fn run_sql(&mut self, sql: &[u8], line: Option<usize>) -> bool {
        let start = std::time::Instant::now();
        let result = self.execute(sql);
        if self.timer {
            let seconds = start.elapsed().as_secs_f64();
            self.say(&format!("Run Time: real {seconds:.3} user {seconds:.6} sys 0.000000\n"));
        }
        let fine = result.is_ok();
        if let Err((message, _)) = result {
            let (kind, text) = match message.split_once(", ") {
                Some(("in prepare", text)) => ("Parse error", text),
                Some(("stepping", text)) => ("Runtime error", text),
                _ => ("Error", &message[..]),
            };
            let place = line.map_or(String::new(), |line| format!(" near line {line}"));
            self.complain(&format!("{kind}{place}: {text}"));
        } else if self.changes {
            let (changes, total) = self.db.changes();
            self.say(&format!("changes: {changes}   total_changes: {total}\n"));
        }
        self.statement_over();
        fine
    }

    /// Reads a source to its end; the number of errors.
    pub fn process(&mut self, input: &mut dyn BufRead) -> usize {
        if self.depth == DEPTH {
            self.complain(&format!("Input nesting limit ({DEPTH}) reached at line 0. Check recursion."));
            return 1;
        }
        self.depth += 1;
        let (mut errors, mut number, mut start) = (0, 0, 0);
        let mut sql = Vec::new();
        while self.exit.is_none() && (errors == 0 || !self.bail || self.interactive) {
            self.prompt(sql.is_empty());
            let mut line = Vec::new();
            match input.read_until(b'\n', &mut line) {
                Ok(1..) => number += 1,
                _ => break,
            }
            let text = line.strip_suffix(b"\n").unwrap_or(&line);
            let text = text.strip_suffix(b"\r").unwrap_or(text);
            if sql.is_empty() && text.iter().all(u8::is_ascii_whitespace) {
                self.echo_line(text);
                continue;
            }
            if sql.is_empty() && matches!(text.first(), Some(b'.' | b'#')) {
                self.echo_line(text);
                if text[0] == b'.' && dot::run(self, text).is_err() {
                    errors += 1;
                }
                continue;
            }
            if sql.is_empty() {
                start = number;
            }
            sql.extend(text);
            sql.push(b'\n');
            if text.contains(&b';') && is_complete(&sql) {
                errors += self.one(&mut sql, start);
            }
        }
        if self.exit.is_none() && !sql.iter().all(u8::is_ascii_whitespace) && (errors == 0 || !self.bail) {
            errors += self.one(&mut sql, start);
        }
        self.depth -= 1;
        errors
    }

    fn one(&mut self, sql: &mut Vec<u8>, line: usize) -> usize {
        while sql.last() == Some(&b'\n') {
            sql.pop();
        }
        self.echo_line(sql);
        let errors = usize::from(!self.run_sql(sql, Some(line)));
        sql.clear();
        errors
    }

    fn echo_line(&mut self, text: &[u8]) {
        if self.echo {
            self.put(&[text, b"\n"].concat());
        }
    }

    fn prompt(&mut self, first: bool) {
        if self.interactive && self.depth == 1 {
            self.out.send();
            print!("{}", if first { &self.prompts.0 } else { &self.prompts.1 });
            // Whoever reads the prompt may be gone: the next write tells.
            let _ = std::io::stdout().flush();
        }
    }

    /// Runs an argument: a dot-command, or statements. The error is the status.
    pub fn argument(&mut self, text: &[u8]) -> Result<(), i32> {
        if text.first() == Some(&b'.') {
            return dot::run(self, text).map_err(|()| 1);
        }
        let result = self.execute(text);
        self.statement_over();
        result.map_err(|(message, status)| {
            self.complain(&format!("Error: {message}"));
            status
        })
    }

    pub fn is_terminal() -> bool {
        std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
    }
}

fn put_to(target: &mut Target, out: &mut cli::Output, bytes: &[u8]) {
    match target {
        Target::Stdout => out.put(bytes),
        Target::Discard => {}
        Target::File(name, file) => {
            if let Err(error) = file.write_all(bytes) {
                eprintln!("Error: cannot write \"{name}\": {}", cli::reason(&error));
            }
        }
    }
}

/// Gives a statement's parameters the values that `.parameter` set.
fn bind(db: &Db, statement: &Statement) {
    for index in 1..=statement.parameters() {
        let name = statement.parameter(index).unwrap_or_else(|| format!("?{index}"));
        let rows = db.rows("SELECT value FROM temp.sqlite_parameters WHERE key=?1", &[Value::Text(name.into_bytes())]);
        if let Some(value) = rows.ok().and_then(|rows| rows.into_iter().flatten().next()) {
            statement.bind(index, &value);
        }
    }
}

/// The message of a failure, with the place in the statement where it is known, and its status.
fn explained(doing: &str, failure: &Failure, sql: Option<&[u8]>) -> (String, i32) {
    let code = if failure.code > 1 { format!(" ({})", failure.code) } else { String::new() };
    let place = match (sql, failure.offset) {
        (Some(sql), Some(offset)) => place(sql, offset),
        _ => String::new(),
    };
    (format!("{doing}, {}{code}{place}", failure.message), failure.code)
}

/// The statement's part around an error, with an arrow to it.
fn place(sql: &[u8], mut offset: usize) -> String {
    let mut text = &sql[..sql.iter().position(|byte| *byte == 0).unwrap_or(sql.len())];
    let continues = |byte: Option<&u8>| byte.is_some_and(|byte| byte & 0xc0 == 0x80);
    while offset > 50 {
        offset -= 1;
        text = &text[1..];
        while continues(text.first()) {
            text = &text[1..];
            offset -= 1;
        }
    }
    let mut length = text.len().min(78);
    while length < text.len() && length > 0 && continues(text.get(length)) {
        length -= 1;
    }
    let shown: String = String::from_utf8_lossy(&text[..length]).chars().map(|c| if c.is_ascii_whitespace() { ' ' } else { c }).collect();
    if offset < 25 {
        format!("\n  {shown}\n  {}^--- error here", " ".repeat(offset))
    } else {
        format!("\n  {shown}\n  {}error here ---^", " ".repeat(offset - 14))
    }
}
