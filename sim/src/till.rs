//! One till of the world: the real library in steps, on a disk that can fail, with a clock that can be wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::Connection;
use tillbook::steps::{Answer, PendingCall, Steps, Ticket};
use tillbook::{Error, OfflinePolicy, Receipt, TillBuilder};
use tillbook_sandbox::System;
use tillbook_testvfs::{Failure, SurvivingWrites, TestVfs};

use crate::audit::mirror::{Mirror, open_eye};
use crate::call::CallSpec;
use crate::copies::Copies;
use crate::host::Host;
use crate::plan::TillPlan;
use crate::policy::Policies;
use crate::time::{TillClock, TillEntropy, TrueTime};
use crate::wire::Link;

/// Room that the library sets aside beside the book.
const BALLAST_BYTES: u64 = 256 * 1024;

pub(crate) struct SimTill {
    pub(crate) index: usize,
    pub(crate) plan: TillPlan,
    pub(crate) clock: Arc<TillClock>,
    entropy: Arc<TillEntropy>,
    path: PathBuf,
    vfs: TestVfs,
    /// `None` while the program does not run.
    pub(crate) steps: Option<Steps>,
    /// The auditor's own look into the book.
    eye: Option<Connection>,
    pub(crate) mirror: Mirror,
    pub(crate) policies: Policies,
    pub(crate) copies: Copies,
    /// Somebody has kept house.
    pub(crate) house_kept: bool,
    /// The policy of the configuration that it was last started with.
    pub(crate) configured: OfflinePolicy,
    /// Which life of the program this is.
    pub(crate) life: u32,
    pub(crate) inbox: Vec<Answer>,
    pub(crate) calls: Vec<CallUnderWay>,
    pub(crate) questions: Vec<(Ticket, i64)>,
    pub(crate) link: Link,
    pub(crate) disk: Disk,
    /// Exchanges under way in this life: number, endpoint's write or not, card.
    pub(crate) in_flight: BTreeMap<u64, Exchange>,
    /// Every call that was made here, for asking again.
    pub(crate) made: Vec<Made>,
    /// Notifications that a person has acknowledged, or tried to.
    pub(crate) acknowledged: BTreeSet<i64>,
    pub(crate) next_call: u32,
    pub(crate) next_card: u32,
    /// How many exchanges have left this till in all its lives.
    pub(crate) flights: u64,
    /// A failed turn is not repeated before this.
    pub(crate) not_before: i64,
    /// Until when its host drives the queue, where it has no worker.
    pub(crate) driven_until: i64,
    /// When it wants to be woken next, in true time.
    pub(crate) wake_at: Option<i64>,
    /// The program does not run before this.
    pub(crate) off_until: i64,
    pub(crate) pacing: BTreeMap<System, PacingSeen>,
    /// Cards that a member was registered under.
    pub(crate) phones: BTreeMap<String, String>,
    host: Arc<Host>,
}

/// What the world knows of a till's manners.
#[derive(Debug, Default)]
pub(crate) struct PacingSeen {
    /// The remote has asked for a pause until this true time, and the till knows it.
    pub(crate) pause_until: i64,
    /// Failures that reached the till in a row, since the last answer of use.
    pub(crate) failures: u32,
}

#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    pub(crate) system: System,
    pub(crate) card: Option<String>,
    pub(crate) write: bool,
    /// It only finds out whether the remote is there, or brings a token.
    pub(crate) health: bool,
    /// The lane of the operation that it is for.
    pub(crate) lane: Option<i64>,
}

pub(crate) struct CallUnderWay {
    pub(crate) pending: PendingCall,
    pub(crate) spec: CallSpec,
}

/// A call whose operation may be in the book.
#[derive(Clone, Debug)]
pub(crate) struct Made {
    pub(crate) spec: CallSpec,
    /// What its first receipt told: the promise, and the figures told with it.
    pub(crate) told: Option<String>,
}

/// What is wrong with the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Disk {
    Well,
    Full,
    Failing,
    /// The power goes at some call soon.
    PowerCutAhead,
}

/// The disks of one simulating thread. A VFS can't be unregistered, so they are used again by every world.
pub(crate) struct Disks {
    folder: tempfile::TempDir,
    vfs: Vec<TestVfs>,
    name: String,
}

