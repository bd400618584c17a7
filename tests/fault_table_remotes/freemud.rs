//! Freemud's writes.

use std::sync::Arc;

use tillbook::{
    AccruePoints, AdjustPoints, Config, Delivery, Family, Guarantee, Kind, RedeemPoints, Register, Request,
    ReturnPoints, ReturnPointsOfOrder, UpdatePoints,
};
use tillbook_sandbox::System;
use tillbook_sandbox::freemud::{LedgerKind, NewMember, Source, request};

use crate::case::{Case, EARLIER, Effect, Limits, NAME, OP, PHONE, points, till, yuan};
use crate::stage::Stage;
use crate::street::{Cores, freemud};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Op {
    Register,
    Accrue,
    /// By the money, so that the remote computes the points.
    AccrueMoney,
    Redeem,
    Raise,
    Lower,
    TakeBack,
    /// Of points that were granted for money, whose number the remote has told.
    TakeBackMoney,
    GiveBack,
    GivePartBack,
    UpdateUp,
    UpdateDown,
    ReturnOrder,
    /// The points of an order that this till knows nothing of.
    ReturnUnknownOrder,
}

#[derive(Clone, Copy, Debug)]
struct Freemud {
    op: Op,
    sole_writer: bool,
}

pub(crate) fn cases(sole_writer: bool) -> Vec<Arc<dyn Case>> {
    let all = [
        Op::Register,
        Op::Accrue,
        Op::AccrueMoney,
        Op::Redeem,
        Op::Raise,
        Op::Lower,
        Op::TakeBack,
        Op::TakeBackMoney,
        Op::GiveBack,
        Op::GivePartBack,
        Op::UpdateUp,
        Op::UpdateDown,
        Op::ReturnOrder,
        Op::ReturnUnknownOrder,
    ];
    all.into_iter().map(|op| Arc::new(Freemud { op, sole_writer }) as Arc<dyn Case>).collect()
}

fn member_id(cores: &Cores) -> String {
    cores.freemud.member_by_mobile(PHONE).unwrap().member_id.to_owned()
}

impl Case for Freemud {
    fn system(&self) -> System {
        System::Freemud
    }

    fn name(&self) -> String {
        format!("{:?}", self.op)
    }

    fn kind(&self) -> Kind {
        match self.op {
            Op::Register => Kind::Register,
            Op::Accrue | Op::AccrueMoney => Kind::AccruePoints,
            Op::Redeem => Kind::RedeemPoints,
            Op::Raise | Op::Lower => Kind::AdjustPoints,
            Op::TakeBack | Op::TakeBackMoney | Op::GiveBack | Op::GivePartBack => Kind::ReturnPoints,
            Op::UpdateUp | Op::UpdateDown => Kind::UpdatePoints,
            Op::ReturnOrder | Op::ReturnUnknownOrder => Kind::ReturnPointsOfOrder,
        }
    }

