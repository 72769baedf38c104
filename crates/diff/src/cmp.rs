//! cmp.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::os::unix::fs::MetadataExt;

use cli::{Item, Order, Output};

const HELP: &str = "Usage: cmp [OPTION]... FILE1 [FILE2 [SKIP1 [SKIP2]]]
Compare two files byte by byte.

  -b, --print-bytes          print differing bytes
  -i, --ignore-initial=SKIP  skip first SKIP bytes of both inputs
  -i SKIP1:SKIP2             skip first SKIP1 bytes of FILE1 and SKIP2 of FILE2
  -l, --verbose              output byte numbers and differing byte values
  -n, --bytes=LIMIT          compare at most LIMIT bytes
  -s, --quiet, --silent      print nothing
      --help                 this text
  -v, --version              the version

SKIP values may be followed by kB 1000, K 1024, MB, M, GB, G, and so on.
If FILE is '-' or missing, read standard input. Exit status is 0 if inputs are the same, 1 if different, 2 if trouble.
";

#[derive(Default)]
struct Options {
    bytes: bool,
    verbose: bool,
    silent: bool,
    skip: [u64; 2],
    limit: Option<u64>,
}

fn usage(message: &str) -> ! {
    eprintln!("cmp: {message}\ncmp: Try 'cmp --help' for more information.");
    std::process::exit(2)
}

pub fn main() -> i32 {
    let specs = ["b|print-bytes|c", "i|ignore-initial=", "l|verbose", "n|bytes=", "s|quiet|silent", "v|version", "help"];
    let items = cli::parse(cli::args(), &specs, Order::Permute).unwrap_or_else(|message| usage(&message));
    let mut options = Options::default();
    let mut operands = Vec::new();
    for item in items {
        match item {
            Item::Operand(name) => operands.push(name),
            Item::Option("b", _) => options.bytes = true,
            Item::Option("l", _) => options.verbose = true,
            Item::Option("s", _) => options.silent = true,
            Item::Option("help", _) => cli::print_and_exit(HELP),
            Item::Option("v", _) => cli::print_and_exit("cmp (Shadowbox; compatible with GNU diffutils) 3.8\n"),
            Item::Option("n", value) => options.limit = Some(size(&value.unwrap_or_default(), "--bytes")),
            Item::Option(_, value) => {
                let value = value.unwrap_or_default();
                let mut parts = value.splitn(2, |byte| *byte == b':');
                let first = size(parts.next().unwrap_or_default(), "--ignore-initial");
                let second = parts.next().map_or(first, |text| size(text, "--ignore-initial"));
                options.skip = [options.skip[0].max(first), options.skip[1].max(second)];
            }
        }
    }
    if options.verbose && options.silent {
        usage("options -l and -s are incompatible");
    }
    match operands.len() {
        0 => usage("missing operand after 'cmp'"),
        5.. => usage(&format!("extra operand '{}'", cli::show(&operands[4]))),
        _ => {}
    }
    for (index, text) in operands.iter().skip(2).enumerate() {
        options.skip[index] = size(text, "SKIP");
    }
    let second = operands.get(1).cloned().unwrap_or_else(|| b"-".to_vec());
    compare([operands[0].clone(), second], &options)
}

fn size(text: &[u8], option: &str) -> u64 {
    let shown = cli::show(text);
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let unit: Option<u64> = match &shown[digits..] {
        "" => Some(1),
        suffix => {
            let power = "kMGTPEZY".find(&suffix[..1].replace('K', "k")).map(|at| at as u32 + 1);
            match (power, &suffix[1..]) {
                (Some(power), "B") => 1000u64.checked_pow(power),
                (Some(power), "" | "iB") => 1024u64.checked_pow(power),
                _ => None,
            }
        }
    };
    match (shown[..digits].parse::<u64>().ok(), unit) {
        (Some(number), Some(unit)) => number.saturating_mul(unit),
        _ if option == "SKIP" => usage(&format!("invalid --ignore-initial value '{shown}'")),
        _ => usage(&format!("invalid {option} value '{shown}'")),
    }
}

/// Opens an input behind its first bytes; None where that was told as trouble.
fn open(name: &[u8], skip: u64, silent: bool) -> Option<(Box<dyn Read>, Option<(u64, u64, u64)>)> {
    let opened = if name == b"-" {
        use std::os::fd::AsFd;
        io::stdin().as_fd().try_clone_to_owned().map(File::from)
    } else {
        File::open(cli::path(name))
    };
    let found = opened.and_then(|file| file.metadata().map(|meta| (file, meta)));
    let (mut file, meta) = match found {
        Ok((_, meta)) if meta.is_dir() => {
            if !silent {
                eprintln!("cmp: {}: Is a directory", cli::show(name));
            }
            return None;
        }
        Ok(found) => found,
        Err(error) => {
            if !silent {
                eprintln!("cmp: {}: {}", cli::show(name), cli::reason(&error));
            }
            return None;
        }
    };
    if skip > 0 && file.seek(SeekFrom::Current(i64::try_from(skip).unwrap_or(i64::MAX))).is_err() {
        // A pipe: its bytes are read away.
        io::copy(&mut (&mut file).take(skip), &mut io::sink()).ok()?;
    }
    let identity = meta.is_file().then(|| (meta.dev(), meta.ino(), meta.len()));
    Some((Box::new(BufReader::with_capacity(64 * 1024, file)), identity))
}

