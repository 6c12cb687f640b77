/* SPDX-License-Identifier: ISC */
#include "networks.h"

#include "base/alloc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double beat_ms = 1000, hour_ms = 3600e3, retransmit_most_ms = 4000;

const struct network networks[NETWORKS] = {
    {.name = "LAN", .is_gentle = true, .delay_ms = 0.3, .jitter_ms = 0.2},
    {.name = "WAN, jitter 80 ms", .is_gentle = true, .delay_ms = 60, .jitter_ms = 80},
    {.name = "heavy-tailed delay", .delay_ms = 20, .pareto = 2},
    {.name = "loss 5 %, over TCP",
     .is_gentle = true,
     .delay_ms = 40,
     .jitter_ms = 5,
     .loss = 0.05,
     .retransmit_ms = 250},
    {.name = "loss 20 %, over TCP",
     .delay_ms = 40,
     .jitter_ms = 5,
     .loss = 0.2,
     .retransmit_ms = 250},
    {.name = "loss 5 %, for good",
     .is_gentle = true,
     .delay_ms = 40,
     .jitter_ms = 5,
     .loss = 0.05},
    {.name = "loss 20 %, for good", .delay_ms = 40, .jitter_ms = 5, .loss = 0.2},
    {.name = "bursty loss, TCP",
     .delay_ms = 40,
     .jitter_ms = 5,
     .burst_in = 0.001,
     .burst_out = 0.3,
     .retransmit_ms = 250},
    {.name = "bursty loss, for good",
     .delay_ms = 40,
     .jitter_ms = 5,
     .burst_in = 0.001,
     .burst_out = 0.3},
    {.name = "sender pauses to 3 s",
     .is_gentle = true,
     .delay_ms = 1,
     .jitter_ms = 1,
     .pause_s = 60,
     .pause_ms = 3000},
    {.name = "sender pauses to 8 s",
     .delay_ms = 1,
     .jitter_ms = 1,
     .pause_s = 600,
     .pause_ms = 8000},
    {.name = "busy node, to 5 s",
     .is_gentle = true,
     .delay_ms = 1,
     .jitter_ms = 1,
     .busy_s = 20,
     .busy_ms = 5000},
    {.name = "node sleeps 60 s",
     .is_gentle = true,
     .delay_ms = 1,
     .jitter_ms = 1,
     .sleep_s = 1800,
     .sleep_ms = 60000},
};

const double judges[JUDGES] = {1, 2, 3, 5, 8, 12, 5000, 10000};

/* --- chance --- */

static double uniform(struct rng *r)
{
    return ((double)(rng_next(r) >> 11) + 0.5) / 9007199254740992.0;
}

static double normal(struct rng *r)
{
    return sqrt(-2 * log(uniform(r))) * cos(2 * M_PI * uniform(r));
}

static double exponential(struct rng *r, double mean)
{
    return -mean * log(uniform(r));
}

/* --- a peer and the node that watches it --- */

struct side {
    double pause_at, pause_end; /* of the pause that is next, or now */
};

struct run {
    const struct network *net;
    struct rng *rng;
    struct side sender, busy, sleep;
    bool bad;         /* a bad time of the network */
    double sent;      /* the last heartbeat */
    double delivered; /* the last that came */
    double look;      /* the next look */
    struct phi_clock clock;
    struct phi phi;
};

/* The time at which somebody who means to do something then does it. */
static double when(struct run *r, struct side *s, double often_s, double most_ms,
                   bool always, double at)
{
    if (often_s <= 0) {
        return at;
    }
    while (s->pause_end < at) {
        s->pause_at = s->pause_end + exponential(r->rng, often_s * 1e3);
        s->pause_end = s->pause_at + (always ? most_ms : most_ms * uniform(r->rng));
    }
    return at < s->pause_at ? at : s->pause_end;
}

static double handled(struct run *r, double at)
{
    const struct network *n = r->net;
    at = when(r, &r->busy, n->busy_s, n->busy_ms, false, at);
    return when(r, &r->sleep, n->sleep_s, n->sleep_ms, true, at);
}

static bool is_lost(struct run *r)
{
    const struct network *n = r->net;
    if (n->burst_in > 0) {
        r->bad = r->bad ? uniform(r->rng) >= n->burst_out : uniform(r->rng) < n->burst_in;
        return r->bad && uniform(r->rng) < BURST_LOSS_PERCENT / 100.0;
    }
    return n->loss > 0 && uniform(r->rng) < n->loss;
}

static double delay(struct run *r)
{
    const struct network *n = r->net;
    double d = n->delay_ms + n->jitter_ms * fabs(normal(r->rng));
    return n->pareto > 0 ? d * pow(uniform(r->rng), -1 / n->pareto) : d;
}

/* Sends the next; when it arrives. Negative: never. */
static double send(struct run *r)
{
    const struct network *n = r->net;
    r->sent = when(r, &r->sender, n->pause_s, n->pause_ms, false, r->sent + beat_ms);
    double at = r->sent, again = n->retransmit_ms;
    while (is_lost(r)) {
        if (again <= 0) {
            return -1;
        }
        at += again;
        again = again < retransmit_most_ms / 2 ? 2 * again : retransmit_most_ms;
    }
    at += delay(r);
    /* One stream: what was sent later comes later. */
    r->delivered = at > r->delivered ? at : r->delivered;
    return r->delivered;
}

