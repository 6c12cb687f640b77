/* SPDX-License-Identifier: ISC */
/*
 * Random histories of councils, told as they happen and told again from the store when all
 * is over: the same bytes; and what the council itself said of each block, in its order.
 */
#include "../audit/place.h"
#include "../council/player.h"
#include "tap.h"

#include "base/alloc.h"
#include "conclaved/chronicle.h"
#include "control/control.h"
#include "hash/hash.h"
#include "wire/shared.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEEDS = 25, NAMES = 14 };

static struct world world;

/* How often each kind was told in all histories. */
static struct {
    const char *name;
    unsigned count;
} seen[NAMES] = {
    {"proposal.opened", 0},  {"ballot.sealed", 0},      {"ballot.late", 0},
    {"proposal.opening", 0}, {"ballot.opened", 0},      {"proposal.decided", 0},
    {"proposal.final", 0},   {"ballot.withheld", 0},    {"ballot.missed", 0},
    {"ballot.expelled", 0},  {"ballot.not-awaited", 0}, {"operation.void", 0},
    {"seat.convicted", 0},   {"epoch.changed", 0},
};

static const char *text_of(const json_t *event, const char *name)
{
    const char *text = json_string_value(json_object_get(event, name));
    return text != NULL ? text : "";
}

static json_int_t number_of(const json_t *event, const char *name)
{
    return json_integer_value(json_object_get(event, name));
}

static void count(const json_t *events)
{
    for (size_t i = 0; i < json_array_size(events); i++) {
        for (size_t k = 0; k < NAMES; k++) {
            seen[k].count +=
                strcmp(seen[k].name, text_of(json_array_get(events, i), "event")) == 0;
        }
    }
}

/* --- what the council said of the block --- */

struct saying {
    const struct council *council;
    const struct council_event *e;
    const json_t *told;
};

static bool is_about(const struct saying *s, const char *name)
{
    char id[2 * HASH_BYTES + 1] = "";
    bool final = s->e->kind == COUNCIL_FINAL;
    if (!hash_is_zero(&s->e->proposal)) {
        hex_encode(id, slice_of(s->e->proposal.bytes, HASH_BYTES));
    }
    return strcmp(text_of(s->told, "event"), name) == 0 &&
           strcmp(text_of(s->told, "proposal"), id) == 0 &&
           (final || number_of(s->told, "seat") == s->e->seat);
}

/* Its rationale pointed into the block, which is gone. */
static bool is_revealed(const struct saying *s)
{
    return is_about(s, "ballot.opened") &&
           strcmp(text_of(s->told, "choice"), choice_name(s->e->ballot.choice)) == 0 &&
           number_of(s->told, "confidence") == s->e->ballot.confidence;
}

static bool has_tally(const json_t *told, uint32_t approve, uint32_t reject,
                      uint32_t abstain)
{
    return number_of(told, "approve") == approve && number_of(told, "reject") == reject &&
           number_of(told, "abstain") == abstain;
}

static bool is_decided(const struct saying *s)
{
    const struct proposal *p = council_find(s->council, &s->e->proposal);
    return is_about(s, "proposal.decided") && p != NULL &&
           strcmp(text_of(s->told, "outcome"), outcome_name(p->outcome)) == 0 &&
           strcmp(text_of(s->told, "reason"), reason_name(p->reason)) == 0 &&
           has_tally(s->told, p->approve, p->reject, p->abstain);
}

static bool is_final(const struct saying *s)
{
    const struct record *r = s->e->record;
    return is_about(s, "proposal.final") &&
           strcmp(text_of(s->told, "outcome"), outcome_name(r->outcome)) == 0 &&
           has_tally(s->told, r->approve, r->reject, r->abstain) &&
           number_of(s->told, "latency_ms") ==
               (json_int_t)(r->final.time_ms - r->opened.time_ms);
}

static bool is_epoch(const struct saying *s)
{
    const json_t *list = json_object_get(s->told, "suspended");
    size_t suspended = 0;
    bool listed = true;
    for (uint16_t seat = 1; seat <= world.charter->seat_count; seat++) {
        if (council_is_suspended(s->council, seat)) {
            listed = listed && json_integer_value(json_array_get(list, suspended)) == seat;
            suspended++;
        }
    }
    return is_about(s, "epoch.changed") && listed && json_array_size(list) == suspended &&
           number_of(s->told, "epoch") == (json_int_t)s->e->number;
}

