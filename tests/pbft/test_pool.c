/* SPDX-License-Identifier: ISC */
/* The pool by itself: turns, precedence, shares, timers, and who is shut out. */
#include "pbft/pool.h"

#include "base/alloc.h"
#include "hash/hash.h"
#include "tap.h"
#include "wire/shared.h"

#include <stdlib.h>
#include <string.h>

enum { SEATS = 4, NOW = 100000 };

static const struct pbft_judgement plain = {.deadline_ms = UINT64_MAX};

/* An envelope that is told apart by its number; the pool never looks into it. */
static struct envelope *make(uint16_t seat, enum envelope_sort sort, uint8_t number,
                             size_t size)
{
    struct envelope *e = alloc_zero(1, sizeof(*e));
    e->references = 1;
    e->owner = bytes_new(size);
    memset(e->owner->data, number, size);
    e->encoding = bytes_slice(e->owner);
    e->seat = seat;
    e->sort = sort;
    e->id.bytes[0] = number;
    e->id.bytes[1] = (uint8_t)seat;
    e->id.bytes[2] = (uint8_t)sort;
    return e;
}

static bool add(struct pool *p, uint16_t seat, uint8_t number, size_t size,
                const struct pbft_judgement *j)
{
    struct envelope *e = make(seat, ENVELOPE_SIGNED, number, size);
    bool added = pool_add(p, e, seat, j, NOW);
    envelope_unref(e);
    return added;
}

static void accuse(struct pool *p, uint16_t seat, uint8_t number, size_t size)
{
    struct envelope *e = make(seat, ENVELOPE_UNSIGNED, number, size);
    e->has_evidence = true;
    (void)pool_add(p, e, 1, &plain, NOW);
    envelope_unref(e);
}

/* "seat.number ..." of what is chosen for a block. */
static const char *choose(struct pool *p, uint64_t time_ms, size_t bytes)
{
    static char text[256];
    struct envelope **chosen = NULL;
    size_t count = pool_choose(p, time_ms, bytes, 1000, &chosen);
    size_t length = 0;
    text[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        length +=
            (size_t)snprintf(text + length, sizeof(text) - length, "%s%u.%u",
                             i > 0 ? " " : "", chosen[i]->seat, chosen[i]->id.bytes[0]);
    }
    free(chosen);
    return text;
}

static void chooses(struct pool *p, uint64_t time_ms, size_t bytes, const char *expected,
                    const char *name)
{
    const char *got = choose(p, time_ms, bytes);
    if (!ok(strcmp(got, expected) == 0, "%s", name)) {
        printf("#   got %s, expected %s\n", got, expected);
    }
}

static struct block *block_of(struct envelope **envelopes, size_t count, uint64_t time_ms)
{
    struct block *b = alloc_zero(1, sizeof(*b) + count * sizeof(struct envelope *));
    b->references = 1;
    b->owner = bytes_new(1);
    b->header.time_ms = time_ms;
    b->count = (uint32_t)count;
    for (size_t i = 0; i < count; i++) {
        b->envelopes[i] = envelope_ref(envelopes[i]);
    }
    return b;
}

static void test_turns(void)
{
    struct pool *p = alloc_zero(1, sizeof(*p));
    pool_init(p, SEATS, 100000);
    for (uint8_t i = 1; i <= 5; i++) {
        add(p, 2, i, 10, &plain);
    }
    add(p, 1, 1, 10, &plain);
    add(p, 4, 1, 10, &plain);
    add(p, 4, 2, 10, &plain);
    chooses(p, 0, 1000, "1.1 2.1 4.1 2.2 4.2 2.3 2.4 2.5",
            "a seat with many does not go before one with few");
    ok(choose(p, 0, 1000)[0] != '\0', "choosing takes nothing away");
    p->cursor = 0;
    chooses(p, 0, 20, "1.1 2.1", "for want of room a round stops");
    chooses(p, 0, 20, "4.1 1.1", "and goes on where it stopped");
    p->cursor = 1;
    chooses(p, 0, 1, "2.1", "one envelope is always taken");
    pool_free(p);
    free(p);
}

