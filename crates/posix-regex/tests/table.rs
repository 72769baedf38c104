//! What is found where, as GNU sed and grep find it.

use posix_regex::{group, Error, Regex, Slots, Syntax};

fn find(syntax: Syntax, pattern: &str, text: &str) -> Option<(usize, usize)> {
    Regex::new(pattern.as_bytes(), syntax, false, false).unwrap().find_at(text.as_bytes(), 0)
}

#[test]
fn finds_the_leftmost_longest_match() {
    use Syntax::{Awk, Basic, Extended, Grep};
    let table = [
        (Extended, "foo|foobar", "xfoobar", Some((1, 7))),
        (Extended, "(a|ab)(c|bcd)", "abcd", Some((0, 4))),
        (Extended, "a*(ab)?", "aab", Some((0, 3))),
        (Extended, "x*", "aaa", Some((0, 0))),
        (Extended, "a{2,3}", "aaaa", Some((0, 3))),
        (Extended, "^b", "ab", None),
        (Basic, "*a", "b*a", Some((1, 3))),
        (Basic, "a\\|b*", "bb", Some((0, 2))),
        (Basic, "a\\{2\\}", "baa", Some((1, 3))),
        (Basic, "a^b$c", "a^b$c", Some((0, 5))),
        (Basic, "\\(.\\)\\(.\\)\\2\\1", "xabbay", Some((1, 5))),
        (Basic, "\\<b", "ab b", Some((3, 4))),
        (Awk, "+a", "x+a", Some((1, 3))),
        (Awk, "\\.", "a.", Some((1, 2))),
        (Awk, "[\\]x]", "]", Some((0, 1))),
        (Awk, "a{x", "a{x", Some((0, 3))),
        (Extended, "[[:alpha:]]+", "1é2", Some((1, 3))),
        (Grep, "^*a", "xa", Some((1, 2))),
        (Grep, "^+a", "xa", None),
        (Grep, "b|(*a)", "xa", Some((1, 2))),
        (Grep, "^{1}a", "a", Some((0, 1))),
        (Grep, "a$*x", "ax", Some((0, 2))),
    ];
    for (syntax, pattern, text, expected) in table {
        assert_eq!(find(syntax, pattern, text), expected, "{syntax:?} {pattern} in {text}");
    }
}

#[test]
fn groups_follow_the_first_way_to_the_longest_match() {
    let regex = Regex::new(b"(a|ab)(c|bcd)(d*)", Syntax::Extended, false, false).unwrap();
    let mut slots = Slots::new();
    assert!(regex.captures_at(b"abcd", 0, &mut slots));
    let groups: Vec<_> = (0..4).map(|n| group(&slots, n)).collect();
    assert_eq!(groups, [Some((0, 4)), Some((0, 1)), Some((1, 4)), Some((4, 4))]);
}

#[test]
fn patterns_that_are_wrong_say_why_as_glibc_does() {
    use Syntax::{Basic, Extended};
    let table = [
        (Extended, "*a", Error::BadRepeat),
        (Extended, "a)", Error::UnmatchedClose),
        (Extended, "(a", Error::UnmatchedOpen),
        (Extended, "a{2,1}", Error::BadInterval),
        (Extended, "a{x", Error::UnmatchedBrace),
        (Basic, "[a", Error::UnmatchedBracket),
        (Basic, "[b-a]", Error::BadRange),
        (Basic, "[[:x:]]", Error::BadClass),
        (Basic, "\\(a\\)\\2", Error::BadBackRef),
        (Basic, "a\\", Error::TrailingBackslash),
        (Basic, "a**", Error::BadRepeat),
    ];
    for (syntax, pattern, expected) in table {
        let error = Regex::new(pattern.as_bytes(), syntax, false, false).err();
        assert_eq!(error, Some(expected), "{syntax:?} {pattern}");
    }
}

#[test]
fn bytes_that_are_no_characters_match_only_themselves() {
    let any = Regex::new(b".", Syntax::Basic, false, false).unwrap();
    assert_eq!(any.find_at(b"\xffa", 0), Some((1, 2)));
    let byte = Regex::new(b"\xff", Syntax::Basic, false, false).unwrap();
    assert_eq!(byte.find_at(b"a\xff", 0), Some((1, 2)));
}

#[test]
fn towers_of_repetitions_are_one_or_too_big() {
    let stars = format!("(a|b){}c", "*".repeat(100_000));
    assert_eq!(find(Syntax::Extended, &stars, "abac"), Some((0, 4)));
    assert_eq!(find(Syntax::Extended, "a+?b", "b"), Some((0, 1)));
    assert_eq!(find(Syntax::Extended, "a?+b", "aab"), Some((0, 3)));
    let braces = format!("a{}", "{1}".repeat(100_000));
    assert_eq!(Regex::new(braces.as_bytes(), Syntax::Extended, false, false).err(), Some(Error::TooBig));
}
