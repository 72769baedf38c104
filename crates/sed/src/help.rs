//! The texts of `--help` and `--version`.

pub const VERSION: &str = "sed (Shadowbox; compatible with GNU sed) 4.9\n";

/// The usage text.
pub fn usage() -> String {
    let mut text = String::from("Usage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...\n\n");
    for (option, explanation) in OPTIONS {
        text.push_str(&format!("  {option}\n                 {explanation}\n"));
    }
    text.push_str("\nWithout -e and -f, the first operand is the script. Without further operands, standard input is read.\n");
    text
}

const OPTIONS: [(&str, &str); 15] = [
    ("-n, --quiet, --silent", "print lines only where the script says so"),
    ("-e SCRIPT, --expression=SCRIPT", "add commands to the script"),
    ("-f FILE, --file=FILE", "add the commands in FILE to the script"),
    ("-E, -r, --regexp-extended", "use extended regular expressions"),
    ("-i[SUFFIX], --in-place[=SUFFIX]", "edit files in place; with SUFFIX, keep backups"),
    ("    --follow-symlinks", "edit the files that links point to"),
    ("-l N, --line-length=N", "wrap the lines of the `l' command at N columns"),
    ("-s, --separate", "treat files as separate rather than as one stream"),
    ("-u, --unbuffered", "write every line at once"),
    ("-z, --null-data", "lines end with NUL bytes"),
    ("-b, --binary", "accepted and ignored"),
    ("    --posix", "turn GNU extensions off"),
    ("    --sandbox", "refuse the r and w commands"),
    ("    --help", "print this text"),
    ("    --version", "print the version"),
];
