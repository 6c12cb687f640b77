/* SPDX-License-Identifier: ISC */
#include "../ledger/scratch.h"

#include "place.h"

#include "hash/hash.h"

enum { STEP_MS = 10 };

void place_open(struct place *p, const struct world *w, const char *dir)
{
    struct complaint why = {""};
    memset(p, 0, sizeof(*p));
    p->world = w;
    p->dir = dir != NULL ? alloc_string(dir) : scratch_make();
    struct ledger_identity id = {w->charter->council_id, PLACE_SEAT,
                                 w->charter->seat_count};
    if (ledger_open(p->dir, LEDGER_CREATE, &id, &p->ledger, &why) != 0) {
        printf("Bail out! %s\n", why.text);
        exit(99);
    }
    chain_begin(&p->chain, w, NULL, p->ledger);
}

void place_finish(struct place *p)
{
    if (ledger_commit(p->ledger) != 0) {
        printf("Bail out! the ledger cannot be written\n");
        exit(99);
    }
    chain_end(&p->chain);
    ledger_close(p->ledger);
}

void place_remove(struct place *p)
{
    scratch_remove(p->dir);
}

static void next_block(struct place *p, struct batch *batch)
{
    struct council_summary now;
    council_summarize(p->chain.council, &now);
    chain_block(&p->chain, batch, now.time_ms + STEP_MS);
}

static enum choice choice_of(uint16_t seat, unsigned approve)
{
    return seat <= approve ? CHOICE_APPROVE : CHOICE_REJECT;
}

void place_round(struct place *p, unsigned count, unsigned approve)
{
    uint16_t seats = p->world->charter->seat_count;
    struct hash *ids = alloc(count * sizeof(*ids));
    struct batch batch = {0};
    for (unsigned i = 0; i < count; i++) {
        char *name = alloc_printf("%u of block %u", i, (unsigned)p->chain.height);
        struct buffer *next = batch_next(&batch);
        build_propose(next, (uint16_t)(1 + i * seats / count), 0, name);
        ids[i] = hash_operation(buffer_slice(next));
        free(name);
    }
    next_block(p, &batch);
    for (uint16_t seat = 1; seat <= seats; seat++) {
        for (unsigned i = 0; i < count; i++) {
            build_commit(batch_next(&batch), &p->world->rules, seat, &ids[i],
                         choice_of(seat, approve), i);
        }
    }
    next_block(p, &batch);
    for (uint16_t seat = 1; seat <= seats; seat++) {
        for (unsigned i = 0; i < count; i++) {
            build_reveal(batch_next(&batch), seat, &ids[i], choice_of(seat, approve), i);
        }
    }
    next_block(p, &batch);
    next_block(p, &batch);
    batch_free(&batch);
    free(ids);
}
