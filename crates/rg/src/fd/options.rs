//! The command line of fd.

use std::path::PathBuf;

use cli::{Item, Order};

use super::filter::Filter;

pub const HELP: &str = include_str!("help.txt");

const SPECS: &[&str] = &[
    "H|hidden", "no-hidden", "I|no-ignore", "ignore", "no-ignore-vcs", "ignore-vcs", "no-ignore-parent", "no-global-ignore-file",
    "u|unrestricted", "s|case-sensitive", "i|ignore-case", "g|glob", "regex", "F|fixed-strings|literal", "and=",
    "a|absolute-path", "relative-path", "l|list-details", "L|follow", "no-follow", "p|full-path", "0|print0",
    "d|max-depth|maxdepth=", "min-depth=", "exact-depth=", "E|exclude=", "prune", "t|type=", "e|extension=", "S|size=",
    "changed-within|change-newer-than|newer|changed-after=", "changed-before|change-older-than|older=", "o|owner=",
    "batch-size=", "ignore-file=", "c|color=", "j|threads=", "max-results=", "1", "q|quiet|has-results", "show-errors",
    "base-directory=", "path-separator=", "search-path=", "strip-cwd-prefix", "one-file-system|mount|xdev", "h|help", "V|version",
];

#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    #[default]
    Regex,
    Glob,
    Fixed,
}

#[derive(Default)]
pub struct Options {
    pub patterns: Vec<String>,
    pub kind: Kind,
    /// None: case counts when a pattern has upper case.
    pub case_sensitive: Option<bool>,
    pub full_path: bool,
    pub paths: Vec<PathBuf>,
    pub strip: bool,
    pub hidden: bool,
    pub no_ignore: bool,
    pub no_ignore_vcs: bool,
    pub no_ignore_parent: bool,
    pub ignore_files: Vec<PathBuf>,
    pub exclude: Vec<String>,
    pub follow: bool,
    pub one_file_system: bool,
    pub max_depth: Option<usize>,
    pub min_depth: Option<usize>,
    pub prune: bool,
    pub filter: Filter,
    pub absolute: bool,
    pub list_details: bool,
    pub print0: bool,
    pub path_separator: Option<String>,
    pub max_results: Option<usize>,
    pub quiet: bool,
    pub show_errors: bool,
    pub base_directory: Option<PathBuf>,
    pub batch_size: usize,
    /// Commands to run for each result.
    pub exec: Vec<Vec<String>>,
    /// Commands to run once for all.
    pub exec_batch: Vec<Vec<String>>,
}

pub enum Read {
    Options(Box<Options>),
    Help,
    Version,
}

/// Reads the command line; the error is a message without the program's name.
pub fn read(args: Vec<Vec<u8>>) -> Result<Read, String> {
    let mut options = Options::default();
    let args = take_commands(args, &mut options)?;
    let mut operands = Vec::new();
    let mut search_paths = Vec::new();
    let mut strip = false;
    for item in cli::parse(args, SPECS, Order::Permute)? {
        match item {
            Item::Operand(word) => operands.push(cli::show(&word)),
            Item::Option("h", _) => return Ok(Read::Help),
            Item::Option("V", _) => return Ok(Read::Version),
            Item::Option("search-path", value) => search_paths.push(PathBuf::from(text(value))),
            Item::Option("strip-cwd-prefix", _) => strip = true,
            Item::Option(name, value) => {
                let value = text(value);
                if !walking(&mut options, name, &value)? {
                    finding(&mut options, name, &value)?;
                }
            }
        }
    }
    let mut operands = operands.into_iter();
    // With --search-path every operand but the pattern would be a path; fd takes none then.
    options.patterns.insert(0, operands.next().unwrap_or_default());
    options.paths = operands.map(PathBuf::from).chain(search_paths).collect();
    let implicit = options.paths.is_empty();
    if implicit {
        options.paths.push(PathBuf::from("./"));
    }
    let runs = !options.exec.is_empty() || !options.exec_batch.is_empty() || options.list_details;
    options.strip = strip || implicit && !options.print0 && !runs;
    Ok(Read::Options(Box::new(options)))
}

fn text(value: Option<Vec<u8>>) -> String {
    cli::show(&value.unwrap_or_default())
}

