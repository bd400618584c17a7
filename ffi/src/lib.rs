//! The C ABI of tillbook.
mod abi;
pub use abi::*;
