/* SPDX-License-Identifier: ISC */
#include "watch/primary.h"

#include "base/alloc.h"
#include "base/quorum.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A wait is much longer than others' from half as much again. */
enum { MUCH_PERCENT = 150 };
/* Fewer are never beyond chance. */
enum { PRIMARY_LAST_LEAST = 9 };
/* Of a seat no more waits of one view make what is usual for it: no primary decides that.
 */
enum { USUAL_OF_VIEW = 4 };

/* Beyond chance: so unlikely by a binomial distribution, for any pair at any time. */
static const double chance_most = 1e-6;
/* Even an honest primary does it now and then. */
static const double least_share = 0.1;

struct waiting {
    uint64_t prefix;     /* of its id; 0: a free place */
    uint64_t arrived_ms; /* or since its primary is there */
    bool is_first;       /* none other of its seat waited, */
    bool is_calm;        /* and few of others */
};

/* Of a primary and a seat: the last envelopes, the newest in bit 0; set: it was last. */
struct pair {
    uint32_t bits;
    uint32_t count;
};

struct primaries {
    uint16_t seats;
    uint64_t view;
    struct waiting (*waiting)[PRIMARY_WAITING]; /* [seat - 1] */
    unsigned *counts;                           /* of them that are taken */
    unsigned count;                             /* of all */
    struct samples *waits;                      /* [primary - 1], of those in the calm */
    struct samples *firsts;                     /* likewise, of the first of each seat */
    struct samples *usual;                      /* [seat - 1], per cent of others' waits, */
    unsigned *told;                             /* so many of this view's */
    struct pair *pairs;                         /* [primary - 1][seat - 1] */
};

struct primaries *primaries_new(uint16_t seats)
{
    struct primaries *p = alloc_zero(1, sizeof(*p));
    p->seats = seats;
    p->waiting = alloc_zero(seats, sizeof(*p->waiting));
    p->counts = alloc_zero(seats, sizeof(*p->counts));
    p->waits = alloc_zero(seats, sizeof(*p->waits));
    p->firsts = alloc_zero(seats, sizeof(*p->firsts));
    p->usual = alloc_zero(seats, sizeof(*p->usual));
    p->told = alloc_zero(seats, sizeof(*p->told));
    p->pairs = alloc_zero((size_t)seats * seats, sizeof(*p->pairs));
    return p;
}

void primaries_free(struct primaries *p)
{
    if (p != NULL) {
        free(p->waiting);
        free(p->counts);
        free(p->waits);
        free(p->firsts);
        free(p->usual);
        free(p->told);
        free(p->pairs);
        free(p);
    }
}

static struct pair *pair_of(const struct primaries *p, uint16_t primary, uint16_t seat)
{
    return &p->pairs[(size_t)(primary - 1) * p->seats + (seat - 1)];
}

/* --- what waits --- */

static uint64_t prefix_of(const struct hash *id)
{
    uint64_t prefix;
    memcpy(&prefix, id->bytes, sizeof(prefix));
    return prefix != 0 ? prefix : 1;
}

static void leave(struct primaries *p, uint16_t seat, struct waiting *w)
{
    w->prefix = 0;
    p->counts[seat - 1]--;
    p->count--;
}

/* Its place; prefix 0: a free one, or NULL. Those that never were ordered are forgotten. */
static struct waiting *find(struct primaries *p, uint16_t seat, uint64_t prefix,
                            uint64_t now_ms)
{
    struct waiting *found = NULL;
    for (unsigned i = 0; i < PRIMARY_WAITING; i++) {
        struct waiting *w = &p->waiting[seat - 1][i];
        if (w->prefix != 0 && now_ms - w->arrived_ms >= PRIMARY_FORGOTTEN_MS) {
            leave(p, seat, w);
        }
        if (w->prefix == prefix) {
            found = w;
        }
    }
    return found;
}

/* Less than an envelope of every fourth seat waits. */
static bool is_calm(const struct primaries *p, unsigned waiting)
{
    return 4 * waiting < p->seats;
}

void primaries_arrived(struct primaries *p, uint16_t seat, const struct hash *id,
                       uint64_t now_ms)
{
    uint64_t prefix = prefix_of(id);
    if (find(p, seat, prefix, now_ms) != NULL) {
        return;
    }
    struct waiting *w = find(p, seat, 0, now_ms);
    if (w != NULL) {
        bool is_first = p->counts[seat - 1] == 0;
        *w = (struct waiting){prefix, now_ms, is_first, is_first && is_calm(p, p->count)};
        p->counts[seat - 1]++;
        p->count++;
    }
}

