/* SPDX-License-Identifier: ISC */
#include "forget.h"

#include "base/quorum.h"

#include <stddef.h>

/* --- drawing --- */

static void draw_one(struct plan *p, struct rng *r, uint16_t seat)
{
    static const enum item_kind kinds[] = {ITEM_BACKUP,   ITEM_BACKUP,  ITEM_SNAPSHOT,
                                           ITEM_SNAPSHOT, ITEM_WIPE,    ITEM_INSTANCE,
                                           ITEM_INSTANCE, ITEM_RECOVERY};
    enum item_kind kind = kinds[rng_below(r, sizeof(kinds) / sizeof(kinds[0]))];
    uint64_t at = rng_below(r, p->trouble_ms);
    uint64_t length = 20 + rng_below(r, rng_chance(r, 2) ? 8000 : 800);
    struct item *i = plan_add(p, kind, at, length);
    i->a = seat;
    i->b = rng_chance(r, 2) ? 0 : (uint16_t)rng_below(r, 2000);
    i->value = rng_below(r, 6);
}

void forget_draw(struct plan *p)
{
    struct rng r = {p->seed * 2654435761U + 43};
    unsigned room = quorum_faulty(p->config.seats);
    bool chosen[SEATS_MAX + 1] = {false};
    for (uint16_t seat = 1; seat <= p->config.seats; seat++) {
        chosen[seat] = plan_is_byzantine(p, seat);
        room -= chosen[seat];
    }
    if (rng_chance(&r, 5)) {
        struct item *i = plan_add(p, ITEM_POWER, rng_below(&r, p->trouble_ms), 0);
        i->value = rng_next(&r);
    }
    if (room == 0 || rng_chance(&r, 4)) {
        return;
    }
    unsigned count = rng_chance(&r, 2) ? room : 1 + (unsigned)rng_below(&r, room);
    while (count > 0) {
        uint16_t seat = (uint16_t)(1 + rng_below(&r, p->config.seats));
        if (!chosen[seat]) {
            chosen[seat] = true;
            count--;
            for (uint64_t times = 1 + rng_below(&r, 3); times > 0; times--) {
                draw_one(p, &r, seat);
            }
        }
    }
}

static bool forgets(const struct item *i)
{
    return !i->off && i->kind >= ITEM_BACKUP && i->kind <= ITEM_RECOVERY;
}

unsigned forget_count(const struct plan *p)
{
    bool seen[SEATS_MAX + 1] = {false};
    unsigned count = 0;
    for (size_t i = 0; i < p->count; i++) {
        if (forgets(&p->items[i]) && !seen[p->items[i].a]) {
            seen[p->items[i].a] = true;
            count++;
        }
    }
    return count;
}

/* --- carrying out --- */

/* A second machine: with an empty disk, a copy whose marks do not match, or a clone. */
static void begin_instance(struct cluster *c, const struct item *i, struct forget_state *s)
{
    s->instance = cluster_add_instance(c, i->a);
    if (i->value % 3 != 0) {
        struct cluster_backup *copy = cluster_copy_disk(c, i->a);
        cluster_restore_disk(c, s->instance, copy, i->value % 3 == 2);
        cluster_backup_free(copy);
    }
    cluster_start(c, s->instance);
}

void forget_begin(struct cluster *c, const struct item *i, struct forget_state *s)
{
    cluster_will_forget(c, i->a);
    if (i->kind == ITEM_BACKUP || i->kind == ITEM_SNAPSHOT) {
        s->backup = cluster_copy_disk(c, i->a);
    } else if (i->kind == ITEM_WIPE) {
        cluster_crash(c, i->a);
    } else if (i->kind == ITEM_INSTANCE) {
        begin_instance(c, i, s);
    } else if (i->kind == ITEM_RECOVERY) {
        cluster_crash(c, i->a);
        cluster_set_recover(c, i->a, true);
        cluster_start(c, i->a);
    }
}

/* Only one goes on: the first, or the second, which takes its place. */
static void end_instance(struct cluster *c, const struct item *i, struct forget_state *s)
{
    struct cluster_backup *copy = cluster_copy_disk(c, s->instance);
    cluster_crash(c, s->instance);
    cluster_wipe_disk(c, s->instance, true);
    if (i->value >= 3) {
        cluster_crash(c, i->a);
        cluster_restore_disk(c, i->a, copy, true);
        cluster_start(c, i->a);
    }
    cluster_backup_free(copy);
    s->instance = 0;
}

void forget_end(struct cluster *c, const struct item *i, struct forget_state *s)
{
    if (s->backup != NULL) {
        cluster_crash(c, i->a);
        if (i->kind == ITEM_BACKUP) {
            cluster_run(c, i->b);
            cluster_crash(c, i->a);
        }
        cluster_restore_disk(c, i->a, s->backup,
                             i->kind == ITEM_SNAPSHOT || i->value % 2 == 0);
        cluster_start(c, i->a);
        cluster_backup_free(s->backup);
        s->backup = NULL;
    } else if (i->kind == ITEM_WIPE) {
        cluster_crash(c, i->a);
        cluster_wipe_disk(c, i->a, i->value % 2 == 0);
        cluster_start(c, i->a);
    } else if (s->instance != 0) {
        end_instance(c, i, s);
    } else if (i->kind == ITEM_RECOVERY) {
        cluster_set_recover(c, i->a, false);
    }
}

void forget_power(struct cluster *c, const struct item *i)
{
    enum { MOST_MS = 400 };
    struct rng r = {i->value};
    uint16_t order[SEATS_MAX], count = 0;
    for (uint16_t node = 1; node <= cluster_nodes(c); node++) {
        cluster_crash(c, node);
        if (node == cluster_seat_of(c, node)) {
            order[count++] = node;
        }
    }
    uint64_t gap = 1 + rng_below(&r, MOST_MS);
    for (uint16_t k = count; k > 0; k--) {
        uint16_t at = (uint16_t)rng_below(&r, k);
        cluster_run(c, rng_below(&r, gap));
        cluster_start(c, order[at]);
        order[at] = order[k - 1];
    }
}
