/* The mistakes in what a manager asks for: a part of bad_calls.c, apart for its length. */

#ifndef BAD_DESK_H
#define BAD_DESK_H

/* A request of its own that is good but for its size. */
#define SIZES_OF(request, call)                                                              \
  do {                                                                                       \
    static const size_t sizes[] = {0, 1, sizeof(size_t), sizeof request - 1, 65537, SIZE_MAX}; \
    size_t which;                                                                            \
    for (which = 0; which < sizeof sizes / sizeof *sizes; which++) {                         \
      request.struct_size = sizes[which];                                                    \
      ROW(BAD_STRUCT, call);                                                                 \
    }                                                                                        \
    request.struct_size = sizeof request;                                                    \
  } while (0)

/* One mistake in a good request; `good` makes it good again first. */
#define MISTAKE(expected, good, mistake, call) \
  do {                                         \
    good;                                      \
    mistake;                                   \
    ROW(expected, call);                       \
    good;                                      \
  } while (0)

static void searches(void) {
  tillbook_search_query query;
#define GOOD (tillbook_search_query_init(&query), query.text = tillbook_str_of("A1"))
#define SEARCH tillbook_search(till, &query, &out.found, NULL, &err)
  GOOD;
  TILL(TILLBOOK_CLOSED, tillbook_search(HANDLE, &query, &out.found, NULL, &err));
  ROW(NULL_ARGUMENT, tillbook_search(till, NULL, &out.found, NULL, &err));
  ROW(NULL_ARGUMENT, tillbook_search(till, &query, NULL, NULL, &err));
  SIZES_OF(query, SEARCH);
  MISTAKE(NULL_ARGUMENT, GOOD, query.text = tillbook_str_of(NULL), SEARCH);
  MISTAKE(INVALID_INPUT, GOOD, query.text = tillbook_str_of(""), SEARCH);
  MISTAKE(INVALID_INPUT, GOOD, query.text = tillbook_str_of(LONG), SEARCH);
  MISTAKE(BAD_TEXT, GOOD, query.text = tillbook_str_of("\xcd\xf5"), SEARCH);
  MISTAKE(INVALID_INPUT, GOOD, query.limit = 101, SEARCH);
  MISTAKE(INVALID_INPUT, GOOD, query.limit = UINT32_MAX, SEARCH);
  MISTAKE(INVALID_INPUT, GOOD, query.unmasked = 2, SEARCH);
#undef GOOD
#undef SEARCH
}

static void histories(void) {
  tillbook_history_query query;
  int64_t record;
#define GOOD (tillbook_history_query_init(&query), query.card = tillbook_str_of("A1"))
#define BOTH tillbook_history_with_remote(till, &query, &out.history, &out.number, &record, &err)
  GOOD;
  TILL(TILLBOOK_CLOSED, tillbook_history_with_remote(HANDLE, &query, &out.history, &out.number, &record, &err));
  ROW(NULL_ARGUMENT, tillbook_history_with_remote(till, NULL, &out.history, &out.number, &record, &err));
  ROW(NULL_ARGUMENT, tillbook_history_with_remote(till, &query, NULL, &out.number, &record, &err));
  ROW(NULL_ARGUMENT, tillbook_history_with_remote(till, &query, &out.history, NULL, &record, &err));
  ROW(NULL_ARGUMENT, tillbook_history_with_remote(till, &query, &out.history, &out.number, NULL, &err));
  MISTAKE(INVALID_INPUT, GOOD, query.card = tillbook_str_of(NULL), BOTH);
  MISTAKE(INVALID_INPUT, GOOD, query.page_size = 501, BOTH);
  MISTAKE(BAD_STRUCT, GOOD, query.struct_size = offsetof(tillbook_history_query, after_record) - 1, BOTH);
  TILL(TILLBOOK_CLOSED, tillbook_pull_history(HANDLE, T("A1"), 0, 100, &out.pull, &err));
  TEXT(tillbook_pull_history(till, DATA, SIZE, 0, 100, &out.pull, &err));
  ROW(NULL_ARGUMENT, tillbook_pull_history(till, T("A1"), 0, 100, NULL, &err));
  PLACE(pull, tillbook_pull_history(till, T("A1"), 0, 100, &out.pull, &err));
#undef GOOD
#undef BOTH
}

