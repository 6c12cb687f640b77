/* SPDX-License-Identifier: ISC */
/* Blocks in, events and roots out: conclave-protocol(7) section 6, state_root. */
#include "council/state.h"

#include "base/alloc.h"
#include "base/quorum.h"
#include "hash/hash.h"
#include "wire/cbor.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void write_hash(struct buffer *out, const struct hash *h)
{
    cbor_write_bytes(out, slice_of(h->bytes, HASH_BYTES));
}

/* Section 6: state_root = H("conclave/1/state", [effects, count, decisions_root]). */
static void compute_root(struct council *c)
{
    struct buffer b = {0};
    c->decisions_root = merkle_tree_root(&c->decisions);
    cbor_write_array(&b, 3);
    write_hash(&b, &c->effects);
    cbor_write_uint(&b, c->decisions.count);
    write_hash(&b, &c->decisions_root);
    c->state_root = hash_labelled(LABEL_STATE, buffer_slice(&b));
    buffer_free(&b);
}

struct council *council_new(const struct council_rules *rules)
{
    assert(rules->seats >= SEATS_MIN && rules->seats <= SEATS_MAX);
    assert(rules->class_count >= 1 && rules->class_count <= CLASSES_MAX);
    assert(rules->epoch_decisions >= 1);
    struct council *c = alloc_zero(1, sizeof *c);
    c->rules = *rules;
    c->faulty = quorum_faulty(rules->seats);
    /* Section 6: at block 0 effects 32 zero bytes, count 0, MTH of nothing; its time is
     * created_ms. */
    c->time_ms = rules->created_ms;
    merkle_tree_init(&c->decisions);
    compute_root(c);
    return c;
}

static void forget_last_block(struct council *c)
{
    c->event_count = 0;
    for (size_t i = 0; i < c->finished_count; i++) {
        buffer_free(&c->finished[i]->encoding);
        bytes_unref(c->finished[i]->operation);
        free(c->finished[i]);
    }
    c->finished_count = 0;
}

void council_free(struct council *c)
{
    if (c == NULL) {
        return;
    }
    forget_last_block(c);
    for (size_t i = 0; i < c->live_count; i++) {
        proposal_free(c->live[i]);
    }
    known_free(&c->known);
    free(c->live);
    free(c->events);
    buffer_free(&c->deeds);
    free(c->finished);
    free(c);
}

struct council_event *council_emit(struct council *c, enum council_event_kind kind,
                                   uint16_t seat, const struct hash *proposal)
{
    if (c->event_count == c->event_capacity) {
        c->event_capacity = c->event_capacity == 0 ? 64 : 2 * c->event_capacity;
        c->events = alloc_resize(c->events, c->event_capacity, sizeof *c->events);
    }
    struct council_event *e = &c->events[c->event_count++];
    *e = (struct council_event){.kind = kind, .seat = seat};
    if (proposal != NULL) {
        e->proposal = *proposal;
    }
    return e;
}

/* --- applying a block --- */

/* Section 8 point 8: a block's operations in their order. Section 6: verdicts, an array
 * per envelope of a code per operation. */
static void apply_operations(struct council *c, const struct block *b,
                             struct buffer *verdicts, bool *rotate)
{
    cbor_write_array(verdicts, b->count);
    for (uint32_t i = 0; i < b->count; i++) {
        const struct envelope *e = b->envelopes[i];
        cbor_write_array(verdicts, e->count);
        for (uint32_t j = 0; j < e->count; j++) {
            cbor_write_uint(verdicts, operation_apply(c, e, j, rotate));
        }
    }
}

/* Section 8 point 8: then steps; proposals step, and records become final, in the order
 * of their PROPOSEs. Section 6: steps, [[proposal_id, 1 | 2 | 3], ...]. */
static void apply_steps(struct council *c, struct buffer *steps)
{
    struct buffer list = {0};
    size_t made = 0, kept = 0;
    for (size_t i = 0; i < c->live_count; i++) {
        struct live *l = c->live[i];
        enum proposal_step step = proposal_step(c, l);
        if (step != STEP_NONE) {
            made++;
            cbor_write_array(&list, 2);
            write_hash(&list, &l->p.id);
            cbor_write_uint(&list, step);
        }
        if (step == STEP_FINAL) {
            proposal_free(l);
        } else {
            c->live[kept++] = l;
        }
    }
    c->live_count = kept;
    cbor_write_array(steps, made);
    buffer_append_slice(steps, buffer_slice(&list));
    buffer_free(&list);
}

/* Section 6: epoch, [] or [number, [suspended seats]]; the epoch that begins, its seats
 * ascending. */
static void apply_epoch(struct council *c, struct buffer *epoch)
{
    if (!epoch_close(c)) {
        cbor_write_array(epoch, 0);
        return;
    }
    cbor_write_array(epoch, 2);
    cbor_write_uint(epoch, c->epoch);
    cbor_write_array(epoch, c->suspended_count);
    for (uint16_t seat = 1; seat <= c->rules.seats; seat++) {
        if (council_is_suspended(c, seat)) {
            cbor_write_uint(epoch, seat);
        }
    }
}

