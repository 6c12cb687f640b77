/* SPDX-License-Identifier: ISC */
#include "cluster/cluster.h"

#include "base/alloc.h"
#include "base/quorum.h"
#include "cluster/double.h"
#include "cluster/inside.h"
#include "hash/hash.h"
#include "wire/shared.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define GENESIS_MS UINT64_C(1735689540000)

void cluster_config_defaults(struct cluster_config *c, uint16_t seats)
{
    *c = (struct cluster_config){.seats = seats,
                                 .seed = 1,
                                 .trace = TRACE_STORY,
                                 .delay_ms = 10,
                                 .notice_ms = 50,
                                 .vote_ms = 50,
                                 .seat_window = 4};
    pbft_config_defaults(&c->core);
    c->council = (struct council_rules){.class_count = 2,
                                        .open_proposals = 8,
                                        .return_interval_ms = 10000,
                                        .epoch_decisions = 100,
                                        .epoch_absences = 100,
                                        .created_ms = GENESIS_MS};
    uint32_t threshold = quorum_default_threshold(seats);
    c->council.classes[0] = (struct council_class){threshold, 20000, 10000, 2000, false};
    c->council.classes[1] = (struct council_class){threshold, 8000, 4000, 1000, true};
}

static void begin_node(struct cluster *c, struct node *n, uint16_t number, uint16_t seat)
{
    uint64_t skew = c->config.skew_ms;
    n->c = c;
    n->number = number;
    n->seat = seat;
    n->votes = true;
    n->crash_at = UINT64_MAX;
    n->monotonic_off_ms = 1 + rng_below(&c->rng, 1000000);
    n->clock_off_ms = (int64_t)rng_below(&c->rng, 2 * skew + 1) - (int64_t)skew;
}

struct cluster *cluster_new(const struct cluster_config *config)
{
    struct cluster *c = alloc_zero(1, sizeof(*c));
    struct cluster_config *k = &c->config;
    *k = *config;
    c->rng.state = k->seed;
    c->said = said_new();
    memset(c->genesis.bytes, 0x5a, HASH_BYTES);
    double_signatures = !k->real_signatures;
    double_quorum = k->quorum;
    k->core.seats = k->council.seats = k->seats;
    k->core.quorum = (uint16_t)quorum_size(k->seats);
    k->core.genesis = k->council.council_id = c->genesis;
    k->core.genesis_time_ms = k->council.created_ms;
    for (uint16_t seat = 1; seat <= k->seats; seat++) {
        uint8_t seed[32] = {(uint8_t)seat};
        c->secrets[seat - 1] = key_from_seed(seed);
        key_public(c->secrets[seat - 1], &c->keys[seat - 1]);
        begin_node(c, &c->nodes[c->node_count++], seat, seat);
    }
    return c;
}

void cluster_free(struct cluster *c)
{
    for (uint16_t i = 0; i < c->node_count; i++) {
        if (c->nodes[i].up) {
            node_crash(&c->nodes[i]);
        }
        disk_free(&c->nodes[i].disk);
    }
    for (uint16_t i = 0; i < c->config.seats; i++) {
        key_free(c->secrets[i]);
    }
    for (size_t i = 0; i < c->heap_count; i++) {
        bytes_unref(c->heap[i].content);
    }
    for (uint64_t h = 0; h < c->top; h++) {
        block_unref(c->chain[h]);
    }
    said_free(c->said);
    buffer_free(&c->trace);
    free(c->heap);
    free(c->proposals);
    free(c->chain);
    free(c->roots);
    free(c->nonces);
    free(c->seen);
    free(c->marks);
    free(c);
    double_quorum = 0;
}

/* --- time --- */

uint64_t cluster_now(const struct cluster *c)
{
    return c->now;
}

void cluster_run(struct cluster *c, uint64_t ms)
{
    uint64_t until = c->now + ms;
    struct event e;
    while (network_pop(c, until, &e)) {
        c->now = e.at;
        network_carry_out(c, &e);
    }
    c->now = until;
}

