//! The hazards' pages, which the core carries.

/// The page of a hazard as Markdown.
pub(crate) fn hazard(_id: &str) -> Option<&'static str> {
    None
}
