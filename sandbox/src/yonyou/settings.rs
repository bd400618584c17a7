//! What an enterprise's application is set up with, and how the platform behaves where the document is silent.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::endpoint::Endpoint;
use crate::rate::Rate;

/// Which fields the answer to a change of points has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerForm {
    /// Those of the sample: numbers, with the points before and after.
    #[default]
    Sample,
    /// Those of the table: texts, which repeat what was sent and tell no balance.
    Table,
}

/// One application's data and habits. The defaults follow the document's samples.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// What `from_account` has to be.
    pub from_account: String,
    /// What `to_account` has to be.
    pub to_account: String,
    /// What `app_key` has to be.
    pub app_key: String,
    /// What `app_secret` has to be.
    pub app_secret: String,
    /// The path for changes of points, which ends in [`Endpoint::CHANGE_SUFFIX`]. The document's other path,
    /// [`Endpoint::DOCUMENTED_PATH`], is always taken as well.
    pub path: String,
    /// How long a token is good, in seconds.
    pub token_life_s: u32,
    /// How many tokens are given on one Beijing day.
    pub tokens_per_day: u32,
    /// Whether a new token ends the older ones.
    pub one_token: bool,
    /// The points for a yuan, before the multiple; fractions of the result are dropped.
    pub points_per_yuan: Rate,
    /// Whether the same member, action and `source_code` get the first answer again, instead of taking effect again.
    pub source_code_unique: bool,
    /// Which fields the answer to a change of points has.
    pub answer_form: AnswerForm,
    /// Whether a success is told by the text `"0"`, as the table has it, instead of the sample's number.
    pub success_as_text: bool,
    /// Whether the application is online; if not, every call but that for a token answers 30021.
    pub online: bool,
}

impl Settings {
    /// The first value that no application could have, in words.
    ///
    /// # Errors
    /// Names the setting.
    pub fn check(&self) -> Result<(), &'static str> {
        if !self.path.starts_with('/') || !self.path.ends_with(Endpoint::CHANGE_SUFFIX) {
            return Err("path begins with a slash and ends in /points/change");
        }
        if self.points_per_yuan.value() < Decimal::ZERO {
            return Err("points_per_yuan is not negative");
        }
        Ok(())
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            from_account: "openapi_dev".to_owned(),
            to_account: "openapi_ent".to_owned(),
            app_key: "opa6fdd4bea98b95ad7".to_owned(),
            app_secret: "test".to_owned(),
            path: "/yilian/points/change".to_owned(),
            token_life_s: 7_200,
            tokens_per_day: 200,
            one_token: false,
            points_per_yuan: Rate::ONE,
            source_code_unique: false,
            answer_form: AnswerForm::default(),
            success_as_text: false,
            online: true,
        }
    }
}
