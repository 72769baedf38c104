//! Rows in the shell's output modes.

use crate::db::{Failure, Statement, Value};
use crate::text;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Ascii,
    Box,
    Column,
    Csv,
    Html,
    Insert,
    Json,
    Line,
    List,
    Markdown,
    Quote,
    Table,
    Tabs,
    Tcl,
}

pub const MODES: [(&str, Mode); 14] = [
    ("ascii", Mode::Ascii),
    ("box", Mode::Box),
    ("column", Mode::Column),
    ("csv", Mode::Csv),
    ("html", Mode::Html),
    ("insert", Mode::Insert),
    ("json", Mode::Json),
    ("line", Mode::Line),
    ("list", Mode::List),
    ("markdown", Mode::Markdown),
    ("quote", Mode::Quote),
    ("table", Mode::Table),
    ("tabs", Mode::Tabs),
    ("tcl", Mode::Tcl),
];

#[derive(Clone)]
pub struct Style {
    pub mode: Mode,
    pub headers: bool,
    pub column_separator: Vec<u8>,
    pub row_separator: Vec<u8>,
    pub null: Vec<u8>,
    pub widths: Vec<i64>,
    /// Columns without a width are cut to this; 0: never.
    pub wrap: usize,
    /// For `insert`.
    pub table: Vec<u8>,
}

impl Default for Style {
    fn default() -> Style {
        Style { mode: Mode::List, headers: false, column_separator: b"|".to_vec(), row_separator: b"\n".to_vec(), null: Vec::new(), widths: Vec::new(), wrap: 0, table: b"table".to_vec() }
    }
}

impl Style {
    /// Changes the mode, and the separators that go with it.
    pub fn set_mode(&mut self, mode: Mode) {
        self.mode = mode;
        let (column, row): (&[u8], &[u8]) = match mode {
            Mode::Ascii => (b"\x1f", b"\x1e"),
            Mode::Csv => (b",", b"\r\n"),
            Mode::List => (b"|", b"\n"),
            Mode::Quote => (b",", b"\n"),
            Mode::Tabs => (b"\t", b"\n"),
            Mode::Tcl => (b" ", b"\n"),
            _ => return,
        };
        (self.column_separator, self.row_separator) = (column.to_vec(), row.to_vec());
    }

    fn shown(&self, statement: &Statement, column: usize) -> Vec<u8> {
        match statement.text(column) {
            Some(value) => text::c_text(&value).to_vec(),
            None => self.null.clone(),
        }
    }

    /// Runs a statement and writes its rows.
    pub fn write(&self, statement: &Statement, put: &mut dyn FnMut(&[u8])) -> Result<(), Failure> {
        if statement.columns() == 0 {
            while statement.step()? {}
            return Ok(());
        }
        match self.mode {
            Mode::Box | Mode::Column | Mode::Markdown | Mode::Table => self.write_grid(statement, put),
            _ => {
                let mut count = 0;
                let result = loop {
                    match statement.step() {
                        Ok(true) => self.write_row(statement, count, put),
                        Ok(false) => break Ok(()),
                        Err(failure) => break Err(failure),
                    }
                    count += 1;
                };
                if self.mode == Mode::Json && count > 0 {
                    put(b"]\n");
                }
                result
            }
        }
    }

