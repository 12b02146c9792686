//! The pages' form: a title in the first line, and SQL blocks marked `unsafe` or `safe`.

/// A fenced block of a page. It may carry its own starting schema (`-- lockstep: schema`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Example {
    /// Marked `safe`, not `unsafe`.
    pub safe: bool,
    pub sql: &'static str,
}

pub fn title(page: &'static str) -> &'static str {
    let first = page.lines().next().unwrap_or("");
    first.strip_prefix("# ").unwrap_or(first)
}

/// The blocks that open with ```` ```sql unsafe ```` or ```` ```sql safe ````, in their order.
pub fn examples(page: &'static str) -> Vec<Example> {
    let mut found = vec![];
    let mut open: Option<(bool, usize)> = None;
    let mut offset = 0;
    for line in page.split_inclusive('\n') {
        let end = offset + line.len();
        match (line.trim_end(), open) {
            ("```sql unsafe", None) => open = Some((false, end)),
            ("```sql safe", None) => open = Some((true, end)),
            ("```", Some((safe, start))) => {
                found.push(Example { safe, sql: &page[start..offset] });
                open = None;
            }
            _ => {}
        }
        offset = end;
    }
    found
}
