//! The envelope of answers, which has five shapes over the document's samples.

use super::endpoint::Endpoint;
use super::errcode::Refusal;
use super::fields::Page;
use super::settings::Settings;
use crate::Response;
use crate::wire::{Object, quoted};

/// What a call answers with.
#[derive(Debug)]
pub(super) struct Answer {
    data: String,
    paged: Option<(Page, usize)>,
}

impl Answer {
    /// Data that is JSON already.
    pub(super) fn of(data: impl Into<String>) -> Self {
        Self { data: data.into(), paged: None }
    }

    /// A string.
    pub(super) fn text(data: &str) -> Self {
        Self::of(quoted(data))
    }

    /// One page of so many items in all.
    pub(super) fn paged(data: String, page: Page, total: usize) -> Self {
        Self { data, paged: Some((page, total)) }
    }

    /// The response, in the shape of the call's sample.
    pub(super) fn response(&self, endpoint: Endpoint) -> Response {
        let head = || Object::new().raw("success", true);
        let figure = |figure: Option<i64>| figure.map_or_else(|| "null".to_owned(), |figure| figure.to_string());
        let number = figure(self.paged.map(|(page, _)| page.number));
        let size = figure(self.paged.map(|(page, _)| page.size));
        let total = figure(self.paged.and_then(|(_, total)| i64::try_from(total).ok()));
        let object = match Shape::of(endpoint) {
            Shape::Bare => head().raw("data", &self.data),
            Shape::Camel { pages: false } => {
                head().raw("data", &self.data).raw("errorCode", "null").raw("errorMessage", "null")
            }
            Shape::Camel { pages: true } => head()
                .raw("data", &self.data)
                .raw("errorCode", "null")
                .raw("errorMessage", "null")
                .raw("pageSize", size)
                .raw("pageNo", number)
                .raw("totalCount", total),
            Shape::TwoHundred => {
                let object = head().raw("error_code", 200).text("error_message", "").raw("data", &self.data);
                match self.paged {
                    None => object,
                    Some(_) => object.raw("pageNo", number).raw("pageSize", size).raw("totalCount", total),
                }
            }
            Shape::Full => Object::new()
                .raw("error_message", "null")
                .raw("data", &self.data)
                .raw("pageNo", number)
                .raw("success", true)
                .raw("pageSize", size)
                .raw("error_code", "null")
                .raw("totalCount", total),
        };
        Response::json(200, object.end())
    }
}

/// How a call words a refusal. The HTTP status is 200 as ever.
#[must_use]
pub fn refusal_answer(settings: &Settings, endpoint: Endpoint, refusal: &Refusal) -> Response {
    let object = match Shape::of(endpoint) {
        Shape::Full => Object::new()
            .text("error_message", &refusal.message)
            .raw("data", "null")
            .raw("pageNo", "null")
            .raw("success", false)
            .raw("pageSize", "null")
            .raw("error_code", refusal.code)
            .raw("totalCount", "null"),
        Shape::Camel { .. } if settings.camel_refusals => Object::new()
            .raw("success", false)
            .raw("data", "null")
            .raw("errorCode", refusal.code)
            .text("errorMessage", &refusal.message),
        // The one sample of a refusal, in 3.4.1.
        _ => Object::new()
            .raw("success", false)
            .raw("error_code", refusal.code)
            .text("error_message", &refusal.message)
            .raw("data", "null"),
    };
    Response::json(200, object.end())
}

/// How a call's sample is built.
#[derive(Clone, Copy)]
enum Shape {
    /// Success and data alone (2).
    Bare,
    /// `error_code` 200 and an empty message (3.1, 3.3 to 3.5).
    TwoHundred,
    /// `errorCode` and `errorMessage`, both null (3.2, 3.6, 3.7).
    Camel { pages: bool },
    /// All seven members, null where there is nothing (3.8, 4, 5, 6).
    Full,
}

impl Shape {
    const fn of(endpoint: Endpoint) -> Self {
        match endpoint {
            Endpoint::TokenQuery | Endpoint::TokenRefresh => Self::Bare,
            Endpoint::MemberAdd
            | Endpoint::ScoreChange
            | Endpoint::ScoreRollback
            | Endpoint::ScoreRollbackPart
            | Endpoint::ScoreRecord => Self::TwoHundred,
            Endpoint::CodeGenerate => Self::Camel { pages: false },
            Endpoint::MemberQuery | Endpoint::CodeParsing => Self::Camel { pages: true },
            Endpoint::LevelList
            | Endpoint::OrderAdd
            | Endpoint::RefundComplete
            | Endpoint::RefundPart
            | Endpoint::TemplateAdd
            | Endpoint::CouponGive
            | Endpoint::CouponStatus
            | Endpoint::CouponVerification
            | Endpoint::CouponList
            | Endpoint::SmsSend
            | Endpoint::SmsJudge => Self::Full,
        }
    }
}
