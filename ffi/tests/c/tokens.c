/* A host that gives the tokens of a remote: asked for, refused, given. */

#define _POSIX_C_SOURCE 200809L

#include "shop.h"

#include <pthread.h>
#include <time.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

typedef struct told {
  int calls;
  int destroyed;
  char provider[16];
  char refused[4104];
} told;

static void on_token(void *user, const tillbook_token_wanted *wanted) {
  told *self = user;
  pthread_mutex_lock(&lock);
  self->calls++;
  snprintf(self->provider, sizeof self->provider, "%s", wanted->provider);
  snprintf(self->refused, sizeof self->refused, "%s", wanted->refused);
  pthread_mutex_unlock(&lock);
}

static void on_destroy(void *user) {
  pthread_mutex_lock(&lock);
  ((told *)user)->destroyed++;
  pthread_mutex_unlock(&lock);
}

static int reaches(const int *number, int value) {
  struct timespec a_moment = {0, 5000000};
  int rounds, reached = 0;
  for (rounds = 0; rounds < 4000 && !reached; rounds++) {
    pthread_mutex_lock(&lock);
    reached = *number >= value;
    pthread_mutex_unlock(&lock);
    if (!reached) nanosleep(&a_moment, NULL);
  }
  return reached;
}

static const char *const GREE = "{\"events\": {\"accrue\": \"event_add\"}, \"out_biz_no\": \"key\"}";

int main(int argc, char **argv) {
  static shop it;
  static tillbook_gree gree;
  static told user, late;
  static tillbook_token_wanted wanted;
  static char id[64], secret[64], stale[128], good[128];
  tillbook_till *till = NULL;
  tillbook_listener *listener = NULL;
  tillbook_card card;
  tillbook_call call;
  tillbook_accrue_points_request accrue;
  tillbook_receipt receipt;
  if (argc < 3) return 2;
  snprintf(id, sizeof id, "%s", ask("id"));
  snprintf(secret, sizeof secret, "%s", ask("secret"));
  shop_of(&it, argv[1], argv[2], "tokens");
  tillbook_gree_init(&gree);
  gree.base_url = tillbook_str_of(argv[2]);
  gree.app_id = tillbook_str_of(id);
  gree.app_secret = tillbook_str_of(secret);
  gree.project_id = tillbook_str_of("18756");
  gree.settings = tillbook_str_of(GREE);
  it.config.sandy = NULL;
  it.config.gree = &gree;

  IS(TILLBOOK_INVALID_CONFIG, tillbook_open(&it.options, &till, &err));
  it.options.host_tokens = 2;
  IS(TILLBOOK_INVALID_INPUT, tillbook_open(&it.options, &till, &err));
  it.options.host_tokens = 1;
  till = opened(&it);
  tillbook_token_wanted_init(&wanted);
  IS(TILLBOOK_DONE, tillbook_next_token_wanted(till, &wanted, &err));
  OK(tillbook_on_token_wanted(till, on_token, &user, on_destroy, &listener, &err));

  /* Nothing goes without one, and one is asked for. */
  tillbook_card_init(&card);
  IS(TILLBOOK_UNREACHABLE, tillbook_serve_card(till, T("13800001234"), 300, &card, &err));
  CHECK(reaches(&user.calls, 1));
  CHECK(same(user.provider, "gree") && same(user.refused, ""));
  OK(tillbook_next_token_wanted(till, &wanted, &err));
  CHECK(same(wanted.provider, "gree") && same(wanted.refused, ""));

  /* One that the remote refuses is told with the next question. */
  snprintf(stale, sizeof stale, "%s", ask("token"));
  ask("expire");
  IS(TILLBOOK_INVALID_INPUT, tillbook_give_token(till, T("sandy"), T(stale), &err));
  IS(TILLBOOK_INVALID_INPUT, tillbook_give_token(till, T("gree"), T(""), &err));
  IS(TILLBOOK_INVALID_INPUT, tillbook_give_token(till, T("gree"), T("with a blank"), &err));
  OK(tillbook_give_token(till, T("gree"), T(stale), &err));
  IS(TILLBOOK_DONE, tillbook_next_token_wanted(till, &wanted, &err));
  CHECK(tillbook_serve_card(till, T("13800001234"), 500, &card, &err) != TILLBOOK_OK);
  tillbook_error_free(err);
  err = NULL;
  CHECK(reaches(&user.calls, 2));
  CHECK(same(user.refused, stale));
  OK(tillbook_next_token_wanted(till, &wanted, &err));
  CHECK(same(wanted.provider, "gree") && same(wanted.refused, stale));

  snprintf(good, sizeof good, "%s", ask("token"));
  OK(tillbook_give_token(till, T("gree"), good, strlen(good), &err));
  OK(tillbook_serve_card(till, T("13800001234"), 5000, &card, &err));
  CHECK(card.points_confirmed == 100);
  call_of(&call, "points-1", TILLBOOK_DELIVERY_REQUIRE_ONLINE, 5000);
  tillbook_accrue_points_request_init(&accrue);
  accrue.call = &call;
  accrue.card = tillbook_str_of("13800001234");
  accrue.points = 7;
  accrue.order = tillbook_str_of("T-100");
  tillbook_receipt_init(&receipt);
  OK(tillbook_accrue_points(till, &accrue, &receipt, &err));
  CHECK(receipt.approved == 1 && receipt.points == 7);
  IS(TILLBOOK_DONE, tillbook_next_token_wanted(till, &wanted, &err));

  OK0(tillbook_listener_remove(listener));
  CHECK(reaches(&user.destroyed, 1));
  OK(tillbook_close(till, 1000, &err));
  IS(TILLBOOK_CLOSED, tillbook_give_token(till, T("gree"), T(good), &err));
  IS(TILLBOOK_CLOSED, tillbook_on_token_wanted(till, on_token, &late, on_destroy, &listener, &err));
  CHECK(late.destroyed == 1 && user.destroyed == 1);
  OK0(tillbook_free(till));
  return finished();
}
