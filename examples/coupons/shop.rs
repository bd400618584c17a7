//! The shop: its three remote systems, who is known there in the morning, and how its till is set up.

use std::path::PathBuf;

use tempfile::TempDir;
use tillbook::{
    Config, CouponFeeUnits, FeeUnit, FreemudConfig, FreemudRegisterType, GreeConfig, LevelTerms, Pacing, Rate, Routing,
    SandyConfig,
};
use tillbook_sandbox::freemud::{self, Freemud};
use tillbook_sandbox::gree::{self, Gree, NewTemplate, Profile};
use tillbook_sandbox::sandy::{self, NewCard, Settings};
use tillbook_sandbox::server::{self, Server};

use crate::Outcome;

/// How long after its end a request may still take effect. Real networks are given 2 minutes.
const QUIET_PERIOD_MS: u64 = 600;

/// Zhou Lan has a card and points, and is no member of the Gree platform yet.
pub const ZHOU: &str = "M7001";
pub const ZHOU_PHONE: &str = "13800007001";
/// Qian Wei is a member already, and has little on his card.
pub const QIAN: &str = "M7002";
const QIAN_PHONE: &str = "13800007002";

/// The coupon templates, as the merchant calls them.
const TEN_OFF: &str = "ten-off";
const TEA_HALF: &str = "tea-half";
pub const NEXT_VISIT: &str = "next-visit";
/// The category that the tea coupon is for; the POS and the platform share it.
pub const TEA: &str = "tea";

/// A sandbox of all remote systems on a free port, and a folder for the till's book that goes away with it.
pub struct Shop {
    pub server: Server,
    /// What the platform calls the template that may be used offline.
    offline_template: String,
    folder: TempDir,
}

impl Shop {
    pub fn open() -> Outcome<Self> {
        let clock = server::Clock::system();
        let (gree, offline_template) = gree(clock.now_ms())?;
        let freemud = freemud(clock.now_ms())?;
        let config = server::Config {
            settings: sandy_settings(),
            cards: vec![
                NewCard::new(ZHOU, 1).with_holder("Zhou Lan", ZHOU_PHONE, None).with_balance(300_00, 0),
                NewCard::new(QIAN, 1).with_holder("Qian Wei", QIAN_PHONE, None).with_balance(20_00, 0),
            ],
            gree,
            freemud,
            clock,
            ..server::Config::default()
        };
        Ok(Shop {
            server: Server::start(config)?,
            offline_template: offline_template.to_string(),
            folder: TempDir::new()?,
        })
    }

    pub fn book(&self) -> PathBuf {
        self.folder.path().join("till.db")
    }

    /// How the till is set up. What is not said here stays at its default.
    pub fn config(&self) -> Outcome<Config> {
        let (url, sandy) = (self.server.url(), sandy_settings());
        let mut stored_value = SandyConfig::new(&url, sandy.token, sandy.restaurant);
        stored_value.quiet_period_ms = QUIET_PERIOD_MS;

        let gree = gree::Settings::default();
        let mut platform = GreeConfig::new(&url, gree.app_id, gree.app_secret, "18756");
        platform.quiet_period_ms = QUIET_PERIOD_MS;
        // The platform hands out few tokens a day. This till is alone; several get them from the host's `TokenSource`.
        platform.sole_app_user = true;
        // The document leaves the unit of a member's coupons open, so that it has to be said.
        platform.coupon_fee_unit = Some(CouponFeeUnits { list: FeeUnit::Yuan, template: FeeUnit::Fen });
        // Points are Freemud's here: an order must not bring any at Gree.
        platform.order_awards_points = false;

        let freemud = freemud::Settings::default();
        let by = FreemudRegisterType::Store;
        let (app, partner, token) = (freemud.app_id, freemud.partner_id, freemud.access_token);
        let mut points = FreemudConfig::new(&url, app, partner, token, "dsf", by);
        points.quiet_period_ms = QUIET_PERIOD_MS;
        points.private_key = Some(freemud::TEST_CLIENT_KEY_PEM.into());
        points.platform_key = Some(freemud::TEST_PLATFORM_PUBLIC_KEY_PEM.into());
        // How this platform says "not enough points" is not documented: without the code a person would have to look.
        points.refusal_codes = vec!["60".into()];

        let mut config =
            Config::new("Noodle House", "Station Street", "Till 3", stored_value).and(platform).and(points);
        // Where several could serve something it has to be said which one does: all three could keep points.
        config.routing = Routing {
            cards: Some("sandy".into()),
            members: Some("gree".into()),
            points: Some("freemud".into()),
            coupons: Some("gree".into()),
            orders: Some("gree".into()),
        };
        // Offline nobody knows whether a coupon was spent elsewhere: the merchant names the templates that he risks.
        config.policy.coupon_templates = vec![self.offline_template.clone()];
        config.levels = vec![LevelTerms { level: "Member".into(), rate: Rate::new(1.into()), points_per_yuan: None }];
        // A day in seconds: try again soon.
        config.pacing = Pacing { backoff_ms: 20, backoff_max_ms: 200, restart_jitter_ms: 100, ..Pacing::default() };
        config.check()?;
        Ok(config)
    }
}

