/* SPDX-License-Identifier: ISC */
/* Decisions: agents that answer at once, proposals one after another and many together. */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

enum { ONE_AFTER_ANOTHER = 20, AT_ONCE = 8 /* of each seat: the charter's quota */ };
enum { STALL_S = 60 };

static bool approve(void *context, unsigned seat, const json_t *params,
                    struct live_ballot *out)
{
    (void)context, (void)seat, (void)params;
    *out = (struct live_ballot){"approve", 80, "The bench approves."};
    return true;
}

static json_t *proposal_params(void)
{
    return json_pack("{s:s,s:s,s:s}", "class", "bench", "title", "bench", "text",
                     "The council decides that it decides.");
}

/* Lets the agents work until so many events of this name came. */
static void await(struct live *l, struct control_client *c, const char *name,
                  unsigned count)
{
    double until = now_s() + STALL_S;
    while (count > 0) {
        json_t *e = bench_event(c, name, 0);
        if (e != NULL) {
            count--;
            json_decref(e);
            until = now_s() + STALL_S;
            continue;
        }
        if (now_s() > until) {
            live_show_logs(l, 5);
            bench_fail("nothing was decided for %d s", STALL_S);
        }
        live_pump(l, 1);
    }
}

static void one_after_another(struct bench_decide *out, struct live *l)
{
    double outcome[ONE_AFTER_ANOTHER], final[ONE_AFTER_ANOTHER];
    json_int_t height = live_number(l, 1, "height");
    double cpu = council_cpu(l);
    for (unsigned i = 0; i < ONE_AFTER_ANOTHER; i++) {
        struct control_client *c = bench_connect(l, i % l->options.seats + 1, "proposal.");
        double start = now_s();
        (void)control_send(c, "propose", proposal_params());
        await(l, c, "proposal.decided", 1);
        outcome[i] = now_s() - start;
        await(l, c, "proposal.final", 1);
        final[i] = now_s() - start;
        control_disconnect(c);
    }
    out->one_cpu_s = (council_cpu(l) - cpu) / ONE_AFTER_ANOTHER;
    out->one_blocks = (double)(live_number(l, 1, "height") - height) / ONE_AFTER_ANOTHER;
    out->outcome = times_of(outcome, ONE_AFTER_ANOTHER);
    out->final = times_of(final, ONE_AFTER_ANOTHER);
}

static void many_at_once(struct bench_decide *out, struct live *l)
{
    unsigned seats = l->options.seats;
    struct control_client *clients[SEATS_MAX], *watcher = bench_connect(l, 1, "proposal.");
    double cpu = council_cpu(l), start = now_s();
    for (unsigned i = 0; i < seats; i++) {
        clients[i] = bench_connect(l, i + 1, NULL);
        for (unsigned k = 0; k < AT_ONCE; k++) {
            (void)control_send(clients[i], "propose", proposal_params());
        }
    }
    out->many = seats * AT_ONCE;
    await(l, watcher, "proposal.final", out->many);
    out->many_s = now_s() - start;
    out->many_cpu_s = council_cpu(l) - cpu;
    for (unsigned i = 0; i < seats; i++) {
        (void)bench_event(clients[i], "", 0); /* fails where a proposal was refused */
        control_disconnect(clients[i]);
    }
    control_disconnect(watcher);
}

void decide_measure(struct bench_council *out, struct live *l)
{
    out->has_decide = true;
    live_agent_set(l, 0, approve, NULL);
    live_pump(l, 500); /* all are attached */
    one_after_another(&out->decide, l);
    if (!live_wait_level(l, STALL_S * 1000)) {
        bench_fail("the nodes do not come to one height");
    }
    many_at_once(&out->decide, l);
    live_agent_set(l, 0, NULL, NULL);
    if (!live_wait_level(l, STALL_S * 1000)) {
        bench_fail("the nodes do not come to one height");
    }
}
