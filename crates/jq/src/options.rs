//! The command line.

use std::fs;
use std::io::IsTerminal;
use std::path::PathBuf;

use crate::inputs::Mode;
use crate::json::{Keys, Reader};
use crate::print::{Colours, Style};
use crate::value::{object, Map, Value};

const HELP: &str = include_str!("help.txt");

/// What the command line says.
pub struct Options {
    pub program: String,
    pub files: Vec<Vec<u8>>,
    pub variables: Vec<(String, Value)>,
    pub library: Vec<PathBuf>,
    pub mode: Mode,
    pub style: Style,
    pub raw: bool,
    pub end: &'static str,
    pub seq: bool,
    pub unbuffered: bool,
    pub null_input: bool,
    pub exit_status: bool,
}

fn usage(message: &str) -> ! {
    eprintln!("jq: {message}\nUse jq --help for help with command-line options,\nor see the jq manpage, or online docs  at https://jqlang.github.io/jq");
    std::process::exit(2)
}

#[derive(Clone, Copy, PartialEq)]
enum Rest {
    Files,
    Strings,
    Json,
}

struct Parser {
    options: Options,
    program: Option<Vec<u8>>,
    from_file: bool,
    named: Map,
    positional: Vec<Value>,
    rest: Rest,
    indent: Option<usize>,
    tab: bool,
    colour: Option<bool>,
    args: std::vec::IntoIter<Vec<u8>>,
}

pub fn read() -> Options {
    let args = cli::args();
    if args.is_empty() {
        eprint!("{}", HELP.split("\n\n").take(2).collect::<Vec<_>>().join("\n\n"));
        eprintln!();
        std::process::exit(2);
    }
    let options = Options {
        program: String::new(),
        files: Vec::new(),
        variables: Vec::new(),
        library: Vec::new(),
        mode: Mode::default(),
        style: Style::default(),
        raw: false,
        end: "\n",
        seq: false,
        unbuffered: false,
        null_input: false,
        exit_status: false,
    };
    let parser = Parser { options, program: None, from_file: false, named: Map::default(), positional: Vec::new(), rest: Rest::Files, indent: Some(2), tab: false, colour: None, args: args.into_iter() };
    parser.run()
}

impl Parser {
    fn run(mut self) -> Options {
        let mut words_only = false;
        while let Some(arg) = self.args.next() {
            if words_only || arg.len() < 2 || arg[0] != b'-' {
                self.word(arg);
            } else if arg == b"--" {
                words_only = true;
            } else if let Some(name) = arg.strip_prefix(b"--") {
                let name = cli::show(name);
                self.long(&name);
            } else {
                self.short(&arg[1..]);
            }
        }
        self.finish()
    }

    fn word(&mut self, word: Vec<u8>) {
        if self.program.is_none() {
            self.program = Some(word);
            return;
        }
        match self.rest {
            Rest::Files => self.options.files.push(word),
            Rest::Strings => self.positional.push(cli::show(&word).into()),
            Rest::Json => match crate::json::parse(&word) {
                Ok(Some(value)) => self.positional.push(value),
                _ => usage("invalid JSON text passed to --jsonargs"),
            },
        }
    }

    fn short(&mut self, letters: &[u8]) {
        for (index, letter) in letters.iter().enumerate() {
            let name = match letter {
                b's' => "slurp",
                b'r' => "raw-output",
                b'j' => "join-output",
                b'a' => "ascii-output",
                b'c' => "compact-output",
                b'C' => "color-output",
                b'M' => "monochrome-output",
                b'S' => "sort-keys",
                b'n' => "null-input",
                b'R' => "raw-input",
                b'f' => "from-file",
                b'e' => "exit-status",
                b'h' => "help",
                b'V' => "version",
                b'L' => {
                    let rest = &letters[index + 1..];
                    let folder = if rest.is_empty() { self.args.next() } else { Some(rest.to_vec()) };
                    match folder {
                        Some(folder) => self.options.library.push(cli::path(&folder).into()),
                        None => usage("-L takes a parameter: (e.g. -L /search/path or -L/search/path)"),
                    }
                    return;
                }
                _ => usage(&format!("Unknown option -{}", cli::show(letters))),
            };
            self.long(name);
        }
    }

    fn two(&mut self, name: &str) -> (String, Vec<u8>) {
        match (self.args.next(), self.args.next()) {
            (Some(key), Some(value)) => (cli::show(&key), value),
            _ => usage(&format!("--{name} takes two parameters (e.g. --{name} {})", if name.contains("file") { "varname filename" } else if name == "argjson" { "varname text" } else { "varname value" })),
        }
    }

