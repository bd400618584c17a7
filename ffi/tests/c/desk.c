/* A manager's day: cards are found and taken in ahead, limits are set and lifted, numbers given out, reports printed, the day
 * closed, the book checked and kept. */

#include "shop.h"

#include <stddef.h>

#define CHAIN_KEY "thirty-two bytes of true chance!"

static const char *text_of(tillbook_buffer *buffer) {
  const uint8_t *bytes = NULL;
  size_t size = 0;
  OK(tillbook_buffer_bytes(buffer, &bytes, &size, &err));
  CHECK(bytes && strlen((const char *)bytes) == size);
  return (const char *)bytes;
}

static int reported(tillbook_till *till, const tillbook_report_query *query, const char *what) {
  tillbook_buffer *buffer = NULL;
  int has;
  OK(tillbook_report(till, query, &buffer, &err));
  has = strstr(text_of(buffer), what) != NULL;
  if (!has) fprintf(stderr, "no %s in %s\n", what, text_of(buffer));
  OK0(tillbook_buffer_free(buffer));
  return has;
}

static void preload(tillbook_till *till) {
  tillbook_preload_query query;
  tillbook_preloaded step;
  tillbook_str cards[3];
  cards[0] = tillbook_str_of("A1"), cards[1] = tillbook_str_of("B1"), cards[2] = tillbook_str_of("Z9");
  tillbook_preload_query_init(&query);
  query.numbers = cards;
  query.numbers_count = 3;
  query.pace_ms = 1;
  tillbook_preloaded_init(&step);
  OK(tillbook_preload_step(till, &query, NULL, 0, 2, &step, &err));
  CHECK(step.end == TILLBOOK_PRELOAD_STEP_DONE && step.done == 2 && step.found == 2 && step.total == 3 && *step.next);
  OK(tillbook_preload_step(till, &query, T(step.next), 9, &step, &err));
  CHECK(step.end == TILLBOOK_PRELOAD_COMPLETE && step.done == 3 && step.absent == 1 && !*step.next);
}

static void search(tillbook_till *till) {
  tillbook_search_query query;
  tillbook_found *found = NULL;
  tillbook_found_card card;
  int32_t more = -1;
  tillbook_search_query_init(&query);
  query.text = tillbook_str_of("1380000");
  query.limit = 1;
  tillbook_found_card_init(&card);
  OK(tillbook_search(till, &query, &found, &more, &err));
  CHECK(more == 1);
  OK(tillbook_found_next(found, &card, &err));
  CHECK(card.matched == TILLBOOK_MATCHED_PHONE && strstr(card.phone, "****") && card.card_status == TILLBOOK_CARD_ACTIVE);
  IS(TILLBOOK_DONE, tillbook_found_next(found, &card, &err));
  OK0(tillbook_found_free(found));
  query.text = tillbook_str_of("小明");
  query.unmasked = 1;
  OK(tillbook_search(till, &query, &found, &more, &err));
  CHECK(more == 0);
  OK(tillbook_found_next(found, &card, &err));
  CHECK(same(card.name, "王小明") && same(card.number, "A1") && same(card.phone, "13800000001"));
  CHECK(card.matched == TILLBOOK_MATCHED_NAME && same(card.shown, "A1") && same(card.level, "高级会员"));
  OK0(tillbook_found_free(found));
}

/* What the remote has done without us, and what we have done, in one list. */
static void histories(tillbook_till *till) {
  tillbook_history_query query;
  tillbook_history_pull pull;
  tillbook_history *list = NULL;
  tillbook_entry entry;
  int64_t page = -1, record = -1, last = INT64_MAX;
  int here = 0, remote = 0;
  tillbook_history_pull_init(&pull);
  OK(tillbook_pull_history(till, T("A1"), 0, 0, &pull, &err));
  CHECK(pull.complete == 1 && pull.told > 0 && pull.added <= pull.told);
  tillbook_history_query_init(&query);
  query.card = tillbook_str_of("A1");
  query.page_size = 1;
  tillbook_entry_init(&entry);
  do {
    OK(tillbook_history_with_remote(till, &query, &list, &page, &record, &err));
    while (tillbook_history_next(list, &entry, &err) == TILLBOOK_OK) {
      CHECK(entry.at <= last && same(entry.card, "A1") && *entry.kind);
      if (entry.record_no) {
        CHECK(!entry.op_id && !entry.entry_no && same(entry.provider, "sandy") && entry.remote_id && entry.fetched_at > 0);
        remote++;
      } else {
        CHECK(entry.op_id && entry.entry_no && !entry.provider);
        here++;
      }
      last = entry.at;
    }
    OK0(tillbook_history_free(list));
    query.after = page;
    query.after_record = record;
  } while ((page || record) && here + remote < 100);
  printf("%d lines here, %d at the remote\n", here, remote);
  CHECK(here > 0 && remote > 0);
}

