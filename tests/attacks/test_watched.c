/* SPDX-License-Identifier: ISC */
/*
 * A seat against those who watch: it comes and goes and says nothing, so that it is never
 * silent; its beats claim what cannot be, so that others are flagged; both as fast as it
 * can, so that every node writes all the time.
 */
#include "scene.h"

#include "base/clock.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    LIMIT_S = 300,
    MEMORY_MIB = 192,
    SEATS = 4,
    EVIL = 4,
    WATCHER = 1,
    BEAT_MS = 100,
    WAIT_MS = 20000,
    KINDS = 4 /* that a seat can raise and clear by what it says of itself */
};

/* --- flags of the watcher --- */

/* Flags of a kind (NULL: of any) at a seat, in whatever state. */
static size_t flags_of(struct scene *s, const char *kind, unsigned seat)
{
    json_t *params =
        json_pack("{s:s,s:i,s:i}", "state", "all", "seat", (int)seat, "limit", 200);
    if (kind != NULL) {
        (void)json_object_set_new(params, "kind", json_string(kind));
    }
    json_t *answer = live_call(s->l, WATCHER, "flags", params);
    size_t count = json_array_size(json_object_get(answer, "flags"));
    for (size_t i = 0; i < count && seat != EVIL; i++) {
        const json_t *f = json_array_get(json_object_get(answer, "flags"), i);
        printf("#   seat %u: %s\n", seat, json_string_value(json_object_get(f, "text")));
    }
    json_decref(answer);
    return count;
}

static bool wait_flag(struct scene *s, const char *kind)
{
    uint64_t end = clock_monotonic_ms() + WAIT_MS;
    while (flags_of(s, kind, EVIL) == 0 && clock_monotonic_ms() < end) {
        live_pump(s->l, BEAT_MS);
    }
    return flags_of(s, kind, EVIL) > 0;
}

static json_int_t beats_of(struct scene *s)
{
    json_t *answer = live_call(s->l, WATCHER, "heartbeats", NULL);
    json_int_t slot = json_integer_value(json_object_get(answer, "slot"));
    json_decref(answer);
    return slot;
}

/* --- what it does --- */

static void come_and_go(struct evil *e, void *context, uint64_t round)
{
    (void)context, (void)round;
    for (uint16_t v = 1; v < EVIL; v++) {
        evil_drop(e, v);
        (void)evil_connect(e, v);
    }
    (void)usleep(100000);
}

/* The answer to a beat of the victim's, so that an offset is measured. */
static void lie(struct evil *e, uint16_t victim, const struct heartbeat *to, uint64_t round)
{
    static const uint64_t wrong[] = {(uint64_t)1 << 63, UINT64_MAX, 0, (uint64_t)1 << 62};
    static const char version[] = "evil";
    struct message m = {.tag = MESSAGE_HEARTBEAT};
    struct heartbeat *h = &m.heartbeat;
    bool is_wrong = round / 4 % 2 == 0;
    h->view = h->height = is_wrong ? wrong[round % 4] : to->height;
    h->monotonic_ms = clock_monotonic_ms();
    h->wall_ms = is_wrong ? wrong[round % 4] : clock_wall_ms();
    h->echo_ms = to->monotonic_ms;
    h->flags = is_wrong ? UINT32_MAX : 0;
    memcpy(h->instance, e->instance, INSTANCE_BYTES);
    h->version = slice_of(version, sizeof(version) - 1);
    evil_send(e, victim, &m);
}

static void on_message(void *context, struct evil *e, uint16_t victim,
                       const struct message *m)
{
    static uint64_t rounds[SEATS];
    (void)context;
    if (m->tag == MESSAGE_HEARTBEAT) {
        lie(e, victim, &m->heartbeat, rounds[victim - 1]++);
    }
}

static void flutter(struct evil *e, void *context, uint64_t round)
{
    (void)context, (void)round;
    e->on_message = on_message;
    evil_pump(e, 10);
    for (uint16_t v = 1; v < EVIL; v++) {
        if (!evil_is_up(e, v)) {
            (void)evil_connect(e, v);
        }
    }
}

static void reopen_all(struct evil *e)
{
    for (uint16_t v = 1; v < EVIL; v++) {
        if (!evil_is_up(e, v)) {
            (void)evil_connect(e, v);
        }
    }
}

/* More operations than a seat may bring: one envelope, again and again. */
static void overdo(struct evil *e, void *context, uint64_t round)
{
    static struct operation ops[ENVELOPE_OPERATIONS_MAX];
    static struct buffer content;
    (void)context, (void)round;
    reopen_all(e);
    if (content.size == 0) {
        for (unsigned i = 0; i < ENVELOPE_OPERATIONS_MAX; i++) {
            ops[i] = signers_ballot(e->seat, (uint8_t)i, (uint8_t)(i >> 8));
        }
        struct message m = {.tag = MESSAGE_ENVELOPE};
        m.envelope =
            signers_envelope(&e->signers, e->seat, e->seat, ops, ENVELOPE_OPERATIONS_MAX);
        codec_encode_message(&content, &m);
        message_clear(&m);
    }
    for (int i = 0; i < 20 && evil_unsent(e, WATCHER) < 4 * MIB; i++) {
        evil_frame(e, WATCHER, buffer_slice(&content));
    }
}

