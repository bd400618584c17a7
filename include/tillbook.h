/* tillbook: offline-first members, stored value, points and coupons for points of sale.
 *
 * For C99, C++11 and later. Generated from the library's source; do not edit. Guide: docs/c-abi.md. The conventions, which hold everywhere:
 *
 * Status    Functions return a tillbook_status: TILLBOOK_OK, TILLBOOK_DONE (a list is at its end) or a code above zero.
 *           Out parameters are written on success only. `err` may be NULL; else it is set to NULL, or to an error that
 *           you free with tillbook_error_free. There is no "last error" anywhere. In C, look at `err` only after the call
 *           has returned: check(tillbook_x(..., &err), err) may read it before.
 * Structs   The first field is the size. Set structs up with their _init function, those that are filled by the library as
 *           well; zero means "default" or "not given". Fields are only ever appended, so a program runs with newer
 *           libraries without being compiled anew. Fields called `reserved` are left at 0.
 * Text      UTF-8 everywhere, paths included, on Windows too. In: pointer and size in bytes, or
 *           TILLBOOK_NUL_TERMINATED. Bytes that are not UTF-8 are BAD_TEXT, and the error says where they look like GBK.
 *           Out: NUL-terminated; arrays are yours, pointers belong to what the comment names and live until it is freed.
 * Numbers   Money is int64_t fen (1 yuan = 100 fen), points int64_t, rates and quantities decimal strings ("0.8"), times
 *           int64_t milliseconds since 1970-01-01 UTC. There is no floating point.
 * Handles   Opaque, and only keys: NULL, freed, stale or mixed-up ones are NULL_ARGUMENT or BAD_HANDLE, never a crash.
 *           Whatever a function hands out has a _free of its own; freeing NULL is fine.
 * Threads   A till may be used from any thread, by several at once. Every other handle is for one thread at a time. A
 *           function says where it waits; all others return at once.
 * Callbacks Run on the thread that their registration names, with no lock held; they may call the library. They must not
 *           throw or unwind into it. `destroy` gives `user` back: then no call is running and none will come.
 * Faults    A panic inside becomes PANIC or POISONED; close the till and open it again, in the same process. A forked
 *           child gets FORKED from every function.
 */


#ifndef TILLBOOK_H
#define TILLBOOK_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The size of a text that says: up to the NUL. */
#define TILLBOOK_NUL_TERMINATED SIZE_MAX

// Changes when something is taken away or means something else: programs have to be compiled anew. It is the number in
// the shared library's SONAME.
#define TILLBOOK_ABI_MAJOR 1

// Changes when something is added. A program runs with any library of the same major and the same or a higher minor.
#define TILLBOOK_ABI_MINOR 1

// Both in one number, the major in the upper 16 bits: what this header describes.
#define TILLBOOK_ABI_VERSION 65537

// `tillbook_features`: the library has the built-in HTTP transport. Without it every till needs one of the host's.
#define TILLBOOK_FEATURE_HTTP 1

// `tillbook_features`: books may be encrypted.
#define TILLBOOK_FEATURE_ENCRYPTION 2

// Who may say yes: as TILLBOOK_DELIVERY_PREFER_ONLINE with the configured time-out.
#define TILLBOOK_DELIVERY_DEFAULT 0

// The till decides by its policy, at once. While the remote is healthy this acts as TILLBOOK_DELIVERY_PREFER_ONLINE with the
// configured time-out, unless the policy permits otherwise.
#define TILLBOOK_DELIVERY_OFFLINE 1

// The remote decides if it answers within the time-out, else the till does by its policy.
#define TILLBOOK_DELIVERY_PREFER_ONLINE 2

// The remote decides, or nobody does.
#define TILLBOOK_DELIVERY_REQUIRE_ONLINE 3

// The coupon takes money off the order.
#define TILLBOOK_EFFECT_ORDER_REDUCTION 1

// The coupon gives a rate on the order.
#define TILLBOOK_EFFECT_ORDER_DISCOUNT 2

// The coupon takes money off its items.
#define TILLBOOK_EFFECT_ITEM_REDUCTION 3

// The coupon gives a rate on its items.
#define TILLBOOK_EFFECT_ITEM_DISCOUNT 4

// The coupon takes the shipping off.
#define TILLBOOK_EFFECT_FREE_SHIPPING 5

// The rule applies to each recharge.
#define TILLBOOK_RECHARGE_ALWAYS 1

// The bonus is a share of what is paid in.
#define TILLBOOK_RECHARGE_PERCENTAGE 2

// The rule applies from an amount on; of several the highest one reached counts.
#define TILLBOOK_RECHARGE_THRESHOLD 3

// After an unknown outcome it is sent again: the remote carries out what it has seen once.
#define TILLBOOK_GUARANTEE_REPEAT 1

// It sets a status, which is read first.
#define TILLBOOK_GUARANTEE_SET_STATUS 2

// The remote's records tell what became of it.
#define TILLBOOK_GUARANTEE_PROBE 3

// Nothing tells: an unknown outcome waits for a person.
#define TILLBOOK_GUARANTEE_ONCE 4

// A promise: the remote has done it.
#define TILLBOOK_PROMISE_ONLINE_APPROVED 1

// A promise: this till approved it at the merchant's own risk; the remote will be told later.
#define TILLBOOK_PROMISE_OFFLINE_APPROVED 2

// A promise: the remote refused. Nothing was done.
#define TILLBOOK_PROMISE_DECLINED 3

// A promise: it was sent and nobody knows yet. Hand over nothing; ask again by `op_id`.
#define TILLBOOK_PROMISE_IN_DOUBT 4

// A promise: it was not sent and never will be. Nothing was done.
#define TILLBOOK_PROMISE_CANCELLED 5

// An operation's state: waits to be sent.
#define TILLBOOK_STATE_QUEUED 1

// An operation's state: an attempt is under way.
#define TILLBOOK_STATE_SENDING 2

// An operation's state: sent, outcome unknown; being found out.
#define TILLBOOK_STATE_IN_DOUBT 3

// An operation's state: the remote has it; the base that includes it has not arrived yet.
#define TILLBOOK_STATE_APPLIED 4

// An operation's state: the remote has it and the base includes it.
#define TILLBOOK_STATE_SETTLED 5

// An operation's state: the remote refused what nobody had been promised.
#define TILLBOOK_STATE_DECLINED 6

// An operation's state: the remote refused what had been approved offline. Owed; waits for a person.
#define TILLBOOK_STATE_REJECTED 7

// An operation's state: cancelled before it reached the remote.
#define TILLBOOK_STATE_VOIDED 8

// An operation's state: somebody else changed the same thing meanwhile; closed and notified.
#define TILLBOOK_STATE_SUPERSEDED 9

// An operation's state: being undone at the remote.
#define TILLBOOK_STATE_REVERSING 10

// An operation's state: undone at the remote.
#define TILLBOOK_STATE_REVERSED 11

// An operation's state: waits for a person, with the evidence.
#define TILLBOOK_STATE_PARKED 12

// An operation's state: given up by a person.
#define TILLBOOK_STATE_WRITTEN_OFF 13

// An operation's kind: opens a card.
#define TILLBOOK_KIND_OPEN_CARD 1

// An operation's kind: registers a member by phone.
#define TILLBOOK_KIND_REGISTER 2

// An operation's kind: changes a card holder's data.
#define TILLBOOK_KIND_MODIFY 3

// An operation's kind: puts money on a card.
#define TILLBOOK_KIND_RECHARGE 4

// An operation's kind: pays from a card.
#define TILLBOOK_KIND_CONSUME 5

// An operation's kind: grants points.
#define TILLBOOK_KIND_ACCRUE_POINTS 6

// An operation's kind: takes points.
#define TILLBOOK_KIND_REDEEM_POINTS 7

// An operation's kind: corrects points, up or down.
#define TILLBOOK_KIND_ADJUST_POINTS 8

// An operation's kind: gives redeemed points back, or takes granted ones back.
#define TILLBOOK_KIND_RETURN_POINTS 9

// An operation's kind: sets points to a balance carried over from elsewhere.
#define TILLBOOK_KIND_CARRY_OVER_POINTS 10

// An operation's kind: changes points through Freemud's endpoint without a key (2.1), for installations that ask for it.
#define TILLBOOK_KIND_UPDATE_POINTS 11

// An operation's kind: gives back all points of an order through Freemud's endpoint without a key (2.3).
#define TILLBOOK_KIND_RETURN_POINTS_OF_ORDER 12

// An operation's kind: uses a coupon.
#define TILLBOOK_KIND_REDEEM_COUPON 13

// An operation's kind: gives a member a coupon.
#define TILLBOOK_KIND_GIVE_COUPON 14

// An operation's kind: sets a coupon's status, or reinstates one that was used here.
#define TILLBOOK_KIND_SET_COUPON_STATUS 15

// An operation's kind: adds a template that coupons are made from.
#define TILLBOOK_KIND_ADD_COUPON_TEMPLATE 16

// An operation's kind: records an order.
#define TILLBOOK_KIND_PUSH_ORDER 17

// An operation's kind: records that an order, or a part of it, came back.
#define TILLBOOK_KIND_RETURN_ORDER 18

// Evidence: the remote said so, or its records allow no other reading.
#define TILLBOOK_EVIDENCE_PROVEN 1

// Evidence: its records fit, but another till's identical sale would look the same.
#define TILLBOOK_EVIDENCE_INFERRED 2

// Evidence: a person said so.
#define TILLBOOK_EVIDENCE_PERSON 3

// A gender: male.
#define TILLBOOK_GENDER_MALE 1

// A gender: female.
#define TILLBOOK_GENDER_FEMALE 2

// A gender: not told.
#define TILLBOOK_GENDER_UNKNOWN 3

// A card's status: the remote knows it and says nothing against it.
#define TILLBOOK_CARD_ACTIVE 1

// A card's status: opened here, not confirmed by the remote yet.
#define TILLBOOK_CARD_PROVISIONAL 2

// A card's status: reported lost, or otherwise not normal at the remote.
#define TILLBOOK_CARD_BLOCKED 3

// A card's status: closed, replaced, or unknown to the remote.
#define TILLBOOK_CARD_CLOSED 4

// A coupon's status: deleted or invalid.
#define TILLBOOK_COUPON_INVALID 1

// A coupon's status: may be used.
#define TILLBOOK_COUPON_VALID 2

// A coupon's status: has been used.
#define TILLBOOK_COUPON_USED 3

// A coupon's status: is being used: another order has taken it up and is not finished.
#define TILLBOOK_COUPON_IN_USE 4

// A coupon's status: may not be used yet.
#define TILLBOOK_COUPON_NOT_STARTED 5

// A coupon's rule: the coupon is known here.
#define TILLBOOK_RULE_KNOWN 1

// A coupon's rule: it is valid, as far as is known.
#define TILLBOOK_RULE_STATUS 2

// A coupon's rule: it has not been used at this till before.
#define TILLBOOK_RULE_NOT_USED_HERE 3

// A coupon's rule: its time has begun and is not over.
#define TILLBOOK_RULE_TIME 4

// A coupon's rule: the order reaches its minimum.
#define TILLBOOK_RULE_MINIMUM 5

// A coupon's rule: it is for this store.
#define TILLBOOK_RULE_STORE 6

// A coupon's rule: something in the order is what it is for: items and categories.
#define TILLBOOK_RULE_ITEMS 7

// A coupon's rule: it may be used while the remote can't be asked. Looked at only offline.
#define TILLBOOK_RULE_OFFLINE 8

// Where a rate comes from: the level's configured rate.
#define TILLBOOK_RATE_LEVEL 1

// Where a rate comes from: the rate that the remote last gave this card.
#define TILLBOOK_RATE_LAST_SEEN 2

// Where a rate comes from: none is known: the full price was taken. The remote may know better.
#define TILLBOOK_RATE_UNKNOWN 3

// Where a rate comes from: the remote computed it.
#define TILLBOOK_RATE_REMOTE 4

// Where a rate comes from: the operation has no price.
#define TILLBOOK_RATE_NOT_APPLICABLE 5

// Where a rate comes from: the rate that several cards of this level were given lately, this one not among them.
#define TILLBOOK_RATE_LEARNED 6

// A notification is about: the remote refused what had been approved offline: owed.
#define TILLBOOK_NOTICE_REJECTED 1

// A notification is about: an operation waits for a person's decision.
#define TILLBOOK_NOTICE_PARKED 2

// A notification is about: the remote's figures differ from those promised.
#define TILLBOOK_NOTICE_VARIANCE 3

// A notification is about: the card did not cover what had been promised in full.
#define TILLBOOK_NOTICE_SHORTFALL 4

// A notification is about: the remote took money for something that was not approved here.
#define TILLBOOK_NOTICE_CHARGED_WITHOUT_SALE 5

// A notification is about: somebody else changed the same data meanwhile; ours was dropped.
#define TILLBOOK_NOTICE_SUPERSEDED 6

// A notification is about: an opening was refused, and operations wait behind it.
#define TILLBOOK_NOTICE_ORPHANS 7

// A notification is about: the remote refuses this till altogether.
#define TILLBOOK_NOTICE_PROVIDER_HALTED 8

// A notification is about: the offline limits are nearly used up.
#define TILLBOOK_NOTICE_LIMITS_NEAR 9

// A notification is about: an answer came after its operation had been concluded without it, or a card exists although its opening had been found to have come to nothing.
#define TILLBOOK_NOTICE_CONTRADICTION 10

// A notification is about: the remote's running totals went backwards; its figures were not taken.
#define TILLBOOK_NOTICE_STALE_SNAPSHOT 11

// A notification is about: two cards of the book turned out to be one member at a remote.
#define TILLBOOK_NOTICE_SAME_MEMBER 12

// A notification is about: the remote's figures changed by something that this till, the card's only writer, has not done.
#define TILLBOOK_NOTICE_UNEXPLAINED 13

// A notification is about: the till's range of card numbers is nearly used up.
#define TILLBOOK_NOTICE_NUMBERS_NEAR 14

// A notification is about: the book is an older copy of itself: nothing is sent until a person goes on with it.
#define TILLBOOK_NOTICE_RESTORED 15

// A notification is about: the high-water file can't be written: until it can, an older copy of the book may not be noticed.
#define TILLBOOK_NOTICE_HIGH_WATER 16

// A person's decision: the remote has it. Takes effect together with a fresh read of the account.
#define TILLBOOK_RESOLUTION_WAS_APPLIED 1

// A person's decision: the remote does not have it, and it is not to be sent again.
#define TILLBOOK_RESOLUTION_WAS_NOT_APPLIED 2

// A person's decision: the remote does not have it: send it again.
#define TILLBOOK_RESOLUTION_SEND_AGAIN 3

// A person's decision: whatever became of it, the shop bears it.
#define TILLBOOK_RESOLUTION_WRITE_OFF 4

// A search has found the text in: the card's number.
#define TILLBOOK_MATCHED_NUMBER 1

// A search has found the text in: the holder's phone.
#define TILLBOOK_MATCHED_PHONE 2

// A search has found the text in: the holder's name.
#define TILLBOOK_MATCHED_NAME 3

// What became of an operation: the remote has it.
#define TILLBOOK_CLASS_ACCEPTED 1

// What became of an operation: it waits to be sent, or is being sent.
#define TILLBOOK_CLASS_ON_ITS_WAY 2

// What became of an operation: it was sent, and nobody knows yet.
#define TILLBOOK_CLASS_IN_DOUBT 3

// What became of an operation: it waits for a person.
#define TILLBOOK_CLASS_PARKED 4

// What became of an operation: it was approved here, and the remote refused it: owed.
#define TILLBOOK_CLASS_REJECTED 5

// What became of an operation: a person gave it up.
#define TILLBOOK_CLASS_WRITTEN_OFF 6

// What became of an operation: the remote refused it, and nobody had been promised it.
#define TILLBOOK_CLASS_DECLINED 7

// What became of an operation: it was cancelled or voided before it reached the remote.
#define TILLBOOK_CLASS_CANCELLED 8

// What became of an operation: it was undone at the remote, or is being undone.
#define TILLBOOK_CLASS_UNDONE 9

// What became of an operation: somebody else changed the same thing meanwhile.
#define TILLBOOK_CLASS_SUPERSEDED 10

// A line of totals counts: what was done with an approval.
#define TILLBOOK_MOVEMENT_MADE 1

// A line of totals counts: what was taken back before it reached the remote. Its figures are below zero.
#define TILLBOOK_MOVEMENT_VOID 2

// A line of totals counts: what was given up by a person. Its figures are below zero.
#define TILLBOOK_MOVEMENT_WRITE_OFF 3

// A line of totals counts: what a remote did without an approval here: no goods and no cash changed hands for it, as far as this till knows.
#define TILLBOOK_MOVEMENT_WITHOUT_APPROVAL 4

// A line of totals counts: what a person moved to another card or number. Off the one and on the other, it comes to nothing.
#define TILLBOOK_MOVEMENT_RETARGET 5

// A check has found: SQLite finds the file damaged.
#define TILLBOOK_FINDING_DATABASE 1

// A check has found: a row refers to another one that is not there.
#define TILLBOOK_FINDING_REFERENCE 2

// A check has found: the tables, indexes or triggers are not those of this release.
#define TILLBOOK_FINDING_SCHEMA 3

// A check has found: a row or a part of the file can't be read.
#define TILLBOOK_FINDING_UNREADABLE 4

// A check has found: an account's figures were changed by something else than this library.
#define TILLBOOK_FINDING_SEAL 5

// A check has found: an operation's effect is not what was told, or not what it counts as.
#define TILLBOOK_FINDING_EFFECT 6

// A check has found: an operation's state, its marks and its promise don't go together.
#define TILLBOOK_FINDING_STATE 7

// A check has found: a promise that should be there is not, or one is that should not.
#define TILLBOOK_FINDING_PROMISE 8

// A check has found: a line that should be in the book is not.
#define TILLBOOK_FINDING_ENTRY_MISSING 9

// A check has found: a line is in the book that nothing accounts for.
#define TILLBOOK_FINDING_ENTRY_EXTRA 10

// A check has found: a line is not what was told.
#define TILLBOOK_FINDING_ENTRY_DIFFERS 11

// A check has found: figures that don't add up.
#define TILLBOOK_FINDING_MONEY 12

// A check has found: a row belongs to another card, account or lane than it says.
#define TILLBOOK_FINDING_CARD 13

// A check has found: a receipt number does not belong to its line.
#define TILLBOOK_FINDING_RECEIPT_NO 14

// A check has found: a line's code in the chain is not the one that it should have.
#define TILLBOOK_FINDING_CHAIN 15

// A check has found: a lane does not stand where its operations do.
#define TILLBOOK_FINDING_LANE 16

// A check has found: a coupon has been used more than once.
#define TILLBOOK_FINDING_COUPON 17

// A check has found: a time that can't be.
#define TILLBOOK_FINDING_TIME 18

// A finding is: worth knowing; no figure is in question.
#define TILLBOOK_SEVERITY_NOTE 1

// A finding is: the book does not say what was written into it.
#define TILLBOOK_SEVERITY_ERROR 2

// A yes-or-no setting: yes. 0 leaves it at its default.
#define TILLBOOK_YES 1

// A yes-or-no setting: no.
#define TILLBOOK_NO 2

// A limit of nothing, where 0 stands for the default.
#define TILLBOOK_NOTHING (-1)

// Prices are rounded to the fen.
#define TILLBOOK_ROUND_FEN 1

// Prices are rounded to the jiao.
#define TILLBOOK_ROUND_JIAO 2

// Prices are rounded to the yuan.
#define TILLBOOK_ROUND_YUAN 3

// Prices are rounded to the nearest unit, halves up.
#define TILLBOOK_ROUND_HALF_UP 1

// Prices are rounded down.
#define TILLBOOK_ROUND_DOWN 2

// Prices are rounded up.
#define TILLBOOK_ROUND_UP 3

// Done. Out parameters are written.
#define TILLBOOK_OK 0

// A list has no further row. No error: nothing is written, `*err` is NULL.
#define TILLBOOK_DONE (-1)

// A field of the request breaks a rule; the error names it.
#define TILLBOOK_INVALID_INPUT 1

// The offline policy, the card's state or its funds refuse; the error carries the refusal with its figures. Nothing was
// written.
#define TILLBOOK_REFUSED 2

// The op_id was used before with other business content; the error names the first field that differs.
#define TILLBOOK_CONFLICT 3

// An operation on this account waits for its outcome or for a person, and the call requires the remote. The error names
// the operation.
#define TILLBOOK_LANE_HELD 4

// The remote can't be reached, and the call requires it. Nothing was written.
#define TILLBOOK_UNREACHABLE 5

// No such card, operation or notification.
#define TILLBOOK_NOT_FOUND 6

// None of the configured remotes can do this, or this build can't.
#define TILLBOOK_UNSUPPORTED 7

// The operation is not in a state in which this can be done to it.
#define TILLBOOK_WRONG_STATE 8

// The remote answered a read with something that is not its dialect, or refused it.
#define TILLBOOK_REMOTE_REFUSED 9

// The configuration breaks a rule; the error names the key.
#define TILLBOOK_INVALID_CONFIG 10

// What the remote calls the account is not known: tillbook_set_reference.
#define TILLBOOK_UNKNOWN_REFERENCE 11

// The book belongs to another merchant, store, till or remote, and operations are open.
#define TILLBOOK_WRONG_MERCHANT 20

// Another process, or another till of this one, has the book open.
#define TILLBOOK_BOOK_IN_USE 21

// The file is no tillbook book.
#define TILLBOOK_NOT_A_BOOK 22

// The book was written by a newer release than this one can read.
#define TILLBOOK_NEWER_BOOK 23

// The book's file is damaged. Nothing was changed.
#define TILLBOOK_CORRUPT 24

// No permission to read or write the book.
#define TILLBOOK_NO_PERMISSION 25

// The disk is full. Of a call that trades nothing can be said: make it again with the same op_id. Others did nothing.
#define TILLBOOK_DISK_FULL 26

// Reading or writing the book failed. Of a call that trades nothing can be said: make it again with the same op_id.
#define TILLBOOK_STORAGE 27

// A panic while the book was being written. Close the till and open it again; asking again by op_id tells what became of
// the call.
#define TILLBOOK_POISONED 28

// The till is closed.
#define TILLBOOK_CLOSED 29

// The book is an older copy of itself, or the file that shows it is missing: nothing is sent until a person has said that the
// copy is to be gone on with.
#define TILLBOOK_RESTORED 30

// The book is encrypted and the key is another one, or none was given.
#define TILLBOOK_WRONG_KEY 31

// An argument, or a field that must be given, is NULL.
#define TILLBOOK_NULL_ARGUMENT 100

// A struct_size that can't be, or fields that are not zero and unknown to this library. Nothing was done.
#define TILLBOOK_BAD_STRUCT 101

// Text that is not UTF-8; the error says so where it looks like GBK.
#define TILLBOOK_BAD_TEXT 102

// A handle that was freed, is stale, of another kind, or never one.
#define TILLBOOK_BAD_HANDLE 103

// The process is a fork of one that used the library. Nothing was done, and nothing can be.
#define TILLBOOK_FORKED 104

// A panic inside, outside the book. Of a call that trades nothing can be said: make it again with the same op_id.
#define TILLBOOK_PANIC 105

