/* The slip: see slip.h. */
#ifndef _WIN32
#define _POSIX_C_SOURCE 200112L
#endif
#include "slip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PAPER = 32, BEIJING_S = 8 * 3600 };

/* ---- Text on paper: how wide it is, and lines of exactly PAPER columns ---- */

/* Reads one character and moves on. What is no UTF-8 counts byte by byte. */
static uint32_t next_character(const char **at)
{
    const unsigned char *bytes = (const unsigned char *)*at;
    int more = bytes[0] >= 0xF0 ? 3 : bytes[0] >= 0xE0 ? 2 : bytes[0] >= 0xC0 ? 1 : 0;
    uint32_t it = more == 0 ? bytes[0] : bytes[0] & (0x3Fu >> more);
    int i;

    for (i = 1; i <= more; i++) {
        if ((bytes[i] & 0xC0) != 0x80) {
            *at += 1;
            return bytes[0];
        }
        it = it << 6 | (bytes[i] & 0x3Fu);
    }
    *at += more + 1;
    return it;
}

/* How many columns a character takes: Chinese and full-width forms two, marks that stand on others none. */
static int columns_of(uint32_t character)
{
    static const struct { uint32_t first, last; int columns; } TABLE[] = {
        {0x0300, 0x036F, 0}, {0x200B, 0x200F, 0}, {0xFE00, 0xFE0F, 0}, {0x1100, 0x115F, 2},
        /* Signs that printers with a Chinese font draw wide: middle dot, times, dashes, quotes, "…". */
        {0x00B7, 0x00B7, 2}, {0x00D7, 0x00D7, 2}, {0x2010, 0x2027, 2},
        {0x2E80, 0x303E, 2}, {0x3041, 0xA4CF, 2}, {0xA960, 0xA97F, 2}, {0xAC00, 0xD7A3, 2},
        {0xF900, 0xFAFF, 2}, {0xFE10, 0xFE19, 2}, {0xFE30, 0xFE6F, 2}, {0xFF00, 0xFF60, 2},
        {0xFFE0, 0xFFE6, 2}, {0x1F300, 0x1F64F, 2}, {0x1F900, 0x1F9FF, 2}, {0x20000, 0x3FFFD, 2},
    };
    size_t i;

    for (i = 0; i < sizeof TABLE / sizeof TABLE[0]; i++)
        if (character >= TABLE[i].first && character <= TABLE[i].last)
            return TABLE[i].columns;
    return 1;
}

static int width_of(const char *text)
{
    int width = 0;
    while (*text != '\0')
        width += columns_of(next_character(&text));
    return width;
}

/* How many bytes of the text fit into so many columns. */
static size_t fitting(const char *text, int columns)
{
    const char *at = text, *end = text;
    int width = 0;

    while (*at != '\0') {
        width += columns_of(next_character(&at));
        if (width > columns)
            break;
        end = at;
    }
    return (size_t)(end - text);
}

/* The printer: here a frame on the terminal. A line that does not fit would be a fault of this program. */
static void print_line(const char *text)
{
    int room = PAPER - width_of(text);
    if (room < 0) {
        fprintf(stderr, "wider than the paper: %s\n", text);
        abort();
    }
    printf("    |%s%*s|\n", text, room, "");
}

static void print_rule(void)
{
    print_line("--------------------------------");
}

/* One or several lines, each in the middle. */
static void print_centred(const char *text)
{
    while (*text != '\0') {
        char line[4 * PAPER + PAPER + 1];
        size_t size = fitting(text, PAPER);
        int left;
        snprintf(line, sizeof line, "%.*s", (int)size, text);
        left = (PAPER - width_of(line)) / 2;
        snprintf(line, sizeof line, "%*s%.*s", left, "", (int)size, text);
        print_line(line);
        text += size;
    }
}

/* What stands at the left and at the right edge. What does not fit beside each other goes below, cut to the paper. */
static void print_pair(const char *left, const char *right)
{
    char line[8 * PAPER + 1];
    size_t left_size = fitting(left, PAPER), right_size = fitting(right, PAPER);
    int room = PAPER - width_of(left) - width_of(right);

    if (room < 1) {
        snprintf(line, sizeof line, "%.*s", (int)left_size, left);
        print_line(line);
        snprintf(line, sizeof line, "%.*s", (int)right_size, right);
        room = PAPER - width_of(line);
        left_size = 0;
    }
    snprintf(line, sizeof line, "%.*s%*s%.*s", (int)left_size, left, room, "", (int)right_size, right);
    print_line(line);
}

