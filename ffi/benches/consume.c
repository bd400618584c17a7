/* consume URL N: N offline consumes through the C ABI. The same as `consume` in instructions.rs. */
#include <stdio.h>
#include <stdlib.h>

#include "tillbook.h"

#define CARD "M000777"

static void must(tillbook_status status, tillbook_error *err) {
  if (status != TILLBOOK_OK) {
    fprintf(stderr, "%s: %s\n", tillbook_status_name(status), tillbook_error_detail(err));
    exit(1);
  }
}

int main(int argc, char **argv) {
  tillbook_config config;
  tillbook_sandy sandy;
  tillbook_policy policy;
  tillbook_open_options options;
  tillbook_till *till = NULL;
  tillbook_error *err = NULL;
  tillbook_card card;
  long number, consumes;

  if (argc != 3) {
    return 2;
  }
  consumes = strtol(argv[2], NULL, 10);
  tillbook_sandy_init(&sandy);
  sandy.base_url = tillbook_str_of(argv[1]);
  sandy.token = tillbook_str_of("test");
  sandy.guid = tillbook_str_of("{DEFAULT-AUTO-8E5A-BDE2-34ABA1BD956C9}");
  tillbook_policy_init(&policy);
  policy.offline_while_healthy = TILLBOOK_YES;
  policy.card_limit = 100000000;
  tillbook_config_init(&config);
  config.merchant = tillbook_str_of("Noodle House");
  config.store = tillbook_str_of("Store 1");
  config.till = tillbook_str_of("Till 1");
  config.sandy = &sandy;
  config.policy = &policy;
  tillbook_open_options_init(&options);
  options.path = tillbook_str_of("/instructions");
  options.config = &config;
  options.vfs = tillbook_str_of("memdb");
  must(tillbook_open(&options, &till, &err), err);
  tillbook_card_init(&card);
  must(tillbook_serve_card(till, CARD, TILLBOOK_NUL_TERMINATED, 60000, &card, &err), err);
  for (number = 0; number < consumes; number++) {
    tillbook_call call;
    tillbook_consume_request sale;
    tillbook_receipt receipt;
    char op_id[32], ticket[32];
    snprintf(op_id, sizeof op_id, "sale-%06ld", number);
    snprintf(ticket, sizeof ticket, "A-%06ld", number);
    tillbook_call_init(&call);
    call.op_id = tillbook_str_of(op_id);
    call.ticket = tillbook_str_of(ticket);
    call.operator_name = tillbook_str_of("ann");
    call.shift = tillbook_str_of("1");
    call.delivery = TILLBOOK_DELIVERY_OFFLINE;
    tillbook_consume_request_init(&sale);
    sale.call = &call;
    sale.card = tillbook_str_of(CARD);
    sale.total = 100;
    tillbook_receipt_init(&receipt);
    must(tillbook_consume(till, &sale, &receipt, &err), err);
    if (receipt.promise != TILLBOOK_PROMISE_OFFLINE_APPROVED) {
      return 1;
    }
  }
  must(tillbook_close(till, 0, &err), err);
  must(tillbook_free(till), NULL);
  return 0;
}
