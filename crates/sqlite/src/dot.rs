//! Dot-commands.

use std::fs::File;
use std::io::BufReader;

use crate::db::{self, Db, Value};
use crate::render::{Mode, MODES};
use crate::shell::Shell;
use crate::{import, schema, text};

pub const HELP: &str = include_str!("help.txt");
const IMPORT: &str = ".import FILE TABLE       Import data from FILE into TABLE
   Options:
     --ascii               Use \\037 and \\036 as column and row separators
     --csv                 Use , and \\n as column and row separators
     --skip N              Skip the first N rows of input
     --schema S            Target table to be S.TABLE
     -v                    \"Verbose\" - increase auxiliary output
   Notes:
     *  If TABLE does not exist, it is created.  The first row of input
        determines the column names.
     *  If neither --csv or --ascii are used, the input mode is derived
        from the \".mode\" output mode";
const PARAMETER: &str = ".parameter CMD ...       Manage SQL parameter bindings
   clear                   Erase all bindings
   init                    Initialize the TEMP table that holds bindings
   list                    List the current parameter bindings
   set PARAMETER VALUE     Given SQL parameter PARAMETER a value of VALUE
                           PARAMETER should start with one of: $ : @ ?
   unset PARAMETER         Remove PARAMETER from the binding table
";

const COMMANDS: [&str; 36] = [
    "backup", "bail", "cd", "changes", "databases", "dump", "echo", "eqp", "exit", "headers", "help", "import", "indexes", "indices", "mode", "nullvalue", "once", "open", "output",
    "parameter", "print", "prompt", "quit", "read", "restore", "save", "schema", "separator", "show", "tables", "timeout", "timer", "version", "width", "explain", "fullschema",
];

/// The words of a line: quoted ones as one, with C's escapes between double quotes.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = line.chars().peekable();
    loop {
        while rest.next_if(|c| c.is_whitespace()).is_some() {}
        let Some(first) = rest.peek().copied() else { return words };
        let mut word = String::new();
        if first == '\'' || first == '"' {
            rest.next();
            while let Some(c) = rest.next() {
                match c {
                    c if c == first => break,
                    '\\' if first == '"' => word.push(escape(rest.next())),
                    c => word.push(c),
                }
            }
        } else {
            while let Some(c) = rest.next_if(|c| !c.is_whitespace()) {
                word.push(if c == '\\' { escape(rest.next()) } else { c });
            }
        }
        words.push(word);
    }
}

fn escape(letter: Option<char>) -> char {
    match letter {
        Some('n') => '\n',
        Some('t') => '\t',
        Some('r') => '\r',
        Some('a') => '\x07',
        Some('b') => '\x08',
        Some('f') => '\x0c',
        Some('v') => '\x0b',
        Some('0') => '\0',
        Some(other) => other,
        None => '\\',
    }
}

fn truth(word: &str) -> bool {
    matches!(word.to_ascii_lowercase().as_str(), "on" | "yes" | "true") || word.parse::<i64>().is_ok_and(|number| number != 0)
}

/// Runs a dot-command; what is wrong has been said.
pub fn run(shell: &mut Shell, line: &[u8]) -> Result<(), ()> {
    let line = String::from_utf8_lossy(&line[1..]).into_owned();
    let words = words(&line);
    let Some((name, args)) = words.split_first() else { return Ok(()) };
    // A name may be cut short.
    let command = COMMANDS.iter().find(|known| *known == name).or_else(|| COMMANDS.iter().find(|known| name.len() >= 2 && known.starts_with(name.as_str())));
    let result = match command {
        Some(command) => dispatch(shell, command, args),
        None => Err(format!("Error: unknown command or invalid arguments:  \"{name}\". Enter \".help\" for help")),
    };
    result.map_err(|message| {
        if !message.is_empty() {
            shell.complain(&message);
        }
    })
}

type Done = Result<(), String>;

