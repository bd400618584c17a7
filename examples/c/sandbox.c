/* Plain HTTP over sockets, a reader for the one JSON text that the samples look into, and the comparison at the day's end.
 * For the sandbox only: it trusts what it is answered more than a program should that talks to strangers. */
#ifndef _WIN32
#define _POSIX_C_SOURCE 200112L
#endif
#include "sandbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#include <winsock2.h>
#include <ws2tcpip.h>
typedef SOCKET socket_t;
#define NO_SOCKET INVALID_SOCKET
#define close_socket closesocket
#else
#include <netdb.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>
typedef int socket_t;
#define NO_SOCKET (-1)
#define close_socket close
#endif

/* ---- HTTP ---- */

int sandbox_begin(void)
{
#ifdef _WIN32
    WSADATA data;
    return WSAStartup(MAKEWORD(2, 2), &data) == 0 ? 0 : -1;
#else
    return 0;
#endif
}

void sandbox_end(void)
{
#ifdef _WIN32
    WSACleanup();
#endif
}

static int failed(const char *what, const char *why)
{
    fprintf(stderr, "the sandbox: %s: %s\n", what, why);
    return -1;
}

/* "http://127.0.0.1:8787" -> a connection. */
static socket_t connect_to(const char *url)
{
    char host[64], port[8];
    struct addrinfo hints, *found = NULL, *at;
    socket_t it = NO_SOCKET;

    if (sscanf(url, "http://%63[^:/]:%7[0-9]", host, port) != 2)
        return NO_SOCKET;
    memset(&hints, 0, sizeof hints);
    hints.ai_socktype = SOCK_STREAM;
    if (getaddrinfo(host, port, &hints, &found) != 0)
        return NO_SOCKET;
    for (at = found; at != NULL && it == NO_SOCKET; at = at->ai_next) {
        it = socket(at->ai_family, at->ai_socktype, at->ai_protocol);
        if (it != NO_SOCKET && connect(it, at->ai_addr, (int)at->ai_addrlen) != 0) {
            close_socket(it);
            it = NO_SOCKET;
        }
    }
    freeaddrinfo(found);
    return it;
}

static int send_all(socket_t to, const char *text, size_t size)
{
    while (size > 0) {
        int sent = (int)send(to, text, (int)size, 0);
        if (sent <= 0)
            return -1;
        text += sent;
        size -= (size_t)sent;
    }
    return 0;
}

/* Everything up to the end of the connection, with a NUL behind it; NULL if it fails. */
static char *receive_all(socket_t from)
{
    size_t size = 0, room = 16384;
    char *text = malloc(room);

    while (text != NULL) {
        int got = (int)recv(from, text + size, (int)(room - size - 1), 0);
        if (got < 0) {
            free(text);
            return NULL;
        }
        if (got == 0) {
            text[size] = '\0';
            return text;
        }
        size += (size_t)got;
        if (room - size < 2) {
            char *more = realloc(text, room *= 2);
            if (more == NULL)
                free(text);
            text = more;
        }
    }
    return NULL;
}

/* One request. Returns the answer, head and body, to be freed; NULL unless its status is 200. */
static char *ask(const char *url, const char *method, const char *name, const char *body)
{
    char head[256];
    char *answer = NULL;
    socket_t it = connect_to(url);

    if (it == NO_SOCKET) {
        failed(name, "not there");
        return NULL;
    }
    snprintf(head, sizeof head, "%s /control/%s HTTP/1.1\r\nHost: sandbox\r\nConnection: close\r\nContent-Length: %lu\r\n\r\n",
             method, name, (unsigned long)strlen(body));
    if (send_all(it, head, strlen(head)) == 0 && send_all(it, body, strlen(body)) == 0)
        answer = receive_all(it);
    close_socket(it);
    if (answer == NULL || strncmp(answer, "HTTP/1.1 200", 12) != 0) {
        failed(name, answer != NULL ? answer : "no answer");
        free(answer);
        return NULL;
    }
    return answer;
}

