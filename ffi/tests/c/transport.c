/* Transports of the host: answers that are none, calls from inside, and requests that outlive everybody. */

#define _POSIX_C_SOURCE 200809L

#include "shop.h"

#include <pthread.h>
#include <time.h>

static void nap(int ms) {
  struct timespec left;
  left.tv_sec = ms / 1000;
  left.tv_nsec = (long)(ms % 1000) * 1000000;
  nanosleep(&left, NULL);
}

static int64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Under valgrind everything takes its time. */
static int patience = 1;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

struct wire;
typedef int32_t (*manner)(struct wire *self, const tillbook_http_request *request, tillbook_http_response *response);

/* A transport's `user`. */
typedef struct wire {
  manner send;
  tillbook_till *till;
  int sent;
  int acted;
  int running;
  int destroyed;
  int after_destroy;
  tillbook_http_response *kept;
} wire;

static int read_of(const int *number) {
  int value;
  pthread_mutex_lock(&lock);
  value = *number;
  pthread_mutex_unlock(&lock);
  return value;
}

static int reaches(const int *number, int value) {
  int rounds;
  for (rounds = 0; rounds < 4000; rounds++) {
    if (read_of(number) == value) return 1;
    nap(5);
  }
  return 0;
}

static int32_t sends(void *user, const tillbook_http_request *request, tillbook_http_response *response) {
  wire *self = user;
  int32_t said;
  manner send;
  pthread_mutex_lock(&lock);
  self->sent++;
  self->running++;
  if (self->destroyed) self->after_destroy++;
  send = self->send;
  pthread_mutex_unlock(&lock);
  CHECK(request->struct_size == sizeof *request && request->url && strncmp(request->url, "http", 4) == 0);
  CHECK((request->body == NULL) == (request->body_size == 0) && request->timeout_ms > 0);
  CHECK(request->method == TILLBOOK_HTTP_GET || request->method == TILLBOOK_HTTP_POST);
  CHECK(request->headers_count == 0 || (request->headers[0].name && request->headers[0].value));
  said = send(self, request, response);
  pthread_mutex_lock(&lock);
  self->running--;
  pthread_mutex_unlock(&lock);
  return said;
}

static void gives_back(void *user) {
  wire *self = user;
  pthread_mutex_lock(&lock);
  self->destroyed++;
  /* No call is running. */
  if (self->running) self->after_destroy++;
  pthread_mutex_unlock(&lock);
}

