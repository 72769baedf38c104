//! Blocks as they are printed, as a script for ed, and as a merged file.

use std::ops::Range;

use cli::Output;

use super::{Block, Options};
use crate::text::Text;

const MINE: usize = 0;
const OLDER: usize = 1;
const YOURS: usize = 2;

/// Every block, with what each file has there.
pub fn plain(out: &mut Output, options: &Options, texts: [&Text; 3], blocks: &[Block]) {
    let prefix: &[u8] = if options.initial_tab { b"\t" } else { b"  " };
    for block in blocks {
        out.put(b"====");
        if let Some(odd) = block.odd {
            out.put(&[b'1' + odd as u8]);
        }
        out.put(b"\n");
        // Of two that agree only the later is shown; they stand together.
        let silent = match block.odd {
            None => 3,
            Some(MINE) => OLDER,
            Some(_) => MINE,
        };
        let order = if block.odd == Some(OLDER) { [MINE, YOURS, OLDER] } else { [MINE, OLDER, YOURS] };
        for file in order {
            let lines = &block.lines[file];
            out.put(format!("{}:{}\n", file + 1, range(lines)).as_bytes());
            if file == silent {
                continue;
            }
            for index in lines.clone() {
                let line = texts[file].line(index);
                out.put(prefix);
                out.put(line);
                if !line.ends_with(b"\n") {
                    out.put(b"\n\\ No newline at end of file\n");
                }
            }
        }
    }
}

/// `4a` behind line 4, `5c` line 5, `5,7c` lines 5 to 7.
fn range(lines: &Range<usize>) -> String {
    match lines.len() {
        0 => format!("{}a", lines.start),
        1 => format!("{}c", lines.end),
        _ => format!("{},{}c", lines.start + 1, lines.end),
    }
}

/// What becomes of a block: left alone, taken from YOURS, or marked as a conflict.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Leave,
    Take,
    Conflict,
}

fn fate(block: &Block, options: &Options) -> Fate {
    match block.odd {
        Some(OLDER) if options.show_second => Fate::Conflict,
        Some(YOURS) if !options.overlap_only => Fate::Take,
        None if options.simple_only => Fate::Leave,
        None if options.flagging => Fate::Conflict,
        None => Fate::Take,
        Some(_) => Fate::Leave,
    }
}

fn marker(out: &mut Output, mark: &str, label: &[u8]) {
    out.put(mark.as_bytes());
    out.put(b" ");
    out.put(label);
    out.put(b"\n");
}

fn copy(out: &mut Output, text: &Text, lines: Range<usize>) {
    lines.for_each(|index| out.put(text.line(index)));
}

/// MINE with what changed between OLDER and YOURS; whether there were conflicts.
pub fn merge(out: &mut Output, options: &Options, texts: [&Text; 3], blocks: &[Block]) -> bool {
    let labels = &options.labels;
    let mut conflicts = false;
    let mut at = 0;
    for block in blocks {
        let fate = fate(block, options);
        if fate == Fate::Leave {
            continue;
        }
        copy(out, texts[MINE], at..block.lines[MINE].start);
        at = block.lines[MINE].end;
        if fate == Fate::Conflict {
            conflicts = true;
            if block.odd.is_none() {
                marker(out, "<<<<<<<", &labels[MINE]);
                copy(out, texts[MINE], block.lines[MINE].clone());
            }
            if options.show_second {
                marker(out, if block.odd.is_none() { "|||||||" } else { "<<<<<<<" }, &labels[OLDER]);
                copy(out, texts[OLDER], block.lines[OLDER].clone());
            }
            out.put(b"=======\n");
        }
        copy(out, texts[YOURS], block.lines[YOURS].clone());
        if fate == Fate::Conflict {
            marker(out, ">>>>>>>", &labels[YOURS]);
        }
    }
    copy(out, texts[MINE], at..texts[MINE].len());
    conflicts
}

/// A script for ed that makes the merged file of MINE, from its end to its start; whether there are conflicts.
pub fn script(out: &mut Output, options: &Options, texts: [&Text; 3], blocks: &[Block]) -> bool {
    let mut conflicts = false;
    for block in blocks.iter().rev() {
        match fate(block, options) {
            Fate::Leave => {}
            Fate::Conflict => {
                conflicts = true;
                conflict(out, options, texts, block);
            }
            Fate::Take => take(out, texts[YOURS], block),
        }
    }
    if options.final_write {
        out.put(b"w\nq\n");
    }
    conflicts
}

fn conflict(out: &mut Output, options: &Options, texts: [&Text; 3], block: &Block) {
    let [mine, older, yours] = &block.lines;
    let all = block.odd.is_none();
    out.put(format!("{}a\n", mine.end).as_bytes());
    let mut dots = false;
    if all {
        if options.show_second {
            marker(out, "|||||||", &options.labels[OLDER]);
            dots = dotted(out, texts[OLDER], older.clone());
        }
        out.put(b"=======\n");
        dots |= dotted(out, texts[YOURS], yours.clone());
    }
    marker(out, ">>>>>>>", &options.labels[YOURS]);
    out.put(b".\n");
    undot(out, dots, mine.end + 2, older.len() + yours.len() + 1);
    out.put(format!("{}a\n", mine.start).as_bytes());
    marker(out, "<<<<<<<", &options.labels[if all { MINE } else { OLDER }]);
    dots = false;
    if !all {
        dots = dotted(out, texts[OLDER], older.clone());
        out.put(b"=======\n");
    }
    out.put(b".\n");
    undot(out, dots, mine.start + 2, older.len());
}

fn take(out: &mut Output, text: &Text, block: &Block) {
    let [mine, _, yours] = &block.lines;
    if yours.is_empty() {
        let lines = if mine.len() == 1 { format!("{}d\n", mine.end) } else { format!("{},{}d\n", mine.start + 1, mine.end) };
        out.put(lines.as_bytes());
        return;
    }
    out.put(format!("{}\n", range(mine)).as_bytes());
    let dots = dotted(out, text, yours.clone());
    out.put(b".\n");
    undot(out, dots, mine.start + 1, yours.len());
}

/// Lines as ed reads them: one more dot before those that begin with one, which is answered.
fn dotted(out: &mut Output, text: &Text, lines: Range<usize>) -> bool {
    let mut any = false;
    for index in lines {
        let line = text.line(index);
        if line.starts_with(b".") {
            any = true;
            out.put(b".");
        }
        out.put(line);
        if !line.ends_with(b"\n") {
            out.put(b"\n");
            eprintln!("diff3: No newline at end of file");
        }
    }
    any
}

/// The command that takes such dots away again.
fn undot(out: &mut Output, dots: bool, start: usize, count: usize) {
    if dots && count == 1 {
        out.put(format!("{start}s/^\\.//\n").as_bytes());
    } else if dots {
        out.put(format!("{start},{}s/^\\.//\n", start + count - 1).as_bytes());
    }
}
