//! Reads of one or several requests: what is asked, in which order, and when it is enough.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use serde_json::value::RawValue;

use super::answers::{self, Profile, Success, Trouble};
use super::codes::{self, Meaning, code};
use super::coupons::{Seen, coupon};
use super::lines::Lines;
use super::probe::Facts;
use super::requests::{Desk, is_phone};
use crate::clock::Timestamp;
use crate::event::event;
use crate::model::{Coupon, PointsPage, PointsStatistics};
use crate::provider::wire::{Envelope, Fields};
use crate::provider::{Findings, Inquiry, ReadFailure, ReadStep, Reading, Reply, WireCall};
use crate::transport::HttpResponse;

/// Pages of one list that are read at most: 2,000 coupons of one member.
const PAGES_AT_MOST: u32 = 40;

/// Pages of either half of a history: 5,000 lines that came, and as many that went.
const PAGES_OF_HISTORY: u32 = 100;

/// One thing to find out.
enum Errand {
    Member,
    Coupons(Walk),
    Levels(Walk),
    /// What came, or what went.
    Lines {
        income: bool,
        walk: Walk,
    },
    Inquiry(Inquiry),
}

/// A walk through the pages of a list. Nothing promises that rows stay where they are, so each counts once.
struct Walk {
    page: u32,
    pages_at_most: u32,
    rows: Vec<Box<RawValue>>,
    seen: BTreeSet<String>,
}

enum Walked {
    NextPage,
    Over { complete: bool },
}

impl Walk {
    fn new() -> Self {
        Walk { page: 1, pages_at_most: PAGES_AT_MOST, rows: Vec::new(), seen: BTreeSet::new() }
    }

    fn of_history() -> Self {
        Walk { pages_at_most: PAGES_OF_HISTORY, ..Walk::new() }
    }

    fn take(&mut self, rows: Vec<Box<RawValue>>, total: Option<i64>) -> Walked {
        let known = self.seen.len();
        for row in rows {
            let id = Fields::of(&row).and_then(|fields| fields.filled("id"));
            if self.seen.insert(id.unwrap_or_else(|| row.get().to_owned())) {
                self.rows.push(row);
            }
        }
        let missing = total.map(|total| i64::try_from(self.seen.len()).is_ok_and(|seen| seen < total));
        if missing == Some(false) {
            return Walked::Over { complete: true };
        }
        if self.seen.len() == known {
            // The rows are said to be more, and do not come: the platform does not turn pages.
            return Walked::Over { complete: missing.is_none() };
        }
        if self.page >= self.pages_at_most {
            return Walked::Over { complete: false };
        }
        self.page += 1;
        Walked::NextPage
    }
}

/// What a read is for.
enum Aim {
    Health,
    Serve,
    /// Whether somebody is a member.
    Membership,
    /// What stands about one coupon. `certain`: a read that could not show all coupons, and not this one, is none.
    OneCoupon {
        code: String,
        certain: bool,
    },
    Inquiry,
    History {
        since: Option<Timestamp>,
    },
}

#[derive(Default)]
struct Gathered {
    absent: bool,
    profile: Option<Profile>,
    rows: Vec<Box<RawValue>>,
    complete: bool,
    reply: Option<Reply>,
    lines: Lines,
}

/// A read under way.
pub(super) struct Errands {
    desk: Arc<Desk>,
    who: String,
    aim: Aim,
    errands: VecDeque<Errand>,
    gathered: Gathered,
    over: bool,
}

/// 3.8 names no member, so it succeeds if and only if the merchant is served.
pub(super) fn health(desk: &Arc<Desk>) -> Errands {
    Errands::new(desk, "", Aim::Health, [Errand::Levels(Walk::new())])
}

/// 3.2, and 5.5 where it is known what its figures mean.
pub(super) fn serve(desk: &Arc<Desk>, who: &str) -> Errands {
    let coupons = desk.config.coupon_fee_unit.is_some().then(|| Errand::Coupons(Walk::new()));
    Errands::new(desk, who, Aim::Serve, [Errand::Member].into_iter().chain(coupons))
}

