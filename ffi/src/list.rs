//! Lists: whole in memory when they are made, so that no transaction is held between two rows.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::error::{TILLBOOK_DONE, TILLBOOK_OK, tillbook_error, tillbook_status};
use crate::fault::Fault;
use crate::guard::guarded;
use crate::handle::{self, Handle};
use crate::sized::{Out, Place, SizedStruct};
use crate::text::Arena;

/// Rows, and the text that they point at.
pub(crate) struct List<R> {
    rows: Vec<R>,
    next: AtomicUsize,
    _arena: Arena,
}

// Rows point into the arena, which lives as long and never changes.
unsafe impl<R> Send for List<R> {}
unsafe impl<R> Sync for List<R> {}

impl<R> List<R> {
    /// Makes each row of an item.
    pub(crate) fn of<T>(items: impl IntoIterator<Item = T>, row: impl Fn(T, &mut Arena) -> R) -> Arc<Self> {
        let mut arena = Arena::default();
        let rows = items.into_iter().map(|item| row(item, &mut arena)).collect();
        Arc::new(List { rows, next: AtomicUsize::new(0), _arena: arena })
    }

    fn take(&self) -> Option<&R> {
        let at = self.next.fetch_add(1, Ordering::Relaxed);
        let row = self.rows.get(at);
        if row.is_none() {
            // It stays at the end however often it is asked.
            self.next.store(self.rows.len(), Ordering::Relaxed);
        }
        row
    }
}

/// Hands a list out.
pub(crate) fn hand_out<H: Handle>(out: &Out<*mut H>, list: Arc<H::Value>) -> Result<(), Fault> {
    out.put(handle::insert(list)?);
    Ok(())
}

/// The next row of a list.
pub(crate) fn next<H, R>(list: *mut H, row: *mut R, err: *mut *mut tillbook_error) -> tillbook_status
where
    H: Handle<Value = List<R>>,
    R: SizedStruct,
{
    guarded(err, || {
        let place = unsafe { Place::at(row) }?;
        Ok(match handle::get(list.cast_const())?.take() {
            Some(row) => {
                place.put(row);
                TILLBOOK_OK
            }
            None => TILLBOOK_DONE,
        })
    })
}

/// The next text of a list of texts.
pub(crate) fn next_plain<H, R>(list: *mut H, row: *mut R, err: *mut *mut tillbook_error) -> tillbook_status
where
    H: Handle<Value = List<R>>,
    R: Copy + 'static,
{
    guarded(err, || {
        let out = unsafe { Out::at(row, "row") }?;
        Ok(match handle::get(list.cast_const())?.take() {
            Some(row) => {
                out.put(*row);
                TILLBOOK_OK
            }
            None => TILLBOOK_DONE,
        })
    })
}
