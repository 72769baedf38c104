//! wget, for single files over HTTP through the host.

#[path = "../wget/log.rs"]
mod log;
#[path = "../wget/options.rs"]
mod options;
#[path = "../wget/progress.rs"]
mod progress;
#[path = "../wget/transfer.rs"]
mod transfer;

use net::dates::{now, stamp};
use options::{parse, Failed, Options};
use std::time::{Duration, Instant};
use transfer::{Sums, Transfer};

fn main() {
    let mut options = match parse(std::env::args().skip(1).collect()) {
        Ok(options) => options,
        Err(Failed(0, text)) => {
            match text.strip_prefix('!') {
                Some(text) => eprint!("{text}"),
                None => print!("{text}"),
            }
            return;
        }
        Err(Failed(status, text)) => {
            match text.strip_prefix('!') {
                Some(text) => eprintln!("{text}"),
                None => eprintln!("wget: {text}\nUsage: wget [OPTION]... [URL]...\n\nTry `wget --help' for more options."),
            }
            std::process::exit(status);
        }
    };
    if let Err(error) = options.log.open() {
        eprintln!("wget: cannot open the log: {error}");
        std::process::exit(3);
    }
    // `-O` is there, and empty, before anything is asked for.
    let mut sums = Sums::default();
    if let Err(Failed(status, text)) = sums.open(&options) {
        eprintln!("{text}");
        std::process::exit(status);
    }
    std::process::exit(all(&mut options, sums));
}

fn all(options: &mut Options, mut sums: Sums) -> i32 {
    let started = Instant::now();
    let urls = std::mem::take(&mut options.urls);
    // The lowest status but 0 is told, as wget's manual has it.
    let mut status = 0;
    for (at, address) in urls.iter().enumerate() {
        if at > 0 {
            std::thread::sleep(Duration::from_secs_f64(options.wait));
        }
        if let Err(Failed(code, text)) = Transfer::new(options, &mut sums, address).run() {
            status = if status == 0 { code } else { code.min(status) };
            if !text.is_empty() {
                options.log.tell(&format!("wget: {text}\n"));
            }
        }
    }
    if (urls.len() > 1 || options.from_file) && sums.bytes > 0 {
        let (size, took) = (log::human(sums.bytes, 10.0, 1), log::elapsed(sums.seconds, false));
        let wall = log::elapsed(started.elapsed().as_secs_f64(), false);
        let speed = log::speed(sums.bytes, sums.seconds);
        options.log.tell(&format!(
            "FINISHED --{}--\nTotal wall clock time: {wall}\nDownloaded: {} files, {size} in {took} ({speed})\n",
            stamp(now()),
            sums.files
        ));
    }
    status
}
