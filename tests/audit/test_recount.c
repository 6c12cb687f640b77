/* SPDX-License-Identifier: ISC */
/*
 * The recount against a council that says something else: each field of each record of the
 * known stories is changed in turn, as a fault that all nodes share would change it, and
 * none gets through.
 */
#include "../verify/stories.h"
#include "place.h"
#include "tap.h"

#include "audit/recount.h"
#include "base/alloc.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <stdlib.h>
#include <string.h>

/* Changes one thing; false: there is nothing like it in this record. */
typedef bool change(struct record *r);

static bool other_class(struct record *r)
{
    r->class_index ^= 1;
    return true;
}

static bool lower_threshold(struct record *r)
{
    r->threshold--;
    return true;
}

static bool later_opening(struct record *r)
{
    r->opened.height++;
    return true;
}

static bool earlier_seal(struct record *r)
{
    r->sealed.height--;
    return true;
}

static bool other_time(struct record *r)
{
    r->sealed.time_ms++;
    return true;
}

static bool earlier_decision(struct record *r)
{
    r->decided.height = r->opened.height;
    r->decided.time_ms = r->opened.time_ms;
    return true;
}

static bool decided_before(struct record *r)
{
    r->decided.height = r->opened.height - 1;
    return true;
}

static bool later_end(struct record *r)
{
    r->final.height++;
    return true;
}

static bool other_outcome(struct record *r)
{
    r->outcome = r->outcome == OUTCOME_APPROVED ? OUTCOME_REJECTED : OUTCOME_APPROVED;
    return true;
}

static bool other_reason(struct record *r)
{
    r->reason =
        r->reason == REASON_DEADLINE ? REASON_THRESHOLD_UNREACHABLE : REASON_DEADLINE;
    return true;
}

static bool more_approvals(struct record *r)
{
    r->approve++;
    return true;
}

static bool more_rejections(struct record *r)
{
    r->reject++;
    return true;
}

static bool more_abstentions(struct record *r)
{
    r->abstain++;
    return true;
}

static bool fewer_seats(struct record *r)
{
    r->seat_count--;
    return true;
}

/* The first seat with a ballot, or that has opened one; NULL: there is none. */
static struct seat_record *first(struct record *r, bool revealed)
{
    for (uint16_t i = 0; i < r->seat_count; i++) {
        if (revealed ? r->seats[i].has_reveal : r->seats[i].has_ballot) {
            return &r->seats[i];
        }
    }
    return NULL;
}

static bool lost_ballot(struct record *r)
{
    struct seat_record *s = first(r, false);
    return s != NULL && !(s->has_ballot = false);
}

static bool other_commitment(struct record *r)
{
    struct seat_record *s = first(r, false);
    return s != NULL && (s->commitment.bytes[5] ^= 1, true);
}

static bool other_ballot_height(struct record *r)
{
    struct seat_record *s = first(r, false);
    return s != NULL && (s->ballot_height++, true);
}

static bool turned_choice(struct record *r)
{
    struct seat_record *s = first(r, true);
    return s != NULL &&
           (s->choice = s->choice == CHOICE_APPROVE ? CHOICE_REJECT : CHOICE_APPROVE, true);
}

static bool other_confidence(struct record *r)
{
    struct seat_record *s = first(r, true);
    return s != NULL && (s->confidence ^= 1, true);
}

static bool other_rationale(struct record *r)
{
    struct seat_record *s = first(r, true);
    return s != NULL && (s->rationale_hash.bytes[0] ^= 1, true);
}

static bool other_reveal_height(struct record *r)
{
    struct seat_record *s = first(r, true);
    return s != NULL && (s->reveal_height--, true);
}

static bool hidden_reveal(struct record *r)
{
    struct seat_record *s = first(r, true);
    return s != NULL && !(s->has_reveal = false);
}

static bool other_status(struct record *r)
{
    r->seats[0].status =
        r->seats[0].status == STATUS_WITHHELD ? STATUS_MISSED : STATUS_WITHHELD;
    return true;
}

/* Who missed it is called late, and so on: no seat is what it was. */
static bool last_status(struct record *r)
{
    struct seat_record *s = &r->seats[r->seat_count - 1];
    s->status = s->status == STATUS_LATE ? STATUS_MISSED : STATUS_LATE;
    return true;
}

static bool other_proposal(struct record *r)
{
    r->proposal.bytes[0] ^= 1;
    return true;
}

