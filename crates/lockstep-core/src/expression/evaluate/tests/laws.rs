//! Laws of numbers, strings and truth values, over values made by a fixed sequence.

use std::cmp::Ordering;

use super::*;
use crate::expression::evaluate::decimal::Decimal;

/// `xorshift64*`: the same values in every run.
struct Chance(u64);

impl Chance {
    fn next(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % bound
    }

    fn decimal(&mut self) -> Decimal {
        let sign = if self.next(2) == 0 { "" } else { "-" };
        let digits = 1 + self.next(12) as usize;
        let text: String = (0..digits).map(|_| char::from(b'0' + self.next(10) as u8)).collect();
        let point = self.next(digits as u64) as usize;
        let (whole, fraction) = text.split_at(digits - point);
        Decimal::parse(&format!("{sign}{whole}.{fraction}")).expect("digits are a number")
    }

    fn text(&mut self) -> String {
        let length = self.next(5);
        (0..length).map(|_| ['a', 'b', 'A', ' ', '%', '_'][self.next(6) as usize]).collect()
    }
}

#[test]
fn decimals_add_multiply_and_divide_back() {
    let mut chance = Chance(1);
    for _ in 0..5000 {
        let (a, b, c) = (chance.decimal(), chance.decimal(), chance.decimal());
        let plus = |x: Decimal, y: Decimal| x.plus(y).expect("short numbers have a sum");
        let times = |x: Decimal, y: Decimal| x.times(y).expect("short numbers have a product");
        assert_eq!(plus(a, b), plus(b, a));
        assert_eq!(plus(plus(a, b), b.negated()), a);
        assert_eq!(times(a, plus(b, c)), plus(times(a, b), times(a, c)));
        if !b.is_zero() {
            let rest = a.remainder(b).expect("short numbers have a remainder");
            assert_eq!(rest.absolute().compare(b.absolute()), Ordering::Less, "{a} % {b}");
            let whole = a.truncated_to(0).expect("short");
            assert_eq!(times(whole, b).remainder(b).expect("short").signum(), 0, "{whole} * {b} % {b}");
        }
        assert_eq!(Decimal::parse(&a.to_string()), Some(a));
    }
}

#[test]
fn decimals_are_ordered_and_round_to_the_nearest() {
    let mut chance = Chance(2);
    for _ in 0..5000 {
        let (a, b, scale) = (chance.decimal(), chance.decimal(), chance.next(6) as i32 - 2);
        assert_eq!(a.compare(b), b.compare(a).reverse());
        assert_eq!(a.compare(b).is_eq(), a == b);
        let rounded = a.rounded_to(scale).expect("short numbers can be rounded");
        assert_eq!(rounded.rounded_to(scale), Some(rounded));
        let off = rounded.plus(a.negated()).expect("short").absolute();
        let double = off.plus(off).expect("short");
        let unit = Decimal::parse(&if scale > 0 {
            format!("0.{:0>1$}", 1, scale as usize)
        } else {
            format!("1{}", "0".repeat(-scale as usize))
        });
        assert_ne!(double.compare(unit.expect("a power of ten is a number")), Ordering::Greater, "{a} to {scale}");
        let (floor, ceiling) = (a.to_whole(false).expect("short"), a.to_whole(true).expect("short"));
        assert!(floor.compare(a).is_le() && ceiling.compare(a).is_ge(), "{a}");
    }
}

#[test]
fn strings_match_themselves_and_everything() {
    let mut chance = Chance(3);
    let truth = |text: String| answer(&text).unwrap_or_default();
    for _ in 0..500 {
        let (a, b) = (chance.text(), chance.text());
        assert_eq!(truth(format!("'{a}' LIKE '%'")), "=t");
        assert_eq!(truth(format!("'{a}{b}' LIKE '{a}%'")), "=t", "{a} {b}");
        assert_eq!(truth(format!("'{a}' LIKE '{}'", "_".repeat(a.len()))), "=t", "{a}");
        let literal = b.replace('%', "\\%").replace('_', "\\_");
        assert_eq!(truth(format!("'{a}' LIKE '{literal}'")), truth(format!("'{a}' = '{b}'::text")), "{a} {b}");
        assert_eq!(truth(format!("length('{a}' || '{b}'::text) = length('{a}') + length('{b}')")), "=t");
        assert_eq!(truth(format!("left('{a}', 2) || substr('{a}', 3) = '{a}'")), "=t", "{a}");
    }
}

#[test]
fn truth_values_follow_de_morgan() {
    let values = ["true", "false", "NULL::boolean"];
    for a in values {
        for b in values {
            let not_both = answer(&format!("NOT ({a} AND {b})"));
            assert!(not_both.is_some());
            assert_eq!(not_both, answer(&format!("NOT {a} OR NOT {b}")), "{a} {b}");
            assert_eq!(answer(&format!("({a}) IS TRUE AND ({b}) IS TRUE")), answer(&format!("({a} AND {b}) IS TRUE")));
        }
    }
}

#[test]
fn nothing_is_said_of_what_the_database_decides() {
    // Collations, settings and what is not modelled.
    for text in
        ["'a'::text < 'B'::text", "upper('ä'::text)", "now()", "to_char(1.5, '9.9')", "'ä' ~ '^\\w'", "random()"]
    {
        assert_eq!(answer(text), None, "{text}");
    }
}
