/* An unattended kiosk: a main loop of its own, no worker, and a short outage.
 *
 * It never starts tillbook's worker. Its loop serves who stands at the screen, and sends the queue in small portions when
 * nobody does. Written to be copied: take everything but the parts that play the day (`DAY`, the sandbox_ calls) and the
 * reconciliation at the end, which compares the book with the remote's own ledger.
 *
 *   cc kiosk.c slip.c sandbox.c -o kiosk $(pkg-config --cflags --libs tillbook)
 *   tillbook-sandbox --port 8787 &
 *   ./kiosk http://127.0.0.1:8787 .
 *
 * The folder receives the kiosk's book (kiosk.db) and its journal (kiosk.journal). The last line is the result, and the exit
 * code is 0 only if nothing was lost, nothing was done twice and all balances agree.
 *
 * With CMake: CMakeLists.txt. On Windows add -lws2_32 for the sandbox's sockets. */
#ifndef _WIN32
#define _POSIX_C_SOURCE 200112L
#endif
#include <tillbook.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sandbox.h"
#include "slip.h"

#ifdef _WIN32
#include <io.h>
#include <windows.h>
#else
#include <unistd.h>
#endif

#define MERCHANT "聚客西餐"
#define STORE "人民路店"
#define TILL "自助机03"
#define OPERATOR "自助 self"
#define STAFF "陈店长"

static const slip_shop SHOP = {MERCHANT, STORE " " TILL, OPERATOR};

enum {
    TICK_MS = 20,              /* how often the loop looks around */
    SYNC_BUDGET_MS = 60,       /* how long one look after the queue may take */
    SYNC_AT_LEAST_MS = 5000,   /* how often it is looked after where nothing is due */
    REQUEST_TIMEOUT_MS = 2000, /* the longest that a request holds up the loop */
    PATIENCE_MS = 60000,       /* how long the queue may take to empty: never reached when all is well */
    OPEN_MOST = 16,            /* operations whose end is not known; with more the kiosk serves nobody */
    ANSWERED_MOST = 32,
    BEIJING_S = 8 * 3600
};

/* ---- The machine: clocks, a pause, bytes that are really on the disk ---- */

static int64_t wall_ms(void)
{
#ifdef _WIN32
    FILETIME at;
    GetSystemTimeAsFileTime(&at);
    return (int64_t)((((uint64_t)at.dwHighDateTime << 32) | at.dwLowDateTime) / 10000) - INT64_C(11644473600000);
#else
    struct timespec at;
    clock_gettime(CLOCK_REALTIME, &at);
    return (int64_t)at.tv_sec * 1000 + at.tv_nsec / 1000000;
#endif
}

/* Does not jump when somebody sets the clock. */
static int64_t steady_ms(void)
{
#ifdef _WIN32
    return (int64_t)GetTickCount64();
#else
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (int64_t)at.tv_sec * 1000 + at.tv_nsec / 1000000;
#endif
}

static void pause_ms(int ms)
{
#ifdef _WIN32
    Sleep((DWORD)ms);
#else
    struct timespec for_so_long;
    for_so_long.tv_sec = ms / 1000;
    for_so_long.tv_nsec = (long)(ms % 1000) * 1000000;
    nanosleep(&for_so_long, NULL);
#endif
}

static int to_disk(FILE *file)
{
#ifdef _WIN32
    return fflush(file) == 0 && _commit(_fileno(file)) == 0;
#else
    return fflush(file) == 0 && fsync(fileno(file)) == 0;
#endif
}

/* ---- What every call of the library ends with ---- */

/* Tells support staff what went wrong and frees the error. Returns 1 where nothing did. It takes the error's address, since
 * the call stands in the same list of arguments and C does not say which of them is looked at first. */
static int went_well(const char *doing, tillbook_status status, tillbook_error **error)
{
    if (status == TILLBOOK_OK || status == TILLBOOK_DONE)
        return 1;
    fprintf(stderr, "%s: %s: %s\n", doing, tillbook_status_name(status),
            error != NULL ? tillbook_error_detail(*error) : "");
    if (error != NULL) {
        tillbook_error_free(*error);
        *error = NULL;
    }
    return 0;
}

/* ---- The kiosk ---- */