/* --- what was ordered --- */

/* The median of the last waits under that primary; 0: too few are known. */
static uint64_t usual_wait(const struct primaries *p, uint16_t primary)
{
    const struct samples *firsts = &p->firsts[primary - 1];
    return firsts->count >= PRIMARY_LEAST ? samples_percentile(firsts, 50) : 0;
}

/* Whether a wait is much longer than others' lately under that primary, more so than is
 * usual for the seat, which may be far away. */
static bool is_much(const struct primaries *p, uint16_t seat, uint64_t usual, uint64_t wait)
{
    uint64_t percent = samples_percentile(&p->usual[seat - 1], 50);
    uint64_t expected = usual * (percent > 100 ? percent : 100) / 100;
    return wait * 100 >= expected * MUCH_PERCENT && wait >= expected + PRIMARY_LAST_MS;
}

static void note_pair(struct pair *of, bool last)
{
    of->bits = of->bits << 1 | last;
    of->count += of->count < PRIMARY_OF_SEAT;
}

static void note_first(struct primaries *p, uint16_t primary, uint16_t seat, uint64_t wait)
{
    uint64_t usual = usual_wait(p, primary);
    if (usual > 0) {
        note_pair(pair_of(p, primary, seat), is_much(p, seat, usual, wait));
    }
    if (usual > 0 && p->told[seat - 1] < USUAL_OF_VIEW) {
        p->told[seat - 1]++;
        samples_add(&p->usual[seat - 1], wait * 100 / usual);
    }
    samples_add(&p->firsts[primary - 1], wait);
}

/* The primary goes; what it left waiting for long it would have ordered last. */
static void leave_view(struct primaries *p, uint16_t seat, struct waiting *w,
                       uint64_t now_ms)
{
    uint16_t primary = quorum_primary(p->seats, p->view);
    uint64_t wait = now_ms - w->arrived_ms;
    uint64_t usual = usual_wait(p, primary);
    if (w->prefix != 0 && w->is_first && usual > 0 && is_much(p, seat, usual, wait)) {
        note_pair(pair_of(p, primary, seat), true);
    }
    /* What it found there is the old primary's. */
    w->is_calm = false;
    w->arrived_ms = now_ms;
}

void primaries_view(struct primaries *p, uint64_t view, uint64_t now_ms)
{
    for (uint16_t seat = 1; seat <= p->seats; seat++) {
        for (unsigned i = 0; i < PRIMARY_WAITING; i++) {
            leave_view(p, seat, &p->waiting[seat - 1][i], now_ms);
        }
        p->told[seat - 1] = 0;
    }
    p->view = view;
}

void primaries_ordered(struct primaries *p, uint16_t seat, const struct hash *id,
                       uint64_t view, bool live, uint64_t now_ms)
{
    if (view != p->view) {
        primaries_view(p, view, now_ms);
    }
    struct waiting *w = find(p, seat, prefix_of(id), now_ms);
    if (w == NULL) {
        return;
    }
    uint16_t primary = quorum_primary(p->seats, view);
    uint64_t wait = now_ms - w->arrived_ms;
    if (live && w->is_calm && is_calm(p, p->count - 1)) {
        samples_add(&p->waits[primary - 1], wait);
    }
    if (live && w->is_first) {
        note_first(p, primary, seat, wait);
    }
    leave(p, seat, w);
}

/* --- slower than all others --- */

const struct samples *primaries_waits(const struct primaries *p, uint16_t primary)
{
    return &p->waits[primary - 1];
}

/* Of all primaries of which enough is known. */
struct medians {
    uint64_t of[SEATS_MAX]; /* [primary - 1] */
    unsigned known;
    uint64_t most, second; /* the largest, and the one after it */
};

static bool is_known(const struct primaries *p, uint16_t primary)
{
    return p->waits[primary - 1].count >= PRIMARY_LEAST;
}

static void find_medians(const struct primaries *p, struct medians *m)
{
    memset(m, 0, sizeof(*m));
    for (uint16_t primary = 1; primary <= p->seats; primary++) {
        if (is_known(p, primary)) {
            uint64_t median = samples_percentile(&p->waits[primary - 1], 50);
            m->of[primary - 1] = median;
            m->second = median > m->most     ? m->most
                        : median > m->second ? median
                                             : m->second;
            m->most = median > m->most ? median : m->most;
            m->known++;
        }
    }
}

