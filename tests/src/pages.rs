//! The pages of hazards: the SQL that they show.

/// A fenced block of a hazard's page that says what it shows.
pub struct Block {
    /// `unsafe` or `safe`.
    pub kind: String,
    /// Of the fence, 1-based.
    pub line: usize,
    pub sql: String,
}

/// The fenced blocks ` ```sql unsafe ` and ` ```sql safe `.
pub fn blocks(text: &str) -> Result<Vec<Block>, String> {
    let mut blocks: Vec<Block> = vec![];
    let mut open = false;
    for (at, line) in text.lines().enumerate() {
        match line.strip_prefix("```") {
            Some("") if open => open = false,
            Some(info) if !open => {
                if let Some(kind @ ("safe" | "unsafe")) = info.strip_prefix("sql ").map(str::trim) {
                    blocks.push(Block { kind: kind.into(), line: at + 1, sql: String::new() });
                    open = true;
                }
            }
            _ => {
                if let (true, Some(block)) = (open, blocks.last_mut()) {
                    block.sql.push_str(line);
                    block.sql.push('\n');
                }
            }
        }
    }
    if open { Err("a block is not closed".into()) } else { Ok(blocks) }
}
