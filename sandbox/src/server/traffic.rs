//! How many requests came, and how many at once for one card or member.

use std::collections::BTreeMap;
use std::net::TcpStream;
use std::time::Duration;

use super::network::{Peek, peek};
use crate::Call;

/// What a server has seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Requests {
    /// How many requests came for each call, by its name; those that met a fault included.
    pub per_endpoint: BTreeMap<String, u64>,
    /// The most requests that were under way at once, for each card or member.
    pub most_at_once: BTreeMap<String, usize>,
    /// The most writes that were under way at once, for each card or member.
    pub most_writes_at_once: BTreeMap<String, usize>,
}

impl Requests {
    /// How many requests came for a call.
    #[must_use]
    pub fn count(&self, endpoint: &str) -> u64 {
        self.per_endpoint.get(endpoint).copied().unwrap_or(0)
    }

    /// How many requests came in all.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.per_endpoint.values().sum()
    }

    /// The most requests that were under way at once for any one card or member.
    #[must_use]
    pub fn most_at_once(&self) -> usize {
        self.most_at_once.values().copied().max().unwrap_or(0)
    }

    /// The most writes that were under way at once for any one card or member.
    #[must_use]
    pub fn most_writes_at_once(&self) -> usize {
        self.most_writes_at_once.values().copied().max().unwrap_or(0)
    }
}

#[derive(Default)]
pub(super) struct Traffic {
    seen: Requests,
    /// By the id of their connection, which has no more than one request under way.
    flights: BTreeMap<u64, Flight>,
}

struct Flight {
    card: String,
    is_write: bool,
    stream: TcpStream,
}

impl Traffic {
    pub(super) fn seen(&self) -> Requests {
        self.seen.clone()
    }

    /// Notes a request that has just been read.
    pub(super) fn begin(&mut self, line: u64, call: &Call, stream: &TcpStream) {
        *self.seen.per_endpoint.entry(call.endpoint.to_owned()).or_default() += 1;
        let (Some(card), Ok(stream)) = (call.card.as_deref(), stream.try_clone()) else { return };
        // A request whose client has hung up is over for the client, though this server may still be holding it.
        let gone = |flight: &Flight| peek(&flight.stream, Duration::from_millis(1)) == Peek::Gone;
        self.flights.retain(|_, flight| flight.card != card || !gone(flight));
        self.flights.insert(line, Flight { card: card.to_owned(), is_write: call.is_write, stream });
        let here = self.flights.values().filter(|flight| flight.card == card);
        let (all, writes) = here.fold((0, 0), |(all, writes), flight| (all + 1, writes + usize::from(flight.is_write)));
        raise(&mut self.seen.most_at_once, card, all);
        raise(&mut self.seen.most_writes_at_once, card, writes);
    }

    /// Notes that a request is over. This comes before its answer is written: a client may ask the next thing as soon as
    /// it has read the last byte.
    pub(super) fn end(&mut self, line: u64) {
        self.flights.remove(&line);
    }
}

fn raise(most: &mut BTreeMap<String, usize>, card: &str, now: usize) {
    let most = most.entry(card.to_owned()).or_default();
    *most = now.max(*most);
}