static int tell(const char *url, const char *method, const char *name, const char *body)
{
    char *answer = ask(url, method, name, body);
    free(answer);
    return answer != NULL ? 0 : -1;
}

int sandbox_add_card(const char *url, const char *card, int level, const char *name, const char *phone,
                     const char *money, int points)
{
    char body[512];
    snprintf(body, sizeof body,
             "{\"card\":\"%s\",\"level\":%d,\"name\":\"%s\",\"phone\":\"%s\",\"gender\":1,\"money\":\"%s\",\"score\":%d}",
             card, level, name, phone, money, points);
    return tell(url, "POST", "card", body);
}

int sandbox_cut(const char *url)
{
    return tell(url, "POST", "faults", "{\"endpoint\":\"*\",\"per_mille\":1000,\"fault\":\"refuse\"}");
}

int sandbox_restore(const char *url)
{
    return tell(url, "DELETE", "faults", "");
}

int sandbox_lose_answer(const char *url, const char *card, int reads)
{
    char body[256];
    snprintf(body, sizeof body, "{\"endpoint\":\"consume\",\"card\":\"%s\",\"skip\":0,\"fault\":\"apply-drop-answer\"}", card);
    if (tell(url, "POST", "faults", body) != 0)
        return -1;
    snprintf(body, sizeof body, "{\"endpoint\":\"getcardinfo\",\"card\":\"%s\",\"skip\":%d,\"fault\":\"drop-request\"}",
             card, reads);
    return tell(url, "POST", "faults", body);
}

int sandbox_withdraw(const char *url, const char *card, const char *money)
{
    char body[256];
    snprintf(body, sizeof body, "{\"card\":\"%s\",\"money\":\"%s\",\"who\":\"office\"}", card, money);
    return tell(url, "POST", "withdraw", body);
}

/* ---- The remote's ledger: a JSON text ---- */

/* A write that took effect. */
typedef struct write_t {
    char card[40];
    char kind[24];       /* "consume", "recharge", "redeem_points", "withdraw", ... */
    int64_t sent;        /* what was asked for: fen, or points for "redeem_points" */
    int64_t money_after; /* the card's balance after it, in fen */
    int64_t points_after;
    int by_interface;    /* 1: a till did it, and no line of the book has been found for it yet */
} write_t;

/* The end of the JSON object that begins at `at`: behind its last brace, with braces inside strings left out. */
static const char *end_of_object(const char *at)
{
    int depth = 0, in_string = 0;

    for (; *at != '\0'; at++) {
        if (in_string && *at == '\\' && at[1] != '\0')
            at++;
        else if (*at == '"')
            in_string = !in_string;
        else if (!in_string && *at == '{')
            depth++;
        else if (!in_string && *at == '}' && --depth == 0)
            return at + 1;
    }
    return at;
}

/* What stands behind `"key": ` between `from` and `to`. Inside a string the quotes would be escaped, so what is found is a
 * key; the ledger's keys differ from those of the objects in it. */
static const char *value_of(const char *from, const char *to, const char *key)
{
    char quoted[40];
    const char *at;

    snprintf(quoted, sizeof quoted, "\"%s\": ", key);
    at = strstr(from, quoted);
    return at != NULL && at < to ? at + strlen(quoted) : NULL;
}

static int number_of(const char *from, const char *to, const char *key, int64_t *number)
{
    long long read;
    const char *at = value_of(from, to, key);

    if (at == NULL || sscanf(at, "%lld", &read) != 1)
        return -1;
    *number = read;
    return 0;
}

/* Texts with escapes don't occur here: card numbers and kinds. */
static int text_of(const char *from, const char *to, const char *key, char *text, size_t room)
{
    size_t size;
    const char *at = value_of(from, to, key);

    if (at == NULL || *at != '"')
        return -1;
    size = strcspn(at + 1, "\"");
    if (size >= room)
        return -1;
    memcpy(text, at + 1, size);
    text[size] = '\0';
    return 0;
}

