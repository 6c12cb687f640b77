/* SPDX-License-Identifier: ISC */
#include "conclaved/catchup.h"

#include "base/clock.h"
#include "base/log.h"
#include "conclaved/node.h"

void catchup_begin(struct node *n, const struct pbft_notice *x)
{
    struct catchup *c = &n->catchup;
    /* Another seat is asked where one has not answered. */
    LOG_EVENT(c->is_open ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO, "node.catching-up",
              LOG_N("view", x->view), LOG_N("height", x->height), LOG_N("seat", x->seat));
    if (!c->is_open) {
        *c = (struct catchup){
            .is_open = true, .since_ms = clock_monotonic_ms(), .from = x->height};
    }
}

void catchup_count(struct node *n)
{
    n->catchup.decisions += n->catchup.is_open;
}

bool catchup_is_quiet(const struct node *n)
{
    return n->catchup.is_open && n->catchup.decisions >= CATCHUP_TOLD;
}

void catchup_look(struct node *n)
{
    struct catchup *c = &n->catchup;
    struct pbft_status status;
    replica_status(n->replica, &status);
    if (!c->is_open || status.lacks_blocks) {
        return;
    }
    c->is_open = false;
    LOG_EVENT(LOG_LEVEL_INFO, "node.caught-up", LOG_N("view", status.view),
              LOG_N("height", status.committed_height),
              LOG_N("blocks", status.committed_height + 1 - c->from),
              LOG_N("decisions", c->decisions),
              LOG_N("ms", clock_monotonic_ms() - c->since_ms));
}
