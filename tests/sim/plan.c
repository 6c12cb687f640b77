/* SPDX-License-Identifier: ISC */
#include "plan.h"

#include "base/alloc.h"
#include "base/quorum.h"
#include "byzantine.h"
#include "forget.h"

#include <stdlib.h>
#include <string.h>

enum {
    TROUBLE_MS = 20000,
    LARGE_TROUBLE_MS = 6000, /* of more than ten seats, which cost so much more */
};

const char *item_name(enum item_kind k)
{
    switch (k) {
    case ITEM_PROPOSE:
        return "proposal";
    case ITEM_LOSS:
        return "loss";
    case ITEM_DUPLICATES:
        return "duplicates";
    case ITEM_REORDER:
        return "reordering";
    case ITEM_JITTER:
        return "jitter";
    case ITEM_CORRUPTION:
        return "corruption";
    case ITEM_SLOW_LINK:
        return "slow link";
    case ITEM_PARTITION:
        return "partition";
    case ITEM_ONE_WAY:
        return "one-way cut";
    case ITEM_ISOLATION:
        return "isolation";
    case ITEM_CRASH:
        return "crash";
    case ITEM_RESTART_ALL:
        return "restart of all";
    case ITEM_PAUSE:
        return "pause";
    case ITEM_CLOCK:
        return "clock";
    case ITEM_DISK:
        return "disk failure";
    case ITEM_MUTE_AGENT:
        return "mute agent";
    case ITEM_RETURN:
        return "RETURN";
    case ITEM_ATTACK:
        return "attack";
    case ITEM_BACKUP:
        return "old backup";
    case ITEM_SNAPSHOT:
        return "old snapshot";
    case ITEM_WIPE:
        return "empty disk";
    case ITEM_INSTANCE:
        return "second instance";
    case ITEM_RECOVERY:
        return "recover";
    case ITEM_POWER:
        return "power cut";
    }
    return "";
}

struct item *plan_add(struct plan *p, enum item_kind kind, uint64_t at, uint64_t length)
{
    if (p->count == p->capacity) {
        p->capacity = p->capacity > 0 ? 2 * p->capacity : 64;
        p->items = alloc_resize(p->items, p->capacity, sizeof(*p->items));
    }
    struct item *i = &p->items[p->count++];
    *i = (struct item){.kind = kind, .at_ms = at, .until_ms = at + length};
    return i;
}

static void draw_config(struct plan *p, struct rng *r, uint16_t seats)
{
    static const uint16_t sizes[] = {4, 4, 4, 4, 5, 6, 7, 7, 10, 33};
    static const uint64_t delays[] = {1, 5, 20, 80, 200};
    static const uint32_t windows[] = {1, 2, 4, 8, 8};
    struct cluster_config *k = &p->config;
    uint16_t drawn = sizes[rng_below(r, sizeof(sizes) / sizeof(sizes[0]))];
    cluster_config_defaults(k, seats != 0 ? seats : drawn);
    k->seed = p->seed;
    k->real_signatures = k->seats <= 7 && rng_chance(r, 12);
    k->delay_ms = delays[rng_below(r, 5)];
    k->notice_ms = rng_chance(r, 2) ? 50 : 3000;
    k->disk_ms = rng_chance(r, 2) ? 0 : 1 + rng_below(r, 20);
    k->vote_ms = rng_chance(r, 2) ? 50 : 5000;
    k->skew_ms = rng_chance(r, 2) ? 0 : rng_below(r, 400);
    k->seat_window = 1 + (uint32_t)rng_below(r, 4);
    k->core.window = windows[rng_below(r, 5)];
    k->core.rotate_every = rng_chance(r, 3) ? 1 + (uint32_t)rng_below(r, 10) : 256;
    k->core.pipeline = rng_chance(r, 2) ? 1 : k->core.window;
    k->core.block_bytes = rng_chance(r, 3) ? 500 + rng_below(r, 4000) : BLOCK_MAX;
    k->council.open_proposals = rng_chance(r, 4) ? 2 : 64;
    k->council.epoch_decisions = rng_chance(r, 3) ? 3 : 100;
    k->council.epoch_absences = rng_chance(r, 2) ? 1 : 100;
    k->dark = p->seed % 4 == 0; /* a draw would change what follows it */
    if (rng_chance(r, 2)) {
        k->council.classes[1] = k->council.classes[0]; /* as naive.h counts */
    }
}

/* --- mishaps --- */

