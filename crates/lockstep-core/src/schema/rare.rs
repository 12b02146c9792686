//! Parts that few objects have: for the others, nothing is kept.

use std::ops::{Deref, DerefMut};

use triomphe::Arc;

/// What there is where nothing was said.
pub trait Usual: Clone + Sized + 'static {
    const USUAL: &'static Self;
}

/// The details of a kind of object, by what they usually are: they are read and written as parts of the object.
macro_rules! details {
    ($object:ident, $details:ident { $($part:ident: $usual:expr),* $(,)? }) => {
        impl $crate::schema::rare::Usual for $details {
            const USUAL: &'static Self = &$details { $($part: $usual),* };
        }

        impl std::ops::Deref for $object {
            type Target = $details;

            fn deref(&self) -> &$details {
                &self.details
            }
        }

        impl std::ops::DerefMut for $object {
            fn deref_mut(&mut self) -> &mut $details {
                &mut self.details
            }
        }
    };
}

pub(super) use details;

/// As the usual value until it is changed. Cheap to clone; whoever changes it gets a copy of its own.
#[derive(Debug, Clone)]
pub struct Rare<T>(Option<Arc<T>>);

impl<T> Default for Rare<T> {
    fn default() -> Self {
        Rare(None)
    }
}

impl<T: Usual + PartialEq> From<T> for Rare<T> {
    fn from(value: T) -> Self {
        Rare((value != *T::USUAL).then(|| Arc::new(value)))
    }
}

impl<T: Usual> Deref for Rare<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.as_deref().unwrap_or(T::USUAL)
    }
}

impl<T: Usual> DerefMut for Rare<T> {
    fn deref_mut(&mut self) -> &mut T {
        Arc::make_mut(self.0.get_or_insert_with(|| Arc::new(T::USUAL.clone())))
    }
}

impl<T: Usual + PartialEq> PartialEq for Rare<T> {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (None, None) => true,
            (Some(one), Some(two)) if Arc::ptr_eq(one, two) => true,
            _ => **self == **other,
        }
    }
}
