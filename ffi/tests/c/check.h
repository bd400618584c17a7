/* Checks that go on after a failure and are counted, and words with whoever started the program. */

#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tillbook.h"

static int failures;
static int checks;

/* Several threads check at once: a lost count of passed checks does not matter, a failure is also printed. */
static inline void checked(int holds, const char *what, const char *file, int line) {
  checks++;
  if (!holds) {
    failures++;
    fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
  }
}

#define CHECK(what) checked(!!(what), #what, __FILE__, __LINE__)

/* Where every call puts its error; one each for a thread that makes calls of its own. */
static tillbook_error *err;

static inline void is(tillbook_status expected, tillbook_status status, tillbook_error **error, const char *what,
               const char *file, int line) {
  checks++;
  if (status != expected) {
    failures++;
    fprintf(stderr, "%s:%d: %s instead of %s: %s\n  %s\n", file, line, tillbook_status_name(status),
            tillbook_status_name(expected), what, error && *error ? tillbook_error_detail(*error) : "");
  }
  if (error) {
    tillbook_error_free(*error);
    *error = NULL;
  }
}

/* A call that is to return a status. Its error is freed. */
#define IS(expected, call) is((expected), (call), &err, #call, __FILE__, __LINE__)
#define OK(call) IS(TILLBOOK_OK, call)
/* The same for functions that take no `err`. */
#define IS0(expected, call) is((expected), (call), NULL, #call, __FILE__, __LINE__)
#define OK0(call) IS0(TILLBOOK_OK, call)

/* Text as two arguments. */
#define T(text) (text), TILLBOOK_NUL_TERMINATED

static inline int same(const char *a, const char *b) { return a && b && strcmp(a, b) == 0; }

/* Asks whoever started the program to do something to the shop; the answer stands there until the next question. */
static inline const char *ask(const char *what) {
  static char answer[256];
  size_t size;
  printf("ask %s\n", what);
  fflush(stdout);
  if (!fgets(answer, sizeof answer, stdin)) {
    fprintf(stderr, "nobody answers: %s\n", what);
    exit(2);
  }
  size = strlen(answer);
  if (size > 0 && answer[size - 1] == '\n') answer[size - 1] = 0;
  return answer;
}

static inline int finished(void) {
  printf("%d checks, %d failures\n", checks, failures);
  return failures == 0 ? 0 : 1;
}

#endif
