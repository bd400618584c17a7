//! Why the till says no, in figures.

use tillbook::Refusal;

/// The card is on this till's exception list.
pub const TILLBOOK_REFUSAL_EXCEPTION_LIST: i32 = 1;
/// The card is reported lost, or otherwise not normal at the remote.
pub const TILLBOOK_REFUSAL_CARD_BLOCKED: i32 = 2;
/// The card is closed, replaced, or unknown to the remote.
pub const TILLBOOK_REFUSAL_CARD_CLOSED: i32 = 3;
/// A rule of the coupon does not let it pass.
pub const TILLBOOK_REFUSAL_COUPON: i32 = 4;
/// There is nothing that could be returned.
pub const TILLBOOK_REFUSAL_NOTHING_TO_RETURN: i32 = 5;
/// A card with this number exists.
pub const TILLBOOK_REFUSAL_CARD_EXISTS: i32 = 6;
/// More than one operation may take offline.
pub const TILLBOOK_REFUSAL_FLOOR_LIMIT: i32 = 7;
/// More than may be open on one card.
pub const TILLBOOK_REFUSAL_CARD_LIMIT: i32 = 8;
/// More than may be open on all cards of one phone number.
pub const TILLBOOK_REFUSAL_PHONE_LIMIT: i32 = 9;
/// More than may be open on this till.
pub const TILLBOOK_REFUSAL_OUTAGE_LIMIT: i32 = 10;
/// So many offline approvals are open on this till as may be.
pub const TILLBOOK_REFUSAL_OUTAGE_OPERATIONS: i32 = 11;
/// The card's balance was confirmed too long ago.
pub const TILLBOOK_REFUSAL_BASE_TOO_OLD: i32 = 12;
/// This till has never seen the card.
pub const TILLBOOK_REFUSAL_UNKNOWN_CARD: i32 = 13;
/// The machine's clock is behind the book's time.
pub const TILLBOOK_REFUSAL_CLOCK_BEHIND: i32 = 14;
/// What the decision needs has never been fetched.
pub const TILLBOOK_REFUSAL_NEVER_FETCHED: i32 = 15;
/// Not enough money is available.
pub const TILLBOOK_REFUSAL_INSUFFICIENT_FUNDS: i32 = 16;
/// Not enough points are available.
pub const TILLBOOK_REFUSAL_INSUFFICIENT_POINTS: i32 = 17;
/// The remote has refused to open the card: a person has to decide where it goes (tillbook_retarget).
pub const TILLBOOK_REFUSAL_OPENING_REFUSED: i32 = 18;
/// Every number of the till's range has been given out.
pub const TILLBOOK_REFUSAL_NUMBERS_EXHAUSTED: i32 = 19;
/// So many offline recharges are open on this till as may be.
pub const TILLBOOK_REFUSAL_OUTAGE_RECHARGES: i32 = 20;
/// More than may be open on this till that was paid in by offline recharges.
pub const TILLBOOK_REFUSAL_OUTAGE_RECHARGE_MONEY: i32 = 21;
/// So many cards that were opened offline are open on this till as may be.
pub const TILLBOOK_REFUSAL_OUTAGE_NEW_CARDS: i32 = 22;
/// The offline policy itself is out of date.
pub const TILLBOOK_REFUSAL_POLICY_EXPIRED: i32 = 23;
/// A reason of a later release; the message tells it.
pub const TILLBOOK_REFUSAL_OTHER: i32 = 99;

/// The figures count nothing.
pub const TILLBOOK_UNIT_NONE: i32 = 0;
/// The figures are fen.
pub const TILLBOOK_UNIT_FEN: i32 = 1;
/// The figures are points.
pub const TILLBOOK_UNIT_POINTS: i32 = 2;
/// The figures are seconds.
pub const TILLBOOK_UNIT_SECONDS: i32 = 3;
/// The figures are operations, recharges or openings.
pub const TILLBOOK_UNIT_OPERATIONS: i32 = 4;
/// The figures are card numbers.
pub const TILLBOOK_UNIT_NUMBERS: i32 = 5;

