//! What a till is doing when its disk fails: plays, each a list of named steps, with every kind of operation in them.
//!
//! To have something more held against failing disks, append a [`Step`]. A step may be taken again after it has failed, so an
//! operation in it carries an `op_id`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tillbook::{
    AccruePoints, AddCouponTemplate, AdjustPoints, CarryOverPoints, Config, Consume, CouponEffect, CouponStatus,
    CouponTemplate, GiveCoupon, HistoryQuery, Kind, Modify, OpenCard, OrderLine, Points, Promise, PushOrder, Receipt,
    Recharge, RedeemCoupon, RedeemPoints, Register, Request, Resolution, Result, Retarget, ReturnOrder, ReturnPoints,
    ReturnPointsOfOrder, SetCouponStatus, State, SyncStatus, Till, Told, UpdatePoints, Validity,
};
use tillbook_sandbox::gree::Profile;

use crate::common::yuan;
use crate::keeping::{self, Held, has_undone_something};
use crate::street::{ALL, Cores, Fate, QUIET, Saved, Street, all_families, gree, shop, yonyou};

/// A till with everything around it, and what its caller has been told.
pub struct Stage {
    pub street: Arc<Street>,
    pub till: Till,
    pub told: Arc<Mutex<Vec<Promised>>>,
    /// How long an online call waits. Where nothing fails, so long that no slow machine decides what becomes of it.
    pub wait: Duration,
}

/// How long where all is well.
pub const LONG: Duration = Duration::from_secs(60);

/// How long where its answer may be kept from the book by a failing disk.
pub const SHORT: Duration = Duration::from_millis(1_500);

/// What a caller may rely on.
#[derive(Clone, Debug)]
pub enum Promised {
    Said(Said),
    Held(Held),
}

/// What a call returned.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    op_id: String,
    kind: Kind,
    promise: Option<Promise>,
    told: Told,
    receipt_no: Option<String>,
}

impl Said {
    fn of(receipt: &Receipt) -> Said {
        Said {
            op_id: receipt.op_id.as_str().to_owned(),
            kind: receipt.kind,
            promise: receipt.promise,
            told: receipt.told,
            receipt_no: receipt.receipt_no.clone(),
        }
    }
}

impl Promised {
    /// The same in another book, which lies in this folder with all that belongs to it. What had no promise yet may have one there.
    pub fn assert_kept(&self, till: &Till, folder: &Path, case: &str) {
        match self {
            Promised::Said(said) => {
                let now = till.operation(&said.op_id);
                let now = now.unwrap_or_else(|error| panic!("{case}: {said:?} is gone: {error}"));
                assert_eq!(&Said::of(&now), said, "{case}");
            }
            Promised::Held(held) => held.assert(till, folder, case),
        }
    }

    /// The operation that it is about.
    pub fn op_id(&self) -> Option<String> {
        match self {
            Promised::Said(said) => Some(said.op_id.clone()),
            Promised::Held(_) => None,
        }
    }
}

impl Stage {
    pub fn call(&self, request: impl Into<Request>) -> Result<()> {
        let receipt = self.till.call(request)?;
        self.told.lock().unwrap().push(Promised::Said(Said::of(&receipt)));
        Ok(())
    }

    pub fn pass(&self, time: Duration) {
        self.street.clock.pass(time);
    }

    /// As often as anything becomes due.
    pub fn sync(&self) -> Result<()> {
        for _ in 0..40 {
            if drive(&self.till)?.queued == 0 {
                break;
            }
            self.pass(Duration::from_secs(30));
        }
        Ok(())
    }

    /// Somebody takes all but this off a card behind the till's back.
    pub fn leave_on(&self, card: &str, fen: i64) {
        let now_s = self.street.now_ms() / 1000;
        let mut cores = self.street.cores.lock().unwrap();
        let there = cores.sandy.card(card).map_or(0, |card| card.amount_fen);
        if there > fen {
            cores.sandy.office(now_s, "office").withdraw(card, there - fen).unwrap();
        }
    }
}

