//! uudecode: what uuencode wrote becomes files again.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};

use cli::{Item, Order, Output};

const SYNOPSIS: &str = "uudecode (Shadowbox; compatible with GNU sharutils) - decode an encoded file
Usage:  uudecode [ -<flag> [<val>] | --<name>[{=| }<val>] ]... [<file>...]
";

const HELP: &str = "
   -o, --output-file=str      direct output to file
   -c, --ignore-chmod         ignore errors of setting the mode
   -v, --version              output version information and exit
   -h, --help                 display this help and exit

Decodes the files, or standard input. A '/dev/stdout' or '-' for the output
stands for standard output.
";

/// Statuses as sharutils has them: bad input, no input, no output.
const INVALID: i32 = 2;
const NO_INPUT: i32 = 4;
const NO_OUTPUT: i32 = 8;

/// What ends a file's decoding: a message and a status.
type Fault = (String, i32);

pub fn main() -> i32 {
    let specs = ["o|output-file=", "c|ignore-chmod", "v|version", "h|help"];
    let items = cli::parse(cli::args(), &specs, Order::Permute).unwrap_or_else(|message| {
        eprint!("uudecode: {}\n{SYNOPSIS}", message.replace("invalid option -- '", "illegal option -- ").trim_end_matches('\''));
        eprintln!("Try 'uudecode --help' for more information.");
        std::process::exit(1)
    });
    let (mut output, mut files) = (None, Vec::new());
    for item in items {
        match item {
            Item::Operand(name) => files.push(name),
            Item::Option("o", name) => output = name,
            Item::Option("h", _) => cli::print_and_exit(&format!("{SYNOPSIS}{HELP}")),
            Item::Option("v", _) => cli::print_and_exit("uudecode (Shadowbox; compatible with GNU sharutils) 4.15.2\n"),
            Item::Option(..) => {}
        }
    }
    if files.len() > 1 && output.is_some() {
        eprint!("uudecode usage error:\nYou cannot specify an output file when processing\nmultiple input files.\n{SYNOPSIS}");
        eprintln!("Try 'uudecode --help' for more information.");
        return 64;
    }
    if files.is_empty() {
        files.push(b"-".to_vec());
    }
    let mut status = 0;
    for file in files {
        let shown = if file == b"-" { "standard input".to_string() } else { cli::show(&file) };
        let mut input = match crate::input::open(&file) {
            Ok(input) => input,
            Err(error) => {
                eprintln!("uudecode: {shown}: {}", cli::reason(&error));
                status = NO_INPUT;
                continue;
            }
        };
        if let Err((message, own)) = decode(&mut *input, &shown, output.as_deref()) {
            eprintln!("uudecode fatal error:\n{message}");
            return own;
        }
    }
    status
}

fn line(input: &mut dyn BufRead, shown: &str) -> Result<Option<Vec<u8>>, Fault> {
    let mut line = Vec::new();
    match input.read_until(b'\n', &mut line) {
        Ok(0) => return Ok(None),
        Ok(_) => {}
        Err(error) => return Err((format!("{shown}: {}", cli::reason(&error)), INVALID)),
    }
    while matches!(line.last(), Some(b'\n' | b'\r')) {
        line.pop();
    }
    Ok(Some(line))
}

struct Header {
    base64: bool,
    mode: u32,
    name: Vec<u8>,
}

/// `begin[-base64][-encoded] MODE NAME`
fn header(line: &[u8]) -> Option<Header> {
    let rest = line.strip_prefix(b"begin")?;
    let (base64, rest) = rest.strip_prefix(b"-base64").map_or((false, rest), |rest| (true, rest));
    let (encoded, rest) = rest.strip_prefix(b"-encoded").map_or((false, rest), |rest| (true, rest));
    let rest = rest.strip_prefix(b" ")?.trim_ascii_start();
    let space = rest.iter().position(|byte| *byte == b' ')?;
    let mode = u32::from_str_radix(std::str::from_utf8(&rest[..space]).ok()?, 8).ok()?;
    let name = rest[space..].trim_ascii();
    let name = if encoded { base64_bytes(name)? } else { name.to_vec() };
    (!name.is_empty()).then_some(Header { base64, mode: mode & 0o777, name })
}

