/* Stands for a program's own SQLite of an old version, where no real one is at hand for the target. Whoever calls one of
   the others has bound to the wrong library, and ends here. */
#include <stdlib.h>

const char *sqlite3_libversion(void) { return "3.6.0"; }
int sqlite3_libversion_number(void) { return 3006000; }

int sqlite3_initialize(void) { abort(); }
int sqlite3_open(void) { abort(); }
int sqlite3_open_v2(void) { abort(); }
int sqlite3_prepare_v2(void) { abort(); }
int sqlite3_prepare_v3(void) { abort(); }
int sqlite3_step(void) { abort(); }
int sqlite3_exec(void) { abort(); }
int sqlite3_close(void) { abort(); }