static void policies(void) {
  tillbook_set_policy_request request;
  tillbook_policy policy;
#define GOOD                                                                           \
  (tillbook_set_policy_request_init(&request), tillbook_policy_init(&policy), request.policy = &policy, \
   request.who = tillbook_str_of("who"), request.why = tillbook_str_of("why"))
#define SET tillbook_set_policy(till, &request, &out.number, &err)
  GOOD;
  TILL(TILLBOOK_CLOSED, tillbook_set_policy(HANDLE, &request, &out.number, &err));
  ROW(NULL_ARGUMENT, tillbook_set_policy(till, NULL, &out.number, &err));
  SIZES_OF(request, SET);
  MISTAKE(NULL_ARGUMENT, GOOD, request.policy = NULL, SET);
  MISTAKE(NULL_ARGUMENT, GOOD, request.who = tillbook_str_of(NULL), SET);
  MISTAKE(NULL_ARGUMENT, GOOD, request.why = tillbook_str_of(NULL), SET);
  MISTAKE(INVALID_INPUT, GOOD, request.who = tillbook_str_of(LONG), SET);
  MISTAKE(INVALID_INPUT, GOOD, request.policy_json = tillbook_str_of("{}"), SET);
  MISTAKE(INVALID_INPUT, GOOD, (request.policy = NULL, request.policy_json = tillbook_str_of("[]")), SET);
  MISTAKE(INVALID_INPUT, GOOD, (request.policy = NULL, request.policy_json = tillbook_str_of("{\"x\": 1}")), SET);
  MISTAKE(BAD_TEXT, GOOD, (request.policy = NULL, request.policy_json = tillbook_str_of("\xff")), SET);
  MISTAKE(INVALID_CONFIG, GOOD, policy.hard_floor_limit = 1, SET);
  MISTAKE(INVALID_CONFIG, GOOD, policy.warning_percent = 101, SET);
  MISTAKE(INVALID_INPUT, GOOD, policy.floor_limit = -2, SET);
  MISTAKE(INVALID_INPUT, GOOD, policy.outage_new_cards = INT64_MAX, SET);
  MISTAKE(INVALID_INPUT, GOOD, policy.overridable = 1u << TILLBOOK_REFUSAL_EXCEPTION_LIST, SET);
  MISTAKE(INVALID_INPUT, GOOD, memset(policy.coupon_templates_now, 'x', sizeof policy.coupon_templates_now), SET);
  MISTAKE(INVALID_INPUT, GOOD, memcpy(policy.coupon_templates_now, "a…", sizeof "a…"), SET);
  MISTAKE(BAD_TEXT, GOOD, memcpy(policy.coupon_templates_now, "\xff", 2), SET);
  MISTAKE(BAD_STRUCT, GOOD, policy.struct_size = offsetof(tillbook_policy, outage_recharges) - 1, SET);
#undef GOOD
#undef SET
  TILL(TILLBOOK_CLOSED, tillbook_room_of(HANDLE, T("A1"), 0, &out.room, &err));
  ROW(BAD_TEXT, tillbook_room_of(till, GBK, 0, &out.room, &err));
  ROW(NOT_FOUND, tillbook_room_of(till, T("Z9"), 0, &out.room, &err));
  ROW(INVALID_INPUT, tillbook_room_of(till, NONE, 2, &out.room, &err));
  ROW(NULL_ARGUMENT, tillbook_room_of(till, NONE, 0, NULL, &err));
  PLACE(room, tillbook_room_of(till, NONE, 0, &out.room, &err));
}

