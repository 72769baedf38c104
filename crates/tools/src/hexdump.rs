//! hexdump.

use std::io::{self, Read};

use cli::{Item, Order, Output};

use crate::hexformat::{lay_out, read as read_format, Group, Unit};

const HELP: &str = "Usage:
 hexdump [options] <file>...

Display file contents in hexadecimal, decimal, octal, or ascii.

Options:
 -b, --one-byte-octal      one-byte octal display
 -c, --one-byte-char       one-byte character display
 -C, --canonical           canonical hex+ASCII display
 -d, --two-bytes-decimal   two-byte decimal display
 -o, --two-bytes-octal     two-byte octal display
 -x, --two-bytes-hex       two-byte hexadecimal display
 -e, --format <format>     format string to be used for displaying data
 -f, --format-file <file>  file that contains format strings
 -n, --length <length>     interpret only length bytes of input
 -s, --skip <offset>       skip offset bytes from the beginning
 -v, --no-squeezing        output identical lines
 -h, --help                display this help
 -V, --version             display version
";

const SPECS: [&str; 13] = [
    "b|one-byte-octal", "c|one-byte-char", "C|canonical", "d|two-bytes-decimal", "o|two-bytes-octal", "x|two-bytes-hex", "e|format=", "f|format-file=",
    "n|length=", "s|skip=", "v|no-squeezing", "h|help", "V|version",
];

const ADDRESS: &str = "\"%07.7_Ax\\n\"";

/// The formats that an option stands for.
fn preset(name: &str) -> Vec<&'static str> {
    match name {
        "b" => vec![ADDRESS, "\"%07.7_ax \" 16/1 \"%03o \" \"\\n\""],
        "c" => vec![ADDRESS, "\"%07.7_ax \" 16/1 \"%3_c \" \"\\n\""],
        "C" => vec!["\"%08.8_Ax\\n\"", "\"%08.8_ax  \" 8/1 \"%02x \" \"  \" 8/1 \"%02x \"", "\"  |\" 16/1 \"%_p\" \"|\\n\""],
        "d" => vec![ADDRESS, "\"%07.7_ax \" 8/2 \"  %05u \" \"\\n\""],
        "o" => vec![ADDRESS, "\"%07.7_ax \" 8/2 \" %06o \" \"\\n\""],
        "x" => vec![ADDRESS, "\"%07.7_ax \" 8/2 \"   %04x \" \"\\n\""],
        _ => vec![ADDRESS, "\"%07.7_ax \" 8/2 \"%04x \" \"\\n\""],
    }
}

#[derive(Default)]
struct Dump {
    formats: Vec<Vec<Group>>,
    all: bool,
    canonical: bool,
}

fn number(text: &[u8]) -> u64 {
    let text = cli::show(text);
    let (digits, unit) = match text.find(|c: char| !c.is_ascii_hexdigit() && c != 'x') {
        Some(at) => text.split_at(at),
        None => (&text[..], ""),
    };
    let value = match digits.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16),
        None if digits.len() > 1 && digits.starts_with('0') => u64::from_str_radix(digits, 8),
        None => digits.trim_end_matches(['b']).parse(),
    };
    let factor = match unit.chars().next() {
        Some('K' | 'k') => 1 << 10,
        Some('M' | 'm') => 1 << 20,
        Some('G') => 1 << 30,
        _ if digits.ends_with('b') && !digits.starts_with("0x") => 512,
        _ => 1,
    };
    match value {
        Ok(value) => value.saturating_mul(factor),
        Err(_) => cli::fail("hexdump", 1, &format!("failed to parse length: '{text}'")),
    }
}