static void test_precedence(void)
{
    static const struct pbft_judgement emergency = {.emergency = true,
                                                    .deadline_ms = UINT64_MAX};
    static const struct pbft_judgement kept = {.keep = true, .deadline_ms = UINT64_MAX};
    static const struct pbft_judgement late = {.deadline_ms = 500};
    struct pool *p = alloc_zero(1, sizeof(*p));
    pool_init(p, SEATS, 100000);
    add(p, 1, 1, 10, &plain);
    add(p, 1, 2, 10, &emergency);
    add(p, 1, 3, 10, &emergency);
    add(p, 2, 1, 10, &plain);
    add(p, 3, 1, 10, &kept);
    chooses(p, 0, 1000, "1.2 2.1 1.3 1.1", "emergencies go first within their seat's turn");
    accuse(p, 4, 9, 10);
    p->cursor = 0;
    chooses(p, 0, 1000, "4.9 1.2 2.1 1.3 1.1", "EVIDENCE goes before all else");
    add(p, 4, 2, 30, &late);
    add(p, 3, 2, 20, &late);
    p->cursor = 0;
    chooses(p, 499, 20, "4.9 1.2", "what has time waits for its turn");
    p->cursor = 0;
    chooses(p, 500, 20, "4.9 3.2 4.2",
            "what is at its deadline goes first, small ones first, "
            "with more room");
    pool_free(p);
    free(p);
}

static void test_shares(void)
{
    static const struct pbft_judgement kept = {.keep = true, .deadline_ms = UINT64_MAX};
    struct pool *p = alloc_zero(1, sizeof(*p));
    pool_init(p, SEATS, 100);
    ok(add(p, 1, 1, 60, &plain), "an envelope is admitted");
    ok(!add(p, 1, 1, 60, &plain), "the same one again is not");
    ok(!add(p, 1, 2, 60, &plain), "nor is one beyond the channel's share");
    ok(add(p, 2, 2, 60, &plain), "another channel has its own share");
    pool_free(p);
    memset(p, 0, sizeof(*p));
    pool_init(p, SEATS, 100000);
    unsigned admitted = 0;
    for (unsigned i = 0; i < 100; i++) {
        admitted += add(p, 3, (uint8_t)i, 1, &kept);
    }
    is(admitted, POOL_KEEP_MAX, "undecidable ones of a channel are bounded");
    is(p->ready, 0, "and are not proposed");
    ok(pool_oldest(p) == UINT64_MAX, "nor waited for");
    pool_free(p);
    free(p);
}

static void test_timers(void)
{
    struct pool *p = alloc_zero(1, sizeof(*p));
    pool_init(p, SEATS, 100000);
    struct envelope *a = make(1, ENVELOPE_SIGNED, 1, 10),
                    *b = make(1, ENVELOPE_SIGNED, 2, 10),
                    *u = make(1, ENVELOPE_UNSIGNED, 3, 10),
                    *o = make(2, ENVELOPE_SIGNED, 4, 10);
    ok(pool_oldest(p) == UINT64_MAX, "no timer runs when nothing waits");
    pool_add(p, a, 1, &plain, 1000);
    pool_add(p, b, 1, &plain, 2000);
    pool_add(p, u, 1, &plain, 3000);
    pool_add(p, o, 2, &plain, 4000);
    is((int64_t)pool_oldest(p), 1000, "the first envelope starts its queue's timer");
    struct block *first = block_of(&a, 1, 0),
                 *others = block_of((struct envelope *[]){u, o}, 2, 0);
    pool_ordered(p, first, 5000);
    is((int64_t)pool_oldest(p), 3000,
       "an ordered one restarts that of its seat and sort only");
    is((int64_t)p->queues[0][ENVELOPE_SIGNED].since_ms, 5000, "from that moment");
    pool_ordered(p, others, 6000);
    is((int64_t)pool_oldest(p), 5000, "queues that are empty have none");
    pool_enter_chain(p, others, 3, 6500);
    ok(pool_oldest(p) == 5000 && p->ready == 1,
       "what is in the chain waits, but is not ready");
    pool_leave_chain(p);
    is(p->ready, 3, "what leaves the chain is ready again");
    pool_restart_timers(p, 7000);
    is((int64_t)pool_oldest(p), 7000, "all restart at once");
    block_unref(first);
    block_unref(others);
    envelope_unref(a);
    envelope_unref(b);
    envelope_unref(u);
    envelope_unref(o);
    pool_free(p);
    free(p);
}

