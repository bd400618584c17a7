//! Gree's writes.

use std::sync::Arc;

use tillbook::{
    AccruePoints, AddCouponTemplate, AdjustPoints, Config, CouponEffect, CouponScope, CouponStatus, CouponTemplate,
    Delivery, Family, GiveCoupon, Guarantee, Kind, OrderLine, PartChangeId, PushOrder, RedeemCoupon, RedeemPoints,
    Register, Request, ReturnOrder, ReturnPoints, SetCouponStatus, Validity,
};
use tillbook_sandbox::System;
use tillbook_sandbox::gree::{CouponStatus as There, LedgerKind, NewTemplate, Profile, Source};

use crate::case::{Case, EARLIER, Effect, Limits, NAME, OP, PHONE, points, till, yuan};
use crate::stage::Stage;
use crate::street::{Cores, gree};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Op {
    Register,
    Accrue,
    Redeem,
    Raise,
    Lower,
    TakeBack,
    GiveBack,
    /// A return of a change whose answer was lost, so that its statement is not known.
    TakeBackUnnamed,
    TakePartBack,
    GivePartBack,
    /// As `TakePartBack`, at a platform that wants a key of its own for it.
    TakePartBackOwn,
    Order,
    ReturnOrder,
    ReturnPart,
    Template,
    Give,
    Invalidate,
    /// A coupon that was redeemed here is made valid again.
    Revive,
    Coupon,
}

/// What an installation says of order numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Numbers {
    MayRepeat,
    /// One order of a number, and a repeat is told by this code.
    Unique(i64),
    /// By a code that the document does not have, and the installation knows.
    Told,
}

#[derive(Clone, Copy, Debug)]
struct Gree {
    op: Op,
    numbers: Numbers,
    sole_writer: bool,
}

/// The code that the document has for a key that was taken already.
const KNOWN_REPEAT: i64 = 150_002;
/// One that it does not have.
const OTHER_REPEAT: i64 = 120_003;

pub(crate) fn cases(sole_writer: bool) -> Vec<Arc<dyn Case>> {
    let case = |op, numbers| Arc::new(Gree { op, numbers, sole_writer }) as Arc<dyn Case>;
    let mut cases: Vec<Arc<dyn Case>> = Vec::new();
    for op in [
        Op::Register,
        Op::Accrue,
        Op::Redeem,
        Op::Raise,
        Op::Lower,
        Op::TakeBack,
        Op::GiveBack,
        Op::TakeBackUnnamed,
        Op::TakePartBack,
        Op::GivePartBack,
        Op::TakePartBackOwn,
        Op::Template,
        Op::Give,
        Op::Invalidate,
        Op::Revive,
        Op::Coupon,
    ] {
        cases.push(case(op, Numbers::MayRepeat));
    }
    for op in [Op::Order, Op::ReturnOrder, Op::ReturnPart] {
        for numbers in [Numbers::MayRepeat, Numbers::Unique(KNOWN_REPEAT), Numbers::Unique(OTHER_REPEAT), Numbers::Told]
        {
            cases.push(case(op, numbers));
        }
    }
    cases
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
        scope: CouponScope::default(),
    }
}

fn line(amount: &str, quantity: i64, score: i64) -> OrderLine {
    OrderLine::new("I1", "soap", quantity, yuan(amount)).points(points(score))
}

impl Gree {
    fn is_order(self) -> bool {
        matches!(self.op, Op::Order | Op::ReturnOrder | Op::ReturnPart)
    }
}

impl Case for Gree {
    fn system(&self) -> System {
        System::Gree
    }

    fn name(&self) -> String {
        let numbers = match self.numbers {
            Numbers::MayRepeat => String::new(),
            Numbers::Unique(code) => format!("/{code}"),
            Numbers::Told => "/told".to_owned(),
        };
        format!("{:?}{numbers}", self.op)
    }

