//! Runs a script over the input.

use std::rc::Rc;

use posix_regex::{Regex, Slots};

use crate::command::{Action, Address, Command, Pattern, RangeEnd, RangeState, Script};
use crate::in_place::InPlace;
use crate::input::{open, read_all, Input, Lines};
use crate::options::Options;
use crate::output::{Output, Sink};

/// What to do after the commands ran over one pattern space.
enum Flow {
    Next,
    /// Ends the cycle without printing.
    Delete,
    /// Start the cycle again without reading a line.
    Restart,
    Quit { status: i32, print: bool },
}

/// Text to write at the end of a cycle.
enum Later {
    Text(Rc<[u8]>),
    File(Vec<u8>),
    Line(Vec<u8>),
}

pub struct Executor<'a> {
    pub script: &'a Script,
    pub options: &'a Options,
    pub input: Input,
    pub stdout: Output,
    pub in_place: Option<InPlace>,
    pub sinks: Vec<Sink>,
    line_inputs: Vec<Option<Lines>>,
    pub space: Vec<u8>,
    hold: Vec<u8>,
    /// Whether what is held came with its end.
    hold_ended: bool,
    scratch: Vec<u8>,
    slots: Slots,
    /// Whether the last line read had its end.
    pub ended: bool,
    replaced: bool,
    later: Vec<Later>,
    last_regex: Pattern,
    pub end: u8,
    quiet: bool,
}

type Result<T> = std::result::Result<T, String>;

