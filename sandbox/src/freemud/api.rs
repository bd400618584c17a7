//! The interface itself: from a request to an answer.

use super::endpoint::Endpoint;
use super::envelope::{Envelope, SKIP, answer, answer_like_request, error_answer};
use super::ledger::Source;
use super::member::{Channel, Coupon, Member, NewMember, Sex};
use super::settings::ExistingPhone;
use super::state::{Context, Freemud};
use super::status::StatusCode;
use crate::wire::{Object, Params, array};
use crate::{Request, Response, beijing};

impl Freemud {
    /// Answers one request at `now_ms` (epoch milliseconds).
    ///
    /// A path outside the interface gets 404, a wrong method 405; everything else is the platform's own answer, with the
    /// status 200 even for an error.
    pub fn handle(&mut self, now_ms: i64, request: &Request) -> Response {
        let Some(endpoint) = Endpoint::of(request) else { return Response::plain(404, "no such path\n") };
        if request.method != "POST" {
            return Response::plain(405, "method not allowed\n").with_header("Allow", "POST");
        }
        match self.work_off(now_ms, endpoint, request) {
            Err(status) => error_answer(&self.settings, status),
            Ok(body) if endpoint == Endpoint::Members && self.settings.list_like_request => {
                answer_like_request(&self.settings, &body)
            }
            Ok(body) => answer(&self.settings, StatusCode::OK, "成功", &body),
        }
    }

    /// The platform's answer when it fails, as a fault shows it.
    #[must_use]
    pub fn internal_error(&self) -> Response {
        error_answer(&self.settings, StatusCode::Internal)
    }

    fn work_off(&mut self, now_ms: i64, endpoint: Endpoint, request: &Request) -> Result<String, StatusCode> {
        if self.settings.failing {
            return Err(StatusCode::Internal);
        }
        if request.header("access_token") != Some(self.settings.access_token.as_str()) {
            return Err(StatusCode::BadToken);
        }
        let transaction = request.header("x-transaction-id").filter(|id| !id.is_empty());
        let transaction = transaction.ok_or(StatusCode::MissingParameter)?;
        let envelope = Envelope::parse(&request.body)?;
        let application = (envelope.required("appId")?, envelope.required("partnerId")?);
        let body = envelope.required("requestBody")?;
        if application != (self.settings.app_id.as_str(), self.settings.partner_id.as_str()) {
            return Err(StatusCode::UnknownApplication);
        }
        self.verify(&envelope)?;
        if !self.transactions.insert(transaction.to_owned()) && self.settings.transaction_once {
            return Err(StatusCode::RepeatedTransaction);
        }
        let params = Params::parse(body.as_bytes())?;
        match params.given("partnerId")? {
            Some(partner_id) if partner_id != self.settings.partner_id => return Err(StatusCode::UnknownApplication),
            None if endpoint.samples_name_partner() || self.settings.partner_in_every_body => {
                return Err(StatusCode::MissingParameter);
            }
            _ => {}
        }
        self.call(&Context { now_ms, source: Source::Api }, endpoint, &params)
    }

    fn verify(&self, envelope: &Envelope) -> Result<(), StatusCode> {
        let Some(key) = &self.settings.client_key else { return Ok(()) };
        let skipped = self.settings.allow_skip && envelope.sign() == SKIP;
        if skipped || key.verify(&envelope.signed_text(), envelope.sign()) {
            Ok(())
        } else {
            Err(StatusCode::BadSignature)
        }
    }

    fn call(&mut self, context: &Context, endpoint: Endpoint, params: &Params) -> Result<String, StatusCode> {
        match endpoint {
            Endpoint::MemberInfo => self.member_info(context.now_ms, params),
            Endpoint::Members => self.list(params),
            Endpoint::AddScore => self.change_score(context, params, 1),
            Endpoint::SubtractScore => self.change_score(context, params, -1),
            Endpoint::Register => self.register(context, params),
            Endpoint::UpdateScore => self.update_score(context, params),
            Endpoint::SendScore => self.send_score(context, params),
            Endpoint::ReturnScore => self.return_score(context, params),
            Endpoint::ScoreStatistics => self.score_statistics(params),
        }
    }

    /// Of several ways to name a member the first one of the table counts; the document asks for exactly one, while its
    /// sample sends two.
    fn member_info(&self, now_ms: i64, params: &Params) -> Result<String, StatusCode> {
        let by_id = params.given("memberId")?;
        let by_mobile = params.given("mobile")?;
        let by_code = params.given("dynamicCode")?;
        let member_id = match (by_id, by_mobile, by_code) {
            (Some(id), ..) => id,
            (None, Some(mobile), _) => self.id_of(&mobile)?,
            (None, None, Some(code)) => {
                let code = self.codes.get(&code).filter(|code| now_ms < code.until_ms);
                code.ok_or(StatusCode::NoSuchCode)?.member_id.clone()
            }
            (None, None, None) => return Err(StatusCode::MissingParameter),
        };
        let member = self.existing(&member_id)?;
        let wanted = |name| Ok::<_, StatusCode>(params.whole(name)? == Some(1));
        let mut object = member_json(&self.settings.partner_id, &member_id, member);
        if wanted("showScoreSwitch")? {
            object = scores_json(object, member);
        }
        if wanted("showCouponSwitch")? {
            object = object.raw("memberCoupons", array(member.coupons.iter().map(coupon_json)));
        }
        Ok(object.end())
    }

