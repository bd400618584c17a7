//! What people are told, in their language: cashiers, shop owners, support staff.
//!
//! The sentences hold the figures that a person needs, and nothing personal, no secret, no path and nothing of what a remote or
//! SQLite wrote: all of that is log detail, and stands in `Display`. Technical names stand in brackets.

mod chinese;
mod concerns;
mod labels;
#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;

use crate::error::{Error, ErrorCode, Kind as Cause, TRAINING_MODE};
use crate::model::{CouponRule, CouponStatus, Refusal, State};

/// A language that people are told something in.
///
/// ```
/// use tillbook::{Language, Money, Refusal, State};
///
/// let refusal = Refusal::FloorLimit { limit: Money::from_fen(200_00), requested: Money::from_fen(300_00) };
/// assert_eq!(refusal.message(Language::Chinese), "超出单笔离线额度：每笔最多 200.00 元，本笔 300.00 元。");
/// assert_eq!(
///     refusal.message(Language::English),
///     "Offline, one operation may take at most 200.00 yuan; this one takes 300.00 yuan."
/// );
/// assert_eq!(State::Queued.label(Language::Chinese), "待上传");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Language {
    /// English.
    English,
    /// Chinese, in simplified characters.
    Chinese,
}

use Language::{Chinese, English};

impl Error {
    /// What a person is told, in whole sentences: what happened, with its figures, and what to do. `Display` is for the log.
    ///
    /// No personal data, no secret, no path. The name of a field or a setting stands in brackets.
    ///
    /// ```
    /// use tillbook::{Language, Money};
    ///
    /// let error = Money::parse_yuan("1.005").unwrap_err();
    /// assert_eq!(error.message(Language::English), "The amount [money] must have at most two decimals.");
    /// assert_eq!(error.message(Language::Chinese), "金额 [money] 最多两位小数。");
    /// ```
    #[must_use]
    pub fn message(&self, language: Language) -> String {
        let plain = || plain(self.code(), language).to_owned();
        match (self.kind(), language) {
            (Cause::Refused(refusal), _) => refusal.message(language),
            (Cause::Invalid { field, rule, .. }, English) => format!("The {} [{field}] {rule}.", english_of(field)),
            (Cause::Invalid { field, rule, .. }, Chinese) => {
                format!("{} [{field}] {}。", chinese::field(field), chinese::words(rule).unwrap_or("填写有误"))
            }
            (Cause::Config { key, rule, .. }, English) => format!("The setting [{key}] {rule}."),
            (Cause::Config { key, rule, .. }, Chinese) => {
                let rule = chinese::rule(rule).unwrap_or_else(|| "不正确".to_owned());
                format!("设置项 [{key}] {rule}，请联系技术支持。")
            }
            (Cause::Conflict { field }, English) => {
                format!(
                    "This operation's number was used before with another {} [{field}]. Take a new number.",
                    english_of(field)
                )
            }
            (Cause::Conflict { field }, Chinese) => {
                format!("该业务单号已用过，{} [{field}] 与上次不同，请更换单号。", chinese::field(field))
            }
            (Cause::LaneHeld(op_id), English) => {
                format!(
                    "An earlier operation of this member, [{op_id}], has no outcome yet. Try again later, or call the manager."
                )
            }
            (Cause::LaneHeld(op_id), Chinese) => {
                format!("该会员的前一笔业务 [{op_id}] 尚未确认，请稍后再试或请店长处理。")
            }
            (Cause::NotFound(what), English) => format!("There is no such {what}."),
            (Cause::NotFound(what), Chinese) => format!("查无此{}。", chinese::words(what).unwrap_or("记录")),
            (Cause::Unsupported(what), English) => format!("Not supported: {what}."),
            (Cause::Unsupported(what), Chinese) => {
                chinese::words(what).map_or_else(plain, |why| format!("不支持此项业务：{why}。"))
            }
            (Cause::UnknownReference(provider), English) => {
                format!("The member's number at [{provider}] is not known yet. The manager has to enter it.")
            }
            (Cause::UnknownReference(provider), Chinese) => {
                format!("该会员在会员平台 [{provider}] 的编号未知，请店长登记后再试。")
            }
            (Cause::WrongState { found, rule }, English) => {
                format!("This can't be done in the state \"{}\": {rule}.", state(found, English))
            }
            (Cause::WrongState { found, rule }, Chinese) => {
                let why = chinese::words(rule).unwrap_or("此状态下不能这样处理");
                format!("不能办理，业务状态为“{}”：{why}。", state(found, Chinese))
            }
            (Cause::RemoteRefused { code: Some(code), .. }, English) => {
                format!("The member platform refused (code [{code}]).")
            }
            (Cause::RemoteRefused { code: Some(code), .. }, Chinese) => {
                format!("会员平台拒绝了请求（代码 [{code}]）。")
            }
            (Cause::WrongMerchant(TRAINING_MODE), English) => {
                "A book for training is no live one, nor the other way about: use another file.".to_owned()
            }
            (Cause::WrongMerchant(TRAINING_MODE), Chinese) => {
                "培训账本与正式账本不能互换，请使用另一个账本文件。".to_owned()
            }
            (Cause::WrongMerchant(what), English) => {
                format!("This till's book belongs to another {what}, and holds operations that are not finished.")
            }
            (Cause::WrongMerchant(what), Chinese) => {
                let what = chinese::words(what).unwrap_or("归属");
                format!("本机账本的{what}与设置不同，且还有未完成的业务，不能启用。")
            }
            (Cause::Newer { found, known, readable: true }, English) => {
                format!(
                    "The book is of a newer release (format {found}, writable up to {known}). It can still be read, not written. Update this program."
                )
            }
            (Cause::Newer { found, known, readable: true }, Chinese) => {
                format!(
                    "账本由更新的版本写入（格式 {found}，本版本只能写到 {known}），目前只能查看、不能记账，请升级软件。"
                )
            }
            (Cause::Newer { found, known, .. }, English) => {
                format!("The book is of a newer release (format {found}, readable up to {known}). Update this program.")
            }
            (Cause::Newer { found, known, .. }, Chinese) => {
                format!("账本由更新的版本写入（格式 {found}，本版本只支持到 {known}），请升级软件。")
            }
            (
                Cause::Unreachable(_)
                | Cause::RemoteRefused { code: None, .. }
                | Cause::InUse
                | Cause::NotABook(_)
                | Cause::Poisoned
                | Cause::Closed
                | Cause::Restored(_)
                | Cause::WrongKey(_)
                | Cause::Io { .. }
                | Cause::Sqlite(_)
                | Cause::Inconsistent(_),
                _,
            ) => plain(),
        }
    }
}

