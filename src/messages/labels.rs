//! Short names, for a line of a list or the state on a slip.

use super::Language;
use crate::model::{
    Class, CouponRule, CouponStatus, Evidence, FindingKind, Kind, Movement, NoticeKind, Promise, Severity, State,
};
use crate::sync::Resolution;

/// The match is exhaustive: a variant without its words does not compile.
macro_rules! labels {
    ($($(#[$example:meta])* $name:ident { $($variant:ident => $english:literal, $chinese:literal;)+ })+) => {$(
        impl $name {
            /// A short name for people, in their language. The one for programs is `as_str`.
            $(#[$example])*
            #[must_use]
            pub fn label(self, language: Language) -> &'static str {
                let (english, chinese) = match self { $($name::$variant => ($english, $chinese)),+ };
                super::pick(language, english, chinese)
            }
        }
    )+};
}

labels! {
    ///
    /// ```
    /// use tillbook::{Language, Promise};
    /// assert_eq!(Promise::OfflineApproved.label(Language::Chinese), "离线通过");
    /// ```
    Promise {
        OnlineApproved => "approved", "已通过";
        OfflineApproved => "approved offline", "离线通过";
        Declined => "declined", "已拒绝";
        InDoubt => "outcome unknown", "结果未知";
        Cancelled => "cancelled", "已取消";
    }

    ///
    /// ```
    /// use tillbook::{Language, State};
    /// assert_eq!(State::Parked.label(Language::Chinese), "挂起，待处理");
    /// ```
    State {
        Queued => "waiting to be sent", "待上传";
        Sending => "being sent", "上传中";
        InDoubt => "outcome unknown", "结果未知";
        Applied => "confirmed", "已确认";
        Settled => "settled", "已入账";
        Declined => "declined", "已拒绝";
        Rejected => "refused afterwards, owed", "事后被拒，待处理";
        Voided => "voided", "已撤销";
        Superseded => "superseded", "已被覆盖";
        Reversing => "being undone", "冲正中";
        Reversed => "undone", "已冲正";
        Parked => "waiting for a decision", "挂起，待处理";
        WrittenOff => "written off", "已作损失处理";
    }

    ///
    /// ```
    /// use tillbook::{Language, NoticeKind};
    /// assert_eq!(NoticeKind::LimitsNear.label(Language::Chinese), "离线额度即将用完");
    /// ```
    NoticeKind {
        Rejected => "Approved offline, refused afterwards", "离线通过的业务事后被拒";
        Parked => "An operation waits for a decision", "业务挂起，待处理";
        Variance => "The figures differ from those promised", "金额与承诺的不一致";
        Shortfall => "The card did not cover it in full", "卡内余额不够扣";
        ChargedWithoutSale => "Charged without a sale", "未成交但已扣款";
        Superseded => "Changed by somebody else", "资料已被他人修改";
        Orphans => "Opening refused, operations wait behind it", "开卡被拒，后续业务待处理";
        ProviderHalted => "The member platform refuses this till", "会员平台停止为本机服务";
        LimitsNear => "The offline limits are nearly used up", "离线额度即将用完";
        Contradiction => "The outcome contradicts an earlier one", "结果前后矛盾";
        StaleSnapshot => "The platform's figures went backwards", "会员平台的数据倒退";
        SameMember => "Two cards are one member", "两张卡属于同一会员";
        Unexplained => "A change that nobody here made", "来源不明的变动";
        NumbersNear => "The card numbers are nearly used up", "卡号即将用完";
        Restored => "The book is an older copy", "账本是旧的副本";
        HighWater => "The high-water file can't be written", "高水位文件写入失败";
    }

    ///
    /// ```
    /// use tillbook::{Kind, Language};
    /// assert_eq!(Kind::Recharge.label(Language::Chinese), "储值充值");
    /// ```
    Kind {
        OpenCard => "card opening", "开卡";
        Register => "registration", "会员注册";
        Modify => "change of data", "修改资料";
        Recharge => "recharge", "储值充值";
        Consume => "payment by card", "储值消费";
        AccruePoints => "points granted", "积分累计";
        RedeemPoints => "points redeemed", "积分抵扣";
        AdjustPoints => "points corrected", "积分调整";
        ReturnPoints => "points returned", "积分退回";
        CarryOverPoints => "points carried over", "积分结转";
        UpdatePoints => "points changed", "积分变更";
        ReturnPointsOfOrder => "points of an order returned", "整单积分退回";
        RedeemCoupon => "coupon used", "优惠券核销";
        GiveCoupon => "coupon given", "发放优惠券";
        SetCouponStatus => "coupon's status changed", "变更券状态";
        AddCouponTemplate => "coupon template added", "新增券模板";
        PushOrder => "order", "上传订单";
        ReturnOrder => "return", "订单退货";
    }

    ///
    /// ```
    /// use tillbook::{Language, Resolution};
    /// assert_eq!(Resolution::SendAgain.label(Language::Chinese), "重新上传");
    /// ```
    Resolution {
        WasApplied => "the platform has it", "平台已入账";
        WasNotApplied => "the platform does not have it", "平台未入账";
        SendAgain => "send again", "重新上传";
        WriteOff => "write off", "作损失处理";
    }

    ///
    /// ```
    /// use tillbook::{Evidence, Language};
    /// assert_eq!(Evidence::Inferred.label(Language::Chinese), "推断");
    /// ```
    Evidence {
        Proven => "proven", "已证实";
        Inferred => "inferred", "推断";
        Person => "said by a person", "人工确认";
    }

    ///
    /// ```
    /// use tillbook::{CouponRule, Language};
    /// assert_eq!(CouponRule::Minimum.label(Language::Chinese), "最低消费");
    /// ```
    CouponRule {
        Known => "known", "券存在";
        Status => "status", "券状态";
        NotUsedHere => "not used here", "本机未用过";
        Time => "time", "有效期";
        Minimum => "minimum", "最低消费";
        Store => "store", "适用门店";
        Items => "items", "适用商品";
        Offline => "offline", "离线可用";
    }

    ///
    /// ```
    /// use tillbook::{Class, Language};
    /// assert_eq!(Class::Rejected.label(Language::Chinese), "事后被拒");
    /// ```
    Class {
        Accepted => "accepted", "已入账";
        OnItsWay => "on its way", "待上传";
        InDoubt => "outcome unknown", "结果未知";
        Parked => "waiting for a decision", "待处理";
        Rejected => "refused afterwards", "事后被拒";
        WrittenOff => "written off", "已作损失处理";
        Declined => "declined", "已拒绝";
        Cancelled => "cancelled", "已取消";
        Undone => "undone", "已冲正";
        Superseded => "superseded", "已被覆盖";
    }

    ///
    /// ```
    /// use tillbook::{FindingKind, Language};
    /// assert_eq!(FindingKind::Chain.label(Language::Chinese), "链码不符");
    /// ```
    FindingKind {
        Database => "damaged file", "文件损坏";
        Reference => "reference to nothing", "关联缺失";
        Schema => "other tables", "表结构不符";
        Unreadable => "unreadable", "无法读取";
        Seal => "figures changed from outside", "账户数据被外部改动";
        Effect => "other effect than told", "影响与承诺不符";
        State => "state that can't be", "状态矛盾";
        Promise => "promise", "承诺缺失或多余";
        EntryMissing => "line missing", "缺少记录";
        EntryExtra => "line too many", "多余记录";
        EntryDiffers => "line differs", "记录不符";
        Money => "figures don't add up", "金额不平";
        Card => "of another card", "卡号不符";
        ReceiptNo => "receipt number", "小票编号不符";
        Chain => "chain broken", "链码不符";
        Lane => "queue stands elsewhere", "队列位置不符";
        Coupon => "coupon used twice", "优惠券重复使用";
        Time => "time that can't be", "时间矛盾";
    }

    ///
    /// ```
    /// use tillbook::{Language, Severity};
    /// assert_eq!(Severity::Error.label(Language::Chinese), "错误");
    /// ```
    Severity {
        Note => "note", "提示";
        Error => "error", "错误";
    }

    ///
    /// ```
    /// use tillbook::{Language, Movement};
    /// assert_eq!(Movement::Void.label(Language::Chinese), "撤销");
    /// ```
    Movement {
        Made => "made", "办理";
        Void => "voided", "撤销";
        WriteOff => "written off", "损失处理";
        WithoutApproval => "without approval", "未承诺";
        Retarget => "moved to another card", "改卡";
    }

    ///
    /// ```
    /// use tillbook::{CouponStatus, Language};
    /// assert_eq!(CouponStatus::Used.label(Language::Chinese), "已使用");
    /// ```
    CouponStatus {
        Invalid => "not valid", "已失效";
        Valid => "valid", "可用";
        Used => "used", "已使用";
        InUse => "in use", "使用中";
        NotStarted => "not started", "未生效";
    }
}
