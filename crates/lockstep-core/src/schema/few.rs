//! Sets that mostly hold a few numbers, if any.

use std::ops::Deref;

use smallvec::SmallVec;

/// A set of numbers, in their order. Of up to four, it takes no memory beside its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Few<T>(SmallVec<[T; 4]>);

impl<T> Few<T> {
    pub const fn new() -> Self {
        Few(SmallVec::new_const())
    }
}

impl<T> Deref for Few<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T> Default for Few<T> {
    fn default() -> Self {
        Few::new()
    }
}

impl<T: Ord + Copy> Few<T> {
    pub fn insert(&mut self, it: T) {
        if let Err(place) = self.0.binary_search(&it) {
            self.0.insert(place, it);
        }
    }

    pub fn remove(&mut self, it: &T) {
        if let Ok(place) = self.0.binary_search(it) {
            self.0.remove(place);
        }
    }

    pub fn contains(&self, it: &T) -> bool {
        self.0.binary_search(it).is_ok()
    }

    pub fn union(&self, other: &Few<T>) -> Few<T> {
        let mut all = self.clone();
        other.iter().for_each(|it| all.insert(*it));
        all
    }
}

impl<T: Ord + Copy> FromIterator<T> for Few<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut made = Few::new();
        items.into_iter().for_each(|it| made.insert(it));
        made
    }
}

impl<T> IntoIterator for Few<T> {
    type Item = T;
    type IntoIter = smallvec::IntoIter<[T; 4]>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Few<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}
