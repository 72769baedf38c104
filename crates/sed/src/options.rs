//! The command line.

use crate::source::{Origin, Source};

#[derive(Default)]
pub struct Options {
    pub quiet: bool,
    pub extended: bool,
    pub posix: bool,
    pub separate: bool,
    pub in_place: bool,
    pub suffix: Vec<u8>,
    pub follow_links: bool,
    pub unbuffered: bool,
    pub null_data: bool,
    pub sandbox: bool,
    pub line_length: usize,
}

pub enum Parsed {
    Run { options: Options, sources: Vec<Source>, files: Vec<Vec<u8>> },
    Help,
    Version,
    /// A message for the user (may be empty), to be followed by the usage.
    Usage(String),
    /// A message for the user alone.
    Fail(String),
}

const LONG: [(&str, char, bool); 18] = [
    ("binary", 'b', false), ("regexp-extended", 'E', false), ("debug", 'D', false), ("in-place", 'i', false),
    ("expression", 'e', true), ("file", 'f', true), ("line-length", 'l', true), ("null-data", 'z', false),
    ("zero-terminated", 'z', false), ("quiet", 'n', false), ("posix", 'p', false), ("silent", 'n', false),
    ("sandbox", 'S', false), ("separate", 's', false), ("unbuffered", 'u', false), ("version", 'v', false),
    ("help", 'h', false), ("follow-symlinks", 'F', false),
];

struct Reader {
    options: Options,
    scripts: Vec<Source>,
    operands: Vec<Vec<u8>>,
    expressions: usize,
}

pub fn parse(args: Vec<Vec<u8>>, posix: bool) -> Parsed {
    let options = Options { line_length: 70, posix: false, ..Options::default() };
    let mut reader = Reader { options, scripts: vec![], operands: vec![], expressions: 0 };
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        let stop = if arg == b"--" {
            reader.operands.extend(args);
            break;
        } else if let Some(long) = arg.strip_prefix(b"--") {
            reader.long(long, &mut args)
        } else if arg.len() > 1 && arg[0] == b'-' {
            reader.short(&arg[1..], &mut args)
        } else {
            reader.operands.push(arg);
            if posix {
                reader.operands.extend(args);
                break;
            }
            None
        };
        if let Some(stop) = stop {
            return stop;
        }
    }
    if reader.scripts.is_empty() && reader.expressions == 0 {
        if reader.operands.is_empty() {
            return Parsed::Usage(String::new());
        }
        let script = reader.operands.remove(0);
        reader.expression(script);
    }
    Parsed::Run { options: reader.options, sources: reader.scripts, files: reader.operands }
}

impl Reader {
    fn expression(&mut self, text: Vec<u8>) {
        self.expressions += 1;
        self.scripts.push(Source::new(text, Origin::Expression(self.expressions)));
    }

    fn long(&mut self, long: &[u8], args: &mut dyn Iterator<Item = Vec<u8>>) -> Option<Parsed> {
        let (name, value) = match long.iter().position(|b| *b == b'=') {
            Some(at) => (&long[..at], Some(long[at + 1..].to_vec())),
            None => (long, None),
        };
        let name = String::from_utf8_lossy(name).into_owned();
        let mut found: Vec<_> = LONG.iter().filter(|(full, ..)| *full == name).collect();
        if found.is_empty() {
            found = LONG.iter().filter(|(full, ..)| full.starts_with(&name)).collect();
        }
        let Some(&&(full, letter, takes)) = found.first() else {
            return Some(Parsed::Usage(format!("unrecognized option '--{name}'")));
        };
        if found.iter().any(|(_, other, _)| *other != letter) {
            let list: String = found.iter().map(|(full, ..)| format!(" '--{full}'")).collect();
            return Some(Parsed::Usage(format!("option '--{name}' is ambiguous; possibilities:{list}")));
        }
        if !takes && value.is_some() && letter != 'i' {
            return Some(Parsed::Usage(format!("option '--{full}' doesn't allow an argument")));
        }
        let value = match (takes, value) {
            (true, None) => match args.next() {
                None => return Some(Parsed::Usage(format!("option '--{full}' requires an argument"))),
                next => next,
            },
            (_, value) => value,
        };
        self.apply(letter, value)
    }

    fn short(&mut self, letters: &[u8], args: &mut dyn Iterator<Item = Vec<u8>>) -> Option<Parsed> {
        for (index, &letter) in letters.iter().enumerate() {
            let rest = &letters[index + 1..];
            let name = letter as char;
            match letter {
                b'e' | b'f' | b'l' => {
                    let value = if rest.is_empty() { args.next() } else { Some(rest.to_vec()) };
                    return match value {
                        None => Some(Parsed::Usage(format!("option requires an argument -- '{name}'"))),
                        value => self.apply(name, value),
                    };
                }
                b'i' => return self.apply('i', (!rest.is_empty()).then(|| rest.to_vec())),
                b'n' | b'r' | b'E' | b's' | b'u' | b'z' | b'b' => {
                    if let Some(stop) = self.apply(name, None) {
                        return Some(stop);
                    }
                }
                _ if letters == b"h" => return Some(Parsed::Usage(String::new())),
                _ => return Some(Parsed::Usage(format!("invalid option -- '{name}'"))),
            }
        }
        None
    }

    fn apply(&mut self, letter: char, value: Option<Vec<u8>>) -> Option<Parsed> {
        let options = &mut self.options;
        match letter {
            'n' => options.quiet = true,
            'E' | 'r' => options.extended = true,
            'p' => options.posix = true,
            's' => options.separate = true,
            'u' => options.unbuffered = true,
            'z' => options.null_data = true,
            'S' => options.sandbox = true,
            'F' => options.follow_links = true,
            'i' => {
                options.in_place = true;
                options.separate = true;
                options.suffix = value.unwrap_or_default();
            }
            'l' => {
                // As atoi reads it.
                let text = String::from_utf8_lossy(&value.unwrap_or_default()).into_owned();
                let digits = text.trim_start().split(|c: char| !c.is_ascii_digit()).next().unwrap_or("");
                options.line_length = digits.parse().unwrap_or(0);
            }
            'e' => self.expression(value.unwrap_or_default()),
            'f' => return self.file(value.unwrap_or_default()),
            'v' => return Some(Parsed::Version),
            'h' => return Some(Parsed::Help),
            _ => {}
        }
        None
    }

    fn file(&mut self, name: Vec<u8>) -> Option<Parsed> {
        let shown = String::from_utf8_lossy(&name).into_owned();
        let text = match &name[..] {
            b"-" | b"/dev/stdin" => crate::input::read_all(&mut std::io::stdin().lock()),
            _ => std::fs::read(crate::input::path(&name)),
        };
        let text = match text {
            Ok(text) => text,
            Err(error) => return Some(Parsed::Fail(format!("couldn't open file {shown}: {}", crate::input::reason(&error)))),
        };
        self.scripts.push(Source::new(text, Origin::File(shown)));
        None
    }
}
