//! Names of tables and columns as programs spell them.

/// `user_profiles` → `UserProfile`.
pub(super) fn class(table: &str) -> String {
    let words: Vec<&str> = table.split(|it: char| !it.is_alphanumeric()).filter(|it| !it.is_empty()).collect();
    let mut out = String::new();
    for (word, place) in words.iter().zip(1..) {
        let word = if place == words.len() { singular(word) } else { (*word).to_owned() };
        let mut letters = word.chars();
        out.extend(letters.next().into_iter().flat_map(char::to_uppercase));
        out.push_str(letters.as_str());
    }
    match out.chars().next() {
        Some(first) if first.is_ascii_digit() => format!("T{out}"),
        Some(_) if out.is_ascii() => out,
        _ => format!("T{}", out.chars().filter(char::is_ascii_alphanumeric).collect::<String>()),
    }
}

/// One of several, by the usual endings.
fn singular(word: &str) -> String {
    let cut = |by: usize, add: &str| format!("{}{add}", &word[..word.len() - by]);
    match word {
        "people" => "person".into(),
        "children" => "child".into(),
        _ if word.ends_with("ies") && word.len() > 4 => cut(3, "y"),
        _ if ["sses", "xes", "ches", "shes", "zes"].iter().any(|it| word.ends_with(it)) => cut(2, ""),
        _ if word.ends_with('s') && !["ss", "us", "is", "news"].iter().any(|it| word.ends_with(it)) => cut(1, ""),
        _ => word.into(),
    }
}

/// `user_profile`, of a class or a table: what a file is called.
pub(super) fn file(table: &str) -> String {
    let class = class(table);
    let mut out = String::new();
    for letter in class.chars() {
        if letter.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

/// A column's name as an identifier: the same, where the language takes it.
pub(super) fn identifier(name: &str, reserved: &[&str]) -> String {
    let mut out: String = name.chars().map(|it| if it.is_ascii_alphanumeric() { it } else { '_' }).collect();
    // Names that begin so are private, or refused.
    while out.starts_with('_') {
        out.remove(0);
    }
    if out.is_empty() || out.starts_with(|it: char| it.is_ascii_digit()) {
        out = format!("c{out}");
    }
    match reserved.contains(&out.as_str()) {
        true => format!("{out}_"),
        false => out,
    }
}

pub(super) const PYTHON: &[&str] = &[
    "False",
    "None",
    "True",
    "and",
    "as",
    "assert",
    "async",
    "await",
    "break",
    "class",
    "continue",
    "def",
    "del",
    "elif",
    "else",
    "except",
    "finally",
    "for",
    "from",
    "global",
    "if",
    "import",
    "in",
    "is",
    "lambda",
    "nonlocal",
    "not",
    "or",
    "pass",
    "raise",
    "return",
    "try",
    "while",
    "with",
    "yield",
    "metadata",
    "registry",
    "objects",
    "pk",
    "check",
    "clean",
    "delete",
    "save",
    "copy",
    "json",
    "schema",
    "construct",
    "validate",
];

pub(super) const RUST: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "self", "Self", "static", "struct", "super", "trait",
    "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield", "table",
    "columns", "dsl",
];

/// A string in double quotes, as Python, Prisma, Rust and TypeScript read it.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            it if it.is_control() => out.push(' '),
            it => out.push(it),
        }
    }
    out.push('"');
    out
}

/// One line of a comment.
pub(super) fn comment(text: &str) -> String {
    text.chars().map(|it| if it.is_control() { ' ' } else { crate::report::styled::visible(it) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_one_of_what_tables_hold() {
        for (table, name) in [
            ("users", "User"),
            ("user_profiles", "UserProfile"),
            ("categories", "Category"),
            ("addresses", "Address"),
            ("status", "Status"),
            ("boxes", "Box"),
            ("2fa_codes", "T2faCode"),
        ] {
            assert_eq!(class(table), name);
        }
        assert_eq!(file("user_profiles"), "user_profile");
    }

    #[test]
    fn identifiers_are_what_the_language_takes() {
        assert_eq!(identifier("class", PYTHON), "class_");
        assert_eq!(identifier("1st choice", PYTHON), "c1st_choice");
        assert_eq!(identifier("_id", RUST), "id");
        assert_eq!(quoted("a\"\\\n"), "\"a\\\"\\\\\\n\"");
    }
}
