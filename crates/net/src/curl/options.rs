//! curl's command line. What is not here is refused, never ignored in silence.

use crate::config;
use crate::flags::{self, Flag};
use crate::values::{self, data, form, header, number, rate, size, unknown, whole};
use net::form::Part;

/// Everything that the command line asks for, up to `--next`.
#[derive(Default)]
pub struct Options {
    pub targets: Vec<Target>,
    pub output_dir: String,
    pub create_dirs: bool,
    pub fail: Fail,
    pub location: bool,
    pub location_trusted: bool,
    pub max_redirects: Option<i64>,
    pub keep_post: [bool; 3],
    pub include: bool,
    pub head: bool,
    pub method: Option<String>,
    pub headers: Vec<String>,
    pub data: Option<Vec<u8>>,
    pub json: bool,
    pub get: bool,
    pub parts: Vec<Part>,
    pub query: Vec<Vec<u8>>,
    pub agent: Option<String>,
    pub referer: Option<String>,
    pub auto_referer: bool,
    pub cookies: Vec<String>,
    pub cookie_files: Vec<String>,
    pub cookie_jar: Option<String>,
    pub new_session: bool,
    pub user: Option<String>,
    pub bearer: Option<String>,
    pub netrc: Option<Netrc>,
    pub range: Option<String>,
    pub resume: Option<Option<u64>>,
    pub since: Option<(Since, i64)>,
    pub remote_time: bool,
    pub etag_save: Option<String>,
    pub etag_compare: Option<String>,
    pub write_out: Option<String>,
    pub dump_header: Option<String>,
    pub max_time: f64,
    pub connect_timeout: f64,
    /// Bytes a second that are too slow if they last for `speed_time` (30 s where only one of the two is given).
    pub speed_limit: Option<f64>,
    pub speed_time: f64,
    /// Bytes a second that are enough, 0: all there are.
    pub rate: u64,
    pub max_size: Option<u64>,
    pub retry: u32,
    pub retry_delay: Option<f64>,
    /// Seconds after which no other try begins; 0: none.
    pub retry_max_time: f64,
    pub retry_all: bool,
    pub retry_refused: bool,
    pub compressed: bool,
    pub remove_on_error: bool,
    pub remote_header_name: bool,
    pub no_clobber: bool,
    pub globoff: bool,
    pub path_as_is: bool,
    pub no_credentials_in_url: bool,
    pub no_buffer: bool,
    pub schemes: Schemes,
    pub redirect_schemes: Schemes,
    pub default_scheme: Option<String>,
    remote_name_all: bool,
}

/// What holds for the whole command line.
#[derive(Default)]
pub struct Global {
    pub silent: bool,
    pub show_error: bool,
    pub verbose: bool,
    pub bar: bool,
    pub no_meter: bool,
    pub fail_early: bool,
    pub parallel: bool,
    /// Seconds between transfers (`--rate`).
    pub pause: f64,
    pub disable: bool,
}

/// A URL, and what goes to it and comes from it.
#[derive(Clone, Default)]
pub struct Target {
    pub url: Option<String>,
    pub output: Option<Output>,
    pub upload: Option<String>,
}

#[derive(Clone, Copy, Default, PartialEq)]
pub enum Fail {
    #[default]
    No,
    /// `-f`: no body.
    Early,
    /// `--fail-with-body`.
    WithBody,
}

#[derive(Clone, PartialEq)]
pub enum Output {
    File(String),
    RemoteName,
}

/// `-z`: newer, or older, than a time.
#[derive(Clone, Copy, PartialEq)]
pub enum Since {
    Newer,
    Older,
}

/// `-n` and its kin: the file if it is not `~/.netrc`, and whether a name from elsewhere may stand for it.
#[derive(Clone, Default)]
pub struct Netrc {
    pub file: Option<String>,
    pub optional: bool,
}

/// `--proto`: http, https.
#[derive(Clone, Copy)]
pub struct Schemes(pub [bool; 2]);

impl Default for Schemes {
    fn default() -> Self {
        Schemes([true, true])
    }
}


/// Exit status and message of a wrong command line.
pub type Refusal = (i32, String);

fn required(value: Option<String>, flag: &str) -> Result<String, Refusal> {
    value.ok_or_else(|| unknown(flag, "requires parameter"))
}

/// A command line being read.
#[derive(Default)]
pub struct Reader {
    pub global: Global,
    /// One for each part between `--next`.
    pub operations: Vec<Options>,
    /// Files of options being read.
    pub depth: usize,
}