static void policy(tillbook_till *till) {
  tillbook_policy now;
  tillbook_set_policy_request request;
  tillbook_room room, lifted;
  tillbook_report_query query;
  int64_t version = 0;
  tillbook_policy_init(&now);
  OK(tillbook_policy_of(till, &now, &err));
  CHECK(now.version == 1 && now.floor_limit == 20000 && now.outage_new_cards == 20 && now.hard_floor_limit == 0);
  CHECK(now.overridable & (1u << TILLBOOK_REFUSAL_FLOOR_LIMIT) && now.warning_percent == 80 && now.valid_until == 0);
  tillbook_set_policy_request_init(&request);
  request.policy = &now;
  request.who = tillbook_str_of("总部");
  request.why = tillbook_str_of("一周的试用");
  OK(tillbook_set_policy(till, &request, &version, &err));
  CHECK(version == 1);
  now.floor_limit = 3000;
  now.hard_floor_limit = 4000;
  now.valid_until = INT64_C(4000000000000);
  now.overridable = 1u << TILLBOOK_REFUSAL_FLOOR_LIMIT;
  memcpy(now.coupon_templates_now, "T1,T2", sizeof "T1,T2");
  OK(tillbook_set_policy(till, &request, &version, &err));
  CHECK(version == 2);
  OK(tillbook_policy_of(till, &now, &err));
  CHECK(now.version == 2 && now.floor_limit == 3000 && now.hard_floor_limit == 4000 && now.card_limit == 50000);
  CHECK(now.valid_until == INT64_C(4000000000000) && now.overridable == 1u << TILLBOOK_REFUSAL_FLOOR_LIMIT);
  CHECK(same(now.coupon_templates_now, "T1,T2") && now.hard_card_limit == 0);
  tillbook_room_init(&room);
  tillbook_room_init(&lifted);
  OK(tillbook_room_of(till, T("A1"), 0, &room, &err));
  OK(tillbook_room_of(till, T("A1"), 1, &lifted, &err));
  CHECK(room.money == 3000 && room.binding == TILLBOOK_REFUSAL_FLOOR_LIMIT && room.binding_unit == TILLBOOK_UNIT_FEN);
  CHECK(room.binding_limit == 3000 && room.binding_requested == 3001 && *room.binding_en && *room.binding_zh);
  CHECK(lifted.money == 4000 && lifted.floor == 4000 && room.card == 50000 && room.new_cards == 20);
  CHECK((room.has & (TILLBOOK_ROOM_CARD | TILLBOOK_ROOM_PHONE | TILLBOOK_ROOM_AVAILABLE | TILLBOOK_ROOM_BASE
                     | TILLBOOK_ROOM_POLICY)) == 31);
  OK(tillbook_room_of(till, NULL, 0, 0, &room, &err));
  CHECK(room.has == TILLBOOK_ROOM_POLICY && room.card == 0 && room.policy_expires_s > 0);
  /* By the same keys as a file, and back to what was. */
  request.policy = NULL;
  request.policy_json = tillbook_str_of("{\"floor_limit\": 3000, \"hard_floor_limit\": 4000, \"warning_percent\": 90}");
  OK(tillbook_set_policy(till, &request, NULL, &err));
  OK(tillbook_policy_of(till, &now, &err));
  CHECK(now.version == 3 && now.warning_percent == 90 && now.valid_until == 0 && !*now.coupon_templates_now);
  tillbook_report_query_init(&query);
  query.report = TILLBOOK_REPORT_POLICIES;
  CHECK(reported(till, &query, "\"who\":\"总部\""));
}

