//! The calls about members: 3.1, 3.2 and 3.6 to 3.8.

use chrono::NaiveDate;

use super::answer::Answer;
use super::errcode::{Errcode, Refusal};
use super::fields::{Page, is_phone, required, text, whole};
use super::member::{Member, MemberCode, Profile};
use super::settings::{Level, RegisterExisting};
use super::state::{Context, Gree};
use crate::wire::{Object, Params, array, quoted};

impl Gree {
    pub(super) fn member_add(&mut self, context: &Context, params: &Params) -> Result<Answer, Refusal> {
        let phone = text(params, "phone")?.ok_or(Errcode::PhoneMissing)?;
        if !is_phone(&phone) {
            return Err(Errcode::BadParameter.about("phone"));
        }
        required(params, "project_id")?;
        let profile = profile(params)?;
        if let Some(member) = self.member(&phone) {
            return match self.settings.register_existing {
                RegisterExisting::Existing => Ok(Answer::text(&member.open_id)),
                RegisterExisting::Refuse => Err(Errcode::BadParameter.about("手机号已注册")),
            };
        }
        let open_id = self.register(context, &phone, profile, (0, 0))?;
        Ok(Answer::text(&open_id))
    }

    pub(super) fn member_query(&self, now_ms: i64, params: &Params) -> Result<Answer, Refusal> {
        Ok(Answer::of(self.member_json(now_ms, self.member_by_either(params)?)))
    }

    pub(super) fn code_generate(&mut self, now_ms: i64, params: &Params) -> Result<Answer, Refusal> {
        let open_id = self.member_by_open_id(params)?.open_id.clone();
        // The sample has 20 digits, the first of them a zero.
        let code = format!("0{}", self.mint_digits("member code", 19));
        let until_ms = now_ms.saturating_add(self.settings.member_code_life_ms);
        self.member_codes.retain(|_, code| now_ms < code.until_ms);
        self.member_codes.insert(code.clone(), MemberCode { open_id, until_ms });
        Ok(Answer::text(&code))
    }

    pub(super) fn code_parsing(&self, now_ms: i64, params: &Params) -> Result<Answer, Refusal> {
        let code = required(params, "code")?;
        let Some(found) = self.member_codes.get(&code).filter(|code| now_ms < code.until_ms) else {
            return Err(Refusal::new(self.settings.expired_code, Errcode::CodeExpired.to_string()));
        };
        Ok(Answer::of(self.member_json(now_ms, self.usable(&found.open_id)?)))
    }

    pub(super) fn level_list(&self, params: &Params) -> Result<Answer, Refusal> {
        let page = Page::read(params, &self.settings, ("page_no", "page_size"), Some(10))?;
        let levels = page.of(self.settings.levels.iter().collect());
        let item = |level: &&Level| {
            Object::new().text("level_name", &level.name).raw("level_number", level.number).raw("id", level.id).end()
        };
        // In the sample ten are asked for and seven is what the answer calls the page's size.
        let told = Page { size: i64::try_from(levels.len()).unwrap_or(page.size), ..page };
        Ok(Answer::paged(array(levels.iter().map(item)), told, self.settings.levels.len()))
    }

    /// The member whose open id or phone stands in `open_id`.
    pub(super) fn member_by_open_id(&self, params: &Params) -> Result<&Member, Refusal> {
        self.usable(&text(params, "open_id")?.ok_or(Errcode::MemberMissing)?)
    }

    /// The member that `open_id` names, else the one that `phone` does.
    pub(super) fn member_by_either(&self, params: &Params) -> Result<&Member, Refusal> {
        let key = text(params, "open_id")?.map_or_else(|| text(params, "phone"), |open_id| Ok(Some(open_id)))?;
        self.usable(&key.ok_or(Errcode::MemberMissing)?)
    }

    /// In the sample's order.
    fn member_json(&self, now_ms: i64, member: &Member) -> String {
        let settings = &self.settings;
        let profile = &member.profile;
        let next = settings.next_level(member.growth);
        let level = settings.level_of(member.growth);
        let project = profile.project_id.as_deref();
        let project = project.map(|id| id.parse::<i64>().map_or_else(|_| quoted(id), |id| id.to_string()));
        let object = Object::new()
            .raw("birthday", nullable(profile.birthday.as_deref()))
            .raw("country", nullable(profile.country.as_deref()))
            .raw("gender", profile.gender.unwrap_or(0))
            .raw("city", nullable(profile.city.as_deref()))
            .raw("open_id", nullable(Some(member.open_id.as_str()).filter(|_| !settings.open_id_null)))
            .raw(
                if settings.level_number { "level_number" } else { "level_num" },
                number(level.map(|level| level.number)),
            )
            .raw("id_card", nullable(profile.id_card.as_deref()))
            .raw("remark", nullable(profile.remark.as_deref()))
            .raw("next_level_num", number(next.map(|level| level.number)))
            .raw("register_time", member.registered_ms)
            .raw("avatar_img_url", nullable(profile.avatar_img_url.as_deref()))
            .raw("score", member.score)
            .raw("next_level_growth_value", number(next.map(|level| level.growth)))
            .raw("province", nullable(profile.province.as_deref()))
            .raw("project_id", project.unwrap_or_else(|| "null".to_owned()))
            .raw("next_level_name", nullable(next.map(|level| level.name.as_str())))
            .raw("rights", "null")
            .text("nickname", &profile.nickname)
            .raw("email", nullable(profile.email.as_deref()))
            .raw("growth_value", member.growth)
            .raw("is_max_level", i64::from(next.is_none()))
            .raw("realname", nullable(profile.realname.as_deref()))
            .text("user_num", &member.user_num)
            .raw("level_name", nullable(level.map(|level| level.name.as_str())))
            .text("phone", &member.phone)
            .raw("coupon_num", self.usable_coupons(now_ms, &member.open_id));
        // The table has it, the sample doesn't.
        match &profile.q_id {
            None => object.end(),
            Some(q_id) => object.text("q_id", q_id).end(),
        }
    }
}

fn profile(params: &Params) -> Result<Profile, Refusal> {
    let gender = whole(params, "gender")?;
    if gender.is_some_and(|gender| !(0..=2).contains(&gender)) {
        return Err(Errcode::BadParameter.about("gender"));
    }
    let birthday = text(params, "birthday")?;
    if birthday.as_deref().is_some_and(|birthday| NaiveDate::parse_from_str(birthday, "%Y-%m-%d").is_err()) {
        return Err(Errcode::BadParameter.about("birthday"));
    }
    Ok(Profile {
        nickname: required(params, "nickname")?,
        project_id: text(params, "project_id")?,
        outer_user_id: text(params, "outer_user_id")?,
        q_id: text(params, "q_id")?,
        realname: text(params, "realname")?,
        avatar_img_url: text(params, "avatar_img_url")?,
        gender,
        birthday,
        country: text(params, "country")?,
        province: text(params, "province")?,
        city: text(params, "city")?,
        id_card: text(params, "id_card")?,
        email: text(params, "email")?,
        company_name: text(params, "company_name")?,
        remark: text(params, "remark")?,
        employee_id: whole(params, "employee_id")?,
        employee_name: text(params, "employee_name")?,
    })
}

/// A JSON string, or null.
pub(super) fn nullable(text: Option<&str>) -> String {
    text.map_or_else(|| "null".to_owned(), quoted)
}

/// A JSON number, or null.
pub(super) fn number(number: Option<i64>) -> String {
    number.map_or_else(|| "null".to_owned(), |number| number.to_string())
}
