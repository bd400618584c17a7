//! What a merchant's account is set up with, and how the platform behaves where the document is silent.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::key::{PrivateKey, PublicKey};
use crate::rate::Rate;

/// What an `amount` counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AmountUnit {
    /// Fen.
    #[default]
    Fen,
    /// Yuan.
    Yuan,
}

/// What registering a phone does that has a member already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExistingPhone {
    /// It answers that member's id as if it had just been registered.
    #[default]
    Answer,
    /// It is refused with statusCode 52.
    Refuse,
}

/// One account's data and habits. The defaults follow the document's samples.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// What `appId` has to be.
    pub app_id: String,
    /// What `partnerId` has to be.
    pub partner_id: String,
    /// What the header `access_token` has to be.
    pub access_token: String,
    /// The client's public key. Without one, no signature is looked at.
    pub client_key: Option<PublicKey>,
    /// Whether a request may say `skip` for its signature though there is a key to verify it with.
    pub allow_skip: bool,
    /// The platform's private key. Without one, answers say `sign` for their signature, as the samples do.
    pub platform_key: Option<PrivateKey>,
    /// Whether an `x-transaction-id` that has been seen before is refused.
    pub transaction_once: bool,
    /// Whether 1.2 and 1.3 ask for `partnerId` inside the request's body too, as their tables do but their samples don't.
    pub partner_in_every_body: bool,
    /// Whether a repeated `idempotencyBussinessId` is recognised.
    pub keys_honoured: bool,
    /// How long one is remembered, in milliseconds; for ever without it.
    pub key_life_ms: Option<i64>,
    /// Whether the answer to a repeat tells what the first one changed, instead of zero.
    pub repeat_tells_change: bool,
    /// Whether 2.2 to 2.4 answer `updateScore` alone, as their samples do, instead of what their tables list.
    pub answers_like_samples: bool,
    /// Whether 1.2 answers wrapped like a request, as its sample does.
    pub list_like_request: bool,
    /// What an `amount` counts.
    pub amount_unit: AmountUnit,
    /// The points for a yuan where an `amount` stands instead of a score; fractions are dropped.
    pub points_per_yuan: Rate,
    /// Whether points given back (operation type 2, and 2.3) lower the points used instead of raising those ever had.
    pub returns_lower_used: bool,
    /// What registering a phone does that has a member already.
    pub existing_phone: ExistingPhone,
    /// What `validCode` has to be where it is asked for.
    pub valid_code: String,
    /// The points that a registration gives if its `registerInitData` wants the gift.
    pub registration_points: i64,
    /// Whether every call answers statusCode 500.
    pub failing: bool,
}

impl Settings {
    /// The first value that no account could have, in words.
    ///
    /// # Errors
    /// Names the setting.
    pub fn check(&self) -> Result<(), &'static str> {
        if self.points_per_yuan.value() < Decimal::ZERO {
            return Err("points_per_yuan is not negative");
        }
        if self.registration_points < 0 {
            return Err("registration_points is not negative");
        }
        if self.key_life_ms.is_some_and(|life_ms| life_ms < 0) {
            return Err("key_life_ms is not negative");
        }
        Ok(())
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            app_id: "2eb5c8f1170246429755e6dac313f89d".to_owned(),
            partner_id: "1864".to_owned(),
            access_token: "test".to_owned(),
            client_key: None,
            allow_skip: false,
            platform_key: None,
            transaction_once: true,
            partner_in_every_body: false,
            keys_honoured: true,
            key_life_ms: None,
            repeat_tells_change: false,
            answers_like_samples: false,
            list_like_request: false,
            amount_unit: AmountUnit::default(),
            points_per_yuan: Rate::ONE,
            returns_lower_used: true,
            existing_phone: ExistingPhone::default(),
            valid_code: "2468".to_owned(),
            registration_points: 0,
            failing: false,
        }
    }
}
