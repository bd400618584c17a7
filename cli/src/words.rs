//! What the tool says itself, in two languages. What the library says has its own.

/// English, Chinese.
pub(crate) type Words = (&'static str, &'static str);

pub(crate) const IN_USE: Words = (
    "a till has this book open: do it there, or close that program first",
    "收银软件正在使用该账本：请在收银机上办理，或先关闭收银软件",
);
pub(crate) const NO_BOOK: Words = ("which book? give --book FILE", "请用 --book 指定账本文件");
pub(crate) const NO_CONFIG: Words = (
    "this writes to the book: give the till's configuration with --config FILE",
    "此操作要写入账本，请用 --config 指定配置文件",
);
pub(crate) const NO_SUCH_FILE: Words = ("there is no such file", "没有这个文件");
pub(crate) const NO_KEY: Words =
    ("a key is 32 bytes, or 64 hexadecimal digits", "密钥文件应为 32 字节或 64 位十六进制数字");
pub(crate) const DAMAGED: Words = (
    "keep the file and its log (-wal) together; then put a backup in its place (`tillbook restore`), or save what is readable (`tillbook salvage`)",
    "请将账本文件与其日志（-wal）一起保留，然后用 tillbook restore 恢复备份，或用 tillbook salvage 抢救可读内容",
);
pub(crate) const NO_BEGINNING: Words = (
    "if it was a book, its beginning is damaged: `tillbook salvage` saves what is readable, `tillbook restore` puts a backup in its place",
    "若它原是账本，则文件头已损坏：可用 tillbook salvage 抢救可读内容，或用 tillbook restore 恢复备份",
);
pub(crate) const OTHERS_CONFIG: Words = (
    "this is not the configuration that the book was last opened with; if it is right, let the till open the book with it first",
    "此配置与账本上次使用的配置不符；若配置无误，请先由收银软件用它打开账本",
);
pub(crate) const NOTHING: Words = ("Nothing.", "无。");
pub(crate) const SYNC_CARRIES_IT: Words =
    ("`tillbook sync` carries it to the platform.", "请运行 tillbook sync 上传。");
pub(crate) const RANGE_IS_CONFIGURED: Words = (
    "the range of numbers is the configuration's: give it with --config FILE",
    "号段在配置文件中，请用 --config 指定配置文件",
);
pub(crate) const NO_CSV: Words = (
    "the list of closes has no CSV: ask for one of them, with report z NUMBER --csv",
    "日结列表没有 CSV 格式，请用 report z 编号 --csv 导出单次日结",
);
pub(crate) const REFUSES_THIS_TILL: Words = ("refuses this till", "停止服务");
pub(crate) const CSV_OR_JSON: Words = ("--csv or --json, not both", "--csv 与 --json 只能选一个");
pub(crate) const TRAINING: Words = ("TRAINING: nothing of this is real.", "培训账本：以下均非真实业务。");
