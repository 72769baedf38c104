//! dos2unix, unix2dos, mac2unix and unix2mac.

mod marks;

use std::fs::{self, FileTimes, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;

use marks::{binary_symbol, count, Bom};

const HELP: &str = "Usage: NAME [options] [file ...] [-n infile outfile ...]
 -c, --convmode        conversion mode: ascii (default), mac
 -b, --keep-bom        keep Byte Order Mark
 -f, --force           force conversion of binary files
 -h, --help            display this help text
 -i, --info[=FLAGS]    display file information
 -k, --keepdate        keep output file date
 -l, --newline         add additional newline
 -m, --add-bom         add Byte Order Mark (default UTF-8)
 -n, --newfile         write to new file
   infile              original file in new-file mode
   outfile             output file in new-file mode
 -o, --oldfile         write to old file (default)
 -q, --quiet           quiet mode, suppress all warnings
 -r, --remove-bom      remove Byte Order Mark
 -s, --safe            skip binary files (default)
 -u,  --keep-utf16     keep UTF-16 encoding
 -v,  --verbose        verbose operation
 -F, --follow-symlink  follow symbolic links and convert the targets
 -R, --replace-symlink replace symbolic links with converted files
 -S, --skip-symlink    keep symbolic links and targets unchanged (default)
 -V, --version         display version number
";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Ends {
    Unix,
    Dos,
    Mac,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Links {
    Skip,
    Follow,
    Replace,
}

struct Task {
    program: String,
    from_dos: bool,
    from: Ends,
    to: Ends,
    force: bool,
    quiet: bool,
    verbose: bool,
    keep_date: bool,
    new_line: bool,
    keep_bom: bool,
    add_bom: bool,
    keep_utf16: bool,
    info: Option<String>,
    links: Links,
    headed: bool,
    status: i32,
}

pub fn main(program: &str) -> i32 {
    let from_dos = !program.starts_with("unix2");
    let mut task = Task {
        program: program.to_string(), from_dos,
        from: if program.starts_with("mac") { Ends::Mac } else if from_dos { Ends::Dos } else { Ends::Unix },
        to: if program == "unix2mac" { Ends::Mac } else if from_dos { Ends::Unix } else { Ends::Dos },
        force: false, quiet: false, verbose: false, keep_date: false, new_line: false, keep_bom: !from_dos, add_bom: false, keep_utf16: false,
        info: None, links: Links::Skip, headed: false, status: 0,
    };
    task.arguments(cli::args());
    task.status
}

impl Task {
    fn arguments(&mut self, arguments: Vec<Vec<u8>>) {
        let (mut pairs, mut options, mut worked) = (false, true, false);
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            if options && argument == b"--" {
                options = false;
            } else if options && argument.len() > 1 && argument.starts_with(b"-") {
                match &argument[..] {
                    b"-n" | b"--newfile" => pairs = true,
                    b"-o" | b"--oldfile" => pairs = false,
                    b"-c" | b"--convmode" => {
                        let mode = arguments.next().unwrap_or_default();
                        self.mode(&cli::show(&mode));
                    }
                    other => self.option(&cli::show(other)),
                }
            } else {
                worked = true;
                if self.info.is_some() {
                    self.inform(&argument);
                } else if pairs {
                    let Some(target) = arguments.next() else {
                        eprintln!("{}: target of file {} not specified in new-file mode", self.program, cli::show(&argument));
                        std::process::exit(1)
                    };
                    self.convert(&argument, Some(&target));
                } else {
                    self.convert(&argument, None);
                }
            }
        }
        if !worked {
            self.standard();
        }
    }

    fn mode(&mut self, mode: &str) {
        match mode {
            "ascii" => {}
            "mac" if self.from_dos => self.from = Ends::Mac,
            "mac" => self.to = Ends::Mac,
            _ => {
                eprintln!("{}: invalid {mode} conversion mode specified", self.program);
                std::process::exit(1)
            }
        }
    }

    fn option(&mut self, option: &str) {
        match option {
            "-b" | "--keep-bom" => self.keep_bom = true,
            "-r" | "--remove-bom" => (self.keep_bom, self.add_bom) = (false, false),
            "-m" | "--add-bom" => self.add_bom = true,
            "-f" | "--force" => self.force = true,
            "-s" | "--safe" => self.force = false,
            "-k" | "--keepdate" => self.keep_date = true,
            "-l" | "--newline" => self.new_line = true,
            "-q" | "--quiet" => self.quiet = true,
            "-v" | "--verbose" => self.verbose = true,
            "-u" | "--keep-utf16" => self.keep_utf16 = true,
            "-F" | "--follow-symlink" => self.links = Links::Follow,
            "-R" | "--replace-symlink" => self.links = Links::Replace,
            "-S" | "--skip-symlink" => self.links = Links::Skip,
            "-h" | "--help" => cli::print_and_exit(&HELP.replace("NAME", &self.program)),
            "-V" | "--version" => cli::print_and_exit(&format!("{} (Shadowbox; compatible with dos2unix) 7.4.3\n", self.program)),
            "-ascii" | "--allow-chown" | "--no-allow-chown" => {}
            _ if option.starts_with("-i") => self.info = Some(option[2..].to_string()),
            _ if option == "--info" || option.starts_with("--info=") => self.info = Some(option[6..].trim_start_matches('=').to_string()),
            _ => {
                print!("{}", HELP.replace("NAME", &self.program));
                std::process::exit(1)
            }
        }
    }

    fn say(&self, text: &str) {
        if !self.quiet {
            eprintln!("{}: {text}", self.program);
        }
    }

    fn standard(&mut self) {
        let mut bytes = Vec::new();
        let result = io::stdin().lock().read_to_end(&mut bytes);
        if let Some(flags) = self.info.clone() {
            return self.tell(&flags, &bytes, "");
        }
        let text = self.converted(bytes);
        let result = result.and_then(|_| text.map_or_else(|message| Err(io::Error::other(message)), |text| io::stdout().write_all(&text.bytes)));
        if let Err(error) = result {
            if error.kind() == io::ErrorKind::BrokenPipe {
                std::process::exit(141);
            }
            self.say(&cli::reason(&error));
            self.status = 1;
        }
    }

    /// The file's content, if it is one that is worked on.
    fn read(&mut self, name: &[u8]) -> Option<(fs::Metadata, Vec<u8>)> {
        let (path, shown) = (cli::path(name), cli::show(name));
        let meta = match fs::metadata(path) {
            Ok(meta) => meta,
            Err(error) => {
                self.say(&format!("{shown}: {}", cli::reason(&error)));
                self.say(&format!("Skipping {shown}, not a regular file."));
                self.status = if self.quiet { self.status } else { 2 };
                return None;
            }
        };
        if !meta.is_file() {
            self.say(&format!("Skipping {shown}, not a regular file."));
            return None;
        }
        let link = fs::symlink_metadata(path).is_ok_and(|link| link.is_symlink());
        if link && self.links == Links::Skip && self.info.is_none() {
            self.say(&format!("Skipping symbolic link {shown}."));
            return None;
        }
        match fs::read(path) {
            Ok(bytes) => Some((meta, bytes)),
            Err(error) => {
                self.say(&format!("{shown}: {}", cli::reason(&error)));
                self.status = 2;
                None
            }
        }
    }

    fn convert(&mut self, name: &[u8], target: Option<&[u8]>) {
        let Some((meta, bytes)) = self.read(name) else { return };
        let shown = cli::show(name);
        let text = match self.converted(bytes) {
            Ok(text) => text,
            Err(message) => {
                self.say(&message);
                return self.say(&format!("Skipping binary file {shown}"));
            }
        };
        let out = target.unwrap_or(name);
        if let Err(error) = self.write(out, &text.bytes, &meta) {
            self.say(&format!("Failed to open temporary output file: {}", cli::reason(&error)));
            self.say(&format!("problems converting file {shown}{}", target.map_or(String::new(), |target| format!(" to file {}", cli::show(target)))));
            self.status = 2;
            return;
        }
        let ends = match self.to {
            Ends::Unix => "Unix",
            Ends::Dos => "DOS",
            Ends::Mac => "Mac",
        };
        if self.verbose {
            if text.bom != Bom::None {
                self.say(&format!("Input file {shown} has {} BOM.", text.bom.name()));
            }
            self.say(&format!("Converted {} out of {} line breaks.", text.changed, text.lines));
        }
        let (encoding, utf8) = text.utf16.map_or((String::new(), ""), |name| (format!("{name} "), if self.keep_utf16 { "" } else { "UTF-8 " }));
        let (what, format) = match target {
            Some(target) => (format!("file {shown} to file {}", cli::show(target)), format!("in {utf8}{ends}")),
            None => (format!("file {shown}"), format!("to {utf8}{ends}")),
        };
        self.say(&format!("converting {encoding}{what} {format} format..."));
    }

    /// In place, the file stays whole until the new content is there.
    fn write(&self, name: &[u8], bytes: &[u8], meta: &fs::Metadata) -> io::Result<()> {
        let path = if self.links == Links::Follow { fs::canonicalize(cli::path(name))? } else { cli::path(name).to_path_buf() };
        let temporary = path.with_file_name(format!(".d2u{}", std::process::id()));
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&temporary)?;
        let written = file.write_all(bytes).and_then(|()| file.set_permissions(meta.permissions()));
        if self.keep_date {
            if let Ok(time) = meta.modified() {
                let _ = file.set_times(FileTimes::new().set_modified(time));
            }
        }
        let result = written.and_then(|()| fs::rename(&temporary, &path));
        if result.is_err() {
            let _ = fs::remove_file(&temporary);
        }
        result
    }

    fn converted(&self, bytes: Vec<u8>) -> Result<Text, String> {
        let found = Bom::of(&bytes);
        let content = &bytes[found.length()..];
        let utf16 = found.utf16();
        let wide: Vec<u8> = match utf16 {
            Some(_) => {
                let units = content.chunks_exact(2).map(|pair| if found == Bom::Utf16Le { u16::from_le_bytes([pair[0], pair[1]]) } else { u16::from_be_bytes([pair[0], pair[1]]) });
                char::decode_utf16(units).map(|result| result.unwrap_or(char::REPLACEMENT_CHARACTER)).collect::<String>().into_bytes()
            }
            None => Vec::new(),
        };
        let content = if utf16.is_some() { &wide[..] } else { content };
        if !self.force {
            if let Some((symbol, line)) = binary_symbol(content) {
                return Err(format!("Binary symbol 0x{symbol:02X} found at line {line}"));
            }
        }
        let mut text = Text { bytes: Vec::with_capacity(bytes.len()), changed: 0, lines: 0, utf16, bom: found };
        if self.add_bom || (self.keep_bom && found != Bom::None) {
            text.bytes.extend_from_slice("\u{feff}".as_bytes());
        }
        self.breaks(content, &mut text);
        if utf16.is_some() && self.keep_utf16 {
            let start = if text.bytes.starts_with("\u{feff}".as_bytes()) { 3 } else { 0 };
            let whole = format!("\u{feff}{}", String::from_utf8_lossy(&text.bytes[start..]));
            text.bytes = whole.encode_utf16().flat_map(|unit| if found == Bom::Utf16Le { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect();
        }
        Ok(text)
    }

    fn breaks(&self, content: &[u8], text: &mut Text) {
        let end: &[u8] = match self.to {
            Ends::Unix => b"\n",
            Ends::Dos => b"\r\n",
            Ends::Mac => b"\r",
        };
        let mut at = 0;
        while at < content.len() {
            let (byte, next) = (content[at], content.get(at + 1));
            let dos = byte == b'\r' && next == Some(&b'\n');
            text.lines += usize::from(byte == b'\n' || (byte == b'\r' && !dos && self.from == Ends::Mac));
            let meant = match self.from {
                Ends::Dos => dos,
                Ends::Mac => byte == b'\r' && !dos,
                Ends::Unix => byte == b'\n' && (at == 0 || content[at - 1] != b'\r'),
            };
            if meant {
                text.changed += 1;
                text.bytes.extend_from_slice(end);
                if self.new_line {
                    text.bytes.extend_from_slice(end);
                }
                if dos {
                    text.lines += 1;
                    at += 1;
                }
            } else {
                text.bytes.push(byte);
            }
            at += 1;
        }
    }

    fn inform(&mut self, name: &[u8]) {
        if let (Some(flags), Some((_, bytes))) = (self.info.clone(), self.read(name)) {
            self.tell(&flags, &bytes, &cli::show(name));
        }
    }

    fn tell(&mut self, flags: &str, bytes: &[u8], name: &str) {
        let found = Bom::of(bytes);
        let [dos, unix, mac] = count(bytes, found);
        let binary = self.binary(bytes);
        if flags.contains('c') {
            let meant = match self.from {
                Ends::Dos => dos,
                Ends::Unix => unix,
                Ends::Mac => mac,
            };
            if meant > 0 && (!binary || self.force) {
                println!("{name}");
            }
            return;
        }
        let has = |flag: char| flags.contains(flag) || !flags.chars().any(|flag| "dumbt".contains(flag));
        if flags.contains('h') && !std::mem::replace(&mut self.headed, true) {
            let titles = [('d', "     DOS"), ('u', "    UNIX"), ('m', "     MAC"), ('b', "  BOM     "), ('t', "  TXTBIN")];
            println!("{}  FILE", titles.iter().filter(|(flag, _)| has(*flag)).map(|(_, title)| *title).collect::<String>());
        }
        let mut line = String::new();
        for (flag, number) in [('d', dos), ('u', unix), ('m', mac)] {
            if has(flag) {
                line += &format!("  {number:>6}");
            }
        }
        if has('b') {
            line += &format!("  {:<8}", found.name());
        }
        if has('t') {
            line += if binary { "  binary" } else { "  text  " };
        }
        println!("{line}{}{name}", if name.is_empty() { "" } else { "  " });
    }

    fn binary(&self, bytes: &[u8]) -> bool {
        let found = Bom::of(bytes);
        found.utf16().is_none() && binary_symbol(&bytes[found.length()..]).is_some()
    }
}

struct Text {
    bytes: Vec<u8>,
    changed: usize,
    lines: usize,
    utf16: Option<&'static str>,
    bom: Bom,
}
