/* SPDX-License-Identifier: ISC */
#include "patterns/rules.h"

#include "base/quorum.h"

#include <string.h>

/* The first seat with the same word in that place. */
static uint16_t first_with(const struct charter *c, uint16_t seat, bool family)
{
    const struct charter_seat *s = &c->seats[seat - 1];
    for (uint16_t i = 1; i < seat; i++) {
        const struct charter_seat *other = &c->seats[i - 1];
        bool same = family ? strcmp(s->model_family, other->model_family) == 0
                           : strcmp(s->vendor, other->vendor) == 0;
        if (same) {
            return i;
        }
    }
    return seat;
}

void pattern_rules_of(const struct charter *c, struct pattern_rules *out)
{
    *out = (struct pattern_rules){.seats = c->seat_count,
                                  .faulty = quorum_faulty(c->seat_count),
                                  .classes = c->class_count,
                                  .watch = c->watch};
    for (uint16_t seat = 1; seat <= c->seat_count; seat++) {
        out->vendor[seat - 1] = first_with(c, seat, false);
        out->family[seat - 1] = first_with(c, seat, true);
    }
}