static change *const changes[] = {
    other_class,         lower_threshold,  later_opening,    earlier_seal,
    other_time,          earlier_decision, decided_before,   later_end,
    other_outcome,       other_reason,     more_approvals,   more_rejections,
    more_abstentions,    fewer_seats,      lost_ballot,      other_commitment,
    other_ballot_height, turned_choice,    other_confidence, other_rationale,
    other_reveal_height, hidden_reveal,    other_status,     last_status,
    other_proposal,
};
enum { CHANGES = sizeof(changes) / sizeof(changes[0]) };

/* --- a story, with the record of one number changed --- */

struct telling {
    const struct world *world;
    struct place *place;
    uint64_t number; /* of the record */
    change *change;  /* NULL: it stays as it is */
};

static void feed(struct recount *r, const struct block *b)
{
    recount_begin(r, &b->header);
    for (uint32_t i = 0; i < b->count; i++) {
        for (uint32_t j = 0; j < b->envelopes[i]->count; j++) {
            struct operation op;
            struct slice encoding = b->envelopes[i]->operations[j];
            if (codec_decode_operation(encoding, &op) == 0) {
                recount_operation(r, encoding, &op);
            }
        }
    }
}

/* What the recount says of this record, 1 or 0; -1: it has nothing to change. */
static int judge(const struct telling *t, struct recount *r, const struct record *record,
                 struct complaint *why)
{
    static struct record changed;
    changed = *record;
    if (t->change != NULL && !t->change(&changed)) {
        return -1;
    }
    return recount_final(r, &changed, why);
}

static int tell(const struct telling *t, struct ledger *l, struct complaint *why)
{
    struct council *c = council_new(&t->world->rules);
    struct recount *r = recount_new(t->world->charter);
    uint64_t number = 0;
    int found = -1;
    for (uint64_t h = 1; h <= ledger_height(l) && found < 0 && number <= t->number; h++) {
        struct block *b = NULL;
        struct council_result result;
        if (ledger_block(l, h, &b) != 0) {
            break;
        }
        feed(r, b);
        council_apply(c, b, &result);
        for (size_t i = 0; i < result.event_count; i++) {
            const struct council_event *e = &result.events[i];
            if (e->kind == COUNCIL_OPENED) {
                (void)recount_opened(r, &e->proposal, why);
            } else if (e->kind == COUNCIL_SEALED) {
                (void)recount_sealed(r, &e->proposal, why);
            } else if (e->kind == COUNCIL_FINAL && number++ == t->number) {
                found = judge(t, r, e->record, why);
            } else if (e->kind == COUNCIL_FINAL) {
                (void)recount_final(r, e->record, why);
            }
        }
        recount_end(r);
        block_unref(b);
    }
    recount_free(r);
    council_free(c);
    return found;
}

static void try_tale(const struct tale *tale)
{
    struct world w;
    struct place p;
    struct ledger *l = NULL;
    struct complaint why = {""};
    unsigned made = 0, through = 0, wrong = 0;
    world_begin(&w, tale->seats, "retold");
    place_open(&p, &w, NULL);
    chain_tell(&p.chain, tale->lines);
    uint64_t records = p.chain.records;
    place_finish(&p);
    if (ledger_open(p.dir, LEDGER_COPY, NULL, &l, &why) != 0) {
        ok(false, "%s", why.text);
        return;
    }
    for (uint64_t n = 0; n < records; n++) {
        struct telling t = {&w, &p, n, NULL};
        wrong += tell(&t, l, &why) != 1;
        for (size_t i = 0; i < CHANGES; i++) {
            t.change = changes[i];
            int result = tell(&t, l, &why);
            made += result >= 0;
            through += result == 1;
            if (result == 1) {
                printf("# change %zu of record %llu got through\n", i,
                       (unsigned long long)n);
            }
        }
    }
    ok(records > 0 && wrong == 0, "%s: %u records are recounted%s%s", tale->name,
       (unsigned)records, wrong > 0 ? ": " : "", wrong > 0 ? why.text : "");
    ok(made > 0 && through == 0, "none of %u that were changed gets through", made);
    ledger_close(l);
    place_remove(&p);
    world_end(&w);
}

int main(void)
{
    for (const struct tale *t = tales; t->name != NULL; t++) {
        try_tale(t);
    }
    return tap_done();
}
