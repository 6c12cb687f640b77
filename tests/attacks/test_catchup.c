/* SPDX-License-Identifier: ISC */
/* A donor that lies to a node which is behind. */
#include "scene.h"

#include "base/clock.h"
#include "hash/hash.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <stdlib.h>
#include <string.h>

enum { LIMIT_S = 300, MEMORY_MIB = 128, SEATS = 7, EVIL = 7, BEHIND = 5, LEVEL_MS = 60000 };

struct donor {
    struct buffer range;  /* a true one, as it came */
    unsigned trick;       /* the next lie */
    unsigned asked, told; /* by the one behind; answered */
};

static void on_message(void *context, struct evil *e, uint16_t victim,
                       const struct message *m)
{
    struct donor *d = context;
    if (m->tag == MESSAGE_RANGE && m->range.block_count > 1 && d->range.size == 0) {
        codec_encode_message(&d->range, m);
    }
    if (victim != BEHIND || d->range.size == 0 ||
        (m->tag != MESSAGE_FETCH_RANGE && m->tag != MESSAGE_FETCH_BLOCK)) {
        return;
    }
    d->asked++;
    struct buffer lie = {0};
    buffer_append_slice(&lie, buffer_slice(&d->range));
    switch (d->trick++ % 7) {
    case 0: /* true, and of no use: it begins with what is known */
    case 1:
        break;
    case 2: /* a bit of an operation or a hash is another one */
        lie.data[lie.size / 2] ^= 1;
        break;
    case 3: /* truncated */
        lie.size = lie.size * 2 / 3;
        break;
    case 4: /* the certificate's last signature */
        lie.data[lie.size - 1] ^= 1;
        break;
    case 5: { /* empty */
        struct message empty = {.tag = MESSAGE_RANGE};
        empty.range.from = m->tag == MESSAGE_FETCH_RANGE ? m->fetch_range.from : 1;
        lie.size = 0;
        codec_encode_message(&lie, &empty);
        break;
    }
    default: /* nothing at all */
        lie.size = 0;
        break;
    }
    if (lie.size > 0) {
        d->told++;
        evil_frame(e, victim, buffer_slice(&lie));
    }
    buffer_free(&lie);
}

/* Some blocks, all with something in them. */
static void decide_some(struct scene *s, unsigned count)
{
    bool good = true;
    for (unsigned i = 0; i < count; i++) {
        good = scene_decide(s, DECIDE_MS) >= 0 && good;
    }
    ok(good, "%u decisions", count);
}

/* The evil donor is the first to be connected, claims the most, and is asked. */
static void test_lies(struct scene *s)
{
    struct donor d = {.trick = 0};
    unsigned rounds = scene_is_long() ? 20 : 2;
    scene_begin(s, "a donor that lies");
    live_stop(s->l, BEHIND, 10000);
    decide_some(s, scene_is_long() ? 60 : 8);
    is(evil_connect_all(s->e), SEATS - 2, "the evil donor is connected");
    s->e->on_message = on_message;
    s->e->context = &d;
    struct message ask = {.tag = MESSAGE_FETCH_RANGE, .fetch_range = {1}};
    evil_send(s->e, 1, &ask);
    uint64_t until = clock_monotonic_ms() + DECIDE_MS;
    while (d.range.size == 0 && clock_monotonic_ms() < until) {
        evil_pump(s->e, 10);
    }
    if (!ok(d.range.size > 0, "and has a true range of %zu bytes", d.range.size)) {
        return;
    }
    for (unsigned i = 0; i < rounds; i++) {
        live_start(s->l, BEHIND);
        uint64_t start = clock_monotonic_ms();
        bool ready = live_wait_ready(s->l, BEHIND, LIVE_START_MS);
        json_int_t height = live_number(s->l, 1, "height");
        json_int_t own = -1;
        while (own < height && clock_monotonic_ms() - start < LEVEL_MS) {
            if (!evil_is_up(s->e, BEHIND)) {
                (void)evil_connect(s->e, BEHIND);
            }
            evil_heartbeat(s->e, BEHIND, (uint64_t)1 << 63, (uint64_t)1 << 63);
            evil_pump(s->e, 20);
            own = live_number(s->l, BEHIND, "height");
        }
        ok(ready && own >= height, "round %u: level after %llu ms, in spite of %u lies",
           i + 1, (unsigned long long)(clock_monotonic_ms() - start), d.told);
        if (i + 1 < rounds) {
            live_stop(s->l, BEHIND, 10000);
            decide_some(s, 4);
        }
    }
    /* It goes on asking the liar, who claims the most; it is not harmed by that. */
    until = clock_monotonic_ms() + (scene_is_long() ? 30000 : 4000);
    while (clock_monotonic_ms() < until) {
        if (!evil_is_up(s->e, BEHIND)) {
            (void)evil_connect(s->e, BEHIND);
        }
        evil_heartbeat(s->e, BEHIND, 0, UINT64_MAX);
        evil_pump(s->e, 50);
    }
    printf("# asked %u times, lied %u times\n", d.asked, d.told);
    ok(d.told > 0, "the liar was asked, and lied");
    s->e->on_message = NULL;
    evil_drop(s->e, 0);
    scene_check(s, "a donor that lies", MEMORY_MIB);
    ok(live_log_count(s->l, BEHIND, "chain.forked") == 0 &&
           live_log_count(s->l, BEHIND, "state.diverged") == 0,
       "nothing was believed");
    buffer_free(&d.range);
}

int main(void)
{
    live_limit(LIMIT_S);
    struct scene *s = scene_new(SEATS, EVIL, SCENE_TIMING, NULL);
    test_lies(s);
    scene_free(s);
    return tap_done();
}
