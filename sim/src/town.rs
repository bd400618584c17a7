//! What a world has besides Sandy, or in its place: the platforms of members, coupons and orders, and how tills are routed
//! to them. A third of all worlds has Sandy alone.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use tillbook::{
    CouponFeeUnits, Family, FeeUnit, FreemudConfig, FreemudRegisterType, GreeConfig, LevelTerms, ListForm, OutBizNo,
    PartChangeId, Routing, YonyouConfig,
};
use tillbook_sandbox::{System, freemud, gree, yonyou};

use crate::plan::{BASE_URL, Class, Plan, TillPlan};
use crate::time::{Occasion, dice};

/// The platforms of a world, and who is known to them from the beginning.
#[derive(Debug, Default)]
pub(crate) struct Town {
    pub(crate) gree: Option<gree::Settings>,
    pub(crate) freemud: Option<freemud::Settings>,
    pub(crate) yonyou: Option<yonyou::Settings>,
    /// Phone numbers of members who are there in the morning, with their points.
    pub(crate) members: Vec<(String, i64)>,
    /// Yonyou's members, with their points.
    pub(crate) mids: Vec<(String, i64)>,
    /// Those of them that others write to as well.
    pub(crate) open_phones: Vec<String>,
    pub(crate) open_mids: Vec<String>,
    /// How often tokens end out of their time, as a weight.
    pub(crate) tokens: u32,
    pub(crate) pushes: u32,
    /// A broken assumption: keys are forgotten.
    pub(crate) forgets: u32,
}

impl Town {
    /// Sandy alone.
    pub(crate) fn is_empty(&self) -> bool {
        self.gree.is_none() && self.freemud.is_none() && self.yonyou.is_none()
    }
}

/// Coupons are made from these by everybody.
pub(crate) const TEMPLATE: &str = "T1";

/// Which remotes a world has.
pub(crate) fn systems(seed: u64) -> Vec<System> {
    use System::{Freemud, Gree, Sandy, Yonyou};
    let mut dice = dice(seed, Occasion::Town, 0, 0);
    match dice.u8(0..15) {
        0..=4 => vec![Sandy],
        5..=6 => vec![Gree],
        7..=8 => vec![Freemud],
        9 => vec![Yonyou],
        10..=11 => vec![Sandy, Gree],
        12 => vec![Sandy, Freemud],
        13 => vec![Gree, Freemud],
        _ => vec![Sandy, Gree, Freemud, Yonyou],
    }
}

/// Puts the other remotes into a world.
pub(crate) fn furnish(plan: &mut Plan, seed: u64) {
    let systems = systems(seed);
    if systems == [System::Sandy] {
        return;
    }
    let has = |system| systems.contains(&system);
    let mut dice = dice(seed, Occasion::Town, 1, 0);
    let dice = &mut dice;
    let mut town = Town {
        tokens: if dice.bool() { 0 } else { dice.u32(1..=8) },
        pushes: if has(System::Freemud) { dice.u32(0..=6) } else { 0 },
        forgets: if plan.class == Class::Two { dice.u32(0..=8) } else { 0 },
        ..Town::default()
    };
    let routing = routing(&systems, dice);
    let broken = plan.class == Class::Two && dice.u8(0..3) == 0;
    let gree = has(System::Gree).then(|| gree_pair(dice, broken));
    let freemud = has(System::Freemud).then(|| freemud_pair(dice));
    let yonyou = has(System::Yonyou).then(|| yonyou_pair(dice, broken));
    let (mut gree, mut freemud) = (gree, freemud);
    if let Some(till) = plan.tills.first().filter(|_| dice.u8(0..3) == 0) {
        // Keys live a little longer than the till is told, by as much as a request may be late.
        let life_s = dice.u64(60..300);
        let life_ms = i64::try_from(life_s).unwrap_or_default() * 1000 + till.timeout_ms + till.quiet_ms + 2_000;
        if let Some((settings, config)) = &mut gree {
            (settings.change_id_life_ms, config.key_life_s) = (Some(life_ms), Some(life_s));
        }
        if let Some((settings, config)) = &mut freemud {
            (settings.key_life_ms, config.key_life_s) = (Some(life_ms), life_s);
        }
    }
    town.gree = gree.as_ref().map(|(settings, _)| settings.clone());
    town.freemud = freemud.as_ref().map(|(settings, _)| settings.clone());
    town.yonyou = yonyou.as_ref().map(|(settings, _)| settings.clone());
    if !has(System::Sandy) {
        plan.cards.clear();
    }
    let alone = plan.tills.len() == 1;
    for (index, till) in plan.tills.iter_mut().enumerate() {
        let sole = till.sole;
        let config = &mut till.config;
        let (timeout, quiet) = (till.timeout_ms.unsigned_abs(), till.quiet_ms.unsigned_abs());
        if !has(System::Sandy) {
            config.sandy = None;
            till.cards.clear();
        }
        if let Some((_, gree)) = &gree {
            let mut gree = gree.clone();
            (gree.request_timeout_ms, gree.quiet_period_ms) = (timeout, quiet);
            gree.sole_writer = sole;
            gree.sole_app_user = alone && dice.u8(0..4) > 0;
            config.gree = Some(gree);
        }
        if let Some((_, freemud)) = &freemud {
            let mut freemud = freemud.clone();
            (freemud.request_timeout_ms, freemud.quiet_period_ms) = (timeout, quiet);
            freemud.sole_writer = sole;
            config.freemud = Some(freemud);
        }
        if let Some((_, yonyou)) = &yonyou {
            let mut yonyou = yonyou.clone();
            (yonyou.request_timeout_ms, yonyou.quiet_period_ms) = (timeout, quiet);
            yonyou.sole_user = dice.bool();
            config.yonyou = Some(yonyou);
        }
        config.routing = routing.clone();
        config.policy.coupon_templates = if dice.u8(0..4) > 0 { vec!["*".to_owned()] } else { Vec::new() };
        // An unknown member may well be trusted: the figures that points need are not at risk as money is.
        till.routes = routes_of(&routing);
        let owner = if sole { index + 1 } else { 0 };
        till.members = (0..5).map(|n| format!("139{owner:02}0000{n:02}")).collect();
        till.mids = if has(System::Yonyou) {
            (0..2).map(|n| (format!("Y{owner}-{n}"), format!("1000{owner}{n}"))).collect()
        } else {
            Vec::new()
        };
        points_for_money(till);
    }
    populate(&mut town, &plan.tills, dice);
    plan.town = town;
}