/// Reads the command line. Exit 2 for what is wrong, as curl's.
pub fn parse(args: Vec<String>) -> Result<Reader, Refusal> {
    let mut reader = Reader { operations: vec![Options::default()], ..Reader::default() };
    reader.global.disable = args.first().is_some_and(|arg| arg == "--disable" || (arg.starts_with("-q") && !arg.starts_with("--")));
    if !reader.global.disable {
        config::read_default(&mut reader)?;
    }
    let mut args = args.into_iter();
    let mut flags = true;
    while let Some(arg) = args.next() {
        if !flags || !arg.starts_with('-') || arg == "-" {
            reader.operation().add_url(arg);
        } else if arg == "--" {
            flags = false;
        } else if let Some(name) = arg.strip_prefix("--") {
            reader.long(name, &mut args)?;
        } else {
            reader.short(&arg[1..], &mut args)?;
        }
    }
    for options in &mut reader.operations {
        options.one_method(reader.global.silent)?;
        let name_all = options.remote_name_all;
        for target in options.targets.iter_mut().filter(|_| name_all) {
            target.output.get_or_insert(Output::RemoteName);
        }
    }
    Ok(reader)
}

impl Reader {
    fn operation(&mut self) -> &mut Options {
        if self.operations.is_empty() {
            self.operations.push(Options::default());
        }
        let last = self.operations.len() - 1;
        &mut self.operations[last]
    }

    pub fn long(&mut self, name: &str, args: &mut dyn Iterator<Item = String>) -> Result<(), Refusal> {
        let said = format!("--{name}");
        let (bare, on) = match (flags::of_name(name), name.strip_prefix("no-")) {
            (Err(_), Some(rest)) => (rest, false),
            _ => (name, true),
        };
        let flag = flags::of_name(bare).map_err(|what| unknown(&said, what))?;
        if !on && flag.takes_value {
            return Err(unknown(&said, "is unknown"));
        }
        let value = if flag.takes_value { required(args.next(), &said)? } else { String::new() };
        self.apply(flag, value, on, &said)
    }

    pub fn short(&mut self, letters: &str, args: &mut dyn Iterator<Item = String>) -> Result<(), Refusal> {
        for (at, letter) in letters.char_indices() {
            let said = format!("-{letter}");
            let Some(flag) = flags::of_letter(letter) else { return Err(unknown(&said, "is unknown")) };
            if !flag.takes_value {
                self.apply(flag, String::new(), true, &said)?;
                continue;
            }
            let rest = &letters[at + letter.len_utf8()..];
            let value = if rest.is_empty() { required(args.next(), &said)? } else { rest.into() };
            return self.apply(flag, value, true, &said);
        }
        Ok(())
    }

    fn apply(&mut self, flag: Flag, text: String, on: bool, said: &str) -> Result<(), Refusal> {
        if let Some(why) = flag.refused {
            // What is switched off, or set to nothing, is not asked for.
            return if on && !(flag.name == "noproxy") { Err((2, format!("option {said}: refused, {why}"))) } else { Ok(()) };
        }
        let global = &mut self.global;
        match flag.name {
            "silent" => global.silent = on,
            "show-error" => global.show_error = on,
            "verbose" => global.verbose = on,
            "progress-bar" => global.bar = on,
            "no-progress-meter" => global.no_meter = on,
            "fail-early" => global.fail_early = on,
            "parallel" => global.parallel = on,
            "stderr" => {
                if net::redirect_stderr(&text).is_err() {
                    values::warn(global.silent, &format!("Failed to open {text}!"));
                }
            }
            "rate" => global.pause = rate(&text, said)?,
            "next" => {
                if self.operation().targets.iter().all(|target| target.url.is_none()) {
                    return Ok(());
                }
                self.operations.push(Options::default());
            }
            "config" => return config::read(self, &text, said),
            "help" => return Err((0, "help".into())),
            "version" => return Err((0, "version".into())),
            _ => return self.apply_here(flag.name, text, on, said),
        }
        Ok(())
    }

