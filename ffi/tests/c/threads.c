/* Eight threads trade on one till while another closes and frees it under them. */

#define _POSIX_C_SOURCE 200809L

#include "shop.h"

#include <pthread.h>
#include <time.h>

enum { THREADS = 8 };

static tillbook_till *till;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int rounds_done;

static void nap(int ms) {
  struct timespec left;
  left.tv_sec = 0;
  left.tv_nsec = (long)ms * 1000000;
  nanosleep(&left, NULL);
}

/* A call that meets the end of its till. */
static int told(tillbook_status status, tillbook_error *error) {
  if (error) {
    tillbook_error_info info;
    tillbook_error_info_init(&info);
    IS0(TILLBOOK_OK, tillbook_error_info_of(error, &info));
    CHECK(info.status == status && *info.message_en && *info.message_zh);
    IS0(TILLBOOK_OK, tillbook_error_free(error));
  }
  switch (status) {
    case TILLBOOK_OK:
    case TILLBOOK_DONE:
    case TILLBOOK_REFUSED:
    case TILLBOOK_UNREACHABLE:
    case TILLBOOK_LANE_HELD:
      return 0;
    case TILLBOOK_CLOSED:
    case TILLBOOK_BAD_HANDLE:
      return 1;
    default:
      fprintf(stderr, "a thread was told %s\n", tillbook_status_name(status));
      CHECK(!"one of those");
      return 1;
  }
}

static void on_status(void *user, const tillbook_sync_status *status) {
  (void)user;
  CHECK(status->queued >= 0);
}

static void *trades(void *number) {
  int self = *(int *)number;
  int ended = 0;
  while (!ended) {
    tillbook_error *error = NULL;
    tillbook_call call;
    tillbook_consume_request sale;
    tillbook_receipt receipt;
    tillbook_card card;
    tillbook_sync_status status;
    tillbook_history *lines = NULL;
    tillbook_entry entry;
    tillbook_listener *listener = NULL;
    tillbook_receipt_init(&receipt);
    tillbook_card_init(&card);
    tillbook_entry_init(&entry);
    tillbook_sync_status_init(&status);
    switch (self % 4) {
      case 0:
        call_of(&call, NULL, TILLBOOK_DELIVERY_PREFER_ONLINE, 2000);
        consume_of(&sale, &call, self < 4 ? "A1" : "B1", 1);
        ended = told(tillbook_consume(till, &sale, &receipt, &error), error);
        break;
      case 1:
        ended = told(tillbook_card_of(till, T("A1"), &card, &error), error);
        break;
      case 2:
        ended = told(tillbook_history_of(till, NULL, &lines, NULL, &error), error);
        if (!ended) {
          while (tillbook_history_next(lines, &entry, NULL) == TILLBOOK_OK) CHECK(*entry.kind);
          IS0(TILLBOOK_OK, tillbook_history_free(lines));
        }
        break;
      default:
        ended = told(tillbook_sync(till, 20, &status, &error), error);
        if (!ended) {
          error = NULL;
          ended = told(tillbook_on_status(till, on_status, NULL, NULL, &listener, &error), error);
          IS0(TILLBOOK_OK, tillbook_listener_remove(listener));
        }
    }
    pthread_mutex_lock(&lock);
    rounds_done++;
    pthread_mutex_unlock(&lock);
  }
  return NULL;
}

/* How the till ends. */
static void closed_and_freed(void) {
  OK(tillbook_close(till, 200, &err));
  OK0(tillbook_free(till));
}

static void freed_at_once(void) { OK0(tillbook_free(till)); }

static void *frees(void *status) {
  *(tillbook_status *)status = tillbook_free(till);
  return NULL;
}

/* Only one of two can. */
static void freed_twice_at_once(void) {
  pthread_t two[2];
  tillbook_status said[2];
  int which;
  for (which = 0; which < 2; which++) CHECK(pthread_create(&two[which], NULL, frees, &said[which]) == 0);
  for (which = 0; which < 2; which++) CHECK(pthread_join(two[which], NULL) == 0);
  CHECK((said[0] == TILLBOOK_OK && said[1] == TILLBOOK_BAD_HANDLE) ||
        (said[1] == TILLBOOK_OK && said[0] == TILLBOOK_BAD_HANDLE));
}

int main(int argc, char **argv) {
  static void (*const ends[])(void) = {closed_and_freed, freed_at_once, freed_twice_at_once};
  static int numbers[THREADS];
  pthread_t threads[THREADS];
  shop it;
  tillbook_card card;
  size_t end;
  int number;
  if (argc < 3) return 2;
  shop_of(&it, argv[1], argv[2], "threads");
  for (end = 0; end < sizeof ends / sizeof *ends; end++) {
    till = opened(&it);
    tillbook_card_init(&card);
    OK(tillbook_serve_card(till, T("A1"), 0, &card, &err));
    OK(tillbook_serve_card(till, T("B1"), 0, &card, &err));
    if (end == 0) OK(tillbook_start_worker(till, &err));
    rounds_done = 0;
    for (number = 0; number < THREADS; number++) {
      numbers[number] = number;
      CHECK(pthread_create(&threads[number], NULL, trades, &numbers[number]) == 0);
    }
    for (number = 0; number < 2000; number++) {
      int done;
      pthread_mutex_lock(&lock);
      done = rounds_done;
      pthread_mutex_unlock(&lock);
      if (done > 60) break;
      nap(5);
    }
    ends[end]();
    for (number = 0; number < THREADS; number++) CHECK(pthread_join(threads[number], NULL) == 0);
    CHECK(rounds_done > 60);
  }
  /* The book is whole: it is opened, and trades. */
  till = opened(&it);
  OK(tillbook_serve_card(till, T("A1"), 0, &card, &err));
  CHECK(card.money_confirmed <= 50000);
  OK0(tillbook_free(till));
  return finished();
}
