/* SPDX-License-Identifier: ISC */
/* What is allowed in a charter but unwise. */
#include "charter/charter.h"

#include "base/alloc.h"
#include "base/quorum.h"
#include "base/text.h"
#include "charter/diversity.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct listener {
    void (*say)(void *context, const char *text);
    void *context;
};

__attribute__((format(printf, 2, 3))) static void warn(const struct listener *l,
                                                       const char *format, ...)
{
    char text[COMPLAINT_BYTES];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    text[text_whole(slice_of_string(text))] = '\0';
    l->say(l->context, text);
}

static void warn_window(const struct listener *l, size_t class, const char *field,
                        uint64_t window, uint64_t wise)
{
    if (window < wise) {
        warn(l,
             "classes[%zu].%s: %" PRIu64 " is below 2 x (timing.max_drift_ms + "
             "timing.timer_ceiling_ms) = %" PRIu64
             ": a slow change of primary may use it up",
             class, field, window, wise);
    }
}

static void warn_group(const struct listener *l, const struct diversity *d,
                       const struct diversity_group *g, unsigned least_threshold)
{
    unsigned f = quorum_faulty(d->seats);
    const char *what = diversity_words(g->kind);
    char enough[64] = "";
    if (g->size >= least_threshold) {
        (void)snprintf(enough, sizeof(enough), " and enough to approve alone (T = %u)",
                       least_threshold);
    }
    if (g->stated) {
        warn(l,
             "seats: the %s '%s' has %u seats, more than the f = %u that may fail "
             "together%s: no %s should have more than %u, so give %u of them another",
             what, g->name, g->size, f, enough, what, f, g->size - f);
    } else {
        warn(l,
             "seats: the charter does not state the %s of %u seats ('%s'), more than the "
             "f = %u that may fail together%s, if they are all of one: state it, and let "
             "no %s have more than %u",
             what, g->size, g->name, f, enough, what, f);
    }
}

static void warn_groups(const struct charter *c, const struct listener *l)
{
    struct diversity *d = alloc(sizeof(*d));
    uint16_t thresholds[DIVERSITY_THRESHOLDS];
    size_t count = diversity_thresholds(c, thresholds);
    diversity_find(c, d);
    for (uint16_t i = 0; i < d->first[DIVERSITY_KINDS]; i++) {
        if (diversity_exceeds(d, &d->groups[i])) {
            warn_group(l, d, &d->groups[i], count > 0 ? thresholds[0] : UINT16_MAX);
        }
    }
    free(d);
}

void charter_warnings(const struct charter *c, void (*say)(void *context, const char *text),
                      void *context)
{
    struct listener l = {say, context};
    uint64_t wise = 2 * (c->max_drift_ms + c->timer_ceiling_ms);
    for (size_t i = 0; i < c->class_count; i++) {
        warn_window(&l, i, "commit_ms", c->classes[i].commit_ms, wise);
        warn_window(&l, i, "reveal_ms", c->classes[i].reveal_ms, wise);
    }
    warn_groups(c, &l);
}
