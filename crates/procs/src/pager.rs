//! less and more, where their output is read by a program: the files, one after another.

use std::io::{self, BufRead, IsTerminal};

use cli::Output;

/// The exit status: 0 all files were shown, 1 one could not be.
pub fn main(name: &str) -> i32 {
    let files: Vec<Vec<u8>> = operands(cli::args(), name);
    let mut out = Output::new(name, 1);
    if files.is_empty() {
        if io::stdin().is_terminal() {
            eprintln!("{}", if name == "less" { "Missing filename (\"less --help\" for help)" } else { "more: bad usage\nTry 'more --help' for more information." });
            return 1;
        }
        return i32::from(copy(&mut io::stdin().lock(), &mut out).is_err());
    }
    let mut status = 0;
    for file in &files {
        if name == "more" && files.len() > 1 {
            out.put(&[b"::::::::::::::\n", &file[..], b"\n::::::::::::::\n"].concat());
        }
        if let Err(message) = show(file, &mut out) {
            out.send();
            eprintln!("{}{message}", if name == "more" { "more: " } else { "" });
            status = 1;
        }
    }
    status
}

fn show(file: &[u8], out: &mut Output) -> Result<(), String> {
    let wrong = |error: io::Error| format!("{}: {}", cli::show(file), cli::reason(&error));
    if file == b"-" {
        return copy(&mut io::stdin().lock(), out).map_err(wrong);
    }
    let opened = std::fs::File::open(cli::path(file)).map_err(wrong)?;
    if opened.metadata().map_err(wrong)?.is_dir() {
        return Err(format!("{} is a directory", cli::show(file)));
    }
    copy(&mut io::BufReader::with_capacity(1 << 16, opened), out).map_err(wrong)
}

fn copy(input: &mut dyn BufRead, out: &mut Output) -> io::Result<()> {
    loop {
        let chunk = input.fill_buf()?;
        let length = chunk.len();
        if length == 0 {
            return Ok(());
        }
        out.put(chunk);
        // What somebody types into a pipe is to be seen now.
        out.send();
        input.consume(length);
    }
}

/// Options of a pager say how a person moves through the text; here they are read over.
fn operands(args: Vec<Vec<u8>>, name: &str) -> Vec<Vec<u8>> {
    let mut operands = Vec::new();
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        match arg.as_slice() {
            b"--" => operands.extend(args.by_ref()),
            b"--help" => cli::print_and_exit("Usage: less [options] [file]...\nThe files, one after another: output that is no terminal has no pages.\n"),
            b"--version" | b"-V" => cli::print_and_exit("less 590 (Shadowbox)\n"),
            // These take the next word when nothing follows the letter.
            b"-p" | b"-P" | b"-b" | b"-h" | b"-j" | b"-k" | b"-o" | b"-O" | b"-t" | b"-T" | b"-x" | b"-y" | b"-z" if name == "less" => drop(args.next()),
            b"-n" if name == "more" => drop(args.next()),
            option if option.len() > 1 && (option[0] == b'-' || option[0] == b'+') => {}
            _ => operands.push(arg),
        }
    }
    operands
}