enum step { IDLE, SERVING, SELLING, DRAINING, OVER };

/* What the day brings. */
enum act { HEADING, LOOK, RECHARGE, PAY, SPEND_POINTS, LOSE_ANSWER, CUT, WITHDRAW, RESTORE, DRAIN };
struct scene {
    enum act act;
    const char *what;
    int card;         /* which of the kiosk's cards */
    int64_t amount;   /* fen, or points */
    int32_t delivery; /* TILLBOOK_DELIVERY_* */
    int partial;      /* the card may pay a part */
    int power_fails;  /* after the call, and before anybody was told */
};

static const struct scene DAY[] = {
    {DRAIN, "What an earlier run has left is sent first", 0, 0, 0, 0, 0},
    {HEADING, "1. The network is there: the remote decides", 0, 0, 0, 0, 0},
    {RECHARGE, "A member pays 100.00 in", 0, 10000, 0, 0, 0},
    {PAY, "He buys lunch for 88.00; members of his level pay 80 %", 0, 8800, 0, 0, 0},
    {SPEND_POINTS, "He takes a drink for 50 points", 0, 50, 0, 0, 0},
    {LOOK, "Two more members look at their balances", 1, 0, 0, 0, 0},
    {LOOK, "", 2, 0, 0, 0, 0},
    {LOSE_ANSWER, "The next answer gets lost: the remote has done it, and the kiosk does not hear so", 3, 0, 0, 0, 0},
    {PAY, "Somebody rents a locker for 66.00, which needs the remote's own yes", 3, 6600, TILLBOOK_DELIVERY_REQUIRE_ONLINE, 0, 0},
    {CUT, "2. The network is cut: the kiosk decides, within its policy", 0, 0, 0, 0, 0},
    {PAY, "The first member buys dinner for 80.00. The same call as before", 0, 8000, 0, 0, 0},
    {PAY, "He wants a coffee machine for 300.00", 0, 30000, 0, 0, 0},
    {PAY, "Another member's lunch costs 48.00, and she has less on her card", 1, 4800, 0, 1, 0},
    {WITHDRAW, "Meanwhile the back office pays 90.00 out of another card. The kiosk can't know", 2, 0, 0, 0, 0},
    {PAY, "Its holder buys something for 60.00", 2, 6000, 0, 0, 0},
    {PAY, "The first member buys a cake for 18.50, and the power fails before the slip is printed", 0, 1850, 0, 0, 1},
    {RESTORE, "3. The network is back: the queue drains", 0, 0, 0, 0, 0},
    {DRAIN, "", 0, 0, 0, 0, 0},
    {PAY, "A sale for 20.00, as usual", 0, 2000, 0, 0, 0},
    {DRAIN, "", 0, 0, 0, 0, 0},
};

typedef struct kiosk {
    const char *url;
    char book[512], journal_path[512];
    FILE *journal;
    tillbook_till *till;
    enum step step;
    size_t scene;                     /* the next one of DAY */
    char cards[4][24];
    char open[OPEN_MOST][72];         /* operations that were written down and whose end nobody was told */
    int open_count;
    char answered[ANSWERED_MOST][72]; /* those that somebody was told the end of: none may be missing in the book */
    int answered_count;
    int tickets;
    tillbook_sync_status queue;       /* as the last look after it showed */
    int64_t sync_at, patience_ends;   /* by steady_ms */
    int failed;
} kiosk;

static const struct scene *scene_of(const kiosk *it)
{
    return &DAY[it->scene - 1];
}

static void give_up(kiosk *it)
{
    it->failed = 1;
    it->step = OVER;
}

/* The screen that the customer looks at. */
static void show(const char *chinese, const char *english)
{
    printf("    screen  %s / %s\n", chinese, english);
}

