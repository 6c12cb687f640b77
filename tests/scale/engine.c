/* SPDX-License-Identifier: ISC */
/* What happens when: links, processors, disks, and the turns of the replicas. */
#include "inside.h"

#include "base/alloc.h"
#include "fake.h"

#include <assert.h>
#include <stdlib.h>
#include <time.h>

#define BEAT_NS SCALE_S

enum { FRAME_HEAD_BYTES = 4, TRANSPORT_BYTES = 18, TRANSPORT_MAX = 65519 };

/* --- what happens next: a binary heap by (time, serial) --- */

static bool before(const struct event *a, const struct event *b)
{
    return a->at != b->at ? a->at < b->at : a->serial < b->serial;
}

static void push(struct scale *s, uint64_t at, enum event_kind kind, struct node *n,
                 struct mailing *m)
{
    struct event e = {at, s->serial++, kind, n, m};
    GROW(s->heap, s->heap_count, s->heap_capacity);
    size_t i = s->heap_count++;
    for (; i > 0 && before(&e, &s->heap[(i - 1) / 2]); i = (i - 1) / 2) {
        s->heap[i] = s->heap[(i - 1) / 2];
    }
    s->heap[i] = e;
}

static struct event pop(struct scale *s)
{
    struct event first = s->heap[0], last = s->heap[--s->heap_count];
    size_t i = 0, child;
    while ((child = 2 * i + 1) < s->heap_count) {
        if (child + 1 < s->heap_count && before(&s->heap[child + 1], &s->heap[child])) {
            child++;
        }
        if (!before(&s->heap[child], &last)) {
            break;
        }
        s->heap[i] = s->heap[child];
        i = child;
    }
    s->heap[i] = last;
    return first;
}

void mailing_unref(struct mailing *m)
{
    if (m == NULL || --m->references > 0) {
        return;
    }
    for (size_t i = 0; i < m->count; i++) {
        bytes_unref(m->items[i].content);
    }
    free(m->items);
    free(m);
}

/* --- measuring --- */

double scale_cpu_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

double engine_begin(void)
{
    return scale_cpu_s();
}

void engine_took(struct scale *s, unsigned call, double since)
{
    s->measured_s[call] += scale_cpu_s() - since;
    s->measured_calls[call]++;
}

/* --- processors: a replica that has something to do waits for a core --- */

static void take_turn(struct node *n);

static bool core_is_free(const struct scale *s)
{
    return s->plan->cores == 0 || s->busy_cores < s->plan->cores;
}

static void start_ready(struct scale *s)
{
    while (s->ready_count > 0 && core_is_free(s)) {
        struct node *n = s->ready[s->ready_first];
        s->ready_first = (s->ready_first + 1) % s->plan->seats;
        s->ready_count--;
        s->busy_cores++;
        n->activity = NODE_WORKING;
        take_turn(n);
    }
}

void engine_rouse(struct node *n)
{
    struct scale *s = n->s;
    if (n->activity == NODE_IDLE) {
        n->activity = NODE_READY;
        s->ready[(s->ready_first + s->ready_count++) % s->plan->seats] = n;
    }
}

/* --- a turn --- */

/* Half of what a mailing costs falls to each end. */
static double channel_ns(struct scale *s, size_t frames, size_t bytes)
{
    const struct scale_machine *m = &s->plan->machine;
    return (m->flush_ns + m->frame_ns * (double)frames + m->byte_ns * (double)bytes) / 2;
}

static bool is_for(const struct item *i, uint16_t seat)
{
    return i->to == 0 || i->to == seat;
}

static double receive(struct node *n, const struct mailing *m)
{
    struct scale *s = n->s;
    double own = 0;
    size_t frames = 0, bytes = 0;
    for (size_t i = 0; i < m->count; i++) {
        const struct item *item = &m->items[i];
        if (is_for(item, n->seat)) {
            double since = engine_begin();
            replica_receive(n->replica, m->from, item->content, bytes_slice(item->content));
            engine_took(s, item->tag, since);
            own += s->plan->own.receive_ns[item->tag];
            frames++;
            bytes += item->content->size;
        }
    }
    double channel = channel_ns(s, frames, bytes);
    s->counts.own_ns += own;
    s->counts.channel_ns += channel;
    return own + channel;
}

