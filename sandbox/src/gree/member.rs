//! A member as the platform keeps it.

use serde::Serialize;

use super::errcode::{Errcode, Refusal};
use super::ledger::LedgerKind;
use super::state::{Context, Gree, Posting};

/// What registering says of a person besides the phone. The platform keeps it and shows most of it again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[allow(missing_docs)] // The document's own names, which say all there is to say.
pub struct Profile {
    pub nickname: String,
    pub project_id: Option<String>,
    pub outer_user_id: Option<String>,
    pub q_id: Option<String>,
    pub realname: Option<String>,
    pub avatar_img_url: Option<String>,
    /// 1 male, 2 female, 0 unknown.
    pub gender: Option<i64>,
    /// As in `1994-09-10`.
    pub birthday: Option<String>,
    pub country: Option<String>,
    pub province: Option<String>,
    pub city: Option<String>,
    pub id_card: Option<String>,
    pub email: Option<String>,
    pub company_name: Option<String>,
    pub remark: Option<String>,
    pub employee_id: Option<i64>,
    pub employee_name: Option<String>,
}

impl Profile {
    /// A nickname and nothing else.
    #[must_use]
    pub fn new(nickname: &str) -> Self {
        Self { nickname: nickname.to_owned(), ..Self::default() }
    }
}

/// A member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Member {
    /// 32 digits of lower hex.
    pub open_id: String,
    /// The number that people read.
    pub user_num: String,
    /// The phone; no two members have the same.
    pub phone: String,
    /// What else registering said.
    pub profile: Profile,
    /// The points that can be spent.
    pub score: i64,
    /// The activity points, a pool of their own that 3.2 doesn't show.
    pub activity_score: i64,
    /// The growth, which makes the level.
    pub growth: i64,
    /// When it was registered, in epoch milliseconds.
    pub registered_ms: i64,
    /// Whether every call about it is refused with 110003.
    pub blocked: bool,
}

/// What a member code stands for.
#[derive(Clone, Debug)]
pub(super) struct MemberCode {
    pub(super) open_id: String,
    pub(super) until_ms: i64,
}

impl Gree {
    /// A member that calls may be about.
    pub(super) fn usable(&self, key: &str) -> Result<&Member, Refusal> {
        let member = self.member(key).ok_or(Errcode::NoSuchMember)?;
        if member.blocked { Err(Errcode::NotBound.into()) } else { Ok(member) }
    }

    /// Takes in a member whose phone is new, and answers the open id.
    pub(super) fn register(
        &mut self,
        context: &Context,
        phone: &str,
        profile: Profile,
        (score, growth): (i64, i64),
    ) -> Result<String, Refusal> {
        let open_id = self.mint("member");
        let member = Member {
            open_id: open_id.clone(),
            // The sample's is 58500000003.
            user_num: (58_500_000_001 + self.members.len()).to_string(),
            phone: phone.to_owned(),
            profile,
            score: 0,
            activity_score: 0,
            growth: 0,
            registered_ms: context.now_ms,
            blocked: false,
        };
        self.members.insert(open_id.clone(), member);
        self.phones.insert(phone.to_owned(), open_id.clone());
        let mut posting = Posting::new(LedgerKind::Register, Some(&open_id));
        posting.points_change = score;
        posting.growth_change = growth;
        posting.wire_key = Some(phone.to_owned());
        self.post(context, posting)?;
        Ok(open_id)
    }
}