static int open_till(kiosk *it)
{
    /* The level's rates and points: the remote does not tell them. And a day in seconds: try again soon. Leave the pacing
     * and the quiet period of a real installation at their defaults. */
    static const char SETTINGS[] =
        "{\"levels\": [{\"level\": \"普通会员\", \"rate\": \"1\", \"points_per_yuan\": \"1\"},"
        " {\"level\": \"高级会员\", \"rate\": \"0.8\", \"points_per_yuan\": \"1\"}],"
        " \"pacing\": {\"backoff_ms\": 20, \"backoff_max_ms\": 200, \"restart_jitter_ms\": 100}}";
    tillbook_sandy sandy;
    tillbook_config config;
    tillbook_open_options options;
    tillbook_error *error = NULL;

    tillbook_sandy_init(&sandy);
    sandy.base_url = tillbook_str_of(it->url);
    sandy.token = tillbook_str_of("test");
    sandy.guid = tillbook_str_of("{DEFAULT-AUTO-8E5A-BDE2-34ABA1BD956C9}");
    sandy.org_name = tillbook_str_of(MERCHANT);
    sandy.request_timeout_ms = REQUEST_TIMEOUT_MS;
    sandy.quiet_period_ms = 600;
    tillbook_config_init(&config);
    config.merchant = tillbook_str_of(MERCHANT);
    config.store = tillbook_str_of(STORE);
    config.till = tillbook_str_of(TILL);
    config.sandy = &sandy;
    config.settings = tillbook_str_of(SETTINGS);
    tillbook_open_options_init(&options);
    options.path = tillbook_str_of(it->book);
    options.config = &config;
    return went_well("opening the book", tillbook_open(&options, &it->till, &error), &error);
}

/* ---- The journal: an operation's name is on the disk before its call is made ---- */

static int journal_line(kiosk *it, const char *what, const char *op_id)
{
    if (fprintf(it->journal, "%s %s\n", what, op_id) > 0 && to_disk(it->journal))
        return 1;
    perror(it->journal_path);
    return 0;
}

static void forget_open(kiosk *it, const char *op_id)
{
    int i;
    for (i = 0; i < it->open_count; i++) {
        if (strcmp(it->open[i], op_id) == 0) {
            memmove(it->open[i], it->open[i + 1], (size_t)(it->open_count - i - 1) * sizeof it->open[0]);
            it->open_count--;
            return;
        }
    }
}

static int remember_open(kiosk *it, const char *op_id)
{
    if (it->open_count == OPEN_MOST)
        return 0;
    snprintf(it->open[it->open_count++], sizeof it->open[0], "%.64s", op_id);
    return 1;
}

static int write_down(kiosk *it, const char *op_id)
{
    return remember_open(it, op_id) && journal_line(it, "begun", op_id);
}

/* The customer knows how it ended. A failing disk only means that he is told once more. */
static void was_told(kiosk *it, const char *op_id)
{
    (void)journal_line(it, "told", op_id);
    forget_open(it, op_id);
}

static int read_journal(kiosk *it)
{
    char line[96], what[8], op_id[72];
    FILE *file = fopen(it->journal_path, "r");

    it->open_count = 0;
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        /* A line that the power failure cut short belongs to a call that was not made. */
        if (strchr(line, '\n') == NULL || sscanf(line, "%7s %71s", what, op_id) != 2)
            continue;
        if (strcmp(what, "told") == 0)
            forget_open(it, op_id);
        else if (!remember_open(it, op_id))
            break;
    }
    if (file != NULL)
        fclose(file);
    /* With nothing open it may begin anew, so it stays small. */
    it->journal = fopen(it->journal_path, it->open_count == 0 ? "w" : "a");
    /* Ends a line that was cut short, so that it spoils no other. */
    if (it->journal == NULL || fputs("\n", it->journal) == EOF)
        perror(it->journal_path);
    return it->journal != NULL;
}

/* ---- What the customer is told ---- */

/* A text owned by the caller: "200.00", "50 points". */
static const char *figure(int64_t count, int32_t unit, char text[40])
{
    switch (unit) {
    case TILLBOOK_UNIT_FEN:
        if (!went_well("writing an amount", tillbook_format_yuan(count, text, NULL), NULL))
            return "?";
        return text;
    case TILLBOOK_UNIT_POINTS: snprintf(text, 40, "%lld points", (long long)count); return text;
    case TILLBOOK_UNIT_SECONDS: snprintf(text, 40, "%lld s", (long long)count); return text;
    default: snprintf(text, 40, "%lld", (long long)count); return text;
    }
}