bool cluster_run_until(struct cluster *c, cluster_condition *condition, void *context,
                       uint64_t ms)
{
    enum { STEP_MS = 5 };
    uint64_t until = c->now + ms;
    while (!condition(c, context)) {
        if (c->now >= until) {
            return false;
        }
        cluster_run(c, STEP_MS);
    }
    return true;
}

static bool all_at_height(struct cluster *c, void *context)
{
    const uint64_t *height = context;
    for (uint16_t i = 0; i < c->node_count; i++) {
        struct node *n = &c->nodes[i];
        if (n->up && !n->faulty && n->disk.height < *height) {
            return false;
        }
    }
    return true;
}

bool cluster_run_to_height(struct cluster *c, uint64_t height, uint64_t ms)
{
    return cluster_run_until(c, all_at_height, &height, ms);
}

/* With something that is to be ordered or decided yet. */
static bool is_occupied(const struct node *n)
{
    struct replica_load load;
    replica_load(n->replica, &load);
    return load.accusations > 0 || load.operations > 0 || n->turn_open ||
           council_at(replica_council(n->replica), 0) != NULL;
}

static bool at_rest(struct cluster *c, void *context)
{
    uint64_t height = c->top;
    (void)context;
    for (uint16_t i = 0; i < c->node_count; i++) {
        struct node *n = &c->nodes[i];
        if (n->up && !n->faulty && (n->disk.height != height || is_occupied(n))) {
            return false;
        }
    }
    for (unsigned i = 0; i < c->proposal_count; i++) {
        if (c->proposals[i].acknowledged && !c->proposals[i].final &&
            !c->proposals[i].voided) {
            return false;
        }
    }
    return true;
}

bool cluster_run_to_rest(struct cluster *c, uint64_t ms)
{
    return cluster_run_until(c, at_rest, NULL, ms);
}

/* --- seats --- */

struct node *cluster_node(const struct cluster *c, uint16_t number)
{
    assert(number >= 1 && number <= c->node_count);
    return (struct node *)&c->nodes[number - 1];
}

uint16_t cluster_add_twin(struct cluster *c, uint16_t seat)
{
    struct node *first = cluster_node(c, seat);
    assert(c->node_count < NODES_MAX && seat <= c->config.seats);
    struct node *n = &c->nodes[c->node_count++];
    begin_node(c, n, c->node_count, seat);
    first->faulty = n->faulty = true;
    n->votes = first->votes;
    return n->number;
}

void cluster_will_forget(struct cluster *c, uint16_t seat)
{
    c->forgets[seat - 1] = c->someone_forgets = true;
}

uint16_t cluster_add_instance(struct cluster *c, uint16_t seat)
{
    struct node *first = cluster_node(c, seat);
    assert(c->node_count < NODES_MAX && seat <= c->config.seats);
    struct node *n = &c->nodes[c->node_count++];
    begin_node(c, n, c->node_count, seat);
    n->votes = first->votes;
    n->second = c->someone_runs_twice = true;
    n->put_back = first->put_back = n->excused = first->excused = true;
    cluster_will_forget(c, seat);
    return n->number;
}

void cluster_set_recover(struct cluster *c, uint16_t node, bool recover)
{
    struct node *n = cluster_node(c, node);
    n->recover = recover;
    n->put_back = n->put_back || recover;
}

uint16_t cluster_nodes(const struct cluster *c)
{
    return c->node_count;
}

uint16_t cluster_seat_of(const struct cluster *c, uint16_t node)
{
    return cluster_node(c, node)->seat;
}

void cluster_start(struct cluster *c, uint16_t node)
{
    struct node *n = cluster_node(c, node);
    if (!n->up) {
        cluster_note(c, TRACE_STORY, "%u: starts at height %zu", node, n->disk.height);
        if (node_start(n)) {
            network_reconnect(c, RECONNECT_MS);
        }
    }
}

void cluster_start_all(struct cluster *c)
{
    for (uint16_t node = 1; node <= c->node_count; node++) {
        if (!c->nodes[node - 1].second) {
            cluster_start(c, node);
        }
    }
}