/// 3.2 by the phone: before a registration, and after one without an answer.
pub(super) fn membership(desk: &Arc<Desk>, phone: &str) -> Errands {
    Errands::new(desk, phone, Aim::Membership, [Errand::Member])
}

/// A coupon's status, before it is set.
pub(super) fn before_status(desk: &Arc<Desk>, who: &str, coupon: &str) -> Errands {
    one_coupon(desk, who, coupon, true)
}

/// What became of a coupon.
pub(super) fn look_coupon(desk: &Arc<Desk>, who: &str, coupon: &str) -> Errands {
    one_coupon(desk, who, coupon, false)
}

fn one_coupon(desk: &Arc<Desk>, who: &str, coupon: &str, certain: bool) -> Errands {
    let aim = Aim::OneCoupon { code: coupon.to_owned(), certain };
    Errands::new(desk, who, aim, [Errand::Coupons(Walk::new())])
}

/// All of 3.5, in two halves.
pub(super) fn history(desk: &Arc<Desk>, who: &str, since: Option<Timestamp>) -> Errands {
    let half = |income| Errand::Lines { income, walk: Walk::of_history() };
    Errands::new(desk, who, Aim::History { since }, [half(true), half(false)])
}

/// Something asked for a caller.
pub(super) fn inquire(desk: &Arc<Desk>, who: &str, inquiry: &Inquiry) -> Errands {
    let errand = match inquiry {
        Inquiry::Statistics => Errand::Member,
        other => Errand::Inquiry(other.clone()),
    };
    Errands::new(desk, who, Aim::Inquiry, [errand])
}

impl Errands {
    fn new(desk: &Arc<Desk>, who: &str, aim: Aim, errands: impl IntoIterator<Item = Errand>) -> Self {
        Errands {
            desk: Arc::clone(desk),
            who: who.to_owned(),
            aim,
            errands: errands.into_iter().collect(),
            gathered: Gathered::default(),
            over: false,
        }
    }

    fn ask(&self, errand: &Errand) -> WireCall {
        match errand {
            Errand::Member => self.desk.member(&self.who),
            Errand::Coupons(walk) => self.desk.coupons(&self.who, walk.page),
            Errand::Levels(walk) => self.desk.levels(walk.page),
            Errand::Lines { income, walk } => self.desk.points_lines(&self.who, *income, walk.page),
            Errand::Inquiry(inquiry) => match inquiry {
                Inquiry::PointsHistory { page, page_size } => self.desk.points_history(&self.who, *page, *page_size),
                Inquiry::MemberByCode { code } => self.desk.member_by_code(code),
                Inquiry::SendSms { phone } => self.desk.send_sms(phone),
                Inquiry::JudgeSms { phone, code } => self.desk.judge_sms(phone, code),
                Inquiry::MemberCode | Inquiry::Statistics | Inquiry::Members { .. } => self.desk.member_code(&self.who),
            },
        }
    }

    fn take(&mut self, answer: &HttpResponse) -> Result<(), ReadFailure> {
        let Some(errand) = self.errands.pop_front() else { return Ok(()) };
        let of_serving = matches!((&self.aim, &errand), (Aim::Serve, Errand::Coupons(_)));
        match self.carry_out(errand, answer) {
            // The member can be served without coupons; those known from before stay.
            Err(ReadFailure::Unusable(_)) if of_serving => event!(EXTRA_NOT_READ, provider = "gree", what = "coupons"),
            taken => return taken,
        }
        Ok(())
    }

