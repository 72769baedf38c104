//! The command line.

use crate::parse::Source;
use crate::run::assignment;
use crate::text::show;

#[derive(Default)]
pub struct Options {
    pub sources: Vec<Source>,
    pub variables: Vec<(String, Vec<u8>)>,
    pub operands: Vec<Vec<u8>>,
}

pub enum Parsed {
    Run(Options),
    Print(String),
    Fail { message: String, status: i32 },
}

/// Long options, the letter that each stands for, and whether it has an argument.
const LONG: [(&str, u8, bool); 16] = [
    ("file", b'f', true), ("assign", b'v', true), ("field-separator", b'F', true), ("source", b'e', true), ("include", b'i', true),
    ("help", b'h', false), ("version", b'V', false), ("traditional", b'c', false), ("posix", b'P', false), ("re-interval", b'r', false),
    ("lint", b't', false), ("sandbox", b'S', false), ("exec", b'E', true), ("characters-as-bytes", b'b', false),
    ("non-decimal-data", b'n', false), ("optimize", b'O', false),
];

const USAGE: &str = "Usage: awk [POSIX or GNU style options] -f progfile [--] file ...
Usage: awk [POSIX or GNU style options] [--] 'program' file ...
  -f progfile, --file=progfile      read the program from a file
  -F fs, --field-separator=fs       set FS
  -v var=val, --assign=var=val      set a variable before BEGIN
  -e 'text', --source='text'        program text, together with -f
  -i file, --include=file           include a source file
  -h, --help                        print this text
  -V, --version                     print the version
";

const VERSION: &str = "GNU Awk 5.2.1 compatible (Shadowbox awk)\n";

struct Reader<'a> {
    name: &'a str,
    options: Options,
    done: Option<Parsed>,
    /// `-E`: what follows is no option.
    last: bool,
}

pub fn parse(args: Vec<Vec<u8>>, name: &str) -> Parsed {
    let mut reader = Reader { name, options: Options::default(), done: None, last: false };
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        if arg == b"--" {
            reader.options.operands.extend(args.by_ref());
        } else if let Some(long) = arg.strip_prefix(b"--") {
            reader.long(long, &mut args);
        } else if arg.len() > 1 && arg[0] == b'-' {
            reader.short(&arg[1..], &mut args);
        } else {
            // Operands begin with the program.
            reader.options.operands.push(arg);
            reader.options.operands.extend(args.by_ref());
        }
        if reader.last {
            reader.options.operands.extend(args.by_ref());
        }
        if let Some(done) = reader.done.take() {
            return done;
        }
    }
    let mut options = reader.options;
    if options.sources.is_empty() {
        if options.operands.is_empty() {
            return Parsed::Fail { message: USAGE.into(), status: 1 };
        }
        let text = options.operands.remove(0);
        options.sources.push(Source { name: "cmd. line".into(), text });
    }
    Parsed::Run(options)
}

impl Reader<'_> {
    fn fail(&mut self, message: String, status: i32) {
        self.done = Some(Parsed::Fail { message: format!("{}: {message}\n", self.name), status });
    }

    fn long(&mut self, long: &[u8], args: &mut dyn Iterator<Item = Vec<u8>>) {
        let (name, value) = match long.iter().position(|b| *b == b'=') {
            Some(at) => (&long[..at], Some(long[at + 1..].to_vec())),
            None => (long, None),
        };
        let name = show(name);
        let found = LONG.iter().find(|(full, ..)| *full == name).or_else(|| LONG.iter().find(|(full, ..)| full.starts_with(&name)));
        match found {
            None => self.done = Some(Parsed::Fail { message: format!("{}: unrecognized option '--{name}'\n{USAGE}", self.name), status: 1 }),
            Some((_, letter, true)) => match value.or_else(|| args.next()) {
                Some(value) => self.apply(*letter, value),
                None => self.fail(format!("option '--{name}' requires an argument"), 1),
            },
            Some((_, letter, false)) => self.apply(*letter, vec![]),
        }
    }

    fn short(&mut self, letters: &[u8], args: &mut dyn Iterator<Item = Vec<u8>>) {
        for (index, letter) in letters.iter().enumerate() {
            let rest = &letters[index + 1..];
            match letter {
                b'f' | b'v' | b'F' | b'e' | b'i' | b'E' | b'W' => {
                    let value = if rest.is_empty() { args.next() } else { Some(rest.to_vec()) };
                    match value {
                        Some(value) => self.apply(*letter, value),
                        None => self.fail(format!("option requires an argument -- '{}'\n{USAGE}", *letter as char), 1),
                    }
                    return;
                }
                b'h' | b'V' | b'c' | b'P' | b'r' | b't' | b'S' | b'b' | b'n' | b'O' | b's' | b'C' | b'N' | b'M' | b'k' => {
                    self.apply(*letter, vec![]);
                }
                _ => return self.fail(format!("invalid option -- '{}'\n{USAGE}", *letter as char), 1),
            }
        }
    }

    fn apply(&mut self, letter: u8, value: Vec<u8>) {
        match letter {
            b'f' | b'i' | b'E' => {
                self.file(&value);
                self.last = letter == b'E';
            }
            b'e' => self.options.sources.push(Source { name: "cmd. line".into(), text: value }),
            b'v' => match assignment(&value) {
                Some(assignment) => self.options.variables.push(assignment),
                None => self.fail(format!("fatal: `{}' argument to `-v' not in `var=value' form", show(&value)), 2),
            },
            b'F' => {
                // A lone t stands for a tab.
                let fs = if value == b"t" { b"\\t".to_vec() } else { value };
                self.options.variables.push(("FS".into(), fs));
            }
            b'h' => self.done = Some(Parsed::Print(USAGE.into())),
            b'V' => self.done = Some(Parsed::Print(VERSION.into())),
            _ => {}
        }
    }

    fn file(&mut self, name: &[u8]) {
        let shown = show(name);
        let text = match name {
            b"-" | b"/dev/stdin" => {
                let mut text = Vec::new();
                std::io::Read::read_to_end(&mut std::io::stdin().lock(), &mut text).map(|_| text)
            }
            _ => std::fs::read(crate::io::path(name)),
        };
        match text {
            Ok(text) => self.options.sources.push(Source { name: shown, text }),
            Err(error) => {
                let reason = crate::io::reason(&error);
                self.fail(format!("fatal: cannot open source file `{shown}' for reading: {reason}"), 2);
            }
        }
    }
}
