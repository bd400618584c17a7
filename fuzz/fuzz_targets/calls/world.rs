//! The book, the remote systems behind a transport of the host's, and the handles that are, or were, alive.

use std::collections::VecDeque;
use std::ffi::{CStr, c_void};
use std::ptr::{null_mut, without_provenance_mut};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use tempfile::TempDir;
use tillbook_ffi::*;
use tillbook_sandbox::gree::{self, Gree, Profile};
use tillbook_sandbox::sandy::{NewCard, Sandy, Settings};
use tillbook_sandbox::{Call, Request, System};

use crate::made;
use crate::pen::{Pen, filled};

/// What becomes of a request.
#[derive(Clone, Copy)]
enum Fate {
    Passes,
    NotSent,
    Lost,
    AnswerLost,
    NoStatus,
    Rubbish(u8),
    /// The answer with one byte of its body changed.
    Spoilt(u8, u8),
    CutOff(u8),
    Status(u8),
}

/// The other side of the wire.
struct Remotes {
    sandy: Sandy,
    gree: Gree,
    fates: VecDeque<Fate>,
}

/// Shared with the transport, which gives its share back when it is destroyed.
type Shared = Arc<Mutex<Remotes>>;

pub(crate) struct World {
    pub(crate) till: *mut tillbook_till,
    /// Handles of every kind, freed ones included.
    pub(crate) old: Vec<*mut c_void>,
    remotes: Shared,
    folder: TempDir,
    points: &'static str,
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(0)
}

fn remotes() -> Remotes {
    let now = now_ms();
    let mut sandy = Sandy::new(Settings::default());
    for (card, level, fen) in [("A1", 2, 500_00), ("B1", 1, 1)] {
        let card = NewCard::new(card, level).with_holder("王小明", "13800000001", None).with_balance(fen, 300);
        sandy.seed(now / 1000 - 7200, card).expect("a card");
    }
    let mut gree = Gree::new(gree::Settings::default());
    let mut office = gree.office(now);
    office.add_member("13800001234", Profile::new("黄小明"), 100, 350).expect("a member");
    Remotes { sandy, gree, fates: VecDeque::new() }
}

unsafe extern "C" fn send(
    user: *mut c_void,
    request: *const tillbook_http_request,
    response: *mut tillbook_http_response,
) -> i32 {
    let remotes = unsafe { &*user.cast::<Mutex<Remotes>>() };
    let asked = unsafe { &*request };
    let text = |at| unsafe { CStr::from_ptr(at) }.to_string_lossy().into_owned();
    let headers = (0..asked.headers_count).map(|index| {
        let header = unsafe { &*asked.headers.add(index) };
        (text(header.name), text(header.value))
    });
    let body = match asked.body.is_null() {
        true => Vec::new(),
        false => unsafe { std::slice::from_raw_parts(asked.body, asked.body_size) }.to_vec(),
    };
    let url = text(asked.url);
    let request = Request {
        method: if asked.method == TILLBOOK_HTTP_GET { "GET".into() } else { "POST".into() },
        path: url.strip_prefix("https://street.test").unwrap_or_default().to_owned(),
        headers: headers.collect(),
        body,
    };
    let mut remotes = remotes.lock().unwrap_or_else(PoisonError::into_inner);
    let fate = remotes.fates.pop_front().unwrap_or(Fate::Passes);
    let answer = match (fate, Call::of(&request)) {
        (Fate::NotSent, _) => return TILLBOOK_NOT_SENT,
        (Fate::Lost, _) => return TILLBOOK_MAYBE_SENT,
        (_, None) => return TILLBOOK_MAYBE_SENT,
        (_, Some(call)) if call.system == System::Gree => remotes.gree.handle(now_ms(), &request),
        (_, Some(_)) => remotes.sandy.handle(now_ms() / 1000, &request),
    };
    drop(remotes);
    let mut body = answer.body;
    let mut status = i32::from(answer.status);
    match fate {
        Fate::AnswerLost => return TILLBOOK_MAYBE_SENT,
        Fate::NoStatus => return TILLBOOK_SENT,
        Fate::Rubbish(byte) => body = vec![byte; usize::from(byte)],
        Fate::Spoilt(at, byte) if !body.is_empty() => {
            let at = usize::from(at) % body.len();
            body[at] = byte;
        }
        Fate::CutOff(at) => body.truncate(usize::from(at)),
        Fate::Status(code) => status = i32::from(code) * 4,
        _ => {}
    }
    made(|err| {
        let set = unsafe { tillbook_http_response_status(response, status, err) };
        assert!((set == TILLBOOK_OK) == (100..=999).contains(&status));
        set
    });
    made(|err| unsafe { tillbook_http_response_body(response, body.as_ptr(), body.len(), err) });
    TILLBOOK_SENT
}

