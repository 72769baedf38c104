//! rg and fd in one program, told apart by the name they are called by: both walk as ripgrep's crates walk.

#![forbid(unsafe_code)]

mod fd;
mod messages;
mod rg;

/// Only uses of the name link the system layer.
#[cfg(target_family = "wasm")]
use shadowbox_rt as _;

fn main() {
    let status = match cli::called_as("rg").as_str() {
        "fd" | "fdfind" => fd::main(),
        _ => rg::main(),
    };
    std::process::exit(status)
}