static void exceptions(tillbook_till *till) {
  tillbook_exception_request request;
  tillbook_listed listed;
  tillbook_exceptions *list = NULL;
  tillbook_exception row;
  tillbook_consume_request sale;
  tillbook_receipt receipt;
  int64_t next_page = -1;
  tillbook_exception_request_init(&request);
  request.card = tillbook_str_of("B1");
  request.why = tillbook_str_of("丢失");
  request.who = tillbook_str_of("店长");
  OK(tillbook_change_exception(till, &request, &err));
  listed.card = tillbook_str_of("A1");
  listed.reason = tillbook_str_of("stolen");
  OK(tillbook_replace_exceptions(till, &listed, 1, T("head office"), &err));
  tillbook_exception_init(&row);
  OK(tillbook_exceptions_of(till, 0, 1, &list, &next_page, &err));
  OK(tillbook_exceptions_next(list, &row, &err));
  CHECK(same(row.card, "A1") && row.by_list == 1 && same(row.reason, "stolen") && row.since > 0 && next_page != 0);
  IS(TILLBOOK_DONE, tillbook_exceptions_next(list, &row, &err));
  OK0(tillbook_exceptions_free(list));
  OK(tillbook_exceptions_of(till, next_page, 1, &list, &next_page, &err));
  OK(tillbook_exceptions_next(list, &row, &err));
  CHECK(same(row.card, "B1") && row.by_list == 0 && same(row.who, "店长") && next_page == 0);
  OK0(tillbook_exceptions_free(list));
  consume_of(&sale, NULL, "A1", 100);
  tillbook_receipt_init(&receipt);
  IS(TILLBOOK_REFUSED, tillbook_consume(till, &sale, &receipt, &err));
  OK(tillbook_replace_exceptions(till, NULL, 0, T("head office"), &err));
  request.why = tillbook_str_of(NULL);
  request.lift = 1;
  OK(tillbook_change_exception(till, &request, &err));
  OK(tillbook_exceptions_of(till, 0, 0, &list, NULL, &err));
  IS(TILLBOOK_DONE, tillbook_exceptions_next(list, &row, &err));
  OK0(tillbook_exceptions_free(list));
}

/* While the remote is not there. */
static void through_an_outage(tillbook_till *till) {
  tillbook_call call;
  tillbook_consume_request sale;
  tillbook_open_card_request open;
  tillbook_receipt receipt;
  tillbook_details *details = NULL;
  tillbook_detail detail;
  int64_t left = 0;
  int told = 0;
  ask("cut");
  call_of(&call, "above-1", TILLBOOK_DELIVERY_PREFER_ONLINE, 1000);
  consume_of(&sale, &call, "A1", 4800); /* 38.40: above the floor limit, below what may be lifted */
  tillbook_receipt_init(&receipt);
  /* It was on its way when the line went: cancelled, with the reason why the till did not approve it instead. */
  OK(tillbook_consume(till, &sale, &receipt, &err));
  CHECK(receipt.promise == TILLBOOK_PROMISE_CANCELLED && receipt.refusal == TILLBOOK_REFUSAL_FLOOR_LIMIT);
  call.op_id = tillbook_str_of("above-2");
  call.operator_name = tillbook_str_of("小李");
  call.shift = tillbook_str_of("早班");
  call.supervisor = tillbook_str_of("店长");
  call.reason = tillbook_str_of("常客");
  call.override_policy = 1;
  OK(tillbook_consume(till, &sale, &receipt, &err));
  CHECK(receipt.promise == TILLBOOK_PROMISE_OFFLINE_APPROVED && receipt.from_card == 3840);
  CHECK(receipt.lifted == 1u << TILLBOOK_REFUSAL_FLOOR_LIMIT && receipt.policy_version == 3 && receipt.training == 0);
  OK(tillbook_operation_details(till, T("above-2"), &details, &err));
  tillbook_detail_init(&detail);
  while (tillbook_details_next(details, &detail, &err) == TILLBOOK_OK) told += same(detail.name, "lifted");
  CHECK(told == 1);
  OK0(tillbook_details_free(details));

  OK(tillbook_numbers_left(till, &left, &err));
  CHECK(left == 3);
  call_of(&call, "open-1", TILLBOOK_DELIVERY_PREFER_ONLINE, 1000);
  tillbook_open_card_request_init(&open);
  open.call = &call;
  open.level = tillbook_str_of("普通会员");
  open.name = tillbook_str_of("Ms Sun");
  open.next_number = 1;
  OK(tillbook_open_card(till, &open, &receipt, &err));
  CHECK(same(receipt.card, "R08") && receipt.promise == TILLBOOK_PROMISE_OFFLINE_APPROVED);
  OK(tillbook_numbers_left(till, &left, &err));
  CHECK(left == 2);
}