fn failed(failure: db::Failure) -> String {
    format!("Error: {}", failure.message)
}

fn dispatch(shell: &mut Shell, command: &str, args: &[String]) -> Done {
    let first = args.first();
    let usage = |text: &str| Err(format!("Usage: {text}"));
    match (command, first) {
        ("tables", _) => schema::names(shell, first, false).map_err(failed),
        ("indexes" | "indices", _) => schema::names(shell, first, true).map_err(failed),
        ("schema" | "fullschema", _) => {
            let without_system = args.iter().any(|arg| arg.trim_start_matches('-') == "nosys");
            let wanted = args.iter().find(|arg| !arg.starts_with('-'));
            schema::schema(shell, wanted, without_system).map_err(failed)?;
            if command == "fullschema" {
                shell.say("/* No STAT tables available */\n");
            }
            Ok(())
        }
        ("dump", _) => {
            let patterns: Vec<String> = args.iter().filter(|arg| !arg.starts_with('-')).cloned().collect();
            schema::dump(shell, &patterns).map_err(failed)
        }
        ("databases", _) => databases(shell),
        ("show", _) => {
            show(shell);
            Ok(())
        }
        ("mode", _) => mode(shell, args),
        ("import", _) => import::import(shell, args, IMPORT),
        ("parameter", _) => parameter(shell, args),
        ("read", Some(file)) => read(shell, file),
        ("read", None) => usage(".read FILE"),
        ("output" | "once", _) => shell.redirect(first.map(String::as_str), command == "once"),
        ("open", _) => open(shell, args),
        ("backup" | "save" | "restore", Some(_)) => backup(shell, args, command == "restore"),
        ("backup" | "save" | "restore", None) => Err(format!("missing FILENAME argument on .{command}")),
        ("exit", _) => {
            shell.exit = Some(first.and_then(|code| code.parse().ok()).unwrap_or(0));
            Ok(())
        }
        ("quit", _) => {
            shell.exit = Some(0);
            Ok(())
        }
        ("print", _) => {
            shell.say(&format!("{}\n", args.join(" ")));
            Ok(())
        }
        ("help", _) => {
            let lines = HELP.lines().filter(|line| first.is_none_or(|pattern| pattern.starts_with('-') || line.contains(pattern.as_str())));
            let text: String = lines.map(|line| format!("{line}\n")).collect();
            shell.say(&text);
            Ok(())
        }
        ("version", _) => {
            shell.say(&format!("SQLite {}\n", db::version()));
            Ok(())
        }
        ("cd", Some(folder)) => std::env::set_current_dir(folder).map_err(|_| format!("Cannot change to directory \"{folder}\"")),
        _ => set(shell, command, args),
    }
}

/// Settings of one value.
fn set(shell: &mut Shell, command: &str, args: &[String]) -> Done {
    let on = args.first().is_some_and(|word| truth(word));
    match (command, args) {
        ("width", widths) => shell.style.widths = widths.iter().map(|width| width.parse().unwrap_or(0)).collect(),
        ("timeout", _) => shell.db.set_timeout(args.first().and_then(|word| word.parse().ok()).unwrap_or(0)),
        ("separator", [column, rest @ ..]) if rest.len() < 2 => {
            shell.style.column_separator = column.as_bytes().to_vec();
            if let [row] = rest {
                shell.style.row_separator = row.as_bytes().to_vec();
            }
        }
        ("separator", _) => return Err("Usage: .separator COL ?ROW?".to_string()),
        ("nullvalue", [text]) => shell.style.null = text.as_bytes().to_vec(),
        ("nullvalue", _) => return Err("Usage: .nullvalue STRING".to_string()),
        ("headers", [_]) => (shell.style.headers, shell.headers_set) = (on, true),
        ("prompt", prompts) => {
            let mut prompts = prompts.iter().cloned();
            if let Some(main) = prompts.next() {
                shell.prompts.0 = main;
            }
            if let Some(continued) = prompts.next() {
                shell.prompts.1 = continued;
            }
        }
        ("explain", _) => {}
        (_, [_]) => {
            let flag = match command {
                "bail" => &mut shell.bail,
                "changes" => &mut shell.changes,
                "echo" => &mut shell.echo,
                "timer" => &mut shell.timer,
                _ => &mut shell.plans,
            };
            *flag = on;
        }
        _ => return Err(format!("Usage: .{command} on|off")),
    }
    Ok(())
}

