//! column.

use std::io::Read;

use cli::{Item, Order, Output};

const HELP: &str = "Usage:
 column [options] [<file>...]

Columnate lists.

Options:
 -t, --table                      create a table
 -n, --table-name <name>          table name for JSON output
 -N, --table-columns <names>      comma separated columns names
 -E, --table-noextreme <columns>  accepted for compatibility
 -d, --table-noheadings           don't print header
 -e, --table-header-repeat        accepted for compatibility
 -H, --table-hide <columns>       don't print the columns
 -R, --table-right <columns>      right align text in these columns
 -L, --keep-empty-lines           don't ignore empty lines
 -J, --json                       use JSON output format for table
 -c, --output-width <width>       width of output in number of characters
 -o, --output-separator <string>  columns separator for table output (default is two spaces)
 -s, --separator <string>         possible table delimiters
 -x, --fillrows                   fill rows before columns
 -l, --table-columns-limit <num>  maximal number of input columns
 -h, --help                       display this help
 -V, --version                    display version
";

#[derive(Default)]
struct Options {
    table: bool,
    separators: Option<Vec<char>>,
    between: String,
    width: usize,
    rows_first: bool,
    names: Vec<String>,
    right: Vec<String>,
    hide: Vec<String>,
    keep_empty: bool,
    no_headings: bool,
    json: bool,
    json_name: String,
    limit: usize,
}

const SPECS: [&str; 20] = [
    "t|table", "n|table-name=", "N|table-columns=", "E|table-noextreme=", "d|table-noheadings", "e|table-header-repeat", "H|table-hide=", "R|table-right=",
    "L|keep-empty-lines|table-empty-lines", "J|json", "c|output-width|columns=", "o|output-separator=", "s|separator=", "x|fillrows",
    "l|table-columns-limit=", "h|help", "V|version", "T|table-truncate=", "W|table-wrap=", "O|table-order=",
];

fn list(value: &[u8]) -> Vec<String> {
    cli::show(value).split(',').map(str::to_string).collect()
}

fn read() -> (Options, Vec<Vec<u8>>) {
    let items = cli::parse(cli::args(), &SPECS, Order::Permute).unwrap_or_else(|message| cli::bad_usage("column", 1, &message));
    let width = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok()).unwrap_or(80);
    let mut options = Options { between: "  ".to_string(), width, json_name: "table".to_string(), ..Options::default() };
    let mut files = Vec::new();
    for item in items {
        let (name, value) = match item {
            Item::Operand(name) => {
                files.push(name);
                continue;
            }
            Item::Option(name, value) => (name, value.unwrap_or_default()),
        };
        let number = |value: &[u8]| cli::show(value).parse().unwrap_or_else(|_| cli::fail("column", 1, &format!("invalid columns argument: '{}'", cli::show(value))));
        match name {
            "t" => options.table = true,
            "n" => options.json_name = cli::show(&value),
            "N" => options.names = list(&value),
            "d" => options.no_headings = true,
            "H" => options.hide = list(&value),
            "R" => options.right = list(&value),
            "L" => options.keep_empty = true,
            "J" => (options.json, options.table) = (true, true),
            "c" => options.width = number(&value),
            "o" => options.between = cli::show(&value),
            "s" => options.separators = Some(unescaped(&cli::show(&value))),
            "x" => options.rows_first = true,
            "l" => options.limit = number(&value),
            "h" => cli::print_and_exit(HELP),
            "V" => cli::print_and_exit("column (Shadowbox; compatible with util-linux) 2.38.1\n"),
            _ => {}
        }
    }
    if options.json && options.names.is_empty() {
        cli::fail("column", 1, "option --table-columns or --table-column required for --json");
    }
    (options, files)
}

/// Separators, with `\t` for a tab.
fn unescaped(text: &str) -> Vec<char> {
    text.replace("\\t", "\t").replace("\\n", "\n").chars().collect()
}

pub fn main() -> i32 {
    let (options, mut files) = read();
    if files.is_empty() {
        files.push(b"-".to_vec());
    }
    let mut text = Vec::new();
    let mut status = 0;
    for file in &files {
        if let Err(error) = crate::input::open(file).and_then(|mut input| input.read_to_end(&mut text)) {
            eprintln!("column: {}: {}", cli::show(file), cli::reason(&error));
            status = 1;
        }
        if text.last().is_some_and(|byte| *byte != b'\n') {
            text.push(b'\n');
        }
    }
    let text = String::from_utf8_lossy(&text);
    let blank = |line: &&str| options.keep_empty || !line.trim().is_empty();
    let lines: Vec<&str> = text.lines().filter(blank).collect();
    let mut out = Output::new("column", 1);
    if options.table {
        table(&lines, &options, &mut out);
    } else {
        fill(&lines, &options, &mut out);
    }
    status
}

