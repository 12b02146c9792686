//! What the page shows. A panel gets props and one callback for actions; it keeps no state of its own
//! but what is purely its looks.

pub(crate) mod dialogs;
pub(crate) mod editors;
pub(crate) mod lanes;
pub(crate) mod plan;
pub(crate) mod player;
pub(crate) mod problems;
pub(crate) mod rollback;
pub(crate) mod schema_change;
pub(crate) mod stage;
pub(crate) mod step_cards;
pub(crate) mod top_bar;
pub(crate) mod trace;
