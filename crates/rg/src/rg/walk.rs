//! Which files are read.

use std::cmp::Ordering;
use std::io::Write;
use std::path::{Path, PathBuf};

use cli::Output;
use ignore::overrides::OverrideBuilder;
use ignore::types::{Types, TypesBuilder};
use ignore::{DirEntry, Walk, WalkBuilder};

use super::options::{Options, SortKey, TypeChange};
use super::{complain, Outcome};
use crate::messages::walk_error;

/// A file to read.
pub struct Subject {
    entry: DirEntry,
    stripped: bool,
}

impl Subject {
    /// The name as it is shown.
    pub fn shown(&self) -> &Path {
        let path = self.entry.path();
        if self.stripped { path.strip_prefix("./").unwrap_or(path) } else { path }
    }

    pub fn path(&self) -> &Path {
        self.entry.path()
    }

    pub fn is_stdin(&self) -> bool {
        self.entry.is_stdin()
    }

    /// Named on the command line, not met on the way.
    pub fn is_explicit(&self) -> bool {
        self.entry.depth() == 0
    }
}

/// The files that the options name, in the order of their names.
pub fn subjects<'a>(options: &'a Options, outcome: &'a std::cell::RefCell<Outcome>) -> Result<impl Iterator<Item = Subject> + 'a, String> {
    Ok(walker(options)?.filter_map(move |entry| match entry {
        Ok(entry) => subject(entry, options, &mut outcome.borrow_mut()),
        Err(error) => {
            complain(options, &mut outcome.borrow_mut(), &walk_error(&error));
            None
        }
    }))
}

fn subject(entry: DirEntry, options: &Options, outcome: &mut Outcome) -> Option<Subject> {
    if let Some(error) = entry.error().filter(|_| !options.no_ignore_messages) {
        complain(options, outcome, &walk_error(error));
        outcome.failed = false;
    }
    let reads = if entry.is_stdin() || entry.depth() == 0 {
        entry.is_stdin() || !entry.path().is_dir()
    } else {
        entry.file_type().is_some_and(|kind| kind.is_file())
    };
    reads.then_some(Subject { entry, stripped: options.implicit })
}

fn walker(options: &Options) -> Result<Walk, String> {
    let mut paths = options.paths.iter();
    let mut builder = WalkBuilder::new(paths.next().expect("there is always a path"));
    for path in paths {
        builder.add(path);
    }
    if !options.no_ignore_files {
        for file in &options.ignore_files {
            if let Some(error) = builder.add_ignore(file).filter(|_| !options.no_messages && !options.no_ignore_messages) {
                eprintln!("{}", walk_error(&error));
            }
        }
    }
    builder
        .max_depth(options.max_depth)
        .follow_links(options.follow)
        .max_filesize(options.max_filesize)
        .same_file_system(options.one_file_system)
        .skip_stdout(true)
        .overrides(overrides(options)?)
        .types(types(options)?)
        .hidden(!options.hidden)
        .parents(!options.no_ignore_parent)
        .ignore(!options.no_ignore_dot)
        .git_global(!options.no_ignore_vcs && !options.no_ignore_global)
        .git_ignore(!options.no_ignore_vcs)
        .git_exclude(!options.no_ignore_vcs && !options.no_ignore_exclude)
        .require_git(!options.no_require_git)
        .ignore_case_insensitive(options.ignore_case_insensitive);
    if !options.no_ignore_dot {
        builder.add_custom_ignore_filename(".rgignore");
    }
    let (key, reversed) = options.sort.unwrap_or((SortKey::Path, false));
    builder.sort_by_file_path(move |a, b| {
        let order = compare(key, a, b);
        if reversed { order.reverse() } else { order }
    });
    Ok(builder.build())
}

fn compare(key: SortKey, a: &Path, b: &Path) -> Ordering {
    let time = |path: &Path| {
        let meta = path.metadata().ok()?;
        match key {
            SortKey::Path => None,
            SortKey::Modified => meta.modified().ok(),
            SortKey::Accessed => meta.accessed().ok(),
            SortKey::Created => meta.created().ok(),
        }
    };
    match key {
        SortKey::Path => a.file_name().cmp(&b.file_name()),
        _ => time(a).cmp(&time(b)),
    }
}

fn overrides(options: &Options) -> Result<ignore::overrides::Override, String> {
    let mut builder = OverrideBuilder::new(std::env::current_dir().unwrap_or_else(|_| PathBuf::from("/")));
    let wrong = |error: ignore::Error| error.to_string();
    if options.glob_case_insensitive {
        builder.case_insensitive(true).map_err(wrong)?;
    }
    for glob in &options.globs {
        builder.add(glob).map_err(wrong)?;
    }
    builder.case_insensitive(true).map_err(wrong)?;
    for glob in &options.iglobs {
        builder.add(glob).map_err(wrong)?;
    }
    builder.build().map_err(wrong)
}

fn types(options: &Options) -> Result<Types, String> {
    let mut builder = TypesBuilder::new();
    builder.add_defaults();
    for change in &options.types {
        match change {
            TypeChange::Add(definition) => builder.add_def(definition).map_err(|error| error.to_string())?,
            TypeChange::Clear(name) => _ = builder.clear(name),
            TypeChange::Select(name) => _ = builder.select(name),
            TypeChange::Negate(name) => _ = builder.negate(name),
        }
    }
    builder.build().map_err(|error| error.to_string())
}

/// `--type-list`.
pub fn list_types(options: &Options) -> Result<Outcome, String> {
    let mut out = Output::new("rg", 2);
    let types = types(options)?;
    for definition in types.definitions() {
        out.put(format!("{}: {}\n", definition.name(), definition.globs().join(", ")).as_bytes());
    }
    Ok(Outcome { matched: true, failed: false })
}

/// `--files`.
pub fn list_files(options: &Options) -> Result<Outcome, String> {
    use std::os::unix::ffi::OsStrExt;
    let outcome = std::cell::RefCell::new(Outcome::default());
    let mut out = Output::new("rg", 2);
    for subject in subjects(options, &outcome)? {
        outcome.borrow_mut().matched = true;
        if options.quiet {
            break;
        }
        let mut name = subject.shown().as_os_str().as_bytes().to_vec();
        if let Some(separator) = options.path_separator {
            name.iter_mut().filter(|byte| **byte == b'/').for_each(|byte| *byte = separator);
        }
        name.push(if options.null { 0 } else { b'\n' });
        out.put(&name);
    }
    let _ = out.flush();
    drop(out);
    Ok(outcome.into_inner())
}
