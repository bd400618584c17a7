//! One till in steps and the remote it talks to, under a clock that only moves when there is nothing left to do.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tillbook::steps::{PendingCall, Progress, Steps};
use tillbook::{Clock, Config, Entropy, HttpRequest, HttpResponse, Link, Receipt, Request as Asked, State};
use tillbook_sandbox::{Call, Request, System};

use crate::faults::{Shape, Strike};
use crate::street::{Cores, Sent, Street};

/// A request's way there and back.
const TRIP: Duration = Duration::from_millis(20);

/// An answer that is slow comes after this: later than a hurried caller waits, and before the request's own time-out.
const SLOW: Duration = Duration::from_secs(5);

/// How long a killed program is away.
const AWAY: Duration = Duration::from_secs(2);

/// Where nothing is due, time passes in steps of this.
const LONGEST_STEP: Duration = Duration::from_secs(600);

/// What undoes a change of points that nobody was promised (Gree's 3.4.1).
const UNDO: &str = "wk.user.event.score.rollback";

/// What is done to the first write of a cell, and by whom else.
pub(crate) struct Scene {
    pub(crate) endpoint: &'static str,
    pub(crate) strike: Strike,
    /// How many writes in a row are struck.
    pub(crate) times: usize,
    pub(crate) somebody_else: Option<SomebodyElse>,
}

/// Writes at the remote, by its clock. False: it could not be done.
type Write = Box<dyn FnMut(&mut Cores, i64) -> bool>;

pub(crate) struct SomebodyElse {
    /// Before our request reaches the remote, or after it has come to grief.
    pub(crate) before: bool,
    pub(crate) writes: Write,
}

pub(crate) struct Stage {
    pub(crate) street: Arc<Street>,
    config: Config,
    path: PathBuf,
    steps: Option<Steps>,
    /// Answers on their way: when, to which request.
    coming: Vec<(Duration, u64, Sent)>,
    /// Requests that the remote carries out later than anybody waits.
    late: Vec<(Duration, Request)>,
    call: Option<PendingCall>,
    answered: Option<Receipt>,
    scene: Option<Scene>,
    dies: bool,
    /// The program does not run before this.
    away_until: Option<Duration>,
    /// Changes that were sent since the scene was set.
    pub(crate) writes: Vec<&'static str>,
    /// How many changes somebody else has made.
    pub(crate) others_writes: usize,
}

impl Stage {
    pub(crate) fn new(street: Arc<Street>, config: Config, path: &Path) -> Stage {
        let mut stage = Stage {
            street,
            config,
            path: path.to_owned(),
            steps: None,
            coming: Vec::new(),
            late: Vec::new(),
            call: None,
            answered: None,
            scene: None,
            dies: false,
            away_until: None,
            writes: Vec::new(),
            others_writes: 0,
        };
        stage.open();
        stage
    }

    fn open(&mut self) {
        self.away_until = None;
        let builder = self.street.builder(self.config.clone());
        self.steps = Some(Steps::open(builder, &self.path).unwrap());
    }

    pub(crate) fn steps(&mut self) -> &mut Steps {
        self.steps.as_mut().unwrap()
    }