static void test_shut_out(void)
{
    static const struct pbft_judgement late = {.deadline_ms = 500};
    struct pool *p = alloc_zero(1, sizeof(*p));
    pool_init(p, SEATS, 100000);
    struct envelope *a = make(1, ENVELOPE_SIGNED, 1, 40),
                    *b = make(2, ENVELOPE_SIGNED, 2, 60),
                    *x = make(3, ENVELOPE_SIGNED, 3, 60),
                    *junk = make(4, ENVELOPE_SIGNED, 4, 90);
    pool_add(p, a, 1, &late, 1000);
    struct block *before = block_of(NULL, 0, 499), *at = block_of(NULL, 0, 500),
                 *with = block_of(&a, 1, 500), *full = block_of(&junk, 1, 500);
    ok(!pool_is_shut_out(p, before, 100, 3000, 500), "a block before the deadline is fine");
    ok(pool_is_shut_out(p, at, 100, 3000, 500), "one at the deadline shuts the ballot out");
    ok(!pool_is_shut_out(p, at, 100, 1500, 500), "not if it has just come");
    ok(!pool_is_shut_out(p, with, 100, 3000, 500), "nor if the block holds it");
    ok(pool_is_shut_out(p, full, 100, 3000, 500),
       "that the block is full of other things is "
       "no excuse");
    pool_add(p, b, 2, &late, 1000);
    pool_add(p, x, 3, &late, 1000);
    struct block *two = block_of((struct envelope *[]){a, b}, 2, 500);
    ok(pool_is_shut_out(p, two, 160, 3000, 500), "one of three is left out though it fits");
    ok(!pool_is_shut_out(p, two, 150, 3000, 500),
       "it is excused when there is no room for it");
    pool_ordered(p, with, 2000);
    struct block *rest = block_of((struct envelope *[]){b, x}, 2, 500);
    pool_add(p, a, 1, &late, 1000);
    ok(!pool_is_shut_out(p, rest, 1000, 3000, 500),
       "a seat that was served since it came is not starved");
    struct block *all[] = {before, at, with, full, two, rest};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        block_unref(all[i]);
    }
    envelope_unref(a);
    envelope_unref(b);
    envelope_unref(x);
    envelope_unref(junk);
    pool_free(p);
    free(p);
}

/* However little a block may hold: what the primary chooses is what others prepare. */
static void test_evidence_shuts_nobody_out(void)
{
    static const struct pbft_judgement ballot = {.deadline_ms = 500};
    struct pool *p = alloc_zero(1, sizeof(*p));
    pool_init(p, SEATS, 100000);
    accuse(p, 3, 1, 300);
    accuse(p, 4, 1, 300);
    add(p, 1, 1, 100, &ballot);
    add(p, 2, 1, 100, &ballot);
    chooses(p, 500, 20, "1.1 2.1", "a small block holds what will be too late");
    chooses(p, 500, 320, "3.1 1.1 2.1", "EVIDENCE has room of its own besides, in front");
    chooses(p, 499, 320, "3.1", "and goes first where nothing is urgent");
    struct envelope **chosen = NULL;
    size_t count = pool_choose(p, 500, 320, 1000, &chosen);
    struct block *b = block_of(chosen, count, 500);
    ok(!pool_is_shut_out(p, b, 1000, NOW + 1000, 100), "nobody is shut out");
    block_unref(b);
    free(chosen);
    pool_free(p);
    free(p);
}