static uint16_t any_seat(const struct plan *p, struct rng *r)
{
    return (uint16_t)(1 + rng_below(r, p->config.seats));
}

static void draw_network(struct plan *p, struct rng *r)
{
    static const unsigned losses[] = {10, 50, 200};
    uint64_t whole = p->trouble_ms;
    if (rng_chance(r, 2)) {
        plan_add(p, ITEM_LOSS, 0, whole)->value = losses[rng_below(r, 3)];
    }
    if (rng_chance(r, 3)) {
        plan_add(p, ITEM_DUPLICATES, 0, whole)->value = 100;
    }
    if (rng_chance(r, 3)) {
        plan_add(p, ITEM_REORDER, 0, whole)->value = 1;
    }
    if (rng_chance(r, 2)) {
        plan_add(p, ITEM_JITTER, 0, whole)->value =
            rng_below(r, 3 * p->config.delay_ms + 10);
    }
    if (rng_chance(r, 4)) {
        plan_add(p, ITEM_CORRUPTION, 0, whole)->value = 1 + rng_below(r, 20);
    }
}

struct moods {
    bool kinds[ITEM_KINDS];
    unsigned gap_ms; /* between mishaps */
};

static void draw_mishap(struct plan *p, struct rng *r, const struct moods *m, uint64_t at)
{
    enum item_kind kind = (enum item_kind)rng_below(r, ITEM_ATTACK);
    uint16_t a = any_seat(p, r), b = any_seat(p, r);
    uint64_t value = rng_next(r),
             length = 50 + rng_below(r, rng_chance(r, 3) ? 8000 : 1500);
    if (kind == ITEM_PROPOSE || !m->kinds[kind] || kind <= ITEM_CORRUPTION ||
        (a == b && (kind == ITEM_SLOW_LINK || kind == ITEM_ONE_WAY))) {
        return;
    }
    struct item *i = plan_add(p, kind, at, length);
    i->a = a;
    i->b = b;
    i->value = value;
    if (kind == ITEM_SLOW_LINK) {
        i->value = 20 + value % 2000;
    } else if (kind == ITEM_CLOCK) {
        i->value = value % 20000;
    } else if (kind == ITEM_RESTART_ALL) {
        i->value = value % 500;
    } else if (kind == ITEM_CRASH) {
        i->b = value % 2 == 0 ? 0 : (uint16_t)(1 + value / 2 % 40);
    } else if (kind == ITEM_DISK) {
        i->value = value % 2;
    }
}

static void draw_mishaps(struct plan *p, struct rng *r)
{
    struct moods m = {.gap_ms = 60 + (unsigned)rng_below(r, 500)};
    for (int k = 0; k <= ITEM_ATTACK; k++) {
        m.kinds[k] = rng_chance(r, k == ITEM_RESTART_ALL || k == ITEM_CLOCK ? 5 : 3);
    }
    for (uint64_t at = 0; at < p->trouble_ms; at += 1 + rng_below(r, m.gap_ms)) {
        draw_mishap(p, r, &m, at);
    }
}

static void draw_proposals(struct plan *p, struct rng *r)
{
    enum { MOST = 30 };
    uint64_t gap = rng_chance(r, 3) ? 4000 : 1000;
    unsigned count = 0;
    for (uint64_t at = rng_below(r, 1000); at < p->trouble_ms && count < MOST; count++) {
        struct item *i = plan_add(p, ITEM_PROPOSE, at, 0);
        i->a = any_seat(p, r);
        i->b = rng_chance(r, 4);
        i->value = rng_below(r, p->config.seats + 1U);
        at += rng_below(r, gap);
    }
}

/* --- attackers --- */

static void draw_attackers(struct plan *p, struct rng *r)
{
    unsigned faulty = quorum_faulty(p->config.seats);
    bool chosen[SEATS_MAX + 1] = {false};
    if (rng_chance(r, 3)) {
        return;
    }
    unsigned count = rng_chance(r, 2) ? faulty : (unsigned)rng_below(r, faulty + 1);
    uint64_t rarity = 1 + rng_below(r, 8);
    while (count > 0) {
        uint16_t seat = any_seat(p, r);
        if (chosen[seat]) {
            continue;
        }
        chosen[seat] = true;
        count--;
        unsigned first = (unsigned)rng_below(r, ATTACKS);
        for (unsigned attack = 0; attack < ATTACKS; attack++) {
            /* Who says nothing attacks in no other way. */
            bool quiet = attack == ATTACK_SILENCE || attack == ATTACK_FAVOURITES;
            if (attack == first ||
                (!quiet && first != ATTACK_SILENCE && rng_chance(r, rarity))) {
                struct item *i = plan_add(p, ITEM_ATTACK, 0, p->trouble_ms);
                i->a = seat;
                i->value = attack;
            }
        }
    }
}

