/* SPDX-License-Identifier: ISC */
#include "conclaved/log_tell.h"

#include "conclaved/events.h"
#include "conclaved/log_ring.h"
#include "conclaved/publish.h"

/* Telling lines makes none but of a client that is dropped for not reading: that one is
 * told in the next turn. */
void log_tell(struct node *n)
{
    uint64_t newest = log_ring_newest(n->log), oldest = log_ring_oldest(n->log);
    if (n->log_told == newest) {
        return;
    }
    uint64_t at = n->log_told + 1 > oldest ? n->log_told + 1 : oldest;
    n->log_told = newest;
    if (!control_wants(n->control, "log.line")) {
        return;
    }
    for (; at <= newest; at++) {
        struct log_ring_line line = log_ring_get(n->log, at);
        publish(n, "log.line", event_log_line(&line));
    }
}
