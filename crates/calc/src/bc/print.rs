//! What bc prints: long lines are broken with a backslash.

use std::io::{IsTerminal, Write};

pub struct Printer {
    out: cli::Output,
    /// Characters that fit a line, the backslash included; 0: no limit.
    width: usize,
    column: usize,
    /// Strings are broken as numbers are; not so in POSIX.
    breaks_text: bool,
    terminal: bool,
}

impl Printer {
    pub fn new(width: usize, posix: bool) -> Printer {
        Printer { out: cli::Output::new("bc", 1), width, column: 0, breaks_text: !posix, terminal: std::io::stdout().is_terminal() }
    }

    fn byte(&mut self, byte: u8, wraps: bool) {
        if byte == b'\n' {
            self.column = 0;
        } else if wraps {
            self.column += 1;
            if self.width != 0 && self.column == self.width {
                self.out.put(b"\\\n");
                self.column = 1;
            }
        }
        self.out.put(&[byte]);
    }

    pub fn number(&mut self, text: &[u8]) {
        text.iter().for_each(|byte| self.byte(*byte, true));
    }

    pub fn text(&mut self, text: &[u8]) {
        text.iter().for_each(|byte| self.byte(*byte, self.breaks_text));
    }

    pub fn escaped(&mut self, text: &[u8]) {
        let mut bytes = text.iter();
        while let Some(byte) = bytes.next() {
            let shown = match byte {
                b'\\' => match bytes.next() {
                    Some(b'a') => 7,
                    Some(b'b') => 8,
                    Some(b'f') => 12,
                    Some(b'n') => b'\n',
                    Some(b'q') => b'"',
                    Some(b'r') => b'\r',
                    Some(b't') => b'\t',
                    Some(b'\\') => b'\\',
                    _ => continue,
                },
                byte => *byte,
            };
            self.text(&[shown]);
        }
    }

    /// Sends what is pending, where somebody may wait for it or a message follows.
    pub fn flush(&mut self) {
        self.out.send();
        if self.terminal {
            // A reader that went away has ended the program already.
            let _ = std::io::stdout().flush();
        }
    }
}
