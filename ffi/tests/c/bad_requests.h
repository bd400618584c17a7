/* The mistakes in requests: a part of bad_calls.c, apart for its length. */

#ifndef BAD_REQUESTS_H
#define BAD_REQUESTS_H

/* `request` is good but for its size, and with something behind it that no library of this release knows. It stands in
 * a block of its own, so that a read behind it is seen. */
#define SIZES(type, function)                                                                \
  do {                                                                                       \
    static const size_t sizes[] = {0, 1, sizeof(size_t), sizeof(type) - 1, 65537, SIZE_MAX}; \
    size_t which;                                                                            \
    type good = request;                                                                     \
    for (which = 0; which < sizeof sizes / sizeof *sizes; which++) {                         \
      request.struct_size = sizes[which];                                                    \
      ROW(BAD_STRUCT, function(till, &request, &out.receipt, &err));                         \
    }                                                                                        \
    for (which = 0; which < 24; which++) {                                                   \
      unsigned char *block = calloc(1, sizeof(type) + 24);                                   \
      if (!block) exit(2);                                                                   \
      request = good;                                                                        \
      request.struct_size = sizeof(type) + 24;                                               \
      memcpy(block, &request, sizeof request);                                               \
      block[sizeof request + which] = 1;                                                     \
      ROW(BAD_STRUCT, function(till, (type *)(void *)block, &out.receipt, &err));            \
      free(block);                                                                           \
    }                                                                                        \
    request = good;                                                                          \
  } while (0)

/* Everything that can be wrong with a call before its fields are looked at; `set` makes `request` good. */
#define CALL(type, function, set)                                               \
  do {                                                                          \
    type request;                                                               \
    type##_init(&request);                                                      \
    set;                                                                        \
    TILL(TILLBOOK_CLOSED, function(HANDLE, &request, &out.receipt, &err));      \
    ROW(NULL_ARGUMENT, function(till, NULL, &out.receipt, &err));               \
    ROW(NULL_ARGUMENT, function(till, &request, NULL, &err));                   \
    GROWN(tillbook_receipt, lifted, receipt, function(till, &request, &out.receipt, &err)); \
    SIZES(type, function);                                                      \
  } while (0)

/* A good request with one mistake in it. */
#define FIELD(expected, type, function, set, mistake)          \
  do {                                                         \
    type request;                                              \
    type##_init(&request);                                     \
    set;                                                       \
    mistake;                                                   \
    ROW(expected, function(till, &request, &out.receipt, &err)); \
  } while (0)

/* A text that has to be given. */
#define REQUIRED(type, function, set, field)                                                              \
  do {                                                                                                    \
    FIELD(NULL_ARGUMENT, type, function, set, request.field = tillbook_str_of(NULL));                     \
    FIELD(NULL_ARGUMENT, type, function, set, (request.field.data = NULL, request.field.size = 2));       \
    FIELD(INVALID_INPUT, type, function, set, request.field = tillbook_str_of(""));                       \
    FIELD(INVALID_INPUT, type, function, set, request.field = tillbook_str_of(LONG));                     \
    FIELD(INVALID_INPUT, type, function, set, (request.field.data = "a\0b", request.field.size = 3));     \
    OPTIONAL(type, function, set, field);                                                                 \
  } while (0)

/* A text that may be missing. */
#define OPTIONAL(type, function, set, field)                                                                    \
  do {                                                                                                          \
    FIELD(BAD_TEXT, type, function, set, request.field = tillbook_str_of("\xcd\xf5\xd0\xa1"));                  \
    FIELD(NULL_ARGUMENT, type, function, set, (request.field.data = NULL, request.field.size = 1));             \
    FIELD(INVALID_INPUT, type, function, set, (request.field.data = "x", request.field.size = SIZE_MAX / 2));   \
  } while (0)

/* Longer than any name may be. */
static const char LONG[] =
    "1234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890"
    "1234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890"
    "123";

#define TEXTS(field, text) request.field = tillbook_str_of(text)