/* However many there are against one seat: a block with two would be invalid. */
static void test_one_accusation(void)
{
    struct pool *p = alloc_zero(1, sizeof(*p));
    pool_init(p, SEATS, 100000);
    accuse(p, 3, 1, 10);
    accuse(p, 3, 2, 10);
    accuse(p, 4, 3, 10);
    add(p, 2, 4, 10, &plain);
    chooses(p, 0, 1000, "3.1 4.3 2.4", "one EVIDENCE against each seat");
    p->cursor = 0;
    struct envelope *e = make(3, ENVELOPE_UNSIGNED, 1, 10);
    struct block *b = block_of(&e, 1, 100);
    pool_enter_chain(p, b, 2, NOW);
    chooses(p, 0, 1000, "4.3 2.4", "none while one is in the chain");
    p->cursor = 0;
    pool_leave_chain(p);
    struct envelope *unknown = make(4, ENVELOPE_UNSIGNED, 9, 10);
    unknown->has_evidence = true;
    struct block *other = block_of(&unknown, 1, 100);
    pool_enter_chain(p, other, 2, NOW);
    pool_leave_chain(p);
    chooses(p, 0, 1000, "3.1 4.3 2.4", "nor a second that came in a block");
    block_unref(b);
    block_unref(other);
    envelope_unref(e);
    envelope_unref(unknown);
    pool_free(p);
    free(p);
}

/* A block has room for so many envelopes, whatever their size, and nobody is blamed for it.
 */
static void test_most_envelopes(void)
{
    enum { MORE = BLOCK_ENVELOPES_MAX + 10 };
    static const struct pbft_judgement ballot = {.deadline_ms = 500};
    struct pool *p = alloc_zero(1, sizeof(*p));
    struct envelope **chosen = NULL;
    pool_init(p, SEATS, 100000);
    for (unsigned i = 0; i < MORE; i++) {
        struct envelope *e = make((uint16_t)(1 + i % SEATS), ENVELOPE_SIGNED, 1, 10);
        memcpy(e->id.bytes + 3, &i, sizeof(i));
        (void)pool_add(p, e, 1, i < 5 ? &plain : &ballot, NOW);
        envelope_unref(e);
    }
    accuse(p, 4, 7, 10);
    size_t count = pool_choose(p, 499, 100000, 100000, &chosen);
    is((int64_t)count, BLOCK_ENVELOPES_MAX, "a block holds 1,024 envelopes");
    ok(chosen[0]->has_evidence, "EVIDENCE among them");
    free(chosen);
    count = pool_choose(p, 500, 100000, 100000, &chosen);
    is((int64_t)count, BLOCK_ENVELOPES_MAX, "at a deadline, too");
    struct block *b = block_of(chosen, count, 500);
    ok(!pool_is_shut_out(p, b, 100000, NOW + 1000, 100), "and shuts nobody out");
    b->count--;
    ok(pool_is_shut_out(p, b, 100000, NOW + 1000, 100), "as one with room would");
    b->count++;
    block_unref(b);
    free(chosen);
    pool_free(p);
    free(p);
}

/* An envelope that came in a block which was abandoned has no judgement yet; its own sender
 * brings one. */
static void test_judged_later(void)
{
    static const struct pbft_judgement late = {.deadline_ms = 500};
    struct pool *p = alloc_zero(1, sizeof(*p));
    pool_init(p, SEATS, 100000);
    struct envelope *a = make(1, ENVELOPE_SIGNED, 1, 40);
    struct block *b = block_of(&a, 1, 400), *empty = block_of(NULL, 0, 500);
    pool_enter_chain(p, b, 2, 1000);
    pool_leave_chain(p);
    ok(!pool_is_shut_out(p, empty, 100, 3000, 500), "nothing is known of its deadline");
    ok(!pool_add(p, a, 1, &late, 1100), "it is there already");
    ok(pool_is_shut_out(p, empty, 100, 3000, 500), "but now it has a deadline");
    chooses(p, 500, 1, "1.1", "and goes first");
    block_unref(b);
    block_unref(empty);
    envelope_unref(a);
    pool_free(p);
    free(p);
}

