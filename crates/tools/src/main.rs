//! Small tools in one program, told apart by the name they are called by: rev, column, xxd, hexdump, strings, which, tree,
//! getopt, file, iconv, uuencode, uudecode, dos2unix and unix2dos.

#![forbid(unsafe_code)]

mod column;
mod dos2unix;
mod file;
mod getopt;
mod hexdump;
mod hexformat;
mod iconv;
mod input;
mod rev;
mod strings;
mod tree;
mod uudecode;
mod uuencode;
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
        "file" => file::main(),
        "iconv" => iconv::main(),
        "uuencode" => uuencode::main(),
        "uudecode" => uudecode::main(),
        "dos2unix" | "unix2dos" | "mac2unix" | "unix2mac" => dos2unix::main(&name),
        "getopt" => getopt::main(),
        other => cli::fail(other, 127, "no such tool"),
    };
    std::process::exit(status)
}
