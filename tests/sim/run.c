/* SPDX-License-Identifier: ISC */
#include "run.h"

#include "base/alloc.h"
#include "base/quorum.h"
#include "forget.h"
#include "recount.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum {
    TICK_MS = 100,
    FOUNDING_MS = 3000,
    HEALING_MS = 240000,
    /* more for each seat that is Byzantine or has lost its state: it may be primary */
    HEALING_SEAT_MS = 60000,
};

struct run {
    const struct plan *plan;
    struct cluster *c;
    struct byzantine *b;
    bool *active; /* of the plan's items */
    struct forget_state *forgets;
    struct run_result *out;
    bool loud;
};

/* --- mishaps --- */

static bool is_active(const struct run *r, size_t i)
{
    return r->active[i];
}

static uint64_t mix(uint64_t z)
{
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
    z = (z ^ z >> 27) * 0x94d049bb133111ebU;
    return z ^ z >> 31;
}

static bool separates(const struct item *i, uint16_t a, uint16_t b)
{
    switch (i->kind) {
    case ITEM_PARTITION: {
        unsigned groups = 2 + (unsigned)(i->value % 2);
        return mix(i->value + a) % groups != mix(i->value + b) % groups;
    }
    case ITEM_ONE_WAY:
        return i->a == a && i->b == b;
    case ITEM_ISOLATION:
        return i->a == a || i->a == b;
    case ITEM_PROPOSE:
    case ITEM_LOSS:
    case ITEM_DUPLICATES:
    case ITEM_REORDER:
    case ITEM_JITTER:
    case ITEM_CORRUPTION:
    case ITEM_SLOW_LINK:
    case ITEM_CRASH:
    case ITEM_RESTART_ALL:
    case ITEM_PAUSE:
    case ITEM_CLOCK:
    case ITEM_DISK:
    case ITEM_MUTE_AGENT:
    case ITEM_RETURN:
    case ITEM_ATTACK:
    case ITEM_BACKUP:
    case ITEM_SNAPSHOT:
    case ITEM_WIPE:
    case ITEM_INSTANCE:
    case ITEM_RECOVERY:
    case ITEM_POWER:
        break;
    }
    return false;
}

/* The links as all mishaps that last say; a second machine is not where the first is. */
static void set_links(struct run *r)
{
    uint16_t nodes = cluster_nodes(r->c);
    for (uint16_t a = 1; a <= nodes; a++) {
        for (uint16_t b = 1; b <= nodes; b++) {
            bool cut = false;
            uint64_t slow = 0;
            for (size_t i = 0; a != b && i < r->plan->count; i++) {
                const struct item *item = &r->plan->items[i];
                if (is_active(r, i)) {
                    cut = cut || separates(item, a, b);
                    slow += item->kind == ITEM_SLOW_LINK && item->a == a && item->b == b
                                ? item->value
                                : 0;
                }
            }
            if (a != b) {
                cluster_set_link(r->c, a, b, cut, slow);
            }
        }
    }
    cluster_connect(r->c);
}

static void set_network(struct run *r)
{
    uint64_t values[ITEM_KINDS] = {0};
    for (size_t i = 0; i < r->plan->count; i++) {
        if (is_active(r, i)) {
            values[r->plan->items[i].kind] = r->plan->items[i].value;
        }
    }
    cluster_set_network(r->c, (unsigned)values[ITEM_LOSS],
                        (unsigned)values[ITEM_DUPLICATES], r->plan->config.delay_ms,
                        values[ITEM_JITTER], values[ITEM_REORDER] != 0);
    cluster_set_corruption(r->c, (unsigned)values[ITEM_CORRUPTION]);
}

static void propose(struct run *r, const struct item *i)
{
    if (cluster_is_up(r->c, i->a) && !cluster_is_paused(r->c, i->a)) {
        cluster_propose_in(r->c, i->a, i->b, (unsigned)i->value);
    }
}

