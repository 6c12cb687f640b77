/* SPDX-License-Identifier: ISC */
#include "conclaved/liveness.h"

#include "base/clock.h"
#include "conclaved/json.h"

#include <math.h>

struct liveness liveness_of(const struct node *n, uint16_t seat)
{
    const struct peer_view *peer = &n->peers[seat - 1];
    const struct phi_rules *rules = &n->config->phi;
    if (seat == n->seat) {
        return (struct liveness){.has_phi = true, .has_lag = true, .state = PHI_ALIVE};
    }
    uint64_t now = phi_clock_peek(&n->awake, rules, clock_monotonic_ms());
    double phi = phi_value(&peer->phi, rules, now);
    return (struct liveness){.has_phi = phi >= 0,
                             .has_lag = peer->last_beat_ms != 0,
                             .phi_tenths = phi > 0 ? (unsigned)lround(phi * 10) : 0,
                             .state = peer->phi.state,
                             .lag_height = peer->lag_height,
                             .lag_view = peer->lag_view};
}

json_t *liveness_phi(const struct liveness *l)
{
    return l->has_phi ? json_integer(l->phi_tenths) : json_null();
}

json_t *liveness_state(const struct liveness *l)
{
    return l->state == PHI_UNKNOWN ? json_null() : json_string(phi_state_name(l->state));
}

json_t *liveness_lag_height(const struct liveness *l)
{
    return l->has_lag ? json_integer(l->lag_height) : json_null();
}

json_t *liveness_lag_view(const struct liveness *l)
{
    return l->has_lag ? json_integer(l->lag_view) : json_null();
}

void liveness_put(json_t *out, const struct node *n, uint16_t seat)
{
    struct liveness l = liveness_of(n, seat);
    json_put(out, "phi", liveness_phi(&l));
    json_put(out, "state", liveness_state(&l));
    json_put(out, "lag_height", liveness_lag_height(&l));
    json_put(out, "lag_view", liveness_lag_view(&l));
}
