//! A live PostgreSQL.
