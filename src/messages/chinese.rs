//! The Chinese for what errors carry in English: fields, rules, things.

/// A field of a request, as people call it.
pub(super) fn field(name: &str) -> &'static str {
    match name {
        "after" => "续查位置",
        "amount" | "money" => "金额",
        "birthday" => "生日",
        "card" | "cards" => "卡号",
        "code" => "会员码",
        "coupon" => "优惠券",
        "date" => "日期",
        "delivery" => "办理方式",
        "discountable" => "可折扣金额",
        "effect" => "优惠内容",
        "gender" => "性别",
        "id" => "编号",
        "kind" => "业务类型",
        "level" => "会员等级",
        "limit" => "条数",
        "lines" => "商品明细",
        "list" => "名单",
        "minimum" => "最低消费",
        "name" => "姓名",
        "note" => "备注",
        "op_id" => "业务单号",
        "operator" => "收银员",
        "order" => "订单号",
        "original" => "原业务",
        "page" => "页码",
        "page_size" => "每页条数",
        "pay_type" => "支付方式",
        "phone" => "手机号",
        "points" => "积分",
        "provider" => "会员平台",
        "reason" => "原因",
        "reference" => "会员编号",
        "rules" => "使用规则",
        "scope" => "适用范围",
        "search" => "查找内容",
        "sms_code" => "短信验证码",
        "supervisor" => "主管",
        "template" => "券模板",
        "text" => "查找内容",
        "ticket" => "小票号",
        "to" => "截止卡号",
        "total" => "总金额",
        "until" => "结束时间",
        "validity" => "有效期",
        "who" => "操作人",
        "why" => "原因",
        _ => "输入项",
    }
}

/// The Chinese for a rule of the configuration, some of which hold figures or names.
pub(super) fn rule(english: &str) -> Option<String> {
    let after = |front: &str| english.strip_prefix(front);
    if let Some(known) = words(english) {
        return Some(known.to_owned());
    }
    // What a secret was looked up by stands after the rule.
    if let Some((known, name)) = english.split_once(": ").and_then(|(rule, name)| Some((words(rule)?, name))) {
        return Some(format!("{known}：[{name}]"));
    }
    if let Some(names) = after("must be one of ") {
        return Some(format!("须为以下之一：{}", names.replace(", ", "、")));
    }
    if let Some((line, column)) =
        after("must be valid JSON, and is not at line ").and_then(|at| at.split_once(", column "))
    {
        return Some(format!("不是有效的 JSON（第 {line} 行第 {column} 列）"));
    }
    if let Some(why) = after("can't be read: ") {
        // Of a secret's file its name stands behind the reason.
        return Some(
            why.split_once(": ").map_or_else(|| "无法读取".to_owned(), |(_, name)| format!("无法读取：[{name}]")),
        );
    }
    let range = ["must be a whole number from ", "must be ", "must have an operation of ", "must have a business of "];
    let (least, most) = range.iter().find_map(|front| after(front)?.split_once(" to "))?;
    let figure = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    (figure(least) && figure(most)).then(|| format!("须为 {least} 到 {most}"))
}

