//! What the platform sends to the merchant by itself: 1.4, a member, and 1.5, a change of points.

use super::api::member_json;
use super::envelope::{request_fields, sign, wrapped, wrapped_with};
use super::settings::Settings;
use super::state::Freemud;
use crate::wire::Object;

/// One push, ready to be posted to a receiver in one of several forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Push {
    settings: Settings,
    content: String,
}

/// What 1.5 tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PointsPush {
    /// The member's id.
    pub member_id: String,
    /// The member's phone.
    pub mobile: String,
    /// What was done to the points: more than nothing for an addition, less for a subtraction.
    pub change: i64,
    /// The points after it.
    pub current: i64,
    /// The document's operation type.
    pub operation_type: i64,
    /// The change's own number; the document calls it optional.
    pub trans_no: Option<String>,
}

impl Freemud {
    /// The push of a member's data (1.4), if there is such a member.
    #[must_use]
    pub fn member_push(&self, member_id: &str) -> Option<Push> {
        let member = self.members.get(member_id)?;
        Some(self.push(member_json(&self.settings.partner_id, member_id, member).end()))
    }

    /// The push of a change of points (1.5).
    #[must_use]
    pub fn points_push(&self, points: &PointsPush) -> Push {
        let change_type = if points.change < 0 { "2" } else { "1" };
        // Every number is a string here, as in the sample.
        let object = Object::new()
            .text("changeScore", &points.change.unsigned_abs().to_string())
            .text("currentScore", &points.current.to_string())
            .text("changeType", change_type)
            .text("operationType", &points.operation_type.to_string())
            .text("memberId", &points.member_id)
            .text("mobile", &points.mobile);
        let object = match &points.trans_no {
            Some(trans_no) => object.text("transNo", trans_no),
            None => object,
        };
        self.push(object.end())
    }

    /// What 1.5 would tell of a line of the ledger, counted from 1.
    #[must_use]
    pub fn points_push_of(&self, seq: u64) -> Option<PointsPush> {
        let line = self.ledger().iter().find(|line| line.seq == seq)?;
        Some(PointsPush {
            member_id: line.member_id.clone(),
            mobile: self.member(&line.member_id)?.mobile.to_owned(),
            change: line.points_change,
            current: line.points,
            operation_type: line.operation_type,
            trans_no: Some(format!("{:08}", line.seq)),
        })
    }

    fn push(&self, content: String) -> Push {
        Push { settings: self.settings.clone(), content }
    }
}

impl Push {
    /// The body, in strict JSON, signed with the platform's key; without a key its signature is the samples' `sign`.
    #[must_use]
    pub fn body(&self) -> String {
        wrapped(&self.settings, &self.content)
    }

    /// The same with a signature of the right form that is another text's; without a key with an empty one.
    #[must_use]
    pub fn with_wrong_signature(&self) -> String {
        let other = self.settings.platform_key.as_ref().map_or_else(String::new, |key| key.sign("something else"));
        wrapped_with(&self.settings, &self.content, &other)
    }

    /// The same in the samples' loose form: single quotes and a raw line feed inside the string of `requestBody`. The
    /// signature is over the text of that form.
    ///
    /// Only for contents without a quote of either kind.
    #[must_use]
    pub fn loose_body(&self) -> String {
        let content = self.content.replace('"', "'").replacen(',', "\n\n\t,", 1);
        let sign = sign(self.settings.platform_key.as_ref(), &request_fields(&self.settings, &content));
        let (partner, app) = (&self.settings.partner_id, &self.settings.app_id);
        format!(r#"{{"ver":1,"partnerId":"{partner}","appId":"{app}","requestBody":"{content}","sign":"{sign}"}}"#)
    }
}
