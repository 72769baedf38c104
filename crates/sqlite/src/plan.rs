//! EXPLAIN QUERY PLAN as a tree.

use crate::db::{Db, Failure, Statement, Value};

/// Explains a statement before it runs.
pub fn explain(db: &Db, sql: &[u8], put: &mut dyn FnMut(&[u8])) {
    if let Ok((Some(statement), _)) = db.prepare(&[b"EXPLAIN QUERY PLAN ", sql].concat()) {
        // What cannot be explained says so when it runs.
        let _ = write(&statement, put);
    }
}

/// Runs an EXPLAIN QUERY PLAN and draws what it says.
pub fn write(statement: &Statement, put: &mut dyn FnMut(&[u8])) -> Result<(), Failure> {
    let mut steps = Vec::new();
    while statement.step()? {
        let (Value::Integer(id), Value::Integer(parent)) = (statement.value(0), statement.value(1)) else { continue };
        steps.push((id, parent, statement.text(3).unwrap_or_default()));
    }
    if !steps.is_empty() {
        put(b"QUERY PLAN\n");
        draw(&steps, 0, "", put);
    }
    Ok(())
}

fn draw(steps: &[(i64, i64, Vec<u8>)], parent: i64, indent: &str, put: &mut dyn FnMut(&[u8])) {
    let children: Vec<_> = steps.iter().filter(|step| step.1 == parent).collect();
    for (index, (id, _, text)) in children.iter().enumerate() {
        let last = index + 1 == children.len();
        put(&[indent.as_bytes(), if last { b"`--" } else { b"|--" }, text, b"\n"].concat());
        draw(steps, *id, &format!("{indent}{}", if last { "   " } else { "|  " }), put);
    }
}
