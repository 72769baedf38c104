//! The names of the built-in functions, and how many arguments they take.

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Builtin {
    And, Asort, Asorti, Atan2, Close, Compl, Cos, Exp, Fflush, Gensub, Gsub, Index, Int, IsArray, Length, Log, Lshift, Match, MkBool,
    Mktime, Or, Patsplit, Rand, Rshift, Sin, Split, Sprintf, Sqrt, Srand, Strftime, Strtonum, Sub, Substr, System, Systime, Tolower,
    Toupper, Typeof, Xor,
}

use Builtin::*;

const TABLE: [(&str, Builtin, usize, usize); 39] = [
    ("and", And, 2, 99), ("asort", Asort, 1, 3), ("asorti", Asorti, 1, 3), ("atan2", Atan2, 2, 2), ("close", Close, 1, 2),
    ("compl", Compl, 1, 1), ("cos", Cos, 1, 1), ("exp", Exp, 1, 1), ("fflush", Fflush, 0, 1), ("gensub", Gensub, 3, 4),
    ("gsub", Gsub, 2, 3), ("index", Index, 2, 2), ("int", Int, 1, 1), ("isarray", IsArray, 1, 1), ("length", Length, 0, 1),
    ("log", Log, 1, 1), ("lshift", Lshift, 2, 2), ("match", Match, 2, 3), ("mkbool", MkBool, 1, 1), ("mktime", Mktime, 1, 2),
    ("or", Or, 2, 99), ("patsplit", Patsplit, 2, 4), ("rand", Rand, 0, 0), ("rshift", Rshift, 2, 2), ("sin", Sin, 1, 1),
    ("split", Split, 2, 4), ("sprintf", Sprintf, 1, 9999), ("sqrt", Sqrt, 1, 1), ("srand", Srand, 0, 1), ("strftime", Strftime, 0, 3),
    ("strtonum", Strtonum, 1, 1), ("sub", Sub, 2, 3), ("substr", Substr, 2, 3), ("system", System, 1, 1), ("systime", Systime, 0, 0),
    ("tolower", Tolower, 1, 1), ("toupper", Toupper, 1, 1), ("typeof", Typeof, 1, 1), ("xor", Xor, 2, 99),
];

/// The function of a name, and the least and greatest number of its arguments.
pub fn find(name: &str) -> Option<(Builtin, usize, usize)> {
    let at = TABLE.binary_search_by(|row| row.0.cmp(name)).ok()?;
    Some((TABLE[at].1, TABLE[at].2, TABLE[at].3))
}