// Too many handles are alive: errors or lists are not being freed.
#define TILLBOOK_TOO_MANY_HANDLES 106

// The program was compiled with the header of an ABI that this library does not speak.
#define TILLBOOK_ABI_MISMATCH 107

// An error's domain: the POS program's own call or configuration.
#define TILLBOOK_DOMAIN_REQUEST 1

// An error's domain: the till's decision.
#define TILLBOOK_DOMAIN_DECISION 2

// An error's domain: a remote system.
#define TILLBOOK_DOMAIN_REMOTE 3

// An error's domain: the book's file.
#define TILLBOOK_DOMAIN_BOOK 4

// An error's domain: the till's life (closed, poisoned).
#define TILLBOOK_DOMAIN_LIFE 5

// An error's domain: the use of this interface (100 and above).
#define TILLBOOK_DOMAIN_ABI 6

// Messages in English.
#define TILLBOOK_LANGUAGE_ENGLISH 0

// Messages in Chinese.
#define TILLBOOK_LANGUAGE_CHINESE 1

// `tillbook_label`: the value is a TILLBOOK_PROMISE_*.
#define TILLBOOK_LABEL_PROMISE 1

// `tillbook_label`: the value is a TILLBOOK_STATE_*.
#define TILLBOOK_LABEL_STATE 2

// `tillbook_label`: the value is a TILLBOOK_KIND_*.
#define TILLBOOK_LABEL_KIND 3

// `tillbook_label`: the value is a TILLBOOK_EVIDENCE_*.
#define TILLBOOK_LABEL_EVIDENCE 4

// `tillbook_label`: the value is a TILLBOOK_NOTICE_*.
#define TILLBOOK_LABEL_NOTICE 5

// `tillbook_label`: the value is a TILLBOOK_RESOLUTION_*.
#define TILLBOOK_LABEL_RESOLUTION 6

// `tillbook_label`: the value is a TILLBOOK_RULE_*.
#define TILLBOOK_LABEL_RULE 7

// `tillbook_label`: the value is a TILLBOOK_CLASS_*.
#define TILLBOOK_LABEL_CLASS 8

// `tillbook_label`: the value is a TILLBOOK_MOVEMENT_*.
#define TILLBOOK_LABEL_MOVEMENT 9

// `tillbook_label`: the value is a TILLBOOK_COUPON_*.
#define TILLBOOK_LABEL_COUPON_STATUS 10

// Nothing is logged: the beginning.
#define TILLBOOK_LOG_OFF 0

// What was not done and should have been.
#define TILLBOOK_LOG_ERROR 1

// What support staff should know of.
#define TILLBOOK_LOG_WARN 2

// What happens.
#define TILLBOOK_LOG_INFO 3

// Everything.
#define TILLBOOK_LOG_DEBUG 4

// The card gets the next number of the till's range.
#define TILLBOOK_RETARGET_NEXT_NUMBER 1

// The card gets the number that is given.
#define TILLBOOK_RETARGET_NEW_NUMBER 2

// The holder has a card already, the one that is given: what waits is done on that, and the opening is written off.
#define TILLBOOK_RETARGET_EXISTING_CARD 3

// `tillbook_policy.overridable`: a supervisor may lift nothing, where 0 stands for the default.
#define TILLBOOK_OVERRIDE_NOTHING 1

// `tillbook_room.has`: `card` is told, since a card was named.
#define TILLBOOK_ROOM_CARD 1

// `tillbook_room.has`: `phone` is told, since the card has a phone number.
#define TILLBOOK_ROOM_PHONE 2

// `tillbook_room.has`: `available` is told, since this till knows the card.
#define TILLBOOK_ROOM_AVAILABLE 4

// `tillbook_room.has`: `base_expires_s` is told, since this till knows the card.
#define TILLBOOK_ROOM_BASE 8

// `tillbook_room.has`: `policy_expires_s` is told, since the policy has an end.
#define TILLBOOK_ROOM_POLICY 16

// All cards are dealt with.
#define TILLBOOK_PRELOAD_COMPLETE 1

// So many are dealt with as the call was to deal with.
#define TILLBOOK_PRELOAD_STEP_DONE 2

// The time was over.
#define TILLBOOK_PRELOAD_OUT_OF_TIME 3

// It was cancelled.
#define TILLBOOK_PRELOAD_CANCELLED 4

// A remote does not answer, asks to be left alone for now, or refuses this till. Go on later.
#define TILLBOOK_PRELOAD_UNREACHABLE 5

// `tillbook_receipt.confirmed`: the remote told `confirmed_original`.
#define TILLBOOK_CONFIRMED_ORIGINAL 1

// `tillbook_receipt.confirmed`: the remote told `confirmed_actual`.
#define TILLBOOK_CONFIRMED_ACTUAL 2

// `tillbook_receipt.confirmed`: the remote told `confirmed_discount`.
#define TILLBOOK_CONFIRMED_DISCOUNT 4

// `tillbook_receipt.confirmed`: the remote told `confirmed_from_card`.
#define TILLBOOK_CONFIRMED_FROM_CARD 8

// `tillbook_receipt.confirmed`: the remote told `confirmed_due`.
#define TILLBOOK_CONFIRMED_DUE 16

// `tillbook_receipt.confirmed`: the remote told `confirmed_bonus`.
#define TILLBOOK_CONFIRMED_BONUS 32

// `tillbook_receipt.confirmed`: the remote told `confirmed_bonus_points`.
#define TILLBOOK_CONFIRMED_BONUS_POINTS 64

// `tillbook_receipt.confirmed`: the remote told `confirmed_money_after`.
#define TILLBOOK_CONFIRMED_MONEY_AFTER 128

// `tillbook_receipt.confirmed`: the remote told `confirmed_points_after`.
#define TILLBOOK_CONFIRMED_POINTS_AFTER 256

// `tillbook_receipt.confirmed`: the remote has confirmed the operation.
#define TILLBOOK_CONFIRMED 1073741824

// The card is on this till's exception list.
#define TILLBOOK_REFUSAL_EXCEPTION_LIST 1

// The card is reported lost, or otherwise not normal at the remote.
#define TILLBOOK_REFUSAL_CARD_BLOCKED 2

// The card is closed, replaced, or unknown to the remote.
#define TILLBOOK_REFUSAL_CARD_CLOSED 3

// A rule of the coupon does not let it pass.
#define TILLBOOK_REFUSAL_COUPON 4

// There is nothing that could be returned.
#define TILLBOOK_REFUSAL_NOTHING_TO_RETURN 5

// A card with this number exists.
#define TILLBOOK_REFUSAL_CARD_EXISTS 6

// More than one operation may take offline.
#define TILLBOOK_REFUSAL_FLOOR_LIMIT 7

// More than may be open on one card.
#define TILLBOOK_REFUSAL_CARD_LIMIT 8

// More than may be open on all cards of one phone number.
#define TILLBOOK_REFUSAL_PHONE_LIMIT 9

// More than may be open on this till.
#define TILLBOOK_REFUSAL_OUTAGE_LIMIT 10

// So many offline approvals are open on this till as may be.
#define TILLBOOK_REFUSAL_OUTAGE_OPERATIONS 11

// The card's balance was confirmed too long ago.
#define TILLBOOK_REFUSAL_BASE_TOO_OLD 12

// This till has never seen the card.
#define TILLBOOK_REFUSAL_UNKNOWN_CARD 13

// The machine's clock is behind the book's time.
#define TILLBOOK_REFUSAL_CLOCK_BEHIND 14

// What the decision needs has never been fetched.
#define TILLBOOK_REFUSAL_NEVER_FETCHED 15

// Not enough money is available.
#define TILLBOOK_REFUSAL_INSUFFICIENT_FUNDS 16

// Not enough points are available.
#define TILLBOOK_REFUSAL_INSUFFICIENT_POINTS 17

// The remote has refused to open the card: a person has to decide where it goes (tillbook_retarget).
#define TILLBOOK_REFUSAL_OPENING_REFUSED 18

// Every number of the till's range has been given out.
#define TILLBOOK_REFUSAL_NUMBERS_EXHAUSTED 19

// So many offline recharges are open on this till as may be.
#define TILLBOOK_REFUSAL_OUTAGE_RECHARGES 20

// More than may be open on this till that was paid in by offline recharges.
#define TILLBOOK_REFUSAL_OUTAGE_RECHARGE_MONEY 21

// So many cards that were opened offline are open on this till as may be.
#define TILLBOOK_REFUSAL_OUTAGE_NEW_CARDS 22

// The offline policy itself is out of date.
#define TILLBOOK_REFUSAL_POLICY_EXPIRED 23

// A reason of a later release; the message tells it.
#define TILLBOOK_REFUSAL_OTHER 99

// The figures count nothing.
#define TILLBOOK_UNIT_NONE 0

// The figures are fen.
#define TILLBOOK_UNIT_FEN 1

// The figures are points.
#define TILLBOOK_UNIT_POINTS 2

// The figures are seconds.
#define TILLBOOK_UNIT_SECONDS 3

// The figures are operations, recharges or openings.
#define TILLBOOK_UNIT_OPERATIONS 4

// The figures are card numbers.
#define TILLBOOK_UNIT_NUMBERS 5

// A report: what became of the operations of an outage (`number`), a business day (`date`) or a time (`from`, `until`). JSON, CSV.
#define TILLBOOK_REPORT_RECONCILIATION 1

// A report: what went through the till since the last day's close, or on a business day (`date`). JSON, CSV.
#define TILLBOOK_REPORT_TOTALS 2

// A report: a day's close by its number (`number`). JSON, CSV.
#define TILLBOOK_REPORT_DAY_CLOSE 3

// A report: the days' closes, newest first, at most 100; those before the one of `number` if one is given. JSON.
#define TILLBOOK_REPORT_DAY_CLOSES 4

// A report: when remotes were not there, the newest first, at most 1,000. JSON.
#define TILLBOOK_REPORT_OUTAGES 5

// A report: what speaks against an upgrade of the program, or its removal, with a sentence in each language. JSON.
#define TILLBOOK_REPORT_SAFE_TO_CLOSE 6

// A report: every offline policy that was in force, the newest first. JSON. Of a till only.
#define TILLBOOK_REPORT_POLICIES 7

// A report: what is known of every remote's catalogue and since when, learned discounts among it. JSON. Of a till only.
#define TILLBOOK_REPORT_CATALOGUE 8

// A report: what people have decided of a card's number (`card`) with tillbook_retarget, oldest first. JSON. Of a till only.
#define TILLBOOK_REPORT_RETARGETS 9

// A report: the configuration in force, secrets masked. JSON. Of a till only.
#define TILLBOOK_REPORT_CONFIGURATION 10

// A report: whose book it is. JSON. Of a tillbook_book only.
#define TILLBOOK_REPORT_IDENTITY 11

// A report: how the book stands. JSON. Of a tillbook_book only.
#define TILLBOOK_REPORT_STATUS 12

// JSON: money in fen, times in milliseconds since 1970 UTC, the keys of docs/c-abi.md.
#define TILLBOOK_FORMAT_JSON 0

// CSV: one table with headings in the wanted language, money in yuan, times in ISO 8601 and UTC, lines that end in CR LF. For
// spreadsheet programs put the bytes EF BB BF in front.
#define TILLBOOK_FORMAT_CSV 1

// The remote has answered lately.
#define TILLBOOK_LINK_UP 1

// The remote has not been asked for a while.
#define TILLBOOK_LINK_UNKNOWN 2

// The remote has asked to be left alone for a while.
#define TILLBOOK_LINK_PAUSED 3

// The remote does not answer; it is probed from time to time.
#define TILLBOOK_LINK_DOWN 4

// The remote refuses this till altogether; it is probed from time to time.
#define TILLBOOK_LINK_HALTED 5



// `tillbook_transport.send` returns: there is an answer, whatever its status.
#define TILLBOOK_SENT 0

// `tillbook_transport.send` returns: certainly no byte of the request left (name, connection or TLS failed). Together with an
// answer it counts as TILLBOOK_MAYBE_SENT.
#define TILLBOOK_NOT_SENT 1

// `tillbook_transport.send` returns: part or all of the request may have arrived. Also for a transport that can't tell.
#define TILLBOOK_MAYBE_SENT 2

// GET, without a body.
#define TILLBOOK_HTTP_GET 1

// POST with a body.
#define TILLBOOK_HTTP_POST 2

// Accounts of a card. One thread at a time.
typedef struct tillbook_accounts tillbook_accounts;

// A book, opened for reading only. One thread at a time.
typedef struct tillbook_book tillbook_book;

// Bytes that the library made. One thread at a time.
typedef struct tillbook_buffer tillbook_buffer;

// Cards. One thread at a time.
typedef struct tillbook_cards tillbook_cards;

// Coupons. One thread at a time.
typedef struct tillbook_coupons tillbook_coupons;

// Names and what they stand for. One thread at a time.
typedef struct tillbook_details tillbook_details;

// Why a call failed. Every function that takes `err` sets it: to an error to be freed with tillbook_error_free, or to NULL.
// `err` itself may be NULL where the code is enough. One thread at a time; its strings live until it is freed.
typedef struct tillbook_error tillbook_error;

// Cards of the exception list. One thread at a time.
typedef struct tillbook_exceptions tillbook_exceptions;

// What a check has found. One thread at a time.
typedef struct tillbook_findings tillbook_findings;

// Cards that were found. One thread at a time.
typedef struct tillbook_found tillbook_found;

// Lines of the book. One thread at a time.
typedef struct tillbook_history tillbook_history;

// The answer under construction: alive until `send` returns.
typedef struct tillbook_http_response tillbook_http_response;

// Card levels. One thread at a time.
typedef struct tillbook_levels tillbook_levels;

// A registered callback. Any thread, inside the callback itself as well.
typedef struct tillbook_listener tillbook_listener;

// Members. One thread at a time.
typedef struct tillbook_members tillbook_members;

// Notifications. One thread at a time.
typedef struct tillbook_notices tillbook_notices;

// Operations that wait behind an opening. One thread at a time.
typedef struct tillbook_orphans tillbook_orphans;

// Times in which remotes were not there. One thread at a time.
typedef struct tillbook_outages tillbook_outages;

// Ways to pay a recharge in. One thread at a time.
typedef struct tillbook_pay_types tillbook_pay_types;

// Lines of a points history. One thread at a time.
typedef struct tillbook_points_records tillbook_points_records;

// Recharge rules. One thread at a time.
typedef struct tillbook_recharge_rules tillbook_recharge_rules;

// Remotes and how they fare. One thread at a time.
typedef struct tillbook_remotes tillbook_remotes;

// What the remote systems serve. One thread at a time.
typedef struct tillbook_services tillbook_services;

// Texts. One thread at a time.
typedef struct tillbook_texts tillbook_texts;

// An open book. It may be used from any thread, by several at once. One process may have a book open once. After
// tillbook_close its calls are CLOSED; after tillbook_free the handle is BAD_HANDLE.
typedef struct tillbook_till tillbook_till;

// Lines of totals. One thread at a time.
typedef struct tillbook_totals tillbook_totals;

// What each rule says. One thread at a time.
typedef struct tillbook_verdicts tillbook_verdicts;

// Operations that wait for a person. One thread at a time.
typedef struct tillbook_waiting tillbook_waiting;

// What a function returns: TILLBOOK_OK, TILLBOOK_DONE, or one of the codes below. A code is never used again for something
// else; take one that you do not know for a failure.
typedef int32_t tillbook_status;

// Text that goes in: UTF-8, not necessarily NUL-terminated. All zero: not given.
//
// `size` counts bytes, or is TILLBOOK_NUL_TERMINATED. `tillbook_str_of("...")` makes one. The library copies what it
// keeps, so the bytes need to live no longer than the call.
typedef struct tillbook_str {
  // The first byte, or NULL where no text is given.
  const char *data;
  // How many bytes, or TILLBOOK_NUL_TERMINATED.
  size_t size;
} tillbook_str;

// How a backup is made.
typedef struct tillbook_backup_request {
  // The size of this struct: tillbook_backup_request_init sets it.
  size_t struct_size;
  // The file. It has its name only once it is whole, checked and durable. Required.
  struct tillbook_str path;
  // 1: a file that is there is replaced, once the backup is whole. 0: it is a mistake.
  int32_t overwrite;
  // 0.
  int32_t reserved;
  // NULL, or called from time to time, on this thread: pages that have been copied, and how many there are. Returns 0 to go on,
  // anything else to give the backup up.
  int32_t (*progress)(void *user, uint64_t copied, uint64_t pages);
  // For `progress`.
  void *user;
} tillbook_backup_request;

// What a backup holds.
typedef struct tillbook_backup_report {
  // The size of this struct: tillbook_backup_report_init sets it.
  size_t struct_size;
  // Its length in bytes.
  int64_t bytes;
  // The form of the book that it is of.
  int64_t schema;
} tillbook_backup_report;

// Which backup is put in the place of which book.
typedef struct tillbook_restore_request {
  // The size of this struct: tillbook_restore_request_init sets it.
  size_t struct_size;
  // The backup. Required.
  struct tillbook_str backup;
  // The book's file, which no till may have open. Required.
  struct tillbook_str path;
  // The book's high-water file, by which a backup of another book is refused. May be missing.
  struct tillbook_str high_water;
  // The key of an encrypted book and its backup, 32 bytes, or NULL.
  const uint8_t *key;
  // How many bytes.
  size_t key_size;
} tillbook_restore_request;

// What a restore has done.
typedef struct tillbook_restore_report {
  // The size of this struct: tillbook_restore_report_init sets it.
  size_t struct_size;
  // The form of the backup's book. An older one is brought to the newer form when it is opened.
  int64_t schema;
  // Where the book is now that was replaced, with its log beside it; empty: there was none.
  char replaced[1024];
} tillbook_restore_report;

// Which report is wanted. What it does not need is left at zero.
typedef struct tillbook_report_query {
  // The size of this struct: tillbook_report_query_init sets it.
  size_t struct_size;
  // TILLBOOK_REPORT_*.
  int32_t report;
  // TILLBOOK_FORMAT_*.
  int32_t format;
  // Of a CSV's headings and words, TILLBOOK_LANGUAGE_*.
  int32_t language;
  // 1: `from` and `until` are given.
  int32_t has_range;
  // An outage's or a close's number.
  int64_t number;
  // From then on, in milliseconds since 1970 UTC.
  int64_t from;
  // Until before then.
  int64_t until;
  // A business day, as YYYY-MM-DD.
  struct tillbook_str date;
  // A card's number.
  struct tillbook_str card;
} tillbook_report_query;

// What to look for among the cards that the book knows.
typedef struct tillbook_search_query {
  // The size of this struct: tillbook_search_query_init sets it.
  size_t struct_size;
  // What the number, the phone or the name has in it, 1 to 64 characters. Required. Case, width, spaces and hyphens do not
  // count.
  struct tillbook_str text;
  // At most so many cards, 1 to 100. 0: 20.
  uint32_t limit;
  // 1: names and phones in full. For a screen that only the shop's own people see.
  int32_t unmasked;
} tillbook_search_query;

// A card as the book knows it. Balances are told three ways: as the remote last told them, with everything that is still
// open, and what may be spent here and now. Money in fen, times in milliseconds since 1970 UTC, 0: never. Holds personal
// data: keep it out of logs. Texts that do not fit are cut and end in "…".
typedef struct tillbook_card {
  // The size of this struct: tillbook_card_init sets it.
  size_t struct_size;
  // TILLBOOK_CARD_*.
  int32_t card_status;
  // The holder's gender, TILLBOOK_GENDER_*; 0: not known.
  int32_t gender;
  // Stored value as the remote last told it.
  int64_t money_confirmed;
  // Stored value with everything that is still open.
  int64_t money_expected;
  // Stored value that may be spent here and now.
  int64_t money_available;
  // As of when the confirmed money is.
  int64_t money_as_of;
  // Points as the remote last told them.
  int64_t points_confirmed;
  // Points with everything that is still open.
  int64_t points_expected;
  // Points that may be spent here and now.
  int64_t points_available;
  // As of when the confirmed points are.
  int64_t points_as_of;
  // Growth, where has_growth is 1.
  int64_t growth;
  // 1: a remote tells growth. Else 0.
  int32_t has_growth;
  // 0.
  int32_t reserved;
  // What the card owes from operations that were approved offline and refused later.
  int64_t owed;
  // When the card was last read.
  int64_t fetched_at;
  // Its number.
  char number[136];
  // Its level by name; empty: not known.
  char level[136];
  // The holder's name; empty: not known.
  char name[264];
  // The holder's phone; empty: not known.
  char phone[40];
  // The holder's birthday as YYYY-MM-DD; empty: not known.
  char birthday[16];
  // Why the card is on this till's exception list; empty: it is not.
  char exception[256];
  // The operation that holds the card's account: it is in doubt or waits for a person. Empty: none.
  char held_by[72];
} tillbook_card;

// Which lines of the book are wanted, newest first. What is zero does not matter.
typedef struct tillbook_history_query {
  // The size of this struct: tillbook_history_query_init sets it.
  size_t struct_size;
  // Only those of this card.
  struct tillbook_str card;
  // Only those of this ticket of the POS.
  struct tillbook_str ticket;
  // Only those of this kind, as `tillbook_entry.kind` has it.
  struct tillbook_str kind;
  // Only those from then on, in milliseconds since 1970 UTC, where has_from is 1.
  int64_t from;
  // Only those before then, in milliseconds since 1970 UTC, where has_until is 1.
  int64_t until;
  // 1: `from` is given.
  int32_t has_from;
  // 1: `until` is given.
  int32_t has_until;
  // 1: only those that change points.
  int32_t only_points;
  // How many lines a page has, at most 500. 0: 20.
  uint32_t page_size;
  // The page after this one: what tillbook_history_of told. 0: the first.
  int64_t after;
  // With tillbook_history_with_remote: what that told of the remote's lines. 0: the first page.
  int64_t after_record;
} tillbook_history_query;

