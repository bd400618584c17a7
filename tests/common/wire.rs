//! The remote in process: no socket, and a hook that may answer in its place.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use tillbook::{Config, HttpRequest, HttpResponse, SandyConfig, Till, TillBuilder, Transport, TransportFailure};
use tillbook_sandbox::sandy::{LedgerKind, NewCard, Sandy, Settings, Source};

pub const BASE: &str = "https://sandy.test";

pub type Sent = Result<HttpResponse, TransportFailure>;
type Hook = Box<dyn Fn(&HttpRequest) -> Option<Sent> + Send + Sync>;

/// A sandbox's core behind a transport.
pub struct Wire {
    pub sandy: Mutex<Sandy>,
    hook: Mutex<Arc<Hook>>,
    down: AtomicBool,
    requests: AtomicUsize,
}

impl Wire {
    /// With the cards `A1` (500.00, 300 points, 高级会员) and `B1` (100.00, 普通会员).
    pub fn new() -> Arc<Wire> {
        let mut sandy = Sandy::new(Settings::default());
        let cards = [
            NewCard::new("A1", 2).with_holder("Mr Wang", "13800000001", None).with_balance(500_00, 300),
            NewCard::new("B1", 1).with_holder("Ms Li", "13800000002", None).with_balance(100_00, 0),
        ];
        for card in cards {
            sandy.seed(now_s() - 7200, card).unwrap();
        }
        let hook: Hook = Box::new(|_| None);
        Arc::new(Wire {
            sandy: Mutex::new(sandy),
            hook: Mutex::new(Arc::new(hook)),
            down: AtomicBool::new(false),
            requests: AtomicUsize::new(0),
        })
    }

    /// Asks `hook` first from now on; what it answers, the remote never sees.
    pub fn hook(&self, hook: impl Fn(&HttpRequest) -> Option<Sent> + Send + Sync + 'static) {
        *self.hook.lock().unwrap() = Arc::new(Box::new(hook));
    }

    pub fn cut(&self) {
        self.down.store(true, Ordering::SeqCst);
    }

    pub fn restore(&self) {
        self.down.store(false, Ordering::SeqCst);
    }

    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    /// Lets the remote work off a request.
    pub fn handle(&self, request: &HttpRequest) -> HttpResponse {
        let request = tillbook_sandbox::Request {
            method: request.method.as_str().to_owned(),
            path: request.url.strip_prefix(BASE).unwrap().to_owned(),
            headers: request.headers.clone(),
            body: request.body.clone(),
        };
        let answer = self.sandy.lock().unwrap().handle(now_s(), &request);
        HttpResponse { status: answer.status, headers: answer.headers, body: answer.body }
    }

    /// Kind, card and amount sent of what the remote applied for this merchant's tills.
    pub fn applied(&self) -> Vec<(LedgerKind, String, i64)> {
        let sandy = self.sandy.lock().unwrap();
        let own = sandy.ledger().iter().filter(|line| line.source == Source::Api);
        own.map(|line| (line.kind, line.card.clone(), line.sent)).collect()
    }
}

impl Transport for Wire {
    fn send(&self, request: &HttpRequest) -> Sent {
        self.requests.fetch_add(1, Ordering::SeqCst);
        if self.down.load(Ordering::SeqCst) {
            return Err(TransportFailure::NotSent("the cable is out".into()));
        }
        let hook = Arc::clone(&self.hook.lock().unwrap());
        hook(request).unwrap_or_else(|| Ok(self.handle(request)))
    }
}

/// An answer with status 200.
pub fn ok(body: &str) -> Option<Sent> {
    Some(Ok(HttpResponse { status: 200, headers: Vec::new(), body: body.into() }))
}

pub fn now_s() -> i64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs() as i64
}

/// A configuration for [`BASE`], with a shop's other settings.
pub fn config_of(shop: Config) -> Config {
    let settings = Settings::default();
    let old = shop.sandy.as_ref().unwrap();
    let sandy = SandyConfig {
        sole_writer: old.sole_writer,
        quiet_period_ms: old.quiet_period_ms,
        request_timeout_ms: old.request_timeout_ms,
        ..SandyConfig::new(BASE, settings.token, settings.restaurant)
    };
    Config { sandy: Some(sandy), ..shop }
}

/// A till at that wire.
pub fn till_at(wire: &Arc<Wire>, config: Config, path: &Path) -> Till {
    let transport: Arc<dyn Transport> = wire.clone();
    TillBuilder::new(config).transport(transport).open(path).unwrap()
}