/// What a code alone says.
fn plain(code: ErrorCode, language: Language) -> &'static str {
    let (english, chinese) = match code {
        ErrorCode::InvalidInput => ("An entry is not valid. Check it.", "输入有误，请检查。"),
        ErrorCode::Refused => ("Refused.", "本机拒绝了此笔业务。"),
        ErrorCode::Conflict => ("This operation's number was used before.", "该业务单号已用过，请更换单号。"),
        ErrorCode::LaneHeld => {
            ("An earlier operation of this member has no outcome yet.", "该会员的前一笔业务尚未确认。")
        }
        ErrorCode::Unreachable => (
            "The member platform can't be reached. Nothing was done; try again later.",
            "连不上会员平台，此笔未办理，请稍后再试。",
        ),
        ErrorCode::NotFound => ("There is no such record.", "查无此记录。"),
        ErrorCode::Unsupported => ("The member platform in use does not offer this.", "当前会员平台不支持此项业务。"),
        ErrorCode::WrongState => ("The operation's state does not allow this.", "该业务的状态不允许这样处理。"),
        ErrorCode::RemoteRefused => ("The member platform refused.", "会员平台拒绝了请求。"),
        ErrorCode::UnknownReference => ("The member's number is not known yet.", "该会员在会员平台的编号未知。"),
        ErrorCode::InvalidConfig => ("A setting is not valid.", "设置有误，请联系技术支持。"),
        ErrorCode::WrongMerchant => ("This till's book belongs to somebody else.", "本机账本属于其他商户或门店。"),
        ErrorCode::BookInUse => {
            ("Another program has the book open. Close it there first.", "账本正被另一个程序使用，请先关闭那个程序。")
        }
        ErrorCode::NotABook => ("The file is no book of this program.", "该文件不是本软件的账本。"),
        ErrorCode::NewerBook => ("The book is of a newer release. Update this program.", "账本版本较新，请升级软件。"),
        ErrorCode::Corrupt => {
            ("The book is damaged. Call support; nothing was changed.", "账本已损坏，未作任何改动，请联系技术支持。")
        }
        ErrorCode::NoPermission => {
            ("This program may not read or write the book. Call support.", "没有读写账本的权限，请联系技术支持。")
        }
        ErrorCode::DiskFull => (
            "The disk is full. Nothing was done; free some space and try again.",
            "磁盘已满，此笔未办理，请清理磁盘后重试。",
        ),
        ErrorCode::Storage => (
            "The book could not be read or written. Nothing was done; try again.",
            "账本读写失败，此笔未办理，请重试。",
        ),
        ErrorCode::Poisoned => ("The program failed inside. Start it again.", "软件内部出错，请重新启动。"),
        ErrorCode::Restored => (
            "The book is an older copy. Nothing is sent until the manager has confirmed it.",
            "账本是旧的副本，须由店长确认后才会继续上传。",
        ),
        ErrorCode::WrongKey => ("The book is encrypted, and the key does not fit.", "账本已加密，密钥不正确。"),
        ErrorCode::Closed => ("The till is closed. Open it again.", "会员功能已关闭，请重新打开。"),
    };
    pick(language, english, chinese)
}

