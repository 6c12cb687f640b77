/* SPDX-License-Identifier: ISC */
/* What there is to see behind a finding from the ledger: what the seats concerned did in
 * the decisions that it is made of, and what they wrote. */
#include "conclaved/methods.h"

#include "conclaved/json.h"
#include "patterns/instructions.h"
#include "patterns/patterns_json.h"
#include "patterns/shingles.h"
#include "wire/shared.h"

#include <string.h>

enum { RECORDS_SHOWN = 20, SEATS_SHOWN = 40, RATIONALES_SHOWN = 10 };

/* --- which seats and decisions --- */

struct concern {
    const struct flag *flag;
    const struct finding *finding; /* NULL: it is not open any more */
    struct seat_set seats;
};

static struct concern concern_of(const struct node *n, const struct flag *f)
{
    struct concern c = {.flag = f, .finding = patterns_find(n->patterns, f->kind, f->seat)};
    if (c.finding != NULL) {
        c.seats = c.finding->last.seats;
    }
    if (f->seat != 0) {
        seat_set_add(&c.seats, f->seat);
    }
    return c;
}

static bool is_against(const struct record *r, uint16_t seat)
{
    const struct seat_record *s = &r->seats[seat - 1];
    bool approved = r->outcome == OUTCOME_APPROVED;
    return s->has_reveal && s->choice == (approved ? CHOICE_REJECT : CHOICE_APPROVE);
}

/* Two of them at least, together. */
static bool are_against(const struct concern *c, const struct record *r)
{
    unsigned count = 0;
    for (uint16_t seat = 1; seat <= r->seat_count; seat++) {
        count += seat_set_has(&c->seats, seat) && is_against(r, seat);
    }
    return count >= 2;
}

static bool is_of_class(const struct concern *c, const struct record *r)
{
    return c->finding == NULL || c->finding->last.class_index == FINDING_NO_CLASS ||
           c->finding->last.class_index == r->class_index;
}

/* Of the kinds that findings have. */
static bool is_meant(const struct concern *c, const struct record *r)
{
    const struct flag *f = c->flag;
    const struct seat_record *s = f->seat != 0 ? &r->seats[f->seat - 1] : NULL;
    switch (f->kind) {
    case FLAG_WITHHELD:
    case FLAG_BAD_OPENING:
        return s->status == STATUS_WITHHELD;
    case FLAG_MISSED:
        return s->status == STATUS_MISSED;
    case FLAG_LATE:
        return s->status == STATUS_LATE;
    case FLAG_EARLY_REVEAL:
    case FLAG_COPIED:
    case FLAG_INSTRUCTIONS:
        return f->has_proposal && hash_equal(&r->proposal, &f->proposal);
    case FLAG_DISSENT:
        return is_of_class(c, r) && is_against(r, f->seat);
    case FLAG_COIN_FLIP:
    case FLAG_RUBBER_STAMP:
    case FLAG_DRIFT:
    case FLAG_CHANGED:
        return is_of_class(c, r) && s->has_reveal;
    case FLAG_BLOC:
    case FLAG_FAULT_BOUND:
        return are_against(c, r);
    case FLAG_EQUIVOCATION:
    case FLAG_SILENT:
    case FLAG_LAGGING:
    case FLAG_CLOCK_SKEW:
    case FLAG_EVALUATOR_FAILED:
    case FLAG_STALLED:
    case FLAG_DIVERGED:
    case FLAG_CHECKPOINT:
    case FLAG_APART:
    case FLAG_FLOODING:
    case FLAG_BAD_FRAMES:
    case FLAG_BAD_SIGNATURE:
    case FLAG_RECONNECTS:
    case FLAG_SLOW_EVALUATOR:
    case FLAG_SLOW_DISK:
    case FLAG_SLOW_PRIMARY:
        break;
    }
    return false;
}

/* --- records --- */

static json_t *seat_json(const struct node *n, const struct record *r, uint16_t seat)
{
    const struct seat_record *s = &r->seats[seat - 1];
    json_t *out = json_object();
    json_put_seat(out, "seat", n->charter, seat);
    json_put(out, "status", json_string(seat_status_name(s->status)));
    json_put(out, "choice",
             s->has_reveal ? json_string(choice_name(s->choice)) : json_null());
    json_put(out, "confidence", s->has_reveal ? json_integer(s->confidence) : json_null());
    return out;
}

static json_t *record_json(const struct node *n, const struct concern *c,
                           const struct record *r, uint64_t index)
{
    json_t *out = json_object(), *seats = json_array();
    json_put(out, "record", json_number(index));
    json_put(out, "id", json_hash(&r->proposal));
    json_put(out, "outcome", json_string(outcome_name(r->outcome)));
    json_put(out, "final_height", json_number(r->final.height));
    json_put(out, "final_ms", json_number(r->final.time_ms));
    for (uint16_t seat = 1; seat <= r->seat_count; seat++) {
        if (seat_set_has(&c->seats, seat) && json_array_size(seats) < SEATS_SHOWN) {
            (void)json_array_append_new(seats, seat_json(n, r, seat));
        }
    }
    json_put(out, "seats", seats);
    return out;
}