/* The number was somebody else's: another till has opened a card under it meanwhile. */
static void retarget(tillbook_till *till) {
  tillbook_sync_status status;
  tillbook_waiting *waiting = NULL;
  tillbook_waiting_operation operation;
  tillbook_recharge_request recharge;
  tillbook_call call;
  tillbook_orphans *orphans = NULL;
  tillbook_orphan orphan;
  tillbook_retarget_request decision;
  tillbook_receipt receipt;
  tillbook_report_query query;
  uint64_t seen = 0;
  int64_t left = 0;
  int rounds;
  call_of(&call, "cash-1", TILLBOOK_DELIVERY_PREFER_ONLINE, 1000);
  tillbook_recharge_request_init(&recharge);
  recharge.call = &call;
  recharge.card = tillbook_str_of("R08");
  recharge.amount = 5000;
  recharge.pay_type = 1;
  tillbook_receipt_init(&receipt);
  OK(tillbook_recharge(till, &recharge, &receipt, &err));
  CHECK(receipt.promise == TILLBOOK_PROMISE_OFFLINE_APPROVED);
  ask("take R08");
  ask("restore");
  tillbook_sync_status_init(&status);
  for (rounds = 0; rounds < 2000; rounds++) {
    OK(tillbook_sync(till, 500, &status, &err));
    if (status.waiting_for_people > 0) break;
    OK(tillbook_wait_for_change(till, seen, 5, &seen, &err));
  }
  OK(tillbook_waiting_of(till, &waiting, &err));
  tillbook_waiting_operation_init(&operation);
  OK(tillbook_waiting_next(waiting, &operation, &err));
  CHECK(same(operation.op_id, "open-1") && operation.may_retarget == 1 && operation.orphans_count == 1);
  CHECK(operation.cash_taken == 5000);
  OK0(tillbook_waiting_free(waiting));
  OK(tillbook_orphans_of(till, T("open-1"), &orphans, &err));
  tillbook_orphan_init(&orphan);
  OK(tillbook_orphans_next(orphans, &orphan, &err));
  CHECK(same(orphan.op_id, "cash-1") && orphan.kind == TILLBOOK_KIND_RECHARGE && orphan.cash == 5000);
  IS(TILLBOOK_DONE, tillbook_orphans_next(orphans, &orphan, &err));
  OK0(tillbook_orphans_free(orphans));
  tillbook_retarget_request_init(&decision);
  decision.op_id = tillbook_str_of("open-1");
  decision.to = TILLBOOK_RETARGET_NEXT_NUMBER;
  decision.who = tillbook_str_of("店长");
  decision.why = tillbook_str_of("卡号已被占用");
  OK(tillbook_retarget(till, &decision, &receipt, &err));
  CHECK(same(receipt.card, "R09"));
  OK(tillbook_numbers_left(till, &left, &err));
  CHECK(left == 1);
  tillbook_report_query_init(&query);
  query.report = TILLBOOK_REPORT_RETARGETS;
  query.card = tillbook_str_of("R08");
  CHECK(reported(till, &query, "\"to\":\"R09\""));
  for (rounds = 0; rounds < 2000; rounds++) {
    OK(tillbook_sync(till, 500, &status, &err));
    if (status.queued == 0) break;
    OK(tillbook_wait_for_change(till, seen, 5, &seen, &err));
  }
  CHECK(status.queued == 0 && status.waiting_for_people == 0);
}

/* Asks the book that is being checked: that would wait for ever. */
static int32_t asks_its_own_book(void *user, const char *part, uint64_t done, uint64_t found) {
  tillbook_waiting *waiting = NULL;
  (void)part, (void)done, (void)found;
  IS(TILLBOOK_INVALID_INPUT, tillbook_book_waiting_of(user, &waiting, &err));
  CHECK(waiting == NULL);
  return 0;
}