    fn endpoint(&self) -> &'static str {
        match self.op {
            Op::Register => "register/mobile",
            Op::Accrue | Op::AccrueMoney | Op::GiveBack | Op::GivePartBack => "score/sendScore",
            Op::Raise => "score/opt/1",
            Op::Redeem | Op::Lower | Op::TakeBack | Op::TakeBackMoney => "score/opt/15",
            Op::UpdateUp | Op::UpdateDown => "score/updateScore",
            Op::ReturnOrder | Op::ReturnUnknownOrder => "score/returnScore",
        }
    }

    fn guarantee(&self) -> Guarantee {
        match self.op {
            Op::Register => Guarantee::Probe,
            Op::UpdateUp | Op::UpdateDown | Op::ReturnOrder | Op::ReturnUnknownOrder if self.sole_writer => {
                Guarantee::Probe
            }
            Op::UpdateUp | Op::UpdateDown | Op::ReturnOrder | Op::ReturnUnknownOrder => Guarantee::Once,
            _ => Guarantee::Repeat,
        }
    }

    fn limits(&self) -> Limits {
        Limits {
            figures_unknown: matches!(self.op, Op::AccrueMoney | Op::ReturnUnknownOrder | Op::ReturnOrder),
            has_records: self.guarantee() != Guarantee::Once,
            needs_sole_writer: self.op != Op::Register,
            ..Limits::default()
        }
    }

    fn sole_writer(&self) -> bool {
        self.sole_writer
    }

    fn config(&self) -> Config {
        let mut config = freemud();
        config.sole_writer = self.sole_writer;
        config.halt_codes = vec!["12".into()];
        // What signing adds has tests of its own, and costs most of the time here.
        (config.private_key, config.platform_key, config.unsigned) = (None, None, true);
        till(config)
    }

    fn set_up(&self, cores: &mut Cores, now_ms: i64) {
        let settings = cores.freemud.settings_mut();
        (settings.client_key, settings.platform_key) = (None, None);
        if self.op != Op::Register {
            let id = cores.freemud.seed(now_ms, NewMember::new(PHONE).with_points(1_000)).unwrap();
            // So that granted, used and current are three figures.
            cores.freemud.office(now_ms, "another").change_points(&id, -100, 14).unwrap();
            // An order of another till's.
            let spent = format!(
                r#"{{"memberId":"{id}","score":40,"operationType":14,"orderId":"O2","idempotencyBussinessId":"theirs"}}"#
            );
            let request = request(cores.freemud.settings(), None, "score/opt/15", "theirs", &spent);
            assert!(cores.freemud.handle(now_ms, &request).text().contains("currentScore"));
        }
    }

    fn lead_up(&self, stage: &mut Stage) {
        let online = Delivery::RequireOnline(std::time::Duration::from_secs(30));
        if self.op == Op::Register {
            return stage.pass(std::time::Duration::from_secs(60));
        }
        stage.serve(Family::Points, PHONE);
        let earlier: Option<Request> = match self.op {
            Op::TakeBack => Some(AccruePoints::new(PHONE).points(points(40)).op_id(EARLIER).delivery(online).into()),
            Op::TakeBackMoney => {
                Some(AccruePoints::new(PHONE).amount(yuan("40")).op_id(EARLIER).delivery(online).into())
            }
            Op::GiveBack | Op::GivePartBack | Op::ReturnOrder => {
                Some(RedeemPoints::new(PHONE, points(40)).order("O1").op_id(EARLIER).delivery(online).into())
            }
            _ => None,
        };
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
            Op::AccrueMoney => AccruePoints::new(PHONE).amount(yuan("30")).op_id(OP).delivery(by).into(),
            Op::Redeem => RedeemPoints::new(PHONE, points(20)).op_id(OP).delivery(by).into(),
            Op::Raise => AdjustPoints::new(PHONE, points(7)).op_id(OP).delivery(by).into(),
            Op::Lower => AdjustPoints::new(PHONE, points(-7)).op_id(OP).delivery(by).into(),
            Op::TakeBack | Op::TakeBackMoney | Op::GiveBack => {
                ReturnPoints::new(PHONE, EARLIER).op_id(OP).delivery(by).into()
            }
            Op::GivePartBack => ReturnPoints::new(PHONE, EARLIER).points(points(10)).op_id(OP).delivery(by).into(),
            Op::UpdateUp => UpdatePoints::new(PHONE, points(7)).op_id(OP).delivery(by).into(),
            Op::UpdateDown => UpdatePoints::new(PHONE, points(-7)).op_id(OP).delivery(by).into(),
            Op::ReturnOrder => ReturnPointsOfOrder::new(PHONE, "O1").op_id(OP).delivery(by).into(),
            Op::ReturnUnknownOrder => ReturnPointsOfOrder::new(PHONE, "O2").op_id(OP).delivery(by).into(),
        }
    }

    fn effect(&self, cores: &Cores, from: usize) -> Effect {
        let own = match self.op {
            Op::Register => LedgerKind::Register,
            Op::Accrue | Op::AccrueMoney | Op::GiveBack | Op::GivePartBack => LedgerKind::Send,
            Op::Raise => LedgerKind::Add,
            Op::Redeem | Op::Lower | Op::TakeBack | Op::TakeBackMoney => LedgerKind::Subtract,
            Op::UpdateUp | Op::UpdateDown => LedgerKind::Update,
            Op::ReturnOrder | Op::ReturnUnknownOrder => LedgerKind::Return,
        };
        let lines = cores.freemud.ledger()[from..].iter().filter(|line| line.source == Source::Api);
        let done = lines.inspect(|line| assert_eq!(line.kind, own, "that was not asked for")).count();
        Effect { done, undone: 0 }
    }

    fn ledger_lines(&self, cores: &Cores) -> usize {
        cores.freemud.ledger().len()
    }

    fn stands(&self, cores: &Cores) -> bool {
        self.op == Op::Register && cores.freemud.members().filter(|member| member.mobile == PHONE).count() == 1
    }

    fn somebody_else(&self, cores: &mut Cores, now_ms: i64, twin: bool) -> bool {
        if self.op == Op::Register {
            return cores.freemud.seed(now_ms, NewMember::new(PHONE)).is_ok();
        }
        // The same in points and in what it is filed under, or something else.
        let (change, filed) = match self.op {
            _ if !twin => (13, 4),
            Op::Accrue => (9, 1),
            Op::AccrueMoney => (30, 1),
            Op::Redeem => (-20, 14),
            Op::Raise | Op::UpdateUp => (7, 4),
            Op::Lower | Op::UpdateDown => (-7, 11),
            Op::TakeBack | Op::TakeBackMoney => (-40, 15),
            Op::GiveBack | Op::ReturnOrder | Op::ReturnUnknownOrder => (40, 2),
            Op::GivePartBack => (10, 2),
            Op::Register => return false,
        };
        let id = member_id(cores);
        cores.freemud.office(now_ms, "another").change_points(&id, change, filed).is_ok()
    }
}
