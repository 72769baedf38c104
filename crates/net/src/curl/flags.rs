//! curl's flags: which are known, which take a value, and which are refused here.

/// Short flag → long name; a `:` at the end takes a value.
const SHORT: &[(char, &str)] = &[
    ('0', "http1.0"), ('1', "tlsv1"), ('2', "sslv2"), ('3', "sslv3"), ('4', "ipv4"), ('6', "ipv6"), ('#', "progress-bar"),
    (':', "next"), ('a', "append"), ('A', "user-agent:"), ('b', "cookie:"), ('B', "use-ascii"), ('c', "cookie-jar:"),
    ('C', "continue-at:"), ('d', "data:"), ('D', "dump-header:"), ('e', "referer:"), ('E', "cert:"), ('f', "fail"),
    ('F', "form:"), ('g', "globoff"), ('G', "get"), ('h', "help"), ('H', "header:"), ('i', "include"), ('I', "head"),
    ('j', "junk-session-cookies"), ('J', "remote-header-name"), ('k', "insecure"), ('K', "config:"), ('l', "list-only"),
    ('L', "location"), ('m', "max-time:"), ('M', "manual"), ('n', "netrc"), ('N', "no-buffer"), ('o', "output:"),
    ('O', "remote-name"), ('p', "proxytunnel"), ('P', "ftp-port:"), ('q', "disable"), ('Q', "quote:"), ('r', "range:"),
    ('R', "remote-time"), ('s', "silent"), ('S', "show-error"), ('t', "telnet-option:"), ('T', "upload-file:"),
    ('u', "user:"), ('U', "proxy-user:"), ('v', "verbose"), ('V', "version"), ('w', "write-out:"), ('x', "proxy:"),
    ('X', "request:"), ('y', "speed-time:"), ('Y', "speed-limit:"), ('z', "time-cond:"), ('Z', "parallel"),
];

/// Long names without a short flag that mean something for HTTP.
const LONG: &str = "anyauth basic compressed connect-timeout: create-dirs create-file-mode: data-ascii: data-binary: data-raw: \
    data-urlencode: disallow-username-in-url etag-compare: etag-save: fail-early fail-with-body form-escape form-string: \
    json: limit-rate: location-trusted max-filesize: max-redirs: netrc-file: netrc-optional no-clobber \
    no-progress-meter oauth2-bearer: output-dir: parallel-immediate parallel-max: path-as-is post301 post302 post303 proto: \
    proto-default: proto-redir: rate: remote-name-all remove-on-error retry: retry-all-errors retry-connrefused \
    retry-delay: retry-max-time: stderr: styled-output url: url-query:";

/// How connections are made, which is the host's affair, and what is for other protocols: as curl does with HTTP, nothing comes of it.
const WITHOUT_EFFECT: &str = "alpn compressed-ssh crlf delegation: disable-eprt disable-epsv expect100-timeout: false-start \
    ftp-account: ftp-alternative-to-user: ftp-create-dirs ftp-method: ftp-pasv ftp-pret ftp-skip-pasv-ip ftp-ssl-ccc \
    ftp-ssl-ccc-mode: ftp-ssl-control happy-eyeballs-timeout-ms: hostpubmd5: hostpubsha256: http0.9 http1.1 http2 http3 \
    keepalive keepalive-time: krb: login-options: mail-auth: mail-from: mail-rcpt: mail-rcpt-allowfails metalink npn no-alpn no-keepalive \
    no-npn no-sessionid pubkey: sasl-authzid: sasl-ir sessionid ssl ssl-allow-beast ssl-auto-client-cert ssl-no-revoke ssl-reqd \
    ssl-revoke-best-effort suppress-connect-headers tcp-fastopen tcp-nodelay tftp-blksize: tftp-no-options tlsv1.0 tlsv1.1 \
    tlsv1.2 tlsv1.3 tr-encoding trace-time random-file: egd-file:";

