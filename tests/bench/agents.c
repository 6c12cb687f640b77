/* SPDX-License-Identifier: ISC */
/* Agents that answer at once, and proposals for them. */
#include "measure.h"

enum { STALL_S = 60 };

static bool approve(void *context, unsigned seat, const json_t *params,
                    struct live_ballot *out)
{
    (void)context, (void)seat, (void)params;
    *out = (struct live_ballot){"approve", 80, "The bench approves."};
    return true;
}

void agents_begin(struct live *l)
{
    live_agent_set(l, 0, approve, NULL);
}

void agents_end(struct live *l)
{
    live_agent_set(l, 0, NULL, NULL);
}

void agents_propose(struct control_client *c)
{
    json_t *params = json_pack("{s:s,s:s,s:s}", "class", "bench", "title", "bench", "text",
                               "The council decides that it decides.");
    if (control_send(c, "propose", params) < 0) {
        bench_fail("a node hung up");
    }
}

void agents_await(struct live *l, struct control_client *c, const char *name,
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
