//! xxd.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, Read, Seek, SeekFrom, Write};

use cli::Output;

const HELP: &str = "Usage:
       xxd [options] [infile [outfile]]
    or
       xxd -r [-s [-]offset] [-c cols] [-ps] [infile [outfile]]
Options:
    -a          toggle autoskip: A single '*' replaces nul-lines. Default off.
    -b          binary digit dump (incompatible with -ps,-i,-r). Default hex.
    -C          capitalize variable names in C include file style (-i).
    -c cols     format <cols> octets per line. Default 16 (-i: 12, -ps: 30).
    -E          show characters in EBCDIC. Default ASCII.
    -e          little-endian dump (incompatible with -ps,-i,-r).
    -g bytes    number of octets per group in normal output. Default 2 (-e: 4).
    -h          print this summary.
    -i          output in C include file style.
    -l len      stop after <len> octets.
    -n name     set the variable name used in C include output (-i).
    -o off      add <off> to the displayed file position.
    -ps         output in postscript plain hexdump style.
    -r          reverse operation: convert (or patch) hexdump into binary.
    -r -s off   revert with <off> added to file positions found in hexdump.
    -d          show offset in decimal instead of hex.
    -s [+][-]seek  start at <seek> bytes abs. (or +: rel.) infile offset.
    -u          use upper case hex letters.
    -v          show version.
";

#[derive(Default)]
struct Options {
    skip_zeros: bool,
    bits: bool,
    little: bool,
    include: bool,
    plain: bool,
    reverse: bool,
    upper: bool,
    capital: bool,
    decimal: bool,
    columns: Option<usize>,
    group: Option<usize>,
    limit: Option<u64>,
    offset: i64,
    seek: i64,
    name: Option<String>,
}

fn number(text: &[u8]) -> i64 {
    let text = cli::show(text);
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(&text)),
    };
    let value = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(hex) => i64::from_str_radix(hex, 16),
        None if digits.len() > 1 && digits.starts_with('0') => i64::from_str_radix(digits, 8),
        None => digits.parse(),
    };
    sign * value.unwrap_or(0)
}

fn usage() -> ! {
    eprint!("{HELP}");
    std::process::exit(1)
}

/// Options may be longer than needed: `-ps`, `-cols`, `-len`; `--` before them is one dash.
fn read() -> (Options, Vec<Vec<u8>>) {
    let mut options = Options::default();
    let mut files = Vec::new();
    let mut args = cli::args().into_iter();
    while let Some(arg) = args.next() {
        if arg.len() < 2 || arg[0] != b'-' || !files.is_empty() {
            files.push(arg);
            continue;
        }
        if arg == b"--" {
            files.extend(args.by_ref());
            break;
        }
        let letters = if arg.starts_with(b"--") { &arg[2..] } else { &arg[1..] };
        let words: [(&[u8], u8); 8] = [(b"ps", b'p'), (b"postscript", b'p'), (b"plain", b'p'), (b"bits", b'b'), (b"include", b'i'), (b"autoskip", b'a'), (b"version", b'v'), (b"help", b'h')];
        let flag = words.iter().find(|(word, _)| *word == letters).map_or(letters[0], |word| word.1);
        let value = |args: &mut std::vec::IntoIter<Vec<u8>>| {
            let rest: &[u8] = &letters[1..];
            let inline = rest.first().is_some_and(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'+'));
            if inline { rest.to_vec() } else { args.next().unwrap_or_else(|| usage()) }
        };
        match flag {
            b'a' => options.skip_zeros = !options.skip_zeros,
            b'b' => options.bits = true,
            b'e' => options.little = true,
            b'i' => options.include = true,
            b'p' => options.plain = true,
            b'r' => options.reverse = true,
            b'u' => options.upper = true,
            b'C' => options.capital = true,
            b'd' => options.decimal = true,
            b'E' => {}
            b'c' => options.columns = Some(number(&value(&mut args)).clamp(0, 256) as usize),
            b'g' => options.group = Some(number(&value(&mut args)).max(0) as usize),
            b'l' => options.limit = Some(number(&value(&mut args)).max(0) as u64),
            b'o' => options.offset = number(&value(&mut args)),
            b's' => options.seek = number(&value(&mut args)),
            b'n' => options.name = args.next().map(|name| cli::show(&name)),
            b'h' => cli::print_and_exit(HELP),
            b'v' => cli::print_and_exit("xxd (Shadowbox; compatible with xxd) 2022-01-14\n"),
            _ => usage(),
        }
        // Flags without a value may be joined.
        if letters.len() > 1 && !words.iter().any(|(word, _)| *word == letters) && b"abeipruCd".contains(&flag) {
            for letter in &letters[1..] {
                match letter {
                    b'p' => options.plain = true,
                    b'r' => options.reverse = true,
                    b'u' => options.upper = true,
                    b'i' => options.include = true,
                    b'b' => options.bits = true,
                    b's' | b'l' | b'a' => {}
                    _ => usage(),
                }
            }
        }
    }
    (options, files)
}

