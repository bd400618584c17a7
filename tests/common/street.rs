//! All four remote systems in process, behind one line and one clock that only moves when it is told to.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tempfile::TempDir;
use tillbook::{
    CheckOptions, Clock, Config, CouponFeeUnits, Entropy, FeeUnit, FreemudConfig, FreemudRegisterType, GreeConfig,
    HttpRequest, HttpResponse, OutBizNo, Pacing, Routing, SandyConfig, Till, TillBuilder, Timestamp, Transport,
    TransportFailure, YonyouConfig,
};
use tillbook_sandbox::freemud::{self, Freemud};
use tillbook_sandbox::gree::{self, Gree};
use tillbook_sandbox::sandy::{NewCard, Sandy, Settings};
use tillbook_sandbox::yonyou::{self, Yonyou};
use tillbook_sandbox::{Call, Request, System};

/// The quiet period of every remote here.
pub const QUIET: Duration = Duration::from_secs(120);

/// Long enough for all that is due: nothing becomes due while the clock stands still.
pub const ALL: Duration = Duration::from_secs(60);

pub type Sent = Result<HttpResponse, TransportFailure>;

/// The hands of a till's clock, and how wrong they are.
pub struct Hands {
    start: Timestamp,
    passed_ms: AtomicU64,
    wrong_ms: AtomicI64,
}

impl Hands {
    pub fn pass(&self, time: Duration) {
        self.passed_ms.fetch_add(time.as_millis() as u64, Ordering::SeqCst);
    }

    /// Somebody sets the wall clock.
    pub fn set_wrong(&self, by_ms: i64) {
        self.wrong_ms.store(by_ms, Ordering::SeqCst);
    }

    /// What a clock shows that nobody sets: the remotes' own.
    pub fn right(&self) -> Timestamp {
        self.start.after(Duration::from_millis(self.passed_ms.load(Ordering::SeqCst)))
    }
}

impl Clock for Hands {
    fn wall(&self) -> Timestamp {
        Timestamp::from_millis(self.right().millis() + self.wrong_ms.load(Ordering::SeqCst))
    }

    fn monotonic(&self) -> Duration {
        Duration::from_millis(self.passed_ms.load(Ordering::SeqCst))
    }
}

/// The same chance in each run, and another one in each process of a run.
pub struct Counted(AtomicU64);

impl Entropy for Counted {
    fn next_u64(&self) -> u64 {
        let counted = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::SeqCst);
        (counted ^ (counted >> 31)).wrapping_mul(0xBF58_476D_1CE4_E5B9)
    }
}

/// What becomes of a request: given its system and endpoint.
pub enum Fate {
    /// It arrives, and so does the answer.
    Passes,
    /// It never arrives, and that is known.
    NotSent,
    /// It never arrives, and nobody knows.
    Lost,
    /// It arrives, and the answer is lost.
    AnswerLost,
    /// It is answered so by something in between.
    Answered(HttpResponse),
}

type Hook = Box<dyn FnMut(System, &str) -> Fate + Send>;

/// The four remotes.
#[derive(Clone)]
pub struct Cores {
    pub sandy: Sandy,
    pub gree: Gree,
    pub freemud: Freemud,
    pub yonyou: Yonyou,
}

pub struct Street {
    pub cores: Mutex<Cores>,
    pub clock: Arc<Hands>,
    pub chance: Arc<Counted>,
    pub log: Mutex<Vec<(System, String)>>,
    hook: Mutex<Hook>,
    cut: AtomicBool,
    /// How many writes have left a till: what only asks, and text messages, apart.
    pub writes: AtomicU64,
    pub dir: TempDir,
}

/// How everything outside of a till's book stands at some moment.
#[derive(Clone)]
pub struct Saved {
    pub cores: Cores,
    passed_ms: u64,
    cut: bool,
    writes: u64,
}

