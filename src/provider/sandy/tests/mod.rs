//! The provider against the document's samples and against a remote that plays along, or does not.
#![allow(clippy::unwrap_used)]

mod answers;
mod garbage;
mod lines;
mod probe;
mod reads;
mod remote;
mod requests;
mod sandbox;

use std::collections::BTreeMap;

use super::{OfflineAmount, Sandy, SandyConfig};
use crate::clock::Timestamp;
use crate::model::{Act, CardNumber, Context, Promise, Request, Told};
use crate::provider::{Bound, Outgoing, Provider, Reading, Whom};
use crate::transport::HttpResponse;
use crate::units::Money;

/// The card of most tests.
const CARD: &str = "M000123";

fn config() -> SandyConfig {
    SandyConfig::new("http://127.0.0.1:8080", "test", "{DEFAULT-AUTO-8E5A-BDE2-34ABA1BD956C9}")
}

fn sandy() -> Sandy {
    Sandy::new(config()).unwrap()
}

fn act(request: impl Into<Request>) -> Act {
    request.into().check().unwrap().act
}

/// A read of everything that serving a card needs.
fn serve(sandy: &Sandy, card: &str) -> Option<Box<dyn Reading>> {
    let number = CardNumber::new(card).unwrap();
    sandy.serve(&Whom { number: &number, reference: Some(card), phone: None })
}

fn yuan(text: &str) -> Money {
    Money::parse_yuan(text).unwrap()
}

fn answer(status: u16, body: impl Into<Vec<u8>>) -> HttpResponse {
    HttpResponse { status, headers: Vec::new(), body: body.into() }
}

/// An operation with everything around it, to be changed by a test and then lent as an [`Outgoing`].
struct Op {
    act: Act,
    context: Context,
    told: Told,
    promise: Option<Promise>,
    bound: Bound,
    card_part_only: bool,
    resent: bool,
    memory: BTreeMap<String, String>,
}

impl Op {
    fn new(request: impl Into<Request>) -> Self {
        Op {
            act: act(request),
            context: Context::default(),
            told: Told::default(),
            promise: None,
            bound: Bound::default(),
            card_part_only: false,
            resent: false,
            memory: BTreeMap::new(),
        }
    }

    fn lend(&self) -> Outgoing<'_> {
        Outgoing {
            act: &self.act,
            reference: self.act.card().as_str(),
            key: "key-1",
            at: Timestamp::from_millis(0),
            context: &self.context,
            original: None,
            told: &self.told,
            promise: self.promise,
            bound: &self.bound,
            card_part_only: self.card_part_only,
            resent: self.resent,
            memory: &self.memory,
        }
    }
}