pub fn main() -> i32 {
    let (options, files) = read();
    let name = files.first().cloned().unwrap_or_else(|| b"-".to_vec());
    let mut input = match crate::input::open(&name) {
        Ok(input) => input,
        Err(error) => cli::fail("xxd", 2, &format!("{}: {}", cli::show(&name), cli::reason(&error))),
    };
    let mut out: Box<dyn Write> = match files.get(1).filter(|name| *name != b"-") {
        Some(name) => match OpenOptions::new().write(true).create(true).truncate(!options.reverse).open(cli::path(name)) {
            Ok(file) => Box::new(file),
            Err(error) => cli::fail("xxd", 3, &format!("{}: {}", cli::show(name), cli::reason(&error))),
        },
        None => Box::new(Output::new("xxd", 3)),
    };
    let result = if options.reverse {
        let target = files.get(1).filter(|name| *name != b"-").and_then(|name| OpenOptions::new().write(true).open(cli::path(name)).ok());
        revert(&mut *input, &options, &mut *out, target)
    } else {
        dump(&mut *input, &name, &options, &mut *out)
    };
    match result.and_then(|()| out.flush()) {
        Ok(()) => 0,
        Err(error) => cli::fail("xxd", 2, &cli::reason(&error)),
    }
}

fn skip(input: &mut dyn BufRead, name: &[u8], seek: i64) -> io::Result<u64> {
    let mut seek = seek;
    if seek < 0 {
        let size = std::fs::metadata(cli::path(name)).map_or(0, |meta| meta.len() as i64);
        seek += size;
        if seek < 0 {
            cli::fail("xxd", 4, "Sorry, cannot seek.");
        }
    }
    io::copy(&mut input.take(seek as u64), &mut io::sink())
}

fn dump(input: &mut dyn BufRead, name: &[u8], options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let start = skip(input, name, options.seek)?;
    let mut input = input.take(options.limit.unwrap_or(u64::MAX));
    if options.include {
        return include(&mut input, name, options, out);
    }
    let hex = |byte: u8| if options.upper { format!("{byte:02X}") } else { format!("{byte:02x}") };
    if options.plain {
        let columns = options.columns.unwrap_or(30);
        let mut buffer = vec![0; if columns == 0 { 4096 } else { columns }];
        loop {
            let count = crate::input::fill(&mut input, &mut buffer)?;
            if count > 0 {
                let text: String = buffer[..count].iter().map(|byte| hex(*byte)).collect();
                out.write_all(text.as_bytes())?;
                if columns > 0 {
                    out.write_all(b"\n")?;
                }
            }
            if count < buffer.len() {
                if columns == 0 {
                    out.write_all(b"\n")?;
                }
                return Ok(());
            }
        }
    }
    let columns = options.columns.filter(|columns| *columns > 0).unwrap_or(if options.bits { 6 } else { 16 });
    let group = options.group.unwrap_or(if options.bits { 1 } else if options.little { 4 } else { 2 });
    let group = if group == 0 { columns } else { group };
    let mut buffer = vec![0; columns];
    let mut at = start as i64 + options.offset;
    let mut zeros = 0;
    let mut held = None;
    loop {
        let count = crate::input::fill(&mut input, &mut buffer)?;
        let row = &buffer[..count];
        if options.skip_zeros && count == columns && row.iter().all(|byte| *byte == 0) {
            zeros += 1;
            if zeros == 2 {
                held = Some(line(row, at, columns, group, options));
            }
            if zeros > 1 {
                at += count as i64;
                continue;
            }
        } else {
            if zeros > 2 {
                out.write_all(b"*\n")?;
            }
            if let Some(line) = held.take().filter(|_| zeros == 2) {
                out.write_all(line.as_bytes())?;
            }
            zeros = 0;
        }
        if count == 0 {
            return Ok(());
        }
        out.write_all(line(row, at, columns, group, options).as_bytes())?;
        at += count as i64;
        if count < columns {
            return Ok(());
        }
    }
}

