/* A day at a shop: online, through an outage, and what people have to know and decide afterwards. */

#include "shop.h"

static void of_itself(void) {
  char text[32];
  int64_t fen = 0;
  int32_t what, value;
  tillbook_services *services = NULL;
  tillbook_service service;
  int served = 0;
  OK(tillbook_check_abi(TILLBOOK_ABI_VERSION, &err));
  IS(TILLBOOK_ABI_MISMATCH, tillbook_check_abi(TILLBOOK_ABI_VERSION + 1, &err));
  IS(TILLBOOK_ABI_MISMATCH, tillbook_check_abi(TILLBOOK_ABI_VERSION + 0x10000, &err));
  CHECK(tillbook_abi_version() == TILLBOOK_ABI_VERSION);
  CHECK(strlen(tillbook_version()) >= 5 && strncmp(tillbook_sqlite_version(), "3.", 2) == 0);
  CHECK(tillbook_features() & TILLBOOK_FEATURE_HTTP);

  OK(tillbook_parse_yuan(T("12.5"), &fen, &err));
  CHECK(fen == 1250);
  OK(tillbook_format_yuan(fen, text, &err));
  CHECK(same(text, "12.50"));
  OK(tillbook_format_yuan(INT64_MIN, text, &err));
  CHECK(same(text, "-92233720368547758.08"));
  OK(tillbook_format_yuan(INT64_MAX, text, &err));
  CHECK(same(text, "92233720368547758.07"));
  OK(tillbook_parse_yuan(text, strlen(text), &fen, &err));
  CHECK(fen == INT64_MAX);

  CHECK(same(tillbook_status_name(TILLBOOK_LANE_HELD), "LANE_HELD"));
  CHECK(same(tillbook_status_name(12345), "UNKNOWN"));
  for (what = TILLBOOK_LABEL_PROMISE; what <= TILLBOOK_LABEL_RULE; what++) {
    CHECK(same(tillbook_label(what, 0, TILLBOOK_LANGUAGE_ENGLISH), ""));
    for (value = 1; *tillbook_label(what, value, TILLBOOK_LANGUAGE_ENGLISH); value++) {
      const char *chinese = tillbook_label(what, value, TILLBOOK_LANGUAGE_CHINESE);
      CHECK((unsigned char)chinese[0] >= 0x80);
      CHECK(chinese == tillbook_label(what, value, TILLBOOK_LANGUAGE_CHINESE));
    }
    CHECK(value > 3);
  }

  OK(tillbook_services_of(&services, &err));
  tillbook_service_init(&service);
  while (tillbook_services_next(services, &service, &err) == TILLBOOK_OK) {
    CHECK(service.provider && service.endpoint && service.kind > 0 && service.guarantee > 0);
    served++;
  }
  CHECK(served > 20 && err == NULL);
  IS(TILLBOOK_DONE, tillbook_services_next(services, &service, &err));
  OK0(tillbook_services_free(services));
}

static void catalogue(tillbook_till *till) {
  tillbook_levels *levels = NULL;
  tillbook_level level;
  tillbook_pay_types *pay_types = NULL;
  tillbook_pay_type pay_type;
  tillbook_recharge_rules *rules = NULL;
  tillbook_recharge_rule rule;
  tillbook_texts *numbers = NULL;
  tillbook_remotes *remotes = NULL;
  tillbook_remote remote;
  tillbook_policy policy;
  tillbook_headroom headroom;
  const char *number = NULL;
  OK(tillbook_pull_catalogue(till, 0, &err));
  OK(tillbook_levels_of(till, &levels, &err));
  tillbook_level_init(&level);
  OK(tillbook_levels_next(levels, &level, &err));
  CHECK(same(level.id, "1") && same(level.name, "普通会员"));
  OK0(tillbook_levels_free(levels));
  OK(tillbook_pay_types_of(till, &pay_types, &err));
  tillbook_pay_type_init(&pay_type);
  OK(tillbook_pay_types_next(pay_types, &pay_type, &err));
  CHECK(pay_type.id == 1 && same(pay_type.name, "现金"));
  OK0(tillbook_pay_types_free(pay_types));
  OK(tillbook_recharge_rules_of(till, T("A1"), &rules, &err));
  tillbook_recharge_rule_init(&rule);
  OK(tillbook_recharge_rules_next(rules, &rule, &err));
  CHECK(rule.applies == TILLBOOK_RECHARGE_PERCENTAGE && same(rule.bonus, "0.1"));
  OK0(tillbook_recharge_rules_free(rules));
  OK(tillbook_card_numbers(till, &numbers, &err));
  OK(tillbook_texts_next(numbers, &number, &err));
  CHECK(same(number, "A1"));
  IS(TILLBOOK_DONE, tillbook_texts_next(numbers, &number, &err));
  IS(TILLBOOK_DONE, tillbook_texts_next(numbers, &number, &err));
  OK0(tillbook_texts_free(numbers));
  OK(tillbook_remotes_of(till, &remotes, &err));
  tillbook_remote_init(&remote);
  OK(tillbook_remotes_next(remotes, &remote, &err));
  CHECK(same(remote.provider, "sandy") && remote.link == TILLBOOK_LINK_UP && remote.halted == NULL);
  OK0(tillbook_remotes_free(remotes));
  tillbook_policy_init(&policy);
  OK(tillbook_policy_of(till, &policy, &err));
  CHECK(policy.floor_limit == 20000 && policy.unknown_card == TILLBOOK_NO && policy.coupon_templates.data == NULL);
  tillbook_headroom_init(&headroom);
  OK(tillbook_headroom_of(till, NULL, 0, &headroom, &err));
  CHECK(headroom.money == 20000 && headroom.operations == 200);
}