/* And who forgets: together they are at most f. */
static void drop_attackers(struct plan *p)
{
    size_t kept = 0;
    for (size_t i = 0; i < p->count; i++) {
        if (p->items[i].kind < ITEM_ATTACK || p->items[i].kind == ITEM_POWER) {
            p->items[kept++] = p->items[i];
        }
    }
    p->count = kept;
}

/* Items of one time stay in the order in which they were drawn. */
static void sort_items(struct plan *p)
{
    for (size_t i = 1; i < p->count; i++) {
        struct item moved = p->items[i];
        size_t at = i;
        while (at > 0 && moved.at_ms < p->items[at - 1].at_ms) {
            p->items[at] = p->items[at - 1];
            at--;
        }
        p->items[at] = moved;
    }
}

void plan_draw(struct plan *p, uint64_t seed, uint16_t seats)
{
    struct rng r = {seed * 2654435761U + 17};
    *p = (struct plan){.seed = seed};
    draw_config(p, &r, seats);
    p->trouble_ms = p->config.seats > 10 ? LARGE_TROUBLE_MS : TROUBLE_MS;
    draw_network(p, &r);
    draw_proposals(p, &r);
    draw_mishaps(p, &r);
    draw_attackers(p, &r);
    forget_draw(p);
    sort_items(p);
}

void plan_set_mix(struct plan *p, uint64_t one, uint64_t other)
{
    unsigned faulty = quorum_faulty(p->config.seats), count = 0;
    bool chosen[SEATS_MAX + 1] = {false};
    struct rng r = {p->seed * 2654435761U + 29};
    drop_attackers(p);
    while (count < faulty) {
        uint16_t seat = count < faulty / 2 ? (uint16_t)(count + 1) : any_seat(p, &r);
        if (!chosen[seat]) {
            struct item *i = plan_add(p, ITEM_ATTACK, 0, p->trouble_ms);
            i->a = seat;
            i->value = count % 2 == 0 ? one : other;
            chosen[seat] = true;
            count++;
        }
    }
    sort_items(p);
}

void plan_free(struct plan *p)
{
    free(p->items);
    *p = (struct plan){0};
}

bool plan_is_byzantine(const struct plan *p, uint16_t seat)
{
    for (size_t i = 0; i < p->count; i++) {
        if (p->items[i].kind == ITEM_ATTACK && p->items[i].a == seat && !p->items[i].off) {
            return true;
        }
    }
    return false;
}

void plan_describe(const struct item *i, char *out, size_t size)
{
    if (i->kind == ITEM_ATTACK) {
        (void)snprintf(out, size, "seat %u attacks: %s", i->a,
                       attack_name((enum attack)i->value));
    } else {
        (void)snprintf(out, size, "%llu..%llu ms %s a %u b %u value %llu",
                       (unsigned long long)i->at_ms, (unsigned long long)i->until_ms,
                       item_name(i->kind), i->a, i->b, (unsigned long long)i->value);
    }
}

/* --- switching off --- */

bool plan_switch_off(struct plan *p, const char *list)
{
    while (*list != '\0') {
        char *end;
        unsigned long first = strtoul(list, &end, 10), last = first;
        if (end == list) {
            return false;
        }
        if (*end == '-') {
            list = end + 1;
            last = strtoul(list, &end, 10);
        }
        for (unsigned long i = first; i <= last && i < p->count; i++) {
            p->items[i].off = true;
        }
        if (*end != ',' && *end != '\0') {
            return false;
        }
        list = *end == ',' ? end + 1 : end;
    }
    return true;
}

void plan_list_off(const struct plan *p, struct buffer *out)
{
    char text[64];
    for (size_t i = 0; i < p->count; i++) {
        size_t last = i;
        if (!p->items[i].off) {
            continue;
        }
        while (last + 1 < p->count && p->items[last + 1].off) {
            last++;
        }
        const char *comma = out->size > 0 ? "," : "";
        int n = last > i ? snprintf(text, sizeof(text), "%s%zu-%zu", comma, i, last)
                         : snprintf(text, sizeof(text), "%s%zu", comma, i);
        buffer_append(out, text, (size_t)n);
        i = last;
    }
    buffer_append(out, "", 1);
    out->size--;
}