    fn write_row(&self, statement: &Statement, row: usize, put: &mut dyn FnMut(&[u8])) {
        let columns = 0..statement.columns();
        let names = || columns.clone().map(|column| statement.name(column));
        match self.mode {
            Mode::Line => {
                let width = names().map(|name| name.len()).max().unwrap_or(0).max(5);
                if row > 0 {
                    put(&self.row_separator);
                }
                for column in columns.clone() {
                    let name = statement.name(column);
                    put(&[&b" ".repeat(width - name.len())[..], &name, b" = ", &self.shown(statement, column), &self.row_separator].concat());
                }
            }
            Mode::Json => {
                put(if row == 0 { b"[{" } else { b",\n{" });
                for column in columns.clone() {
                    let comma = if column > 0 { "," } else { "" };
                    put(format!("{comma}{}:{}", text::json(&statement.name(column)), json(&statement.value(column))).as_bytes());
                }
                put(b"}");
            }
            Mode::Insert => {
                let mut line = [b"INSERT INTO ", &text::name(&self.table)[..]].concat();
                if self.headers {
                    let names: Vec<Vec<u8>> = names().map(|name| text::name(&name)).collect();
                    line.extend([b"(", &names.join(&b","[..])[..], b")"].concat());
                }
                let values: Vec<Vec<u8>> = columns.clone().map(|column| text::line_literal(&statement.value(column))).collect();
                put(&[&line[..], b" VALUES(", &values.join(&b","[..]), b");\n"].concat());
            }
            Mode::Html => {
                if row == 0 && self.headers {
                    html_row(names(), "TH", put);
                }
                html_row(columns.clone().map(|column| self.shown(statement, column)), "TD", put);
            }
            _ => {
                if row == 0 && self.headers {
                    self.separated(names().map(|name| self.cell(&Value::Text(name.clone()), name)), put);
                }
                self.separated(columns.clone().map(|column| self.cell(&statement.value(column), self.shown(statement, column))), put);
            }
        }
    }

    fn separated(&self, cells: impl Iterator<Item = Vec<u8>>, put: &mut dyn FnMut(&[u8])) {
        put(&[&cells.collect::<Vec<_>>().join(&self.column_separator[..])[..], &self.row_separator].concat());
    }

    fn cell(&self, value: &Value, shown: Vec<u8>) -> Vec<u8> {
        match (self.mode, value) {
            (Mode::Quote, value) => text::literal(value),
            (Mode::Csv, Value::Null) => shown,
            (Mode::Csv, _) => text::csv(&shown, &self.column_separator),
            (Mode::Tcl, _) => text::c_string(&shown),
            _ => shown,
        }
    }

    fn write_grid(&self, statement: &Statement, put: &mut dyn FnMut(&[u8])) -> Result<(), Failure> {
        let count = statement.columns();
        let limit = |column: usize| self.widths.get(column).map_or(0, |width| width.unsigned_abs() as usize);
        let lines = |column: usize, text: &[u8]| wrapped(&String::from_utf8_lossy(text), if limit(column) > 0 { limit(column) } else { self.wrap });
        let header: Vec<Vec<String>> = (0..count).map(|column| lines(column, &statement.name(column))).collect();
        let mut rows = Vec::new();
        let mut failure = None;
        loop {
            match statement.step() {
                Ok(true) => rows.push((0..count).map(|column| lines(column, &self.shown(statement, column))).collect::<Vec<_>>()),
                Ok(false) => break,
                Err(stop) => {
                    failure = Some(stop);
                    break;
                }
            }
        }
        if !rows.is_empty() {
            let width = |column: usize| {
                let longest = rows.iter().chain([&header]).flat_map(|row: &Vec<Vec<String>>| &row[column]).map(|line| line.chars().count()).max();
                longest.unwrap_or(0).max(limit(column))
            };
            let widths: Vec<usize> = (0..count).map(width).collect();
            let right: Vec<bool> = (0..count).map(|column| self.widths.get(column).is_some_and(|width| *width < 0)).collect();
            Grid { mode: self.mode, headers: self.headers, widths, right }.write(&header, &rows, put);
        }
        failure.map_or(Ok(()), Err)
    }
}

fn json(value: &Value) -> String {
    match value {
        Value::Null => "null".to_string(),
        Value::Text(text) => text::json(text::c_text(text)),
        Value::Blob(bytes) => text::json(bytes),
        value => String::from_utf8_lossy(&text::literal(value)).into_owned(),
    }
}

fn html_row(cells: impl Iterator<Item = Vec<u8>>, tag: &str, put: &mut dyn FnMut(&[u8])) {
    let cells: Vec<Vec<u8>> = cells.map(|cell| [format!("<{tag}>").as_bytes(), &text::html(&cell), format!("</{tag}>\n").as_bytes()].concat()).collect();
    put(&[b"<TR>", &cells.concat()[..], b"</TR>\n"].concat());
}

