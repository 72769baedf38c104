//! iconv: between Unicode's encodings and the code pages of one byte a character.

mod pages;
mod translit;

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Write};

use cli::{Item, Order, Output};

const HELP: &str = "Usage: iconv [OPTION...] [FILE...]
Convert encoding of given files from one encoding to another.

  -f, --from-code=NAME       encoding of original text
  -t, --to-code=NAME         encoding for output
  -l, --list                 list all known coded character sets
  -c                         omit invalid characters from output
  -o, --output=FILE          output file
  -s, --silent               suppress warnings
      --verbose              print progress information
  -?, --help                 give this help list
  -V, --version              print program version
";

/// Which byte of a unit is first; `Marked`: a mark at the beginning says so, and it is the little end without one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ByteOrder {
    Marked,
    Little,
    Big,
}

#[derive(Clone)]
enum Charset {
    Ascii,
    Utf8,
    Utf16(ByteOrder),
    Utf32(ByteOrder),
    Page(Vec<char>),
}

const UNICODE: [(&str, Charset); 16] = [
    ("ASCII", Charset::Ascii),
    ("US-ASCII", Charset::Ascii),
    ("ANSI_X3.4-1968", Charset::Ascii),
    ("UTF-8", Charset::Utf8),
    ("UTF-16", Charset::Utf16(ByteOrder::Marked)),
    ("UTF-16LE", Charset::Utf16(ByteOrder::Little)),
    ("UTF-16BE", Charset::Utf16(ByteOrder::Big)),
    ("UCS-2", Charset::Utf16(ByteOrder::Little)),
    ("UCS-2LE", Charset::Utf16(ByteOrder::Little)),
    ("UCS-2BE", Charset::Utf16(ByteOrder::Big)),
    ("UTF-32", Charset::Utf32(ByteOrder::Marked)),
    ("UTF-32LE", Charset::Utf32(ByteOrder::Little)),
    ("UTF-32BE", Charset::Utf32(ByteOrder::Big)),
    ("UCS-4", Charset::Utf32(ByteOrder::Big)),
    ("UCS-4LE", Charset::Utf32(ByteOrder::Little)),
    ("UCS-4BE", Charset::Utf32(ByteOrder::Big)),
];

/// Other names of code pages.
const ALIASES: [(&str, &str); 24] = [
    ("LATIN1", "ISO-8859-1"), ("L1", "ISO-8859-1"), ("LATIN2", "ISO-8859-2"), ("L2", "ISO-8859-2"), ("LATIN3", "ISO-8859-3"), ("LATIN4", "ISO-8859-4"),
    ("CYRILLIC", "ISO-8859-5"), ("ARABIC", "ISO-8859-6"), ("GREEK", "ISO-8859-7"), ("HEBREW", "ISO-8859-8"), ("LATIN5", "ISO-8859-9"), ("LATIN6", "ISO-8859-10"),
    ("LATIN7", "ISO-8859-13"), ("LATIN8", "ISO-8859-14"), ("LATIN9", "ISO-8859-15"), ("LATIN15", "ISO-8859-15"), ("LATIN10", "ISO-8859-16"), ("MAC", "MACINTOSH"),
    ("437", "CP437"), ("850", "CP850"), ("852", "CP852"), ("866", "CP866"), ("1252", "CP1252"), ("KOI8", "KOI8-R"),
];

/// A name without what does not matter in it.
fn plain(name: &str) -> String {
    let name: String = name.chars().filter(|c| !"-_ ".contains(*c)).collect::<String>().to_ascii_uppercase();
    match name.strip_prefix("WINDOWS").or_else(|| name.strip_prefix("IBM")).or_else(|| name.strip_prefix("MSCP")) {
        Some(number) => format!("CP{number}"),
        None => name,
    }
}

fn charset(name: &str) -> Option<Charset> {
    let name = plain(name);
    // The locale's, which is always this one.
    if name.is_empty() || name == "CHAR" {
        return Some(Charset::Utf8);
    }
    if let Some((_, charset)) = UNICODE.iter().find(|(own, _)| plain(own) == name) {
        return Some(charset.clone());
    }
    let name = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, own)| plain(own));
    pages::PAGES.iter().find(|(own, _)| plain(own) == name).map(|(_, upper)| Charset::Page(upper.chars().collect()))
}

#[derive(Default)]
struct Options {
    skip: bool,
    /// Like `skip`, but it is told in the end.
    ignore: bool,
    translit: bool,
}

struct Converter {
    from: Charset,
    to: Charset,
    options: Options,
    /// For a code page: its characters' bytes.
    back: HashMap<char, u8>,
    begun: bool,
}

/// What ends a conversion.
enum Fault {
    Illegal(usize),
    Incomplete,
}

fn usage(message: &str) -> ! {
    eprintln!("iconv: {message}\nTry `iconv --help' or `iconv --usage' for more information.");
    std::process::exit(64)
}

