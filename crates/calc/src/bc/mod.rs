//! bc, as GNU's 1.07.

mod code;
mod express;
mod lex;
mod math;
mod parse;
mod print;
mod run;

use std::io::IsTerminal;

use cli::{Item, Order};
use lex::Lexer;
use parse::{Parser, Posix};
use print::Printer;
use run::{Machine, Stop, World};

const VERSION: &str = "bc (Shadowbox; compatible with GNU bc) 1.07.1\n";
const LIMITS: &str = "BC_BASE_MAX     = 2147483647
BC_DIM_MAX      = 16777215
BC_SCALE_MAX    = 2147483647
BC_STRING_MAX   = 2147483647
MAX Exponent    = 9223372036854775807
Number of vars  = 32767
";
const USAGE: &str = "usage: bc [options] [file ...]
  -h  --help         print this usage and exit
  -i  --interactive  force interactive mode
  -l  --mathlib      use the predefined math routines
  -q  --quiet        don't print initial banner
  -s  --standard     non-standard bc constructs are errors
  -w  --warn         warn about non-standard bc constructs
  -v  --version      print version information and exit
";

struct Options {
    files: Vec<Vec<u8>>,
    interactive: bool,
    quiet: bool,
    library: bool,
    posix: Posix,
}

fn options(args: Vec<Vec<u8>>) -> Options {
    let specs = ["h|help", "i|interactive", "l|mathlib", "q|quiet", "s|standard", "w|warn", "v|version", "c|compile"];
    let items = cli::parse(args, &specs, Order::Permute).unwrap_or_else(|message| {
        eprint!("bc: {message}\n{USAGE}");
        std::process::exit(1)
    });
    let terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    let mut options = Options { files: Vec::new(), interactive: terminal, quiet: false, library: false, posix: Posix::Extended };
    for item in items {
        match item {
            Item::Operand(file) => options.files.push(file),
            Item::Option("i", _) => options.interactive = true,
            Item::Option("l", _) => options.library = true,
            Item::Option("q", _) => options.quiet = true,
            Item::Option("s", _) => options.posix = Posix::Only,
            Item::Option("w", _) => options.posix = Posix::Warn,
            Item::Option("v", _) => cli::print_and_exit(VERSION),
            Item::Option("h", _) => cli::print_and_exit(USAGE),
            Item::Option(..) => {}
        }
    }
    if std::env::var_os("POSIXLY_CORRECT").is_some() {
        options.posix = Posix::Only;
    }
    options
}

/// Characters that fit a line, from BC_LINE_LENGTH; 0 for no limit.
fn line_length() -> usize {
    match std::env::var("BC_LINE_LENGTH").ok().and_then(|text| text.trim().parse::<usize>().ok()) {
        Some(0) => 0,
        Some(length @ 3..) => length - 1,
        _ => 69,
    }
}

pub fn main() -> i32 {
    let mut args: Vec<Vec<u8>> = std::env::var("BC_ENV_ARGS").unwrap_or_default().split_whitespace().map(|word| word.as_bytes().to_vec()).collect();
    args.extend(cli::args());
    let options = options(args);
    if options.interactive && !options.quiet {
        print!("{VERSION}");
    }
    let mut parser = Parser::new(Lexer::new(options.files), options.posix);
    let mut machine = Machine::new(Printer::new(line_length(), options.posix == Posix::Only), if options.library { 20 } else { 0 });
    if options.library {
        for (name, native) in math::LIBRARY {
            machine.library.insert(parser.functions.number(name), native);
        }
    }
    loop {
        match parser.item() {
            parse::Item::Line(code) => {
                let mut world = World { functions: &parser.functions, arrays: &parser.arrays, lexer: &mut parser.lexer };
                if let Err(Stop::Halt) = machine.run(code, &mut world) {
                    return 0;
                }
            }
            parse::Item::Function(number, function) => drop(machine.functions.insert(number, function)),
            parse::Item::Nothing => {}
            parse::Item::Quit | parse::Item::End => return 0,
        }
    }
}