/// What this curl refuses, and why.
const REFUSED: &[(&str, &str)] = &[
    ("certificates are always checked here", "insecure proxy-insecure doh-insecure"),
    (
        "the host decides how requests travel",
        "proxy: proxy-user: noproxy: preproxy: proxy-anyauth proxy-basic proxy-cacert: proxy-capath: proxy-cert: \
         proxy-cert-type: proxy-ciphers: proxy-crlfile: proxy-digest proxy-header: proxy-key: proxy-key-type: proxy-negotiate \
         proxy-ntlm proxy-pass: proxy-pinnedpubkey: proxy-service-name: proxy-ssl-allow-beast proxy-ssl-auto-client-cert \
         proxy-tls13-ciphers: proxy-tlsauthtype: proxy-tlspassword: proxy-tlsuser: proxy-tlsv1 proxy1.0: proxytunnel \
         socks4: socks4a: socks5: socks5-basic socks5-gssapi socks5-gssapi-nec socks5-gssapi-service: socks5-hostname: \
         interface: local-port: haproxy-protocol",
    ),
    ("client certificates are not there", "cert: cert-type: key: key-type: pass: engine:"),
    (
        "the host's authorities and checks are used",
        "cacert: capath: crlfile: pinnedpubkey: cert-status ciphers: curves: tls13-ciphers: tls-max: sslv2 sslv3 tlsauthtype: \
         tlspassword: tlsuser:",
    ),
    (
        "the host resolves names",
        "resolve: connect-to: dns-interface: dns-ipv4-addr: dns-ipv6-addr: dns-servers: doh-url: doh-cert-status",
    ),
    ("the host opens connections", "unix-socket: abstract-unix-socket:"),
    ("only Basic and Bearer authentication are there", "digest ntlm ntlm-wb negotiate aws-sigv4: service-name:"),
    (
        "the host writes requests and reads answers",
        "request-target: raw ignore-content-length http2-prior-knowledge http3-only alt-svc: hsts:",
    ),
    ("it is not there", "trace: trace-ascii: libcurl: xattr manual"),
];

/// A flag: its name, whether it takes a value, and why it is refused if it is.
#[derive(Clone, Copy)]
pub struct Flag {
    pub name: &'static str,
    pub takes_value: bool,
    pub refused: Option<&'static str>,
}

/// The flag of a letter.
pub fn of_letter(letter: char) -> Option<Flag> {
    let (_, name) = SHORT.iter().find(|(each, _)| *each == letter)?;
    all().find(|flag| flag.name == name.trim_end_matches(':'))
}

/// The flag of a long name, which may be cut short as long as it is one name's beginning; `Err` says what is wrong.
pub fn of_name(name: &str) -> Result<Flag, &'static str> {
    if let Some(found) = all().find(|flag| flag.name == name) {
        return Ok(found);
    }
    let mut begins = all().filter(|flag| flag.name.starts_with(name));
    match (begins.next(), begins.next()) {
        (None, _) => Err("is unknown"),
        (Some(only), None) => Ok(only),
        _ => Err("is ambiguous"),
    }
}

fn all() -> impl Iterator<Item = Flag> {
    let short = SHORT.iter().map(|(_, name)| *name);
    let plain = short.chain(LONG.split_ascii_whitespace()).chain(WITHOUT_EFFECT.split_ascii_whitespace());
    let refused = REFUSED.iter().flat_map(|(why, names)| names.split_ascii_whitespace().map(|name| flag(name, Some(*why))));
    // A name that is refused has a letter too, perhaps: the refusal comes first.
    refused.chain(plain.map(|name| flag(name, None)))
}

fn flag(name: &'static str, refused: Option<&'static str>) -> Flag {
    Flag { name: name.trim_end_matches(':'), takes_value: name.ends_with(':'), refused }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_may_be_cut_short_and_refusals_win() {
        assert_eq!(of_name("sil").map(|flag| flag.name), Ok("silent"));
        assert_eq!(of_name("da").err(), Some("is ambiguous"));
        assert_eq!(of_name("no-such").err(), Some("is unknown"));
        assert!(of_letter('x').is_some_and(|flag| flag.takes_value && flag.refused.is_some()));
        assert!(of_letter('d').is_some_and(|flag| flag.name == "data" && flag.refused.is_none()));
    }
}
