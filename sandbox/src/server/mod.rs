//! The sandbox behind a loopback socket.
//!
//! A blocking server with a thread for each connection, which is all that a test needs, and which lets it do what a real
//! network does: refuse connections, reset them, answer late, half or never. It decides nothing about answers; that is
//! [`crate::sandy`]'s, and what goes wrong with them is [`crate::fault`]'s.

mod config;
mod connection;
mod control;
mod http;
mod late;
mod listener;
mod network;
mod page;
mod shared;
mod traffic;

pub use config::{Clock, Config};
pub use listener::Server;
pub use shared::Locked;
pub use traffic::Requests;