static void what_every_call_carries(void) {
  tillbook_call call;
#define WITH(expected, mistake)                                                                  \
  tillbook_call_init(&call);                                                                     \
  FIELD(expected, tillbook_consume_request, tillbook_consume,                                    \
        (request.card = tillbook_str_of("A1"), request.total = 100, request.call = &call), mistake)
  WITH(BAD_STRUCT, call.struct_size = 0);
  WITH(BAD_STRUCT, call.struct_size = offsetof(tillbook_call, override_policy) - 1);
  WITH(BAD_STRUCT, call.reserved = 1);
  WITH(INVALID_INPUT, call.override_policy = 2);
  WITH(NULL_ARGUMENT, call.override_policy = 1);
  WITH(NULL_ARGUMENT, (call.override_policy = 1, call.supervisor = tillbook_str_of("店长")));
  WITH(INVALID_INPUT, (call.override_policy = 1, call.supervisor = tillbook_str_of(LONG), call.reason = tillbook_str_of("x")));
  WITH(BAD_STRUCT, call.struct_size = SIZE_MAX);
  WITH(INVALID_INPUT, call.op_id = tillbook_str_of(""));
  WITH(INVALID_INPUT, call.op_id = tillbook_str_of("with a blank"));
  WITH(INVALID_INPUT, call.op_id = tillbook_str_of("中文"));
  WITH(INVALID_INPUT, call.op_id = tillbook_str_of(LONG));
  WITH(BAD_TEXT, call.op_id = tillbook_str_of("\xcd\xf5"));
  WITH(INVALID_INPUT, call.ticket = tillbook_str_of(LONG));
  WITH(BAD_TEXT, call.ticket = tillbook_str_of("\xcd\xf5"));
  WITH(INVALID_INPUT, call.operator_name = tillbook_str_of(LONG));
  WITH(BAD_TEXT, call.operator_name = tillbook_str_of("\xff"));
  WITH(INVALID_INPUT, call.supervisor = tillbook_str_of(LONG));
  WITH(INVALID_INPUT, call.shift = tillbook_str_of(LONG));
  WITH(INVALID_INPUT, call.reason = tillbook_str_of(LONG));
  WITH(INVALID_INPUT, call.delivery = 4);
  WITH(INVALID_INPUT, call.delivery = -1);
  WITH(INVALID_INPUT, call.delivery = INT32_MIN);
  WITH(INVALID_INPUT, (call.delivery = TILLBOOK_DELIVERY_REQUIRE_ONLINE, call.timeout_ms = 600001));
  WITH(INVALID_INPUT, (call.delivery = TILLBOOK_DELIVERY_DEFAULT, call.timeout_ms = UINT32_MAX));
}

#define OPEN_CARD tillbook_open_card_request, tillbook_open_card, (TEXTS(card, "N1"), TEXTS(level, "1"))
#define MODIFY tillbook_modify_request, tillbook_modify, (TEXTS(card, "A1"), TEXTS(name, "王"))
#define RECHARGE \
  tillbook_recharge_request, tillbook_recharge, (TEXTS(card, "A1"), request.amount = 1, request.pay_type = 1)
#define CONSUME tillbook_consume_request, tillbook_consume, (TEXTS(card, "A1"), request.total = 1)
#define REGISTER tillbook_register_request, tillbook_register, TEXTS(phone, "13800000001")
#define REDEEM_POINTS tillbook_redeem_points_request, tillbook_redeem_points, (TEXTS(card, "A1"), request.points = 1)
#define ACCRUE tillbook_accrue_points_request, tillbook_accrue_points, (TEXTS(card, "A1"), request.points = 1)
#define ADJUST tillbook_adjust_points_request, tillbook_adjust_points, (TEXTS(card, "A1"), request.points = 1)
#define RETURN_POINTS               \
  tillbook_return_points_request, tillbook_return_points, \
      (TEXTS(card, "A1"), TEXTS(original, "x"), request.everything = 1)
#define CARRY_OVER \
  tillbook_carry_over_points_request, tillbook_carry_over_points, (TEXTS(card, "A1"), request.points = 1)
#define UPDATE tillbook_update_points_request, tillbook_update_points, (TEXTS(card, "A1"), request.points = 1)
#define OF_ORDER \
  tillbook_return_points_of_order_request, tillbook_return_points_of_order, (TEXTS(card, "A1"), TEXTS(order, "x"))
#define REDEEM_COUPON \
  tillbook_redeem_coupon_request, tillbook_redeem_coupon, (TEXTS(card, "A1"), TEXTS(coupon, "x"), request.amount = 1)
#define GIVE tillbook_give_coupon_request, tillbook_give_coupon, (TEXTS(card, "A1"), TEXTS(template_id, "x"))
#define SET_STATUS                                            \
  tillbook_set_coupon_status_request, tillbook_set_coupon_status, \
      (TEXTS(card, "A1"), TEXTS(coupon, "x"), request.coupon_status = TILLBOOK_COUPON_VALID)
