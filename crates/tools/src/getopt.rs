//! getopt.

use cli::Order;

const HELP: &str = "Usage:
 getopt <optstring> <parameters>
 getopt [options] [--] <optstring> <parameters>
 getopt [options] -o|--options <optstring> [options] [--] <parameters>

Parse command options.

Options:
 -a, --alternative             allow long options starting with single -
 -l, --longoptions <longopts>  the long options to be recognized
 -n, --name <progname>         the name under which errors are reported
 -o, --options <optstring>     the short options to be recognized
 -q, --quiet                   disable error reporting by getopt(3)
 -Q, --quiet-output            no normal output
 -s, --shell <shell>           set quoting conventions to those of <shell>
 -T, --test                    test for getopt(1) version
 -u, --unquoted                do not quote the output
 -h, --help                    display this help
 -V, --version                 display version
";

struct Options {
    short: Vec<u8>,
    long: Vec<(String, u8)>,
    name: String,
    quiet: bool,
    silent: bool,
    quote: bool,
    csh: bool,
    alternative: bool,
    /// `+` and `-` before the short options.
    stop: bool,
    in_order: bool,
}

pub fn main() -> i32 {
    let mut args = cli::args();
    let mut options = Options { short: Vec::new(), long: Vec::new(), name: "getopt".to_string(), quiet: false, silent: false, quote: true, csh: false, alternative: false, stop: false, in_order: false };
    if args.is_empty() {
        if std::env::var_os("GETOPT_COMPATIBLE").is_some() {
            println!(" --");
            return 0;
        }
        cli::bad_usage("getopt", 2, "missing optstring argument");
    }
    if args[0].first() != Some(&b'-') || std::env::var_os("GETOPT_COMPATIBLE").is_some() {
        // The old way: no quotes.
        options.quote = false;
        options.short = args.remove(0);
    } else {
        if !own_options(&mut args, &mut options) {
            if args.is_empty() {
                cli::bad_usage("getopt", 2, "missing optstring argument");
            }
            options.short = args.remove(0);
        }
    }
    match options.short.first() {
        Some(b'+') => options.stop = true,
        Some(b'-') => options.in_order = true,
        _ => {}
    }
    if options.stop || options.in_order {
        options.short.remove(0);
    }
    if options.short.first() == Some(&b':') {
        options.quiet = true;
    }
    options.stop |= std::env::var_os("POSIXLY_CORRECT").is_some();
    parse(args, &options)
}

/// Reads getopt's own options; true if they name the short ones.
fn own_options(args: &mut Vec<Vec<u8>>, options: &mut Options) -> bool {
    let specs = ["a|alternative", "l|longoptions=", "n|name=", "o|options=", "q|quiet", "Q|quiet-output", "s|shell=", "T|test", "u|unquoted", "h|help", "V|version"];
    // What comes behind `--` or the first operand is not getopt's own.
    let items = cli::parse(std::mem::take(args), &specs, Order::OptionsFirst).unwrap_or_else(|message| cli::bad_usage("getopt", 2, &message));
    let mut given = false;
    for item in items {
        let (name, value) = match item {
            cli::Item::Operand(word) => {
                args.push(word);
                continue;
            }
            cli::Item::Option(name, value) => (name, value.unwrap_or_default()),
        };
        match name {
            "a" => options.alternative = true,
            "l" => {
                for word in cli::show(&value).split([',', ' ', '\t', '\n']).filter(|word| !word.is_empty()) {
                    let name = word.trim_end_matches(':');
                    options.long.push((name.to_string(), (word.len() - name.len()).min(2) as u8));
                }
            }
            "n" => options.name = cli::show(&value),
            "o" => (options.short, given) = (value, true),
            "q" => options.quiet = true,
            "Q" => options.silent = true,
            "s" => match &value[..] {
                b"sh" | b"bash" => options.csh = false,
                b"csh" | b"tcsh" => options.csh = true,
                _ => cli::bad_usage("getopt", 2, "unknown shell after -s or --shell argument"),
            },
            "T" => std::process::exit(4),
            "u" => options.quote = false,
            "h" => cli::print_and_exit(HELP),
            _ => cli::print_and_exit("getopt (Shadowbox; compatible with util-linux) 2.38.1\n"),
        }
    }
    given
}

struct Run<'a> {
    options: &'a Options,
    out: Vec<u8>,
    failed: bool,
}