    fn id_of(&self, mobile: &str) -> Result<String, StatusCode> {
        let member = self.member_by_mobile(mobile).ok_or(StatusCode::NoSuchMember)?;
        Ok(member.member_id.to_owned())
    }

    fn score_statistics(&self, params: &Params) -> Result<String, StatusCode> {
        let member = self.existing(&params.required("memberId")?)?;
        if self.settings.answers_like_samples {
            return Ok(Object::new().raw("updateScore", 0).end());
        }
        Ok(scores_json(Object::new(), member).end())
    }

    fn register(&mut self, context: &Context, params: &Params) -> Result<String, StatusCode> {
        let mobile = params.required("mobile")?;
        let mut channel = Channel {
            code: params.required("channelCode")?,
            register_type: params.required("registerType")?,
            union_id: params.given("unionId")?.unwrap_or_default(),
            third_party_code: params.given("thirdPartyCode")?.unwrap_or_default(),
            card_code: params.given("cardCode")?.unwrap_or_default(),
            card_id: params.given("cardId")?.unwrap_or_default(),
            store_code: params.given("registerStoreCode")?.unwrap_or_default(),
            created_at_ms: context.now_ms,
            id: String::new(),
        };
        if channel.union_id.is_empty() && channel.third_party_code.is_empty() {
            return Err(StatusCode::MissingParameter);
        }
        let gift = wants_gift(&params.required("registerInitData")?).ok_or(StatusCode::BadParameter)?;
        let sex = params.given("sexFlag")?.map_or(Some(Sex::Unknown), |code| Sex::of(&code));
        let sex = sex.ok_or(StatusCode::BadParameter)?;
        self.check_phone(params)?;

        if let Some(member) = self.member_by_mobile(&mobile) {
            return match self.settings.existing_phone {
                ExistingPhone::Answer => Ok(Object::new().text("memberId", member.member_id).end()),
                ExistingPhone::Refuse => Err(StatusCode::PhoneTaken),
            };
        }
        let mut new = NewMember::new(&mobile).with_points(if gift { self.settings.registration_points } else { 0 });
        new.nick_name = params.given("nickName")?.unwrap_or_default();
        new.sex = sex;
        let photo_url = params.given("photoUrl")?.unwrap_or_default();
        let member_id = self.admit(context, new)?;
        channel.id = self.next_channel_id.to_string();
        self.next_channel_id += 1;
        if let Some(member) = self.members.get_mut(&member_id) {
            member.photo_url = photo_url;
            member.store_code.clone_from(&channel.store_code);
            member.channels.push(channel);
        }
        Ok(Object::new().text("memberId", &member_id).end())
    }

    fn check_phone(&self, params: &Params) -> Result<(), StatusCode> {
        match params.required_whole("mobileValidateFlag")? {
            1 if params.required("validCode")? != self.settings.valid_code => Err(StatusCode::WrongValidCode),
            1 | 2 => Ok(()),
            _ => Err(StatusCode::BadParameter),
        }
    }
}

/// Whether the third of five digits joined by `#` asks for the registration's gift (1) or not (2); none if the text is
/// something else. The document names four of the five.
fn wants_gift(text: &str) -> Option<bool> {
    let digits: Vec<&str> = text.split('#').collect();
    let [_, _, gift, _, _] = digits[..] else { return None };
    digits.iter().all(|digit| ["1", "2"].contains(digit)).then_some(gift == "1")
}

pub(super) fn member_json(partner_id: &str, member_id: &str, member: &Member) -> Object {
    let channels = member.channels.iter().map(|channel| channel_json(partner_id, member_id, channel));
    Object::new()
        .text("birthday", "")
        .text("email", "")
        .text("idCard", "")
        .raw("memberChannels", array(channels))
        .text("memberId", member_id)
        .text("memberName", &member.name)
        .text("mobile", &member.mobile)
        .text("nickName", &member.nick_name)
        .text("photoUrl", &member.photo_url)
        .text("registerStoreCode", &member.store_code)
        .text("registerTime", &beijing::text(member.registered_at_ms))
        .text("sexFlag", member.sex.code())
}

fn channel_json(partner_id: &str, member_id: &str, channel: &Channel) -> String {
    let time = beijing::text(channel.created_at_ms);
    Object::new()
        .text("cardCode", &channel.card_code)
        .text("cardId", &channel.card_id)
        .text("channelCode", &channel.code)
        .text("channelId", &channel.id)
        .text("createTime", &time)
        .text("memberId", member_id)
        .text("partnerId", partner_id)
        .text("registerStoreCode", &channel.store_code)
        .text("registerType", &channel.register_type)
        .text("thirdPartyCode", &channel.third_party_code)
        .text("unionId", &channel.union_id)
        .text("updateTime", &time)
        .end()
}

fn scores_json(object: Object, member: &Member) -> Object {
    object.raw("currentScore", member.points).raw("totalScore", member.total).raw("usedScore", member.used())
}

fn coupon_json(coupon: &Coupon) -> String {
    Object::new()
        .text("couponName", &coupon.name)
        .text("couponCode", &coupon.code)
        // The document's own spelling.
        .raw("cuoponType", coupon.kind)
        .text("couponRule", "")
        .text("couponLimit", &coupon.limit)
        .end()
}
