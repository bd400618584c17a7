//! What the platform is set up with, and how it behaves where its document is silent or says two things.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A member level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// The platform's own id.
    pub id: i64,
    /// The level's place in the order of levels.
    pub number: i64,
    /// The name that answers show.
    pub name: String,
    /// The growth that a member of this level has at least.
    pub growth: i64,
}

/// What a change event does to the points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// It adds them.
    Add,
    /// It takes them away.
    Subtract,
}

/// What registering a phone does that is a member's already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegisterExisting {
    /// It answers that member's open id and changes nothing.
    #[default]
    Existing,
    /// It is refused with 1001.
    Refuse,
}

/// What the `change_id` of a partial rollback is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartChangeId {
    /// That of the change to be undone, as 3.4.2 says; being the key as well, it allows one partial rollback a change.
    #[default]
    Original,
    /// A new one; the change is found by its `out_biz_no`, which `parent_order_no` repeats.
    Own,
}

/// How much growth an order gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderGrowth {
    /// None.
    None,
    /// As much as points.
    #[default]
    Score,
    /// One for each whole yuan.
    Yuan,
}

/// In which unit coupon fees stand on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeeUnit {
    /// Fen.
    Fen,
    /// Yuan.
    Yuan,
}

/// How a wrong text message code is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WrongCode {
    /// By the refusal 140005.
    #[default]
    Refuse,
    /// By a success whose data is `false`.
    False,
}

/// One installation's data and habits. The defaults follow the document's samples.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The client's id.
    pub app_id: String,
    /// The client's secret, which ends every signed text.
    pub app_secret: String,
    /// What open ids, tokens and codes are mixed with; two platforms of one seed mint the same.
    pub seed: u64,
    /// How far the timestamp of the two token calls may be off, in milliseconds.
    pub token_skew_ms: i64,
    /// How far the timestamp of every other call may be off, in milliseconds.
    pub call_skew_ms: i64,
    /// How long an access token is good for, in milliseconds.
    pub access_life_ms: i64,
    /// How long a refresh token is good for, in milliseconds.
    pub refresh_life_ms: i64,
    /// How often a Beijing day 2.1 may be called.
    pub query_quota: u32,
    /// How often a Beijing day 2.2 may be called.
    pub refresh_quota: u32,
    /// The code of a spent quota, for which the document has none.
    pub quota_code: i64,
    /// Whether a new token of a kind ends the older ones of that kind. The document doesn't say.
    pub one_token: bool,
    /// Whether a call is only taken by the verb that its own section names, instead of by GET and POST alike.
    pub section_verb: bool,
    /// What registering a known phone does.
    pub register_existing: RegisterExisting,
    /// Whether a member's data shows `open_id` as null, as the samples of 3.2 and 3.7 do.
    pub open_id_null: bool,
    /// Whether a member's data says `level_number`, as the tables of 3.2 and 3.7 do, instead of the samples' `level_num`.
    pub level_number: bool,
    /// Whether refusals of 3.2, 3.6 and 3.7 say `errorCode` and `errorMessage`, as those samples do.
    pub camel_refusals: bool,
    /// The levels, by rising growth. The first one begins at no growth.
    pub levels: Vec<Level>,
    /// How long a member code is good for, in milliseconds.
    pub member_code_life_ms: i64,
    /// The code of an expired member code: 110006 in the document's list, 110001 in its section 3.7.
    pub expired_code: i64,
    /// The registered change events.
    pub events: BTreeMap<String, Direction>,
    /// How long a `change_id` is remembered, in milliseconds; for ever without a number.
    pub change_id_life_ms: Option<i64>,
    /// The code of a rollback that finds no change: 150004 in the document's list, 1005 in a sample.
    pub missing_change_code: i64,
    /// What the `change_id` of a partial rollback is.
    pub part_change_id: PartChangeId,
    /// Whether a record of spent points has a minus sign.
    pub signed_records: bool,
    /// A page is never larger than this.
    pub max_page_size: i64,
    /// Whether an order number that was taken already is refused, returns included. The document promises nothing.
    pub order_no_unique: bool,
    /// The code of that refusal.
    pub order_repeat_code: i64,
    /// Whether an order needs `order_score`, as its table says; its sample has none.
    pub order_score_required: bool,
    /// How much growth an order gives.
    pub order_growth: OrderGrowth,
    /// Whether a `third_coupon_id` that was taken already is refused with 130001.
    pub template_unique: bool,
    /// The unit of coupon fees in 5.1.
    pub template_fee_unit: FeeUnit,
    /// The unit of coupon fees in 5.5, where only the sample hints at it.
    pub list_fee_unit: FeeUnit,
    /// The status that the list shows for an expired coupon, for which it has none of its own.
    pub expired_status: i64,
    /// Whether a coupon's validity is judged at `verification_time` instead of at the moment of the call.
    pub verify_at_claimed_time: bool,
    /// How many digits a text message code has, 4 to 6.
    pub sms_digits: u32,
    /// How long a text message code is good for, in milliseconds.
    pub sms_life_ms: i64,
    /// How many codes a phone gets on a Beijing day.
    pub sms_daily_limit: u32,
    /// How a wrong code is told.
    pub wrong_code: WrongCode,
}