impl Refusal {
    /// What a person is told: why the till says no, with its figures. Reasons that people wrote are left out, since they may
    /// name somebody.
    ///
    /// ```
    /// use tillbook::{Language, Refusal};
    /// let refusal = Refusal::BaseTooOld { limit_s: 86_400, age_s: 90_000 };
    /// assert_eq!(
    ///     refusal.message(Language::English),
    ///     "The balance was last confirmed 25 h ago, at most 24 h are allowed. Go online first."
    /// );
    /// assert_eq!(refusal.message(Language::Chinese), "余额是 25 小时前的，最多允许 24 小时，请先联网。");
    /// ```
    #[must_use]
    pub fn message(&self, language: Language) -> String {
        let at_most = |seconds: u64| span(seconds, language, Rounded::Down);
        let more = |seconds: u64| span(seconds, language, Rounded::Up);
        match (self, language) {
            (Refusal::ExceptionList { .. }, English) => {
                "The card is on this till's exception list. Call the manager.".into()
            }
            (Refusal::ExceptionList { .. }, Chinese) => "该卡在本机的停用名单中，请找店长处理。".into(),
            (Refusal::CardBlocked, English) => "The card is reported lost or blocked.".into(),
            (Refusal::CardBlocked, Chinese) => "该会员卡已挂失或冻结。".into(),
            (Refusal::CardClosed, English) => "The card is closed, replaced or unknown.".into(),
            (Refusal::CardClosed, Chinese) => "该会员卡已注销、换卡或不存在。".into(),
            (Refusal::Coupon { rule, detail }, English) => {
                format!("The coupon can't be used: {}.", coupon(*rule, detail, English))
            }
            (Refusal::Coupon { rule, detail }, Chinese) => {
                format!("优惠券不能使用：{}。", coupon(*rule, detail, Chinese))
            }
            (Refusal::NothingToReturn { state: found }, English) => {
                format!("There is nothing to return in the state \"{}\".", state(found, English))
            }
            (Refusal::NothingToReturn { state: found }, Chinese) => {
                format!("没有可退的内容：原业务状态为“{}”。", state(found, Chinese))
            }
            (Refusal::OpeningRefused { op_id }, English) => {
                format!("The opening of this card, [{op_id}], was refused. Call the manager.")
            }
            (Refusal::OpeningRefused { op_id }, Chinese) => {
                format!("该卡的开卡业务 [{op_id}] 已被会员平台拒绝，请找店长处理。")
            }
            (Refusal::NumbersExhausted { size }, English) => {
                format!("All {size} card numbers of this till are used up. Call the manager.")
            }
            (Refusal::NumbersExhausted { size }, Chinese) => {
                format!("本机的 {size} 个卡号已全部用完，请找店长处理。")
            }
            (Refusal::CardExists, English) => "The card number is taken. Take another one.".into(),
            (Refusal::CardExists, Chinese) => "该卡号已被使用，请换一个卡号。".into(),
            (Refusal::FloorLimit { limit, requested }, English) => {
                format!("Offline, one operation may take at most {limit} yuan; this one takes {requested} yuan.")
            }
            (Refusal::FloorLimit { limit, requested }, Chinese) => {
                format!("超出单笔离线额度：每笔最多 {limit} 元，本笔 {requested} 元。")
            }
            (Refusal::CardLimit { limit, used, requested }, English) => {
                format!(
                    "Offline limit of the card: {limit} yuan, {used} yuan in use; this operation takes {requested} yuan."
                )
            }
            (Refusal::CardLimit { limit, used, requested }, Chinese) => {
                format!("超出该卡离线额度：最多 {limit} 元，已用 {used} 元，本笔 {requested} 元。")
            }
            (Refusal::PhoneLimit { limit, used, requested }, English) => {
                format!(
                    "Offline limit of the phone number: {limit} yuan, {used} yuan in use; this operation takes {requested} yuan."
                )
            }
            (Refusal::PhoneLimit { limit, used, requested }, Chinese) => {
                format!("超出该手机号离线额度：最多 {limit} 元，已用 {used} 元，本笔 {requested} 元。")
            }
            (Refusal::OutageLimit { limit, used, requested }, English) => {
                format!(
                    "Offline limit of this till: {limit} yuan, {used} yuan in use; this operation takes {requested} yuan."
                )
            }
            (Refusal::OutageLimit { limit, used, requested }, Chinese) => {
                format!("超出本机离线额度：最多 {limit} 元，已用 {used} 元，本笔 {requested} 元。")
            }
            (Refusal::OutageOperations { limit, used }, English) => {
                format!(
                    "This till may have {limit} operations open that were approved offline; {used} are. Go online first."
                )
            }
            (Refusal::OutageOperations { limit, used }, Chinese) => {
                format!("本机离线笔数已满：最多 {limit} 笔，已有 {used} 笔待确认，请先联网。")
            }
            (Refusal::OutageRecharges { limit, used }, English) => {
                format!("This till may have {limit} offline recharges open; {used} are. Go online first.")
            }
            (Refusal::OutageRecharges { limit, used }, Chinese) => {
                format!("本机离线充值笔数已满：最多 {limit} 笔，已有 {used} 笔待确认，请先联网。")
            }
            (Refusal::OutageRechargeMoney { limit, used, requested }, English) => {
                format!(
                    "Offline recharges of this till: {limit} yuan at most, {used} yuan open; this one is {requested} yuan."
                )
            }
            (Refusal::OutageRechargeMoney { limit, used, requested }, Chinese) => {
                format!("超出本机离线充值额度：最多 {limit} 元，已充 {used} 元待确认，本笔 {requested} 元。")
            }
            (Refusal::OutageNewCards { limit, used }, English) => {
                format!("This till may have {limit} cards open that were opened offline; {used} are. Go online first.")
            }
            (Refusal::OutageNewCards { limit, used }, Chinese) => {
                format!("本机离线开卡数已满：最多 {limit} 张，已有 {used} 张待确认，请先联网。")
            }
            (Refusal::PolicyExpired { over_s, .. }, English) => {
                let ago = more(*over_s);
                format!("This till's offline policy ended {ago} ago. Go online, or call the manager for a new one.")
            }
            (Refusal::PolicyExpired { over_s, .. }, Chinese) => {
                format!("本机的离线额度设置已过期 {}，请先联网或请店长更新设置。", more(*over_s))
            }
            (Refusal::BaseTooOld { limit_s, age_s }, English) => {
                let (age, limit) = (more(*age_s), at_most(*limit_s));
                format!("The balance was last confirmed {age} ago, at most {limit} are allowed. Go online first.")
            }
            (Refusal::BaseTooOld { limit_s, age_s }, Chinese) => {
                format!("余额是 {}前的，最多允许 {}，请先联网。", more(*age_s), at_most(*limit_s))
            }
            (Refusal::UnknownCard, English) => {
                "This till has never seen the card; offline it can't be used here.".into()
            }
            (Refusal::UnknownCard, Chinese) => "本机没有该会员卡的资料，离线时不能使用。".into(),
            (Refusal::ClockBehind { limit_s, behind_s }, English) => {
                let (behind, limit) = (more(*behind_s), at_most(*limit_s));
                format!(
                    "This till's clock is {behind} behind, at most {limit} are allowed. Set the clock or go online."
                )
            }
            (Refusal::ClockBehind { limit_s, behind_s }, Chinese) => {
                format!("本机时间慢了 {}，最多允许 {}，请校准时间或先联网。", more(*behind_s), at_most(*limit_s))
            }
            (Refusal::NeverFetched { what }, English) => {
                let what = if chinese::words(what).is_some() { what } else { "data of the member platform" };
                format!("The {what} were never loaded. The till has to be online once.")
            }
            (Refusal::NeverFetched { what }, Chinese) => {
                format!("尚未下载{}，请先联网一次。", chinese::words(what).unwrap_or("会员平台的资料"))
            }
            (Refusal::InsufficientFunds { available, requested }, English) => {
                format!("The stored value does not suffice: {available} yuan available, {requested} yuan needed.")
            }
            (Refusal::InsufficientFunds { available, requested }, Chinese) => {
                format!("储值余额不足：可用 {available} 元，需要 {requested} 元。")
            }
            (Refusal::InsufficientPoints { available, requested }, English) => {
                format!("The points do not suffice: {available} available, {requested} needed.")
            }
            (Refusal::InsufficientPoints { available, requested }, Chinese) => {
                format!("积分不足：可用 {available} 分，需要 {requested} 分。")
            }
        }
    }
}

