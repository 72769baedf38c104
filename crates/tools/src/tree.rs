//! tree.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use cli::Output;

const HELP: &str = "usage: tree [-adfiFDhJLPIpsrtQ] [-L level] [-P pattern] [-I pattern] [-o filename] [--noreport] [--dirsfirst] [--charset X] [--filelimit #] [--prune] [<directory list>]
  -a            All files are listed.
  -d            List directories only.
  -f            Print the full path prefix for each file.
  -i            Don't print indentation lines.
  -F            Appends '/', '=', '*', '@', '|' or '>' as per ls -F.
  -h            Print the size in a more human readable way.
  -s            Print the size in bytes of each file.
  -p            Print the protections for each file.
  -L level      Descend only level directories deep.
  -P pattern    List only those files that match the pattern given.
  -I pattern    Do not list files that match the given pattern.
  -J            Prints out a JSON representation of the tree.
  -r            Reverse the order of the sort.
  -t            Sort files by last modification time.
  -Q            Quote filenames with double quotes.
  --dirsfirst   List directories before files.
  --noreport    Turn off file/directory count at end of tree listing.
  --prune       Prune empty directories from the output.
";

#[derive(Default)]
struct Options {
    all: bool,
    folders_only: bool,
    full: bool,
    flat: bool,
    classify: bool,
    sizes: bool,
    human: bool,
    modes: bool,
    level: Option<usize>,
    only: Vec<Vec<u8>>,
    without: Vec<Vec<u8>>,
    json: bool,
    reverse: bool,
    by_time: bool,
    quote: bool,
    folders_first: bool,
    no_report: bool,
    prune: bool,
    ascii: bool,
    folders: usize,
    files: usize,
    failed: bool,
}

fn read() -> (Options, Vec<Vec<u8>>) {
    let mut options = Options::default();
    let mut folders = Vec::new();
    let mut args = cli::args().into_iter();
    let mut words = false;
    while let Some(arg) = args.next() {
        if words || arg.len() < 2 || arg[0] != b'-' {
            folders.push(arg);
            continue;
        }
        if let Some(long) = arg.strip_prefix(b"--") {
            match cli::show(long).as_str() {
                "" => words = true,
                "dirsfirst" => options.folders_first = true,
                "noreport" => options.no_report = true,
                "prune" => options.prune = true,
                "help" => cli::print_and_exit(HELP),
                "version" => cli::print_and_exit("tree v2.1.0 (Shadowbox; compatible)\n"),
                "charset" => options.ascii = args.next().is_some_and(|name| name.eq_ignore_ascii_case(b"ascii")),
                name if name.starts_with("charset=") => options.ascii = name.to_lowercase().ends_with("ascii"),
                "gitignore" | "nolinks" | "matchdirs" | "ignore-case" | "du" | "inodes" | "device" => {}
                other => cli::fail("tree", 1, &format!("Invalid argument `--{other}'.\n{}", HELP.lines().next().unwrap_or_default())),
            }
            continue;
        }
        for letter in &arg[1..] {
            let mut value = || args.next().unwrap_or_else(|| cli::fail("tree", 1, &format!("Missing argument to -{} option.", *letter as char)));
            let list = |value: Vec<u8>| value.split(|byte| *byte == b'|').map(<[u8]>::to_vec).collect::<Vec<_>>();
            match letter {
                b'a' => options.all = true,
                b'd' => options.folders_only = true,
                b'f' => options.full = true,
                b'i' => options.flat = true,
                b'F' => options.classify = true,
                b's' => options.sizes = true,
                b'h' => (options.sizes, options.human) = (true, true),
                b'p' => options.modes = true,
                b'J' => options.json = true,
                b'r' => options.reverse = true,
                b't' => options.by_time = true,
                b'Q' => options.quote = true,
                b'A' | b'S' | b'C' | b'n' | b'l' | b'N' | b'q' | b'v' | b'x' | b'c' | b'U' | b'D' | b'g' | b'u' => {}
                b'L' => match cli::show(&value()).parse() {
                    Ok(level @ 1..) => options.level = Some(level),
                    _ => cli::fail("tree", 1, "Invalid level, must be greater than 0."),
                },
                b'P' => options.only.extend(list(value())),
                b'I' => options.without.extend(list(value())),
                other => cli::fail("tree", 1, &format!("Invalid argument -`{}'.\n{}", *other as char, HELP.lines().next().unwrap_or_default())),
            }
        }
    }
    (options, folders)
}