static void online(tillbook_till *till) {
  tillbook_card card;
  tillbook_accounts *accounts = NULL;
  tillbook_account account;
  tillbook_cards *cards = NULL;
  tillbook_call call;
  tillbook_consume_request sale;
  tillbook_recharge_request recharge;
  tillbook_redeem_points_request redeem;
  tillbook_accrue_points_request accrue;
  tillbook_modify_request modify;
  tillbook_open_card_request opening;
  tillbook_receipt receipt, again;
  tillbook_error_info info;

  tillbook_card_init(&card);
  IS(TILLBOOK_NOT_FOUND, tillbook_card_of(till, T("A1"), &card, &err));
  OK(tillbook_serve_card(till, T("A1"), 0, &card, &err));
  CHECK(same(card.number, "A1") && same(card.level, "高级会员") && same(card.name, "王小明"));
  CHECK(card.money_confirmed == 50000 && card.money_available == 50000 && card.points_confirmed == 300);
  CHECK(card.card_status == TILLBOOK_CARD_ACTIVE && card.struct_size == sizeof card && card.money_as_of > 0);
  catalogue(till);

  OK(tillbook_accounts_of(till, "A1?", 2, &accounts, &err));
  tillbook_account_init(&account);
  OK(tillbook_accounts_next(accounts, &account, &err));
  CHECK(same(account.provider, "sandy") && account.money_confirmed == 50000);
  IS(TILLBOOK_DONE, tillbook_accounts_next(accounts, &account, &err));
  OK0(tillbook_accounts_free(accounts));
  OK(tillbook_cards_by_phone(till, T("13800000001"), &cards, &err));
  OK(tillbook_cards_next(cards, &card, &err));
  CHECK(same(card.phone, "13800000001"));
  OK0(tillbook_cards_free(cards));
  OK(tillbook_serve_phone(till, T("13800000002"), 0, &cards, &err));
  OK0(tillbook_cards_free(cards));

  call_of(&call, "sale-1", TILLBOOK_DELIVERY_REQUIRE_ONLINE, 5000);
  call.ticket = tillbook_str_of("T-1");
  call.operator_name = tillbook_str_of("小李");
  consume_of(&sale, &call, "A1", 10000);
  tillbook_receipt_init(&receipt);
  OK(tillbook_consume(till, &sale, &receipt, &err));
  CHECK(receipt.approved == 1 && receipt.promise == TILLBOOK_PROMISE_ONLINE_APPROVED);
  CHECK(receipt.original == 10000 && receipt.discount == 2000 && receipt.actual == 8000);
  CHECK(receipt.from_card == 8000 && receipt.due == 0 && receipt.kind == TILLBOOK_KIND_CONSUME);
  CHECK(same(receipt.op_id, "sale-1") && strlen(receipt.receipt_no) == 10 && same(receipt.card, "A1"));
  CHECK(receipt.confirmed & TILLBOOK_CONFIRMED && receipt.money_confirmed == 42000);
  tillbook_receipt_init(&again);
  OK(tillbook_consume(till, &sale, &again, &err));
  CHECK(same(again.receipt_no, receipt.receipt_no) && again.from_card == 8000);
  sale.total = 10001;
  CHECK(tillbook_consume(till, &sale, &again, &err) == TILLBOOK_CONFLICT);
  tillbook_error_info_init(&info);
  OK0(tillbook_error_info_of(err, &info));
  CHECK(info.status == TILLBOOK_CONFLICT && info.domain == TILLBOOK_DOMAIN_REQUEST && same(info.field, "total"));
  CHECK(info.retryable == 0 && info.held_by == NULL && info.remote_code == NULL);
  OK0(tillbook_error_free(err));
  err = NULL;

  tillbook_recharge_request_init(&recharge);
  recharge.card = tillbook_str_of("A1");
  recharge.amount = 5000;
  recharge.pay_type = 1;
  OK(tillbook_recharge(till, &recharge, &receipt, &err));
  CHECK(receipt.approved == 1 && receipt.original == 5000 && strlen(receipt.op_id) > 0);
  tillbook_redeem_points_request_init(&redeem);
  redeem.card = tillbook_str_of("A1");
  redeem.points = 10;
  OK(tillbook_redeem_points(till, &redeem, &receipt, &err));
  CHECK(receipt.approved == 1 && receipt.points == -10);
  tillbook_accrue_points_request_init(&accrue);
  accrue.card = tillbook_str_of("A1");
  accrue.points = 10;
  IS(TILLBOOK_UNSUPPORTED, tillbook_accrue_points(till, &accrue, &receipt, &err));
  tillbook_modify_request_init(&modify);
  modify.card = tillbook_str_of("A1");
  modify.name = tillbook_str_of("王大明");
  modify.birthday = tillbook_str_of("1990-02-28");
  modify.gender = TILLBOOK_GENDER_MALE;
  OK(tillbook_modify(till, &modify, &receipt, &err));
  tillbook_open_card_request_init(&opening);
  opening.card = tillbook_str_of("N1");
  opening.level = tillbook_str_of("普通会员");
  opening.name = tillbook_str_of("新会员");
  opening.phone = tillbook_str_of("13800000009");
  opening.gender = TILLBOOK_GENDER_FEMALE;
  OK(tillbook_open_card(till, &opening, &receipt, &err));
  CHECK(receipt.approved == 1 && receipt.kind == TILLBOOK_KIND_OPEN_CARD);
  OK(tillbook_serve_card(till, T("A1"), 0, &card, &err));
}

