//! Reads: what is asked, and what follows from the answer.
//!
//! Most are one request. A member's points come with the member (1.1); where the answer leaves them out, as the document's
//! sample does, they are asked for by themselves (2.4).

use std::sync::Arc;

use super::answers::{self, Figures, Info};
use super::probe::Facts;
use super::requests::{By, Desk, is_mobile, mobile};
use crate::model::{CardStatus, Member, PointsStatistics};
use crate::provider::{Findings, Found, ReadFailure, ReadStep, Reading, Reply, Snapshot};
use crate::transport::HttpResponse;
use crate::units::Money;

/// One thing to find out.
enum Question {
    Member(By),
    Points { member_id: String },
    Members { page: u32, page_size: u32 },
}

/// What a read is for.
enum Aim {
    Health,
    Find {
        mobile: String,
    },
    Serve,
    /// Facts to judge by, before a send or after it. With the code that a registration uses.
    Facts {
        code: Option<String>,
    },
    Statistics,
    Members,
    MemberByCode,
}

/// A read under way.
pub(super) struct Read {
    desk: Arc<Desk>,
    aim: Aim,
    question: Option<Question>,
    info: Option<Info>,
}

/// The member list names no member, so it succeeds if and only if the merchant is served (1.2).
pub(super) fn health(desk: &Arc<Desk>) -> Read {
    Read::new(desk, Aim::Health, Question::Members { page: 1, page_size: 1 })
}

/// A whole phone number is all that a search can go by.
pub(super) fn find(desk: &Arc<Desk>, key: &str) -> Option<Read> {
    let mobile = Some(key).filter(|key| is_mobile(key)).map(mobile)?;
    Some(Read::new(desk, Aim::Find { mobile: mobile.clone() }, Question::Member(By::Mobile(mobile))))
}

pub(super) fn serve(desk: &Arc<Desk>, by: By) -> Read {
    Read::new(desk, Aim::Serve, Question::Member(by))
}

/// The three figures, to be kept with an attempt or compared with those.
pub(super) fn figures(desk: &Arc<Desk>, member_id: &str) -> Read {
    Read::new(desk, Aim::Facts { code: None }, Question::Points { member_id: member_id.to_owned() })
}

/// Whether a phone has a member, and whether it is the one that is registered under `code`.
pub(super) fn registration(desk: &Arc<Desk>, phone: &str, code: Option<String>) -> Read {
    Read::new(desk, Aim::Facts { code }, Question::Member(By::Mobile(mobile(phone))))
}

pub(super) fn statistics(desk: &Arc<Desk>, by: By) -> Read {
    let question = match by {
        By::Id(member_id) => Question::Points { member_id },
        by => Question::Member(by),
    };
    Read::new(desk, Aim::Statistics, question)
}

pub(super) fn members(desk: &Arc<Desk>, page: u32, page_size: u32) -> Read {
    Read::new(desk, Aim::Members, Question::Members { page, page_size })
}

pub(super) fn member_by_code(desk: &Arc<Desk>, code: &str) -> Read {
    Read::new(desk, Aim::MemberByCode, Question::Member(By::Code(code.to_owned())))
}

impl Read {
    fn new(desk: &Arc<Desk>, aim: Aim, question: Question) -> Self {
        Read { desk: Arc::clone(desk), aim, question: Some(question), info: None }
    }

    fn ask(&self, question: &Question) -> ReadStep {
        ReadStep::Ask(match question {
            Question::Member(by) => self.desk.member(by),
            Question::Points { member_id } => self.desk.statistics(member_id),
            Question::Members { page, page_size } => self.desk.members(*page, *page_size),
        })
    }