struct slowness {
    bool slow, good;
    uint64_t median, other; /* the slowest other's */
};

static struct slowness slowness_of(const struct primaries *p, const struct medians *m,
                                   uint16_t primary, unsigned percent)
{
    struct slowness s = {.median = m->of[primary - 1]};
    bool known = is_known(p, primary) && m->known > PRIMARY_OTHERS;
    s.other = s.median == m->most ? m->second : m->most;
    s.slow = known && s.median * 100 >= s.other * percent &&
             s.median >= s.other + PRIMARY_FLOOR_MS;
    s.good = !known || s.median * 200 <= s.other * (100 + (uint64_t)percent) ||
             s.median < s.other + PRIMARY_FLOOR_MS / 2;
    return s;
}

/* --- a seat that is ordered last --- */

static unsigned ones(uint32_t bits)
{
    return (unsigned)__builtin_popcount(bits);
}

struct primaries_share primaries_share(const struct primaries *p, uint16_t primary,
                                       uint16_t seat)
{
    struct primaries_share s = {0};
    for (uint16_t other = 1; other <= p->seats; other++) {
        const struct pair *of = pair_of(p, other, seat);
        if (other == primary) {
            s.last = ones(of->bits);
            s.of = of->count;
            s.last_lately = ones(of->bits & ((1U << PRIMARY_LATEST) - 1));
            s.of_lately = of->count < PRIMARY_LATEST ? of->count : PRIMARY_LATEST;
        } else {
            s.last_elsewhere += ones(of->bits);
            s.of_elsewhere += of->count;
        }
    }
    return s;
}

/* The probability of at least so many of n, by a binomial distribution. */
static double tail(unsigned least, unsigned n, double share)
{
    double sum = 0;
    for (unsigned k = least; k <= n; k++) {
        sum += exp(lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0) +
                   k * log(share) + (n - k) * log1p(-share));
    }
    return sum;
}

bool primaries_is_last(const struct primaries *p, uint16_t primary, uint16_t seat)
{
    const struct pair *of = pair_of(p, primary, seat);
    if (of->count < PRIMARY_LATEST || ones(of->bits) < PRIMARY_LAST_LEAST) {
        return false; /* as nearly always */
    }
    struct primaries_share s = primaries_share(p, primary, seat);
    if (s.of_elsewhere < PRIMARY_LEAST) {
        return false;
    }
    double elsewhere = (s.last_elsewhere + 1.0) / (s.of_elsewhere + 2.0);
    double share = fmax(elsewhere, least_share);
    return tail(s.last, s.of, share) < chance_most ||
           tail(s.last_lately, s.of_lately, share) < chance_most;
}

/* --- the look --- */

static unsigned list_last(const struct primaries *p, uint16_t primary, char *out,
                          size_t room)
{
    unsigned count = 0;
    out[0] = '\0';
    for (uint16_t seat = 1; seat <= p->seats; seat++) {
        if (primaries_is_last(p, primary, seat)) {
            size_t used = strlen(out);
            (void)snprintf(out + used, room - used, "%s%u", count > 0 ? ", " : "", seat);
            count++;
        }
    }
    return count;
}

void primaries_look(const struct primaries *p, const struct primary_rules *rules,
                    const struct judge *j)
{
    struct medians m;
    find_medians(p, &m);
    for (uint16_t primary = 1; primary <= p->seats; primary++) {
        char text[FLAG_TEXT_BYTES] = "", last[FLAG_TEXT_BYTES / 2];
        struct slowness s = slowness_of(p, &m, primary, rules->slow_primary);
        unsigned count = list_last(p, primary, last, sizeof(last));
        int size = 0;
        if (s.slow) {
            size = snprintf(text, sizeof(text),
                            "operations wait %" PRIu64 " ms under it, %" PRIu64
                            " ms under the slowest other primary%s",
                            s.median, s.other, count > 0 ? "; " : "");
        }
        if (count > 0) {
            (void)snprintf(text + size, sizeof(text) - (size_t)size,
                           "it orders last what comes of seat%s %s", count > 1 ? "s" : "",
                           last);
        }
        judge_flag(j, FLAG_SLOW_PRIMARY, primary,
                   rules->slow_primary > 0 && (s.slow || count > 0), s.good && count == 0,
                   text);
    }
}