fn compare(names: [Vec<u8>; 2], options: &Options) -> i32 {
    let (Some((first, first_id)), Some((second, second_id))) =
        (open(&names[0], options.skip[0], options.silent), open(&names[1], options.skip[1], options.silent))
    else {
        return 2;
    };
    if let (Some(a), Some(b)) = (first_id, second_id) {
        if a == b && a.1 != 0 && names[0] != b"-" && options.skip[0] == options.skip[1] {
            return 0;
        }
        let (left, right) = (a.2.saturating_sub(options.skip[0]), b.2.saturating_sub(options.skip[1]));
        if options.silent && options.limit.is_none() && left != right {
            return 1;
        }
    }
    match run(first, second, &names, options) {
        Ok(status) => status,
        Err(error) => {
            eprintln!("cmp: {}", cli::reason(&error));
            2
        }
    }
}

fn fill(input: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match input.read(&mut buffer[filled..])? {
            0 => break,
            count => filled += count,
        }
    }
    Ok(filled)
}

fn run(mut first: Box<dyn Read>, mut second: Box<dyn Read>, names: &[Vec<u8>; 2], options: &Options) -> io::Result<i32> {
    let mut out = Output::new("cmp", 2);
    let (mut a, mut b) = (vec![0; 64 * 1024], vec![0; 64 * 1024]);
    let (mut offset, mut line, mut status) = (0u64, 1u64, 0);
    let mut limit = options.limit.unwrap_or(u64::MAX);
    let width = options.limit.map_or(18, |limit| limit.to_string().len()).min(first_width(&names[0])).min(first_width(&names[1]));
    let mut ended_in_line = false;
    loop {
        let want = limit.min(a.len() as u64) as usize;
        let (left, right) = (fill(&mut first, &mut a[..want])?, fill(&mut second, &mut b[..want])?);
        limit -= want as u64;
        let common = left.min(right);
        let mut at = 0;
        while let Some(found) = (at..common).find(|i| a[*i] != b[*i]) {
            status = 1;
            if options.silent {
                return Ok(1);
            }
            if !options.verbose {
                line += memchr::memchr_iter(b'\n', &a[..found]).count() as u64;
                out.put(difference(names, offset + found as u64 + 1, line, [a[found], b[found]], options.bytes).as_bytes());
                return Ok(1);
            }
            out.put(verbose(offset + found as u64 + 1, [a[found], b[found]], options.bytes, width).as_bytes());
            at = found + 1;
        }
        line += memchr::memchr_iter(b'\n', &a[..common]).count() as u64;
        offset += common as u64;
        if common > 0 {
            ended_in_line = a[common - 1] != b'\n';
        }
        if left != right {
            out.send();
            if !options.silent {
                let name = cli::show(&names[usize::from(right < left)]);
                let place = match (offset, options.verbose, ended_in_line) {
                    (0, ..) => " which is empty".to_string(),
                    (_, true, _) => format!(" after byte {offset}"),
                    (_, _, true) => format!(" after byte {offset}, in line {line}"),
                    _ => format!(" after byte {offset}, line {}", line - 1),
                };
                let place = if place.starts_with(" which") { place } else { place };
                eprintln!("cmp: EOF on {name}{place}");
            }
            return Ok(1);
        }
        if left < want || limit == 0 {
            return Ok(status);
        }
    }
}

/// Digits of the biggest byte number of a file.
fn first_width(name: &[u8]) -> usize {
    match std::fs::metadata(cli::path(name)) {
        Ok(meta) if meta.is_file() => meta.len().to_string().len(),
        _ => 18,
    }
}

fn difference(names: &[Vec<u8>; 2], offset: u64, line: u64, bytes: [u8; 2], show: bool) -> String {
    let [a, b] = [cli::show(&names[0]), cli::show(&names[1])];
    if !show {
        return format!("{a} {b} differ: byte {offset}, line {line}\n");
    }
    let [x, y] = bytes;
    format!("{a} {b} differ: byte {offset}, line {line} is {x:3o} {} {y:3o} {}\n", visible(x), visible(y))
}

fn verbose(offset: u64, [x, y]: [u8; 2], show: bool, width: usize) -> String {
    if show {
        format!("{offset:>width$} {x:3o} {:<4} {y:3o} {}\n", visible(x), visible(y))
    } else {
        format!("{offset:>width$} {x:3o} {y:3o}\n")
    }
}

/// A byte as `cat -v` shows it.
fn visible(byte: u8) -> String {
    match byte {
        0..=31 => format!("^{}", (byte + 64) as char),
        32..=126 => (byte as char).to_string(),
        127 => "^?".into(),
        _ => format!("M-{}", visible(byte - 128)),
    }
}