impl Street {
    /// With a Sandy card `A1` (500.00) of the phone 13800000001, and that phone's Freemud member with 300 points.
    pub fn new() -> Arc<Street> {
        let start = Timestamp::from_millis(1_760_000_000_000);
        let mut sandy = Sandy::new(Settings::default());
        let now = start.millis();
        let card = NewCard::new("A1", 2).with_holder("Mr Wang", "13800000001", None).with_balance(500_00, 0);
        sandy.seed(now / 1000 - 7200, card).unwrap();
        let freemud_settings = freemud::Settings {
            client_key: Some(freemud::PublicKey::from_pem(freemud::TEST_CLIENT_PUBLIC_KEY_PEM).unwrap()),
            platform_key: Some(freemud::PrivateKey::from_pem(freemud::TEST_PLATFORM_KEY_PEM).unwrap()),
            ..freemud::Settings::default()
        };
        let mut freemud = Freemud::new(freemud_settings);
        freemud.seed(now - 7_200_000, freemud::NewMember::new("13800000001").with_points(300)).unwrap();
        let mut yonyou = Yonyou::new(yonyou::Settings::default());
        yonyou.seed(now - 7_200_000, "10000001", 1000).unwrap();
        let gree = Gree::new(gree::Settings::default());
        Arc::new(Street {
            cores: Mutex::new(Cores { sandy, gree, freemud, yonyou }),
            clock: Arc::new(Hands { start, passed_ms: AtomicU64::new(0), wrong_ms: AtomicI64::new(0) }),
            chance: Arc::new(Counted(AtomicU64::new(1))),
            log: Mutex::default(),
            hook: Mutex::new(Box::new(|_, _| Fate::Passes)),
            cut: AtomicBool::new(false),
            writes: AtomicU64::new(0),
            dir: TempDir::new().unwrap(),
        })
    }

    pub fn now_ms(&self) -> i64 {
        self.clock.right().millis()
    }

    pub fn hook(&self, hook: impl FnMut(System, &str) -> Fate + Send + 'static) {
        *self.hook.lock().unwrap() = Box::new(hook);
    }

    /// The next request to this endpoint has this fate, and every later one passes.
    pub fn once(&self, endpoint: &'static str, fate: Fate) {
        let mut fate = Some(fate);
        self.hook(move |_, asked| if asked == endpoint { fate.take().unwrap_or(Fate::Passes) } else { Fate::Passes });
    }

    pub fn cut(&self, cut: bool) {
        self.cut.store(cut, Ordering::SeqCst);
    }

    /// How often an endpoint has been asked.
    pub fn asked(&self, endpoint: &str) -> usize {
        self.log.lock().unwrap().iter().filter(|(_, asked)| asked == endpoint).count()
    }

    pub fn book(&self) -> PathBuf {
        self.dir.path().join("till.db")
    }

    pub fn till(self: &Arc<Self>, config: Config) -> Till {
        self.builder(config).open(self.book()).unwrap()
    }

    pub fn builder(self: &Arc<Self>, config: Config) -> TillBuilder {
        let transport: Arc<dyn Transport> = Arc::new(Line(Arc::clone(self)));
        TillBuilder::new(config).transport(transport).clock(self.clock.clone()).entropy(self.chance.clone())
    }

    pub fn save(&self) -> Saved {
        Saved {
            cores: self.cores.lock().unwrap().clone(),
            passed_ms: self.clock.passed_ms.load(Ordering::SeqCst),
            cut: self.cut.load(Ordering::SeqCst),
            writes: self.writes.load(Ordering::SeqCst),
        }
    }

    /// All is as it was, and every request passes.
    pub fn restore(&self, saved: &Saved) {
        *self.cores.lock().unwrap() = saved.cores.clone();
        self.clock.passed_ms.store(saved.passed_ms, Ordering::SeqCst);
        self.cut.store(saved.cut, Ordering::SeqCst);
        self.writes.store(saved.writes, Ordering::SeqCst);
        self.hook(|_, _| Fate::Passes);
    }

    /// Everything that becomes due is done, for as long as it takes by the till's clock.
    pub fn settle(&self, till: &Till) {
        for _ in 0..60 {
            till.sync(ALL).unwrap();
            if till.status().unwrap().queued == 0 {
                let report = till.check(&CheckOptions::default()).unwrap();
                assert!(report.is_clean(), "{:#?}", report.findings);
                return;
            }
            self.clock.pass(Duration::from_secs(30));
        }
        panic!("never settled: {:?} {:?}", till.status().unwrap(), till.waiting().unwrap());
    }
}

/// The line from a till to the street.
pub struct Line(pub Arc<Street>);

