//! Options as getopt_long reads them.

/// What a command line consists of, in order.
#[derive(Debug, PartialEq, Eq)]
pub enum Item {
    /// An option, by the first of its names.
    Option(&'static str, Option<Vec<u8>>),
    Operand(Vec<u8>),
}

/// Where options may stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Anywhere before `--` (unless POSIXLY_CORRECT is set).
    Permute,
    /// Before the first operand only.
    OptionsFirst,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    Nothing,
    Value,
    Perhaps,
}

/// `names|of|option`, then `=` where it takes a value or `?` where it may take one.
fn split(spec: &'static str) -> (&'static str, Takes) {
    match spec.as_bytes().last() {
        Some(b'=') => (&spec[..spec.len() - 1], Takes::Value),
        Some(b'?') if spec.len() > 1 => (&spec[..spec.len() - 1], Takes::Perhaps),
        _ => (spec, Takes::Nothing),
    }
}

fn key(names: &'static str) -> &'static str {
    names.split('|').next().unwrap_or(names)
}

/// Reads a command line. Every spec is `names|of|one|option`, followed by `=` if it takes a value, by `?` if it may take
/// one; names of one letter are short options. The error is getopt's message, without the program's name.
pub fn parse(args: Vec<Vec<u8>>, specs: &[&'static str], order: Order) -> Result<Vec<Item>, String> {
    let stop = order == Order::OptionsFirst || std::env::var_os("POSIXLY_CORRECT").is_some();
    let mut items = Vec::new();
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        if arg == b"--" {
            items.extend(args.by_ref().map(Item::Operand));
        } else if let Some(long) = arg.strip_prefix(b"--") {
            items.push(read_long(long, specs, &mut args)?);
        } else if arg.len() > 1 && arg[0] == b'-' {
            read_short(&arg[1..], specs, &mut args, &mut items)?;
        } else {
            items.push(Item::Operand(arg));
            if stop {
                items.extend(args.by_ref().map(Item::Operand));
            }
        }
    }
    Ok(items)
}

type Rest<'a> = &'a mut dyn Iterator<Item = Vec<u8>>;

fn read_long(text: &[u8], specs: &[&'static str], args: Rest) -> Result<Item, String> {
    let (name, value) = match text.iter().position(|byte| *byte == b'=') {
        Some(at) => (&text[..at], Some(text[at + 1..].to_vec())),
        None => (text, None),
    };
    let name = String::from_utf8_lossy(name).into_owned();
    let all = || specs.iter().flat_map(|spec| {
        let (names, takes) = split(spec);
        names.split('|').filter(|n| n.len() > 1).map(move |n| (n, key(names), takes))
    });
    let mut found: Vec<_> = all().filter(|(full, ..)| *full == name).collect();
    if found.is_empty() {
        found = all().filter(|(full, ..)| full.starts_with(&name)).collect();
    }
    let Some(&(full, key, takes)) = found.first() else {
        return Err(format!("unrecognized option '--{name}'"));
    };
    if found.iter().any(|(_, other, _)| *other != key) {
        let list: String = found.iter().map(|(full, ..)| format!(" '--{full}'")).collect();
        return Err(format!("option '--{name}' is ambiguous; possibilities:{list}"));
    }
    match (takes, value) {
        (Takes::Nothing, Some(_)) => Err(format!("option '--{full}' doesn't allow an argument")),
        (Takes::Value, None) => match args.next() {
            None => Err(format!("option '--{full}' requires an argument")),
            value => Ok(Item::Option(key, value)),
        },
        (_, value) => Ok(Item::Option(key, value)),
    }
}

fn read_short(letters: &[u8], specs: &[&'static str], args: Rest, items: &mut Vec<Item>) -> Result<(), String> {
    for (index, letter) in letters.iter().enumerate() {
        let found = specs.iter().map(|spec| split(spec)).find(|(names, _)| names.split('|').any(|n| n.as_bytes() == [*letter]));
        let Some((names, takes)) = found else {
            return Err(format!("invalid option -- '{}'", *letter as char));
        };
        let rest = &letters[index + 1..];
        match takes {
            Takes::Nothing => items.push(Item::Option(key(names), None)),
            Takes::Perhaps => {
                items.push(Item::Option(key(names), (!rest.is_empty()).then(|| rest.to_vec())));
                return Ok(());
            }
            Takes::Value => {
                let value = if rest.is_empty() { args.next() } else { Some(rest.to_vec()) };
                if value.is_none() {
                    return Err(format!("option requires an argument -- '{}'", *letter as char));
                }
                items.push(Item::Option(key(names), value));
                return Ok(());
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(args: &[&str]) -> Result<Vec<Item>, String> {
        let args = args.iter().map(|arg| arg.as_bytes().to_vec()).collect();
        parse(args, &["a|all", "L|label=", "u|unified?", "allow"], Order::Permute)
    }

    #[test]
    fn options_are_read_as_getopt_long_reads_them() {
        let label = || Item::Option("L", Some(b"x".to_vec()));
        let word = |text: &str| Item::Operand(text.as_bytes().to_vec());
        for args in [&["-Lx"][..], &["-L", "x"], &["--label=x"], &["--lab", "x"]] {
            assert_eq!(read(args), Ok(vec![label()]), "{args:?}");
        }
        assert_eq!(read(&["f", "-aLx", "--", "-a"]), Ok(vec![word("f"), Item::Option("a", None), label(), word("-a")]));
        assert_eq!(read(&["-u", "3"]), Ok(vec![Item::Option("u", None), word("3")]));
        assert_eq!(read(&["-u3"]), Ok(vec![Item::Option("u", Some(b"3".to_vec()))]));
    }

    #[test]
    fn wrong_options_get_the_message_of_getopt() {
        for (arg, message) in [
            ("-z", "invalid option -- 'z'"),
            ("-L", "option requires an argument -- 'L'"),
            ("--label", "option '--label' requires an argument"),
            ("--all=1", "option '--all' doesn't allow an argument"),
            ("--nope", "unrecognized option '--nope'"),
            ("--al", "option '--al' is ambiguous; possibilities: '--all' '--allow'"),
        ] {
            assert_eq!(read(&[arg]), Err(message.to_string()), "{arg}");
        }
    }
}
