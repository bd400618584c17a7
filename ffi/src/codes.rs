//! What the header calls the library's names: one number for each, for ever.

use tillbook::{
    CardStatus, Class, CouponRule, CouponStatus, Evidence, FindingKind, Gender, Kind, Movement, NoticeKind, Promise,
    RateSource, Resolution, Severity, State,
};

use crate::fault::Fault;

/// A name that the header has a number for. 0 stands for none.
pub(crate) trait Code: Sized + Copy + 'static {
    /// All of them.
    const EACH: &'static [Self];

    /// Its number.
    fn code(self) -> i32;

    /// The one of a number.
    fn of(code: i32, field: &'static str) -> Result<Self, Fault> {
        let found = Self::EACH.iter().copied().find(|name| name.code() == code);
        found.ok_or(Fault::Value { field, rule: "is none of its constants" })
    }

    /// The one of a number, or `None` for 0.
    fn optional(code: i32, field: &'static str) -> Result<Option<Self>, Fault> {
        if code == 0 { Ok(None) } else { Self::of(code, field).map(Some) }
    }
}

/// The number, or 0 for none.
pub(crate) fn code<T: Code>(name: Option<T>) -> i32 {
    name.map_or(0, T::code)
}

macro_rules! codes {
    ($name:ident { $($variant:ident = $constant:ident),+ $(,)? }) => {
        impl Code for $name {
            const EACH: &'static [Self] = $name::ALL;

            fn code(self) -> i32 {
                match self { $($name::$variant => $constant),+ }
            }
        }
    };
}

/// A promise: the remote has done it.
pub const TILLBOOK_PROMISE_ONLINE_APPROVED: i32 = 1;
/// A promise: this till approved it at the merchant's own risk; the remote will be told later.
pub const TILLBOOK_PROMISE_OFFLINE_APPROVED: i32 = 2;
/// A promise: the remote refused. Nothing was done.
pub const TILLBOOK_PROMISE_DECLINED: i32 = 3;
/// A promise: it was sent and nobody knows yet. Hand over nothing; ask again by `op_id`.
pub const TILLBOOK_PROMISE_IN_DOUBT: i32 = 4;
/// A promise: it was not sent and never will be. Nothing was done.
pub const TILLBOOK_PROMISE_CANCELLED: i32 = 5;

codes!(Promise {
    OnlineApproved = TILLBOOK_PROMISE_ONLINE_APPROVED,
    OfflineApproved = TILLBOOK_PROMISE_OFFLINE_APPROVED,
    Declined = TILLBOOK_PROMISE_DECLINED,
    InDoubt = TILLBOOK_PROMISE_IN_DOUBT,
    Cancelled = TILLBOOK_PROMISE_CANCELLED,
});

/// An operation's state: waits to be sent.
pub const TILLBOOK_STATE_QUEUED: i32 = 1;
/// An operation's state: an attempt is under way.
pub const TILLBOOK_STATE_SENDING: i32 = 2;
/// An operation's state: sent, outcome unknown; being found out.
pub const TILLBOOK_STATE_IN_DOUBT: i32 = 3;
/// An operation's state: the remote has it; the base that includes it has not arrived yet.
pub const TILLBOOK_STATE_APPLIED: i32 = 4;
/// An operation's state: the remote has it and the base includes it.
pub const TILLBOOK_STATE_SETTLED: i32 = 5;
/// An operation's state: the remote refused what nobody had been promised.
pub const TILLBOOK_STATE_DECLINED: i32 = 6;
/// An operation's state: the remote refused what had been approved offline. Owed; waits for a person.
pub const TILLBOOK_STATE_REJECTED: i32 = 7;
/// An operation's state: cancelled before it reached the remote.
pub const TILLBOOK_STATE_VOIDED: i32 = 8;
/// An operation's state: somebody else changed the same thing meanwhile; closed and notified.
pub const TILLBOOK_STATE_SUPERSEDED: i32 = 9;
/// An operation's state: being undone at the remote.
pub const TILLBOOK_STATE_REVERSING: i32 = 10;
/// An operation's state: undone at the remote.
pub const TILLBOOK_STATE_REVERSED: i32 = 11;
/// An operation's state: waits for a person, with the evidence.
pub const TILLBOOK_STATE_PARKED: i32 = 12;
/// An operation's state: given up by a person.
pub const TILLBOOK_STATE_WRITTEN_OFF: i32 = 13;