void council_apply(struct council *c, const struct block *b, struct council_result *out)
{
    assert(b->header.height == c->height + 1);
    forget_last_block(c);
    *out = (struct council_result){.next_deadline_ms = UINT64_MAX};
    c->height = b->header.height;
    c->time_ms = b->header.time_ms;
    c->view = b->header.view;
    /* Section 8 point 7: until a header that covers the record is committed. */
    if (b->header.executed_height >= c->cover_height) {
        c->cover_height = 0;
    }

    /* Section 6: effects = H("conclave/1/effects", [effects of h-1, h, verdicts, steps,
     * epoch]). */
    c->deeds.size = 0;
    cbor_write_array(&c->deeds, 5);
    write_hash(&c->deeds, &c->effects);
    cbor_write_uint(&c->deeds, c->height);
    apply_operations(c, b, &c->deeds, &out->rotate);
    apply_steps(c, &c->deeds);
    apply_epoch(c, &c->deeds);
    c->effects = hash_labelled(LABEL_EFFECTS, buffer_slice(&c->deeds));
    compute_root(c);

    for (size_t i = 0; i < c->live_count; i++) {
        uint64_t deadline = proposal_deadline(c, c->live[i]);
        if (deadline < out->next_deadline_ms) {
            out->next_deadline_ms = deadline;
        }
    }
    out->events = c->events;
    out->event_count = c->event_count;
    out->deeds = buffer_slice(&c->deeds);
    out->state_root = c->state_root;
    out->cover_height = c->cover_height;
}

/* --- looking --- */

const struct proposal *council_find(const struct council *c, const struct hash *id)
{
    const struct known_entry *e = known_find(&c->known, id);
    return e != NULL && e->live != NULL ? &e->live->p : NULL;
}

const struct proposal *council_at(const struct council *c, size_t index)
{
    return index < c->live_count ? &c->live[index]->p : NULL;
}

/* Whether the proposal waits for something of the seat, and for which sort of envelope. */
static bool is_awaited(const struct council *c, const struct live *l, uint16_t seat,
                       enum envelope_sort *sort)
{
    const struct seat_ballot *ballot = &l->p.seats[seat - 1];
    switch (l->p.phase) {
    case PROPOSAL_SEALED:
        *sort = ENVELOPE_SIGNED;
        return l->p.active[seat - 1] && !ballot->committed && !council_is_expelled(c, seat);
    case PROPOSAL_OPENING:
        *sort = ENVELOPE_UNSIGNED;
        return ballot->committed && !ballot->revealed && !council_is_expelled(c, seat);
    case PROPOSAL_FINAL:
        break;
    }
    return false;
}

void council_owed(const struct council *c, uint8_t owed[SEATS_MAX])
{
    bool counted[SEATS_MAX][ENVELOPE_SORTS] = {{false}};
    memset(owed, 0, SEATS_MAX);
    for (size_t i = 0; i < c->live_count; i++) {
        for (uint16_t seat = 1; seat <= c->rules.seats; seat++) {
            enum envelope_sort sort;
            if (is_awaited(c, c->live[i], seat, &sort) && !counted[seat - 1][sort]) {
                counted[seat - 1][sort] = true;
                owed[seat - 1]++;
            }
        }
    }
}

bool council_knows(const struct council *c, const struct hash *id)
{
    return known_find(&c->known, id) != NULL;
}

void council_summarize(const struct council *c, struct council_summary *out)
{
    *out = (struct council_summary){
        .height = c->height,
        .time_ms = c->time_ms,
        .effects = c->effects,
        .decisions_root = c->decisions_root,
        .state_root = c->state_root,
        .final_count = c->decisions.count,
        .open_count = c->live_count,
        .epoch = c->epoch,
        .epoch_finals = c->epoch_finals,
    };
}

bool council_is_expelled(const struct council *c, uint16_t seat)
{
    assert(seat >= 1 && seat <= c->rules.seats);
    return c->convicted_at[seat - 1] != 0;
}

uint64_t council_convicted_at(const struct council *c, uint16_t seat)
{
    assert(seat >= 1 && seat <= c->rules.seats);
    return c->convicted_at[seat - 1];
}

bool council_is_suspended(const struct council *c, uint16_t seat)
{
    assert(seat >= 1 && seat <= c->rules.seats);
    for (uint32_t i = 0; i < c->suspended_count; i++) {
        if (c->suspended[i] == seat) {
            return true;
        }
    }
    return false;
}

void council_seat_totals(const struct council *c, uint16_t seat, struct seat_totals *out)
{
    assert(seat >= 1 && seat <= c->rules.seats);
    *out = c->totals[seat - 1];
}
