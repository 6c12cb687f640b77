/* SPDX-License-Identifier: ISC */
/* From the charter's terms to the replica's. */
#include "conclaved/node.h"

#include "base/quorum.h"

static struct council_rules council_rules_of(const struct charter *c)
{
    struct council_rules r = {.council_id = c->council_id,
                              .seats = c->seat_count,
                              .class_count = c->class_count,
                              .open_proposals = c->open_proposals,
                              .return_interval_ms = c->return_interval_ms,
                              .epoch_decisions = c->epoch_decisions,
                              .epoch_absences = c->epoch_absences,
                              .created_ms = c->created_ms};
    for (uint32_t i = 0; i < c->class_count; i++) {
        const struct charter_class *k = &c->classes[i];
        r.classes[i] = (struct council_class){.threshold = k->threshold,
                                              .commit_ms = k->commit_ms,
                                              .reveal_ms = k->reveal_ms,
                                              .grace_ms = k->grace_ms,
                                              .emergency = k->emergency};
    }
    return r;
}

enum { VERIFIED_SIGNATURES = 16384 };

void node_replica_config(const struct charter *c, uint16_t seat, struct replica_config *out)
{
    *out = (struct replica_config){.council = council_rules_of(c),
                                   .seat_window = c->seat_window,
                                   .verified = VERIFIED_SIGNATURES};
    struct pbft_config *core = &out->core;
    pbft_config_defaults(core);
    core->seat = seat;
    core->seats = c->seat_count;
    core->quorum = (uint16_t)quorum_size(c->seat_count);
    core->genesis = c->council_id;
    core->genesis_time_ms = c->created_ms;
    core->window = c->window;
    core->rotate_every = c->rotate_every;
    core->max_drift_ms = c->max_drift_ms;
    core->timer_floor_ms = c->timer_floor_ms;
    core->timer_ceiling_ms = c->timer_ceiling_ms;
}