/* What a support program asks beside the till. */
static void read_beside(tillbook_book *book) {
  tillbook_search_query query;
  tillbook_found *found = NULL;
  tillbook_found_card one;
  tillbook_card card;
  tillbook_history *history = NULL;
  tillbook_entry entry;
  tillbook_receipt receipt;
  tillbook_waiting *waiting = NULL;
  tillbook_notices *notices = NULL;
  tillbook_check_options options;
  tillbook_check_report report;
  tillbook_findings *findings = NULL;
  tillbook_finding finding;
  tillbook_bytes keys[2];
  int64_t next = 0;
  int32_t more = -1;
  tillbook_search_query_init(&query);
  query.text = tillbook_str_of("R0");
  OK(tillbook_book_search(book, &query, &found, &more, &err));
  tillbook_found_card_init(&one);
  OK(tillbook_found_next(found, &one, &err));
  CHECK(more == 0);
  tillbook_card_init(&card);
  OK(tillbook_book_card(book, T(one.number), &card, &err));
  CHECK(same(card.number, one.number));
  OK0(tillbook_found_free(found));

  OK(tillbook_book_history(book, NULL, &history, &next, &err));
  tillbook_entry_init(&entry);
  OK(tillbook_history_next(history, &entry, &err));
  tillbook_receipt_init(&receipt);
  OK(tillbook_book_operation(book, T(entry.op_id), &receipt, &err));
  CHECK(same(receipt.op_id, entry.op_id));
  OK0(tillbook_history_free(history));
  OK(tillbook_book_waiting_of(book, &waiting, &err));
  OK0(tillbook_waiting_free(waiting));
  OK(tillbook_book_notices_of(book, &notices, &err));
  OK0(tillbook_notices_free(notices));

  /* Who does not have the till's key can't verify; who has it can, whatever other keys there are. */
  tillbook_check_options_init(&options);
  options.progress = asks_its_own_book;
  options.user = book;
  tillbook_check_report_init(&report);
  OK(tillbook_book_check(book, &options, &report, &findings, &err));
  tillbook_finding_init(&finding);
  while (tillbook_findings_next(findings, &finding, &err) == TILLBOOK_OK) printf("%s: %s\n", finding.place, finding.detail);
  OK0(tillbook_findings_free(findings));
  CHECK(report.complete && report.errors == 0 && report.chained == 0 && report.unverified == report.entries);
  keys[0].data = (const uint8_t *)"another key of the shop";
  keys[0].size = strlen("another key of the shop");
  keys[1].data = (const uint8_t *)CHAIN_KEY;
  keys[1].size = strlen(CHAIN_KEY);
  options.earlier_keys = keys;
  options.earlier_keys_count = 2;
  OK(tillbook_book_check(book, &options, &report, NULL, &err));
  CHECK(report.clean && report.unverified == 0 && report.chained == report.entries && report.entries > 0);
  /* A program of an earlier release has no such fields: what stands there is its own. */
  options.struct_size = offsetof(tillbook_check_options, earlier_keys);
  OK(tillbook_book_check(book, &options, &report, NULL, &err));
  CHECK(report.chained == 0);
}

