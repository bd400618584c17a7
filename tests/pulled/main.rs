//! What is pulled from the remotes: their own history of a card, their catalogues, cards ahead of an outage, and the discounts
//! that their answers show.
#![allow(clippy::unwrap_used)]

#[path = "../common/street.rs"]
mod street;

mod catalogue;
mod history;
mod preload;
mod rates;

use tillbook::{HttpResponse, Money};

fn yuan(text: &str) -> Money {
    Money::parse_yuan(text).unwrap()
}

/// An answer with status 200.
fn said(body: &str) -> street::Fate {
    street::Fate::Answered(HttpResponse { status: 200, headers: Vec::new(), body: body.into() })
}