/// Members of which some are there already, and some will be registered by whoever comes first.
fn populate(town: &mut Town, tills: &[TillPlan], dice: &mut fastrand::Rng) {
    for till in tills {
        for (n, phone) in till.members.iter().enumerate() {
            if n < 3 && !town.members.iter().any(|(known, _)| known == phone) {
                town.members.push((phone.clone(), dice.i64(0..=500)));
            }
            if !till.sole && !town.open_phones.contains(phone) {
                town.open_phones.push(phone.clone());
            }
        }
        for (_, mid) in &till.mids {
            if !town.mids.iter().any(|(known, _)| known == mid) {
                town.mids.push((mid.clone(), dice.i64(0..=500)));
            }
            if !till.sole && !town.open_mids.contains(mid) {
                town.open_mids.push(mid.clone());
            }
        }
    }
}

/// Where a remote computes points from money, the till estimates them by its configuration.
fn points_for_money(till: &mut TillPlan) {
    if till.config.levels.is_empty() {
        till.config.levels.push(LevelTerms {
            level: "any".to_owned(),
            rate: None,
            points_per_yuan: Some(Decimal::ONE),
        });
    }
}

fn routing(systems: &[System], dice: &mut fastrand::Rng) -> Routing {
    let has = |system| systems.contains(&system);
    let mut one_of = |names: &[(System, &str)]| {
        let able: Vec<&str> = names.iter().filter(|(system, _)| has(*system)).map(|(_, name)| *name).collect();
        (!able.is_empty()).then(|| able[dice.usize(0..able.len())].to_owned())
    };
    let (sandy, gree, freemud, yonyou) =
        ((System::Sandy, "sandy"), (System::Gree, "gree"), (System::Freemud, "freemud"), (System::Yonyou, "yonyou"));
    let platforms = one_of(&[gree, freemud, yonyou]);
    Routing {
        cards: one_of(&[sandy]),
        members: one_of(&[gree, freemud]),
        points: platforms.or_else(|| one_of(&[sandy])),
        coupons: one_of(&[gree]),
        orders: one_of(&[gree]),
    }
}

pub(crate) fn system_called(name: &str) -> System {
    System::ALL.into_iter().find(|system| system.name() == name).unwrap_or(System::Sandy)
}