static void exceptions(void) {
  tillbook_exception_request request;
  tillbook_listed listed[2];
  TILL(TILLBOOK_CLOSED, tillbook_exceptions_of(HANDLE, 0, 0, &out.exceptions, NULL, &err));
  ROW(NULL_ARGUMENT, tillbook_exceptions_of(till, 0, 0, NULL, NULL, &err));
  ROW(INVALID_INPUT, tillbook_exceptions_of(till, 0, 501, &out.exceptions, NULL, &err));
#define GOOD                                                                                \
  (tillbook_exception_request_init(&request), request.card = tillbook_str_of("A1"),         \
   request.why = tillbook_str_of("why"), request.who = tillbook_str_of("who"))
#define CHANGE tillbook_change_exception(till, &request, &err)
  GOOD;
  TILL(TILLBOOK_CLOSED, tillbook_change_exception(HANDLE, &request, &err));
  ROW(NULL_ARGUMENT, tillbook_change_exception(till, NULL, &err));
  SIZES_OF(request, CHANGE);
  MISTAKE(NULL_ARGUMENT, GOOD, request.card = tillbook_str_of(NULL), CHANGE);
  MISTAKE(NULL_ARGUMENT, GOOD, request.why = tillbook_str_of(NULL), CHANGE);
  MISTAKE(NULL_ARGUMENT, GOOD, request.who = tillbook_str_of(NULL), CHANGE);
  MISTAKE(NOT_FOUND, GOOD,
          (request.card = tillbook_str_of("Z9"), request.why = tillbook_str_of(NULL), request.lift = 1), CHANGE);
  MISTAKE(INVALID_INPUT, GOOD, request.who = tillbook_str_of(LONG), CHANGE);
  MISTAKE(INVALID_INPUT, GOOD, request.lift = 1, CHANGE);
  MISTAKE(INVALID_INPUT, GOOD, request.lift = 2, CHANGE);
  MISTAKE(BAD_TEXT, GOOD, request.why = tillbook_str_of("\xcd\xf5"), CHANGE);
  MISTAKE(BAD_STRUCT, GOOD, request.reserved = 1, CHANGE);
#undef GOOD
#undef CHANGE
  listed[0].card = tillbook_str_of("A1"), listed[0].reason = tillbook_str_of("lost");
  listed[1] = listed[0];
  TILL(TILLBOOK_CLOSED, tillbook_replace_exceptions(HANDLE, listed, 1, T("who"), &err));
  TEXT(tillbook_replace_exceptions(till, listed, 1, DATA, SIZE, &err));
  ROW(NULL_ARGUMENT, tillbook_replace_exceptions(till, NULL, 1, T("who"), &err));
  ROW(INVALID_INPUT, tillbook_replace_exceptions(till, listed, SIZE_MAX, T("who"), &err));
  listed[1].card = tillbook_str_of(NULL);
  ROW(NULL_ARGUMENT, tillbook_replace_exceptions(till, listed, 2, T("who"), &err));
  listed[1].card = tillbook_str_of("");
  ROW(INVALID_INPUT, tillbook_replace_exceptions(till, listed, 2, T("who"), &err));
  listed[1].card = tillbook_str_of("A2"), listed[1].reason = tillbook_str_of("\xff");
  ROW(BAD_TEXT, tillbook_replace_exceptions(till, listed, 2, T("who"), &err));
}

static void numbers_of_cards(void) {
  tillbook_retarget_request request;
  TILL(TILLBOOK_CLOSED, tillbook_numbers_left(HANDLE, &out.number, &err));
  ROW(NULL_ARGUMENT, tillbook_numbers_left(till, NULL, &err));
  TILL(TILLBOOK_CLOSED, tillbook_orphans_of(HANDLE, T("x"), &out.orphans, &err));
  TEXT(tillbook_orphans_of(till, DATA, SIZE, &out.orphans, &err));
  ROW(NULL_ARGUMENT, tillbook_orphans_of(till, T("x"), NULL, &err));
  ROW(NOT_FOUND, tillbook_orphans_of(till, T("x"), &out.orphans, &err));
#define GOOD                                                                            \
  (tillbook_retarget_request_init(&request), request.op_id = tillbook_str_of("x"),      \
   request.to = TILLBOOK_RETARGET_NEW_NUMBER, request.card = tillbook_str_of("N9"),     \
   request.who = tillbook_str_of("who"), request.why = tillbook_str_of("why"))
#define RETARGET tillbook_retarget(till, &request, &out.receipt, &err)
  GOOD;
  TILL(TILLBOOK_CLOSED, tillbook_retarget(HANDLE, &request, &out.receipt, &err));
  ROW(NULL_ARGUMENT, tillbook_retarget(till, NULL, &out.receipt, &err));
  ROW(NULL_ARGUMENT, tillbook_retarget(till, &request, NULL, &err));
  GROWN(tillbook_receipt, lifted, receipt, RETARGET);
  SIZES_OF(request, RETARGET);
  MISTAKE(NOT_FOUND, GOOD, (void)0, RETARGET);
  MISTAKE(NULL_ARGUMENT, GOOD, request.op_id = tillbook_str_of(NULL), RETARGET);
  MISTAKE(NULL_ARGUMENT, GOOD, request.card = tillbook_str_of(NULL), RETARGET);
  MISTAKE(NULL_ARGUMENT, GOOD, request.who = tillbook_str_of(NULL), RETARGET);
  MISTAKE(NULL_ARGUMENT, GOOD, request.why = tillbook_str_of(NULL), RETARGET);
  MISTAKE(INVALID_INPUT, GOOD, request.to = 0, RETARGET);
  MISTAKE(INVALID_INPUT, GOOD, request.to = 4, RETARGET);
  MISTAKE(INVALID_INPUT, GOOD, request.to = TILLBOOK_RETARGET_NEXT_NUMBER, RETARGET);
  MISTAKE(BAD_TEXT, GOOD, request.card = tillbook_str_of("\xff"), RETARGET);
  MISTAKE(BAD_STRUCT, GOOD, request.reserved = 1, RETARGET);
#undef GOOD
#undef RETARGET
}