/// One thing that is done.
#[derive(Clone, Copy)]
pub struct Step {
    pub name: &'static str,
    /// One call that the till answers alone: what fails of it leaves no trace.
    pub local: bool,
    /// After a power cut it is taken once more, and goes on where it was.
    pub again: bool,
    pub act: Act,
}

pub type Act = fn(&Stage) -> Result<()>;

pub const fn local(name: &'static str, act: Act) -> Step {
    Step { name, local: true, again: false, act }
}

pub const fn wide(name: &'static str, act: Act) -> Step {
    Step { name, local: false, again: false, act }
}

pub const fn again(name: &'static str, act: Act) -> Step {
    Step { name, local: false, again: true, act }
}

/// Steps at one till with one configuration.
pub struct Play {
    pub name: &'static str,
    pub config: fn() -> Config,
    pub steps: &'static [Step],
}

pub const PLAYS: [Play; 4] = [
    Play { name: "families", config: families, steps: FAMILIES },
    Play { name: "gree", config: || generous(shop(gree())), steps: GREE },
    Play { name: "yonyou", config: || generous(shop(yonyou())), steps: YONYOU },
    Play { name: "keeping", config: keeping::config, steps: keeping::STEPS },
];

const PHONE: &str = "13800000001";

fn families() -> Config {
    generous(all_families())
}

pub fn generous(mut config: Config) -> Config {
    for limit in [&mut config.policy.floor_limit, &mut config.policy.card_limit, &mut config.policy.outage_limit] {
        *limit = yuan("90000");
    }
    config.policy.outage_operations = 100_000;
    config
}

fn points(points: i64) -> Points {
    Points::new(points)
}

fn template(id: &str) -> CouponTemplate {
    CouponTemplate {
        id: id.into(),
        name: "ten off".into(),
        effect: CouponEffect::OrderReduction(yuan("10")),
        validity: Validity::Days(10),
        minimum: yuan("50"),
        rules: "from fifty on".into(),
        quantity: 0,
        per_member: 0,
        scope: tillbook::CouponScope::default(),
    }
}

fn lines() -> [OrderLine; 2] {
    [
        OrderLine::new("I1", "soap", 2, yuan("40")).points(points(4)),
        OrderLine::new("I2", "tea", 1, yuan("60")).points(points(6)),
    ]
}

