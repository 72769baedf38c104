//! curl, for HTTP through the host.

#[path = "../curl/options.rs"]
mod options;
#[path = "../curl/progress.rs"]
mod progress;
#[path = "../curl/report.rs"]
mod report;
#[path = "../curl/transfer.rs"]
mod transfer;

use options::{parse, Options, Output};
use std::io::Write;
use transfer::{Failed, Transfer};

/// What servers see, and `--version` says.
pub const AGENT: &str = "curl/8.14.1";

const HELP: &str = "Usage: curl [options...] <url>\n\
HTTP and HTTPS through the sandbox's network policy. The options are curl's: -s -S -f -L -o -O -J -i -I -D -v\n\
-H -A -e -b -u -X -d --data-raw --data-binary --data-urlencode --json -G -F -T -r -C -w -m -K --retry\n\
--connect-timeout --compressed --fail-with-body --max-filesize --max-redirs --create-dirs --output-dir --url\n";

fn main() {
    std::process::exit(run(std::env::args().skip(1).collect()));
}

fn run(args: Vec<String>) -> i32 {
    let options = match parse(args) {
        Ok(options) => options,
        Err((0, what)) => {
            let version = format!("curl 8.14.1 (shadowbox)\nProtocols: http https\n");
            print!("{}", if what == "help" { HELP } else { &version });
            return 0;
        }
        Err((status, text)) => {
            eprintln!("curl: {text}\ncurl: try 'curl --help' for more information");
            return status;
        }
    };
    if options.urls.is_empty() {
        eprintln!("curl: (2) no URL specified\ncurl: try 'curl --help' for more information");
        return 2;
    }
    let mut status = 0;
    for (at, address) in options.urls.iter().enumerate() {
        status = one(&options, address, options.outputs.get(at).cloned());
    }
    status
}

fn one(options: &Options, address: &str, output: Option<Output>) -> i32 {
    let output = output.or(if options.remote_name_all { Some(Output::RemoteName) } else { None });
    let mut transfer = Transfer::new(options, address, output);
    let result = transfer.run();
    let _ = std::io::stdout().flush();
    let facts = &mut transfer.facts;
    if let Err(Failed(status, text)) = &result {
        if !options.silent || options.show_error {
            eprintln!("curl: ({status}) {text}");
        }
        (facts.exit, facts.error) = (*status, text.clone());
    }
    if let Some(format) = &options.write_out {
        let (out, err) = facts.fill(format);
        print!("{out}");
        eprint!("{err}");
        let _ = std::io::stdout().flush();
    }
    facts.exit
}