fn mode(shell: &mut Shell, args: &[String]) -> Done {
    let mut words = args.iter().filter(|arg| !arg.starts_with('-'));
    let Some(name) = words.next() else {
        let name = mode_name(shell.style.mode);
        shell.say(&format!("current output mode: {name}\n"));
        return Ok(());
    };
    let found = MODES.iter().find(|(known, _)| known == name || (name.len() > 1 && known.starts_with(name.as_str())) || format!("{known}s") == *name);
    let Some((_, mode)) = found else {
        return Err("Error: mode should be one of: ascii box column csv html insert json line list markdown qbox quote table tabs tcl".to_string());
    };
    shell.style.set_mode(*mode);
    shell.style.wrap = if is_grid(*mode) { 60 } else { 0 };
    if *mode == Mode::Column && !shell.headers_set {
        shell.style.headers = true;
    }
    if *mode == Mode::Insert {
        shell.style.table = words.next().map_or("table", String::as_str).as_bytes().to_vec();
    }
    Ok(())
}

fn is_grid(mode: Mode) -> bool {
    matches!(mode, Mode::Box | Mode::Column | Mode::Markdown | Mode::Table)
}

fn mode_name(mode: Mode) -> String {
    let (name, _) = MODES.iter().find(|(_, known)| *known == mode).expect("every mode has a name");
    let layout = if is_grid(mode) { " --wrap 60 --wordwrap off --noquote" } else { "" };
    format!("{name}{layout}")
}

fn databases(shell: &mut Shell) -> Done {
    let rows = shell.db.rows("PRAGMA database_list", &[]).map_err(failed)?;
    for row in rows {
        let [_, Value::Text(name), file] = &row[..] else { continue };
        let file = match file {
            Value::Text(file) if !file.is_empty() => String::from_utf8_lossy(file).into_owned(),
            _ => "\"\"".to_string(),
        };
        let name = String::from_utf8_lossy(name).into_owned();
        let access = if shell.db.is_read_only(&name) { "r/o" } else { "r/w" };
        shell.say(&format!("{name}: {file} {access}\n"));
    }
    Ok(())
}

fn show(shell: &mut Shell) {
    let on = |flag: bool| if flag { "on" } else { "off" };
    let mode = mode_name(shell.style.mode);
    let quoted = |bytes: &[u8]| String::from_utf8_lossy(&text::c_string(bytes)).into_owned();
    let widths: String = shell.style.widths.iter().map(|width| format!("{width} ")).collect();
    let settings = [
        ("echo", on(shell.echo).to_string()),
        ("eqp", on(shell.plans).to_string()),
        ("explain", "auto".to_string()),
        ("headers", on(shell.style.headers).to_string()),
        ("mode", mode),
        ("nullvalue", quoted(&shell.style.null)),
        ("output", shell.target_name().to_string()),
        ("colseparator", quoted(&shell.style.column_separator)),
        ("rowseparator", quoted(&shell.style.row_separator)),
        ("stats", "off".to_string()),
        ("width", widths),
        ("filename", String::from_utf8_lossy(&shell.file).into_owned()),
    ];
    let lines: String = settings.iter().map(|(name, value)| format!("{name:>12}: {value}\n")).collect();
    shell.say(&lines);
}

