//! Markdown as text for a terminal: headings, paragraphs, lists, tables and code.

use lockstep_core::report::styled::{Canvas, Line, Tone};
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// The state while walking over a page's events.
struct Page {
    canvas: Canvas,
    /// The paragraph, item or cell that is being read.
    text: Line,
    tones: Vec<Tone>,
    /// Open lists: the next number of a numbered one.
    lists: Vec<Option<u64>>,
    /// What stands before the next paragraph: an item's bullet.
    mark: Line,
    code: bool,
    link: Option<String>,
    table: Vec<Vec<Line>>,
}

pub(super) fn render(markdown: &str, columns: usize) -> Canvas {
    let mut page = Page {
        canvas: Canvas::new(columns),
        text: Line::new(),
        tones: vec![Tone::Plain],
        lists: vec![],
        mark: Line::new(),
        code: false,
        link: None,
        table: vec![],
    };
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        page.take(event);
    }
    page.canvas
}

impl Page {
    fn take(&mut self, event: Event) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(end) => self.end(end),
            Event::Text(text) if self.code => {
                for line in text.lines().map(spelled_out) {
                    let indent = " ".repeat(4 + self.indent());
                    self.canvas.line(Line::new().with(Tone::Plain, indent).with(Tone::Code, line));
                }
            }
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => self.add(&text),
            Event::Code(text) => self.text.add(Tone::Code, text),
            Event::SoftBreak => self.add(" "),
            Event::HardBreak => self.paragraph(),
            Event::Rule => self.gap(),
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag) {
        match tag {
            Tag::Heading { .. } => {
                self.gap();
                self.tones.push(Tone::Strong);
            }
            Tag::Strong | Tag::Emphasis => self.tones.push(Tone::Strong),
            Tag::Paragraph if self.mark.0.is_empty() => self.gap(),
            Tag::CodeBlock(kind) => {
                self.paragraph();
                self.gap();
                self.code = true;
                if let CodeBlockKind::Fenced(info) = kind {
                    self.verdict(&info);
                }
            }
            Tag::List(first) => {
                self.paragraph();
                if self.lists.is_empty() {
                    self.gap();
                }
                self.lists.push(first);
            }
            Tag::Item => {
                let bullet = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{}. ", *number - 1)
                    }
                    _ => "- ".into(),
                };
                self.mark = Line::new().with(Tone::Muted, bullet);
            }
            Tag::Link { dest_url, .. } => self.link = Some(dest_url.to_string()),
            Tag::Table(_) => self.gap(),
            Tag::TableHead | Tag::TableRow => self.table.push(vec![]),
            _ => {}
        }
    }

    fn end(&mut self, end: TagEnd) {
        match end {
            TagEnd::Heading(_) => {
                self.paragraph();
                self.tones.pop();
            }
            TagEnd::Strong | TagEnd::Emphasis => {
                self.tones.pop();
            }
            TagEnd::Paragraph | TagEnd::Item => self.paragraph(),
            TagEnd::CodeBlock => self.code = false,
            TagEnd::List(_) => {
                self.lists.pop();
            }
            TagEnd::Link => {
                if let Some(target) = self.link.take().filter(|target| target.contains("://")) {
                    self.text.add(Tone::Muted, format!(" <{target}>"));
                }
            }
            TagEnd::TableCell => {
                let cell = std::mem::take(&mut self.text);
                if let Some(row) = self.table.last_mut() {
                    row.push(cell);
                }
            }
            TagEnd::Table => self.rows(),
            _ => {}
        }
    }

    fn add(&mut self, text: &str) {
        let tone = self.tones.last().copied().unwrap_or_default();
        self.text.add(tone, text);
    }

    fn indent(&self) -> usize {
        2 * self.lists.len().saturating_sub(1)
    }

    fn paragraph(&mut self) {
        let text = std::mem::take(&mut self.text);
        if text.0.is_empty() {
            return;
        }
        let mut first = Line::new().with(Tone::Plain, " ".repeat(self.indent()));
        first.append(std::mem::take(&mut self.mark));
        let indent = first.width();
        self.canvas.flow(first, indent, text);
    }

    /// One empty line, never two and none at the top.
    fn gap(&mut self) {
        if self.canvas.lines.last().is_some_and(|line| !line.0.is_empty()) {
            self.canvas.blank();
        }
    }

    /// The pages mark their examples: ```` ```sql unsafe ````.
    fn verdict(&mut self, info: &str) {
        let (tone, words) = match info.split_whitespace().nth(1) {
            Some("unsafe") => (Tone::Danger, "✗ dangerous"),
            Some("safe") => (Tone::Good, "✓ safe"),
            _ => return,
        };
        self.canvas.line(Line::new().with(Tone::Plain, "  ").with(tone, words));
    }

    fn rows(&mut self) {
        let rows = std::mem::take(&mut self.table);
        let number = rows.iter().map(Vec::len).max().unwrap_or(0);
        let widest = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(Line::width).max().unwrap_or(0);
        let starts: Vec<usize> = (0..=number).map(|column| (0..column).map(|it| widest(it) + 2).sum()).collect();
        for (index, mut row) in rows.into_iter().enumerate() {
            let last = row.pop().unwrap_or_default();
            let mut line = Line::new();
            for (cell, end) in row.into_iter().zip(&starts[1..]) {
                line.append(cell);
                line.pad_to(*end);
            }
            self.canvas.flow(line, 4, last);
            if index == 0 {
                let rule = "─".repeat(starts[number].saturating_sub(2).min(self.canvas.width));
                self.canvas.line(Line::new().with(Tone::Muted, rule));
            }
        }
    }
}

/// The markers of the engine's own test blocks, as a reader wants them.
fn spelled_out(line: &str) -> &str {
    match line {
        "-- lockstep: schema" => "-- starting schema:",
        "-- lockstep: migration" => "-- migration:",
        _ => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn a_page_reads_like_text() {
        let markdown = "# Title\n\nSome `code` and\na [link](https://example.org).\n\n- one\n- two words\n\n\
                        ```sql unsafe\nSELECT 1;\n```\n\n| a | bb |\n|---|---|\n| 1 | 2 |\n";
        expect![[r#"
            Title

            Some code and a link <https://example.org>.

            - one
            - two words

              ✗ dangerous
                SELECT 1;

            a  bb
            ─────
            1  2
        "#]]
        .assert_eq(&render(markdown, 80).to_string());
    }
}