pub fn main(name: &str) -> i32 {
    let items = cli::parse(cli::args(), &SPECS, Order::Permute).unwrap_or_else(|message| cli::bad_usage("hexdump", 1, &message));
    let mut dump = Dump::default();
    let (mut files, mut skip, mut length) = (Vec::new(), 0, u64::MAX);
    let add = |dump: &mut Dump, text: &str| match read_format(text) {
        Ok(groups) => dump.formats.push(groups),
        Err(message) => cli::fail("hexdump", 1, &message),
    };
    let presets = |dump: &mut Dump, name: &str| preset(name).iter().for_each(|text| add(dump, text));
    if name == "hd" {
        presets(&mut dump, "C");
        dump.canonical = true;
    }
    for item in items {
        let (name, value) = match item {
            Item::Operand(file) => {
                files.push(file);
                continue;
            }
            Item::Option(name, value) => (name, value.unwrap_or_default()),
        };
        match name {
            "e" => add(&mut dump, &cli::show(&value)),
            "f" => match std::fs::read_to_string(cli::path(&value)) {
                Ok(text) => text.lines().filter(|line| !line.trim().is_empty() && !line.trim().starts_with('#')).for_each(|line| add(&mut dump, line)),
                Err(error) => cli::fail("hexdump", 1, &format!("can't read {}: {}", cli::show(&value), cli::reason(&error))),
            },
            "n" => length = number(&value),
            "s" => skip = number(&value),
            "v" => dump.all = true,
            "h" => cli::print_and_exit(HELP),
            "V" => cli::print_and_exit("hexdump (Shadowbox; compatible with util-linux) 2.38.1\n"),
            preset => {
                dump.canonical |= preset == "C";
                presets(&mut dump, preset);
            }
        }
    }
    if dump.formats.is_empty() {
        presets(&mut dump, "");
    }
    if files.is_empty() {
        files.push(b"-".to_vec());
    }
    let mut status = 0;
    let mut input: Box<dyn Read> = Box::new(io::empty());
    let mut opened = 0;
    for file in files {
        match crate::input::open(&file) {
            Ok(next) => {
                input = Box::new(input.chain(next));
                opened += 1;
            }
            Err(error) => {
                eprintln!("hexdump: {}: {}", cli::show(&file), cli::reason(&error));
                status = 1;
            }
        }
    }
    if opened == 0 {
        eprintln!("hexdump: all input file arguments failed");
        return 1;
    }
    let result = io::copy(&mut (&mut input).take(skip), &mut io::sink()).and_then(|_| dump.run(&mut input.take(length), skip));
    if let Err(error) = result {
        cli::fail("hexdump", 1, &cli::reason(&error));
    }
    status
}

impl Dump {
    fn run(&mut self, input: &mut dyn Read, start: u64) -> io::Result<()> {
        let block = self.formats.iter().map(|groups| groups.iter().map(Group::size).sum::<usize>()).max().unwrap_or(0).max(1);
        for groups in &mut self.formats {
            stretch(groups, block);
        }
        let mut out = Output::new("hexdump", 1);
        let mut row = vec![0; block];
        let mut last: Option<Vec<u8>> = None;
        let (mut at, mut starred) = (start, false);
        loop {
            let count = crate::input::fill(input, &mut row)?;
            if count == 0 {
                break;
            }
            if !self.all && count == block && last.as_deref() == Some(&row[..]) {
                if !std::mem::replace(&mut starred, true) {
                    out.put(b"*\n");
                }
            } else {
                starred = false;
                for groups in &self.formats {
                    out.put(self.row(groups, &row[..count], at).as_bytes());
                }
                last = Some(row.clone());
            }
            at += count as u64;
            if count < block {
                break;
            }
        }
        if at > start {
            for unit in self.formats.iter().flatten().flat_map(|group| &group.units) {
                if let Unit::Address(base, flags, true) = unit {
                    out.put(address(*base, flags, at).as_bytes());
                    out.put(b"\n");
                }
            }
        }
        Ok(())
    }

