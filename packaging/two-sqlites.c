/* A program with an SQLite of its own beside the static library, which has another one inside. Each keeps its own. */
#include <stdio.h>
#include <string.h>
#include "tillbook.h"

/* The program's SQLite: no header, so that a stand-in serves too. */
const char *sqlite3_libversion(void);
int sqlite3_libversion_number(void);

int main(int argc, char **argv)
{
    const char *own = sqlite3_libversion();
    const char *inside = tillbook_sqlite_version();
    printf("the program's %s (%d), tillbook's %s\n", own, sqlite3_libversion_number(), inside);
    if (argc > 1 && strcmp(own, argv[1]) != 0) {
        fprintf(stderr, "the program's own SQLite is %s, and it got %s\n", argv[1], own);
        return 1;
    }
    if (strcmp(own, inside) == 0) {
        fprintf(stderr, "both use the same SQLite\n");
        return 1;
    }
    return 0;
}