static void reports(tillbook_till *till, const shop *it) {
  tillbook_report_query query;
  tillbook_outages *outages = NULL;
  tillbook_outage outage;
  tillbook_totals *totals = NULL;
  tillbook_totals_info info;
  tillbook_totals_line line;
  tillbook_safe_to_close safe;
  tillbook_book *book = NULL;
  tillbook_buffer *buffer = NULL;
  char today[16], path[1200];
  int64_t close_no = 0, sales = 0, lines = 0;
  FILE *bundle;
  OK(tillbook_business_date(till, today, &err));
  CHECK(strlen(today) == 10 && today[4] == '-');
  OK(tillbook_outages_of(till, &outages, &err));
  tillbook_outage_init(&outage);
  OK(tillbook_outages_next(outages, &outage, &err));
  CHECK(same(outage.provider, "sandy") && outage.began_at > 0 && outage.back_at >= outage.began_at);
  OK0(tillbook_outages_free(outages));

  tillbook_report_query_init(&query);
  query.report = TILLBOOK_REPORT_RECONCILIATION;
  query.number = outage.outage_no;
  CHECK(reported(till, &query, "\"accepted\""));
  query.number = 0;
  query.date = tillbook_str_of(today);
  query.format = TILLBOOK_FORMAT_CSV;
  query.language = TILLBOOK_LANGUAGE_CHINESE;
  CHECK(reported(till, &query, "业务类型") && reported(till, &query, "\r\n"));
  query.date = tillbook_str_of(NULL);
  query.has_range = 1;
  query.until = INT64_C(4000000000000);
  CHECK(reported(till, &query, "笔数"));

  OK(tillbook_totals_of(till, NULL, 0, &totals, NULL, &err));
  OK0(tillbook_totals_free(totals));
  tillbook_totals_info_init(&info);
  OK(tillbook_totals_of(till, T(today), &totals, &info, &err));
  CHECK(info.first_entry == 1 && info.last_entry > info.first_entry && same(info.business_date, today));
  CHECK(*info.first_receipt && info.from > 0 && info.to >= info.from);
  tillbook_totals_line_init(&line);
  while (tillbook_totals_next(totals, &line, &err) == TILLBOOK_OK) {
    lines += line.lines;
    if (line.kind == TILLBOOK_KIND_CONSUME && line.movement == TILLBOOK_MOVEMENT_MADE) {
      sales += line.from_card;
      CHECK(line.actual == line.from_card + line.due && line.original == line.actual + line.discount);
    }
  }
  CHECK(sales == 800 + 3840 && lines > 2);
  OK0(tillbook_totals_free(totals));

  tillbook_safe_to_close_init(&safe);
  OK(tillbook_safe_to_close_of(till, &safe, &err));
  CHECK(safe.upgrade == 1 && safe.remove == 0);
  tillbook_report_query_init(&query);
  query.report = TILLBOOK_REPORT_SAFE_TO_CLOSE;
  CHECK(reported(till, &query, "day_not_closed") && reported(till, &query, "\"zh\":"));
  OK(tillbook_close_day(till, T(today), T("店长"), &close_no, &err));
  CHECK(close_no == 1);
  IS(TILLBOOK_INVALID_INPUT, tillbook_close_day(till, T(today), T("店长"), &close_no, &err));
  query.report = TILLBOOK_REPORT_DAY_CLOSE;
  query.number = 1;
  CHECK(reported(till, &query, "\"close_no\":1"));
  query.format = TILLBOOK_FORMAT_CSV;
  CHECK(reported(till, &query, "38.40"));
  query.format = TILLBOOK_FORMAT_JSON;
  query.number = 0;
  query.report = TILLBOOK_REPORT_DAY_CLOSES;
  CHECK(reported(till, &query, "\"who\":\"店长\""));
  query.report = TILLBOOK_REPORT_OUTAGES;
  CHECK(reported(till, &query, "\"provider\":\"sandy\""));
  query.report = TILLBOOK_REPORT_CATALOGUE;
  CHECK(reported(till, &query, "\"pay_types\""));
  query.report = TILLBOOK_REPORT_TOTALS;
  CHECK(reported(till, &query, "\"lines\":[]"));
  /* The secret came from the host, and is not shown again. */
  query.report = TILLBOOK_REPORT_CONFIGURATION;
  CHECK(reported(till, &query, "***") && reported(till, &query, "\"last\":10"));
  OK(tillbook_report(till, &query, &buffer, &err));
  CHECK(!strstr(text_of(buffer), "{DEFAULT-AUTO"));
  OK0(tillbook_buffer_free(buffer));

  /* Beside the till, for reading only. */
  OK(tillbook_book_open(T(it->path), &book, &err));
  query.report = TILLBOOK_REPORT_IDENTITY;
  OK(tillbook_book_report(book, &query, &buffer, &err));
  CHECK(strstr(text_of(buffer), "\"till\":\"Till 1\""));
  OK0(tillbook_buffer_free(buffer));
  query.report = TILLBOOK_REPORT_STATUS;
  OK(tillbook_book_report(book, &query, &buffer, &err));
  CHECK(strstr(text_of(buffer), "\"lines_not_closed\":0"));
  OK0(tillbook_buffer_free(buffer));
  query.report = TILLBOOK_REPORT_DAY_CLOSE;
  query.number = 1;
  OK(tillbook_book_report(book, &query, &buffer, &err));
  OK0(tillbook_buffer_free(buffer));
  read_beside(book);
  OK0(tillbook_book_free(book));

  snprintf(path, sizeof path, "%s.support", it->path);
  OK(tillbook_support_bundle(till, T(path), &err));
  bundle = fopen(path, "rb");
  CHECK(bundle != NULL);
  if (bundle) fclose(bundle);
}

static int32_t ends_it(void *user, const char *part, uint64_t done, uint64_t found) {
  CHECK(part && *part && found == 0);
  (void)done;
  return ++*(int *)user;
}

