/* SPDX-License-Identifier: ISC */
/* How a detector raises its flags: whether one is up is asked of the book, so that a
 * restart changes nothing. */
#ifndef CONCLAVE_WATCH_JUDGE_H
#define CONCLAVE_WATCH_JUDGE_H

#include "watch/flags.h"

struct judge {
    const struct flags *book;
    /* The flag is to be raised (text) or cleared (NULL); may do either at once. */
    void (*tell)(void *context, enum flag_kind kind, uint16_t seat, const char *text);
    void *context;
};

/* Raises what is not up and must be, and clears what is up and may go. */
void judge_flag(const struct judge *j, enum flag_kind kind, uint16_t seat, bool raise,
                bool clear, const char *text);

#endif
