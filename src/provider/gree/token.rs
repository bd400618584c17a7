//! The platform's tokens: two calls, few a day, signed with a time that has to be right.

use std::time::Duration;

use super::Gree;
use super::answers::{self, Trouble};
use super::codes::{self, Meaning};
use crate::provider::{Secret, TokenAnswer, TokenCall, TokenRules, WireCall};
use crate::transport::HttpResponse;

/// How long the tokens last (Gree document, 2.1). An answer tells the first of them.
const ACCESS_LIFE_S: i64 = 2 * 3600;
const REFRESH_LIFE: Duration = Duration::from_secs(365 * 24 * 3600);

impl TokenRules for Gree {
    fn a_day(&self, call: TokenCall) -> u32 {
        match call {
            TokenCall::Query => 1,
            TokenCall::Refresh => 20,
        }
    }

    fn sole_user_key(&self) -> &'static str {
        "sole_app_user"
    }

    fn is_sole_user(&self) -> bool {
        self.desk.config.sole_app_user
    }

    /// Three seconds are allowed; half of them are left for the way there.
    fn clock_tolerance(&self) -> Option<Duration> {
        Some(Duration::from_millis(1_500))
    }

    fn clock_call(&self) -> WireCall {
        self.desk.levels(1)
    }

    fn ask(&self, call: TokenCall, refresh: Option<&Secret>) -> WireCall {
        match call {
            TokenCall::Query => self.desk.token_query(),
            TokenCall::Refresh => self.desk.token_refresh(refresh.map_or("", |secret| secret.0.as_str())),
        }
    }

    fn read(&self, call: TokenCall, answer: &HttpResponse) -> TokenAnswer {
        let success = match answers::open(answer) {
            Ok(success) => success,
            Err(Trouble::Garbled(why)) => return TokenAnswer::Garbled(why),
            Err(Trouble::Said(said)) => {
                let (codes, why) = (&self.desk.config.codes, codes::line(&said));
                return match codes::meaning(&self.desk.config, &said) {
                    Meaning::Envelope if codes.is_bad_timestamp(&said.code) => TokenAnswer::BadTime(why),
                    Meaning::Envelope if codes.is_bad_refresh_token(&said.code) && call == TokenCall::Refresh => {
                        TokenAnswer::RefreshRefused(why)
                    }
                    Meaning::Internal => TokenAnswer::Garbled(why),
                    _ => TokenAnswer::Refused(why),
                };
            }
        };
        let granted = success.object(|data| {
            let access = Secret(data.filled("access_token")?);
            let life_s = data.whole("expire_in").unwrap_or(ACCESS_LIFE_S);
            let life = u64::try_from(life_s).ok().filter(|life_s| *life_s > 0).map(Duration::from_secs)?;
            let refresh = data.filled("refresh_token").filter(|_| call == TokenCall::Query);
            let refresh = refresh.map(|text| (Secret(text), REFRESH_LIFE));
            Some(TokenAnswer::Granted { access, life, refresh })
        });
        granted.unwrap_or_else(|| TokenAnswer::Garbled("a success without a token".to_owned()))
    }
}