static void check_and_keep(tillbook_till *till) {
  tillbook_check_options options;
  tillbook_check_report report;
  tillbook_findings *findings = NULL;
  tillbook_finding finding;
  tillbook_house_kept kept;
  tillbook_forgotten forgotten;
  tillbook_texts *missing = NULL;
  tillbook_card card;
  const char *file = NULL;
  int calls = 0;
  tillbook_check_report_init(&report);
  tillbook_finding_init(&finding);
  OK(tillbook_check(till, NULL, &report, &findings, &err));
  CHECK(report.clean == 1 && report.complete == 1 && report.errors == 0 && report.entries > 0 && report.cards >= 3);
  CHECK(report.chain_entry > 0 && strlen(report.chain_head) >= 32 && report.chained == report.entries);
  while (tillbook_findings_next(findings, &finding, &err) == TILLBOOK_OK) {
    printf("%s: %s\n", finding.place, finding.detail);
    CHECK(finding.severity == TILLBOOK_SEVERITY_NOTE);
  }
  OK0(tillbook_findings_free(findings));
  tillbook_check_options_init(&options);
  options.progress = ends_it;
  options.user = &calls;
  OK(tillbook_check(till, &options, &report, NULL, &err));
  CHECK(calls == 1 && report.complete == 0 && report.clean == 0);

  tillbook_house_kept_init(&kept);
  OK(tillbook_keep_house(till, 1000, &kept, &err));
  CHECK(kept.more == 0 && !*kept.archive);
  tillbook_forgotten_init(&forgotten);
  OK(tillbook_forget(till, T("B1"), T("店长"), &forgotten, &missing, &err));
  CHECK(same(forgotten.number, "B1"));
  IS(TILLBOOK_DONE, tillbook_texts_next(missing, &file, &err));
  OK0(tillbook_texts_free(missing));
  tillbook_card_init(&card);
  OK(tillbook_card_of(till, T("B1"), &card, &err));
  CHECK(!*card.name && !*card.phone);
}

static void salvage(const shop *it) {
  char path[1200];
  tillbook_buffer *report = NULL;
  snprintf(path, sizeof path, "%s.saved", it->path);
  OK(tillbook_salvage(T(it->path), T(path), &report, &err));
  CHECK(strstr(text_of(report), "\"complete\":true"));
  OK0(tillbook_buffer_free(report));
  IS(TILLBOOK_INVALID_INPUT, tillbook_salvage(T(it->path), T(path), NULL, &err));
}

static int32_t seen_through(void *user, uint64_t copied, uint64_t pages) {
  CHECK(copied <= pages && pages > 0);
  ++*(int *)user;
  return 0;
}

static int32_t gives_up(void *user, uint64_t copied, uint64_t pages) {
  (void)user, (void)copied, (void)pages;
  return 1;
}

/* A backup on Monday, a disk that dies, and an older copy that somebody goes on with. */
static tillbook_till *backup_and_restore(tillbook_till *till, shop *it) {
  tillbook_backup_request backup;
  tillbook_backup_report made;
  tillbook_restore_request restore;
  tillbook_restore_report done;
  tillbook_sync_status status;
  tillbook_consume_request sale;
  tillbook_call call;
  tillbook_receipt receipt;
  tillbook_notices *notices = NULL;
  tillbook_notice notice;
  char path[1200];
  int calls = 0, told = 0;
  FILE *old;
  snprintf(path, sizeof path, "%s.monday", it->path);
  tillbook_backup_request_init(&backup);
  tillbook_backup_report_init(&made);
  backup.path = tillbook_str_of(path);
  backup.progress = gives_up;
  CHECK(tillbook_backup(till, &backup, &made, &err) != TILLBOOK_OK);
  OK0(tillbook_error_free(err));
  err = NULL;
  backup.progress = seen_through;
  backup.user = &calls;
  OK(tillbook_backup(till, &backup, &made, &err));
  CHECK(made.bytes > 0 && made.schema >= 2 && calls > 0);
  IS(TILLBOOK_INVALID_INPUT, tillbook_backup(till, &backup, &made, &err));
  backup.overwrite = 1;
  OK(tillbook_backup(till, &backup, &made, &err));

  tillbook_restore_request_init(&restore);
  restore.backup = tillbook_str_of(path);
  restore.path = tillbook_str_of(it->path);
  tillbook_restore_report_init(&done);
  IS(TILLBOOK_BOOK_IN_USE, tillbook_restore(&restore, &done, &err));
  tillbook_receipt_init(&receipt);
  call_of(&call, "lost-1", TILLBOOK_DELIVERY_REQUIRE_ONLINE, 0);
  consume_of(&sale, &call, "A1", 100);
  OK(tillbook_consume(till, &sale, &receipt, &err));
  OK0(tillbook_free(till));
  OK(tillbook_restore(&restore, &done, &err));
  CHECK(done.schema >= 2 && *done.replaced);
  old = fopen(done.replaced, "rb");
  CHECK(old != NULL);
  if (old) fclose(old);

  till = opened(it);
  tillbook_sync_status_init(&status);
  OK(tillbook_sync_state(till, &status, &err));
  CHECK(*status.restored);
  IS(TILLBOOK_NOT_FOUND, tillbook_operation(till, T("lost-1"), &receipt, &err));
  call_of(&call, "next-1", TILLBOOK_DELIVERY_REQUIRE_ONLINE, 0);
  IS(TILLBOOK_RESTORED, tillbook_consume(till, &sale, &receipt, &err));
  OK(tillbook_notices_of(till, &notices, &err));
  tillbook_notice_init(&notice);
  while (tillbook_notices_next(notices, &notice, &err) == TILLBOOK_OK) told += notice.kind == TILLBOOK_NOTICE_RESTORED;
  CHECK(told == 1);
  OK0(tillbook_notices_free(notices));
  OK(tillbook_go_on_after_restore(till, T("店长"), T("硬盘坏了"), &err));
  OK(tillbook_sync_state(till, &status, &err));
  CHECK(!*status.restored);
  OK(tillbook_consume(till, &sale, &receipt, &err));
  CHECK(receipt.approved == 1);
  return till;
}