    fn take(&mut self, question: Question, answer: &HttpResponse) -> Result<Option<Findings>, ReadFailure> {
        match question {
            Question::Member(by) => {
                let Some(info) = answers::member(&self.desk, answer)? else { return Ok(Some(self.absent())) };
                is_whom_we_asked_for(&by, &info)?;
                if info.figures.current.is_none() && matches!(self.aim, Aim::Serve | Aim::Statistics) {
                    self.question = Some(Question::Points { member_id: info.member_id.clone() });
                    self.info = Some(info);
                    return Ok(None);
                }
                let figures = info.figures;
                Ok(Some(self.found(Some(info), figures)))
            }
            Question::Points { .. } => {
                let Some(figures) = answers::statistics(&self.desk, answer)? else { return Ok(Some(self.absent())) };
                let info = self.info.take();
                Ok(Some(self.found(info, figures)))
            }
            Question::Members { .. } => {
                let page = answers::members(&self.desk, answer)?;
                let reply = matches!(self.aim, Aim::Members).then_some(Reply::Members(page));
                Ok(Some(Findings { reply, ..Findings::default() }))
            }
        }
    }

    fn absent(&self) -> Findings {
        let facts = Facts { absent: true, ..Facts::default() };
        Findings { absent: true, facts: self.kept(facts), ..Findings::default() }
    }

    fn kept(&self, facts: Facts) -> Option<serde_json::Value> {
        matches!(self.aim, Aim::Facts { .. }).then(|| serde_json::to_value(facts).ok()).flatten()
    }

    fn found(&self, info: Option<Info>, figures: Figures) -> Findings {
        let ours = match (&self.aim, &info) {
            (Aim::Facts { code: Some(code) }, Some(info)) => info.third_party_codes.contains(code),
            _ => false,
        };
        let facts = self.kept(Facts { absent: false, figures: Some(figures), ours });
        let reference = info.as_ref().map(|info| info.member_id.clone());
        let holder = info.map(|info| info.holder).unwrap_or_default();
        let mut findings = Findings { reference, facts, ..Findings::default() };
        match &self.aim {
            Aim::Serve | Aim::Facts { .. } => {
                // 1.1 shows no status, and nothing that would speak against the member.
                findings.status = matches!(self.aim, Aim::Serve).then_some(CardStatus::Active);
                findings.snapshot = figures.current.map(|points| Snapshot {
                    money: Money::ZERO,
                    points,
                    holder,
                    ..Snapshot::default()
                });
            }
            // The till's number of somebody who is known by phone alone is the phone.
            Aim::Find { mobile } => {
                findings.found = vec![Found { number: mobile.clone(), phone: Some(mobile.clone()) }];
            }
            Aim::Statistics => {
                let statistics = figures.current.map(|current| {
                    Reply::Statistics(PointsStatistics { current, total: figures.total, used: figures.used })
                });
                findings.reply = statistics;
            }
            Aim::MemberByCode => {
                let member = Member {
                    reference: findings.reference.clone(),
                    holder,
                    level: None,
                    points: figures.current,
                    growth: None,
                    active: true,
                };
                findings.reply = Some(Reply::Member(Box::new(member)));
            }
            Aim::Health | Aim::Members => {}
        }
        findings
    }
}

/// An answer about somebody else must not become this member's.
fn is_whom_we_asked_for(by: &By, info: &Info) -> Result<(), ReadFailure> {
    let other = match by {
        By::Id(id) => info.member_id != *id,
        // Phones may be masked or left out.
        By::Mobile(asked) => {
            info.holder.phone.as_deref().is_some_and(|phone| is_mobile(phone) && mobile(phone) != *asked)
        }
        By::Code(_) => false,
    };
    if other { Err(ReadFailure::Unusable("member: the answer is about another one".to_owned())) } else { Ok(()) }
}

impl Reading for Read {
    fn step(&mut self, answer: Option<&HttpResponse>) -> ReadStep {
        let Some(answer) = answer else {
            return match &self.question {
                Some(question) => self.ask(question),
                None => ReadStep::Failed(ReadFailure::Garbled("the read is over".to_owned())),
            };
        };
        let Some(question) = self.question.take() else {
            return ReadStep::Failed(ReadFailure::Garbled("the read is over".to_owned()));
        };
        match self.take(question, answer) {
            Err(failure) => ReadStep::Failed(failure),
            Ok(Some(findings)) => ReadStep::Done(Box::new(findings)),
            Ok(None) => self.step(None),
        }
    }
}