impl Disks {
    /// # Errors
    /// What the file system says.
    pub(crate) fn new(name: &str) -> std::io::Result<Disks> {
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory)? } else { tempfile::tempdir()? };
        Ok(Disks { folder, vfs: Vec::new(), name: name.to_owned() })
    }

    /// An empty disk for a till.
    fn clean(&mut self, index: usize) -> (PathBuf, TestVfs) {
        while self.vfs.len() <= index {
            self.vfs.push(TestVfs::register(&format!("{}-{}", self.name, self.vfs.len())));
        }
        let vfs = self.vfs[index];
        let folder = self.folder.path().join(format!("till{index}"));
        let _ = std::fs::remove_dir_all(&folder);
        let _ = std::fs::remove_file(self.folder.path().join(format!("till{index}.high")));
        if let Err(error) = std::fs::create_dir_all(&folder) {
            panic!("no folder for a book: {error}");
        }
        vfs.heal();
        vfs.set_space_left(None);
        vfs.forget_all();
        (folder.join("book.db"), vfs)
    }
}

impl SimTill {
    pub(crate) fn new(
        seed: u64,
        index: usize,
        plan: TillPlan,
        (truth, host): (&Arc<TrueTime>, Arc<Host>),
        disks: &mut Disks,
    ) -> SimTill {
        let (path, vfs) = disks.clean(index);
        let (policies, configured) = (Policies::new(&plan.config.policy), plan.config.policy.clone());
        SimTill {
            index,
            plan,
            clock: TillClock::new(Arc::clone(truth)),
            entropy: TillEntropy::new(seed, index),
            path,
            vfs,
            steps: None,
            eye: None,
            mirror: Mirror::default(),
            policies,
            copies: Copies::default(),
            house_kept: false,
            configured,
            life: 0,
            inbox: Vec::new(),
            calls: Vec::new(),
            questions: Vec::new(),
            link: Link::Up,
            disk: Disk::Well,
            in_flight: BTreeMap::new(),
            made: Vec::new(),
            acknowledged: BTreeSet::new(),
            next_call: 1,
            next_card: 1,
            flights: 0,
            not_before: 0,
            driven_until: 0,
            wake_at: None,
            off_until: 0,
            pacing: BTreeMap::new(),
            phones: BTreeMap::new(),
            host,
        }
    }

    /// Starts the program.
    pub(crate) fn boot(&mut self) -> Result<(), Error> {
        self.life += 1;
        if self.not_before > 0 {
            // What a disk that failed did not take is not known any more.
            self.pacing.clear();
            self.not_before = 0;
        }
        self.clock.boot();
        self.in_flight.clear();
        self.inbox.clear();
        self.questions.clear();
        self.driven_until = 0;
        let builder = TillBuilder::new(self.plan.config.clone())
            .clock(Arc::clone(&self.clock) as Arc<dyn tillbook::Clock>)
            .entropy(Arc::clone(&self.entropy) as Arc<dyn tillbook::Entropy>)
            .token_source(Arc::clone(&self.host) as Arc<dyn tillbook::TokenSource>)
            .high_water(self.mark())
            .vfs(self.vfs.name());
        let steps = Steps::open(builder, &self.path)?;
        self.steps = Some(steps);
        Ok(())
    }

    /// The auditor's connection, opened when it is first needed. It meets no failure of the disk.
    pub(crate) fn eye(&mut self) -> rusqlite::Result<&Connection> {
        if self.eye.is_none() {
            let (path, vfs) = (&self.path, self.vfs);
            self.eye = Some(vfs.aside(|| open_eye(path, vfs.name()))?);
        }
        match &self.eye {
            Some(eye) => Ok(eye),
            None => Err(rusqlite::Error::InvalidQuery),
        }
    }

