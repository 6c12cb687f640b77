/* SPDX-License-Identifier: ISC */
/* The primary of view 0, seat 1, is evil; each attack meets a new council. */
#include "scene.h"

#include "base/clock.h"
#include "hash/hash.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <stdlib.h>
#include <string.h>

enum {
    LIMIT_S = 400,
    MEMORY_MIB = 128,
    SEATS = 4,
    EVIL = 1,
    STARVED = 3,
    NOTICE_MS = 15000
};

struct primary {
    struct hash tip, root;
    uint64_t height, time_ms;
    uint16_t starved; /* whose envelopes it ignores */
    bool withholds;   /* its COMMITs */
    uint64_t blocks;
};

static struct primary primary_new(struct scene *s)
{
    struct primary p = {.tip = s->l->charter->council_id,
                        .root = scene_hash(s, 2, "state_root"),
                        .time_ms = clock_wall_ms()};
    return p;
}

static struct header next_header(const struct primary *p)
{
    return (struct header){.version = PROTOCOL_VERSION,
                           .height = p->height + 1,
                           .prev_hash = p->tip,
                           .time_ms = p->time_ms,
                           .state_root = p->root};
}

static struct hash pre_prepare(struct evil *e, uint16_t victim, struct header h,
                               struct envelope *const *envelopes, size_t count)
{
    struct message m = {.tag = MESSAGE_PRE_PREPARE};
    m.pre_prepare.block = hash_build_block(&h, envelopes, count);
    struct hash hash = m.pre_prepare.block->hash;
    struct vote v =
        signers_vote(&e->signers, PHASE_PREPARE, e->seat, h.view, h.height, &hash);
    m.pre_prepare.signature = v.signature;
    evil_send(e, victim, &m);
    block_unref(m.pre_prepare.block);
    return hash;
}

/* --- attacks: what it sends at the start --- */

typedef void attack(struct scene *s, struct primary *p);

static void be_silent(struct scene *s, struct primary *p)
{
    (void)s, (void)p;
}

static void equivocate(struct scene *s, struct primary *p)
{
    struct header a = next_header(p), b = next_header(p);
    b.time_ms++;
    (void)pre_prepare(s->e, 2, a, NULL, 0);
    (void)pre_prepare(s->e, 3, a, NULL, 0);
    (void)pre_prepare(s->e, 4, b, NULL, 0);
    evil_pump(s->e, 100);
    (void)pre_prepare(s->e, 2, b, NULL, 0);
    (void)pre_prepare(s->e, 3, b, NULL, 0);
    (void)pre_prepare(s->e, 4, a, NULL, 0);
}

static void tell_one(struct scene *s, struct primary *p)
{
    struct hash hash = pre_prepare(s->e, 2, next_header(p), NULL, 0);
    evil_vote(s->e, 2, PHASE_COMMIT, 0, 1, &hash);
}

static void lie_about_state(struct scene *s, struct primary *p)
{
    struct header h = next_header(p);
    h.state_root.bytes[0] ^= 1;
    (void)pre_prepare(s->e, 0, h, NULL, 0);
}

static void live_in_the_past(struct scene *s, struct primary *p)
{
    struct header h = next_header(p);
    h.time_ms -= 3600 * 1000;
    (void)pre_prepare(s->e, 0, h, NULL, 0);
}

static void live_in_the_future(struct scene *s, struct primary *p)
{
    struct header h = next_header(p);
    h.time_ms += 3600 * 1000;
    (void)pre_prepare(s->e, 0, h, NULL, 0);
}

static void live_at_the_end_of_time(struct scene *s, struct primary *p)
{
    struct header h = next_header(p);
    h.time_ms = UINT64_MAX;
    (void)pre_prepare(s->e, 0, h, NULL, 0);
}

static void jump(struct scene *s, struct primary *p)
{
    for (uint64_t height = 2; height < 100; height++) {
        struct header h = next_header(p);
        h.height = height;
        (void)pre_prepare(s->e, 0, h, NULL, 0);
    }
    struct header h = next_header(p);
    h.height = UINT64_MAX;
    (void)pre_prepare(s->e, 0, h, NULL, 0);
}

/* An envelope in another seat's name with the evil one's signature. */
static void forge_operations(struct scene *s, struct primary *p)
{
    struct operation op = signers_ballot(2, 1, 1);
    struct envelope *forged = signers_envelope(&s->e->signers, 2, EVIL, &op, 1);
    hash_envelope(forged);
    (void)pre_prepare(s->e, 0, next_header(p), &forged, 1);
    envelope_unref(forged);
}

/* The same void operations fill every block. */
static void repeat_operations(struct scene *s, struct primary *p)
{
    struct operation op = signers_ballot(EVIL, 1, 1);
    struct envelope *list[64];
    for (size_t i = 0; i < 64; i++) {
        list[i] = signers_envelope(&s->e->signers, EVIL, EVIL, &op, 1);
        hash_envelope(list[i]);
    }
    for (unsigned i = 0; i < 8; i++) {
        p->tip = pre_prepare(s->e, 0, next_header(p), list, 64);
        p->height++;
        p->time_ms++;
        evil_vote(s->e, 0, PHASE_COMMIT, 0, p->height, &p->tip);
    }
    for (size_t i = 0; i < 64; i++) {
        envelope_unref(list[i]);
    }
}