/// Why a rule does not let a coupon pass. `detail` is what the rule was judged by; figures and statuses are taken from it, foreign
/// text is not.
fn coupon(rule: CouponRule, detail: &str, language: Language) -> String {
    let figures = detail.split_once(" of ").filter(|(has, needs)| is_amount(has) && is_amount(needs));
    match (rule, language) {
        (CouponRule::Known, _) => pick(language, "the member has no such coupon", "该会员没有这张券").into(),
        (CouponRule::Status, English) => format!("it is {}", coupon_status(detail, English)),
        (CouponRule::Status, Chinese) => format!("券状态为“{}”", coupon_status(detail, Chinese)),
        (CouponRule::NotUsedHere, _) => pick(language, "it has been used at this till", "本机已使用过这张券").into(),
        (CouponRule::Time, _) if detail == "not begun" => {
            pick(language, "its time has not begun", "未到使用时间").into()
        }
        (CouponRule::Time, _) => pick(language, "its time is over", "已过有效期").into(),
        (CouponRule::Minimum, _) => match (figures, language) {
            (Some((has, needs)), English) => format!("the order comes to {has} yuan of at least {needs} yuan"),
            (Some((has, needs)), Chinese) => format!("订单 {has} 元，满 {needs} 元才能用"),
            (None, _) => pick(language, "the order does not reach its minimum", "未达到最低消费").into(),
        },
        (CouponRule::Store, _) => pick(language, "it is not for this store", "不适用于本门店").into(),
        (CouponRule::Items, _) => {
            pick(language, "nothing in the order is what it is for", "订单中没有适用的商品").into()
        }
        (CouponRule::Offline, _) => pick(language, "it can't be used offline", "离线时不能使用").into(),
    }
}