    fn carry_out(&mut self, errand: Errand, answer: &HttpResponse) -> Result<(), ReadFailure> {
        let success = match answers::open(answer) {
            Ok(success) => success,
            Err(Trouble::Garbled(why)) => return Err(ReadFailure::Garbled(why)),
            Err(Trouble::Said(said)) => return self.refused(&errand, said),
        };
        match errand {
            Errand::Member => self.profile(&success)?,
            Errand::Coupons(mut walk) => match self.page(&mut walk, &success, "coupons")? {
                Walked::NextPage => self.errands.push_front(Errand::Coupons(walk)),
                Walked::Over { complete } => (self.gathered.rows, self.gathered.complete) = (walk.rows, complete),
            },
            Errand::Levels(mut walk) => match self.page(&mut walk, &success, "levels")? {
                Walked::NextPage => self.errands.push_front(Errand::Levels(walk)),
                Walked::Over { .. } => self.gathered.rows = walk.rows,
            },
            Errand::Lines { income, mut walk } => match self.page(&mut walk, &success, "points history")? {
                Walked::NextPage => self.errands.push_front(Errand::Lines { income, walk }),
                Walked::Over { complete } => self.gathered.lines.take(income, &walk.rows, complete)?,
            },
            Errand::Inquiry(inquiry) => self.reply(&inquiry, &success)?,
        }
        Ok(())
    }

    /// A no, where that may be an answer.
    fn refused(&mut self, errand: &Errand, said: Envelope) -> Result<(), ReadFailure> {
        let config = &self.desk.config;
        if codes::meaning(config, &said) == Meaning::NoSuchMember {
            match (&self.aim, errand) {
                (Aim::Inquiry, _) => {
                    return Err(ReadFailure::Refused { code: said.code, message: said.message });
                }
                // The member has just been there.
                (Aim::Serve, Errand::Coupons(_)) | (Aim::Health, _) => {}
                // One who was registered may have been blocked since: that is no proof that nobody was.
                (Aim::Membership, _) if said.code == code::NOT_BOUND => {
                    self.errands.clear();
                    return Ok(());
                }
                _ => {
                    self.gathered = Gathered { absent: true, ..Gathered::default() };
                    self.errands.clear();
                    return Ok(());
                }
            }
        }
        if matches!(errand, Errand::Inquiry(Inquiry::JudgeSms { .. })) && said.code == code::WRONG_SMS_CODE {
            self.gathered.reply = Some(Reply::Sms(false));
            return Ok(());
        }
        Err(codes::read_failure(config, said))
    }

    fn profile(&mut self, success: &Success<'_>) -> Result<(), ReadFailure> {
        let Some(profile) = success.object(Profile::read) else { return unusable("member: no readable score") };
        let other = if is_phone(&self.who) {
            profile.snapshot.holder.phone.as_ref().is_some_and(|phone| is_another(phone, &self.who))
        } else {
            profile.open_id.as_ref().is_some_and(|open_id| *open_id != self.who)
        };
        if other {
            return unusable("member: of another member");
        }
        if matches!(self.aim, Aim::Inquiry) {
            // 3.5 pages through single changes only, so nothing tells what was ever granted or used.
            let statistics = PointsStatistics { current: profile.snapshot.points, total: None, used: None };
            self.gathered.reply = Some(Reply::Statistics(statistics));
        }
        self.gathered.profile = Some(profile);
        Ok(())
    }

    fn page(&self, walk: &mut Walk, success: &Success<'_>, what: &str) -> Result<Walked, ReadFailure> {
        let Some(rows) = success.rows() else { return unusable(&format!("{what}: the list is missing")) };
        let walked = walk.take(rows, success.total());
        // What is looked for need not be looked for any further.
        let found = matches!(&self.aim, Aim::OneCoupon { code, .. } if find(&walk.rows, code).is_some());
        match walked {
            Walked::NextPage if found => Ok(Walked::Over { complete: false }),
            Walked::Over { complete: false } if !found && matches!(self.aim, Aim::OneCoupon { certain: true, .. }) => {
                unusable("coupons: not all of them could be read")
            }
            walked => Ok(walked),
        }
    }

