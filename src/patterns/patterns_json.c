/* SPDX-License-Identifier: ISC */
#include "patterns/patterns_json.h"

#include "base/alloc.h"
#include "patterns/inside.h"

#include <stdlib.h>

enum {
    ALIKE_PERMILLE = 600, /* kappa from which seats are shown as one group, */
    ALIKE_VOTES = 8,      /* of so many common votes at least */
};

static void put(json_t *object, const char *name, json_t *value)
{
    (void)json_object_set_new(object, name, value);
}

static json_t *number(uint64_t n)
{
    return json_integer(n > INT64_MAX ? INT64_MAX : (json_int_t)n);
}

static json_t *hex(const struct hash *h)
{
    char digits[2 * HASH_BYTES + 1];
    hex_encode(digits, slice_of(h->bytes, HASH_BYTES));
    return json_string(digits);
}

/* part/whole in so many parts, rounded to the nearest; null: of nothing. */
static json_t *share(uint64_t part, uint64_t whole, uint64_t parts)
{
    return whole == 0 ? json_null() : number((part * parts + whole / 2) / whole);
}

/* --- seats --- */

static json_t *tally_json(const struct tally *t)
{
    json_t *out = json_object();
    uint64_t voted = t->with + t->against;
    put(out, "awaited", number(t->awaited));
    put(out, "revealed", number(t->revealed));
    put(out, "withheld", number(t->withheld));
    put(out, "missed", number(t->missed));
    put(out, "late", number(t->late));
    put(out, "approve", number(t->approve));
    put(out, "reject", number(t->reject));
    put(out, "abstain", number(t->abstain));
    put(out, "with_outcome", number(t->with));
    put(out, "against_outcome", number(t->against));
    uint64_t present = t->revealed < t->awaited ? t->revealed : t->awaited;
    put(out, "participation_permille", share(present, t->awaited, 1000));
    put(out, "agreement_permille", share(t->with, voted, 1000));
    put(out, "approval_permille", share(t->approve, voted, 1000));
    put(out, "confidence_permille", share(t->confidence, t->revealed, 10));
    put(out, "brier", share(t->brier, voted, 1));
    put(out, "ballot_blocks_milli", share(t->ballot_blocks, t->ballots, 1000));
    put(out, "reveal_blocks_milli", share(t->reveal_blocks, t->revealed, 1000));
    return out;
}

static json_t *classes_json(const struct patterns *p, const struct charter *c,
                            uint16_t seat)
{
    json_t *rows = json_array();
    for (uint32_t i = 0; i < p->rules.classes; i++) {
        const struct class_tally *t =
            &p->classes[(size_t)(seat - 1) * p->rules.classes + i];
        uint64_t voted = t->approve + t->reject;
        json_t *row = json_object();
        put(row, "class", json_string(c->classes[i].name));
        put(row, "approve", number(t->approve));
        put(row, "reject", number(t->reject));
        put(row, "abstain", number(t->abstain));
        put(row, "against_outcome", number(t->against));
        put(row, "agreement_permille", share(voted - t->against, voted, 1000));
        put(row, "approval_permille", share(t->approve, voted, 1000));
        (void)json_array_append_new(rows, row);
    }
    return rows;
}

static json_t *seats_json(const struct patterns *p, const struct charter *c, uint16_t first,
                          uint16_t last)
{
    json_t *rows = json_array();
    for (uint16_t seat = first; seat <= last; seat++) {
        const struct charter_seat *card = &c->seats[seat - 1];
        json_t *row = json_object();
        struct tally t;
        put(row, "seat", json_integer(seat));
        put(row, "name", json_string(card->name));
        put(row, "vendor", json_string(card->vendor));
        put(row, "model_family", json_string(card->model_family));
        put(row, "streak", number(p->streak[seat - 1]));
        put(row, "all", tally_json(&p->all[seat - 1]));
        tally_window(&p->window, seat, false, &t);
        put(row, "window", tally_json(&t));
        tally_window(&p->window, seat, true, &t);
        put(row, "recent", tally_json(&t));
        put(row, "classes", classes_json(p, c, seat));
        (void)json_array_append_new(rows, row);
    }
    return rows;
}

/* --- pairs --- */

static const char *const pair_columns[] = {
    "a",         "b",          "votes",     "agreed",        "kappa",
    "kappa_low", "kappa_high", "phi",       "phi_low",       "phi_high",
    "all_votes", "all_agreed", "all_kappa", "all_kappa_low", "all_kappa_high"};