/// Takes `-x COMMAND… ;` and `-X COMMAND… ;` out of the arguments: they go to a `;` or the end.
fn take_commands(args: Vec<Vec<u8>>, options: &mut Options) -> Result<Vec<Vec<u8>>, String> {
    let mut rest = Vec::new();
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        if arg == b"--" {
            rest.push(arg);
            rest.extend(args.by_ref());
            break;
        }
        let (each, first) = match arg.as_slice() {
            b"-x" | b"--exec" => (true, None),
            b"-X" | b"--exec-batch" => (false, None),
            other => match (other.strip_prefix(b"--exec="), other.strip_prefix(b"--exec-batch=")) {
                (Some(value), _) => (true, Some(value.to_vec())),
                (_, Some(value)) => (false, Some(value.to_vec())),
                _ => {
                    rest.push(arg);
                    continue;
                }
            },
        };
        let words: Vec<String> = first.into_iter().chain(args.by_ref().take_while(|word| word != b";")).map(|word| cli::show(&word)).collect();
        if words.is_empty() {
            return Err(format!("The argument '{}' requires a value but none was supplied", cli::show(&arg)));
        }
        if each { options.exec.push(words) } else { options.exec_batch.push(words) }
    }
    Ok(rest)
}

fn number(value: &str) -> Result<usize, String> {
    value.parse().map_err(|_| format!("Invalid value '{value}': expected a number"))
}

/// Options about where is looked; false: another one.
fn walking(options: &mut Options, name: &str, value: &str) -> Result<bool, String> {
    match name {
        "H" => options.hidden = true,
        "no-hidden" => options.hidden = false,
        "I" => options.no_ignore = true,
        "ignore" => options.no_ignore = false,
        "no-ignore-vcs" => options.no_ignore_vcs = true,
        "ignore-vcs" => options.no_ignore_vcs = false,
        "no-ignore-parent" => options.no_ignore_parent = true,
        "u" => (options.no_ignore, options.hidden) = (true, true),
        "L" => options.follow = true,
        "no-follow" => options.follow = false,
        "d" => options.max_depth = Some(number(value)?),
        "min-depth" => options.min_depth = Some(number(value)?),
        "exact-depth" => (options.min_depth, options.max_depth) = (Some(number(value)?), Some(number(value)?)),
        "E" => options.exclude.push(value.to_string()),
        "prune" => options.prune = true,
        "ignore-file" => options.ignore_files.push(PathBuf::from(value)),
        "base-directory" => options.base_directory = Some(PathBuf::from(value)),
        "one-file-system" => options.one_file_system = true,
        _ => return Ok(false),
    }
    Ok(true)
}

/// Options about what is found, and what is done with it.
fn finding(options: &mut Options, name: &str, value: &str) -> Result<(), String> {
    match name {
        "s" => options.case_sensitive = Some(true),
        "i" => options.case_sensitive = Some(false),
        "g" => options.kind = Kind::Glob,
        "regex" => options.kind = Kind::Regex,
        "F" => options.kind = Kind::Fixed,
        "and" => options.patterns.push(value.to_string()),
        "a" => options.absolute = true,
        "relative-path" => options.absolute = false,
        "l" => options.list_details = true,
        "p" => options.full_path = true,
        "0" => options.print0 = true,
        "t" => options.filter.add_type(value)?,
        "e" => options.filter.extensions.push(value.trim_start_matches('.').to_lowercase()),
        "S" => options.filter.add_size(value)?,
        "changed-within" => options.filter.set_newer(value)?,
        "changed-before" => options.filter.set_older(value)?,
        "o" => options.filter.set_owner(value)?,
        "batch-size" => options.batch_size = number(value)?,
        "c" if !["auto", "always", "never"].contains(&value) => return Err(format!("'{value}' isn't a valid value for '--color <when>'\n  [possible values: auto, always, never]")),
        "j" => _ = number(value)?,
        "max-results" => options.max_results = Some(number(value)?).filter(|count| *count > 0),
        "1" => options.max_results = Some(1),
        "q" => options.quiet = true,
        "show-errors" => options.show_errors = true,
        "path-separator" => options.path_separator = Some(value.to_string()),
        // Colours and the global ignore file there are none.
        _ => {}
    }
    Ok(())
}