const FAMILIES: &[Step] = &[
    wide("serve", |s| s.till.pull_catalogue(ALL).and_then(|()| s.till.serve_phone(PHONE, ALL).map(drop))),
    local("open", |s| {
        s.call(OpenCard::new("N1", "普通会员").name("王小明").phone("13811110001").op_id("open").offline())
    }),
    local("recharge of a new card", |s| s.call(Recharge::new("N1", yuan("100"), 1).op_id("n-recharge").offline())),
    local("consume of a new card", |s| s.call(Consume::new("N1", yuan("20.01")).op_id("n-consume").offline())),
    local("modify", |s| s.call(Modify::new("A1").name("王大明").op_id("modify").offline())),
    local("recharge", |s| s.call(Recharge::new("A1", yuan("50.02"), 1).op_id("recharge").offline())),
    local("consume", |s| s.call(Consume::new("A1", yuan("30.03")).op_id("consume").offline())),
    local("voided", |s| s.call(Consume::new("A1", yuan("7.04")).op_id("voided").offline())),
    local("void", |s| s.till.void("voided").map(drop)),
    local("partial", |s| s.call(Consume::new("N1", yuan("200")).partial(true).op_id("partial").offline())),
    local("register", |s| s.call(Register::new("13822220002").name("李四").op_id("register").offline())),
    local("redeem points", |s| s.call(RedeemPoints::new("A1", points(30)).op_id("redeem").offline())),
    local("accrue points", |s| s.call(AccruePoints::new("A1").points(points(8)).op_id("accrue").offline())),
    local("adjust points", |s| s.call(AdjustPoints::new("A1", points(-5)).op_id("adjust").offline())),
    local("return points", |s| {
        s.call(ReturnPoints::new("A1", "redeem").points(points(10)).op_id("returned").offline())
    }),
    local("template", |s| s.call(AddCouponTemplate::new(template("T1")).op_id("template").offline())),
    wide("sync the template", Stage::sync),
    local("give coupon", |s| s.call(GiveCoupon::new("A1", "T1").op_id("give").offline())),
    local("order", |s| s.call(PushOrder::new("A1", yuan("100")).lines(lines()).op_id("order").offline())),
    local("order back", |s| {
        let lines = [OrderLine::new("I1", "soap", 1, yuan("20"))];
        s.call(ReturnOrder::new("A1", "order").lines(lines).op_id("order-back").offline())
    }),
    local("exception", |s| s.till.set_exception("N1", Some("lost"))),
    local("no exception", |s| s.till.set_exception("N1", None)),
    wide("sync without a network", |s| {
        s.street.cut(true);
        let done = drive(&s.till).map(drop);
        s.street.cut(false);
        done
    }),
    wide("sync", Stage::sync),
    local("redeem coupon", |s| {
        let code = s.till.coupons("A1")?.into_iter().find(|coupon| coupon.status == CouponStatus::Valid);
        let code = code.map_or_else(|| "none".to_owned(), |coupon| coupon.code);
        s.call(RedeemCoupon::new("A1", code, yuan("60")).op_id("coupon").offline())
    }),
    wide("sync the coupon", Stage::sync),
    local("coupon again", |s| {
        let code = s.till.coupons("A1")?.into_iter().find(|coupon| coupon.status == CouponStatus::Used);
        let code = code.map_or_else(|| "none".to_owned(), |coupon| coupon.code);
        s.call(SetCouponStatus::new("A1", code, CouponStatus::Valid).op_id("reinstate").offline())
    }),
    wide("require", |s| s.call(Consume::new("A1", yuan("11.05")).op_id("require").require_online(s.wait))),
    wide("prefer", |s| s.call(Recharge::new("A1", yuan("12.06"), 1).op_id("prefer").prefer_online(s.wait))),
    wide("an answer is lost", |s| {
        s.street.once("consume", Fate::AnswerLost);
        s.call(Consume::new("A1", yuan("13.07")).op_id("lost").offline())?;
        drive(&s.till).map(drop)
    }),
    wide("a request is lost", |s| {
        s.street.once("recharge", Fate::Lost);
        s.call(Recharge::new("A1", yuan("14.08"), 1).op_id("lost-too").offline())?;
        drive(&s.till).map(drop)
    }),
    wide("found out", |s| {
        s.pass(QUIET);
        s.sync()
    }),
    wide("an outage", |s| {
        s.street.cut(true);
        let done = s.call(Consume::new("A1", yuan("15.09")).op_id("outage").prefer_online(s.wait));
        s.street.cut(false);
        done
    }),
    wide("points of an order", |s| {
        s.call(RedeemPoints::new("A1", points(9)).order("o-9").op_id("of-order").offline())?;
        s.sync()
    }),
    local("points of an order back", |s| {
        s.call(ReturnPointsOfOrder::new("A1", "o-9").op_id("of-order-back").offline())
    }),
    local("set points", |s| s.call(UpdatePoints::new("A1", points(17)).op_id("set").offline())),
    wide("sync at the end", Stage::sync),
    wide("money for nothing", |s| {
        s.call(Recharge::new("N1", yuan("30"), 1).op_id("before-refused").offline())?;
        s.sync()
    }),
    local("refused", |s| {
        s.leave_on("N1", 10_00);
        s.call(Consume::new("N1", yuan("25.10")).op_id("refused").offline())
    }),
    wide("sync what is refused", Stage::sync),
    local("written off", |s| {
        let waiting = s.till.waiting()?;
        for operation in waiting {
            s.till.resolve(operation.receipt.op_id.as_str(), Resolution::WriteOff, "boss", "counted")?;
        }
        Ok(())
    }),
    local("acknowledge", |s| match s.till.notices()?.first() {
        Some(notice) => s.till.acknowledge(notice.notice_no, "boss", Some("seen")),
        None => Ok(()),
    }),
];

