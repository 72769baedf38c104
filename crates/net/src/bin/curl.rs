//! curl, for HTTP through the host.

#[path = "../curl/config.rs"]
mod config;
#[path = "../curl/cookies.rs"]
mod cookies;
#[path = "../curl/deliver.rs"]
mod deliver;
#[path = "../curl/flags.rs"]
mod flags;
#[path = "../curl/glob.rs"]
mod glob;
#[path = "../curl/held.rs"]
mod held;
#[path = "../curl/netrc.rs"]
mod netrc;
#[path = "../curl/options.rs"]
mod options;
#[path = "../curl/pace.rs"]
mod pace;
#[path = "../curl/progress.rs"]
mod progress;
#[path = "../curl/report.rs"]
mod report;
#[path = "../curl/request.rs"]
mod request;
#[path = "../curl/talk.rs"]
mod talk;
#[path = "../curl/transfer.rs"]
mod transfer;
#[path = "../curl/values.rs"]
mod values;

use options::{parse, Global, Options, Output, Target};
use progress::Progress;
use report::Facts;
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};
use transfer::{Failed, Shared, Transfer};

/// What servers see, and `--version` says: the curl that this one behaves as.
pub const AGENT: &str = "curl/7.88.1";

const HELP: &str = "Usage: curl [options...] <url>\n\
HTTP and HTTPS through the sandbox's network policy. The options are curl's: -s -S -f -L -o -O -J -R -i -I -D -v -# -N\n\
-H -A -e -b -c -u -n -X -d --data-raw --data-binary --data-urlencode --json -G --url-query -F -T -r -C -z -w -m -K -g -Z --next\n\
--retry --connect-timeout --limit-rate --compressed --fail-with-body --fail-early --max-filesize --max-redirs --create-dirs\n\
--output-dir --remote-name-all --no-clobber --remove-on-error --etag-save --etag-compare --oauth2-bearer --proto --url\n";

const SEE_HELP: &str = "curl: try 'curl --help' or 'curl --manual' for more information";

fn main() {
    std::process::exit(run(std::env::args().skip(1).collect()));
}

fn run(args: Vec<String>) -> i32 {
    if args.is_empty() {
        eprintln!("{SEE_HELP}");
        return 2;
    }
    let reader = match parse(args) {
        Ok(reader) => reader,
        Err((0, what)) => {
            let version = format!("{} (shadowbox)\nProtocols: http https\nFeatures: HTTPS-proxy IPv6 brotli libz\n", AGENT.replace('/', " "));
            print!("{}", if what == "help" { HELP } else { &version });
            return 0;
        }
        Err((status, text)) => {
            if !text.is_empty() {
                eprintln!("curl: {text}\n{SEE_HELP}");
            }
            return status;
        }
    };
    let no_url = |options: &Options| options.targets.iter().all(|target| target.url.is_none());
    if reader.operations.iter().any(no_url) {
        eprintln!("curl: no URL specified!\n{SEE_HELP}");
        return 2;
    }
    let mut status = 0;
    let mut shared = Shared::default();
    let mut number = 0;
    for options in &reader.operations {
        match operation(&reader.global, options, &mut shared, &mut number) {
            Ok(last) => status = last,
            Err(ended) => {
                status = ended;
                break;
            }
        }
        // What a jar takes along ends with its part of the command line.
        shared.jar = Default::default();
    }
    status
}

/// All URLs up to `--next`; `Err` where the command line ends with it.
fn operation(global: &Global, options: &Options, shared: &mut Shared, number: &mut usize) -> Result<i32, i32> {
    for name in &options.cookie_files {
        shared.jar.load(name, options.new_session);
    }
    shared.jar.on |= options.cookie_jar.is_some();
    let mut status = 0;
    let mut ended = false;
    'all: for target in &options.targets {
        let targets = match expanded(global, options, target) {
            Ok(targets) => targets,
            Err(Failed(code, text)) => {
                say(global, code, &text);
                (status, ended) = (code, global.fail_early);
                break;
            }
        };
        for target in &targets {
            let began = Instant::now();
            status = one(global, options, target, shared, *number);
            *number += 1;
            if let Some(name) = &options.cookie_jar {
                if shared.jar.save(name).is_err() {
                    values::warn(global.silent, &format!("failed to save cookies in {name}"));
                }
                let _ = std::io::stdout().flush();
            }
            if status != 0 && global.fail_early {
                ended = true;
                break 'all;
            }
            std::thread::sleep(Duration::from_secs_f64(global.pause).saturating_sub(began.elapsed()));
        }
    }
    if ended { Err(status) } else { Ok(status) }
}

/// A target for each address that its pattern stands for.
fn expanded(global: &Global, options: &Options, target: &Target) -> Result<Vec<Target>, Failed> {
    let Some(url) = &target.url else {
        values::warn(global.silent, "Got more output options than URLs");
        return Ok(Vec::new());
    };
    if options.globoff {
        return Ok(vec![target.clone()]);
    }
    let spread = |pattern: &str| {
        glob::expand(pattern).map_err(|(what, at)| {
            Failed(3, format!("{what} in URL position {at}:\n{pattern}\n{}^", " ".repeat(at.saturating_sub(1))))
        })
    };
    let uploads = match &target.upload {
        None => vec![None],
        Some(pattern) => spread(pattern)?.into_iter().map(|found| Some(found.text)).collect(),
    };
    let mut targets = Vec::new();
    for upload in uploads {
        for found in spread(url)? {
            let output = target.output.clone().map(|output| match output {
                Output::File(name) => Output::File(glob::fill(&name, &found.places)),
                other => other,
            });
            targets.push(Target { url: Some(found.text), output, upload: upload.clone() });
        }
    }
    Ok(targets)
}

fn say(global: &Global, status: i32, text: &str) {
    if !global.silent || global.show_error {
        eprintln!("curl: ({status}) {text}");
    }
}

fn one(global: &Global, options: &Options, target: &Target, shared: &mut Shared, number: usize) -> i32 {
    let address = target.url.clone().unwrap_or_default();
    let to_terminal = target.output.is_none() && std::io::stdout().is_terminal();
    let facts = Facts { effective: address.clone(), url: address, number, ..Facts::default() };
    let Shared { jar, connections, kept } = shared;
    let progress = Progress::new(global, to_terminal);
    let started = Instant::now();
    let out = held::Held::new();
    let mut transfer =
        Transfer { global, options, target, facts, jar, connections, kept, progress, out, resumed: None, file: None, trusted: true, started };
    let result = transfer.whole();
    let facts = &mut transfer.facts;
    if let Err(Failed(status, text)) = &result {
        say(global, *status, text);
        (facts.exit, facts.error) = (*status, text.clone());
    }
    let flushed = transfer.out.flush();
    transfer.progress.close();
    let facts = &mut transfer.facts;
    if flushed.is_err() && facts.exit == 0 {
        (facts.exit, facts.error) = (23, "Failed writing body".into());
        say(global, facts.exit, &facts.error);
    }
    if let Some(format) = &options.write_out {
        let (out, err) = facts.fill(format);
        eprint!("{err}");
        print!("{out}");
        let _ = std::io::stdout().flush();
    }
    facts.exit
}
