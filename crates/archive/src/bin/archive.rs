//! tar, and the commands of the formats that it reads: one module, because they share the decoders.

fn main() {
    let called = cli::called_as("tar");
    std::process::exit(match &called[..] {
        "bzip2" | "bunzip2" | "bzcat" => archive::compress::bzip2::main(),
        "xz" | "unxz" | "xzcat" | "lzma" | "unlzma" | "lzcat" => archive::compress::xz::main(),
        "zstd" | "unzstd" | "zstdcat" | "zstdmt" => archive::compress::zstd::main(),
        "zip" => archive::zip::create::main(),
        "unzip" | "zipinfo" => archive::zip::extract::main(),
        _ => archive::tar::main(),
    })
}