// What a call returns to the POS. The promise and the figures told with it are as they were recorded and never change;
// `state` and everything below it tell how things stand now. Money in fen, times in milliseconds since 1970 UTC. Texts
// that do not fit are cut and end in "…"; tillbook_operation_details has them whole.
typedef struct tillbook_receipt {
  // The size of this struct: tillbook_receipt_init sets it.
  size_t struct_size;
  // What the cashier was told, TILLBOOK_PROMISE_*. 0 only while another thread's call still waits for its outcome.
  int32_t promise;
  // 1: goods may be handed over (or cash be taken in): approved, and not voided since. Else 0.
  int32_t approved;
  // What the operation does, TILLBOOK_KIND_*.
  int32_t kind;
  // Where the rate comes from, TILLBOOK_RATE_*.
  int32_t rate_source;
  // The sale's total before any discount, or what is paid in.
  int64_t original;
  // The part of it that the member's discount applies to.
  int64_t discountable;
  // What the discount takes off. original = actual + discount.
  int64_t discount;
  // What is to be paid. actual = from_card + due.
  int64_t actual;
  // What the card pays.
  int64_t from_card;
  // What the customer still has to pay by other means. Always look at it.
  int64_t due;
  // What a recharge brings on top.
  int64_t bonus;
  // The points that it brings or, below zero, takes.
  int64_t points;
  // When the operation was written down.
  int64_t created_at;
  // Why the till withheld an approval, TILLBOOK_REFUSAL_*; 0 where it did not.
  int32_t refusal;
  // What the next three count, TILLBOOK_UNIT_*.
  int32_t refusal_unit;
  // The limit, or what is available.
  int64_t refusal_limit;
  // How much of it is used.
  int64_t refusal_used;
  // How much was asked for.
  int64_t refusal_requested;
  // Where the operation stands now, TILLBOOK_STATE_*.
  int32_t state;
  // How sure it is that the remote has it, TILLBOOK_EVIDENCE_*; 0 where it has not, or nobody knows.
  int32_t evidence;
  // How much more (below zero: less) the remote took from or put on the card than was told; 0: it agrees or does not
  // say.
  int64_t variance;
  // What the remote told: TILLBOOK_CONFIRMED_*; 0 where it has not confirmed. A figure without its bit is 0.
  uint32_t confirmed;
  // 0.
  int32_t reserved;
  // The price before the discount, or what was paid in.
  int64_t confirmed_original;
  // The price after it, or what was added with its bonus.
  int64_t confirmed_actual;
  // The discount.
  int64_t confirmed_discount;
  // What the card paid.
  int64_t confirmed_from_card;
  // What the customer still owes.
  int64_t confirmed_due;
  // What a recharge brought on top.
  int64_t confirmed_bonus;
  // Points on top.
  int64_t confirmed_bonus_points;
  // Stored value afterwards.
  int64_t confirmed_money_after;
  // Points afterwards.
  int64_t confirmed_points_after;
  // Stored value as the remote last told it.
  int64_t money_confirmed;
  // Stored value with everything that is still open.
  int64_t money_expected;
  // Stored value that may be spent here and now.
  int64_t money_available;
  // Points as the remote last told them.
  int64_t points_confirmed;
  // Points with everything that is still open.
  int64_t points_expected;
  // Points that may be spent here and now.
  int64_t points_available;
  // As of when the confirmed balances are; 0: never read.
  int64_t as_of;
  // The operation's name.
  char op_id[72];
  // The ten digits to print on the slip, where an entry was written; else empty.
  char receipt_no[16];
  // The card's number.
  char card[136];
  // The share that a member pays of the discountable part, as "0.8"; empty where there is none.
  char rate[40];
  // The same as the remote told it; empty where it did not.
  char confirmed_rate[40];
  // The code of a coupon that was given; else empty.
  char coupon[72];
  // Why the till withheld an approval, for the cashier, in English; else empty.
  char refusal_en[256];
  // The same in Chinese.
  char refusal_zh[256];
  // The remote's own words where it refused; else empty.
  char remote_message[256];
  // Why it waits, where it waits for a person; else empty.
  char waits_for[256];
  // What a supervisor's override has lifted for it: bit (1 << TILLBOOK_REFUSAL_*). tillbook_operation_details has the figures.
  uint32_t lifted;
  // 1: the book is for training, and the slip has to say so. Else 0.
  int32_t training;
  // The version of the offline policy that it was promised under; 0: not promised yet.
  int64_t policy_version;
} tillbook_receipt;

// Bytes in: a place and a length. This struct never grows.
typedef struct tillbook_bytes {
  // Where they are.
  const uint8_t *data;
  // How many.
  size_t size;
} tillbook_bytes;

// What a check looks at, and how far it goes.
typedef struct tillbook_check_options {
  // The size of this struct: tillbook_check_options_init sets it.
  size_t struct_size;
  // So many findings are told; of more only the number. 0: 200.
  uint32_t most_findings;
  // 1: leaves out SQLite's own check of every page, which takes the most time.
  int32_t skip_pages;
  // NULL, or called after every thousand rows, on this thread: the part that is looked at, how many of its rows, and how many
  // findings so far. Returns 0 to go on, anything else to end the check.
  int32_t (*progress)(void *user, const char *part, uint64_t done, uint64_t found);
  // For `progress`.
  void *user;
  // Keys that earlier parts of the chain were kept with, or NULL: lines that none of them and not the till's own fits are counted
  // as unverified. For tillbook_book_check the till's key is one of them.
  const struct tillbook_bytes *earlier_keys;
  // How many, at most 100.
  size_t earlier_keys_count;
} tillbook_check_options;

// What a check came to.
typedef struct tillbook_check_report {
  // The size of this struct: tillbook_check_report_init sets it.
  size_t struct_size;
  // 1: everything was looked at and no error was found. Else 0.
  int32_t clean;
  // 1: everything that was to be looked at was. 0: `progress` has ended it.
  int32_t complete;
  // How many errors there are, told or not.
  int64_t errors;
  // How many notes there are, told or not. Notes are no errors.
  int64_t notes;
  // Cards that were looked at.
  int64_t cards;
  // Accounts that were looked at.
  int64_t accounts;
  // Operations that were looked at.
  int64_t operations;
  // Lines of the book that were looked at.
  int64_t entries;
  // Of these, lines whose code in the chain was verified.
  int64_t chained;
  // Lines whose code could not be verified: they were written with a key that was not given.
  int64_t unverified;
  // The last line of the chain; 0: there is none.
  int64_t chain_entry;
  // Its code, which covers all before it, in hexadecimal digits; empty: there is none.
  char chain_head[72];
} tillbook_check_report;

// What every call may carry. A request without one (NULL) has the defaults.
typedef struct tillbook_call {
  // The size of this struct: tillbook_call_init sets it.
  size_t struct_size;
  // Names the operation, so that the same call made again finds it instead of doing it twice: 1 to 64 visible ASCII
  // characters, unique in the book. Write it down before the call, and a crash of the POS loses nothing: make the same
  // call again, or ask with tillbook_operation. Missing: the library makes one.
  struct tillbook_str op_id;
  // The POS's own ticket number, at most 64 characters.
  struct tillbook_str ticket;
  // Who works the till, at most 64 characters.
  struct tillbook_str operator_name;
  // Who stands behind it, at most 64 characters.
  struct tillbook_str supervisor;
  // The shift, at most 64 characters.
  struct tillbook_str shift;
  // Why, at most 200 characters.
  struct tillbook_str reason;
  // Who may say yes, TILLBOOK_DELIVERY_*.
  int32_t delivery;
  // How long the cashier waits, in milliseconds, at most 600,000. 0: the configured time-out. Not with
  // TILLBOOK_DELIVERY_OFFLINE, which waits for the configured one where it waits.
  uint32_t timeout_ms;
  // 1: `supervisor` overrides the offline policy for `reason`, both required: what the policy lets people lift is approved up
  // to its hard limits. The receipt's `lifted` tells what was. It changes nothing where the remote decides.
  int32_t override_policy;
  // 0.
  int32_t reserved;
} tillbook_call;

// Opens a card.
typedef struct tillbook_open_card_request {
  // The size of this struct: tillbook_open_card_request_init sets it.
  size_t struct_size;
  // What every call may carry; NULL: the defaults.
  const struct tillbook_call *call;
  // The card's number, 1 to 32 characters. Required unless `next_number` is 1; then missing.
  struct tillbook_str card;
  // The level by its name or the remote's identifier. Required.
  struct tillbook_str level;
  // The holder's name, at most 64 characters.
  struct tillbook_str name;
  // The holder's phone: 5 to 20 digits with an optional plus.
  struct tillbook_str phone;
  // The holder's gender, TILLBOOK_GENDER_*; 0: not told.
  int32_t gender;
  // 1: the next number of the till's range (tillbook_config.card_last). The receipt tells it; the same call with the same op_id
  // gets the same one. 0: `card` has the number.
  int32_t next_number;
} tillbook_open_card_request;

// Changes a holder's data: at least one of them. What is not given stays.
typedef struct tillbook_modify_request {
  // The size of this struct: tillbook_modify_request_init sets it.
  size_t struct_size;
  // What every call may carry; NULL: the defaults.
  const struct tillbook_call *call;
  // The card's number, 1 to 32 characters. Required.
  struct tillbook_str card;
  // The new name, at most 64 characters.
  struct tillbook_str name;
  // The new phone: 5 to 20 digits with an optional plus.
  struct tillbook_str phone;
  // The new birthday as YYYY-MM-DD.
  struct tillbook_str birthday;
  // The new gender, TILLBOOK_GENDER_*; 0: it stays.
  int32_t gender;
  // 0.
  int32_t reserved;
} tillbook_modify_request;

// Puts money on a card.
typedef struct tillbook_recharge_request {
  // The size of this struct: tillbook_recharge_request_init sets it.
  size_t struct_size;
  // What every call may carry; NULL: the defaults.
  const struct tillbook_call *call;
  // The card's number, 1 to 32 characters. Required.
  struct tillbook_str card;
  // What is paid in, in fen, above zero.
  int64_t amount;
  // How it is paid: one of the remote's pay types (tillbook_pay_types_of).
  int64_t pay_type;
} tillbook_recharge_request;

// Pays from a card.
typedef struct tillbook_consume_request {
  // The size of this struct: tillbook_consume_request_init sets it.
  size_t struct_size;
  // What every call may carry; NULL: the defaults.
  const struct tillbook_call *call;
  // The card's number, 1 to 32 characters. Required.
  struct tillbook_str card;
  // The sale's total before any discount, in fen, above zero.
  int64_t total;
  // The part of it that the member's discount applies to, in fen, where has_discountable is 1; else all of it.
  int64_t discountable;
  // 1: `discountable` is given.
  int32_t has_discountable;
  // 1: the card may pay a part where it can't pay all; the rest is `due`. 0: all or nothing, though a remote may let the card pay a part all the same.
  int32_t partial;
} tillbook_consume_request;

// Registers a member by phone.
typedef struct tillbook_register_request {
  // The size of this struct: tillbook_register_request_init sets it.
  size_t struct_size;
  // What every call may carry; NULL: the defaults.
  const struct tillbook_call *call;
  // The member's phone: 5 to 20 digits with an optional plus. Required.
  struct tillbook_str phone;
  // The till's number for the member. Missing: the phone.
  struct tillbook_str card;
  // The member's name, at most 64 characters.
  struct tillbook_str name;
  // The birthday as YYYY-MM-DD.
  struct tillbook_str birthday;
  // The code that the member was sent (tillbook_send_sms), where the remote asks for one.
  struct tillbook_str sms_code;
  // The gender, TILLBOOK_GENDER_*; 0: not told.
  int32_t gender;
  // 0.
  int32_t reserved;
} tillbook_register_request;

// Takes points from a card.
typedef struct tillbook_redeem_points_request {
  // The size of this struct: tillbook_redeem_points_request_init sets it.
  size_t struct_size;
  // What every call may carry; NULL: the defaults.
  const struct tillbook_call *call;
  // The card's number, 1 to 32 characters. Required.
  struct tillbook_str card;
  // How many, at least one.
  int64_t points;
  // The sale that they pay for, in fen; 0: not told.
  int64_t amount;
  // The POS's own number of the order: told to the remote for people, never as a key.
  struct tillbook_str order;
} tillbook_redeem_points_request;

// Grants points: a number of them, or what the remote grants for an amount.
typedef struct tillbook_accrue_points_request {
  // The size of this struct: tillbook_accrue_points_request_init sets it.
  size_t struct_size;
  // What every call may carry; NULL: the defaults.
  const struct tillbook_call *call;
  // The card's number, 1 to 32 characters. Required.
  struct tillbook_str card;
  // How many, at least one; 0: what the amount brings.
  int64_t points;
  // The sale that they are for, in fen; 0: not told.
  int64_t amount;
  // The POS's own number of the order: told to the remote for people, never as a key.
  struct tillbook_str order;
} tillbook_accrue_points_request;

// Corrects points, up or down.
typedef struct tillbook_adjust_points_request {
  // The size of this struct: tillbook_adjust_points_request_init sets it.
  size_t struct_size;
  // What every call may carry; NULL: the defaults.
  const struct tillbook_call *call;
  // The card's number, 1 to 32 characters. Required.
  struct tillbook_str card;
  // How many, below zero to take them; not zero.
  int64_t points;
} tillbook_adjust_points_request;

// Undoes an accrual or a redemption of this till, or a part of it.
typedef struct tillbook_return_points_request {
  // The size of this struct: tillbook_return_points_request_init sets it.
  size_t struct_size;
  // What every call may carry; NULL: the defaults.
  const struct tillbook_call *call;
  // The card's number, 1 to 32 characters. Required.
  struct tillbook_str card;
  // The op_id of what is undone. Required.
  struct tillbook_str original;
  // How many, at least one; 0 with `everything`.
  int64_t points;
  // The part of the sale that comes back, in fen; 0: not told.
  int64_t amount;
  // 1: all that is left. Said aloud, so that a field that was forgotten gives nothing back.
  int32_t everything;
  // 0.
  int32_t reserved;
} tillbook_return_points_request;

// Sets points to a balance carried over from elsewhere.
typedef struct tillbook_carry_over_points_request {
  // The size of this struct: tillbook_carry_over_points_request_init sets it.
  size_t struct_size;
  // What every call may carry; NULL: the defaults.
  const struct tillbook_call *call;
  // The card's number, 1 to 32 characters. Required.
  struct tillbook_str card;
  // The balance, not below zero.
  int64_t points;
} tillbook_carry_over_points_request;

// Changes points through Freemud's endpoint without a key (2.1).
typedef struct tillbook_update_points_request {
  // The size of this struct: tillbook_update_points_request_init sets it.
  size_t struct_size;
  // What every call may carry; NULL: the defaults.
  const struct tillbook_call *call;
  // The card's number, 1 to 32 characters. Required.
  struct tillbook_str card;
  // How many, below zero to take them; not zero.
  int64_t points;
} tillbook_update_points_request;

// Gives back all points of an order through Freemud's endpoint without a key (2.3).
typedef struct tillbook_return_points_of_order_request {
  // The size of this struct: tillbook_return_points_of_order_request_init sets it.
  size_t struct_size;
  // What every call may carry; NULL: the defaults.
  const struct tillbook_call *call;
  // The card's number, 1 to 32 characters. Required.
  struct tillbook_str card;
  // The order's number, at most 64 characters. Required.
  struct tillbook_str order;
} tillbook_return_points_of_order_request;

// A line of an order. Lines of one request have one size.
typedef struct tillbook_order_line {
  // The size of this struct: tillbook_order_line_init sets it.
  size_t struct_size;
  // The item's identifier, at most 64 characters. Required.
  struct tillbook_str item;
  // Its name, at most 128 characters. Required.
  struct tillbook_str name;
  // How many, as a decimal: "2", "0.35"; at most 4 decimals. Required.
  struct tillbook_str quantity;
  // What it comes to, in fen.
  int64_t amount;
  // The points that it brings.
  int64_t points;
  // Its category, for coupons of categories.
  struct tillbook_str category;
} tillbook_order_line;

// Uses a coupon for an order.
typedef struct tillbook_redeem_coupon_request {
  // The size of this struct: tillbook_redeem_coupon_request_init sets it.
  size_t struct_size;
  // What every call may carry; NULL: the defaults.
  const struct tillbook_call *call;
  // The card's number, 1 to 32 characters. Required.
  struct tillbook_str card;
  // The coupon's code, at most 64 characters. Required.
  struct tillbook_str coupon;
  // What the order comes to before the coupon, in fen.
  int64_t amount;
  // What it consists of: `lines_count` of them, one behind the other; NULL where none are told.
  const struct tillbook_order_line *lines;
  // How many lines, at most 500.
  size_t lines_count;
} tillbook_redeem_coupon_request;

// Gives a member a coupon of a template.
typedef struct tillbook_give_coupon_request {
  // The size of this struct: tillbook_give_coupon_request_init sets it.
  size_t struct_size;
  // What every call may carry; NULL: the defaults.
  const struct tillbook_call *call;
  // The card's number, 1 to 32 characters. Required.
  struct tillbook_str card;
  // The template, as the remote identifies it. Required.
  struct tillbook_str template_id;
} tillbook_give_coupon_request;

// Sets a coupon's status. A coupon that was used here is reinstated by setting it to TILLBOOK_COUPON_VALID.
typedef struct tillbook_set_coupon_status_request {
  // The size of this struct: tillbook_set_coupon_status_request_init sets it.
  size_t struct_size;
  // What every call may carry; NULL: the defaults.
  const struct tillbook_call *call;
  // The card's number, 1 to 32 characters. Required.
  struct tillbook_str card;
  // The coupon's code. Required.
  struct tillbook_str coupon;
  // The new status, TILLBOOK_COUPON_*.
  int32_t coupon_status;
  // 0.
  int32_t reserved;
} tillbook_set_coupon_status_request;

// Something by its identifier and its name. This struct never grows.
typedef struct tillbook_named {
  // As the remote identifies it.
  struct tillbook_str id;
  // For people.
  struct tillbook_str name;
} tillbook_named;

// A template that coupons are made from.
typedef struct tillbook_coupon_template {
  // The size of this struct: tillbook_coupon_template_init sets it.
  size_t struct_size;
  // Its identifier, at most 64 characters. Required.
  struct tillbook_str id;
  // Its name, at most 64 characters. Required.
  struct tillbook_str name;
  // What its coupons do, TILLBOOK_EFFECT_*.
  int32_t effect;
  // For how many days after it was given a coupon is valid, 1 to 3,660; 0: from `begins` to `ends`.
  uint32_t valid_days;
  // What a reduction takes off, in fen.
  int64_t reduction;
  // What a discount leaves to be paid, as a share: "0.8".
  struct tillbook_str rate;
  // From when its coupons are valid, in milliseconds since 1970 UTC; with valid_days 0.
  int64_t begins;
  // Until when.
  int64_t ends;
  // The least that an order comes to, in fen; 0: any.
  int64_t minimum;
  // The rules for people, at most 200 characters. Required.
  struct tillbook_str rules;
  // How many coupons there may be.
  uint32_t quantity;
  // How many a member may have.
  uint32_t per_member;
  // The stores that it is for; NULL: all.
  const struct tillbook_named *stores;
  // How many.
  size_t stores_count;
  // The items that it is for; NULL: all.
  const struct tillbook_named *items;
  // How many.
  size_t items_count;
  // The categories that it is for; NULL: all.
  const struct tillbook_named *categories;
  // How many.
  size_t categories_count;
} tillbook_coupon_template;

// Adds a template that coupons are made from.
typedef struct tillbook_add_coupon_template_request {
  // The size of this struct: tillbook_add_coupon_template_request_init sets it.
  size_t struct_size;
  // What every call may carry; NULL: the defaults.
  const struct tillbook_call *call;
  // The template. Required.
  const struct tillbook_coupon_template *template_of;
} tillbook_add_coupon_template_request;

// Records an order that was paid by whatever means.
typedef struct tillbook_push_order_request {
  // The size of this struct: tillbook_push_order_request_init sets it.
  size_t struct_size;
  // What every call may carry; NULL: the defaults.
  const struct tillbook_call *call;
  // The card's number, 1 to 32 characters. Required.
  struct tillbook_str card;
  // What was paid for it, in fen.
  int64_t amount;
  // The points to be granted for it, where has_points is 1; else those of its lines.
  int64_t points;
  // 1: `points` is given.
  int32_t has_points;
  // 0.
  int32_t reserved;
  // What it consists of: `lines_count` of them, one behind the other; NULL where none are told.
  const struct tillbook_order_line *lines;
  // How many lines, at most 500.
  size_t lines_count;
} tillbook_push_order_request;

// Records that an order of this till came back: all that is left of it, or a part.
typedef struct tillbook_return_order_request {
  // The size of this struct: tillbook_return_order_request_init sets it.
  size_t struct_size;
  // What every call may carry; NULL: the defaults.
  const struct tillbook_call *call;
  // The card's number, 1 to 32 characters. Required.
  struct tillbook_str card;
  // The op_id of the order. Required.
  struct tillbook_str original;
  // What comes back, in fen; 0: what the lines come to, or with `everything`.
  int64_t amount;
  // What it consists of: `lines_count` of them, one behind the other; NULL where none are told.
  const struct tillbook_order_line *lines;
  // How many lines, at most 500.
  size_t lines_count;
  // 1: all that is left, without lines. Said aloud, so that a field that was forgotten gives nothing back.
  int32_t everything;
  // 0.
  int32_t reserved;
} tillbook_return_order_request;

// An account of a card at one remote. Money in fen, times in milliseconds since 1970 UTC.
typedef struct tillbook_account {
  // The size of this struct: tillbook_account_init sets it.
  size_t struct_size;
  // "sandy", "freemud", "gree" or "yonyou". Owned by the list.
  const char *provider;
  // What the remote calls the account; NULL: not known. Owned by the list.
  const char *reference;
  // TILLBOOK_CARD_*, as this remote has it.
  int32_t card_status;
  // 0.
  int32_t reserved;
  // Stored value as the remote last told it.
  int64_t money_confirmed;
  // Stored value with everything that is still open.
  int64_t money_expected;
  // Stored value that may be spent here and now.
  int64_t money_available;
  // Points as the remote last told them.
  int64_t points_confirmed;
  // Points with everything that is still open.
  int64_t points_expected;
  // Points that may be spent here and now.
  int64_t points_available;
  // As of when the confirmed balances are; 0: never read.
  int64_t as_of;
} tillbook_account;

// A card level.
typedef struct tillbook_level {
  // The size of this struct: tillbook_level_init sets it.
  size_t struct_size;
  // As the remote identifies it. Owned by the list.
  const char *id;
  // For people. Owned by the list.
  const char *name;
} tillbook_level;

// A way to pay a recharge in.
typedef struct tillbook_pay_type {
  // The size of this struct: tillbook_pay_type_init sets it.
  size_t struct_size;
  // Its number, for tillbook_recharge_request.pay_type.
  int64_t id;
  // For people. Owned by the list.
  const char *name;
} tillbook_pay_type;

// A rule of what a recharge brings on top.
typedef struct tillbook_recharge_rule {
  // The size of this struct: tillbook_recharge_rule_init sets it.
  size_t struct_size;
  // When it applies: TILLBOOK_RECHARGE_ALWAYS, _PERCENTAGE or _THRESHOLD.
  int32_t applies;
  // 0.
  int32_t reserved;
  // From which amount on, in fen (TILLBOOK_RECHARGE_THRESHOLD).
  int64_t threshold;
  // The bonus: yuan, or a share of the amount (TILLBOOK_RECHARGE_PERCENTAGE), as a decimal. Owned by the list.
  const char *bonus;
  // Points on top.
  int64_t points;
  // For people. Owned by the list.
  const char *description;
} tillbook_recharge_rule;

// One operation that a remote system serves.
typedef struct tillbook_service {
  // The size of this struct: tillbook_service_init sets it.
  size_t struct_size;
  // "sandy", "freemud", "gree" or "yonyou". Owned by the list.
  const char *provider;
  // The operation, TILLBOOK_KIND_*.
  int32_t kind;
  // What may be done about an unknown outcome with every setting at its default, TILLBOOK_GUARANTEE_*.
  int32_t guarantee;
  // The remote's endpoint. Owned by the list.
  const char *endpoint;
} tillbook_service;

// What this till would approve offline next.
typedef struct tillbook_headroom {
  // The size of this struct: tillbook_headroom_init sets it.
  size_t struct_size;
  // The most that the next operation may take, in fen: what is left of every limit.
  int64_t money;
  // How many more operations.
  int64_t operations;
} tillbook_headroom;

