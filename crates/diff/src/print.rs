//! The output styles.

mod context;
mod ed;
mod formatted;
mod normal;
mod side;
mod unified;

use cli::Output;

use crate::compare::Change;
use crate::hunks::is_trivial;
use crate::options::{Options, Palette, Style};
use crate::text::Text;

/// What the header says of a file.
pub struct Header {
    pub name: Vec<u8>,
    /// Empty when the name is a label.
    pub time: String,
}

/// Two compared files and where their differences are written.
pub struct Printer<'a> {
    pub texts: [&'a Text; 2],
    pub headers: &'a [Header; 2],
    pub options: &'a Options,
    pub out: &'a mut Output,
}

/// A colour of the palette.
type Shade = fn(&Palette) -> &String;

impl Printer<'_> {
    pub fn print(&mut self, changes: &[Change]) {
        match self.options.style {
            Style::Context => return self.context(changes),
            Style::Unified => return self.unified(changes),
            _ => {}
        }
        let (texts, options) = (self.texts, self.options);
        let changes: Vec<Change> = changes.iter().filter(|change| !is_trivial(change, texts, options)).cloned().collect();
        let changes = &changes[..];
        match self.options.style {
            Style::Normal | Style::Context | Style::Unified => self.normal(changes),
            Style::Ed => self.ed(changes),
            Style::ForwardEd => self.forward_ed(changes),
            Style::Rcs => self.rcs(changes),
            Style::SideBySide => self.side_by_side(changes),
            Style::Formatted => self.formatted(changes),
        }
    }

    fn put(&mut self, bytes: &[u8]) {
        self.out.put(bytes);
    }

    fn begin(&mut self, shade: Shade) {
        if let Some(palette) = &self.options.color {
            self.out.put(format!("\x1b[{}m", shade(palette)).as_bytes());
        }
    }

    fn end(&mut self) {
        self.begin(|palette| &palette.reset);
    }

    fn colored(&mut self, shade: Shade, text: &[u8]) {
        self.begin(shade);
        self.put(text);
        self.end();
    }

    /// A line behind a flag; a missing newline is told.
    fn line(&mut self, flag: &str, side: usize, index: usize, shade: Option<Shade>) {
        let texts = self.texts;
        let line = texts[side].line(index);
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        if let Some(shade) = shade {
            self.begin(shade);
        }
        let (mark, gap) = match flag.strip_suffix(' ') {
            Some(mark) if !mark.is_empty() => (mark, true),
            _ => (flag, false),
        };
        let blank = text.is_empty() && self.options.suppress_blank_empty;
        if self.options.initial_tab {
            self.put(mark.trim_end().as_bytes());
            if !(blank && mark.trim().is_empty()) {
                self.put(b"\t");
            }
        } else if blank {
            self.put(flag.trim_end().as_bytes());
        } else {
            self.put(mark.as_bytes());
            if gap {
                self.put(b" ");
            }
        }
        self.text(text, 0);
        if shade.is_some() {
            self.end();
        }
        self.put(b"\n");
        if text.len() == line.len() {
            self.put(b"\\ No newline at end of file\n");
        }
    }

    /// A line's text, with its tabs expanded if so asked.
    fn text(&mut self, text: &[u8], mut column: usize) {
        if !self.options.expand_tabs {
            return self.put(text);
        }
        for &byte in text {
            match byte {
                b'\t' => {
                    let spaces = self.options.tab - column % self.options.tab;
                    column += spaces;
                    self.put(&vec![b' '; spaces]);
                }
                b'\r' => {
                    column = 0;
                    self.put(b"\r");
                }
                _ => {
                    column += usize::from(byte & 0xc0 != 0x80);
                    self.put(&[byte]);
                }
            }
        }
    }

    fn header(&mut self, marks: [&str; 2]) {
        for (mark, header) in marks.into_iter().zip(self.headers) {
            let mut text = mark.as_bytes().to_vec();
            text.push(b' ');
            text.extend_from_slice(&header.name);
            if !header.time.is_empty() {
                text.push(b'\t');
                text.extend_from_slice(header.time.as_bytes());
            }
            self.colored(|palette| &palette.header, &text);
            self.put(b"\n");
        }
    }

    /// The last line at or before `index` that names the function it is in, if any since `since`.
    fn function(&self, index: usize, state: &mut Function) -> Option<Vec<u8>> {
        let regex = self.options.function_line.as_ref()?;
        let text = self.texts[0];
        let found = (state.searched..index).rev().find(|i| {
            let line = text.line(*i);
            regex.is_match(line.strip_suffix(b"\n").unwrap_or(line))
        });
        state.searched = index;
        state.found = found.or(state.found);
        let line = text.line(state.found?);
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let start = line.iter().position(|byte| !crate::text::is_space(*byte)).unwrap_or(line.len());
        let line = &line[start..];
        let line = &line[..line.len().min(40)];
        let end = line.iter().rposition(|byte| !crate::text::is_space(*byte)).map_or(0, |at| at + 1);
        Some([b" ", &line[..end]].concat())
    }
}

/// How far function lines were searched, and the last that was found.
#[derive(Default)]
struct Function {
    searched: usize,
    found: Option<usize>,
}

/// `3` or `3,5`, from lines counted from zero; an empty range is named by the line before it.
fn range(lines: &std::ops::Range<usize>) -> String {
    match lines.len() {
        0 => lines.start.to_string(),
        1 => lines.end.to_string(),
        _ => format!("{},{}", lines.start + 1, lines.end),
    }
}
