/* SPDX-License-Identifier: ISC */
/* Decisions: agents that answer at once, proposals one after another and many together. */
#include "measure.h"

enum { ONE_AFTER_ANOTHER = 20, AT_ONCE = 8 /* of each seat: the charter's quota */ };

static void one_after_another(struct bench_decide *out, struct live *l)
{
    double outcome[ONE_AFTER_ANOTHER], final[ONE_AFTER_ANOTHER];
    struct bench_counts before = counts_begin(l);
    double begin = now_s();
    for (unsigned i = 0; i < ONE_AFTER_ANOTHER; i++) {
        struct control_client *c = bench_connect(l, i % l->options.seats + 1, "proposal.");
        double start = now_s();
        agents_propose(c);
        agents_await(l, c, "proposal.decided", 1);
        outcome[i] = now_s() - start;
        agents_await(l, c, "proposal.final", 1);
        final[i] = now_s() - start;
        control_disconnect(c);
    }
    out->one = ONE_AFTER_ANOTHER;
    out->one_s = now_s() - begin;
    out->one_counts = counts_since(l, &before);
    out->outcome = times_of(outcome, ONE_AFTER_ANOTHER);
    out->final = times_of(final, ONE_AFTER_ANOTHER);
}

static void many_at_once(struct bench_decide *out, struct live *l)
{
    unsigned seats = l->options.seats;
    struct control_client *clients[SEATS_MAX], *watcher = bench_connect(l, 1, "proposal.");
    struct bench_counts before = counts_begin(l);
    double start = now_s(), own = own_cpu_s();
    for (unsigned i = 0; i < seats; i++) {
        clients[i] = bench_connect(l, i + 1, NULL);
        for (unsigned k = 0; k < AT_ONCE; k++) {
            agents_propose(clients[i]);
        }
    }
    out->many = seats * AT_ONCE;
    agents_await(l, watcher, "proposal.final", out->many);
    out->many_s = now_s() - start;
    out->many_own_cpu_s = own_cpu_s() - own;
    out->many_counts = counts_since(l, &before);
    for (unsigned i = 0; i < seats; i++) {
        (void)bench_event(clients[i], "", 0); /* fails where a proposal was refused */
        control_disconnect(clients[i]);
    }
    control_disconnect(watcher);
}

void decide_measure(struct bench_council *out, struct live *l)
{
    agents_begin(l);
    live_pump(l, 500); /* all are attached */
    one_after_another(&out->decide, l);
    bench_level(l);
    many_at_once(&out->decide, l);
    agents_end(l);
    bench_level(l);
}