static int asked;

static int32_t secret(void *user, const char *name, char *buffer, size_t size) {
  static const char guid[] = "{DEFAULT-AUTO-8E5A-BDE2-34ABA1BD956C9}";
  CHECK(user == &asked && same(name, "restaurant") && size > sizeof guid);
  asked++;
  memcpy(buffer, guid, sizeof guid - 1);
  return (int32_t)(sizeof guid - 1);
}

static int32_t no_secret(void *user, const char *name, char *buffer, size_t size) {
  (void)user, (void)name, (void)buffer, (void)size;
  return 0;
}

/* Programs of the first release know shorter structs: what they lack is left out, and nothing behind them is touched. */
static void of_the_first_release(tillbook_till *till) {
  struct {
    tillbook_receipt receipt;
  } block;
  tillbook_call call;
  tillbook_consume_request sale;
  const size_t first = offsetof(tillbook_receipt, lifted);
  memset(&block, 0x5a, sizeof block);
  memset(&block.receipt, 0, first);
  block.receipt.struct_size = first;
  call_of(&call, "first-1", TILLBOOK_DELIVERY_REQUIRE_ONLINE, 0);
  call.struct_size = offsetof(tillbook_call, override_policy);
  call.override_policy = 77;
  consume_of(&sale, &call, "A1", 1000);
  OK(tillbook_consume(till, &sale, &block.receipt, &err));
  CHECK(block.receipt.approved == 1 && block.receipt.from_card == 800 && block.receipt.struct_size == first);
  CHECK(block.receipt.lifted == 0x5a5a5a5a && block.receipt.training == 0x5a5a5a5a);
  OK(tillbook_check_abi(TILLBOOK_ABI_MAJOR << 16, &err));
}

int main(int count, char **arguments) {
  static shop it;
  tillbook_till *till = NULL;
  if (count < 3) return 2;
  shop_of(&it, arguments[1], arguments[2], "desk");
  it.config.card_prefix = tillbook_str_of("R");
  it.config.card_first = 8;
  it.config.card_last = 10;
  it.config.card_width = 2;
  it.sandy.guid = tillbook_str_of(NULL);
  it.sandy.settings = tillbook_str_of("{\"guid\": {\"host\": \"restaurant\"}}");
  it.options.chain_key = (const uint8_t *)CHAIN_KEY;
  it.options.chain_key_size = strlen(CHAIN_KEY);
  IS(TILLBOOK_INVALID_CONFIG, tillbook_open(&it.options, &till, &err));
  it.options.secret = no_secret;
  IS(TILLBOOK_INVALID_CONFIG, tillbook_open(&it.options, &till, &err));
  it.options.secret = secret;
  it.options.secret_user = &asked;
  till = opened(&it);
  CHECK(asked == 1);
  preload(till);
  search(till);
  of_the_first_release(till);
  histories(till);
  policy(till);
  exceptions(till);
  OK(tillbook_pull_catalogue(till, 0, &err));
  through_an_outage(till);
  retarget(till);
  reports(till, &it);
  check_and_keep(till);
  till = backup_and_restore(till, &it);
  OK0(tillbook_free(till));
  salvage(&it);
  return finished();
}