static void show_figures(int32_t unit, int64_t limit, int64_t used, int64_t requested)
{
    char texts[3][40];
    if (unit != TILLBOOK_UNIT_NONE)
        printf("            limit %s, used %s, asked for %s\n", figure(limit, unit, texts[0]),
               figure(used, unit, texts[1]), figure(requested, unit, texts[2]));
}

/* Tells how an operation ended, as far as that is known. Returns 1 where there is nothing left to find out. */
static int tell_outcome(kiosk *it, const tillbook_receipt *receipt, int just_made)
{
    char english[96], yuan[32];

    switch (receipt->promise) {
    case TILLBOOK_PROMISE_ONLINE_APPROVED:
    case TILLBOOK_PROMISE_OFFLINE_APPROVED:
        if (!receipt->approved) {
            show("已撤销", "taken back");
            return 1;
        }
        if (receipt->kind == TILLBOOK_KIND_CONSUME && receipt->due > 0) {
            if (went_well("writing an amount", tillbook_format_yuan(receipt->due, yuan, NULL), NULL)) {
                snprintf(english, sizeof english, "paid in part, %s more, please", yuan);
                show("已部分支付，请补足余款", english);
            }
        } else if (receipt->kind == TILLBOOK_KIND_RECHARGE) {
            show("充值完成，请取走小票", "paid in, take the slip");
        } else {
            show("已完成，请取走商品和小票", "done, take your goods and the slip");
        }
        /* A dispenser that counts is to be asked here: after a power failure the goods may be out already. */
        slip_print(receipt, &SHOP);
        return 1;
    case TILLBOOK_PROMISE_IN_DOUBT:
        if (just_made) {
            show("请稍候，结果未知", "one moment, the outcome is not known yet");
            slip_print(receipt, &SHOP);
        }
        switch (receipt->state) {
        case TILLBOOK_STATE_APPLIED:
        case TILLBOOK_STATE_SETTLED:
            printf("- %s, which was in doubt: it was taken. Staff see it as a notification.\n", receipt->op_id);
            return 1;
        case TILLBOOK_STATE_VOIDED:
        case TILLBOOK_STATE_DECLINED:
        case TILLBOOK_STATE_REVERSED:
            printf("- %s, which was in doubt: it was not taken.\n", receipt->op_id);
            return 1;
        case TILLBOOK_STATE_WRITTEN_OFF:
            printf("- %s, which was in doubt: staff have closed it.\n", receipt->op_id);
            return 1;
        default:
            return 0;
        }
    case TILLBOOK_PROMISE_DECLINED:
        show("卡被拒绝，未扣款", "declined, nothing was taken");
        printf("            %s\n", receipt->remote_message);
        return 1;
    case TILLBOOK_PROMISE_CANCELLED:
        show("未完成，未扣款", "not done, nothing was taken");
        if (receipt->refusal != 0) {
            show(receipt->refusal_zh, receipt->refusal_en);
            show_figures(receipt->refusal_unit, receipt->refusal_limit, receipt->refusal_used, receipt->refusal_requested);
        }
        return 1;
    default:
        /* A promise of a later release: not understood, so nothing is handed over. */
        fprintf(stderr, "%s: promise %d is not known here\n", receipt->op_id, (int)receipt->promise);
        give_up(it);
        return 0;
    }
}

static void answered(kiosk *it, const char *op_id)
{
    was_told(it, op_id);
    if (it->answered_count < ANSWERED_MOST)
        snprintf(it->answered[it->answered_count++], sizeof it->answered[0], "%.64s", op_id);
}

/* Asks again for everything that was written down and whose end nobody knows: after a start, and after each sync. */
static void ask_again(kiosk *it, int after_start)
{
    char ids[OPEN_MOST][72];
    int count = it->open_count, i;

    memcpy(ids, it->open, sizeof ids);
    for (i = 0; i < count; i++) {
        tillbook_receipt receipt;
        tillbook_error *error = NULL;
        tillbook_status status;

        tillbook_receipt_init(&receipt);
        status = tillbook_operation(it->till, ids[i], TILLBOOK_NUL_TERMINATED, &receipt, &error);
        if (status == TILLBOOK_NOT_FOUND) {
            tillbook_error_free(error);
            printf("- %s was written down and never came into the book: nothing was done.\n", ids[i]);
            was_told(it, ids[i]);
        } else if (went_well("asking again", status, &error)) {
            if (after_start)
                printf("- %s is in the book: %s.\n", ids[i],
                       tillbook_label(TILLBOOK_LABEL_PROMISE, receipt.promise, TILLBOOK_LANGUAGE_ENGLISH));
            if (tell_outcome(it, &receipt, 0))
                answered(it, ids[i]);
        }
    }
}

