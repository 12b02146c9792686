//! Sequences: what `pg_sequence` holds.

use crate::effect::RelationId;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sequence {
    pub data_type: SequenceType,
    pub start: i64,
    pub increment: i64,
    pub min: i64,
    pub max: i64,
    pub cache: i64,
    pub cycle: bool,
    pub owner: Option<SequenceOwner>,
    pub last_value: LastValue,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SequenceType {
    SmallInt,
    Integer,
    BigInt,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SequenceOwner {
    pub table: RelationId,
    pub column: u16,
    /// Behind an identity column (an internal dependency) rather than `OWNED BY`.
    pub identity: bool,
}

/// `pg_sequence_last_value`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LastValue {
    /// None was handed out: the next one is this.
    NotCalled(i64),
    Known(i64),
    Unknown,
}

impl SequenceType {
    pub fn name(self) -> &'static str {
        match self {
            SequenceType::SmallInt => "smallint",
            SequenceType::Integer => "integer",
            SequenceType::BigInt => "bigint",
        }
    }

    pub fn max(self) -> i64 {
        match self {
            SequenceType::SmallInt => i64::from(i16::MAX),
            SequenceType::Integer => i64::from(i32::MAX),
            SequenceType::BigInt => i64::MAX,
        }
    }

    pub fn min(self) -> i64 {
        -self.max() - 1
    }
}

impl Sequence {
    /// A new ascending sequence of that type.
    pub fn new(data_type: SequenceType) -> Self {
        Sequence {
            data_type,
            start: 1,
            increment: 1,
            min: 1,
            max: data_type.max(),
            cache: 1,
            cycle: false,
            owner: None,
            last_value: LastValue::NotCalled(1),
        }
    }

    /// After `count` calls of `nextval`; `None`: an unknown number.
    pub fn advance(&mut self, count: Option<u64>) {
        self.last_value = match (self.last_value, count) {
            (_, Some(0)) => self.last_value,
            (LastValue::NotCalled(next), Some(count)) => self.step(next, count - 1),
            (LastValue::Known(last), Some(count)) => self.step(last, count),
            _ => LastValue::Unknown,
        };
    }

    /// Whether so many calls certainly come to the sequence's end (`nextval_internal`).
    pub fn ends_within(&self, count: u64) -> bool {
        let steps = |from: i64, count: u64| i128::from(from) + i128::from(self.increment) * i128::from(count);
        let last = match self.last_value {
            _ if self.cycle || count == 0 => return false,
            LastValue::NotCalled(next) => steps(next, count - 1),
            LastValue::Known(last) => steps(last, count),
            LastValue::Unknown => return false,
        };
        last > i128::from(self.max) || last < i128::from(self.min)
    }

    /// What `nextval` says at the end.
    pub fn end(&self, name: &str) -> String {
        let (word, limit) = if self.increment > 0 { ("maximum", self.max) } else { ("minimum", self.min) };
        format!("nextval: reached {word} value of sequence \"{name}\" ({limit})")
    }

    /// With a cache the file runs ahead of what was handed out, so only a cache of one is certain.
    fn step(&self, from: i64, times: u64) -> LastValue {
        let value = i64::try_from(times)
            .ok()
            .and_then(|times| self.increment.checked_mul(times))
            .and_then(|by| from.checked_add(by));
        match value {
            Some(value) if self.cache == 1 && value >= self.min && value <= self.max => LastValue::Known(value),
            _ => LastValue::Unknown,
        }
    }
}
