/* SPDX-License-Identifier: ISC */
/* Flags that an event raises or clears. */
#include "conclaved/flagging.h"

#include "conclaved/exclusion.h"
#include "wire/shared.h"

#include <inttypes.h>
#include <stdio.h>

enum {
    PROPOSAL_DIGITS = 12, /* of an id in a text */
    /* Decisions in a row in which a seat opened its ballot, until its flag is cleared: one
     * that does it every other time keeps it. */
    MISSED_CLEARED_AFTER = 3,
    WITHHELD_CLEARED_AFTER = 20,
};

/* --- what a seat signed --- */

void flagging_accused(struct node *n, uint16_t seat, enum evidence_kind kind)
{
    char text[FLAG_TEXT_BYTES];
    (void)snprintf(text, sizeof(text), "signed %s", evidence_kind_words(kind));
    flagging_raise(
        n, &(struct sighting){
               .kind = FLAG_EQUIVOCATION, .seat = seat, .is_local = true, .text = text});
}

/* What this node accused it of before, most likely, so it is no other time. */
static void convicted(struct node *n, const struct block *b, uint16_t seat, uint64_t height)
{
    char text[FLAG_TEXT_BYTES];
    enum evidence_kind kind;
    bool known = b != NULL && find_evidence(b, seat, &kind);
    (void)snprintf(text, sizeof(text), "expelled at height %" PRIu64 ": signed %s", height,
                   known ? evidence_kind_words(kind) : "what contradicts itself");
    flagging_raise(n, &(struct sighting){.kind = FLAG_EQUIVOCATION,
                                         .seat = seat,
                                         .is_same = true,
                                         .height = height,
                                         .text = text});
}

void flagging_begin(struct node *n)
{
    const struct council *council = replica_council(n->replica);
    n->flagging->started_height = ledger_height(n->ledger);
    for (uint16_t seat = 1; seat <= n->charter->seat_count; seat++) {
        uint64_t height = council_convicted_at(council, seat);
        const struct flag *f = flags_open(n->flagging->book, FLAG_EQUIVOCATION, seat);
        if (height > 0 && (f == NULL || f->is_local)) {
            struct block *b = NULL;
            (void)ledger_block(n->ledger, height, &b);
            convicted(n, b, seat, height);
            block_unref(b);
        }
    }
}

/* --- what a seat did about a proposal --- */

static void absent(struct node *n, enum flag_kind kind, uint16_t seat,
                   const struct record *r)
{
    char id[2 * HASH_BYTES + 1], text[FLAG_TEXT_BYTES];
    hex_encode(id, slice_of(r->proposal.bytes, HASH_BYTES));
    (void)snprintf(text, sizeof(text),
                   kind == FLAG_WITHHELD ? "did not open its ballot on %.*s"
                                         : "no ballot on %.*s",
                   PROPOSAL_DIGITS, id);
    n->flagging->opened_row[seat - 1] = 0;
    flagging_raise(n, &(struct sighting){.kind = kind,
                                         .seat = seat,
                                         .proposal = &r->proposal,
                                         .height = r->final.height,
                                         .text = text});
}

static void opened(struct node *n, uint16_t seat)
{
    unsigned row = ++n->flagging->opened_row[seat - 1];
    if (row >= MISSED_CLEARED_AFTER) {
        flagging_clear(n, FLAG_MISSED, seat);
    }
    if (row >= WITHHELD_CLEARED_AFTER) {
        flagging_clear(n, FLAG_WITHHELD, seat);
    }
}

static void look_at_record(struct node *n, const struct record *r)
{
    for (uint16_t seat = 1; seat <= r->seat_count; seat++) {
        switch (r->seats[seat - 1].status) {
        case STATUS_REVEALED:
            opened(n, seat);
            break;
        case STATUS_WITHHELD:
            absent(n, FLAG_WITHHELD, seat, r);
            break;
        case STATUS_MISSED:
            absent(n, FLAG_MISSED, seat, r);
            break;
        case STATUS_EXPELLED:
        case STATUS_LATE:
        case STATUS_NOT_AWAITED:
            break;
        }
    }
}

void flagging_executed(struct node *n, const struct block *b,
                       const struct council_result *r)
{
    for (size_t i = 0; i < r->event_count; i++) {
        const struct council_event *e = &r->events[i];
        if (e->kind == COUNCIL_FINAL) {
            look_at_record(n, e->record);
        } else if (e->kind == COUNCIL_CONVICTED) {
            convicted(n, b, e->seat, b->header.height);
        }
    }
}

/* --- the council, and this node --- */

void flagging_stalled(struct node *n, const struct stall *s)
{
    char waits[STALL_TEXT_BYTES] = "what nobody gives", text[STALL_TEXT_BYTES + 32];
    if (s->phase != STALL_NOTHING) {
        stall_text(s, n->charter, waits);
    }
    (void)snprintf(text, sizeof(text), "waits for %s", waits);
    flagging_raise(
        n, &(struct sighting){
               .kind = FLAG_STALLED, .is_local = true, .height = s->height, .text = text});
}

void flagging_apart(struct node *n, const struct stall *s)
{
    char waits[STALL_TEXT_BYTES], text[STALL_TEXT_BYTES + 32];
    stall_text(s, n->charter, waits);
    (void)snprintf(text, sizeof(text), "waits for %s", waits);
    flagging_raise(n, &(struct sighting){.kind = FLAG_APART,
                                         .seat = n->seat,
                                         .is_local = true,
                                         .height = s->height,
                                         .text = text});
}

void flagging_moving(struct node *n)
{
    flagging_clear(n, FLAG_STALLED, 0);
}

void flagging_stopped(struct node *n, const struct pbft_notice *x)
{
    char text[FLAG_TEXT_BYTES];
    const char *format =
        x->kind == PBFT_NOTICE_FORK
            ? "this node stopped: two blocks of height %" PRIu64 " are certified"
            : "this node stopped: its state at height %" PRIu64 " is not the council's";
    (void)snprintf(text, sizeof(text), format, x->height);
    flagging_raise(
        n, &(struct sighting){
               .kind = FLAG_DIVERGED, .is_local = true, .height = x->height, .text = text});
}

void flagging_agent_failed(struct node *n, const struct hash *proposal, const char *reason)
{
    char text[FLAG_TEXT_BYTES];
    (void)snprintf(text, sizeof(text), "the agent failed: %s", reason);
    n->flagging->agent_failing = true;
    flagging_raise(n, &(struct sighting){.kind = FLAG_EVALUATOR_FAILED,
                                         .seat = n->seat,
                                         .is_local = true,
                                         .proposal = proposal,
                                         .text = text});
}

void flagging_agent_answered(struct node *n)
{
    n->flagging->agent_failing = false;
}
