//! Editing a file in place: the new text goes to a file beside it, which takes its name at the end.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::input::{path, reason};
use crate::options::Options;
use crate::output::Output;

pub struct InPlace {
    target: PathBuf,
    temporary: PathBuf,
    backup: Option<PathBuf>,
    pub output: Output,
}

impl InPlace {
    pub fn begin(name: &[u8], options: &Options, end: u8) -> Result<InPlace, String> {
        let shown = String::from_utf8_lossy(name).into_owned();
        let mut target = path(name);
        if options.follow_links {
            target = fs::canonicalize(&target).unwrap_or(target);
        }
        let folder = target.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_path_buf();
        let (temporary, file) = create_beside(&folder)
            .map_err(|error| format!("couldn't open temporary file {}/sedXXXXXX: {}", folder.display(), reason(&error)))?;
        if let Ok(metadata) = fs::metadata(&target) {
            // Where permissions cannot be set, the file keeps those it was created with.
            let _ = fs::set_permissions(&temporary, metadata.permissions());
        }
        let backup = (!options.suffix.is_empty()).then(|| backup_name(&target, &options.suffix));
        Ok(InPlace { target, temporary, backup, output: Output::new(Box::new(file), false, end, shown) })
    }

    pub fn finish(mut self) -> Result<(), String> {
        self.output.flush()?;
        if let Some(backup) = &self.backup {
            fs::rename(&self.target, backup)
                .map_err(|error| format!("cannot rename {}: {}", self.target.display(), reason(&error)))?;
        }
        fs::rename(&self.temporary, &self.target)
            .map_err(|error| format!("cannot rename {}: {}", self.temporary.display(), reason(&error)))
    }

    pub fn abandon(self) {
        let _ = fs::remove_file(&self.temporary);
    }
}

fn create_beside(folder: &Path) -> std::io::Result<(PathBuf, File)> {
    let mut tries = 0u32;
    loop {
        let seed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.subsec_nanos());
        let name = folder.join(format!("sed{:06x}", seed.wrapping_add(tries.wrapping_mul(7919)) & 0xff_ffff));
        match File::options().write(true).create_new(true).open(&name) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && tries < 100 => tries += 1,
            Err(error) => return Err(error),
            Ok(file) => return Ok((name, file)),
        }
    }
}

/// The backup's name: `*` stands for the file's name, a slash names another folder, anything else is a suffix.
fn backup_name(target: &Path, suffix: &[u8]) -> PathBuf {
    let base = target.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let suffix = String::from_utf8_lossy(suffix);
    let name = if suffix.contains('*') { suffix.replace('*', &base) } else { format!("{base}{suffix}") };
    match name.contains('/') {
        true => PathBuf::from(name),
        false => target.with_file_name(name),
    }
}
