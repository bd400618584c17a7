//! The book as data, for whoever reads it: reports, and a book that is read without a till.
//!
//! What is here reads a [`View`](crate::store::View), so that a till and a reader beside it tell the same.

mod bundle;
mod closing;
mod csv;
mod keeping;
mod reader;
mod reconcile;
mod safe;
mod totals;

pub(crate) use bundle::{bundle, write_bundle};
pub(crate) use closing::{day_close, listed_closes, what_to_close};
pub use csv::{CSV_BOM, Csv};
pub use reader::{Book, BookIdentity, BookStatus, RemoteCondition};
pub(crate) use reconcile::reconciliation;
pub(crate) use safe::{safe_to_close, stands_now};
pub(crate) use totals::{totals_of_day, totals_since_close};
