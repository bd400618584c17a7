//! The provider against the document's samples, every code, and everything that is no answer.
#![allow(clippy::unwrap_used)]

mod answers;
mod config;
mod requests;
mod sandbox;

use std::collections::BTreeMap;

use super::{Yonyou, YonyouConfig};
use crate::clock::Timestamp;
use crate::model::{Act, CardNumber, Context, OpId, Told};
use crate::provider::{Bound, Original, Outgoing, Provider};
use crate::transport::HttpResponse;
use crate::units::{Money, Points};

/// The installation of the sample's address.
fn config() -> YonyouConfig {
    YonyouConfig::new("https://api.example.com", "openapi_dev", "openapi_ent", "opa6fdd4bea98b95ad7", "s3cret")
}

fn with(change: impl FnOnce(&mut YonyouConfig)) -> Yonyou {
    let mut config = config();
    change(&mut config);
    Yonyou::new(config).unwrap()
}

fn yonyou() -> Yonyou {
    with(|_| {})
}

fn answer(status: u16, body: impl Into<Vec<u8>>) -> HttpResponse {
    HttpResponse { status, headers: Vec::new(), body: body.into() }
}

fn card() -> CardNumber {
    CardNumber::new("M1").unwrap()
}

fn accrue(points: Option<i64>, fen: Option<i64>) -> Act {
    let (points, amount) = (points.map(Points::new), fen.map(Money::from_fen));
    Act::AccruePoints { card: card(), points, amount, order: None }
}

fn redeem(points: i64) -> Act {
    Act::RedeemPoints { card: card(), points: Points::new(points), amount: None, order: None }
}

fn back(takes: bool, points: i64, fen: Option<i64>) -> Act {
    let (original, amount) = (OpId::new("sale-1").unwrap(), fen.map(Money::from_fen));
    Act::ReturnPoints { card: card(), original, takes, points: Points::new(points), whole: false, amount }
}

/// An operation with everything around it, to be changed by a test and then lent as an [`Outgoing`].
struct Op {
    act: Act,
    reference: &'static str,
    key: &'static str,
    context: Context,
    original: Option<Original>,
    resent: bool,
    told: Told,
    bound: Bound,
    memory: BTreeMap<String, String>,
}

impl Op {
    fn new(act: Act) -> Self {
        Op {
            act,
            reference: "34",
            key: "201512120000001",
            context: Context::default(),
            original: None,
            resent: false,
            told: Told::default(),
            bound: Bound::default(),
            memory: BTreeMap::new(),
        }
    }

    fn lend(&self) -> Outgoing<'_> {
        Outgoing {
            act: &self.act,
            reference: self.reference,
            key: self.key,
            // 2015-12-12 00:00:00 in Beijing.
            at: Timestamp::from_millis(1_449_849_600_000),
            context: &self.context,
            original: self.original.as_ref(),
            told: &self.told,
            promise: None,
            bound: &self.bound,
            card_part_only: false,
            resent: self.resent,
            memory: &self.memory,
        }
    }
}