    fn kind(&self) -> Kind {
        match self.op {
            Op::Register => Kind::Register,
            Op::Accrue => Kind::AccruePoints,
            Op::Redeem => Kind::RedeemPoints,
            Op::Raise | Op::Lower => Kind::AdjustPoints,
            Op::TakeBack | Op::GiveBack | Op::TakeBackUnnamed => Kind::ReturnPoints,
            Op::TakePartBack | Op::GivePartBack | Op::TakePartBackOwn => Kind::ReturnPoints,
            Op::Order => Kind::PushOrder,
            Op::ReturnOrder | Op::ReturnPart => Kind::ReturnOrder,
            Op::Template => Kind::AddCouponTemplate,
            Op::Give => Kind::GiveCoupon,
            Op::Invalidate | Op::Revive => Kind::SetCouponStatus,
            Op::Coupon => Kind::RedeemCoupon,
        }
    }

    fn endpoint(&self) -> &'static str {
        match self.op {
            Op::Register => "wk.user.info.add",
            Op::Accrue | Op::Redeem | Op::Raise | Op::Lower => "wk.user.event.score.change",
            Op::TakeBack | Op::GiveBack | Op::TakeBackUnnamed => "wk.user.event.score.rollback",
            Op::TakePartBack | Op::GivePartBack | Op::TakePartBackOwn => "wk.user.event.score.rollback.part",
            Op::Order => "wk.user.order.add",
            Op::ReturnOrder => "wk.user.refund.order.complete",
            Op::ReturnPart => "wk.user.refund.order.part",
            Op::Template => "wk.coupon.template.add",
            Op::Give => "wk.coupon.give",
            Op::Invalidate | Op::Revive => "wk.coupon.sync.status",
            Op::Coupon => "wk.coupon.verification",
        }
    }

    fn guarantee(&self) -> Guarantee {
        match self.op {
            Op::Register | Op::Give | Op::Coupon => Guarantee::Probe,
            Op::Invalidate | Op::Revive => Guarantee::SetStatus,
            Op::Template => Guarantee::Once,
            _ if self.is_order() && self.numbers == Numbers::MayRepeat => Guarantee::Once,
            _ => Guarantee::Repeat,
        }
    }

    fn limits(&self) -> Limits {
        let repeat_unexplained = match self.numbers {
            Numbers::Unique(code) => code == OTHER_REPEAT,
            Numbers::MayRepeat => self.op == Op::TakeBackUnnamed,
            Numbers::Told => false,
        };
        Limits {
            repeat_unexplained,
            undoes: self.endpoint() == "wk.user.event.score.change",
            has_records: matches!(self.guarantee(), Guarantee::Probe | Guarantee::SetStatus),
            ..Limits::default()
        }
    }

    fn sole_writer(&self) -> bool {
        self.sole_writer
    }

    fn config(&self) -> Config {
        let mut config = gree();
        config.sole_writer = self.sole_writer;
        config.order_no_unique = self.numbers != Numbers::MayRepeat;
        if self.numbers == Numbers::Told {
            config.duplicate_codes = vec![OTHER_REPEAT.to_string()];
        }
        if self.op == Op::TakePartBackOwn {
            config.part_change_id = PartChangeId::Own;
        }
        till(config)
    }

    fn set_up(&self, cores: &mut Cores, now_ms: i64) {
        let settings = cores.gree.settings_mut();
        match self.numbers {
            Numbers::MayRepeat => {}
            Numbers::Unique(code) => (settings.order_no_unique, settings.order_repeat_code) = (true, code),
            Numbers::Told => (settings.order_no_unique, settings.order_repeat_code) = (true, OTHER_REPEAT),
        }
        if self.op == Op::TakePartBackOwn {
            settings.part_change_id = tillbook_sandbox::gree::PartChangeId::Own;
        }
        let mut office = cores.gree.office(now_ms);
        if self.op != Op::Register {
            office.add_member(PHONE, Profile::default(), 1_000, 0).unwrap();
            office.add_template(NewTemplate::new("T1", 10_00, 30)).unwrap();
            office.give_coupons("T1", PHONE, &["K1", "K2"]).unwrap();
        }
    }

    fn lead_up(&self, stage: &mut Stage) {
        let online = Delivery::RequireOnline(std::time::Duration::from_secs(30));
        if self.op == Op::Register {
            return stage.pass(std::time::Duration::from_secs(60));
        }
        stage.serve(Family::Points, PHONE);
        let earlier: Option<Request> = match self.op {
            Op::TakeBack | Op::TakeBackUnnamed | Op::TakePartBack | Op::TakePartBackOwn => {
                let accrued = AccruePoints::new(PHONE).points(points(40)).amount(yuan("80"));
                Some(accrued.op_id(EARLIER).delivery(online).into())
            }
            Op::GiveBack | Op::GivePartBack => {
                Some(RedeemPoints::new(PHONE, points(40)).op_id(EARLIER).delivery(online).into())
            }
            Op::ReturnOrder | Op::ReturnPart => {
                let order = PushOrder::new(PHONE, yuan("60")).lines([line("60", 2, 6)]);
                Some(order.op_id(EARLIER).delivery(online).into())
            }
            Op::Revive => Some(RedeemCoupon::new(PHONE, "K1", yuan("60")).op_id(EARLIER).delivery(online).into()),
            _ => None,
        };
        if self.op == Op::TakeBackUnnamed {
            stage.lose_next_answer("wk.user.event.score.change");
        }
        if let Some(earlier) = earlier {
            stage.call(earlier);
            stage.settle(EARLIER);
        }
        stage.serve(Family::Points, PHONE);
    }

    fn request(&self, by: Delivery) -> Request {
        match self.op {
            Op::Register => Register::new(PHONE).name(NAME).op_id(OP).delivery(by).into(),
            Op::Accrue => AccruePoints::new(PHONE).points(points(9)).op_id(OP).delivery(by).into(),
            Op::Redeem => RedeemPoints::new(PHONE, points(20)).op_id(OP).delivery(by).into(),
            Op::Raise => AdjustPoints::new(PHONE, points(7)).op_id(OP).delivery(by).into(),
            Op::Lower => AdjustPoints::new(PHONE, points(-7)).op_id(OP).delivery(by).into(),
            Op::TakeBack | Op::GiveBack | Op::TakeBackUnnamed => {
                ReturnPoints::new(PHONE, EARLIER).op_id(OP).delivery(by).into()
            }
            Op::TakePartBack | Op::TakePartBackOwn | Op::GivePartBack => {
                let part = ReturnPoints::new(PHONE, EARLIER).points(points(10)).amount(yuan("20"));
                part.op_id(OP).delivery(by).into()
            }
            Op::Order => PushOrder::new(PHONE, yuan("60")).lines([line("60", 2, 6)]).op_id(OP).delivery(by).into(),
            Op::ReturnOrder => ReturnOrder::new(PHONE, EARLIER).op_id(OP).delivery(by).into(),
            Op::ReturnPart => {
                let part = ReturnOrder::new(PHONE, EARLIER).amount(yuan("30")).lines([line("30", 1, 3)]);
                part.op_id(OP).delivery(by).into()
            }
            Op::Template => AddCouponTemplate::new(template("T2")).op_id(OP).delivery(by).into(),
            Op::Give => GiveCoupon::new(PHONE, "T1").op_id(OP).delivery(by).into(),
            Op::Invalidate => SetCouponStatus::new(PHONE, "K1", CouponStatus::Invalid).op_id(OP).delivery(by).into(),
            Op::Revive => SetCouponStatus::new(PHONE, "K1", CouponStatus::Valid).op_id(OP).delivery(by).into(),
            Op::Coupon => RedeemCoupon::new(PHONE, "K1", yuan("60")).op_id(OP).delivery(by).into(),
        }
    }

    fn effect(&self, cores: &Cores, from: usize) -> Effect {
        let own = match self.op {
            Op::Register => LedgerKind::Register,
            Op::Accrue | Op::Redeem | Op::Raise | Op::Lower => LedgerKind::ScoreChange,
            Op::TakeBack | Op::GiveBack | Op::TakeBackUnnamed => LedgerKind::Rollback,
            Op::TakePartBack | Op::GivePartBack | Op::TakePartBackOwn => LedgerKind::PartRollback,
            Op::Order => LedgerKind::Order,
            Op::ReturnOrder => LedgerKind::WholeReturn,
            Op::ReturnPart => LedgerKind::PartReturn,
            Op::Template => LedgerKind::Template,
            Op::Give => LedgerKind::GiveCoupon,
            Op::Invalidate | Op::Revive => LedgerKind::CouponStatus,
            Op::Coupon => LedgerKind::UseCoupon,
        };
        let mut effect = Effect::default();
        for line in cores.gree.ledger()[from..].iter().filter(|line| line.source == Source::Api) {
            match line.kind {
                kind if kind == own => effect.done += 1,
                LedgerKind::Rollback if self.limits().undoes => effect.undone += 1,
                kind => panic!("{kind:?} was not asked for"),
            }
        }
        effect
    }

    fn ledger_lines(&self, cores: &Cores) -> usize {
        cores.gree.ledger().len()
    }

    fn stands(&self, cores: &Cores) -> bool {
        let coupon = |status| cores.gree.coupon("K1").is_some_and(|coupon| coupon.status == status);
        match self.op {
            Op::Register => cores.gree.members().filter(|member| member.phone == PHONE).count() == 1,
            Op::Invalidate => coupon(There::Invalid),
            Op::Revive => coupon(There::Valid),
            _ => false,
        }
    }

    fn somebody_else(&self, cores: &mut Cores, now_ms: i64, twin: bool) -> bool {
        let mut office = cores.gree.office(now_ms);
        let pick = |same: i64, other: i64| if twin { same } else { other };
        match self.op {
            Op::Register => {
                let nickname = if twin { NAME } else { "赵六" }.to_owned();
                let profile = Profile { nickname, ..Profile::default() };
                office.add_member(PHONE, profile, 0, 0).is_ok()
            }
            Op::Accrue => office.change_points(PHONE, pick(9, 13), "another").is_ok(),
            Op::Redeem => office.change_points(PHONE, pick(-20, -13), "another").is_ok(),
            Op::Raise | Op::TakePartBackOwn => office.change_points(PHONE, pick(7, -3), "another").is_ok(),
            Op::Lower => office.change_points(PHONE, pick(-7, 3), "another").is_ok(),
            Op::TakeBack | Op::TakeBackUnnamed => office.change_points(PHONE, pick(-40, -13), "another").is_ok(),
            Op::GiveBack => office.change_points(PHONE, pick(40, 13), "another").is_ok(),
            Op::TakePartBack => office.change_points(PHONE, pick(-10, 13), "another").is_ok(),
            Op::GivePartBack => office.change_points(PHONE, pick(10, -13), "another").is_ok(),
            Op::Order => office.sell(PHONE, "another", pick(60_00, 17_00), pick(6, 2)).is_ok(),
            Op::ReturnOrder | Op::ReturnPart => office.change_points(PHONE, pick(-6, 13), "another").is_ok(),
            Op::Template => {
                let terms = NewTemplate::new(if twin { "T2" } else { "T3" }, 10_00, 10);
                office.add_template(terms).is_ok()
            }
            Op::Give => office.give_coupons("T1", PHONE, &[if twin { "N1" } else { "N2" }]).is_ok(),
            Op::Invalidate if twin => office.set_coupon_status("K1", There::Invalid).is_ok(),
            Op::Revive if twin => office.set_coupon_status("K1", There::Valid).is_ok(),
            Op::Invalidate => office.use_coupon("K1", "another").is_ok(),
            Op::Revive => office.set_coupon_status("K1", There::Invalid).is_ok(),
            Op::Coupon if twin => office.use_coupon("K1", "another").is_ok(),
            Op::Coupon => office.set_coupon_status("K1", There::Invalid).is_ok(),
        }
    }
}
