//! What several remote systems bring to a till: tokens, members, points, coupons, orders, pushes and routing, with all four of
//! them in process and a clock that only moves when it is told to.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "../common/street.rs"]
mod street;

mod coupons;
mod keys;
mod members;
mod mishaps;
mod pushes;
mod returns;
mod routing;
mod tokens;
mod wanted;