static void begin(struct run *r, const struct network *net, struct rng *rng)
{
    memset(r, 0, sizeof(*r));
    r->net = net;
    r->rng = rng;
    r->sent = uniform(rng) * beat_ms;
    r->look = 3 * beat_ms * uniform(rng) + beat_ms;
    phi_init(&r->phi, 0);
}

struct watch {
    void (*look)(struct run *r, uint64_t now, void *context);
    void *context;
};

/* The look that is due; a node that was busy looks once. */
static void look(struct run *r, const struct phi_rules *rules, const struct watch *w)
{
    double at = handled(r, r->look);
    w->look(r, phi_clock_at(&r->clock, rules, (uint64_t)at), w->context);
    r->look += beat_ms * (floor((at - r->look) / beat_ms) + 1);
}

static void beat(struct run *r, const struct phi_rules *rules, const struct watch *w)
{
    double at = send(r);
    if (at < 0) {
        return;
    }
    while (r->look < at) {
        look(r, rules, w);
    }
    uint64_t now = phi_clock_at(&r->clock, rules, (uint64_t)handled(r, at));
    phi_beat(&r->phi, rules, &r->clock, now);
}

/* --- with every judge at once --- */

static bool is_judged(const struct run *r, uint64_t now, double phi, size_t judge)
{
    return judge < JUDGES_PHI ? phi >= judges[judge]
                              : (double)phi_silence(&r->phi, now) >= judges[judge];
}

struct all {
    const struct phi_rules *rules;
    bool suspected[JUDGES];
    uint64_t *count;
};

static void look_all(struct run *r, uint64_t now, void *context)
{
    struct all *a = context;
    double phi = phi_value(&r->phi, a->rules, now);
    for (size_t i = 0; i < JUDGES; i++) {
        bool suspected = is_judged(r, now, phi, i);
        a->count[i] += suspected && !a->suspected[i];
        a->suspected[i] = suspected;
    }
}

struct crash {
    const struct phi_rules *rules;
    double at;
    unsigned left;
    double found[JUDGES]; /* ms after it; 0: not yet */
};

static void look_crash(struct run *r, uint64_t now, void *context)
{
    struct crash *c = context;
    double phi = phi_value(&r->phi, c->rules, now),
           after = (double)r->clock.seen_ms - c->at;
    for (size_t i = 0; i < JUDGES; i++) {
        if (c->found[i] <= 0 && after > 0 && is_judged(r, now, phi, i)) {
            c->found[i] = after;
            c->left--;
        }
    }
}

/* The peer dies now, in a world of its own. */
static void crash(const struct run *living, const struct phi_rules *rules, double found[])
{
    struct run r = *living;
    struct crash c = {rules, r.sent + beat_ms * uniform(r.rng), JUDGES, {0}};
    struct watch w = {look_crash, &c};
    while (c.left > 0) {
        look(&r, rules, &w);
    }
    memcpy(found, c.found, sizeof(c.found));
}

static int compare(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

enum { CRASH_EVERY = 600, WARM = 2 * PHI_WINDOW };

void network_run(const struct network *net, const struct phi_rules *rules, unsigned peers,
                 double hours, struct rng *rng, struct outcome *out)
{
    size_t beats = (size_t)(hours * hour_ms / beat_ms), trials = 0;
    size_t room = peers * (beats / CRASH_EVERY + 1);
    double *found = alloc_zero(room * JUDGES, sizeof(*found));
    memset(out, 0, sizeof(*out));
    for (unsigned p = 0; p < peers; p++) {
        struct run r;
        struct all a = {rules, {false}, out->false_of};
        struct watch w = {look_all, &a};
        begin(&r, net, rng);
        for (size_t i = 1; i <= beats; i++) {
            beat(&r, rules, &w);
            if (i % CRASH_EVERY == 0 && i >= WARM) {
                double one[JUDGES];
                crash(&r, rules, one);
                for (size_t j = 0; j < JUDGES; j++) {
                    found[j * room + trials] = one[j];
                }
                trials++;
            }
        }
        out->days += r.sent / (24 * hour_ms);
    }
    out->trials = trials;
    for (size_t j = 0; j < JUDGES; j++) {
        qsort(found + j * room, trials, sizeof(*found), compare);
        out->median_s[j] = trials > 0 ? found[j * room + trials / 2] / 1e3 : 0;
        out->most_s[j] = trials > 0 ? found[j * room + trials * 99 / 100] / 1e3 : 0;
    }
    free(found);
}

/* --- as shipped --- */

struct shipped {
    const struct phi_rules *rules;
    enum phi_state was;
    uint64_t downs, suspicions;
};

static void look_shipped(struct run *r, uint64_t now, void *context)
{
    struct shipped *s = context;
    enum phi_state is = phi_judge(&r->phi, s->rules, now);
    s->downs += is == PHI_DOWN && s->was != PHI_DOWN;
    s->suspicions += is == PHI_SUSPECTED && s->was == PHI_ALIVE;
    s->was = is;
}

void network_judge(const struct network *net, const struct phi_rules *rules, unsigned peers,
                   double hours, struct rng *rng, uint64_t *downs, uint64_t *suspicions)
{
    struct shipped s = {rules, PHI_UNKNOWN, 0, 0};
    struct watch w = {look_shipped, &s};
    for (unsigned p = 0; p < peers; p++) {
        struct run r;
        begin(&r, net, rng);
        s.was = PHI_UNKNOWN;
        while (r.sent < hours * hour_ms) {
            beat(&r, rules, &w);
        }
    }
    *downs = s.downs;
    *suspicions = s.suspicions;
}
