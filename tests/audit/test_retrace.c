/* SPDX-License-Identifier: ISC */
/* A ledger is traced again: every block and its events are handed on in order, and what
 * does not follow, or gives another state, ends it with the height. */
#include "place.h"
#include "tap.h"

#include "audit/retrace.h"

#include <string.h>

enum { SEATS = 4, ROUNDS = 20, STOPPED_AT = 64 };

struct seen {
    uint64_t blocks, finals, last;
    bool in_order;
};

static void see(void *context, const struct block *b, const struct council_result *r)
{
    struct seen *s = context;
    s->in_order = s->in_order && b->header.height == s->last + 1;
    s->last = b->header.height;
    s->blocks++;
    for (size_t i = 0; i < r->event_count; i++) {
        s->finals += r->events[i].kind == COUNCIL_FINAL;
    }
}

static bool stop(void *context, uint64_t height, uint64_t target)
{
    (void)context, (void)height, (void)target;
    return false;
}

static int trace(const struct charter *charter, struct ledger *l, uint64_t target,
                 bool stopped, struct seen *s, struct complaint *why)
{
    *s = (struct seen){.in_order = true};
    const struct retrace told = {see, stopped ? stop : NULL, s};
    return retrace(charter, l, target, &told, why);
}

static void test_whole(const struct world *w, struct ledger *l)
{
    struct complaint why = {""};
    struct seen s;
    uint64_t height = ledger_height(l);
    is(trace(w->charter, l, height, false, &s, &why), 0, "a ledger is traced again");
    ok(s.blocks == height && s.in_order && s.finals == ledger_record_count(l) &&
           s.finals == 2 * ROUNDS,
       "each block once and in order, with all %llu decisions",
       (unsigned long long)s.finals);
    is(trace(w->charter, l, 10, false, &s, &why), 0, "up to a height");
    is((int64_t)s.last, 10, "and no further");
    is(trace(w->charter, l, 0, false, &s, &why), 0, "which may be none");
    is(trace(w->charter, l, height, true, &s, &why), CONCLAVE_EAGAIN,
       "who looks on may end it");
    is((int64_t)s.last, STOPPED_AT - 1, "before the block that he is told of");
}

static void test_differences(const struct world *w, struct ledger *l)
{
    struct complaint why = {""};
    struct charter other = *w->charter;
    struct charter_class classes[CLASSES_MAX];
    struct seen s;
    other.council_id.bytes[0] ^= 1;
    is(trace(&other, l, ledger_height(l), false, &s, &why), CONCLAVE_ECORRUPT,
       "another council's");
    ok(strstr(why.text, "block 1 does not follow") != NULL && s.blocks == 0, "%s",
       why.text);
    other = *w->charter;
    memcpy(classes, other.classes, other.class_count * sizeof(classes[0]));
    other.classes = classes;
    classes[0].threshold = SEATS;
    is(trace(&other, l, ledger_height(l), false, &s, &why), CONCLAVE_ECORRUPT,
       "decisions by other rules than those that were certified");
    ok(strstr(why.text, "another state root") != NULL && s.blocks > 0, "%s", why.text);
    is(trace(w->charter, l, ledger_height(l) + 1, false, &s, &why), CONCLAVE_ECORRUPT,
       "a block that is not there");
    ok(strstr(why.text, "cannot be read") != NULL, "%s", why.text);
}

int main(void)
{
    struct complaint why = {""};
    struct world w;
    struct place p;
    struct ledger *l = NULL;
    world_begin(&w, SEATS, "traced");
    place_open(&p, &w, NULL);
    for (unsigned i = 0; i < ROUNDS; i++) {
        place_round(&p, 2, 3);
    }
    place_finish(&p);
    is(ledger_open(p.dir, LEDGER_COPY, NULL, &l, &why), 0, "a copy");
    test_whole(&w, l);
    test_differences(&w, l);
    ledger_close(l);
    place_remove(&p);
    world_end(&w);
    return tap_done();
}
