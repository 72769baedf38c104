//! One matcher over the two engines.

use grep_matcher::{ByteSet, Captures, LineMatchKind, LineTerminator, Match, Matcher};
use grep_regex::{RegexCaptures, RegexMatcher, RegexMatcherBuilder};

use super::options::{Case, Options};
use super::perl::{Groups, PerlMatcher};

pub enum AnyMatcher {
    Regex(RegexMatcher),
    Perl(PerlMatcher),
}

pub enum AnyCaptures {
    Regex(RegexCaptures),
    Perl(Groups),
}

impl Captures for AnyCaptures {
    fn len(&self) -> usize {
        match self {
            AnyCaptures::Regex(captures) => captures.len(),
            AnyCaptures::Perl(groups) => groups.len(),
        }
    }

    fn get(&self, group: usize) -> Option<Match> {
        match self {
            AnyCaptures::Regex(captures) => captures.get(group),
            AnyCaptures::Perl(groups) => groups.get(group),
        }
    }
}

impl Matcher for AnyMatcher {
    type Captures = AnyCaptures;
    type Error = String;

    fn find_at(&self, haystack: &[u8], at: usize) -> Result<Option<Match>, String> {
        match self {
            AnyMatcher::Regex(matcher) => matcher.find_at(haystack, at).map_err(|error| error.to_string()),
            AnyMatcher::Perl(matcher) => matcher.find_at(haystack, at),
        }
    }

    fn new_captures(&self) -> Result<AnyCaptures, String> {
        match self {
            AnyMatcher::Regex(matcher) => matcher.new_captures().map(AnyCaptures::Regex).map_err(|error| error.to_string()),
            AnyMatcher::Perl(_) => Ok(AnyCaptures::Perl(Groups::default())),
        }
    }

    fn capture_count(&self) -> usize {
        match self {
            AnyMatcher::Regex(matcher) => matcher.capture_count(),
            AnyMatcher::Perl(matcher) => matcher.groups(),
        }
    }

    fn capture_index(&self, name: &str) -> Option<usize> {
        match self {
            AnyMatcher::Regex(matcher) => matcher.capture_index(name),
            AnyMatcher::Perl(matcher) => matcher.group_named(name),
        }
    }

    fn captures_at(&self, haystack: &[u8], at: usize, captures: &mut AnyCaptures) -> Result<bool, String> {
        match (self, captures) {
            (AnyMatcher::Regex(matcher), AnyCaptures::Regex(captures)) => matcher.captures_at(haystack, at, captures).map_err(|error| error.to_string()),
            (AnyMatcher::Perl(matcher), AnyCaptures::Perl(groups)) => matcher.captures_at(haystack, at, groups),
            _ => unreachable!("captures come from their own matcher"),
        }
    }

    fn shortest_match_at(&self, haystack: &[u8], at: usize) -> Result<Option<usize>, String> {
        match self {
            AnyMatcher::Regex(matcher) => matcher.shortest_match_at(haystack, at).map_err(|error| error.to_string()),
            AnyMatcher::Perl(matcher) => Ok(matcher.find_at(haystack, at)?.map(|found| found.end())),
        }
    }

    fn non_matching_bytes(&self) -> Option<&ByteSet> {
        match self {
            AnyMatcher::Regex(matcher) => matcher.non_matching_bytes(),
            AnyMatcher::Perl(_) => None,
        }
    }

    fn line_terminator(&self) -> Option<LineTerminator> {
        match self {
            AnyMatcher::Regex(matcher) => matcher.line_terminator(),
            AnyMatcher::Perl(_) => None,
        }
    }

    fn find_candidate_line(&self, haystack: &[u8]) -> Result<Option<LineMatchKind>, String> {
        match self {
            AnyMatcher::Regex(matcher) => matcher.find_candidate_line(haystack).map_err(|error| error.to_string()),
            AnyMatcher::Perl(matcher) => Ok(matcher.find_at(haystack, 0)?.map(|found| LineMatchKind::Confirmed(found.end()))),
        }
    }
}

/// The matcher that the options ask for; the error is the message to print.
pub fn build(options: &Options) -> Result<AnyMatcher, String> {
    if options.perl {
        return PerlMatcher::new(options).map(AnyMatcher::Perl);
    }
    let mut builder = RegexMatcherBuilder::new();
    builder
        .case_insensitive(options.case == Case::Ignore)
        .case_smart(options.case == Case::Smart)
        .multi_line(true)
        .unicode(!options.no_unicode)
        .octal(false)
        .fixed_strings(options.fixed)
        .whole_line(options.whole_line)
        .word(options.word);
    if options.multiline {
        builder.dot_matches_new_line(options.dot_all);
        if options.crlf {
            builder.crlf(true).line_terminator(None);
        }
    } else {
        builder.line_terminator(Some(if options.null_data { 0 } else { b'\n' })).dot_matches_new_line(false);
        if options.crlf {
            builder.crlf(true);
        }
        // In null data mode a line feed is a byte like any other.
        if options.null_data {
            builder.line_terminator(Some(0));
        }
    }
    let built = match options.patterns.as_slice() {
        [pattern] => builder.build(pattern),
        patterns => builder.build_many(patterns),
    };
    built.map(AnyMatcher::Regex).map_err(|error| explain(&error.to_string()))
}

fn explain(message: &str) -> String {
    if message.contains("the literal") {
        return format!("{message}\n\nConsider enabling multiline mode with the --multiline flag (or -U for short).\nWhen multiline mode is enabled, new line characters can be matched.");
    }
    if message.contains("look-around") || message.contains("backreferences") {
        return format!("{message}\n\nConsider enabling PCRE2 with the --pcre2 flag, which can handle backreferences\nand look-around.");
    }
    message.to_string()
}
