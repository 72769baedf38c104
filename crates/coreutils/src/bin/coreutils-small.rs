//! Small commands that are started in loops: most of each would be the same code again.
use coreutils::Main;

fn main() {
    coreutils::run("coreutils-small", find)
}

fn find(name: &str) -> Option<Main> {
    Some(match name {
        "basename" => uu_basename::uumain,
        "dirname" => uu_dirname::uumain,
        "seq" => uu_seq::uumain,
        "tee" => uu_tee::uumain,
        "uniq" => uu_uniq::uumain,
        _ => return None,
    })
}