// One thing that a check has found. It holds no personal data. Strings are owned by the list.
typedef struct tillbook_finding {
  // The size of this struct: tillbook_finding_init sets it.
  size_t struct_size;
  // The table, or the part of the file.
  const char *place;
  // For the log and for support, in English.
  const char *detail;
  // The row's number in the table, where has_row is 1.
  int64_t row;
  // 1: one row is meant. Else 0.
  int32_t has_row;
  // What is wrong, TILLBOOK_FINDING_*.
  int32_t kind;
  // How bad it is, TILLBOOK_SEVERITY_*.
  int32_t severity;
  // 0.
  int32_t reserved;
} tillbook_finding;

// A member's coupon as last read. Money in fen, times in milliseconds since 1970 UTC. Strings are owned by the list.
typedef struct tillbook_coupon {
  // The size of this struct: tillbook_coupon_init sets it.
  size_t struct_size;
  // Its code.
  const char *code;
  // Its template, as the remote identifies it; NULL: not told.
  const char *template_id;
  // Its name.
  const char *name;
  // What it does, TILLBOOK_EFFECT_*.
  int32_t effect;
  // TILLBOOK_COUPON_*.
  int32_t coupon_status;
  // What a reduction takes off.
  int64_t reduction;
  // What a discount leaves to be paid, as a share: "0.8"; NULL: it is none.
  const char *rate;
  // The least that an order comes to; 0: any.
  int64_t minimum;
  // From when it is valid; 0: not told.
  int64_t begins;
  // Until when; 0: not told.
  int64_t ends;
  // What it was used for; NULL: it was not, or nobody tells.
  const char *used_for;
  // The rules for people.
  const char *rules;
  // The stores that it is for, as identifiers.
  const char *const *stores;
  // How many; 0: all.
  size_t stores_count;
  // The items that it is for, as identifiers.
  const char *const *items;
  // How many; 0: all.
  size_t items_count;
  // The categories that it is for, as identifiers.
  const char *const *categories;
  // How many; 0: all.
  size_t categories_count;
} tillbook_coupon;

// A question about using a coupon for an order.
typedef struct tillbook_validate_coupon_request {
  // The size of this struct: tillbook_validate_coupon_request_init sets it.
  size_t struct_size;
  // The card's number. Required.
  struct tillbook_str card;
  // The coupon's code. Required.
  struct tillbook_str coupon;
  // What the order comes to before the coupon, in fen.
  int64_t amount;
  // What it consists of: `lines_count` of them, one behind the other; NULL where none are told.
  const struct tillbook_order_line *lines;
  // How many lines, at most 500.
  size_t lines_count;
  // 1: judged as it would be without the remote.
  int32_t offline;
  // 0.
  int32_t reserved;
} tillbook_validate_coupon_request;

// What the rules say altogether.
typedef struct tillbook_coupon_validation {
  // The size of this struct: tillbook_coupon_validation_init sets it.
  size_t struct_size;
  // 1: every rule lets it pass. Else 0.
  int32_t passed;
  // The first rule that does not, TILLBOOK_RULE_*; 0: none.
  int32_t failed_rule;
  // What it would take off, in fen.
  int64_t discount;
  // What of the order it is for, in fen.
  int64_t eligible;
  // 1: it takes the shipping off. Else 0.
  int32_t free_shipping;
  // 1: the coupon is known here. Else 0.
  int32_t known;
} tillbook_coupon_validation;

// What one rule says. Strings are owned by the list.
typedef struct tillbook_verdict {
  // The size of this struct: tillbook_verdict_init sets it.
  size_t struct_size;
  // The rule, TILLBOOK_RULE_*.
  int32_t rule;
  // 1: it lets the coupon pass. Else 0.
  int32_t passed;
  // What it was judged by, for people.
  const char *detail;
} tillbook_verdict;

// Everything about an error.
typedef struct tillbook_error_info {
  // The size of this struct: tillbook_error_info_init sets it.
  size_t struct_size;
  // The status that the function returned.
  int32_t status;
  // One of TILLBOOK_DOMAIN_*.
  int32_t domain;
  // SQLite's extended result code or the operating system's error number where there is one, else 0.
  int32_t native_code;
  // 1 where the same call, with the same op_id, may succeed later without anybody changing anything, else 0.
  int32_t retryable;
  // Why the till refused, one of TILLBOOK_REFUSAL_*; 0 where it did not.
  int32_t refusal;
  // What the next three count, one of TILLBOOK_UNIT_*.
  int32_t refusal_unit;
  // The limit, or what is available.
  int64_t refusal_limit;
  // How much of it is used.
  int64_t refusal_used;
  // How much was asked for.
  int64_t refusal_requested;
  // For the cashier, in English. Owned by the error.
  const char *message_en;
  // For the cashier, in Chinese. Owned by the error.
  const char *message_zh;
  // For logs. No personal data. Owned by the error.
  const char *detail;
  // The argument, field or key that it is about; NULL where there is none. Owned by the error.
  const char *field;
  // The operation that holds the account (LANE_HELD), or the opening that waits (TILLBOOK_REFUSAL_OPENING_REFUSED); else NULL.
  // Owned by the error.
  const char *held_by;
  // The remote's own code where it gave one (REMOTE_REFUSED); else NULL. Owned by the error.
  const char *remote_code;
} tillbook_error_info;

// A card on this till's exception list. Strings are owned by the list.
typedef struct tillbook_exception {
  // The size of this struct: tillbook_exception_init sets it.
  size_t struct_size;
  // Its number.
  const char *card;
  // Why it stands there. People write it: it may name somebody.
  const char *reason;
  // Who put it there; NULL: not recorded.
  const char *who;
  // Since when, in milliseconds since 1970 UTC; 0: not recorded.
  int64_t since;
  // 1: it came with the merchant's list (tillbook_replace_exceptions) and goes with it. Else 0.
  int32_t by_list;
  // 0.
  int32_t reserved;
} tillbook_exception;

// Puts a card on the exception list, or takes it off.
typedef struct tillbook_exception_request {
  // The size of this struct: tillbook_exception_request_init sets it.
  size_t struct_size;
  // The card's number. Required.
  struct tillbook_str card;
  // Why, at most 200 characters. Required unless `lift` is 1; then missing.
  struct tillbook_str why;
  // Who decides, at most 64 characters. Required.
  struct tillbook_str who;
  // 1: takes it off. 0: puts it on.
  int32_t lift;
  // 0.
  int32_t reserved;
} tillbook_exception_request;

// A card of the merchant's list. This struct never grows.
typedef struct tillbook_listed {
  // The card's number, whether or not this till has met it. Required.
  struct tillbook_str card;
  // Why it is not to be served, at most 200 characters. Required.
  struct tillbook_str reason;
} tillbook_listed;

// What a pull of a card's history at its remotes brought.
typedef struct tillbook_history_pull {
  // The size of this struct: tillbook_history_pull_init sets it.
  size_t struct_size;
  // Lines that the remotes told.
  int64_t told;
  // Those of them that the book did not have.
  int64_t added;
  // Lines that were found now to be operations of this book.
  int64_t linked;
  // 1: every line that was asked for was told. 0: the history is longer than one pull reads (10,000 lines), or a remote does not
  // turn its pages.
  int32_t complete;
  // 0.
  int32_t reserved;
} tillbook_history_pull;

// A line of the book, and how its operation stands. Money in fen. Strings are owned by the list.
typedef struct tillbook_entry {
  // The size of this struct: tillbook_entry_init sets it.
  size_t struct_size;
  // Its number in the book.
  int64_t entry_no;
  // When it was written, in milliseconds since 1970 UTC.
  int64_t at;
  // The price before the discount, or what was paid in.
  int64_t original;
  // The price after it.
  int64_t actual;
  // What the card paid.
  int64_t from_card;
  // What was left to be paid by other means.
  int64_t due;
  // What came on top.
  int64_t bonus;
  // The points that it brought or, below zero, took.
  int64_t points;
  // Stored value afterwards, as expected then.
  int64_t money_after;
  // Points afterwards, as expected then.
  int64_t points_after;
  // How much more (below zero: less) the remote took from or put on the card than was told.
  int64_t variance;
  // 1: the remote has confirmed it. Else 0.
  int32_t confirmed;
  // The promise that it was written with, TILLBOOK_PROMISE_*; 0: without one.
  int32_t approval;
  // Where its operation stands now, TILLBOOK_STATE_*.
  int32_t state;
  // How sure it is that the remote has it, TILLBOOK_EVIDENCE_*; 0: it has not, or nobody knows.
  int32_t evidence;
  // What it is: "consume", "recharge", "void", ...
  const char *kind;
  // Its operation.
  const char *op_id;
  // The card's number.
  const char *card;
  // The POS's ticket number; NULL: none.
  const char *ticket;
  // Who worked the till; NULL: not told.
  const char *operator_name;
  // Who stood behind it; NULL: not told.
  const char *supervisor;
  // The shift; NULL: not told.
  const char *shift;
  // Why; NULL: not told.
  const char *reason;
  // The business day, as YYYY-MM-DD.
  const char *business_date;
  // The ten digits of the slip.
  const char *receipt_no;
  // Of a line of the remote's own history (tillbook_history_with_remote) its number in the book; 0: it is a line of this book.
  // Such a line has no entry_no, operation, ticket or promise: those are 0 or NULL. It has `at` (by the remote's clock), `kind`,
  // `card`, and the figures for which a has_ says so.
  int64_t record_no;
  // Of a remote's line: the change in stored value, where has_money is 1.
  int64_t money;
  // Of a remote's line: when it was read, in milliseconds since 1970 UTC.
  int64_t fetched_at;
  // 1: a remote's line tells the change in stored value. Else 0.
  int32_t has_money;
  // 1: a remote's line tells `points`. Else 0.
  int32_t has_points;
  // 1: a remote's line tells `money_after`. Else 0.
  int32_t has_money_after;
  // 1: a remote's line tells `points_after`. Else 0.
  int32_t has_points_after;
  // Of a remote's line: which remote, "sandy", ...; else NULL.
  const char *provider;
  // The remote's number of its record; NULL: not known.
  const char *remote_id;
  // Of a remote's line: where it was done, as the remote calls it; NULL: not told.
  const char *store;
  // Of a remote's line: the remote's own words; NULL: none.
  const char *note;
} tillbook_entry;

// What a turn of keeping house has done.
typedef struct tillbook_house_kept {
  // The size of this struct: tillbook_house_kept_init sets it.
  size_t struct_size;
  // Attempts whose bytes were erased.
  int64_t purged;
  // Operations whose details went into the archive.
  int64_t archived;
  // 1: the budget was spent before all was done: call it again. Else 0.
  int32_t more;
  // 0.
  int32_t reserved;
  // The archive file; empty: nothing went into one.
  char archive[1024];
} tillbook_house_kept;

// What was erased about a holder.
typedef struct tillbook_forgotten {
  // The size of this struct: tillbook_forgotten_init sets it.
  size_t struct_size;
  // Operations from which personal data was taken.
  int64_t operations;
  // The number under which the card's lines stand now: another one than before where the number was a phone's.
  char number[136];
  // 1: the rows are erased, but bytes of them may be left in unused space of the book's file or in its log: somebody was reading the
  // book, the disk failed or had no room, or the file is larger than 256 MiB. tillbook_keep_house goes on with it, and so does forgetting
  // `number` again. Else 0.
  int32_t traces_left;
  // 0.
  int32_t reserved;
} tillbook_forgotten;

// A line of the log. It holds no personal data and no secret.
typedef struct tillbook_log_record {
  // The size of this struct: tillbook_log_record_init sets it.
  size_t struct_size;
  // TILLBOOK_LOG_ERROR to TILLBOOK_LOG_DEBUG.
  int32_t level;
  // How many lines were lost before this one, because nobody took them.
  int32_t lost;
  // When, in milliseconds since 1970 UTC.
  int64_t at;
  // The line; what does not fit is cut and ends in "…".
  char text[1024];
} tillbook_log_record;

// Takes a line of the log. `record` lives until the function returns.
typedef void (*tillbook_log_callback)(void *user, const struct tillbook_log_record *record);

// Gives `user` back: no call is running and none will come.
typedef void (*tillbook_destroy_callback)(void *user);

// How many points a member has now, and ever had.
typedef struct tillbook_points_statistics {
  // The size of this struct: tillbook_points_statistics_init sets it.
  size_t struct_size;
  // Now.
  int64_t current;
  // Ever granted, where has_total is 1.
  int64_t total;
  // Ever used, where has_used is 1.
  int64_t used;
  // 1: `total` is told. Else 0.
  int32_t has_total;
  // 1: `used` is told. Else 0.
  int32_t has_used;
} tillbook_points_statistics;

// A page of something that a remote has.
typedef struct tillbook_page {
  // The size of this struct: tillbook_page_init sets it.
  size_t struct_size;
  // Which page it is, from 1 on.
  int64_t page;
  // How many pages there are; 0: not told.
  int64_t pages;
  // How many there are on all pages; -1: not told.
  int64_t total;
} tillbook_page;

// A line of a member's points history as the remote has it. Strings are owned by the list.
typedef struct tillbook_points_record {
  // The size of this struct: tillbook_points_record_init sets it.
  size_t struct_size;
  // Its identifier.
  const char *id;
  // How many, below zero where they were taken.
  int64_t points;
  // For people.
  const char *description;
  // When, as the remote writes it.
  const char *at;
} tillbook_points_record;

// A member as a remote has it. Holds personal data: keep it out of logs. Strings are owned by the list.
typedef struct tillbook_member {
  // The size of this struct: tillbook_member_init sets it.
  size_t struct_size;
  // What the remote calls it; NULL: not told.
  const char *reference;
  // Its name; NULL: not told.
  const char *name;
  // Its phone; NULL: not told.
  const char *phone;
  // Its birthday as YYYY-MM-DD; NULL: not told.
  const char *birthday;
  // Its level; NULL: not told.
  const char *level;
  // TILLBOOK_GENDER_*; 0: not told.
  int32_t gender;
  // 1: nothing is said against it. Else 0.
  int32_t active;
  // Its points, where has_points is 1.
  int64_t points;
  // Its growth, where has_growth is 1.
  int64_t growth;
  // 1: `points` is told. Else 0.
  int32_t has_points;
  // 1: `growth` is told. Else 0.
  int32_t has_growth;
} tillbook_member;

// Sandy POS cards. The settings that have no field here are those of docs/sandy.md.
typedef struct tillbook_sandy {
  // The size of this struct: tillbook_sandy_init sets it.
  size_t struct_size;
  // Scheme and host: what stands in front of /api2/. Required.
  struct tillbook_str base_url;
  // The agent's login. Required; never shown.
  struct tillbook_str token;
  // The restaurant's id, braces included. Required.
  struct tillbook_str guid;
  // The merchant's name as it stands in the history.
  struct tillbook_str org_name;
  // TILLBOOK_YES: nobody but this till writes to its cards. Default no.
  int32_t sole_writer;
  // TILLBOOK_YES: http: to another machine is allowed. Default no.
  int32_t allow_plain_http;
  // How long one request may take, in milliseconds. 0: 10,000.
  uint32_t request_timeout_ms;
  // How long after its end a request may still take effect, in milliseconds. 0: 120,000.
  uint32_t quiet_period_ms;
  // Everything else: a JSON object. May be missing.
  struct tillbook_str settings;
} tillbook_sandy;

// Freemud members and points. The settings that have no field here are those of docs/freemud.md.
typedef struct tillbook_freemud {
  // The size of this struct: tillbook_freemud_init sets it.
  size_t struct_size;
  // Scheme and host: what stands in front of /member/. Required.
  struct tillbook_str base_url;
  // appId. Required.
  struct tillbook_str app_id;
  // partnerId: the merchant. Required.
  struct tillbook_str partner_id;
  // The header access_token. Required; never shown.
  struct tillbook_str access_token;
  // channelCode that members are registered under. Required.
  struct tillbook_str channel_code;
  // registerType that members are registered under, as docs/freemud.md names it. Required.
  struct tillbook_str register_type;
  // The key that requests are signed with: PKCS#8 in PEM. Never shown.
  struct tillbook_str private_key;
  // Freemud's public key in PEM.
  struct tillbook_str platform_key;
  // TILLBOOK_YES: requests are not signed, which test installations accept. Default no.
  int32_t without_signature;
  // TILLBOOK_YES: nobody but this till changes its members' points. Default no.
  int32_t sole_writer;
  // TILLBOOK_YES: http: to another machine is allowed. Default no.
  int32_t allow_plain_http;
  // How long one request may take, in milliseconds. 0: 10,000.
  uint32_t request_timeout_ms;
  // How long after its end a request may still take effect, in milliseconds. 0: 120,000.
  uint32_t quiet_period_ms;
  // 0.
  int32_t reserved;
  // Everything else: a JSON object. May be missing.
  struct tillbook_str settings;
} tillbook_freemud;

// The Gree member platform. The settings that have no field here are those of docs/gree.md.
typedef struct tillbook_gree {
  // The size of this struct: tillbook_gree_init sets it.
  size_t struct_size;
  // Scheme and host: what stands in front of /gw/gateway/. Required.
  struct tillbook_str base_url;
  // Who asks. Required.
  struct tillbook_str app_id;
  // What requests are signed with. Required; never shown.
  struct tillbook_str app_secret;
  // The project, which is the store as the platform knows it. Required.
  struct tillbook_str project_id;
  // TILLBOOK_YES: this till alone uses the app_id. Otherwise the host supplies tokens
  // (tillbook_open_options.host_tokens). Default no.
  int32_t sole_app_user;
  // TILLBOOK_YES: nobody but this till writes to its members. Default no.
  int32_t sole_writer;
  // TILLBOOK_YES: http: to another machine is allowed. Default no.
  int32_t allow_plain_http;
  // How long one request may take, in milliseconds. 0: 10,000.
  uint32_t request_timeout_ms;
  // How long after its end a request may still take effect, in milliseconds. 0: 120,000.
  uint32_t quiet_period_ms;
  // 0.
  int32_t reserved;
  // Everything else: a JSON object. May be missing.
  struct tillbook_str settings;
} tillbook_gree;

// Yonyou U8 points. The settings that have no field here are those of docs/yonyou.md.
typedef struct tillbook_yonyou {
  // The size of this struct: tillbook_yonyou_init sets it.
  size_t struct_size;
  // Scheme and host. Required.
  struct tillbook_str base_url;
  // from_account: who calls. Required.
  struct tillbook_str from_account;
  // to_account: whose points they are. Required.
  struct tillbook_str to_account;
  // app_key: the application. Required.
  struct tillbook_str app_key;
  // app_secret. Required; never shown.
  struct tillbook_str app_secret;
  // TILLBOOK_NO: the host supplies the tokens (tillbook_open_options.host_tokens). Default yes.
  int32_t sole_user;
  // TILLBOOK_YES: http: to another machine is allowed. Default no.
  int32_t allow_plain_http;
  // How long one request may take, in milliseconds. 0: 10,000.
  uint32_t request_timeout_ms;
  // How long after its end a request may still take effect, in milliseconds. 0: 120,000.
  uint32_t quiet_period_ms;
  // Everything else: a JSON object. May be missing.
  struct tillbook_str settings;
} tillbook_yonyou;

// What a till approves offline. It is a policy per till: what a merchant risks is each limit times the tills. In: 0 is
// the default, TILLBOOK_NOTHING a limit of nothing. Out (tillbook_policy_of): the figures in force, written the same way.
typedef struct tillbook_policy {
  // The size of this struct: tillbook_policy_init sets it.
  size_t struct_size;
  // The most that one operation may take from a card, in fen. Default 20,000.
  int64_t floor_limit;
  // The most that may be open on one card, and on all cards of one phone number, in fen. Default 50,000.
  int64_t card_limit;
  // The most that may be open on this till, in fen. Default 500,000.
  int64_t outage_limit;
  // How many offline approvals may be open on this till. Default 200.
  int64_t outage_operations;
  // How old a card's base may be, in seconds. Default 86,400.
  int64_t base_max_age_s;
  // How far the wall clock may be behind, in seconds. Default 300.
  int64_t clock_tolerance_s;
  // Whether a card that this till has never seen may pay. Default no.
  int32_t unknown_card;
  // Whether the principal of a recharge may be spent before the remote has it. Default yes.
  int32_t unconfirmed_recharge_principal;
  // Whether its bonus may. Default no.
  int32_t unconfirmed_recharge_bonus;
  // Whether a call may choose `offline` while the remote is healthy. Default no.
  int32_t offline_while_healthy;
  // In: the templates whose coupons may be used offline, separated by commas; "*" stands for all. Missing: what stands in
  // `coupon_templates_now`. Out: missing.
  struct tillbook_str coupon_templates;
  // Out: the same list, as much of it as fits: one that ends in "…" can't be set again.
  char coupon_templates_now[256];
  // How many offline recharges may be open on this till. Default 50.
  int64_t outage_recharges;
  // The most that may be open of what was paid in by offline recharges, in fen. Default 1,000,000.
  int64_t outage_recharge_money;
  // How many cards and members opened offline may be open on this till. Default 20.
  int64_t outage_new_cards;
  // After this nothing is approved offline, in milliseconds since 1970 UTC. 0: it is valid until it is replaced.
  int64_t valid_until;
  // So long before that a notification warns, in seconds. Default 604,800.
  int64_t valid_until_warning_s;
  // How far a supervisor's override lifts `floor_limit`, in fen. 0 here and in the next seven: no further than the limit itself.
  int64_t hard_floor_limit;
  // How far it lifts `card_limit`, for a card and for a phone number, in fen.
  int64_t hard_card_limit;
  // How far it lifts `outage_limit`, in fen.
  int64_t hard_outage_limit;
  // How far it lifts `outage_operations`.
  int64_t hard_outage_operations;
  // How far it lifts `outage_recharges`.
  int64_t hard_outage_recharges;
  // How far it lifts `outage_recharge_money`, in fen.
  int64_t hard_outage_recharge_money;
  // How far it lifts `outage_new_cards`.
  int64_t hard_outage_new_cards;
  // How far it lifts `base_max_age_s`, in seconds.
  int64_t hard_base_max_age_s;
  // Which refusals a supervisor may lift: bit (1 << TILLBOOK_REFUSAL_*) of those of limits, and of UNKNOWN_CARD;
  // TILLBOOK_OVERRIDE_NOTHING: none. Default 0: all but UNKNOWN_CARD.
  uint32_t overridable;
  // When so many percent of a limit of the till are used, a notification warns, 1 to 100. Default 80.
  uint32_t warning_percent;
  // Out: the policy's version in this book, from 1 on. In: it does not matter.
  int64_t version;
} tillbook_policy;

