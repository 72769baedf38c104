#[cfg(target_family = "wasm")]
use shadowbox_rt as _;

fn main() {
    std::process::exit(match cli::called_as("diff").as_str() {
        "diff3" => diff::diff3::main(),
        "sdiff" => diff::sdiff::main(),
        _ => diff::diff::main(),
    });
}