codes!(State {
    Queued = TILLBOOK_STATE_QUEUED,
    Sending = TILLBOOK_STATE_SENDING,
    InDoubt = TILLBOOK_STATE_IN_DOUBT,
    Applied = TILLBOOK_STATE_APPLIED,
    Settled = TILLBOOK_STATE_SETTLED,
    Declined = TILLBOOK_STATE_DECLINED,
    Rejected = TILLBOOK_STATE_REJECTED,
    Voided = TILLBOOK_STATE_VOIDED,
    Superseded = TILLBOOK_STATE_SUPERSEDED,
    Reversing = TILLBOOK_STATE_REVERSING,
    Reversed = TILLBOOK_STATE_REVERSED,
    Parked = TILLBOOK_STATE_PARKED,
    WrittenOff = TILLBOOK_STATE_WRITTEN_OFF,
});

/// An operation's kind: opens a card.
pub const TILLBOOK_KIND_OPEN_CARD: i32 = 1;
/// An operation's kind: registers a member by phone.
pub const TILLBOOK_KIND_REGISTER: i32 = 2;
/// An operation's kind: changes a card holder's data.
pub const TILLBOOK_KIND_MODIFY: i32 = 3;
/// An operation's kind: puts money on a card.
pub const TILLBOOK_KIND_RECHARGE: i32 = 4;
/// An operation's kind: pays from a card.
pub const TILLBOOK_KIND_CONSUME: i32 = 5;
/// An operation's kind: grants points.
pub const TILLBOOK_KIND_ACCRUE_POINTS: i32 = 6;
/// An operation's kind: takes points.
pub const TILLBOOK_KIND_REDEEM_POINTS: i32 = 7;
/// An operation's kind: corrects points, up or down.
pub const TILLBOOK_KIND_ADJUST_POINTS: i32 = 8;
/// An operation's kind: gives redeemed points back, or takes granted ones back.
pub const TILLBOOK_KIND_RETURN_POINTS: i32 = 9;
/// An operation's kind: sets points to a balance carried over from elsewhere.
pub const TILLBOOK_KIND_CARRY_OVER_POINTS: i32 = 10;
/// An operation's kind: changes points through Freemud's endpoint without a key (2.1), for installations that ask for it.
pub const TILLBOOK_KIND_UPDATE_POINTS: i32 = 11;
/// An operation's kind: gives back all points of an order through Freemud's endpoint without a key (2.3).
pub const TILLBOOK_KIND_RETURN_POINTS_OF_ORDER: i32 = 12;
/// An operation's kind: uses a coupon.
pub const TILLBOOK_KIND_REDEEM_COUPON: i32 = 13;
/// An operation's kind: gives a member a coupon.
pub const TILLBOOK_KIND_GIVE_COUPON: i32 = 14;
/// An operation's kind: sets a coupon's status, or reinstates one that was used here.
pub const TILLBOOK_KIND_SET_COUPON_STATUS: i32 = 15;
/// An operation's kind: adds a template that coupons are made from.
pub const TILLBOOK_KIND_ADD_COUPON_TEMPLATE: i32 = 16;
/// An operation's kind: records an order.
pub const TILLBOOK_KIND_PUSH_ORDER: i32 = 17;
/// An operation's kind: records that an order, or a part of it, came back.
pub const TILLBOOK_KIND_RETURN_ORDER: i32 = 18;