static void append_measure(json_t *row, const struct measure *m)
{
    const int32_t values[] = {m->value, m->low, m->high};
    for (size_t i = 0; i < 3; i++) {
        (void)json_array_append_new(row,
                                    m->is_defined ? json_integer(values[i]) : json_null());
    }
}

static void append_counts(json_t *row, const struct crossed *x)
{
    uint64_t agreed = (uint64_t)x->both_approve + x->both_reject;
    (void)json_array_append_new(row, number(agreed + x->only_first + x->only_second));
    (void)json_array_append_new(row, number(agreed));
}

static json_t *pair_json(const struct patterns *p, uint16_t a, uint16_t b)
{
    struct crossed window = pair_window(&p->window, a, b);
    const struct crossed *all = &p->pairs[pair_index(p->rules.seats, a, b)];
    struct measure kappa = pair_kappa(&window), phi = pair_phi(&window);
    struct measure all_kappa = pair_kappa(all);
    json_t *row = json_array();
    (void)json_array_append_new(row, json_integer(a));
    (void)json_array_append_new(row, json_integer(b));
    append_counts(row, &window);
    append_measure(row, &kappa);
    append_measure(row, &phi);
    append_counts(row, all);
    append_measure(row, &all_kappa);
    return row;
}

static json_t *pairs_json(const struct patterns *p, uint16_t first, uint16_t last)
{
    json_t *columns = json_array(), *rows = json_array(), *out = json_object();
    for (size_t i = 0; i < sizeof(pair_columns) / sizeof(pair_columns[0]); i++) {
        (void)json_array_append_new(columns, json_string(pair_columns[i]));
    }
    for (uint16_t a = first; a <= last; a++) {
        for (uint16_t b = (uint16_t)(a + 1); b <= p->rules.seats; b++) {
            (void)json_array_append_new(rows, pair_json(p, a, b));
        }
    }
    put(out, "columns", columns);
    put(out, "rows", rows);
    return out;
}

/* --- groups --- */

static int32_t *likenesses(const struct patterns *p)
{
    uint16_t n = p->rules.seats;
    int32_t *out = alloc_zero((size_t)n * n, sizeof(*out));
    for (uint16_t a = 1; a < n; a++) {
        for (uint16_t b = (uint16_t)(a + 1); b <= n; b++) {
            struct crossed x = pair_window(&p->window, a, b);
            struct measure kappa = pair_kappa(&x);
            uint32_t votes = x.both_approve + x.only_first + x.only_second + x.both_reject;
            int32_t value = kappa.is_defined && votes >= ALIKE_VOTES ? kappa.value : 0;
            out[(size_t)(a - 1) * n + b - 1] = value;
            out[(size_t)(b - 1) * n + a - 1] = value;
        }
    }
    return out;
}

static json_t *clusters_json(const struct patterns *p)
{
    struct clusters found;
    int32_t *likeness = likenesses(p);
    clusters_find(likeness, p->rules.seats, ALIKE_PERMILLE, &found);
    free(likeness);
    json_t *out = json_object(), *order = json_array(), *groups = json_array();
    for (uint16_t g = 0; g < found.count; g++) {
        (void)json_array_append_new(groups, json_array());
    }
    for (uint16_t i = 0; i < p->rules.seats; i++) {
        uint16_t seat = found.order[i];
        (void)json_array_append_new(order, json_integer(seat));
        if (found.of[seat - 1] != 0) {
            (void)json_array_append_new(json_array_get(groups, found.of[seat - 1] - 1U),
                                        json_integer(seat));
        }
    }
    put(out, "least_kappa", json_integer(ALIKE_PERMILLE));
    put(out, "order", order);
    put(out, "groups", groups);
    return out;
}

/* --- findings --- */

static json_t *decision_number(uint64_t number_or_none)
{
    return number_or_none == FINDING_NO_DECISION ? json_null() : number(number_or_none);
}

static json_t *set_json(const struct seat_set *s)
{
    json_t *out = json_array();
    for (uint16_t seat = 1; seat <= SEATS_MAX; seat++) {
        if (seat_set_has(s, seat)) {
            (void)json_array_append_new(out, json_integer(seat));
        }
    }
    return out;
}