struct Node {
    name: Vec<u8>,
    path: PathBuf,
    meta: fs::Metadata,
    inner: Vec<Node>,
}

impl Options {
    fn entries(&mut self, folder: &Path, level: usize) -> Option<Vec<Node>> {
        let mut nodes = Vec::new();
        for entry in fs::read_dir(folder).ok()?.flatten() {
            let name = entry.file_name().as_bytes().to_vec();
            let Ok(meta) = entry.path().symlink_metadata() else { continue };
            let hidden = name.starts_with(b".") && !self.all;
            let unwanted = self.without.iter().any(|pattern| cli::glob(pattern, &name, true));
            let unmatched = !meta.is_dir() && !self.only.is_empty() && !self.only.iter().any(|pattern| cli::glob(pattern, &name, true));
            if hidden || unwanted || unmatched || (self.folders_only && !meta.is_dir()) {
                continue;
            }
            nodes.push(Node { name, path: entry.path(), meta, inner: Vec::new() });
        }
        nodes.sort_by(|a, b| if self.by_time { a.meta.mtime().cmp(&b.meta.mtime()).then_with(|| a.name.cmp(&b.name)) } else { a.name.cmp(&b.name) });
        if self.reverse {
            nodes.reverse();
        }
        if self.folders_first {
            nodes.sort_by_key(|node| !node.meta.is_dir());
        }
        for node in &mut nodes {
            if node.meta.is_dir() && self.level.is_none_or(|most| level < most) {
                node.inner = self.entries(&node.path, level + 1).unwrap_or_default();
            }
        }
        if self.prune {
            nodes.retain(|node| !node.meta.is_dir() || !node.inner.is_empty());
        }
        Some(nodes)
    }

    fn label(&self, node: &Node) -> String {
        let name = if self.full { node.path.as_os_str().as_bytes() } else { &node.name };
        let quoted = |name: &[u8]| if self.quote { format!("\"{}\"", cli::show(name)) } else { cli::show(name) };
        let mut text = self.facts(&node.meta) + &quoted(name);
        if node.meta.is_symlink() {
            let target = fs::read_link(&node.path).map(|target| target.as_os_str().as_bytes().to_vec()).unwrap_or_default();
            return format!("{text} -> {}", quoted(&target));
        }
        if self.classify {
            if node.meta.is_dir() {
                text.push('/');
            } else if node.meta.permissions().mode() & 0o111 != 0 {
                text.push('*');
            }
        }
        text
    }

    fn facts(&self, meta: &fs::Metadata) -> String {
        let mut facts = Vec::new();
        if self.modes {
            let mut text = String::from(if meta.is_dir() { "d" } else if meta.is_symlink() { "l" } else { "-" });
            for shift in [6, 3, 0] {
                let bits = meta.mode() >> shift;
                text.extend([(4, 'r'), (2, 'w'), (1, 'x')].map(|(bit, letter)| if bits & bit != 0 { letter } else { '-' }));
            }
            facts.push(text);
        }
        if self.human {
            facts.push(human(meta.len()));
        } else if self.sizes {
            facts.push(format!("{:11}", meta.len()));
        }
        if facts.is_empty() {
            String::new()
        } else {
            format!("[{}]  ", facts.join(" "))
        }
    }

    fn print(&mut self, nodes: &[Node], before: &str, out: &mut Output) {
        let (branch, last, bar) = if self.ascii { ("|-- ", "`-- ", "|   ") } else { ("├── ", "└── ", "│\u{a0}\u{a0} ") };
        for (index, node) in nodes.iter().enumerate() {
            let end = index + 1 == nodes.len();
            if node.meta.is_dir() {
                self.folders += 1;
            } else {
                self.files += 1;
            }
            let lead = if self.flat { String::new() } else { format!("{before}{}", if end { last } else { branch }) };
            out.put(format!("{lead}{}\n", self.label(node)).as_bytes());
            let deeper = format!("{before}{}", if end { "    " } else { bar });
            self.print(&node.inner, &deeper, out);
        }
    }

