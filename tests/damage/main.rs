//! Damaged books: one byte changed in each of many places, and what can be saved of worse.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "../common/street.rs"]
mod street;

mod aftermath;
mod bytes;
mod chain;
mod keeping;
mod map;
mod town;
