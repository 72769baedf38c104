//! Expressions of yq as programs of jq.

/// What jq has under another name, or not.
const PRELUDE: &str = include_str!("prelude.jq");
/// The variables that a program is run with.
pub const VARIABLES: [&str; 4] = ["__fi", "__di", "__name", "__docs"];

pub struct Program {
    pub text: String,
    /// The same, giving the paths of its results.
    pub paths: String,
    /// Comments are to be dropped.
    pub bare: bool,
}

/// `all`: the program reads every document at once.
pub fn translate(expression: &str, all: bool) -> Program {
    let bare = expression.contains("... comments=\"\"") || expression.contains("...comments=\"\"");
    let expression = expression.replace("... comments=\"\"", ".").replace("...comments=\"\"", ".");
    let expression = names(&expression);
    let expression = if expression.trim().is_empty() { ".".to_string() } else { reductions(&expression, all) };
    let each = |part: &str| match all {
        true => format!("($__docs[] as [$__v, $__fi, $__di, $__name] | $__v | {PRELUDE} {part})"),
        false => format!("({part})"),
    };
    let body = match top_level_product(&expression) {
        Some((left, "*+", right)) => format!("__append({}; {})", each(left), each(right)),
        Some((left, _, right)) => format!("__merge({}; {})", each(left), each(right)),
        None if all && !expression.trim_start().starts_with("reduce") => each(&expression),
        None => expression.clone(),
    };
    Program { text: format!("{PRELUDE} {body}"), paths: format!("{PRELUDE} path({expression})"), bare }
}

/// The end of a string that starts here.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(bytes.len())
}

/// Keys that jq would take apart are quoted; `env(NAME)` and `strenv(NAME)` name variables.
fn names(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &text[at..];
        if bytes[at] == b'"' {
            let end = string_end(bytes, at);
            out.push_str(&text[at..end]);
            at = end;
        } else if bytes[at] == b'.' && bytes.get(at + 1).is_some_and(|next| next.is_ascii_alphabetic() || *next == b'_') {
            let length = rest[1..].find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '/'))).unwrap_or(rest.len() - 1);
            let key = &rest[1..1 + length];
            out.push_str(&if key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') { format!(".{key}") } else { format!(".\"{key}\"") });
            at += 1 + length;
        } else if let Some((name, close)) = variable(rest, "strenv(").filter(|_| at == 0 || !bytes[at - 1].is_ascii_alphanumeric()) {
            out.push_str(&format!("($ENV[\"{name}\"])"));
            at += close;
        } else if let Some((name, close)) = variable(rest, "env(").filter(|_| at == 0 || !bytes[at - 1].is_ascii_alphanumeric()) {
            out.push_str(&format!("($ENV[\"{name}\"] | __scalar)"));
            at += close;
        } else {
            let c = rest.chars().next().unwrap_or(' ');
            out.push(c);
            at += c.len_utf8();
        }
    }
    out
}

fn variable<'a>(text: &'a str, call: &str) -> Option<(&'a str, usize)> {
    let rest = text.strip_prefix(call)?;
    let end = rest.find(')')?;
    Some((rest[..end].trim(), call.len() + end + 1))
}

/// `X as $v ireduce (…)` is jq's `reduce X as $v (…)`.
fn reductions(text: &str, all: bool) -> String {
    let Some(at) = text.find("ireduce") else { return text.to_string() };
    let head = &text[..at];
    let Some(binding) = head.rfind(" as ") else { return text.to_string() };
    // The source starts behind the last pipe or bracket that is open there.
    let mut depth = 0;
    let start = head[..binding].char_indices().rev().find(|(_, c)| {
        match c {
            ')' | ']' => depth += 1,
            '(' | '[' if depth > 0 => depth -= 1,
            '(' | '[' | '|' if depth == 0 => return true,
            _ => {}
        }
        false
    });
    let start = start.map_or(0, |(at, c)| at + c.len_utf8());
    let source = &head[start..binding];
    let source = if all && start == 0 { format!("($__docs[] as [$__v, $__fi, $__di, $__name] | $__v | {PRELUDE} ({source}))") } else { format!("({source})") };
    format!("{}reduce {source}{}{}", &head[..start], &head[binding..], &text[at + "ireduce".len()..])
}

/// The operands of a product that is the whole expression.
fn top_level_product(text: &str) -> Option<(&str, &'static str, &str)> {
    let bytes = text.as_bytes();
    let (mut depth, mut at, mut found) = (0, 0, None);
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                at = string_end(bytes, at);
                continue;
            }
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            b'|' | b'=' | b',' | b';' if depth == 0 => return None,
            b'*' if depth == 0 && found.is_none() => found = Some(at),
            _ => {}
        }
        at += 1;
    }
    let at = found?;
    let sign = if text[at..].starts_with("*+") { "*+" } else { "*" };
    Some((text[..at].trim(), sign, text[at + sign.len()..].trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_become_programs() {
        for (expression, expected) in [
            (".foo-bar.b_c", ".\"foo-bar\".b_c"),
            (".a = strenv(HOME)", ".a = ($ENV[\"HOME\"])"),
            (".a | .[] as $x ireduce (0; . + $x)", ".a |reduce ( .[]) as $x  (0; . + $x)"),
        ] {
            assert_eq!(reductions(&names(expression), false), expected);
        }
        assert_eq!(top_level_product("select(a*b) * .c"), Some(("select(a*b)", "*", ".c")));
        assert_eq!(top_level_product(".a *= 2"), None);
    }
}