    fn json(&mut self, nodes: &[Node], indent: usize, out: &mut Output) {
        for (index, node) in nodes.iter().enumerate() {
            let space = " ".repeat(indent);
            let comma = if index + 1 == nodes.len() { "" } else { "," };
            let name = if self.full { cli::show(node.path.as_os_str().as_bytes()) } else { cli::show(&node.name) };
            let name = name.replace('\\', "\\\\").replace('"', "\\\"");
            if node.meta.is_dir() {
                self.folders += 1;
                if node.inner.is_empty() {
                    out.put(format!("{space}{{\"type\":\"directory\",\"name\":\"{name}\"}}{comma}\n").as_bytes());
                    continue;
                }
                out.put(format!("{space}{{\"type\":\"directory\",\"name\":\"{name}\",\"contents\":[\n").as_bytes());
                self.json(&node.inner, indent + 2, out);
                out.put(format!("{space}]}}{comma}\n").as_bytes());
            } else {
                self.files += 1;
                let link = if node.meta.is_symlink() {
                    let target = fs::read_link(&node.path).unwrap_or_default();
                    (String::from("link"), format!(",\"target\":\"{}\"", target.display()))
                } else {
                    (String::from("file"), String::new())
                };
                out.put(format!("{space}{{\"type\":\"{}\",\"name\":\"{name}\"{}}}{comma}\n", link.0, link.1).as_bytes());
            }
        }
    }
}

fn human(size: u64) -> String {
    let mut value = size as f64;
    let mut unit = 0;
    while value >= 1024.0 && unit < 5 {
        value /= 1024.0;
        unit += 1;
    }
    let letter = ["", "K", "M", "G", "T", "P"][unit];
    if unit == 0 || value >= 10.0 {
        format!("{:>width$.0}{letter}", value, width = 4 - letter.len())
    } else {
        format!("{:>width$.1}{letter}", value, width = 4 - letter.len())
    }
}

pub fn main() -> i32 {
    let (mut options, mut folders) = read();
    if folders.is_empty() {
        folders.push(b".".to_vec());
    }
    let mut out = Output::new("tree", 1);
    if options.json {
        out.put(b"[\n");
    }
    for (index, folder) in folders.iter().enumerate() {
        let path = Path::new(cli::path(folder));
        let name = cli::show(folder);
        let Some(nodes) = options.entries(path, 1) else {
            // A file is no folder, but is counted.
            if path.symlink_metadata().is_ok() {
                options.files += 1;
            } else {
                options.failed = true;
            }
            out.put(format!("{name}  [error opening dir]\n").as_bytes());
            continue;
        };
        options.folders += 1;
        if options.json {
            out.put(format!("  {{\"type\":\"directory\",\"name\":\"{name}\",\"contents\":[\n").as_bytes());
            options.json(&nodes, 4, &mut out);
            out.put(if index + 1 == folders.len() { b"  ]}\n" } else { b"  ]},\n" });
            continue;
        }
        let facts = fs::metadata(path).map(|meta| options.facts(&meta)).unwrap_or_default();
        let slash = if options.classify && !name.ends_with('/') { "/" } else { "" };
        let quote = if options.quote { "\"" } else { "" };
        out.put(format!("{facts}{quote}{name}{quote}{slash}\n").as_bytes());
        options.print(&nodes, "", &mut out);
    }
    let (folders, files) = (options.folders, options.files);
    if options.json {
        let count = if options.folders_only { String::new() } else { format!(",\"files\":{files}") };
        let report = if options.no_report { String::new() } else { format!(",\n  {{\"type\":\"report\",\"directories\":{folders}{count}}}\n") };
        out.put(format!("{report}]\n").as_bytes());
    } else if !options.no_report {
        let noun = |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
        let files = if options.folders_only { String::new() } else { format!(", {}", noun(files, "file", "files")) };
        out.put(format!("\n{}{files}\n", noun(folders, "directory", "directories")).as_bytes());
    }
    if options.failed {
        2
    } else {
        0
    }
}