const GREE: &[Step] = &[
    wide("serve", |s| s.till.serve_card(PHONE, ALL).map(drop)),
    local("redeem", |s| s.call(RedeemPoints::new(PHONE, points(30)).op_id("spent").offline())),
    local("accrue", |s| s.call(AccruePoints::new(PHONE).points(points(8)).op_id("earned").offline())),
    local("adjust up", |s| s.call(AdjustPoints::new(PHONE, points(5)).op_id("up").offline())),
    local("adjust down", |s| s.call(AdjustPoints::new(PHONE, points(-4)).op_id("down").offline())),
    local("given back", |s| s.call(ReturnPoints::new(PHONE, "spent").op_id("b1").offline())),
    local("taken back", |s| s.call(ReturnPoints::new(PHONE, "earned").op_id("b2").offline())),
    local("order", |s| s.call(PushOrder::new(PHONE, yuan("100")).lines(lines()).op_id("order").offline())),
    local("whole order back", |s| s.call(ReturnOrder::new(PHONE, "order").op_id("back").offline())),
    wide("an answer is lost", |s| {
        s.street.once("wk.user.event.score.change", Fate::AnswerLost);
        drive(&s.till).map(drop)
    }),
    wide("sync", |s| {
        s.pass(QUIET);
        s.sync()
    }),
    wide("require", |s| s.call(AccruePoints::new(PHONE).points(points(3)).op_id("require").require_online(s.wait))),
];

const YONYOU: &[Step] = &[
    local("reference", |s| s.till.set_reference("M1", "yonyou", "10000001").map(drop)),
    local("accrue", |s| s.call(AccruePoints::new("M1").amount(yuan("10")).op_id("a").offline())),
    wide("the first answer", Stage::sync),
    local("redeem", |s| s.call(RedeemPoints::new("M1", points(100)).op_id("r").offline())),
    local("carry over", |s| s.call(CarryOverPoints::new("M1", points(50)).op_id("c").offline())),
    wide("sync", Stage::sync),
    local("given back", |s| s.call(ReturnPoints::new("M1", "a").amount(yuan("10")).op_id("b").offline())),
    wide("an answer is lost", |s| {
        s.street.once("points/change", Fate::AnswerLost);
        drive(&s.till).map(drop)
    }),
    local("was applied", |s| match s.till.waiting()?.first() {
        Some(operation) => {
            s.till.resolve(operation.receipt.op_id.as_str(), Resolution::WasApplied, "boss", "seen there").map(drop)
        }
        None => Ok(()),
    }),
    wide("sync again", Stage::sync),
];

impl Play {
    /// The street that it is played in.
    pub fn street(&self) -> Arc<Street> {
        let street = Street::new();
        let now = street.now_ms();
        street.cores.lock().unwrap().gree.office(now).add_member(PHONE, Profile::default(), 100, 0).unwrap();
        street
    }

    /// The kinds of its operations.
    pub fn kinds(told: &[Promised]) -> BTreeSet<&'static str> {
        let kind = |promised: &Promised| match promised {
            Promised::Said(said) => Some(said.kind.as_str()),
            Promised::Held(_) => None,
        };
        told.iter().filter_map(kind).collect()
    }
}

/// Everything that a till's caller could see, without the times: two books that show the same are the same.
pub fn shown(till: &Till) -> String {
    let mut seen = String::new();
    let mut add = |line: String| {
        seen.push_str(&line);
        seen.push('\n');
    };
    let page = till.history(&HistoryQuery { page_size: 500, ..HistoryQuery::default() }).unwrap();
    for line in page.lines {
        let receipt = till.operation(line.entry.op_id.as_str()).unwrap();
        add(format!("{:?} {:?} {:?}", line.entry, line.state, receipt));
    }
    for number in till.card_numbers().unwrap() {
        let card = till.card(number.as_str()).unwrap();
        add(format!("{card:?} {:?}", till.coupons(number.as_str()).unwrap_or_default()));
    }
    add(format!("{:?} {:?}", till.notices().unwrap(), till.waiting().unwrap()));
    add(format!("{:?} {:?}", till.policies().unwrap(), till.day_closes(None).unwrap()));
    seen
}

