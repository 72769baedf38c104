//! What a database consists of: `.tables`, `.indexes`, `.schema` and `.dump`.

use crate::db::{Failure, Value};
use crate::shell::Shell;
use crate::text;

fn string(value: &Value) -> String {
    match value {
        Value::Text(text) => String::from_utf8_lossy(text).into_owned(),
        _ => String::new(),
    }
}

fn pattern(word: Option<&String>) -> Value {
    Value::Text(word.map_or("%", String::as_str).as_bytes().to_vec())
}

type Done = Result<(), Failure>;

/// The names of attached databases, main first.
fn databases(shell: &Shell) -> Result<Vec<String>, Failure> {
    let rows = shell.db.rows("PRAGMA database_list", &[])?;
    Ok(rows.iter().map(|row| string(&row[1])).collect())
}

/// Tables and views, or indexes, in columns as `ls` has them.
pub fn names(shell: &mut Shell, wanted: Option<&String>, indexes: bool) -> Done {
    let mut queries = Vec::new();
    for database in databases(shell)? {
        let shown = if database == "main" { "name".to_string() } else { format!("'{database}.'||name") };
        let schema = String::from_utf8_lossy(&text::name(database.as_bytes())).into_owned();
        queries.push(match indexes {
            false => format!("SELECT {shown} AS n FROM {schema}.sqlite_schema WHERE type IN ('table','view') AND name NOT LIKE 'sqlite_%' AND name LIKE ?1"),
            true => format!("SELECT {shown} AS n FROM {schema}.sqlite_schema WHERE type='index' AND tbl_name LIKE ?1"),
        });
    }
    let rows = shell.db.rows(&format!("{} ORDER BY 1", queries.join(" UNION ALL ")), &[pattern(wanted)])?;
    let names: Vec<String> = rows.iter().map(|row| string(&row[0])).collect();
    let width = names.iter().map(String::len).max().unwrap_or(0);
    let columns = (80 / (width + 2)).max(1);
    let lines = names.len().div_ceil(columns);
    for line in 0..lines {
        let cells: Vec<String> = names.iter().skip(line).step_by(lines).map(|name| format!("{name:width$}")).collect();
        shell.say(&format!("{}\n", cells.join("  ")));
    }
    Ok(())
}

/// The statements that made what matches.
pub fn schema(shell: &mut Shell, wanted: Option<&String>, without_system: bool) -> Done {
    for database in databases(shell)? {
        let schema = String::from_utf8_lossy(&text::name(database.as_bytes())).into_owned();
        let hidden = if without_system { "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' " } else { "" };
        let rows = shell.db.rows(
            &format!("SELECT sql, type, name FROM {schema}.sqlite_schema WHERE sql IS NOT NULL AND lower(tbl_name) LIKE lower(?1) {hidden}ORDER BY rowid"),
            &[pattern(wanted)],
        )?;
        for row in rows {
            let (sql, kind, name) = (string(&row[0]), string(&row[1]), string(&row[2]));
            let mut line = if_not_exists(&sql);
            if kind == "view" || sql.starts_with("CREATE VIRTUAL") {
                line.push_str(&columns_comment(shell, &schema, &name));
            }
            shell.say(&format!("{line};\n"));
        }
    }
    Ok(())
}

/// A view's columns, which its statement need not name.
fn columns_comment(shell: &Shell, schema: &str, name: &str) -> String {
    let quoted = String::from_utf8_lossy(&text::quoted(name.as_bytes())).into_owned();
    let rows = shell.db.rows(&format!("PRAGMA {schema}.table_info={quoted}"), &[]).unwrap_or_default();
    let named = |name: &str| String::from_utf8_lossy(&text::name(name.as_bytes())).into_owned();
    let columns: Vec<String> = rows.iter().map(|row| named(&string(&row[1]))).collect();
    if columns.is_empty() { String::new() } else { format!("\n/* {}({}) */", named(name), columns.join(",")) }
}

/// A table whose name is quoted is made unless it is there.
fn if_not_exists(sql: &str) -> String {
    match sql.strip_prefix("CREATE TABLE ") {
        Some(rest) if rest.starts_with(['\'', '"']) => format!("CREATE TABLE IF NOT EXISTS {rest}"),
        _ => sql.to_string(),
    }
}

/// The whole database, or what matches, as SQL.
pub fn dump(shell: &mut Shell, patterns: &[String]) -> Done {
    shell.say("PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n");
    let matching = if patterns.is_empty() {
        "true".to_string()
    } else {
        let likes: Vec<String> = patterns.iter().map(|pattern| format!("name LIKE {} ESCAPE '\\'", String::from_utf8_lossy(&text::quoted(pattern.as_bytes())))).collect();
        format!("({})", likes.join(" OR "))
    };
    let mut writable = false;
    for order in ["name!='sqlite_sequence'", "name=='sqlite_sequence'"] {
        let sql = format!("SELECT name, sql, tbl_name FROM sqlite_schema WHERE {matching} AND type=='table' AND sql NOT NULL AND {order} ORDER BY rowid");
        for row in shell.db.rows(&sql, &[])? {
            dump_table(shell, &string(&row[0]), &string(&row[1]), &mut writable)?;
        }
    }
    let sql = format!("SELECT sql FROM sqlite_schema WHERE {matching} AND sql NOT NULL AND type IN ('index','trigger','view') ORDER BY rowid");
    for row in shell.db.rows(&sql, &[])? {
        shell.say(&format!("{};\n", string(&row[0])));
    }
    if writable {
        shell.say("PRAGMA writable_schema=OFF;\n");
    }
    shell.say("COMMIT;\n");
    Ok(())
}

fn dump_table(shell: &mut Shell, name: &str, sql: &str, writable: &mut bool) -> Done {
    if name == "sqlite_sequence" {
        shell.say("DELETE FROM sqlite_sequence;\n");
    } else if name.starts_with("sqlite_stat") {
        shell.say("ANALYZE sqlite_schema;\n");
    } else if name.starts_with("sqlite_") {
        return Ok(());
    } else if sql.starts_with("CREATE VIRTUAL TABLE") {
        if !std::mem::replace(writable, true) {
            shell.say("PRAGMA writable_schema=ON;\n");
        }
        let quoted = |text: &str| String::from_utf8_lossy(&text::quoted(text.as_bytes())).into_owned();
        let (name, sql) = (quoted(name), quoted(sql));
        shell.say(&format!("INSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql)VALUES('table',{name},{name},0,{sql});\n"));
        return Ok(());
    } else {
        shell.say(&format!("{};\n", if_not_exists(sql)));
    }
    let table = text::name(name.as_bytes());
    let quoted = String::from_utf8_lossy(&text::quoted(name.as_bytes())).into_owned();
    let columns: Vec<Vec<u8>> = shell.db.rows(&format!("PRAGMA table_info={quoted}"), &[])?.iter().map(|row| text::quoted_name(string(&row[1]).as_bytes())).collect();
    let query = [b"SELECT ", &columns.join(&b","[..])[..], b" FROM ", &text::quoted_name(name.as_bytes())].concat();
    // Rows are collected one by one: the connection is borrowed while they are read.
    let mut lines = Vec::new();
    if let (Some(statement), _) = shell.db.prepare(&query)? {
        while statement.step()? {
            let values: Vec<Vec<u8>> = (0..statement.columns()).map(|column| text::line_literal(&statement.value(column))).collect();
            lines.push([b"INSERT INTO ", &table[..], b" VALUES(", &values.join(&b","[..]), b");\n"].concat());
        }
    }
    lines.iter().for_each(|line| shell.put(line));
    Ok(())
}
