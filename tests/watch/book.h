/* SPDX-License-Identifier: ISC */
/* A book of flags for tests of detectors, and what they raised and cleared in it. */
#ifndef CONCLAVE_TESTS_WATCH_BOOK_H
#define CONCLAVE_TESTS_WATCH_BOOK_H

#include "tap.h"
#include "watch/judge.h"

#include <string.h>

static struct flags *book;
static uint64_t book_now_ms;
static char book_news[512]; /* "+silent 3 -silent 3 ", since it was asked last */

static void book_take(void *context, enum flag_kind kind, uint16_t seat, const char *text)
{
    bool is_new;
    size_t size = strlen(book_news);
    (void)context;
    (void)snprintf(book_news + size, sizeof(book_news) - size, "%c%s %u ",
                   text != NULL ? '+' : '-', flag_kind_name(kind), seat);
    if (text != NULL) {
        (void)flags_raise(book,
                          &(struct sighting){.kind = kind, .seat = seat, .text = text},
                          book_now_ms, &is_new);
    } else {
        (void)flags_clear(book, kind, seat, book_now_ms);
    }
}

/* An empty one; flags_free frees it. */
static void book_begin(void)
{
    flags_free(book);
    book = flags_new();
    memset(book_news, 0, sizeof(book_news));
}

static struct judge book_judge(void)
{
    return (struct judge){book, book_take, NULL};
}

static void book_says(const char *expected, const char *name)
{
    if (!ok(strcmp(book_news, expected) == 0, "%s", name)) {
        printf("#   got      %s\n#   expected %s\n", book_news, expected);
    }
    book_news[0] = '\0';
}

/* The text of the flag that is up. */
__attribute__((unused)) static void book_says_text(enum flag_kind kind, uint16_t seat,
                                                   const char *expected)
{
    const struct flag *f = flags_open(book, kind, seat);
    const char *got = f != NULL ? f->text : "no flag";
    if (!ok(strcmp(got, expected) == 0, "in words: %s", got)) {
        printf("#   expected %s\n", expected);
    }
}

#endif