/// What the remotes have of this merchant's tills, and how its accounts stand there: without times and numbers.
pub fn ledgers(cores: &Cores) -> Vec<String> {
    use tillbook_sandbox::{freemud, gree, sandy, yonyou};
    let mut lines: Vec<String> = Vec::new();
    let sandys = cores.sandy.ledger().iter().filter(|line| line.source == sandy::Source::Api);
    lines.extend(sandys.map(|line| format!("sandy {:?} {} {}", line.kind, line.card, line.sent)));
    let grees = cores.gree.ledger().iter().filter(|line| line.source == gree::Source::Api);
    lines.extend(
        grees.map(|line| format!("gree {:?} {} {} {}", line.kind, line.phone, line.points_change, line.money_fen)),
    );
    let freemuds = cores.freemud.ledger().iter().filter(|line| line.source == freemud::Source::Api);
    lines.extend(freemuds.map(|line| format!("freemud {:?} {} {}", line.kind, line.member_id, line.points_change)));
    let yonyous = cores.yonyou.ledger().iter().filter(|line| line.source == yonyou::Source::Api);
    lines.extend(yonyous.map(|line| format!("yonyou {:?} {} {}", line.action, line.mid, line.points_change)));
    lines.sort();
    lines
}

/// Drives the queue until nothing is due. Where the budget is spent first, because the machine is slow or a step waits for its cuts to
/// be looked at, something may still be under way: no time is to pass then.
pub fn drive(till: &Till) -> Result<SyncStatus> {
    loop {
        let began = Instant::now();
        let status = till.sync(ALL)?;
        if began.elapsed() < ALL {
            return Ok(status);
        }
    }
}

/// Brings everything to its end. What no rule can settle a person decides, always in the same way.
pub fn settle(street: &Street, till: &Till, person: Resolution, case: &str) {
    for _ in 0..80 {
        drive(till).unwrap();
        for operation in till.waiting().unwrap() {
            if operation.may_retarget {
                let op_id = operation.receipt.op_id.as_str();
                till.retarget(op_id, &Retarget::NextNumber, "boss", "the number was taken").unwrap();
                continue;
            }
            let unknown = operation.receipt.state == State::Parked;
            if unknown && operation.resolutions.contains(&person) {
                let op_id = operation.receipt.op_id.as_str();
                till.resolve(op_id, person, "boss", "looked it up").unwrap();
            }
        }
        if till.status().unwrap().queued == 0 {
            return;
        }
        street.clock.pass(Duration::from_secs(30));
    }
    panic!("{case}: never settled: {:?} {:?}", till.status().unwrap(), till.waiting().unwrap());
}

/// Whether the remotes came to one of these ends. What was done without a promise and undone again may stand there besides.
pub fn came_to_an_end(ends: [&[String]; 2], end: &[String], folder: &Path) -> bool {
    if ends.contains(&end) {
        return true;
    }
    let mut besides = end.to_vec();
    for line in ends[0] {
        match besides.iter().position(|there| there == line) {
            Some(place) => besides.swap_remove(place),
            None => return false,
        };
    }
    besides.len() == 2 && has_undone_something(folder)
}

/// Empties the folder of a book that nobody has open. The ballast may stay: it takes long to be made.
pub fn clear(folder: &Path) {
    for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.extension().is_none_or(|kind| kind != "ballast") {
            std::fs::remove_file(path).unwrap();
        }
    }
}

/// A book and all around it, to go back to.
pub struct Moment {
    pub around: Saved,
    pub told: Vec<Promised>,
    files: Vec<(PathBuf, Vec<u8>)>,
}

impl Moment {
    /// With the till closed.
    pub fn of(street: &Street, told: &[Promised], book: &Path) -> Moment {
        let files = std::fs::read_dir(book.parent().unwrap())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| (path.clone(), std::fs::read(&path).unwrap()))
            .collect();
        Moment { around: street.save(), told: told.to_vec(), files }
    }

    /// With the till closed again.
    pub fn restore(&self, street: &Street, book: &Path) {
        clear(book.parent().unwrap());
        for (path, bytes) in &self.files {
            std::fs::write(path, bytes).unwrap();
        }
        street.restore(&self.around);
    }
}