// What a till is told when it is opened. What is left at zero has its default; what has no field here goes into
// `settings`. At least one remote must be given.
typedef struct tillbook_config {
  // The size of this struct: tillbook_config_init sets it.
  size_t struct_size;
  // Whose business it is; 1 to 64 characters. A book with unfinished operations opens for no other.
  struct tillbook_str merchant;
  // Which of its stores; 1 to 64 characters.
  struct tillbook_str store;
  // Which of the store's tills; 1 to 64 characters.
  struct tillbook_str till;
  // How the remotes identify this store, where coupons are limited to stores. May be missing.
  struct tillbook_str store_id;
  // Sandy POS cards, or NULL.
  const struct tillbook_sandy *sandy;
  // Freemud members, or NULL.
  const struct tillbook_freemud *freemud;
  // The Gree member platform, or NULL.
  const struct tillbook_gree *gree;
  // Yonyou U8 points, or NULL.
  const struct tillbook_yonyou *yonyou;
  // What may be approved offline; NULL: the defaults.
  const struct tillbook_policy *policy;
  // Which remote serves cards and stored value ("sandy", ...), where several could.
  struct tillbook_str route_cards;
  // Which remote serves members, where several could.
  struct tillbook_str route_members;
  // Which remote serves points, where several could.
  struct tillbook_str route_points;
  // Which remote serves coupons, where several could.
  struct tillbook_str route_coupons;
  // Which remote serves orders, where several could.
  struct tillbook_str route_orders;
  // TILLBOOK_ROUND_FEN (default), _JIAO or _YUAN.
  int32_t rounding_unit;
  // TILLBOOK_ROUND_HALF_UP (default), _DOWN or _UP.
  int32_t rounding_mode;
  // How long a call waits for the remote that does not say so itself, in milliseconds. 0: 3,000.
  uint32_t timeout_ms;
  // When a business day ends, in minutes after local midnight.
  uint32_t day_cutoff_minutes;
  // Local time in minutes ahead of UTC, where `has_utc_offset` is 1; else Beijing's 480.
  int32_t utc_offset_minutes;
  // 1: `utc_offset_minutes` is given.
  int32_t has_utc_offset;
  // Everything else ("levels", "pacing", ...): a JSON object as a configuration file holds it. May be missing.
  struct tillbook_str settings;
  // What each number of the till's range begins with. May be missing. The range has to be this till's alone.
  struct tillbook_str card_prefix;
  // The range's first number.
  uint64_t card_first;
  // The range's last number. 0: the till has no range.
  uint64_t card_last;
  // With how many digits a number is written at least. 0: as many as it has.
  uint32_t card_width;
  // TILLBOOK_YES: the book is for training. It is so from its first opening on, or never. Default no.
  int32_t training;
} tillbook_config;

// A header field.
typedef struct tillbook_http_header {
  // Its name.
  const char *name;
  // Its value.
  const char *value;
} tillbook_http_header;

// One request, whole. It and everything in it lives until `send` returns.
typedef struct tillbook_http_request {
  // The size of this struct as the library knows it.
  size_t struct_size;
  // TILLBOOK_HTTP_GET or TILLBOOK_HTTP_POST.
  int32_t method;
  // 1: it must go over a connection that has not been used before.
  int32_t fresh_connection;
  // Absolute address, query included.
  const char *url;
  // The header fields, in order.
  const struct tillbook_http_header *headers;
  // How many.
  size_t headers_count;
  // The body's exact bytes; NULL without one.
  const uint8_t *body;
  // How many.
  size_t body_size;
  // Everything together, from looking up the name to the answer's last byte, must end within so many milliseconds.
  uint64_t timeout_ms;
  // An answer with a larger body is a failure (TILLBOOK_MAYBE_SENT).
  uint64_t max_response_bytes;
} tillbook_http_request;

// The host's HTTP transport. One call of `send` is at most one request: no retries, no redirects, every status is returned
// with its body. What it must get right above all is the difference between TILLBOOK_NOT_SENT and TILLBOOK_MAYBE_SENT: the
// first lets the queue send again, the second makes it find out first.
typedef struct tillbook_transport {
  // The size of this struct: tillbook_transport_init sets it.
  size_t struct_size;
  // Passed to both functions.
  void *user;
  // Sends one request and fills the answer with tillbook_http_response_status, _header and _body. Returns
  // TILLBOOK_SENT, TILLBOOK_NOT_SENT or TILLBOOK_MAYBE_SENT; anything else, and an answer without a status, counts as
  // TILLBOOK_MAYBE_SENT. Called on threads of the library's own ("tillbook-io"), several at once, and on the thread that
  // calls tillbook_sync; no lock is held, and it may call the till. It must not throw or unwind. One that never returns
  // costs its thread; the till itself goes on and can be closed.
  int32_t (*send)(void *user,
                  const struct tillbook_http_request *request,
                  struct tillbook_http_response *response);
  // Called once, when no `send` is running and none will come: after the till was freed, or when it could not be opened.
  // May be NULL. On any thread.
  void (*destroy)(void *user);
} tillbook_transport;

// How a till is opened. `path` and exactly one of `config`, `config_json` and `config_file` are required.
typedef struct tillbook_open_options {
  // The size of this struct: tillbook_open_options_init sets it.
  size_t struct_size;
  // The book's file, in UTF-8 on every platform. It is made if it is not there.
  struct tillbook_str path;
  // The configuration as a struct.
  const struct tillbook_config *config;
  // The configuration as JSON text: the keys are those of docs/integrating.md and of each remote's page.
  struct tillbook_str config_json;
  // The configuration as the path of a JSON file.
  struct tillbook_str config_file;
  // The host's own HTTP transport, or NULL for the built-in one (TILLBOOK_FEATURE_HTTP).
  const struct tillbook_transport *transport;
  // 1: the host supplies the tokens of Gree and Yonyou (tillbook_give_token), because other programs use the same
  // credentials. Default 0: the till gets them itself.
  int32_t host_tokens;
  // 0.
  int32_t reserved;
  // A SQLite VFS by its registered name. For tests; missing: the platform's own.
  struct tillbook_str vfs;
  // The key that the chain of the book's lines is kept with, at least 16 bytes, or NULL: who does not have it can't change a line
  // without tillbook_check finding it.
  const uint8_t *chain_key;
  // How many bytes.
  size_t chain_key_size;
  // NULL, or where the host keeps secrets that the configuration names as {"host": "name"}: puts the secret of a name into
  // `buffer`, which takes `buffer_size` bytes, and returns how many bytes it has, without a NUL; 0 or less: there is none. Called
  // by tillbook_open, on its thread, and never again.
  int32_t (*secret)(void *user, const char *name, char *buffer, size_t buffer_size);
  // For `secret`.
  void *secret_user;
  // Where the high-water file lies, by which an older copy of the book is told: in a folder that exists, is not the
  // book's, and is not copied along with it. Missing: what the configuration says.
  struct tillbook_str high_water;
  // The key of an encrypted book, 32 bytes, or NULL. A new book is encrypted with it (TILLBOOK_FEATURE_ENCRYPTION).
  const uint8_t *key;
  // How many bytes.
  size_t key_size;
} tillbook_open_options;

// An operation that waits behind an opening that the remote has not carried out.
typedef struct tillbook_orphan {
  // The size of this struct: tillbook_orphan_init sets it.
  size_t struct_size;
  // The operation. Owned by the list.
  const char *op_id;
  // The money at stake, in fen: the card's part of a sale, what is paid in by a recharge.
  int64_t amount;
  // The cash that the cashier has taken for it, in fen.
  int64_t cash;
  // What it does, TILLBOOK_KIND_*.
  int32_t kind;
  // 0.
  int32_t reserved;
} tillbook_orphan;

// A person's decision on where a card goes whose opening the remote has refused.
typedef struct tillbook_retarget_request {
  // The size of this struct: tillbook_retarget_request_init sets it.
  size_t struct_size;
  // The opening. Required.
  struct tillbook_str op_id;
  // Where it goes, TILLBOOK_RETARGET_*.
  int32_t to;
  // 0.
  int32_t reserved;
  // The new number, or the existing card's. Missing with TILLBOOK_RETARGET_NEXT_NUMBER.
  struct tillbook_str card;
  // Who decides, at most 64 characters. Required.
  struct tillbook_str who;
  // Why, at most 200 characters. Required.
  struct tillbook_str why;
} tillbook_retarget_request;

// A notification. It stays until it is acknowledged. Strings are owned by the list, or live as long as the callback.
typedef struct tillbook_notice {
  // The size of this struct: tillbook_notice_init sets it.
  size_t struct_size;
  // Its number, to acknowledge it by.
  int64_t notice_no;
  // What it is about, TILLBOOK_NOTICE_*.
  int32_t kind;
  // 1: `amount` is told. Else 0.
  int32_t has_amount;
  // The money at stake, in fen.
  int64_t amount;
  // Since when, in milliseconds since 1970 UTC.
  int64_t at;
  // The operation; NULL: it is about none.
  const char *op_id;
  // The card's number; NULL: it is about none.
  const char *card;
  // What happened, for support staff. No personal data.
  const char *detail;
} tillbook_notice;

// An operation that waits for a person, with the evidence. tillbook_operation has its receipt. Strings are owned by the
// list.
typedef struct tillbook_waiting_operation {
  // The size of this struct: tillbook_waiting_operation_init sets it.
  size_t struct_size;
  // The operation.
  const char *op_id;
  // The card's number.
  const char *card;
  // What the operation does, TILLBOOK_KIND_*.
  int32_t kind;
  // Where it stands, TILLBOOK_STATE_PARKED or TILLBOOK_STATE_REJECTED.
  int32_t state;
  // The money at stake, in fen.
  int64_t amount;
  // Why it waits; NULL: not told.
  const char *waits_for;
  // Which decisions are possible: bit (1 << TILLBOOK_RESOLUTION_*).
  uint32_t resolutions;
  // 1: tillbook_retarget is possible. Else 0.
  int32_t may_retarget;
  // Each attempt: when, where, what came of it.
  const char *const *attempts;
  // How many.
  size_t attempts_count;
  // Each look at the remote's records: when, what it showed.
  const char *const *looks;
  // How many.
  size_t looks_count;
  // Of an opening: how many operations wait behind it. tillbook_orphans_of has them.
  int64_t orphans_count;
  // The cash that was taken for those, in fen.
  int64_t cash_taken;
} tillbook_waiting_operation;

// A person's decision about an operation that waits.
typedef struct tillbook_resolve_request {
  // The size of this struct: tillbook_resolve_request_init sets it.
  size_t struct_size;
  // The operation. Required.
  struct tillbook_str op_id;
  // The decision, TILLBOOK_RESOLUTION_*.
  int32_t resolution;
  // 0.
  int32_t reserved;
  // Who decides, at most 64 characters. Required.
  struct tillbook_str who;
  // Why, at most 200 characters. Required.
  struct tillbook_str why;
} tillbook_resolve_request;

// Another offline policy. Exactly one of `policy` and `policy_json` is required.
typedef struct tillbook_set_policy_request {
  // The size of this struct: tillbook_set_policy_request_init sets it.
  size_t struct_size;
  // The policy as a struct; what is 0 in it has its default. One that tillbook_policy_of has filled may be changed and set.
  const struct tillbook_policy *policy;
  // The policy as JSON, with the keys of docs/policy.md; a key that is missing has its default.
  struct tillbook_str policy_json;
  // Who sets it, at most 64 characters. Required.
  struct tillbook_str who;
  // Why, at most 200 characters. Required.
  struct tillbook_str why;
} tillbook_set_policy_request;

// What is left of each limit. A figure of a limit is what that one leaves, whatever the others say; `money`, `operations`,
// `recharges` and `new_cards` are zero where nothing at all would be approved. Money in fen.
typedef struct tillbook_room {
  // The size of this struct: tillbook_room_init sets it.
  size_t struct_size;
  // The most that the next operation may take from a card: such a sale is approved as things stand.
  int64_t money;
  // How many more approvals.
  int64_t operations;
  // The most that one operation may take.
  int64_t floor;
  // What is left for the card.
  int64_t card;
  // What is left for all cards of its phone number.
  int64_t phone;
  // What may be spent of the card here and now.
  int64_t available;
  // What is left for the till.
  int64_t till;
  // How many more recharges.
  int64_t recharges;
  // How much more may be paid in by recharges.
  int64_t recharge_money;
  // How many more cards may be opened.
  int64_t new_cards;
  // In how many seconds what is known of the card is too old.
  int64_t base_expires_s;
  // In how many seconds the policy expires.
  int64_t policy_expires_s;
  // Which figures there are: TILLBOOK_ROOM_*. One without its bit is 0.
  uint32_t has;
  // What a sale of one fen more than `money` is refused with, TILLBOOK_REFUSAL_*; 0: nothing would ever refuse it.
  int32_t binding;
  // What the next three count, TILLBOOK_UNIT_*.
  int32_t binding_unit;
  // 0.
  int32_t reserved;
  // The limit that binds, or what is available.
  int64_t binding_limit;
  // How much of it is used.
  int64_t binding_used;
  // How much that sale would ask for.
  int64_t binding_requested;
  // The same for people, in English; empty: nothing binds.
  char binding_en[256];
  // The same in Chinese.
  char binding_zh[256];
} tillbook_room;

// Which cards are to be taken into the book. Exactly one of `numbers`, `from` with `to`, `search` and `members` is required.
typedef struct tillbook_preload_query {
  // The size of this struct: tillbook_preload_query_init sets it.
  size_t struct_size;
  // These cards' numbers; NULL: not given.
  const struct tillbook_str *numbers;
  // How many, at most 1,000,000.
  size_t numbers_count;
  // The first number of a range.
  struct tillbook_str from;
  // Its last one: as long, and differing in its last digits only.
  struct tillbook_str to;
  // Whatever the search of the remote of the cards finds for this part of a number, a name or a phone (Sandy).
  struct tillbook_str search;
  // 1: the members that the remote of the members lists (Freemud).
  int32_t members;
  // 1: `max_age_s` is given. 0: all are read anew.
  int32_t has_max_age;
  // Cards that were read within so many seconds are passed over.
  int64_t max_age_s;
  // How long the call may take altogether, in milliseconds. 0: without a limit.
  uint32_t budget_ms;
  // How long one card may take, in milliseconds. 0: 10,000.
  uint32_t timeout_ms;
  // The pause between two cards, in milliseconds. 0: 50.
  uint32_t pace_ms;
  // 0.
  int32_t reserved;
} tillbook_preload_query;

// How far a preload has come: all of it, whatever part was done by earlier calls.
typedef struct tillbook_preloaded {
  // The size of this struct: tillbook_preloaded_init sets it.
  size_t struct_size;
  // Cards that are dealt with.
  int64_t done;
  // How many there are; -1: not known yet.
  int64_t total;
  // Read from a remote now.
  int64_t found;
  // Of those, the ones of which another remote that may know them did not tell.
  int64_t partial;
  // Passed over, since they were read lately.
  int64_t fresh;
  // The remotes know no such card.
  int64_t absent;
  // The remotes' answers were of no use.
  int64_t failed;
  // Why the call ended, TILLBOOK_PRELOAD_*.
  int32_t end;
  // 0.
  int32_t reserved;
  // Where to go on: the next call's `after`, in another process and days later as well; empty: all are dealt with.
  char next[512];
} tillbook_preloaded;

// A name and what it stands for.
typedef struct tillbook_detail {
  // The size of this struct: tillbook_detail_init sets it.
  size_t struct_size;
  // The name. Owned by the list.
  const char *name;
  // The text. Owned by the list.
  const char *value;
} tillbook_detail;

// A time in which a remote was not there. Times in milliseconds since 1970 UTC.
typedef struct tillbook_outage {
  // The size of this struct: tillbook_outage_init sets it.
  size_t struct_size;
  // The remote: "sandy", ... Owned by the list.
  const char *provider;
  // Its number.
  int64_t outage_no;
  // Since when.
  int64_t began_at;
  // When it answered again; 0: it does not yet.
  int64_t back_at;
  // When it had answered for a while and nothing was on its way to it any more; 0: not yet.
  int64_t ended_at;
} tillbook_outage;

// What totals are of. Times in milliseconds since 1970 UTC.
typedef struct tillbook_totals_info {
  // The size of this struct: tillbook_totals_info_init sets it.
  size_t struct_size;
  // The first line of the book that they count; 0: there is none.
  int64_t first_entry;
  // The last one; 0: there is none.
  int64_t last_entry;
  // When the first line was written; 0: there is none.
  int64_t from;
  // When the last line was written; 0: there is none.
  int64_t to;
  // What was to be collected by other means than cards, voids taken off, in fen: the cash drawer's part.
  int64_t due;
  // The first line's receipt number; empty: there is none.
  char first_receipt[16];
  // The last line's.
  char last_receipt[16];
  // The business day, as YYYY-MM-DD, where they are of one; else empty.
  char business_date[16];
} tillbook_totals_info;

// One line of totals: sums by operator, shift, kind, pay type and what was done. Money in fen. Strings are owned by the list.
typedef struct tillbook_totals_line {
  // The size of this struct: tillbook_totals_line_init sets it.
  size_t struct_size;
  // Who worked the till; NULL: not told.
  const char *operator_name;
  // The shift; NULL: not told.
  const char *shift;
  // How a recharge was paid in, by the remote's name for it; NULL: it is none.
  const char *pay_type;
  // The kind of operation, TILLBOOK_KIND_*.
  int32_t kind;
  // What was done, TILLBOOK_MOVEMENT_*.
  int32_t movement;
  // How many lines of the book.
  int64_t lines;
  // Sales' totals, or what was paid in.
  int64_t original;
  // What discounts took off.
  int64_t discount;
  // After the discounts.
  int64_t actual;
  // What cards paid.
  int64_t from_card;
  // What was to be collected by other means.
  int64_t due;
  // What recharges brought on top.
  int64_t bonus;
  // The change in points.
  int64_t points;
} tillbook_totals_line;

// Whether the program may be replaced or removed now.
typedef struct tillbook_safe_to_close {
  // The size of this struct: tillbook_safe_to_close_init sets it.
  size_t struct_size;
  // 1: the program may be replaced by another release. 0: requests are under way.
  int32_t upgrade;
  // 1: the program and the book may be removed. 0: something would be lost; TILLBOOK_REPORT_SAFE_TO_CLOSE tells what.
  int32_t remove;
} tillbook_safe_to_close;

// A card that was found. Holds personal data: keep it out of logs. Strings are owned by the list.
typedef struct tillbook_found_card {
  // The size of this struct: tillbook_found_card_init sets it.
  size_t struct_size;
  // Its number, to make calls with. It may be the holder's phone: show `shown`.
  const char *number;
  // Its number as it may be shown: masked where it is a phone, unless unmasking was asked for.
  const char *shown;
  // The holder's name, masked unless unmasking was asked for; NULL: not known.
  const char *name;
  // The holder's phone, masked unless unmasking was asked for; NULL: not known.
  const char *phone;
  // The level's name; NULL: not known.
  const char *level;
  // Where the text was found, TILLBOOK_MATCHED_*.
  int32_t matched;
  // TILLBOOK_CARD_*.
  int32_t card_status;
} tillbook_found_card;

// How the queue stands.
typedef struct tillbook_sync_status {
  // The size of this struct: tillbook_sync_status_init sets it.
  size_t struct_size;
  // TILLBOOK_LINK_*: whether the remote is there; of several, the one that fares worst.
  int32_t link;
  // 0.
  int32_t reserved;
  // Until when the remote wants to be left alone (LINK_PAUSED), in milliseconds since 1970 UTC; else 0.
  int64_t paused_until;
  // Operations on their way to the remotes: queued, being sent, in doubt.
  int64_t queued;
  // Operations that wait for a person.
  int64_t waiting_for_people;
  // Operations that this book has ever taken for applied on evidence that another till's could have left.
  int64_t inferred;
  // Operations finished in this drain; after its end, in the last one.
  int64_t done;
  // Those and the ones on their way.
  int64_t total;
  // For how long that has been going on, in milliseconds.
  int64_t elapsed_ms;
  // Finished operations a minute.
  int64_t per_minute;
  // When something becomes due next, in milliseconds since 1970 UTC; 0 if nothing is.
  int64_t next_due;
  // Why the remote refuses (LINK_HALTED), for support staff.
  char halted[256];
  // Why nothing is sent although the remote may be there: the book is an older copy of itself, and nobody has gone on with it yet
  // (tillbook_go_on_after_restore). Empty: it is none.
  char restored[256];
} tillbook_sync_status;

// How one remote fares.
typedef struct tillbook_remote {
  // The size of this struct: tillbook_remote_init sets it.
  size_t struct_size;
  // "sandy", "freemud", "gree" or "yonyou". Owned by the list.
  const char *provider;
  // TILLBOOK_LINK_*.
  int32_t link;
  // 0.
  int32_t reserved;
  // Until when it wants to be left alone (LINK_PAUSED), in milliseconds since 1970 UTC; else 0.
  int64_t paused_until;
  // Why it refuses (LINK_HALTED), for support staff; else NULL. Owned by the list.
  const char *halted;
} tillbook_remote;

// A token that is wanted from the host.
typedef struct tillbook_token_wanted {
  // The size of this struct: tillbook_token_wanted_init sets it.
  size_t struct_size;
  // For which remote: "gree", "yonyou".
  char provider[16];
  // The token that the remote has just refused: the same again is no answer. Empty where none was.
  char refused[4104];
} tillbook_token_wanted;

// A call that is to be cancelled, and by whom. The line that takes it back counts for this operator and shift in the totals, since
// the cash is handed back from their drawer; where none is said it counts for the operation's own.
typedef struct tillbook_void_request {
  // The size of this struct: tillbook_void_request_init sets it.
  size_t struct_size;
  // The operation. Required.
  struct tillbook_str op_id;
  // Who works the till now, at most 64 characters.
  struct tillbook_str operator_name;
  // Who stands behind it, at most 64 characters.
  struct tillbook_str supervisor;
  // The shift now, at most 64 characters.
  struct tillbook_str shift;
  // Why, at most 200 characters.
  struct tillbook_str reason;
} tillbook_void_request;

// Tells that the queue stands otherwise. `status` lives until the function returns.
typedef void (*tillbook_status_callback)(void *user, const struct tillbook_sync_status *status);

// Tells a notification that has come since. `notice` and its strings live until the function returns.
typedef void (*tillbook_notice_callback)(void *user, const struct tillbook_notice *notice);

// Tells that a token is wanted: call tillbook_give_token, here or later. `wanted` lives until the function returns.
typedef void (*tillbook_token_callback)(void *user, const struct tillbook_token_wanted *wanted);

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// The library's version, as "0.1.0". Static: never free it. Any thread, any time.
const char *tillbook_version(void);

// The version of the SQLite inside, which is never the host's own, as "3.51.3". Static: never free it. Any thread, any
// time.
const char *tillbook_sqlite_version(void);

// The ABI that this library speaks, to be compared with TILLBOOK_ABI_VERSION. Any thread, any time.
uint32_t tillbook_abi_version(void);

// What this build has: the TILLBOOK_FEATURE_* bits. Any thread, any time.
uint32_t tillbook_features(void);

// Whether a program that was compiled with a header may use this library: call it once, first, with
// TILLBOOK_ABI_VERSION. Any thread.
//
// Errors: ABI_MISMATCH.
tillbook_status tillbook_check_abi(uint32_t header, struct tillbook_error **err);

// Copies the book into a file while the till trades on: everything that was committed when it began. What goes wrong leaves nothing
// behind. The file is encrypted if the book is. It takes as long as reading and writing the book: not on the
// thread that paints. Any thread.
//
// Errors: INVALID_INPUT if there is a file of this name and it was not to be replaced; CORRUPT if the copy does not read back; DISK_FULL,
// NO_PERMISSION, STORAGE, BAD_STRUCT, BAD_TEXT, NULL_ARGUMENT, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_backup(struct tillbook_till *till,
                                const struct tillbook_backup_request *request,
                                struct tillbook_backup_report *report,
                                struct tillbook_error **err);

