//! What speaks against closing, for people.

use super::Language::{self, Chinese, English};
use crate::clock::Timestamp;
use crate::model::Concern;

impl Concern {
    /// What a person is told, in a whole sentence.
    ///
    /// ```
    /// use tillbook::{Concern, Language};
    /// let concern = Concern::Notices { notices: 2 };
    /// assert_eq!(concern.message(Language::English), "2 notifications are not acknowledged.");
    /// assert_eq!(concern.message(Language::Chinese), "有 2 条提醒未处理。");
    /// ```
    #[must_use]
    pub fn message(&self, language: Language) -> String {
        match (self, language) {
            (Concern::BeingSent { operations, money }, English) => {
                format!("{operations} requests are under way ({money} yuan): wait until they have ended.")
            }
            (Concern::BeingSent { operations, money }, Chinese) => {
                format!("有 {operations} 笔业务（{money} 元）正在上传，请等待完成。")
            }
            (Concern::NotFinished { class, operations, money }, English) => {
                format!("{operations} operations ({money} yuan) are not finished: {}.", class.label(English))
            }
            (Concern::NotFinished { class, operations, money }, Chinese) => {
                format!("有 {operations} 笔业务（{money} 元）未完成：{}。", class.label(Chinese))
            }
            (Concern::NotConfirmed { operations, money }, English) => {
                format!("{operations} operations ({money} yuan) are accepted, but no balance has shown them yet.")
            }
            (Concern::NotConfirmed { operations, money }, Chinese) => {
                format!("有 {operations} 笔业务（{money} 元）平台已入账，余额尚未核对。")
            }
            (Concern::Notices { notices }, English) => format!("{notices} notifications are not acknowledged."),
            (Concern::Notices { notices }, Chinese) => format!("有 {notices} 条提醒未处理。"),
            (Concern::DayNotClosed { lines }, English) => format!("{lines} lines of the book are in no day's close."),
            (Concern::DayNotClosed { lines }, Chinese) => format!("有 {lines} 条记录未日结。"),
            (Concern::NoBackup, English) => "There is no backup of the book.".into(),
            (Concern::NoBackup, Chinese) => "账本没有备份。".into(),
            (Concern::BackupOld { made_at }, English) => {
                format!("The last backup, of {}, does not hold everything.", moment(*made_at))
            }
            (Concern::BackupOld { made_at }, Chinese) => {
                format!("最近的备份（{}）不完整，之后又有新的记录。", moment(*made_at))
            }
        }
    }
}

fn moment(at: Timestamp) -> String {
    let text = format!("{at:?}");
    text.get(..16).map_or_else(|| text.clone(), |minute| format!("{} UTC", minute.replace('T', " ")))
}
