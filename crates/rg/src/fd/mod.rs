//! fd: finds files by name, minding .gitignore and leaving out hidden ones. Single-threaded, so names come sorted.

mod exec;
mod filter;
mod options;
mod pattern;

use std::io::Write;
use std::path::{Path, PathBuf};

use cli::Output;
use ignore::overrides::OverrideBuilder;
use ignore::{DirEntry, WalkBuilder};

use crate::messages::walk_error;
use exec::Runner;
use options::{Options, Read};

/// The program's exit status: 0 done, 1 an error, a command that failed, or with `-q` nothing found.
pub fn main() -> i32 {
    let options = match options::read(cli::args()) {
        Ok(Read::Options(options)) => options,
        Ok(Read::Help) => cli::print_and_exit(options::HELP),
        Ok(Read::Version) => cli::print_and_exit("fd 8.6.0 (Shadowbox; on ripgrep's crates)\n"),
        Err(message) => {
            eprintln!("error: {message}\n\nFor more information try '--help'");
            return 2;
        }
    };
    run(*options).unwrap_or_else(|message| {
        complain(&message);
        1
    })
}

fn complain(message: &str) {
    eprintln!("[fd error]: {message}");
}

fn run(mut options: Options) -> Result<i32, String> {
    if let Some(folder) = &options.base_directory {
        std::env::set_current_dir(folder).map_err(|_| format!("The '--base-directory' path '{}' is not a directory.", folder.display()))?;
    }
    let patterns = pattern::build(&options)?;
    keep_folders(&mut options)?;
    let mut runner = Runner::new(&options);
    let mut out = Output::new("fd", 1);
    let mut found = 0;
    let mut failed = false;
    let mut pruned: Option<PathBuf> = None;
    for entry in walker(&options)? {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                // A link that leads nowhere, or around, is found as the link it is; fd says nothing of it.
                if !is_broken_link(&error) && options.show_errors {
                    complain(&walk_error(&error));
                    failed = true;
                }
                continue;
            }
        };
        if entry.depth() == 0 || pruned.as_ref().is_some_and(|above| entry.path() != above && entry.path().starts_with(above)) {
            continue;
        }
        if options.min_depth.is_some_and(|least| entry.depth() < least) || !patterns.iter().all(|pattern| pattern.matches(&entry, &options)) || !options.filter.accepts(&entry) {
            continue;
        }
        if options.prune && entry.file_type().is_some_and(|kind| kind.is_dir()) {
            pruned = Some(entry.path().to_path_buf());
        }
        found += 1;
        if options.quiet {
            return Ok(0);
        }
        let path = shown(entry.path(), &options);
        match &mut runner {
            Some(runner) => runner.found(path),
            None => print(&mut out, &path, &entry, &options),
        }
        if options.max_results == Some(found) {
            break;
        }
    }
    let _ = out.flush();
    let failed = runner.is_some_and(|runner| runner.finish(&options)) || failed;
    Ok(i32::from(failed || options.quiet))
}

/// Leaves only paths that are folders; an error if none is.
fn keep_folders(options: &mut Options) -> Result<(), String> {
    options.paths.retain(|path| {
        let folder = path.is_dir();
        if !folder {
            complain(&format!("Search path '{}' is not a directory.", path.display()));
        }
        folder
    });
    if options.paths.is_empty() { Err("No valid search paths given.".to_string()) } else { Ok(()) }
}

fn walker(options: &Options) -> Result<ignore::Walk, String> {
    let mut overrides = OverrideBuilder::new(std::env::current_dir().unwrap_or_else(|_| PathBuf::from("/")));
    for glob in &options.exclude {
        overrides.add(&format!("!{glob}")).map_err(|error| format!("Malformed exclude pattern: {error}"))?;
    }
    let mut paths = options.paths.iter();
    let mut builder = WalkBuilder::new(paths.next().expect("one path is left"));
    for path in paths {
        builder.add(path);
    }
    builder
        .hidden(!options.hidden)
        .ignore(!options.no_ignore)
        .parents(!options.no_ignore && !options.no_ignore_parent)
        .git_ignore(!options.no_ignore && !options.no_ignore_vcs)
        .git_global(!options.no_ignore && !options.no_ignore_vcs)
        .git_exclude(!options.no_ignore && !options.no_ignore_vcs)
        .overrides(overrides.build().map_err(|error| error.to_string())?)
        .follow_links(options.follow)
        .same_file_system(options.one_file_system)
        .max_depth(options.max_depth)
        .sort_by_file_name(std::ffi::OsStr::cmp);
    if !options.no_ignore {
        builder.add_custom_ignore_filename(".fdignore");
    }
    for file in &options.ignore_files {
        if let Some(error) = builder.add_ignore(file) {
            complain(&format!("Malformed pattern in custom ignore file. {}.", walk_error(&error)));
        }
    }
    Ok(builder.build())
}

fn is_broken_link(error: &ignore::Error) -> bool {
    match error {
        ignore::Error::WithDepth { err, .. } => is_broken_link(err),
        ignore::Error::WithPath { path, err } => err.io_error().is_some_and(|e| e.kind() == std::io::ErrorKind::NotFound) && path.is_symlink(),
        _ => false,
    }
}

/// The path as it is shown: absolute with `-a`, without `./` where fd leaves that out.
fn shown(path: &Path, options: &Options) -> PathBuf {
    if options.absolute && !path.is_absolute() {
        let relative = path.strip_prefix("./").unwrap_or(path);
        return std::env::current_dir().unwrap_or_default().join(relative);
    }
    if options.strip { path.strip_prefix("./").unwrap_or(path).to_path_buf() } else { path.to_path_buf() }
}

fn print(out: &mut Output, path: &Path, entry: &DirEntry, options: &Options) {
    use std::os::unix::ffi::OsStrExt;
    let mut name = path.as_os_str().as_bytes().to_vec();
    if entry.file_type().is_some_and(|kind| kind.is_dir()) {
        name.push(b'/');
    }
    if let Some(separator) = &options.path_separator {
        name = name.split(|byte| *byte == b'/').collect::<Vec<_>>().join(separator.as_bytes());
    }
    name.push(if options.print0 { 0 } else { b'\n' });
    out.put(&name);
}