/* A primary's block may bring more than its channel's share: until it is abandoned. */
static void test_abandoned(void)
{
    struct pool *p = alloc_zero(1, sizeof(*p));
    pool_init(p, SEATS, 100);
    struct envelope *e[] = {make(2, ENVELOPE_SIGNED, 1, 60),
                            make(3, ENVELOPE_SIGNED, 2, 60),
                            make(4, ENVELOPE_SIGNED, 3, 60)};
    struct block *b = block_of(e, 3, 400);
    pool_enter_chain(p, b, 1, NOW);
    pool_enter_chain(p, b, 1, NOW);
    is((int64_t)p->ready, 0, "what is in the chain is not proposed");
    is((int64_t)p->channel_bytes[0], 180, "and charged to the primary, once");
    pool_leave_chain(p);
    is((int64_t)p->ready, 1, "of an abandoned block what the share holds waits again");
    is((int64_t)p->channel_bytes[0], 60, "the rest is given up");
    is((int64_t)pool_oldest(p), NOW, "with its timers");
    ok(p->queues[1][0].since_ms == UINT64_MAX, "and no others");
    ok(!add(p, 4, 3, 60, &plain), "who sends it again brings nothing new");
    is((int64_t)p->channel_bytes[3], 0, "nor is charged");
    ok(pool_add(p, e[1], 3, &plain, NOW + 5), "what was given up may come again");
    for (size_t i = 0; i < 3; i++) {
        envelope_unref(e[i]);
    }
    block_unref(b);
    pool_free(p);
    free(p);
}

/* More is urgent than there is room for. */
static void test_too_urgent(void)
{
    static const struct pbft_judgement late = {.deadline_ms = 500};
    struct pool *p = alloc_zero(1, sizeof(*p));
    pool_init(p, SEATS, 100000);
    add(p, 1, 1, 600, &late);
    add(p, 2, 1, 500, &late);
    add(p, 3, 1, 700, &late);
    chooses(p, 500, 100, "2.1", "a block holds the small ones of what is urgent");
    chooses(p, 500, 100, "2.1", "and forgets nothing of what it does not");
    is((int64_t)p->ready, 3, "which waits");
    pool_free(p);
    free(p);
}

/* Where a block's envelopes are looked for by their bytes. */
static void test_encodings(void)
{
    struct pool *p = alloc(sizeof(*p));
    pool_init(p, SEATS, 10000);
    struct envelope *one = make(1, ENVELOPE_SIGNED, 7, 100);
    struct envelope *like = make(2, ENVELOPE_SIGNED, 7, 100);
    struct envelope *tiny = make(3, ENVELOPE_UNSIGNED, 7, 2);
    like->owner->data[0] = 8; /* the same tail */
    ok(pool_find_encoding(p, one->encoding) == NULL, "an empty pool knows no bytes");
    (void)pool_add(p, one, 1, &plain, NOW);
    (void)pool_add(p, like, 2, &plain, NOW);
    (void)pool_add(p, tiny, 3, &plain, NOW);
    struct bytes *copy = bytes_copy(one->encoding);
    const struct pool_entry *e = pool_find_encoding(p, bytes_slice(copy));
    ok(e != NULL && e->envelope == one, "it is found by its bytes, wherever they are");
    e = pool_find_encoding(p, like->encoding);
    ok(e != NULL && e->envelope == like, "and not taken for one that ends alike");
    e = pool_find_encoding(p, tiny->encoding);
    ok(e != NULL && e->envelope == tiny, "as short as it may be");
    ok(pool_find_encoding(p, slice_of(copy->data, 99)) == NULL, "not by a part of them");
    struct block *b = alloc_zero(1, sizeof(*b) + sizeof(struct envelope *));
    b->count = 1;
    b->envelopes[0] = one;
    pool_ordered(p, b, NOW);
    ok(pool_find_encoding(p, bytes_slice(copy)) == NULL, "what was ordered is gone");
    e = pool_find_encoding(p, like->encoding);
    ok(e != NULL && e->envelope == like, "its neighbour is not");
    pool_free(p);
    free(p);
    free(b);
    bytes_unref(copy);
    envelope_unref(one);
    envelope_unref(like);
    envelope_unref(tiny);
}

int main(void)
{
    test_abandoned();
    test_too_urgent();
    test_turns();
    test_precedence();
    test_shares();
    test_timers();
    test_shut_out();
    test_evidence_shuts_nobody_out();
    test_one_accusation();
    test_most_envelopes();
    test_judged_later();
    test_encodings();
    return tap_done();
}
