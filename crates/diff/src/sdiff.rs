//! sdiff: two files side by side, and with `-o` their merge by commands read from standard input.

use std::fs::File;
use std::io::{self, BufRead, Write};
use std::ops::Range;

use cli::{Item, Order, Output};

use crate::compare::{compare, Change, How};
use crate::hunks::is_trivial;
use crate::options::{self, Options};
use crate::print::{Header, Printer};
use crate::text::Text;

const HELP: &str = include_str!("help_sdiff.txt");
const COMMANDS: &str = "l or 1:\tUse the left version.\nr or 2:\tUse the right version.\ns:\tSilently include common lines.\nv:\tVerbosely include common lines.\nq:\tQuit.\n";
const TROUBLE: i32 = 2;

const SPECS: &[&str] = &[
    "a|text", "b|ignore-space-change", "B|ignore-blank-lines", "d|minimal", "diff-program=", "E|ignore-tab-expansion", "help",
    "H|speed-large-files", "i|ignore-case", "I|ignore-matching-lines=", "l|left-column", "o|output=", "s|suppress-common-lines",
    "strip-trailing-cr", "t|expand-tabs", "tabsize=", "v|version", "w|width=", "W|ignore-all-space", "Z|ignore-trailing-space",
];

/// The exit status: 0 the files are the same, 1 they differ, 2 trouble.
pub fn main() -> i32 {
    let usage = |message: &str| -> ! {
        eprintln!("sdiff: {message}\nsdiff: Try 'sdiff --help' for more information.");
        std::process::exit(TROUBLE)
    };
    let items = cli::parse(cli::args(), SPECS, Order::Permute).unwrap_or_else(|message| usage(&message));
    let (mut files, mut output) = (Vec::new(), None);
    let mut args: Vec<Vec<u8>> = vec![b"--side-by-side".to_vec()];
    for item in items {
        match item {
            Item::Operand(name) => files.push(name),
            Item::Option("help", _) => cli::print_and_exit(HELP),
            Item::Option("v", _) => cli::print_and_exit("sdiff (Shadowbox; compatible with GNU diffutils) 3.8\n"),
            Item::Option("o", name) => output = name,
            Item::Option("diff-program", _) => {}
            Item::Option(name, value) => args.push(for_diff(name, value)),
        }
    }
    match files.len() {
        2 => {}
        0 => usage("missing operand"),
        1 => usage(&format!("missing operand after '{}'", cli::show(&files[0]))),
        _ => usage(&format!("extra operand '{}'", cli::show(&files[2]))),
    }
    match output {
        None => {
            args.push(b"--".to_vec());
            args.extend(files);
            crate::diff::run(args)
        }
        Some(output) => {
            let (options, _) = options::parse(args).unwrap_or_else(|message| usage(&message));
            match interact(options, &files, &output) {
                Ok(status) => status,
                Err((name, error)) => cli::fail("sdiff", TROUBLE, &format!("{}: {}", cli::show(&name), cli::reason(&error))),
            }
        }
    }
}

/// diff's option for one of sdiff's.
fn for_diff(name: &str, value: Option<Vec<u8>>) -> Vec<u8> {
    let long = match name {
        "l" => "--left-column",
        "s" => "--suppress-common-lines",
        "w" => "--width",
        "W" => "--ignore-all-space",
        "I" => "--ignore-matching-lines",
        "strip-trailing-cr" => "--strip-trailing-cr",
        "tabsize" => "--tabsize",
        letter => return format!("-{letter}").into_bytes(),
    };
    match value {
        Some(value) => [long.as_bytes(), b"=", &value].concat(),
        None => long.as_bytes().to_vec(),
    }
}

type Failure = (Vec<u8>, io::Error);

struct Merge<'a> {
    texts: [&'a Text; 2],
    options: Options,
    screen: Output,
    output: Vec<u8>,
}

fn interact(options: Options, files: &[Vec<u8>], output: &[u8]) -> Result<i32, Failure> {
    let read = |name: &Vec<u8>| {
        let mut bytes = crate::diff::read(name).map_err(|error| (name.clone(), error))?;
        if options.strip_cr {
            crate::diff::strip_cr(&mut bytes);
        }
        Ok(Text::new(bytes))
    };
    let (left, right) = (read(&files[0])?, read(&files[1])?);
    let failed = |error| (output.to_vec(), error);
    let mut file = File::create(cli::path(output)).map_err(failed)?;
    let mut merge = Merge { texts: [&left, &right], options, screen: Output::new("sdiff", TROUBLE), output: Vec::new() };
    let (finished, differ) = merge.run();
    file.write_all(&merge.output).map_err(failed)?;
    Ok(if finished { i32::from(differ) } else { TROUBLE })
}

impl Merge<'_> {
    /// Goes through the changes; whether the user saw them all through, and whether there were any.
    fn run(&mut self) -> (bool, bool) {
        let texts = self.texts;
        let how = How { ignore: self.options.ignore, tab: self.options.tab, horizon: self.options.horizon, minimal: self.options.minimal };
        let changes: Vec<Change> = compare(texts[0], texts[1], how).into_iter().filter(|change| !is_trivial(change, texts, &self.options)).collect();
        let (mut i, mut j) = (0, 0);
        for change in &changes {
            self.copy(0, i..change.old.start);
            self.show(&mut i, &mut j, change);
            if !self.choose(change) {
                return (false, true);
            }
        }
        let (old, new) = (texts[0].len(), texts[1].len());
        self.copy(0, i..old);
        self.show(&mut i, &mut j, &Change { old: old..old, new: new..new });
        (true, !changes.is_empty())
    }

    fn copy(&mut self, side: usize, lines: Range<usize>) {
        for index in lines {
            self.output.extend_from_slice(self.texts[side].line(index));
        }
    }

    fn show(&mut self, i: &mut usize, j: &mut usize, change: &Change) {
        let nobody = || Header { name: Vec::new(), time: String::new() };
        let headers = [nobody(), nobody()];
        let mut printer = Printer { texts: self.texts, headers: &headers, options: &self.options, out: &mut self.screen };
        printer.side_by_side_from(i, j, change);
    }

    /// Asks until a version is chosen; false: the user quits, as the end of input does.
    fn choose(&mut self, change: &Change) -> bool {
        loop {
            self.screen.put(b"%");
            self.screen.send();
            let mut line = Vec::new();
            // Input that cannot be read has ended.
            let _ = io::stdin().lock().read_until(b'\n', &mut line);
            match line.trim_ascii() {
                b"l" | b"1" => self.copy(0, change.old.clone()),
                b"r" | b"2" => self.copy(1, change.new.clone()),
                b"s" => {
                    self.options.suppress_common = true;
                    continue;
                }
                b"v" => {
                    self.options.suppress_common = false;
                    continue;
                }
                b"q" => return false,
                _ if line.is_empty() => return false,
                _ => {
                    eprint!("{COMMANDS}");
                    continue;
                }
            }
            return true;
        }
    }
}