static void ask_to_return(struct run *r, const struct item *i)
{
    if (cluster_is_up(r->c, i->a) && !cluster_is_paused(r->c, i->a)) {
        struct operation op = {.kind = OPERATION_RETURN, .seat = i->a};
        op.return_request.view = cluster_view(r->c, i->a);
        memcpy(op.return_request.instance, &i->value, sizeof(i->value));
        cluster_submit(r->c, i->a, &op);
    }
}

static void restart_all(struct run *r, const struct item *i)
{
    for (uint16_t seat = 1; seat <= r->plan->config.seats; seat++) {
        cluster_crash(r->c, seat);
    }
    cluster_run(r->c, i->value);
    cluster_start_all(r->c);
}

static void begin(struct run *r, size_t index)
{
    const struct item *i = &r->plan->items[index];
    char words[160];
    plan_describe(i, words, sizeof(words));
    cluster_tell(r->c, words);
    r->active[index] = true;
    r->out->injected[i->kind]++;
    switch (i->kind) {
    case ITEM_PROPOSE:
        propose(r, i);
        break;
    case ITEM_LOSS:
    case ITEM_DUPLICATES:
    case ITEM_REORDER:
    case ITEM_JITTER:
    case ITEM_CORRUPTION:
        set_network(r);
        break;
    case ITEM_SLOW_LINK:
    case ITEM_PARTITION:
    case ITEM_ONE_WAY:
    case ITEM_ISOLATION:
        set_links(r);
        break;
    case ITEM_CRASH:
        if (i->b == 0) {
            cluster_crash(r->c, i->a);
        } else {
            cluster_crash_after(r->c, i->a, i->b);
        }
        break;
    case ITEM_RESTART_ALL:
        restart_all(r, i);
        break;
    case ITEM_PAUSE:
        cluster_pause(r->c, i->a, i->until_ms - i->at_ms);
        break;
    case ITEM_CLOCK:
        cluster_set_clock(r->c, i->a, (int64_t)i->value - 10000);
        break;
    case ITEM_DISK:
        cluster_fail_disk(r->c, i->a, i->until_ms - i->at_ms, i->value != 0);
        break;
    case ITEM_MUTE_AGENT:
        cluster_set_voting(r->c, i->a, false);
        break;
    case ITEM_RETURN:
        ask_to_return(r, i);
        break;
    case ITEM_ATTACK:
        break; /* from the start on */
    case ITEM_BACKUP:
    case ITEM_SNAPSHOT:
    case ITEM_WIPE:
    case ITEM_INSTANCE:
    case ITEM_RECOVERY:
        forget_begin(r->c, i, &r->forgets[index]);
        set_links(r);
        break;
    case ITEM_POWER:
        forget_power(r->c, i);
        break;
    }
}

static void end(struct run *r, size_t index)
{
    const struct item *i = &r->plan->items[index];
    r->active[index] = false;
    switch (i->kind) {
    case ITEM_LOSS:
    case ITEM_DUPLICATES:
    case ITEM_REORDER:
    case ITEM_JITTER:
    case ITEM_CORRUPTION:
        set_network(r);
        break;
    case ITEM_SLOW_LINK:
    case ITEM_PARTITION:
    case ITEM_ONE_WAY:
    case ITEM_ISOLATION:
        set_links(r);
        break;
    case ITEM_CRASH:
    case ITEM_DISK:
        cluster_start(r->c, i->a);
        break;
    case ITEM_MUTE_AGENT:
        if (!plan_is_byzantine(r->plan, i->a)) {
            cluster_set_voting(r->c, i->a, true);
        }
        break;
    case ITEM_PROPOSE:
    case ITEM_RESTART_ALL:
    case ITEM_PAUSE:
    case ITEM_CLOCK:
    case ITEM_RETURN:
    case ITEM_ATTACK:
    case ITEM_POWER:
        break;
    case ITEM_BACKUP:
    case ITEM_SNAPSHOT:
    case ITEM_WIPE:
    case ITEM_INSTANCE:
    case ITEM_RECOVERY:
        forget_end(r->c, i, &r->forgets[index]);
        break;
    }
}

/* --- time --- */