/// Stored value. This merchant lets Sandy grant no points.
fn sandy_settings() -> Settings {
    let member = sandy::Level {
        id: 1,
        name: "Member".to_owned(),
        discount: sandy::Rate::ONE,
        points_per_yuan: sandy::Rate::new(0, 0),
    };
    Settings { org_name: "Noodle House".to_owned(), levels: vec![member], ..Settings::default() }
}

/// Members, coupons and orders. Answers the platform's number of the template that may be used offline, too.
fn gree(now_ms: i64) -> Outcome<(Gree, i64)> {
    let told = |refusal: gree::Refusal| format!("the Gree platform can't be set up: {refusal}");
    let template = |id: &str, name: &str, fen| NewTemplate { name: name.to_owned(), ..NewTemplate::new(id, fen, 30) };
    let mut gree = Gree::new(gree::Settings::default());
    let mut office = gree.office(now_ms);
    let ten_off = NewTemplate { minimum_fen: 50_00, ..template(TEN_OFF, "10 off from 50 on", 10_00) };
    let offline = office.add_template(ten_off).map_err(told)?;
    let half = NewTemplate {
        // A discount on items: 50 means that half is paid.
        category: 4,
        suit_item_type: 2,
        categories: format!(r#"[{{"id":"{TEA}","name":"Tea"}}]"#),
        ..template(TEA_HALF, "tea at half price", 50)
    };
    office.add_template(half).map_err(told)?;
    office.add_template(template(NEXT_VISIT, "5 off", 5_00)).map_err(told)?;
    office.add_member(QIAN_PHONE, Profile::new("Qian Wei"), 0, 0).map_err(told)?;
    office.give_coupons(TEN_OFF, QIAN_PHONE, &["880003"]).map_err(told)?;
    Ok((gree, offline))
}

/// What head office does while the shop trades: coupons for a member who has just been registered.
pub fn head_office_gives_coupons(server: &Server) -> Outcome<()> {
    let now_ms = server.now_ms();
    let given = server.gree().with(|gree| {
        let mut office = gree.office(now_ms);
        office.give_coupons(TEN_OFF, ZHOU_PHONE, &["880001"])?;
        office.give_coupons(TEA_HALF, ZHOU_PHONE, &["880002"])
    });
    Ok(given.map_err(|refusal| format!("head office can't give coupons: {refusal}"))?)
}

/// Points. Requests and answers are signed.
fn freemud(now_ms: i64) -> Outcome<Freemud> {
    let settings = freemud::Settings {
        client_key: Some(
            freemud::PublicKey::from_pem(freemud::TEST_CLIENT_PUBLIC_KEY_PEM).map_err(|key| key.to_string())?,
        ),
        platform_key: Some(
            freemud::PrivateKey::from_pem(freemud::TEST_PLATFORM_KEY_PEM).map_err(|key| key.to_string())?,
        ),
        ..freemud::Settings::default()
    };
    let mut freemud = Freemud::new(settings);
    for (phone, points) in [(ZHOU_PHONE, 500), (QIAN_PHONE, 80)] {
        let member = freemud::NewMember::new(phone).with_points(points);
        freemud.seed(now_ms, member).map_err(|status| format!("the Freemud platform can't be set up: {status}"))?;
    }
    Ok(freemud)
}