void cluster_crash(struct cluster *c, uint16_t node)
{
    struct node *n = cluster_node(c, node);
    if (!n->up) {
        return;
    }
    cluster_note(c, TRACE_STORY, "%u: crashes", node);
    node_crash(n);
    for (uint16_t peer = 1; peer <= c->node_count; peer++) {
        if (peer != node) {
            network_drop(c, node, peer, c->config.notice_ms);
            network_link(c, node, peer)->connected = network_link(c, node, peer)->gone =
                false;
        }
    }
}

void cluster_crash_after(struct cluster *c, uint16_t node, uint64_t effects)
{
    struct node *n = cluster_node(c, node);
    n->crash_at = n->effects + effects;
}

uint64_t cluster_effects(const struct cluster *c, uint16_t node)
{
    return cluster_node(c, node)->effects;
}

bool cluster_is_up(const struct cluster *c, uint16_t node)
{
    return cluster_node(c, node)->up;
}

void cluster_set_clock(struct cluster *c, uint16_t node, int64_t off_ms)
{
    cluster_node(c, node)->clock_off_ms = off_ms;
}

void cluster_pause(struct cluster *c, uint16_t node, uint64_t ms)
{
    struct node *n = cluster_node(c, node);
    if (n->up && !n->puppet) {
        cluster_note(c, TRACE_STORY, "%u: stands still for %llu ms", node,
                     (unsigned long long)ms);
        n->paused_until = c->now + ms;
        c->counts.pauses++;
    }
}

bool cluster_is_paused(const struct cluster *c, uint16_t node)
{
    return cluster_node(c, node)->paused_until > c->now;
}

void cluster_fail_disk(struct cluster *c, uint16_t node, uint64_t ms, bool late)
{
    cluster_node(c, node)->disk_fails_until = c->now + ms;
    cluster_node(c, node)->disk_fails_late = late;
}

struct cluster_backup {
    struct disk disk;
};

struct cluster_backup *cluster_copy_disk(const struct cluster *c, uint16_t node)
{
    struct cluster_backup *b = alloc_zero(1, sizeof(*b));
    disk_copy(&cluster_node(c, node)->disk, &b->disk);
    cluster_will_forget((struct cluster *)c, cluster_seat_of(c, node));
    return b;
}

void cluster_backup_free(struct cluster_backup *b)
{
    disk_free(&b->disk);
    free(b);
}

/* What was durable is not any more, and what was promised because it was. */
static void forget(struct cluster *c, struct node *n, bool marks_match)
{
    assert(!n->up);
    disk_free(&n->disk);
    n->put_back = true;
    n->excused = marks_match;
    for (unsigned i = 0; i < c->proposal_count; i++) {
        struct proposal_note *p = &c->proposals[i];
        p->acknowledged = p->acknowledged && p->seat != n->seat;
    }
}

void cluster_restore_disk(struct cluster *c, uint16_t node, const struct cluster_backup *b,
                          bool marks_match)
{
    struct node *n = cluster_node(c, node);
    forget(c, n, marks_match);
    disk_copy(&b->disk, &n->disk);
    n->disk.foreign = !marks_match;
    cluster_note(c, TRACE_STORY, "%u: its store is put back to height %zu", node,
                 n->disk.height);
}

void cluster_wipe_disk(struct cluster *c, uint16_t node, bool marks_match)
{
    struct node *n = cluster_node(c, node);
    forget(c, n, marks_match);
    n->disk.foreign = !marks_match;
    cluster_note(c, TRACE_STORY, "%u: its store is empty", node);
}

void cluster_spoil_disk(struct cluster *c, uint16_t node, uint64_t height)
{
    struct node *n = cluster_node(c, node);
    assert(!n->up && height >= 1 && height <= n->disk.height);
    struct block **b = &n->disk.blocks[height - 1];
    struct header h = (*b)->header;
    h.state_root.bytes[0] ^= 1;
    struct block *spoilt = hash_build_block(&h, (*b)->envelopes, (*b)->count);
    block_unref(*b);
    *b = spoilt;
}

void cluster_set_faulty(struct cluster *c, uint16_t node)
{
    cluster_node(c, node)->faulty = true;
}

