//! The tool as a support desk has it: the built program, run on a book with a day in it.
#![allow(clippy::unwrap_used)]

mod commands;
mod desk;
#[cfg(feature = "encryption")]
mod keys;
mod manners;
mod shop;