static void preloads(void) {
  tillbook_preload_query query;
  tillbook_str one = tillbook_str_of("A1");
#define GOOD (tillbook_preload_query_init(&query), query.numbers = &one, query.numbers_count = 1)
#define STEP tillbook_preload_step(till, &query, NONE, 1, &out.preloaded, &err)
  GOOD;
  TILL(TILLBOOK_CLOSED, tillbook_preload_step(HANDLE, &query, NONE, 1, &out.preloaded, &err));
  ROW(NULL_ARGUMENT, tillbook_preload_step(till, NULL, NONE, 1, &out.preloaded, &err));
  ROW(NULL_ARGUMENT, tillbook_preload_step(till, &query, NONE, 1, NULL, &err));
  PLACE(preloaded, STEP);
  SIZES_OF(query, STEP);
  MISTAKE(NULL_ARGUMENT, GOOD, (query.numbers = NULL, query.numbers_count = 0), STEP);
  MISTAKE(NULL_ARGUMENT, GOOD, query.numbers = NULL, STEP);
  MISTAKE(INVALID_INPUT, GOOD, query.numbers_count = SIZE_MAX, STEP);
  MISTAKE(INVALID_INPUT, GOOD, query.members = 1, STEP);
  MISTAKE(INVALID_INPUT, GOOD, query.members = 2, STEP);
  MISTAKE(INVALID_INPUT, GOOD, query.search = one, STEP);
  MISTAKE(NULL_ARGUMENT, GOOD, (query.numbers = NULL, query.numbers_count = 0, query.from = one), STEP);
  MISTAKE(NULL_ARGUMENT, GOOD, (query.numbers = NULL, query.numbers_count = 0, query.to = one), STEP);
  MISTAKE(UNSUPPORTED, GOOD, (query.numbers = NULL, query.numbers_count = 0, query.members = 1), STEP);
  MISTAKE(INVALID_INPUT, GOOD, query.max_age_s = 1, STEP);
  MISTAKE(INVALID_INPUT, GOOD, (query.has_max_age = 1, query.max_age_s = -1), STEP);
  MISTAKE(BAD_STRUCT, GOOD, query.reserved = 1, STEP);
  ROW(BAD_TEXT, tillbook_preload_step(till, &query, GBK, 1, &out.preloaded, &err));
  ROW(INVALID_INPUT, tillbook_preload_step(till, &query, T("nonsense"), 1, &out.preloaded, &err));
#undef GOOD
#undef STEP
}