fn is_amount(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b"-.".contains(&b))
}

fn coupon_status(stored: &str, language: Language) -> &'static str {
    stored.parse::<CouponStatus>().map_or(pick(language, "not valid", "无效"), |status| status.label(language))
}

fn state(stored: &str, language: Language) -> &'static str {
    stored.parse::<State>().map_or(pick(language, "in another state", "其他"), |state| state.label(language))
}

fn pick(language: Language, english: &'static str, chinese: &'static str) -> &'static str {
    match language {
        English => english,
        Chinese => chinese,
    }
}

/// A field of a request, as an English sentence calls it. The name itself stands beside it.
fn english_of(field: &str) -> &'static str {
    match field {
        "amount" | "money" | "total" | "minimum" => "amount",
        "phone" => "phone number",
        "card" => "card number",
        "op_id" => "operation number",
        "supervisor" => "supervisor",
        "reason" => "reason",
        "list" => "list",
        _ => "entry",
    }
}

/// Which way a span is rounded: a limit down and what exceeds it up, so that the two never look the same.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rounded {
    Up,
    Down,
}

/// Seconds as people say it: below two minutes in seconds, below three days in hours and minutes, then in days and hours.
fn span(seconds: u64, language: Language, rounded: Rounded) -> String {
    let (day, hour, minute) = match language {
        English => ("d", "h", "min"),
        Chinese => ("天", "小时", "分钟"),
    };
    let of = |unit: u64| if rounded == Rounded::Up { seconds.div_ceil(unit) } else { seconds / unit };
    let (many, few, (many_name, few_name)) = match seconds {
        0..120 => return format!("{seconds} {}", pick(language, "s", "秒")),
        120..259_200 => (of(60) / 60, of(60) % 60, (hour, minute)),
        _ => (of(3600) / 24, of(3600) % 24, (day, hour)),
    };
    match (many, few) {
        (0, few) => format!("{few} {few_name}"),
        (many, 0) => format!("{many} {many_name}"),
        (many, few) => format!("{many} {many_name} {few} {few_name}"),
    }
}