/* Opens book and journal and finds out what was under way when the kiosk went off. */
static void start(kiosk *it)
{
    it->sync_at = 0;
    /* The book first: it opens once only, so the journal is this kiosk's alone. */
    if (open_till(it) && read_journal(it))
        ask_again(it, 1);
    else
        give_up(it);
}

/* As after a power failure: what this process knew is forgotten, what is on the disk is not. It is also what mends a
 * till after a fault inside the library. */
static void restart(kiosk *it)
{
    if (it->journal != NULL)
        fclose(it->journal);
    it->journal = NULL;
    went_well("closing the book", tillbook_close(it->till, 0, NULL), NULL);
    went_well("freeing the till", tillbook_free(it->till), NULL);
    it->till = NULL;
    start(it);
}

/* A call that returned no receipt. */
static void call_failed(kiosk *it, const char *op_id, tillbook_status status, tillbook_error *error)
{
    tillbook_error_info info;

    tillbook_error_info_init(&info);
    switch (status) {
    case TILLBOOK_REFUSED:
    case TILLBOOK_LANE_HELD:
    case TILLBOOK_UNREACHABLE:
        /* Nothing was written: the customer may try something else. */
        if (went_well("reading an error", tillbook_error_info_of(error, &info), NULL)) {
            show(info.message_zh, info.message_en);
            show_figures(info.refusal_unit, info.refusal_limit, info.refusal_used, info.refusal_requested);
        }
        tillbook_error_free(error);
        was_told(it, op_id);
        return;
    case TILLBOOK_POISONED:
    case TILLBOOK_CLOSED:
        /* Nothing can be said: the book is opened again and asked, as after a power failure. */
        went_well("a call", status, &error);
        restart(it);
        return;
    case TILLBOOK_DISK_FULL:
    case TILLBOOK_STORAGE:
        /* Nothing can be said: it stays written down and is asked for again. */
        show("暂停服务", "out of service");
        went_well("a call", status, &error);
        return;
    default:
        /* The program's own mistakes. Nothing was written. */
        show("暂停服务", "out of service");
        went_well("a call", status, &error);
        give_up(it);
        return;
    }
}

/* ---- The steps of the loop ---- */

/* The card was read: its figures are asked for, so that the sale can go on even if the network is gone by then. */
static void serve(kiosk *it)
{
    tillbook_card card;
    tillbook_error *error = NULL;
    tillbook_status status;
    char yuan[32];

    tillbook_card_init(&card);
    status = tillbook_serve_card(it->till, it->cards[scene_of(it)->card], TILLBOOK_NUL_TERMINATED, 0, &card, &error);
    it->step = IDLE;
    if (!went_well("serving a card", status, &error))
        show("暂时无法识别此卡", "this card can't be served now");
    else if (scene_of(it)->act != LOOK)
        it->step = SELLING;
    else if (went_well("writing an amount", tillbook_format_yuan(card.money_confirmed, yuan, NULL), NULL))
        printf("    screen  卡内余额 %s / %s on the card\n", yuan, yuan);
}