static double receive_all(struct node *n)
{
    double ns = 0;
    for (size_t i = 0; i < n->inbox_count; i++) {
        ns += receive(n, n->inbox[i]);
        mailing_unref(n->inbox[i]);
    }
    n->inbox_count = 0;
    return ns;
}

static void begin_node(struct node *n)
{
    replica_begin(n->replica);
    for (uint16_t seat = 1; seat <= n->s->plan->seats; seat++) {
        if (seat != n->seat) {
            replica_connected(n->replica, seat);
        }
    }
    n->begun = true;
}

static uint64_t wake_at(const struct node *n)
{
    uint64_t wake = replica_wake_ms(n->replica);
    if (wake == UINT64_MAX) {
        return UINT64_MAX;
    }
    return wake <= MONOTONIC_START_MS ? 0 : (wake - MONOTONIC_START_MS) * SCALE_MS;
}

static double tick(struct node *n)
{
    struct scale *s = n->s;
    if (wake_at(n) > s->now) {
        return 0;
    }
    double since = engine_begin();
    replica_tick(n->replica);
    engine_took(s, CALL_TICK, since);
    s->counts.own_ns += s->plan->own.tick_ns;
    return s->plan->own.tick_ns;
}

static void beat(struct node *n)
{
    uint64_t ms = n->s->now / SCALE_MS;
    struct heartbeat h = {
        .monotonic_ms = ms, .wall_ms = ms, .version = slice_of_string("0")};
    if (n->beat_due) {
        n->beat_due = false;
        replica_send_heartbeat(n->replica, 0, &h);
    }
}

static double end_turn(struct node *n)
{
    struct scale *s = n->s;
    uint64_t written = world_disk_bytes(s);
    double since = engine_begin();
    if (replica_end_turn(n->replica) != 0) {
        scale_fail("seat %u cannot write its store in %s", n->seat, s->dir);
    }
    engine_took(s, CALL_END + (n->dirty ? 1U : 0U), since);
    n->written = world_disk_bytes(s) - written;
    s->counts.disk_bytes += n->written;
    s->counts.turns++;
    s->counts.syncs += n->dirty;
    double ns = s->plan->own.end_ns[n->dirty ? 1 : 0];
    s->counts.own_ns += ns;
    return ns;
}

/* To one peer: all of it goes in one write, as messages of the channel. */
static double post_to(struct node *n, struct mailing *m, uint16_t seat)
{
    struct scale *s = n->s;
    size_t frames = 0, bytes = 0;
    for (size_t i = 0; i < m->count; i++) {
        const struct item *item = &m->items[i];
        if (is_for(item, seat)) {
            s->counts.frames[item->tag]++;
            s->counts.bytes[item->tag] += item->content->size;
            bytes += FRAME_HEAD_BYTES + item->content->size;
            frames++;
        }
    }
    if (frames == 0) {
        return 0;
    }
    s->counts.flushes++;
    s->counts.wire_bytes += bytes + (bytes / TRANSPORT_MAX + 1) * TRANSPORT_BYTES;
    return channel_ns(s, frames, bytes);
}

static double post(struct node *n)
{
    double ns = 0;
    for (uint16_t seat = 1; n->sending != NULL && seat <= n->s->plan->seats; seat++) {
        ns += seat != n->seat ? post_to(n, n->sending, seat) : 0;
    }
    n->s->counts.channel_ns += ns;
    return ns;
}

