/* A forked child can't use the library, and is told so. The parent goes on, and so does a child forked before the first
 * use. */

#define _POSIX_C_SOURCE 200809L

#include "shop.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static tillbook_till *till;
static tillbook_history *lines;
static tillbook_error *parents;
static tillbook_listener *listener;

static void on_status(void *user, const tillbook_sync_status *status) { (void)user, (void)status; }

/* Ends without what an exit would do to what is the parent's, and without a leak checker's look at it: the stacks of the
 * parent's other threads are gone here, and with them what they held. So a child that was content is killed. */
static void gone(void) {
  fflush(stderr);
  if (failures == 0) raise(SIGKILL);
  _exit(1);
}

static void waited_for(pid_t child) {
  int status = -1;
  CHECK(child > 0 && waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

#define FORKED(call)                                                                \
  do {                                                                              \
    err = NULL;                                                                     \
    CHECK((call) == TILLBOOK_FORKED);                                               \
    CHECK(err != NULL && strstr(tillbook_error_detail(err), "fork"));               \
    CHECK(strstr(tillbook_error_message(err, TILLBOOK_LANGUAGE_ENGLISH), "fork"));  \
    CHECK(tillbook_error_free(err) == TILLBOOK_FORKED);                             \
  } while (0)
#define FORKED0(call) CHECK((call) == TILLBOOK_FORKED)

static void a_child_is_told(shop *it) {
  tillbook_till *another = NULL;
  tillbook_card card;
  tillbook_call call;
  tillbook_consume_request sale;
  tillbook_receipt receipt;
  tillbook_entry entry;
  tillbook_sync_status status;
  tillbook_services *services = NULL;
  tillbook_error_info info;
  tillbook_log_record record;
  int64_t fen = 0;
  uint64_t now = 0;
  char text[32];
  call_of(&call, "child", TILLBOOK_DELIVERY_DEFAULT, 0);
  consume_of(&sale, &call, "A1", 100);
  tillbook_receipt_init(&receipt);
  tillbook_card_init(&card);
  tillbook_entry_init(&entry);
  tillbook_sync_status_init(&status);
  tillbook_error_info_init(&info);
  tillbook_log_record_init(&record);
  FORKED(tillbook_check_abi(TILLBOOK_ABI_VERSION, &err));
  FORKED(tillbook_open(&it->options, &another, &err));
  FORKED(tillbook_card_of(till, T("A1"), &card, &err));
  FORKED(tillbook_consume(till, &sale, &receipt, &err));
  FORKED(tillbook_history_next(lines, &entry, &err));
  FORKED(tillbook_services_of(&services, &err));
  FORKED(tillbook_parse_yuan(T("1"), &fen, &err));
  FORKED(tillbook_format_yuan(1, text, &err));
  FORKED(tillbook_sync(till, 100, &status, &err));
  FORKED(tillbook_wait_for_change(till, 0, 1000, &now, &err));
  FORKED(tillbook_start_worker(till, &err));
  FORKED(tillbook_set_log(TILLBOOK_LOG_OFF, NULL, NULL, NULL, &err));
  FORKED(tillbook_next_log(&record, &err));
  FORKED(tillbook_close(till, 1000, &err));
  FORKED0(tillbook_error_info_of(parents, &info));
  FORKED0(tillbook_error_free(parents));
  FORKED0(tillbook_error_free(NULL));
  FORKED0(tillbook_history_free(lines));
  FORKED0(tillbook_listener_remove(listener));
  FORKED0(tillbook_free(till));
  FORKED0(tillbook_free(NULL));
  CHECK(another == NULL && services == NULL && card.number[0] == 0 && receipt.op_id[0] == 0);
  /* What is constant is told here as well: a child that writes a line about its status finds words. */
  CHECK(tillbook_error_message(parents, TILLBOOK_LANGUAGE_ENGLISH) != NULL);
  CHECK(tillbook_label(TILLBOOK_LABEL_STATE, 1, TILLBOOK_LANGUAGE_ENGLISH) != NULL);
  CHECK(same(tillbook_status_name(TILLBOOK_FORKED), "FORKED"));
  CHECK(tillbook_version() != NULL && tillbook_sqlite_version() != NULL);
  CHECK(tillbook_abi_version() == TILLBOOK_ABI_VERSION);
}

static void trades(shop *it) {
  tillbook_consume_request sale;
  tillbook_receipt receipt;
  tillbook_card card;
  till = opened(it);
  tillbook_card_init(&card);
  OK(tillbook_serve_card(till, T("A1"), 0, &card, &err));
  consume_of(&sale, NULL, "A1", 100);
  tillbook_receipt_init(&receipt);
  OK(tillbook_consume(till, &sale, &receipt, &err));
  CHECK(receipt.approved == 1);
}

int main(int argc, char **argv) {
  static shop it;
  tillbook_receipt receipt;
  struct timespec while_the_parent_goes_on = {2, 0};
  pid_t child;
  if (argc < 3) return 2;
  shop_of(&it, argv[1], argv[2], "child");
  /* Before the first use nothing is shared. */
  child = fork();
  if (child == 0) {
    trades(&it);
    OK0(tillbook_free(till));
    gone();
  }
  waited_for(child);

  shop_of(&it, argv[1], argv[2], "parent");
  trades(&it);
  OK(tillbook_start_worker(till, &err));
  OK(tillbook_on_status(till, on_status, NULL, NULL, &listener, &err));
  OK(tillbook_history_of(till, NULL, &lines, NULL, &err));
  tillbook_receipt_init(&receipt);
  CHECK(tillbook_operation(till, T("nobody"), &receipt, &parents) == TILLBOOK_NOT_FOUND);
  child = fork();
  if (child == 0) {
    a_child_is_told(&it);
    gone();
  }
  waited_for(child);
  CHECK(*tillbook_error_detail(parents));
  OK0(tillbook_error_free(parents));
  OK0(tillbook_history_free(lines));
  OK0(tillbook_listener_remove(listener));

  /* A child that lives on keeps nothing of the parent's: the book can be closed and opened again. */
  child = fork();
  if (child == 0) {
    nanosleep(&while_the_parent_goes_on, NULL);
    gone();
  }
  OK0(tillbook_free(till));
  trades(&it);
  OK0(tillbook_free(till));
  waited_for(child);
  return finished();
}