/* The newest that are meant, as far as one request may read. */
static int put_records(json_t *out, const struct node *n, const struct concern *c)
{
    json_t *rows = json_array();
    size_t read = 0;
    int error = 0;
    uint64_t at = ledger_record_count(n->ledger);
    while (error == 0 && at > 0 && read < METHOD_READ_BYTES &&
           json_array_size(rows) < RECORDS_SHOWN) {
        struct bytes *encoding = NULL;
        struct record record;
        error = ledger_record(n->ledger, --at, &encoding);
        if (error == 0) {
            read += encoding->size;
            error = codec_decode_record(bytes_slice(encoding), &record);
        }
        if (error == 0 && record.seat_count == n->charter->seat_count &&
            is_meant(c, &record)) {
            (void)json_array_append_new(rows, record_json(n, c, &record, at));
        }
        bytes_unref(encoding);
    }
    json_put(out, "records", rows);
    return error;
}

/* --- what they wrote --- */

/* Where a text addresses a machine; nulls: it does not. */
static void put_instructions(json_t *row, struct slice text)
{
    struct vocabulary *v = vocabulary_new();
    struct instructions_found found;
    bool is_found = instructions_find(v, text, &found);
    json_put(row, "what", is_found ? json_string(found.what) : json_null());
    json_put(row, "offset", is_found ? json_number(found.offset) : json_null());
    json_put(row, "size", is_found ? json_number(found.size) : json_null());
    vocabulary_free(v);
}

static struct slice text_of(const json_t *text)
{
    return slice_of(json_string_value(text), json_string_length(text));
}

/* Of another's text to the seat's own. */
static void put_likeness(json_t *row, const json_t *own, const json_t *other)
{
    struct shingles a, b;
    if (own == NULL || own == other) {
        json_put(row, "likeness_permille", json_null());
        return;
    }
    shingles_of(text_of(own), NULL, &a);
    shingles_of(text_of(other), NULL, &b);
    json_put(row, "likeness_permille", json_integer(shingles_likeness(&a, &b)));
}

static json_t *rationales_json(const struct node *n, const struct concern *c,
                               const bool *wanted, json_t *const *texts)
{
    json_t *rows = json_array();
    const json_t *own = texts[c->flag->seat - 1];
    for (uint16_t seat = 1; seat <= n->charter->seat_count; seat++) {
        if (wanted[seat - 1] && texts[seat - 1] != NULL) {
            json_t *row = json_object();
            json_put_seat(row, "seat", n->charter, seat);
            json_put(row, "rationale", json_incref(texts[seat - 1]));
            if (c->flag->kind == FLAG_COPIED) {
                put_likeness(row, own, texts[seat - 1]);
            } else {
                put_instructions(row, text_of(texts[seat - 1]));
            }
            (void)json_array_append_new(rows, row);
        }
    }
    return rows;
}

/* Those concerned, the seat itself first of all, as many as are shown. */
static void choose(const struct node *n, const struct concern *c, bool *wanted)
{
    unsigned count = 1;
    wanted[c->flag->seat - 1] = true;
    for (uint16_t seat = 1; seat <= n->charter->seat_count; seat++) {
        if (seat != c->flag->seat && seat_set_has(&c->seats, seat) &&
            c->flag->kind == FLAG_COPIED && count < RATIONALES_SHOWN) {
            wanted[seat - 1] = true;
            count++;
        }
    }
}

static int read_final(const struct node *n, const struct hash *id, const bool *wanted,
                      json_t **texts)
{
    struct ledger_proposal index;
    struct record record;
    int error = ledger_proposal(n->ledger, id, &index);
    if (error == CONCLAVE_ENOENT || (error == 0 && index.final_height == 0)) {
        return 0;
    }
    if (error == 0) {
        error = ledger_read_record(n->ledger, index.record_index, &record);
    }
    return error == 0 ? read_rationales(n, &record, wanted, texts) : error;
}

static int put_rationales(json_t *out, const struct node *n, const struct concern *c)
{
    const struct hash *id = &c->flag->proposal;
    const struct proposal *open = council_find(replica_council(n->replica), id);
    bool wanted[SEATS_MAX] = {false};
    json_t *texts[SEATS_MAX] = {NULL};
    int error = 0;
    choose(n, c, wanted);
    for (uint16_t i = 0; open != NULL && i < n->charter->seat_count; i++) {
        if (wanted[i] && open->seats[i].revealed) {
            texts[i] = control_text(open->seats[i].rationale);
        }
    }
    if (open == NULL && c->flag->has_proposal) {
        error = read_final(n, id, wanted, texts);
    }
    if (error == 0) {
        json_put(out, "rationales", rationales_json(n, c, wanted, texts));
    }
    for (size_t i = 0; i < SEATS_MAX; i++) {
        json_decref(texts[i]);
    }
    return error;
}

/* --- all of it --- */

int finding_evidence(json_t *out, const struct node *n, const struct flag *f)
{
    struct concern c = concern_of(n, f);
    json_t *summary = f->has_proposal ? known_summary(n, &f->proposal) : NULL;
    json_put(out, "finding",
             c.finding != NULL ? finding_json(c.finding, n->charter) : json_null());
    json_put(out, "proposal", summary != NULL ? summary : json_null());
    int error = put_records(out, n, &c);
    if (error == 0 && (f->kind == FLAG_COPIED || f->kind == FLAG_INSTRUCTIONS)) {
        error = put_rationales(out, n, &c);
    }
    return error;
}