fn line(row: &[u8], at: i64, columns: usize, group: usize, options: &Options) -> String {
    let mut text = if options.decimal { format!("{at:08}:") } else { format!("{at:08x}:") };
    let digits = if options.bits { 8 } else { 2 };
    for index in 0..columns {
        if index % group == 0 {
            text.push(' ');
        }
        let place = if options.little {
            let first = index / group * group;
            first + group - 1 - index % group
        } else {
            index
        };
        match row.get(place) {
            Some(byte) if options.bits => text += &format!("{byte:08b}"),
            Some(byte) if options.upper => text += &format!("{byte:02X}"),
            Some(byte) => text += &format!("{byte:02x}"),
            None => text += &" ".repeat(digits),
        }
    }
    text += "  ";
    if options.little {
        // The last group may be cut; its room stays.
        let over = columns % group;
        if over > 0 {
            text += &"  ".repeat(group - over);
        }
    }
    text.extend(row.iter().map(|byte| if (32..127).contains(byte) { char::from(*byte) } else { '.' }));
    text.push('\n');
    text
}

fn include(input: &mut dyn Read, name: &[u8], options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let columns = options.columns.filter(|columns| *columns > 0).unwrap_or(12);
    let name = options.name.clone().or_else(|| (name != b"-").then(|| cli::show(name)));
    let variable = name.map(|name| {
        let mut text: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        if text.starts_with(|c: char| c.is_ascii_digit()) {
            text.insert_str(0, "__");
        }
        if options.capital {
            text.to_uppercase()
        } else {
            text
        }
    });
    if let Some(variable) = &variable {
        writeln!(out, "unsigned char {variable}[] = {{")?;
    }
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes)?;
    for (at, byte) in bytes.iter().enumerate() {
        let before = match at {
            0 => "  ",
            at if at % columns == 0 => ",\n  ",
            _ => ", ",
        };
        let hex = if options.upper { format!("0X{byte:02X}") } else { format!("0x{byte:02x}") };
        out.write_all(format!("{before}{hex}").as_bytes())?;
    }
    if !bytes.is_empty() {
        writeln!(out)?;
    }
    if let Some(variable) = &variable {
        let length = if options.capital { "LEN" } else { "len" };
        writeln!(out, "}};\nunsigned int {variable}_{length} = {};", bytes.len())?;
    }
    Ok(())
}

fn revert(input: &mut dyn BufRead, options: &Options, out: &mut dyn Write, mut target: Option<File>) -> io::Result<()> {
    let mut line = Vec::new();
    let mut at = 0u64;
    let mut held: Option<u8> = None;
    while input.read_until(b'\n', &mut line)? > 0 {
        if options.plain {
            for byte in &line {
                let Some(digit) = (*byte as char).to_digit(16) else { continue };
                match held.take() {
                    Some(high) => out.write_all(&[high << 4 | digit as u8])?,
                    None => held = Some(digit as u8),
                }
            }
        } else if let Some((offset, bytes)) = row(&line, options) {
            let offset = (offset as i64 + options.seek).max(0) as u64;
            if let Some(target) = &mut target {
                target.seek(SeekFrom::Start(offset))?;
                target.write_all(&bytes)?;
            } else {
                if offset < at {
                    cli::fail("xxd", 5, "Sorry, cannot seek backwards.");
                }
                if offset - at > 1 << 30 {
                    cli::fail("xxd", 5, "Sorry, cannot seek so far.");
                }
                out.write_all(&vec![0; (offset - at) as usize])?;
                out.write_all(&bytes)?;
            }
            at = offset + bytes.len() as u64;
        }
        line.clear();
    }
    Ok(())
}

/// `OFFSET: HEX HEX …  text`
fn row(line: &[u8], options: &Options) -> Option<(u64, Vec<u8>)> {
    let text = std::str::from_utf8(line).ok().map(str::to_string).unwrap_or_else(|| cli::show(line));
    let text = text.trim_start();
    let end = text.find(|c: char| !c.is_ascii_hexdigit())?;
    let offset = u64::from_str_radix(&text[..end], 16).ok()?;
    let rest = text[end..].strip_prefix(':').unwrap_or(&text[end..]);
    let most = options.columns.unwrap_or(if options.bits { 6 } else { 16 }).max(1);
    let mut bytes = Vec::new();
    let (mut held, mut spaces): (Option<u32>, usize) = (None, 0);
    for character in rest.chars() {
        match character.to_digit(16) {
            Some(digit) => {
                spaces = 0;
                match held.take() {
                    Some(high) => bytes.push((high << 4 | digit) as u8),
                    None => held = Some(digit),
                }
                if bytes.len() == most {
                    break;
                }
            }
            None if character == ' ' || character == '\t' => {
                spaces += 1;
                held = None;
                if spaces > 1 && !bytes.is_empty() {
                    break;
                }
            }
            None => break,
        }
    }
    Some((offset, bytes))
}
