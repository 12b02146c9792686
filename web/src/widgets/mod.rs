//! Parts without knowledge of migrations.

pub(crate) mod copy;
pub(crate) mod dialog;
pub(crate) mod editor;
pub(crate) mod icon;
pub(crate) mod long;
pub(crate) mod markdown;
pub(crate) mod tabs;
pub(crate) mod words;