static bool says_same(const struct saying *s)
{
    switch (s->e->kind) {
    case COUNCIL_OPENED:
        return is_about(s, "proposal.opened");
    case COUNCIL_BALLOT:
        return is_about(s, "ballot.sealed");
    case COUNCIL_LATE:
        return true;
    case COUNCIL_SEALED:
        return is_about(s, "proposal.opening");
    case COUNCIL_REVEALED:
        return is_revealed(s);
    case COUNCIL_DECIDED:
        return is_decided(s);
    case COUNCIL_FINAL:
        return is_final(s);
    case COUNCIL_CONVICTED:
        return is_about(s, "seat.convicted");
    case COUNCIL_EPOCH:
        return is_epoch(s);
    case COUNCIL_VOID:
        return s->e->verdict == VERDICT_LATE ? is_about(s, "ballot.late")
                                             : is_about(s, "operation.void") &&
                                                   strcmp(text_of(s->told, "verdict"),
                                                          verdict_name(s->e->verdict)) == 0;
    }
    return false;
}

/* What the end of a proposal says of a seat: the council has no event for it. */
static bool is_status(const json_t *told)
{
    const char *name = text_of(told, "event");
    return strcmp(name, "ballot.withheld") == 0 || strcmp(name, "ballot.missed") == 0 ||
           strcmp(name, "ballot.expelled") == 0 || strcmp(name, "ballot.not-awaited") == 0;
}

static bool fits(const struct council *c, const struct council_result *r,
                 const json_t *events)
{
    size_t at = 0;
    for (size_t i = 0; i < r->event_count; i++) {
        if (r->events[i].kind == COUNCIL_LATE) {
            continue; /* its operation is void, too, and told once */
        }
        while (is_status(json_array_get(events, at))) {
            at++;
        }
        struct saying s = {c, &r->events[i], json_array_get(events, at++)};
        if (s.told == NULL || !says_same(&s)) {
            char *text = json_dumps(s.told, JSON_COMPACT | JSON_ENCODE_ANY);
            printf("# event %zu of kind %d is told as %s\n", i, (int)s.e->kind,
                   text != NULL ? text : "nothing");
            free(text);
            return false;
        }
    }
    return at == json_array_size(events);
}

/* --- telling --- */

/* A block of the ledger as lines; NULL when it cannot be told. */
static json_t *tell(struct chronicle *c, uint64_t height)
{
    struct block *b = NULL;
    struct bytes *encoding = NULL;
    struct deeds deeds = {0};
    json_t *events = json_array();
    int error = ledger_block(c->ledger, height, &b);
    error = error == 0 ? ledger_deeds(c->ledger, height, &encoding) : error;
    error = error == 0 ? deeds_decode(bytes_slice(encoding), b, &deeds) : error;
    error = error == 0 ? chronicle_block(c, b, &deeds, NULL, events) : error;
    deeds_clear(&deeds);
    bytes_unref(encoding);
    block_unref(b);
    if (error != 0) {
        printf("# block %llu: %s\n", (unsigned long long)height, error_text(error));
        json_decref(events);
        return NULL;
    }
    return events;
}

static void append(struct buffer *out, const json_t *events)
{
    for (size_t i = 0; i < json_array_size(events); i++) {
        control_format(out, json_array_get(events, i));
    }
}

/* Each block is told right after it was executed. */
static bool tell_live(struct place *p, struct chronicle *c, struct buffer *out)
{
    chronicle_forget(c);
    json_t *events = tell(c, p->chain.height);
    bool good = events != NULL && fits(p->chain.council, &p->chain.last, events);
    count(events);
    append(out, events);
    json_decref(events);
    return good;
}

static bool tell_past(struct place *p, struct chronicle *c, struct buffer *out)
{
    bool good = true;
    chronicle_forget(c);
    for (uint64_t h = 1; h <= p->chain.height && good; h++) {
        json_t *events = tell(c, h);
        good = events != NULL;
        append(out, events);
        json_decref(events);
    }
    return good;
}

