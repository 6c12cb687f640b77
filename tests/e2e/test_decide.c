/* SPDX-License-Identifier: ISC */
/* Proposals that real nodes decide: 4 seats, then 33, at the threshold and one below. */
#include "live.h"
#include "tap.h"

#include "base/clock.h"
#include "base/quorum.h"

#include <string.h>

enum { LIMIT_S = 120, DECIDE_MS = 30000 };

/* The title says how many approve: "approve 3". */
static bool approve_first(void *context, unsigned seat, const json_t *params,
                          struct live_ballot *out)
{
    const char *title =
        json_string_value(json_object_get(json_object_get(params, "proposal"), "title"));
    unsigned approvals = 0;
    (void)context;
    (void)sscanf(title, "approve %u", &approvals);
    out->choice = seat <= approvals ? "approve" : seat % 2 == 0 ? "reject" : "abstain";
    out->confidence = (int)seat;
    out->rationale = "as the title says";
    return true;
}

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

/* The same decision, ballots and moments at every seat. */
static bool same_everywhere(struct live *l, const char *id, const json_t *expected)
{
    bool same = true;
    for (unsigned seat = 1; seat <= l->options.seats; seat++) {
        json_t *p = live_wait_final(l, seat, id, DECIDE_MS);
        same = same && p != NULL && json_equal(p, expected);
        json_decref(p);
    }
    return same;
}

static void decide(struct live *l, unsigned approvals, const char *outcome,
                   const char *reason)
{
    char id[LIVE_ID_BYTES], title[64];
    unsigned seats = l->options.seats;
    (void)snprintf(title, sizeof(title), "approve %u of %u", approvals, seats);
    uint64_t start = clock_monotonic_ms();
    is(live_propose(l, approvals % seats + 1, "test", title, NULL, id), 0, title);
    json_t *p = live_wait_final(l, 1, id, DECIDE_MS);
    printf("# %s: final after %llu ms\n", title,
           (unsigned long long)(clock_monotonic_ms() - start));
    const char *got = text_of(p, "outcome");
    ok(strcmp(got, outcome) == 0, "%s: %s", title, outcome);
    ok(strcmp(text_of(p, "reason"), reason) == 0 || *reason == '\0', "the reason: %s",
       *reason == '\0' ? "none" : reason);
    is(json_integer_value(json_object_get(p, "approve")), approvals,
       "the tally's approvals");
    is(json_integer_value(json_object_get(p, "revealed")), seats, "every ballot is open");
    ok(same_everywhere(l, id, p), "the same record at every seat");
    ok(live_wait_level(l, DECIDE_MS), "the same height, tip and state root at every seat");
    json_decref(p);
}

static void check_nonce(struct live *l)
{
    char first[LIVE_ID_BYTES], again[LIVE_ID_BYTES], other[LIVE_ID_BYTES];
    (void)live_propose(l, 2, "test", "approve 4", "00112233", first);
    (void)live_propose(l, 2, "test", "approve 4", "00112233", again);
    (void)live_propose(l, 2, "test", "approve 4", "00112234", other);
    ok(strlen(first) == LIVE_ID_BYTES - 1 && strcmp(first, again) == 0,
       "the same nonce twice is the same proposal");
    ok(strcmp(first, other) != 0, "another nonce is another one");
    json_decref(live_wait_final(l, 3, first, DECIDE_MS));
    json_decref(live_wait_final(l, 3, other, DECIDE_MS));
    json_int_t decisions = live_number(l, 2, "decisions");
    (void)live_propose(l, 2, "test", "approve 4", "00112233", again);
    ok(strcmp(first, again) == 0, "and so it is after the decision");
    live_pump(l, 300);
    is(live_number(l, 2, "decisions"), decisions, "which decides nothing anew");
    is(live_number(l, 2, "open"), 0, "and opens nothing");
}

static void check_council(unsigned seats, bool nonces)
{
    struct live_options o = {.seats = seats};
    struct live *l = live_new(&o);
    uint64_t start = clock_monotonic_ms();
    ok(live_start_council(l), "%u nodes start and connect", seats);
    printf("# connected after %llu ms\n",
           (unsigned long long)(clock_monotonic_ms() - start));
    live_agent_set(l, 0, approve_first, NULL);
    unsigned threshold = quorum_default_threshold(seats);
    decide(l, threshold - 1, "rejected", "threshold-unreachable");
    decide(l, threshold, "approved", "");
    if (nonces) {
        check_nonce(l);
    }
    if (tap_failures > 0) {
        live_show_logs(l, 20);
    }
    ok(live_quiet(l), "no node wrote to standard error");
    live_free(l);
}

int main(void)
{
    live_limit(LIMIT_S);
    check_council(4, true);
    check_council(33, false);
    return tap_done();
}