static void take_turn(struct node *n)
{
    struct scale *s = n->s;
    const struct scale_machine *m = &s->plan->machine;
    uint64_t checks = fake_checks, signs = fake_signs;
    if (!n->begun) {
        begin_node(n);
    }
    double ns = receive_all(n);
    ns += tick(n);
    beat(n);
    n->work_due = false;
    uint64_t submits = client_work(n);
    s->counts.submits += submits;
    s->counts.own_ns += s->plan->own.submit_ns * (double)submits;
    ns += s->plan->own.submit_ns * (double)submits + m->turn_ns;
    ns += end_turn(n);
    ns += post(n);
    s->counts.turn_ns += m->turn_ns;
    checks = fake_checks - checks;
    signs = fake_signs - signs;
    s->counts.checks += checks;
    s->counts.signs += signs;
    double signature_ns = m->verify_ns * (double)checks + m->sign_ns * (double)signs;
    s->counts.signature_ns += signature_ns;
    push(s, s->now + (uint64_t)(ns + signature_ns) + 1, EVENT_WORKED, n, NULL);
}

/* --- the disk, and what leaves after it --- */

/* On one disk a sync takes longer, the more others are under way. */
static uint64_t sync_ns(const struct scale *s, uint64_t bytes)
{
    const struct scale_machine *m = &s->plan->machine;
    bool shared = s->plan->cores > 0 && m->sync_all_ns > m->sync_ns;
    double more = shared ? m->sync_all_ns - m->sync_ns : 0;
    return (uint64_t)(m->sync_ns + more * (s->syncing - 1) / (s->plan->seats - 1) +
                      m->disk_byte_ns * (double)bytes);
}

static void on_worked(struct node *n)
{
    struct scale *s = n->s;
    s->busy_cores--;
    s->syncing += n->dirty;
    push(s, s->now + (n->dirty ? sync_ns(s, n->written) : 0), EVENT_SETTLED, n, NULL);
}

static void deliver(struct scale *s, struct mailing *m)
{
    for (uint16_t seat = 1; seat <= s->plan->seats; seat++) {
        bool any = false;
        for (size_t i = 0; seat != m->from && i < m->count && !any; i++) {
            any = is_for(&m->items[i], seat);
        }
        if (any) {
            m->references++;
            push(s, s->now + s->plan->delay_ns, EVENT_ARRIVE, &s->nodes[seat - 1], m);
        }
    }
}

static void on_settled(struct node *n)
{
    struct scale *s = n->s;
    s->syncing -= n->dirty;
    n->activity = NODE_IDLE;
    if (n->sending != NULL) {
        deliver(s, n->sending);
        mailing_unref(n->sending);
        n->sending = NULL;
    }
    client_settled(n);
    uint64_t wake = wake_at(n);
    if (n->inbox_count > 0 || n->beat_due || n->work_due || wake <= s->now) {
        engine_rouse(n);
    } else if (wake < n->armed_at) {
        n->armed_at = wake;
        push(s, wake, EVENT_WAKE, n, NULL);
    }
}

static void carry_out(struct scale *s, const struct event *e)
{
    struct node *n = e->node;
    switch (e->kind) {
    case EVENT_ARRIVE:
        GROW(n->inbox, n->inbox_count, n->inbox_capacity);
        n->inbox[n->inbox_count++] = e->mailing;
        engine_rouse(n);
        break;
    case EVENT_WORKED:
        on_worked(n);
        break;
    case EVENT_SETTLED:
        on_settled(n);
        break;
    case EVENT_WAKE:
        n->armed_at = UINT64_MAX;
        engine_rouse(n);
        break;
    case EVENT_BEAT:
        n->beat_due = true;
        push(s, s->now + BEAT_NS, EVENT_BEAT, n, NULL);
        engine_rouse(n);
        break;
    }
    start_ready(s);
}

void engine_run(struct scale *s)
{
    for (uint16_t i = 0; i < s->plan->seats; i++) {
        push(s, 0, EVENT_WAKE, &s->nodes[i], NULL);
        push(s, BEAT_NS * i / s->plan->seats, EVENT_BEAT, &s->nodes[i], NULL);
    }
    client_begin(s);
    while (!s->done) {
        if (world_is_interrupted()) {
            scale_fail("interrupted");
        }
        assert(s->heap_count > 0);
        struct event e = pop(s);
        s->now = e.at;
        carry_out(s, &e);
    }
}
