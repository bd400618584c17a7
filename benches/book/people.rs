//! The members of a shop: the same in every run.

const FAMILIES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤";
const GIVEN: &str = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂红玉萍建国华文辉力志鑫斌波宇浩凯健俊帆帅旭宁鹏飞婷雪琳慧莹倩颖洁梅莉晶欣怡佳嘉琪思涵梓轩子墨一诺雨桐若曦浩然天佑春夏秋冬东南西北山水木林森海洋晨阳光星月云风雷电小大中新生成龙虎凤祥瑞安康福贵宝珍珠金银";

/// One of them.
pub struct Person {
    pub number: String,
    pub name: String,
    pub phone: String,
}

/// Mixes a number's bits, so that neighbours have nothing in common.
pub fn mixed(number: u64) -> u64 {
    let mut x = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

fn one_of(text: &str, dice: u64) -> char {
    let length = text.chars().count() as u64;
    text.chars().nth((dice % length) as usize).unwrap()
}

/// The person of a card, counted from one. Of ten cards six have a short number, two a bank's long one and two their phone.
pub fn person(card: usize) -> Person {
    let dice = mixed(card as u64);
    // A power of three has an inverse modulo a power of ten: no two cards have the same phone.
    let phone = format!("1{}{:09}", [3, 5, 7, 8, 9][(dice % 5) as usize], card as u64 * 387_420_489 % 1_000_000_000);
    let number = match card % 10 {
        0 | 5 => phone.clone(),
        1 | 6 => format!("62220213{:08}", card * 7),
        _ => format!("M{card:07}"),
    };
    let mut name = one_of(FAMILIES, dice >> 16).to_string();
    name.push(one_of(GIVEN, dice >> 24));
    if !(dice >> 32).is_multiple_of(3) {
        name.push(one_of(GIVEN, dice >> 40));
    }
    Person { number, name, phone }
}
