//! The timeline of one trace that has something of everything, read as a newcomer would.

use expect_test::expect_file;

use super::timeline;
use crate::report::markdown::markdown;
use crate::report::wire;

fn sample() -> wire::Trace {
    serde_json::from_str(include_str!("sample.json")).expect("a trace")
}

#[test]
fn the_timeline_shows_every_part_of_a_trace() {
    expect_file!["sample.txt"].assert_eq(&timeline(&sample(), 100).to_string());
}

#[test]
fn markdown_shows_every_part_of_a_trace() {
    expect_file!["sample.md"].assert_eq(&markdown(&sample()));
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for width in [40, 60, 80, 120] {
        for line in &timeline(&sample(), width).lines {
            assert!(line.width() <= width, "{width} columns: {line}");
        }
    }
}
