/* SPDX-License-Identifier: ISC */
/* Whether seats are alive and keep up, conclave-watching(7), as clients are told of it. */
#ifndef CONCLAVE_CONCLAVED_LIVENESS_H
#define CONCLAVE_CONCLAVED_LIVENESS_H

#include "conclaved/node.h"

#include <jansson.h>

struct liveness {
    bool has_phi, has_lag;
    unsigned phi_tenths;
    enum phi_state state;
    int64_t lag_height, lag_view;
};

/* Of any seat, the own one too, which is always alive. */
struct liveness liveness_of(const struct node *n, uint16_t seat);

/* null where it is not known */
json_t *liveness_phi(const struct liveness *l);
json_t *liveness_state(const struct liveness *l);
json_t *liveness_lag_height(const struct liveness *l);
json_t *liveness_lag_view(const struct liveness *l);
/* The four as members of an object: phi, state, lag_height, lag_view. */
void liveness_put(json_t *out, const struct node *n, uint16_t seat);

#endif