static void sell(kiosk *it)
{
    const struct scene *scene = scene_of(it);
    const char *card = it->cards[scene->card];
    char op_id[72], stamp[24];
    time_t local = (time_t)(wall_ms() / 1000 + BEIJING_S);
    tillbook_call call;
    tillbook_receipt receipt;
    tillbook_error *error = NULL;
    tillbook_status status = TILLBOOK_OK;

    it->step = IDLE;
    it->sync_at = 0; /* there may be something to send now */
    strftime(stamp, sizeof stamp, "%m%d-%H%M%S", gmtime(&local));
    snprintf(op_id, sizeof op_id, "K3-%s-%02d", stamp, ++it->tickets % 100);
    if (!write_down(it, op_id)) {
        show("暂停服务", "out of service");
        return;
    }

    tillbook_call_init(&call);
    call.op_id = tillbook_str_of(op_id);
    call.ticket = tillbook_str_of(op_id);
    call.operator_name = tillbook_str_of(OPERATOR);
    call.delivery = scene->delivery;
    tillbook_receipt_init(&receipt);
    if (scene->act == RECHARGE) {
        tillbook_recharge_request request;
        tillbook_recharge_request_init(&request);
        request.call = &call;
        request.card = tillbook_str_of(card);
        request.amount = scene->amount;
        request.pay_type = 1;
        status = tillbook_recharge(it->till, &request, &receipt, &error);
    } else if (scene->act == SPEND_POINTS) {
        tillbook_redeem_points_request request;
        tillbook_redeem_points_request_init(&request);
        request.call = &call;
        request.card = tillbook_str_of(card);
        request.points = scene->amount;
        status = tillbook_redeem_points(it->till, &request, &receipt, &error);
    } else {
        tillbook_consume_request request;
        tillbook_consume_request_init(&request);
        request.call = &call;
        request.card = tillbook_str_of(card);
        request.total = scene->amount;
        request.partial = scene->partial;
        status = tillbook_consume(it->till, &request, &receipt, &error);
    }
    if (scene->power_fails) {
        /* One more customer had pressed "pay": his ticket is written down, the call was never made. */
        tillbook_error_free(error);
        (void)write_down(it, "K3-never-called");
        printf("- The kiosk starts again and reads its journal:\n");
        restart(it);
    } else if (status != TILLBOOK_OK) {
        call_failed(it, op_id, status, error);
    } else if (tell_outcome(it, &receipt, 1)) {
        answered(it, op_id);
    }
}

static const char *link_text(int32_t link)
{
    switch (link) {
    case TILLBOOK_LINK_UP: return "answers";
    case TILLBOOK_LINK_PAUSED: return "wants to be left alone for a while";
    case TILLBOOK_LINK_DOWN: return "does not answer";
    case TILLBOOK_LINK_HALTED: return "refuses this kiosk";
    default: return "has not been asked for a while";
    }
}

static void show_queue(const kiosk *it)
{
    printf("    on their way: %lld\n", (long long)it->queue.queued);
}

/* How the queue stands, without sending anything. */
static int look_at_queue(kiosk *it)
{
    tillbook_error *error = NULL;
    tillbook_sync_status_init(&it->queue);
    if (!went_well("looking at the queue", tillbook_sync_state(it->till, &it->queue, &error), &error))
        return 0;
    if (it->queue.queued > 0)
        show_queue(it);
    return 1;
}

/* Sends what is due, for as long as the budget lasts, and remembers when to come back. */
static void sync_queue(kiosk *it)
{
    tillbook_sync_status before = it->queue;
    tillbook_error *error = NULL;
    tillbook_status status;
    int64_t wait;

    tillbook_sync_status_init(&it->queue);
    status = tillbook_sync(it->till, SYNC_BUDGET_MS, &it->queue, &error);
    if (!went_well("sending the queue", status, &error)) {
        it->queue = before;
        it->sync_at = steady_ms() + SYNC_AT_LEAST_MS; /* a full disk may be mended by then */
        if (status == TILLBOOK_POISONED || status == TILLBOOK_CLOSED)
            restart(it);
        return;
    }
    wait = it->queue.next_due != 0 ? it->queue.next_due - wall_ms() : SYNC_AT_LEAST_MS;
    if (wait > SYNC_AT_LEAST_MS)
        wait = SYNC_AT_LEAST_MS; /* never by one due time alone: somebody may have set the clock */
    it->sync_at = steady_ms() + (wait > 0 ? wait : 0);
    if (it->queue.link != before.link)
        printf("- The remote %s.\n", link_text(it->queue.link));
    if (it->step == DRAINING && it->queue.queued != before.queued)
        show_queue(it);
    ask_again(it, 0);
}

