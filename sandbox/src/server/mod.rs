//! The sandbox behind a loopback socket: all systems side by side, told apart by their paths.
//!
//! A blocking server with a thread for each connection, which is all that a test needs, and which lets it do what a real
//! network does: refuse connections, reset them, answer late, half or never. It decides nothing about answers; those
//! are the systems' own, and what goes wrong with them is [`crate::fault`]'s.

mod config;
mod connection;
mod control;
mod http;
mod late;
mod listener;
mod network;
mod page;
mod platform_page;
mod platforms;
mod shared;
mod traffic;

pub use config::{Clock, Config};
pub use listener::Server;
pub use shared::Locked;
pub use traffic::Requests;
