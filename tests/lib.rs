//! Shared by the test targets beside it.