#define PUSH_ORDER tillbook_push_order_request, tillbook_push_order, (TEXTS(card, "A1"), request.amount = 1)
#define RETURN_ORDER               \
  tillbook_return_order_request, tillbook_return_order, \
      (TEXTS(card, "A1"), TEXTS(original, "x"), request.everything = 1)

/* Lets what stands for several arguments be several. */
#define EACH(macro, ...) macro(__VA_ARGS__)

static void requests(void) {
  what_every_call_carries();
  EACH(CALL, OPEN_CARD);
  EACH(REQUIRED, OPEN_CARD, card);
  EACH(REQUIRED, OPEN_CARD, level);
  EACH(FIELD, INVALID_INPUT, OPEN_CARD, request.next_number = 1);
  EACH(FIELD, INVALID_INPUT, OPEN_CARD, request.next_number = 2);
  EACH(FIELD, INVALID_CONFIG, OPEN_CARD, (request.next_number = 1, TEXTS(card, NULL)));
  EACH(OPTIONAL, OPEN_CARD, name);
  EACH(OPTIONAL, OPEN_CARD, phone);
  EACH(FIELD, INVALID_INPUT, OPEN_CARD, request.gender = 4);
  EACH(FIELD, INVALID_INPUT, OPEN_CARD, request.gender = -1);
  EACH(FIELD, INVALID_INPUT, OPEN_CARD, TEXTS(phone, "12"));
  EACH(FIELD, INVALID_INPUT, OPEN_CARD, TEXTS(name, LONG));
  EACH(CALL, MODIFY);
  EACH(REQUIRED, MODIFY, card);
  EACH(OPTIONAL, MODIFY, name);
  EACH(OPTIONAL, MODIFY, birthday);
  EACH(FIELD, INVALID_INPUT, MODIFY, TEXTS(name, NULL));
  EACH(FIELD, INVALID_INPUT, MODIFY, TEXTS(birthday, "1990-02-30"));
  EACH(FIELD, INVALID_INPUT, MODIFY, TEXTS(birthday, "99999999999-01-01"));
  EACH(FIELD, INVALID_INPUT, MODIFY, request.gender = INT32_MAX);
  EACH(CALL, RECHARGE);
  EACH(REQUIRED, RECHARGE, card);
  EACH(FIELD, INVALID_INPUT, RECHARGE, request.amount = 0);
  EACH(FIELD, INVALID_INPUT, RECHARGE, request.amount = -1);
  EACH(FIELD, INVALID_INPUT, RECHARGE, request.amount = INT64_MIN);
  EACH(FIELD, INVALID_INPUT, RECHARGE, request.amount = INT64_MAX);
  EACH(FIELD, INVALID_INPUT, RECHARGE, request.pay_type = INT64_MIN);
  EACH(CALL, CONSUME);
  EACH(REQUIRED, CONSUME, card);
  /* A number whose flag was forgotten is not dropped. */
  EACH(FIELD, INVALID_INPUT, CONSUME, request.discountable = 1);
  EACH(FIELD, INVALID_INPUT, CONSUME, request.total = 0);
  EACH(FIELD, INVALID_INPUT, CONSUME, request.total = -1);
  EACH(FIELD, INVALID_INPUT, CONSUME, request.total = INT64_MIN);
  EACH(FIELD, INVALID_INPUT, CONSUME, request.total = INT64_MAX);
  EACH(FIELD, INVALID_INPUT, CONSUME, (request.has_discountable = 1, request.discountable = 2));
  EACH(FIELD, INVALID_INPUT, CONSUME, (request.has_discountable = 1, request.discountable = INT64_MIN));
  EACH(FIELD, INVALID_INPUT, CONSUME, request.has_discountable = 2);
  EACH(FIELD, INVALID_INPUT, CONSUME, request.partial = -1);
  EACH(CALL, REGISTER);
  EACH(REQUIRED, REGISTER, phone);
  EACH(OPTIONAL, REGISTER, card);
  EACH(OPTIONAL, REGISTER, sms_code);
  EACH(FIELD, INVALID_INPUT, REGISTER, request.gender = 9);
  EACH(CALL, REDEEM_POINTS);
  EACH(REQUIRED, REDEEM_POINTS, card);
  EACH(OPTIONAL, REDEEM_POINTS, order);
  EACH(FIELD, INVALID_INPUT, REDEEM_POINTS, request.points = 0);
  EACH(FIELD, INVALID_INPUT, REDEEM_POINTS, request.points = INT64_MIN);
  EACH(FIELD, INVALID_INPUT, REDEEM_POINTS, request.points = INT64_MAX);
  EACH(FIELD, INVALID_INPUT, REDEEM_POINTS, request.amount = INT64_MIN);
  EACH(CALL, ACCRUE);
  EACH(REQUIRED, ACCRUE, card);
  EACH(FIELD, INVALID_INPUT, ACCRUE, request.points = 0);
  EACH(FIELD, INVALID_INPUT, ACCRUE, request.points = INT64_MIN);
  EACH(FIELD, INVALID_INPUT, ACCRUE, request.points = INT64_MAX);
  EACH(FIELD, INVALID_INPUT, ACCRUE, request.amount = INT64_MAX);
  EACH(CALL, ADJUST);
  EACH(REQUIRED, ADJUST, card);
  EACH(FIELD, INVALID_INPUT, ADJUST, request.points = 0);
  EACH(FIELD, INVALID_INPUT, ADJUST, request.points = INT64_MIN);
  EACH(FIELD, INVALID_INPUT, ADJUST, request.points = INT64_MAX);
  EACH(CALL, RETURN_POINTS);
  EACH(REQUIRED, RETURN_POINTS, card);
  EACH(REQUIRED, RETURN_POINTS, original);
  EACH(FIELD, INVALID_INPUT, RETURN_POINTS, request.points = INT64_MIN);
  EACH(FIELD, INVALID_INPUT, RETURN_POINTS, request.amount = -1);
  /* What was forgotten gives nothing back, and what was said twice neither. */
  EACH(FIELD, INVALID_INPUT, RETURN_POINTS, request.everything = 0);
  EACH(FIELD, INVALID_INPUT, RETURN_POINTS, request.everything = 2);
  EACH(FIELD, INVALID_INPUT, RETURN_POINTS, request.points = 1);
  EACH(CALL, CARRY_OVER);
  EACH(REQUIRED, CARRY_OVER, card);
  EACH(FIELD, INVALID_INPUT, CARRY_OVER, request.points = -1);
  EACH(FIELD, INVALID_INPUT, CARRY_OVER, request.points = INT64_MAX);
  EACH(CALL, UPDATE);
  EACH(REQUIRED, UPDATE, card);
  EACH(FIELD, INVALID_INPUT, UPDATE, request.points = INT64_MIN);
  EACH(CALL, OF_ORDER);
  EACH(REQUIRED, OF_ORDER, card);
  EACH(REQUIRED, OF_ORDER, order);
}

