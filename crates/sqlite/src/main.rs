//! sqlite3: a shell of our own, compatible with SQLite's of 3.40, over SQLite's library.

mod db;
mod dot;
mod import;
mod plan;
mod render;
mod schema;
mod shell;
mod text;
mod vfs;

/// Only uses of the name link the system layer.
#[cfg(target_family = "wasm")]
use shadowbox_rt as _;

use std::fs::File;
use std::io::BufReader;

use db::Db;
use render::{Mode, Style, MODES};
use shell::Shell;

const USAGE: &str = "Usage: sqlite3 [OPTION] FILENAME [SQL]
FILENAME is the name of an SQLite database. A new database is created
if the file does not previously exist.
OPTIONS include:
   -ascii               set output mode to 'ascii'
   -bail                stop after hitting an error
   -batch               force batch I/O
   -box                 set output mode to 'box'
   -column              set output mode to 'column'
   -cmd COMMAND         run \"COMMAND\" before reading stdin
   -csv                 set output mode to 'csv'
   -echo                print inputs before execution
   -init FILENAME       read/process named file
   -[no]header          turn headers on or off
   -help                show this message
   -html                set output mode to HTML
   -interactive         force interactive I/O
   -json                set output mode to 'json'
   -line                set output mode to 'line'
   -list                set output mode to 'list'
   -markdown            set output mode to 'markdown'
   -newline SEP         set output row separator. Default: '\\n'
   -nullvalue TEXT      set text string for NULL values. Default ''
   -quote               set output mode to 'quote'
   -readonly            open the database read-only
   -separator SEP       set output column separator. Default: '|'
   -table               set output mode to 'table'
   -tabs                set output mode to 'tabs'
   -version             show SQLite version
";

#[derive(Default)]
struct Options {
    file: Option<Vec<u8>>,
    statements: Vec<Vec<u8>>,
    commands: Vec<Vec<u8>>,
    init: Option<Vec<u8>>,
    style: Style,
    headers_set: bool,
    bail: bool,
    echo: bool,
    read_only: bool,
    interactive: Option<bool>,
}

fn options() -> Options {
    let mut options = Options::default();
    let mut args = cli::args().into_iter();
    while let Some(arg) = args.next() {
        let name = match arg.strip_prefix(b"-") {
            None => {
                match options.file {
                    None => options.file = Some(arg),
                    Some(_) => options.statements.push(arg),
                }
                continue;
            }
            Some(rest) => cli::show(rest.strip_prefix(b"-").unwrap_or(rest)),
        };
        let mut value = || args.next().unwrap_or_else(|| cli::fail("sqlite3: Error", 1, &format!("missing argument to -{name}")));
        match name.as_str() {
            "separator" => options.style.column_separator = value(),
            "newline" => options.style.row_separator = value(),
            "nullvalue" => options.style.null = value(),
            "cmd" => options.commands.push(value()),
            "init" => options.init = Some(value()),
            "vfs" | "mmap" | "maxsize" | "nonce" => drop(value()),
            "lookaside" | "pagecache" => drop((value(), value())),
            "header" | "headers" => (options.style.headers, options.headers_set) = (true, true),
            "noheader" => (options.style.headers, options.headers_set) = (false, true),
            "bail" => options.bail = true,
            "echo" => options.echo = true,
            "readonly" => options.read_only = true,
            "batch" => options.interactive = Some(false),
            "interactive" => options.interactive = Some(true),
            "stats" | "safe" | "nofollow" | "memtrace" => {}
            "version" => cli::print_and_exit(&format!("{}\n", db::version())),
            "help" => cli::print_and_exit(USAGE),
            other => match MODES.iter().find(|(known, mode)| *known == other && !matches!(mode, Mode::Insert | Mode::Tcl)) {
                Some((_, mode)) => set_mode(&mut options.style, *mode),
                None => cli::fail("sqlite3: Error", 1, &format!("unknown option: {}\nUse -help for a list of options.", cli::show(&arg))),
            },
        }
    }
    options
}

/// As `.mode`, but the end of a CSV row stays a newline.
fn set_mode(style: &mut Style, mode: Mode) {
    style.set_mode(mode);
    if mode == Mode::Csv {
        style.row_separator = b"\n".to_vec();
    }
}

fn main() {
    let status = run(options());
    std::process::exit(status)
}

fn run(options: Options) -> i32 {
    let file = options.file.clone().unwrap_or_else(|| b":memory:".to_vec());
    let db = Db::open(&file, options.read_only).unwrap_or_else(|message| {
        eprintln!("Error: unable to open database \"{}\": {message}", cli::show(&file));
        std::process::exit(1)
    });
    let mut shell = Shell::new(db, file);
    let default = std::env::var("HOME").ok().map(|home| format!("{home}/.sqliterc").into_bytes());
    if let Some(file) = options.init.as_ref().or(default.as_ref()).and_then(|name| File::open(cli::path(name)).ok()) {
        shell.process(&mut BufReader::new(file));
    }
    // What the command line says comes after the file.
    shell.style = options.style;
    (shell.headers_set, shell.bail, shell.echo) = (options.headers_set, options.bail, options.echo);
    for command in options.commands {
        if let Err(status) = shell.argument(&command) {
            if shell.bail {
                return status;
            }
        }
        if let Some(status) = shell.exit {
            return status;
        }
    }
    for statement in &options.statements {
        if let Err(status) = shell.argument(statement) {
            shell.flush();
            return status;
        }
        if let Some(status) = shell.exit {
            return status;
        }
    }
    if !options.statements.is_empty() {
        return 0;
    }
    shell.interactive = options.interactive.unwrap_or_else(Shell::is_terminal);
    if shell.interactive {
        shell.say(&format!("SQLite version {}\nEnter \".help\" for usage hints.\n", db::version().get(..17).unwrap_or_default()));
    }
    let errors = shell.process(&mut std::io::stdin().lock());
    shell.flush();
    match shell.exit {
        Some(status) => status,
        None => i32::from(errors > 0),
    }
}
