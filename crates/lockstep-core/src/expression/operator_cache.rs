//! Operators that were found before, as `OprCacheHash` of `parse_oper.c` keeps them: which one it is depends on
//! nothing but the symbol, the types and the extensions that are there.

use std::cell::RefCell;
use std::collections::HashMap;

use crate::pg::catalog::OperatorRow;
use crate::pg::catalog::extension::Installed;
use crate::pg::types::{Type, TypeRef};

/// `OprCacheKey`: the server's own types only; what others are is for a schema to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key {
    symbol: u64,
    left: u64,
    right: u64,
    installed: Installed,
}

/// More are forgotten: `MAX_CACHED_OPERS`.
const MAX_CACHED: usize = 256;

thread_local! {
    static CACHE: RefCell<HashMap<Key, &'static OperatorRow>> = RefCell::default();
}

/// `make_oper_cache_key`; none for what is not kept: long symbols and types of a schema.
pub(super) fn key(symbol: &str, inputs: &[Type], installed: Installed) -> Option<Key> {
    let mut bytes = [0; 8];
    bytes.get_mut(..symbol.len())?.copy_from_slice(symbol.as_bytes());
    if inputs.iter().any(|it| matches!(it.base, TypeRef::User(_))) {
        return None;
    }
    let (left, right) = match inputs {
        [left, right] => (left.order(), right.order()),
        // No type has the number 0, as `InvalidOid`.
        [only] => (0, only.order()),
        _ => return None,
    };
    Some(Key { symbol: u64::from_le_bytes(bytes), left, right, installed })
}

/// `find_oper_cache_entry`.
pub(super) fn get(key: Option<Key>) -> Option<&'static OperatorRow> {
    let key = key?;
    CACHE.with_borrow(|cache| cache.get(&key).copied())
}

/// `make_oper_cache_entry`.
pub(super) fn keep(key: Option<Key>, row: &'static OperatorRow) {
    let Some(key) = key else { return };
    CACHE.with_borrow_mut(|cache| {
        if cache.len() >= MAX_CACHED {
            cache.clear();
        }
        cache.insert(key, row);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pg::version::PgVersion;

    #[test]
    fn what_differs_has_keys_of_its_own() {
        let none = Installed::none(PgVersion::default());
        let keys = [
            key("=", &[Type::INT4, Type::INT8], none),
            key("=", &[Type::INT8, Type::INT4], none),
            key("-", &[Type::INT4], none),
            key("-", &[Type::INT4, Type::INT4], none),
            key("=", &[Type::INT4.array_of(), Type::INT8], none),
            key("=", &[Type::INT4, Type::INT8], Installed::all(PgVersion::default())),
        ];
        for (at, key) in keys.iter().enumerate() {
            assert!(key.is_some() && !keys[..at].contains(key), "{at}");
        }
        assert_eq!(key("=", &[Type::user(16384), Type::INT4], none), None);
        assert_eq!(key("+-+-+-+-+", &[Type::INT4, Type::INT4], none), None);
    }
}
