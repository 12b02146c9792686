//! Names of files inside a package, made of names that somebody else chose: none leads out of the folder, is a device
//! on Windows, or hides.

use std::collections::BTreeSet;

/// Of one part of a path; what is longer is cut.
const LONGEST: usize = 100;
/// Folders that are kept of a path: tools that make a folder of each migration have one.
const PARTS: usize = 2;

/// `folder/name`, told apart from those that are `taken`, which it joins.
pub(super) fn inside(folder: &str, name: &str, taken: &mut BTreeSet<String>) -> String {
    let parts: Vec<String> = name.split(['/', '\\']).filter(|it| !it.chars().all(|it| it == '.')).map(plain).collect();
    let kept = &parts[parts.len().saturating_sub(PARTS)..];
    let of_folder = ["up.sql", "down.sql", "migration.sql"];
    let kept = match kept {
        [folder, file] if of_folder.contains(&file.as_str()) => format!("{folder}/{file}"),
        [.., file] => file.clone(),
        [] => "unnamed.sql".into(),
    };
    let (stem, ending) = match kept.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && !ending.contains('/') => (stem.to_owned(), format!(".{ending}")),
        _ => (kept.clone(), String::new()),
    };
    let mut found = format!("{folder}/{kept}");
    let mut number = 1;
    // File systems that take no notice of case would write one over the other.
    while !taken.insert(found.to_lowercase()) {
        number += 1;
        found = format!("{folder}/{stem}-{number}{ending}");
    }
    found
}

fn plain(part: &str) -> String {
    let is_plain = |it: char| it.is_ascii_alphanumeric() || matches!(it, '.' | '-' | '_');
    let mut out: String = part.chars().map(|it| if is_plain(it) { it } else { '_' }).collect();
    if out.len() > LONGEST {
        // The ending says what it is.
        let ending = out.rfind('.').map(|at| out[at..].to_owned()).filter(|it| it.len() <= 10).unwrap_or_default();
        out.truncate(LONGEST - ending.len());
        out += &ending;
    }
    let stem = out.split('.').next().unwrap_or("").to_ascii_lowercase();
    let is_device = ["con", "prn", "aux", "nul"].contains(&stem.as_str())
        || ["com", "lpt"].iter().any(|it| stem.strip_prefix(it).is_some_and(|rest| rest.len() == 1));
    // A dot in front hides it, a hyphen makes it an option, a dot at the end goes on Windows.
    if is_device || out.starts_with(['.', '-']) {
        out.insert(0, '_');
    }
    if out.ends_with('.') {
        out.push('_');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(names: &[&str]) -> Vec<String> {
        let mut taken = BTreeSet::new();
        names.iter().map(|it| inside("migration", it, &mut taken)).collect()
    }

    #[test]
    fn no_name_leads_out_of_the_folder() {
        let hostile =
            ["../../etc/passwd", "/etc/cron.d/x", "C:\\Windows\\x.sql", "..", "", "a/../../b.sql", "\u{202e}lqs.x"];
        assert_eq!(
            named(&hostile),
            [
                "migration/passwd",
                "migration/x",
                "migration/x.sql",
                "migration/unnamed.sql",
                "migration/unnamed-2.sql",
                "migration/b.sql",
                "migration/_lqs.x"
            ]
        );
    }

    #[test]
    fn devices_hidden_files_and_options_are_plain_files() {
        assert_eq!(
            named(&["nul.sql", "COM1", ".bashrc", "-rf.sql", "a.", "<img src=x>.sql"]),
            [
                "migration/_nul.sql",
                "migration/_COM1",
                "migration/_.bashrc",
                "migration/_-rf.sql",
                "migration/a._",
                "migration/_img_src_x_.sql"
            ]
        );
    }

    #[test]
    fn equal_names_are_told_apart_and_folders_of_tools_kept() {
        assert_eq!(
            named(&["m/1_a/up.sql", "m/2_b/up.sql", "x/1.sql", "y/1.sql", "y/1.SQL"]),
            [
                "migration/1_a/up.sql",
                "migration/2_b/up.sql",
                "migration/1.sql",
                "migration/1-2.sql",
                "migration/1-3.SQL"
            ]
        );
        let long = "a".repeat(300) + ".sql";
        assert!(named(&[&long])[0].len() <= 110 && named(&[&long])[0].ends_with("a.sql"));
    }
}
