//! Yonyou's writes: one endpoint, five kinds of change.

use std::sync::Arc;

use tillbook::{
    AccruePoints, CarryOverPoints, Config, Delivery, Guarantee, Kind, RedeemPoints, Request, ReturnPoints, YonyouConfig,
};
use tillbook_sandbox::System;
use tillbook_sandbox::yonyou::{Action, Source};

use crate::case::{Case, EARLIER, Effect, Limits, OP, points, till, yuan};
use crate::stage::Stage;
use crate::street::{Cores, yonyou};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Op {
    Accrue,
    Redeem,
    TakeBack,
    GiveBack,
    CarryOver,
}

#[derive(Clone, Copy, Debug)]
struct Yonyou {
    op: Op,
    unique: bool,
}

const CARD: &str = "M1";
const MID: &str = "10000001";

pub(crate) fn cases(unique: bool) -> Vec<Arc<dyn Case>> {
    let all = [Op::Accrue, Op::Redeem, Op::TakeBack, Op::GiveBack, Op::CarryOver];
    all.into_iter().map(|op| Arc::new(Yonyou { op, unique }) as Arc<dyn Case>).collect()
}

impl Case for Yonyou {
    fn system(&self) -> System {
        System::Yonyou
    }

    fn name(&self) -> String {
        format!("{:?}", self.op)
    }

    fn kind(&self) -> Kind {
        match self.op {
            Op::Accrue => Kind::AccruePoints,
            Op::Redeem => Kind::RedeemPoints,
            Op::TakeBack | Op::GiveBack => Kind::ReturnPoints,
            Op::CarryOver => Kind::CarryOverPoints,
        }
    }

    fn endpoint(&self) -> &'static str {
        "points/change"
    }

    fn guarantee(&self) -> Guarantee {
        if self.unique { Guarantee::Repeat } else { Guarantee::Once }
    }

    fn limits(&self) -> Limits {
        Limits::default()
    }

    fn sole_writer(&self) -> bool {
        false
    }

    fn config(&self) -> Config {
        let config = YonyouConfig { source_code_unique: self.unique, ..yonyou() };
        till(config)
    }

    fn set_up(&self, cores: &mut Cores, _now_ms: i64) {
        cores.yonyou.settings_mut().source_code_unique = self.unique;
    }

    fn lead_up(&self, stage: &mut Stage) {
        let online = Delivery::RequireOnline(std::time::Duration::from_secs(30));
        stage.steps().set_reference(CARD, "yonyou", MID).unwrap();
        // Nothing but an answer tells how many points there are.
        let first = AccruePoints::new(CARD).amount(yuan("10")).op_id("first").delivery(online);
        stage.call(first);
        stage.settle("first");
        let earlier: Option<Request> = match self.op {
            Op::TakeBack => Some(AccruePoints::new(CARD).amount(yuan("40")).op_id(EARLIER).delivery(online).into()),
            Op::GiveBack => Some(RedeemPoints::new(CARD, points(40)).op_id(EARLIER).delivery(online).into()),
            _ => None,
        };
        if let Some(earlier) = earlier {
            stage.call(earlier);
            stage.settle(EARLIER);
        }
    }

    fn request(&self, by: Delivery) -> Request {
        match self.op {
            Op::Accrue => AccruePoints::new(CARD).amount(yuan("30")).op_id(OP).delivery(by).into(),
            Op::Redeem => RedeemPoints::new(CARD, points(20)).op_id(OP).delivery(by).into(),
            Op::TakeBack => {
                let back = ReturnPoints::new(CARD, EARLIER).points(points(40)).amount(yuan("40"));
                back.op_id(OP).delivery(by).into()
            }
            Op::GiveBack => ReturnPoints::new(CARD, EARLIER).op_id(OP).delivery(by).into(),
            Op::CarryOver => CarryOverPoints::new(CARD, points(500)).op_id(OP).delivery(by).into(),
        }
    }

    fn effect(&self, cores: &Cores, from: usize) -> Effect {
        let own = match self.op {
            Op::Accrue => Action::Grant,
            Op::Redeem => Action::Redeem,
            Op::TakeBack => Action::Clawback,
            Op::GiveBack => Action::GiveBack,
            Op::CarryOver => Action::CarryOver,
        };
        let lines = cores.yonyou.ledger()[from..].iter().filter(|line| line.source == Source::Api);
        let done = lines.inspect(|line| assert_eq!(line.action, Some(own), "that was not asked for")).count();
        Effect { done, undone: 0 }
    }

    fn ledger_lines(&self, cores: &Cores) -> usize {
        cores.yonyou.ledger().len()
    }

    fn somebody_else(&self, cores: &mut Cores, now_ms: i64, twin: bool) -> bool {
        let same = match self.op {
            Op::Accrue => 30,
            Op::Redeem => -20,
            Op::TakeBack => -40,
            Op::GiveBack => 40,
            Op::CarryOver => -510,
        };
        cores.yonyou.office(now_ms, "another").change_points(MID, if twin { same } else { 13 }).is_ok()
    }
}