/* Signatures to check by the thousand, each of them good. */
static void accuse_itself(struct scene *s, struct primary *p)
{
    static struct envelope *list[BLOCK_ENVELOPES_MAX];
    for (size_t i = 0; i < BLOCK_ENVELOPES_MAX; i++) {
        struct operation op = evil_evidence(s->e, i);
        list[i] = signers_envelope(&s->e->signers, EVIL, EVIL, &op, 1);
        hash_envelope(list[i]);
    }
    (void)pre_prepare(s->e, 0, next_header(p), list, BLOCK_ENVELOPES_MAX);
    for (size_t i = 0; i < BLOCK_ENVELOPES_MAX; i++) {
        envelope_unref(list[i]);
    }
}

/* --- a primary that works, almost --- */

static void on_message(void *context, struct evil *e, uint16_t victim,
                       const struct message *m)
{
    struct primary *p = context;
    if (m->tag != MESSAGE_ENVELOPE || m->envelope->seat != victim || victim == p->starved) {
        return;
    }
    uint64_t now = clock_wall_ms();
    p->time_ms = now > p->time_ms ? now : p->time_ms + 1;
    struct envelope *list[] = {m->envelope};
    hash_envelope(m->envelope);
    p->tip = pre_prepare(e, 0, next_header(p), list, 1);
    p->height++;
    p->blocks++;
    if (!p->withholds) {
        evil_vote(e, 0, PHASE_COMMIT, 0, p->height, &p->tip);
    }
}

static void starve(struct scene *s, struct primary *p)
{
    p->starved = STARVED;
    s->e->on_message = on_message;
    s->e->context = p;
}

static void withhold(struct scene *s, struct primary *p)
{
    p->withholds = true;
    s->e->on_message = on_message;
    s->e->context = p;
}

/* --- the checks --- */

static void run(const char *name, attack *fn, const char *logged, bool convicted)
{
    struct scene *s = scene_new(SEATS, EVIL, SCENE_TIMING, NULL);
    struct primary p = primary_new(s);
    char id[LIVE_ID_BYTES];
    scene_begin(s, name);
    is(evil_connect_all(s->e), SEATS - 1, name);
    fn(s, &p);
    uint64_t start = clock_monotonic_ms();
    is(live_propose(s->l, STARVED, "quick", "under an evil primary", NULL, id), 0,
       "a proposal");
    json_t *final = NULL;
    while (final == NULL && clock_monotonic_ms() - start < DECIDE_MS) {
        evil_pump(s->e, 20);
        final = live_wait_final(s->l, STARVED, id, 0);
    }
    ok(final != NULL, "%s: decided after %llu ms", name,
       (unsigned long long)(clock_monotonic_ms() - start));
    json_decref(final);
    if (s->e->on_message != NULL) {
        ok(p.blocks > 0, "%s: it did propose (%llu blocks)", name,
           (unsigned long long)p.blocks);
    }
    if (logged != NULL) {
        bool found = false;
        for (uint64_t i = 2; i <= SEATS && !found; i++) {
            found = live_wait_log(s->l, (unsigned)i, logged, 100);
        }
        ok(found, "%s: the log has %s", name, logged);
    }
    if (convicted) {
        ok(live_wait_log(s->l, 2, "seat.convicted", NOTICE_MS), "%s: it is convicted",
           name);
    }
    evil_drop(s->e, 0);
    scene_check(s, name, MEMORY_MIB);
    scene_free(s);
}

static const struct {
    const char *name;
    attack *fn;
    const char *logged;
    bool convicted;
    bool is_long;
} attacks[] = {
    {"a silent primary", be_silent, "view.change-started", false, true},
    {"two blocks at one height", equivocate, NULL, true, false},
    {"a block for one seat alone", tell_one, "view.change-started", false, true},
    {"a false state root", lie_about_state, "cause=state-root", false, false},
    {"a block of an hour ago", live_in_the_past, "cause=time", false, false},
    {"a block of an hour from now", live_in_the_future, "view.change-started", false, true},
    {"a block at the end of time", live_at_the_end_of_time, "view.change-started", false,
     false},
    {"jumps in height", jump, "view.change-started", false, false},
    {"forged operations in a block", forge_operations, "peer.bad-message", false, false},
    {"a block full of EVIDENCE", accuse_itself, "peer.bad-message", false, false},
    {"the same operations in every block", repeat_operations, NULL, false, true},
    {"one seat starved", starve, "view.change-started", false, false},
    {"a primary that withholds its COMMIT", withhold, NULL, false, true},
};

/* With an argument: only the attacks whose names hold it. */
int main(int argc, char **argv)
{
    live_limit(LIMIT_S);
    for (size_t i = 0; i < sizeof(attacks) / sizeof(attacks[0]); i++) {
        bool wanted = argc < 2 ? scene_is_long() || !attacks[i].is_long
                               : strstr(attacks[i].name, argv[1]) != NULL;
        if (wanted) {
            run(attacks[i].name, attacks[i].fn, attacks[i].logged, attacks[i].convicted);
        }
    }
    return tap_done();
}
