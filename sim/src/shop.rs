//! What cashiers do with members, points, coupons and orders, and what happens to those elsewhere.

use tillbook::{
    AccruePoints, AdjustPoints, CarryOverPoints, CouponStatus, Family, GiveCoupon, Money, OrderLine, Points, PushOrder,
    RedeemCoupon, RedeemPoints, Register, Request, ReturnOrder, ReturnPoints, ReturnPointsOfOrder, SetCouponStatus,
    UpdatePoints,
};
use tillbook_sandbox::freemud::NewMember;
use tillbook_sandbox::gree::{CouponStatus as There, Profile};
use tillbook_sandbox::{System, gree};

use crate::audit::Violation;
use crate::call::{ActSpec, CallSpec, DeliverySpec, Supervised, with_call};
use crate::till::SimTill;
use crate::time::by_chance;
use crate::town::TEMPLATE;
use crate::world::World;

/// What a call is about, besides the card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Deal {
    Register { phone: String, name: String },
    Accrue { points: Option<i64>, fen: Option<i64>, order: Option<String> },
    Redeem { points: i64, order: Option<String> },
    Adjust { points: i64 },
    Return { of: String, points: Option<i64>, fen: Option<i64> },
    CarryOver { points: i64 },
    Update { points: i64 },
    ReturnOfOrder { order: String },
    Order { soap: i64, tea: i64 },
    TakeBack { of: String, soap: Option<i64> },
    Give,
    Use { coupon: String, fen: i64 },
    SetStatus { coupon: String, to: CouponStatus },
}

/// Each piece of soap costs so much, and brings a point for each yuan; so does the tea.
const SOAP_FEN: i64 = 20_00;
const TEA_FEN: i64 = 60_00;

fn line(item: &str, count: i64, fen: i64) -> OrderLine {
    OrderLine::new(item, item, count, Money::from_fen(fen * count)).points(Points::new(fen * count / 100))
}

impl Deal {
    /// The request of a call that is about this.
    pub(crate) fn request(&self, spec: &CallSpec) -> Request {
        let card = &spec.card;
        match self {
            Deal::Register { phone, name } => with_call!(Register::new(phone).card(card).name(name), spec),
            Deal::Accrue { points, fen, order } => {
                let mut accrue = AccruePoints::new(card);
                if let Some(points) = points {
                    accrue = accrue.points(Points::new(*points));
                }
                if let Some(fen) = fen {
                    accrue = accrue.amount(Money::from_fen(*fen));
                }
                if let Some(order) = order {
                    accrue = accrue.order(order);
                }
                with_call!(accrue, spec)
            }
            Deal::Redeem { points, order } => {
                let mut redeem = RedeemPoints::new(card, Points::new(*points));
                if let Some(order) = order {
                    redeem = redeem.order(order);
                }
                with_call!(redeem, spec)
            }
            Deal::Adjust { points } => with_call!(AdjustPoints::new(card, Points::new(*points)), spec),
            Deal::Return { of, points, fen } => {
                let mut back = ReturnPoints::new(card, of);
                if let Some(points) = points {
                    back = back.points(Points::new(*points));
                }
                if let Some(fen) = fen {
                    back = back.amount(Money::from_fen(*fen));
                }
                with_call!(back, spec)
            }
            Deal::CarryOver { points } => with_call!(CarryOverPoints::new(card, Points::new(*points)), spec),
            Deal::Update { points } => with_call!(UpdatePoints::new(card, Points::new(*points)), spec),
            Deal::ReturnOfOrder { order } => with_call!(ReturnPointsOfOrder::new(card, order), spec),
            Deal::Order { soap, tea } => {
                let lines = [("soap", *soap, SOAP_FEN), ("tea", *tea, TEA_FEN)];
                let lines = lines.into_iter().filter(|(_, count, _)| *count > 0);
                let total = Money::from_fen(soap * SOAP_FEN + tea * TEA_FEN);
                let lines = lines.map(|(item, count, fen)| line(item, count, fen));
                with_call!(PushOrder::new(card, total).lines(lines), spec)
            }
            Deal::TakeBack { of, soap } => {
                let mut back = ReturnOrder::new(card, of);
                if let Some(soap) = soap {
                    back = back.lines([line("soap", *soap, SOAP_FEN)]);
                }
                with_call!(back, spec)
            }
            Deal::Give => with_call!(GiveCoupon::new(card, TEMPLATE), spec),
            Deal::Use { coupon, fen } => with_call!(RedeemCoupon::new(card, coupon, Money::from_fen(*fen)), spec),
            Deal::SetStatus { coupon, to } => with_call!(SetCouponStatus::new(card, coupon, *to), spec),
        }
    }
}