impl Settings {
    /// The level that so much growth makes.
    #[must_use]
    pub fn level_of(&self, growth: i64) -> Option<&Level> {
        self.levels.iter().rev().find(|level| level.growth <= growth).or(self.levels.first())
    }

    /// The level above that of so much growth.
    #[must_use]
    pub fn next_level(&self, growth: i64) -> Option<&Level> {
        let number = self.level_of(growth)?.number;
        self.levels.iter().find(|level| level.number > number)
    }

    /// The first value that no installation could have, in words.
    ///
    /// # Errors
    /// Names the setting.
    pub fn check(&self) -> Result<(), &'static str> {
        if self.app_id.is_empty() || self.app_secret.is_empty() {
            return Err("app_id and app_secret are not empty");
        }
        let lives = [
            self.access_life_ms,
            self.refresh_life_ms,
            self.member_code_life_ms,
            self.sms_life_ms,
            self.change_id_life_ms.unwrap_or(0),
            self.token_skew_ms,
            self.call_skew_ms,
        ];
        if lives.into_iter().any(i64::is_negative) {
            return Err("no life time or skew is negative");
        }
        if self.levels.is_empty() {
            return Err("there is a level");
        }
        if !self.levels.is_sorted_by(|one, next| one.growth < next.growth && one.number < next.number) {
            return Err("levels rise in number and growth");
        }
        if self.max_page_size < 1 {
            return Err("max_page_size is at least 1");
        }
        if !(4..=6).contains(&self.sms_digits) {
            return Err("sms_digits is 4, 5 or 6");
        }
        if !(0..=4).contains(&self.expired_status) {
            return Err("expired_status is 0 to 4");
        }
        Ok(())
    }
}

impl Default for Settings {
    fn default() -> Self {
        let level = |id, number, name: &str, growth| Level { id, number, name: name.to_owned(), growth };
        let event = |name: &str, direction| (name.to_owned(), direction);
        Self {
            app_id: "wkb1ag2hdad7e6jw1r".to_owned(),
            app_secret: "XYZ".to_owned(),
            seed: 0,
            token_skew_ms: 3_000,
            call_skew_ms: 600_000,
            access_life_ms: 7_200_000,
            refresh_life_ms: 365 * 86_400_000,
            query_quota: 1,
            refresh_quota: 20,
            quota_code: 1010,
            one_token: true,
            section_verb: false,
            register_existing: RegisterExisting::default(),
            open_id_null: false,
            level_number: false,
            camel_refusals: false,
            // The sample of 3.8 has these ids; only the second level's growth is known, from the sample of 3.2.
            levels: vec![
                level(76, 1, "一级会员", 0),
                level(82, 2, "二级会员", 300),
                level(77, 3, "三级会员", 1_000),
                level(80, 4, "四级会员", 3_000),
                level(83, 5, "五级会员", 10_000),
                level(81, 6, "六级会员", 30_000),
                level(85, 7, "七级会员", 100_000),
            ],
            member_code_life_ms: 300_000,
            expired_code: 110_006,
            events: BTreeMap::from([event("event_add", Direction::Add), event("event_subtract", Direction::Subtract)]),
            change_id_life_ms: None,
            missing_change_code: 150_004,
            part_change_id: PartChangeId::default(),
            signed_records: true,
            max_page_size: 100,
            order_no_unique: false,
            order_repeat_code: 120_003,
            order_score_required: false,
            order_growth: OrderGrowth::default(),
            template_unique: false,
            template_fee_unit: FeeUnit::Fen,
            list_fee_unit: FeeUnit::Yuan,
            expired_status: 0,
            verify_at_claimed_time: false,
            sms_digits: 4,
            sms_life_ms: 300_000,
            sms_daily_limit: 10,
            wrong_code: WrongCode::default(),
        }
    }
}
