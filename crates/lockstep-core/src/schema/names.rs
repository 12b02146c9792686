//! Objects by their names, as a persistent hash trie of their numbers: copies share what is the same in both.
//!
//! The names themselves stay with the objects, so that a search asks whether an object is the one that was meant.

use std::hash::BuildHasher;
use std::marker::PhantomData;

use foldhash::fast::RandomState;
use triomphe::Arc;

use crate::effect::ObjectName;
use crate::schema::id_map::Id;

const BITS: u32 = 3;
const WIDTH: usize = 1 << BITS;
/// Below so many branches, all bits of a hash are used up.
const DEPTH: u32 = u64::BITS.div_ceil(BITS);

#[derive(Debug, Clone, Default)]
enum Slot {
    #[default]
    Empty,
    One {
        number: u32,
        hash: u64,
    },
    Branch(Arc<[Slot; WIDTH]>),
    /// Objects with names of the same hash, at the greatest depth.
    Alike(Vec<u32>),
}

#[derive(Debug, Clone)]
pub(super) struct Names<K, S = RandomState> {
    root: Slot,
    hasher: S,
    keys: PhantomData<K>,
}

/// Which way a hash goes below so many branches.
fn way(hash: u64, level: u32) -> usize {
    (hash >> (BITS * level)) as usize % WIDTH
}

impl<K, S: Default> Default for Names<K, S> {
    fn default() -> Self {
        Names { root: Slot::Empty, hasher: S::default(), keys: PhantomData }
    }
}

impl<K: Id, S: BuildHasher> Names<K, S> {
    /// The object of that name that `is_meant`.
    pub(super) fn find(&self, name: &ObjectName, is_meant: impl Fn(K) -> bool) -> Option<K> {
        let wanted = self.hasher.hash_one(name);
        let (mut slot, mut level) = (&self.root, 0);
        loop {
            match slot {
                Slot::Empty => return None,
                Slot::One { number, hash } => {
                    return (*hash == wanted).then(|| K::of(*number)).filter(|id| is_meant(*id));
                }
                Slot::Branch(slots) => slot = &slots[way(wanted, level)],
                Slot::Alike(numbers) => return numbers.iter().map(|it| K::of(*it)).find(|id| is_meant(*id)),
            }
            level += 1;
        }
    }

    pub(super) fn insert(&mut self, name: &ObjectName, id: K) {
        let (new, number) = (self.hasher.hash_one(name), id.number());
        let (mut slot, mut level) = (&mut self.root, 0);
        loop {
            match slot {
                Slot::Empty => {
                    *slot = Slot::One { number, hash: new };
                    return;
                }
                Slot::One { number: other, .. } if level == DEPTH => {
                    *slot = Slot::Alike(vec![*other, number]);
                    return;
                }
                Slot::One { hash, .. } => {
                    let (mut slots, way) = (<[Slot; WIDTH]>::default(), way(*hash, level));
                    slots[way] = std::mem::take(slot);
                    *slot = Slot::Branch(Arc::new(slots));
                }
                Slot::Branch(slots) => {
                    slot = &mut Arc::make_mut(slots)[way(new, level)];
                    level += 1;
                }
                Slot::Alike(numbers) => {
                    numbers.push(number);
                    return;
                }
            }
        }
    }

    /// From now on that object does not have that name.
    pub(super) fn remove(&mut self, name: &ObjectName, id: K) {
        let (old, number) = (self.hasher.hash_one(name), id.number());
        // Nothing is copied for what is not there.
        if self.find(name, |it| it.number() == number).is_none() {
            return;
        }
        let (mut slot, mut level) = (&mut self.root, 0);
        while let Slot::Branch(slots) = slot {
            slot = &mut Arc::make_mut(slots)[way(old, level)];
            level += 1;
        }
        match slot {
            Slot::Alike(numbers) => numbers.retain(|it| *it != number),
            _ => *slot = Slot::Empty,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::RelationId;
    use std::hash::{BuildHasherDefault, Hasher};

    fn name(number: u32) -> ObjectName {
        ObjectName::new("public", &format!("name_{number}"))
    }

    #[test]
    fn it_finds_what_has_the_name() {
        let mut names = Names::<RelationId>::default();
        (0..5000).for_each(|it| names.insert(&name(it), RelationId(it)));
        let copy = names.clone();
        (0..5000).step_by(3).for_each(|it| names.remove(&name(it), RelationId(it)));
        for number in 0..6000 {
            let is_meant = |it: RelationId| it.0 == number;
            assert_eq!(names.find(&name(number), is_meant).is_some(), number < 5000 && number % 3 != 0, "{number}");
            assert_eq!(copy.find(&name(number), is_meant).is_some(), number < 5000, "{number}");
        }
    }

    #[test]
    fn of_two_objects_of_a_name_each_can_go() {
        let mut names = Names::<RelationId>::default();
        names.insert(&name(1), RelationId(1));
        names.insert(&name(1), RelationId(2));
        names.remove(&name(1), RelationId(1));
        names.remove(&name(1), RelationId(3));
        assert_eq!(names.find(&name(1), |_| true), Some(RelationId(2)));
    }

    /// Hashes that say nothing.
    #[derive(Default)]
    struct Constant;

    impl Hasher for Constant {
        fn finish(&self) -> u64 {
            42
        }

        fn write(&mut self, _bytes: &[u8]) {}
    }

    #[test]
    fn names_of_one_hash_are_told_apart() {
        let mut names = Names::<RelationId, BuildHasherDefault<Constant>>::default();
        (0..10).for_each(|it| names.insert(&name(it), RelationId(it)));
        names.remove(&name(4), RelationId(4));
        for number in 0..10 {
            let found = names.find(&name(number), |it| it.0 == number);
            assert_eq!(found, (number != 4).then_some(RelationId(number)));
        }
    }
}