static tillbook_coupon_template good_template(void) {
  tillbook_coupon_template it;
  tillbook_coupon_template_init(&it);
  it.id = tillbook_str_of("t");
  it.name = tillbook_str_of("满减");
  it.effect = TILLBOOK_EFFECT_ORDER_REDUCTION;
  it.reduction = 100;
  it.valid_days = 30;
  it.rules = tillbook_str_of("rules");
  it.quantity = 1;
  it.per_member = 1;
  return it;
}

static void templates(void) {
  tillbook_named stores[1];
  tillbook_coupon_template of = good_template();
  memset(stores, 0, sizeof stores);
  CALL(tillbook_add_coupon_template_request, tillbook_add_coupon_template, request.template_of = &of);
#define TEMPLATE(expected, mistake)                                                            \
  of = good_template();                                                                        \
  FIELD(expected, tillbook_add_coupon_template_request, tillbook_add_coupon_template,          \
        request.template_of = &of, mistake)
  TEMPLATE(NULL_ARGUMENT, request.template_of = NULL);
  TEMPLATE(BAD_STRUCT, of.struct_size = 8);
  TEMPLATE(NULL_ARGUMENT, of.id = tillbook_str_of(NULL));
  TEMPLATE(NULL_ARGUMENT, of.rules = tillbook_str_of(NULL));
  TEMPLATE(BAD_TEXT, of.name = tillbook_str_of("\xcd\xf5"));
  TEMPLATE(INVALID_INPUT, of.id = tillbook_str_of(LONG));
  TEMPLATE(INVALID_INPUT, of.effect = 0);
  TEMPLATE(INVALID_INPUT, of.effect = 6);
  TEMPLATE(INVALID_INPUT, of.reduction = INT64_MIN);
  TEMPLATE(INVALID_INPUT, of.reduction = INT64_MAX);
  TEMPLATE(INVALID_INPUT, of.minimum = -1);
  TEMPLATE(INVALID_INPUT, of.valid_days = UINT32_MAX);
  TEMPLATE(INVALID_INPUT, (of.valid_days = 0, of.begins = INT64_MAX, of.ends = INT64_MIN));
  TEMPLATE(INVALID_INPUT, (of.valid_days = 0, of.begins = INT64_MIN, of.ends = INT64_MAX));
  TEMPLATE(NULL_ARGUMENT, of.effect = TILLBOOK_EFFECT_ORDER_DISCOUNT);
#define RATE(text) (of.effect = TILLBOOK_EFFECT_ITEM_DISCOUNT, of.rate = tillbook_str_of(text))
  TEMPLATE(INVALID_INPUT, RATE("0"));
  TEMPLATE(INVALID_INPUT, RATE("1.1"));
  TEMPLATE(INVALID_INPUT, RATE("-0.5"));
  TEMPLATE(INVALID_INPUT, RATE("NaN"));
  TEMPLATE(INVALID_INPUT, RATE("0.8 "));
  TEMPLATE(INVALID_INPUT, RATE("8e-1"));
  TEMPLATE(INVALID_INPUT, RATE("0.12345678901234567890123456789012345678901234567890"));
  TEMPLATE(NULL_ARGUMENT, of.stores_count = 1);
  TEMPLATE(INVALID_INPUT, (of.stores = stores, of.stores_count = 501));
  TEMPLATE(INVALID_INPUT, of.items_count = SIZE_MAX);
  TEMPLATE(NULL_ARGUMENT, (of.categories = stores, of.categories_count = 1));
}

