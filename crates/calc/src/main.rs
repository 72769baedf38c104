//! bc, dc and cal in one program, told apart by the name they are called by.

#![forbid(unsafe_code)]

mod bc;
mod cal;
mod dc;
mod decimal;
mod natural;
mod radix;

/// Only uses of the name link the system layer.
#[cfg(target_family = "wasm")]
use shadowbox_rt as _;

fn main() {
    let name = cli::called_as("calc");
    let status = match name.as_str() {
        "bc" => bc::main(),
        "dc" => dc::main(),
        "cal" => cal::main(),
        other => cli::fail(other, 127, "no such tool"),
    };
    std::process::exit(status)
}
