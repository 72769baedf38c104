// port.mjs CRATE-DIR NAME VERSION: what uutils' crates need to be told about the target (called by vendor.sh).
// They list the systems they know; emscripten, which is how rustc calls the target whose libc is crates/rt, is on none
// of the lists. It belongs beside Linux for signals (the numbers are Linux's) and to the plain Unixes elsewhere.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MESSAGES } from "./messages.mjs";

const [dir, name, version] = process.argv.slice(2);

/** Messages are English: another language's texts would only weigh on every start. */
for (const folder of ["locales", "locales/errors"]) {
  const path = join(dir, folder);
  if (!existsSync(path)) continue;
  for (const file of readdirSync(path))
    if (file.endsWith(".ftl") && file !== "en-US.ftl") rmSync(join(path, file));
}

const EDITS = {
  "uucore-0.12.0": [
    // A module of a few commands has the texts of these.
    [
      "build.rs",
      /embed_single_utility_locale\(\n *&mut embedded_file,\n *&project_root\(\)\?,\n *&util_name,\n *&locales_to_embed,\n *\)\?;/,
      `embed_utility_locales(&mut embedded_file, &project_root()?, &util_name, &locales_to_embed)?;`,
    ],
    [
      "build.rs",
      /(fn )embed_single_utility_locale(\([\s\S]*?\{\n)( *)\/\/ Embed utility-specific locales\n([\s\S]*?)( *\/\/ Always embed uucore)/,
      "$1embed_utility_locales$2$3for util_name in util_name.split(',') {\n$4$3}\n\n$5",
    ],
    ["src/lib/lib.rs", /target_os = "hurd",\n/g, 'target_os = "hurd", target_os = "emscripten",\n'],
    ["src/lib/features.rs", /target_os = "hurd",\n/g, 'target_os = "hurd", target_os = "emscripten",\n'],
    [
      "Cargo.toml",
      /target_os = "linux", target_os = "android", target_os = "cygwin"(?=\)\)'.dependencies.bstr)/,
      '$&, target_os = "emscripten"',
    ],
    ["src/lib/features/fsext/mod.rs", /target_os = "linux"/g, '$&, target_os = "emscripten"'],
    // No locale but C.UTF-8 is installed, so ICU's tables would only weigh on every start.
    [
      "src/lib/features/i18n/collator.rs",
      /COLLATOR\n *\.set\([\s\S]*?\n *\.is_ok\(\)/,
      "{ let _ = opts; true }",
    ],
    [
      "src/lib/features/i18n/collator.rs",
      /COLLATOR\n *\.set\([\s\S]*?\n *\.expect\("Collator already initialized"\);/,
      "let _ = opts;",
    ],
    ["src/lib/features/i18n/collator.rs", /get_collating_locale\(\)\.0 != DEFAULT_LOCALE/, "false"],
    [
      "src/lib/features/i18n/collator.rs",
      /let c = COLLATOR[\s\S]*?ICU write_sort_key_utf8_to failed"\);/,
      "buf.extend_from_slice(input);",
    ],
    [
      "src/lib/features/i18n/collator.rs",
      /if get_collating_locale\(\)\.0 == DEFAULT_LOCALE \{[\s\S]*\}\n\}/,
      "left.cmp(right)\n}",
    ],
    ["src/lib/features/i18n/collator.rs", /static COLLATOR: .*\n/, ""],
    [
      "src/lib/features/i18n/collator.rs",
      "use std::{cmp::Ordering, sync::OnceLock};\n\nuse icu_collator::{self, CollatorBorrowed};\n\nuse crate::i18n::{DEFAULT_LOCALE, get_collating_locale};\n",
      "use std::cmp::Ordering;\n",
    ],
    [
      "src/lib/features/i18n/datetime.rs",
      "should_use_icu_locale() -> bool {\n",
      '$&    if cfg!(target_os = "emscripten") { return false; }\n',
    ],
    [
      "src/lib/features/i18n/datetime.rs",
      "get_locale_months() -> Option<&'static [Vec<u8>; 12]> {\n",
      '$&    if cfg!(target_os = "emscripten") { return None; }\n',
    ],
    [
      "src/lib/features/i18n/decimal.rs",
      "locale_decimal_separator() -> &'static str {\n",
      '$&    if cfg!(target_os = "emscripten") { return "."; }\n',
    ],
    [
      "src/lib/features/i18n/decimal.rs",
      "locale_grouping_separator() -> &'static str {\n",
      '$&    if cfg!(target_os = "emscripten") { return ""; }\n',
    ],
    // A timeout is setitimer and sigwait, which crates/rt has; timer_create it has not.
    [
      "src/lib/features/process/unix.rs",
      /target_os = "haiku",\n {4}target_os = "openbsd",/,
      '$&\n    target_os = "emscripten",',
    ],
    [
      "src/lib/features/process/unix.rs",
      /target_vendor = "apple", target_os = "openbsd", windows/,
      '$&, target_os = "emscripten"',
    ],
    [
      "src/lib/features/signals.rs",
      /target_os = "linux", target_os = "android", target_os = "redox"/,
      '$&, target_os = "emscripten"',
    ],
    // What is still to be written at the end and cannot be is an error, unless one was told.
    [
      "src/lib/lib.rs",
      /if let Err\(e\) = std::io::stdout\(\)\.flush\(\) \{\n *eprintln!\("Error flushing stdout: \{e\}"\);\n *\}/,
      "",
    ],
    [
      "src/lib/lib.rs",
      "$post\n\n            std::process::exit(code);",
      "$post\n\n            std::process::exit(uucore::panic::flushed(code));",
    ],
    [
      "src/lib/mods/panic.rs",
      "use std::panic::{self, PanicHookInfo};\n",
      `$&use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

const FULL: &str = "No space left on device";
static TOLD: AtomicBool = AtomicBool::new(false);

/// What a program says as it ends. An error of output without a word of its own has the one that GNU's have.
pub fn of_output(message: String) -> String {
    TOLD.fetch_or(message.contains(FULL), Relaxed);
    if message.starts_with(FULL) { format!("write error: {FULL}") } else { message }
}

/// The status of a program that ends with \`code\`, once all is written.
pub fn flushed(code: i32) -> i32 {
    match std::io::stdout().flush() {
        Err(error) if code < 2 && !TOLD.load(Relaxed) => {
            let _ = writeln!(std::io::stderr(), "{}: write error: {}", crate::util_name(), crate::error::strip_errno(&error));
            code.max(1)
        }
        _ => code,
    }
}
`,
    ],
  ],
  "uucore_procs-0.12.0": [
    ["src/lib.rs", 'let s = format!("{e}");', 'let s = uucore::panic::of_output(format!("{e}"));'],
  ],
  "uucore-0.10.0": [
    [
      "src/lib/features/signals.rs",
      /target_os = "linux", target_os = "android", target_os = "redox"/,
      '$&, target_os = "emscripten"',
    ],
  ],
  // The name of `.///` is `.`.
  "findutils-0.11.0": [
    [
      "src/find/matchers/name.rs",
      "let name = file_info.file_name().to_string_lossy();\n",
      `$&        let name = if name.len() > 1 { name.trim_end_matches('/') } else { &name };
        let name = if name.is_empty() { "/" } else { name };
`,
    ],
  ],
  // In a comparison of integers `-l STRING` is how long the string is.
  "uu_test-0.12.0": [
    ["src/test.rs", "match parse(args)", "match parse(lengths(args))"],
    [
      "src/test.rs",
      "/// Evaluate a stack of Symbols",
      `fn lengths(args: Vec<OsString>) -> Vec<OsString> {
    let compares = |arg: Option<&OsString>| {
        arg.is_some_and(|op| ["-eq", "-ne", "-lt", "-le", "-gt", "-ge"].iter().any(|known| op == known))
    };
    let mut out = Vec::with_capacity(args.len());
    let mut at = 0;
    while at < args.len() {
        let left = compares(args.get(at + 2)) && at + 3 < args.len();
        let right = at > 0 && compares(args.get(at - 1)) && at + 1 < args.len();
        if args[at] == "-l" && (left || right) {
            out.push(OsString::from(args[at + 1].len().to_string()));
            at += 2;
        } else {
            out.push(args[at].clone());
            at += 1;
        }
    }
    out
}

$&`,
    ],
  ],
  "uu_id-0.12.0": [["src/id.rs", /target_os = "cygwin",/g, '$& target_os = "emscripten",']],
  // There are no threads: what WASI's form of sort leaves out is right here too, and checking and merging, which read in
  // a thread there as well, read when they need more.
  "uu_sort-0.12.0": [
    ...["chunks", "sort", "tmp_dir", "ext_sort/mod"].map((file) => [
      `src/${file}.rs`,
      /target_os = "wasi"/g,
      'target_os = "emscripten"',
    ]),
    ["src/check.rs", /sync_channel\(2\)/g, "sync_channel(4)"],
    [
      "src/check.rs",
      / {4}thread::spawn\(\{[\s\S]*?\n {4}\}\);\n/,
      `    let (mut file, mut carry_over, mut more) = (file, vec![], true);
    let mut read = || -> UResult<Option<Chunk>> {
        while more {
            let Ok(recycled) = recycled_receiver.try_recv() else { break };
            more = reader(&mut file, recycled, &loaded_sender, &mut carry_over, settings)?;
            if let Ok(chunk) = loaded_receiver.try_recv() {
                return Ok(Some(chunk));
            }
        }
        Ok(None)
    };
`,
    ],
    ["src/check.rs", "'outer: for chunk in &loaded_receiver {", "'outer: while let Some(chunk) = read()? {"],
    ["src/check.rs", "    drop(recycled_sender);\n    while loaded_receiver.recv().is_ok() {}\n", ""],
    [
      "src/check.rs",
      /fn reader\([\s\S]*$/,
      `fn reader(
    file: &mut Box<dyn Read + Send>,
    recycled: RecycledChunk,
    sender: &SyncSender<Chunk>,
    carry_over: &mut Vec<u8>,
    settings: &GlobalSettings,
) -> UResult<bool> {
    chunks::read(sender, recycled, None, carry_over, file, &mut iter::empty(), settings.line_ending.into(), settings)
}
`,
    ],
    [
      "src/check.rs",
      "mpsc::{Receiver, SyncSender, sync_channel},\n    thread,",
      "mpsc::{SyncSender, sync_channel},",
    ],
    ["src/merge.rs", "thread::{self, JoinHandle},\n", ""],
    ["src/merge.rs", "sync_channel(2)", "sync_channel(4)"],
    ["src/merge.rs", "let reader_join_handle = thread::spawn({", "let mut more: More = Box::new({"],
    [
      "src/merge.rs",
      "    let mut mergeable_files = vec![];\n",
      "    more()?;\n    let mut mergeable_files = vec![];\n",
    ],
    [
      "src/merge.rs",
      "reader_join_handle,\n    })\n}",
      "more,\n    })\n}\n\n/// Reads what was asked for.\ntype More = Box<dyn FnMut() -> UResult<()>>;\n",
    ],
    ["src/merge.rs", "in recycled_receiver {", "in recycled_receiver.try_iter() {"],
    ["src/merge.rs", "reader_join_handle: JoinHandle<UResult<()>>,", "more: More,"],
    [
      "src/merge.rs",
      / {8}let Self \{\n {12}heap,[\s\S]*?write_result\.and\(reader_result\)\n/,
      "        write_result\n",
    ],
    [
      "src/merge.rs",
      "if let Ok(next_chunk) = file.receiver.recv() {",
      `let next = match file.receiver.try_recv() {
                    Err(TryRecvError::Empty) => {
                        self.request_sender.send((file.file_number, RecycledChunk::new(8 * 1024))).ok();
                        (self.more)().map_err(|error| io::Error::other(error.to_string()))?;
                        file.receiver.try_recv()
                    }
                    next => next,
                };
                if let Ok(next_chunk) = next {`,
    ],
    [
      "src/merge.rs",
      /(\.send\(\(prev\.file_number, prev_chunk\.recycle\(\)\)\)\n *\.ok\(\);\n)/,
      "$1                (self.more)().map_err(|error| io::Error::other(error.to_string()))?;\n",
    ],
  ],
  // Its printing thread prints when all is known instead.
  "uu_du-0.12.0": [
    ["src/du.rs", "use std::thread;\n", ""],
    [
      "src/du.rs",
      "let printing_thread = thread::spawn(move || stat_printer.print_stats(&rx));",
      "let print = move || stat_printer.print_stats(&rx);",
    ],
    ["src/du.rs", /printing_thread\n *\.join\(\)\n.*\?\?;/, "print()?;"],
  ],
  // Its report is written at the end, by no thread of its own.
  "uu_dd-0.12.0": [
    ["src/dd.rs", "use std::thread;\n", ""],
    ["src/dd.rs", /let weak_trigger = [\s\S]*?\n {8}\}\);\n/, "let _ = interval;\n"],
    [
      "src/dd.rs",
      "thread::spawn(gen_prog_updater(rx, i.settings.status))",
      "gen_prog_updater(rx, i.settings.status)",
    ],
    ["src/dd.rs", /output_thread\n *\.join\(\)\n *\.expect\("[^"]*"\);/g, "output_thread();"],
    ["src/dd.rs", "fn finalize<T>(", "fn finalize("],
    ["src/dd.rs", "output_thread: thread::JoinHandle<T>,", "output_thread: impl Fn(),"],
  ],
  "uu_stty-0.12.0": [
    ["src/flags.rs", /target_os = "hurd",/g, '$& target_os = "emscripten",'],
    // nix has its ioctl macros for the systems it knows numbers of.
    ["src/stty.rs", /^use nix::\{ioctl_read_bad, ioctl_write_ptr_bad\};$/m, ""],
    [
      "src/stty.rs",
      /^ioctl_read_bad!\([\s\S]*?tiocgwinsz[\s\S]*?\);\n\nioctl_write_ptr_bad!\([\s\S]*?\);\n/m,
      `unsafe fn tiocgwinsz(fd: i32, size: *mut TermSize) -> nix::Result<i32> {
    nix::errno::Errno::result(unsafe { nix::libc::ioctl(fd, TIOCGWINSZ, size) })
}

unsafe fn tiocswinsz(fd: i32, size: *const TermSize) -> nix::Result<i32> {
    nix::errno::Errno::result(unsafe { nix::libc::ioctl(fd, TIOCSWINSZ, size) })
}
`,
    ],
  ],
  // A shared library is nothing here, and the target would link one.
  "crc-fast-1.10.0": [["Cargo.toml", /^crate-type = \[[^\]]*\]/m, 'crate-type = ["lib"]']],
  "hostname-0.4.2": [
    [
      "src/nix.rs",
      /\{ libc::sethostname\(hostname.as_bytes\(\).as_ptr\(\) as \*const libc::c_char, size\) \}/,
      "{ let _ = (hostname.as_bytes(), size); *libc::__errno_location() = libc::EPERM; -1 }",
    ],
  ],
};

const crate = `${name}-${version}`;
for (const [file, from, to] of [...(EDITS[crate] ?? []), ...(MESSAGES[crate] ?? [])]) {
  const path = join(dir, file);
  const text = readFileSync(path, "utf8");
  const ported = text.replace(from, to);
  if (ported === text) throw new Error(`${path}: expected ${from}, which the port replaces`);
  writeFileSync(path, ported);
}
