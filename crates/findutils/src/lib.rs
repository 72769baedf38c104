//! What the modules share.

/// The arguments as texts, which findutils wants. Ends the program if one is not UTF-8.
pub fn arguments(name: &str) -> Vec<String> {
    std::env::args_os()
        .map(|arg| {
            arg.into_string().unwrap_or_else(|arg| {
                eprintln!("{name}: invalid (non-UTF-8) argument: {}", arg.to_string_lossy());
                std::process::exit(1)
            })
        })
        .collect()
}