static void run_for(struct run *r, uint64_t until)
{
    while (cluster_now(r->c) < until && cluster_fault(r->c) == NULL) {
        uint64_t left = until - cluster_now(r->c);
        byzantine_tick(r->b);
        cluster_run(r->c, left < TICK_MS ? left : TICK_MS);
    }
}

static uint64_t next_end(const struct run *r)
{
    uint64_t next = UINT64_MAX;
    for (size_t i = 0; i < r->plan->count; i++) {
        if (r->active[i] && r->plan->items[i].until_ms < next) {
            next = r->plan->items[i].until_ms;
        }
    }
    return next;
}

static void end_all(struct run *r, uint64_t until)
{
    for (size_t i = 0; i < r->plan->count; i++) {
        if (r->active[i] && r->plan->items[i].until_ms <= until) {
            end(r, i);
        }
    }
}

/* Every correct store is known to be as old as the council: one that was not there for the
 * first block counts as lost, and there may be f Byzantine seats already. */
static bool is_founded(struct cluster *c, void *context)
{
    const struct run *r = context;
    for (uint16_t seat = 1; seat <= r->plan->config.seats; seat++) {
        struct pbft_status s;
        if (!cluster_is_faulty(c, seat)) {
            cluster_status(c, seat, &s);
            if (!s.standing.founded) {
                return false;
            }
        }
    }
    return true;
}

static void run_trouble(struct run *r)
{
    const struct plan *p = r->plan;
    size_t at = 0;
    (void)cluster_run_until(r->c, is_founded, r, FOUNDING_MS);
    cluster_run(r->c, p->config.disk_ms + 1); /* durably */
    while (cluster_fault(r->c) == NULL) {
        uint64_t next = next_end(r);
        while (at < p->count && p->items[at].off) {
            at++;
        }
        bool begins = at < p->count && p->items[at].at_ms < next;
        next = begins ? p->items[at].at_ms : next;
        if (next >= p->trouble_ms) {
            break;
        }
        run_for(r, next);
        if (begins) {
            begin(r, at++);
        } else {
            end_all(r, next);
        }
    }
    run_for(r, p->trouble_ms);
    end_all(r, UINT64_MAX);
}

/* --- judging --- */

__attribute__((format(printf, 2, 3))) static void fail(struct run *r, const char *format,
                                                       ...)
{
    va_list args;
    if (r->out->fault[0] != '\0') {
        return;
    }
    va_start(args, format);
    (void)vsnprintf(r->out->fault, sizeof(r->out->fault), format, args);
    va_end(args);
    if (r->loud) {
        cluster_show(r->c);
    }
}

/* No correct seat says nothing: what was lost is over. */
static bool all_stand(const struct run *r)
{
    struct pbft_status s;
    for (uint16_t seat = 1; seat <= r->plan->config.seats; seat++) {
        if (cluster_is_up(r->c, seat) && !cluster_is_faulty(r->c, seat)) {
            cluster_status(r->c, seat, &s);
            if (s.asking || s.standing.lost) {
                return false;
            }
        }
    }
    return true;
}

static bool rests(struct run *r)
{
    uint64_t seats = r->out->byzantine + r->out->forgetful;
    uint64_t until = cluster_now(r->c) + HEALING_MS + HEALING_SEAT_MS * seats;
    while (cluster_now(r->c) < until && cluster_fault(r->c) == NULL) {
        byzantine_tick(r->b);
        if (!cluster_run_to_rest(r->c, TICK_MS)) {
            continue;
        }
        if (all_stand(r)) {
            return true;
        }
        cluster_run(r->c, TICK_MS);
    }
    return false;
}

static bool is_going(const struct run *r)
{
    return r->out->fault[0] == '\0' && cluster_fault(r->c) == NULL;
}