impl Transport for Line {
    fn send(&self, request: &HttpRequest) -> Sent {
        let street = &self.0;
        let path = request.url.strip_prefix("https://street.test").unwrap().to_owned();
        let request = Request {
            method: request.method.as_str().to_owned(),
            path,
            headers: request.headers.clone(),
            body: request.body.clone(),
        };
        let call = Call::of(&request).unwrap_or_else(|| panic!("nobody lives at {}", request.path));
        if street.cut.load(Ordering::SeqCst) {
            return Err(TransportFailure::NotSent("the cable is out".into()));
        }
        street.log.lock().unwrap().push((call.system, call.endpoint.to_owned()));
        // A change without a token only asks whether Yonyou is there.
        let asks =
            request.path.ends_with("&token=") || call.endpoint.contains("token") || call.endpoint.contains("sms");
        if call.is_write && !asks {
            street.writes.fetch_add(1, Ordering::SeqCst);
        }
        let fate = (street.hook.lock().unwrap())(call.system, call.endpoint);
        let mut cores = street.cores.lock().unwrap();
        let now = street.now_ms();
        let mut answer = |request: &Request| {
            let answer = match call.system {
                System::Sandy => cores.sandy.handle(now / 1000, request),
                System::Gree => cores.gree.handle(now, request),
                System::Freemud => cores.freemud.handle(now, request),
                System::Yonyou => cores.yonyou.handle(now, request),
            };
            let mut headers = answer.headers;
            headers.push(("Date".into(), chrono::DateTime::from_timestamp_millis(now).unwrap().to_rfc2822()));
            HttpResponse { status: answer.status, headers, body: answer.body }
        };
        match fate {
            Fate::Passes => Ok(answer(&request)),
            Fate::NotSent => Err(TransportFailure::NotSent("no route".into())),
            Fate::Lost => Err(TransportFailure::MaybeSent("timed out".into())),
            Fate::AnswerLost => {
                answer(&request);
                Err(TransportFailure::MaybeSent("timed out".into()))
            }
            Fate::Answered(response) => Ok(response),
        }
    }
}

const BASE: &str = "https://street.test";

pub fn sandy() -> SandyConfig {
    let settings = Settings::default();
    let mut config = SandyConfig::new(BASE, settings.token, settings.restaurant);
    config.sole_writer = true;
    config
}

pub fn gree() -> GreeConfig {
    let settings = gree::Settings::default();
    let mut config = GreeConfig::new(BASE, settings.app_id, settings.app_secret, "18756");
    config.sole_app_user = true;
    config.sole_writer = true;
    config.events.accrue = Some("event_add".into());
    config.events.adjust_up = Some("event_add".into());
    config.events.redeem = Some("event_subtract".into());
    config.events.adjust_down = Some("event_subtract".into());
    config.out_biz_no = Some(OutBizNo::Key);
    config.coupon_fee_unit = Some(CouponFeeUnits { list: FeeUnit::Yuan, template: FeeUnit::Fen });
    config
}

pub fn freemud() -> FreemudConfig {
    let settings = freemud::Settings::default();
    let register = FreemudRegisterType::Store;
    let mut config =
        FreemudConfig::new(BASE, settings.app_id, settings.partner_id, settings.access_token, "dsf", register);
    config.private_key = Some(freemud::TEST_CLIENT_KEY_PEM.into());
    config.platform_key = Some(freemud::TEST_PLATFORM_PUBLIC_KEY_PEM.into());
    config.third_party_code = Some("till-{key}".into());
    config.refusal_codes = vec!["60".into()];
    config
}

pub fn yonyou() -> YonyouConfig {
    let settings = yonyou::Settings::default();
    let mut config =
        YonyouConfig::new(BASE, settings.from_account, settings.to_account, settings.app_key, settings.app_secret);
    config.refusal_codes = vec!["50902".into()];
    config
}

/// Of a till that may always approve offline, so that what is sent is sent by `Till::sync`, on the test's own thread.
pub fn shop(remote: impl Into<tillbook::Remote>) -> Config {
    let mut config = Config::new("Noodle House", "Store 1", "Till 1", remote);
    config.policy.offline_while_healthy = true;
    config.policy.base_max_age_s = 1_000_000_000;
    config.policy.coupon_templates = vec!["*".into()];
    config.pacing = Pacing { backoff_ms: 5, backoff_max_ms: 40, restart_jitter_ms: 5, ..Pacing::default() };
    config
}

/// Sandy for the stored value, Gree for members, coupons and orders, Freemud for points.
pub fn all_families() -> Config {
    let mut config = shop(sandy()).and(gree()).and(freemud());
    config.routing = Routing {
        cards: Some("sandy".into()),
        members: Some("gree".into()),
        points: Some("freemud".into()),
        coupons: Some("gree".into()),
        orders: Some("gree".into()),
    };
    config
}
