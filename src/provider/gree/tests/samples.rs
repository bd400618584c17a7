//! The document's sample answers, as they can be parsed. What had to be corrected in each is said above it.

pub(super) const TOKEN: &str = r#"{
    "success": true,
    "data": {
        "access_token": "atB1ABA5C50C41C5FEE3E911EC8020C32C",
        "refresh_token": "rt5ED02D25F23917092218565B9DDAF657",
        "expire_in": 7200
    }
}"#;

pub(super) const REFRESHED: &str =
    r#"{"success": true, "data": {"access_token": "atB1ABA5C50C41C5FEE3E911EC8020C001", "expire_in": 7200}}"#;

/// 3.1.
pub(super) const REGISTERED: &str =
    r#"{"success": true, "error_code": 200, "error_message": "", "data": "25c56912e05847c0b09f03ca7e52b796"}"#;

/// 3.2, and 3.7 with it.
pub(super) const MEMBER: &str = r#"{
    "success": true,
    "data": {
        "birthday": "1994-09-28", "country": "中国", "gender": 1, "city": "深圳", "open_id": null, "level_num": 1,
        "id_card": "350322198209116378", "remark": "备注", "next_level_num": 2, "register_time": 1624874660000,
        "avatar_img_url": "http://sdsd.sds.com", "score": 0, "next_level_growth_value": 300, "province": "广东",
        "project_id": 18756, "next_level_name": "二级会员", "rights": null, "nickname": "李大哥", "email": null,
        "growth_value": 0, "is_max_level": 0, "realname": null, "user_num": "58500000003", "level_name": "一级会员",
        "phone": "15980944959", "coupon_num": 0
    },
    "errorCode": null, "errorMessage": null, "pageSize": null, "pageNo": null, "totalCount": null
}"#;

/// 3.3, and the first answers of 3.4.1 and 3.4.2.
pub(super) const CHANGED: &str = r#"{
    "success": true, "error_code": 200, "error_message": "", "data": {"statement_id": "SP016244316351097643"}
}"#;

/// 3.4.1, without a change. Corrected: a comment behind the code.
pub(super) const NOTHING_TO_ROLL_BACK: &str =
    r#"{"success": false, "error_code": 1005, "error_message": "未查询到该订单", "data": null}"#;

/// 3.5. Corrected: two commas behind `pageNo` and `pageSize`.
pub(super) const POINTS_HISTORY: &str = r#"{
    "success": true, "error_code": 200, "error_message": "",
    "data": [
        {"id": 1, "amount": 30, "desc": "消费增加积分", "createTime": "2021-06-21 14:35:29",
         "updateTime": "2021-06-21 14:35:29"}
    ],
    "pageNo": 1, "pageSize": 10, "totalCount": 1
}"#;

/// 3.6.
pub(super) const MEMBER_CODE: &str =
    r#"{"success": true, "data": "06244323958828461000", "errorCode": null, "errorMessage": null}"#;

/// 3.8.
pub(super) const LEVELS: &str = r#"{
    "error_message": null,
    "data": [
        {"level_name": "一级会员", "level_number": 1, "id": 76}, {"level_name": "二级会员", "level_number": 2, "id": 82},
        {"level_name": "三级会员", "level_number": 3, "id": 77}, {"level_name": "四级会员", "level_number": 4, "id": 80},
        {"level_name": "五级会员", "level_number": 5, "id": 83}, {"level_name": "六级会员", "level_number": 6, "id": 81},
        {"level_name": "七级会员", "level_number": 7, "id": 85}
    ],
    "pageNo": 1, "success": true, "pageSize": 7, "error_code": null, "totalCount": 7
}"#;

/// 4.1, and 4.2 and 4.3 with it.
pub(super) const ORDER: &str = r#"{
    "error_message": null, "data": 126352, "pageNo": null, "success": true, "pageSize": null, "error_code": null,
    "totalCount": null
}"#;

/// 5.1.
pub(super) const TEMPLATE: &str = r#"{
    "error_message": null, "data": 1309, "pageNo": null, "success": true, "pageSize": null, "error_code": null,
    "totalCount": null
}"#;

/// 5.2.
pub(super) const GIVEN: &str = r#"{
    "error_message": null,
    "data": [
        {"code": 3733288246799497770, "open_id": "168eebeb0d2e4edca2258ce156ec545d"},
        {"code": 3733288242305165352, "open_id": "af76d25b97be4c55ab7fb0aff1d06667"}
    ],
    "pageNo": null, "success": true, "pageSize": null, "error_code": null, "totalCount": null
}"#;

/// 5.3.
pub(super) const STATUS_SET: &str = r#"{
    "error_message": null, "data": "641e0b64e16d45bc97fdaaec09afc481", "pageNo": null, "success": true,
    "pageSize": null, "error_code": null, "totalCount": null
}"#;

/// 5.4.
pub(super) const REDEEMED: &str = r#"{
    "error_message": null, "data": null, "pageNo": null, "success": true, "pageSize": null, "error_code": null,
    "totalCount": null
}"#;

/// The one row of 5.5.
pub(super) const COUPON: &str = r#"{
    "coupon_code": 3735473975794516910, "coupon_info_id": 1307, "stores": "[{\"id\":1,\"name\": \"唐家湾\"}]",
    "end_time": 1627401600000, "minimum_fee": 100, "receive_time": 1626452602000, "begin_time": 1626452602000,
    "coupon_category": 0, "rules": "满100元才能使用", "discount_fee": 10, "member_restrict_type": 2,
    "third_coupon_code": "eeea1682-93d2-443c-b995-fc6cdf37ea22", "use_scope_type": 1, "suit_store_type": 1,
    "suit_item_type": 1, "use_order_no": null, "name": "测试优惠券", "categories": "[]", "fixed_term": 10, "id": 306784,
    "items": "[{\"id\":1,\"name\": \"洗衣粉\"}]", "coupon_type": 0, "status": 1
}"#;

/// 6.1 and 6.2.
pub(super) const SMS: &str = r#"{
    "error_message": null, "data": true, "pageNo": null, "success": true, "pageSize": null, "error_code": null,
    "totalCount": null
}"#;

/// A page of 5.5.
pub(super) fn coupons(rows: &[String], total: Option<usize>) -> String {
    let total = total.map_or("null".to_owned(), |total| total.to_string());
    format!(
        r#"{{"error_message": null, "data": [{}], "pageNo": 1, "success": true, "pageSize": 15, "error_code": null,
            "totalCount": {total}}}"#,
        rows.join(",")
    )
}

/// The sample's coupon with some of its members replaced.
pub(super) fn coupon(changes: &[(&str, &str)]) -> String {
    let mut coupon: serde_json::Map<String, serde_json::Value> = serde_json::from_str(COUPON).unwrap();
    for (name, json) in changes {
        coupon.insert((*name).to_owned(), serde_json::from_str(json).unwrap());
    }
    serde_json::to_string(&coupon).unwrap()
}
