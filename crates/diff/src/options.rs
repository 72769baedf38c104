//! The command line of diff.

use cli::{Item, Order};
use posix_regex::{Regex, Syntax};

use crate::text::{Ignore, Space};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    Normal,
    Context,
    Unified,
    Ed,
    ForwardEd,
    Rcs,
    SideBySide,
    /// By the templates of `Formats`.
    Formatted,
}

/// Templates for groups of lines and for lines, by kind: unchanged, old, new and (groups only) changed.
#[derive(Clone, Default)]
pub struct Formats {
    pub groups: [Option<Vec<u8>>; 4],
    pub lines: [Option<Vec<u8>>; 3],
}

pub const UNCHANGED: usize = 0;
pub const OLD: usize = 1;
pub const NEW: usize = 2;
pub const CHANGED: usize = 3;

pub struct Options {
    pub style: Style,
    pub context: usize,
    pub brief: bool,
    pub report_identical: bool,
    pub ignore: Ignore,
    pub ignore_blank_lines: bool,
    pub ignore_lines: Option<Regex>,
    pub text: bool,
    pub strip_cr: bool,
    pub minimal: bool,
    pub horizon: usize,
    pub recursive: bool,
    pub no_dereference: bool,
    pub new_file: bool,
    pub new_first_file: bool,
    pub ignore_name_case: bool,
    pub excluded: Vec<Vec<u8>>,
    pub starting_file: Option<Vec<u8>>,
    pub from_file: Option<Vec<u8>>,
    pub to_file: Option<Vec<u8>>,
    pub labels: Vec<Vec<u8>>,
    pub function_line: Option<Regex>,
    pub width: usize,
    pub left_column: bool,
    pub suppress_common: bool,
    pub expand_tabs: bool,
    pub initial_tab: bool,
    pub tab: usize,
    pub suppress_blank_empty: bool,
    pub color: Option<Palette>,
    pub formats: Formats,
    /// The options as given, for the lines that introduce files of a directory.
    pub given: Vec<u8>,
}

/// Escape sequences without `ESC[` and `m`: reset, header, added, deleted, line numbers.
#[derive(Clone)]
pub struct Palette {
    pub reset: String,
    pub header: String,
    pub added: String,
    pub deleted: String,
    pub numbers: String,
}

impl Default for Palette {
    fn default() -> Palette {
        let text = |text: &str| text.to_string();
        Palette { reset: text("0"), header: text("1"), added: text("32"), deleted: text("31"), numbers: text("36") }
    }
}

const SPECS: [&str; 65] = [
    "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "a|text", "b|ignore-space-change", "B|ignore-blank-lines", "brief|q",
    "C=", "c", "context?", "changed-group-format=", "d|minimal", "D|ifdef=", "e|ed", "E|ignore-tab-expansion", "exclude|x=",
    "exclude-from|X=", "expand-tabs|t", "f|forward-ed", "from-file=", "F|show-function-line=", "h", "H|speed-large-files",
    "help", "horizon-lines=", "i|ignore-case", "ignore-file-name-case", "I|ignore-matching-lines=", "initial-tab|T", "L|label=",
    "left-column", "line-format=", "new-file|N", "new-group-format=", "new-line-format=", "no-dereference",
    "no-ignore-file-name-case", "normal", "old-group-format=", "old-line-format=", "p|show-c-function", "rcs|n",
    "recursive|r", "report-identical-files|s", "side-by-side|y", "starting-file|S=", "strip-trailing-cr",
    "suppress-blank-empty", "suppress-common-lines", "tabsize=", "to-file=", "unchanged-group-format=",
    "unchanged-line-format=", "unidirectional-new-file|P", "U=", "u", "unified?", "v|version",
];
const MORE_SPECS: [&str; 6] = ["w|ignore-all-space", "W|width=", "Z|ignore-trailing-space", "color?", "palette=", "l|paginate"];

/// A C function, as `-p` finds them.
const C_FUNCTION: &[u8] = b"^[[:alpha:]$_]";

