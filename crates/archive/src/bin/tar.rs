//! tar.

fn main() {
    std::process::exit(archive::tar::main())
}
