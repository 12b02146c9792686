//! A step as Python or JavaScript.

use crate::report::plan_form::{File, comments, sql};
use crate::report::rollback_form::alembic;
use crate::rollback::{Place, WayBack};

/// Longer ones do not fit into Alembic's table.
const REVISION: usize = 32;

/// A revision: what came before it is committed first, so that its locks are held for its own time only.
pub(super) fn alembic(file: &File<'_>) -> String {
    let mut text = String::new();
    comments::comments(file).iter().for_each(|it| text += &format!("# {it}\n"));
    text += "\nfrom alembic import op\n\n";
    let down = match file.previous.map(revision) {
        Some(previous) => format!("down_revision = \"{previous}\"\n"),
        None => match running_upgrade(file) {
            Some(before) => format!("down_revision = \"{before}\"\n"),
            None => "down_revision = None  # the revision that this follows\n".into(),
        },
    };
    text += &format!("revision = \"{}\"\n{down}branch_labels = None\ndepends_on = None\n", revision(file.name));
    text += "\n\ndef upgrade() -> None:\n    with op.get_context().autocommit_block():\n";
    let execute = |text: &mut String, indent: usize, sql: &str| {
        *text += &format!("{:indent$}op.execute({})\n", "", alembic::literal(sql));
    };
    if file.step.outside_transaction {
        file.step.statements.iter().for_each(|it| execute(&mut text, 8, it));
    } else {
        text += "        pass  # Commits what the revisions before hold.\n";
        execute(&mut text, 4, &sql::timeout(file));
        file.step.statements.iter().for_each(|it| execute(&mut text, 4, it));
    }
    text + "\n\n" + &alembic::downgrade(&file.back.alone, &file.back.way)
}

/// `add_email_1` of `add_email_1_expand.py`.
fn revision(name: &str) -> String {
    let stem = name.rsplit('/').next().unwrap_or(name).trim_end_matches(".py");
    let stem = stem.rsplit_once('_').map_or(stem, |(stem, _)| stem);
    let number = stem.rsplit_once('_').map_or("", |(_, number)| number);
    let keeps = REVISION.saturating_sub(number.len() + 1);
    match stem.len() > REVISION {
        true => format!("{}_{number}", &stem[..keeps]),
        false => stem.to_owned(),
    }
}

/// The revision before, from the comment that `alembic upgrade --sql` writes: `-- Running upgrade a1 -> b2`.
fn running_upgrade(file: &File<'_>) -> Option<String> {
    let texts = file.trace.plan.sources.iter().map(|it| &*it.text);
    let line = texts.flat_map(str::lines).find_map(|it| it.trim().strip_prefix("-- Running upgrade "))?;
    let before = line.split("->").next()?.trim();
    let is_plain = |it: char| it.is_ascii_alphanumeric() || it == '_' || it == '-';
    (!before.is_empty() && before.chars().all(is_plain)).then(|| before.to_owned())
}

/// A migration whose statements are run one by one.
pub(super) fn django(file: &File<'_>) -> String {
    let mut text = String::new();
    comments::comments(file).iter().for_each(|it| text += &format!("# {it}\n"));
    let stem = |name: &str| name.trim_end_matches(".py").to_owned();
    let previous = file.previous.map_or("0000_before".into(), stem);
    let open = if file.previous.is_some() { "" } else { ": the application's last one" };
    text += "\nfrom django.db import migrations\n\n\nclass Migration(migrations.Migration):\n";
    if file.step.outside_transaction {
        text += "    atomic = False\n\n";
    }
    text += &format!("    dependencies = [(\"app\", \"{previous}\")]  # The application's label{open}.\n\n");
    text += "    operations = [\n        migrations.RunSQL(\n            sql=[\n";
    let list = |text: &mut String, all: &[String]| {
        all.iter().for_each(|it| *text += &format!("                {},\n", python(it)));
    };
    list(&mut text, &statements(file));
    text += "            ],\n            reverse_sql=[\n";
    let back = &file.back.way;
    list(&mut text, &backwards(back, !file.step.outside_transaction));
    text + "            ],\n        ),\n    ]\n"
}