/* Another operator takes a sale back: the line for it stands under that one's name. */
static void void_by_another(tillbook_till *till, tillbook_consume_request *sale) {
  tillbook_call call;
  tillbook_receipt receipt;
  tillbook_void_request void_request;
  tillbook_history_query query;
  tillbook_history *list = NULL;
  tillbook_entry entry;
  call_of(&call, "offline-5", TILLBOOK_DELIVERY_OFFLINE, 0);
  call.operator_name = tillbook_str_of("Ann");
  call.shift = tillbook_str_of("1");
  sale->call = &call;
  tillbook_receipt_init(&receipt);
  OK(tillbook_consume(till, sale, &receipt, &err));
  tillbook_void_request_init(&void_request);
  void_request.op_id = tillbook_str_of("offline-5");
  void_request.operator_name = tillbook_str_of("Bob");
  void_request.reason = tillbook_str_of("changed her mind");
  OK(tillbook_void_by(till, &void_request, &receipt, &err));
  CHECK(receipt.state == TILLBOOK_STATE_VOIDED && receipt.approved == 0);
  tillbook_history_query_init(&query);
  query.card = tillbook_str_of("A1");
  query.page_size = 2;
  OK(tillbook_history_of(till, &query, &list, NULL, &err));
  tillbook_entry_init(&entry);
  OK(tillbook_history_next(list, &entry, &err));
  CHECK(same(entry.kind, "void") && same(entry.operator_name, "Bob") && same(entry.shift, "1"));
  CHECK(same(entry.reason, "changed her mind") && entry.supervisor == NULL);
  OK(tillbook_history_next(list, &entry, &err));
  CHECK(same(entry.kind, "consume") && same(entry.operator_name, "Ann"));
  OK0(tillbook_history_free(list));
}

