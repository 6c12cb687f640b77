/* SPDX-License-Identifier: ISC */
/*
 * A real node whose disk fills up while the council of four works, and one whose store is
 * cut short under it. It stops before it promises anything that is not durable, says why
 * and what to do; the others decide; with room again it comes back, and nothing is lost.
 */
#include "../e2e/history.h"
#include "../e2e/witness.h"
#include "live.h"
#include "tap.h"
#include "tmpfs.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "ledger/ledger.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { VICTIM = 4, DISK = 2 * 1024 * 1024, PAGE = 4096, WAIT_MS = 20000 };

static struct history history;

/* The seat has not done anything yet, so its store may be made anew on the small disk. */
static bool move_store(struct live *l)
{
    struct live_seat *s = live_seat(l, VICTIM);
    struct ledger_identity id = {l->charter->council_id, VICTIM, VICTIM};
    struct ledger *ledger = NULL;
    struct complaint why = {""};
    bool good = tmpfs_mount(s->data, DISK) &&
                ledger_open(s->data, LEDGER_CREATE, &id, &ledger, &why) == 0;
    if (!good) {
        printf("# %s\n", why.text);
    }
    ledger_close(ledger);
    return good;
}

static bool others_decide(struct live *l)
{
    uint64_t until = clock_monotonic_ms() + WAIT_MS;
    while (!history_propose(&history, l, 1)) { /* its quota may be used up */
        if (clock_monotonic_ms() >= until) {
            return false;
        }
        live_pump(l, 20);
    }
    json_t *p = live_wait_final(l, 1, history.acknowledged[history.count - 1].id, WAIT_MS);
    json_decref(p);
    return p != NULL;
}

/* Proposals until the node is gone. Whether it went in good order. */
static bool ends_well(struct live *l)
{
    uint64_t until = clock_monotonic_ms() + WAIT_MS;
    unsigned before = live_log_count(l, VICTIM, "event=store.failed");
    while (live_running(l, VICTIM) && clock_monotonic_ms() < until) {
        (void)history_propose(&history, l, 1 + history.count % VICTIM);
        live_pump(l, 20);
    }
    int status = live_seat(l, VICTIM)->status;
    bool good = !live_running(l, VICTIM) && WIFEXITED(status) && WEXITSTATUS(status) == 1 &&
                live_log_count(l, VICTIM, "event=store.failed") == before + 1;
    if (!good) {
        printf("# status %x, store.failed %u times\n", (unsigned)status,
               live_log_count(l, VICTIM, "event=store.failed") - before);
    }
    return good;
}

static void check_full(struct live *l, struct witness *w, size_t room)
{
    struct live_seat *s = live_seat(l, VICTIM);
    ok(tmpfs_fill(s->data, room) && ends_well(l),
       "with %d bytes left on its disk the node stops and says so", (int)room);
    ok(live_log_count(l, VICTIM, "cure=\"free space or mend the disk") > 0,
       "and what to do");
    witness_look(w, l, VICTIM);
    ok(others_decide(l), "the others decide");
    live_start(l, VICTIM);
    (void)live_wait_ready(l, VICTIM, 1000);
    if (live_running(l, VICTIM)) {
        (void)ends_well(l);
    }
    ok(!live_running(l, VICTIM) && WIFEXITED(live_seat(l, VICTIM)->status),
       "started on the full disk it ends in good order");
    tmpfs_free(s->data);
    live_start(l, VICTIM);
    ok(live_wait_ready(l, VICTIM, WAIT_MS) && live_wait_level(l, WAIT_MS),
       "with room it comes back and is level");
    witness_look(w, l, 0);
}

static void check_cut_short(struct live *l)
{
    char *path = alloc_printf("%s/data.mdb", live_seat(l, VICTIM)->data);
    ok(truncate(path, 3 * PAGE) == 0 && ends_well(l),
       "a store that is cut short under the node ends it in good order");
    unsigned before = live_log_count(l, VICTIM, "event=node.refused");
    live_start(l, VICTIM);
    ok(!live_wait_ready(l, VICTIM, WAIT_MS) &&
           live_log_count(l, VICTIM, "event=node.refused") == before + 1 &&
           live_log_count(l, VICTIM, "is damaged; do not repair") > 0,
       "and does not start any more");
    ok(others_decide(l), "the others decide");
    free(path);
}

int main(void)
{
    static const size_t rooms[] = {3 * PAGE, 0, 20 * PAGE, PAGE, 50 * PAGE};
    const char *value = getenv("CONCLAVE_LONG");
    size_t rounds = value != NULL && strcmp(value, "1") == 0 ? 5 : 1;
    live_limit(200);
    if (!tmpfs_begin()) {
        skip("a node whose disk fills", "this machine does not let the test mount one");
        return tap_done();
    }
    struct live_class class = {"test", 0, 3000, 3000, 50, false};
    struct live_options o = {.seats = VICTIM, .classes = &class, .class_count = 1};
    struct live *l = live_new(&o);
    struct witness *w = witness_new();
    if (ok(move_store(l) && live_start_council(l), "a council, one seat on a small disk")) {
        live_agent_set(l, 0, history_approve, NULL);
        for (size_t i = 0; i < rounds; i++) {
            check_full(l, w, rooms[i]);
        }
        is(history_missing(&history, l, WAIT_MS), 0, "everything acknowledged is decided");
        check_cut_short(l);
        is(witness_contradictions(w), 0, "no contradiction in any store");
    }
    witness_free(w);
    live_free(l);
    return tap_done();
}
