//! Where an answer goes: standard output, files, and what is told of its head.

use crate::options::{Fail, Output, Since};
use crate::pace::Pace;
use crate::request::Hop;
use crate::talk::head_bytes;
use crate::transfer::{Failed, Transfer};
use crate::values::warn;
use net::brake::Brake;
use net::dates;
use net::fetch::Response;
use net::url;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

const BUFFER: usize = 128 * 1024;

impl Transfer<'_> {
    /// Headers where they were asked for: `-i`, `-I`, `-D`, `--etag-save`.
    pub fn show_heads(&mut self, answer: &Response) -> Result<(), Failed> {
        let head = head_bytes(answer);
        if let Some(name) = &self.options.dump_header {
            if name == "-" {
                self.out.write_all(&head).map_err(|_| write_failed())?;
            } else {
                let mut open = OpenOptions::new();
                let first = self.facts.redirects == 0 && self.facts.number == 0;
                let file = open.create(true).write(true).append(!first).truncate(first).open(net::here(name));
                file.and_then(|mut file| file.write_all(&head)).map_err(|_| write_failed())?;
            }
        }
        if (self.options.include || self.options.head) && self.path()?.is_none() {
            self.out.write_all(&head).map_err(|_| write_failed())?;
        }
        if let (Some(name), Some(tag)) = (&self.options.etag_save, answer.header("etag")) {
            let line = [tag, b"\n"].concat();
            std::fs::write(net::here(name), line).map_err(|_| write_failed())?;
        }
        Ok(())
    }

    /// Where `-C` goes on.
    pub fn resume_at(&self) -> Option<u64> {
        let at = match self.options.resume? {
            Some(offset) => offset,
            None => std::fs::metadata(net::here(&self.path().ok()??)).map_or(0, |facts| facts.len()),
        };
        Some(at).filter(|at| *at > 0)
    }

    pub fn deliver(&mut self, answer: &mut Response, hop: &Hop) -> Result<(), Failed> {
        let o = self.options;
        self.take_given_name(answer)?;
        self.show_heads(answer)?;
        let refused = answer.status >= 400 && o.fail != Fail::No;
        let error = Failed(22, format!("The requested URL returned error: {}", answer.status));
        if refused && (o.fail == Fail::Early || self.resumed.is_some()) && !(answer.status == 416 && self.resumed.is_some()) {
            return Err(error);
        }
        if o.max_size.zip(self.progress.down.size).is_some_and(|(most, size)| size > most) {
            return Err(Failed(63, "Maximum file size exceeded".into()));
        }
        if self.resumed.is_some() && answer.status == 416 {
            return Ok(());
        }
        if self.resumed.is_some() && hop.method == "GET" && answer.status == 200 {
            return Err(Failed(33, "HTTP server doesn't seem to support byte ranges. Cannot resume.".into()));
        }
        if answer.status == 200 && !self.is_new_enough(answer) {
            self.facts.status = 304;
        }
        if self.facts.status != 304 {
            self.copy(answer, hop)?;
        }
        self.facts.times[4] = self.seconds();
        if refused { Err(error) } else { Ok(()) }
    }

    /// `-z` holds for what a server sends in spite of it too.
    fn is_new_enough(&self, answer: &Response) -> bool {
        let changed = answer.header("last-modified").and_then(|text| dates::parse(&net::latin1(text)));
        match (self.options.since, changed) {
            (Some((Since::Newer, time)), Some(changed)) => changed > time,
            (Some((Since::Older, time)), Some(changed)) => changed < time,
            _ => true,
        }
    }

    fn copy(&mut self, answer: &mut Response, hop: &Hop) -> Result<(), Failed> {
        let result = self.copy_body(answer, hop);
        if let (true, true, Some(path)) = (result.is_err(), self.options.remove_on_error, self.path()?) {
            let _ = std::fs::remove_file(net::here(&path));
        }
        result
    }

    fn copy_body(&mut self, answer: &mut Response, hop: &Hop) -> Result<(), Failed> {
        let o = self.options;
        let mut sink = None;
        let mut pace = Pace::new(o.speed_limit, o.speed_time);
        let mut brake = Brake::new(o.rate);
        let mut buffer = vec![0; brake.piece(BUFFER)];
        if (o.include || o.head) && self.path()?.is_some() {
            let head = head_bytes(answer);
            self.write(answer, &mut sink, &head)?;
        }
        let mut told = false;
        while hop.method != "HEAD" {
            let count = answer.read(&mut buffer).map_err(|failure| self.failed_reading(failure))?;
            if count == 0 {
                break;
            }
            self.facts.received += count as u64;
            self.progress.down.done += count as u64;
            if self.global.verbose && !(std::mem::replace(&mut told, true)) {
                eprintln!("{{ [{count} bytes data]");
            }
            self.write(answer, &mut sink, &buffer[..count])?;
            if o.no_buffer {
                self.out.flush().map_err(|_| write_failed())?;
            }
            pace.add(count as u64).map_err(|why| Failed(28, why))?;
            brake.add(count as u64);
            self.progress.update();
        }
        // A file is there even if nothing came.
        self.write(answer, &mut sink, &[])?;
        drop(sink);
        self.set_time(answer)
    }

    /// `-R`: the file is as old as the server says.
    fn set_time(&self, answer: &Response) -> Result<(), Failed> {
        let changed = answer.header("last-modified").and_then(|text| dates::parse(&net::latin1(text)));
        if let (true, Some(path), Some(time)) = (self.options.remote_time, self.path()?, changed.and_then(|time| u64::try_from(time).ok())) {
            let file = OpenOptions::new().write(true).open(net::here(&path));
            let _ = file.and_then(|file| file.set_modified(UNIX_EPOCH + Duration::from_secs(time)));
        }
        Ok(())
    }

    /// To standard output, or to the file, which is opened when there is something to write.
    fn write(&mut self, answer: &Response, file: &mut Option<File>, bytes: &[u8]) -> Result<(), Failed> {
        let Some(path) = self.path()? else { return self.out.write_all(bytes).map_err(|_| write_failed()) };
        if file.is_none() {
            *file = Some(self.open_file(answer, &path)?);
        }
        file.as_mut().map_or(Ok(()), |file| file.write_all(bytes)).map_err(|_| write_failed())
    }

    fn open_file(&mut self, answer: &Response, path: &str) -> Result<File, Failed> {
        let place = net::here(path);
        if let (true, Some(folder)) = (self.options.create_dirs, place.parent()) {
            let _ = std::fs::create_dir_all(folder);
        }
        let go_on = self.resumed.is_some() && answer.status == 206;
        let mut open = OpenOptions::new();
        let file = open.create(true).write(true).truncate(!go_on).append(go_on).open(&place);
        self.facts.file = path.into();
        file.map_err(|error| {
            let why = error.to_string();
            let why = why.split(" (os error").next().unwrap_or("");
            warn(self.global.silent, &format!("Failed to open the file {path}: {why}"));
            write_failed()
        })
    }

    /// `-J`: the name that the server gives; a file of that name stays as it is.
    fn take_given_name(&mut self, answer: &Response) -> Result<(), Failed> {
        let wanted = self.options.remote_header_name && self.target.output == Some(Output::RemoteName) && self.file.is_none();
        let Some(name) = answer.header("content-disposition").filter(|_| wanted).and_then(|text| given_name(&net::latin1(text))) else {
            return Ok(());
        };
        let path = self.in_folder(name);
        if net::here(&path).exists() && !self.options.no_clobber {
            warn(self.global.silent, &format!("Failed to open the file {path}: File exists"));
            return Err(Failed(23, "Failed writing header".into()));
        }
        self.file = Some(path);
        Ok(())
    }

    /// The file to write to; none for standard output.
    pub fn path(&self) -> Result<Option<String>, Failed> {
        if let Some(name) = &self.file {
            return Ok(Some(name.clone()));
        }
        let name = match &self.target.output {
            None => return Ok(None),
            Some(Output::File(name)) if name == "-" => return Ok(None),
            Some(Output::File(name)) => name.clone(),
            Some(Output::RemoteName) => match url::file_name(&self.with_scheme(&self.facts.url)?) {
                Some(name) => name,
                None => return Err(Failed(23, "Failed writing received data to disk/application".into())),
            },
        };
        Ok(Some(self.in_folder(name)))
    }

    /// Fixes the output's name before anything is asked: `--no-clobber` takes a free one.
    pub fn settle_name(&mut self) -> Result<(), Failed> {
        let nameless = matches!(self.target.output, Some(Output::RemoteName)) && self.with_scheme(&self.facts.url).is_ok();
        let path = self.path().inspect_err(|_| {
            if nameless && !self.global.silent {
                eprintln!("curl: Remote file name has no length!");
            }
        })?;
        if let (true, Some(path)) = (self.options.no_clobber, path) {
            let taken = |path: &str| net::here(path).exists();
            let free = (1..100).map(|number| format!("{path}.{number}")).find(|name| !taken(name));
            self.file = if taken(&path) { free } else { Some(path) };
        }
        self.facts.file = self.path()?.unwrap_or_default();
        Ok(())
    }

    fn in_folder(&self, name: String) -> String {
        let folder = &self.options.output_dir;
        if folder.is_empty() || Path::new(&name).is_absolute() { name } else { format!("{}/{name}", folder.trim_end_matches('/')) }
    }
}

fn given_name(disposition: &str) -> Option<String> {
    let value = disposition.split(';').find_map(|part| {
        let (key, value) = part.trim().split_once('=')?;
        key.trim().eq_ignore_ascii_case("filename").then(|| value.trim().to_string())
    })?;
    let name = value.trim_matches('"').rsplit(['/', '\\']).next()?.to_string();
    (!name.is_empty() && name != "." && name != "..").then_some(name)
}

fn write_failed() -> Failed {
    Failed(23, "Failure writing output to destination".into())
}