/* A book that is read: the same questions as a till's, and none of its own progress. */
static void read_books(tillbook_book *book, tillbook_check_options *options) {
  tillbook_search_query query;
#define BOOK(call)                         \
  do {                                     \
    tillbook_book *HANDLE = NULL;          \
    ROW(NULL_ARGUMENT, call);              \
    HANDLES(tillbook_book, call);          \
  } while (0)
#define GOOD (tillbook_search_query_init(&query), query.text = tillbook_str_of("A1"))
  GOOD;
  BOOK(tillbook_book_search(HANDLE, &query, &out.found, NULL, &err));
  ROW(NULL_ARGUMENT, tillbook_book_search(book, NULL, &out.found, NULL, &err));
  ROW(NULL_ARGUMENT, tillbook_book_search(book, &query, NULL, NULL, &err));
  SIZES_OF(query, tillbook_book_search(book, &query, &out.found, NULL, &err));
  MISTAKE(INVALID_INPUT, GOOD, query.limit = 101, tillbook_book_search(book, &query, &out.found, NULL, &err));
#undef GOOD
  BOOK(tillbook_book_card(HANDLE, T("A1"), &out.card, &err));
  TEXT(tillbook_book_card(book, DATA, SIZE, &out.card, &err));
  ROW(NOT_FOUND, tillbook_book_card(book, T("Z9"), &out.card, &err));
  ROW(NULL_ARGUMENT, tillbook_book_card(book, T("A1"), NULL, &err));
  PLACE(card, tillbook_book_card(book, T("A1"), &out.card, &err));
  BOOK(tillbook_book_history(HANDLE, NULL, &out.history, NULL, &err));
  ROW(NULL_ARGUMENT, tillbook_book_history(book, NULL, NULL, NULL, &err));
  BOOK(tillbook_book_operation(HANDLE, T("x"), &out.receipt, &err));
  TEXT(tillbook_book_operation(book, DATA, SIZE, &out.receipt, &err));
  ROW(NOT_FOUND, tillbook_book_operation(book, T("x"), &out.receipt, &err));
  ROW(NULL_ARGUMENT, tillbook_book_operation(book, T("x"), NULL, &err));
  BOOK(tillbook_book_waiting_of(HANDLE, &out.waiting, &err));
  ROW(NULL_ARGUMENT, tillbook_book_waiting_of(book, NULL, &err));
  BOOK(tillbook_book_notices_of(HANDLE, &out.notices, &err));
  ROW(NULL_ARGUMENT, tillbook_book_notices_of(book, NULL, &err));
  BOOK(tillbook_book_check(HANDLE, options, &out.check_report, &out.findings, &err));
  ROW(NULL_ARGUMENT, tillbook_book_check(book, options, NULL, &out.findings, &err));
  PLACE(check_report, tillbook_book_check(book, options, &out.check_report, NULL, &err));
#undef BOOK
}