static void babble(struct evil *e, void *context, uint64_t round)
{
    (void)context, (void)round;
    reopen_all(e);
    for (uint16_t v = 1; v < EVIL; v++) {
        evil_frame(e, v, slice_of_string("what?"));
    }
    evil_pump(e, 50);
}

static void forge(struct evil *e, void *context, uint64_t round)
{
    struct operation op = signers_ballot(1, (uint8_t)round, 1);
    (void)context;
    reopen_all(e);
    evil_envelope(e, 0, 1, &op, 1); /* signed with its own key */
    evil_pump(e, 100);
}

/* --- what comes of it --- */

static void test_come_and_go(struct scene *s)
{
    const char *name = "a seat that comes and goes";
    scene_begin(s, name);
    pid_t pid = evil_fork(s->e, come_and_go, NULL);
    ok(wait_flag(s, "silent"), "%s and says nothing is silent", name);
    scene_check(s, name, MEMORY_MIB);
    evil_stop(s->e, pid);
}

static void load(struct scene *s)
{
    json_decref(live_call(s->l, 2, "bench.submit",
                          json_pack("{s:i,s:i}", "operations", 500, "size", 0)));
}

static void test_flutter(struct scene *s)
{
    const char *name = "a seat whose beats flutter";
    scene_begin(s, name);
    (void)evil_connect_all(s->e);
    pid_t pid = evil_fork(s->e, flutter, NULL);
    unsigned told = live_log_count(s->l, WATCHER, "event=flag.");
    json_int_t first = beats_of(s);
    ok(wait_flag(s, "clock-skew"), "%s has a clock that is off", name);
    for (unsigned i = 0; i < (scene_is_long() ? 300 : 50); i++) {
        load(s);
        live_pump(s->l, BEAT_MS);
    }
    json_int_t height = live_number(s->l, WATCHER, "height");
    printf("# %lld blocks in %lld beats\n", (long long)height,
           (long long)(beats_of(s) - first));
    for (unsigned seat = 1; seat < EVIL; seat++) {
        is((int64_t)flags_of(s, NULL, seat), 0, "nobody else is flagged");
    }
    told = live_log_count(s->l, WATCHER, "event=flag.") - told;
    json_int_t beats = beats_of(s) - first + 1;
    printf("# %u flags raised and cleared in %lld beats\n", told, (long long)beats);
    ok(told <= KINDS * (unsigned)beats / 2, "%s: flags change with this node's beats",
       name);
    evil_stop(s->e, pid);
    evil_drop(s->e, 0);
    scene_check(s, name, MEMORY_MIB);
}

static void test_accused(struct scene *s, const char *name, evil_step *step,
                         const char *kind)
{
    scene_begin(s, name);
    (void)evil_connect_all(s->e);
    uint64_t begun = clock_monotonic_ms();
    pid_t pid = evil_fork(s->e, step, NULL);
    ok(wait_flag(s, kind), "%s has the flag %s", name, kind);
    printf("# after %llu ms\n", (unsigned long long)(clock_monotonic_ms() - begun));
    evil_stop(s->e, pid);
    evil_drop(s->e, 0);
    for (unsigned seat = 1; seat < EVIL; seat++) {
        is((int64_t)flags_of(s, NULL, seat), 0, "nobody else is flagged");
    }
    scene_check(s, name, MEMORY_MIB);
}

/* Whoever keeps the council at work: heartbeats come late then, and say less than a node
 * has ordered since. */
static void test_busy(struct scene *s)
{
    const char *name = "a council that has much to do";
    scene_begin(s, name);
    json_int_t height = live_number(s->l, WATCHER, "height");
    for (unsigned i = 0; i < (scene_is_long() ? 600 : 80); i++) {
        load(s);
        live_pump(s->l, 100);
    }
    printf("# %lld blocks in %lld beats\n",
           (long long)(live_number(s->l, WATCHER, "height") - height),
           (long long)beats_of(s));
    for (unsigned seat = 1; seat < EVIL; seat++) {
        is((int64_t)flags_of(s, NULL, seat), 0, "nobody is flagged for that");
    }
    scene_check(s, name, MEMORY_MIB);
}

int main(void)
{
    live_limit(LIMIT_S);
    struct scene *s = scene_new(SEATS, EVIL, SCENE_TIMING,
                                "heartbeat-ms = 100\ndead-peer-ms = 1500\n"
                                "flood-seconds = 2\nallow-bench = true\n");
    test_accused(s, "a seat that babbles", babble, "bad-frames");
    test_accused(s, "a seat that forges", forge, "bad-signature");
    test_accused(s, "a seat that brings too much", overdo, "flooding");
    test_come_and_go(s);
    test_flutter(s);
    scene_free(s);
    s = scene_new(SEATS, EVIL, SCENE_TIMING, "allow-bench = true\n");
    test_busy(s);
    scene_free(s);
    return tap_done();
}
