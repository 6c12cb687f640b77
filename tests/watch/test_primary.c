/* SPDX-License-Identifier: ISC */
/*
 * Primaries that delay, by what a node sees of them: a simulated council of changing load,
 * whose seats and primaries are near or far, honest for 10,000 blocks; then one primary
 * delays one seat, or everybody.
 */
#include "book.h"
#include "random.h"
#include "watch/primary.h"

#include "base/quorum.h"

#include <math.h>
#include <stdlib.h>

enum {
    SEATS = 33,
    ROTATE = 256, /* blocks of a term */
    BLOCKS = 10000,
    COUNCILS = 2,
    BATCH_MS = 150, /* a primary gathers for so long */
    WAITING = 8,    /* of a seat in the simulation */
};

static const struct primary_rules rules = {200};

/* An envelope on its way. */
struct envelope_sim {
    struct hash id;
    double at_node, at_primary; /* when it arrives; 0: free */
    bool told;
};

struct council_sim {
    struct rng rng;
    struct primaries *watch;
    double now, load;
    uint64_t block, ids;
    unsigned cursor;                           /* the seat whose turn is next */
    double far_node[SEATS], far[SEATS][SEATS]; /* ms on the way */
    struct envelope_sim waiting[SEATS][WAITING];
    /* The faulty primary, if any: its delays, in waits that there are otherwise. */
    uint16_t faulty, victim; /* victim 0: all */
    double delay_ms;
    uint64_t blocks_of_faulty;
};

static double uniform(struct rng *r)
{
    return ((double)(rng_next(r) >> 11) + 0.5) / 9007199254740992.0;
}

static double exponential(struct rng *r, double mean)
{
    return -mean * log(uniform(r));
}

static void begin(struct council_sim *c, uint64_t seed)
{
    book_begin();
    memset(c, 0, sizeof(*c));
    c->rng.state = seed;
    c->now = 1000;
    c->load = 0.02;
    c->watch = primaries_new(SEATS);
    for (int s = 0; s < SEATS; s++) {
        c->far_node[s] = 80 * uniform(&c->rng);
        for (int p = 0; p < SEATS; p++) {
            c->far[s][p] = 80 * uniform(&c->rng);
        }
    }
}

static uint16_t primary_of(const struct council_sim *c)
{
    return quorum_primary(SEATS, c->block / ROTATE);
}

/* Quiet, busy, or a round of ballots; for some time. */
static void change_load(struct council_sim *c)
{
    static const double loads[] = {0.003, 0.01, 0.05, 0.3};
    if (rng_chance(&c->rng, 40)) {
        c->load = loads[rng_below(&c->rng, 4)];
    }
}

static void emit(struct council_sim *c, int seat, double at)
{
    for (int i = 0; i < WAITING; i++) {
        struct envelope_sim *e = &c->waiting[seat][i];
        if (e->at_node <= 0) {
            uint64_t id = ++c->ids * 0x9e3779b97f4a7c15U;
            memcpy(e->id.bytes, &id, sizeof(id));
            e->told = false;
            e->at_node = at + c->far_node[seat] + exponential(&c->rng, 10);
            e->at_primary = at + c->far[seat][primary_of(c) - 1] + exponential(&c->rng, 10);
            return;
        }
    }
}

static void emit_all(struct council_sim *c, double length)
{
    bool is_round = c->load > 0.2 && rng_chance(&c->rng, 4);
    for (int seat = 0; seat < SEATS; seat++) {
        if (is_round || uniform(&c->rng) < c->load) {
            emit(c, seat, c->now + length * uniform(&c->rng));
        }
    }
}

static bool is_held(const struct council_sim *c, int seat, const struct envelope_sim *e)
{
    bool is_victim = c->victim == 0 || c->victim == seat + 1;
    return primary_of(c) == c->faulty && is_victim && c->now < e->at_primary + c->delay_ms;
}

/* All that the primary has goes into the block, by turns of the seats, 20 at most. */
static void order(struct council_sim *c, double executed)
{
    const uint64_t view = c->block / ROTATE;
    unsigned room = 20, first = c->cursor;
    for (int turn = 0; turn < SEATS; turn++) {
        int seat = (int)((first + (unsigned)turn) % SEATS);
        for (int i = 0; i < WAITING && room > 0; i++) {
            struct envelope_sim *e = &c->waiting[seat][i];
            if (e->at_node > 0 && e->told && e->at_primary <= c->now &&
                !is_held(c, seat, e)) {
                primaries_ordered(c->watch, (uint16_t)(seat + 1), &e->id, view, true,
                                  (uint64_t)executed);
                e->at_node = 0;
                room--;
                c->cursor = (unsigned)(seat + 1) % SEATS;
            }
        }
    }
}

static void tell(struct council_sim *c)
{
    for (int seat = 0; seat < SEATS; seat++) {
        for (int i = 0; i < WAITING; i++) {
            struct envelope_sim *e = &c->waiting[seat][i];
            if (e->at_node > 0 && !e->told && e->at_node <= c->now) {
                e->told = true;
                primaries_arrived(c->watch, (uint16_t)(seat + 1), &e->id,
                                  (uint64_t)e->at_node);
            }
        }
    }
}

/* Blocks, until there are so many or something is said; how many of the faulty one's. */
static uint64_t blocks(struct council_sim *c, uint64_t count)
{
    uint64_t before = c->blocks_of_faulty;
    for (uint64_t i = 0; i < count && book_news[0] == '\0'; i++) {
        double length = BATCH_MS + exponential(&c->rng, 100);
        change_load(c);
        emit_all(c, length);
        c->now += length;
        tell(c);
        order(c, c->now + 120 + exponential(&c->rng, 20 + 100 * c->load));
        if (rng_chance(&c->rng, 50)) {
            const struct judge j = book_judge();
            primaries_look(c->watch, &rules, &j);
        }
        c->blocks_of_faulty += primary_of(c) == c->faulty;
        c->block++;
    }
    return c->blocks_of_faulty - before;
}