codes!(Kind {
    OpenCard = TILLBOOK_KIND_OPEN_CARD,
    Register = TILLBOOK_KIND_REGISTER,
    Modify = TILLBOOK_KIND_MODIFY,
    Recharge = TILLBOOK_KIND_RECHARGE,
    Consume = TILLBOOK_KIND_CONSUME,
    AccruePoints = TILLBOOK_KIND_ACCRUE_POINTS,
    RedeemPoints = TILLBOOK_KIND_REDEEM_POINTS,
    AdjustPoints = TILLBOOK_KIND_ADJUST_POINTS,
    ReturnPoints = TILLBOOK_KIND_RETURN_POINTS,
    CarryOverPoints = TILLBOOK_KIND_CARRY_OVER_POINTS,
    UpdatePoints = TILLBOOK_KIND_UPDATE_POINTS,
    ReturnPointsOfOrder = TILLBOOK_KIND_RETURN_POINTS_OF_ORDER,
    RedeemCoupon = TILLBOOK_KIND_REDEEM_COUPON,
    GiveCoupon = TILLBOOK_KIND_GIVE_COUPON,
    SetCouponStatus = TILLBOOK_KIND_SET_COUPON_STATUS,
    AddCouponTemplate = TILLBOOK_KIND_ADD_COUPON_TEMPLATE,
    PushOrder = TILLBOOK_KIND_PUSH_ORDER,
    ReturnOrder = TILLBOOK_KIND_RETURN_ORDER,
});

/// Evidence: the remote said so, or its records allow no other reading.
pub const TILLBOOK_EVIDENCE_PROVEN: i32 = 1;
/// Evidence: its records fit, but another till's identical sale would look the same.
pub const TILLBOOK_EVIDENCE_INFERRED: i32 = 2;
/// Evidence: a person said so.
pub const TILLBOOK_EVIDENCE_PERSON: i32 = 3;

codes!(Evidence {
    Proven = TILLBOOK_EVIDENCE_PROVEN,
    Inferred = TILLBOOK_EVIDENCE_INFERRED,
    Person = TILLBOOK_EVIDENCE_PERSON,
});

/// A gender: male.
pub const TILLBOOK_GENDER_MALE: i32 = 1;
/// A gender: female.
pub const TILLBOOK_GENDER_FEMALE: i32 = 2;
/// A gender: not told.
pub const TILLBOOK_GENDER_UNKNOWN: i32 = 3;

codes!(Gender {
    Male = TILLBOOK_GENDER_MALE,
    Female = TILLBOOK_GENDER_FEMALE,
    Unknown = TILLBOOK_GENDER_UNKNOWN,
});

/// A card's status: the remote knows it and says nothing against it.
pub const TILLBOOK_CARD_ACTIVE: i32 = 1;
/// A card's status: opened here, not confirmed by the remote yet.
pub const TILLBOOK_CARD_PROVISIONAL: i32 = 2;
/// A card's status: reported lost, or otherwise not normal at the remote.
pub const TILLBOOK_CARD_BLOCKED: i32 = 3;
/// A card's status: closed, replaced, or unknown to the remote.
pub const TILLBOOK_CARD_CLOSED: i32 = 4;

codes!(CardStatus {
    Active = TILLBOOK_CARD_ACTIVE,
    Provisional = TILLBOOK_CARD_PROVISIONAL,
    Blocked = TILLBOOK_CARD_BLOCKED,
    Closed = TILLBOOK_CARD_CLOSED,
});

/// A coupon's status: deleted or invalid.
pub const TILLBOOK_COUPON_INVALID: i32 = 1;
/// A coupon's status: may be used.
pub const TILLBOOK_COUPON_VALID: i32 = 2;
/// A coupon's status: has been used.
pub const TILLBOOK_COUPON_USED: i32 = 3;
/// A coupon's status: is being used: another order has taken it up and is not finished.
pub const TILLBOOK_COUPON_IN_USE: i32 = 4;
/// A coupon's status: may not be used yet.
pub const TILLBOOK_COUPON_NOT_STARTED: i32 = 5;

codes!(CouponStatus {
    Invalid = TILLBOOK_COUPON_INVALID,
    Valid = TILLBOOK_COUPON_VALID,
    Used = TILLBOOK_COUPON_USED,
    InUse = TILLBOOK_COUPON_IN_USE,
    NotStarted = TILLBOOK_COUPON_NOT_STARTED,
});