impl Default for Options {
    fn default() -> Options {
        Options {
            style: Style::Normal, context: 3, brief: false, report_identical: false, ignore: Ignore::default(),
            ignore_blank_lines: false, ignore_lines: None, text: false, strip_cr: false, minimal: false, horizon: 0,
            recursive: false, no_dereference: false, new_file: false, new_first_file: false, ignore_name_case: false,
            excluded: vec![], starting_file: None, from_file: None, to_file: None, labels: vec![], function_line: None,
            width: 130, left_column: false, suppress_common: false, expand_tabs: false, initial_tab: false, tab: 8,
            suppress_blank_empty: false, color: None, formats: Formats::default(), given: vec![],
        }
    }
}

/// The style being chosen: two different ones conflict.
struct Reader {
    options: Options,
    style: Option<Style>,
    digits: Option<usize>,
    context: Option<usize>,
    ignored: Vec<Vec<u8>>,
    palette: Palette,
    function_lines: Vec<Vec<u8>>,
    c_functions: bool,
}

/// Reads the command line: the options and the operands.
pub fn parse(args: Vec<Vec<u8>>) -> Result<(Options, Vec<Vec<u8>>), String> {
    let specs: Vec<&str> = SPECS.iter().chain(&MORE_SPECS).copied().collect();
    let items = cli::parse(args.clone(), &specs, Order::Permute)?;
    let operands: Vec<Vec<u8>> = items.iter().filter_map(|item| if let Item::Operand(name) = item { Some(name.clone()) } else { None }).collect();
    let mut reader = Reader {
        options: Options::default(), style: None, digits: None, context: None, ignored: vec![], palette: Palette::default(),
        function_lines: vec![], c_functions: false,
    };
    reader.options.given = given(args, operands.len());
    for item in items {
        if let Item::Option(key, value) = item {
            reader.apply(key, value)?;
        }
    }
    Ok((reader.finish()?, operands))
}

/// The options, quoted for a shell: what stands before the operands.
fn given(args: Vec<Vec<u8>>, operands: usize) -> Vec<u8> {
    let options = args.len() - operands.min(args.len());
    let mut text = Vec::new();
    let mut left = operands;
    // Operands that stand among the options move behind them, as getopt moves them.
    let mut kept = Vec::new();
    for arg in args {
        let operand = left > 0 && (arg == b"-" || !arg.starts_with(b"-")) && !takes_next(kept.last());
        if operand {
            left -= 1;
        } else {
            kept.push(arg);
        }
    }
    kept.truncate(options);
    for arg in kept {
        text.push(b' ');
        text.extend(quote(&arg));
    }
    text
}

fn takes_next(last: Option<&Vec<u8>>) -> bool {
    const LONG: [&[u8]; 8] =
        [b"--label", b"--exclude", b"--exclude-from", b"--width", b"--tabsize", b"--starting-file", b"--ifdef", b"--ignore-matching-lines"];
    last.is_some_and(|last| {
        LONG.contains(&&last[..])
            || (last.len() > 1 && last[0] == b'-' && last[1] != b'-' && b"CULWxXSDIF".contains(&last[last.len() - 1]))
    })
}

/// A word as a shell reads it, quoted where it needs to be.
pub fn quote(word: &[u8]) -> Vec<u8> {
    let safe = |byte: &u8| byte.is_ascii_alphanumeric() || b"%+,-./:@_]{}".contains(byte) || *byte >= 0x80;
    if !word.is_empty() && word.iter().all(safe) {
        return word.to_vec();
    }
    let mut text = vec![b'\''];
    for &byte in word {
        match byte {
            b'\'' => text.extend_from_slice(b"'\\''"),
            _ => text.push(byte),
        }
    }
    text.push(b'\'');
    text
}

fn number(text: &[u8]) -> Option<usize> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

impl Reader {
    fn set_style(&mut self, style: Style) -> Result<(), String> {
        match self.style {
            Some(other) if other != style => Err("conflicting output style options".into()),
            _ => {
                self.style = Some(style);
                Ok(())
            }
        }
    }

    fn context_style(&mut self, style: Style, value: Option<Vec<u8>>) -> Result<(), String> {
        if let Some(text) = value {
            let lines = number(&text).ok_or_else(|| format!("invalid context length '{}'", cli::show(&text)))?;
            self.context = Some(self.context.map_or(lines, |more| more.max(lines)));
        } else {
            self.context = Some(self.context.map_or(3, |more| more.max(3)));
        }
        self.set_style(style)
    }