/// What a cashier of this till asks for next, where there is more than Sandy.
pub(crate) fn thrown(dice: &mut fastrand::Rng, till: &SimTill, number: u32) -> Option<CallSpec> {
    let families: Vec<Family> = till.plan.routes.keys().copied().collect();
    let family = families[dice.usize(0..families.len())];
    let system = till.plan.routes[&family];
    if system == System::Sandy {
        return None;
    }
    let card = if system == System::Yonyou {
        let mids = &till.plan.mids;
        mids[dice.usize(0..mids.len())].0.clone()
    } else if !till.phones.is_empty() && dice.u8(0..4) == 0 {
        let nth = dice.usize(0..till.phones.len());
        till.phones.keys().nth(nth)?.clone()
    } else {
        let members = &till.plan.members;
        // One of them comes more often than the others: what is done twice is done to the same member.
        members[if dice.bool() { 0 } else { dice.usize(0..members.len()) }].clone()
    };
    let of_card = |kinds: &[&str]| -> Vec<&crate::audit::mirror::Op> {
        till.mirror.ops.values().filter(|op| op.card == card && kinds.contains(&op.kind.as_str())).collect()
    };
    let order = dice.bool().then(|| format!("order-{number}"));
    let deal = match family {
        Family::Cards => return None,
        Family::Members => {
            let phone = till.plan.members[dice.usize(0..till.plan.members.len())].clone();
            let name = format!("Name {}", dice.u32(0..3));
            let card = if dice.u8(0..4) == 0 { format!("M{}-{number}", till.index) } else { phone.clone() };
            return Some(spec(dice, till.index, number, card, Deal::Register { phone, name }));
        }
        Family::Points => {
            let moved = of_card(&["accrue_points", "redeem_points"]);
            match dice.u8(0..20) {
                0..=7 => match system {
                    System::Yonyou if dice.bool() => {
                        Deal::Accrue { points: None, fen: Some(dice.i64(1..=300) * 100), order }
                    }
                    System::Freemud if dice.u8(0..4) == 0 => {
                        Deal::Accrue { points: None, fen: Some(dice.i64(1..=300) * 100), order }
                    }
                    _ => Deal::Accrue { points: Some([5, dice.i64(1..=200)][dice.usize(0..2)]), fen: None, order },
                },
                8..=12 => Deal::Redeem { points: [5, dice.i64(1..=150)][dice.usize(0..2)], order },
                13 => Deal::Adjust { points: [dice.i64(1..=50), -dice.i64(1..=50)][dice.usize(0..2)] },
                14..=18 if !moved.is_empty() => {
                    // Often the same one again: what came back of it already counts.
                    let of = moved[if dice.bool() { 0 } else { dice.usize(0..moved.len()) }];
                    let part = dice.bool().then(|| dice.i64(1..=of.points.abs().max(1)));
                    Deal::Return { of: of.op_id.clone(), points: part, fen: part.map(|part| part * 100) }
                }
                _ => match system {
                    System::Yonyou if by_chance(dice, 100) => Deal::CarryOver { points: dice.i64(0..=300) },
                    System::Freemud if dice.bool() => {
                        Deal::Update { points: [dice.i64(1..=50), -dice.i64(1..=50)][dice.usize(0..2)] }
                    }
                    System::Freemud => Deal::ReturnOfOrder { order: format!("order-{}", dice.u32(1..=number)) },
                    _ => Deal::Redeem { points: 1, order },
                },
            }
        }
        Family::Orders => {
            let orders = of_card(&["push_order"]);
            match dice.u8(0..5) {
                0..=1 if !orders.is_empty() => {
                    let of = orders[dice.usize(0..orders.len())].op_id.clone();
                    Deal::TakeBack { of, soap: dice.bool().then_some(1) }
                }
                _ => Deal::Order { soap: dice.i64(0..=3), tea: dice.i64(1..=2) },
            }
        }
        Family::Coupons => {
            let phone = till.who(system, &card).unwrap_or_default();
            let mut codes = vec![format!("{phone}-A"), format!("{phone}-B")];
            codes.extend(of_card(&["give_coupon"]).into_iter().map(|op| op.key.clone()));
            let coupon = codes[dice.usize(0..codes.len())].clone();
            match dice.u8(0..10) {
                0..=1 => Deal::Give,
                2..=5 => Deal::Use { coupon, fen: dice.i64(1..=100) * 100 },
                6 => Deal::SetStatus { coupon, to: CouponStatus::Invalid },
                _ => Deal::SetStatus { coupon, to: CouponStatus::Valid },
            }
        }
    };
    Some(spec(dice, till.index, number, card, deal))
}

