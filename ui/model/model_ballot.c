/* SPDX-License-Identifier: ISC */
/*
 * What happens to open proposals. An event may tell what a snapshot told already, so each
 * is applied as a state to be reached, not as a step.
 */
#include "ui/model/inside.h"

#include <string.h>

struct subject {
    struct scene_proposal *p; /* NULL: of none that is held */
    size_t i;                 /* its seat less 1 */
    struct scene_seat *seat;  /* NULL: none such */
};

static struct subject subject_at(struct model *m, struct scene_proposal *p, uint64_t seat)
{
    if (seat < 1 || seat > m->scene.seats) {
        m->nonsense++;
        return (struct subject){NULL, 0, NULL};
    }
    size_t i = (size_t)seat - 1;
    return (struct subject){p != NULL && i < p->seats ? p : NULL, i, &m->scene.seat[i]};
}

static struct subject subject_of(struct model *m, const struct value *v)
{
    return subject_at(m, open_find(m, value_text(v, "proposal")), value_number(v, "seat"));
}

void ballot_opened(struct model *m, const struct value *v)
{
    const char *id = value_text(v, "id");
    uint64_t proposer = value_number(v, "proposer");
    if (!id_is_good(id) || m->scene.seats == 0) {
        m->nonsense++;
        return;
    }
    struct scene_proposal *p = open_find(m, id);
    if (p == NULL) {
        p = open_add(m, m->open.count, id, v);
        open_begin_ballots(m, p);
        m->scene.order.open += m->scene.order.open != UNKNOWN;
    }
    p->proposer = proposer <= UI_SEATS_MAX ? (uint16_t)proposer : 0;
    p->opened_height = value_number(v, "height");
    p->opened_ms = value_number(v, "time_ms");
    p->commit_deadline_ms = value_number(v, "commit_deadline_ms");
    if (p->threshold == 0) {
        p->threshold = class_threshold(m, p->class_name);
    }
    if (p->threshold == 0) {
        (void)request_add(m, ASK_BALLOTS, id, UNKNOWN);
    }
}

static void record(struct subject s)
{
    if (s.p == NULL) {
        return;
    }
    switch ((enum ballot_code)s.p->codes[s.i]) {
    case BALLOT_NONE:
    case BALLOT_NOT_AWAITED:
        s.p->committed++;
        s.seat->ballots++;
        s.p->codes[s.i] = BALLOT_SEALED;
        break;
    case BALLOT_UNKNOWN: /* whether the counts have it is not known; they are on their way
                          */
        s.p->codes[s.i] = BALLOT_SEALED;
        break;
    case BALLOT_SEALED:
    case BALLOT_APPROVE:
    case BALLOT_REJECT:
    case BALLOT_ABSTAIN:
    case BALLOT_MISMATCH:
    case BALLOT_WITHHELD:
    case BALLOT_LATE:
    case BALLOT_MISSED:
    case BALLOT_EXPELLED:
        break;
    }
}

void ballot_recorded(struct model *m, const struct value *v)
{
    record(subject_of(m, v));
}

static void record_late(struct subject s)
{
    if (s.p != NULL &&
        (s.p->codes[s.i] == BALLOT_NONE || s.p->codes[s.i] == BALLOT_UNKNOWN ||
         s.p->codes[s.i] == BALLOT_NOT_AWAITED)) {
        s.p->codes[s.i] = BALLOT_LATE;
    }
}

void ballot_late(struct model *m, const struct value *v)
{
    record_late(subject_of(m, v));
}

void ballot_opening(struct model *m, const struct value *v)
{
    struct scene_proposal *p = open_find(m, value_text(v, "proposal"));
    uint64_t committed = value_number(v, "committed");
    if (p == NULL) {
        return;
    }
    if (p->phase == UI_SEALED || p->phase == UI_WAITING) {
        /* It may have been lost before it was opened. */
        p->phase = p->reason[0] != '\0' ? UI_DECIDED : UI_OPENING;
    }
    if (committed <= p->seats) {
        p->committed = (uint32_t)committed;
    }
    p->reveal_deadline_ms = value_number(v, "reveal_deadline_ms");
}

static void count_choice(struct scene_proposal *p, enum ballot_code code)
{
    p->approve += code == BALLOT_APPROVE;
    p->reject += code == BALLOT_REJECT;
    p->abstain += code == BALLOT_ABSTAIN;
}

