/* SPDX-License-Identifier: ISC */
#include "conclaved/halt.h"

#include "base/log.h"
#include "conclaved/flagging.h"
#include "conclaved/json.h"
#include "conclaved/methods.h"
#include "conclaved/publish.h"

static void tell_stalled(struct node *n, const struct stall *s, uint64_t since_ms)
{
    char missing[STALL_TEXT_BYTES], unable[STALL_TEXT_BYTES], next[STALL_TEXT_BYTES];
    struct log_field in = LOG_N("in_ms", s->in_ms);
    stall_seats(s->missing, n->charter->seat_count, missing);
    stall_seats(s->unable, n->charter->seat_count, unable);
    stall_next_text(s, n->charter, next);
    if (s->in_ms == UINT64_MAX) {
        in = LOG_S("in_ms", "-");
    }
    LOG_EVENT(LOG_LEVEL_WARN, "council.stalled", LOG_N("view", s->view),
              LOG_N("height", s->height), LOG_S("phase", stall_phase_name(s->phase)),
              LOG_N("have", s->have), LOG_N("need", s->need), LOG_S("missing", missing),
              LOG_N("able", s->able), LOG_S("unable", unable),
              LOG_S("reachable", s->reachable ? "yes" : "no"), LOG_S("next", next), in,
              LOG_N("since_ms", since_ms));
    json_t *params = stall_json(s, n->charter);
    json_put(params, "pending", pending_json(s));
    json_put(params, "since_ms", json_number(since_ms));
    publish(n, "council.stalled", params);
    flagging_stalled(n, s);
}

static void tell_moving(struct node *n, const struct stall_facts *f, uint64_t stalled_ms)
{
    LOG_EVENT(LOG_LEVEL_INFO, "council.moving", LOG_N("view", f->order.view),
              LOG_N("height", f->order.committed_height), LOG_N("stalled_ms", stalled_ms));
    json_t *params = json_object();
    json_put(params, "view", json_number(f->order.view));
    json_put(params, "height", json_number(f->order.committed_height));
    json_put(params, "stalled_ms", json_number(stalled_ms));
    publish(n, "council.moving", params);
    flagging_moving(n);
}

static void look_apart(struct node *n, const struct stall *s, const struct stall_facts *f)
{
    uint64_t since = n->stall.apart_since_ms;
    switch (stall_watch_apart(&n->stall, s, f)) {
    case APART_QUIET:
        break;
    case APART_BEGINS:
        LOG_EVENT(LOG_LEVEL_WARN, "view.apart", LOG_N("view", s->view),
                  LOG_N("council_view", s->council_view), LOG_N("height", s->height),
                  LOG_N("since_ms", f->now_ms - since));
        flagging_apart(n, s);
        break;
    case APART_ENDS:
        LOG_EVENT(LOG_LEVEL_INFO, "view.joined", LOG_N("view", f->order.view),
                  LOG_N("height", f->order.committed_height),
                  LOG_N("apart_ms", f->now_ms - since));
        flagging_clear(n, FLAG_APART, n->seat);
        break;
    }
}

void halt_look(struct node *n)
{
    struct pbft_status status;
    struct stall_facts facts;
    struct stall stall;
    uint64_t since = n->stall.since_ms;
    replica_status(n->replica, &status);
    node_stall(n, &status, &facts, &stall);
    switch (stall_watch(&n->stall, &stall, &facts)) {
    case STALL_QUIET:
        break;
    case STALL_STALLED:
        tell_stalled(n, &stall, facts.now_ms - since);
        break;
    case STALL_MOVING:
        tell_moving(n, &facts, facts.now_ms - since);
        break;
    }
    look_apart(n, &stall, &facts);
}
