//! Handles: keys that are looked up, never addresses that are followed.
//!
//! A handle's value names a slot, a generation of it and a kind. One that is stale, freed or of another kind is not found,
//! whatever the program does with it.

use std::any::Any;
use std::collections::VecDeque;
use std::sync::{Arc, PoisonError, RwLock};

use crate::fault::Fault;
use crate::guard::own;

/// What a handle type stands for.
pub(crate) trait Handle {
    /// Tells the kinds apart. From 1 on; never reused.
    const KIND: u8;
    /// What the header calls the argument.
    const NAME: &'static str;
    /// What it names.
    type Value: Any + Send + Sync;
}

#[cfg(target_pointer_width = "64")]
mod layout {
    /// At the top, so that no key is ever the address of anything.
    pub(super) const KIND_BITS: u32 = 8;
    pub(super) const INDEX_BITS: u32 = 24;
}
#[cfg(target_pointer_width = "32")]
mod layout {
    pub(super) const KIND_BITS: u32 = 5;
    pub(super) const INDEX_BITS: u32 = 13;
}
use layout::{INDEX_BITS, KIND_BITS};

const GENERATION_BITS: u32 = usize::BITS - KIND_BITS - INDEX_BITS;
const MOST: usize = 1 << INDEX_BITS;

/// Slots are used again only when so many others are free: a stale handle is told apart for as long as can be.
const REST: usize = if MOST < 1 << 16 { 1024 } else { 4096 };

struct Slot {
    generation: usize,
    kind: u8,
    value: Option<Arc<dyn Any + Send + Sync>>,
}

struct Slots {
    all: Vec<Slot>,
    free: VecDeque<usize>,
}

static SLOTS: RwLock<Slots> = RwLock::new(Slots { all: Vec::new(), free: VecDeque::new() });

fn key_of(kind: u8, generation: usize, index: usize) -> usize {
    (usize::from(kind) << (usize::BITS - KIND_BITS)) | (generation << INDEX_BITS) | index
}

fn index_of(key: usize) -> usize {
    key & (MOST - 1)
}

fn generation_of(key: usize) -> usize {
    (key >> INDEX_BITS) & ((1 << GENERATION_BITS) - 1)
}

fn kind_of(key: usize) -> usize {
    key >> (usize::BITS - KIND_BITS)
}

/// A new handle for a value. The error gives the value back to nobody: it is dropped.
pub(crate) fn insert<H: Handle>(value: Arc<H::Value>) -> Result<*mut H, Fault> {
    own();
    let mut slots = SLOTS.write().unwrap_or_else(PoisonError::into_inner);
    let full = slots.all.len() == MOST;
    let index = match slots.free.pop_front() {
        Some(index) if full || slots.free.len() >= REST => index,
        Some(index) => {
            slots.free.push_front(index);
            slots.all.push(Slot { generation: 0, kind: 0, value: None });
            slots.all.len() - 1
        }
        None if full => return Err(Fault::TooManyHandles),
        None => {
            slots.all.push(Slot { generation: 0, kind: 0, value: None });
            slots.all.len() - 1
        }
    };
    let slot = &mut slots.all[index];
    slot.generation = (slot.generation + 1) & ((1 << GENERATION_BITS) - 1);
    slot.kind = H::KIND;
    slot.value = Some(value);
    Ok(std::ptr::without_provenance_mut(key_of(H::KIND, slot.generation, index)))
}

/// What a handle names.
pub(crate) fn get<H: Handle>(handle: *const H) -> Result<Arc<H::Value>, Fault> {
    let key = checked::<H>(handle)?;
    let slots = SLOTS.read().unwrap_or_else(PoisonError::into_inner);
    let slot =
        slots.all.get(index_of(key)).filter(|slot| slot.generation == generation_of(key) && slot.kind == H::KIND);
    let value = slot.and_then(|slot| slot.value.clone()).ok_or(Fault::Handle(H::NAME))?;
    value.downcast().map_err(|_| Fault::Handle(H::NAME))
}

/// Forgets a handle and returns what it named.
pub(crate) fn remove<H: Handle>(handle: *const H) -> Result<Arc<H::Value>, Fault> {
    let key = checked::<H>(handle)?;
    let value = {
        let mut slots = SLOTS.write().unwrap_or_else(PoisonError::into_inner);
        let (generation, index) = (generation_of(key), index_of(key));
        let slot = slots.all.get_mut(index).filter(|slot| slot.generation == generation && slot.kind == H::KIND);
        let value = slot.and_then(|slot| slot.value.take()).ok_or(Fault::Handle(H::NAME))?;
        slots.free.push_back(index);
        value
    };
    value.downcast().map_err(|_| Fault::Handle(H::NAME))
}

fn checked<H: Handle>(handle: *const H) -> Result<usize, Fault> {
    let key = handle.addr();
    match key {
        0 => Err(Fault::Null(H::NAME)),
        key if kind_of(key) == usize::from(H::KIND) => Ok(key),
        _ => Err(Fault::Handle(H::NAME)),
    }
}

/// Declares an opaque handle type and what it stands for.
macro_rules! handle {
    ($type:ty = $kind:literal, $name:literal, $value:ty) => {
        impl $crate::handle::Handle for $type {
            const KIND: u8 = $kind;
            const NAME: &'static str = $name;
            type Value = $value;
        }
    };
}
pub(crate) use handle;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    struct Apple;
    struct Pear;
    handle!(Apple = 30, "apple", u32);
    handle!(Pear = 31, "pear", u32);

    #[test]
    fn a_key_names_one_value_until_it_is_freed_and_nothing_ever_after() {
        let mut seen = std::collections::HashSet::new();
        for number in 0..20_000 {
            let key = insert::<Apple>(Arc::new(number)).unwrap();
            assert_eq!(*get(key).unwrap(), number);
            assert!(seen.insert(key.addr()), "a key came back after {number}");
            assert!(matches!(get(key.cast::<Pear>()), Err(Fault::Handle("pear"))), "of another kind");
            assert_eq!(*remove(key).unwrap(), number);
            assert!(matches!(get(key), Err(Fault::Handle("apple"))), "stale");
            assert!(matches!(remove(key), Err(Fault::Handle("apple"))), "freed twice");
        }
    }

    #[test]
    fn any_other_number_is_no_handle() {
        for key in [1_usize, 8, 0x7fff_ffff, usize::MAX, usize::MAX / 2, 30 << (usize::BITS - KIND_BITS)] {
            let odd: *mut Apple = std::ptr::without_provenance_mut(key);
            assert!(matches!(get(odd), Err(Fault::Handle(_))), "{key:x}");
        }
        assert!(matches!(get(std::ptr::null::<Apple>()), Err(Fault::Null("apple"))));
    }
}
