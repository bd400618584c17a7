//! placeholder
#![forbid(unsafe_code)]

mod clock;
mod config;
mod error;
#[cfg(feature = "http")]
mod http;
mod model;
mod provider;
mod store;
mod sync;
mod till;
mod transport;
mod units;

pub use clock::{Clock, Entropy, SystemClock, SystemEntropy, Timestamp};
pub use config::{Config, LevelTerms, Pacing};
pub use error::{Error, ErrorCode, Result};
#[cfg(feature = "http")]
pub use http::HttpTransport;
pub use model::*;
pub use provider::{OfflineAmount, SandyConfig};
pub use sync::{Link, Resolution, SyncStatus, WaitingOperation};
pub use till::{Till, TillBuilder};
pub use transport::{HttpMethod, HttpRequest, HttpResponse, Transport, TransportFailure};
pub use units::{Money, Points, Rate, Rounding, RoundingMode, RoundingUnit};
