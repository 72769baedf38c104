// What single commands of uutils say or do otherwise than GNU's (called by port.mjs): [file, from, to] by crate.
// Wrong usage is said by uucore for all of them: crates/patches/uucore-0.12.0.patch.

const TEXTS = "locales/en-US.ftl";
const HINT = (name) => `\\nTry '${name} --help' for more information.`;

export const MESSAGES = {
  "uu_fold-0.12.0": [["src/fold.rs", 'translate!("fold-error-failed-to-write")', '"write error".to_owned()']],
  "uu_env-0.12.0": [
    [
      "src/env.rs",
      "print_all_env_vars(opts.line_ending)?;",
      `print_all_env_vars(opts.line_ending).map_err(|error| {
                USimpleError::new(125, format!("write error: {}", uucore::error::strip_errno(&error)))
            })?;`,
    ],
  ],
  "uu_rmdir-0.12.0": [
    [
      "src/rmdir.rs",
      /println!\(\s*("[^"]*",\s*translate!\([\s\S]*?\))\s*\);/,
      "{\n            use std::io::Write as _;\n            let _ = writeln!(std::io::stdout(), $1);\n        }",
    ],
  ],
  "uu_timeout-0.12.0": [
    [
      "src/timeout.rs",
      "let status = process.wait()?;\n            if preserve_status {",
      `let status = process.wait()?;
            // Whoever asked is told that it was killed, and not by its own doing.
            if preserve_status || platform::status_signal(status) == Some(9) {`,
    ],
  ],
  "uu_mkdir-0.12.0": [
    [
      TEXTS,
      "mkdir-error-file-exists = { $path }: File exists",
      "mkdir-error-file-exists = cannot create directory '{ $path }': File exists",
    ],
    [
      "src/mkdir.rs",
      "USimpleError::new(1, err.to_string())\n            }",
      "USimpleError::new(1, format!(\"invalid mode '{m}'\"))\n            }",
    ],
  ],
  "uu_ln-0.12.0": [
    [
      "src/ln.rs",
      'write!(out, "{} -> {}", dst.quote(), source.quote())?;',
      'let arrow = if settings.symbolic { "->" } else { "=>" };\n        write!(out, "{} {arrow} {}", dst.quote(), source.quote())?;',
    ],
    [
      "src/ln.rs",
      'translate!(\n                    "ln-failed-to-create-hard-link",',
      `if e_kind == std::io::ErrorKind::NotFound && fs::symlink_metadata(&source).is_err() {
                    format!("failed to access {}", source.quote())
                } else if e_kind == std::io::ErrorKind::AlreadyExists {
                    format!("failed to create hard link {}", dst.quote())
                } else {
                    translate!(
                    "ln-failed-to-create-hard-link",`,
    ],
    [
      "src/ln.rs",
      /("ln-failed-to-create-hard-link",\n *"source" => source.quote\(\),\n *"dest" => dst.quote\(\)\n *\))/,
      "$1\n                }",
    ],
    [
      "src/ln.rs",
      "let res = raw.map_err(|e| {",
      "let res = raw.map_err(|e| {\n        let e_kind = e.kind();",
    ],
  ],
  "uu_touch-0.12.0": [
    [
      "Cargo.toml",
      '[dependencies.parse_datetime]\nversion = "0.16.0"',
      '[dependencies.parse_datetime]\nversion = "0.17.0"',
    ],
    [
      TEXTS,
      "touch-error-unable-to-parse-date = Unable to parse date: { $date }",
      "touch-error-unable-to-parse-date = invalid date format '{ $date }'",
    ],
  ],
  "uu_rm-0.12.0": [
    [
      "src/rm.rs",
      'prompt_yes!("remove file {}?", path.quote())',
      'prompt_yes!("remove regular file {}?", path.quote())',
    ],
  ],
  "uu_chmod-0.12.0": [
    [
      "src/chmod.rs",
      "return Err(USimpleError::new(1, error.to_string()));",
      `return Err(USimpleError::new(1, format!("invalid mode: '{cmode_unwrapped}'${HINT("chmod")}")));`,
    ],
  ],
  "uu_install-0.12.0": [
    [
      "src/install.rs",
      'translate!("install-error-invalid-mode", "error" => err.to_string())',
      "format!(\"invalid mode '{x}'\")",
    ],
  ],
  "uu_cp-0.12.0": [
    // No extended attributes here, which is no failure where they are only wished for.
    [
      "src/cp.rs",
      "raw == Some(EOPNOTSUPP)",
      "raw == Some(EOPNOTSUPP) || e.kind() == io::ErrorKind::Unsupported",
    ],
    [
      "src/cp.rs",
      /( {8}\/\/ Format IoErrContext using strip_errno to remove)/,
      `        CpError::WalkDirErr(error) if error.path().is_some() && error.io_error().is_some() => {
            if let (Some(path), Some(cause)) = (error.path(), error.io_error()) {
                show_error!("cannot stat {}: {}", path.quote(), strip_errno(cause));
            }
        }
$1`,
    ],
    [
      "src/copydir.rs",
      "Err(e) => show!(CpError::WalkDirErr(e)),",
      "Err(e) => {\n                uucore::error::set_exit_code(1);\n                crate::show_error_if_needed(&CpError::WalkDirErr(e));\n            }",
    ],
    [
      "src/cp.rs",
      'translate!("cp-error-target-not-directory", "target" => target.quote()',
      'format!("target {}: {}", target.quote(), if target.exists() { "Not a directory" } else { "No such file or directory" }',
    ],
    [
      "src/cp.rs",
      /translate!\("cp-error-missing-destination-operand",\s*"source" => paths\[0\]\.quote\(\)\)/,
      `format!("missing destination file operand after {}${HINT("cp")}", paths[0].quote())`,
    ],
    ["src/cp.rs", "fn show_error_if_needed(", "pub(crate) fn show_error_if_needed("],
  ],
  "uu_grep-0.2.0": [
    [
      "src/lib.rs",
      /return Err\(USimpleError::new\(\n *2,\n *"no PATTERN specified[^"]*"\.to_string\(\),\n *\)\);/,
      `eprintln!("Usage: grep [OPTION]... PATTERNS [FILE]...${HINT("grep")}");
        return Err(uucore::error::ExitCode::new(2));`,
    ],
    // Less than none is no bound.
    [
      "src/lib.rs",
      '.help("stop after NUM selected lines")\n                .value_parser(clap::value_parser!(u64)),',
      `.help("stop after NUM selected lines")
                .allow_negative_numbers(true)
                .value_parser(|text: &str| text.parse::<i64>().map(|n| u64::try_from(n).unwrap_or(u64::MAX))),`,
    ],
    // What cannot be walked is told, but not that a loop of links was left out.
    [
      "src/searcher.rs",
      /let Ok\(entry\) = entry else \{\s*continue;\s*\};/,
      `let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    if let (Some(path), Some(cause)) = (error.path(), error.io_error()) {
                        let path = if strip_root { Self::strip_dot_prefix(path) } else { path };
                        self.had_error = true;
                        let cause = cause.raw_os_error().map_or_else(
                            || std::io::Error::from(cause.kind()),
                            std::io::Error::from_raw_os_error,
                        );
                        self.writer.report_io_error(path.as_os_str(), &cause);
                    }
                    continue;
                }
            };`,
    ],
  ],
  "findutils-0.11.0": [
    [
      "src/xargs/mod.rs",
      'eprintln!("{command:?}");',
      `let words: Vec<_> = std::iter::once(command.get_program()).chain(command.get_args()).collect();
            eprintln!("{}", words.iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" "));`,
    ],
    [
      "src/xargs/mod.rs",
      /Err\(e\) if e\.kind\(\) == io::ErrorKind::NotFound => \{/,
      `$&
                    eprintln!("xargs: {}: No such file or directory", command.get_program().to_string_lossy());`,
    ],
    [
      "src/xargs/mod.rs",
      "Err(e) => Err(CommandExecutionError::CannotRun(e)),",
      `Err(e) => {
                    let reason = uucore::error::strip_errno(&e);
                    eprintln!("xargs: {}: {reason}", command.get_program().to_string_lossy());
                    Err(CommandExecutionError::CannotRun(e))
                }`,
    ],
    [
      "src/xargs/mod.rs",
      /format!\("Unterminated quote: \{q\}"\)/g,
      `format!(
                            "unmatched {} quote; by default quotes are special to xargs unless you use the -0 option",
                            if *q == b'"' { "double" } else { "single" }
                        )`,
    ],
    [
      "src/xargs/mod.rs",
      'eprintln!("Error: {e}");',
      `match &e {
                // What was run has been told of.
                XargsError::CommandExecution(
                    CommandExecutionError::NotFound | CommandExecutionError::CannotRun(_),
                ) => {}
                _ => {
                    let text = e.to_string();
                    let text = text.strip_prefix("error: ").unwrap_or(&text);
                    let line = text.lines().next().unwrap_or_default();
                    match line.strip_prefix("unexpected argument '").and_then(|rest| rest.split_once('\\'')) {
                        Some((long, _)) if long.starts_with("--") => {
                            eprintln!("xargs: unrecognized option '{long}'\\nTry 'xargs --help' for more information.");
                        }
                        Some((short, _)) => {
                            let letter = short.trim_start_matches('-');
                            eprintln!("xargs: invalid option -- '{letter}'\\nTry 'xargs --help' for more information.");
                        }
                        None => eprintln!("xargs: {line}"),
                    }
                }
            }`,
    ],
    [
      "src/find/matchers/type_matcher.rs",
      "Unrecognised type argument {type_string}",
      "Unknown argument to -type: {type_string}",
    ],
    [
      "src/find/matchers/mod.rs",
      '    ("-noleaf", Predicate::NoLeaf),',
      '    ("-noleaf", Predicate::NoLeaf),\n    ("-warn", Predicate::NoLeaf),\n    ("-nowarn", Predicate::NoLeaf),',
    ],
  ],
  "uu_date-0.12.0": [
    [
      "src/date.rs",
      "    let format = if let Some(fmt) = matches.get_one::<String>(OPT_FORMAT) {",
      `    let said = [OPT_ISO_8601, OPT_RFC_EMAIL, OPT_RFC_3339]
        .iter()
        .filter(|option| matches.value_source(option) == Some(clap::parser::ValueSource::CommandLine))
        .count();
    let custom = matches.get_many::<String>(OPT_FORMAT).is_some_and(|formats| formats.len() > 0);
    if said + usize::from(custom) > 1 {
        return Err(uucore::error::USimpleError::new(1, "multiple output formats specified"));
    }

    let format = if let Some(fmt) = matches.get_one::<String>(OPT_FORMAT) {`,
    ],
    [
      "src/format_modifiers.rs",
      `    let mut result = value.to_string();

    // Determine default pad character based on specifier type
`,
      `    match specifier.chars().last() {
        Some('N') => return nanoseconds(value, parsed),
        Some('z') if flags.contains(['-', '_']) => return short_offset(value, parsed),
        _ => {}
    }
    let mut result = value.to_string();

    // Determine default pad character based on specifier type
`,
    ],
    [
      "src/format_modifiers.rs",
      "/// Allocate a `String` with enough capacity for",
      `/// The first digits of a fraction, as many as the width says; zeros at its end are what padding is made of.
fn nanoseconds(value: &str, parsed: &ParsedSpec<'_>) -> Result<String, FormatError> {
    let width = parsed.width.filter(|width| *width > 0).unwrap_or(9);
    if width > MAX_FORMAT_WIDTH {
        return Err(field_width_too_large(width, parsed.spec));
    }
    let digits = &value[..width.min(value.len())];
    let short = Some(digits.trim_end_matches('0')).filter(|short| !short.is_empty()).unwrap_or("0");
    Ok(match parsed.flags.chars().rfind(|flag| "-_0+".contains(*flag)) {
        Some('-') if parsed.width.is_some() => short.to_string(),
        Some('_') => format!("{short:<width$}"),
        _ => format!("{digits:0<width$}"),
    })
}

/// An offset without the zeros before its hours.
fn short_offset(value: &str, parsed: &ParsedSpec<'_>) -> Result<String, FormatError> {
    let width = parsed.width.unwrap_or(value.len());
    if width > MAX_FORMAT_WIDTH {
        return Err(field_width_too_large(width, parsed.spec));
    }
    let (sign, digits) = value.split_at(1);
    let short = digits.trim_start_matches('0');
    let zero = if short.is_empty() || short.starts_with(':') { "0" } else { "" };
    let short = format!("{sign}{zero}{short}");
    Ok(if parsed.flags.ends_with('_') { format!("{short:>width$}") } else { short })
}

/// Allocate a \`String\` with enough capacity for`,
    ],
    ["src/format_modifiers.rs", "'P' | 'e' | 'k' | 'l')", "'P' | 'e' | 'k' | 'l' | 'n' | 't')"],
    [
      "src/date.rs",
      '    if !fmt.contains("%O") {',
      '    if !["%O", "%E", "%f", "%Q"].iter().any(|one| fmt.contains(one)) {',
    ],
    [
      "src/date.rs",
      "            // Keep `%%` intact: an `O`",
      `            Some('E') => {
                let mut lookahead = chars.clone();
                lookahead.next();
                if lookahead.peek().is_some_and(|c| "cCxXyY".contains(*c)) {
                    chars.next();
                }
                out.push('%');
            }
            // Letters that jiff knows and GNU does not.
            Some('f' | 'Q') => out.push_str("%%"),
            // Keep \`%%\` intact: an \`O\``,
    ],
    ["src/date.rs", "DATE, HOURS, MINUTES, SECONDS, NS,", "HOURS, MINUTES, DATE, SECONDS, NS,"],
    [
      "Cargo.toml",
      '[dependencies.parse_datetime]\nversion = "0.16.0"',
      '[dependencies.parse_datetime]\nversion = "0.17.0"',
    ],
  ],
};
