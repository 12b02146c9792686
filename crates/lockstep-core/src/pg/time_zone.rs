//! What is known of time zones by their names alone.

/// Universal time, as `pg_timezone_names` calls it.
pub fn is_universal(zone: &str) -> bool {
    let name = zone.to_ascii_lowercase();
    let name = name.strip_prefix("etc/").unwrap_or(&name);
    ["utc", "gmt", "uct", "z", "zulu", "universal", "greenwich"].contains(&name)
}

/// No clock is ever put back there, so that each local time is one instant.
pub fn is_fixed(zone: &str) -> bool {
    let is_offset = zone.starts_with(['+', '-']) && zone[1..].bytes().all(|it| it.is_ascii_digit() || it == b':');
    is_universal(zone) || is_offset
}
