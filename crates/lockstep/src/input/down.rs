//! Ways back that lie inside migrations: they are not part of going forward.

/// Comments that begin the way back, and those that end it, as the tools write them at the start of a line.
const DOWN: [&str; 3] = ["+goose down", "migrate:down", "+migrate down"];
const UP: [&str; 3] = ["+goose up", "migrate:up", "+migrate up"];
/// node-pg-migrate's, which could be prose: they count only where they are the whole comment.
const DOWN_PROSE: &str = "down migration";
const UP_PROSE: &str = "up migration";

/// The text with spaces in place of its down sections: lines and columns stay what they are.
/// `None` where there is no such section.
pub(super) fn without_down_sections(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let (mut down, mut found) = (false, false);
    for line in text.split_inclusive('\n') {
        let comment = line.trim_end().strip_prefix("--").map(|it| it.trim_start().to_ascii_lowercase());
        if let Some(comment) = comment {
            let begins = |marks: &[&str], prose| marks.iter().any(|mark| comment.starts_with(mark)) || comment == prose;
            down = begins(&DOWN, DOWN_PROSE) || (down && !begins(&UP, UP_PROSE));
        }
        found |= down;
        if down {
            out.extend(line.chars().flat_map(blank));
        } else {
            out += line;
        }
    }
    found.then_some(out)
}

/// As many spaces as the character has UTF-16 code units.
fn blank(character: char) -> impl Iterator<Item = char> {
    let (filler, times) = if matches!(character, '\n' | '\r') { (character, 1) } else { (' ', character.len_utf16()) };
    std::iter::repeat_n(filler, times)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_down_section_becomes_blank_and_keeps_its_lines() {
        let text = "-- +goose Up\nSELECT 1;\n-- +goose Down\nDROP 😀;\n";
        let expected = format!("-- +goose Up\nSELECT 1;\n{}\n{}\n", " ".repeat(14), " ".repeat(8));
        assert_eq!(without_down_sections(text).as_deref(), Some(expected.as_str()));
    }

    #[test]
    fn an_up_section_after_it_is_kept() {
        let text = "-- migrate:down\nDROP TABLE t;\n-- migrate:up\nCREATE TABLE t ();\n";
        assert!(without_down_sections(text).is_some_and(|it| it.contains("CREATE") && !it.contains("DROP")));
    }

    #[test]
    fn ordinary_comments_begin_nothing() {
        assert_eq!(without_down_sections("-- down migration is hard\nSELECT 1;\n"), None);
    }
}