pub fn main() -> i32 {
    let specs = ["f|from-code=", "t|to-code=", "l|list", "c", "o|output=", "s|silent", "verbose", "?|help|usage", "V|version"];
    let (mut from, mut to, mut options, mut output, mut files) = (String::new(), String::new(), Options::default(), None, Vec::new());
    for item in cli::parse(cli::args(), &specs, Order::Permute).unwrap_or_else(|message| usage(&message)) {
        match item {
            Item::Operand(name) => files.push(name),
            Item::Option("f", value) => from = cli::show(&value.unwrap_or_default()),
            Item::Option("t", value) => to = cli::show(&value.unwrap_or_default()),
            Item::Option("o", value) => output = value,
            Item::Option("c", _) => options.skip = true,
            Item::Option("l", _) => return list(),
            Item::Option("?", _) => cli::print_and_exit(HELP),
            Item::Option("V", _) => cli::print_and_exit("iconv (Shadowbox; compatible with GNU libc) 2.36\n"),
            Item::Option(..) => {}
        }
    }
    let mut parts = to.split("//").map(str::to_string).collect::<Vec<_>>().into_iter();
    to = parts.next().unwrap_or_default();
    for part in parts.flat_map(|part| part.to_ascii_uppercase().split(',').map(str::to_string).collect::<Vec<_>>()) {
        options.translit |= part == "TRANSLIT";
        options.ignore |= part == "IGNORE";
    }
    let from = from.split("//").next().unwrap_or_default().to_string();
    let (Some(from), Some(to)) = (charset(&from), charset(&to)) else {
        cli::fail("iconv", 1, "failed to start conversion processing: No such file or directory")
    };
    let back = match &to {
        Charset::Page(upper) => upper.iter().zip(0x80..=0xff).filter(|(c, _)| **c != char::REPLACEMENT_CHARACTER).map(|(c, byte)| (*c, byte)).collect(),
        _ => HashMap::new(),
    };
    let mut converter = Converter { from, to, options, back, begun: false };
    if files.is_empty() {
        files.push(b"-".to_vec());
    }
    run(&mut converter, &files, output.as_deref())
}

fn run(converter: &mut Converter, files: &[Vec<u8>], output: Option<&[u8]>) -> i32 {
    let mut out: Box<dyn Write> = match output {
        None => Box::new(Output::new("iconv", 1)),
        Some(name) => match File::create(cli::path(name)) {
            Ok(file) => Box::new(file),
            Err(error) => cli::fail("iconv", 1, &format!("unable to open output file: {}", cli::reason(&error))),
        },
    };
    let mut status = 0;
    for name in files {
        let mut bytes = Vec::new();
        let read = if name == b"-" { io::stdin().read_to_end(&mut bytes) } else { File::open(cli::path(name)).and_then(|mut file| file.read_to_end(&mut bytes)) };
        if let Err(error) = read {
            // What came before is told before.
            let _ = out.flush();
            eprintln!("iconv: cannot open input file `{}': {}", cli::show(name), cli::reason(&error));
            status = 1;
            continue;
        }
        let mut text = Vec::with_capacity(bytes.len());
        let result = converter.convert(&bytes, &mut text);
        if let Err(error) = out.write_all(&text).and_then(|()| out.flush()) {
            cli::fail("iconv", 1, &format!("unable to write output: {}", cli::reason(&error)));
        }
        if let Err(fault) = result {
            match fault {
                Fault::Illegal(place) => eprintln!("iconv: illegal input sequence at position {place}"),
                Fault::Incomplete => eprintln!("iconv: incomplete character or shift sequence at end of buffer"),
            }
            return 1;
        }
    }
    status
}

fn list() -> i32 {
    let mut names: Vec<&str> = UNICODE.iter().map(|(name, _)| *name).chain(pages::PAGES.iter().map(|(name, _)| *name)).chain(ALIASES.iter().map(|(name, _)| *name)).collect();
    names.sort_unstable();
    names.iter().for_each(|name| println!("{name}//"));
    0
}

/// A character and the bytes it took; Err: bytes that are none, or too few of them.
type Next = Result<(char, usize), Option<usize>>;

