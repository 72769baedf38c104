//! What can be wrong with a pattern, in glibc's words.

use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    UnmatchedBracket,
    UnmatchedOpen,
    UnmatchedClose,
    UnmatchedBrace,
    BadInterval,
    BadRange,
    BadClass,
    BadCollation,
    BadRepeat,
    BadBackRef,
    TrailingBackslash,
    TooBig,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Error::UnmatchedBracket => "Unmatched [, [^, [:, [., or [=",
            Error::UnmatchedOpen => "Unmatched ( or \\(",
            Error::UnmatchedClose => "Unmatched ) or \\)",
            Error::UnmatchedBrace => "Unmatched \\{",
            Error::BadInterval => "Invalid content of \\{\\}",
            Error::BadRange => "Invalid range end",
            Error::BadClass => "Invalid character class name",
            Error::BadCollation => "Invalid collation character",
            Error::BadRepeat => "Invalid preceding regular expression",
            Error::BadBackRef => "Invalid back reference",
            Error::TrailingBackslash => "Trailing backslash",
            Error::TooBig => "Regular expression too big",
        })
    }
}

impl std::error::Error for Error {}
