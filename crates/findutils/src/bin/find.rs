//! find; what it prints is written in large pieces where nobody watches it.
use shadowbox_rt as _;

use std::cell::RefCell;
use std::io::{stdout, BufWriter, IsTerminal, Write};
use std::time::SystemTime;

use findutils::find::{find_main, Dependencies, StandardDependencies};

const BUFFER: usize = 32 * 1024;

struct Buffered {
    standard: StandardDependencies,
    output: Box<RefCell<dyn Write>>,
}

impl Dependencies for Buffered {
    fn get_output(&self) -> &RefCell<dyn Write> {
        &*self.output
    }

    fn now(&self) -> SystemTime {
        self.standard.now()
    }

    fn confirm(&self, prompt: &str) -> bool {
        let _ = self.output.borrow_mut().flush();
        self.standard.confirm(prompt)
    }
}

fn main() {
    uucore::panic::mute_sigpipe_panic();
    let args = shadowbox_findutils::arguments("find");
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let output: Box<RefCell<dyn Write>> = if stdout().is_terminal() {
        Box::new(RefCell::new(stdout()))
    } else {
        Box::new(RefCell::new(BufWriter::with_capacity(BUFFER, stdout())))
    };
    let dependencies = Buffered { standard: StandardDependencies::new(), output };
    let mut status = find_main(&args, &dependencies);
    if let Err(error) = dependencies.output.borrow_mut().flush() {
        // One that came up before was told, and made the status.
        if status == 0 {
            eprintln!("find: 'standard output': {}", uucore::error::strip_errno(&error));
        }
        status = 1;
    }
    std::process::exit(status);
}
