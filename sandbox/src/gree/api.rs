//! The interface itself: who may call, and which call it is.

use std::borrow::Cow;

use super::answer::{Answer, refusal_answer};
use super::endpoint::Endpoint;
use super::errcode::{Errcode, Refusal};
use super::ledger::Source;
use super::sign::sign;
use super::state::{Context, Gree};
use crate::wire::Params;
use crate::{Request, Response};

/// The parameters in the target, decoded.
struct Query<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Query<'a> {
    fn of(request: &'a Request) -> Self {
        let query = request.path.split_once('?').map_or("", |(_, query)| query);
        Self(form_urlencoded::parse(query.as_bytes()).collect())
    }

    fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), value.as_ref()))
    }

    fn params(&self) -> Params {
        Params::of_texts(self.pairs().map(|(name, value)| (name.to_owned(), value.to_owned())))
    }
}

impl Gree {
    /// Answers one request at `now_ms` (epoch milliseconds).
    ///
    /// A path outside the interface gets 404, a verb that isn't taken 405; everything else is the vendor's own answer with
    /// the status 200. A request without a body is read from its query, since some calls are marked as GET.
    pub fn handle(&mut self, now_ms: i64, request: &Request) -> Response {
        let Some(endpoint) = Endpoint::of(request) else { return Response::plain(404, "no such path\n") };
        let verbs = if self.settings.section_verb { &[endpoint.verb()][..] } else { &["GET", "POST"] };
        if !verbs.contains(&request.method.as_str()) {
            return Response::plain(405, "method not allowed\n").with_header("Allow", verbs.join(", "));
        }
        match self.call(now_ms, endpoint, request) {
            Ok(answer) => answer.response(endpoint),
            Err(refusal) => refusal_answer(&self.settings, endpoint, &refusal),
        }
    }

    fn call(&mut self, now_ms: i64, endpoint: Endpoint, request: &Request) -> Result<Answer, Refusal> {
        let query = Query::of(request);
        self.admit(now_ms, endpoint, &query, &request.body)?;
        if endpoint.is_token_call() {
            return match endpoint {
                Endpoint::TokenQuery => self.token_query(now_ms),
                _ => self.token_refresh(now_ms, &query.params()),
            };
        }
        let params = if request.body.is_empty() { query.params() } else { Params::parse(&request.body)? };
        let context = Context { now_ms, source: Source::Api };
        match endpoint {
            Endpoint::TokenQuery | Endpoint::TokenRefresh => Err(Errcode::BadParameter.into()),
            Endpoint::MemberAdd => self.member_add(&context, &params),
            Endpoint::MemberQuery => self.member_query(now_ms, &params),
            Endpoint::ScoreChange => self.score_change(&context, &params),
            Endpoint::ScoreRollback => self.score_rollback(&context, &params),
            Endpoint::ScoreRollbackPart => self.score_rollback_part(&context, &params),
            Endpoint::ScoreRecord => self.score_record(&params),
            Endpoint::CodeGenerate => self.code_generate(now_ms, &params),
            Endpoint::CodeParsing => self.code_parsing(now_ms, &params),
            Endpoint::LevelList => self.level_list(&params),
            Endpoint::OrderAdd => self.order_add(&context, &params),
            Endpoint::RefundComplete => self.refund(&context, &params, true),
            Endpoint::RefundPart => self.refund(&context, &params, false),
            Endpoint::TemplateAdd => self.template_add(&context, &params),
            Endpoint::CouponGive => self.coupon_give(&context, &params),
            Endpoint::CouponStatus => self.coupon_status(&context, &params),
            Endpoint::CouponVerification => self.coupon_verification(&context, &params),
            Endpoint::CouponList => self.coupon_list(now_ms, &params),
            Endpoint::SmsSend => self.sms_send(&context, &params),
            Endpoint::SmsJudge => self.sms_judge(now_ms, &params),
        }
    }

    /// Signature, timestamp and access token, in this order; the document doesn't rank them.
    fn admit(&self, now_ms: i64, endpoint: Endpoint, query: &Query<'_>, body: &[u8]) -> Result<(), Refusal> {
        if endpoint == Endpoint::TokenQuery && query.get("app_id") != self.settings.app_id {
            return Err(Errcode::NoSuchApplication.into());
        }
        if query.get("sign") != sign(query.pairs(), body, &self.settings.app_secret) {
            return Err(Errcode::BadSign.into());
        }
        let skew_ms = if endpoint.is_token_call() { self.settings.token_skew_ms } else { self.settings.call_skew_ms };
        let timestamp = query.get("timestamp").parse::<i64>().map_err(|_| Errcode::BadTimestamp)?;
        if now_ms.abs_diff(timestamp) > skew_ms.unsigned_abs() {
            return Err(Errcode::BadTimestamp.into());
        }
        if !endpoint.is_token_call() && !self.tokens.is_access(query.get("access_token"), now_ms) {
            return Err(Errcode::BadAccessToken.into());
        }
        Ok(())
    }
}
