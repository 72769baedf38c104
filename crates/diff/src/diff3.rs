//! diff3: three files, what changed in which, and their merge.

mod blocks;
mod output;

use std::io::{self, Read};

use cli::{Item, Order, Output};

use crate::text::Text;
use blocks::{blocks, Block};

const HELP: &str = include_str!("help_diff3.txt");
const TROUBLE: i32 = 2;

/// What is asked for. The three files are MINE, OLDER and YOURS: 0, 1 and 2.
#[derive(Default)]
pub struct Options {
    show_second: bool,
    flagging: bool,
    overlap_only: bool,
    simple_only: bool,
    ed: bool,
    merge: bool,
    final_write: bool,
    initial_tab: bool,
    strip_cr: bool,
    labels: Vec<Vec<u8>>,
}

/// The exit status: 0 no conflicts, 1 conflicts, 2 trouble.
pub fn main() -> i32 {
    let usage = |message: &str| -> ! {
        eprintln!("diff3: {message}\ndiff3: Try 'diff3 --help' for more information.");
        std::process::exit(TROUBLE)
    };
    let (mut options, files) = read(cli::args()).unwrap_or_else(|message| usage(&message));
    for name in files.iter().skip(options.labels.len()) {
        options.labels.push(name.clone());
    }
    let mut texts = Vec::new();
    for name in &files {
        match text(name, &options) {
            Ok(text) => texts.push(text),
            Err(error) => cli::fail("diff3", TROUBLE, &format!("{}: {}", cli::show(name), cli::reason(&error))),
        }
    }
    let [mine, older, yours] = texts.try_into().unwrap_or_else(|_| unreachable!("there are three files"));
    let texts = [&mine, &older, &yours];
    // A merge takes what came from OLDER; plain output has always compared with the last file.
    let common = if options.ed || options.merge { 1 } else { 2 };
    let blocks = blocks(texts, common);
    let mut out = Output::new("diff3", TROUBLE);
    let conflicts = match (options.ed, options.merge) {
        (_, true) => output::merge(&mut out, &options, texts, &blocks),
        (true, false) => output::script(&mut out, &options, texts, &blocks),
        (false, false) => {
            output::plain(&mut out, &options, texts, &blocks);
            false
        }
    };
    i32::from(conflicts)
}

fn text(name: &[u8], options: &Options) -> io::Result<Text> {
    let mut bytes = Vec::new();
    if name == b"-" {
        io::stdin().read_to_end(&mut bytes)?;
    } else {
        bytes = std::fs::read(cli::path(name))?;
    }
    if options.strip_cr {
        crate::diff::strip_cr(&mut bytes);
    }
    Ok(Text::new(bytes))
}

const SPECS: &[&str] = &[
    "a|text", "A|show-all", "e|ed", "E|show-overlap", "x|overlap-only", "X", "3|easy-only", "i", "m|merge", "L|label=",
    "T|initial-tab", "strip-trailing-cr", "diff-program=", "help", "v|version",
];

fn read(args: Vec<Vec<u8>>) -> Result<(Options, Vec<Vec<u8>>), String> {
    let mut options = Options::default();
    let mut files = Vec::new();
    let mut kinds = 0;
    for item in cli::parse(args, SPECS, Order::Permute)? {
        let (name, value) = match item {
            Item::Operand(name) => {
                files.push(name);
                continue;
            }
            Item::Option(name, value) => (name, value.unwrap_or_default()),
        };
        kinds += i32::from(matches!(name, "A" | "e" | "E" | "x" | "X" | "3"));
        match name {
            "A" => (options.show_second, options.flagging) = (true, true),
            "E" => options.flagging = true,
            "x" | "X" => options.overlap_only = true,
            "3" => options.simple_only = true,
            "i" => options.final_write = true,
            "m" => options.merge = true,
            "T" => options.initial_tab = true,
            "strip-trailing-cr" => options.strip_cr = true,
            "L" if options.labels.len() == 3 => return Err("too many file label options".to_string()),
            "L" => options.labels.push(value),
            "help" => cli::print_and_exit(HELP),
            "v" => cli::print_and_exit("diff3 (Shadowbox; compatible with GNU diffutils) 3.8\n"),
            // -e says nothing more than that there is to be a script.
            _ => {}
        }
    }
    options.ed = kinds > 0 && !options.merge;
    options.show_second |= kinds == 0 && options.merge;
    options.flagging |= kinds == 0 && options.merge;
    if kinds > 1 || options.final_write && options.merge || !options.labels.is_empty() && !options.flagging {
        return Err("incompatible options".to_string());
    }
    match files.len() {
        3 => Ok((options, files)),
        0 => Err("missing operand".to_string()),
        1 | 2 => Err(format!("missing operand after '{}'", cli::show(&files[files.len() - 1]))),
        _ => Err(format!("extra operand '{}'", cli::show(&files[3]))),
    }
}
