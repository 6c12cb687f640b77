/* SPDX-License-Identifier: ISC */
#include "cluster/inside.h"

#include "base/alloc.h"
#include "wire/codec.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* --- what happens next: a binary heap by (time, serial) --- */

static bool before(const struct event *a, const struct event *b)
{
    return a->at != b->at ? a->at < b->at : a->serial < b->serial;
}

static void push(struct cluster *c, const struct event *e)
{
    if (c->heap_count == c->heap_capacity) {
        c->heap_capacity = c->heap_capacity > 0 ? 2 * c->heap_capacity : 1024;
        c->heap = alloc_resize(c->heap, c->heap_capacity, sizeof(*c->heap));
    }
    size_t i = c->heap_count++;
    while (i > 0 && before(e, &c->heap[(i - 1) / 2])) {
        c->heap[i] = c->heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    c->heap[i] = *e;
}

static struct event pop(struct cluster *c)
{
    struct event first = c->heap[0];
    struct event last = c->heap[--c->heap_count];
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= c->heap_count) {
            break;
        }
        if (child + 1 < c->heap_count && before(&c->heap[child + 1], &c->heap[child])) {
            child++;
        }
        if (!before(&c->heap[child], &last)) {
            break;
        }
        c->heap[i] = c->heap[child];
        i = child;
    }
    if (c->heap_count > 0) {
        c->heap[i] = last;
    }
    return first;
}

static struct event event_of(struct cluster *c, uint64_t at, enum event_kind kind,
                             uint16_t from, uint16_t to)
{
    return (struct event){.at = at,
                          .serial = c->serial++,
                          .kind = kind,
                          .from = from,
                          .to = to,
                          .life = c->nodes[to - 1].life};
}

void network_push(struct cluster *c, uint64_t at, enum event_kind kind, uint16_t from,
                  uint16_t to)
{
    struct event e = event_of(c, at, kind, from, to);
    push(c, &e);
}

bool network_pop(struct cluster *c, uint64_t until, struct event *out)
{
    if (c->heap_count == 0 || c->heap[0].at > until) {
        return false;
    }
    *out = pop(c);
    return true;
}

struct channel *network_link(struct cluster *c, uint16_t from, uint16_t to)
{
    return &c->links[from - 1][to - 1];
}

/* --- sending --- */

static void absorb(struct cluster *c, uint64_t word)
{
    uint64_t z = c->digest ^ word;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
    z = (z ^ z >> 27) * 0x94d049bb133111ebU;
    c->digest = z ^ z >> 31;
}

void network_absorb(struct cluster *c, struct slice s)
{
    uint64_t word;
    for (size_t i = 0; i < s.size; i += sizeof(word)) {
        word = 0;
        memcpy(&word, s.data + i, s.size - i < sizeof(word) ? s.size - i : sizeof(word));
        absorb(c, word);
    }
    absorb(c, s.size);
}

static void transmit(struct cluster *c, uint16_t from, uint16_t to, struct bytes *content)
{
    const struct cluster_config *k = &c->config;
    struct channel *l = network_link(c, from, to);
    uint64_t at = c->now + k->delay_ms + l->slow_ms;
    if (k->jitter_ms > 0) {
        at += rng_below(&c->rng, k->jitter_ms + 1);
    }
    if (!k->reorder) {
        at = at > l->last_at ? at : l->last_at;
        l->last_at = at;
    }
    struct event e = event_of(c, at, EVENT_DELIVER, from, to);
    e.content = bytes_ref(content);
    e.connection = l->connection;
    e.sent = c->now;
    e.corrupt = k->corruption > 0 && rng_below(&c->rng, 1000) < k->corruption;
    l->queued += content->size;
    if (l->queued > QUEUE_MAX) {
        check_fail(c, "more than %d bytes are on their way from %u to %u", QUEUE_MAX, from,
                   to);
    }
    push(c, &e);
}