/* With f seats gone, the Byzantine ones among them. */
static void without_f(struct run *r)
{
    uint16_t seats = r->plan->config.seats;
    unsigned down = quorum_faulty(seats);
    for (uint16_t seat = 1; seat <= seats; seat++) {
        down -= cluster_is_faulty(r->c, seat);
    }
    struct rng rng = {r->plan->seed};
    while (down > 0) {
        uint16_t seat = (uint16_t)(1 + rng_below(&rng, seats));
        if (cluster_is_up(r->c, seat) && !cluster_is_faulty(r->c, seat)) {
            cluster_crash(r->c, seat);
            down--;
        }
    }
    for (uint16_t seat = 1; seat <= seats; seat++) {
        if (cluster_is_up(r->c, seat) && !cluster_is_faulty(r->c, seat)) {
            cluster_propose(r->c, seat, seats);
            break;
        }
    }
    if (!rests(r) && cluster_fault(r->c) == NULL) {
        fail(r, "nothing is decided without f seats");
    }
}

static void check_expelled(struct run *r)
{
    for (uint16_t seat = 1; seat <= r->plan->config.seats; seat++) {
        bool expelled = cluster_is_expelled(r->c, seat);
        r->out->expelled += expelled;
        if (cluster_is_caught(r->c, seat) && !expelled) {
            fail(r, "seat %u equivocated before two others and is not expelled", seat);
        }
        if (expelled && !cluster_is_faulty(r->c, seat)) {
            fail(r, "the correct seat %u is expelled", seat);
        }
    }
}

static void judge(struct run *r)
{
    uint64_t healed = cluster_now(r->c);
    cluster_heal(r->c);
    byzantine_go_on(r->b);
    if (!rests(r) && cluster_fault(r->c) == NULL) {
        fail(r, "not everything is decided although all is mended");
    }
    r->out->rest_ms = cluster_now(r->c) - healed;
    if (is_going(r)) {
        check_expelled(r);
    }
    if (is_going(r)) {
        without_f(r);
    }
    if (is_going(r) && !cluster_replays(r->c)) {
        fail(r, "the ledger, executed anew, gives another state");
    }
    char why[200];
    if (is_going(r) &&
        !recount(r->c, &r->plan->config, &r->out->recounted, why, sizeof(why))) {
        fail(r, "%s", why);
    }
    if (cluster_fault(r->c) != NULL) {
        fail(r, "%s", cluster_fault(r->c));
    }
    r->out->good = r->out->fault[0] == '\0';
}

static void collect(struct run *r)
{
    struct run_result *o = r->out;
    struct cluster_counts counts;
    cluster_counts(r->c, &counts);
    o->digest = cluster_digest(r->c);
    o->simulated_ms = cluster_now(r->c);
    o->blocks = cluster_top(r->c);
    o->decisions = cluster_decisions(r->c);
    o->view_changes = counts.view_changes;
    o->messages = counts.sent;
    o->bytes = counts.bytes;
    memcpy(o->attacks, byzantine_counts(r->b), sizeof(o->attacks));
    const struct cluster_mark *marks = cluster_marks(r->c, &o->mark_count);
    o->mark_count = o->mark_count < RUN_MARKS ? o->mark_count : RUN_MARKS;
    if (o->mark_count > 0) {
        memcpy(o->marks, marks, o->mark_count * sizeof(*marks));
    }
}

void run_plan(const struct plan *p, bool trace, bool loud, struct run_result *out)
{
    struct cluster_config k = p->config;
    struct run r = {.plan = p, .out = out, .loud = loud};
    *out = (struct run_result){0};
    k.echo = trace;
    r.c = cluster_new(&k);
    r.b = byzantine_new(r.c, &k, p->seed);
    r.active = alloc_zero(p->count + 1, sizeof(*r.active));
    r.forgets = alloc_zero(p->count + 1, sizeof(*r.forgets));
    out->forgetful = forget_count(p);
    for (size_t i = 0; i < p->count; i++) {
        if (p->items[i].kind == ITEM_ATTACK && !p->items[i].off) {
            byzantine_add(r.b, p->items[i].a, (enum attack)p->items[i].value);
        }
    }
    for (uint16_t seat = 1; seat <= k.seats; seat++) {
        out->byzantine += cluster_is_faulty(r.c, seat);
    }
    cluster_start_all(r.c);
    run_trouble(&r);
    judge(&r);
    collect(&r);
    byzantine_free(r.b);
    cluster_free(r.c);
    free(r.active);
    free(r.forgets);
}
