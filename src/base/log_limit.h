/* SPDX-License-Identifier: ISC */
/*
 * Lines that repeat themselves. Two lines are the same when level, event and all fields
 * are, but for those that only measure: log_limit_is_measure; where strangers choose the
 * fields, when level, event and seat are. Of the same line so many are
 * written in a window of time; the rest is withheld and told as one line at its end: the
 * last of them, with
 *
 *     repeated=57 since=2026-01-02T03:04:05.678Z
 *
 * which says how many lines it stands for, itself among them, and when the first came.
 * After a window in which lines were withheld only the next first one is written at once.
 * Nothing is lost: counts and lines add up to what was said, and different lines never
 * share a count. Pure: times are arguments.
 */
#ifndef CONCLAVE_BASE_LOG_LIMIT_H
#define CONCLAVE_BASE_LOG_LIMIT_H

#include "base/log.h"

enum {
    LOG_LIMIT_LINES = 10,
    LOG_LIMIT_WINDOW_MS = 60000,
    LOG_LIMIT_KINDS = 256, /* of lines that are counted at once */
};

struct log_limit;
struct log_limit *log_limit_new(void);
void log_limit_free(struct log_limit *l);

struct log_moment {
    uint64_t monotonic_ms;
    uint64_t wall_ms;
};

/* Whether a line is to be written now; else it is withheld. What is due is taken before. */
bool log_limit_admit(struct log_limit *l, enum log_level level,
                     const struct log_field *fields, bool is_outside,
                     struct log_moment now);

struct log_withheld {
    enum log_level level;
    const struct log_field *fields; /* with repeated and since */
};
/* The next line that was withheld long enough, until the next call; false: none. With all,
 * however short. */
bool log_limit_due(struct log_limit *l, struct log_moment now, bool all,
                   struct log_withheld *out);

/* address, bytes, client, count, height, ms, pid, and names that end in _bytes or _ms. */
bool log_limit_is_measure(const char *key);

#endif
