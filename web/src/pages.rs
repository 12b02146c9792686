//! The hazards' pages, which the core carries.

/// The page of a hazard as Markdown.
pub(crate) fn hazard(id: &str) -> Option<&'static str> {
    lockstep_core::hazard::page(id)
}