    fn apply(&mut self, key: &'static str, value: Option<Vec<u8>>) -> Result<(), String> {
        let text = || value.clone().unwrap_or_default();
        match key {
            "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" => {
                let digit = usize::from(key.as_bytes()[0] - b'0');
                self.digits = Some(self.digits.map_or(digit, |number| number.saturating_mul(10).saturating_add(digit)));
            }
            "C" | "c" | "context" => return self.context_style(Style::Context, value),
            "U" | "u" | "unified" => return self.context_style(Style::Unified, value),
            "e" => return self.set_style(Style::Ed),
            "f" => return self.set_style(Style::ForwardEd),
            "rcs" => return self.set_style(Style::Rcs),
            "side-by-side" => return self.set_style(Style::SideBySide),
            "normal" => return self.set_style(Style::Normal),
            "brief" => self.options.brief = true,
            "report-identical-files" => self.options.report_identical = true,
            "W" => self.options.width = number(&text()).filter(|n| *n > 0).ok_or_else(|| format!("invalid width '{}'", cli::show(&text())))?,
            "tabsize" => self.options.tab = number(&text()).filter(|n| *n > 0).ok_or_else(|| format!("invalid tabsize '{}'", cli::show(&text())))?,
            "horizon-lines" => self.options.horizon = number(&text()).ok_or_else(|| format!("invalid horizon length '{}'", cli::show(&text())))?,
            "I" => self.ignored.push(text()),
            "F" => self.function_lines.push(text()),
            "p" => {
                self.function_lines.push(C_FUNCTION.to_vec());
                self.c_functions = true;
            }
            "exclude-from" => self.exclude_from(&text())?,
            "D" | "line-format" | "old-line-format" | "new-line-format" | "unchanged-line-format" | "old-group-format"
            | "new-group-format" | "unchanged-group-format" | "changed-group-format" => return self.format(key, text()),
            "color" => self.color(value.as_deref())?,
            "palette" => self.set_palette(&text()),
            "help" => cli::print_and_exit(crate::diff::HELP),
            "v" => cli::print_and_exit("diff (Shadowbox; compatible with GNU diffutils) 3.8\n"),
            "l" => return Err("paginated output needs `pr': pipe into it instead of using -l".into()),
            _ => self.flag(key, text()),
        }
        Ok(())
    }

    fn flag(&mut self, key: &'static str, text: Vec<u8>) {
        let options = &mut self.options;
        let space = &mut options.ignore.space;
        match key {
            "a" => options.text = true,
            "b" => *space = (*space).max(Space::Amount),
            "w" => *space = Space::All,
            "E" if *space < Space::Amount => *space = if *space == Space::Counts { Space::TabExpansion } else { Space::TabExpansionAndTrailing },
            "Z" if *space < Space::Amount => *space = if *space == Space::TabExpansion { Space::TabExpansionAndTrailing } else { Space::Trailing },
            "B" => options.ignore_blank_lines = true,
            "d" => options.minimal = true,
            "exclude" => options.excluded.push(text),
            "expand-tabs" => options.expand_tabs = true,
            "from-file" => options.from_file = Some(text),
            "to-file" => options.to_file = Some(text),
            "i" => options.ignore.case = true,
            "ignore-file-name-case" => options.ignore_name_case = true,
            "no-ignore-file-name-case" => options.ignore_name_case = false,
            "initial-tab" => options.initial_tab = true,
            "L" => options.labels.push(text),
            "left-column" => options.left_column = true,
            "new-file" => options.new_file = true,
            "unidirectional-new-file" => options.new_first_file = true,
            "no-dereference" => options.no_dereference = true,
            "recursive" => options.recursive = true,
            "starting-file" => options.starting_file = Some(text),
            "strip-trailing-cr" => options.strip_cr = true,
            "suppress-blank-empty" => options.suppress_blank_empty = true,
            "suppress-common-lines" => options.suppress_common = true,
            _ => {}
        }
    }

    fn exclude_from(&mut self, name: &[u8]) -> Result<(), String> {
        let text = crate::diff::read(name).map_err(|error| format!("{}: {}", cli::show(name), cli::reason(&error)))?;
        self.options.excluded.extend(text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(<[u8]>::to_vec));
        Ok(())
    }

    fn color(&mut self, when: Option<&[u8]>) -> Result<(), String> {
        use std::io::IsTerminal;
        let on = match when {
            None | Some(b"auto") => std::io::stdout().is_terminal(),
            Some(b"always") => true,
            Some(b"never") => false,
            Some(other) => return Err(format!("invalid color '{}'", cli::show(other))),
        };
        self.options.color = on.then(Palette::default);
        Ok(())
    }