impl Converter {
    fn convert(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Fault> {
        let (mut at, mut skipped) = (0, false);
        let from = self.from(bytes, &mut at);
        if !std::mem::replace(&mut self.begun, true) {
            match self.to {
                Charset::Utf16(ByteOrder::Marked) => out.extend([0xff, 0xfe]),
                Charset::Utf32(ByteOrder::Marked) => out.extend([0xff, 0xfe, 0, 0]),
                _ => {}
            }
        }
        while at < bytes.len() {
            // Most text is this.
            if bytes[at] < 0x80 && !matches!(from, Charset::Utf16(_) | Charset::Utf32(_)) && !matches!(self.to, Charset::Utf16(_) | Charset::Utf32(_)) {
                let run = bytes[at..].iter().position(|byte| *byte >= 0x80).unwrap_or(bytes.len() - at);
                out.extend_from_slice(&bytes[at..at + run]);
                at += run;
                continue;
            }
            match decode(&from, &bytes[at..]) {
                Ok((character, length)) => {
                    if !self.put(character, out) {
                        if !self.options.skip && !self.options.ignore {
                            return Err(Fault::Illegal(at));
                        }
                        skipped = true;
                    }
                    at += length;
                }
                Err(None) => return Err(Fault::Incomplete),
                Err(Some(_)) if !self.options.skip && !self.options.ignore => return Err(Fault::Illegal(at)),
                Err(Some(length)) => {
                    skipped = true;
                    at += length;
                }
            }
        }
        if skipped && self.options.ignore && !self.options.skip {
            return Err(Fault::Illegal(bytes.len()));
        }
        Ok(())
    }

    /// The input's encoding, when its mark was read.
    fn from(&self, bytes: &[u8], at: &mut usize) -> Charset {
        let (order, length) = match (&self.from, bytes) {
            (Charset::Utf16(ByteOrder::Marked), [0xfe, 0xff, ..]) => (ByteOrder::Big, 2),
            (Charset::Utf16(ByteOrder::Marked), [0xff, 0xfe, ..]) => (ByteOrder::Little, 2),
            (Charset::Utf32(ByteOrder::Marked), [0, 0, 0xfe, 0xff, ..]) => (ByteOrder::Big, 4),
            (Charset::Utf32(ByteOrder::Marked), [0xff, 0xfe, 0, 0, ..]) => (ByteOrder::Little, 4),
            _ => (ByteOrder::Little, 0),
        };
        *at = length;
        match self.from {
            Charset::Utf16(ByteOrder::Marked) => Charset::Utf16(order),
            Charset::Utf32(ByteOrder::Marked) => Charset::Utf32(order),
            _ => self.from.clone(),
        }
    }

    /// Whether the target has the character, or something that stands for it.
    fn put(&self, character: char, out: &mut Vec<u8>) -> bool {
        if self.put_itself(character, out) {
            return true;
        }
        if !self.options.translit {
            return false;
        }
        let stands = translit::STAND_INS.iter().find(|(_, list)| list.contains(character));
        let text = stands.map_or("?", |(text, _)| text);
        text.chars().all(|character| self.put_itself(character, out))
    }

    fn put_itself(&self, character: char, out: &mut Vec<u8>) -> bool {
        match &self.to {
            Charset::Utf8 => out.extend(character.encode_utf8(&mut [0; 4]).as_bytes()),
            Charset::Utf16(order) => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    out.extend(if *order == ByteOrder::Big { unit.to_be_bytes() } else { unit.to_le_bytes() });
                }
            }
            Charset::Utf32(order) => {
                let unit = u32::from(character);
                out.extend(if *order == ByteOrder::Big { unit.to_be_bytes() } else { unit.to_le_bytes() });
            }
            _ if character.is_ascii() => out.push(character as u8),
            Charset::Ascii => return false,
            Charset::Page(_) => match self.back.get(&character) {
                Some(byte) => out.push(*byte),
                None => return false,
            },
        }
        true
    }
}

fn decode(from: &Charset, bytes: &[u8]) -> Next {
    match from {
        Charset::Utf8 => utf8(bytes),
        Charset::Ascii => if bytes[0] < 0x80 { Ok((bytes[0] as char, 1)) } else { Err(Some(1)) },
        Charset::Page(upper) => match bytes[0] {
            byte @ 0..=0x7f => Ok((byte as char, 1)),
            byte => match upper[usize::from(byte) - 0x80] {
                char::REPLACEMENT_CHARACTER => Err(Some(1)),
                character => Ok((character, 1)),
            },
        },
        Charset::Utf16(order) => {
            let unit = |at: usize| bytes.get(at..at + 2).map(|pair| if *order == ByteOrder::Big { u16::from_be_bytes([pair[0], pair[1]]) } else { u16::from_le_bytes([pair[0], pair[1]]) });
            let first = unit(0).ok_or(None)?;
            match first {
                0xd800..=0xdbff => {
                    let second = unit(2).ok_or(None)?;
                    let character = char::decode_utf16([first, second]).next().and_then(Result::ok).ok_or(Some(2))?;
                    Ok((character, 4))
                }
                _ => Ok((char::from_u32(first.into()).ok_or(Some(2))?, 2)),
            }
        }
        Charset::Utf32(order) => {
            let unit: [u8; 4] = bytes.get(..4).ok_or(None)?.try_into().map_err(|_| None)?;
            let value = if *order == ByteOrder::Big { u32::from_be_bytes(unit) } else { u32::from_le_bytes(unit) };
            Ok((char::from_u32(value).ok_or(Some(4))?, 4))
        }
    }
}

fn utf8(bytes: &[u8]) -> Next {
    let start = &bytes[..bytes.len().min(4)];
    let valid = match std::str::from_utf8(start) {
        Ok(text) => text,
        Err(error) if error.valid_up_to() > 0 => std::str::from_utf8(&start[..error.valid_up_to()]).unwrap_or_default(),
        Err(error) => return Err(error.error_len()),
    };
    let character = valid.chars().next().ok_or(None)?;
    Ok((character, character.len_utf8()))
}
