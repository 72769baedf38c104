//! Runs statements.

use std::rc::Rc;

use posix_regex::Regex;

use crate::ast::*;
use crate::interp::{fatal, Interp, Res, Stop};
use crate::io::reason;
use crate::text::{show, Text};
use crate::value::Value;

/// Where a statement leaves off.
pub enum Flow {
    Normal,
    Break,
    Continue,
    Return(Value),
}

impl<'a> Interp<'a> {
    /// The body of a function; its value is what it returns.
    pub fn run_body(&mut self, body: &'a [Stmt]) -> Res<Value> {
        match self.block(body)? {
            Flow::Return(value) => Ok(value),
            _ => Ok(Value::Uninit),
        }
    }

    pub fn block(&mut self, list: &'a [Stmt]) -> Res<Flow> {
        for stmt in list {
            match self.stmt(stmt)? {
                Flow::Normal => {}
                flow => return Ok(flow),
            }
        }
        Ok(Flow::Normal)
    }

    fn stmt(&mut self, stmt: &'a Stmt) -> Res<Flow> {
        self.line = stmt.line;
        match &stmt.kind {
            StmtKind::Expr(expr) => self.expression_statement(expr)?,
            StmtKind::Print(list, redirect) => self.print(list, redirect)?,
            StmtKind::Printf(list, redirect) => self.printf(list, redirect)?,
            StmtKind::If(condition, then, otherwise) => {
                let branch = if self.eval_bool(condition)? { then } else { otherwise };
                return self.block(branch);
            }
            StmtKind::Block(list) => return self.block(list),
            StmtKind::While(condition, body) => {
                while self.eval_bool(condition)? {
                    match self.block(body)? {
                        Flow::Break => break,
                        Flow::Return(value) => return Ok(Flow::Return(value)),
                        _ => {}
                    }
                }
            }
            StmtKind::Do(body, condition) => loop {
                match self.block(body)? {
                    Flow::Break => break,
                    Flow::Return(value) => return Ok(Flow::Return(value)),
                    _ => {}
                }
                if !self.eval_bool(condition)? {
                    break;
                }
            },
            StmtKind::For(init, condition, step, body) => return self.for_loop(init, condition.as_ref(), step, body),
            StmtKind::ForIn(target, array, body) => return self.for_in(target, array, body),
            StmtKind::Switch(value, cases) => return self.switch(value, cases),
            StmtKind::Break => return Ok(Flow::Break),
            StmtKind::Continue => return Ok(Flow::Continue),
            StmtKind::Next => return Err(Stop::Next),
            StmtKind::NextFile => return Err(Stop::NextFile),
            StmtKind::Exit(status) => {
                if let Some(status) = status {
                    self.exit_status = self.eval_num(status)? as i64 as i32;
                }
                return Err(Stop::Exit);
            }
            StmtKind::Return(value) => {
                return Ok(Flow::Return(match value {
                    Some(value) => self.eval(value)?,
                    None => Value::Uninit,
                }))
            }
            StmtKind::Delete(array, subscripts) => self.delete(array, subscripts)?,
        }
        Ok(Flow::Normal)
    }

    fn expression_statement(&mut self, expr: &'a Expr) -> Res<()> {
        match expr {
            Expr::Assign(target, value) => self.run_assign(target, value),
            Expr::Increment { .. } | Expr::AssignOp(..) => self.eval_num(expr).map(drop),
            _ => self.eval(expr).map(drop),
        }
    }

    fn for_loop(&mut self, init: &'a [Stmt], condition: Option<&'a Expr>, step: &'a [Stmt], body: &'a [Stmt]) -> Res<Flow> {
        self.block(init)?;
        loop {
            if let Some(condition) = condition {
                if !self.eval_bool(condition)? {
                    return Ok(Flow::Normal);
                }
            }
            match self.block(body)? {
                Flow::Break => return Ok(Flow::Normal),
                Flow::Return(value) => return Ok(Flow::Return(value)),
                _ => {}
            }
            self.block(step)?;
        }
    }

    fn for_in(&mut self, target: &'a Expr, array: &'a Expr, body: &'a [Stmt]) -> Res<Flow> {
        let array = self.array(array)?;
        for key in self.sorted_keys(&array)? {
            self.store(target, Value::Str(key))?;
            match self.block(body)? {
                Flow::Break => break,
                Flow::Return(value) => return Ok(Flow::Return(value)),
                _ => {}
            }
        }
        Ok(Flow::Normal)
    }