// Checks a backup, and only then puts it in the place of a book. The replaced book is renamed, never deleted. Opened next, the book
// knows itself to be an older copy: nothing is sent before tillbook_go_on_after_restore. Needs no till. Any thread.
//
// Errors: BOOK_IN_USE; NOT_A_BOOK, NEWER_BOOK, CORRUPT, WRONG_KEY for what the backup is; INVALID_INPUT if it is of another book;
// DISK_FULL, NO_PERMISSION, STORAGE, BAD_STRUCT, BAD_TEXT, NULL_ARGUMENT. The book is as it was then; where opening it says RESTORED,
// restore once more.
tillbook_status tillbook_restore(const struct tillbook_restore_request *request,
                                 struct tillbook_restore_report *report,
                                 struct tillbook_error **err);

// A person goes on with a book that is an older copy of itself (tillbook_sync_status.restored): what waits is sent again. Make sure
// first that the other one is gone: two tills that trade on one book charge twice. Recorded with who (at most 64 characters) and why
// (at most 200). A book that is no older copy stays as it is. Any thread.
//
// Errors: INVALID_INPUT, BAD_TEXT, NULL_ARGUMENT, DISK_FULL, STORAGE, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_go_on_after_restore(struct tillbook_till *till,
                                             const char *who,
                                             size_t who_size,
                                             const char *why,
                                             size_t why_size,
                                             struct tillbook_error **err);

// Encrypts the book with another key of 32 bytes. The next opening needs it; backups keep the key that they were made with. Write the
// new key down before: should the machine die in here, one of the two opens the book. Needs TILLBOOK_FEATURE_ENCRYPTION. Any thread.
//
// Errors: UNSUPPORTED for a book that is not encrypted, or a build that can't; INVALID_CONFIG for another length; INVALID_INPUT,
// NULL_ARGUMENT, DISK_FULL, STORAGE, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_rekey(struct tillbook_till *till,
                               const uint8_t *key,
                               size_t key_size,
                               struct tillbook_error **err);

// Opens a book for reading: no lock, no configuration, no network, nothing is ever written. A till may have it open at the same time,
// in this process or another. Any thread; free it with tillbook_book_free.
//
// Errors: NOT_A_BOOK, NEWER_BOOK, CORRUPT, NO_PERMISSION, STORAGE (there is none); UNSUPPORTED for a book that a till of this release
// has not opened yet; BOOK_IN_USE where the folder may not be written and a till has the book open; WRONG_KEY for an encrypted one
// (tillbook_book_open_with_key); BAD_TEXT, NULL_ARGUMENT.
tillbook_status tillbook_book_open(const char *path,
                                   size_t path_size,
                                   struct tillbook_book **book,
                                   struct tillbook_error **err);

// As tillbook_book_open, of an encrypted book: with its key of 32 bytes. Once a till gives the book another key, it has to be opened
// anew with that. Needs TILLBOOK_FEATURE_ENCRYPTION. Any thread; free it with tillbook_book_free.
//
// Errors: as tillbook_book_open; WRONG_KEY for another key, or a book that is not encrypted; INVALID_CONFIG for a key of another
// length, or in a build that can't.
tillbook_status tillbook_book_open_with_key(const char *path,
                                            size_t path_size,
                                            const uint8_t *key,
                                            size_t key_size,
                                            struct tillbook_book **book,
                                            struct tillbook_error **err);

// Closes and frees it. NULL is fine.
//
// Errors: BAD_HANDLE.
tillbook_status tillbook_book_free(struct tillbook_book *book);

// As tillbook_report, of a book that is only read: each shows it as it stands at one moment.
//
// Errors: NOT_FOUND for an outage or a close that there was none of; CORRUPT, BOOK_IN_USE; INVALID_INPUT, BAD_STRUCT, BAD_TEXT,
// NULL_ARGUMENT, STORAGE, BAD_HANDLE.
tillbook_status tillbook_book_report(const struct tillbook_book *book,
                                     const struct tillbook_report_query *query,
                                     struct tillbook_buffer **text,
                                     struct tillbook_error **err);

// As tillbook_search.
//
// Errors: INVALID_INPUT for an empty text, one of more than 64 characters, control characters, a limit above 100; CORRUPT,
// BOOK_IN_USE; NULL_ARGUMENT, BAD_STRUCT, BAD_TEXT, STORAGE, BAD_HANDLE.
tillbook_status tillbook_book_search(const struct tillbook_book *book,
                                     const struct tillbook_search_query *query,
                                     struct tillbook_found **list,
                                     int32_t *has_more,
                                     struct tillbook_error **err);

// As tillbook_card_of.
//
// Errors: NOT_FOUND, INVALID_INPUT, CORRUPT, BOOK_IN_USE; NULL_ARGUMENT, BAD_STRUCT, BAD_TEXT, STORAGE, BAD_HANDLE.
tillbook_status tillbook_book_card(const struct tillbook_book *book,
                                   const char *card,
                                   size_t card_size,
                                   struct tillbook_card *found,
                                   struct tillbook_error **err);

// As tillbook_history_of: this book's own lines.
//
// Errors: INVALID_INPUT for a page size above 500 or a bad card number; CORRUPT, BOOK_IN_USE; NULL_ARGUMENT, BAD_STRUCT, BAD_TEXT,
// STORAGE, BAD_HANDLE.
tillbook_status tillbook_book_history(const struct tillbook_book *book,
                                      const struct tillbook_history_query *query,
                                      struct tillbook_history **list,
                                      int64_t *next_page,
                                      struct tillbook_error **err);

// As tillbook_operation.
//
// Errors: NOT_FOUND, INVALID_INPUT, CORRUPT, BOOK_IN_USE; NULL_ARGUMENT, BAD_STRUCT, BAD_TEXT, STORAGE, BAD_HANDLE.
tillbook_status tillbook_book_operation(const struct tillbook_book *book,
                                        const char *op_id,
                                        size_t op_id_size,
                                        struct tillbook_receipt *receipt,
                                        struct tillbook_error **err);

// As tillbook_waiting_of.
//
// Errors: CORRUPT, BOOK_IN_USE; NULL_ARGUMENT, STORAGE, BAD_HANDLE.
tillbook_status tillbook_book_waiting_of(const struct tillbook_book *book,
                                         struct tillbook_waiting **list,
                                         struct tillbook_error **err);

// As tillbook_notices_of.
//
// Errors: CORRUPT, BOOK_IN_USE; NULL_ARGUMENT, STORAGE, BAD_HANDLE.
tillbook_status tillbook_book_notices_of(const struct tillbook_book *book,
                                         struct tillbook_notices **list,
                                         struct tillbook_error **err);

// As tillbook_check, while a till has the book open or not. The chain's key is not in the book: give it among
// `options.earlier_keys`, or lines are counted as unverified. `progress` must not use this book: INVALID_INPUT.
//
// Errors: CORRUPT, STORAGE, BOOK_IN_USE only where the book can't be read at all; INVALID_INPUT, BAD_STRUCT, NULL_ARGUMENT,
// BAD_HANDLE.
tillbook_status tillbook_book_check(const struct tillbook_book *book,
                                    const struct tillbook_check_options *options,
                                    struct tillbook_check_report *report,
                                    struct tillbook_findings **list,
                                    struct tillbook_error **err);

// Opens a card. Any thread; waits no longer than its delivery says.
//
// Errors: nothing was written: INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND,
// UNKNOWN_REFERENCE, and those of a faulty call (100 to 104). Nothing can be said, so make the same call again with the
// same op_id: DISK_FULL, STORAGE, POISONED, CLOSED, PANIC.
tillbook_status tillbook_open_card(struct tillbook_till *till,
                                   const struct tillbook_open_card_request *request,
                                   struct tillbook_receipt *receipt,
                                   struct tillbook_error **err);

// Changes a holder's data. Any thread; waits no longer than its delivery says.
//
// Errors: nothing was written: INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND,
// UNKNOWN_REFERENCE, and those of a faulty call (100 to 104). Nothing can be said, so make the same call again with the
// same op_id: DISK_FULL, STORAGE, POISONED, CLOSED, PANIC.
tillbook_status tillbook_modify(struct tillbook_till *till,
                                const struct tillbook_modify_request *request,
                                struct tillbook_receipt *receipt,
                                struct tillbook_error **err);

// Puts money on a card. Any thread; waits no longer than its delivery says.
//
// Errors: nothing was written: INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND,
// UNKNOWN_REFERENCE, and those of a faulty call (100 to 104). Nothing can be said, so make the same call again with the
// same op_id: DISK_FULL, STORAGE, POISONED, CLOSED, PANIC.
tillbook_status tillbook_recharge(struct tillbook_till *till,
                                  const struct tillbook_recharge_request *request,
                                  struct tillbook_receipt *receipt,
                                  struct tillbook_error **err);

// Pays from a card with the member's discount. Look at `approved`, and always at `due`. Any thread; waits no longer than its delivery says.
//
// Errors: nothing was written: INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND,
// UNKNOWN_REFERENCE, and those of a faulty call (100 to 104). Nothing can be said, so make the same call again with the
// same op_id: DISK_FULL, STORAGE, POISONED, CLOSED, PANIC.
tillbook_status tillbook_consume(struct tillbook_till *till,
                                 const struct tillbook_consume_request *request,
                                 struct tillbook_receipt *receipt,
                                 struct tillbook_error **err);

// Registers a member by phone. Any thread; waits no longer than its delivery says.
//
// Errors: nothing was written: INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND,
// UNKNOWN_REFERENCE, and those of a faulty call (100 to 104). Nothing can be said, so make the same call again with the
// same op_id: DISK_FULL, STORAGE, POISONED, CLOSED, PANIC.
tillbook_status tillbook_register(struct tillbook_till *till,
                                  const struct tillbook_register_request *request,
                                  struct tillbook_receipt *receipt,
                                  struct tillbook_error **err);

// Takes points from a card. Any thread; waits no longer than its delivery says.
//
// Errors: nothing was written: INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND,
// UNKNOWN_REFERENCE, and those of a faulty call (100 to 104). Nothing can be said, so make the same call again with the
// same op_id: DISK_FULL, STORAGE, POISONED, CLOSED, PANIC.
tillbook_status tillbook_redeem_points(struct tillbook_till *till,
                                       const struct tillbook_redeem_points_request *request,
                                       struct tillbook_receipt *receipt,
                                       struct tillbook_error **err);

// Grants points. Any thread; waits no longer than its delivery says.
//
// Errors: nothing was written: INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND,
// UNKNOWN_REFERENCE, and those of a faulty call (100 to 104). Nothing can be said, so make the same call again with the
// same op_id: DISK_FULL, STORAGE, POISONED, CLOSED, PANIC.
tillbook_status tillbook_accrue_points(struct tillbook_till *till,
                                       const struct tillbook_accrue_points_request *request,
                                       struct tillbook_receipt *receipt,
                                       struct tillbook_error **err);

// Corrects points, up or down. Any thread; waits no longer than its delivery says.
//
// Errors: nothing was written: INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND,
// UNKNOWN_REFERENCE, and those of a faulty call (100 to 104). Nothing can be said, so make the same call again with the
// same op_id: DISK_FULL, STORAGE, POISONED, CLOSED, PANIC.
tillbook_status tillbook_adjust_points(struct tillbook_till *till,
                                       const struct tillbook_adjust_points_request *request,
                                       struct tillbook_receipt *receipt,
                                       struct tillbook_error **err);

// Undoes an accrual or a redemption of this till, or a part of it. Any thread; waits no longer than its delivery says.
//
// Errors: nothing was written: INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND,
// UNKNOWN_REFERENCE, and those of a faulty call (100 to 104). Nothing can be said, so make the same call again with the
// same op_id: DISK_FULL, STORAGE, POISONED, CLOSED, PANIC.
tillbook_status tillbook_return_points(struct tillbook_till *till,
                                       const struct tillbook_return_points_request *request,
                                       struct tillbook_receipt *receipt,
                                       struct tillbook_error **err);

// Sets points to a balance carried over from elsewhere. Any thread; waits no longer than its delivery says.
//
// Errors: nothing was written: INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND,
// UNKNOWN_REFERENCE, and those of a faulty call (100 to 104). Nothing can be said, so make the same call again with the
// same op_id: DISK_FULL, STORAGE, POISONED, CLOSED, PANIC.
tillbook_status tillbook_carry_over_points(struct tillbook_till *till,
                                           const struct tillbook_carry_over_points_request *request,
                                           struct tillbook_receipt *receipt,
                                           struct tillbook_error **err);

// Changes points through Freemud's endpoint without a key (2.1), for installations that ask for it. Any thread; waits no longer than its delivery says.
//
// Errors: nothing was written: INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND,
// UNKNOWN_REFERENCE, and those of a faulty call (100 to 104). Nothing can be said, so make the same call again with the
// same op_id: DISK_FULL, STORAGE, POISONED, CLOSED, PANIC.
tillbook_status tillbook_update_points(struct tillbook_till *till,
                                       const struct tillbook_update_points_request *request,
                                       struct tillbook_receipt *receipt,
                                       struct tillbook_error **err);

// Gives back all points of an order through Freemud's endpoint without a key (2.3). Any thread; waits no longer than its delivery says.
//
// Errors: nothing was written: INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND,
// UNKNOWN_REFERENCE, and those of a faulty call (100 to 104). Nothing can be said, so make the same call again with the
// same op_id: DISK_FULL, STORAGE, POISONED, CLOSED, PANIC.
tillbook_status tillbook_return_points_of_order(struct tillbook_till *till,
                                                const struct tillbook_return_points_of_order_request *request,
                                                struct tillbook_receipt *receipt,
                                                struct tillbook_error **err);

// Uses a coupon for an order. Any thread; waits no longer than its delivery says.
//
// Errors: nothing was written: INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND,
// UNKNOWN_REFERENCE, and those of a faulty call (100 to 104). Nothing can be said, so make the same call again with the
// same op_id: DISK_FULL, STORAGE, POISONED, CLOSED, PANIC.
tillbook_status tillbook_redeem_coupon(struct tillbook_till *till,
                                       const struct tillbook_redeem_coupon_request *request,
                                       struct tillbook_receipt *receipt,
                                       struct tillbook_error **err);

// Gives a member a coupon of a template. Any thread; waits no longer than its delivery says.
//
// Errors: nothing was written: INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND,
// UNKNOWN_REFERENCE, and those of a faulty call (100 to 104). Nothing can be said, so make the same call again with the
// same op_id: DISK_FULL, STORAGE, POISONED, CLOSED, PANIC.
tillbook_status tillbook_give_coupon(struct tillbook_till *till,
                                     const struct tillbook_give_coupon_request *request,
                                     struct tillbook_receipt *receipt,
                                     struct tillbook_error **err);

// Sets a coupon's status, or reinstates one that was used here. Any thread; waits no longer than its delivery says.
//
// Errors: nothing was written: INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND,
// UNKNOWN_REFERENCE, and those of a faulty call (100 to 104). Nothing can be said, so make the same call again with the
// same op_id: DISK_FULL, STORAGE, POISONED, CLOSED, PANIC.
tillbook_status tillbook_set_coupon_status(struct tillbook_till *till,
                                           const struct tillbook_set_coupon_status_request *request,
                                           struct tillbook_receipt *receipt,
                                           struct tillbook_error **err);

// Adds a template that coupons are made from. Any thread; waits no longer than its delivery says.
//
// Errors: nothing was written: INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND,
// UNKNOWN_REFERENCE, and those of a faulty call (100 to 104). Nothing can be said, so make the same call again with the
// same op_id: DISK_FULL, STORAGE, POISONED, CLOSED, PANIC.
tillbook_status tillbook_add_coupon_template(struct tillbook_till *till,
                                             const struct tillbook_add_coupon_template_request *request,
                                             struct tillbook_receipt *receipt,
                                             struct tillbook_error **err);

// Records an order that was paid by whatever means. Any thread; waits no longer than its delivery says.
//
// Errors: nothing was written: INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND,
// UNKNOWN_REFERENCE, and those of a faulty call (100 to 104). Nothing can be said, so make the same call again with the
// same op_id: DISK_FULL, STORAGE, POISONED, CLOSED, PANIC.
tillbook_status tillbook_push_order(struct tillbook_till *till,
                                    const struct tillbook_push_order_request *request,
                                    struct tillbook_receipt *receipt,
                                    struct tillbook_error **err);

// Records that an order of this till came back, or a part of it. Any thread; waits no longer than its delivery says.
//
// Errors: nothing was written: INVALID_INPUT, REFUSED, CONFLICT, LANE_HELD, UNREACHABLE, UNSUPPORTED, NOT_FOUND,
// UNKNOWN_REFERENCE, and those of a faulty call (100 to 104). Nothing can be said, so make the same call again with the
// same op_id: DISK_FULL, STORAGE, POISONED, CLOSED, PANIC.
tillbook_status tillbook_return_order(struct tillbook_till *till,
                                      const struct tillbook_return_order_request *request,
                                      struct tillbook_receipt *receipt,
                                      struct tillbook_error **err);

// A card as the book knows it, at once. Any thread.
//
// Errors: NOT_FOUND, INVALID_INPUT, BAD_STRUCT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_card_of(struct tillbook_till *till,
                                 const char *card,
                                 size_t card_size,
                                 struct tillbook_card *found,
                                 struct tillbook_error **err);

// A card, read anew from every remote that it may have an account at. What does not answer within `timeout_ms`
// milliseconds (0: the configured time-out) is shown as the book has it. Any thread.
//
// Errors: NOT_FOUND if no remote and not the book knows it; UNREACHABLE or REMOTE_REFUSED if it is not in the book and
// nobody could be asked; INVALID_INPUT, BAD_STRUCT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_serve_card(struct tillbook_till *till,
                                    const char *card,
                                    size_t card_size,
                                    uint32_t timeout_ms,
                                    struct tillbook_card *found,
                                    struct tillbook_error **err);

// The member whom the remote of the members knows by this identifier. Asks it, and waits at most `timeout_ms` milliseconds
// (0: the configured time-out). Any thread.
//
// Errors: UNREACHABLE, REMOTE_REFUSED, UNSUPPORTED, NOT_FOUND, INVALID_INPUT, BAD_STRUCT, BAD_TEXT, NULL_ARGUMENT, STORAGE,
// POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_serve_member(struct tillbook_till *till,
                                      const char *id,
                                      size_t id_size,
                                      uint32_t timeout_ms,
                                      struct tillbook_card *found,
                                      struct tillbook_error **err);

// The member who shows a code: Gree's member code, Freemud's dynamic code. Otherwise as tillbook_serve_member.
//
// Errors: UNREACHABLE, REMOTE_REFUSED, UNSUPPORTED, NOT_FOUND, INVALID_INPUT, BAD_STRUCT, BAD_TEXT, NULL_ARGUMENT, STORAGE,
// POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_serve_code(struct tillbook_till *till,
                                    const char *shown,
                                    size_t shown_size,
                                    uint32_t timeout_ms,
                                    struct tillbook_card *found,
                                    struct tillbook_error **err);

// The cards of a phone number, at most 20: those in the book and, if the remotes answer within `timeout_ms` milliseconds (0:
// the configured time-out), those they know. Any thread; free the list with tillbook_cards_free.
//
// Errors: INVALID_INPUT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_serve_phone(struct tillbook_till *till,
                                     const char *phone,
                                     size_t phone_size,
                                     uint32_t timeout_ms,
                                     struct tillbook_cards **list,
                                     struct tillbook_error **err);

// The cards of a phone number that are in the book, at most 20. At once. Any thread; free the list with tillbook_cards_free.
//
// Errors: INVALID_INPUT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_cards_by_phone(struct tillbook_till *till,
                                        const char *phone,
                                        size_t phone_size,
                                        struct tillbook_cards **list,
                                        struct tillbook_error **err);

// The next card, or DONE.
//
// Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.
tillbook_status tillbook_cards_next(struct tillbook_cards *list,
                                    struct tillbook_card *row,
                                    struct tillbook_error **err);

// Frees the list and its strings. NULL is fine.
//
// Errors: BAD_HANDLE.
tillbook_status tillbook_cards_free(struct tillbook_cards *list);

// A card's accounts at the remotes. Any thread; free the list with tillbook_accounts_free.
//
// Errors: NOT_FOUND, INVALID_INPUT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_accounts_of(struct tillbook_till *till,
                                     const char *card,
                                     size_t card_size,
                                     struct tillbook_accounts **list,
                                     struct tillbook_error **err);

// The next account, or DONE.
//
// Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.
tillbook_status tillbook_accounts_next(struct tillbook_accounts *list,
                                       struct tillbook_account *row,
                                       struct tillbook_error **err);

// Frees the list and its strings. NULL is fine.
//
// Errors: BAD_HANDLE.
tillbook_status tillbook_accounts_free(struct tillbook_accounts *list);

// The numbers of all cards in the book, in order. Any thread; free the list with tillbook_texts_free.
//
// Errors: NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_card_numbers(struct tillbook_till *till,
                                      struct tillbook_texts **list,
                                      struct tillbook_error **err);

// The next text, owned by the list, or DONE.
//
// Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.
tillbook_status tillbook_texts_next(struct tillbook_texts *list,
                                    const char **row,
                                    struct tillbook_error **err);

// Frees the list and its strings. NULL is fine.
//
// Errors: BAD_HANDLE.
tillbook_status tillbook_texts_free(struct tillbook_texts *list);

// Tells the till what a remote calls a card's account, where only a person or an import can know it: Yonyou's mid. Any
// thread.
//
// Errors: CONFLICT where another account has it, or where operations are open under another one; NOT_FOUND, INVALID_INPUT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_set_reference(struct tillbook_till *till,
                                       const char *card,
                                       size_t card_size,
                                       const char *provider,
                                       size_t provider_size,
                                       const char *reference,
                                       size_t reference_size,
                                       struct tillbook_error **err);

// The card levels that the remote told, by the last fetch. Any thread; free the list with tillbook_levels_free.
//
// Errors: NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_levels_of(struct tillbook_till *till,
                                   struct tillbook_levels **list,
                                   struct tillbook_error **err);

// The next level, or DONE.
//
// Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.
tillbook_status tillbook_levels_next(struct tillbook_levels *list,
                                     struct tillbook_level *row,
                                     struct tillbook_error **err);

// Frees the list and its strings. NULL is fine.
//
// Errors: BAD_HANDLE.
tillbook_status tillbook_levels_free(struct tillbook_levels *list);

// The ways to pay a recharge in that the remote told, by the last fetch. Any thread; free the list with tillbook_pay_types_free.
//
// Errors: NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_pay_types_of(struct tillbook_till *till,
                                      struct tillbook_pay_types **list,
                                      struct tillbook_error **err);

// The next way to pay, or DONE.
//
// Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.
tillbook_status tillbook_pay_types_next(struct tillbook_pay_types *list,
                                        struct tillbook_pay_type *row,
                                        struct tillbook_error **err);

// Frees the list and its strings. NULL is fine.
//
// Errors: BAD_HANDLE.
tillbook_status tillbook_pay_types_free(struct tillbook_pay_types *list);

