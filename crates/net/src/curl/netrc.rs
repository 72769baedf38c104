//! `-n`: names and passwords from a file in the box.

use crate::options::Netrc;
use net::form::read_file;

/// `name:password` for a host; a name that is known already has to be the file's.
pub fn find(netrc: &Netrc, host: &str, known: Option<&str>) -> Option<String> {
    let home = || std::env::var("HOME").ok().map(|home| format!("{home}/.netrc"));
    let text = String::from_utf8_lossy(&read_file(&netrc.file.clone().or_else(home)?).ok()?).into_owned();
    let (mut here, mut login, mut password) = (false, None, None);
    let mut words = text.lines().filter(|line| !line.trim_start().starts_with('#')).flat_map(str::split_whitespace);
    while let Some(word) = words.next() {
        match word {
            "machine" | "default" if here && password.is_some() => break,
            "machine" => (here, login, password) = (words.next()?.eq_ignore_ascii_case(host), None, None),
            "default" => (here, login, password) = (true, None, None),
            "login" if here => {
                let name = words.next()?;
                here = known.is_none_or(|known| known == name);
                login = Some(name);
            }
            "password" if here => password = words.next(),
            _ => {}
        }
    }
    let found = here.then(|| Some(format!("{}:{}", known.or(login)?, password.unwrap_or(""))))?;
    found.filter(|_| login.is_some() || password.is_some())
}