fn routes_of(routing: &Routing) -> BTreeMap<Family, System> {
    let named = [
        (Family::Cards, &routing.cards),
        (Family::Members, &routing.members),
        (Family::Points, &routing.points),
        (Family::Coupons, &routing.coupons),
        (Family::Orders, &routing.orders),
    ];
    named.into_iter().filter_map(|(family, name)| Some((family, system_called(name.as_deref()?)))).collect()
}

fn gree_pair(dice: &mut fastrand::Rng, broken: bool) -> (gree::Settings, GreeConfig) {
    let mut settings = gree::Settings { seed: dice.u64(..), ..gree::Settings::default() };
    let mut config = GreeConfig::new(BASE_URL, &settings.app_id, &settings.app_secret, "18756");
    config.events.accrue = Some("event_add".into());
    config.events.adjust_up = Some("event_add".into());
    config.events.redeem = Some("event_subtract".into());
    config.events.adjust_down = Some("event_subtract".into());
    config.out_biz_no = Some(if dice.bool() { OutBizNo::Key } else { OutBizNo::Order });
    config.coupon_fee_unit = Some(CouponFeeUnits { list: FeeUnit::Yuan, template: FeeUnit::Fen });
    config.duplicate_codes = vec!["120003".into()];
    if dice.bool() {
        (settings.order_no_unique, config.order_no_unique) = (!broken, true);
    }
    if dice.bool() {
        settings.register_existing = gree::RegisterExisting::Refuse;
    }
    if dice.bool() {
        config.out_biz_no = Some(OutBizNo::Key);
        settings.part_change_id = gree::PartChangeId::Own;
        config.part_change_id = PartChangeId::Own;
    }
    if dice.bool() {
        config.lists = ListForm::Array;
    }
    if dice.u8(0..3) == 0 {
        settings.missing_change_code = 1_005;
    }
    settings.open_id_null = dice.bool();
    settings.level_number = dice.bool();
    settings.camel_refusals = dice.bool();
    settings.one_token = dice.bool();
    settings.signed_records = dice.bool();
    config.order_awards_points = dice.u8(0..4) > 0;
    if dice.u8(0..4) == 0 {
        settings.max_page_size = 2;
    }
    (settings, config)
}

fn freemud_pair(dice: &mut fastrand::Rng) -> (freemud::Settings, FreemudConfig) {
    let mut settings = freemud::Settings::default();
    let register = FreemudRegisterType::Store;
    let mut config =
        FreemudConfig::new(BASE_URL, &settings.app_id, &settings.partner_id, &settings.access_token, "dsf", register);
    // Signing is slow: most worlds do without.
    if dice.u8(0..10) == 0 {
        settings.client_key = freemud::PublicKey::from_pem(freemud::TEST_CLIENT_PUBLIC_KEY_PEM).ok();
        settings.platform_key = freemud::PrivateKey::from_pem(freemud::TEST_PLATFORM_KEY_PEM).ok();
        config.private_key = Some(freemud::TEST_CLIENT_KEY_PEM.into());
        config.platform_key = Some(freemud::TEST_PLATFORM_PUBLIC_KEY_PEM.into());
    } else {
        config.unsigned = true;
        config.accept_unsigned_pushes = dice.bool();
    }
    if dice.u8(0..4) > 0 {
        config.third_party_code = Some("till-{key}".into());
    }
    if dice.bool() {
        config.refusal_codes = vec!["60".into()];
    }
    if dice.bool() {
        settings.existing_phone = freemud::ExistingPhone::Refuse;
    }
    settings.answers_like_samples = dice.u8(0..4) == 0;
    settings.repeat_tells_change = dice.bool();
    settings.list_like_request = dice.bool();
    settings.returns_lower_used = dice.bool();
    (settings, config)
}

fn yonyou_pair(dice: &mut fastrand::Rng, broken: bool) -> (yonyou::Settings, YonyouConfig) {
    let mut settings = yonyou::Settings { tokens_per_day: 400, ..yonyou::Settings::default() };
    let mut config = YonyouConfig::new(
        BASE_URL,
        &settings.from_account,
        &settings.to_account,
        &settings.app_key,
        &settings.app_secret,
    );
    if dice.bool() {
        (settings.source_code_unique, config.source_code_unique) = (!broken, true);
    }
    if dice.bool() {
        config.refusal_codes = vec!["50902".into()];
    }
    if dice.u8(0..3) == 0 {
        settings.answer_form = yonyou::AnswerForm::Table;
    }
    settings.success_as_text = dice.bool();
    settings.one_token = dice.u8(0..4) == 0;
    config.points_as_extra = dice.bool();
    config.parked_holds = dice.u8(0..3) > 0;
    (settings, config)
}
