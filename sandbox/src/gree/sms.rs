//! Codes by text message: 6.1 and 6.2.

use super::answer::Answer;
use super::errcode::{Errcode, Refusal};
use super::fields::{is_phone, required, text};
use super::ledger::LedgerKind;
use super::settings::WrongCode;
use super::state::{Context, Gree, Posting};
use crate::beijing;
use crate::wire::Params;

/// What a phone was sent.
#[derive(Clone, Debug)]
pub(super) struct Sms {
    /// The last code, until it is used.
    pub(super) code: Option<String>,
    until_ms: i64,
    day: i64,
    sent: u32,
}

impl Gree {
    pub(super) fn sms_send(&mut self, context: &Context, params: &Params) -> Result<Answer, Refusal> {
        let phone = text(params, "target")?.ok_or(Errcode::SmsPhoneMissing)?;
        if !is_phone(&phone) {
            return Err(Errcode::SmsPhone.into());
        }
        let day = beijing::day(context.now_ms);
        let sent = self.sms.get(&phone).filter(|sms| sms.day == day).map_or(0, |sms| sms.sent);
        if sent >= self.settings.sms_daily_limit {
            return Err(Errcode::SmsLimit.into());
        }
        let code = Some(self.mint_digits("sms", self.settings.sms_digits));
        let until_ms = context.now_ms.saturating_add(self.settings.sms_life_ms);
        self.sms.insert(phone.clone(), Sms { code, until_ms, day, sent: sent + 1 });
        let mut posting = Posting::new(LedgerKind::Sms, None);
        posting.wire_key = Some(phone.clone());
        posting.phone = phone;
        self.post(context, posting)?;
        Ok(Answer::of("true"))
    }

    /// A code is good once.
    pub(super) fn sms_judge(&mut self, now_ms: i64, params: &Params) -> Result<Answer, Refusal> {
        let phone = text(params, "phone")?.ok_or(Errcode::SmsPhoneMissing)?;
        let code = required(params, "verify_code")?;
        let sms = self.sms.get_mut(&phone).filter(|sms| now_ms < sms.until_ms);
        let Some(sms) = sms.filter(|sms| sms.code.as_ref() == Some(&code)) else {
            return match self.settings.wrong_code {
                WrongCode::Refuse => Err(Errcode::SmsWrong.into()),
                WrongCode::False => Ok(Answer::of("false")),
            };
        };
        sms.code = None;
        Ok(Answer::of("true"))
    }
}