fn parse(args: Vec<Vec<u8>>, options: &Options) -> i32 {
    let mut run = Run { options, out: Vec::new(), failed: false };
    let mut words = Vec::new();
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        if arg == b"--" {
            words.extend(args.by_ref());
        } else if let Some(long) = arg.strip_prefix(b"--") {
            run.long(long, "--", &mut args);
        } else if arg.len() > 1 && arg[0] == b'-' {
            let short = options.short.contains(&arg[1]) && arg[1] != b':';
            if options.alternative && (arg.len() > 2 || !short) && !run.find(&arg[1..]).is_empty() {
                run.long(&arg[1..], "-", &mut args);
            } else {
                run.short(&arg[1..], &mut args);
            }
        } else if options.in_order {
            run.word(&arg);
        } else {
            words.push(arg);
            if options.stop {
                words.extend(args.by_ref());
            }
        }
    }
    run.out.extend_from_slice(b" --");
    words.iter().for_each(|word| run.word(word));
    if !options.silent {
        println!("{}", cli::show(&run.out));
    }
    i32::from(run.failed)
}

impl Run<'_> {
    fn word(&mut self, word: &[u8]) {
        self.out.push(b' ');
        if !self.options.quote {
            return self.out.extend_from_slice(word);
        }
        self.out.push(b'\'');
        for byte in word {
            match byte {
                b'\'' => self.out.extend_from_slice(b"'\\''"),
                b'\\' if self.options.csh => self.out.extend_from_slice(b"\\\\"),
                b'!' if self.options.csh => self.out.extend_from_slice(b"'\\!'"),
                b'\n' if self.options.csh => self.out.extend_from_slice(b"\\n"),
                b' ' | b'\t' if self.options.csh => {
                    self.out.extend_from_slice(b"'\\");
                    self.out.push(*byte);
                    self.out.push(b'\'');
                }
                other => self.out.push(*other),
            }
        }
        self.out.push(b'\'');
    }

    fn complain(&mut self, message: &str) {
        self.failed = true;
        if !self.options.quiet {
            eprintln!("{}: {message}", self.options.name);
        }
    }

    /// Long options that a name begins, or the one that it is.
    fn find(&self, text: &[u8]) -> Vec<(String, u8)> {
        let name = cli::show(text.split(|byte| *byte == b'=').next().unwrap_or_default());
        if let Some(own) = self.options.long.iter().find(|own| own.0 == name) {
            return vec![own.clone()];
        }
        self.options.long.iter().filter(|own| own.0.starts_with(&name)).cloned().collect()
    }

    fn long(&mut self, text: &[u8], dashes: &str, args: &mut dyn Iterator<Item = Vec<u8>>) {
        let equals = text.iter().position(|byte| *byte == b'=');
        let name = cli::show(&text[..equals.unwrap_or(text.len())]);
        let inline = equals.map(|at| text[at + 1..].to_vec());
        let found = self.find(text);
        let Some((full, takes)) = found.first().cloned() else {
            return self.complain(&format!("unrecognized option '{dashes}{name}'"));
        };
        if found.len() > 1 {
            let list: String = found.iter().map(|own| format!(" '{dashes}{}'", own.0)).collect();
            return self.complain(&format!("option '{dashes}{name}' is ambiguous; possibilities:{list}"));
        }
        let value = match (takes, inline) {
            (0, Some(_)) => return self.complain(&format!("option '{dashes}{full}' doesn't allow an argument")),
            (0, None) => None,
            (1, None) => match args.next() {
                Some(value) => Some(value),
                None => return self.complain(&format!("option '{dashes}{full}' requires an argument")),
            },
            (_, value) => Some(value.unwrap_or_default()),
        };
        self.out.extend_from_slice(format!(" --{full}").as_bytes());
        if let Some(value) = value {
            self.word(&value);
        }
    }

    fn short(&mut self, letters: &[u8], args: &mut dyn Iterator<Item = Vec<u8>>) {
        for (index, letter) in letters.iter().enumerate() {
            let at = self.options.short.iter().position(|own| own == letter).filter(|_| *letter != b':');
            let Some(at) = at else {
                self.complain(&format!("invalid option -- '{}'", *letter as char));
                continue;
            };
            let colons = self.options.short[at + 1..].iter().take_while(|byte| **byte == b':').count();
            let rest = &letters[index + 1..];
            let value = match colons {
                0 => None,
                1 if rest.is_empty() => match args.next() {
                    Some(value) => Some(value),
                    None => return self.complain(&format!("option requires an argument -- '{}'", *letter as char)),
                },
                _ => Some(rest.to_vec()),
            };
            self.out.extend_from_slice(&[b' ', b'-', *letter]);
            if let Some(value) = value {
                return self.word(&value);
            }
        }
    }
}