// The recharge rules that the remote told for a card, by the last fetch. Any thread; free the list with tillbook_recharge_rules_free.
//
// Errors: NOT_FOUND, INVALID_INPUT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_recharge_rules_of(struct tillbook_till *till,
                                           const char *card,
                                           size_t card_size,
                                           struct tillbook_recharge_rules **list,
                                           struct tillbook_error **err);

// The next rule, or DONE.
//
// Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.
tillbook_status tillbook_recharge_rules_next(struct tillbook_recharge_rules *list,
                                             struct tillbook_recharge_rule *row,
                                             struct tillbook_error **err);

// Frees the list and its strings. NULL is fine.
//
// Errors: BAD_HANDLE.
tillbook_status tillbook_recharge_rules_free(struct tillbook_recharge_rules *list);

// What each remote system serves, and how an unknown outcome is found out. Needs no till. Any thread; free the list with
// tillbook_services_free.
//
// Errors: NULL_ARGUMENT.
tillbook_status tillbook_services_of(struct tillbook_services **list,
                                     struct tillbook_error **err);

// The next service, or DONE.
//
// Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.
tillbook_status tillbook_services_next(struct tillbook_services *list,
                                       struct tillbook_service *row,
                                       struct tillbook_error **err);

// Frees the list and its strings. NULL is fine.
//
// Errors: BAD_HANDLE.
tillbook_status tillbook_services_free(struct tillbook_services *list);

// Asks each remote for its catalogue, which also tells whether it is there. Waits at most `timeout_ms` milliseconds (0: the
// configured time-out). Any thread.
//
// Errors: UNREACHABLE, REMOTE_REFUSED: the first failure, after all have been asked; NULL_ARGUMENT, STORAGE, POISONED,
// CLOSED, BAD_HANDLE.
tillbook_status tillbook_pull_catalogue(struct tillbook_till *till,
                                        uint32_t timeout_ms,
                                        struct tillbook_error **err);

// The most that the next operation may take offline, and how many more there may be; for a card if one is named (`card` may
// be NULL). Any thread.
//
// Errors: NOT_FOUND, INVALID_INPUT, BAD_STRUCT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_headroom_of(struct tillbook_till *till,
                                     const char *card,
                                     size_t card_size,
                                     struct tillbook_headroom *headroom,
                                     struct tillbook_error **err);

// Checks the whole book: its pages, and whether everything that stands in it twice says the same. The till goes on meanwhile, and
// nothing is written. `options` may be NULL: everything. What is wrong is no error of this function: look at `report`, and at the
// list (may be NULL), in the order in which it was found. A large book takes minutes: not on the thread that paints. Any thread; free
// the list with tillbook_findings_free.
//
// Errors: CORRUPT, NOT_A_BOOK, STORAGE only where the book can't be opened for reading at all; INVALID_INPUT, BAD_STRUCT,
// NULL_ARGUMENT, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_check(struct tillbook_till *till,
                               const struct tillbook_check_options *options,
                               struct tillbook_check_report *report,
                               struct tillbook_findings **list,
                               struct tillbook_error **err);

// The next finding, or DONE.
//
// Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.
tillbook_status tillbook_findings_next(struct tillbook_findings *list,
                                       struct tillbook_finding *row,
                                       struct tillbook_error **err);

// Frees the list and its strings. NULL is fine.
//
// Errors: BAD_HANDLE.
tillbook_status tillbook_findings_free(struct tillbook_findings *list);

// A member's coupons as last read, and those given here since. tillbook_serve_card reads them anew. Any thread; free the list with tillbook_coupons_free.
//
// Errors: UNSUPPORTED, NOT_FOUND, INVALID_INPUT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_coupons_of(struct tillbook_till *till,
                                    const char *card,
                                    size_t card_size,
                                    struct tillbook_coupons **list,
                                    struct tillbook_error **err);

// The next coupon, or DONE.
//
// Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.
tillbook_status tillbook_coupons_next(struct tillbook_coupons *list,
                                      struct tillbook_coupon *row,
                                      struct tillbook_error **err);

// Frees the list and its strings. NULL is fine.
//
// Errors: BAD_HANDLE.
tillbook_status tillbook_coupons_free(struct tillbook_coupons *list);

// A dry run: what every rule says of using a coupon for an order, and what it would take off. Nothing is written and nobody
// is asked. `verdicts` may be NULL; free the list with tillbook_verdicts_free. Any thread.
//
// Errors: UNSUPPORTED, BAD_STRUCT, NOT_FOUND, INVALID_INPUT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_validate_coupon(struct tillbook_till *till,
                                         const struct tillbook_validate_coupon_request *request,
                                         struct tillbook_coupon_validation *validation,
                                         struct tillbook_verdicts **verdicts,
                                         struct tillbook_error **err);

// The next rule's word, or DONE.
//
// Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.
tillbook_status tillbook_verdicts_next(struct tillbook_verdicts *list,
                                       struct tillbook_verdict *row,
                                       struct tillbook_error **err);

// Frees the list and its strings. NULL is fine.
//
// Errors: BAD_HANDLE.
tillbook_status tillbook_verdicts_free(struct tillbook_verdicts *list);

// Everything about an error.
//
// Errors: NULL_ARGUMENT, BAD_HANDLE, BAD_STRUCT.
tillbook_status tillbook_error_info_of(const struct tillbook_error *error, struct tillbook_error_info *info);

// The error's message for the cashier in TILLBOOK_LANGUAGE_*. Owned by the error; empty for a handle that is none.
const char *tillbook_error_message(const struct tillbook_error *error,
                                   int32_t wanted);

// The error's detail for logs. Owned by the error; empty for a handle that is none.
const char *tillbook_error_detail(const struct tillbook_error *error);

// Frees an error. NULL is fine.
//
// Errors: BAD_HANDLE, for one that was freed before.
tillbook_status tillbook_error_free(struct tillbook_error *error);

// The name of a status, as "LANE_HELD"; "UNKNOWN" for one that this library does not know. Static: never free it.
const char *tillbook_status_name(tillbook_status status);

// A page of this till's exception list: at most `limit` cards (0: 20, at most 500), from `after` on (0: from the beginning).
// `next_page` (may be NULL) is the `after` of the next page, 0 if this is the last. Any thread; free the list with
// tillbook_exceptions_free.
//
// Errors: INVALID_INPUT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_exceptions_of(struct tillbook_till *till,
                                       int64_t after,
                                       uint32_t limit,
                                       struct tillbook_exceptions **list,
                                       int64_t *next_page,
                                       struct tillbook_error **err);

// The next card, or DONE.
//
// Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.
tillbook_status tillbook_exceptions_next(struct tillbook_exceptions *list,
                                         struct tillbook_exception *row,
                                         struct tillbook_error **err);

// Frees the list and its strings. NULL is fine.
//
// Errors: BAD_HANDLE.
tillbook_status tillbook_exceptions_free(struct tillbook_exceptions *list);

// Puts a card on this till's exception list, or takes it off, and keeps who did. As tillbook_set_exception and
// tillbook_lift_exception otherwise. Any thread.
//
// Errors: NOT_FOUND for a card that is to be taken off and was never there, INVALID_INPUT, BAD_STRUCT, BAD_TEXT, NULL_ARGUMENT, DISK_FULL, STORAGE, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_change_exception(struct tillbook_till *till,
                                          const struct tillbook_exception_request *request,
                                          struct tillbook_error **err);

// Takes over the merchant's list of cards that are not to be served, all of it or nothing. It replaces the list that was taken
// over before; what a person has put on the exception list, or a remote's refusal, stays. `list` may be NULL where `count` is 0,
// which empties it. Any thread.
//
// Errors: INVALID_INPUT for a card number, a reason, `who` (at most 64 characters), or more than a million cards; BAD_TEXT,
// NULL_ARGUMENT, DISK_FULL, STORAGE, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_replace_exceptions(struct tillbook_till *till,
                                            const struct tillbook_listed *list,
                                            size_t count,
                                            const char *who,
                                            size_t who_size,
                                            struct tillbook_error **err);

// A page of the book, newest first. `query` may be NULL: the newest 20 lines. `next_page` (may be NULL) is what to put
// into the query's `after` for the page after this one, 0 if this is the last. Any thread; free the list with
// tillbook_history_free.
//
// Errors: INVALID_INPUT for a page size above 500 or a bad card number; BAD_STRUCT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_history_of(struct tillbook_till *till,
                                    const struct tillbook_history_query *query,
                                    struct tillbook_history **list,
                                    int64_t *next_page,
                                    struct tillbook_error **err);

// As tillbook_history_of, for a card, with the lines of the remotes' own history between those of this book, as far as they have
// been read (tillbook_pull_history): what other tills and the back office did. Newest first, of one moment those of this book
// first. The page after this one is asked for with `next_page` as `after` and `next_record` as `after_record`; both 0: this is the
// last. Any thread; free the list with tillbook_history_free.
//
// Errors: as tillbook_history_of; INVALID_INPUT without a card.
tillbook_status tillbook_history_with_remote(struct tillbook_till *till,
                                             const struct tillbook_history_query *query,
                                             struct tillbook_history **list,
                                             int64_t *next_page,
                                             int64_t *next_record,
                                             struct tillbook_error **err);

// Reads the remotes' own history of a card into the book, from `since` on (milliseconds since 1970 UTC; 0: all of it). Nothing is
// written at a remote. A card that the book does not know is served first. Waits at most `timeout_ms` milliseconds (0: the
// configured time-out). Any thread.
//
// Errors: UNSUPPORTED where no remote of the card tells a history; NOT_FOUND, UNREACHABLE, REMOTE_REFUSED: of that remote nothing
// was taken in; INVALID_INPUT, BAD_STRUCT, BAD_TEXT, NULL_ARGUMENT, DISK_FULL, STORAGE, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_pull_history(struct tillbook_till *till,
                                      const char *card,
                                      size_t card_size,
                                      int64_t since,
                                      uint32_t timeout_ms,
                                      struct tillbook_history_pull *pull,
                                      struct tillbook_error **err);

// The next line, or DONE.
//
// Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.
tillbook_status tillbook_history_next(struct tillbook_history *list,
                                      struct tillbook_entry *row,
                                      struct tillbook_error **err);

// Frees the list and its strings. NULL is fine.
//
// Errors: BAD_HANDLE.
tillbook_status tillbook_history_free(struct tillbook_history *list);

// Erases what is not needed any more, in small steps, until all is done or `budget_ms` is spent: bytes of requests and answers of
// operations that have long been final, and, where the configuration's retention says so, their details, which go into an archive file
// first. Lines of the book, operations and promises stay. Call it once a day, such as after the day was closed; the till may trade
// meanwhile. Any thread.
//
// Errors: DISK_FULL, STORAGE, NO_PERMISSION: what was not copied has not left the book; BAD_STRUCT, NULL_ARGUMENT, POISONED, CLOSED,
// BAD_HANDLE.
tillbook_status tillbook_keep_house(struct tillbook_till *till,
                                    uint32_t budget_ms,
                                    struct tillbook_house_kept *kept,
                                    struct tillbook_error **err);

// Erases the holder of a card on request: name, phone, gender, birthday, and what operations and notes hold of these. Figures stay:
// lines of the book and promises under the card's number, or under "forgotten-7" where the number is a phone's. What the remote keeps
// is the remote's; the card comes back if it is served anew. `archives_missing` (may be NULL) has archive files that were not there or
// could not be read or written anew: what they hold of the holder must be erased where they are now; free it with tillbook_texts_free. Any thread.
//
// Errors: WRONG_STATE while operations of the card are open or wait for a person; NOT_FOUND, INVALID_INPUT, BAD_STRUCT, BAD_TEXT,
// NULL_ARGUMENT, POISONED, CLOSED, BAD_HANDLE; after DISK_FULL and STORAGE call it again.
tillbook_status tillbook_forget(struct tillbook_till *till,
                                const char *card,
                                size_t card_size,
                                const char *who,
                                size_t who_size,
                                struct tillbook_forgotten *forgotten,
                                struct tillbook_texts **archives_missing,
                                struct tillbook_error **err);

// Saves whatever is readable of a damaged book into a new one at `into`. The damaged file is only read, and no till may have it open.
// What could be read and not placed goes into a file beside it, `into` with ".leftover". `report` (may be NULL) is JSON: every table
// with what was kept and lost. The new book is treated as one that was restored from an old copy. Needs room for two more copies.
// Needs no till. Any thread; free the buffer with tillbook_buffer_free.
//
// Errors: BOOK_IN_USE while a till has it open; INVALID_INPUT where `into` is there already, or a log or leftover of that name;
// NOT_A_BOOK where nothing can be read, WRONG_KEY where it is encrypted; STORAGE, DISK_FULL, NO_PERMISSION, BAD_TEXT, NULL_ARGUMENT.
tillbook_status tillbook_salvage(const char *damaged,
                                 size_t damaged_size,
                                 const char *into,
                                 size_t into_size,
                                 struct tillbook_buffer **report,
                                 struct tillbook_error **err);

// The short words for a number, for displays and slips: `what` is one of TILLBOOK_LABEL_*, `wanted` a language. Empty for
// numbers that are unknown here. Static: never free it. Any thread.
const char *tillbook_label(int32_t what,
                           int32_t value,
                           int32_t wanted);

// Says what of the log the host wants, for the whole process: lines down to `level` (TILLBOOK_LOG_*), given to `callback`
// on a thread of the library's own ("tillbook-log"), one at a time, with no lock held. It may call the library. Without a
// callback (NULL) the lines wait to be fetched with tillbook_next_log. A second call replaces the first. `destroy` (may be
// NULL) is called when the callback was replaced and is not running; also where this function fails. Any thread.
//
// Errors: INVALID_INPUT, STORAGE (no thread).
tillbook_status tillbook_set_log(int32_t level,
                                 tillbook_log_callback callback,
                                 void *user,
                                 tillbook_destroy_callback destroy,
                                 struct tillbook_error **err);

// The next line of the log, or DONE: the polling twin of the callback of tillbook_set_log. Any thread.
//
// Errors: NULL_ARGUMENT, BAD_STRUCT.
tillbook_status tillbook_next_log(struct tillbook_log_record *record, struct tillbook_error **err);

// How many points a member has now, and ever had. Asks the remote and waits at most `timeout_ms` milliseconds (0: the
// configured time-out). Any thread.
//
// Errors: UNREACHABLE, REMOTE_REFUSED, UNSUPPORTED, NOT_FOUND, INVALID_INPUT, BAD_STRUCT, BAD_TEXT, NULL_ARGUMENT, STORAGE,
// POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_points_statistics_of(struct tillbook_till *till,
                                              const char *card,
                                              size_t card_size,
                                              uint32_t timeout_ms,
                                              struct tillbook_points_statistics *statistics,
                                              struct tillbook_error **err);

// A page of a member's points history as the remote has it, pages from 1, at most 200 lines a page. Asks the remote and
// waits at most `timeout_ms` milliseconds (0: the configured time-out). `page_info` may be NULL. Any thread; free the list
// with tillbook_points_records_free.
//
// Errors: UNREACHABLE, REMOTE_REFUSED, UNSUPPORTED, NOT_FOUND, INVALID_INPUT, BAD_STRUCT, BAD_TEXT, NULL_ARGUMENT, STORAGE,
// POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_points_history_of(struct tillbook_till *till,
                                           const char *card,
                                           size_t card_size,
                                           uint32_t page,
                                           uint32_t page_size,
                                           uint32_t timeout_ms,
                                           struct tillbook_points_records **list,
                                           struct tillbook_page *page_info,
                                           struct tillbook_error **err);

// The next line, or DONE.
//
// Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.
tillbook_status tillbook_points_records_next(struct tillbook_points_records *list,
                                             struct tillbook_points_record *row,
                                             struct tillbook_error **err);

// Frees the list and its strings. NULL is fine.
//
// Errors: BAD_HANDLE.
tillbook_status tillbook_points_records_free(struct tillbook_points_records *list);

// A page of the merchant's members, pages from 1, at most 200 a page; they are in the book from then on. Asks the remote and
// waits at most `timeout_ms` milliseconds (0: the configured time-out). `page_info` may be NULL. Any thread; free the list
// with tillbook_members_free.
//
// Errors: UNREACHABLE, REMOTE_REFUSED, UNSUPPORTED, NOT_FOUND, INVALID_INPUT, BAD_STRUCT, BAD_TEXT, NULL_ARGUMENT, STORAGE,
// POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_pull_members(struct tillbook_till *till,
                                      uint32_t page,
                                      uint32_t page_size,
                                      uint32_t timeout_ms,
                                      struct tillbook_members **list,
                                      struct tillbook_page *page_info,
                                      struct tillbook_error **err);

// The next member, or DONE.
//
// Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.
tillbook_status tillbook_members_next(struct tillbook_members *list,
                                      struct tillbook_member *row,
                                      struct tillbook_error **err);

// Frees the list and its strings. NULL is fine.
//
// Errors: BAD_HANDLE.
tillbook_status tillbook_members_free(struct tillbook_members *list);

// A code for a member to show elsewhere, as text in a buffer. Asks the remote and waits at most `timeout_ms` milliseconds
// (0: the configured time-out). Any thread; free the buffer with tillbook_buffer_free.
//
// Errors: UNREACHABLE, REMOTE_REFUSED, UNSUPPORTED, NOT_FOUND, INVALID_INPUT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_member_code(struct tillbook_till *till,
                                     const char *card,
                                     size_t card_size,
                                     uint32_t timeout_ms,
                                     struct tillbook_buffer **member_code,
                                     struct tillbook_error **err);

// Sends a code to a phone. Asks the remote once: whether an unanswered one has been sent nobody can tell. Waits at most
// `timeout_ms` milliseconds (0: the configured time-out). Any thread.
//
// Errors: REMOTE_REFUSED (the day's limit); UNREACHABLE, REMOTE_REFUSED, UNSUPPORTED, NOT_FOUND, INVALID_INPUT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_send_sms(struct tillbook_till *till,
                                  const char *phone,
                                  size_t phone_size,
                                  uint32_t timeout_ms,
                                  struct tillbook_error **err);

// Whether that was the code that the phone was sent: `right` becomes 1 or 0. Asks the remote and waits at most
// `timeout_ms` milliseconds (0: the configured time-out). Any thread.
//
// Errors: UNREACHABLE, REMOTE_REFUSED, UNSUPPORTED, NOT_FOUND, INVALID_INPUT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_judge_sms(struct tillbook_till *till,
                                   const char *phone,
                                   size_t phone_size,
                                   const char *sms_code,
                                   size_t sms_code_size,
                                   uint32_t timeout_ms,
                                   int32_t *right,
                                   struct tillbook_error **err);

// Takes in what a remote has pushed, as its request's body came in; `answer` becomes the body to answer it with. Nothing in a
// push becomes a balance or a state: it makes the till ask. Any thread; free the buffer with tillbook_buffer_free.
//
// Errors: REMOTE_REFUSED: the signature is not the platform's, so answer nothing; INVALID_INPUT: it is no push, or no
// configured remote; UNSUPPORTED; DISK_FULL, STORAGE: not taken in, let it come again; BAD_TEXT, NULL_ARGUMENT, STORAGE,
// POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_apply_push(struct tillbook_till *till,
                                    const char *provider,
                                    size_t provider_size,
                                    const uint8_t *body,
                                    size_t body_size,
                                    struct tillbook_buffer **answer,
                                    struct tillbook_error **err);

// A buffer's bytes, owned by it. A NUL that is not counted stands behind them. `size` may be NULL.
//
// Errors: NULL_ARGUMENT, BAD_HANDLE.
tillbook_status tillbook_buffer_bytes(const struct tillbook_buffer *buffer,
                                      const uint8_t **bytes,
                                      size_t *size,
                                      struct tillbook_error **err);

// Frees a buffer and its bytes. NULL is fine.
//
// Errors: BAD_HANDLE.
tillbook_status tillbook_buffer_free(struct tillbook_buffer *buffer);

// Reads yuan in plain digits with at most two decimals ("12", "12.5", "-12.50") as fen. Any thread.
//
// Errors: INVALID_INPUT for anything else (more decimals, an exponent, a thousands separator, too large), BAD_TEXT,
// NULL_ARGUMENT.
tillbook_status tillbook_parse_yuan(const char *text,
                                    size_t text_size,
                                    int64_t *fen,
                                    struct tillbook_error **err);

// Writes fen as yuan with two decimals and a NUL: "12.50". `buffer` takes 32 bytes. Any thread.
//
// Errors: NULL_ARGUMENT.
tillbook_status tillbook_format_yuan(int64_t fen, char *buffer, struct tillbook_error **err);

// Opens the book, or makes a new one. What a crash left behind is recovered first. Nothing is sent before a call asks for
// it, tillbook_sync is called or tillbook_start_worker has started the worker. Any thread.
//
// Errors: INVALID_CONFIG (the error names the key); BOOK_IN_USE, NOT_A_BOOK, NEWER_BOOK, CORRUPT, NO_PERMISSION, DISK_FULL,
// WRONG_MERCHANT; INVALID_INPUT, NULL_ARGUMENT, BAD_STRUCT, BAD_TEXT. The transport's `destroy` has been called then, unless
// `options` or `transport` itself could not be read.
tillbook_status tillbook_open(const struct tillbook_open_options *options,
                              struct tillbook_till **till,
                              struct tillbook_error **err);

// Closes the book. Requests under way get `grace_ms` milliseconds to end, and calls that wait for them their answer; then
// every call returns CLOSED until the handle is freed; what became of those that don't is found out when the book is opened again. No
// callback but one that is about to begin comes any more. Closing twice is fine. Any thread, inside callbacks as well.
//
// Errors: BAD_HANDLE, NULL_ARGUMENT.
tillbook_status tillbook_close(struct tillbook_till *till,
                               uint32_t grace_ms,
                               struct tillbook_error **err);

// Frees the handle, and closes the till first if that has not been done, with a second's grace. NULL is fine. Any thread,
// inside callbacks as well; calls of other threads that are under way end with CLOSED.
//
// Errors: BAD_HANDLE, for one that was freed before.
tillbook_status tillbook_free(struct tillbook_till *till);

// Starts a thread that forwards the queue by itself until the till is closed. A host without threads calls tillbook_sync
// from its loop instead. Starting twice does nothing. Any thread.
//
// Errors: STORAGE if the system gives no thread; NULL_ARGUMENT, CLOSED, BAD_HANDLE.
tillbook_status tillbook_start_worker(struct tillbook_till *till,
                                      struct tillbook_error **err);

// How many numbers are left in the till's range, for tillbook_open_card with `next_number`; -1 where it has none. Any thread.
//
// Errors: NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_numbers_left(struct tillbook_till *till,
                                      int64_t *left,
                                      struct tillbook_error **err);

// What waits behind an opening that waits for a person (tillbook_waiting_operation.may_retarget), in order. Any thread; free the
// list with tillbook_orphans_free.
//
// Errors: NOT_FOUND for an unknown operation (one that does not wait has none behind it); INVALID_INPUT, NULL_ARGUMENT,
// BAD_TEXT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_orphans_of(struct tillbook_till *till,
                                    const char *op_id,
                                    size_t op_id_size,
                                    struct tillbook_orphans **list,
                                    struct tillbook_error **err);

// The next operation, or DONE.
//
// Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.
tillbook_status tillbook_orphans_next(struct tillbook_orphans *list,
                                      struct tillbook_orphan *row,
                                      struct tillbook_error **err);