/* Takes up what the day brings next. */
static void next_scene(kiosk *it)
{
    const struct scene *scene;
    int well = 1;

    if (it->scene == sizeof DAY / sizeof DAY[0]) {
        it->step = OVER;
        return;
    }
    scene = &DAY[it->scene++];
    if (scene->act == HEADING || scene->act == CUT || scene->act == RESTORE)
        printf("\n== %s ==\n", scene->what);
    else if (scene->what[0] != '\0')
        printf("- %s.\n", scene->what);
    switch (scene->act) {
    case HEADING: break;
    case LOSE_ANSWER: well = sandbox_lose_answer(it->url, it->cards[scene->card], 2) == 0; break;
    case CUT: well = sandbox_cut(it->url) == 0; break;
    case WITHDRAW: well = sandbox_withdraw(it->url, it->cards[scene->card], "90.00") == 0; break;
    case RESTORE: well = sandbox_restore(it->url) == 0; break;
    case DRAIN:
        well = look_at_queue(it);
        it->step = DRAINING;
        it->patience_ends = steady_ms() + PATIENCE_MS;
        break;
    default: it->step = SERVING; break;
    }
    if (!well)
        give_up(it);
}

/* One turn of the loop: the customer first, then the queue, then whoever comes next. */
static void tick(kiosk *it)
{
    if (it->step == SERVING) {
        serve(it);
    } else if (it->step == SELLING) {
        sell(it);
    } else if (steady_ms() >= it->sync_at) {
        sync_queue(it);
    } else if (it->step == IDLE) {
        next_scene(it);
    } else if (it->step == DRAINING && it->queue.queued == 0 && it->queue.link == TILLBOOK_LINK_UP) {
        it->step = IDLE;
    } else if (it->step == DRAINING && steady_ms() > it->patience_ends) {
        fprintf(stderr, "the queue does not become empty\n");
        give_up(it);
    }
}

/* ---- Staff on their round: what a kiosk must not decide ---- */

static int decide(kiosk *it, const tillbook_waiting_operation *waiting)
{
    static const char WHY[] = "paid out by the office meanwhile, settled with the guest";
    tillbook_resolve_request request;
    tillbook_receipt receipt;
    tillbook_error *error = NULL;
    char yuan[32];

    if (!went_well("writing an amount", tillbook_format_yuan(waiting->amount, yuan, NULL), NULL))
        return 0;
    printf("- %s, %s: %s\n", waiting->op_id, yuan,
           tillbook_label(TILLBOOK_LABEL_STATE, waiting->state, TILLBOOK_LANGUAGE_ENGLISH));
    if ((waiting->resolutions & (1u << TILLBOOK_RESOLUTION_WRITE_OFF)) == 0)
        return 1;
    tillbook_resolve_request_init(&request);
    request.op_id = tillbook_str_of(waiting->op_id);
    request.resolution = TILLBOOK_RESOLUTION_WRITE_OFF;
    request.who = tillbook_str_of(STAFF);
    request.why = tillbook_str_of(WHY);
    tillbook_receipt_init(&receipt);
    if (!went_well("deciding", tillbook_resolve(it->till, &request, &receipt, &error), &error))
        return 0;
    printf("    " STAFF ": %s, since it was %s\n",
           tillbook_label(TILLBOOK_LABEL_STATE, receipt.state, TILLBOOK_LANGUAGE_ENGLISH), WHY);
    return went_well("taking a card off the exception list",
                     tillbook_lift_exception(it->till, waiting->card, TILLBOOK_NUL_TERMINATED, &error), &error);
}

static int acknowledge(kiosk *it, const tillbook_notice *notice)
{
    const char *note = notice->kind == TILLBOOK_NOTICE_CHARGED_WITHOUT_SALE ? "locker opened, the guest had waited" : "seen";
    tillbook_error *error = NULL;
    char yuan[32] = "";

    if (notice->has_amount && !went_well("writing an amount", tillbook_format_yuan(notice->amount, yuan, NULL), NULL))
        return 0;
    printf("- %s: %s, %s: %s\n", tillbook_label(TILLBOOK_LABEL_NOTICE, notice->kind, TILLBOOK_LANGUAGE_ENGLISH),
           notice->op_id != NULL ? notice->op_id : "", yuan, notice->detail);
    printf("    " STAFF ": %s\n", note);
    return went_well("acknowledging",
                     tillbook_acknowledge(it->till, notice->notice_no, STAFF, TILLBOOK_NUL_TERMINATED, note,
                                          TILLBOOK_NUL_TERMINATED, &error),
                     &error);
}