/// Columns that a text takes on a terminal.
pub fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

fn char_width(character: char) -> usize {
    match character as u32 {
        0..=31 | 127..=159 => 0,
        0x300..=0x36f | 0x200b..=0x200f | 0xfe00..=0xfe0f | 0x20d0..=0x20ff => 0,
        0x1100..=0x115f | 0x2e80..=0x303e | 0x3041..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f | 0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x1f300..=0x1f64f | 0x1f900..=0x1f9ff | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

fn cells(line: &str, options: &Options) -> Vec<String> {
    let mut cells: Vec<String> = match &options.separators {
        None => line.split([' ', '\t']).filter(|cell| !cell.is_empty()).map(str::to_string).collect(),
        Some(separators) => line.split(|character| separators.contains(&character)).map(str::to_string).collect(),
    };
    if options.limit > 0 && cells.len() > options.limit {
        let rest = cells.split_off(options.limit - 1).join(" ");
        cells.push(rest);
    }
    cells
}

/// Whether a column is on a list of names and numbers.
fn listed(list: &[String], index: usize, names: &[String]) -> bool {
    list.iter().any(|own| own.parse() == Ok(index + 1) || names.get(index).is_some_and(|name| name == own) || own == "0")
}

fn table(lines: &[&str], options: &Options, out: &mut Output) {
    let mut rows: Vec<Vec<String>> = lines.iter().map(|line| cells(line, options)).collect();
    if options.json {
        return json(&rows, options, out);
    }
    if !options.names.is_empty() && !options.no_headings && !rows.is_empty() {
        rows.insert(0, options.names.clone());
    }
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let shown: Vec<usize> = (0..count).filter(|index| !listed(&options.hide, *index, &options.names)).collect();
    let widths: Vec<usize> = (0..count).map(|index| rows.iter().filter_map(|row| row.get(index)).map(|cell| width(cell)).max().unwrap_or(0)).collect();
    for row in &rows {
        let mut line = String::new();
        for &index in &shown {
            let cell = row.get(index).map_or("", String::as_str);
            let space = " ".repeat(widths[index].saturating_sub(width(cell)));
            let last = shown.last() == Some(&index);
            if listed(&options.right, index, &options.names) {
                line += &space;
                line += cell;
            } else {
                line += cell;
                if !last {
                    line += &space;
                }
            }
            if !last {
                line += &options.between;
            }
        }
        line.push('\n');
        out.put(line.as_bytes());
    }
}

fn json(rows: &[Vec<String>], options: &Options, out: &mut Output) {
    let quote = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\t', "\\t"));
    let mut text = format!("{{\n   {}: [\n      ", quote(&options.json_name));
    for (at, row) in rows.iter().enumerate() {
        if at > 0 {
            text.push(',');
        }
        let fields: Vec<String> = options
            .names
            .iter()
            .enumerate()
            .map(|(index, name)| format!("         {}: {}", quote(&name.to_lowercase()), row.get(index).map_or("null".to_string(), |cell| quote(cell))))
            .collect();
        text += &format!("{{\n{}\n      }}", fields.join(",\n"));
    }
    text += "\n   ]\n}\n";
    out.put(text.as_bytes());
}

/// A tab's columns.
const TAB: usize = 8;

fn fill(lines: &[&str], options: &Options, out: &mut Output) {
    let longest = lines.iter().map(|line| width(line)).max().unwrap_or(0);
    let step = (longest + TAB) / TAB * TAB;
    let columns = (options.width / step).max(1);
    if longest >= options.width {
        lines.iter().for_each(|line| out.put(format!("{line}\n").as_bytes()));
        return;
    }
    let rows = lines.len().div_ceil(columns);
    for row in 0..rows {
        let indices: Vec<usize> = if options.rows_first { (row * columns..((row + 1) * columns).min(lines.len())).collect() } else { (row..lines.len()).step_by(rows).collect() };
        let mut text = String::new();
        let mut at = 0;
        for (place, index) in indices.iter().enumerate() {
            while at < place * step {
                text.push('\t');
                at = (at / TAB + 1) * TAB;
            }
            text += lines[*index];
            at += width(lines[*index]);
        }
        text.push('\n');
        out.put(text.as_bytes());
    }
}