    fn apply_here(&mut self, name: &str, text: String, on: bool, said: &str) -> Result<(), Refusal> {
        let quiet = self.global.silent;
        let o = self.operation();
        if o.switch(name, on) {
            return Ok(());
        }
        match name {
            "url" => o.add_url(text),
            "remote-name" if on => o.add_output(Output::RemoteName),
            "output" => o.add_output(Output::File(text)),
            "upload-file" => o.add_upload(text),
            "output-dir" => o.output_dir = text,
            "request" => o.method = Some(text).filter(|text| !text.is_empty()),
            "user-agent" => o.agent = Some(text),
            "referer" => {
                o.auto_referer = text.contains(";auto");
                o.referer = Some(text.split(";auto").next().unwrap_or("").into());
            }
            "user" => o.user = Some(text),
            "oauth2-bearer" => o.bearer = Some(text),
            "netrc-file" => o.netrc.get_or_insert_default().file = Some(text),
            "range" => o.range = Some(values::range(text, quiet)),
            "dump-header" => o.dump_header = Some(text),
            "etag-save" => o.etag_save = Some(text),
            "etag-compare" => o.etag_compare = Some(text),
            "time-cond" => o.since = values::since(&text, quiet),
            "write-out" => o.write_out = Some(values::write_out(&text)?),
            "max-time" => o.max_time = number(&text, said)?,
            "connect-timeout" => o.connect_timeout = number(&text, said)?,
            "retry" => o.retry = whole(&text, said)? as u32,
            "retry-delay" => o.retry_delay = Some(whole(&text, said)? as f64),
            "retry-max-time" => o.retry_max_time = whole(&text, said)? as f64,
            "speed-time" => o.speed_time = whole(&text, said)? as f64,
            "speed-limit" => o.speed_limit = Some(whole(&text, said)? as f64),
            "limit-rate" => o.rate = size(&text, said)?,
            "max-redirs" => o.max_redirects = Some(text.parse().map_err(|_| values::bad_number(said))?),
            "max-filesize" => o.max_size = Some(size(&text, said)?),
            "continue-at" if text == "-" => o.resume = Some(None),
            "continue-at" => o.resume = Some(Some(whole(&text, said)?)),
            "cookie" if text.contains('=') => o.cookies.push(text),
            "cookie" => o.cookie_files.push(text),
            "cookie-jar" => o.cookie_jar = Some(text),
            "header" => header(o, text)?,
            "form" | "form-string" => form(o, &text, name == "form-string", said)?,
            "data" | "data-ascii" | "data-binary" | "data-raw" | "data-urlencode" | "json" => data(o, name, &text, quiet)?,
            "url-query" => o.query.push(values::query(&text)?),
            "proto" => o.schemes = values::schemes(&text),
            "proto-redir" => o.redirect_schemes = values::schemes(&text),
            "proto-default" => o.default_scheme = Some(text),
            "parallel-max" | "keepalive-time" | "create-file-mode" => {
                whole(&text, said)?;
            }
            // How the connection is made is the host's affair.
            _ => {}
        }
        Ok(())
    }
}

impl Options {
    fn switch(&mut self, name: &str, on: bool) -> bool {
        match name {
            "fail" => self.fail = if on { Fail::Early } else { Fail::No },
            "fail-with-body" => self.fail = if on { Fail::WithBody } else { Fail::No },
            "location" => self.location = on,
            "location-trusted" => (self.location, self.location_trusted) = (on, on),
            "post301" => self.keep_post[0] = on,
            "post302" => self.keep_post[1] = on,
            "post303" => self.keep_post[2] = on,
            "include" => self.include = on,
            "get" => self.get = on,
            "compressed" => self.compressed = on,
            "create-dirs" => self.create_dirs = on,
            "retry-all-errors" => self.retry_all = on,
            "retry-connrefused" => self.retry_refused = on,
            "remove-on-error" => self.remove_on_error = on,
            "remote-header-name" => self.remote_header_name = on,
            "remote-name-all" => self.remote_name_all = on,
            "remote-time" => self.remote_time = on,
            "no-clobber" => self.no_clobber = on,
            "junk-session-cookies" => self.new_session = on,
            "netrc" => self.netrc = on.then(Netrc::default),
            "netrc-optional" => self.netrc = on.then(|| Netrc { optional: true, ..self.netrc.clone().unwrap_or_default() }),
            "globoff" => self.globoff = on,
            "path-as-is" => self.path_as_is = on,
            "disallow-username-in-url" => self.no_credentials_in_url = on,
            "no-buffer" => self.no_buffer = on,
            "head" => self.head = on,
            _ => return false,
        }
        true
    }

    fn add_url(&mut self, url: String) {
        match self.targets.iter_mut().find(|target| target.url.is_none()) {
            Some(target) => target.url = Some(url),
            None => self.targets.push(Target { url: Some(url), ..Target::default() }),
        }
    }

    fn add_output(&mut self, output: Output) {
        match self.targets.iter_mut().find(|target| target.output.is_none()) {
            Some(target) => target.output = Some(output),
            None => self.targets.push(Target { output: Some(output), ..Target::default() }),
        }
    }

    fn add_upload(&mut self, file: String) {
        match self.targets.iter_mut().find(|target| target.upload.is_none()) {
            Some(target) => target.upload = Some(file),
            None => self.targets.push(Target { upload: Some(file), ..Target::default() }),
        }
    }

    /// Two kinds of request at once are none: exit 2.
    fn one_method(&self, quiet: bool) -> Result<(), Refusal> {
        let kinds = [
            (self.head, "HEAD (-I, --head)"),
            (!self.parts.is_empty(), "multipart formpost (-F, --form)"),
            (self.data.is_some() && !self.get, "POST (-d, --data)"),
            (self.targets.iter().any(|target| target.upload.is_some()), "PUT (-T, --upload-file)"),
        ];
        let mut asked = kinds.iter().filter(|(is, _)| *is).map(|(_, name)| *name);
        let (Some(first), Some(second)) = (asked.next(), asked.next()) else { return Ok(()) };
        let text = format!("You can only select one HTTP request method! You asked for both {second} and {first}.");
        values::warn(quiet, &text);
        Err((2, String::new()))
    }
}
