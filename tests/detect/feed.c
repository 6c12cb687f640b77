/* SPDX-License-Identifier: ISC */
#include "feed.h"

#include "base/alloc.h"
#include "base/quorum.h"
#include "hash/hash.h"
#include "wire/codec.h"

#include <assert.h>
#include <jansson.h>
#include <string.h>

enum { BLOCK_MS = 2000, CHARTER_SEATS = 4 };

/* --- the rules --- */

static json_t *charter_seat(uint8_t number)
{
    uint8_t seed[32] = {number, 0xde};
    struct secret_key *k = key_from_seed(seed);
    struct public_key public;
    char hex[2 * PUBLIC_KEY_BYTES + 1], name[16], address[32];
    key_public(k, &public);
    key_free(k);
    hex_encode(hex, slice_of(public.bytes, sizeof(public.bytes)));
    (void)snprintf(name, sizeof(name), "seat-%u", number);
    (void)snprintf(address, sizeof(address), "127.0.0.1:%u", 7000U + number);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "key", hex, "address", address,
                     "name", name, "jurisdiction", "FI", "speciality", "law", "vendor",
                     name, "model_family", name);
}

/* What the section watch is where a charter leaves it out. */
static struct charter_watch default_watch(void)
{
    int error = key_library_init();
    assert(error == 0);
    json_t *seats = json_array();
    for (uint8_t i = 1; i <= CHARTER_SEATS; i++) {
        json_array_append_new(seats, charter_seat(i));
    }
    json_t *tree =
        json_pack("{s:s, s:I, s:o, s:[{s:s, s:i, s:i, s:i}]}", "name", "synthetic",
                  "created_ms", (json_int_t)1700000000000, "seats", seats, "classes",
                  "name", "any", "commit_ms", 60000, "reveal_ms", 60000, "grace_ms", 0);
    char *text = json_dumps(tree, 0);
    struct charter *c = NULL;
    struct complaint why;
    error = charter_parse(slice_of_string(text), &c, &why);
    assert(error == 0);
    (void)error;
    struct charter_watch watch = c->watch;
    charter_free(c);
    free(text);
    json_decref(tree);
    return watch;
}

void feed_rules(uint16_t seats, struct pattern_rules *out)
{
    static struct charter_watch watch;
    if (watch.window == 0) {
        watch = default_watch();
    }
    *out = (struct pattern_rules){.seats = seats,
                                  .faulty = (uint16_t)quorum_faulty(seats),
                                  .classes = DETECT_CLASSES,
                                  .watch = watch};
}

/* Of seat - 1: the first seat that has the same. */
static void put_first(const uint16_t *of, uint16_t seats, uint16_t *out)
{
    for (uint16_t i = 0; i < seats; i++) {
        uint16_t first = 0;
        while (of[first] != of[i]) {
            first++;
        }
        out[i] = (uint16_t)(first + 1);
    }
}

void feed_begin(struct feed *f, const struct pattern_rules *rules, const struct world *w)
{
    f->rules = *rules;
    f->height = 0;
    put_first(w->vendor, rules->seats, f->rules.vendor);
    put_first(w->family, rules->seats, f->rules.family);
    f->patterns = patterns_new(&f->rules);
}

void feed_end(struct feed *f)
{
    patterns_free(f->patterns);
    f->patterns = NULL;
}

/* --- a record --- */

static struct hash hash_of_number(uint64_t number, uint8_t what)
{
    struct hash h = {{what}};
    memcpy(&h.bytes[1], &number, sizeof(number));
    return h;
}

static void fill_seat(const struct act *a, uint64_t opened, uint64_t sealed,
                      struct seat_record *out)
{
    *out = (struct seat_record){.status = a->status};
    if (a->status == STATUS_REVEALED || a->status == STATUS_WITHHELD) {
        out->has_ballot = true;
        out->commitment = hash_of_number(opened, 2);
        out->ballot_height = opened + a->ballot_blocks;
    }
    if (a->status == STATUS_REVEALED) {
        out->has_reveal = true;
        out->choice = a->choice;
        out->confidence = a->confidence;
        out->rationale_hash = hash_rationale(slice_of_string(a->rationale));
        out->reveal_height = sealed + a->reveal_blocks;
    }
}