/// The lines of a cell: cut at newlines, and at the width if there is one; tabs go to the next multiple of eight.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut length = 0;
    for character in text.chars() {
        if character == '\n' {
            lines.push(String::new());
            length = 0;
            continue;
        }
        if width > 0 && length == width {
            lines.push(String::new());
            length = 0;
        }
        let line = lines.last_mut().expect("never empty");
        match character {
            '\r' => {}
            '\t' => {
                let spaces = (8 - length % 8).min(if width > 0 { width - length } else { 8 });
                line.push_str(&" ".repeat(spaces));
                length += spaces;
            }
            character => {
                line.push(character);
                length += 1;
            }
        }
    }
    lines
}

struct Grid {
    mode: Mode,
    headers: bool,
    widths: Vec<usize>,
    right: Vec<bool>,
}

impl Grid {
    fn write(&self, header: &[Vec<String>], rows: &[Vec<Vec<String>>], put: &mut dyn FnMut(&[u8])) {
        let mut line = |text: String| put(format!("{text}\n").as_bytes());
        match self.mode {
            Mode::Column => {
                if self.headers {
                    self.lines(header, false).into_iter().for_each(&mut line);
                    line(self.widths.iter().map(|width| "-".repeat(*width)).collect::<Vec<_>>().join("  "));
                }
                self.body(rows, "", &mut line);
            }
            _ => {
                let rule = |left: &str, fill: &str, between: &str, right: &str| {
                    let parts: Vec<String> = self.widths.iter().map(|width| fill.repeat(width + 2)).collect();
                    format!("{left}{}{right}", parts.join(between))
                };
                let rules = match self.mode {
                    Mode::Box => [rule("┌", "─", "┬", "┐"), rule("├", "─", "┼", "┤"), rule("└", "─", "┴", "┘")],
                    Mode::Table => [rule("+", "-", "+", "+"), rule("+", "-", "+", "+"), rule("+", "-", "+", "+")],
                    _ => [String::new(), rule("|", "-", "|", "|"), String::new()],
                };
                let [top, middle, bottom] = rules;
                if !top.is_empty() {
                    line(top);
                }
                self.lines(header, true).into_iter().for_each(&mut line);
                line(middle.clone());
                self.body(rows, &middle, &mut line);
                if !bottom.is_empty() {
                    line(bottom);
                }
            }
        }
    }

    /// The rows; where one has several lines, with something between them.
    fn body(&self, rows: &[Vec<Vec<String>>], between: &str, line: &mut dyn FnMut(String)) {
        let apart = self.mode != Mode::Markdown && rows.iter().flatten().any(|lines| lines.len() > 1);
        for (index, row) in rows.iter().enumerate() {
            if apart && index > 0 {
                line(between.to_string());
            }
            self.lines(row, false).into_iter().for_each(&mut *line);
        }
    }

    /// The lines of a row.
    fn lines(&self, row: &[Vec<String>], header: bool) -> Vec<String> {
        let height = row.iter().map(Vec::len).max().unwrap_or(0);
        (0..height).map(|index| {
            let cells: Vec<String> = row.iter().enumerate().map(|(column, lines)| self.padded(lines.get(index).map_or("", String::as_str), column, header)).collect();
            match self.mode {
                Mode::Column => cells.join("  "),
                Mode::Box => format!("│ {} │", cells.join(" │ ")),
                _ => format!("| {} |", cells.join(" | ")),
            }
        }).collect()
    }

    fn padded(&self, text: &str, column: usize, header: bool) -> String {
        let room = self.widths[column] - text.chars().count();
        let left = match (header, self.right[column]) {
            (true, _) => room / 2,
            (false, true) => room,
            _ => 0,
        };
        format!("{}{text}{}", " ".repeat(left), " ".repeat(room - left))
    }
}