    fn reply(&mut self, inquiry: &Inquiry, success: &Success<'_>) -> Result<(), ReadFailure> {
        let reply = match inquiry {
            Inquiry::PointsHistory { page, .. } => success.rows().map(|rows| {
                let records = rows.iter().filter_map(|row| answers::points_record(row)).collect();
                let total = success.total().and_then(|total| u64::try_from(total).ok());
                Reply::PointsHistory(PointsPage { records, page: *page, total })
            }),
            Inquiry::MemberCode => success.text().map(Reply::MemberCode),
            Inquiry::MemberByCode { .. } => {
                success.object(Profile::read).map(|profile| Reply::Member(Box::new(profile.into_member())))
            }
            Inquiry::SendSms { .. } => Some(Reply::Sms(success.flag().unwrap_or(true))),
            // Only a plain yes is one.
            Inquiry::JudgeSms { .. } => success.flag().map(Reply::Sms),
            Inquiry::Statistics | Inquiry::Members { .. } => None,
        };
        if reply.is_none() {
            return unusable("a success without what was asked for");
        }
        self.gathered.reply = reply;
        Ok(())
    }

    fn finish(&mut self) -> Findings {
        let Gathered { absent, profile, rows, complete, reply, lines } = std::mem::take(&mut self.gathered);
        let facts = match &self.aim {
            Aim::Membership => Some(Facts { absent, ..Facts::default() }),
            Aim::OneCoupon { code, .. } => Some(Facts { absent, complete, coupon: find(&rows, code) }),
            Aim::Health | Aim::Serve | Aim::Inquiry | Aim::History { .. } => None,
        };
        let levels =
            matches!(self.aim, Aim::Health).then(|| rows.iter().filter_map(|row| answers::level(row)).collect());
        let coupons = (matches!(self.aim, Aim::Serve) && complete).then(|| self.coupons(&rows));
        let history = match &self.aim {
            Aim::History { since } => Some(lines.since(*since)),
            _ => None,
        };
        let (reference, snapshot) = match profile {
            Some(profile) if !matches!(self.aim, Aim::Inquiry) => (profile.open_id, Some(profile.snapshot)),
            _ => (None, None),
        };
        Findings {
            snapshot,
            absent,
            levels,
            coupons,
            reference,
            reply,
            history,
            facts: facts.and_then(|facts| serde_json::to_value(facts).ok()),
            ..Findings::default()
        }
    }

    /// A coupon that can't be told the worth of can't be used; the others can.
    fn coupons(&self, rows: &[Box<RawValue>]) -> Vec<Coupon> {
        let coupons: Vec<Coupon> = rows.iter().filter_map(|row| coupon(&self.desk.config, row)).collect();
        if coupons.len() < rows.len() {
            event!(EXTRA_NOT_READ, provider = "gree", what = "coupons", rows = rows.len() - coupons.len());
        }
        coupons
    }
}

fn unusable<T>(what: &str) -> Result<T, ReadFailure> {
    Err(ReadFailure::Unusable(what.to_owned()))
}

fn find(rows: &[Box<RawValue>], code: &str) -> Option<Seen> {
    rows.iter().filter_map(|row| Seen::read(row)).find(|seen| seen.code == code)
}

/// Whether two phones can't be the same one: an area code may be missing from either, and one that is masked tells nothing.
fn is_another(one: &str, other: &str) -> bool {
    let [one, other] = [one, other].map(|phone| phone.trim_start_matches('+'));
    is_phone(one) && is_phone(other) && !one.ends_with(other) && !other.ends_with(one)
}

impl Reading for Errands {
    fn step(&mut self, answer: Option<&HttpResponse>) -> ReadStep {
        if self.over {
            return ReadStep::Failed(ReadFailure::Garbled("the read is over".to_owned()));
        }
        if let Some(Err(failure)) = answer.map(|answer| self.take(answer)) {
            self.over = true;
            return ReadStep::Failed(failure);
        }
        match self.errands.front() {
            Some(errand) => ReadStep::Ask(self.ask(errand)),
            None => {
                self.over = true;
                ReadStep::Done(Box::new(self.finish()))
            }
        }
    }
}