bool cluster_is_faulty(const struct cluster *c, uint16_t node)
{
    return cluster_node(c, node)->faulty;
}

void cluster_set_stubborn(struct cluster *c, uint16_t node)
{
    struct node *n = cluster_node(c, node);
    assert(!n->up);
    n->faulty = n->stubborn = true;
}

void cluster_set_puppet(struct cluster *c, uint16_t node)
{
    struct node *n = cluster_node(c, node);
    assert(!n->up);
    n->faulty = n->puppet = true;
}

void cluster_set_voting(struct cluster *c, uint16_t node, bool votes)
{
    cluster_node(c, node)->votes = votes;
}

void cluster_starve(struct cluster *c, uint16_t by, uint16_t seat)
{
    cluster_set_faulty(c, by);
    cluster_node(c, by)->starves = seat;
}

/* --- network --- */

void cluster_cut(struct cluster *c, uint16_t a, uint16_t b)
{
    network_link(c, a, b)->cut = true;
    network_drop(c, a, b, c->config.notice_ms);
}

void cluster_mend(struct cluster *c, uint16_t a, uint16_t b)
{
    network_link(c, a, b)->cut = false;
    network_reconnect(c, RECONNECT_MS);
}

void cluster_partition(struct cluster *c, const unsigned *groups)
{
    for (uint16_t a = 1; a <= c->node_count; a++) {
        for (uint16_t b = 1; b <= c->node_count; b++) {
            if (a != b && groups[a - 1] != groups[b - 1]) {
                cluster_cut(c, a, b);
            } else if (a != b) {
                network_link(c, a, b)->cut = false;
            }
        }
    }
    network_reconnect(c, RECONNECT_MS);
}

void cluster_isolate(struct cluster *c, uint16_t node)
{
    for (uint16_t peer = 1; peer <= c->node_count; peer++) {
        if (peer != node) {
            cluster_cut(c, node, peer);
            cluster_cut(c, peer, node);
        }
    }
}

void cluster_set_link(struct cluster *c, uint16_t a, uint16_t b, bool cut, uint64_t slow_ms)
{
    struct channel *l = network_link(c, a, b);
    l->slow_ms = slow_ms;
    if (cut && !l->cut) {
        cluster_cut(c, a, b);
    }
    l->cut = cut;
}

void cluster_connect(struct cluster *c)
{
    network_reconnect(c, RECONNECT_MS);
}

void cluster_set_corruption(struct cluster *c, unsigned of_1000)
{
    c->config.corruption = of_1000;
}

void cluster_set_network(struct cluster *c, unsigned loss, unsigned duplicates,
                         uint64_t delay_ms, uint64_t jitter_ms, bool reorder)
{
    c->config.loss = loss;
    c->config.duplicates = duplicates;
    c->config.delay_ms = delay_ms;
    c->config.jitter_ms = jitter_ms;
    c->config.reorder = reorder;
}

void cluster_heal(struct cluster *c)
{
    cluster_note(c, TRACE_STORY, "all is mended");
    cluster_set_network(c, 0, 0, c->config.delay_ms, 0, false);
    c->config.corruption = 0;
    c->filter = NULL;
    for (uint16_t a = 1; a <= c->node_count; a++) {
        for (uint16_t b = 1; b <= c->node_count; b++) {
            network_link(c, a, b)->cut = false;
            network_link(c, a, b)->slow_ms = 0;
        }
        struct node *n = cluster_node(c, a);
        n->crash_at = UINT64_MAX;
        n->disk_fails_until = 0;
        if (!n->faulty) {
            n->clock_off_ms = 0;
        }
        if (!n->faulty && !n->second) {
            cluster_start(c, a);
        }
    }
    network_reconnect(c, RECONNECT_MS);
}

void cluster_set_filter(struct cluster *c, cluster_filter *filter, void *context)
{
    c->filter = filter;
    c->filter_context = context;
}

void cluster_set_forger(struct cluster *c, cluster_forger *forger, void *context)
{
    c->forger = forger;
    c->forger_context = context;
}
