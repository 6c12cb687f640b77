/* SPDX-License-Identifier: ISC */
#include "council/charter_rules.h"

struct council_rules council_rules_of(const struct charter *c)
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