    /// The folder of the book.
    pub(crate) fn folder(&self) -> PathBuf {
        self.path.parent().map(Path::to_owned).unwrap_or_default()
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The high-water file: beside the book's folder, as on another disk.
    pub(crate) fn mark(&self) -> PathBuf {
        self.folder().with_extension("high")
    }

    pub(crate) fn has_mark(&self) -> bool {
        self.mark().exists()
    }

    /// Has the till do something while its disk is well.
    pub(crate) fn aside<T>(&mut self, work: impl FnOnce(&mut Steps) -> Result<T, Error>) -> Result<T, Error> {
        let vfs = self.vfs;
        match &mut self.steps {
            Some(steps) => vfs.aside(|| work(steps)),
            None => panic!("till {} does not run", self.index),
        }
    }

    /// Does something in the auditor's own right.
    pub(crate) fn look<T>(
        &mut self,
        work: impl FnOnce(&mut Mirror, &Connection) -> Result<T, String>,
    ) -> Result<T, String> {
        let vfs = self.vfs;
        self.eye().map_err(|error| format!("the auditor can't open the book: {error}"))?;
        let Some(eye) = &self.eye else { return Err("no book".to_owned()) };
        let mirror = &mut self.mirror;
        vfs.aside(|| work(mirror, eye))
    }

    /// What the book's own check finds; nothing while the program does not run.
    pub(crate) fn check(&mut self) -> Option<tillbook::CheckReport> {
        let (vfs, steps) = (self.vfs, self.steps.as_mut()?);
        Some(vfs.aside(|| steps.check(&tillbook::CheckOptions::default())))
    }

    /// Whether a failure that was set has been met.
    pub(crate) fn power_is_gone(&self) -> bool {
        self.disk == Disk::PowerCutAhead && self.vfs.fired() > 0
    }

    pub(crate) fn fail(&mut self, disk: Disk, failure: Failure) {
        self.disk = disk;
        self.vfs.fail(failure);
    }

    pub(crate) fn fill_disk(&mut self, left: u64) {
        self.disk = Disk::Full;
        let mut ballast = self.path.as_os_str().to_owned();
        ballast.push(".ballast");
        self.vfs.set_space_left_beside(Some(left), PathBuf::from(ballast), BALLAST_BYTES);
    }

    pub(crate) fn heal_disk(&mut self) {
        self.disk = Disk::Well;
        self.vfs.heal();
        self.vfs.set_space_left(None);
    }

    /// The program ends in the middle of whatever it does, with or without the power: what was synced survives, and of the
    /// rest what `writes` says.
    pub(crate) fn die(&mut self, writes: SurvivingWrites) -> Result<(), String> {
        self.vfs.fail(Failure::power_cut_at(1));
        // With the power off nothing tidies up on the way out.
        self.steps = None;
        self.eye = None;
        self.vfs.heal();
        self.vfs.set_space_left(None);
        self.disk = Disk::Well;
        self.calls.clear();
        self.vfs.durable_copy(&self.path, &self.path, writes).map_err(|error| format!("no copy: {error}"))
    }

    /// The program is closed in good order.
    pub(crate) fn close(&mut self) {
        self.steps = None;
        self.calls.clear();
    }

    /// The same, and the auditor lets go of the book.
    pub(crate) fn close_whole(&mut self) {
        self.close();
        self.eye = None;
    }

    /// What is found in the book's place is another file than before.
    pub(crate) fn forget_disk(&mut self) {
        let mut shm = self.path.as_os_str().to_owned();
        shm.push("-shm");
        let _ = std::fs::remove_file(PathBuf::from(shm));
        self.vfs.forget(&self.path);
    }

    pub(crate) fn timeout_ms(&self) -> i64 {
        self.plan.timeout_ms
    }

    pub(crate) fn quiet_ms(&self) -> i64 {
        self.plan.quiet_ms
    }

    /// What the world knows of who stands behind a card: a phone number, or what Yonyou calls the holder.
    pub(crate) fn who(&self, system: System, card: &str) -> Option<String> {
        match system {
            System::Sandy => Some(card.to_owned()),
            System::Yonyou => self.plan.mids.iter().find(|(known, _)| known == card).map(|(_, mid)| mid.clone()),
            System::Gree | System::Freemud => match self.phones.get(card) {
                Some(phone) => Some(phone.clone()),
                None => Some(card.to_owned()).filter(|card| card.len() == 11),
            },
        }
    }

    pub(crate) fn is_running(&self) -> bool {
        self.steps.is_some()
    }
}

/// A receipt's part that must never change.
pub(crate) fn promised(receipt: &Receipt) -> String {
    format!("{:?} {:?} {:?} {:?}", receipt.promise, receipt.told, receipt.refusal, receipt.remote_message)
}