    fn row(&self, groups: &[Group], bytes: &[u8], at: u64) -> String {
        // What waits for the end says nothing in between.
        if groups.iter().flat_map(|group| &group.units).any(|unit| matches!(unit, Unit::Address(_, _, true))) {
            return String::new();
        }
        let mut out = String::new();
        let mut place = 0;
        for group in groups {
            let size = group.unit_size();
            for iteration in 0..group.iterations {
                let over = size > 0 && place >= bytes.len();
                if over && self.canonical && group.units.iter().any(|unit| matches!(unit, Unit::Convert { letter: 'P', .. })) {
                    break;
                }
                for (index, unit) in group.units.iter().enumerate() {
                    let last = iteration + 1 == group.iterations && group.iterations > 1 && index + 1 == group.units.len();
                    match unit {
                        // The space behind the last of several is left out.
                        Unit::Text(text) if last => out.push_str(text.strip_suffix(|c: char| c.is_whitespace()).unwrap_or(text)),
                        Unit::Text(text) => out.push_str(text),
                        Unit::Address(base, flags, _) => out.push_str(&address(*base, flags, at + place as u64)),
                        Unit::Convert { flags, letter, bytes: size } => {
                            let part = &bytes[place.min(bytes.len())..(place + size).min(bytes.len())];
                            out.push_str(&convert(flags, *letter, *size, part));
                            place += size;
                        }
                    }
                }
            }
        }
        out
    }
}

/// Repeats a last open group as far as a block goes.
fn stretch(groups: &mut [Group], block: usize) {
    let total: usize = groups.iter().map(Group::size).sum();
    if let Some(last) = groups.iter_mut().rev().find(|group| group.unit_size() > 0) {
        let size = last.unit_size();
        if last.open && total < block {
            last.iterations += (block - total) / size;
        }
    }
}

fn address(base: char, flags: &str, at: u64) -> String {
    let text = match base {
        'd' => at.to_string(),
        'o' => format!("{at:o}"),
        _ => format!("{at:x}"),
    };
    let width: usize = flags.split('.').next().unwrap_or_default().trim_start_matches('0').parse().unwrap_or(0);
    if flags.starts_with('0') {
        format!("{text:0>width$}")
    } else {
        format!("{text:>width$}")
    }
}

const NAMES: [&str; 32] = [
    "nul", "soh", "stx", "etx", "eot", "enq", "ack", "bel", "bs", "ht", "lf", "vt", "ff", "cr", "so", "si", "dle", "dc1", "dc2", "dc3", "dc4", "nak",
    "syn", "etb", "can", "em", "sub", "esc", "fs", "gs", "rs", "us",
];

/// Bytes as a conversion prints them; spaces where there are none left.
fn convert(flags: &str, letter: char, size: usize, bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return lay_out(flags.trim_start_matches('0'), String::new());
    }
    let mut padded = [0u8; 8];
    padded[..bytes.len().min(8)].copy_from_slice(&bytes[..bytes.len().min(8)]);
    let value = u64::from_le_bytes(padded);
    let byte = bytes[0];
    let text = match letter {
        'x' => format!("{value:x}"),
        'X' => format!("{value:X}"),
        'o' => format!("{value:o}"),
        'u' => value.to_string(),
        'd' | 'i' => {
            let shift = 64 - 8 * size.min(8) as u32;
            ((value << shift) as i64 >> shift).to_string()
        }
        'f' | 'e' | 'g' | 'E' | 'G' => {
            let number = if size == 4 { f64::from(f32::from_bits(value as u32)) } else { f64::from_bits(value) };
            format!("{number:.6}")
        }
        'c' => char::from(byte).to_string(),
        's' => cli::show(bytes),
        'P' => if (32..127).contains(&byte) { char::from(byte) } else { '.' }.to_string(),
        'U' if byte < 32 => NAMES[usize::from(byte)].to_string(),
        'U' if byte == 127 => "del".to_string(),
        'U' if byte > 127 => format!("{byte:02x}"),
        'U' => char::from(byte).to_string(),
        _ => match byte {
            0 => "\\0".to_string(),
            7 => "\\a".to_string(),
            8 => "\\b".to_string(),
            9 => "\\t".to_string(),
            10 => "\\n".to_string(),
            11 => "\\v".to_string(),
            12 => "\\f".to_string(),
            13 => "\\r".to_string(),
            32..=126 => char::from(byte).to_string(),
            _ => format!("{byte:03o}"),
        },
    };
    lay_out(flags, text)
}