/// A coupon's rule: the coupon is known here.
pub const TILLBOOK_RULE_KNOWN: i32 = 1;
/// A coupon's rule: it is valid, as far as is known.
pub const TILLBOOK_RULE_STATUS: i32 = 2;
/// A coupon's rule: it has not been used at this till before.
pub const TILLBOOK_RULE_NOT_USED_HERE: i32 = 3;
/// A coupon's rule: its time has begun and is not over.
pub const TILLBOOK_RULE_TIME: i32 = 4;
/// A coupon's rule: the order reaches its minimum.
pub const TILLBOOK_RULE_MINIMUM: i32 = 5;
/// A coupon's rule: it is for this store.
pub const TILLBOOK_RULE_STORE: i32 = 6;
/// A coupon's rule: something in the order is what it is for: items and categories.
pub const TILLBOOK_RULE_ITEMS: i32 = 7;
/// A coupon's rule: it may be used while the remote can't be asked. Looked at only offline.
pub const TILLBOOK_RULE_OFFLINE: i32 = 8;

codes!(CouponRule {
    Known = TILLBOOK_RULE_KNOWN,
    Status = TILLBOOK_RULE_STATUS,
    NotUsedHere = TILLBOOK_RULE_NOT_USED_HERE,
    Time = TILLBOOK_RULE_TIME,
    Minimum = TILLBOOK_RULE_MINIMUM,
    Store = TILLBOOK_RULE_STORE,
    Items = TILLBOOK_RULE_ITEMS,
    Offline = TILLBOOK_RULE_OFFLINE,
});

/// Where a rate comes from: the level's configured rate.
pub const TILLBOOK_RATE_LEVEL: i32 = 1;
/// Where a rate comes from: the rate that the remote last gave this card.
pub const TILLBOOK_RATE_LAST_SEEN: i32 = 2;
/// Where a rate comes from: none is known: the full price was taken. The remote may know better.
pub const TILLBOOK_RATE_UNKNOWN: i32 = 3;
/// Where a rate comes from: the remote computed it.
pub const TILLBOOK_RATE_REMOTE: i32 = 4;
/// Where a rate comes from: the operation has no price.
pub const TILLBOOK_RATE_NOT_APPLICABLE: i32 = 5;
/// Where a rate comes from: the rate that several cards of this level were given lately, this one not among them.
pub const TILLBOOK_RATE_LEARNED: i32 = 6;

codes!(RateSource {
    Level = TILLBOOK_RATE_LEVEL,
    LastSeen = TILLBOOK_RATE_LAST_SEEN,
    Unknown = TILLBOOK_RATE_UNKNOWN,
    Remote = TILLBOOK_RATE_REMOTE,
    NotApplicable = TILLBOOK_RATE_NOT_APPLICABLE,
    Learned = TILLBOOK_RATE_LEARNED,
});

/// A notification is about: the remote refused what had been approved offline: owed.
pub const TILLBOOK_NOTICE_REJECTED: i32 = 1;
/// A notification is about: an operation waits for a person's decision.
pub const TILLBOOK_NOTICE_PARKED: i32 = 2;
/// A notification is about: the remote's figures differ from those promised.
pub const TILLBOOK_NOTICE_VARIANCE: i32 = 3;
/// A notification is about: the card did not cover what had been promised in full.
pub const TILLBOOK_NOTICE_SHORTFALL: i32 = 4;
/// A notification is about: the remote took money for something that was not approved here.
pub const TILLBOOK_NOTICE_CHARGED_WITHOUT_SALE: i32 = 5;
/// A notification is about: somebody else changed the same data meanwhile; ours was dropped.
pub const TILLBOOK_NOTICE_SUPERSEDED: i32 = 6;
/// A notification is about: an opening was refused, and operations wait behind it.
pub const TILLBOOK_NOTICE_ORPHANS: i32 = 7;
/// A notification is about: the remote refuses this till altogether.
pub const TILLBOOK_NOTICE_PROVIDER_HALTED: i32 = 8;
/// A notification is about: the offline limits are nearly used up.
pub const TILLBOOK_NOTICE_LIMITS_NEAR: i32 = 9;
/// A notification is about: an answer came after its operation had been concluded without it, or a card exists although its opening had been found to have come to nothing.
pub const TILLBOOK_NOTICE_CONTRADICTION: i32 = 10;
/// A notification is about: the remote's running totals went backwards; its figures were not taken.
pub const TILLBOOK_NOTICE_STALE_SNAPSHOT: i32 = 11;
/// A notification is about: two cards of the book turned out to be one member at a remote.
pub const TILLBOOK_NOTICE_SAME_MEMBER: i32 = 12;
/// A notification is about: the remote's figures changed by something that this till, the card's only writer, has not done.
pub const TILLBOOK_NOTICE_UNEXPLAINED: i32 = 13;
/// A notification is about: the till's range of card numbers is nearly used up.
pub const TILLBOOK_NOTICE_NUMBERS_NEAR: i32 = 14;
/// A notification is about: the book is an older copy of itself: nothing is sent until a person goes on with it.
pub const TILLBOOK_NOTICE_RESTORED: i32 = 15;
/// A notification is about: the high-water file can't be written: until it can, an older copy of the book may not be noticed.
pub const TILLBOOK_NOTICE_HIGH_WATER: i32 = 16;