/* Two good lines, for a request to be spoilt in one of them. */
static tillbook_order_line *two_lines(void) {
  static tillbook_order_line lines[2];
  int which;
  for (which = 0; which < 2; which++) {
    tillbook_order_line_init(&lines[which]);
    lines[which].item = tillbook_str_of("i");
    lines[which].name = tillbook_str_of("面");
    lines[which].quantity = tillbook_str_of("1.5");
    lines[which].amount = 100;
  }
  return lines;
}

#define LINES(expected, mistake, ...)                                     \
  do {                                                                      \
    tillbook_order_line *lines = two_lines();                               \
    EACH(FIELD, expected, __VA_ARGS__, (request.lines = lines, request.lines_count = 2, mistake)); \
  } while (0)
#define EVERY_LINE(...)                                                                                    \
  do {                                                                                                       \
    EACH(FIELD, NULL_ARGUMENT, __VA_ARGS__, request.lines_count = 1);                                              \
    LINES(INVALID_INPUT, request.lines_count = 501, __VA_ARGS__); \
    LINES(INVALID_INPUT, request.lines_count = SIZE_MAX, __VA_ARGS__); \
    LINES(BAD_STRUCT, lines[0].struct_size = 0, __VA_ARGS__); \
    LINES(BAD_STRUCT, lines[1].struct_size--, __VA_ARGS__); \
    LINES(BAD_STRUCT, lines[1].struct_size = SIZE_MAX, __VA_ARGS__); \
    LINES(NULL_ARGUMENT, lines[1].item = tillbook_str_of(NULL), __VA_ARGS__); \
    LINES(NULL_ARGUMENT, lines[1].quantity = tillbook_str_of(NULL), __VA_ARGS__); \
    LINES(BAD_TEXT, lines[1].name = tillbook_str_of("\xcd\xf5\xd0\xa1"), __VA_ARGS__); \
    LINES(BAD_TEXT, lines[1].category = tillbook_str_of("\xff"), __VA_ARGS__); \
    LINES(INVALID_INPUT, lines[1].quantity = tillbook_str_of("1e2"), __VA_ARGS__); \
    LINES(INVALID_INPUT, lines[1].quantity = tillbook_str_of(""), __VA_ARGS__); \
    LINES(INVALID_INPUT, lines[1].quantity = tillbook_str_of("-1"), __VA_ARGS__); \
    LINES(INVALID_INPUT, lines[1].quantity = tillbook_str_of("1.23456"), __VA_ARGS__); \
    LINES(INVALID_INPUT, lines[1].quantity = tillbook_str_of("99999999999999999999999999999999999"), __VA_ARGS__); \
    LINES(INVALID_INPUT, lines[1].amount = INT64_MIN, __VA_ARGS__); \
    LINES(INVALID_INPUT, lines[0].amount = lines[1].amount = INT64_MAX, __VA_ARGS__); \
    LINES(INVALID_INPUT, lines[0].points = lines[1].points = INT64_MAX, __VA_ARGS__); \
    LINES(INVALID_INPUT, lines[0].points = INT64_MIN, __VA_ARGS__); \
  } while (0)

