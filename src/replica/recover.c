/* SPDX-License-Identifier: ISC */
/* Restore-safe seats, conclave-protocol(7) section 6: what a seat that has lost its state
 * does about it, and which of its own BALLOTs show that it has. The ordering core decides
 * what it may sign (pbft/standing.c). */
#include "replica/inside.h"

#include "wire/codec.h"
#include "wire/shared.h"

#include <string.h>

bool replica_may_answer(const struct replica *r, const struct proposal *p)
{
    const struct standing *standing = pbft_standing(r->core);
    return !standing->lost && p->opened.height > standing->height;
}

bool recover_may_ballot(const struct replica *r, const struct proposal *p)
{
    struct pbft_status status;
    pbft_status(r->core, &status);
    /* A BALLOT that is known to nobody's pool any more is in a block. */
    return !status.asking && !status.behind && replica_may_answer(r, p);
}

bool recover_is_strange(struct replica *r, const struct envelope *e)
{
    if (e->seat != r->seat || e->sort != ENVELOPE_SIGNED) {
        return false; /* most are: what follows costs more */
    }
    const struct standing *standing = pbft_standing(r->core);
    uint64_t committed = pbft_place(r->core).committed_height;
    for (uint32_t i = 0; i < e->count && !standing->lost; i++) {
        struct operation op;
        if (outbox_kind_of(e->operations[i]) != OPERATION_BALLOT ||
            codec_decode_operation(e->operations[i], &op) != 0) {
            continue;
        }
        const struct proposal *p = council_find(r->council, &op.ballot.proposal);
        /* No seat answers before it has executed what opens a proposal. */
        bool unheard_of = p == NULL && !council_knows(r->council, &op.ballot.proposal) &&
                          committed >= standing->height;
        bool matters = p != NULL && p->opened.height > standing->height;
        if ((matters || unheard_of) &&
            !ballots_is_own(r, &op.ballot.proposal, &op.ballot.commitment)) {
            return true;
        }
    }
    return false;
}

typedef bool may_commit(const struct replica *r, const struct proposal *p);

static bool is_withheld(const struct replica *r, struct slice operation, may_commit *may)
{
    struct operation op;
    if (outbox_kind_of(operation) != OPERATION_BALLOT ||
        codec_decode_operation(operation, &op) != 0) {
        return false;
    }
    const struct proposal *p = council_find(r->council, &op.ballot.proposal);
    return p != NULL && !may(r, p);
}

static bool has_withheld(const struct replica *r, const struct envelope *e, may_commit *may)
{
    bool has = false;
    for (uint32_t i = 0; e->sort == ENVELOPE_SIGNED && i < e->count && !has; i++) {
        has = is_withheld(r, e->operations[i], may);
    }
    return has;
}

bool recover_withholds(const struct replica *r, struct slice operation)
{
    return is_withheld(r, operation, recover_may_ballot);
}

bool recover_holds_back(const struct replica *r, const struct envelope *e)
{
    return has_withheld(r, e, recover_may_ballot);
}

bool recover_gives_up(const struct replica *r, const struct envelope *e)
{
    return has_withheld(r, e, replica_may_answer);
}

void recover_block(struct replica *r, const struct block *b)
{
    for (uint32_t i = 0; i < b->count; i++) {
        if (recover_is_strange(r, b->envelopes[i])) {
            turn_lose(r, PBFT_CAUSE_OWN_BALLOT);
            return;
        }
    }
}

/* Asks for the next view, and again when an interval has passed without it. */
void recover_progress(struct replica *r)
{
    const struct standing *standing = pbft_standing(r->core);
    if (!standing->lost || !standing->has_view) {
        r->return_at_ms = 0;
        return;
    }
    if (replica_now(r) < r->return_at_ms) {
        return;
    }
    struct operation op = {.kind = OPERATION_RETURN, .seat = r->seat};
    op.return_request.view = standing->view;
    memcpy(op.return_request.instance, r->config.instance, INSTANCE_BYTES);
    outbox_add_operation(r, &op, false);
    r->return_at_ms = replica_now(r) + r->config.council.return_interval_ms + 1;
}