static void reports(shop *it) {
  tillbook_report_query query;
  tillbook_book *book = NULL;
  tillbook_check_options options;
  tillbook_bytes key = {(const uint8_t *)"an earlier key of 16", 20};
  char path[1200];
#define GOOD (tillbook_report_query_init(&query), query.report = TILLBOOK_REPORT_TOTALS)
#define REPORT tillbook_report(till, &query, &out.buffer, &err)
  GOOD;
  TILL(TILLBOOK_CLOSED, tillbook_report(HANDLE, &query, &out.buffer, &err));
  ROW(NULL_ARGUMENT, tillbook_report(till, NULL, &out.buffer, &err));
  ROW(NULL_ARGUMENT, tillbook_report(till, &query, NULL, &err));
  SIZES_OF(query, REPORT);
  MISTAKE(INVALID_INPUT, GOOD, query.report = 0, REPORT);
  MISTAKE(INVALID_INPUT, GOOD, query.report = 13, REPORT);
  MISTAKE(INVALID_INPUT, GOOD, query.report = TILLBOOK_REPORT_STATUS, REPORT);
  MISTAKE(INVALID_INPUT, GOOD, query.format = 2, REPORT);
  MISTAKE(INVALID_INPUT, GOOD, query.language = 2, REPORT);
  MISTAKE(INVALID_INPUT, GOOD, query.date = tillbook_str_of("yesterday"), REPORT);
  MISTAKE(BAD_TEXT, GOOD, query.date = tillbook_str_of("\xff"), REPORT);
  MISTAKE(INVALID_INPUT, GOOD, query.from = 1, REPORT);
  MISTAKE(INVALID_INPUT, GOOD, query.has_range = 2, REPORT);
  MISTAKE(INVALID_INPUT, GOOD, query.report = TILLBOOK_REPORT_RECONCILIATION, REPORT);
  MISTAKE(INVALID_INPUT, GOOD, (query.report = TILLBOOK_REPORT_RECONCILIATION, query.has_range = 1), REPORT);
  MISTAKE(NOT_FOUND, GOOD, (query.report = TILLBOOK_REPORT_RECONCILIATION, query.number = 77), REPORT);
  MISTAKE(NOT_FOUND, GOOD, (query.report = TILLBOOK_REPORT_DAY_CLOSE, query.number = 77), REPORT);
  MISTAKE(NULL_ARGUMENT, GOOD, query.report = TILLBOOK_REPORT_RETARGETS, REPORT);
  MISTAKE(INVALID_INPUT, GOOD, (query.report = TILLBOOK_REPORT_OUTAGES, query.format = TILLBOOK_FORMAT_CSV), REPORT);
#undef REPORT
  TILL(TILLBOOK_CLOSED, tillbook_outages_of(HANDLE, &out.outages, &err));
  ROW(NULL_ARGUMENT, tillbook_outages_of(till, NULL, &err));
  TILL(TILLBOOK_CLOSED, tillbook_totals_of(HANDLE, NONE, &out.totals, NULL, &err));
  ROW(NULL_ARGUMENT, tillbook_totals_of(till, NONE, NULL, NULL, &err));
  ROW(BAD_TEXT, tillbook_totals_of(till, GBK, &out.totals, NULL, &err));
  ROW(INVALID_INPUT, tillbook_totals_of(till, T("2026-13-01"), &out.totals, NULL, &err));
  PLACE(totals_info, tillbook_totals_of(till, NONE, &out.totals, &out.totals_info, &err));
  TILL(TILLBOOK_CLOSED, tillbook_business_date(HANDLE, out.yuan, &err));
  ROW(NULL_ARGUMENT, tillbook_business_date(till, NULL, &err));
  TILL(TILLBOOK_CLOSED, tillbook_close_day(HANDLE, T("2026-01-01"), T("who"), &out.number, &err));
  TEXT(tillbook_close_day(till, DATA, SIZE, T("who"), &out.number, &err));
  TEXT(tillbook_close_day(till, T("2026-01-01"), DATA, SIZE, &out.number, &err));
  ROW(NULL_ARGUMENT, tillbook_close_day(till, T("2026-01-01"), T("who"), NULL, &err));
  ROW(INVALID_INPUT, tillbook_close_day(till, T("9999-01-01"), T("who"), &out.number, &err));
  ROW(INVALID_INPUT, tillbook_close_day(till, T("2026-01-01"), T(LONG), &out.number, &err));
  TILL(TILLBOOK_CLOSED, tillbook_safe_to_close_of(HANDLE, &out.safe, &err));
  ROW(NULL_ARGUMENT, tillbook_safe_to_close_of(till, NULL, &err));
  PLACE(safe, tillbook_safe_to_close_of(till, &out.safe, &err));
  snprintf(path, sizeof path, "%s.bundle", it->path);
  TILL(TILLBOOK_CLOSED, tillbook_support_bundle(HANDLE, T(path), &err));
  ROW(NULL_ARGUMENT, tillbook_support_bundle(till, NONE, &err));
  ROW(BAD_TEXT, tillbook_support_bundle(till, GBK, &err));
  ROW(STORAGE, tillbook_support_bundle(till, T("/nowhere/at/all.txt"), &err));

  TEXT(tillbook_book_open(DATA, SIZE, &out.book, &err));
  ROW(NULL_ARGUMENT, tillbook_book_open(T(it->path), NULL, &err));
  ROW(STORAGE, tillbook_book_open(T("/nowhere/at/all.db"), &out.book, &err));
#define KEYED(expected, path, key, size) \
  ROW(expected, tillbook_book_open_with_key(path, (const uint8_t *)(key), size, &out.book, &err))
  TEXT(tillbook_book_open_with_key(DATA, SIZE, (const uint8_t *)"x", 1, &out.book, &err));
  KEYED(NULL_ARGUMENT, T(it->path), NULL, 32);
  KEYED(INVALID_INPUT, T(it->path), "x", SIZE_MAX - 1);
  KEYED(INVALID_CONFIG, T(it->path), "x", 1);
  ROW(NULL_ARGUMENT, tillbook_book_open_with_key(T(it->path), (const uint8_t *)"x", 1, NULL, &err));
  OK(tillbook_book_open(T(it->path), &book, &err));
  GOOD;
  ROW(NULL_ARGUMENT, tillbook_book_report(NULL, &query, &out.buffer, &err));
  HANDLES(tillbook_book, tillbook_book_report(HANDLE, &query, &out.buffer, &err));
  ROW(NULL_ARGUMENT, tillbook_book_report(book, NULL, &out.buffer, &err));
  ROW(NULL_ARGUMENT, tillbook_book_report(book, &query, NULL, &err));
  SIZES_OF(query, tillbook_book_report(book, &query, &out.buffer, &err));
  MISTAKE(INVALID_INPUT, GOOD, query.report = TILLBOOK_REPORT_POLICIES,
          tillbook_book_report(book, &query, &out.buffer, &err));
  tillbook_check_options_init(&options);
  read_books(book, &options);
  OK0(tillbook_book_free(book));
  ROW0(BAD_HANDLE, tillbook_book_free(book));
  ROW(BAD_HANDLE, tillbook_book_report(book, &query, &out.buffer, &err));
#undef GOOD

  tillbook_check_options_init(&options);
  TILL(TILLBOOK_CLOSED, tillbook_check(HANDLE, &options, &out.check_report, &out.findings, &err));
  ROW(NULL_ARGUMENT, tillbook_check(till, &options, NULL, &out.findings, &err));
  PLACE(check_report, tillbook_check(till, &options, &out.check_report, NULL, &err));
#define GOOD (tillbook_check_options_init(&options), options.earlier_keys = &key, options.earlier_keys_count = 1)
#define CHECKED tillbook_check(till, &options, &out.check_report, NULL, &err)
  MISTAKE(BAD_STRUCT, GOOD, options.struct_size = 0, CHECKED);
  MISTAKE(BAD_STRUCT, GOOD, options.struct_size = offsetof(tillbook_check_options, earlier_keys) - 1, CHECKED);
  MISTAKE(BAD_STRUCT, GOOD, options.struct_size = 65537, CHECKED);
  MISTAKE(INVALID_INPUT, GOOD, options.skip_pages = 2, CHECKED);
  MISTAKE(NULL_ARGUMENT, GOOD, options.earlier_keys = NULL, CHECKED);
  MISTAKE(INVALID_INPUT, GOOD, options.earlier_keys_count = 101, CHECKED);
  MISTAKE(INVALID_INPUT, GOOD, options.earlier_keys_count = SIZE_MAX, CHECKED);
  key.data = NULL;
  MISTAKE(NULL_ARGUMENT, GOOD, (void)0, CHECKED);
  key.data = (const uint8_t *)"k", key.size = SIZE_MAX / 2;
  MISTAKE(INVALID_INPUT, GOOD, (void)0, CHECKED);
#undef GOOD
#undef CHECKED
}