/// The Chinese for a rule or a thing that an error names in English.
pub(super) fn words(english: &str) -> Option<&'static str> {
    Some(match english {
        // Rules of a request.
        "is not known" => "不存在",
        "is too large" => "过大",
        "is too long" => "过长",
        "must not be empty" => "不能为空",
        "must hold no control characters" => "不能含有控制字符",
        "must hold no white space and no control characters" => "不能含有空格或控制字符",
        "must be 1 to 32 characters" => "须为 1 到 32 个字符",
        "must be 1 to 64 visible ASCII characters" => "须为 1 到 64 个字母、数字或符号",
        "must be 1 to 128 visible ASCII characters" => "须为 1 到 128 个字母、数字或符号",
        "must be 5 to 20 digits with an optional plus" => "须为 5 到 20 位数字，前面可加“+”",
        "must be a date as YYYY-MM-DD, from 1900 on" => "须为“年-月-日”格式，如 1990-08-01，且不早于 1900 年",
        "must be a date as YYYY-MM-DD" => "须为“年-月-日”格式，如 2026-03-01",
        "must not be a book, or a file that belongs to one" => "不能是账本或其附属文件",
        "must not be a day to come" => "不能晚于今天",
        "must be a day with something that no close covers" => "该日已日结，没有新的记录",
        "must be above zero" => "须大于零",
        "must be at most 100,000,000.00" => "不能超过 100,000,000.00 元",
        "must be yuan in plain digits" => "须为以元为单位的数字",
        "must have at most two decimals" => "最多两位小数",
        "must be between zero and the total" => "须在零与总金额之间",
        "must be given" | "must be given, since the platform computes none" => "必须填写",
        "must be given: how many there were is not known" => "必须填写，原积分数未知",
        "must be given for a part, since the platform computes by it" => "部分退回时必须填写",
        "must be given where the remote's lines are asked for" => "查询会员平台记录时必须填写",
        "must be given, since the platform requires a nickname" => "必须填写，会员平台要求昵称",
        "must be checked by a call of its own, since registering does not" => "须先单独验证",
        "or an amount must be given" => "与金额至少填写一项",
        "or another field must be given" => "等资料至少填写一项",
        "must be at least one and at most 1,000,000,000,000" => "须为 1 到 1,000,000,000,000",
        "must be at most 1,000,000,000,000 and not negative" => "须为 0 到 1,000,000,000,000",
        "must not be zero, and at most 1,000,000,000,000 either way" => "不能为零，增减最多 1,000,000,000,000",
        "must be at most what is left of the operation" => "不能超过原业务的剩余部分",
        "must be at most what is left of the order" => "不能超过订单的剩余金额",
        "must be above zero: all of it came back already" => "须大于零：该订单已全部退回",
        "must be an operation of this card" => "须是该卡的业务",
        "must be an operation that can be undone so" => "不是可以这样退回的业务",
        "must be one code" | "must be one code, without a comma" => "只能填写一个券码",
        "must be a configured remote" => "须是已设置的会员平台",
        "must time out within 600 s" => "等待时间不能超过 600 秒",
        "must be at least 1" => "不能小于 1",
        "must be a name of which no file, log or leftover exists yet" => {
            "须为新文件名，且同名文件、日志和残留文件都不存在"
        }
        "operations of the card are open or wait for a person" => "该卡还有未完成或待处理的操作",
        "must be at least 16 bytes" => "不能少于 16 字节",
        "must be 1 to 200" => "须为 1 到 200",
        "must be at most 1,000,000 cards" => "不能超过 1,000,000 张卡",
        "must be at most 100" => "不能超过 100",
        "must be at most 500" => "不能超过 500",
        "must be at most 1,000,000" => "最多 1,000,000 个",
        "must be at most 1,000,000 numbers away" => "与起始卡号最多相隔 1,000,000 个",
        "must differ from the first number in its last digits only" => "与起始卡号只能末尾数字不同，且位数相同",
        "must not come before the first number" => "不能小于起始卡号",
        "must be what an earlier call for the same cards returned" => "须为同一批卡上次返回的位置",
        "must come to the amount" => "合计须等于金额",
        "must not come to more than the amount" => "合计不能超过金额",
        "must have amounts from zero to 100,000,000.00" => "各行金额须为 0 到 100,000,000.00 元",
        "must have points from zero on" => "各行积分不能为负",
        "must have quantities above zero, at most 1,000,000, with at most 4 decimals" => {
            "各行数量须大于零，不超过 1,000,000，最多四位小数"
        }
        "must not return more of an item than was sold" => "退货数量不能超过售出数量",
        "must be from zero to 100,000,000.00" => "须为 0 到 100,000,000.00 元",
        "must be whole yuan, since that is the unit of fees" => "须为整元",
        "must be a whole percentage, 1 to 99" => "须为 1 到 99 的整数百分比",
        "must be limited to items or to categories, not to both" => "商品和分类只能限定一种",
        "must be from 1 to 3660 days" => "须为 1 到 3660 天",
        "must end after it begins" => "结束时间须晚于开始时间",
        "must be from 1970 to 9999" => "须在 1970 年到 9999 年之间",
        // Settings that are missed only when they are needed, and what a configuration is first checked for.
        "must be set before points are changed so" | "must be set before points are changed" => "未设置，不能变更积分",
        "must be set before coupons are used" => "未设置，不能使用优惠券",
        "must be set before numbers are given out" => "未设置，不能自动分配卡号",
        "must have at most 18 digits" => "最多 18 位数字",
        "must not be above last" => "不能大于 last",
        "must be enough for last, and at most 32" => "须够写下 last，且不超过 32",
        "must leave room: a card's number has at most 32 characters" => "过长：卡号最多 32 个字符",
        "is no setting" => "不是有效的设置项",
        "must be given once" => "重复出现",
        "must be a string" => "须为文本",
        "must be true or false" => "须为 true 或 false",
        "must be a whole number" => "须为整数",
        "must be a whole number, not negative" => "须为非负整数",
        "must be a decimal number" => "须为数字",
        "must be a list" => "须为列表",
        "must be an object" => "须为对象",
        "must be UTF-8" | "must be UTF-8, and is UTF-16" | "must be UTF-8, and looks like GBK" => "须以 UTF-8 编码保存",
        "must be a pair: a name and a value" => "须为名称和值各一项",
        "must have no further items" => "多出了内容",
        "must be of another kind" => "类型不对",
        "must be the secret itself, not its mask" => "须为密钥本身，不能是掩码",
        "must hold no NUL" => "不能含有空字符",
        "must be the secret or one of env, file, host" => "须为密钥本身，或 env、file、host 之一",
        "must be set in the environment" => "环境变量未设置",
        "must be known to the host" => "收银程序未提供该密钥",
        "must be resolved by the host, which gave no source" => "须由收银程序提供密钥",
        "must be resolved, as Config::from_json does" => "密钥尚未取得",
        "must name a file by its full path" => "须为文件的完整路径",
        "must be at most 64 KiB" => "不能超过 64 KiB",
        "must hold names of hosts, without port or path" => "须为主机名列表，不含端口和路径",
        "must be this machine or one of training_hosts in a training book" => {
            "培训账本只能连接本机或 training_hosts 中的主机"
        }
        "must not be one of training_hosts in a live book" => "正式账本不能连接培训主机",
        "must be at most 1 MiB" => "不能超过 1 MiB",
        "must be 1 to 64 characters without control characters" => "须为 1 到 64 个字符，不含控制字符",
        "must be within 14 hours" => "须在 14 小时以内",
        "must be below 1440" => "须小于 1440",
        "must be at least backoff_ms" => "不能小于 backoff_ms",
        "must be at least the limit that it lifts" => "不能小于所放宽的限额",
        "must be a time as 2027-01-31T23:59:59+08:00" => "须为时间，如 2027-01-31T23:59:59+08:00",
        "must not be negative" => "不能为负",
        "must name each level once" => "每个等级须且只能出现一次",
        "must not take points for a payment" => "消费不能扣减积分",
        "must be above 0 and at most 1" => "须大于 0 且不超过 1",
        "or another remote system must be configured" => "等会员平台至少设置一个",
        "must name a configured remote that serves this" => "须为已设置且支持该业务的会员平台",
        "must say which remote: more than one could" => "须指明由哪个会员平台办理",
        "must name a file" => "须为文件名",
        "must be given: this build has none of its own (feature `http`)" => "必须提供：此版本没有自带网络功能",
        "must be true, or the host must supply tokens: the quota of its calls is for one till" => {
            "须为 true，否则须由收银软件提供令牌"
        }
        "must be a key" => "须为密钥",
        "must not hold 100, 21 or 500" => "不能包含 100、21 或 500",
        "must be given unless unsigned is set" => "必须填写，除非设置了 unsigned",
        "must not be set beside a private_key" => "不能与 private_key 同时设置",
        "must be an RSA key of 2048 bits or more, PKCS#8 in PEM, not encrypted" => {
            "须为 2048 位以上的 RSA 私钥，PKCS#8 的 PEM 格式，不加密"
        }
        "must be a public RSA key of 2048 bits or more in PEM" => "须为 2048 位以上的 RSA 公钥，PEM 格式",
        "must hold {phone}, {card} or {key}, and no other braces" => "须含 {phone}、{card} 或 {key}，且不含其他花括号",
        "must be five digits joined by #, each 1 or 2" => "须为以 # 连接的五个数字，每个为 1 或 2",
        "must not be empty where it is given" => "填写时不能为空",
        "must name methods that the platform has" => "须为会员平台已有的方法",
        "must hold no empty message" => "不能含有空内容",
        "must be above zero and not the code of success" => "须大于零，且不能是成功代码",
        "must begin with http:// or https://" => "须以 http:// 或 https:// 开头",
        "must begin with https:// unless allow_plain_http is set" => "须以 https:// 开头，除非设置了 allow_plain_http",
        "must hold no query, no fragment and no characters outside of a path" => "不能含有问号、井号或路径以外的字符",
        "must hold a host and nothing else in front of its path but a port" => "路径前只能有主机名和端口",
        "must be visible ASCII without spaces at its ends" => "须为字母、数字或符号，首尾不能有空格",
        "must have names that HTTP allows" => "名称须为合法的 HTTP 字段名",
        "must not replace a field that every request has" => "不能替换每个请求自带的字段",
        "must not be empty and hold no control characters" => "不能为空，且不能含有控制字符",
        "must be a path with a slash in front, without a query" => "须为以斜杠开头的路径，不带参数",
        "must not hold a code whose meaning is known" => "不能包含含义已知的代码",
        // Backups and the high-water file.
        "must not exist yet" => "不能是已存在的文件",
        "must not have another file's log beside it" => "旁边不能有其他文件留下的同名日志",
        "must not be the book itself" => "不能是账本自身",
        "must not be a file that a backup is no replacement for" => "不能是备份无法代替的文件",
        "must be in a folder that exists" => "所在文件夹必须存在",
        "must be outside of the book's folder" => "不能在账本所在的文件夹内",
        "must not be a file of another kind" => "不能是其他类型的已有文件",
        "must be a high-water file, or not be there yet" => "须为高水位文件，或尚不存在",
        "must not be another book's" => "不能是其他账本的文件",
        "must be of the same book as the high-water file" => "须与高水位文件属于同一账本",
        "must be of the same book as the one it replaces" => "须与被替换的账本为同一账本",
        "the book is not encrypted" => "账本未加密",
        "an encrypted book can't be salvaged" => "加密账本无法抢救",
        "can't be used: the SQLite that is linked has no cipher" => "无法使用，软件缺少加密组件",
        "must be 32 bytes" => "须为 32 字节",
        "must not be given: this build has no encryption (feature `encryption`)" => "本软件未启用加密功能，不能填写",
        // Why an operation's state does not allow something.
        "it does not wait for a decision" => "该业务不在待处理状态",
        "nothing was promised, so it is never sent again" => "未曾承诺顾客，不会重新上传",
        "only what has not reached the remote can be voided" => "已上传的业务不能撤销",
        "operations on the card it opens are waiting behind it" => "该卡还有后续业务待上传",
        "returns of it are waiting behind it" => "该业务的退回还在等待上传",
        "the coupon that it gives has been used here" => "所发的券已在本机使用",
        "what it put on the card has been spent" => "充入的金额已被使用",
        "only the opening of a card gets another number" => "只有开卡业务可以更换卡号",
        "it may have been opened: say first that it was not" => "该卡可能已开通，请先确认平台未入账",
        "the card has been found at the remote" => "会员平台已有该卡",
        "the remote has refused it" => "会员平台已拒绝",
        "the remote has said so itself: write it off" => "会员平台已确认未入账，请作损失处理",
        "the remote knows no card of this holder to send it for" => "会员平台没有该会员的卡",
        // What is not supported.
        "no configured provider can do this"
        | "no configured remote serves this"
        | "the configured remote does not offer this" => "当前会员平台没有此功能",
        "the remote takes one partial return of an operation" => "会员平台对一笔业务只接受一次部分退回",
        "the remote can't be told later of this member: require it online" => "该会员只能联网办理",
        "a book of an earlier release: a till has to open it first" => "账本版本较旧，请先用收银软件打开一次",
        "the provider sends no pushes" => "会员平台没有推送",
        "registering at Freemud without the setting third_party_code" => "未设置 [third_party_code]，不能注册会员",
        "registering a birthday at Freemud" => "会员平台注册时不接受生日",
        "points together with an amount at Freemud, which grants for one of them" => "积分与金额只能填写一项",
        "points without an amount at Yonyou, which computes what it grants, unless points_as_extra is set" => {
            "会员平台按金额计算积分，请填写金额"
        }
        // Things.
        "card" => "会员卡",
        "member" => "会员",
        "operation" => "业务",
        "open notification" => "未处理的提醒",
        "original operation" => "原业务",
        "merchant" => "商户",
        "store" => "门店",
        "till" => "收银机",
        "provider" => "会员平台",
        "training mode" => "用途（培训或正式）",
        "base URL" => "会员平台地址",
        "tenant" => "会员平台账号",
        "outage" => "断网记录",
        "day's close" => "日结",
        "levels" => "会员等级",
        "pay types" => "支付方式",
        _ => return None,
    })
}