static void reveal(struct model *m, struct subject s, enum ballot_code choice,
                   uint64_t confidence)
{
    if (s.p == NULL) {
        return;
    }
    if (choice == BALLOT_UNKNOWN || s.p->phase == UI_SEALED || s.p->phase == UI_WAITING) {
        m->nonsense++;
        return;
    }
    switch ((enum ballot_code)s.p->codes[s.i]) {
    case BALLOT_SEALED:
    case BALLOT_MISMATCH:
    case BALLOT_NONE:
    case BALLOT_NOT_AWAITED:
    case BALLOT_LATE:
        s.p->revealed++;
        s.seat->reveals++;
        count_choice(s.p, choice);
        break;
    case BALLOT_UNKNOWN:
    case BALLOT_APPROVE:
    case BALLOT_REJECT:
    case BALLOT_ABSTAIN:
    case BALLOT_WITHHELD:
    case BALLOT_MISSED:
    case BALLOT_EXPELLED:
        break;
    }
    s.p->codes[s.i] = (uint8_t)choice;
    s.p->confidence[s.i] = confidence <= 100 ? (uint8_t)confidence : CONFIDENCE_UNKNOWN;
}

void ballot_revealed(struct model *m, const struct value *v)
{
    reveal(m, subject_of(m, v), choice_code(value_text(v, "choice")),
           value_number(v, "confidence"));
}

/* [seat, "Y", confidence] */
static void reveal_entry(struct model *m, struct scene_proposal *p,
                         const struct value *entry)
{
    const struct value *parts[3] = {NULL, NULL, NULL};
    size_t count = 0;
    VALUE_EACH(part, entry)
    {
        if (count < 3) {
            parts[count++] = part;
        }
    }
    const char *letter = value_is(parts[1], VALUE_STRING) ? parts[1]->text : "";
    bool known = letter[0] != '\0' && letter[1] == '\0' && strchr("YNA", letter[0]) != NULL;
    reveal(m, subject_at(m, p, value_as_number(parts[0])),
           known ? (enum ballot_code)letter[0] : BALLOT_UNKNOWN, value_as_number(parts[2]));
}

void ballot_together(struct model *m, const struct value *v)
{
    struct scene_proposal *p = open_find(m, value_text(v, "proposal"));
    VALUE_EACH(seat, value_get(v, "recorded"))
    {
        record(subject_at(m, p, value_as_number(seat)));
    }
    VALUE_EACH(seat, value_get(v, "late"))
    {
        record_late(subject_at(m, p, value_as_number(seat)));
    }
    VALUE_EACH(entry, value_get(v, "revealed"))
    {
        reveal_entry(m, p, entry);
    }
}

void ballot_decided(struct model *m, const struct value *v)
{
    struct scene_proposal *p = open_find(m, value_text(v, "proposal"));
    if (p != NULL) {
        proposal_take_outcome(m, p, v);
    }
}

/* A REVEAL that does not open what the seat sealed. Anybody can send one in its name, so
 * the right one may still come. */
void ballot_void(struct model *m, const struct value *v)
{
    if (strcmp(value_text(v, "kind"), "reveal") != 0 ||
        strcmp(value_text(v, "verdict"), "bad-opening") != 0) {
        return;
    }
    struct subject s = subject_of(m, v);
    if (s.p != NULL && s.p->phase != UI_SEALED && s.p->codes[s.i] == BALLOT_SEALED) {
        s.p->codes[s.i] = BALLOT_MISMATCH;
    }
}

void ballot_convicted(struct model *m, uint16_t seat)
{
    for (size_t at = 0; at < m->open.count; at++) {
        struct scene_proposal *p = proposal_own(&m->open, at);
        if (seat > p->seats) {
            continue;
        }
        uint8_t *code = &p->codes[seat - 1];
        p->equivocated[seat - 1] = true;
        if (*code == BALLOT_SEALED && p->committed > 0) {
            p->committed--; /* it counts no more */
        }
        if (*code != BALLOT_APPROVE && *code != BALLOT_REJECT && *code != BALLOT_ABSTAIN) {
            *code = BALLOT_EXPELLED;
        }
    }
}
