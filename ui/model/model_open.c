/* SPDX-License-Identifier: ISC */
/* The open proposals, from summaries and from the method `proposal`. */
#include "ui/model/inside.h"

#include <string.h>

static size_t index_of(const struct model *m, const char *id)
{
    size_t at = 0;
    while (at < m->scene.open_count && strcmp(m->scene.open[at]->id, id) != 0) {
        at++;
    }
    return at;
}

struct scene_proposal *open_find(struct model *m, const char *id)
{
    size_t at = index_of(m, id);
    return at < m->open.count ? proposal_own(&m->open, at) : NULL;
}

struct scene_proposal *open_take(struct model *m, const char *id)
{
    size_t at = index_of(m, id);
    struct scene_proposal *p = at < m->open.count ? deck_remove(&m->open, at) : NULL;
    model_sync(m);
    return p;
}

bool open_is_sealed(const struct model *m, const char *id)
{
    size_t at = index_of(m, id);
    return at < m->scene.open_count && (m->scene.open[at]->phase == UI_SEALED ||
                                        m->scene.open[at]->phase == UI_WAITING);
}

/* --- summaries --- */

static bool knows_ballots(const struct scene_proposal *p)
{
    return memchr(p->codes, BALLOT_UNKNOWN, p->seats) == NULL;
}

static uint32_t count_of(const struct value *v, const char *name)
{
    uint64_t n = value_number(v, name);
    return n > UINT16_MAX ? 0 : (uint32_t)n;
}

/* What a ballot can be where there is none. */
void open_begin_ballots(const struct model *m, struct scene_proposal *p)
{
    for (uint16_t i = 0; i < p->seats; i++) {
        const struct scene_seat *s = &m->scene.seat[i];
        p->codes[i] = s->expelled    ? BALLOT_EXPELLED
                      : s->suspended ? BALLOT_NOT_AWAITED
                                     : BALLOT_NONE;
        p->equivocated[i] = s->expelled;
    }
}

static void take_summary(struct model *m, struct scene_proposal *p, const struct value *v)
{
    /* What is opening here was so before, and stays it. */
    if (p->phase == UI_SEALED && strcmp(value_text(v, "phase"), "opening") == 0) {
        p->phase = UI_OPENING;
    }
    p->threshold = count_of(v, "threshold");
    p->committed = count_of(v, "committed");
    p->revealed = p->phase == UI_SEALED ? 0 : count_of(v, "revealed");
    p->opened_height = value_number(v, "opened_height");
    p->opened_ms = value_number(v, "opened_ms");
    p->proposer = (uint16_t)count_of(v, "proposer");
    proposal_take_outcome(m, p, v);
    class_remember(m, p->class_name, p->threshold);
}

static struct scene_proposal *new_one(struct model *m, const char *id,
                                      const struct value *v)
{
    char class_name[UI_NAME_BYTES], title[UI_TITLE_BYTES];
    value_copy_text(class_name, sizeof(class_name), v, "class");
    value_copy_text(title, sizeof(title), v, "title");
    struct scene_proposal *p = scene_proposal_new(m->scene.seats, class_name, title);
    memcpy(p->id, id, strlen(id) + 1);
    return p;
}

struct scene_proposal *open_add(struct model *m, size_t at, const char *id,
                                const struct value *v)
{
    struct scene_proposal *p = new_one(m, id, v);
    deck_insert(&m->open, at, p);
    if (m->open.count > OPEN_MAX) {
        item_unref(deck_remove(&m->open, 0));
    }
    model_sync(m);
    return p;
}