static bool try_one(uint64_t seed)
{
    struct place p;
    struct player player;
    struct batch batch = {0};
    struct chronicle c;
    struct buffer live = {NULL, 0, 0}, past = {NULL, 0, 0};
    bool good = true;
    player_begin(&player, seed, &world.rules);
    place_open(&p, &world, NULL);
    chain_end(&p.chain);
    chain_begin(&p.chain, &world, &player.rules, p.ledger);
    p.chain.packing = PACKING_EACH; /* EVIDENCE stands alone */
    chronicle_begin(&c, world.charter, p.ledger, p.chain.council, true);
    for (unsigned n = player_length(&player); n > 0 && good; n--) {
        uint64_t time_ms = player_block(&player, p.chain.council, &batch);
        chain_block(&p.chain, &batch, time_ms);
        good = tell_live(&p, &c, &live);
    }
    good = good && tell_past(&p, &c, &past) &&
           slice_equal(buffer_slice(&live), buffer_slice(&past));
    if (!good) {
        printf("# seed %llu: %zu and %zu bytes\n", (unsigned long long)seed, live.size,
               past.size);
    }
    chronicle_forget(&c);
    buffer_free(&live);
    buffer_free(&past);
    batch_free(&batch);
    player_end(&player);
    place_finish(&p);
    place_remove(&p);
    return good;
}

/* A ballot for a proposal that is opened only later: what it will be is not told. */
static void test_unknown(void)
{
    struct place p;
    struct batch batch = {0};
    struct buffer propose = {NULL, 0, 0}, live = {NULL, 0, 0}, past = {NULL, 0, 0};
    struct chronicle c;
    place_open(&p, &world, NULL);
    chronicle_begin(&c, world.charter, p.ledger, p.chain.council, false);
    build_propose(&propose, 1, 0, "later");
    struct hash id = hash_operation(buffer_slice(&propose));
    build_commit(batch_next(&batch), &world.rules, 2, &id, CHOICE_APPROVE, 0);
    chain_block(&p.chain, &batch, world.rules.created_ms + 10);
    bool good = tell_live(&p, &c, &live);
    build_propose(batch_next(&batch), 1, 0, "later");
    chain_block(&p.chain, &batch, world.rules.created_ms + 20);
    good = tell_live(&p, &c, &live) && good && tell_past(&p, &c, &past);
    buffer_append(&live, "", 1);
    buffer_append(&past, "", 1);
    ok(good && strcmp((const char *)live.data, (const char *)past.data) == 0 &&
           strstr((const char *)past.data, "\"class\":null,\"seat\":2") != NULL &&
           strstr((const char *)past.data, "\"unknown-proposal\"") != NULL,
       "a ballot before its proposal knows nothing of it");
    chronicle_forget(&c);
    buffer_free(&propose);
    buffer_free(&live);
    buffer_free(&past);
    batch_free(&batch);
    place_finish(&p);
    place_remove(&p);
}

/* --- deeds that do not fit --- */

static void test_deeds(void)
{
    struct place p;
    struct block *b = NULL, *other = NULL;
    struct bytes *encoding = NULL;
    struct deeds d;
    place_open(&p, &world, NULL);
    place_round(&p, 3, 4);
    ok(ledger_block(p.ledger, 2, &b) == 0 && ledger_block(p.ledger, 3, &other) == 0 &&
           ledger_deeds(p.ledger, 2, &encoding) == 0,
       "a block and its deeds");
    struct slice whole = bytes_slice(encoding);
    ok(deeds_decode(whole, b, &d) == 0 && d.height == 2 && d.step_count > 0, "fit");
    deeds_clear(&d);
    ok(deeds_decode(whole, other, &d) != 0, "those of another block do not");
    unsigned taken = 0;
    for (size_t size = 0; size < whole.size; size++) {
        if (deeds_decode(slice_of(whole.data, size), b, &d) == 0) {
            deeds_clear(&d);
            taken++;
        }
    }
    is(taken, 0, "nor any part of them");
    bytes_unref(encoding);
    block_unref(b);
    block_unref(other);
    place_finish(&p);
    place_remove(&p);
}

int main(void)
{
    static const uint16_t sizes[] = {4, 7, 10};
    control_library_init();
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        unsigned bad = 0;
        world_begin(&world, sizes[i], "told");
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            bad += !try_one(seed);
        }
        ok(bad == 0, "%d random histories of %u seats are told the same twice", SEEDS,
           sizes[i]);
        if (i == 0) {
            test_deeds();
            test_unknown();
        }
        world_end(&world);
    }
    for (size_t k = 0; k < NAMES; k++) {
        ok(seen[k].count > 0, "%s was told %u times", seen[k].name, seen[k].count);
    }
    return tap_done();
}