static void through_an_outage(tillbook_till *till) {
  tillbook_call call;
  tillbook_consume_request sale;
  tillbook_receipt receipt;
  tillbook_error_info info;
  tillbook_headroom headroom;
  tillbook_details *details = NULL;
  tillbook_detail detail;
  ask("cut");
  call_of(&call, "offline-1", TILLBOOK_DELIVERY_PREFER_ONLINE, 1000);
  consume_of(&sale, &call, "A1", 5000);
  tillbook_receipt_init(&receipt);
  OK(tillbook_consume(till, &sale, &receipt, &err));
  CHECK(receipt.approved == 1 && receipt.promise == TILLBOOK_PROMISE_OFFLINE_APPROVED);
  CHECK(receipt.from_card == 4000 && receipt.due == 0 && receipt.state == TILLBOOK_STATE_QUEUED);
  CHECK(same(receipt.rate, "0.8") && receipt.rate_source == TILLBOOK_RATE_LEVEL);
  tillbook_headroom_init(&headroom);
  OK(tillbook_headroom_of(till, T("A1"), &headroom, &err));
  /* The policy's limit for a card less what is open, but no more than one sale may take. */
  CHECK(headroom.money <= 46000 && headroom.money > 0);

  call_of(&call, "offline-2", TILLBOOK_DELIVERY_OFFLINE, 0);
  sale.total = 30000;
  CHECK(tillbook_consume(till, &sale, &receipt, &err) == TILLBOOK_REFUSED);
  tillbook_error_info_init(&info);
  OK0(tillbook_error_info_of(err, &info));
  CHECK(info.refusal == TILLBOOK_REFUSAL_FLOOR_LIMIT && info.refusal_unit == TILLBOOK_UNIT_FEN);
  CHECK(info.refusal_limit == 20000 && info.refusal_requested == 24000);
  CHECK(info.domain == TILLBOOK_DOMAIN_DECISION && strstr(info.message_en, "200.00"));
  CHECK((unsigned char)info.message_zh[0] >= 0x80 && strstr(info.message_zh, "200.00"));
  CHECK(same(info.message_zh, tillbook_error_message(err, TILLBOOK_LANGUAGE_CHINESE)));
  CHECK(same(info.message_en, tillbook_error_message(err, TILLBOOK_LANGUAGE_ENGLISH)));
  CHECK(same(info.detail, tillbook_error_detail(err)));
  OK0(tillbook_error_free(err));
  err = NULL;
  IS(TILLBOOK_NOT_FOUND, tillbook_operation(till, T("offline-2"), &receipt, &err));

  call_of(&call, "offline-3", TILLBOOK_DELIVERY_REQUIRE_ONLINE, 500);
  IS(TILLBOOK_UNREACHABLE, tillbook_consume(till, &sale, &receipt, &err));
  call_of(&call, "offline-4", TILLBOOK_DELIVERY_OFFLINE, 0);
  sale.total = 100;
  OK(tillbook_consume(till, &sale, &receipt, &err));
  OK(tillbook_void(till, T("offline-4"), &receipt, &err));
  CHECK(receipt.state == TILLBOOK_STATE_VOIDED && receipt.approved == 0);
  CHECK(receipt.promise == TILLBOOK_PROMISE_OFFLINE_APPROVED);
  void_by_another(till, &sale);
  OK(tillbook_operation_details(till, T("sale-1"), &details, &err));
  tillbook_detail_init(&detail);
  while (tillbook_details_next(details, &detail, &err) == TILLBOOK_OK) CHECK(*detail.name && detail.value);
  OK0(tillbook_details_free(details));
}

static void what_people_decide(tillbook_till *till) {
  tillbook_sync_status status;
  tillbook_notices *notices = NULL;
  tillbook_notice notice;
  tillbook_waiting *waiting = NULL;
  tillbook_waiting_operation operation;
  tillbook_resolve_request decision;
  tillbook_receipt receipt;
  tillbook_card card;
  uint64_t seen = 0;
  int rounds, rejected = 0;
  ask("loss A1");
  ask("restore");
  tillbook_sync_status_init(&status);
  for (rounds = 0; rounds < 2000; rounds++) {
    OK(tillbook_sync(till, 500, &status, &err));
    if (status.queued == 0) break;
    OK(tillbook_wait_for_change(till, seen, 5, &seen, &err));
  }
  CHECK(status.queued == 0 && status.waiting_for_people == 1);
  OK(tillbook_waiting_of(till, &waiting, &err));
  tillbook_waiting_operation_init(&operation);
  OK(tillbook_waiting_next(waiting, &operation, &err));
  CHECK(same(operation.op_id, "offline-1") && operation.amount == 4000 && operation.state == TILLBOOK_STATE_REJECTED);
  CHECK(operation.resolutions & (1u << TILLBOOK_RESOLUTION_WRITE_OFF) && operation.attempts_count > 0);
  CHECK(operation.attempts && *operation.attempts[0]);
  OK(tillbook_notices_of(till, &notices, &err));
  tillbook_notice_init(&notice);
  while (tillbook_notices_next(notices, &notice, &err) == TILLBOOK_OK) {
    rejected += notice.kind == TILLBOOK_NOTICE_REJECTED && same(notice.op_id, "offline-1");
    CHECK(notice.detail && *notice.detail);
    OK(tillbook_acknowledge(till, notice.notice_no, T("店长"), NULL, 0, &err));
    IS(TILLBOOK_NOT_FOUND, tillbook_acknowledge(till, notice.notice_no, T("店长"), NULL, 0, &err));
  }
  CHECK(rejected == 1);
  OK0(tillbook_notices_free(notices));

  tillbook_resolve_request_init(&decision);
  decision.op_id = tillbook_str_of(operation.op_id);
  decision.resolution = TILLBOOK_RESOLUTION_WRITE_OFF;
  decision.who = tillbook_str_of("店长");
  decision.why = tillbook_str_of("客人已走");
  tillbook_receipt_init(&receipt);
  OK(tillbook_resolve(till, &decision, &receipt, &err));
  CHECK(receipt.state == TILLBOOK_STATE_WRITTEN_OFF);
  IS(TILLBOOK_WRONG_STATE, tillbook_resolve(till, &decision, &receipt, &err));
  OK0(tillbook_waiting_free(waiting));
  tillbook_card_init(&card);
  OK(tillbook_card_of(till, T("A1"), &card, &err));
  CHECK(*card.exception);
  OK(tillbook_lift_exception(till, T("A1"), &err));
  ask("lift A1");
  OK(tillbook_serve_card(till, T("A1"), 0, &card, &err));
  CHECK(!*card.exception && card.card_status == TILLBOOK_CARD_ACTIVE);
}