void open_apply(struct model *m, const struct value *summaries)
{
    if (!value_is(summaries, VALUE_ARRAY)) {
        m->nonsense++;
        return;
    }
    struct deck old = m->open;
    m->open = (struct deck){NULL, 0, 0, 0};
    model_sync(m);
    VALUE_EACH(v, summaries)
    {
        const char *id = value_text(v, "id");
        if (!id_is_good(id) || index_of(m, id) < m->open.count || m->scene.seats == 0 ||
            m->open.count == OPEN_MAX) {
            m->nonsense++;
            continue;
        }
        size_t at = 0;
        while (at < old.count &&
               strcmp(((struct scene_proposal *)deck_items(&old)[at])->id, id) != 0) {
            at++;
        }
        if (at < old.count) {
            deck_insert(&m->open, 0, deck_remove(&old, at));
            model_sync(m);
        } else {
            (void)open_add(m, 0, id, v);
        }
        struct scene_proposal *p = proposal_own(&m->open, 0);
        take_summary(m, p, v);
        if (p->phase == UI_SEALED && p->committed == 0 && !knows_ballots(p)) {
            open_begin_ballots(m, p);
        } else if (p->committed > 0 || !knows_ballots(p)) {
            (void)request_add(m, ASK_BALLOTS, id, UNKNOWN);
        }
    }
    for (size_t i = 0; i < old.count; i++) {
        item_unref(deck_items(&old)[i]); /* final meanwhile */
    }
    deck_free(&old);
    model_sync(m);
}

/* --- the method proposal --- */

static uint8_t code_of(const struct scene_proposal *p, const struct value *row)
{
    const char *status = value_text(row, "status");
    bool opened = p->phase != UI_SEALED;
    if (strcmp(status, "revealed") == 0) {
        return (uint8_t)(opened ? choice_code(value_text(row, "choice")) : BALLOT_SEALED);
    }
    return strcmp(status, "committed") == 0     ? BALLOT_SEALED
           : strcmp(status, "expelled") == 0    ? BALLOT_EXPELLED
           : strcmp(status, "withheld") == 0    ? BALLOT_WITHHELD
           : strcmp(status, "late") == 0        ? BALLOT_LATE
           : strcmp(status, "not-awaited") == 0 ? BALLOT_NOT_AWAITED
           : strcmp(status, "awaited") == 0     ? BALLOT_NONE
           : strcmp(status, "missed") == 0      ? BALLOT_NONE
                                                : BALLOT_UNKNOWN;
}

static void take_seat(struct model *m, struct scene_proposal *p, const struct value *row,
                      uint64_t sealed_height)
{
    uint64_t seat = value_number(row, "seat"), confidence = value_number(row, "confidence");
    bool opened = p->phase != UI_SEALED;
    bool tells = value_is(value_get(row, "choice"), VALUE_STRING) ||
                 confidence != UNKNOWN ||
                 value_is(value_get(row, "rationale"), VALUE_STRING);
    if (seat < 1 || seat > p->seats || (tells && !opened)) {
        m->nonsense++;
    }
    if (seat < 1 || seat > p->seats) {
        return;
    }
    size_t i = (size_t)seat - 1;
    /* A mismatch is this console's observation; the node goes on waiting for the seat. */
    bool mismatch = p->codes[i] == BALLOT_MISMATCH;
    p->codes[i] = code_of(p, row);
    if (mismatch && p->codes[i] == BALLOT_SEALED) {
        p->codes[i] = BALLOT_MISMATCH;
    }
    p->confidence[i] =
        opened && confidence <= 100 ? (uint8_t)confidence : CONFIDENCE_UNKNOWN;
    p->ballot_blocks[i] =
        blocks_between(p->opened_height, value_number(row, "ballot_height"));
    p->reveal_blocks[i] =
        opened ? blocks_between(sealed_height, value_number(row, "reveal_height"))
               : BLOCKS_UNKNOWN;
    p->equivocated[i] = m->scene.seat[i].expelled;
}

void open_ballots(struct model *m, const struct value *v)
{
    struct scene_proposal *p = open_find(m, value_text(v, "id"));
    if (p == NULL) {
        return; /* final by now */
    }
    uint64_t sealed_height = value_number(value_get(v, "sealed"), "height");
    p->threshold = count_of(v, "threshold");
    p->commit_deadline_ms = value_number(v, "commit_deadline_ms");
    p->reveal_deadline_ms = value_number(v, "reveal_deadline_ms");
    p->committed = count_of(v, "committed");
    p->revealed = p->phase == UI_SEALED ? 0 : count_of(v, "revealed");
    class_remember(m, p->class_name, p->threshold);
    proposal_take_outcome(m, p, v);
    VALUE_EACH(row, value_get(v, "seats"))
    {
        take_seat(m, p, row, sealed_height);
    }
}
