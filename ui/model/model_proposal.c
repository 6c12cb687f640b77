/* SPDX-License-Identifier: ISC */
#include "ui/model/inside.h"

#include <stdio.h>
#include <string.h>

struct scene_proposal *proposal_own(struct deck *d, size_t at)
{
    struct scene_proposal *p = deck_items(d)[at];
    if (p->references == 1) {
        return p;
    }
    struct scene_proposal *own = scene_proposal_new(p->seats, p->class_name, p->title);
    struct scene_proposal arrays = *own;
    *own = *p;
    own->references = 1;
    own->class_name = arrays.class_name;
    own->title = arrays.title;
    own->codes = memcpy(arrays.codes, p->codes, p->seats);
    own->confidence = memcpy(arrays.confidence, p->confidence, p->seats);
    own->ballot_blocks = memcpy(arrays.ballot_blocks, p->ballot_blocks, p->seats);
    own->reveal_blocks = memcpy(arrays.reveal_blocks, p->reveal_blocks, p->seats);
    own->equivocated =
        memcpy(arrays.equivocated, p->equivocated, p->seats * sizeof(*p->equivocated));
    item_unref(p);
    deck_items(d)[at] = own;
    return own;
}

static void take_count(const struct value *v, const char *name, uint32_t *out)
{
    uint64_t n = value_number(v, name);
    if (n <= UINT16_MAX) {
        *out = (uint32_t)n;
    }
}

void proposal_take_outcome(struct model *m, struct scene_proposal *p, const struct value *v)
{
    const char *outcome = value_text(v, "outcome");
    bool approved = strcmp(outcome, "approved") == 0;
    bool rejected = strcmp(outcome, "rejected") == 0;
    uint32_t approve = 0, reject = 0, abstain = 0;
    take_count(v, "approve", &approve);
    take_count(v, "reject", &reject);
    take_count(v, "abstain", &abstain);
    if (p->phase == UI_SEALED && (approve > 0 || reject > 0 || abstain > 0 || approved)) {
        m->nonsense++; /* nobody can know that yet */
        return;
    }
    take_count(v, "approve", &p->approve);
    take_count(v, "reject", &p->reject);
    take_count(v, "abstain", &p->abstain);
    if (approved || rejected) {
        p->approved = approved;
        value_copy_text(p->reason, sizeof(p->reason), v, "reason");
        if (rejected && p->reason[0] == '\0') {
            (void)snprintf(p->reason, sizeof(p->reason), "rejected");
        }
        if (p->phase == UI_OPENING) {
            p->phase = UI_DECIDED;
        }
    }
}

uint32_t class_threshold(const struct model *m, const char *name)
{
    for (size_t i = 0; i < m->class_count; i++) {
        if (strcmp(m->classes[i].name, name) == 0) {
            return m->classes[i].threshold;
        }
    }
    return 0;
}

void class_remember(struct model *m, const char *name, uint32_t threshold)
{
    if (threshold > 0 && m->class_count < CLASSES_MAX && class_threshold(m, name) == 0) {
        struct class_threshold *c = &m->classes[m->class_count++];
        (void)snprintf(c->name, sizeof(c->name), "%s", name);
        c->threshold = threshold;
    }
}

enum ballot_code choice_code(const char *name)
{
    return strcmp(name, "approve") == 0   ? BALLOT_APPROVE
           : strcmp(name, "reject") == 0  ? BALLOT_REJECT
           : strcmp(name, "abstain") == 0 ? BALLOT_ABSTAIN
                                          : BALLOT_UNKNOWN;
}

uint8_t blocks_between(uint64_t from, uint64_t to)
{
    if (from == UNKNOWN || to == UNKNOWN || to < from) {
        return BLOCKS_UNKNOWN;
    }
    return to - from < BLOCKS_UNKNOWN ? (uint8_t)(to - from) : BLOCKS_UNKNOWN - 1;
}