fn decode(input: &mut dyn BufRead, shown: &str, output: Option<&[u8]>) -> Result<(), Fault> {
    let header = loop {
        let Some(line) = line(input, shown)? else {
            return Err((format!("{shown}: Invalid or missing 'begin' line"), INVALID));
        };
        if let Some(header) = header(&line) {
            break header;
        }
    };
    let name = output.unwrap_or(&header.name);
    if name == b"-" || name == b"/dev/stdout" {
        let mut out = Output::new("uudecode", 1);
        return content(input, shown, &header, &mut out);
    }
    let (mut out, fresh) = create(name, header.mode)?;
    content(input, shown, &header, &mut out)?;
    out.flush().map_err(|error| (format!("{}: {}", cli::show(name), cli::reason(&error)), NO_OUTPUT))?;
    if !fresh {
        // The content is there; that the mode cannot be set is no reason to fail.
        let _ = out.get_ref().set_permissions(PermissionsExt::from_mode(header.mode));
    }
    Ok(())
}

/// Opens the output; whether it is new, and so has its mode.
fn create(name: &[u8], mode: u32) -> Result<(io::BufWriter<File>, bool), Fault> {
    let path = match (name.strip_prefix(b"~/"), std::env::var_os("HOME")) {
        (Some(rest), Some(home)) => std::path::Path::new(&home).join(cli::path(rest)),
        _ => cli::path(name).to_path_buf(),
    };
    let fresh = !path.exists();
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(&path).map_err(|error| {
        let number = error.raw_os_error().unwrap_or(0);
        (format!("fserr {number} ({}) performing 'freopen' on {}", cli::reason(&error), cli::show(name)), NO_OUTPUT)
    })?;
    Ok((io::BufWriter::new(file), fresh))
}

fn content(input: &mut dyn BufRead, shown: &str, header: &Header, out: &mut dyn Write) -> Result<(), Fault> {
    let put = |out: &mut dyn Write, bytes: &[u8]| out.write_all(bytes).map_err(|error| (format!("{}: {}", cli::show(&header.name), cli::reason(&error)), NO_OUTPUT));
    loop {
        let Some(line) = line(input, shown)? else {
            return Err((format!("{shown}: Short file"), INVALID));
        };
        if header.base64 {
            if line.starts_with(b"====") {
                return Ok(());
            }
            let bytes = base64_bytes(&line).ok_or_else(|| (format!("{shown}: invalid input"), INVALID))?;
            put(out, &bytes)?;
            continue;
        }
        let bytes = traditional(&line);
        if bytes.is_empty() {
            break;
        }
        put(out, &bytes)?;
    }
    match line(input, shown)? {
        Some(line) if line.starts_with(b"end") => Ok(()),
        _ => Err((format!("{shown}: No `end' line"), INVALID)),
    }
}

fn traditional(line: &[u8]) -> Vec<u8> {
    let value = |index: usize| line.get(index).map_or(0, |byte| byte.wrapping_sub(b' ') & 63);
    let count = usize::from(value(0));
    let mut bytes = Vec::with_capacity(count + 2);
    for at in (1..).step_by(4).take(count.div_ceil(3)) {
        let [a, b, c, d] = [value(at), value(at + 1), value(at + 2), value(at + 3)];
        bytes.extend_from_slice(&[a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d]);
    }
    bytes.truncate(count);
    bytes
}

/// None: a byte that is not of base64.
fn base64_bytes(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 3);
    let (mut held, mut bits) = (0u32, 0);
    for byte in text.iter().take_while(|byte| **byte != b'=').filter(|byte| !byte.is_ascii_whitespace()) {
        let value = crate::uuencode::ALPHABET.iter().position(|letter| letter == byte)? as u32;
        (held, bits) = ((held << 6 | value) & 0xffff, bits + 6);
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits) as u8);
        }
    }
    Some(bytes)
}
