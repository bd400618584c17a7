/* What the samples need beside the till: the sandbox's control calls, and the book held against the remote's own ledger.
 *
 * Nothing here belongs into a POS. A real remote system has no such calls, and a till talks to it through tillbook alone.
 * `url` is what the sandbox prints when it starts: http://127.0.0.1:8787. What fails says so on stderr. */
#ifndef SANDBOX_H
#define SANDBOX_H

#include <stddef.h>
#include <tillbook.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Before the first call and after the last one. On Windows sockets have to be started; elsewhere these do nothing. */
int sandbox_begin(void);
void sandbox_end(void);

/* All below return 0, or -1 where something failed or does not agree. */

/* Adds a card with money (as yuan: "500.00") and points on it. */
int sandbox_add_card(const char *url, const char *card, int level, const char *name, const char *phone,
                     const char *money, int points);

/* Nothing reaches the remote any more, until sandbox_restore. */
int sandbox_cut(const char *url);
int sandbox_restore(const char *url);

/* The remote carries out the card's next payment, and its answer gets lost. So does the look that follows, which would have
 * found the payment: the till reads the card `reads` times before that, once when it is served and once before the payment. */
int sandbox_lose_answer(const char *url, const char *card, int reads);

/* The back office pays money out. */
int sandbox_withdraw(const char *url, const char *card, const char *money);

/* Compares the book with every write that took effect at the remote, and prints the result as one line. `cards` are those to
 * be compared, `answered` the operations that somebody was told the end of: none of them may be missing in the book. */
int sandbox_reconcile(const char *url, tillbook_till *till, const char *const *cards, size_t cards_count,
                      const char *const *answered, size_t answered_count);

#ifdef __cplusplus
}
#endif

#endif