static void keeping(shop *it) {
  char path[1200];
  TILL(TILLBOOK_CLOSED, tillbook_keep_house(HANDLE, 10, &out.house_kept, &err));
  ROW(NULL_ARGUMENT, tillbook_keep_house(till, 10, NULL, &err));
  PLACE(house_kept, tillbook_keep_house(till, 10, &out.house_kept, &err));
  TILL(TILLBOOK_CLOSED, tillbook_forget(HANDLE, T("A1"), T("who"), &out.forgotten, NULL, &err));
  TEXT(tillbook_forget(till, DATA, SIZE, T("who"), &out.forgotten, NULL, &err));
  TEXT(tillbook_forget(till, T("A1"), DATA, SIZE, &out.forgotten, NULL, &err));
  ROW(NULL_ARGUMENT, tillbook_forget(till, T("A1"), T("who"), NULL, NULL, &err));
  PLACE(forgotten, tillbook_forget(till, T("A1"), T("who"), &out.forgotten, NULL, &err));
  ROW(NOT_FOUND, tillbook_forget(till, T("Z9"), T("who"), &out.forgotten, NULL, &err));
  ROW(INVALID_INPUT, tillbook_forget(till, T("A1"), T(LONG), &out.forgotten, NULL, &err));
  snprintf(path, sizeof path, "%s.saved", it->path);
  ROW(NULL_ARGUMENT, tillbook_salvage(NONE, T(path), NULL, &err));
  ROW(NULL_ARGUMENT, tillbook_salvage(T("x"), NONE, NULL, &err));
  ROW(BAD_TEXT, tillbook_salvage(GBK, T(path), NULL, &err));
  ROW(BAD_TEXT, tillbook_salvage(T("x"), GBK, NULL, &err));
  ROW(INVALID_INPUT, tillbook_salvage(T("/nowhere/at/all.db"), T(it->path), NULL, &err));
  ROW(STORAGE, tillbook_salvage(T("/nowhere/at/all.db"), T(path), NULL, &err));
}