codes!(NoticeKind {
    Rejected = TILLBOOK_NOTICE_REJECTED,
    Parked = TILLBOOK_NOTICE_PARKED,
    Variance = TILLBOOK_NOTICE_VARIANCE,
    Shortfall = TILLBOOK_NOTICE_SHORTFALL,
    ChargedWithoutSale = TILLBOOK_NOTICE_CHARGED_WITHOUT_SALE,
    Superseded = TILLBOOK_NOTICE_SUPERSEDED,
    Orphans = TILLBOOK_NOTICE_ORPHANS,
    ProviderHalted = TILLBOOK_NOTICE_PROVIDER_HALTED,
    LimitsNear = TILLBOOK_NOTICE_LIMITS_NEAR,
    Contradiction = TILLBOOK_NOTICE_CONTRADICTION,
    StaleSnapshot = TILLBOOK_NOTICE_STALE_SNAPSHOT,
    SameMember = TILLBOOK_NOTICE_SAME_MEMBER,
    Unexplained = TILLBOOK_NOTICE_UNEXPLAINED,
    NumbersNear = TILLBOOK_NOTICE_NUMBERS_NEAR,
    Restored = TILLBOOK_NOTICE_RESTORED,
    HighWater = TILLBOOK_NOTICE_HIGH_WATER,
});

/// A person's decision: the remote has it. Takes effect together with a fresh read of the account.
pub const TILLBOOK_RESOLUTION_WAS_APPLIED: i32 = 1;
/// A person's decision: the remote does not have it, and it is not to be sent again.
pub const TILLBOOK_RESOLUTION_WAS_NOT_APPLIED: i32 = 2;
/// A person's decision: the remote does not have it: send it again.
pub const TILLBOOK_RESOLUTION_SEND_AGAIN: i32 = 3;
/// A person's decision: whatever became of it, the shop bears it.
pub const TILLBOOK_RESOLUTION_WRITE_OFF: i32 = 4;

codes!(Resolution {
    WasApplied = TILLBOOK_RESOLUTION_WAS_APPLIED,
    WasNotApplied = TILLBOOK_RESOLUTION_WAS_NOT_APPLIED,
    SendAgain = TILLBOOK_RESOLUTION_SEND_AGAIN,
    WriteOff = TILLBOOK_RESOLUTION_WRITE_OFF,
});

/// A search has found the text in: the card's number.
pub const TILLBOOK_MATCHED_NUMBER: i32 = 1;
/// A search has found the text in: the holder's phone.
pub const TILLBOOK_MATCHED_PHONE: i32 = 2;
/// A search has found the text in: the holder's name.
pub const TILLBOOK_MATCHED_NAME: i32 = 3;