    fn set_palette(&mut self, text: &[u8]) {
        let text = cli::show(text);
        for part in text.split(':') {
            let Some((name, value)) = part.split_once('=') else { continue };
            let palette = &mut self.palette;
            let slot = match name {
                "rs" => &mut palette.reset,
                "hd" => &mut palette.header,
                "ad" => &mut palette.added,
                "de" => &mut palette.deleted,
                "ln" => &mut palette.numbers,
                _ => continue,
            };
            *slot = value.to_string();
        }
    }

    fn format(&mut self, key: &'static str, text: Vec<u8>) -> Result<(), String> {
        self.set_style(Style::Formatted)?;
        let formats = &mut self.options.formats;
        let groups = &mut formats.groups;
        match key {
            "D" => {
                let name = cli::show(&text);
                groups[UNCHANGED] = Some(b"%=".to_vec());
                groups[OLD] = Some(format!("#ifndef {name}\n%<#endif /* ! {name} */\n").into_bytes());
                groups[NEW] = Some(format!("#ifdef {name}\n%>#endif /* {name} */\n").into_bytes());
                groups[CHANGED] = Some(format!("#ifndef {name}\n%<#else /* {name} */\n%>#endif /* {name} */\n").into_bytes());
            }
            "unchanged-group-format" => groups[UNCHANGED] = Some(text),
            "old-group-format" => groups[OLD] = Some(text),
            "new-group-format" => groups[NEW] = Some(text),
            "changed-group-format" => groups[CHANGED] = Some(text),
            "unchanged-line-format" => formats.lines[UNCHANGED] = Some(text),
            "old-line-format" => formats.lines[OLD] = Some(text),
            "new-line-format" => formats.lines[NEW] = Some(text),
            _ => formats.lines = [Some(text.clone()), Some(text.clone()), Some(text)],
        }
        Ok(())
    }

    fn finish(self) -> Result<Options, String> {
        let mut options = self.options;
        options.style = self.style.unwrap_or(if self.c_functions { Style::Context } else { Style::Normal });
        let lines = match (self.context, self.digits) {
            (_, Some(digits)) => digits,
            (Some(lines), None) => lines,
            (None, None) => 3,
        };
        options.context = lines;
        if matches!(options.style, Style::Context | Style::Unified) {
            options.horizon = options.horizon.max(lines);
        }
        options.ignore.last_newline = matches!(options.style, Style::Ed | Style::ForwardEd);
        options.ignore_lines = any_of(&self.ignored)?;
        options.function_line = any_of(&self.function_lines)?;
        if options.color.is_some() {
            options.color = Some(self.palette);
        }
        options.formats.fill_in();
        Ok(options)
    }
}

fn any_of(patterns: &[Vec<u8>]) -> Result<Option<Regex>, String> {
    if patterns.is_empty() {
        return Ok(None);
    }
    let all = patterns.join(&b"\\|"[..]);
    match Regex::new(&all, Syntax::Basic, false, false) {
        Ok(regex) => Ok(Some(regex)),
        Err(error) => Err(format!("{}: {error}", cli::show(&all))),
    }
}

impl Formats {
    /// What is not given follows from what is.
    fn fill_in(&mut self) {
        if self.groups[CHANGED].is_none() {
            let old = self.groups[OLD].clone().unwrap_or_else(|| b"%<".to_vec());
            let new = self.groups[NEW].clone().unwrap_or_else(|| b"%>".to_vec());
            self.groups[CHANGED] = Some([old, new].concat());
        }
        let changed = self.groups[CHANGED].clone();
        let given = [&self.groups[OLD], &self.groups[NEW]].iter().any(|group| group.is_some());
        for (kind, default) in [(UNCHANGED, &b"%="[..]), (OLD, b"%<"), (NEW, b"%>")] {
            if self.groups[kind].is_none() {
                let from_changed = kind != UNCHANGED && !given;
                self.groups[kind] = if from_changed { changed.clone() } else { Some(default.to_vec()) };
            }
        }
        for line in &mut self.lines {
            line.get_or_insert_with(|| b"%l\n".to_vec());
        }
    }
}