fn spec(dice: &mut fastrand::Rng, till: usize, number: u32, card: String, deal: Deal) -> CallSpec {
    let delivery = match dice.u8(0..6) {
        0 => DeliverySpec::Standard,
        1..=3 => DeliverySpec::Offline,
        4 => DeliverySpec::Prefer(dice.u64(1..6_000)),
        _ => DeliverySpec::Require(dice.u64(1..20_000)),
    };
    CallSpec {
        op_id: format!("T{till}-{number}"),
        card,
        act: ActSpec::Deal(deal),
        delivery,
        supervised: Supervised::No,
    }
}

/// Somebody else does something at one of the platforms.
pub(crate) fn elsewhere(world: &mut World, dice: &mut fastrand::Rng) {
    let town = &world.plan.town;
    let there = [
        (System::Gree, town.gree.is_some()),
        (System::Freemud, town.freemud.is_some()),
        (System::Yonyou, town.yonyou.is_some()),
    ];
    let there: Vec<System> = there.into_iter().filter(|(_, there)| *there).map(|(system, _)| system).collect();
    if there.is_empty() {
        return;
    }
    let system = there[dice.usize(0..there.len())];
    let (phones, mids) = (town.open_phones.clone(), town.open_mids.clone());
    let clock_ms = world.remote.clock_ms(world.now());
    let points = [dice.i64(1..=100), -dice.i64(1..=100)][dice.usize(0..2)];
    let done = match system {
        System::Sandy => return,
        System::Yonyou => {
            let Some(mid) = (!mids.is_empty()).then(|| mids[dice.usize(0..mids.len())].clone()) else { return };
            let done = world.remote.yonyou.office(clock_ms, "boss").change_points(&mid, points);
            format!("changes the points of {mid} by {points}: {done:?}")
        }
        System::Freemud => {
            let Some(phone) = (!phones.is_empty()).then(|| phones[dice.usize(0..phones.len())].clone()) else { return };
            let member = world.remote.freemud.member_by_mobile(&phone).map(|member| member.member_id.to_owned());
            let mut office = world.remote.freemud.office(clock_ms, "boss");
            match (member, dice.u8(0..8)) {
                (None, _) => {
                    format!("registers {phone} at freemud: {:?}", office.add_member(NewMember::new(&phone)).is_ok())
                }
                (Some(id), 0) => format!("blocks {phone} at freemud: {:?}", office.set_active(&id, false)),
                (Some(id), 1..=3) => format!("unblocks {phone} at freemud: {:?}", office.set_active(&id, true)),
                (Some(id), _) => {
                    let done = office.change_points(&id, points, if points > 0 { 4 } else { 11 });
                    format!("changes the points of {phone} at freemud by {points}: {done:?}")
                }
            }
        }
        System::Gree => {
            let Some(phone) = (!phones.is_empty()).then(|| phones[dice.usize(0..phones.len())].clone()) else { return };
            at_gree(world, dice, &phone, points)
        }
    };
    world.tell(|| format!("office   {done}"));
}

