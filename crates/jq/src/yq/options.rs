//! yq's command line.

use cli::{Item, Order};

pub const VERSION: &str = "yq (Shadowbox; compatible with https://github.com/mikefarah/yq/) version v4.44.3\n";

const HELP: &str = "Usage:
  yq [flags] [expression] [file]...
  yq eval-all [flags] [expression] [file]...

Commands:
  eval, e         evaluate the expression for every document (default)
  eval-all, ea    read all documents, then evaluate the expression once

Flags:
  -e, --exit-status            set exit status if there are no matches or null or false is returned
      --expression string      forcibly set the expression argument
      --from-file string       load expression from specified file
  -I, --indent int             sets indent level for output (default 2)
  -i, --inplace                update the file in place of first file given
  -p, --input-format string    [auto|yaml|json|toml] (default \"auto\")
  -N, --no-doc                 don't print document separators (---)
  -n, --null-input             don't read input, simply evaluate the expression given
  -o, --output-format string   [auto|yaml|json|toml] (default \"auto\")
  -P, --prettyPrint            pretty print: block style, plain scalars
  -r, --unwrapScalar           unwrap scalar, print the value with no quotes (default true for yaml)
  -h, --help                   help for yq
  -V, --version                print version information and quit
";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Yaml,
    Json,
    Toml,
}

pub struct Options {
    pub expression: String,
    pub files: Vec<Vec<u8>>,
    pub input: Option<Format>,
    pub output: Option<Format>,
    pub all: bool,
    pub in_place: bool,
    pub null_input: bool,
    pub pretty: bool,
    pub exit_status: bool,
    pub separators: bool,
    pub indent: usize,
    pub raw: Option<bool>,
}

pub fn fail(message: &str) -> ! {
    eprintln!("Error: {message}");
    std::process::exit(1)
}

fn format(name: &str) -> Option<Format> {
    match name {
        "yaml" | "y" | "yml" => Some(Format::Yaml),
        "json" | "j" => Some(Format::Json),
        "toml" => Some(Format::Toml),
        "auto" | "a" => None,
        other => fail(&format!("unknown format '{other}' please use [auto|yaml|json|toml]")),
    }
}

/// The format that a file's name says.
pub fn format_of(name: &[u8]) -> Format {
    match name.rsplit(|byte| *byte == b'.').next() {
        Some(b"json") => Format::Json,
        Some(b"toml") => Format::Toml,
        _ => Format::Yaml,
    }
}

pub fn read() -> Options {
    let specs = [
        "e|exit-status", "expression=", "from-file=", "I|indent=", "i|inplace", "p|input-format=", "N|no-doc", "n|null-input", "o|output-format=", "P|prettyPrint", "r|unwrapScalar?",
        "j|tojson", "C|colors", "M|no-colors", "v|verbose", "h|help", "V|version",
    ];
    let items = cli::parse(cli::args(), &specs, Order::Permute).unwrap_or_else(|message| fail(&message));
    let mut options = Options { expression: ".".to_string(), files: Vec::new(), input: None, output: None, all: false, in_place: false, null_input: false, pretty: false, exit_status: false, separators: true, indent: 2, raw: None };
    let mut expression = None;
    for item in items {
        let (key, value) = match item {
            Item::Operand(word) => {
                options.files.push(word);
                continue;
            }
            Item::Option(key, value) => (key, cli::show(&value.unwrap_or_default())),
        };
        // A value of a short option may stand behind `=`.
        let value = value.strip_prefix('=').unwrap_or(&value);
        match key {
            "e" => options.exit_status = true,
            "expression" => expression = Some(value.to_string()),
            "from-file" => expression = Some(std::fs::read_to_string(value).unwrap_or_else(|error| fail(&format!("open {value}: {}", cli::reason(&error).to_lowercase())))),
            "I" => options.indent = value.parse().unwrap_or_else(|_| fail(&format!("invalid argument \"{value}\" for \"-I, --indent\" flag"))),
            "i" => options.in_place = true,
            "p" => options.input = format(value),
            "o" => options.output = format(value),
            "j" => options.output = Some(Format::Json),
            "N" => options.separators = false,
            "n" => options.null_input = true,
            "P" => options.pretty = true,
            "r" => options.raw = Some(value != "false"),
            "h" => cli::print_and_exit(HELP),
            "V" => cli::print_and_exit(VERSION),
            _ => {}
        }
    }
    operands(&mut options, expression);
    options
}

/// A command, the expression, and files.
fn operands(options: &mut Options, expression: Option<String>) {
    let command = options.files.first().map(|word| cli::show(word)).unwrap_or_default();
    if matches!(command.as_str(), "eval" | "e" | "eval-all" | "ea") {
        options.all = command.starts_with("ea") || command == "eval-all";
        options.files.remove(0);
    }
    match expression {
        Some(expression) => options.expression = expression,
        None if options.files.first().is_some_and(|word| word != b"-" && !cli::path(word).is_file()) => options.expression = cli::show(&options.files.remove(0)),
        None => {}
    }
    if options.files.is_empty() && !options.null_input {
        if options.in_place {
            fail("write in place flag only applicable when giving an expression and at least one file");
        }
        options.files.push(b"-".to_vec());
    }
}
