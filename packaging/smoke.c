/* Does the library answer, does it fit the header, and does it open a book and trade in it on this platform?
 *
 *   smoke [BOOK]
 */

#include <stdio.h>

#include "tillbook.h"

static int asked;

/* A network that is down. */
static int32_t send_nothing(void *user, const tillbook_http_request *request, tillbook_http_response *response) {
  (void)response;
  if (user == &asked && request->url != NULL) {
    asked++;
  }
  return TILLBOOK_NOT_SENT;
}

static int failed(const char *what, tillbook_status status, tillbook_error *error) {
  fprintf(stderr, "%s: %s: %s\n", what, tillbook_status_name(status), error ? tillbook_error_detail(error) : "no error");
  tillbook_error_free(error);
  return 1;
}

int main(int argc, char **argv) {
  tillbook_error *error = NULL;
  tillbook_status status = tillbook_check_abi(TILLBOOK_ABI_VERSION, &error);
  if (status != TILLBOOK_OK) {
    return failed("tillbook_check_abi", status, error);
  }

  tillbook_sandy sandy;
  tillbook_sandy_init(&sandy);
  sandy.base_url = tillbook_str_of("http://127.0.0.1:9");
  sandy.token = tillbook_str_of("token");
  sandy.guid = tillbook_str_of("{DEFAULT-AUTO-8E5A-BDE2-34ABA1BD956C9}");
  tillbook_config config;
  tillbook_config_init(&config);
  config.merchant = tillbook_str_of("Noodle House");
  config.store = tillbook_str_of("Store 1");
  config.till = tillbook_str_of("Till 3");
  config.sandy = &sandy;
  tillbook_transport transport;
  tillbook_transport_init(&transport);
  transport.user = &asked;
  transport.send = send_nothing;
  tillbook_open_options options;
  tillbook_open_options_init(&options);
  options.path = tillbook_str_of(argc > 1 ? argv[1] : "smoke.db");
  options.config = &config;
  options.transport = &transport;
  tillbook_till *till = NULL;
  status = tillbook_open(&options, &till, &error);
  if (status != TILLBOOK_OK) {
    return failed("tillbook_open", status, error);
  }
  status = tillbook_start_worker(till, &error);
  if (status != TILLBOOK_OK) {
    return failed("tillbook_start_worker", status, error);
  }

  /* A card that the till has never seen can't pay while the network is down. */
  tillbook_consume_request sale;
  tillbook_consume_request_init(&sale);
  sale.card = tillbook_str_of("M000123");
  sale.total = 8800;
  tillbook_receipt receipt;
  tillbook_receipt_init(&receipt);
  status = tillbook_consume(till, &sale, &receipt, &error);
  if (status == TILLBOOK_OK ? receipt.approved : status != TILLBOOK_REFUSED) {
    return failed("tillbook_consume", status, error);
  }
  tillbook_error_free(error);
  error = NULL;
  if (asked == 0) {
    fprintf(stderr, "the transport was never asked\n");
    return 1;
  }

  status = tillbook_close(till, 1000, &error);
  if (status != TILLBOOK_OK) {
    return failed("tillbook_close", status, error);
  }
  status = tillbook_free(till);
  if (status != TILLBOOK_OK) {
    return failed("tillbook_free", status, NULL);
  }
  printf("tillbook %s, ABI %u.%u, SQLite %s\n", tillbook_version(), (unsigned)(tillbook_abi_version() >> 16),
         (unsigned)(tillbook_abi_version() & 0xffff), tillbook_sqlite_version());
  return 0;
}