static void coupons(void) {
  tillbook_validate_coupon_request question;
  EACH(CALL, REDEEM_COUPON);
  EACH(REQUIRED, REDEEM_COUPON, card);
  EACH(REQUIRED, REDEEM_COUPON, coupon);
  EACH(FIELD, INVALID_INPUT, REDEEM_COUPON, request.amount = INT64_MIN);
  EACH(FIELD, INVALID_INPUT, REDEEM_COUPON, request.amount = INT64_MAX);
  EVERY_LINE(REDEEM_COUPON);
  EACH(CALL, GIVE);
  EACH(REQUIRED, GIVE, card);
  EACH(REQUIRED, GIVE, template_id);
  EACH(CALL, SET_STATUS);
  EACH(REQUIRED, SET_STATUS, coupon);
  EACH(FIELD, INVALID_INPUT, SET_STATUS, request.coupon_status = 0);
  EACH(FIELD, INVALID_INPUT, SET_STATUS, request.coupon_status = 6);
  EACH(CALL, PUSH_ORDER);
  EACH(REQUIRED, PUSH_ORDER, card);
  EACH(FIELD, INVALID_INPUT, PUSH_ORDER, request.points = 1);
  EACH(FIELD, BAD_STRUCT, PUSH_ORDER, request.reserved = 1);
  EACH(FIELD, INVALID_INPUT, PUSH_ORDER, request.amount = INT64_MIN);
  EACH(FIELD, INVALID_INPUT, PUSH_ORDER, request.amount = INT64_MAX);
  EACH(FIELD, INVALID_INPUT, PUSH_ORDER, request.has_points = 2);
  EACH(FIELD, INVALID_INPUT, PUSH_ORDER, (request.has_points = 1, request.points = INT64_MIN));
  EACH(FIELD, INVALID_INPUT, PUSH_ORDER, (request.has_points = 1, request.points = INT64_MAX));
  EVERY_LINE(PUSH_ORDER);
  EACH(CALL, RETURN_ORDER);
  EACH(REQUIRED, RETURN_ORDER, original);
  EACH(FIELD, INVALID_INPUT, RETURN_ORDER, request.amount = INT64_MIN);
  EACH(FIELD, INVALID_INPUT, RETURN_ORDER, request.amount = INT64_MAX);
  EACH(FIELD, INVALID_INPUT, RETURN_ORDER, request.everything = 0);
  EACH(FIELD, INVALID_INPUT, RETURN_ORDER, request.everything = 2);
  EACH(FIELD, INVALID_INPUT, RETURN_ORDER, request.amount = 1);
  EVERY_LINE(RETURN_ORDER);
  templates();

#define QUESTION(expected, mistake)                          \
  tillbook_validate_coupon_request_init(&question);          \
  question.card = tillbook_str_of("A1");                     \
  question.coupon = tillbook_str_of("x");                    \
  question.amount = 100;                                     \
  mistake;                                                   \
  ROW(expected, tillbook_validate_coupon(till, &question, &out.validation, &out.verdicts, &err))
  QUESTION(UNSUPPORTED, (void)0);
  QUESTION(BAD_STRUCT, question.struct_size = 0);
  QUESTION(NULL_ARGUMENT, question.card = tillbook_str_of(NULL));
  QUESTION(BAD_TEXT, question.coupon = tillbook_str_of("\xcd\xf5"));
  QUESTION(INVALID_INPUT, question.offline = 2);
  QUESTION(NULL_ARGUMENT, question.lines_count = 1);
  QUESTION(INVALID_INPUT, question.lines_count = SIZE_MAX);
  QUESTION(BAD_STRUCT, (question.lines = two_lines(), question.lines_count = 2, two_lines()[1].struct_size = 1));
  QUESTION(NULL_ARGUMENT, question.coupon.data = NULL);
  QUESTION(UNSUPPORTED, (void)0);
  TILL(TILLBOOK_CLOSED, tillbook_validate_coupon(HANDLE, &question, &out.validation, NULL, &err));
  ROW(NULL_ARGUMENT, tillbook_validate_coupon(till, NULL, &out.validation, NULL, &err));
  ROW(NULL_ARGUMENT, tillbook_validate_coupon(till, &question, NULL, &out.verdicts, &err));
  PLACE(validation, tillbook_validate_coupon(till, &question, &out.validation, &out.verdicts, &err));
}

#endif