/// What became of an operation: the remote has it.
pub const TILLBOOK_CLASS_ACCEPTED: i32 = 1;
/// What became of an operation: it waits to be sent, or is being sent.
pub const TILLBOOK_CLASS_ON_ITS_WAY: i32 = 2;
/// What became of an operation: it was sent, and nobody knows yet.
pub const TILLBOOK_CLASS_IN_DOUBT: i32 = 3;
/// What became of an operation: it waits for a person.
pub const TILLBOOK_CLASS_PARKED: i32 = 4;
/// What became of an operation: it was approved here, and the remote refused it: owed.
pub const TILLBOOK_CLASS_REJECTED: i32 = 5;
/// What became of an operation: a person gave it up.
pub const TILLBOOK_CLASS_WRITTEN_OFF: i32 = 6;
/// What became of an operation: the remote refused it, and nobody had been promised it.
pub const TILLBOOK_CLASS_DECLINED: i32 = 7;
/// What became of an operation: it was cancelled or voided before it reached the remote.
pub const TILLBOOK_CLASS_CANCELLED: i32 = 8;
/// What became of an operation: it was undone at the remote, or is being undone.
pub const TILLBOOK_CLASS_UNDONE: i32 = 9;
/// What became of an operation: somebody else changed the same thing meanwhile.
pub const TILLBOOK_CLASS_SUPERSEDED: i32 = 10;

codes!(Class {
    Accepted = TILLBOOK_CLASS_ACCEPTED,
    OnItsWay = TILLBOOK_CLASS_ON_ITS_WAY,
    InDoubt = TILLBOOK_CLASS_IN_DOUBT,
    Parked = TILLBOOK_CLASS_PARKED,
    Rejected = TILLBOOK_CLASS_REJECTED,
    WrittenOff = TILLBOOK_CLASS_WRITTEN_OFF,
    Declined = TILLBOOK_CLASS_DECLINED,
    Cancelled = TILLBOOK_CLASS_CANCELLED,
    Undone = TILLBOOK_CLASS_UNDONE,
    Superseded = TILLBOOK_CLASS_SUPERSEDED,
});

/// A line of totals counts: what was done with an approval.
pub const TILLBOOK_MOVEMENT_MADE: i32 = 1;
/// A line of totals counts: what was taken back before it reached the remote. Its figures are below zero.
pub const TILLBOOK_MOVEMENT_VOID: i32 = 2;
/// A line of totals counts: what was given up by a person. Its figures are below zero.
pub const TILLBOOK_MOVEMENT_WRITE_OFF: i32 = 3;
/// A line of totals counts: what a remote did without an approval here: no goods and no cash changed hands for it, as far as this till knows.
pub const TILLBOOK_MOVEMENT_WITHOUT_APPROVAL: i32 = 4;
/// A line of totals counts: what a person moved to another card or number. Off the one and on the other, it comes to nothing.
pub const TILLBOOK_MOVEMENT_RETARGET: i32 = 5;

codes!(Movement {
    Made = TILLBOOK_MOVEMENT_MADE,
    Void = TILLBOOK_MOVEMENT_VOID,
    WriteOff = TILLBOOK_MOVEMENT_WRITE_OFF,
    WithoutApproval = TILLBOOK_MOVEMENT_WITHOUT_APPROVAL,
    Retarget = TILLBOOK_MOVEMENT_RETARGET,
});

/// A check has found: SQLite finds the file damaged.
pub const TILLBOOK_FINDING_DATABASE: i32 = 1;
/// A check has found: a row refers to another one that is not there.
pub const TILLBOOK_FINDING_REFERENCE: i32 = 2;
/// A check has found: the tables, indexes or triggers are not those of this release.
pub const TILLBOOK_FINDING_SCHEMA: i32 = 3;
/// A check has found: a row or a part of the file can't be read.
pub const TILLBOOK_FINDING_UNREADABLE: i32 = 4;
/// A check has found: an account's figures were changed by something else than this library.
pub const TILLBOOK_FINDING_SEAL: i32 = 5;
/// A check has found: an operation's effect is not what was told, or not what it counts as.
pub const TILLBOOK_FINDING_EFFECT: i32 = 6;
/// A check has found: an operation's state, its marks and its promise don't go together.
pub const TILLBOOK_FINDING_STATE: i32 = 7;
/// A check has found: a promise that should be there is not, or one is that should not.
pub const TILLBOOK_FINDING_PROMISE: i32 = 8;
/// A check has found: a line that should be in the book is not.
pub const TILLBOOK_FINDING_ENTRY_MISSING: i32 = 9;
/// A check has found: a line is in the book that nothing accounts for.
pub const TILLBOOK_FINDING_ENTRY_EXTRA: i32 = 10;
/// A check has found: a line is not what was told.
pub const TILLBOOK_FINDING_ENTRY_DIFFERS: i32 = 11;
/// A check has found: figures that don't add up.
pub const TILLBOOK_FINDING_MONEY: i32 = 12;
/// A check has found: a row belongs to another card, account or lane than it says.
pub const TILLBOOK_FINDING_CARD: i32 = 13;
/// A check has found: a receipt number does not belong to its line.
pub const TILLBOOK_FINDING_RECEIPT_NO: i32 = 14;
/// A check has found: a line's code in the chain is not the one that it should have.
pub const TILLBOOK_FINDING_CHAIN: i32 = 15;
/// A check has found: a lane does not stand where its operations do.
pub const TILLBOOK_FINDING_LANE: i32 = 16;
/// A check has found: a coupon has been used more than once.
pub const TILLBOOK_FINDING_COUPON: i32 = 17;
/// A check has found: a time that can't be.
pub const TILLBOOK_FINDING_TIME: i32 = 18;

