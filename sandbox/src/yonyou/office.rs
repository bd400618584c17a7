//! What happens at the platform without the client: the enterprise's other systems, and people.

use super::errcode::Errcode;
use super::ledger::Source;
use super::state::{Posting, Yonyou};

/// Another system or a person at the platform.
#[derive(Debug)]
pub struct Office<'a> {
    yonyou: &'a mut Yonyou,
    now_ms: i64,
    source: Source,
}

/// How the platform is to fail at the next change of points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What it answers, for instance [`Errcode::InProgress`].
    pub errcode: Errcode,
    /// Whether the change takes effect all the same.
    pub applied: bool,
}

impl Yonyou {
    /// Puts a member with points into the system.
    ///
    /// # Errors
    /// [`Errcode::BadParameter`] for a member who is there already, an empty id or negative points.
    pub fn seed(&mut self, now_ms: i64, mid: &str, points: i64) -> Result<(), Errcode> {
        self.office(now_ms, "seed").add_member(mid, points)
    }

    /// The platform at a moment, in somebody's hands.
    pub fn office(&mut self, now_ms: i64, who: &str) -> Office<'_> {
        Office { yonyou: self, now_ms, source: Source::Office { who: who.to_owned() } }
    }

    /// How many tokens the interface has given on the Beijing day of `now_ms`.
    #[must_use]
    pub fn tokens_fetched(&self, now_ms: i64) -> u32 {
        self.tokens.fetched_on(now_ms)
    }
}

impl Office<'_> {
    /// Registers a member elsewhere.
    ///
    /// # Errors
    /// [`Errcode::BadParameter`] for a member who is there already, an empty id or negative points.
    pub fn add_member(&mut self, mid: &str, points: i64) -> Result<(), Errcode> {
        if mid.is_empty() || points < 0 || self.yonyou.points(mid).is_some() {
            return Err(Errcode::BadParameter);
        }
        self.yonyou.admit(mid);
        self.change_points(mid, points)
    }

    /// Changes a member's points.
    ///
    /// # Errors
    /// [`Errcode::NoSuchMember`] or [`Errcode::NotEnoughPoints`].
    pub fn change_points(&mut self, mid: &str, change: i64) -> Result<(), Errcode> {
        let posting = Posting {
            action: None,
            change,
            calc_money_fen: 0,
            source_code: None,
            source1: None,
            source: self.source.clone(),
        };
        self.yonyou.post(self.now_ms, mid, posting).map(drop)
    }

    /// A token that doesn't count for the day's limit.
    pub fn issue_token(&mut self) -> String {
        self.yonyou.tokens.issue(self.now_ms, &self.yonyou.settings)
    }

    /// Ends every token that was given.
    pub fn expire_tokens(&mut self) {
        self.yonyou.tokens.expire();
    }

    /// Takes the application online or offline.
    pub fn set_online(&mut self, online: bool) {
        self.yonyou.settings.online = online;
    }

    /// Lets the next change of points that gets past its token fail; after several of these, as many.
    pub fn fail_next(&mut self, failure: Failure) {
        self.yonyou.failures.push_back(failure);
    }
}
