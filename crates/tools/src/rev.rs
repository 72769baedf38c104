//! rev.

use std::io::BufRead;

use cli::{Item, Order, Output};

const HELP: &str = "Usage:
 rev [options] [file ...]

Reverse lines characterwise.

Options:
 -0, --zero     use the nul byte as line separator
 -h, --help     display this help
 -V, --version  display version
";

pub fn main() -> i32 {
    let items = cli::parse(cli::args(), &["0|zero", "h|help", "V|version"], Order::Permute).unwrap_or_else(|message| cli::bad_usage("rev", 1, &message));
    let (mut end, mut files) = (b'\n', Vec::new());
    for item in items {
        match item {
            Item::Operand(name) => files.push(name),
            Item::Option("0", _) => end = 0,
            Item::Option("h", _) => cli::print_and_exit(HELP),
            Item::Option(..) => cli::print_and_exit("rev (Shadowbox; compatible with util-linux) 2.38.1\n"),
        }
    }
    if files.is_empty() {
        files.push(b"-".to_vec());
    }
    let mut out = Output::new("rev", 1);
    let mut status = 0;
    for file in files {
        let result = crate::input::open(&file).and_then(|mut input| reverse(&mut *input, end, &mut out));
        if let Err(error) = result {
            out.send();
            eprintln!("rev: cannot open {}: {}", cli::show(&file), cli::reason(&error));
            status = 1;
        }
    }
    status
}

fn reverse(input: &mut dyn BufRead, end: u8, out: &mut Output) -> std::io::Result<()> {
    let mut line = Vec::new();
    while input.read_until(end, &mut line)? > 0 {
        let ended = line.last() == Some(&end);
        if ended {
            line.pop();
        }
        // Bytes that are no characters keep their order of reading, reversed one by one.
        let mut reversed = Vec::with_capacity(line.len());
        for chunk in line.utf8_chunks().collect::<Vec<_>>().into_iter().rev() {
            reversed.extend(chunk.invalid().iter().rev());
            for character in chunk.valid().chars().rev() {
                reversed.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
        if ended {
            reversed.push(end);
        }
        out.put(&reversed);
        line.clear();
    }
    Ok(())
}
