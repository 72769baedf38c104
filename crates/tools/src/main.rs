//! Small tools in one program, told apart by the name they are called by: rev, column, xxd, hexdump, strings, which, tree
//! and getopt.

#![forbid(unsafe_code)]

mod column;
mod getopt;
mod hexdump;
mod hexformat;
mod input;
mod rev;
mod strings;
mod tree;
mod which;
mod xxd;

/// Only uses of the name link the system layer.
#[cfg(target_family = "wasm")]
use shadowbox_rt as _;

fn main() {
    let name = cli::called_as("tools");
    let status = match name.as_str() {
        "rev" => rev::main(),
        "column" => column::main(),
        "xxd" => xxd::main(),
        "hexdump" | "hd" => hexdump::main(&name),
        "strings" => strings::main(),
        "which" => which::main(),
        "tree" => tree::main(),
        "getopt" => getopt::main(),
        other => cli::fail(other, 127, "no such tool"),
    };
    std::process::exit(status)
}