static void print_yuan(const char *what, int64_t fen)
{
    char yuan[32];
    if (tillbook_format_yuan(fen, yuan, NULL) == TILLBOOK_OK)
        print_pair(what, yuan);
}

static void print_count(const char *what, int64_t count, int with_sign)
{
    char text[32];
    snprintf(text, sizeof text, with_sign ? "%+lld" : "%lld", (long long)count);
    print_pair(what, text);
}

static void print_time(const char *what, int64_t at_ms)
{
    char text[32] = "从未 never";
    time_t local = (time_t)(at_ms / 1000 + BEIJING_S);
    struct tm *parts = gmtime(&local);
    if (at_ms != 0 && parts != NULL)
        strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", parts);
    print_pair(what, text);
}

/* ---- The slip ---- */

static void print_card(const char *number)
{
    char masked[16];
    size_t size = strlen(number);
    snprintf(masked, sizeof masked, "****%.4s", number + (size > 4 ? size - 4 : 0));
    print_pair("卡号 Card", masked);
}

static void print_balances(const tillbook_receipt *it)
{
    /* The remote's figure is told as its own, with its date; what this till expects is never shown as if it were that. */
    if (it->promise == TILLBOOK_PROMISE_OFFLINE_APPROVED || it->money_expected != it->money_confirmed) {
        print_yuan("预计余额 Expected", it->money_expected);
        print_yuan("确认余额 Confirmed", it->money_confirmed);
    } else {
        print_yuan("余额 Balance", it->money_confirmed);
    }
    print_time("截至 As of", it->as_of);
}

void slip_print(const tillbook_receipt *it, const slip_shop *shop)
{
    int approved = it->promise == TILLBOOK_PROMISE_ONLINE_APPROVED || it->promise == TILLBOOK_PROMISE_OFFLINE_APPROVED;

    printf("    +--------------------------------+\n");
    print_centred(shop->merchant);
    print_centred(shop->place);
    print_centred(tillbook_label(TILLBOOK_LABEL_KIND, it->kind, TILLBOOK_LANGUAGE_CHINESE));
    print_rule();
    print_time("时间 Time", it->created_at);
    print_pair("单号 Ticket", it->op_id); /* this kiosk makes one call a ticket, so one number does for both */
    print_pair("小票 Receipt", it->receipt_no[0] != '\0' ? it->receipt_no : "无 none");
    print_pair("操作员 Operator", shop->operator_name);
    print_card(it->card);
    print_rule();
    if (it->kind == TILLBOOK_KIND_RECHARGE) {
        print_yuan("充值 Paid in", it->original);
        print_yuan("赠送 Bonus", it->bonus);
        print_yuan("实收 Taken", it->due);
    } else if (it->kind == TILLBOOK_KIND_CONSUME) {
        if (it->original != it->actual + it->discount || it->actual != it->from_card + it->due)
            abort();
        print_yuan("原价 Original", it->original);
        print_yuan("折扣 Discount", -it->discount);
        print_yuan("应付 Actual", it->actual);
        if (approved) {
            print_yuan("卡付 From card", it->from_card);
            print_yuan("待付 Due", it->due);
        } else {
            print_pair("卡付 From card", "未知 unknown");
        }
        if (it->rate_source == TILLBOOK_RATE_UNKNOWN)
            print_pair("折扣未知 按原价", "rate unknown");
    }
    if (approved) {
        print_balances(it);
        print_count("本次积分 Points", it->points, 1);
        print_count("积分余额 Points now", it->points_expected, 0);
    }
    print_rule();
    if (it->promise == TILLBOOK_PROMISE_OFFLINE_APPROVED) {
        print_centred("离线批准 待联网确认");
        print_centred("OFFLINE, TO BE CONFIRMED");
    } else if (it->promise == TILLBOOK_PROMISE_IN_DOUBT) {
        print_centred("结果未知 请勿交货");
        print_centred("OUTCOME UNKNOWN");
        print_centred("HAND OVER NOTHING");
        print_centred("凭单号查询 ask by ticket");
    } else {
        print_centred("已批准 APPROVED");
    }
    printf("    +--------------------------------+\n");
}
