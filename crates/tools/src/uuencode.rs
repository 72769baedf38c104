//! uuencode: POSIX's two encodings, with sharutils' options.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;

use cli::{Item, Order, Output};

const SYNOPSIS: &str = "uuencode (Shadowbox; compatible with GNU sharutils) - encode a file into email friendly text
Usage:  uuencode [ -<flag> | --<name> ]... [<in-file>] <output-name>
";

const HELP: &str = "
   -m, --base64               convert using base64
   -e, --encode-file-name     encode the output file name
   -v, --version              output version information and exit
   -h, --help                 display this help and exit

Reads <in-file>, or standard input, and writes text that uudecode turns into a
file named <output-name> again.
";

/// Bytes of one line.
const LINE: usize = 45;

pub const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn usage(status: i32) -> ! {
    eprint!("{SYNOPSIS}Try 'uuencode --help' for more information.\n");
    std::process::exit(status)
}

fn fatal(error: &io::Error, action: &str, name: &[u8]) -> ! {
    let number = error.raw_os_error().unwrap_or(0);
    eprintln!("uuencode fatal error:\nfserr {number} ({}) performing '{action}' on {}", cli::reason(error), cli::show(name));
    std::process::exit(1)
}

pub fn main() -> i32 {
    let specs = ["m|base64", "e|encode-file-name", "v|version", "h|help"];
    let items = cli::parse(cli::args(), &specs, Order::Permute).unwrap_or_else(|message| {
        eprintln!("uuencode: {}", message.replace("invalid option -- '", "illegal option -- ").trim_end_matches('\''));
        usage(1)
    });
    let (mut base64, mut encode_name, mut names) = (false, false, Vec::new());
    for item in items {
        match item {
            Item::Operand(name) => names.push(name),
            Item::Option("m", _) => base64 = true,
            Item::Option("e", _) => encode_name = true,
            Item::Option("h", _) => cli::print_and_exit(&format!("{SYNOPSIS}{HELP}")),
            Item::Option(..) => cli::print_and_exit("uuencode (Shadowbox; compatible with GNU sharutils) 4.15.2\n"),
        }
    }
    let (input, name): (Option<Vec<u8>>, Vec<u8>) = match names.len() {
        1 => (None, names.remove(0)),
        2 => (Some(names.remove(0)), names.remove(0)),
        _ => usage(64),
    };
    let mut mode = 0o644;
    let shown = input.clone().unwrap_or_else(|| b"standard input".to_vec());
    let mut source: Box<dyn Read> = match &input {
        None => Box::new(io::stdin()),
        Some(path) => {
            let file = File::open(cli::path(path)).unwrap_or_else(|error| fatal(&error, "freopen of stdin", path));
            mode = file.metadata().map_or(mode, |meta| meta.permissions().mode() & 0o777);
            Box::new(file)
        }
    };
    let mut out = Output::new("uuencode", 1);
    let end = if encode_name { "-encoded" } else { "" };
    let kind = if base64 { "begin-base64" } else { "begin" };
    let name = if encode_name { base64_of(&name) } else { name };
    out.put(format!("{kind}{end} {mode:o} ").as_bytes());
    out.put(&[&name[..], b"\n"].concat());
    let mut buffer = [0; LINE];
    loop {
        let count = crate::input::fill(&mut source, &mut buffer).unwrap_or_else(|error| {
            out.send();
            fatal(&error, "fread", &shown)
        });
        if count > 0 {
            let mut line = if base64 { base64_of(&buffer[..count]) } else { traditional(&buffer[..count]) };
            line.push(b'\n');
            out.put(&line);
        }
        if count < LINE {
            break;
        }
    }
    out.put(if base64 { b"====\n" } else { b"`\nend\n" });
    0
}

fn sextets(group: &[u8]) -> [u8; 4] {
    let at = |index: usize| group.get(index).copied().unwrap_or(0);
    let (a, b, c) = (at(0), at(1), at(2));
    [a >> 2, (a << 4 | b >> 4) & 63, (b << 2 | c >> 6) & 63, c & 63]
}

fn traditional(bytes: &[u8]) -> Vec<u8> {
    let letter = |value: u8| if value == 0 { b'`' } else { value + b' ' };
    let groups = bytes.chunks(3).flat_map(sextets);
    std::iter::once(bytes.len() as u8).chain(groups).map(letter).collect()
}

fn base64_of(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let letters = sextets(group).map(|value| ALPHABET[usize::from(value)]);
        text.extend_from_slice(&letters[..=group.len()]);
        text.resize(text.len().next_multiple_of(4), b'=');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_encodings_pad_their_last_group() {
        assert_eq!(traditional(b"A"), b"!00``");
        assert_eq!(base64_of(b"A"), b"QQ==");
        assert_eq!(base64_of(b"ABCD"), b"QUJDRA==");
    }
}