static void count(struct record *r, const struct act *a)
{
    bool open = a->status == STATUS_REVEALED;
    r->approve += open && a->choice == CHOICE_APPROVE;
    r->reject += open && a->choice == CHOICE_REJECT;
    r->abstain += open && a->choice == CHOICE_ABSTAIN;
}

static struct moment moment_at(uint64_t height)
{
    return (struct moment){.height = height, .time_ms = height * BLOCK_MS};
}

/* Ballots are sealed with the last that came in time, and the record is final with the
 * last reveal. */
static void fill_record(const struct feed *f, const struct decision *d, struct record *r)
{
    uint16_t ballots = 0, reveals = 0;
    memset(r, 0, sizeof(*r));
    r->proposal = hash_of_number(d->number, 1);
    r->class_index = d->class_index;
    r->seat_count = f->rules.seats;
    r->threshold = quorum_default_threshold(r->seat_count);
    for (uint16_t i = 0; i < r->seat_count; i++) {
        const struct act *a = &d->acts[i];
        ballots = a->ballot_blocks > ballots ? a->ballot_blocks : ballots;
        reveals = a->reveal_blocks > reveals ? a->reveal_blocks : reveals;
    }
    r->opened = moment_at(f->height + 1);
    r->sealed = moment_at(r->opened.height + ballots);
    r->final = r->decided = moment_at(r->sealed.height + reveals);
    for (uint16_t i = 0; i < r->seat_count; i++) {
        const struct act *a = &d->acts[i];
        r->active[i] = a->status != STATUS_NOT_AWAITED;
        fill_seat(a, r->opened.height, r->sealed.height, &r->seats[i]);
        count(r, a);
    }
    r->outcome = r->approve >= r->threshold ? OUTCOME_APPROVED : OUTCOME_REJECTED;
    r->reason = r->outcome == OUTCOME_APPROVED ? REASON_NONE : REASON_THRESHOLD_UNREACHABLE;
}

/* --- its events --- */

static struct council_event *emit(struct feed_block *b, enum council_event_kind kind,
                                  uint16_t seat)
{
    struct council_event *e = &b->events[b->count++];
    *e = (struct council_event){.kind = kind, .seat = seat, .proposal = b->record.proposal};
    return e;
}

static void emit_reveals(struct feed_block *b, const struct decision *d)
{
    for (uint16_t seat = 1; seat <= b->record.seat_count; seat++) {
        const struct act *a = &d->acts[seat - 1];
        if (a->blunder != VERDICT_EFFECT) {
            struct council_event *e = emit(b, COUNCIL_VOID, seat);
            e->operation = OPERATION_REVEAL;
            e->verdict = a->blunder;
            e->opens = a->blunder == VERDICT_EARLY;
        }
        if (a->status == STATUS_REVEALED) {
            emit(b, COUNCIL_REVEALED, seat)->ballot =
                (struct ballot){.choice = a->choice,
                                .confidence = a->confidence,
                                .rationale = slice_of_string(a->rationale)};
        }
    }
}

void feed_make(struct feed *f, const struct decision *d, struct feed_block *out)
{
    struct record made;
    fill_record(f, d, &made);
    out->encoding.size = 0;
    codec_encode_record(&out->encoding, &made);
    int error = codec_decode_record(buffer_slice(&out->encoding), &out->record);
    assert(error == 0);
    (void)error;
    f->height = out->record.final.height;
    out->count = 0;
    out->content = (struct propose){.title = slice_of_string(d->title),
                                    .text = slice_of_string(d->text)};
    emit(out, COUNCIL_OPENED, 1)->content = &out->content;
    (void)emit(out, COUNCIL_SEALED, 0);
    emit_reveals(out, d);
    (void)emit(out, COUNCIL_DECIDED, 0);
    struct council_event *final = emit(out, COUNCIL_FINAL, 1);
    final->record = &out->record;
    final->record_encoding = buffer_slice(&out->encoding);
    final->title = slice_of_string(d->title);
}

void feed_apply(struct feed *f, const struct feed_block *b)
{
    patterns_apply(f->patterns, f->height, f->height * BLOCK_MS, b->events, b->count);
}
