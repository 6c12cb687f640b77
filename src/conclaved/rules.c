/* SPDX-License-Identifier: ISC */
/* From the charter's terms to the replica's. */
#include "conclaved/node.h"

#include "base/quorum.h"
#include "council/charter_rules.h"

enum { VERIFIED_SIGNATURES = 16384 };

void node_replica_config(const struct charter *c, uint16_t seat, struct replica_config *out)
{
    *out = (struct replica_config){.council = council_rules_of(c),
                                   .seat_window = c->seat_window,
                                   .replay_jobs = 1,
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
