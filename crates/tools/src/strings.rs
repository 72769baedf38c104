//! strings.

use std::io::{BufRead, Read};

use cli::{Item, Order, Output};

const HELP: &str = "Usage: strings [option(s)] [file(s)]
 Display printable strings in [file(s)] (stdin by default)
 The options are:
  -a - --all                Scan the entire file, not just the data section
  -d --data                 Only scan the data sections in the file
  -f --print-file-name      Print the name of the file before each string
  -n <number>               Locate & print any sequence of at least <number>
    --bytes=<number>         displayable characters.  (The default is 4).
  -t --radix={o,d,x}        Print the location of the string in base 8, 10 or 16
  -w --include-all-whitespace Include all whitespace as valid string characters
  -o                        An alias for --radix=o
  -e --encoding={s,S,b,l,B,L} Select character size and endianness:
                            s = 7-bit, S = 8-bit, {b,l} = 16-bit, {B,L} = 32-bit
  -s --output-separator=<string> String used to separate strings in output.
  -h --help                 Display this information
  -v -V --version           Print the program's version number
";

struct Options {
    least: usize,
    radix: Option<u8>,
    names: bool,
    spaces: bool,
    encoding: u8,
    end: Vec<u8>,
}

pub fn main() -> i32 {
    // `-6` is `-n 6`.
    let args = cli::args().into_iter().map(|arg| match arg.strip_prefix(b"-") {
        Some(digits) if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) => [b"-n", digits].concat(),
        Some(b"") => b"-a".to_vec(),
        _ => arg,
    });
    let specs = ["a|all", "d|data", "f|print-file-name", "n|bytes=", "t|radix=", "w|include-all-whitespace", "o", "e|encoding=", "s|output-separator=", "T|target=", "h|help", "V|v|version"];
    let items = cli::parse(args.collect(), &specs, Order::Permute).unwrap_or_else(|message| cli::bad_usage("strings", 1, &message));
    let mut options = Options { least: 4, radix: None, names: false, spaces: false, encoding: b's', end: b"\n".to_vec() };
    let mut files = Vec::new();
    for item in items {
        let (name, value) = match item {
            Item::Operand(name) => {
                files.push(name);
                continue;
            }
            Item::Option(name, value) => (name, value.unwrap_or_default()),
        };
        match name {
            "f" => options.names = true,
            "n" => match cli::show(&value).parse() {
                Ok(least @ 1..) => options.least = least,
                Ok(_) => cli::fail("strings", 1, &format!("minimum string length is too small: {}", cli::show(&value))),
                Err(_) => cli::fail("strings", 1, &format!("invalid integer argument {}", cli::show(&value))),
            },
            "t" => options.radix = value.first().copied().filter(|radix| b"odx".contains(radix)).or_else(|| cli::bad_usage("strings", 1, "")),
            "o" => options.radix = Some(b'o'),
            "w" => options.spaces = true,
            "e" => options.encoding = value.first().copied().filter(|kind| b"sSblBL".contains(kind)).unwrap_or_else(|| cli::bad_usage("strings", 1, "")),
            "s" => options.end = value,
            "h" => cli::print_and_exit(HELP),
            "V" => cli::print_and_exit("GNU strings (Shadowbox; compatible with GNU Binutils) 2.40\n"),
            _ => {}
        }
    }
    let mut out = Output::new("strings", 1);
    if files.is_empty() {
        return i32::from(crate::input::open(b"-").and_then(|mut input| scan(&mut *input, b"{standard input}", &options, &mut out)).is_err());
    }
    let mut status = 0;
    for file in files {
        let opened = crate::input::open(if file == b"-" { b"./-" } else { &file });
        if let Err(error) = opened.and_then(|mut input| scan(&mut *input, &file, &options, &mut out)) {
            out.send();
            match error.kind() {
                std::io::ErrorKind::NotFound => eprintln!("strings: '{}': No such file", cli::show(&file)),
                std::io::ErrorKind::IsADirectory => eprintln!("strings: Warning: '{}' is a directory", cli::show(&file)),
                _ => eprintln!("strings: {}: {}", cli::show(&file), cli::reason(&error)),
            }
            status = 1;
        }
    }
    status
}

fn scan(input: &mut dyn BufRead, name: &[u8], options: &Options, out: &mut Output) -> std::io::Result<()> {
    let size = match options.encoding {
        b'b' | b'l' => 2,
        b'B' | b'L' => 4,
        _ => 1,
    };
    let big = matches!(options.encoding, b'b' | b'B');
    let mut run: Vec<u8> = Vec::new();
    let (mut start, mut at) = (0u64, 0u64);
    let mut bytes = input.bytes();
    loop {
        let mut unit = [0u8; 4];
        let mut got = 0;
        while got < size {
            match bytes.next() {
                Some(byte) => unit[got] = byte?,
                None => break,
            }
            got += 1;
        }
        let ended = got < size;
        let code = unit[..size].iter().enumerate().fold(0u32, |sum, (index, byte)| sum | u32::from(*byte) << (8 * if big { size - 1 - index } else { index }));
        let fits = match code {
            9 | 32..=126 => true,
            10..=13 => options.spaces,
            128..=255 => options.encoding == b'S',
            _ => false,
        };
        if !ended && fits {
            if run.is_empty() {
                start = at;
            }
            run.push(code as u8);
        } else {
            if run.len() >= options.least {
                show(&run, start, name, options, out);
            }
            run.clear();
        }
        if ended {
            return Ok(());
        }
        at += size as u64;
    }
}

fn show(run: &[u8], start: u64, name: &[u8], options: &Options, out: &mut Output) {
    if options.names {
        out.put(name);
        out.put(b": ");
    }
    let place = match options.radix {
        Some(b'o') => format!("{start:7o} "),
        Some(b'd') => format!("{start:7} "),
        Some(_) => format!("{start:7x} "),
        None => String::new(),
    };
    out.put(place.as_bytes());
    out.put(run);
    out.put(&options.end);
}