/// A refusal as figures; all zero: none.
#[derive(Clone, Copy, Default)]
pub(crate) struct RefusalOut {
    pub(crate) code: i32,
    pub(crate) unit: i32,
    pub(crate) limit: i64,
    pub(crate) used: i64,
    pub(crate) requested: i64,
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl RefusalOut {
    pub(crate) fn of(refusal: &Refusal) -> Self {
        let plain = |code| RefusalOut { code, ..RefusalOut::default() };
        let figures = |code, unit, limit, used, requested| RefusalOut { code, unit, limit, used, requested };
        match refusal {
            Refusal::ExceptionList { .. } => plain(TILLBOOK_REFUSAL_EXCEPTION_LIST),
            Refusal::CardBlocked => plain(TILLBOOK_REFUSAL_CARD_BLOCKED),
            Refusal::CardClosed => plain(TILLBOOK_REFUSAL_CARD_CLOSED),
            Refusal::Coupon { .. } => plain(TILLBOOK_REFUSAL_COUPON),
            Refusal::NothingToReturn { .. } => plain(TILLBOOK_REFUSAL_NOTHING_TO_RETURN),
            Refusal::CardExists => plain(TILLBOOK_REFUSAL_CARD_EXISTS),
            Refusal::FloorLimit { limit, requested } => {
                figures(TILLBOOK_REFUSAL_FLOOR_LIMIT, TILLBOOK_UNIT_FEN, limit.fen(), 0, requested.fen())
            }
            Refusal::CardLimit { limit, used, requested } => {
                figures(TILLBOOK_REFUSAL_CARD_LIMIT, TILLBOOK_UNIT_FEN, limit.fen(), used.fen(), requested.fen())
            }
            Refusal::PhoneLimit { limit, used, requested } => {
                figures(TILLBOOK_REFUSAL_PHONE_LIMIT, TILLBOOK_UNIT_FEN, limit.fen(), used.fen(), requested.fen())
            }
            Refusal::OutageLimit { limit, used, requested } => {
                figures(TILLBOOK_REFUSAL_OUTAGE_LIMIT, TILLBOOK_UNIT_FEN, limit.fen(), used.fen(), requested.fen())
            }
            Refusal::OutageOperations { limit, used } => {
                let (limit, used) = (i64::from(*limit), i64::from(*used));
                figures(TILLBOOK_REFUSAL_OUTAGE_OPERATIONS, TILLBOOK_UNIT_OPERATIONS, limit, used, 1)
            }
            Refusal::OutageRecharges { limit, used } => {
                let (limit, used) = (i64::from(*limit), i64::from(*used));
                figures(TILLBOOK_REFUSAL_OUTAGE_RECHARGES, TILLBOOK_UNIT_OPERATIONS, limit, used, 1)
            }
            Refusal::OutageRechargeMoney { limit, used, requested } => {
                let (limit, used, requested) = (limit.fen(), used.fen(), requested.fen());
                figures(TILLBOOK_REFUSAL_OUTAGE_RECHARGE_MONEY, TILLBOOK_UNIT_FEN, limit, used, requested)
            }
            Refusal::OutageNewCards { limit, used } => {
                let (limit, used) = (i64::from(*limit), i64::from(*used));
                figures(TILLBOOK_REFUSAL_OUTAGE_NEW_CARDS, TILLBOOK_UNIT_OPERATIONS, limit, used, 1)
            }
            Refusal::PolicyExpired { over_s, .. } => {
                figures(TILLBOOK_REFUSAL_POLICY_EXPIRED, TILLBOOK_UNIT_SECONDS, 0, whole(*over_s), 0)
            }
            Refusal::OpeningRefused { .. } => plain(TILLBOOK_REFUSAL_OPENING_REFUSED),
            Refusal::NumbersExhausted { size } => {
                let size = whole(*size);
                figures(TILLBOOK_REFUSAL_NUMBERS_EXHAUSTED, TILLBOOK_UNIT_NUMBERS, size, size, 1)
            }
            Refusal::BaseTooOld { limit_s, age_s } => {
                figures(TILLBOOK_REFUSAL_BASE_TOO_OLD, TILLBOOK_UNIT_SECONDS, whole(*limit_s), whole(*age_s), 0)
            }
            Refusal::UnknownCard => plain(TILLBOOK_REFUSAL_UNKNOWN_CARD),
            Refusal::ClockBehind { limit_s, behind_s } => {
                figures(TILLBOOK_REFUSAL_CLOCK_BEHIND, TILLBOOK_UNIT_SECONDS, whole(*limit_s), whole(*behind_s), 0)
            }
            Refusal::NeverFetched { .. } => plain(TILLBOOK_REFUSAL_NEVER_FETCHED),
            Refusal::InsufficientFunds { available, requested } => {
                let (available, requested) = (available.fen(), requested.fen());
                figures(TILLBOOK_REFUSAL_INSUFFICIENT_FUNDS, TILLBOOK_UNIT_FEN, available, 0, requested)
            }
            Refusal::InsufficientPoints { available, requested } => {
                let (available, requested) = (available.get(), requested.get());
                figures(TILLBOOK_REFUSAL_INSUFFICIENT_POINTS, TILLBOOK_UNIT_POINTS, available, 0, requested)
            }
            _ => plain(TILLBOOK_REFUSAL_OTHER),
        }
    }
}
