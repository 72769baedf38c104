//! gzip, gunzip and zcat.

fn main() {
    std::process::exit(archive::gzip::main())
}
