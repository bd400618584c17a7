/* What a program can get wrong, function by function: each row is one mistake in an otherwise good call. A bad call
 * tells what it is, leaves everything as it was, and the shop goes on. */

#include "shop.h"

#include <stddef.h>

/* One of each thing that a function fills. A mistake changes no byte of it. */
typedef struct outs {
  tillbook_receipt receipt;
  tillbook_card card;
  tillbook_headroom headroom;
  tillbook_policy policy;
  tillbook_points_statistics statistics;
  tillbook_page page;
  tillbook_sync_status status;
  tillbook_token_wanted wanted;
  tillbook_coupon_validation validation;
  tillbook_log_record record;
  tillbook_error_info info;
  tillbook_account account;
  tillbook_level level;
  tillbook_pay_type pay_type;
  tillbook_recharge_rule recharge_rule;
  tillbook_service service;
  tillbook_coupon coupon;
  tillbook_verdict verdict;
  tillbook_entry entry;
  tillbook_notice notice;
  tillbook_waiting_operation operation;
  tillbook_detail detail;
  tillbook_remote remote;
  tillbook_member member;
  tillbook_points_record points_record;
  tillbook_found_card found_card;
  tillbook_exception exception;
  tillbook_orphan orphan;
  tillbook_outage outage;
  tillbook_totals_line totals_line;
  tillbook_finding finding;
  tillbook_room room;
  tillbook_history_pull pull;
  tillbook_preloaded preloaded;
  tillbook_totals_info totals_info;
  tillbook_safe_to_close safe;
  tillbook_check_report check_report;
  tillbook_house_kept house_kept;
  tillbook_forgotten forgotten;
  tillbook_backup_report backup_report;
  tillbook_restore_report restore_report;
  tillbook_found *found;
  tillbook_exceptions *exceptions;
  tillbook_orphans *orphans;
  tillbook_outages *outages;
  tillbook_totals *totals;
  tillbook_findings *findings;
  tillbook_book *book;
  tillbook_till *till;
  tillbook_cards *cards;
  tillbook_accounts *accounts;
  tillbook_texts *texts;
  tillbook_levels *levels;
  tillbook_pay_types *pay_types;
  tillbook_recharge_rules *recharge_rules;
  tillbook_services *services;
  tillbook_coupons *coupons;
  tillbook_verdicts *verdicts;
  tillbook_history *history;
  tillbook_points_records *points_records;
  tillbook_members *members;
  tillbook_notices *notices;
  tillbook_waiting *waiting;
  tillbook_details *details;
  tillbook_remotes *remotes;
  tillbook_buffer *buffer;
  tillbook_listener *listener;
  const char *text;
  const uint8_t *bytes;
  size_t size;
  int64_t number;
  uint64_t change;
  int32_t right;
  char yuan[32];
} outs;

static outs out;

static void made_anew(void) {
  memset(&out, 0x5a, sizeof out);
#define SIZE(field) out.field.struct_size = sizeof out.field
  SIZE(receipt), SIZE(card), SIZE(headroom), SIZE(policy), SIZE(statistics), SIZE(page), SIZE(status), SIZE(wanted);
  SIZE(validation), SIZE(record), SIZE(info), SIZE(account), SIZE(level), SIZE(pay_type), SIZE(recharge_rule);
  SIZE(service), SIZE(coupon), SIZE(verdict), SIZE(entry), SIZE(notice), SIZE(operation), SIZE(detail), SIZE(remote);
  SIZE(member), SIZE(points_record), SIZE(found_card), SIZE(exception), SIZE(orphan), SIZE(outage), SIZE(totals_line);
  SIZE(finding), SIZE(room), SIZE(pull), SIZE(preloaded), SIZE(totals_info), SIZE(safe), SIZE(check_report);
  SIZE(house_kept), SIZE(forgotten), SIZE(backup_report), SIZE(restore_report);
#undef SIZE
}

static int rows;

/* The status, an error that says the same, and not a byte written. */
static void row(tillbook_status expected, tillbook_status status, int has_error, const outs *before, const char *what,
                int line) {
  tillbook_error_info info;
  rows++;
  if (status != expected) {
    fprintf(stderr, "%s:%d: %s instead of %s: %s (%s)\n", __FILE__, line, tillbook_status_name(status),
            tillbook_status_name(expected), what, err ? tillbook_error_detail(err) : "");
    checked(0, "the row's status", __FILE__, line);
  }
  if (has_error && status > 0) {
    checked(err != NULL, "an error", __FILE__, line);
    tillbook_error_info_init(&info);
    checked(tillbook_error_info_of(err, &info) == TILLBOOK_OK && info.status == status, "it says so", __FILE__, line);
    checked(info.message_en && *info.message_en && (unsigned char)info.message_zh[0] >= 0x80 && *info.detail,
            "it has words", __FILE__, line);
    checked((info.domain == TILLBOOK_DOMAIN_ABI) >= (status >= 100), "of this interface", __FILE__, line);
    checked(tillbook_error_free(err) == TILLBOOK_OK, "it is freed", __FILE__, line);
  }
  checked(status == TILLBOOK_OK || memcmp(before, &out, sizeof out) == 0, "nothing is written", __FILE__, line);
  err = NULL;
}

