//! As much of RFC 3986 as following redirects needs.

/// Scheme, authority and the rest (path, query, fragment) of an absolute URL.
pub fn split(url: &str) -> Option<(&str, &str, &str)> {
    let (scheme, rest) = url.split_once("://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    Some((scheme, &rest[..end], &rest[end..]))
}

/// A reference as it reads from `base` (section 5.2).
pub fn join(base: &str, reference: &str) -> String {
    let reference = reference.trim();
    let Some((scheme, authority, rest)) = split(base) else { return reference.into() };
    if has_scheme(reference) {
        return reference.into();
    }
    if let Some(other) = reference.strip_prefix("//") {
        return format!("{scheme}://{other}");
    }
    let rest = rest.split('#').next().unwrap_or("");
    let path = rest.split('?').next().unwrap_or("");
    let joined = match reference.chars().next() {
        None => rest.to_string(),
        Some('/') => clean(reference),
        Some('?') => format!("{path}{reference}"),
        Some('#') => format!("{rest}{reference}"),
        Some(_) => clean(&format!("{}/{reference}", path.rsplit_once('/').map_or("", |(folder, _)| folder))),
    };
    format!("{scheme}://{authority}{joined}")
}

fn has_scheme(text: &str) -> bool {
    let Some(colon) = text.find(':') else { return false };
    let head = &text[..colon];
    head.starts_with(|c: char| c.is_ascii_alphabetic())
        && head.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

/// Resolves dot segments of the path, up to the query.
fn clean(text: &str) -> String {
    let end = text.find(['?', '#']).unwrap_or(text.len());
    let mut out: Vec<&str> = Vec::new();
    let parts: Vec<&str> = text[..end].split('/').skip(1).collect();
    for (at, part) in parts.iter().enumerate() {
        let last = at + 1 == parts.len();
        match *part {
            "." | ".." => {
                if *part == ".." {
                    out.pop();
                }
                if last {
                    out.push("");
                }
            }
            part => out.push(part),
        }
    }
    format!("/{}{}", out.join("/"), &text[end..])
}

/// A URL without dot segments in its path.
pub fn cleaned(url: &str) -> String {
    let Some((scheme, authority, rest)) = split(url) else { return url.into() };
    if rest.starts_with('/') { format!("{scheme}://{authority}{}", clean(rest)) } else { url.into() }
}

/// Takes `user:password@` out of a URL.
pub fn take_credentials(url: &str) -> (String, Option<String>) {
    let Some((scheme, authority, rest)) = split(url) else { return (url.into(), None) };
    match authority.rsplit_once('@') {
        Some((user, host)) => (format!("{scheme}://{host}{rest}"), Some(crate::text::percent_decode(user))),
        None => (url.into(), None),
    }
}

/// The last segment of the path: the name of a file to save to.
pub fn file_name(url: &str) -> Option<String> {
    let (_, _, rest) = split(url)?;
    let path = rest.split(['?', '#']).next()?;
    let name = path.rsplit('/').next()?;
    (!name.is_empty()).then(|| name.to_string())
}

/// The part that decides to whom credentials may go.
pub fn origin(url: &str) -> String {
    let Some((scheme, authority, _)) = split(url) else { return url.into() };
    let scheme = scheme.to_ascii_lowercase();
    let host = authority.rsplit('@').next().unwrap_or("").to_ascii_lowercase();
    let port = if scheme == "https" { ":443" } else { ":80" };
    let tail = host.strip_suffix(port).unwrap_or(&host);
    format!("{scheme}://{tail}")
}

/// The host of an authority in lower case, without its port; an IPv6 address keeps its brackets.
pub fn host(authority: &str) -> String {
    let place = authority.rsplit('@').next().unwrap_or("");
    let end = place.rfind(']').map_or(0, |at| at + 1);
    let port = place[end..].find(':').map_or(place.len(), |at| end + at);
    place[..port].to_ascii_lowercase()
}

/// The port that a URL names or its scheme has.
pub fn port(url: &str) -> u16 {
    let Some((scheme, authority, _)) = split(url) else { return 0 };
    let place = authority.rsplit('@').next().unwrap_or("");
    let named = place.rsplit_once(':').filter(|(_, port)| !port.contains(']')).and_then(|(_, port)| port.parse().ok());
    named.unwrap_or(if scheme.eq_ignore_ascii_case("https") { 443 } else { 80 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn join_resolves_as_rfc_3986_section_5_4() {
        let base = "http://a/b/c/d;p?q";
        for (reference, expected) in [
            ("g", "http://a/b/c/g"),
            ("./g", "http://a/b/c/g"),
            ("g/", "http://a/b/c/g/"),
            ("/g", "http://a/g"),
            ("//g", "http://g"),
            ("?y", "http://a/b/c/d;p?y"),
            ("g?y", "http://a/b/c/g?y"),
            ("#s", "http://a/b/c/d;p?q#s"),
            ("g#s", "http://a/b/c/g#s"),
            ("", "http://a/b/c/d;p?q"),
            (".", "http://a/b/c/"),
            ("..", "http://a/b/"),
            ("../g", "http://a/b/g"),
            ("../../g", "http://a/g"),
            ("../../../g", "http://a/g"),
            ("g;x=1/../y", "http://a/b/c/y"),
            ("https://o/x", "https://o/x"),
        ] {
            assert_eq!(join(base, reference), expected, "{reference}");
        }
        assert_eq!(join("http://a", "g"), "http://a/g");
    }

    #[test]
    fn credentials_and_names_are_taken_from_urls() {
        assert_eq!(take_credentials("http://u:p%40@h/x"), ("http://h/x".into(), Some("u:p@".into())));
        assert_eq!(file_name("http://h/a/b.txt?q=1"), Some("b.txt".into()));
        assert_eq!(file_name("http://h/a/"), None);
        assert_eq!(origin("HTTPS://u@H:443/x"), origin("https://h/y"));
        assert_ne!(origin("http://h"), origin("https://h"));
        assert_eq!(host("u@[::1]:8"), "[::1]");
        assert_eq!(host("H.example:80"), "h.example");
        assert_eq!([port("http://h/"), port("https://[::1]/"), port("http://h:8080/x:9")], [80, 443, 8080]);
    }
}
