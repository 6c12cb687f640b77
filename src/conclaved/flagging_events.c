/* SPDX-License-Identifier: ISC */
/* Flags that an event raises or clears. */
#include "conclaved/flagging.h"

#include <inttypes.h>
#include <stdio.h>

/* --- what a seat signed --- */

void flagging_accused(struct node *n, uint16_t seat, enum evidence_kind kind)
{
    const struct flag *open = flags_open(n->flagging->book, FLAG_EQUIVOCATION, seat);
    char text[FLAG_TEXT_BYTES];
    if (open != NULL && !open->is_local) {
        return; /* the ledger has its conviction, and says more */
    }
    (void)snprintf(text, sizeof(text), "signed %s", evidence_kind_words(kind));
    flagging_raise(
        n, &(struct sighting){
               .kind = FLAG_EQUIVOCATION, .seat = seat, .is_local = true, .text = text});
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