codes!(FindingKind {
    Database = TILLBOOK_FINDING_DATABASE,
    Reference = TILLBOOK_FINDING_REFERENCE,
    Schema = TILLBOOK_FINDING_SCHEMA,
    Unreadable = TILLBOOK_FINDING_UNREADABLE,
    Seal = TILLBOOK_FINDING_SEAL,
    Effect = TILLBOOK_FINDING_EFFECT,
    State = TILLBOOK_FINDING_STATE,
    Promise = TILLBOOK_FINDING_PROMISE,
    EntryMissing = TILLBOOK_FINDING_ENTRY_MISSING,
    EntryExtra = TILLBOOK_FINDING_ENTRY_EXTRA,
    EntryDiffers = TILLBOOK_FINDING_ENTRY_DIFFERS,
    Money = TILLBOOK_FINDING_MONEY,
    Card = TILLBOOK_FINDING_CARD,
    ReceiptNo = TILLBOOK_FINDING_RECEIPT_NO,
    Chain = TILLBOOK_FINDING_CHAIN,
    Lane = TILLBOOK_FINDING_LANE,
    Coupon = TILLBOOK_FINDING_COUPON,
    Time = TILLBOOK_FINDING_TIME,
});

/// A finding is: worth knowing; no figure is in question.
pub const TILLBOOK_SEVERITY_NOTE: i32 = 1;
/// A finding is: the book does not say what was written into it.
pub const TILLBOOK_SEVERITY_ERROR: i32 = 2;

codes!(Severity {
    Note = TILLBOOK_SEVERITY_NOTE,
    Error = TILLBOOK_SEVERITY_ERROR,
});

#[cfg(test)]
mod tests {
    use super::*;

    fn each_has_a_number_of_its_own<T: Code + PartialEq>() {
        for (place, &name) in T::EACH.iter().enumerate() {
            assert_eq!(
                name.code(),
                i32::try_from(place).unwrap_or(0) + 1,
                "numbers are given out in order and never changed"
            );
            assert!(T::of(name.code(), "x").is_ok_and(|found| found == name));
        }
        assert!(T::of(0, "x").is_err() && T::of(-1, "x").is_err() && T::of(i32::MAX, "x").is_err());
        assert!(T::optional(0, "x").is_ok_and(|found| found.is_none()));
    }

    #[test]
    fn numbers_are_one_to_one() {
        each_has_a_number_of_its_own::<Promise>();
        each_has_a_number_of_its_own::<State>();
        each_has_a_number_of_its_own::<Kind>();
        each_has_a_number_of_its_own::<Evidence>();
        each_has_a_number_of_its_own::<Gender>();
        each_has_a_number_of_its_own::<CardStatus>();
        each_has_a_number_of_its_own::<CouponStatus>();
        each_has_a_number_of_its_own::<CouponRule>();
        each_has_a_number_of_its_own::<RateSource>();
        each_has_a_number_of_its_own::<NoticeKind>();
        each_has_a_number_of_its_own::<Resolution>();
        each_has_a_number_of_its_own::<Class>();
        each_has_a_number_of_its_own::<Movement>();
        each_has_a_number_of_its_own::<FindingKind>();
        each_has_a_number_of_its_own::<Severity>();
    }
}
