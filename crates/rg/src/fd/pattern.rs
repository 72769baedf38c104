//! What a name must match.

use globset::GlobBuilder;
use ignore::DirEntry;
use regex::bytes::{Regex, RegexBuilder};

use super::options::{Kind, Options};

pub struct Pattern(Regex);

/// The patterns of the options; the error is the message to print.
pub fn build(options: &Options) -> Result<Vec<Pattern>, String> {
    options.patterns.iter().map(|pattern| one(pattern, options)).collect()
}

fn one(pattern: &str, options: &Options) -> Result<Pattern, String> {
    if !options.full_path && pattern.contains('/') && std::path::Path::new(pattern).is_dir() {
        return Err(format!(
            "The search pattern '{pattern}' contains a path-separation character ('/') and will not lead to any search results.\n\nIf you want to search for all files inside the '{pattern}' directory, use a match-all pattern:\n\n  fd . '{pattern}'\n\nInstead, if you want your pattern to match the full file path, use:\n\n  fd --full-path '{pattern}'"
        ));
    }
    let text = match options.kind {
        Kind::Regex => pattern.to_string(),
        Kind::Fixed => regex::escape(pattern),
        // No pattern is every name, not the empty one.
        Kind::Glob if pattern.is_empty() => String::new(),
        Kind::Glob => GlobBuilder::new(pattern).literal_separator(true).build().map_err(|error| error.to_string())?.regex().to_string(),
    };
    let sensitive = options.case_sensitive.unwrap_or_else(|| options.patterns.iter().any(|pattern| has_upper_case(pattern)));
    RegexBuilder::new(&text)
        .case_insensitive(!sensitive)
        .dot_matches_new_line(true)
        .build()
        .map(Pattern)
        .map_err(|error| format!("{error}\n\nNote: You can use the '--fixed-strings' option to search for a literal string instead of a regular expression. Alternatively, you can also use the '--glob' option to match on a glob pattern."))
}

/// Whether a letter of the pattern is upper case; `\S` and its like are none.
fn has_upper_case(pattern: &str) -> bool {
    let mut escaped = false;
    pattern.chars().any(|c| {
        let counts = c.is_uppercase() && !escaped;
        escaped = c == '\\' && !escaped;
        counts
    })
}

impl Pattern {
    pub fn matches(&self, entry: &DirEntry, options: &Options) -> bool {
        use std::os::unix::ffi::OsStrExt;
        if !options.full_path {
            return self.0.is_match(entry.file_name().as_bytes());
        }
        let path = entry.path();
        let relative = path.strip_prefix("./").unwrap_or(path);
        self.0.is_match(std::env::current_dir().unwrap_or_default().join(relative).as_os_str().as_bytes())
    }
}
