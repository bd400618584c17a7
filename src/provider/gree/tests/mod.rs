//! The provider against the document's samples and against a platform that plays along, or does not.
#![allow(clippy::unwrap_used)]

mod answers;
mod config;
mod coupons;
mod lines;
mod probe;
mod reads;
mod requests;
mod samples;
mod sandbox;
mod sign;
mod tokens;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{CouponFeeUnits, FeeUnit, Gree, GreeConfig, GreeEvents, OutBizNo};
use crate::clock::Timestamp;
use crate::model::{Act, CardNumber, Context, OpId, Phone, Promise, Told};
use crate::provider::{Bound, Doubt, Findings, Original, Outgoing, ReadFailure, ReadStep, Reading, WireCall};
use crate::transport::HttpResponse;
use crate::units::{Money, Points};

const OPEN_ID: &str = "25c56912e05847c0b09f03ca7e52b796";
const PHONE: &str = "15980947959";
const KEY: &str = "604BECDE4A097343239D2848DE";
/// 2021-08-24 00:00:00 in Beijing.
const AT: Timestamp = Timestamp::from_millis(1_629_734_400_000);

/// Everything set that has no default.
fn config() -> GreeConfig {
    GreeConfig {
        events: GreeEvents {
            accrue: Some("event_add".into()),
            redeem: Some("event_subtract".into()),
            adjust_up: Some("event_up".into()),
            adjust_down: Some("event_down".into()),
        },
        out_biz_no: Some(OutBizNo::Order),
        coupon_fee_unit: Some(CouponFeeUnits { list: FeeUnit::Yuan, template: FeeUnit::Fen }),
        ..bare()
    }
}

fn bare() -> GreeConfig {
    GreeConfig::new("https://ump.example.com", "wkb1ag2hdad7e6jw1r", "XYZ", "18756")
}

fn with(config: GreeConfig) -> Gree {
    Gree::new(config).unwrap()
}

fn gree() -> Gree {
    with(config())
}

fn card() -> CardNumber {
    CardNumber::new("M1").unwrap()
}

fn phone(text: &str) -> Phone {
    Phone::new(text).unwrap()
}

fn yuan(text: &str) -> Money {
    Money::parse_yuan(text).unwrap()
}

fn points(points: i64) -> Points {
    Points::new(points)
}

fn accrue(points: i64) -> Act {
    let (points, order) = (Some(Points::new(points)), Some("1632654151087".to_owned()));
    Act::AccruePoints { card: card(), points, amount: None, order }
}

fn register() -> Act {
    let birthday = chrono::NaiveDate::from_ymd_opt(1994, 9, 28);
    let gender = Some(crate::model::Gender::Male);
    let (phone, name) = (phone("15900947949"), Some("张三".to_owned()));
    Act::Register { card: CardNumber::new("out001").unwrap(), phone, name, gender, birthday, sms_code: None }
}

fn returned(of: &str, points: i64, whole: bool) -> Act {
    let original = OpId::new(of).unwrap();
    let amount = (!whole).then(|| yuan("100"));
    Act::ReturnPoints { card: card(), original, takes: true, points: Points::new(points), whole, amount }
}

fn redeem_coupon(coupon: &str) -> Act {
    Act::RedeemCoupon { card: card(), coupon: coupon.to_owned(), amount: yuan("1205.52"), lines: Vec::new() }
}

fn give() -> Act {
    Act::GiveCoupon { card: card(), template: "123213212".to_owned() }
}

fn set_status(coupon: &str, to: crate::model::CouponStatus) -> Act {
    Act::SetCouponStatus { card: card(), coupon: coupon.to_owned(), to }
}

fn push_order() -> Act {
    Act::PushOrder { card: card(), amount: yuan("1000"), points: points(100), lines: Vec::new() }
}

fn return_order(whole: bool) -> Act {
    let (original, lines) = (OpId::new("o").unwrap(), Vec::new());
    Act::ReturnOrder { card: card(), original, amount: yuan("1424.54"), points: points(100), whole, lines }
}

fn answer(body: impl Into<Vec<u8>>) -> HttpResponse {
    HttpResponse { status: 200, headers: Vec::new(), body: body.into() }
}

/// A no of this code.
fn no(code: &str, message: &str) -> HttpResponse {
    answer(format!(r#"{{"success": false, "error_code": {code}, "error_message": "{message}", "data": null}}"#))
}

fn sent(call: &WireCall) -> Value {
    serde_json::from_slice(&call.body).unwrap()
}

fn method_of(call: &WireCall) -> &str {
    let method = call.path.strip_prefix("/gw/gateway/").unwrap();
    method.split_once("/v1").unwrap().0
}

/// Lets a reading run to its end on these answers. Tells what was asked, too.
fn run(mut reading: Box<dyn Reading>, answers: &[HttpResponse]) -> (Result<Findings, ReadFailure>, Vec<WireCall>) {
    let (mut asked, mut answers) = (Vec::new(), answers.iter());
    let mut next = reading.step(None);
    loop {
        match next {
            ReadStep::Ask(call) => {
                asked.push(call);
                next = reading.step(Some(answers.next().expect("one question more than there are answers")));
            }
            ReadStep::Done(findings) => return (Ok(*findings), asked),
            ReadStep::Failed(failure) => return (Err(failure), asked),
        }
    }
}

fn read(reading: Box<dyn Reading>, answers: &[HttpResponse]) -> Findings {
    run(reading, answers).0.unwrap()
}

/// An operation with everything around it, to be changed by a test and then lent as an [`Outgoing`].
struct Op {
    act: Act,
    key: String,
    reference: String,
    context: Context,
    original: Option<Original>,
    told: Told,
    bound: Bound,
    resent: bool,
    memory: BTreeMap<String, String>,
}

impl Op {
    fn new(act: Act) -> Self {
        Op {
            act,
            key: KEY.to_owned(),
            reference: OPEN_ID.to_owned(),
            context: Context::default(),
            original: None,
            told: Told::default(),
            bound: Bound::default(),
            resent: false,
            memory: BTreeMap::new(),
        }
    }

    fn of(self, reference: &str) -> Self {
        Op { reference: reference.to_owned(), ..self }
    }

    fn key(self, key: &str) -> Self {
        Op { key: key.to_owned(), ..self }
    }

    fn resent(self) -> Self {
        Op { resent: true, ..self }
    }

    fn operator(mut self, operator: &str) -> Self {
        self.context.operator = Some(operator.to_owned());
        self
    }

    fn reason(mut self, reason: &str) -> Self {
        self.context.reason = Some(reason.to_owned());
        self
    }

    /// What it undoes, as it was sent and answered.
    fn undoes(self, act: Act, key: &str, remote_id: Option<&str>) -> Self {
        let (key, remote_id) = (key.to_owned(), remote_id.map(str::to_owned));
        let original = Original { kind: act.kind(), key, remote_id, act, at: AT };
        Op { original: Some(original), ..self }
    }

    fn lend(&self) -> Outgoing<'_> {
        Outgoing {
            act: &self.act,
            reference: &self.reference,
            key: &self.key,
            at: AT,
            context: &self.context,
            original: self.original.as_ref(),
            told: &self.told,
            promise: None::<Promise>,
            bound: &self.bound,
            card_part_only: false,
            resent: self.resent,
            memory: &self.memory,
        }
    }
}

/// What is known of an operation in doubt, with these facts from before it.
fn doubt<'a>(before: Option<&'a Value>, claimed: &'a BTreeSet<String>) -> Doubt<'a> {
    Doubt { before, sent: b"", first_sent_at: AT, last_ended_at: AT, claimed, answered: &[] }
}