// Frees the list and its strings. NULL is fine.
//
// Errors: BAD_HANDLE.
tillbook_status tillbook_orphans_free(struct tillbook_orphans *list);

// Records a person's decision on where a card goes whose opening the remote has refused, and carries it out. With a new number
// the card is opened anew under that, and what waits behind the opening follows, each once. Any thread.
//
// Errors: NOT_FOUND; WRONG_STATE if it is no opening of a card, does not wait, or may have been opened after all (then
// TILLBOOK_RESOLUTION_WAS_NOT_APPLIED comes first); REFUSED for a number that the book knows, a range that is used up, or an
// existing card that is unknown, blocked or closed; INVALID_CONFIG where the till has no range; INVALID_INPUT, BAD_STRUCT,
// BAD_TEXT, DISK_FULL, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_retarget(struct tillbook_till *till,
                                  const struct tillbook_retarget_request *request,
                                  struct tillbook_receipt *receipt,
                                  struct tillbook_error **err);

// What nobody has acknowledged yet, oldest first, at most 1,000. The polling twin of tillbook_on_notice. Any thread; free the list with tillbook_notices_free.
//
// Errors: NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_notices_of(struct tillbook_till *till,
                                    struct tillbook_notices **list,
                                    struct tillbook_error **err);

// The next notification, or DONE.
//
// Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.
tillbook_status tillbook_notices_next(struct tillbook_notices *list,
                                      struct tillbook_notice *row,
                                      struct tillbook_error **err);

// Frees the list and its strings. NULL is fine.
//
// Errors: BAD_HANDLE.
tillbook_status tillbook_notices_free(struct tillbook_notices *list);

// Acknowledges a notification. For TILLBOOK_NOTICE_CHARGED_WITHOUT_SALE `note` records whether goods were handed over;
// otherwise it may be NULL. Any thread.
//
// Errors: NOT_FOUND if it is not open; INVALID_INPUT, BAD_TEXT, DISK_FULL, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_acknowledge(struct tillbook_till *till,
                                     int64_t notice_no,
                                     const char *who,
                                     size_t who_size,
                                     const char *note,
                                     size_t note_size,
                                     struct tillbook_error **err);

// Everything that waits for a person, oldest first. Any thread; free the list with tillbook_waiting_free.
//
// Errors: NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_waiting_of(struct tillbook_till *till,
                                    struct tillbook_waiting **list,
                                    struct tillbook_error **err);

// The next operation, or DONE.
//
// Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.
tillbook_status tillbook_waiting_next(struct tillbook_waiting *list,
                                      struct tillbook_waiting_operation *row,
                                      struct tillbook_error **err);

// Frees the list and its strings. NULL is fine.
//
// Errors: BAD_HANDLE.
tillbook_status tillbook_waiting_free(struct tillbook_waiting *list);

// Records a person's decision about an operation that waits, and carries it out. TILLBOOK_RESOLUTION_WAS_APPLIED takes the
// card off the exception list if it stood there for this operation. Any thread.
//
// Errors: NOT_FOUND; WRONG_STATE if it does not wait or the decision is not possible; INVALID_INPUT, BAD_STRUCT, BAD_TEXT,
// DISK_FULL, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_resolve(struct tillbook_till *till,
                                 const struct tillbook_resolve_request *request,
                                 struct tillbook_receipt *receipt,
                                 struct tillbook_error **err);

// Puts a card on this till's exception list: it is refused here from now on, one that this till has never met as soon as it comes.
// Any thread.
//
// Errors: INVALID_INPUT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_set_exception(struct tillbook_till *till,
                                       const char *card,
                                       size_t card_size,
                                       const char *why,
                                       size_t why_size,
                                       struct tillbook_error **err);

// Takes a card off this till's exception list. Any thread.
//
// Errors: NOT_FOUND, INVALID_INPUT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_lift_exception(struct tillbook_till *till,
                                        const char *card,
                                        size_t card_size,
                                        struct tillbook_error **err);

// The offline policy in force. Any thread.
//
// Errors: NULL_ARGUMENT, BAD_STRUCT, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_policy_of(struct tillbook_till *till,
                                   struct tillbook_policy *policy,
                                   struct tillbook_error **err);

// Puts another offline policy in force, from the next decision on; what has been promised stays. It survives a restart: the
// configuration's policy takes its place only once that has become another one. `version` (may be NULL) is its number in this
// book; setting the policy that is in force changes nothing. tillbook_report tells all that were (TILLBOOK_REPORT_POLICIES). Any
// thread.
//
// Errors: INVALID_CONFIG for figures that don't go together (the error names the key); INVALID_INPUT, BAD_STRUCT, BAD_TEXT,
// NULL_ARGUMENT, DISK_FULL, STORAGE, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_set_policy(struct tillbook_till *till,
                                    const struct tillbook_set_policy_request *request,
                                    int64_t *version,
                                    struct tillbook_error **err);

// What the till would approve offline next, limit by limit, and which limit binds; for a card if one is named (`card` may be
// NULL). `with_override` 1: what a supervisor's override would bring. Any thread.
//
// Errors: NOT_FOUND, INVALID_INPUT, BAD_STRUCT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_room_of(struct tillbook_till *till,
                                 const char *card,
                                 size_t card_size,
                                 int32_t with_override,
                                 struct tillbook_room *room,
                                 struct tillbook_error **err);

// Takes cards into the book, so that they can be served in an outage: deals with at most `at_most` of them and returns. `after` is
// `next` of the call before, with the same cards; NULL: from the beginning. Cards are read one after another, waiting for the
// remote; cashiers' calls go on beside it. Any thread.
//
// Errors: UNSUPPORTED where the remote has no such search or list; REMOTE_REFUSED where it refuses that; INVALID_INPUT, BAD_STRUCT,
// BAD_TEXT, NULL_ARGUMENT, DISK_FULL, STORAGE, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_preload_step(struct tillbook_till *till,
                                      const struct tillbook_preload_query *query,
                                      const char *after,
                                      size_t after_size,
                                      uint32_t at_most,
                                      struct tillbook_preloaded *preloaded,
                                      struct tillbook_error **err);

// How an operation stands: ask by the op_id that the call was made with, after a crash, a time-out or an `in doubt`. At
// once, from the book. Any thread.
//
// Errors: NOT_FOUND, INVALID_INPUT, NULL_ARGUMENT, BAD_STRUCT, BAD_TEXT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_operation(struct tillbook_till *till,
                                   const char *op_id,
                                   size_t op_id_size,
                                   struct tillbook_receipt *receipt,
                                   struct tillbook_error **err);

// Everything about an operation that is text, whole: "refusal", "remote_message", "waits_for", "remote_id", "reference",
// "coupon", what a supervisor has lifted under "lifted", and each figure as the remote wrote it under "as_received.NAME". What is not there is left out. Any thread;
// free the list with tillbook_details_free.
//
// Errors: as tillbook_operation.
tillbook_status tillbook_operation_details(struct tillbook_till *till,
                                           const char *op_id,
                                           size_t op_id_size,
                                           struct tillbook_details **details,
                                           struct tillbook_error **err);

// The next detail, or DONE.
//
// Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.
tillbook_status tillbook_details_next(struct tillbook_details *details,
                                      struct tillbook_detail *detail,
                                      struct tillbook_error **err);

// Frees the list and its strings. NULL is fine.
//
// Errors: BAD_HANDLE.
tillbook_status tillbook_details_free(struct tillbook_details *details);

// A report as text in a buffer: see TILLBOOK_REPORT_* and TILLBOOK_FORMAT_*. From the book, at once. Any thread; free the buffer with
// tillbook_buffer_free.
//
// Errors: NOT_FOUND for an outage or a close that there was none of; INVALID_INPUT, BAD_STRUCT, BAD_TEXT, NULL_ARGUMENT, STORAGE,
// POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_report(struct tillbook_till *till,
                                const struct tillbook_report_query *query,
                                struct tillbook_buffer **text,
                                struct tillbook_error **err);

// When remotes were not there, the newest first, at most 1,000. Any thread; free the list with tillbook_outages_free.
//
// Errors: NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_outages_of(struct tillbook_till *till,
                                    struct tillbook_outages **list,
                                    struct tillbook_error **err);

// The next outage, or DONE.
//
// Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.
tillbook_status tillbook_outages_next(struct tillbook_outages *list,
                                      struct tillbook_outage *row,
                                      struct tillbook_error **err);

// Frees the list and its strings. NULL is fine.
//
// Errors: BAD_HANDLE.
tillbook_status tillbook_outages_free(struct tillbook_outages *list);

// What went through the till, line by line: since the last day's close (`date` is NULL: the X totals), or on a business day
// (YYYY-MM-DD). Nothing is written. `info` may be NULL. Any thread; free the list with tillbook_totals_free.
//
// Errors: INVALID_INPUT for what is no date; BAD_STRUCT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_totals_of(struct tillbook_till *till,
                                   const char *date,
                                   size_t date_size,
                                   struct tillbook_totals **list,
                                   struct tillbook_totals_info *info,
                                   struct tillbook_error **err);

// The next line, or DONE.
//
// Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.
tillbook_status tillbook_totals_next(struct tillbook_totals *list,
                                     struct tillbook_totals_line *row,
                                     struct tillbook_error **err);

// Frees the list and its strings. NULL is fine.
//
// Errors: BAD_HANDLE.
tillbook_status tillbook_totals_free(struct tillbook_totals *list);

// The business day that it is now, as YYYY-MM-DD with a NUL. `buffer` takes 16 bytes. Any thread.
//
// Errors: NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_business_date(struct tillbook_till *till, char *buffer, struct tillbook_error **err);

// Closes a business day (YYYY-MM-DD): the Z totals of everything since the close before, kept in the book. `close_no` is its number,
// by which TILLBOOK_REPORT_DAY_CLOSE tells it; they run on. A day may be closed while operations are open, and again after more was
// written: nothing is counted twice and nothing left out. Any thread.
//
// Errors: INVALID_INPUT for a day to come, or one that was closed before and has nothing more to close, and for `who` (at most 64
// characters); BAD_TEXT, NULL_ARGUMENT, DISK_FULL, STORAGE, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_close_day(struct tillbook_till *till,
                                   const char *date,
                                   size_t date_size,
                                   const char *who,
                                   size_t who_size,
                                   int64_t *close_no,
                                   struct tillbook_error **err);

// Whether an upgrade of the program, or its removal, would lose anything. Any thread.
//
// Errors: NULL_ARGUMENT, BAD_STRUCT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_safe_to_close_of(struct tillbook_till *till,
                                          struct tillbook_safe_to_close *safe,
                                          struct tillbook_error **err);

// Writes one file for support staff: versions, settings without secrets, counts, outages, the last attempts, what is open. Nobody's
// name, phone or card number stands in it, and no secret. Of files that are there only an earlier bundle is replaced. Any thread.
//
// Errors: INVALID_INPUT for any other file; NO_PERMISSION, DISK_FULL, STORAGE, BAD_TEXT, NULL_ARGUMENT, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_support_bundle(struct tillbook_till *till,
                                        const char *path,
                                        size_t path_size,
                                        struct tillbook_error **err);

// The cards that have a text in their number, phone or name: the one whose whole number it is first, then those whose whole
// phone it is. `has_more` (may be NULL) is 1 where there are more than the list holds: ask with a longer text. From the book, at
// once. Any thread; free the list with tillbook_found_free.
//
// Errors: INVALID_INPUT for an empty text, one of more than 64 characters, control characters, a limit above 100;
// NULL_ARGUMENT, BAD_STRUCT, BAD_TEXT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_search(struct tillbook_till *till,
                                const struct tillbook_search_query *query,
                                struct tillbook_found **list,
                                int32_t *has_more,
                                struct tillbook_error **err);

// The next card, or DONE.
//
// Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.
tillbook_status tillbook_found_next(struct tillbook_found *list,
                                    struct tillbook_found_card *row,
                                    struct tillbook_error **err);

// Frees the list and its strings. NULL is fine.
//
// Errors: BAD_HANDLE.
tillbook_status tillbook_found_free(struct tillbook_found *list);

// Drives the queue on this thread until nothing is due or `budget_ms` milliseconds are over, and tells how it stands. For
// a host with a loop of its own: call it again at `next_due`, or every few seconds. Requests that other threads
// carry are waited for within the budget. One that this thread has begun is carried through, so a call may take longer by
// its time-out. `status` may be NULL. Any thread.
//
// Errors: DISK_FULL, STORAGE, POISONED, CLOSED, BAD_HANDLE, BAD_STRUCT.
tillbook_status tillbook_sync(struct tillbook_till *till,
                              uint32_t budget_ms,
                              struct tillbook_sync_status *status,
                              struct tillbook_error **err);

// How the queue stands. Any thread.
//
// Errors: NULL_ARGUMENT, BAD_STRUCT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_sync_state(struct tillbook_till *till,
                                    struct tillbook_sync_status *status,
                                    struct tillbook_error **err);

// How each remote fares. Any thread; free the list with tillbook_remotes_free.
//
// Errors: as tillbook_sync_state.
tillbook_status tillbook_remotes_of(struct tillbook_till *till,
                                    struct tillbook_remotes **remotes,
                                    struct tillbook_error **err);

// The next remote, or DONE.
//
// Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.
tillbook_status tillbook_remotes_next(struct tillbook_remotes *remotes,
                                      struct tillbook_remote *remote,
                                      struct tillbook_error **err);

// Frees the list and its strings. NULL is fine.
//
// Errors: BAD_HANDLE.
tillbook_status tillbook_remotes_free(struct tillbook_remotes *remotes);

// Waits until the queue may stand otherwise than when `seen` was returned, at most `timeout_ms` milliseconds; `now` is the
// number to come back with. Begin with 0. The polling twin of tillbook_on_status. Any thread.
//
// Errors: NULL_ARGUMENT, POISONED, CLOSED, BAD_HANDLE.
tillbook_status tillbook_wait_for_change(struct tillbook_till *till,
                                         uint64_t seen,
                                         uint32_t timeout_ms,
                                         uint64_t *now,
                                         struct tillbook_error **err);

// Gives the till a token for a remote ("gree", "yonyou"), which it uses from now on until the remote refuses it. For tills
// that were opened with host_tokens. It is kept in memory only. Any thread.
//
// Errors: UNSUPPORTED without host_tokens; INVALID_INPUT, BAD_TEXT, NULL_ARGUMENT, CLOSED, BAD_HANDLE.
tillbook_status tillbook_give_token(struct tillbook_till *till,
                                    const char *provider,
                                    size_t provider_size,
                                    const char *token,
                                    size_t token_size,
                                    struct tillbook_error **err);

// Whether the till waits for a token from the host: OK with the remote's name, or DONE where none is wanted. The polling
// twin of tillbook_on_token_wanted. Any thread.
//
// Errors: UNSUPPORTED without host_tokens; BAD_STRUCT, NULL_ARGUMENT, BAD_HANDLE.
tillbook_status tillbook_next_token_wanted(struct tillbook_till *till,
                                           struct tillbook_token_wanted *wanted,
                                           struct tillbook_error **err);

// Sets the answer's status, 100 to 999. For use inside `send`, on its thread.
//
// Errors: INVALID_INPUT, NULL_ARGUMENT, BAD_HANDLE.
tillbook_status tillbook_http_response_status(struct tillbook_http_response *response,
                                              int32_t http_status,
                                              struct tillbook_error **err);

// Adds a header field to the answer. Those that the till looks at are Date and Retry-After; one that is refused is left out,
// and the answer counts without it. For use inside `send`, on its
// thread.
//
// Errors: BAD_TEXT, INVALID_INPUT, NULL_ARGUMENT, BAD_HANDLE.
tillbook_status tillbook_http_response_header(struct tillbook_http_response *response,
                                              const char *name,
                                              size_t name_size,
                                              const char *value,
                                              size_t value_size,
                                              struct tillbook_error **err);

// Adds bytes to the answer's body. For use inside `send`, on its thread.
//
// Errors: INVALID_INPUT where the body becomes larger than the request's max_response_bytes: the exchange counts as
// TILLBOOK_MAYBE_SENT then; NULL_ARGUMENT, BAD_HANDLE.
tillbook_status tillbook_http_response_body(struct tillbook_http_response *response,
                                            const uint8_t *bytes,
                                            size_t bytes_size,
                                            struct tillbook_error **err);

// Cancels an operation that has not reached the remote: nothing goes on the wire. Again, it changes nothing.
// Who does it is told by tillbook_void_by. Any thread.
//
// Errors: NOT_FOUND; WRONG_STATE once it may have reached the remote, or while something rests on it; DISK_FULL and as
// tillbook_operation.
tillbook_status tillbook_void(struct tillbook_till *till,
                              const char *op_id,
                              size_t op_id_size,
                              struct tillbook_receipt *receipt,
                              struct tillbook_error **err);

// As tillbook_void, and tells who does it. Any thread.
//
// Errors: as tillbook_void, and INVALID_INPUT, BAD_STRUCT.
tillbook_status tillbook_void_by(struct tillbook_till *till,
                                 const struct tillbook_void_request *request,
                                 struct tillbook_receipt *receipt,
                                 struct tillbook_error **err);

// Calls `callback` whenever the queue stands otherwise, at first at once, on the till's own thread "tillbook-watch", one
// call at a time. Quick changes are told together. It may call the till, remove its listener, close and free the till.
// `destroy` (may be NULL) is called within a second after it was removed or the till was closed, when no call is running;
// also where this function fails, but not in a forked process. Polling twin: tillbook_wait_for_change with tillbook_sync_state. Any thread.
//
// Errors: NULL_ARGUMENT, CLOSED, STORAGE (no thread), BAD_HANDLE.
tillbook_status tillbook_on_status(struct tillbook_till *till,
                                   tillbook_status_callback callback,
                                   void *user,
                                   tillbook_destroy_callback destroy,
                                   struct tillbook_listener **listener,
                                   struct tillbook_error **err);

// Calls `callback` for each notification that comes from now on. Otherwise as tillbook_on_status; polling twin:
// tillbook_notices_of.
//
// Errors: as tillbook_on_status.
tillbook_status tillbook_on_notice(struct tillbook_till *till,
                                   tillbook_notice_callback callback,
                                   void *user,
                                   tillbook_destroy_callback destroy,
                                   struct tillbook_listener **listener,
                                   struct tillbook_error **err);

// Calls `callback` when a token is wanted from the host, once for each. Otherwise as tillbook_on_status; polling twin:
// tillbook_next_token_wanted.
//
// Errors: as tillbook_on_status; UNSUPPORTED without host_tokens.
tillbook_status tillbook_on_token_wanted(struct tillbook_till *till,
                                         tillbook_token_callback callback,
                                         void *user,
                                         tillbook_destroy_callback destroy,
                                         struct tillbook_listener **listener,
                                         struct tillbook_error **err);

// Removes a callback and frees its handle. A call that is running or about to begin ends undisturbed, and `destroy` is called
// after it: `user` has to live until then, and without `destroy` for ever. NULL is fine. Any thread, inside the callback as well.
//
// Errors: BAD_HANDLE, for one that was removed before.
tillbook_status tillbook_listener_remove(struct tillbook_listener *listener);

/* Text from a NUL-terminated string. */
static inline tillbook_str tillbook_str_of(const char *text) {
  tillbook_str it;
  it.data = text;
  it.size = text ? TILLBOOK_NUL_TERMINATED : 0;
  return it;
}

/* Sets structs up: all zero, but for the size that this program knows. */
static inline void tillbook_backup_request_init(tillbook_backup_request *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_backup_report_init(tillbook_backup_report *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_restore_request_init(tillbook_restore_request *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_restore_report_init(tillbook_restore_report *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_report_query_init(tillbook_report_query *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_search_query_init(tillbook_search_query *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_card_init(tillbook_card *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_history_query_init(tillbook_history_query *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_receipt_init(tillbook_receipt *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_check_options_init(tillbook_check_options *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_check_report_init(tillbook_check_report *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_call_init(tillbook_call *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_open_card_request_init(tillbook_open_card_request *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_modify_request_init(tillbook_modify_request *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_recharge_request_init(tillbook_recharge_request *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_consume_request_init(tillbook_consume_request *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_register_request_init(tillbook_register_request *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_redeem_points_request_init(tillbook_redeem_points_request *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_accrue_points_request_init(tillbook_accrue_points_request *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_adjust_points_request_init(tillbook_adjust_points_request *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_return_points_request_init(tillbook_return_points_request *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_carry_over_points_request_init(tillbook_carry_over_points_request *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_update_points_request_init(tillbook_update_points_request *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_return_points_of_order_request_init(tillbook_return_points_of_order_request *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_order_line_init(tillbook_order_line *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_redeem_coupon_request_init(tillbook_redeem_coupon_request *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_give_coupon_request_init(tillbook_give_coupon_request *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_set_coupon_status_request_init(tillbook_set_coupon_status_request *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_coupon_template_init(tillbook_coupon_template *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_add_coupon_template_request_init(tillbook_add_coupon_template_request *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_push_order_request_init(tillbook_push_order_request *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_return_order_request_init(tillbook_return_order_request *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_account_init(tillbook_account *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_level_init(tillbook_level *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_pay_type_init(tillbook_pay_type *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_recharge_rule_init(tillbook_recharge_rule *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_service_init(tillbook_service *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_headroom_init(tillbook_headroom *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_finding_init(tillbook_finding *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_coupon_init(tillbook_coupon *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_validate_coupon_request_init(tillbook_validate_coupon_request *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_coupon_validation_init(tillbook_coupon_validation *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_verdict_init(tillbook_verdict *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_error_info_init(tillbook_error_info *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_exception_init(tillbook_exception *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_exception_request_init(tillbook_exception_request *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_history_pull_init(tillbook_history_pull *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_entry_init(tillbook_entry *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_house_kept_init(tillbook_house_kept *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_forgotten_init(tillbook_forgotten *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_log_record_init(tillbook_log_record *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_points_statistics_init(tillbook_points_statistics *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_page_init(tillbook_page *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_points_record_init(tillbook_points_record *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_member_init(tillbook_member *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_sandy_init(tillbook_sandy *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_freemud_init(tillbook_freemud *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_gree_init(tillbook_gree *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_yonyou_init(tillbook_yonyou *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_policy_init(tillbook_policy *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_config_init(tillbook_config *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_http_request_init(tillbook_http_request *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_transport_init(tillbook_transport *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_open_options_init(tillbook_open_options *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_orphan_init(tillbook_orphan *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_retarget_request_init(tillbook_retarget_request *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_notice_init(tillbook_notice *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_waiting_operation_init(tillbook_waiting_operation *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_resolve_request_init(tillbook_resolve_request *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_set_policy_request_init(tillbook_set_policy_request *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_room_init(tillbook_room *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_preload_query_init(tillbook_preload_query *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_preloaded_init(tillbook_preloaded *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_detail_init(tillbook_detail *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_outage_init(tillbook_outage *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_totals_info_init(tillbook_totals_info *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_totals_line_init(tillbook_totals_line *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_safe_to_close_init(tillbook_safe_to_close *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_found_card_init(tillbook_found_card *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_sync_status_init(tillbook_sync_status *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_remote_init(tillbook_remote *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_token_wanted_init(tillbook_token_wanted *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}
static inline void tillbook_void_request_init(tillbook_void_request *it) {
  memset(it, 0, sizeof *it);
  it->struct_size = sizeof *it;
}

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* TILLBOOK_H */


