//! Two columns.

use super::Printer;
use crate::compare::Change;

/// Widths of the columns: what fits in each, and where the second starts.
#[derive(Clone, Copy)]
struct Columns {
    half: usize,
    second: usize,
}

impl Printer<'_> {
    fn columns(&self) -> Columns {
        let tab = if self.options.expand_tabs { 1 } else { self.options.tab };
        let width = self.options.width;
        let offset = (width + tab + 3) / (2 * tab) * tab;
        let half = offset.saturating_sub(3).min(width.saturating_sub(offset));
        Columns { half, second: if half > 0 { offset } else { width } }
    }

    pub(super) fn side_by_side(&mut self, changes: &[Change]) {
        let columns = self.columns();
        let (mut i, mut j) = (0, 0);
        for change in changes {
            self.common(&mut i, change.old.start, &mut j, change.new.start, columns);
            self.changed(&mut i, &mut j, change, columns);
        }
        let [old, new] = self.texts;
        self.common(&mut i, old.len(), &mut j, new.len(), columns);
    }

    /// One change, after what is common from `i` and `j` on.
    pub fn side_by_side_from(&mut self, i: &mut usize, j: &mut usize, change: &Change) {
        let columns = self.columns();
        self.common(i, change.old.start, j, change.new.start, columns);
        self.changed(i, j, change, columns);
    }

    fn changed(&mut self, i: &mut usize, j: &mut usize, change: &Change, columns: Columns) {
        let pairs = change.old.len().min(change.new.len());
        for _ in 0..pairs {
            self.pair(Some(*i), b'|', Some(*j), columns);
            *i += 1;
            *j += 1;
        }
        while *i < change.old.end {
            self.pair(Some(*i), b'<', None, columns);
            *i += 1;
        }
        while *j < change.new.end {
            self.pair(None, b'>', Some(*j), columns);
            *j += 1;
        }
    }

    fn common(&mut self, i: &mut usize, old_end: usize, j: &mut usize, new_end: usize, columns: Columns) {
        if !self.options.suppress_common {
            while *i < old_end && *j < new_end {
                if self.options.left_column {
                    self.pair(Some(*i), b'(', None, columns);
                } else {
                    self.pair(Some(*i), b' ', Some(*j), columns);
                }
                *i += 1;
                *j += 1;
            }
            // Ignored lines that only one file has.
            for index in *i..old_end {
                self.pair(Some(index), if self.options.left_column { b'(' } else { b'<' }, None, columns);
            }
            for index in *j..new_end {
                self.pair(None, if self.options.left_column { b')' } else { b'>' }, Some(index), columns);
            }
        }
        *i = old_end;
        *j = new_end;
    }

    fn pair(&mut self, left: Option<usize>, mut mark: u8, right: Option<usize>, columns: Columns) {
        let texts = self.texts;
        let mut column = 0;
        let mut newline = false;
        if let Some(index) = left {
            let line = texts[0].line(index);
            newline |= line.ends_with(b"\n");
            column = self.half_line(line, 0, columns.half);
        }
        let right = right.map(|index| texts[1].line(index));
        if mark != b' ' {
            column = self.pad(column, (columns.half + columns.second - 1) / 2) + 1;
            if let (b'|', Some(line)) = (mark, right) {
                if newline != line.ends_with(b"\n") {
                    mark = if newline { b'/' } else { b'\\' };
                }
            }
            self.put(&[mark]);
        }
        if let Some(line) = right {
            newline |= line.ends_with(b"\n");
            if line != b"\n" {
                self.pad(column, columns.second);
                self.half_line(line, columns.second, columns.half);
            }
        }
        if newline {
            self.put(b"\n");
        }
    }

    /// Moves on to a column, by tabs where they fit.
    fn pad(&mut self, mut from: usize, to: usize) -> usize {
        if !self.options.expand_tabs {
            let tab = self.options.tab;
            while (from / tab + 1) * tab <= to {
                from = (from / tab + 1) * tab;
                self.put(b"\t");
            }
        }
        if from < to {
            self.put(&vec![b' '; to - from]);
        }
        from.max(to)
    }

    /// As much of a line as fits in a column; returns the width it took.
    fn half_line(&mut self, line: &[u8], indent: usize, bound: usize) -> usize {
        let tab = self.options.tab;
        let (mut read, mut written) = (0, 0);
        let mut rest = line;
        while let Some(&byte) = rest.first() {
            let mut length = 1;
            match byte {
                b'\n' => break,
                b'\t' => {
                    let spaces = tab - read % tab;
                    if read == written {
                        let stop = written + spaces;
                        if self.options.expand_tabs {
                            let stop = stop.min(bound);
                            self.put(&vec![b' '; stop.saturating_sub(written)]);
                            written = written.max(stop);
                        } else if stop < bound {
                            written = stop;
                            self.put(b"\t");
                        }
                    }
                    read += spaces;
                }
                b'\r' => {
                    self.put(b"\r");
                    self.pad(0, indent);
                    (read, written) = (0, 0);
                }
                0..=31 | 127 => self.put(&[byte]),
                _ => {
                    length = width_of_char(rest);
                    if read < bound {
                        self.put(&rest[..length]);
                        written = read + 1;
                    }
                    read += 1;
                }
            }
            rest = &rest[length..];
        }
        written
    }
}

/// How many bytes the first character has.
fn width_of_char(text: &[u8]) -> usize {
    (2..=4).take_while(|end| text.len() >= *end && text[end - 1] & 0xc0 == 0x80 && text[0] >= 0xc0).last().unwrap_or(1)
}
