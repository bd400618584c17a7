/* A till at the sandbox's shop: what fails is soon tried again, and what is only slow, as under valgrind, is waited for. */

#ifndef SHOP_H
#define SHOP_H

#include "check.h"

typedef struct shop {
  tillbook_sandy sandy;
  tillbook_config config;
  tillbook_open_options options;
  char path[1024];
} shop;

static const char *const SETTINGS =
    "{\"levels\": [{\"level\": \"普通会员\", \"rate\": 1, \"points_per_yuan\": 1},"
    " {\"level\": \"高级会员\", \"rate\": 0.8, \"points_per_yuan\": 1}],"
    " \"pacing\": {\"backoff_ms\": 5, \"backoff_max_ms\": 40, \"restart_jitter_ms\": 5, \"breaker_failures\": 1}}";

/* Cards A1 (500.00, 300 points, pays 80 %) and B1 (100.00) are at the remote. */
static inline void shop_of(shop *it, const char *folder, const char *url, const char *book) {
  memset(it, 0, sizeof *it);
  snprintf(it->path, sizeof it->path, "%s/%s.db", folder, book);
  tillbook_sandy_init(&it->sandy);
  it->sandy.base_url = tillbook_str_of(url);
  it->sandy.token = tillbook_str_of("test");
  it->sandy.guid = tillbook_str_of("{DEFAULT-AUTO-8E5A-BDE2-34ABA1BD956C9}");
  it->sandy.sole_writer = TILLBOOK_YES;
  it->sandy.request_timeout_ms = 30000;
  it->sandy.quiet_period_ms = 60;
  tillbook_config_init(&it->config);
  it->config.merchant = tillbook_str_of("Noodle House");
  it->config.store = tillbook_str_of("Store 1");
  it->config.till = tillbook_str_of("Till 1");
  it->config.timeout_ms = 60000;
  it->config.sandy = &it->sandy;
  it->config.settings = tillbook_str_of(SETTINGS);
  tillbook_open_options_init(&it->options);
  it->options.path = tillbook_str_of(it->path);
  it->options.config = &it->config;
}

/* An open till, or the program ends: nothing else could be tried. */
static inline tillbook_till *opened(shop *it) {
  tillbook_till *till = NULL;
  OK(tillbook_open(&it->options, &till, &err));
  if (!till) exit(finished());
  return till;
}

static inline void consume_of(tillbook_consume_request *it, const tillbook_call *call, const char *card,
                              int64_t total) {
  tillbook_consume_request_init(it);
  it->call = call;
  it->card = tillbook_str_of(card);
  it->total = total;
}

static inline void call_of(tillbook_call *it, const char *op_id, int32_t delivery, uint32_t timeout_ms) {
  tillbook_call_init(it);
  it->op_id = tillbook_str_of(op_id);
  it->delivery = delivery;
  it->timeout_ms = timeout_ms;
}

#endif