static void history(tillbook_till *till) {
  tillbook_history_query query;
  tillbook_history *lines = NULL;
  tillbook_entry entry;
  int64_t last = INT64_MAX, next_page = -1;
  int count = 0, named = 0;
  tillbook_history_query_init(&query);
  query.card = tillbook_str_of("A1");
  query.page_size = 2;
  tillbook_entry_init(&entry);
  do {
    OK(tillbook_history_of(till, &query, &lines, &next_page, &err));
    while (tillbook_history_next(lines, &entry, &err) == TILLBOOK_OK) {
      CHECK(entry.entry_no < last && *entry.kind && *entry.op_id && same(entry.card, "A1"));
      CHECK(entry.actual == entry.from_card + entry.due || !same(entry.kind, "consume"));
      named += same(entry.ticket, "T-1") && same(entry.operator_name, "小李") && entry.supervisor == NULL;
      last = entry.entry_no;
      count++;
    }
    OK0(tillbook_history_free(lines));
    query.after = next_page;
  } while (next_page != 0);
  CHECK(count >= 6 && named == 1);
  OK(tillbook_history_of(till, NULL, &lines, NULL, &err));
  OK0(tillbook_history_free(lines));
}

int main(int count, char **arguments) {
  static shop it;
  static char json[2048], file[1100];
  tillbook_till *till, *another = NULL;
  tillbook_card card;
  FILE *written;
  if (count < 3) return 2;
  shop_of(&it, arguments[1], arguments[2], "收银台");
  of_itself();
  till = opened(&it);
  online(till);
  through_an_outage(till);
  what_people_decide(till);
  history(till);

  IS(TILLBOOK_BOOK_IN_USE, tillbook_open(&it.options, &another, &err));
  CHECK(another == NULL);
  tillbook_card_init(&card);
  OK(tillbook_close(till, 1000, &err));
  OK(tillbook_close(till, 1000, &err));
  IS(TILLBOOK_CLOSED, tillbook_card_of(till, T("A1"), &card, &err));
  OK0(tillbook_free(till));
  IS(TILLBOOK_BAD_HANDLE, tillbook_card_of(till, T("A1"), &card, &err));
  IS0(TILLBOOK_BAD_HANDLE, tillbook_free(till));

  /* The same book by the other two ways to be configured. */
  snprintf(json, sizeof json,
           "{\"merchant\": \"Noodle House\", \"store\": \"Store 1\", \"till\": \"Till 1\", \"sandy\": "
           "{\"base_url\": \"%s\", \"token\": \"test\", \"guid\": \"{DEFAULT-AUTO-8E5A-BDE2-34ABA1BD956C9}\"}}",
           arguments[2]);
  snprintf(file, sizeof file, "%s/till.json", arguments[1]);
  written = fopen(file, "wb");
  CHECK(written && fwrite(json, 1, strlen(json), written) == strlen(json) && fclose(written) == 0);
  it.options.config = NULL;
  it.options.config_json = tillbook_str_of(json);
  till = opened(&it);
  OK(tillbook_card_of(till, T("A1"), &card, &err));
  OK0(tillbook_free(till));
  it.options.config_json = tillbook_str_of(NULL);
  it.options.config_file = tillbook_str_of(file);
  till = opened(&it);
  OK(tillbook_card_of(till, T("A1"), &card, &err));
  CHECK(same(card.name, "王大明"));
  OK0(tillbook_free(till));
  return finished();
}