    pub(crate) fn is_running(&self) -> bool {
        self.steps.is_some()
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn now(&self) -> Duration {
        self.street.clock.monotonic()
    }

    pub(crate) fn set(&mut self, scene: Scene) {
        self.scene = Some(scene);
        self.writes.clear();
    }

    /// From here on nothing goes wrong.
    pub(crate) fn recover(&mut self) {
        self.scene = None;
    }

    /// How often the operation itself was sent since the scene was set, its undoing not counted.
    pub(crate) fn sent(&self) -> usize {
        let own = self.writes.first();
        self.writes.iter().filter(|endpoint| Some(*endpoint) == own).count()
    }

    /// The next change is carried out, and its answer is lost.
    pub(crate) fn lose_next_answer(&mut self, endpoint: &'static str) {
        let strike = Strike { shape: Shape::Silence, executed: true, late: None };
        self.set(Scene { endpoint, strike, times: 1, somebody_else: None });
    }

    /// Whether nothing is under way any more between till and remote.
    pub(crate) fn is_still(&self) -> bool {
        self.coming.is_empty() && self.late.is_empty() && self.call.is_none() && self.away_until.is_none()
    }

    /// Begins a call and goes on until it is answered, or the program ends under it.
    pub(crate) fn call(&mut self, asked: impl Into<Asked>) -> Option<Receipt> {
        let call = self.steps().begin(asked).unwrap();
        (self.call, self.answered) = (Some(call), None);
        self.go_until("a call is answered", |stage| stage.call.is_none());
        self.answered.take()
    }

    /// Reads an account, as a till does before it serves anybody.
    pub(crate) fn serve(&mut self, family: tillbook::Family, number: &str) {
        let ticket = self.steps().ask_card_of(family, number).unwrap();
        let mut found = None;
        self.go_until("a question is answered", |stage| {
            found = stage.steps().answer(ticket);
            found.is_some()
        });
        found.unwrap().unwrap();
    }

    /// Until an operation has come to its end or waits for a person.
    pub(crate) fn settle(&mut self, op_id: &str) {
        self.go_until("an operation comes to its end", |stage| {
            if !stage.is_running() {
                return false;
            }
            let state = stage.steps().operation(op_id).unwrap().state;
            let ended = state.is_final() || matches!(state, State::Parked | State::Rejected);
            ended && stage.is_still() && matches!(stage.steps().status().unwrap().link, Link::Up | Link::Unknown)
        });
    }

    /// Whatever is due is done, for so long.
    pub(crate) fn pass(&mut self, time: Duration) {
        let end = self.now() + time;
        self.go_until("time passes", |stage| stage.now() >= end);
    }

    /// Steps through time until it is so. What takes longer than a day never comes.
    pub(crate) fn go_until(&mut self, what: &str, mut done: impl FnMut(&mut Stage) -> bool) {
        let latest = self.now() + Duration::from_secs(26 * 3600);
        let mut rounds = 0;
        while !done(self) {
            rounds += 1;
            assert!(self.now() < latest && rounds < 100_000, "it never comes about that {what}: {:?}", self.told());
            if !self.turn() {
                let pause = self.next().unwrap_or(LONGEST_STEP);
                self.street.clock.pass(pause.clamp(Duration::from_millis(1), LONGEST_STEP));
            }
        }
    }

    fn told(&mut self) -> String {
        match &mut self.steps {
            Some(steps) => format!("{:?} {:?}", steps.status(), steps.waiting()),
            None => "the program is away".to_owned(),
        }
    }

    /// How long nothing happens.
    fn next(&mut self) -> Option<Duration> {
        let now = self.now();
        let due = self.steps.as_mut().and_then(|steps| steps.next_due().unwrap());
        let coming = self.coming.iter().map(|(at, ..)| *at);
        let late = self.late.iter().map(|(at, _)| *at);
        let moments = coming.chain(late).chain(self.call.as_ref().map(PendingCall::until)).chain(self.away_until);
        moments.map(|at| at.saturating_sub(now)).chain(due).min()
    }

    /// Does what can be done now. False: nothing could.
    fn turn(&mut self) -> bool {
        let now = self.now();
        let mut busy = false;
        let (due, later) = std::mem::take(&mut self.late).into_iter().partition(|(at, _)| *at <= now);
        self.late = later;
        let due: Vec<(Duration, Request)> = due;
        for (_, request) in due {
            self.execute(&request);
            busy = true;
        }
        if let Some(until) = self.away_until {
            if now < until {
                return busy;
            }
            self.open();
        }
        let steps = self.steps.as_mut().unwrap();
        if let Some(call) = &mut self.call {
            match steps.go_on(call).unwrap_or_else(|error| panic!("the call failed: {error:?}")) {
                Progress::Done(receipt) => (self.call, self.answered, busy) = (None, Some(*receipt), true),
                Progress::Turn => busy = true,
                Progress::Wait => {}
            }
        }
        let (due, later) = std::mem::take(&mut self.coming).into_iter().partition(|(at, ..)| *at <= now);
        self.coming = later;
        let due: Vec<(Duration, u64, Sent)> = due;
        busy |= !due.is_empty();
        let answers = due.into_iter().map(|(_, id, sent)| (id, sent)).collect();
        let requests = steps.turn(answers, true, 8).unwrap();
        busy |= !requests.is_empty();
        for (id, request) in requests {
            let (after, sent) = self.carry(&request);
            self.coming.push((now + after, id, sent));
        }
        if std::mem::take(&mut self.dies) {
            self.steps = None;
            self.call = None;
            self.coming.clear();
            self.away_until = Some(now + AWAY);
        }
        busy
    }

    /// Carries one request to the remote: when its answer is back, and what it is.
    fn carry(&mut self, asked: &HttpRequest) -> (Duration, Sent) {
        let request = Request {
            method: asked.method.as_str().to_owned(),
            path: asked.url.strip_prefix("https://street.test").unwrap().to_owned(),
            headers: asked.headers.clone(),
            body: asked.body.clone(),
        };
        let call = Call::of(&request).unwrap_or_else(|| panic!("nobody lives at {}", request.path));
        // Yonyou is asked whether it is there with a change of nothing.
        if !call.is_write || request.body == b"[]" {
            return (TRIP, Ok(self.execute(&request)));
        }
        self.writes.push(call.endpoint);
        let Some(mut scene) = self.scene.take() else { return (TRIP, Ok(self.execute(&request))) };
        let struck = self.strike(&mut scene, &call, &request, asked.timeout);
        scene.times -= 1;
        if scene.times > 0 {
            self.scene = Some(scene);
        }
        struck
    }

    fn strike(&mut self, scene: &mut Scene, call: &Call, request: &Request, timeout: Duration) -> (Duration, Sent) {
        let undoes = call.endpoint == UNDO && scene.endpoint != UNDO && self.writes.len() > 1;
        assert!(call.endpoint == scene.endpoint || undoes, "{} is not what is tried here", call.endpoint);
        let Strike { shape, executed, late } = scene.strike;
        let now_ms = self.street.now_ms();
        let mut others_writes = 0;
        let mut else_writes = |street: &Street, before: bool| {
            if let Some(other) = scene.somebody_else.as_mut().filter(|other| other.before == before) {
                let done = (other.writes)(&mut street.cores.lock().unwrap(), now_ms);
                others_writes += usize::from(done);
            }
        };
        else_writes(&self.street, true);
        if shape == Shape::TokenRefused {
            let mut cores = self.street.cores.lock().unwrap();
            match call.system {
                System::Gree => cores.gree.office(now_ms).expire_tokens(),
                System::Yonyou => cores.yonyou.office(now_ms, "another").expire_tokens(),
                other => panic!("{other:?} has no tokens"),
            }
        }
        let answer = executed.then(|| self.execute(request));
        if let Some(after) = late {
            self.late.push((self.now() + timeout + after, request.clone()));
        }
        else_writes(&self.street, false);
        self.others_writes += others_writes;
        let after = match shape {
            Shape::Silence => timeout,
            Shape::Slow => SLOW,
            _ => TRIP,
        };
        self.dies = shape == Shape::Killed;
        let sent = shape.seen(&self.street.cores.lock().unwrap(), call, now_ms, answer);
        (after, sent)
    }

    fn execute(&mut self, request: &Request) -> HttpResponse {
        let now_ms = self.street.now_ms();
        let mut cores = self.street.cores.lock().unwrap();
        let answer = match System::of(request).unwrap() {
            System::Sandy => cores.sandy.handle(now_ms / 1000, request),
            System::Gree => cores.gree.handle(now_ms, request),
            System::Freemud => cores.freemud.handle(now_ms, request),
            System::Yonyou => cores.yonyou.handle(now_ms, request),
        };
        crate::faults::dated(answer, now_ms)
    }
}

/// A till's chance goes on where its book was left: what it has minted once it must not mint again.
pub(crate) fn skip_chance(street: &Street) {
    for _ in 0..1_000 {
        street.chance.next_u64();
    }
}