static int read_write(const char *from, const char *to, write_t *it)
{
    const char *source = value_of(from, to, "source");

    if (source == NULL || text_of(from, to, "card", it->card, sizeof it->card) != 0 ||
        text_of(from, to, "kind", it->kind, sizeof it->kind) != 0 || number_of(from, to, "sent", &it->sent) != 0 ||
        number_of(from, to, "amount_fen", &it->money_after) != 0 ||
        number_of(from, to, "points", &it->points_after) != 0)
        return -1;
    it->by_interface = strncmp(source, "\"api\"", 5) == 0;
    return 0;
}

/* Oldest first, to be freed. */
static int read_ledger(const char *url, write_t **writes, size_t *count)
{
    size_t read = 0, room = 0;
    write_t *list = NULL;
    char *answer = ask(url, "GET", "ledger", "");
    const char *at = answer;

    if (answer == NULL)
        return -1;
    while ((at = strchr(at, '{')) != NULL) {
        const char *end = end_of_object(at);
        if (read == room) {
            write_t *more = realloc(list, (room = room * 2 + 64) * sizeof *list);
            if (more == NULL)
                break;
            list = more;
        }
        if (read_write(at, end, &list[read]) != 0)
            break;
        read++;
        at = end;
    }
    free(answer);
    if (at != NULL) {
        free(list);
        return failed("ledger", "a line that can't be read");
    }
    *writes = list;
    *count = read;
    return 0;
}

/* ---- The end of the day ---- */

typedef struct result {
    int cards, operations, open, lost, duplicated, apart;
    int64_t difference;
} result;

static int went_well(const char *doing, tillbook_status status, tillbook_error **error)
{
    if (status == TILLBOOK_OK || status == TILLBOOK_DONE)
        return 1;
    fprintf(stderr, "%s: %s: %s\n", doing, tillbook_status_name(status), tillbook_error_detail(*error));
    tillbook_error_free(*error);
    return 0;
}

/* Whether the remote has to have it. */
static int is_owed(int32_t state)
{
    switch (state) {
    case TILLBOOK_STATE_DECLINED:
    case TILLBOOK_STATE_REJECTED:
    case TILLBOOK_STATE_VOIDED:
    case TILLBOOK_STATE_SUPERSEDED:
    case TILLBOOK_STATE_REVERSED:
    case TILLBOOK_STATE_WRITTEN_OFF:
        return 0;
    default:
        return 1;
    }
}

/* What a line of the book sent: what the card paid of a payment that was approved offline, the total of any other. Where the
 * remote repeats the figure, that one counts: a total may have been on its way already when it was approved offline. */
static int sent_by(tillbook_till *till, const tillbook_entry *entry, int64_t *sent)
{
    tillbook_receipt receipt;
    tillbook_error *error = NULL;

    if (strcmp(entry->kind, "redeem_points") == 0) {
        *sent = -entry->points;
        return 1;
    }
    tillbook_receipt_init(&receipt);
    if (!went_well("asking for an operation",
                   tillbook_operation(till, entry->op_id, TILLBOOK_NUL_TERMINATED, &receipt, &error), &error))
        return 0;
    *sent = entry->original;
    if (receipt.kind == TILLBOOK_KIND_CONSUME && entry->approval == TILLBOOK_PROMISE_OFFLINE_APPROVED)
        *sent = entry->from_card;
    if ((receipt.confirmed & TILLBOOK_CONFIRMED_ORIGINAL) != 0 &&
        (receipt.confirmed_original == entry->original || receipt.confirmed_original == entry->from_card))
        *sent = receipt.confirmed_original;
    return 1;
}