fn read(shell: &mut Shell, name: &str) -> Done {
    let file = File::open(name).map_err(|_| format!("Error: cannot open \"{name}\""))?;
    match shell.process(&mut BufReader::new(file)) {
        0 => Ok(()),
        _ => Err(String::new()),
    }
}

fn open(shell: &mut Shell, args: &[String]) -> Done {
    let read_only = args.iter().any(|arg| arg.trim_start_matches('-') == "readonly");
    let file = args.iter().find(|arg| !arg.starts_with('-')).map_or(":memory:", String::as_str);
    if args.iter().any(|arg| arg.trim_start_matches('-') == "new") && std::fs::exists(file).unwrap_or(false) {
        std::fs::remove_file(file).map_err(|error| format!("Error: cannot remove \"{file}\": {}", cli::reason(&error)))?;
    }
    shell.db = Db::open(file.as_bytes(), read_only).map_err(|message| format!("Error: unable to open database \"{file}\": {message}"))?;
    shell.file = file.as_bytes().to_vec();
    Ok(())
}

fn backup(shell: &mut Shell, args: &[String], restore: bool) -> Done {
    let words: Vec<&String> = args.iter().filter(|arg| !arg.starts_with('-')).collect();
    let (name, file) = match words[..] {
        [file] => ("main", file),
        [name, file] => (name.as_str(), file),
        _ => return Err("too many arguments".to_string()),
    };
    let other = Db::open(file.as_bytes(), restore).map_err(|_| format!("Error: cannot open \"{file}\""))?;
    let copied = if restore { Db::copy(&other, "main", &shell.db, name) } else { Db::copy(&shell.db, name, &other, "main") };
    copied.map_err(|message| format!("Error: {message}"))
}

const PARAMETERS: &str = "CREATE TABLE IF NOT EXISTS temp.sqlite_parameters(key TEXT PRIMARY KEY, value) WITHOUT ROWID";

fn parameter(shell: &mut Shell, args: &[String]) -> Done {
    let db = &shell.db;
    // The library keeps such names for itself.
    let make = || ["PRAGMA writable_schema=ON", PARAMETERS, "PRAGMA writable_schema=OFF"].iter().try_for_each(|sql| db.rows(sql, &[]).map(drop)).map_err(failed);
    match args {
        [word] if word == "init" => make(),
        [word] if word == "clear" => db.rows("DROP TABLE IF EXISTS temp.sqlite_parameters", &[]).map(drop).map_err(failed),
        [word] if word == "list" => {
            let rows = db.rows("SELECT key, quote(value) FROM temp.sqlite_parameters", &[]).unwrap_or_default();
            let texts: Vec<(String, String)> = rows.iter().map(|row| (field(&row[0]), field(&row[1]))).collect();
            let width = texts.iter().map(|(key, _)| key.len()).max().unwrap_or(0);
            let lines: String = texts.iter().map(|(key, value)| format!("{key:width$} {value}\n")).collect();
            shell.say(&lines);
            Ok(())
        }
        [word, key, value] if word == "set" => {
            make()?;
            let key = Value::Text(key.as_bytes().to_vec());
            let insert = |value: &str, values: &[Value]| db.rows(&format!("REPLACE INTO temp.sqlite_parameters(key,value) VALUES(?1,{value})"), values);
            // What is no expression is a text.
            insert(value, std::slice::from_ref(&key)).or_else(|_| insert("?2", &[key.clone(), Value::Text(value.as_bytes().to_vec())])).map(drop).map_err(failed)
        }
        [word, key] if word == "unset" => {
            // Without the table nothing is set.
            let _ = db.rows("DELETE FROM temp.sqlite_parameters WHERE key=?1", &[Value::Text(key.as_bytes().to_vec())]);
            Ok(())
        }
        _ => {
            shell.say(PARAMETER);
            Ok(())
        }
    }
}

fn field(value: &Value) -> String {
    match value {
        Value::Text(text) => String::from_utf8_lossy(text).into_owned(),
        _ => String::new(),
    }
}
