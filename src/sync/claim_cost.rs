//! What claiming work costs, in steps of SQLite's virtual machine: the same whatever waits behind a lane that stands still.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tempfile::TempDir;
use tillbook_sandbox::sandy as remote;

use super::engine::{Answered, Exchange, Scope};
use super::*;
use crate::clock::SystemEntropy;
use crate::clock::testing::ManualClock;
use crate::config::Config;
use crate::model::{CardStatus, Consume, Decision, Knowledge, Promise, Receipt, RequestCheck as _, State, predict};
use crate::provider::{Bound, Provider, Sandy, SandyConfig};
use crate::store::{Identity, LaneState, NewOperation, OpenOptions, PromiseRow, Store, Tx};
use crate::transport::{HttpMethod, HttpResponse};
