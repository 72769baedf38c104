#[cfg(target_family = "wasm")]
use shadowbox_rt as _;

fn main() {
    std::process::exit(diff::diff::main());
}