unsafe extern "C" fn destroy(user: *mut c_void) {
    drop(unsafe { Arc::from_raw(user.cast::<Mutex<Remotes>>()) });
}

impl World {
    pub(crate) fn open(pen: &mut Pen<'_>) -> Self {
        // In memory where there is such a place: a disk would be asked to keep each book safe.
        let memory = std::path::Path::new("/dev/shm");
        let folder = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() }.expect("a folder");
        let points = if pen.seldom(2) { "gree" } else { "sandy" };
        let remotes = Arc::new(Mutex::new(remotes()));
        let mut world = World { till: null_mut(), old: Vec::new(), remotes, folder, points };
        world.reopen();
        assert!(!world.till.is_null(), "a new book opens");
        world.token();
        // Most find nothing to do with a till that has seen nobody.
        if !pen.seldom(4) {
            for known in [c"A1", c"13800001234"] {
                let mut card = filled::<tillbook_card>();
                made(|err| unsafe {
                    tillbook_serve_card(world.till, known.as_ptr(), known.count_bytes(), 100, &raw mut card, err)
                });
            }
        }
        world
    }

    fn reopen(&mut self) {
        let path = self.path();
        let json = config(self.points);
        let text = |text: &str| tillbook_str { data: text.as_ptr().cast(), size: text.len() };
        let mut transport = filled::<tillbook_transport>();
        transport.user = Arc::into_raw(Arc::clone(&self.remotes)).cast_mut().cast();
        transport.send = Some(send);
        transport.destroy = Some(destroy);
        let mut options = filled::<tillbook_open_options>();
        options.path = text(&path);
        options.config_json = text(&json);
        options.transport = &raw const transport;
        options.host_tokens = 1;
        made(|err| unsafe { tillbook_open(&raw const options, &raw mut self.till, err) });
        self.old.push(self.till.cast());
    }

    /// A token that is good.
    fn token(&mut self) {
        let pair = self.remotes.lock().unwrap_or_else(PoisonError::into_inner).gree.office(now_ms()).issue_tokens();
        let token = pair.access_token;
        made(|err| unsafe {
            tillbook_give_token(self.till, c"gree".as_ptr(), 4, token.as_ptr().cast(), token.len(), err)
        });
    }

    /// Where the book lies.
    pub(crate) fn path(&self) -> String {
        self.folder.path().join("till.db").to_str().expect("a plain path").to_owned()
    }

    /// The till, or something that is none, or none any more.
    pub(crate) fn till_or(&self, pen: &mut Pen<'_>) -> *mut tillbook_till {
        if pen.seldom(32) { self.any(pen) } else { self.till }
    }

    /// A handle that was handed out at some time as anything, or a number.
    pub(crate) fn any<H>(&self, pen: &mut Pen<'_>) -> *mut H {
        match pen.below(6) {
            0 => null_mut(),
            1 => without_provenance_mut(pen.wide() as usize),
            2 => without_provenance_mut(self.till.addr() ^ (1 << pen.below(64))),
            _ => match self.old.len() {
                0 => null_mut(),
                many => self.old[usize::from(pen.below(many.min(255) as u8))].cast(),
            },
        }
    }

    /// What happens around the till.
    pub(crate) fn turn(&mut self, pen: &mut Pen<'_>) {
        let pick = pen.below(16);
        if pick < 9 {
            let fate = match pick {
                0 => Fate::Passes,
                1 => Fate::NotSent,
                2 => Fate::Lost,
                3 => Fate::AnswerLost,
                4 => Fate::NoStatus,
                5 => Fate::Rubbish(pen.below(255)),
                6 => Fate::Spoilt(pen.below(255), pen.below(255)),
                7 => Fate::CutOff(pen.below(255)),
                _ => Fate::Status(pen.below(255)),
            };
            let times = 1 + usize::from(pen.below(8));
            let mut remotes = self.remotes.lock().unwrap_or_else(PoisonError::into_inner);
            remotes.fates.extend(std::iter::repeat_n(fate, times));
            return;
        }
        match pick {
            9 => {
                let now = now_ms();
                let mut remotes = self.remotes.lock().unwrap_or_else(PoisonError::into_inner);
                match pen.below(4) {
                    0 => drop(remotes.sandy.office(now / 1000, "office").loss("A1")),
                    1 => drop(remotes.sandy.office(now / 1000, "office").lift("A1")),
                    2 => drop(remotes.sandy.office(now / 1000, "office").withdraw("A1", pen.number())),
                    _ => remotes.gree.office(now).expire_tokens(),
                }
            }
            10 => self.token(),
            11 => {
                made(|err| unsafe { tillbook_close(self.till, 1, err) });
                if pen.seldom(2) {
                    unsafe { tillbook_free(self.till) };
                    self.reopen();
                }
            }
            12 => {
                unsafe { tillbook_free(self.till) };
                self.reopen();
            }
            13 => {
                made(|err| unsafe { tillbook_start_worker(self.till, err) });
            }
            _ => {
                let mut status = pen.place::<tillbook_sync_status>();
                made(|err| unsafe { tillbook_sync(self.till, 20, status.at(), err) });
            }
        }
    }

    /// Everything is freed, and what is freed already says so.
    pub(crate) fn end(self) {
        unsafe {
            tillbook_free(self.till);
            assert_eq!(tillbook_free(self.till), if self.till.is_null() { TILLBOOK_OK } else { TILLBOOK_BAD_HANDLE });
        }
        let mut card = filled::<tillbook_card>();
        let status = unsafe { tillbook_card_of(self.till, c"A1".as_ptr(), 2, &raw mut card, null_mut()) };
        assert!(matches!(status, TILLBOOK_BAD_HANDLE | TILLBOOK_NULL_ARGUMENT));
    }
}