static void end(struct council_sim *c)
{
    primaries_free(c->watch);
}

static void test_honest(void)
{
    static struct council_sim c;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        begin(&c, seed);
        (void)blocks(&c, BLOCKS);
        book_says("", "an honest council of 33 raises nothing in 10,000 blocks");
        is((int64_t)c.block, BLOCKS, "to the end");
        end(&c);
    }
}

/* A term of everyone, honest; then one is not. */
static void found(uint16_t victim, double delay_ms, uint64_t most, const char *name)
{
    static struct council_sim c;
    uint64_t worst = 0, seen = 0;
    for (uint64_t seed = 1; seed <= COUNCILS; seed++) {
        begin(&c, 100 + seed);
        (void)blocks(&c, (uint64_t)SEATS * ROTATE);
        bool quiet = book_news[0] == '\0';
        c.faulty = 6;
        c.victim = victim;
        c.delay_ms = delay_ms;
        uint64_t took = blocks(&c, (uint64_t)4 * SEATS * ROTATE);
        seen += quiet && strcmp(book_news, "+slow-primary 6 ") == 0;
        worst = took > worst ? took : worst;
        book_news[0] = '\0';
        if (seed == 1) {
            const struct flag *f = flags_open(book, FLAG_SLOW_PRIMARY, 6);
            printf("# %s\n", f != NULL ? f->text : "no flag");
            c.faulty = 0;
            uint64_t blocks_left = 0;
            for (; blocks_left < 3 && flags_open(book, FLAG_SLOW_PRIMARY, 6) != NULL;
                 blocks_left++) {
                (void)blocks(&c, (uint64_t)SEATS * ROTATE);
            }
            ok(flags_open(book, FLAG_SLOW_PRIMARY, 6) == NULL,
               "%s: cleared when it is honest again", name);
        }
        end(&c);
    }
    printf("# %s: found in %llu of %d councils, after at most %llu of its blocks\n", name,
           (unsigned long long)seen, COUNCILS, (unsigned long long)worst);
    ok(seen == COUNCILS && worst <= most, "%s", name);
}

static struct hash id_of(uint64_t n)
{
    struct hash h = {{0}};
    memcpy(h.bytes, &n, sizeof(n));
    return h;
}

static void test_parts(void)
{
    struct primaries *p = primaries_new(4);
    struct hash a = id_of(1), b = id_of(2), c = id_of(3), none = id_of(0);
    primaries_view(p, 0, 1000);
    primaries_arrived(p, 1, &a, 1000);
    primaries_arrived(p, 1, &a, 1500);
    primaries_ordered(p, 1, &a, 0, true, 2000);
    primaries_ordered(p, 1, &a, 0, true, 9000);
    ok(primaries_waits(p, 1)->count == 1 && primaries_waits(p, 1)->values[0] == 1000,
       "a wait is from the first arrival");
    primaries_arrived(p, 3, &none, 1600);
    primaries_ordered(p, 3, &none, 0, false, 9000);
    is(primaries_waits(p, 1)->count, 1, "a block that was fetched says nothing");
    primaries_arrived(p, 1, &a, 10000);
    primaries_arrived(p, 2, &b, 10000);
    primaries_arrived(p, 3, &c, 10000);
    primaries_ordered(p, 3, &c, 0, true, 10500);
    is(primaries_waits(p, 1)->count, 1, "nor does what came in a crowd");
    primaries_ordered(p, 2, &b, 0, false, 10600);
    primaries_view(p, 1, 12000);
    primaries_ordered(p, 1, &a, 1, true, 13000);
    ok(primaries_waits(p, 2)->count == 0 && primaries_waits(p, 1)->count == 1,
       "what waited for the primary before is no measure of the next");
    for (uint64_t i = 0; i < 100; i++) {
        struct hash id = id_of(100 + i);
        primaries_arrived(p, 4, &id, 20000);
    }
    primaries_arrived(p, 4, &a, 19999 + PRIMARY_FORGOTTEN_MS);
    primaries_ordered(p, 4, &a, 1, true, 20500 + PRIMARY_FORGOTTEN_MS);
    is(primaries_waits(p, 2)->count, 0, "what nobody orders is forgotten, not at once");
    primaries_arrived(p, 4, &b, 30000 + PRIMARY_FORGOTTEN_MS);
    primaries_ordered(p, 4, &b, 1, true, 30500 + PRIMARY_FORGOTTEN_MS);
    is(primaries_waits(p, 2)->count, 1, "but in a minute");
    primaries_free(p);
    p = primaries_new(8);
    primaries_arrived(p, 1, &a, 1000);
    primaries_arrived(p, 1, &b, 1000);
    primaries_ordered(p, 1, &a, 0, true, 2000);
    primaries_ordered(p, 1, &b, 0, true, 3000);
    is(primaries_waits(p, 1)->count, 1, "of a seat's only the first counts");
    primaries_free(p);
    primaries_free(NULL);
}

int main(void)
{
    test_parts();
    test_honest();
    /* A wait is 250 ms on average otherwise. */
    found(9, 250 + BATCH_MS, 4 * ROTATE, "a primary that delays one seat, twice its wait");
    found(9, 1000 + BATCH_MS, 4 * ROTATE, "a primary that delays one seat by a second");
    found(0, 500, 3 * ROTATE, "a primary that delays everybody");
    flags_free(book);
    return tap_done();
}
