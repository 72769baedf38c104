//! which.

use std::os::unix::fs::PermissionsExt;

use cli::{Item, Order};

pub fn main() -> i32 {
    let items = cli::parse(cli::args(), &["a|all", "s|silent"], Order::OptionsFirst).unwrap_or_else(|message| {
        let letter = message.rsplit(' ').next().unwrap_or_default().replace('\'', "");
        eprintln!("Illegal option -{letter}\nUsage: /usr/bin/which [-as] args");
        std::process::exit(2)
    });
    let (mut all, mut silent, mut status) = (false, false, 0);
    let mut names = 0;
    let path = std::env::var("PATH").unwrap_or_default();
    for item in items {
        match item {
            Item::Option("a", _) => all = true,
            Item::Option(..) => silent = true,
            Item::Operand(name) => {
                names += 1;
                let name = cli::show(&name);
                let places: Vec<String> = if name.contains('/') { vec![name] } else { path.split(':').map(|folder| format!("{}/{name}", if folder.is_empty() { "." } else { folder })).collect() };
                let mut found = places.iter().filter(|place| is_program(place)).peekable();
                if found.peek().is_none() {
                    status = 1;
                }
                for place in found.take(if all { usize::MAX } else { 1 }) {
                    if !silent {
                        println!("{place}");
                    }
                }
            }
        }
    }
    if names == 0 {
        return 1;
    }
    status
}

fn is_program(place: &str) -> bool {
    std::fs::metadata(place).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}
