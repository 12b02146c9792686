//! Objects by their numbers, as a persistent radix tree: copies share what is the same in both.
//!
//! Numbers are given in order and never again, so that the tree is dense. A search takes one step for each three
//! bits, without comparing; a change copies one node a step.

use std::marker::PhantomData;

use triomphe::Arc;

use crate::effect::RelationId;
use crate::schema::object::ObjectId;
use crate::schema::user_type::TypeId;

/// The number of an object.
pub(super) trait Id: Copy {
    fn number(self) -> u32;
    fn of(number: u32) -> Self;
}

macro_rules! id {
    ($($id:ident),*) => {
        $(impl Id for $id {
            fn number(self) -> u32 {
                self.0
            }

            fn of(number: u32) -> Self {
                $id(number)
            }
        })*
    };
}

id!(RelationId, TypeId, ObjectId);

const BITS: u32 = 3;
const WIDTH: usize = 1 << BITS;

#[derive(Debug, Clone)]
enum Node<V> {
    Branch([Option<Arc<Node<V>>>; WIDTH]),
    Leaf([Option<V>; WIDTH]),
}

#[derive(Debug, Clone)]
pub(super) struct IdMap<K, V> {
    root: Arc<Node<V>>,
    /// Branches above each leaf.
    height: u32,
    keys: PhantomData<K>,
}

/// Which way a number goes at a node that stands so many levels above the leaves.
fn way(number: u32, level: u32) -> usize {
    (number >> (BITS * level)) as usize % WIDTH
}

/// Numbers below this one have their place under a node of that level.
fn capacity(level: u32) -> u64 {
    1 << (BITS * (level + 1))
}

impl<V> Node<V> {
    fn empty(level: u32) -> Node<V> {
        match level {
            0 => Node::Leaf(Default::default()),
            _ => Node::Branch(Default::default()),
        }
    }
}

impl<K, V> Default for IdMap<K, V> {
    fn default() -> Self {
        IdMap { root: Arc::new(Node::empty(0)), height: 0, keys: PhantomData }
    }
}

impl<K: Id, V: Clone> IdMap<K, V> {
    pub(super) fn get(&self, id: &K) -> Option<&V> {
        let number = id.number();
        if u64::from(number) >= capacity(self.height) {
            return None;
        }
        let (mut node, mut level) = (&*self.root, self.height);
        loop {
            match node {
                Node::Leaf(values) => return values[way(number, 0)].as_ref(),
                Node::Branch(nodes) => node = nodes[way(number, level)].as_deref()?,
            }
            level -= 1;
        }
    }

    pub(super) fn contains_key(&self, id: &K) -> bool {
        self.get(id).is_some()
    }

    pub(super) fn get_mut(&mut self, id: &K) -> Option<&mut V> {
        // Nothing is copied for what is not there.
        self.get(id)?;
        self.place(id.number()).as_mut()
    }

    pub(super) fn insert_mut(&mut self, id: K, value: V) {
        while u64::from(id.number()) >= capacity(self.height) {
            let below = std::mem::replace(&mut self.root, Arc::new(Node::Branch(Default::default())));
            self.height += 1;
            if let Some(Node::Branch(nodes)) = Arc::get_mut(&mut self.root) {
                nodes[0] = Some(below);
            }
        }
        *self.place(id.number()) = Some(value);
    }

    /// Whether it was there.
    pub(super) fn remove_mut(&mut self, id: &K) -> bool {
        self.contains_key(id) && self.place(id.number()).take().is_some()
    }

    /// The place of a number below the capacity; the way there is this copy's own from now on.
    fn place(&mut self, number: u32) -> &mut Option<V> {
        let (mut node, mut level) = (Arc::make_mut(&mut self.root), self.height);
        loop {
            match node {
                Node::Leaf(values) => return &mut values[way(number, 0)],
                Node::Branch(nodes) => {
                    let below = &mut nodes[way(number, level)];
                    level -= 1;
                    node = Arc::make_mut(below.get_or_insert_with(|| Arc::new(Node::empty(level))));
                }
            }
        }
    }

    /// In the order of the numbers.
    pub(super) fn iter(&self) -> impl Iterator<Item = (K, &V)> {
        let mut path = vec![(&*self.root, 0)];
        let mut prefix = 0u32;
        std::iter::from_fn(move || {
            loop {
                let (node, at) = path.last_mut()?;
                if *at == WIDTH {
                    path.pop();
                    prefix >>= BITS;
                    continue;
                }
                let here = *at;
                *at += 1;
                match node {
                    Node::Leaf(values) => {
                        if let Some(value) = &values[here] {
                            return Some((K::of((prefix << BITS) | here as u32), value));
                        }
                    }
                    Node::Branch(nodes) => {
                        if let Some(below) = nodes[here].as_deref() {
                            prefix = (prefix << BITS) | here as u32;
                            path.push((below, 0));
                        }
                    }
                }
            }
        })
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = K> {
        self.iter().map(|(id, _)| id)
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &V> {
        self.iter().map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// Numbers that jump about, always the same.
    fn numbers() -> impl Iterator<Item = u32> {
        std::iter::successors(Some(12345u32), |it| Some(it.wrapping_mul(1_103_515_245).wrapping_add(12345)))
            .map(|it| (it >> 8) % 70_000)
            .take(5000)
    }

    #[test]
    fn it_holds_what_an_ordered_map_holds() {
        let (mut map, mut expected) = (IdMap::<RelationId, u32>::default(), BTreeMap::new());
        for (turn, number) in numbers().enumerate() {
            let id = RelationId(number);
            match turn % 3 {
                0 | 1 => {
                    map.insert_mut(id, number * 2);
                    expected.insert(number, number * 2);
                }
                _ => assert_eq!(map.remove_mut(&id), expected.remove(&number).is_some()),
            }
            assert_eq!(map.get(&id), expected.get(&number));
        }
        assert!(map.iter().map(|(id, value)| (id.0, *value)).eq(expected.iter().map(|(id, value)| (*id, *value))));
        assert!(map.get(&RelationId(u32::MAX)).is_none() && map.get_mut(&RelationId(u32::MAX)).is_none());
    }

    #[test]
    fn a_copy_keeps_what_it_had() {
        let mut map = IdMap::<RelationId, u32>::default();
        numbers().for_each(|it| map.insert_mut(RelationId(it), 1));
        let (copy, count) = (map.clone(), map.values().count());
        numbers().for_each(|it| map.get_mut(&RelationId(it)).into_iter().for_each(|value| *value = 2));
        map.insert_mut(RelationId(u32::MAX), 3);
        assert!(copy.values().all(|it| *it == 1) && copy.values().count() == count);
        assert!(
            map.values().filter(|it| **it == 2).count() == count && map.keys().last() == Some(RelationId(u32::MAX))
        );
    }
}