void network_send(struct cluster *c, uint16_t from, uint16_t to, const struct message *m,
                  struct bytes *content)
{
    const struct cluster_config *k = &c->config;
    struct channel *l = network_link(c, from, to);
    if (!l->connected) {
        return;
    }
    c->counts.sent++;
    c->counts.bytes += content->size;
    c->counts.by_tag[m->tag]++;
    absorb(c, c->now << 16 ^ (uint64_t)from << 8 ^ to);
    network_absorb(c, bytes_slice(content));
    if (l->cut || (k->loss > 0 && rng_below(&c->rng, 1000) < k->loss)) {
        return;
    }
    transmit(c, from, to, content);
    if (k->duplicates > 0 && rng_below(&c->rng, 1000) < k->duplicates) {
        transmit(c, from, to, content);
    }
}

/* --- connections --- */

/* Whoever is connected to one instance of a seat refuses another one. */
static bool refuses(struct cluster *c, uint16_t by, uint16_t node)
{
    const struct node *n = &c->nodes[node - 1];
    for (uint16_t i = 1; c->someone_runs_twice && i <= c->node_count; i++) {
        const struct node *other = &c->nodes[i - 1];
        if (i != node && other->seat == n->seat && (n->second || other->second) &&
            network_link(c, by, i)->connected) {
            return true;
        }
    }
    return false;
}

static bool may_connect(struct cluster *c, uint16_t a, uint16_t b)
{
    return c->nodes[a - 1].up && c->nodes[b - 1].up &&
           c->nodes[a - 1].seat != c->nodes[b - 1].seat && !network_link(c, a, b)->cut &&
           !network_link(c, b, a)->cut && !refuses(c, a, b) && !refuses(c, b, a);
}

void network_reconnect(struct cluster *c, uint64_t delay_ms)
{
    for (uint16_t a = 1; a <= c->node_count; a++) {
        for (uint16_t b = (uint16_t)(a + 1); b <= c->node_count; b++) {
            struct channel *l = network_link(c, a, b), *back = network_link(c, b, a);
            if (may_connect(c, a, b) && !(l->connected && back->connected) &&
                !l->up_wanted) {
                l->up_wanted = true;
                network_push(c, c->now + delay_ms, EVENT_UP, a, b);
            }
        }
    }
}

void network_drop(struct cluster *c, uint16_t a, uint16_t b, uint64_t delay_ms)
{
    for (int way = 0; way < 2; way++) {
        struct channel *l = network_link(c, a, b);
        if (l->connected && !l->down_wanted) {
            l->down_wanted = true;
            network_push(c, c->now + delay_ms, EVENT_DOWN, b, a);
        }
        uint16_t other = a;
        a = b;
        b = other;
    }
}

void network_close(struct cluster *c, uint16_t a, uint16_t b)
{
    network_link(c, a, b)->broken = network_link(c, b, a)->broken = true;
    network_drop(c, a, b, 0);
}

static void tell(struct cluster *c, uint16_t node, uint16_t peer, bool up)
{
    struct node *n = &c->nodes[node - 1];
    struct channel *l = network_link(c, node, peer);
    if (l->connected == up) {
        return;
    }
    l->connected = up;
    l->gone = false;
    if (n->up && !n->puppet) {
        node_connected(n, &c->nodes[peer - 1], up);
    }
}

static void on_up(struct cluster *c, uint16_t a, uint16_t b)
{
    network_link(c, a, b)->up_wanted = false;
    if (!may_connect(c, a, b)) {
        return;
    }
    tell(c, a, b, false);
    tell(c, b, a, false);
    network_link(c, a, b)->connection++;
    network_link(c, b, a)->connection++;
    network_link(c, a, b)->broken = network_link(c, b, a)->broken = false;
    /* The first to hear may have crashed of what it did then. */
    if (may_connect(c, a, b)) {
        tell(c, a, b, true);
        if (may_connect(c, a, b)) {
            tell(c, b, a, true);
        }
    }
}

static void dial(struct cluster *c, uint16_t node, uint16_t peer, uint64_t delay_ms)
{
    struct channel *l = network_link(c, node, peer);
    if (!l->dials && !c->config.dark) {
        l->dials = true;
        network_push(c, c->now + delay_ms, EVENT_DIAL, peer, node);
    }
}

