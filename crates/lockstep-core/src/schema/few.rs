//! Sets that mostly hold a few numbers, if any.

use smallvec::SmallVec;

/// A set of numbers, in their order. Of up to four, it takes no memory beside its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Few<T>(SmallVec<[T; 4]>);

impl<T> Few<T> {
    pub const fn new() -> Self {
        Few(SmallVec::new_const())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.0.iter()
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

    pub fn union(&self, other: &Few<T>) -> Few<T> {
        let mut all = self.clone();
        other.iter().for_each(|it| all.insert(*it));
        all
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