pub(super) fn knex(file: &File<'_>) -> String {
    let run = |all: &[String]| -> String {
        // A question mark would stand for a value.
        all.iter().map(|it| format!("  await knex.raw({});\n", javascript(&it.replace('?', "\\?")))).collect()
    };
    let mut text = slashed(file);
    if file.step.outside_transaction {
        text += "\nexports.config = { transaction: false };\n";
    }
    text += &format!("\nexports.up = async (knex) => {{\n{}}};\n", run(&statements(file)));
    let back = backwards(&file.back.way, !file.step.outside_transaction);
    text + &format!("\nexports.down = async (knex) => {{\n{}}};\n", run(&back))
}

/// Only used where no transaction may be around it.
pub(super) fn node_pg_migrate(file: &File<'_>) -> String {
    let run = |all: &[String]| -> String { all.iter().map(|it| format!("  pgm.sql({});\n", javascript(it))).collect() };
    let mut text = slashed(file);
    for (way, all) in [("up", statements(file)), ("down", backwards(&file.back.way, false))] {
        text += &format!("\nexports.{way} = (pgm) => {{\n  pgm.noTransaction();\n{}}};\n", run(&all));
    }
    text
}

fn slashed(file: &File<'_>) -> String {
    comments::comments(file).iter().map(|it| format!("// {it}\n")).collect()
}

fn statements(file: &File<'_>) -> Vec<String> {
    let own = file.step.statements.clone();
    match file.step.outside_transaction {
        true => own,
        false => [vec![sql::timeout(file)], own].concat(),
    }
}

/// Statements of the way back; `inside`: the tool puts a transaction around them.
fn backwards(way: &WayBack, inside: bool) -> Vec<String> {
    let mut all = vec![];
    if way.actions.is_empty() {
        return all;
    }
    let local = if inside { "LOCAL " } else { "" };
    all.push(format!("SET {local}search_path = public"));
    let at = |place: Place| way.actions.iter().filter(move |it| it.place == place).map(|it| it.guarded());
    if inside {
        all.push("SET LOCAL lock_timeout = '5s'".into());
        all.extend(way.actions.iter().map(|it| crate::report::rollback_form::blocking(&it.guarded())));
        all.push("SET LOCAL search_path TO DEFAULT".into());
    } else {
        all.extend(at(Place::Before));
        if at(Place::Inside).next().is_some() {
            all.push("SET lock_timeout = '5s'".into());
            all.push("BEGIN".into());
            all.extend(at(Place::Inside));
            all.push("COMMIT".into());
            all.push("RESET lock_timeout".into());
        }
        all.extend(at(Place::After));
        all.push("RESET search_path".into());
    }
    all
}

/// A string of Python.
fn python(sql: &str) -> String {
    let mut out = String::new();
    for it in sql.chars() {
        match it {
            '\\' => out += "\\\\",
            '"' => out += "\\\"",
            '\n' | '\t' => out.push(it),
            it if it.is_control() => out += &format!("\\x{:02x}", u32::from(it)),
            it => out.push(it),
        }
    }
    let quotes = if out.contains('\n') { "\"\"\"" } else { "\"" };
    format!("{quotes}{out}{quotes}")
}

/// A template of JavaScript without anything to fill in.
fn javascript(sql: &str) -> String {
    let mut out = String::from("`");
    for it in sql.chars() {
        match it {
            '\\' | '`' | '$' => {
                out.push('\\');
                out.push(it);
            }
            '\n' | '\t' => out.push(it),
            it if it.is_control() => out += &format!("\\u{{{:x}}}", u32::from(it)),
            it => out.push(it),
        }
    }
    out.push('`');
    out
}