impl<'a> Executor<'a> {
    pub fn new(script: &'a Script, options: &'a Options, files: Vec<Vec<u8>>) -> Result<Executor<'a>> {
        let end = if options.null_data { 0 } else { b'\n' };
        let sinks = script.outputs.iter().map(|name| Sink::open(name, end)).collect::<Result<Vec<_>>>()?;
        let line_inputs = script.line_inputs.iter().map(|name| open_lines(name)).collect();
        Ok(Executor {
            script,
            options,
            input: Input::new(files, options),
            stdout: Output::stdout(options.unbuffered, end),
            in_place: None,
            sinks,
            line_inputs,
            space: vec![],
            hold: vec![],
            hold_ended: true,
            scratch: vec![],
            slots: vec![],
            ended: true,
            replaced: false,
            later: vec![],
            last_regex: None,
            end,
            quiet: options.quiet || script.quiet,
        })
    }

    /// The exit status, or a message for an error that ends the run.
    pub fn run(&mut self) -> Result<i32> {
        let mut status = 0;
        let mut restart = false;
        while restart || self.read_line(false)? {
            restart = false;
            match self.cycle()? {
                Flow::Next => self.end_cycle(true)?,
                Flow::Delete => self.end_cycle(false)?,
                Flow::Restart => {
                    self.end_cycle(false)?;
                    restart = true;
                }
                Flow::Quit { status: code, print } => {
                    status = code;
                    self.end_cycle(print)?;
                    break;
                }
            }
        }
        self.finish()?;
        Ok(if status == 0 && self.input.failed { 2 } else { status })
    }

    fn end_cycle(&mut self, print: bool) -> Result<()> {
        if print && !self.quiet {
            self.print_space()?;
        }
        self.write_later()
    }

    fn finish(&mut self) -> Result<()> {
        if let Some(edit) = self.in_place.take() {
            edit.finish()?;
        }
        for sink in &mut self.sinks {
            if let Sink::File(output) | Sink::Stderr(output) = sink {
                output.flush()?;
            }
        }
        self.stdout.flush()
    }

    /// Reads the next line into the pattern space, after what is there if `append`; false at the end of all input.
    fn read_line(&mut self, append: bool) -> Result<bool> {
        self.replaced = false;
        loop {
            if let Some(lines) = &mut self.input.current {
                if append {
                    self.space.push(self.end);
                } else {
                    self.space.clear();
                }
                match lines.read(&mut self.space, self.end) {
                    Ok(Some(ended)) => {
                        self.ended = ended;
                        self.input.line += 1;
                        return Ok(true);
                    }
                    Ok(None) => {}
                    Err(error) => {
                        let message = self.input.read_error(&error);
                        return Err(message);
                    }
                }
                if append {
                    self.space.pop();
                }
                self.input.current = None;
                if let Some(edit) = self.in_place.take() {
                    edit.finish()?;
                }
            }
            if !self.input.open_next()? {
                return Ok(false);
            }
            if self.options.separate {
                self.start_over();
            }
            if self.options.in_place {
                self.in_place = Some(InPlace::begin(&self.input.name, self.options, self.end)?);
            }
        }
    }

    /// A file that counts on its own begins with fresh ranges and `R` files.
    fn start_over(&mut self) {
        for command in &self.script.commands {
            command.range.set(command.initial_range());
        }
        self.line_inputs = self.script.line_inputs.iter().map(|name| open_lines(name)).collect();
    }

    pub fn out(&mut self) -> &mut Output {
        match &mut self.in_place {
            Some(edit) => &mut edit.output,
            None => &mut self.stdout,
        }
    }

    fn print_space(&mut self) -> Result<()> {
        let out = match &mut self.in_place {
            Some(edit) => &mut edit.output,
            None => &mut self.stdout,
        };
        out.line(&self.space, self.ended)
    }

    fn write_later(&mut self) -> Result<()> {
        for later in std::mem::take(&mut self.later) {
            match later {
                Later::Text(text) => self.out().raw(&text)?,
                Later::Line(line) => self.out().line(&line, true)?,
                Later::File(name) => {
                    let text = match &name[..] {
                        b"/dev/stdin" => read_all(&mut std::io::stdin().lock()),
                        _ => open(&name).and_then(|mut file| read_all(&mut file)),
                    };
                    // A file that cannot be read counts as empty.
                    self.out().raw(&text.unwrap_or_default())?;
                }
            }
        }
        Ok(())
    }

    fn cycle(&mut self) -> Result<Flow> {
        let script = self.script;
        let mut at = 0;
        while let Some(command) = script.commands.get(at) {
            at += 1;
            let selected = (command.first.is_none() || self.selects(command)?) != command.negated;
            if !selected {
                if let Action::Open(close) = command.action {
                    at = close;
                }
                continue;
            }
            match &command.action {
                Action::Branch(to) => at = *to,
                Action::BranchIf(to) if std::mem::take(&mut self.replaced) => at = *to,
                Action::BranchUnless(to) if !std::mem::take(&mut self.replaced) => at = *to,
                _ => {
                    if let Some(flow) = self.act(command)? {
                        return Ok(flow);
                    }
                }
            }
        }
        Ok(Flow::Next)
    }

    fn act(&mut self, command: &Command) -> Result<Option<Flow>> {
        let end = self.end;
        match &command.action {
            Action::Equals => {
                let text = format!("{}{}", self.input.line, end as char);
                self.out().raw(text.as_bytes())?;
            }
            Action::Append(text) => self.later.push(Later::Text(text[..].into())),
            Action::Insert(text) => match text.strip_suffix(b"\n") {
                Some(line) => self.out().line(line, true)?,
                None => self.out().raw(text)?,
            },
            Action::Change(text) => return self.change(command, text),
            Action::Delete => return Ok(Some(Flow::Delete)),
            Action::DeleteFirst => match memchr::memchr(end, &self.space) {
                None => return Ok(Some(Flow::Delete)),
                Some(len) => {
                    self.space.drain(..=len);
                    return Ok(Some(Flow::Restart));
                }
            },
            Action::FileName => {
                let mut name = self.input.name.clone();
                name.push(end);
                self.out().raw(&name)?;
            }
            Action::GetHold | Action::AppendHold | Action::Hold | Action::HoldAppend | Action::Exchange => self.hold_action(&command.action),
            Action::Next | Action::NextAppend => return self.next(matches!(command.action, Action::NextAppend)),
            Action::Print => self.print_space()?,
            Action::Quit(status) => return Ok(Some(Flow::Quit { status: *status, print: true })),
            Action::QuitSilent(status) => {
                self.later.clear();
                return Ok(Some(Flow::Quit { status: *status, print: false }));
            }
            Action::Zap => self.space.clear(),
            _ => self.act_more(&command.action)?,
        }
        Ok(None)
    }

    fn hold_action(&mut self, action: &Action) {
        match action {
            Action::GetHold => self.space.clone_from(&self.hold),
            Action::AppendHold => {
                self.space.push(self.end);
                self.space.extend_from_slice(&self.hold);
            }
            Action::Hold => self.hold.clone_from(&self.space),
            Action::HoldAppend => {
                self.hold.push(self.end);
                self.hold.extend_from_slice(&self.space);
            }
            _ => {
                std::mem::swap(&mut self.space, &mut self.hold);
                std::mem::swap(&mut self.ended, &mut self.hold_ended);
            }
        }
        // Copies carry the fact with them whether their line had an end.
        match action {
            Action::GetHold | Action::AppendHold => self.ended = self.hold_ended,
            Action::Hold | Action::HoldAppend => self.hold_ended = self.ended,
            _ => {}
        }
    }

    fn act_more(&mut self, action: &Action) -> Result<()> {
        match action {
            Action::List(length) => {
                let text = crate::list::list(&self.space, length.unwrap_or(self.options.line_length), self.end);
                self.out().raw(&text)
            }
            Action::PrintFirst => {
                let len = memchr::memchr(self.end, &self.space).unwrap_or(self.space.len());
                let first = self.space[..len].to_vec();
                self.out().line(&first, true)
            }
            Action::ReadFile(name) => {
                self.later.push(Later::File(name.clone()));
                Ok(())
            }
            Action::ReadLine(index) => {
                let mut line = vec![];
                if let Some(lines) = &mut self.line_inputs[*index] {
                    if let Ok(Some(_)) = lines.read(&mut line, self.end) {
                        self.later.push(Later::Line(line));
                    }
                }
                Ok(())
            }
            Action::WriteFile(index) => self.write_to(*index, self.space.len(), self.ended),
            Action::WriteFirst(index) => {
                let len = memchr::memchr(self.end, &self.space).unwrap_or(self.space.len());
                self.write_to(*index, len, true)
            }
            Action::Substitute(command) => self.substitute(command),
            Action::Translate(table) => {
                crate::list::translate(table, &mut self.space, &mut self.scratch);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn change(&mut self, command: &Command, text: &[u8]) -> Result<Option<Flow>> {
        let last = command.end.is_none() || command.negated || !matches!(command.range.get(), RangeState::Inside(_));
        if last {
            self.out().raw(text)?;
        }
        Ok(Some(Flow::Delete))
    }

    fn next(&mut self, append: bool) -> Result<Option<Flow>> {
        if self.input.is_exhausted()? {
            // Without a next line, GNU prints the pattern space; POSIX discards it after N.
            let print = !(append && self.options.posix);
            return Ok(Some(Flow::Quit { status: 0, print }));
        }
        if !append && !self.quiet {
            self.print_space()?;
        }
        self.write_later()?;
        self.read_line(append)?;
        Ok(None)
    }

    fn write_to(&mut self, index: usize, len: usize, ended: bool) -> Result<()> {
        match &mut self.sinks[index] {
            Sink::Stdout(missing) => {
                self.stdout.swap_missing(missing);
                let result = self.stdout.line(&self.space[..len], ended);
                self.stdout.swap_missing(missing);
                result
            }
            Sink::Stderr(output) | Sink::File(output) => {
                output.line(&self.space[..len], ended)?;
                output.flush()
            }
        }
    }

    fn regex(&mut self, pattern: &Pattern) -> Result<Rc<Regex>> {
        if let Some(regex) = pattern {
            self.last_regex = Some(regex.clone());
            return Ok(regex.clone());
        }
        self.last_regex.clone().ok_or_else(|| "-e expression #1, char 0: no previous regular expression".to_string())
    }

    fn matches(&mut self, pattern: &Pattern) -> Result<bool> {
        Ok(self.regex(pattern)?.is_match(&self.space))
    }

    fn substitute(&mut self, command: &crate::command::Substitute) -> Result<()> {
        let regex = self.regex(&command.pattern)?;
        if !command.run(&regex, &self.space, &mut self.scratch, &mut self.slots) {
            return Ok(());
        }
        std::mem::swap(&mut self.space, &mut self.scratch);
        self.replaced = true;
        if command.print {
            self.print_space()?;
        }
        match command.write {
            Some(index) => self.write_to(index, self.space.len(), self.ended),
            None => Ok(()),
        }
    }

    fn address(&mut self, address: &Address) -> Result<bool> {
        let line = self.input.line;
        Ok(match address {
            Address::Line(n) => line == *n,
            Address::Step(first, step) => line >= *first && (line - first) % step == 0,
            Address::Last => self.input.is_last()?,
            Address::Regex(pattern) => self.matches(pattern)?,
            Address::Zero => false,
        })
    }

    fn selects(&mut self, command: &Command) -> Result<bool> {
        let Some(first) = &command.first else { return Ok(true) };
        let Some(end) = &command.end else { return self.address(first) };
        if let RangeState::Inside(until) = command.range.get() {
            return self.inside(command, end, until);
        }
        let line = self.input.line;
        let begins = match (first, end) {
            // A first line that was passed over unseen begins its range late, but only before the last one.
            (Address::Line(n), RangeEnd::Line(last)) if line > *last => line == *n,
            (Address::Line(n), _) if command.range.get() == RangeState::Waiting => line >= *n,
            _ => self.address(first)?,
        };
        if !begins {
            return Ok(false);
        }
        self.enter(command, end)
    }

    /// The first line of a range.
    fn enter(&mut self, command: &Command, end: &RangeEnd) -> Result<bool> {
        let line = self.input.line;
        let until = match end {
            RangeEnd::Line(n) => *n,
            RangeEnd::Plus(n) => line + n,
            RangeEnd::Multiple(0) => line,
            RangeEnd::Multiple(n) => (line / n + 1) * n,
            RangeEnd::Last => {
                let state = if self.input.is_last()? { RangeState::Closed } else { RangeState::Inside(0) };
                command.range.set(state);
                return Ok(true);
            }
            RangeEnd::Regex(_) => {
                command.range.set(RangeState::Inside(0));
                return Ok(true);
            }
        };
        command.range.set(if until > line { RangeState::Inside(until) } else { RangeState::Closed });
        Ok(true)
    }

    fn inside(&mut self, command: &Command, end: &RangeEnd, until: u64) -> Result<bool> {
        let over = match end {
            RangeEnd::Last => self.input.is_last()?,
            RangeEnd::Regex(pattern) => self.matches(pattern)?,
            _ => {
                let line = self.input.line;
                if line > until {
                    // Lines were skipped inside the range: it is over, and this line may begin it again.
                    command.range.set(RangeState::Closed);
                    return match &command.first {
                        Some(Address::Line(_)) | None => Ok(false),
                        Some(first) => Ok(self.address(first)? && self.enter(command, end)?),
                    };
                }
                line == until
            }
        };
        if over {
            command.range.set(RangeState::Closed);
        }
        Ok(true)
    }
}

fn open_lines(name: &[u8]) -> Option<Lines> {
    match name {
        b"/dev/stdin" => Some(Lines::new(Box::new(std::io::stdin()), false)),
        _ => open(name).ok().map(|file| Lines::new(Box::new(file), false)),
    }
}

impl Executor<'_> {
    /// Writes what is pending and leaves a file that was being edited as it was.
    pub fn give_up(&mut self) {
        if let Some(edit) = self.in_place.take() {
            edit.abandon();
        }
        let _ = self.stdout.flush();
    }
}