json_t *finding_json(const struct finding *f, const struct charter *c)
{
    const struct sight *s = &f->last;
    bool counted = s->of != 0, classed = s->class_index < c->class_count;
    json_t *out = json_object();
    put(out, "kind", json_string(flag_kind_name(s->kind)));
    put(out, "severity", json_string(flag_severity_name(flag_kind_severity(s->kind))));
    put(out, "seat", s->seat != 0 ? json_integer(s->seat) : json_null());
    put(out, "name", s->seat != 0 ? json_string(c->seats[s->seat - 1].name) : json_null());
    put(out, "text", json_string(s->text));
    put(out, "count", number(f->count));
    put(out, "first_decision", decision_number(f->first_decision));
    put(out, "last_decision", decision_number(f->last_decision));
    put(out, "first_height", number(f->first_height));
    put(out, "last_height", number(f->last_height));
    put(out, "first_ms", number(f->first_ms));
    put(out, "last_ms", number(f->last_ms));
    put(out, "statistic", s->threshold != 0 ? number(s->statistic) : json_null());
    put(out, "threshold", s->threshold != 0 ? number(s->threshold) : json_null());
    put(out, "observed", counted ? number(s->observed) : json_null());
    put(out, "of", counted ? number(s->of) : json_null());
    put(out, "expected_milli", counted ? number(s->expected_milli) : json_null());
    put(out, "class", classed ? json_string(c->classes[s->class_index].name) : json_null());
    put(out, "seats", set_json(&s->seats));
    put(out, "proposal", f->has_proposal ? hex(&f->proposal) : json_null());
    return out;
}

static json_t *findings_json(const struct patterns *p, const struct charter *c)
{
    json_t *rows = json_array();
    size_t count;
    const struct finding *const *open = patterns_findings(p, &count);
    for (size_t i = 0; i < count; i++) {
        (void)json_array_append_new(rows, finding_json(open[i], c));
    }
    return rows;
}

static json_t *totals_json(const struct patterns *p)
{
    json_t *rows = json_array();
    for (int k = 1; k < FLAG_KIND_END; k++) {
        struct book_totals totals = book_totals(p->book, (enum flag_kind)k);
        if (totals.raised > 0) {
            json_t *row = json_object();
            put(row, "kind", json_string(flag_kind_name((enum flag_kind)k)));
            put(row, "raised", number(totals.raised));
            put(row, "cleared", number(totals.cleared));
            (void)json_array_append_new(rows, row);
        }
    }
    return rows;
}

/* --- all of it --- */

static json_t *period_json(uint64_t size, uint64_t decisions)
{
    json_t *out = json_object();
    put(out, "size", number(size));
    put(out, "decisions", number(decisions < size ? decisions : size));
    return out;
}

json_t *patterns_json_of(const struct patterns *p, const struct charter *c, unsigned parts,
                         uint16_t first, uint16_t last)
{
    json_t *out = json_object();
    put(out, "council", hex(&c->council_id));
    put(out, "height", number(p->height));
    put(out, "time_ms", number(p->time_ms));
    put(out, "decisions", number(p->window.count));
    put(out, "window", period_json(p->rules.watch.window, p->window.count));
    put(out, "recent", period_json(p->rules.watch.recent, p->window.count));
    if ((parts & PATTERNS_SEATS) != 0) {
        put(out, "seats", seats_json(p, c, first, last));
    }
    if ((parts & PATTERNS_PAIRS) != 0) {
        put(out, "pairs", pairs_json(p, first, last));
    }
    if ((parts & PATTERNS_CLUSTERS) != 0) {
        put(out, "clusters", clusters_json(p));
    }
    if ((parts & PATTERNS_FINDINGS) != 0) {
        put(out, "findings", findings_json(p, c));
        put(out, "totals", totals_json(p));
    }
    return out;
}

json_t *patterns_json(const struct patterns *p, const struct charter *c)
{
    return patterns_json_of(p, c, PATTERNS_ALL, 1, p->rules.seats);
}

size_t patterns_json_seat_bytes(const struct patterns *p, unsigned parts, uint16_t seat)
{
    enum { SEAT_BYTES = 2048, CLASS_BYTES = 256, PAIR_BYTES = 112 };
    size_t bytes = 0, pairs = (size_t)p->rules.seats - seat;
    bytes +=
        (parts & PATTERNS_SEATS) != 0 ? SEAT_BYTES + CLASS_BYTES * p->rules.classes : 0;
    bytes += (parts & PATTERNS_PAIRS) != 0 ? PAIR_BYTES * pairs : 0;
    return bytes;
}
