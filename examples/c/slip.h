/* A slip of 32 columns for a thermal printer, with the lines that must stand on it. A Chinese character takes two columns.
 *
 * Here it goes to stdout, between two lines of dashes. */
#ifndef SLIP_H
#define SLIP_H

#include <tillbook.h>

/* What stands at the top. */
typedef struct slip_shop {
    const char *merchant;
    const char *place;         /* the store and the till */
    const char *operator_name; /* who works it */
} slip_shop;

/* Prints what a call returned: approved online, approved offline (to be confirmed), or in doubt (hand over nothing). */
void slip_print(const tillbook_receipt *receipt, const slip_shop *shop);

#endif