    fn long(&mut self, name: &str) {
        let options = &mut self.options;
        match name {
            "slurp" => options.mode.slurp = true,
            "raw-input" => options.mode.raw = true,
            "stream" => options.mode.stream = true,
            "null-input" => options.null_input = true,
            "raw-output" => options.raw = true,
            "join-output" => (options.raw, options.end) = (true, ""),
            "raw-output0" => (options.raw, options.end) = (true, "\0"),
            "ascii-output" => options.style.ascii = true,
            "sort-keys" => options.style.sort_keys = true,
            "seq" => options.seq = true,
            "unbuffered" => options.unbuffered = true,
            "exit-status" => options.exit_status = true,
            "compact-output" => self.indent = None,
            "tab" => (self.tab, self.indent) = (true, Some(1)),
            "color-output" => self.colour = Some(true),
            "monochrome-output" => self.colour = Some(false),
            "from-file" => self.from_file = true,
            "args" => self.rest = Rest::Strings,
            "jsonargs" => self.rest = Rest::Json,
            "help" => cli::print_and_exit(HELP),
            "version" => cli::print_and_exit("jq-1.7.1\n"),
            "build-configuration" => cli::print_and_exit("shadowbox\n"),
            "library-path" => match self.args.next() {
                Some(folder) => options.library.push(cli::path(&folder).into()),
                None => usage("-L takes a parameter: (e.g. -L /search/path or -L/search/path)"),
            },
            "indent" => {
                let text = self.args.next().unwrap_or_else(|| usage("--indent takes one parameter"));
                self.tab = false;
                match cli::show(&text).parse::<i32>().unwrap_or(0) {
                    0 => self.indent = None,
                    count @ 1..=7 => self.indent = Some(count as usize),
                    -1 => (self.tab, self.indent) = (true, Some(1)),
                    _ => usage("--indent takes a number between -1 and 7"),
                }
            }
            "arg" => {
                let (key, value) = self.two(name);
                self.named.entry(key.into()).or_insert(cli::show(&value).into());
            }
            "argjson" => {
                let (key, value) = self.two(name);
                match crate::json::parse(&value) {
                    Ok(Some(value)) => drop(self.named.entry(key.into()).or_insert(value)),
                    _ => usage(&format!("invalid JSON text passed to --{name}")),
                }
            }
            "slurpfile" | "rawfile" => self.file(name),
            _ => usage(&format!("Unknown option --{name}")),
        }
    }

    fn file(&mut self, name: &str) {
        let (key, file) = self.two(name);
        let fail = |reason: String| -> ! {
            eprintln!("jq: Bad JSON in --{name} {key} {}: {reason}", cli::show(&file));
            std::process::exit(2)
        };
        let text = fs::read(cli::path(&file)).unwrap_or_else(|error| fail(format!("Could not open {}: {}", cli::show(&file), cli::reason(&error))));
        if name == "rawfile" {
            let text = String::from_utf8_lossy(&text).into_owned();
            self.named.entry(key.into()).or_insert(text.into());
            return;
        }
        let mut keys = Keys::default();
        let mut reader = Reader { text: &text, at: 0, whole: true, keys: &mut keys };
        let mut values = Vec::new();
        loop {
            match reader.next() {
                Ok(Some(value)) => values.push(value),
                Ok(None) => break,
                Err(_) => fail(crate::json::parse(&text).err().unwrap_or_default()),
            }
        }
        self.named.entry(key.into()).or_insert(values.into());
    }

    fn finish(mut self) -> Options {
        let mut program = self.program.take();
        if self.from_file {
            // The program's place holds the file's name; what other file names there are are inputs.
            let name = program.unwrap_or_else(|| usage("-f takes a parameter (e.g. -f program.jq)"));
            let text = fs::read(cli::path(&name)).unwrap_or_else(|error| {
                eprintln!("jq: Could not open {}: {}", cli::show(&name), cli::reason(&error));
                std::process::exit(2)
            });
            program = Some(text);
        }
        self.options.program = match program {
            Some(program) => cli::show(&program),
            None => ".".to_string(),
        };
        let colour = self.colour.unwrap_or_else(|| std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()));
        if colour {
            self.options.style.colours = Some(Colours::from(std::env::var("JQ_COLORS").ok().as_deref()));
        }
        self.options.style.indent = self.indent.map(|count| if self.tab { "\t".to_string() } else { " ".repeat(count) });
        if self.options.library.is_empty() {
            let home = std::env::var("HOME").unwrap_or_default();
            self.options.library = vec![format!("{home}/.jq").into(), "/usr/lib/jq".into(), ".".into()];
        }
        let all = object([("positional", self.positional.into()), ("named", self.named.clone().into())]);
        self.options.variables = self.named.into_iter().map(|(key, value)| (key.to_string(), value)).collect();
        self.options.variables.push(("ARGS".to_string(), all));
        self.options
    }
}
