/* SPDX-License-Identifier: ISC */
#include "history.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>

bool history_propose(struct history *h, struct live *l, unsigned seat)
{
    char title[64];
    (void)snprintf(title, sizeof(title), "proposal %u of the history",
                   h->count + h->refused);
    char *id = h->acknowledged[h->count].id;
    if (h->count < HISTORY_MAX - 1 && live_propose(l, seat, "test", title, NULL, id) == 0 &&
        strlen(id) == LIVE_ID_BYTES - 1) {
        h->acknowledged[h->count++].seat = seat;
        return true;
    }
    h->refused++;
    return false;
}

static bool same(const json_t *a, const json_t *b)
{
    static const char *const members[] = {"outcome", "reason",  "final", "approve",
                                          "record",  "decided", "seats"};
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        if (!json_equal(json_object_get(a, members[i]), json_object_get(b, members[i]))) {
            return false;
        }
    }
    return true;
}

unsigned history_missing(const struct history *h, struct live *l, int timeout_ms)
{
    uint64_t until = clock_monotonic_ms() + (uint64_t)timeout_ms;
    unsigned missing = 0;
    for (unsigned i = 0; i < h->count; i++) {
        json_t *first = NULL;
        bool good = true;
        for (unsigned seat = 1; seat <= l->options.seats && good; seat++) {
            if (!live_running(l, seat)) {
                continue;
            }
            uint64_t now = clock_monotonic_ms();
            json_t *p = live_wait_final(l, seat, h->acknowledged[i].id,
                                        now < until ? (int)(until - now) : 0);
            if (first == NULL) {
                first = json_incref(p);
            }
            good = p != NULL && same(first, p);
            json_decref(p);
        }
        if (!good) {
            missing++;
            printf("# proposal %.16s of seat %u: %s\n", h->acknowledged[i].id,
                   h->acknowledged[i].seat,
                   first == NULL ? "not decided" : "not decided the same everywhere");
        }
        json_decref(first);
    }
    return missing;
}

bool history_approve(void *context, unsigned seat, const json_t *params,
                     struct live_ballot *out)
{
    (void)context, (void)seat, (void)params;
    out->choice = "approve";
    return true;
}
