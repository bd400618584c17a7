//! 1.2: members, filtered and paged.

use super::member::Member;
use super::state::Freemud;
use super::status::StatusCode;
use crate::beijing;
use crate::wire::{Flaw, Object, Params, array};

const MAX_PAGE_SIZE: i64 = 1_000;

/// What a list asks for.
struct Query {
    page: usize,
    size: usize,
    nick_name: Option<String>,
    mobile: Option<String>,
    points: (i64, i64),
    active: Option<bool>,
    registered_ms: (i64, i64),
    /// It asks for a paid card, a label or a level, none of which anybody has here.
    for_nobody: bool,
}

impl Query {
    fn read(params: &Params) -> Result<Self, Flaw> {
        let time = |name| match params.given(name)? {
            Some(text) => beijing::parse(&text).map(Some).ok_or(Flaw::Bad),
            None => Ok(None),
        };
        let page = params.required_whole("pageNum")?;
        let size = params.required_whole("pageSize")?;
        if page < 1 || !(1..=MAX_PAGE_SIZE).contains(&size) {
            return Err(Flaw::Bad);
        }
        let mut for_nobody = false;
        for name in ["paidId", "labelName", "ruleCode"] {
            for_nobody |= params.given(name)?.is_some();
        }
        Ok(Self {
            page: usize::try_from(page).map_err(|_| Flaw::Bad)?,
            size: usize::try_from(size).map_err(|_| Flaw::Bad)?,
            nick_name: params.given("nickName")?,
            mobile: params.given("mobile")?,
            points: (params.whole("startScore")?.unwrap_or(i64::MIN), params.whole("endScore")?.unwrap_or(i64::MAX)),
            active: match params.whole("statusFlag")? {
                None => None,
                Some(0) => Some(false),
                Some(1) => Some(true),
                Some(_) => return Err(Flaw::Bad),
            },
            registered_ms: (time("startTime")?.unwrap_or(i64::MIN), time("endTime")?.unwrap_or(i64::MAX)),
            for_nobody,
        })
    }

    fn matches(&self, member: &Member) -> bool {
        !self.for_nobody
            && self.nick_name.as_ref().is_none_or(|name| member.nick_name.contains(name))
            && self.mobile.as_ref().is_none_or(|mobile| *mobile == member.mobile)
            && (self.points.0..=self.points.1).contains(&member.points)
            && self.active.is_none_or(|active| active == member.active)
            && (self.registered_ms.0..=self.registered_ms.1).contains(&member.registered_at_ms)
    }
}

impl Freemud {
    /// The latest registration comes first, as in the sample.
    pub(super) fn list(&self, params: &Params) -> Result<String, StatusCode> {
        let query = Query::read(params)?;
        let mut found: Vec<(&String, &Member)> =
            self.members.iter().filter(|(_, member)| query.matches(member)).collect();
        found.sort_by(|(a_id, a), (b_id, b)| (b.registered_at_ms, b_id).cmp(&(a.registered_at_ms, a_id)));
        let first = (query.page - 1).saturating_mul(query.size);
        let here = found.iter().skip(first).take(query.size).map(|(id, member)| item(id, member));
        Ok(Object::new()
            .raw("memberList", array(here))
            .raw("pageNum", query.page)
            .raw("pageSize", query.size)
            .raw("totalCount", found.len())
            .raw("totalPages", found.len().div_ceil(query.size))
            .end())
    }
}

/// In the sample's form, with `labelList` where the table has `labels`.
fn item(id: &str, member: &Member) -> String {
    Object::new()
        .text("consumeMoney", "")
        .raw("currentScore", member.points)
        .raw("labelList", "[]")
        .text("memberId", id)
        .raw("memberPaidList", "[]")
        .text("mobile", &member.mobile)
        .text("nickName", &member.nick_name)
        .text("registerTime", &beijing::text(member.registered_at_ms))
        .text("ruleName", "")
        .raw("statusFlag", i32::from(member.active))
        .end()
}