#define ROW_AS(expected, has_error, call)                            \
  do {                                                               \
    static outs before;                                              \
    before = out;                                                    \
    row((expected), (call), (has_error), &before, #call, __LINE__);  \
  } while (0)
#define ROW(expected, call) ROW_AS(TILLBOOK_##expected, 1, call)
/* For functions that take no `err`. */
#define ROW0(expected, call) ROW_AS(TILLBOOK_##expected, 0, call)

/* "王小" as code page 936 has it, and bytes that are nothing. */
#define GBK "\xcd\xf5\xd0\xa1", 4
#define RUBBISH "\xff\xfe", 2
#define NONE NULL, 0

static tillbook_till *till, *closed, *freed_till;

/* Handles of every sort that is not the one wanted: freed, of another kind, an address, a number, all bits. */
static void *wrong_handles[8];
enum { WRONG = 8 };

static int64_t local;

static void find_wrong_handles(void) {
  tillbook_error *freed_error = NULL;
  tillbook_parse_yuan(T("x"), &local, &freed_error);
  OK0(tillbook_error_free(freed_error));
  wrong_handles[0] = freed_error;
  wrong_handles[1] = freed_till;
  wrong_handles[2] = &local;
  wrong_handles[3] = (void *)(uintptr_t)1;
  wrong_handles[4] = (void *)UINTPTR_MAX;
  wrong_handles[5] = (void *)((uintptr_t)till + 4096);
  wrong_handles[6] = (void *)((uintptr_t)till ^ ((uintptr_t)1 << 24));
  wrong_handles[7] = (void *)(uintptr_t)0x7fffffff;
}

/* `call` with every wrong handle for HANDLE; `kind` is its type. */
#define HANDLES(kind, call)                  \
  do {                                       \
    size_t which;                            \
    for (which = 0; which < WRONG; which++) { \
      kind *HANDLE = wrong_handles[which];   \
      ROW(BAD_HANDLE, call);                 \
    }                                        \
  } while (0)

/* A function of a till: none, wrong ones, a closed one. */
#define TILL(after_close, call)       \
  do {                                \
    tillbook_till *HANDLE = NULL;     \
    ROW(NULL_ARGUMENT, call);         \
    HANDLE = closed;                  \
    ROW_AS(after_close, 1, call);     \
    HANDLES(tillbook_till, call);     \
  } while (0)

/* A struct that is filled: none, and sizes that can't be. */
#define PLACE(field, call) PLACE_OF(sizeof out.field, field, call)
/* One that has grown since the first release: the field that came next is told. */
#define GROWN(type, next, field, call) PLACE_OF(offsetof(type, next), field, call)
#define PLACE_OF(first, field, call)                                                       \
  do {                                                                                     \
    static const size_t sizes[] = {0, 1, sizeof(size_t), (first) - 1, 65537, SIZE_MAX};    \
    size_t which;                                                                          \
    for (which = 0; which < sizeof sizes / sizeof *sizes; which++) {                       \
      out.field.struct_size = sizes[which];                                                \
      ROW(BAD_STRUCT, call);                                                               \
    }                                                                                      \
    out.field.struct_size = sizeof out.field;                                              \
  } while (0)

/* Text as two arguments: none, no UTF-8, too much. */
#define TEXT(call)                               \
  do {                                           \
    const char *DATA = NULL;                     \
    size_t SIZE = 0;                             \
    ROW(NULL_ARGUMENT, call);                    \
    SIZE = TILLBOOK_NUL_TERMINATED;              \
    ROW(NULL_ARGUMENT, call);                    \
    DATA = "\xcd\xf5\xd0\xa1", SIZE = 4;         \
    ROW(BAD_TEXT, call);                         \
    DATA = "\xff", SIZE = TILLBOOK_NUL_TERMINATED; \
    ROW(BAD_TEXT, call);                         \
    DATA = "A1", SIZE = SIZE_MAX / 2;            \
    ROW(INVALID_INPUT, call);                    \
  } while (0)

/* A list: its rows, and its end. */
#define LIST(name, field) LIST_OF(sizeof out.field, name, field)
#define LIST_OF(first, name, field)                                                           \
  do {                                                                                        \
    ROW(NULL_ARGUMENT, tillbook_##name##_next(NULL, &out.field, &err));                       \
    ROW(NULL_ARGUMENT, tillbook_##name##_next((tillbook_##name *)till, NULL, &err));          \
    ROW(BAD_HANDLE, tillbook_##name##_next((tillbook_##name *)till, &out.field, &err));       \
    HANDLES(tillbook_##name, tillbook_##name##_next(HANDLE, &out.field, &err));               \
    PLACE_OF(first, field, tillbook_##name##_next((tillbook_##name *)till, &out.field, &err)); \
    FREE(name);                                                                               \
  } while (0)
#define FREE(name)                                                 \
  do {                                                             \
    size_t which;                                                  \
    ROW0(OK, tillbook_##name##_free(NULL));                        \
    ROW0(BAD_HANDLE, tillbook_##name##_free((tillbook_##name *)(void *)services)); \
    for (which = 0; which < WRONG; which++) {                      \
      ROW0(BAD_HANDLE, tillbook_##name##_free(wrong_handles[which])); \
    }                                                              \
  } while (0)

static tillbook_services *services;

static void lists(void) {
  tillbook_services *list = NULL;
  tillbook_texts *texts = NULL;
  OK(tillbook_services_of(&services, &err));
  LIST(cards, card);
  LIST(accounts, account);
  LIST(levels, level);
  LIST(pay_types, pay_type);
  LIST(recharge_rules, recharge_rule);
  LIST(coupons, coupon);
  LIST(verdicts, verdict);
  LIST_OF(offsetof(tillbook_entry, record_no), history, entry);
  LIST(points_records, points_record);
  LIST(members, member);
  LIST(notices, notice);
  LIST_OF(offsetof(tillbook_waiting_operation, orphans_count), waiting, operation);
  LIST(details, detail);
  LIST(remotes, remote);
  LIST(found, found_card);
  LIST(exceptions, exception);
  LIST(orphans, orphan);
  LIST(outages, outage);
  LIST(totals, totals_line);
  LIST(findings, finding);
  FREE(book);
  FREE(buffer);
  FREE(error);
  ROW0(OK, tillbook_listener_remove(NULL));
  ROW0(BAD_HANDLE, tillbook_listener_remove((tillbook_listener *)(void *)services));
  ROW0(OK, tillbook_free(NULL));
  ROW0(BAD_HANDLE, tillbook_free((tillbook_till *)(void *)services));
  ROW0(BAD_HANDLE, tillbook_free(freed_till));

  ROW(NULL_ARGUMENT, tillbook_texts_next(NULL, &out.text, &err));
  ROW(NULL_ARGUMENT, tillbook_texts_next((tillbook_texts *)till, NULL, &err));
  HANDLES(tillbook_texts, tillbook_texts_next(HANDLE, &out.text, &err));
  ROW(NULL_ARGUMENT, tillbook_buffer_bytes(NULL, &out.bytes, &out.size, &err));
  ROW(NULL_ARGUMENT, tillbook_buffer_bytes((tillbook_buffer *)(void *)services, NULL, &out.size, &err));
  HANDLES(tillbook_buffer, tillbook_buffer_bytes(HANDLE, &out.bytes, &out.size, &err));

  ROW(NULL_ARGUMENT, tillbook_services_of(NULL, &err));
  ROW(NULL_ARGUMENT, tillbook_services_next(services, NULL, &err));
  PLACE(service, tillbook_services_next(services, &out.service, &err));
  /* None of that has taken a row, nor has the end an end. */
  OK(tillbook_services_next(services, &out.service, &err));
  CHECK(same(out.service.provider, "sandy") || same(out.service.provider, "freemud"));
  made_anew();
  while (tillbook_services_next(services, &out.service, NULL) == TILLBOOK_OK) CHECK(*out.service.endpoint);
  ROW(DONE, tillbook_services_next(services, &out.service, &err));
  OK(tillbook_services_of(&list, &err));
  OK0(tillbook_services_free(list));
  ROW0(BAD_HANDLE, tillbook_services_free(list));
  ROW(BAD_HANDLE, tillbook_services_next(list, &out.service, &err));
  OK(tillbook_card_numbers(till, &texts, &err));
  OK0(tillbook_texts_free(texts));
  ROW0(BAD_HANDLE, tillbook_texts_free(texts));
  OK0(tillbook_services_free(services));
  services = NULL;
}

static void errors(void) {
  tillbook_error *error = NULL;
  CHECK(tillbook_parse_yuan(T("x"), &out.number, &error) == TILLBOOK_INVALID_INPUT);
  ROW0(NULL_ARGUMENT, tillbook_error_info_of(error, NULL));
  ROW0(NULL_ARGUMENT, tillbook_error_info_of(NULL, &out.info));
  ROW0(BAD_HANDLE, tillbook_error_info_of((tillbook_error *)till, &out.info));
  CHECK(same(tillbook_error_message(NULL, 0), "") && same(tillbook_error_detail(NULL), ""));
  CHECK(same(tillbook_error_message((tillbook_error *)till, 1), ""));
  CHECK(same(tillbook_error_detail((tillbook_error *)till), ""));
  CHECK(*tillbook_error_message(error, 77) && *tillbook_error_message(error, INT32_MIN));
  OK0(tillbook_error_free(error));
  ROW0(BAD_HANDLE, tillbook_error_info_of(error, &out.info));
  CHECK(same(tillbook_error_message(error, 0), "") && same(tillbook_error_detail(error), ""));
  CHECK(same(tillbook_status_name(INT32_MIN), "UNKNOWN") && same(tillbook_label(INT32_MIN, INT32_MAX, 0), ""));
  CHECK(same(tillbook_label(TILLBOOK_LABEL_STATE, 1, 2), "") && same(tillbook_label(TILLBOOK_LABEL_STATE, 99, 0), ""));
  /* What looks like GBK says so, to the cashier as well. */
  CHECK(tillbook_parse_yuan(GBK, &out.number, &error) == TILLBOOK_BAD_TEXT);
  CHECK(strstr(tillbook_error_detail(error), "GBK") && strstr(tillbook_error_message(error, 0), "GBK"));
  CHECK(strstr(tillbook_error_message(error, TILLBOOK_LANGUAGE_CHINESE), "GBK"));
  OK0(tillbook_error_free(error));
  CHECK(tillbook_parse_yuan(RUBBISH, &out.number, &error) == TILLBOOK_BAD_TEXT);
  CHECK(!strstr(tillbook_error_detail(error), "GBK"));
  OK0(tillbook_error_free(error));
}

static void numbers(void) {
  static const char *const no_yuan[] = {"", " ", "1 ", "+1", "1.005", "1e3", "1,000", "0x10", "--1", "-", "１",
                                        "92233720368547758.08", "99999999999999999999", "NaN", "1.00\n"};
  size_t which;
  TEXT(tillbook_parse_yuan(DATA, SIZE, &out.number, &err));
  ROW(NULL_ARGUMENT, tillbook_parse_yuan(T("1"), NULL, &err));
  for (which = 0; which < sizeof no_yuan / sizeof *no_yuan; which++) {
    ROW(INVALID_INPUT, tillbook_parse_yuan(T(no_yuan[which]), &out.number, &err));
  }
  ROW(INVALID_INPUT, tillbook_parse_yuan("1\0002", 3, &out.number, &err));
  ROW(NULL_ARGUMENT, tillbook_format_yuan(1, NULL, &err));
  ROW(NULL_ARGUMENT, tillbook_next_log(NULL, &err));
  PLACE(record, tillbook_next_log(&out.record, &err));
  ROW(ABI_MISMATCH, tillbook_check_abi(0, &err));
  ROW(ABI_MISMATCH, tillbook_check_abi(UINT32_MAX, &err));
  ROW(INVALID_INPUT, tillbook_set_log(INT32_MIN, NULL, NULL, NULL, &err));
}

/* Functions about a card, by its number. */
static void cards(void) {
  TILL(TILLBOOK_CLOSED, tillbook_card_of(HANDLE, T("A1"), &out.card, &err));
  TEXT(tillbook_card_of(till, DATA, SIZE, &out.card, &err));
  ROW(NULL_ARGUMENT, tillbook_card_of(till, T("A1"), NULL, &err));
  PLACE(card, tillbook_card_of(till, T("A1"), &out.card, &err));
  ROW(INVALID_INPUT, tillbook_card_of(till, T(""), &out.card, &err));
  ROW(INVALID_INPUT, tillbook_card_of(till, T("123456789012345678901234567890123"), &out.card, &err));
  ROW(INVALID_INPUT, tillbook_card_of(till, "A1", 3, &out.card, &err));
  ROW(NOT_FOUND, tillbook_card_of(till, T("Z9"), &out.card, &err));
  TILL(TILLBOOK_CLOSED, tillbook_serve_card(HANDLE, T("A1"), 100, &out.card, &err));
  TEXT(tillbook_serve_card(till, DATA, SIZE, 100, &out.card, &err));
  ROW(NULL_ARGUMENT, tillbook_serve_card(till, T("A1"), 100, NULL, &err));
  PLACE(card, tillbook_serve_card(till, T("A1"), 100, &out.card, &err));
  TILL(TILLBOOK_CLOSED, tillbook_serve_member(HANDLE, T("A1"), 100, &out.card, &err));
  TEXT(tillbook_serve_member(till, DATA, SIZE, 100, &out.card, &err));
  ROW(NULL_ARGUMENT, tillbook_serve_member(till, T("A1"), 100, NULL, &err));
  PLACE(card, tillbook_serve_member(till, T("A1"), 100, &out.card, &err));
  TILL(TILLBOOK_CLOSED, tillbook_serve_code(HANDLE, T("A1"), 100, &out.card, &err));
  TEXT(tillbook_serve_code(till, DATA, SIZE, 100, &out.card, &err));
  ROW(NULL_ARGUMENT, tillbook_serve_code(till, T("A1"), 100, NULL, &err));
  PLACE(card, tillbook_serve_code(till, T("A1"), 100, &out.card, &err));
  TILL(TILLBOOK_CLOSED, tillbook_serve_phone(HANDLE, T("13800000001"), 100, &out.cards, &err));
  TEXT(tillbook_serve_phone(till, DATA, SIZE, 100, &out.cards, &err));
  ROW(NULL_ARGUMENT, tillbook_serve_phone(till, T("13800000001"), 100, NULL, &err));
  ROW(INVALID_INPUT, tillbook_serve_phone(till, T("none"), 100, &out.cards, &err));
  TILL(TILLBOOK_CLOSED, tillbook_cards_by_phone(HANDLE, T("13800000001"), &out.cards, &err));
  TEXT(tillbook_cards_by_phone(till, DATA, SIZE, &out.cards, &err));
  ROW(NULL_ARGUMENT, tillbook_cards_by_phone(till, T("13800000001"), NULL, &err));
  TILL(TILLBOOK_CLOSED, tillbook_accounts_of(HANDLE, T("A1"), &out.accounts, &err));
  TEXT(tillbook_accounts_of(till, DATA, SIZE, &out.accounts, &err));
  ROW(NULL_ARGUMENT, tillbook_accounts_of(till, T("A1"), NULL, &err));
  TILL(TILLBOOK_CLOSED, tillbook_card_numbers(HANDLE, &out.texts, &err));
  ROW(NULL_ARGUMENT, tillbook_card_numbers(till, NULL, &err));
  TILL(TILLBOOK_CLOSED, tillbook_set_reference(HANDLE, T("A1"), T("sandy"), T("x"), &err));
  TEXT(tillbook_set_reference(till, DATA, SIZE, T("sandy"), T("x"), &err));
  TEXT(tillbook_set_reference(till, T("A1"), DATA, SIZE, T("x"), &err));
  TEXT(tillbook_set_reference(till, T("A1"), T("sandy"), DATA, SIZE, &err));
  ROW(INVALID_INPUT, tillbook_set_reference(till, T("A1"), T("nobody"), T("x"), &err));
  TILL(TILLBOOK_CLOSED, tillbook_levels_of(HANDLE, &out.levels, &err));
  ROW(NULL_ARGUMENT, tillbook_levels_of(till, NULL, &err));
  TILL(TILLBOOK_CLOSED, tillbook_pay_types_of(HANDLE, &out.pay_types, &err));
  ROW(NULL_ARGUMENT, tillbook_pay_types_of(till, NULL, &err));
  TILL(TILLBOOK_CLOSED, tillbook_recharge_rules_of(HANDLE, T("A1"), &out.recharge_rules, &err));
  TEXT(tillbook_recharge_rules_of(till, DATA, SIZE, &out.recharge_rules, &err));
  ROW(NULL_ARGUMENT, tillbook_recharge_rules_of(till, T("A1"), NULL, &err));
  TILL(TILLBOOK_CLOSED, tillbook_pull_catalogue(HANDLE, 100, &err));
  TILL(TILLBOOK_CLOSED, tillbook_headroom_of(HANDLE, T("A1"), &out.headroom, &err));
  ROW(BAD_TEXT, tillbook_headroom_of(till, GBK, &out.headroom, &err));
  ROW(NULL_ARGUMENT, tillbook_headroom_of(till, NONE, NULL, &err));
  PLACE(headroom, tillbook_headroom_of(till, NONE, &out.headroom, &err));
  TILL(TILLBOOK_CLOSED, tillbook_policy_of(HANDLE, &out.policy, &err));
  ROW(NULL_ARGUMENT, tillbook_policy_of(till, NULL, &err));
  GROWN(tillbook_policy, outage_recharges, policy, tillbook_policy_of(till, &out.policy, &err));
  TILL(TILLBOOK_CLOSED, tillbook_set_exception(HANDLE, T("A1"), T("why"), &err));
  TEXT(tillbook_set_exception(till, DATA, SIZE, T("why"), &err));
  /* A reason that was left out does not take a stolen card off the list. */
  ROW(NULL_ARGUMENT, tillbook_set_exception(till, T("A1"), NULL, 0, &err));
  TILL(TILLBOOK_CLOSED, tillbook_lift_exception(HANDLE, T("A1"), &err));
  TEXT(tillbook_lift_exception(till, DATA, SIZE, &err));
  ROW(NOT_FOUND, tillbook_lift_exception(till, T("Z9"), &err));
  ROW(BAD_TEXT, tillbook_set_exception(till, T("A1"), GBK, &err));
}

/* Functions that only a remote with members serves: this till has none, and says that last. */
static void members(void) {
  TILL(TILLBOOK_CLOSED, tillbook_coupons_of(HANDLE, T("A1"), &out.coupons, &err));
  TEXT(tillbook_coupons_of(till, DATA, SIZE, &out.coupons, &err));
  ROW(NULL_ARGUMENT, tillbook_coupons_of(till, T("A1"), NULL, &err));
  ROW(UNSUPPORTED, tillbook_coupons_of(till, T("A1"), &out.coupons, &err));
  TILL(TILLBOOK_CLOSED, tillbook_points_statistics_of(HANDLE, T("A1"), 100, &out.statistics, &err));
  TEXT(tillbook_points_statistics_of(till, DATA, SIZE, 100, &out.statistics, &err));
  ROW(NULL_ARGUMENT, tillbook_points_statistics_of(till, T("A1"), 100, NULL, &err));
  PLACE(statistics, tillbook_points_statistics_of(till, T("A1"), 100, &out.statistics, &err));
  ROW(UNSUPPORTED, tillbook_points_statistics_of(till, T("A1"), 100, &out.statistics, &err));
  TILL(TILLBOOK_CLOSED, tillbook_points_history_of(HANDLE, T("A1"), 1, 20, 100, &out.points_records, &out.page, &err));
  TEXT(tillbook_points_history_of(till, DATA, SIZE, 1, 20, 100, &out.points_records, NULL, &err));
  ROW(NULL_ARGUMENT, tillbook_points_history_of(till, T("A1"), 1, 20, 100, NULL, &out.page, &err));
  PLACE(page, tillbook_points_history_of(till, T("A1"), 1, 20, 100, &out.points_records, &out.page, &err));
  TILL(TILLBOOK_CLOSED, tillbook_pull_members(HANDLE, 1, 20, 100, &out.members, &out.page, &err));
  ROW(NULL_ARGUMENT, tillbook_pull_members(till, 1, 20, 100, NULL, &out.page, &err));
  PLACE(page, tillbook_pull_members(till, 1, 20, 100, &out.members, &out.page, &err));
  ROW(UNSUPPORTED, tillbook_pull_members(till, 1, 20, 100, &out.members, &out.page, &err));
  TILL(TILLBOOK_CLOSED, tillbook_member_code(HANDLE, T("A1"), 100, &out.buffer, &err));
  TEXT(tillbook_member_code(till, DATA, SIZE, 100, &out.buffer, &err));
  ROW(NULL_ARGUMENT, tillbook_member_code(till, T("A1"), 100, NULL, &err));
  TILL(TILLBOOK_CLOSED, tillbook_send_sms(HANDLE, T("13800000001"), 100, &err));
  TEXT(tillbook_send_sms(till, DATA, SIZE, 100, &err));
  TILL(TILLBOOK_CLOSED, tillbook_judge_sms(HANDLE, T("13800000001"), T("1234"), 100, &out.right, &err));
  TEXT(tillbook_judge_sms(till, DATA, SIZE, T("1234"), 100, &out.right, &err));
  TEXT(tillbook_judge_sms(till, T("13800000001"), DATA, SIZE, 100, &out.right, &err));
  ROW(NULL_ARGUMENT, tillbook_judge_sms(till, T("13800000001"), T("1234"), 100, NULL, &err));
  TILL(TILLBOOK_CLOSED, tillbook_apply_push(HANDLE, T("freemud"), (const uint8_t *)"{}", 2, &out.buffer, &err));
  TEXT(tillbook_apply_push(till, DATA, SIZE, (const uint8_t *)"{}", 2, &out.buffer, &err));
  ROW(NULL_ARGUMENT, tillbook_apply_push(till, T("freemud"), NULL, 2, &out.buffer, &err));
  ROW(NULL_ARGUMENT, tillbook_apply_push(till, T("freemud"), (const uint8_t *)"{}", 2, NULL, &err));
  ROW(INVALID_INPUT, tillbook_apply_push(till, T("freemud"), (const uint8_t *)"{}", SIZE_MAX - 1, &out.buffer, &err));
  ROW(INVALID_INPUT, tillbook_apply_push(till, T("freemud"), (const uint8_t *)"{}", 2, &out.buffer, &err));
  ROW(INVALID_INPUT, tillbook_apply_push(till, T("nobody"), (const uint8_t *)"{}", 2, &out.buffer, &err));
  /* Whether there are tokens to give is the till's own matter, closed or not. */
  TILL(TILLBOOK_UNSUPPORTED, tillbook_give_token(HANDLE, T("gree"), T("x"), &err));
  TEXT(tillbook_give_token(till, DATA, SIZE, T("x"), &err));
  TEXT(tillbook_give_token(till, T("gree"), DATA, SIZE, &err));
  ROW(UNSUPPORTED, tillbook_give_token(till, T("nobody"), T("x"), &err));
  TILL(TILLBOOK_UNSUPPORTED, tillbook_next_token_wanted(HANDLE, &out.wanted, &err));
  ROW(NULL_ARGUMENT, tillbook_next_token_wanted(till, NULL, &err));
  PLACE(wanted, tillbook_next_token_wanted(till, &out.wanted, &err));
}

static void queue_and_people(void) {
  tillbook_history_query query;
  tillbook_void_request cancelled;
  tillbook_resolve_request decision;
  size_t which;
  static const size_t sizes[] = {0, 1, sizeof(size_t), 65537, SIZE_MAX};
  TILL(TILLBOOK_CLOSED, tillbook_operation(HANDLE, T("x"), &out.receipt, &err));
  TEXT(tillbook_operation(till, DATA, SIZE, &out.receipt, &err));
  ROW(NULL_ARGUMENT, tillbook_operation(till, T("x"), NULL, &err));
  GROWN(tillbook_receipt, lifted, receipt, tillbook_operation(till, T("x"), &out.receipt, &err));
  ROW(NOT_FOUND, tillbook_operation(till, T("x"), &out.receipt, &err));
  ROW(INVALID_INPUT, tillbook_operation(till, T("with a blank"), &out.receipt, &err));
  TILL(TILLBOOK_CLOSED, tillbook_void(HANDLE, T("x"), &out.receipt, &err));
  TEXT(tillbook_void(till, DATA, SIZE, &out.receipt, &err));
  ROW(NULL_ARGUMENT, tillbook_void(till, T("x"), NULL, &err));
  GROWN(tillbook_receipt, lifted, receipt, tillbook_void(till, T("x"), &out.receipt, &err));
  tillbook_void_request_init(&cancelled);
  cancelled.op_id = tillbook_str_of("x");
  TILL(TILLBOOK_CLOSED, tillbook_void_by(HANDLE, &cancelled, &out.receipt, &err));
  ROW(NULL_ARGUMENT, tillbook_void_by(till, NULL, &out.receipt, &err));
  ROW(NULL_ARGUMENT, tillbook_void_by(till, &cancelled, NULL, &err));
  GROWN(tillbook_receipt, lifted, receipt, tillbook_void_by(till, &cancelled, &out.receipt, &err));
  ROW(NOT_FOUND, tillbook_void_by(till, &cancelled, &out.receipt, &err));
#define CANCELLED(expected, set)                   \
  tillbook_void_request_init(&cancelled);          \
  cancelled.op_id = tillbook_str_of("x");          \
  set;                                             \
  ROW(expected, tillbook_void_by(till, &cancelled, &out.receipt, &err))
  CANCELLED(BAD_STRUCT, cancelled.struct_size = sizeof(size_t));
  CANCELLED(NULL_ARGUMENT, cancelled.op_id = tillbook_str_of(NULL));
  CANCELLED(INVALID_INPUT, cancelled.op_id = tillbook_str_of("with a blank"));
  CANCELLED(BAD_TEXT, cancelled.operator_name = tillbook_str_of("\xff"));
  CANCELLED(BAD_TEXT, cancelled.supervisor = tillbook_str_of("\xff"));
  CANCELLED(BAD_TEXT, cancelled.shift = tillbook_str_of("\xff"));
  CANCELLED(BAD_TEXT, cancelled.reason = tillbook_str_of("\xff"));
  CANCELLED(INVALID_INPUT, cancelled.operator_name = tillbook_str_of("a\nb"));
  TILL(TILLBOOK_CLOSED, tillbook_operation_details(HANDLE, T("x"), &out.details, &err));
  TEXT(tillbook_operation_details(till, DATA, SIZE, &out.details, &err));
  ROW(NULL_ARGUMENT, tillbook_operation_details(till, T("x"), NULL, &err));
  TILL(TILLBOOK_CLOSED, tillbook_sync(HANDLE, 0, &out.status, &err));
  GROWN(tillbook_sync_status, restored, status, tillbook_sync(till, 0, &out.status, &err));
  TILL(TILLBOOK_CLOSED, tillbook_sync_state(HANDLE, &out.status, &err));
  ROW(NULL_ARGUMENT, tillbook_sync_state(till, NULL, &err));
  GROWN(tillbook_sync_status, restored, status, tillbook_sync_state(till, &out.status, &err));
  TILL(TILLBOOK_CLOSED, tillbook_remotes_of(HANDLE, &out.remotes, &err));
  ROW(NULL_ARGUMENT, tillbook_remotes_of(till, NULL, &err));
  TILL(TILLBOOK_CLOSED, tillbook_wait_for_change(HANDLE, 0, 10, &out.change, &err));
  ROW(NULL_ARGUMENT, tillbook_wait_for_change(till, 0, 10, NULL, &err));
  TILL(TILLBOOK_CLOSED, tillbook_start_worker(HANDLE, &err));
  TILL(TILLBOOK_OK, tillbook_close(HANDLE, 0, &err));
  TILL(TILLBOOK_CLOSED, tillbook_notices_of(HANDLE, &out.notices, &err));
  ROW(NULL_ARGUMENT, tillbook_notices_of(till, NULL, &err));
  TILL(TILLBOOK_CLOSED, tillbook_waiting_of(HANDLE, &out.waiting, &err));
  ROW(NULL_ARGUMENT, tillbook_waiting_of(till, NULL, &err));
  TILL(TILLBOOK_CLOSED, tillbook_acknowledge(HANDLE, 1, T("who"), NONE, &err));
  TEXT(tillbook_acknowledge(till, 1, DATA, SIZE, NONE, &err));
  ROW(BAD_TEXT, tillbook_acknowledge(till, 1, T("who"), GBK, &err));
  ROW(NOT_FOUND, tillbook_acknowledge(till, INT64_MIN, T("who"), NONE, &err));
  ROW(NOT_FOUND, tillbook_acknowledge(till, INT64_MAX, T("who"), T("note"), &err));

  tillbook_history_query_init(&query);
  TILL(TILLBOOK_CLOSED, tillbook_history_of(HANDLE, &query, &out.history, &out.number, &err));
  ROW(NULL_ARGUMENT, tillbook_history_of(till, &query, NULL, &out.number, &err));
  for (which = 0; which < sizeof sizes / sizeof *sizes; which++) {
    query.struct_size = sizes[which];
    ROW(BAD_STRUCT, tillbook_history_of(till, &query, &out.history, &out.number, &err));
  }
#define QUERY(expected, set)                                                            \
  tillbook_history_query_init(&query);                                                  \
  set;                                                                                  \
  ROW(expected, tillbook_history_of(till, &query, &out.history, &out.number, &err))
  QUERY(INVALID_INPUT, query.page_size = 501);
  QUERY(INVALID_INPUT, query.page_size = UINT32_MAX);
  QUERY(INVALID_INPUT, query.has_from = 2);
  QUERY(INVALID_INPUT, query.has_until = -1);
  QUERY(INVALID_INPUT, query.only_points = INT32_MAX);
  QUERY(INVALID_INPUT, query.card = tillbook_str_of(""));
  QUERY(BAD_TEXT, query.ticket = tillbook_str_of("\xff"));
  QUERY(NULL_ARGUMENT, query.kind.size = 1);

#define DECISION(expected, set)                                              \
  tillbook_resolve_request_init(&decision);                                  \
  decision.op_id = tillbook_str_of("x");                                     \
  decision.resolution = TILLBOOK_RESOLUTION_WRITE_OFF;                       \
  decision.who = tillbook_str_of("who");                                     \
  decision.why = tillbook_str_of("why");                                     \
  set;                                                                       \
  ROW(expected, tillbook_resolve(till, &decision, &out.receipt, &err))
  DECISION(NOT_FOUND, (void)0);
  DECISION(NULL_ARGUMENT, decision.op_id = tillbook_str_of(NULL));
  DECISION(NULL_ARGUMENT, decision.who = tillbook_str_of(NULL));
  DECISION(NULL_ARGUMENT, decision.why = tillbook_str_of(NULL));
  DECISION(INVALID_INPUT, decision.resolution = 0);
  DECISION(INVALID_INPUT, decision.resolution = 5);
  DECISION(INVALID_INPUT, decision.resolution = INT32_MIN);
  DECISION(BAD_TEXT, decision.why = tillbook_str_of("\xcd\xf5"));
  DECISION(BAD_STRUCT, decision.struct_size--);
  DECISION(INVALID_INPUT, decision.op_id = tillbook_str_of(""));
  decision.op_id = tillbook_str_of("x");
  TILL(TILLBOOK_CLOSED, tillbook_resolve(HANDLE, &decision, &out.receipt, &err));
  ROW(NULL_ARGUMENT, tillbook_resolve(till, NULL, &out.receipt, &err));
  ROW(NULL_ARGUMENT, tillbook_resolve(till, &decision, NULL, &err));
  GROWN(tillbook_receipt, lifted, receipt, tillbook_resolve(till, &decision, &out.receipt, &err));
}

#include "bad_requests.h"
#include "bad_desk.h"

static void openings(shop *it) {
  tillbook_open_options options = it->options;
  tillbook_config config = it->config;
  tillbook_sandy sandy = it->sandy;
  tillbook_policy policy;
  char path[1100];
  snprintf(path, sizeof path, "%s.bad", it->path);
#define OPEN(expected, set)                                  \
  options = it->options, config = it->config, sandy = it->sandy; \
  options.path = tillbook_str_of(path);                      \
  options.config = &config, config.sandy = &sandy;           \
  tillbook_policy_init(&policy);                             \
  set;                                                       \
  ROW(expected, tillbook_open(&options, &out.till, &err))
  ROW(NULL_ARGUMENT, tillbook_open(NULL, &out.till, &err));
  ROW(NULL_ARGUMENT, tillbook_open(&it->options, NULL, &err));
  OPEN(BAD_STRUCT, options.struct_size = 0);
  OPEN(BAD_STRUCT, options.struct_size = offsetof(tillbook_open_options, chain_key) - 1);
  OPEN(BAD_STRUCT, options.struct_size = SIZE_MAX);
  OPEN(NULL_ARGUMENT, options.path = tillbook_str_of(NULL));
  OPEN(BAD_TEXT, options.path = tillbook_str_of("/tmp/\xcd\xf5\xd0\xa1.db"));
  OPEN(STORAGE, options.path = tillbook_str_of("/nowhere/at/all.db"));
  OPEN(NULL_ARGUMENT, options.config = NULL);
  OPEN(INVALID_INPUT, options.config_json = tillbook_str_of("{}"));
  OPEN(INVALID_INPUT, options.config_file = tillbook_str_of("x"));
  OPEN(INVALID_CONFIG, (options.config = NULL, options.config_json = tillbook_str_of("{")));
  OPEN(INVALID_CONFIG, (options.config = NULL, options.config_json = tillbook_str_of("")));
  OPEN(INVALID_CONFIG, (options.config = NULL, options.config_json = tillbook_str_of("null")));
  OPEN(INVALID_CONFIG, (options.config = NULL, options.config_file = tillbook_str_of("/nowhere/at/all.json")));
  OPEN(INVALID_INPUT, options.host_tokens = 2);
  OPEN(INVALID_INPUT, options.host_tokens = -1);
  OPEN(BAD_STRUCT, config.struct_size = 8);
  OPEN(INVALID_CONFIG, config.sandy = NULL);
  OPEN(INVALID_CONFIG, config.merchant = tillbook_str_of(""));
  OPEN(INVALID_CONFIG, config.merchant = tillbook_str_of(NULL));
  OPEN(BAD_TEXT, config.store = tillbook_str_of("\xcd\xf5\xd0\xa1"));
  OPEN(INVALID_INPUT, config.rounding_unit = 4);
  OPEN(INVALID_INPUT, config.rounding_mode = -1);
  OPEN(INVALID_INPUT, config.rounding_mode = INT32_MIN);
  OPEN(INVALID_INPUT, config.has_utc_offset = 2);
  OPEN(INVALID_CONFIG, (config.has_utc_offset = 1, config.utc_offset_minutes = INT32_MIN));
  OPEN(INVALID_CONFIG, config.day_cutoff_minutes = UINT32_MAX);
  OPEN(INVALID_CONFIG, config.timeout_ms = UINT32_MAX);
  OPEN(INVALID_CONFIG, config.route_cards = tillbook_str_of("nobody"));
  OPEN(INVALID_INPUT, config.settings = tillbook_str_of("[]"));
  OPEN(INVALID_CONFIG, config.settings = tillbook_str_of("{\"merchant\": \"other\"}"));
  OPEN(INVALID_CONFIG, config.settings = tillbook_str_of("{\"pacing\": {\"io_threads\": 1, \"io_threads\": 2}}"));
  OPEN(INVALID_INPUT, config.utc_offset_minutes = 60);
  OPEN(INVALID_CONFIG, config.settings = tillbook_str_of("{\"no such key\": 1}"));
  OPEN(BAD_STRUCT, sandy.struct_size = sizeof sandy + 65536);
  OPEN(INVALID_CONFIG, sandy.base_url = tillbook_str_of("ftp://here"));
  OPEN(INVALID_CONFIG, sandy.base_url = tillbook_str_of("http://example.com"));
  OPEN(INVALID_CONFIG, sandy.base_url = tillbook_str_of(NULL));
  OPEN(INVALID_CONFIG, sandy.token = tillbook_str_of("two\nlines"));
  OPEN(INVALID_CONFIG, sandy.request_timeout_ms = UINT32_MAX);
  OPEN(INVALID_INPUT, sandy.sole_writer = 3);
  OPEN(INVALID_INPUT, sandy.allow_plain_http = -1);
  OPEN(INVALID_CONFIG, sandy.settings = tillbook_str_of("{\"token\": \"x\"}"));
  OPEN(INVALID_CONFIG, sandy.settings = tillbook_str_of("{\"no such key\": 1}"));
  OPEN(INVALID_INPUT, (config.policy = &policy, policy.floor_limit = -2));
  OPEN(INVALID_INPUT, (config.policy = &policy, policy.outage_operations = INT64_MIN));
  OPEN(INVALID_CONFIG, (config.policy = &policy, policy.outage_operations = INT64_MAX));
  OPEN(INVALID_INPUT, (config.policy = &policy, policy.unknown_card = 3));
  OPEN(BAD_STRUCT, (config.policy = &policy, policy.struct_size = 1));
  OPEN(INVALID_CONFIG, (config.policy = &policy, policy.warning_percent = 101));
  OPEN(INVALID_CONFIG, (config.policy = &policy, policy.hard_floor_limit = 1));
  OPEN(INVALID_CONFIG, (config.policy = &policy, policy.valid_until = INT64_MAX));
  OPEN(INVALID_INPUT, (config.policy = &policy, policy.overridable = 1u << TILLBOOK_REFUSAL_CARD_BLOCKED));
  OPEN(INVALID_INPUT, (config.policy = &policy, policy.hard_card_limit = -2));
  OPEN(INVALID_INPUT, config.card_first = 1);
  OPEN(INVALID_CONFIG, (config.card_first = 2, config.card_last = 1));
  OPEN(INVALID_CONFIG, (config.card_last = UINT64_MAX));
  OPEN(BAD_TEXT, (config.card_prefix = tillbook_str_of("\xff"), config.card_last = 9));
  OPEN(INVALID_INPUT, config.training = 3);
  OPEN(BAD_STRUCT, config.struct_size = offsetof(tillbook_config, card_prefix) - 1);
  OPEN(INVALID_CONFIG, (options.chain_key = (const uint8_t *)"too short", options.chain_key_size = 9));
  OPEN(INVALID_CONFIG, (options.chain_key = (const uint8_t *)"", options.chain_key_size = 0));
  OPEN(INVALID_INPUT, (options.chain_key = (const uint8_t *)"x", options.chain_key_size = SIZE_MAX - 1));
  OPEN(INVALID_CONFIG, (options.key = (const uint8_t *)"short", options.key_size = 5));
  OPEN(BAD_TEXT, options.high_water = tillbook_str_of("\xff"));
  /* Nobody by that name: SQLite says so. */
  OPEN(STORAGE, options.vfs = tillbook_str_of("nobody"));
  OPEN(BOOK_IN_USE, options.path = it->options.path);
}

int main(int argc, char **argv) {
  static shop it, others, gone;
  tillbook_consume_request sale;
  if (argc < 3) return 2;
  shop_of(&it, argv[1], argv[2], "bad");
  shop_of(&others, argv[1], argv[2], "closed");
  shop_of(&gone, argv[1], argv[2], "freed");
  till = opened(&it);
  closed = opened(&others);
  OK(tillbook_close(closed, 0, &err));
  freed_till = opened(&gone);
  OK0(tillbook_free(freed_till));
  made_anew();
  OK(tillbook_serve_card(till, T("A1"), 0, &out.card, &err));
  made_anew();
  find_wrong_handles();

  lists();
  errors();
  numbers();
  cards();
  members();
  queue_and_people();
  requests();
  coupons();
  desk(&it);
  openings(&it);

  /* The shop goes on, also after close and open. */
  OK0(tillbook_free(closed));
  OK0(tillbook_free(till));
  till = opened(&it);
  consume_of(&sale, NULL, "A1", 1000);
  tillbook_receipt_init(&out.receipt);
  OK(tillbook_consume(till, &sale, &out.receipt, &err));
  CHECK(out.receipt.approved == 1 && out.receipt.from_card == 800 && out.receipt.money_confirmed == 49200);
  OK0(tillbook_free(till));
  printf("%d rows\n", rows);
  return finished();
}
