//! `-P`: patterns with look-around and back-references, by fancy-regex.

use fancy_regex::Regex;
use grep_matcher::{Captures, Match};

use super::options::{Case, Options};

pub struct PerlMatcher {
    regex: Regex,
    names: Vec<Option<String>>,
}

/// Where the groups of a match are.
#[derive(Clone, Debug, Default)]
pub struct Groups(pub Vec<Option<Match>>);

impl Captures for Groups {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn get(&self, group: usize) -> Option<Match> {
        self.0.get(group).copied().flatten()
    }
}

impl PerlMatcher {
    pub fn new(options: &Options) -> Result<PerlMatcher, String> {
        let parts: Vec<String> = options
            .patterns
            .iter()
            .map(|pattern| if options.fixed { regex::escape(pattern) } else { format!("(?:{pattern})") })
            .collect();
        let mut whole = parts.join("|");
        if options.whole_line {
            whole = format!("^(?:{whole})$");
        } else if options.word {
            whole = format!(r"(?<!\w)(?:{whole})(?!\w)");
        }
        let upper = || options.patterns.iter().any(|pattern| pattern.chars().any(char::is_uppercase));
        let ignore = options.case == Case::Ignore || options.case == Case::Smart && !upper();
        let flags = format!("(?m{}{})", if ignore { "i" } else { "" }, if options.dot_all { "s" } else { "" });
        let regex = Regex::new(&format!("{flags}{whole}")).map_err(|error| format!("PCRE2: error compiling pattern: {error}"))?;
        let names = regex.capture_names().map(|name| name.map(str::to_string)).collect();
        Ok(PerlMatcher { regex, names })
    }

    pub fn groups(&self) -> usize {
        self.names.len()
    }

    pub fn group_named(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|candidate| candidate.as_deref() == Some(name))
    }

    pub fn find_at(&self, haystack: &[u8], at: usize) -> Result<Option<Match>, String> {
        let text = as_text(haystack);
        let Some(at) = boundary(&text, at) else { return Ok(None) };
        let found = self.regex.find_from_pos(&text, at).map_err(|error| error.to_string())?;
        Ok(found.map(|found| Match::new(found.start(), found.end())))
    }

    pub fn captures_at(&self, haystack: &[u8], at: usize, into: &mut Groups) -> Result<bool, String> {
        let text = as_text(haystack);
        let Some(at) = boundary(&text, at) else { return Ok(false) };
        let Some(found) = self.regex.captures_from_pos(&text, at).map_err(|error| error.to_string())? else {
            return Ok(false);
        };
        into.0 = (0..self.groups()).map(|group| found.get(group).map(|m| Match::new(m.start(), m.end()))).collect();
        Ok(true)
    }
}

/// The text, each byte that is no UTF-8 replaced by one that is, so that places stay what they are.
fn as_text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.into();
    }
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '\u{1a}'));
    }
    text.into()
}

/// The first place from `at` on where a character begins.
fn boundary(text: &str, at: usize) -> Option<usize> {
    (at..=text.len()).find(|place| text.is_char_boundary(*place))
}