    fn switch(&mut self, value: &'a Expr, cases: &'a [(Case, Vec<Stmt>)]) -> Res<Flow> {
        let value = self.eval(value)?;
        let mut chosen = None;
        for (index, (case, _)) in cases.iter().enumerate() {
            let hit = match case {
                Case::Default => false,
                Case::Regex(pattern) => self.regex(pattern)?.is_match(&value.text(&self.special.convfmt)),
                Case::Value(expr) => {
                    let other = self.eval(expr)?;
                    match (value.as_number(), &other) {
                        (Some(a), Value::Num(b)) => a == *b,
                        (None, Value::Num(_)) => false,
                        _ => value.text(&self.special.convfmt) == other.text(&self.special.convfmt),
                    }
                }
            };
            if hit {
                chosen = Some(index);
                break;
            }
        }
        let chosen = chosen.or_else(|| cases.iter().position(|(case, _)| matches!(case, Case::Default)));
        for (_, body) in cases.iter().skip(chosen.unwrap_or(cases.len())) {
            match self.block(body)? {
                Flow::Normal => {}
                Flow::Break => break,
                flow => return Ok(flow),
            }
        }
        Ok(Flow::Normal)
    }

    fn delete(&mut self, array: &'a Expr, subscripts: &'a [Expr]) -> Res<()> {
        let array = self.array(array)?;
        if subscripts.is_empty() {
            array.borrow_mut().clear();
        } else {
            let key = self.key(subscripts)?;
            array.borrow_mut().remove(&key);
        }
        Ok(())
    }

    fn print(&mut self, list: &'a [Expr], redirect: &'a Redirect) -> Res<()> {
        let mut out = std::mem::take(&mut self.scratch);
        out.clear();
        let result = self.compose(list, &mut out).and_then(|()| self.write(&out, redirect));
        self.scratch = out;
        result
    }

    fn compose(&mut self, list: &'a [Expr], out: &mut Vec<u8>) -> Res<()> {
        if list.is_empty() {
            self.rebuild_record();
            out.extend_from_slice(self.record.text());
        }
        for (index, expr) in list.iter().enumerate() {
            if index > 0 {
                out.extend_from_slice(&self.special.ofs);
            }
            self.push_output(expr, out)?;
        }
        out.extend_from_slice(&self.special.ors);
        Ok(())
    }

    fn printf(&mut self, list: &'a [Expr], redirect: &'a Redirect) -> Res<()> {
        let mut out = Vec::new();
        self.format(list, &mut out)?;
        self.write(&out, redirect)
    }

    /// Formats as printf: the first expression is the format.
    pub fn format(&mut self, list: &'a [Expr], out: &mut Vec<u8>) -> Res<()> {
        let format = self.eval(&list[0])?.text(&self.special.convfmt);
        let mut values = Vec::with_capacity(list.len());
        for expr in &list[1..] {
            let value = self.eval(expr)?;
            values.push(value);
        }
        match crate::printf::format(&format, &values, &self.special.convfmt, out) {
            Ok(()) => Ok(()),
            Err(at) => {
                let mark = " ".repeat(at + 1);
                fatal(format!("not enough arguments to satisfy format string\n\t`{}'\n\t{mark}^ ran out for this one", show(&format)))
            }
        }
    }

    pub fn write(&mut self, text: &[u8], redirect: &'a Redirect) -> Res<()> {
        let Some((kind, name)) = redirect else {
            self.io.stdout.buffer.extend_from_slice(text);
            return match self.io.stdout.written() {
                Ok(()) => Ok(()),
                Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {
                    // What SIGPIPE would do.
                    std::process::exit(141)
                }
                Err(error) => fatal(format!("print to \"standard output\" failed: {}", reason(&error))),
            };
        };
        let name: Text = self.eval(name)?.text(&self.special.convfmt);
        if name.is_empty() {
            let sign = match kind {
                RedirectKind::Write => ">",
                RedirectKind::Append => ">>",
                RedirectKind::Pipe => "|",
                RedirectKind::Coprocess => "|&",
            };
            return fatal(format!("expression for `{sign}' redirection has null string value"));
        }
        if &name[..] == b"/dev/stderr" {
            self.io.flush_all();
        }
        let out = match self.io.writer(*kind, &name) {
            Ok(out) => out,
            Err(message) => return fatal(message),
        };
        out.buffer.extend_from_slice(text);
        match out.written() {
            // A command that stopped reading is no error, as with an ignored SIGPIPE.
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                fatal(format!("print to \"{}\" failed: {}", show(&name), reason(&error)))
            }
            _ => Ok(()),
        }
    }

    pub fn regex(&mut self, pattern: &'a Pattern) -> Res<Rc<Regex>> {
        match pattern {
            Pattern::Constant { source, plain } => {
                if self.ignoring_case() {
                    return self.pattern(source);
                }
                Ok(plain.clone())
            }
            Pattern::Dynamic(expr) => {
                let text = self.eval(expr)?.text(&self.special.convfmt);
                self.pattern(&text)
            }
        }
    }
}
