//! The way back as Alembic's `downgrade()`.

use crate::report::rollback_script;
use crate::rollback::{Action, Place, WayBack};
use crate::simulate::trace::Trace;

pub(in crate::report) fn downgrade(trace: &Trace, way: &WayBack) -> String {
    let mut text = "def downgrade() -> None:\n".to_owned();
    for line in rollback_script::heading(trace, way).lines().chain(rollback_script::unfinished(way).lines()) {
        let words = line.strip_prefix("--").unwrap_or(line).trim_end();
        text += &if words.is_empty() { "\n".to_owned() } else { format!("    #{words}\n") };
    }
    let at = |place: Place| way.actions.iter().filter(move |it| it.place == place).collect::<Vec<_>>();
    outside(&mut text, &at(Place::Before));
    let inside = at(Place::Inside);
    if !inside.is_empty() {
        execute(&mut text, 4, "SET LOCAL search_path = public");
        execute(&mut text, 4, "SET LOCAL lock_timeout = '5s'");
        inside.iter().for_each(|it| execute(&mut text, 4, &it.guarded()));
        // Alembic goes on in the same transaction, and finds its own table by the session's path.
        execute(&mut text, 4, "SET LOCAL search_path TO DEFAULT");
    }
    outside(&mut text, &at(Place::After));
    if way.actions.is_empty() {
        text += "    pass\n";
    }
    text
}

/// What commits by itself.
fn outside(text: &mut String, actions: &[&Action]) {
    if actions.is_empty() {
        return;
    }
    *text += "    with op.get_context().autocommit_block():\n";
    execute(text, 8, "SET search_path = public");
    actions.iter().for_each(|it| execute(text, 8, &it.guarded()));
    execute(text, 8, "RESET search_path");
}

fn execute(text: &mut String, indent: usize, sql: &str) {
    *text += &format!("{:indent$}op.execute({})\n", "", literal(sql));
}

/// A string of Python whose text SQLAlchemy takes for SQL without parameters: `:name` would be one.
pub(in crate::report) fn literal(sql: &str) -> String {
    let mut out = String::new();
    let mut previous = ' ';
    let mut characters = sql.chars().peekable();
    while let Some(it) = characters.next() {
        match it {
            '\\' => out += "\\\\",
            '"' => out += "\\\"",
            ':' if previous != ':' && characters.peek() != Some(&':') => out += "\\\\:",
            '\r' => out += "\\r",
            '\n' | '\t' => out.push(it),
            it if it.is_control() => out += &format!("\\x{:02x}", u32::from(it)),
            it => out.push(it),
        }
        previous = it;
    }
    let quotes = if out.contains('\n') { "\"\"\"" } else { "\"" };
    format!("{quotes}{out}{quotes}")
}