static int round_of_staff(kiosk *it)
{
    tillbook_waiting *waiting = NULL;
    tillbook_notices *notices = NULL;
    tillbook_waiting_operation operation;
    tillbook_notice notice;
    tillbook_error *error = NULL;
    tillbook_status status;
    int well;

    tillbook_waiting_operation_init(&operation);
    well = went_well("what waits", tillbook_waiting_of(it->till, &waiting, &error), &error);
    while (well && (status = tillbook_waiting_next(waiting, &operation, &error)) != TILLBOOK_DONE)
        well = went_well("what waits", status, &error) && decide(it, &operation);
    tillbook_waiting_free(waiting);

    tillbook_notice_init(&notice);
    well = well && went_well("notifications", tillbook_notices_of(it->till, &notices, &error), &error);
    while (well && (status = tillbook_notices_next(notices, &notice, &error)) != TILLBOOK_DONE)
        well = went_well("notifications", status, &error) && acknowledge(it, &notice);
    tillbook_notices_free(notices);
    return well;
}

/* Cards of their own for each run, so that it can be repeated at the same sandbox. */
static int add_cards(kiosk *it)
{
    static const struct { int level; const char *name, *phone, *money; int points; } HOLDERS[] = {
        {2, "黄小明", "13800010001", "500.00", 120},
        {1, "王芳", "13800010002", "30.00", 12},
        {1, "赵雷", "13800010003", "100.00", 0},
        {1, "李娜", "13800010004", "200.00", 5},
    };
    time_t local = (time_t)(wall_ms() / 1000 + BEIJING_S);
    char stamp[16];
    int i, well = 1;

    strftime(stamp, sizeof stamp, "%m%d%H%M%S", gmtime(&local));
    for (i = 0; well && i < 4; i++) {
        snprintf(it->cards[i], sizeof it->cards[i], "62%s%04d", stamp, i + 1);
        well = sandbox_add_card(it->url, it->cards[i], HOLDERS[i].level, HOLDERS[i].name, HOLDERS[i].phone,
                                HOLDERS[i].money, HOLDERS[i].points) == 0;
    }
    return well;
}

static int reconcile(kiosk *it)
{
    const char *cards[4], *ids[ANSWERED_MOST];
    int i;

    for (i = 0; i < 4; i++)
        cards[i] = it->cards[i];
    for (i = 0; i < it->answered_count; i++)
        ids[i] = it->answered[i];
    return sandbox_reconcile(it->url, it->till, cards, 4, ids, (size_t)it->answered_count) == 0;
}

int main(int argc, char **argv)
{
    static kiosk it; /* all zero */
    tillbook_error *error = NULL;

    if (argc != 3 || strlen(argv[2]) > 400) {
        fprintf(stderr, "usage: kiosk http://127.0.0.1:PORT FOLDER\n");
        return 2;
    }
#ifdef _WIN32
    SetConsoleOutputCP(CP_UTF8);
#endif
    if (!went_well("checking the library", tillbook_check_abi(TILLBOOK_ABI_VERSION, &error), &error))
        return 1;
    it.url = argv[1];
    snprintf(it.book, sizeof it.book, "%s/kiosk.db", argv[2]);
    snprintf(it.journal_path, sizeof it.journal_path, "%s/kiosk.journal", argv[2]);
    printf("tillbook %s: a kiosk's short outage\n", tillbook_version());
    /* A run that was broken off may have left the network cut. */
    if (sandbox_begin() != 0 || sandbox_restore(it.url) != 0 || !add_cards(&it)) {
        sandbox_end();
        return 1;
    }
    for (start(&it); it.step != OVER; pause_ms(TICK_MS))
        tick(&it);
    if (!it.failed) {
        printf("\n== 4. What a kiosk must not decide: people do ==\n");
        it.failed = !round_of_staff(&it);
    }
    if (!it.failed) {
        printf("\n== 5. The kiosk's book against the remote's own ledger ==\n");
        it.failed = it.open_count > 0 || !reconcile(&it);
    }
    if (it.journal != NULL)
        fclose(it.journal);
    went_well("freeing the till", tillbook_free(it.till), NULL);
    sandbox_end();
    return it.failed;
}