/* Strikes the book's line off the ledger. Nothing on the wire names an operation: card, kind and amount have to do. */
static int match_entry(tillbook_till *till, const tillbook_entry *entry, write_t *ledger, size_t count, result *sum)
{
    int64_t sent = 0;
    size_t i;

    if (!is_owed(entry->state))
        return 1;
    if (entry->state == TILLBOOK_STATE_APPLIED || entry->state == TILLBOOK_STATE_SETTLED)
        sum->operations++;
    else
        sum->open++;
    if (!sent_by(till, entry, &sent))
        return 0;
    for (i = 0; i < count; i++) {
        write_t *at = &ledger[i];
        if (at->by_interface && at->sent == sent && strcmp(at->card, entry->card) == 0 &&
            strcmp(at->kind, entry->kind) == 0) {
            at->by_interface = 0;
            return 1;
        }
    }
    sum->lost++;
    return 1;
}

static int match_history(tillbook_till *till, const char *number, write_t *ledger, size_t count, result *sum)
{
    tillbook_history_query query;
    tillbook_entry entry;
    tillbook_error *error = NULL;
    int well;

    tillbook_history_query_init(&query);
    query.card = tillbook_str_of(number);
    query.page_size = 500;
    tillbook_entry_init(&entry);
    do {
        tillbook_history *lines = NULL;
        tillbook_status status;

        well = went_well("history", tillbook_history_of(till, &query, &lines, &query.after, &error), &error);
        while (well && (status = tillbook_history_next(lines, &entry, &error)) != TILLBOOK_DONE)
            well = went_well("history", status, &error) && match_entry(till, &entry, ledger, count, sum);
        tillbook_history_free(lines);
    } while (well && query.after != 0);
    return well;
}

static int match_card(tillbook_till *till, const char *number, write_t *ledger, size_t count, result *sum)
{
    tillbook_card card;
    tillbook_error *error = NULL;
    int64_t money = 0, points = 0, apart;
    size_t i;

    for (i = 0; i < count; i++) {
        if (strcmp(ledger[i].card, number) == 0) {
            money = ledger[i].money_after;
            points = ledger[i].points_after;
        }
    }
    tillbook_card_init(&card);
    if (!went_well("reading a card", tillbook_card_of(till, number, TILLBOOK_NUL_TERMINATED, &card, &error), &error))
        return 0;
    sum->cards++;
    apart = card.money_confirmed - money;
    sum->difference += apart < 0 ? -apart : apart;
    if (card.money_confirmed != money || card.money_expected != money || card.points_confirmed != points ||
        card.points_expected != points) {
        fprintf(stderr, "card %s does not agree with the remote\n", number);
        sum->apart++;
    }
    if (!match_history(till, number, ledger, count, sum))
        return 0;
    for (i = 0; i < count; i++)
        sum->duplicated += ledger[i].by_interface && strcmp(ledger[i].card, number) == 0;
    return 1;
}

int sandbox_reconcile(const char *url, tillbook_till *till, const char *const *cards, size_t cards_count,
                      const char *const *answered, size_t answered_count)
{
    result sum = {0, 0, 0, 0, 0, 0, 0};
    write_t *ledger = NULL;
    size_t count = 0, i;
    char difference[32] = "";
    int well = read_ledger(url, &ledger, &count) == 0;

    for (i = 0; well && i < cards_count; i++)
        well = match_card(till, cards[i], ledger, count, &sum);
    free(ledger);
    for (i = 0; well && i < answered_count; i++) {
        tillbook_receipt receipt;
        tillbook_receipt_init(&receipt);
        if (tillbook_operation(till, answered[i], TILLBOOK_NUL_TERMINATED, &receipt, NULL) != TILLBOOK_OK)
            sum.lost++;
    }
    if (!well || tillbook_format_yuan(sum.difference, difference, NULL) != TILLBOOK_OK)
        return -1;
    if (sum.open > 0)
        fprintf(stderr, "operations still open: %d\n", sum.open);
    printf("reconciled: cards %d, operations %d, lost %d, duplicated %d, difference %s\n", sum.cards, sum.operations,
           sum.lost, sum.duplicated, difference);
    return sum.open + sum.lost + sum.duplicated + sum.apart == 0 && sum.difference == 0 ? 0 : -1;
}
