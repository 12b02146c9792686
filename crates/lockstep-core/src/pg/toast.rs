//! Whether a table gets a TOAST table: `heapam_relation_needs_toast_table`.

use crate::pg::types::{self, Type, format::numeric_parts};

/// `TOAST_TUPLE_THRESHOLD` with blocks of 8 kB.
const THRESHOLD: usize = 2032;
/// `pg_encoding_max_length(PG_UTF8)`.
const MAX_CHARACTER_BYTES: usize = 4;
/// Longest fixed-length type but `name`: what a plain column is counted with.
const FIXED_BYTES: usize = 8;

/// The types are those of the live columns that are stored, with domains already resolved.
pub fn needs_toast(columns: &[Type]) -> bool {
    let mut bytes = 24 + columns.len().div_ceil(8);
    let (mut toastable, mut unbounded) = (false, false);
    for column in columns {
        match types::storage(column) {
            Some('p') => bytes += FIXED_BYTES,
            _ => {
                toastable = true;
                match maximum_size(column) {
                    Some(size) => bytes += size,
                    None => unbounded = true,
                }
            }
        }
    }
    toastable && (unbounded || bytes > THRESHOLD)
}

/// `type_maximum_size`.
fn maximum_size(column: &Type) -> Option<usize> {
    if column.array || column.modifier < 0 {
        return None;
    }
    let modifier = column.modifier as usize;
    let plain = Type { modifier: -1, ..*column };
    match plain {
        Type::BPCHAR | Type::VARCHAR => Some((modifier - 4) * MAX_CHARACTER_BYTES + 4),
        Type::BIT | Type::VARBIT => Some(modifier.div_ceil(8) + 8),
        Type::NUMERIC => {
            numeric_parts(column.modifier).map(|(precision, _)| 8 + 2 * (precision as usize + 6).div_ceil(4))
        }
        _ => None,
    }
}
