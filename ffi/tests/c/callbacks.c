/* Callbacks of a till: what they may do, and when their `user` comes back. */

#define _POSIX_C_SOURCE 200809L

#include "shop.h"

#include <pthread.h>
#include <sys/stat.h>
#include <time.h>

static void nap(int ms) {
  struct timespec left;
  left.tv_sec = ms / 1000;
  left.tv_nsec = (long)(ms % 1000) * 1000000;
  nanosleep(&left, NULL);
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* One listener's `user`. */
typedef struct told {
  int calls;
  int destroyed;
  int after_destroy;
  /* What the callback does when it is called. */
  void (*act)(struct told *self);
  int acted;
  tillbook_till *till;
  tillbook_listener *listener;
  tillbook_listener *other;
  struct told *further;
} told;

static void count(told *self) {
  void (*act)(told *self) = NULL;
  pthread_mutex_lock(&lock);
  self->calls++;
  if (self->destroyed) self->after_destroy++;
  /* Acting waits until the thread that registered has written the handles down. */
  if (self->act && !self->acted) {
    self->acted = 1;
    act = self->act;
  }
  pthread_mutex_unlock(&lock);
  if (act) act(self);
}

static void on_status(void *user, const tillbook_sync_status *status) {
  CHECK(status->struct_size == sizeof *status && status->link >= TILLBOOK_LINK_UP);
  count(user);
}

static void on_notice(void *user, const tillbook_notice *notice) {
  CHECK(notice->notice_no > 0 && notice->detail);
  count(user);
}

static void on_token(void *user, const tillbook_token_wanted *wanted) {
  CHECK(*wanted->provider);
  count(user);
}

static void on_destroy(void *user) {
  told *self = user;
  pthread_mutex_lock(&lock);
  self->destroyed++;
  pthread_mutex_unlock(&lock);
}

static int read_of(const int *number) {
  int value;
  pthread_mutex_lock(&lock);
  value = *number;
  pthread_mutex_unlock(&lock);
  return value;
}

/* Generous, since a machine may be slow; never waited out when all is well. */
static int reaches(const int *number, int value) {
  int rounds;
  for (rounds = 0; rounds < 4000; rounds++) {
    if (read_of(number) >= value) return 1;
    nap(5);
  }
  return 0;
}

/* Something that changes how the queue stands: an offline sale, or its end. */
static tillbook_status recharged(tillbook_till *till, const char *op_id, tillbook_error **error) {
  tillbook_call call;
  tillbook_recharge_request recharge;
  tillbook_receipt receipt;
  call_of(&call, op_id, TILLBOOK_DELIVERY_OFFLINE, 0);
  tillbook_recharge_request_init(&recharge);
  recharge.call = &call;
  recharge.card = tillbook_str_of("A1");
  recharge.amount = 100;
  recharge.pay_type = 1;
  tillbook_receipt_init(&receipt);
  return tillbook_recharge(till, &recharge, &receipt, error);
}

static void stirred(tillbook_till *till, const char *op_id) {
  tillbook_error *error = NULL;
  is(TILLBOOK_OK, recharged(till, op_id, &error), &error, "recharge", __FILE__, __LINE__);
}

/* The same while a callback may be ending the till. */
static void stirred_at_the_end(tillbook_till *till, const char *op_id) {
  tillbook_error *error = NULL;
  tillbook_status status = recharged(till, op_id, &error);
  if (status != TILLBOOK_CLOSED && status != TILLBOOK_BAD_HANDLE)
    is(TILLBOOK_OK, status, &error, "recharge", __FILE__, __LINE__);
  tillbook_error_free(error);
}

/* While it runs the program may close the till. */
static void calls_back(told *self) {
  tillbook_error *error = NULL;
  tillbook_card card;
  tillbook_status status;
  tillbook_card_init(&card);
  status = tillbook_card_of(self->till, T("A1"), &card, &error);
  if (status != TILLBOOK_CLOSED && status != TILLBOOK_BAD_HANDLE)
    is(TILLBOOK_OK, status, &error, "from inside", __FILE__, __LINE__);
  tillbook_error_free(error);
  stirred_at_the_end(self->till, "from-inside");
}

static void removes_itself(told *self) {
  IS0(TILLBOOK_OK, tillbook_listener_remove(self->listener));
  IS0(TILLBOOK_BAD_HANDLE, tillbook_listener_remove(self->listener));
}

static void removes_another(told *self) { IS0(TILLBOOK_OK, tillbook_listener_remove(self->other)); }

static void registers(told *self) {
  tillbook_error *error = NULL;
  told *it = self->further;
  is(TILLBOOK_OK, tillbook_on_status(self->till, on_status, it, on_destroy, &it->listener, &error), &error, "on_status",
     __FILE__, __LINE__);
}

static void frees_the_till(told *self) {
  tillbook_error *error = NULL;
  is(TILLBOOK_OK, tillbook_close(self->till, 100, &error), &error, "close", __FILE__, __LINE__);
  IS0(TILLBOOK_OK, tillbook_free(self->till));
}

static void frees_it_at_once(told *self) { IS0(TILLBOOK_OK, tillbook_free(self->till)); }

/* The lock is held while registering, so that the first call acts on handles that are there. */
static void listening(tillbook_till *till, told *it, void (*act)(told *self)) {
  it->till = till;
  OK(tillbook_on_status(till, on_status, it, on_destroy, &it->listener, &err));
  pthread_mutex_lock(&lock);
  it->act = act;
  pthread_mutex_unlock(&lock);
}

static tillbook_till *with_a_base(shop *it, const char *folder, const char *url, const char *book) {
  tillbook_till *till;
  tillbook_card card;
  shop_of(it, folder, url, book);
  till = opened(it);
  tillbook_card_init(&card);
  OK(tillbook_serve_card(till, T("A1"), 0, &card, &err));
  return till;
}

static void listeners_and_the_till_they_belong_to(const char *folder, const char *url) {
  static shop it;
  static told plain, inside, itself, another, victim, registering, further, late;
  tillbook_till *till = with_a_base(&it, folder, url, "listeners");
  listening(till, &plain, NULL);
  CHECK(reaches(&plain.calls, 1));
  listening(till, &inside, calls_back);
  listening(till, &itself, removes_itself);
  listening(till, &victim, NULL);
  another.other = victim.listener;
  listening(till, &another, removes_another);
  registering.further = &further;
  further.till = till;
  listening(till, &registering, registers);
  stirred(till, "first");
  CHECK(reaches(&inside.acted, 1) && reaches(&itself.acted, 1) && reaches(&another.acted, 1));
  CHECK(reaches(&itself.destroyed, 1) && reaches(&victim.destroyed, 1) && reaches(&further.calls, 1));
  IS0(TILLBOOK_BAD_HANDLE, tillbook_listener_remove(victim.listener));
  stirred(till, "second");
  CHECK(reaches(&further.calls, 2));

  listening(till, &late, frees_the_till);
  stirred_at_the_end(till, "third");
  CHECK(reaches(&late.destroyed, 1) && reaches(&plain.destroyed, 1) && reaches(&registering.destroyed, 1));
  CHECK(reaches(&inside.destroyed, 1) && reaches(&another.destroyed, 1) && reaches(&further.destroyed, 1));
  IS0(TILLBOOK_BAD_HANDLE, tillbook_free(till));
  nap(200);
  CHECK(plain.destroyed == 1 && inside.destroyed == 1 && itself.destroyed == 1 && another.destroyed == 1);
  CHECK(victim.destroyed == 1 && registering.destroyed == 1 && further.destroyed == 1 && late.destroyed == 1);
  CHECK(!plain.after_destroy && !inside.after_destroy && !itself.after_destroy && !another.after_destroy);
  CHECK(!victim.after_destroy && !registering.after_destroy && !further.after_destroy && !late.after_destroy);
  /* The handles of those outlive the till, as any handle does. */
  OK0(tillbook_listener_remove(plain.listener));
  OK0(tillbook_listener_remove(inside.listener));
  OK0(tillbook_listener_remove(another.listener));
  OK0(tillbook_listener_remove(registering.listener));
  OK0(tillbook_listener_remove(further.listener));
  OK0(tillbook_listener_remove(late.listener));

  /* Freed inside a callback without a word before: the book can be opened again at once. */
  memset(&late, 0, sizeof late);
  till = opened(&it);
  listening(till, &late, frees_it_at_once);
  stirred_at_the_end(till, "fourth");
  CHECK(reaches(&late.destroyed, 1));
  OK0(tillbook_listener_remove(late.listener));
  till = opened(&it);
  OK0(tillbook_free(till));
}

static void notices(const char *folder, const char *url) {
  static shop it;
  static told noticed;
  tillbook_call call;
  tillbook_consume_request sale;
  tillbook_receipt receipt;
  tillbook_listener *listener = NULL;
  tillbook_till *till = with_a_base(&it, folder, url, "notices");
  OK(tillbook_on_notice(till, on_notice, &noticed, on_destroy, &listener, &err));
  ask("cut");
  call_of(&call, "refused-later", TILLBOOK_DELIVERY_PREFER_ONLINE, 500);
  consume_of(&sale, &call, "A1", 1000);
  tillbook_receipt_init(&receipt);
  OK(tillbook_consume(till, &sale, &receipt, &err));
  CHECK(receipt.promise == TILLBOOK_PROMISE_OFFLINE_APPROVED);
  ask("loss A1");
  ask("restore");
  OK(tillbook_start_worker(till, &err));
  OK(tillbook_start_worker(till, &err));
  CHECK(reaches(&noticed.calls, 1));
  OK0(tillbook_listener_remove(listener));
  CHECK(reaches(&noticed.destroyed, 1));
  ask("lift A1");
  OK0(tillbook_free(till));
}

/* Where a registration fails, its `user` comes back as well. */
static void refused(const char *folder, const char *url) {
  static shop it;
  told user[5];
  tillbook_listener *listener = NULL;
  tillbook_till *till;
  memset(user, 0, sizeof user);
  shop_of(&it, folder, url, "refused");
  till = opened(&it);
  IS(TILLBOOK_NULL_ARGUMENT, tillbook_on_status(till, NULL, &user[0], on_destroy, &listener, &err));
  IS(TILLBOOK_NULL_ARGUMENT, tillbook_on_status(till, on_status, &user[1], on_destroy, NULL, &err));
  IS(TILLBOOK_UNSUPPORTED, tillbook_on_token_wanted(till, on_token, &user[2], on_destroy, &listener, &err));
  OK(tillbook_close(till, 0, &err));
  IS(TILLBOOK_CLOSED, tillbook_on_status(till, on_status, &user[3], on_destroy, &listener, &err));
  OK0(tillbook_free(till));
  IS(TILLBOOK_BAD_HANDLE, tillbook_on_notice(till, on_notice, &user[4], on_destroy, &listener, &err));
  CHECK(listener == NULL);
  CHECK(user[0].destroyed == 1 && user[1].destroyed == 1 && user[2].destroyed == 1);
  CHECK(user[3].destroyed == 1 && user[4].destroyed == 1);
}

static void on_log(void *user, const tillbook_log_record *record) {
  CHECK(record->struct_size == sizeof *record && record->text[0]);
  count(user);
}

/* Replaces itself from inside: its own `user` comes back when it has returned. */
static void replaces_itself(told *self) {
  tillbook_error *error = NULL;
  is(TILLBOOK_OK, tillbook_set_log(TILLBOOK_LOG_WARN, on_log, self->further, on_destroy, &error), &error, "set_log",
     __FILE__, __LINE__);
  CHECK(read_of(&self->destroyed) == 0);
}

/* A book for whose ballast there is no room: opening it is worth one line each time. */
static void opened_and_freed(shop *it) { OK0(tillbook_free(opened(it))); }

static void log_lines(const char *folder, const char *url) {
  static shop it;
  static char in_the_way[1100];
  static told first, second, wrong, nobody;
  static tillbook_log_record record;
  shop_of(&it, folder, url, "log");
  snprintf(in_the_way, sizeof in_the_way, "%s.ballast", it.path);
  CHECK(mkdir(in_the_way, 0700) == 0);
  first.further = &second;
  first.act = replaces_itself;
  IS(TILLBOOK_INVALID_INPUT, tillbook_set_log(5, on_log, &wrong, on_destroy, &err));
  IS(TILLBOOK_INVALID_INPUT, tillbook_set_log(-1, on_log, &wrong, on_destroy, &err));
  CHECK(wrong.destroyed == 2 && wrong.calls == 0);
  OK(tillbook_set_log(TILLBOOK_LOG_WARN, on_log, &first, on_destroy, &err));
  opened_and_freed(&it);
  CHECK(reaches(&first.calls, 1) && reaches(&first.destroyed, 1));
  opened_and_freed(&it);
  CHECK(reaches(&second.calls, 1) && first.calls == 1 && first.after_destroy == 0);
  /* Without a callback the lines wait for whoever fetches them. */
  OK(tillbook_set_log(TILLBOOK_LOG_WARN, NULL, &nobody, on_destroy, &err));
  CHECK(nobody.destroyed == 1 && reaches(&second.destroyed, 1));
  opened_and_freed(&it);
  tillbook_log_record_init(&record);
  OK(tillbook_next_log(&record, &err));
  CHECK(record.level == TILLBOOK_LOG_WARN && record.lost == 0 && record.at > 0 && strstr(record.text, "ballast"));
  IS(TILLBOOK_DONE, tillbook_next_log(&record, &err));
  /* What is not wanted is not kept. */
  OK(tillbook_set_log(TILLBOOK_LOG_ERROR, NULL, NULL, NULL, &err));
  opened_and_freed(&it);
  IS(TILLBOOK_DONE, tillbook_next_log(&record, &err));
  OK(tillbook_set_log(TILLBOOK_LOG_OFF, NULL, NULL, NULL, &err));
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  refused(argv[1], argv[2]);
  listeners_and_the_till_they_belong_to(argv[1], argv[2]);
  notices(argv[1], argv[2]);
  log_lines(argv[1], argv[2]);
  return finished();
}