/* A replica knows seats: of twins both must be down. */
static bool is_refused(struct cluster *c, uint16_t node, uint16_t peer)
{
    bool refused = !network_link(c, node, peer)->cut && !network_link(c, peer, node)->cut;
    for (uint16_t i = 1; i <= c->node_count; i++) {
        const struct node *n = &c->nodes[i - 1];
        refused = refused && (n->seat != c->nodes[peer - 1].seat || !n->up);
    }
    return refused;
}

static void on_dial(struct cluster *c, uint16_t peer, uint16_t node, bool alive)
{
    struct channel *l = network_link(c, node, peer);
    l->dials = false;
    if (!alive || l->connected) {
        return;
    }
    bool gone = is_refused(c, node, peer);
    if (l->gone != gone) {
        l->gone = gone;
        node_gone(&c->nodes[node - 1], &c->nodes[peer - 1], gone);
    }
    dial(c, node, peer, REDIAL_MS);
}

static void on_down(struct cluster *c, uint16_t peer, uint16_t node)
{
    network_link(c, node, peer)->down_wanted = false;
    /* What was cut and mended before anyone noticed stays. */
    bool gone = !c->nodes[peer - 1].up || network_link(c, node, peer)->cut ||
                network_link(c, peer, node)->cut ||
                !network_link(c, peer, node)->connected ||
                network_link(c, peer, node)->broken;
    if (gone) {
        tell(c, node, peer, false);
        dial(c, node, peer, RECONNECT_MS);
        network_reconnect(c, RECONNECT_MS);
    }
}

static void on_deliver(struct cluster *c, struct event *e)
{
    struct node *n = &c->nodes[e->to - 1];
    struct channel *l = network_link(c, e->from, e->to);
    l->queued -= e->content->size;
    /* A channel carries only what was sent since it was opened, and frames in order. */
    bool open = n->up && !n->puppet && n->life == e->life && !l->cut && !l->broken &&
                l->connection == e->connection &&
                network_link(c, e->to, e->from)->connected;
    if (open && e->corrupt) {
        c->counts.corruptions++;
        cluster_note(c, TRACE_STORY, "%u: closes the connection from %u: a bad tag", e->to,
                     e->from);
        network_close(c, e->from, e->to);
    } else if (open) {
        c->counts.delivered++;
        said_delivered(n, &c->nodes[e->from - 1], e->content, e->sent);
        node_receive(n, &c->nodes[e->from - 1], e->content);
    }
    bytes_unref(e->content);
}

/* A node that is paused gets everything later; so do both ends of a connection. */
static bool stands_still(const struct cluster *c, struct event *e)
{
    uint64_t until = c->nodes[e->to - 1].paused_until;
    if (e->kind == EVENT_UP && c->nodes[e->from - 1].paused_until > until) {
        until = c->nodes[e->from - 1].paused_until;
    }
    if (until <= c->now) {
        return false;
    }
    e->at = until;
    return true;
}

void network_carry_out(struct cluster *c, struct event *e)
{
    struct node *n = &c->nodes[e->to - 1];
    bool alive = n->up && n->life == e->life && !n->puppet;
    if (stands_still(c, e)) {
        e->serial = c->serial++;
        push(c, e);
        return;
    }
    switch (e->kind) {
    case EVENT_DELIVER:
        on_deliver(c, e);
        break;
    case EVENT_TICK:
        if (alive) {
            node_tick(n);
        }
        break;
    case EVENT_TURN_END:
        if (alive && n->turn_open) {
            node_end_turn(n);
        }
        break;
    case EVENT_BEAT:
        if (alive) {
            node_beat(n);
        }
        break;
    case EVENT_AGENT:
        if (alive) {
            node_settle(n);
        }
        break;
    case EVENT_UP:
        on_up(c, e->from, e->to);
        break;
    case EVENT_DOWN:
        on_down(c, e->from, e->to);
        break;
    case EVENT_DIAL:
        on_dial(c, e->from, e->to, alive);
        break;
    }
}