static void backups(shop *it) {
  tillbook_backup_request request;
  tillbook_restore_request restore;
  char path[1200];
  snprintf(path, sizeof path, "%s.backup", it->path);
#define GOOD (tillbook_backup_request_init(&request), request.path = tillbook_str_of(path))
#define BACKUP tillbook_backup(till, &request, &out.backup_report, &err)
  GOOD;
  TILL(TILLBOOK_CLOSED, tillbook_backup(HANDLE, &request, &out.backup_report, &err));
  ROW(NULL_ARGUMENT, tillbook_backup(till, NULL, &out.backup_report, &err));
  ROW(NULL_ARGUMENT, tillbook_backup(till, &request, NULL, &err));
  PLACE(backup_report, BACKUP);
  SIZES_OF(request, BACKUP);
  MISTAKE(NULL_ARGUMENT, GOOD, request.path = tillbook_str_of(NULL), BACKUP);
  MISTAKE(BAD_TEXT, GOOD, request.path = tillbook_str_of("\xff"), BACKUP);
  MISTAKE(INVALID_INPUT, GOOD, request.overwrite = 2, BACKUP);
  MISTAKE(BAD_STRUCT, GOOD, request.reserved = 1, BACKUP);
  MISTAKE(INVALID_INPUT, GOOD, request.path = tillbook_str_of(it->path), BACKUP);
  MISTAKE(STORAGE, GOOD, request.path = tillbook_str_of("/nowhere/at/all.db"), BACKUP);
#undef GOOD
#undef BACKUP
#define GOOD                                                                      \
  (tillbook_restore_request_init(&restore), restore.backup = tillbook_str_of(path), \
   restore.path = tillbook_str_of(it->path))
#define RESTORE tillbook_restore(&restore, &out.restore_report, &err)
  GOOD;
  ROW(NULL_ARGUMENT, tillbook_restore(NULL, &out.restore_report, &err));
  ROW(NULL_ARGUMENT, tillbook_restore(&restore, NULL, &err));
  PLACE(restore_report, RESTORE);
  SIZES_OF(restore, RESTORE);
  MISTAKE(NULL_ARGUMENT, GOOD, restore.backup = tillbook_str_of(NULL), RESTORE);
  MISTAKE(NULL_ARGUMENT, GOOD, restore.path = tillbook_str_of(NULL), RESTORE);
  MISTAKE(BAD_TEXT, GOOD, restore.high_water = tillbook_str_of("\xff"), RESTORE);
  MISTAKE(INVALID_CONFIG, GOOD, (restore.key = (const uint8_t *)"short", restore.key_size = 5), RESTORE);
  MISTAKE(STORAGE, GOOD, (void)0, RESTORE);
#undef GOOD
#undef RESTORE
  TILL(TILLBOOK_CLOSED, tillbook_go_on_after_restore(HANDLE, T("who"), T("why"), &err));
  TEXT(tillbook_go_on_after_restore(till, DATA, SIZE, T("why"), &err));
  TEXT(tillbook_go_on_after_restore(till, T("who"), DATA, SIZE, &err));
  ROW(INVALID_INPUT, tillbook_go_on_after_restore(till, T(LONG), T("why"), &err));
  TILL(TILLBOOK_CLOSED, tillbook_rekey(HANDLE, (const uint8_t *)"x", 1, &err));
  ROW(NULL_ARGUMENT, tillbook_rekey(till, NULL, 32, &err));
  ROW(INVALID_INPUT, tillbook_rekey(till, (const uint8_t *)"x", SIZE_MAX - 1, &err));
  if (!(tillbook_features() & TILLBOOK_FEATURE_ENCRYPTION)) {
    ROW(UNSUPPORTED, tillbook_rekey(till, (const uint8_t *)"0123456789abcdef0123456789abcdef", 32, &err));
  }
}

static void desk(shop *it) {
  searches();
  histories();
  policies();
  exceptions();
  numbers_of_cards();
  preloads();
  reports(it);
  keeping(it);
  backups(it);
}

#endif