fn at_gree(world: &mut World, dice: &mut fastrand::Rng, phone: &str, points: i64) -> String {
    let now = world.now();
    let clock_ms = world.remote.clock_ms(now);
    let known = world.remote.gree.member(phone).map(|member| member.open_id.clone());
    let coupons: Vec<String> = world.remote.gree.coupons().iter().map(|coupon| coupon.number.clone()).collect();
    // Those of the members that others serve too.
    let theirs = |number: &String| {
        let coupon = world.remote.gree.coupon(number);
        let owner = coupon.and_then(|coupon| world.remote.gree.member(&coupon.open_id));
        owner.is_some_and(|owner| world.plan.town.open_phones.contains(&owner.phone))
    };
    let coupons: Vec<String> = coupons.into_iter().filter(theirs).collect();
    let coupon =
        (!coupons.is_empty()).then(|| coupons[if dice.bool() { 0 } else { dice.usize(0..coupons.len()) }].clone());
    let mut office = world.remote.gree.office(clock_ms);
    match (known, coupon, dice.u8(0..10)) {
        (None, ..) => {
            let done = office.add_member(phone, Profile::new("somebody"), dice.i64(0..=100), 0).is_ok();
            format!("registers {phone} at gree: {done}")
        }
        (Some(_), _, 0) => format!("blocks {phone} at gree: {:?}", office.block(phone, true)),
        (Some(_), _, 1..=2) => format!("unblocks {phone} at gree: {:?}", office.block(phone, false)),
        (Some(_), Some(coupon), 3..=5) => {
            let done = office.use_coupon(&coupon, &format!("elsewhere-{now}"));
            world.remote.coupon_touched.insert(coupon.clone(), now);
            format!("uses coupon {coupon}: {done:?}")
        }
        (Some(_), Some(coupon), 6) => {
            let status = [There::Valid, There::Invalid][dice.usize(0..2)];
            let done = office.set_coupon_status(&coupon, status);
            world.remote.coupon_touched.insert(coupon.clone(), now);
            if done.is_ok() && status == There::Valid {
                world.remote.coupon_given_back.insert(coupon.clone());
            }
            format!("sets coupon {coupon} to {status:?}: {done:?}")
        }
        _ => {
            let done = office.change_points(phone, points, "by hand").is_ok();
            format!("changes the points of {phone} at gree by {points}: {done}")
        }
    }
}

/// Tokens end before their time.
pub(crate) fn end_tokens(world: &mut World, dice: &mut fastrand::Rng) {
    let clock_ms = world.remote.clock_ms(world.now());
    if world.plan.town.gree.is_some() {
        world.remote.gree.office(clock_ms).expire_tokens();
        // A new one costs a quota of one a day: that happens in few worlds.
        if by_chance(dice, 30) {
            world.remote.gree.office(clock_ms).expire_refresh_tokens();
        }
    }
    if world.plan.town.yonyou.is_some() {
        world.remote.yonyou.office(clock_ms, "boss").expire_tokens();
    }
    world.figures.faults += 1;
    world.tell(|| "remote   all tokens end".to_owned());
}

/// Freemud tells a till of a change: once, twice, or somebody else pretends to be Freemud.
pub(crate) fn push(world: &mut World, i: usize, dice: &mut fastrand::Rng) -> Result<(), Violation> {
    let lines = world.remote.lines(System::Freemud);
    if lines == 0 || world.tills[i].plan.config.freemud.is_none() {
        return Ok(());
    }
    let seq = dice.u64(1..=lines as u64);
    let core = &world.remote.freemud;
    let Some(points) = core.points_push_of(seq) else { return Ok(()) };
    let push = if dice.bool() { core.member_push(&points.member_id) } else { Some(core.points_push(&points)) };
    let Some(push) = push else { return Ok(()) };
    let signed = world.plan.town.freemud.as_ref().is_some_and(|settings| settings.platform_key.is_some());
    let forged = signed && dice.u8(0..4) == 0;
    let body = if forged { push.with_wrong_signature() } else { push.body() };
    let times = dice.usize(1..=2);
    world.tell(|| format!("freemud  pushes to till {i}{}", if forged { ", or so it seems" } else { "" }));
    for _ in 0..times {
        let taken = world.at_book(i, |steps| steps.apply_push("freemud", body.as_bytes()))?;
        if forged && taken.is_some() {
            return crate::audit::violated(2, format!("till {i} takes a push that is not freemud's"));
        }
    }
    Ok(())
}

/// A platform forgets the keys of everything that a till has sent and not heard of.
pub(crate) fn forget_keys(world: &mut World, i: usize) {
    let clock_ms = world.remote.clock_ms(world.now());
    let doubtful = world.tills[i].mirror.ops.values().filter(|op| matches!(op.state.as_str(), "sending" | "in_doubt"));
    let keys: Vec<String> = doubtful.map(|op| op.key.clone()).collect();
    for key in keys {
        let gree = world.remote.gree.office(clock_ms).forget_key(&key);
        let freemud = world.remote.freemud.office(clock_ms, "boss").forget_key(&key);
        if gree || freemud {
            world.figures.faults += 1;
            world.tell(|| format!("remote   forgets a key of till {i}"));
        }
    }
}

/// Whether a coupon's status is that, for a person who looks.
pub(crate) fn coupon_is(world: &World, coupon: &str, to: &str) -> bool {
    let status = world.remote.gree.coupon(coupon).map(|coupon| coupon.status);
    matches!((status, to), (Some(gree::CouponStatus::Valid), "valid") | (Some(gree::CouponStatus::Invalid), "invalid"))
}