#define RESPONSE(expected, call)                                                                 \
  do {                                                                                           \
    tillbook_error *error = NULL;                                                                \
    is((expected), (call), &error, #call, __FILE__, __LINE__);                                   \
  } while (0)

static void text(tillbook_http_response *response, const char *body) {
  RESPONSE(TILLBOOK_OK, tillbook_http_response_status(response, 200, &error));
  RESPONSE(TILLBOOK_OK, tillbook_http_response_header(response, T("Content-Type"), T("application/json"), &error));
  RESPONSE(TILLBOOK_OK, tillbook_http_response_body(response, (const uint8_t *)body, strlen(body), &error));
}

/* Manners of answering. */

static int32_t nothing(wire *self, const tillbook_http_request *request, tillbook_http_response *response) {
  (void)self, (void)request, (void)response;
  return TILLBOOK_SENT;
}

static int32_t bad_status(wire *self, const tillbook_http_request *request, tillbook_http_response *response) {
  (void)self, (void)request;
  RESPONSE(TILLBOOK_INVALID_INPUT, tillbook_http_response_status(response, 0, &error));
  RESPONSE(TILLBOOK_INVALID_INPUT, tillbook_http_response_status(response, 99, &error));
  RESPONSE(TILLBOOK_INVALID_INPUT, tillbook_http_response_status(response, 1000, &error));
  RESPONSE(TILLBOOK_INVALID_INPUT, tillbook_http_response_status(response, INT32_MIN, &error));
  return TILLBOOK_SENT;
}

static int32_t body_without_status(wire *self, const tillbook_http_request *request,
                                   tillbook_http_response *response) {
  (void)self, (void)request;
  RESPONSE(TILLBOOK_OK, tillbook_http_response_body(response, (const uint8_t *)"{\"errcode\": 0}", 14, &error));
  return TILLBOOK_SENT;
}

static int32_t garbage(wire *self, const tillbook_http_request *request, tillbook_http_response *response) {
  static const uint8_t bytes[] = {0xff, 0x00, 0xfe, '{', '"', 0xc3, 0x28, 0};
  (void)self, (void)request;
  RESPONSE(TILLBOOK_OK, tillbook_http_response_status(response, 200, &error));
  RESPONSE(TILLBOOK_OK, tillbook_http_response_body(response, bytes, sizeof bytes, &error));
  RESPONSE(TILLBOOK_OK, tillbook_http_response_body(response, NULL, 0, &error));
  RESPONSE(TILLBOOK_NULL_ARGUMENT, tillbook_http_response_body(response, NULL, 1, &error));
  return TILLBOOK_SENT;
}

static int32_t other_json(wire *self, const tillbook_http_request *request, tillbook_http_response *response) {
  (void)self, (void)request;
  text(response, "{\"errcode\": 0, \"amount\": 1e400, \"level\": {\"id\": -9223372036854775809}, \"records\": [[[]]]}");
  return TILLBOOK_SENT;
}

static int32_t too_much(wire *self, const tillbook_http_request *request, tillbook_http_response *response) {
  static uint8_t block[65536];
  uint64_t sent = 0;
  (void)self;
  text(response, "{");
  for (sent = 1; sent + sizeof block <= request->max_response_bytes; sent += sizeof block) {
    RESPONSE(TILLBOOK_OK, tillbook_http_response_body(response, block, sizeof block, &error));
  }
  RESPONSE(TILLBOOK_INVALID_INPUT, tillbook_http_response_body(response, block, sizeof block, &error));
  RESPONSE(TILLBOOK_INVALID_INPUT, tillbook_http_response_body(response, block, SIZE_MAX, &error));
  return TILLBOOK_SENT;
}

static int32_t odd_headers(wire *self, const tillbook_http_request *request, tillbook_http_response *response) {
  int count;
  (void)self, (void)request;
  text(response, "{\"errcode\": 2, \"errmsg\": \"no such card\"}");
  RESPONSE(TILLBOOK_NULL_ARGUMENT, tillbook_http_response_header(response, NULL, 0, T("v"), &error));
  RESPONSE(TILLBOOK_NULL_ARGUMENT, tillbook_http_response_header(response, T("n"), NULL, 0, &error));
  RESPONSE(TILLBOOK_BAD_TEXT, tillbook_http_response_header(response, T("Server"), T("\xcd\xf5"), &error));
  RESPONSE(TILLBOOK_OK, tillbook_http_response_header(response, T("Retry-After"), T("99999999999999999999"), &error));
  RESPONSE(TILLBOOK_OK, tillbook_http_response_header(response, T("Date"), T("Thu, 99 Foo 0000"), &error));
  for (count = 0; count < 990; count++) {
    RESPONSE(TILLBOOK_OK, tillbook_http_response_header(response, T("x"), T(""), &error));
  }
  for (count = 0; count < 20; count++) {
    tillbook_http_response_header(response, T("x"), T(""), NULL);
  }
  RESPONSE(TILLBOOK_INVALID_INPUT, tillbook_http_response_header(response, T("x"), T(""), &error));
  return TILLBOOK_SENT;
}

static int32_t unknown_word(wire *self, const tillbook_http_request *request, tillbook_http_response *response) {
  (void)self, (void)request;
  text(response, "{\"errcode\": 2}");
  return 77;
}

static int32_t not_sent(wire *self, const tillbook_http_request *request, tillbook_http_response *response) {
  (void)self, (void)request;
  text(response, "{\"errcode\": 2}");
  return TILLBOOK_NOT_SENT;
}

static int32_t keeps_the_response(wire *self, const tillbook_http_request *request,
                                  tillbook_http_response *response) {
  (void)request;
  pthread_mutex_lock(&lock);
  self->kept = response;
  pthread_mutex_unlock(&lock);
  return TILLBOOK_MAYBE_SENT;
}

static int32_t redirects(wire *self, const tillbook_http_request *request, tillbook_http_response *response) {
  (void)self, (void)request;
  RESPONSE(TILLBOOK_OK, tillbook_http_response_status(response, 302, &error));
  RESPONSE(TILLBOOK_OK, tillbook_http_response_header(response, T("Location"), T("http://127.0.0.1:1/"), &error));
  return TILLBOOK_SENT;
}

static int32_t calls_the_till(wire *self, const tillbook_http_request *request, tillbook_http_response *response) {
  tillbook_card card;
  tillbook_sync_status status;
  tillbook_status said;
  tillbook_card_init(&card);
  tillbook_sync_status_init(&status);
  said = tillbook_card_of(self->till, T("A1"), &card, NULL);
  /* A last request may leave while the till is being freed. */
  CHECK(said == TILLBOOK_NOT_FOUND || said == TILLBOOK_BAD_HANDLE);
  CHECK(said == TILLBOOK_BAD_HANDLE || tillbook_sync_state(self->till, &status, NULL) != TILLBOOK_BAD_STRUCT);
  return not_sent(self, request, response);
}

/* Only the first of several requests that are sent at once. */
static int first(wire *self) {
  int acted;
  pthread_mutex_lock(&lock);
  acted = self->acted++;
  pthread_mutex_unlock(&lock);
  return !acted;
}

static int32_t closes_the_till(wire *self, const tillbook_http_request *request, tillbook_http_response *response) {
  if (first(self)) RESPONSE(TILLBOOK_OK, tillbook_close(self->till, 50, &error));
  return nothing(self, request, response);
}

static int32_t frees_the_till(wire *self, const tillbook_http_request *request, tillbook_http_response *response) {
  if (first(self)) IS0(TILLBOOK_OK, tillbook_free(self->till));
  return nothing(self, request, response);
}

/* Pays no regard to the request's time-out. */
static int32_t hangs(wire *self, const tillbook_http_request *request, tillbook_http_response *response) {
  CHECK(request->timeout_ms <= 600000);
  nap(3000);
  return not_sent(self, request, response);
}

/* ---- */

/* Nobody listens there, nor is anybody asked. */
static const char *const NOWHERE = "http://127.0.0.1:9";

static tillbook_till *with(shop *it, tillbook_transport *transport, wire *user, const char *folder, const char *url,
                           const char *book) {
  tillbook_till *till;
  shop_of(it, folder, url, book);
  tillbook_transport_init(transport);
  transport->user = user;
  transport->send = sends;
  transport->destroy = gives_back;
  it->options.transport = transport;
  till = opened(it);
  pthread_mutex_lock(&lock);
  user->till = till;
  pthread_mutex_unlock(&lock);
  return till;
}

static void answers(const char *folder) {
  static const struct {
    const char *name;
    manner send;
    tillbook_status read;
  } table[] = {
      {"nothing", nothing, TILLBOOK_UNREACHABLE},
      {"bad_status", bad_status, TILLBOOK_UNREACHABLE},
      {"body_without_status", body_without_status, TILLBOOK_UNREACHABLE},
      {"garbage", garbage, TILLBOOK_UNREACHABLE},
      {"other_json", other_json, TILLBOOK_UNREACHABLE},
      {"too_much", too_much, TILLBOOK_UNREACHABLE},
      /* The answer counts without the headers that were refused: there is no such card. */
      {"odd_headers", odd_headers, TILLBOOK_NOT_FOUND},
      {"unknown_word", unknown_word, TILLBOOK_UNREACHABLE},
      {"not_sent", not_sent, TILLBOOK_UNREACHABLE},
      {"keeps_the_response", keeps_the_response, TILLBOOK_UNREACHABLE},
      {"redirects", redirects, TILLBOOK_UNREACHABLE},
      {"calls_the_till", calls_the_till, TILLBOOK_UNREACHABLE},
  };
  size_t row;
  for (row = 0; row < sizeof table / sizeof *table; row++) {
    shop it;
    tillbook_transport transport;
    wire user;
    tillbook_card card;
    tillbook_call call;
    tillbook_recharge_request recharge;
    tillbook_receipt receipt;
    tillbook_status status;
    tillbook_till *till;
    memset(&user, 0, sizeof user);
    user.send = table[row].send;
    till = with(&it, &transport, &user, folder, NOWHERE, table[row].name);
    tillbook_card_init(&card);
    status = tillbook_serve_card(till, T("A1"), 1000, &card, &err);
    IS(table[row].read, status);
    CHECK(read_of(&user.sent) > 0);
    /* Whatever was answered, nothing is approved by it. */
    call_of(&call, "never", TILLBOOK_DELIVERY_REQUIRE_ONLINE, 300);
    tillbook_recharge_request_init(&recharge);
    recharge.call = &call;
    recharge.card = tillbook_str_of("A1");
    recharge.amount = 100;
    recharge.pay_type = 1;
    tillbook_receipt_init(&receipt);
    status = tillbook_recharge(till, &recharge, &receipt, &err);
    CHECK(status != TILLBOOK_OK || !receipt.approved);
    CHECK(status < 100);
    tillbook_error_free(err);
    err = NULL;
    if (user.kept) {
      IS(TILLBOOK_BAD_HANDLE, tillbook_http_response_status(user.kept, 200, &err));
      IS(TILLBOOK_BAD_HANDLE, tillbook_http_response_body(user.kept, (const uint8_t *)"x", 1, &err));
      IS(TILLBOOK_BAD_HANDLE, tillbook_http_response_header(user.kept, T("a"), T("b"), &err));
    }
    OK0(tillbook_free(till));
    CHECK(reaches(&user.destroyed, 1) && user.after_destroy == 0);
  }
}

/* Where the till can't be opened, `user` comes back all the same. */
static void not_opened(const char *folder) {
  shop it;
  tillbook_transport transport;
  wire user;
  tillbook_till *till = NULL;
  memset(&user, 0, sizeof user);
  shop_of(&it, folder, NOWHERE, "not-opened");
  tillbook_transport_init(&transport);
  transport.user = &user;
  transport.destroy = gives_back;
  it.options.transport = &transport;
  IS(TILLBOOK_NULL_ARGUMENT, tillbook_open(&it.options, &till, &err));
  CHECK(user.destroyed == 1);
  transport.send = sends;
  it.options.path = tillbook_str_of("/nowhere/at/all.db");
  IS(TILLBOOK_STORAGE, tillbook_open(&it.options, &till, &err));
  CHECK(user.destroyed == 2);
  it.options.path = tillbook_str_of(NULL);
  IS(TILLBOOK_NULL_ARGUMENT, tillbook_open(&it.options, &till, &err));
  CHECK(user.destroyed == 3);
  it.options.path = tillbook_str_of(it.path);
  it.config.settings = tillbook_str_of("{");
  IS(TILLBOOK_INVALID_INPUT, tillbook_open(&it.options, &till, &err));
  CHECK(user.destroyed == 4 && till == NULL);
  IS(TILLBOOK_NULL_ARGUMENT, tillbook_open(&it.options, NULL, &err));
  CHECK(user.destroyed == 5);
}

/* Leaves an operation in a book that is sent as soon as somebody drives the queue. */
static void something_to_send(const char *folder, const char *url, const char *book) {
  shop it;
  tillbook_card card;
  tillbook_call call;
  tillbook_recharge_request recharge;
  tillbook_receipt receipt;
  tillbook_till *till;
  shop_of(&it, folder, url, book);
  till = opened(&it);
  tillbook_card_init(&card);
  OK(tillbook_serve_card(till, T("A1"), 0, &card, &err));
  ask("cut");
  call_of(&call, "queued", TILLBOOK_DELIVERY_PREFER_ONLINE, 300);
  tillbook_recharge_request_init(&recharge);
  recharge.call = &call;
  recharge.card = tillbook_str_of("A1");
  recharge.amount = 100;
  recharge.pay_type = 1;
  tillbook_receipt_init(&receipt);
  OK(tillbook_recharge(till, &recharge, &receipt, &err));
  CHECK(receipt.promise == TILLBOOK_PROMISE_OFFLINE_APPROVED && receipt.state == TILLBOOK_STATE_QUEUED);
  OK0(tillbook_free(till));
  ask("restore");
}

/* On the library's own thread a call waits for the answer; in a sync the till ends under the thread that drives it. */
static void ended_from_inside(const char *folder, const char *url) {
  static const struct {
    const char *name;
    manner send;
    int by_sync;
  } table[] = {
      {"closed on io", closes_the_till, 0},
      {"freed on io", frees_the_till, 0},
      {"closed in sync", closes_the_till, 1},
      {"freed in sync", frees_the_till, 1},
  };
  size_t row;
  for (row = 0; row < sizeof table / sizeof *table; row++) {
    shop it;
    tillbook_transport transport;
    wire user;
    tillbook_card card;
    tillbook_sync_status status;
    tillbook_till *till;
    tillbook_status said = TILLBOOK_OK;
    int rounds;
    memset(&user, 0, sizeof user);
    user.send = table[row].send;
    if (table[row].by_sync) something_to_send(folder, url, table[row].name);
    till = with(&it, &transport, &user, folder, url, table[row].name);
    tillbook_card_init(&card);
    tillbook_sync_status_init(&status);
    if (table[row].by_sync) {
      for (rounds = 0; rounds < 400 && said == TILLBOOK_OK; rounds++) {
        said = tillbook_sync(till, 200, &status, NULL);
        nap(5);
      }
      /* It may have come back from closing before the handle was gone. */
      CHECK(said == TILLBOOK_CLOSED || (said == TILLBOOK_BAD_HANDLE && table[row].send == frees_the_till));
    } else {
      /* What is answered within the grace is told. */
      said = tillbook_serve_card(till, T("A1"), 5000, &card, NULL);
      CHECK(said == TILLBOOK_CLOSED || said == TILLBOOK_UNREACHABLE);
      for (rounds = 0; rounds < 400 && said != TILLBOOK_CLOSED && said != TILLBOOK_BAD_HANDLE; rounds++) {
        said = tillbook_card_of(till, T("A1"), &card, NULL);
        nap(5);
      }
    }
    CHECK(user.acted >= 1);
    IS(table[row].send == closes_the_till ? TILLBOOK_CLOSED : TILLBOOK_BAD_HANDLE,
       tillbook_card_of(till, T("A1"), &card, &err));
    tillbook_free(till);
    CHECK(reaches(&user.destroyed, 1) && user.after_destroy == 0);
    it.options.transport = NULL;
    till = opened(&it);
    if (table[row].by_sync) {
      tillbook_receipt receipt;
      tillbook_receipt_init(&receipt);
      OK(tillbook_operation(till, T("queued"), &receipt, &err));
      CHECK(receipt.approved == 1);
    }
    OK0(tillbook_free(till));
  }
}

/* Nobody waits for a host that does not come back: neither a call, nor closing. `user` comes back when it does. */
static void hanging(const char *folder) {
  static shop it;
  static tillbook_transport transport;
  static wire user;
  tillbook_card card;
  tillbook_till *till;
  int64_t began;
  user.send = hangs;
  till = with(&it, &transport, &user, folder, NOWHERE, "hangs");
  tillbook_card_init(&card);
  began = now_ms();
  IS(TILLBOOK_UNREACHABLE, tillbook_serve_card(till, T("A1"), 300, &card, &err));
  CHECK(now_ms() - began < 1000 * patience);
  began = now_ms();
  OK(tillbook_close(till, 100, &err));
  CHECK(now_ms() - began < 800 * patience);
  OK0(tillbook_free(till));
  CHECK(now_ms() - began < 1000 * patience);
  CHECK(read_of(&user.running) >= 1 && read_of(&user.destroyed) == 0);
  CHECK(reaches(&user.destroyed, 1) && user.after_destroy == 0 && user.running == 0);
  /* The book is free in the meantime; what was under way is found out about. */
  it.options.transport = NULL;
  till = opened(&it);
  OK0(tillbook_free(till));
}

int main(int argc, char **argv) {
  const char *slow = getenv("TILLBOOK_SLOW");
  if (argc < 3) return 2;
  if (slow && *slow == '1') patience = 10;
  answers(argv[1]);
  not_opened(argv[1]);
  ended_from_inside(argv[1], argv[2]);
  hanging(argv[1]);
  return finished();
}