fn config(points: &str) -> String {
    let (sandy, gree) = (Settings::default(), gree::Settings::default());
    format!(
        r#"{{"merchant": "Noodle House", "store": "Store 1", "till": "Till 1", "timeout_ms": 100,
        "sandy": {{"base_url": "https://street.test", "token": "{}", "guid": "{}", "sole_writer": true,
            "quiet_period_ms": 5, "request_timeout_ms": 1000}},
        "gree": {{"base_url": "https://street.test", "app_id": "{}", "app_secret": "{}", "project_id": "18756",
            "events": {{"accrue": "event_add", "adjust_up": "event_add",
                "redeem": "event_subtract", "adjust_down": "event_subtract"}},
            "out_biz_no": "key", "coupon_fee_unit": {{"list": "yuan", "template": "fen"}},
            "quiet_period_ms": 5, "request_timeout_ms": 1000}},
        "routing": {{"cards": "sandy", "points": "{points}"}},
        "levels": [{{"level": "高级会员", "rate": 0.8, "points_per_yuan": 1}}],
        "policy": {{"offline_while_healthy": true, "coupon_templates": ["*"], "unknown_card": true}},
        "pacing": {{"backoff_ms": 5, "backoff_max_ms": 20, "restart_jitter_ms": 1}}}}"#,
        sandy.token, sandy.restaurant, gree.app_id, gree.app_secret
    )
}
