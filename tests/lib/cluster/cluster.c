/* SPDX-License-Identifier: ISC */
#include "cluster/cluster.h"

#include "base/alloc.h"
#include "base/quorum.h"
#include "cluster/double.h"
#include "cluster/inside.h"
#include "hash/hash.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <assert.h>
#include <stdarg.h>
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

struct cluster *cluster_new(const struct cluster_config *config)
{
    struct cluster *c = alloc_zero(1, sizeof(*c));
    struct cluster_config *k = &c->config;
    *k = *config;
    c->rng.state = k->seed;
    memset(c->genesis.bytes, 0x5a, HASH_BYTES);
    double_signatures = !k->real_signatures;
    double_quorum = k->quorum;
    k->core.seats = k->council.seats = k->seats;
    k->core.quorum = (uint16_t)quorum_size(k->seats);
    k->core.genesis = k->council.council_id = c->genesis;
    k->core.genesis_time_ms = k->council.created_ms;
    for (uint16_t i = 0; i < k->seats; i++) {
        struct node *n = &c->nodes[i];
        uint8_t seed[32] = {(uint8_t)(i + 1)};
        c->secrets[i] = key_from_seed(seed);
        key_public(c->secrets[i], &c->keys[i]);
        n->c = c;
        n->seat = (uint16_t)(i + 1);
        n->votes = true;
        n->crash_at = UINT64_MAX;
        n->monotonic_off_ms = 1 + rng_below(&c->rng, 1000000);
        n->clock_off_ms =
            (int64_t)rng_below(&c->rng, 2 * k->skew_ms + 1) - (int64_t)k->skew_ms;
    }
    return c;
}

void cluster_free(struct cluster *c)
{
    for (uint16_t i = 0; i < c->config.seats; i++) {
        if (c->nodes[i].up) {
            node_crash(&c->nodes[i]);
        }
        disk_free(&c->nodes[i].disk);
        key_free(c->secrets[i]);
    }
    for (size_t i = 0; i < c->heap_count; i++) {
        bytes_unref(c->heap[i].content);
    }
    for (uint64_t h = 0; h < c->top; h++) {
        block_unref(c->chain[h]);
    }
    buffer_free(&c->trace);
    free(c->heap);
    free(c->proposals);
    free(c->chain);
    free(c->roots);
    free(c->votes);
    free(c->nonces);
    free(c->seen);
    free(c->marks);
    free(c);
    double_quorum = 0;
}

/* --- the trace --- */

void cluster_note(struct cluster *c, enum trace_level level, const char *format, ...)
{
    char line[480];
    va_list args;
    if (level > c->config.trace) {
        return;
    }
    int head = snprintf(line, sizeof(line), "%llu ", (unsigned long long)c->now);
    va_start(args, format);
    int length = vsnprintf(line + head, sizeof(line) - (size_t)head - 1, format, args);
    va_end(args);
    size_t size = (size_t)head + (size_t)length;
    size = size < sizeof(line) - 1 ? size : sizeof(line) - 2;
    line[size] = '\n';
    buffer_append(&c->trace, line, size + 1);
    network_absorb(c, slice_of(line, size + 1));
    if (c->config.echo) {
        printf("# %.*s", (int)size + 1, line);
    }
}

void cluster_tell(struct cluster *c, const char *words)
{
    cluster_note(c, TRACE_STORY, "%s", words);
}

const char *cluster_trace(const struct cluster *c)
{
    struct cluster *mutable = (struct cluster *)c;
    buffer_append(&mutable->trace, "", 1);
    mutable->trace.size--;
    return (const char *)c->trace.data;
}

uint64_t cluster_digest(const struct cluster *c)
{
    return c->digest;
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
    for (uint16_t i = 0; i < c->config.seats; i++) {
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

static bool at_rest(struct cluster *c, void *context)
{
    uint64_t height = c->top;
    (void)context;
    for (uint16_t i = 0; i < c->config.seats; i++) {
        struct node *n = &c->nodes[i];
        if (n->up && !n->faulty &&
            (n->disk.height != height || witness_accuses(n) || n->item_count > 0 ||
             council_at(n->council, 0) != NULL || n->turn_open)) {
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

static struct node *node_of(const struct cluster *c, uint16_t seat)
{
    assert(seat >= 1 && seat <= c->config.seats);
    return (struct node *)&c->nodes[seat - 1];
}

void cluster_start(struct cluster *c, uint16_t seat)
{
    struct node *n = node_of(c, seat);
    if (!n->up) {
        cluster_note(c, TRACE_STORY, "%u: starts at height %zu", seat, n->disk.height);
        n->height_seen = n->disk.height;
        node_start(n);
        network_reconnect(c, RECONNECT_MS);
    }
}

void cluster_start_all(struct cluster *c)
{
    for (uint16_t seat = 1; seat <= c->config.seats; seat++) {
        cluster_start(c, seat);
    }
}

void cluster_crash(struct cluster *c, uint16_t seat)
{
    struct node *n = node_of(c, seat);
    if (!n->up) {
        return;
    }
    cluster_note(c, TRACE_STORY, "%u: crashes", seat);
    node_crash(n);
    for (uint16_t peer = 1; peer <= c->config.seats; peer++) {
        if (peer != seat) {
            network_drop(c, seat, peer, c->config.notice_ms);
            network_link(c, seat, peer)->connected = false;
        }
    }
}

void cluster_crash_after(struct cluster *c, uint16_t seat, uint64_t effects)
{
    struct node *n = node_of(c, seat);
    n->crash_at = n->effects + effects;
}

uint64_t cluster_effects(const struct cluster *c, uint16_t seat)
{
    return node_of(c, seat)->effects;
}

bool cluster_is_up(const struct cluster *c, uint16_t seat)
{
    return node_of(c, seat)->up;
}

void cluster_set_clock(struct cluster *c, uint16_t seat, int64_t off_ms)
{
    node_of(c, seat)->clock_off_ms = off_ms;
}

void cluster_pause(struct cluster *c, uint16_t seat, uint64_t ms)
{
    struct node *n = node_of(c, seat);
    if (n->up && !n->puppet) {
        cluster_note(c, TRACE_STORY, "%u: stands still for %llu ms", seat,
                     (unsigned long long)ms);
        n->paused_until = c->now + ms;
        c->counts.pauses++;
    }
}

bool cluster_is_paused(const struct cluster *c, uint16_t seat)
{
    return node_of(c, seat)->paused_until > c->now;
}

void cluster_fail_disk(struct cluster *c, uint16_t seat, uint64_t ms, bool late)
{
    node_of(c, seat)->disk_fails_until = c->now + ms;
    node_of(c, seat)->disk_fails_late = late;
}

void cluster_set_faulty(struct cluster *c, uint16_t seat)
{
    node_of(c, seat)->faulty = true;
}

bool cluster_is_faulty(const struct cluster *c, uint16_t seat)
{
    return node_of(c, seat)->faulty;
}

void cluster_set_puppet(struct cluster *c, uint16_t seat)
{
    struct node *n = node_of(c, seat);
    assert(!n->up);
    n->faulty = n->puppet = true;
}

void cluster_set_voting(struct cluster *c, uint16_t seat, bool votes)
{
    node_of(c, seat)->votes = votes;
}

void cluster_starve(struct cluster *c, uint16_t by, uint16_t seat)
{
    cluster_set_faulty(c, by);
    node_of(c, by)->starves = seat;
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
    for (uint16_t a = 1; a <= c->config.seats; a++) {
        for (uint16_t b = 1; b <= c->config.seats; b++) {
            if (a != b && groups[a - 1] != groups[b - 1]) {
                cluster_cut(c, a, b);
            } else if (a != b) {
                network_link(c, a, b)->cut = false;
            }
        }
    }
    network_reconnect(c, RECONNECT_MS);
}

void cluster_isolate(struct cluster *c, uint16_t seat)
{
    for (uint16_t peer = 1; peer <= c->config.seats; peer++) {
        if (peer != seat) {
            cluster_cut(c, seat, peer);
            cluster_cut(c, peer, seat);
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
    for (uint16_t a = 1; a <= c->config.seats; a++) {
        for (uint16_t b = 1; b <= c->config.seats; b++) {
            network_link(c, a, b)->cut = false;
            network_link(c, a, b)->slow_ms = 0;
        }
        struct node *n = node_of(c, a);
        n->crash_at = UINT64_MAX;
        n->disk_fails_until = 0;
        if (!n->faulty) {
            n->clock_off_ms = 0;
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

/* --- speaking for a seat --- */

void cluster_say(struct cluster *c, uint16_t from, uint16_t to, const struct message *m)
{
    struct buffer b = {0};
    codec_encode_message(&b, m);
    struct bytes *content = bytes_copy(buffer_slice(&b));
    network_send(c, from, to, m, content);
    bytes_unref(content);
    buffer_free(&b);
}

void cluster_say_after(struct cluster *c, uint16_t from, uint16_t to,
                       const struct message *m, uint64_t ms)
{
    struct channel *l = network_link(c, from, to);
    uint64_t slow = l->slow_ms, last = l->last_at;
    l->slow_ms += ms;
    cluster_say(c, from, to, m);
    l->slow_ms = slow;
    l->last_at = last;
}

struct envelope *cluster_seal(struct cluster *c, uint16_t seat,
                              const struct slice *operations, size_t count)
{
    struct authenticator a = {.council_id = c->genesis,
                              .seats = c->config.seats,
                              .classes = c->config.council.class_count,
                              .keys = c->keys,
                              .verified = verified_set_new(16)};
    struct envelope *e =
        authenticate_seal_envelope(&a, c->secrets[seat - 1], seat, operations, count);
    verified_set_free(a.verified);
    return e;
}

void cluster_sign(struct cluster *c, uint16_t seat, struct message *m)
{
    struct authenticator a = {.council_id = c->genesis,
                              .seats = c->config.seats,
                              .classes = c->config.council.class_count,
                              .keys = c->keys,
                              .verified = verified_set_new(16)};
    (void)authenticate_own(&a, c->secrets[seat - 1], seat, m);
    verified_set_free(a.verified);
}

void cluster_forge(struct cluster *c, uint16_t seat, const struct pre_prepare *original,
                   const struct header *header, struct message *out)
{
    struct header h = *header;
    struct block *b = original->block;
    for (uint32_t i = 0; b != NULL && i < b->count; i++) {
        hash_envelope(b->envelopes[i]);
    }
    *out = (struct message){.tag = MESSAGE_PRE_PREPARE};
    out->pre_prepare.block =
        hash_build_block(&h, b != NULL ? b->envelopes : NULL, b != NULL ? b->count : 0);
    out->pre_prepare.certificate =
        original->certificate != NULL ? certificate_ref(original->certificate) : NULL;
    cluster_sign(c, seat, out);
}

/* --- the council's work --- */

struct proposal_note *cluster_proposal(struct cluster *c, const struct hash *id)
{
    for (unsigned i = c->proposal_count; i-- > 0;) {
        if (hash_equal(&c->proposals[i].id, id)) {
            return &c->proposals[i];
        }
    }
    return NULL;
}

void cluster_submit(struct cluster *c, uint16_t seat, const struct operation *op)
{
    struct node *n = node_of(c, seat);
    struct buffer encoding = {0};
    codec_encode_operation(&encoding, op);
    outbox_add(n, buffer_slice(&encoding), true);
    buffer_free(&encoding);
    node_settle(n);
}

unsigned cluster_propose_in(struct cluster *c, uint16_t seat, uint32_t class_index,
                            unsigned approvals)
{
    char nonce[16];
    struct buffer encoding = {0};
    assert(c->proposal_count < PROPOSALS_MAX && node_of(c, seat)->up);
    unsigned number = c->proposal_count++;
    c->proposals = alloc_resize(c->proposals, c->proposal_count, sizeof(*c->proposals));
    int length = snprintf(nonce, sizeof(nonce), "%u", number);
    struct operation op = {.kind = OPERATION_PROPOSE, .seat = seat};
    op.propose.class_index = class_index;
    op.propose.title = slice_of_string("a title");
    op.propose.text = slice_of_string("what is proposed");
    op.propose.nonce = slice_of(nonce, (size_t)length);
    codec_encode_operation(&encoding, &op);
    c->proposals[number] =
        (struct proposal_note){.id = hash_operation(buffer_slice(&encoding)),
                               .seat = seat,
                               .approvals = approvals};
    buffer_free(&encoding);
    cluster_note(c, TRACE_STORY, "%u: proposes %u", seat, number);
    cluster_submit(c, seat, &op);
    return number;
}

unsigned cluster_propose(struct cluster *c, uint16_t seat, unsigned approvals)
{
    return cluster_propose_in(c, seat, 0, approvals);
}

const struct record *cluster_record(const struct cluster *c, unsigned proposal)
{
    assert(proposal < c->proposal_count);
    return c->proposals[proposal].final ? &c->proposals[proposal].record : NULL;
}

const struct record *cluster_record_of(const struct cluster *c, const struct hash *id)
{
    const struct proposal_note *p = cluster_proposal((struct cluster *)c, id);
    return p != NULL && p->final ? &p->record : NULL;
}

uint64_t cluster_decisions(const struct cluster *c)
{
    uint64_t count = 0;
    for (unsigned i = 0; i < c->proposal_count; i++) {
        count += c->proposals[i].final;
    }
    return count;
}

/* --- looking --- */

const char *cluster_fault(const struct cluster *c)
{
    return c->fault[0] != '\0' ? c->fault : NULL;
}

void cluster_status(const struct cluster *c, uint16_t seat, struct pbft_status *out)
{
    assert(node_of(c, seat)->core != NULL);
    pbft_status(node_of(c, seat)->core, out);
}

uint64_t cluster_height(const struct cluster *c, uint16_t seat)
{
    return node_of(c, seat)->disk.height;
}

uint64_t cluster_view(const struct cluster *c, uint16_t seat)
{
    struct pbft_status s;
    cluster_status(c, seat, &s);
    return s.view;
}

uint64_t cluster_top(const struct cluster *c)
{
    return c->top;
}

struct block *cluster_block(const struct cluster *c, uint64_t height)
{
    assert(height >= 1 && height <= c->top);
    return c->chain[height - 1];
}

const struct hash *cluster_genesis(const struct cluster *c)
{
    return &c->genesis;
}

const struct council *cluster_council(const struct cluster *c, uint16_t seat)
{
    assert(node_of(c, seat)->council != NULL);
    return node_of(c, seat)->council;
}

bool cluster_is_expelled(const struct cluster *c, uint16_t seat)
{
    for (uint16_t i = 0; i < c->config.seats; i++) {
        const struct node *n = &c->nodes[i];
        if (n->up && !n->faulty && n->disk.height == c->top) {
            return council_is_expelled(n->council, seat);
        }
    }
    return false;
}

bool cluster_replays(const struct cluster *c)
{
    struct council *council = council_new(&c->config.council);
    struct council_result r;
    bool same = true;
    for (uint64_t h = 0; h < c->top && same; h++) {
        council_apply(council, c->chain[h], &r);
        same = hash_equal(&r.state_root, &c->roots[h]);
    }
    council_free(council);
    return same;
}

/* --- marks --- */

void cluster_mark(struct cluster *c, const char *format, ...)
{
    struct cluster_mark mark = {.count = 1};
    va_list args;
    va_start(args, format);
    (void)vsnprintf(mark.name, sizeof(mark.name), format, args);
    va_end(args);
    for (size_t i = 0; i < c->mark_count; i++) {
        if (strcmp(c->marks[i].name, mark.name) == 0) {
            c->marks[i].count++;
            return;
        }
    }
    if (c->mark_count == c->mark_capacity) {
        c->mark_capacity = c->mark_capacity > 0 ? 2 * c->mark_capacity : 32;
        c->marks = alloc_resize(c->marks, c->mark_capacity, sizeof(*c->marks));
    }
    c->marks[c->mark_count++] = mark;
}

const struct cluster_mark *cluster_marks(const struct cluster *c, size_t *count)
{
    *count = c->mark_count;
    return c->marks;
}

void cluster_counts(const struct cluster *c, struct cluster_counts *out)
{
    *out = c->counts;
}

void cluster_show(const struct cluster *c)
{
    for (uint16_t seat = 1; seat <= c->config.seats; seat++) {
        const struct node *n = node_of(c, seat);
        struct pbft_status s;
        if (!n->up || n->puppet) {
            printf("# seat %u: %s\n", seat, n->puppet ? "a puppet" : "down");
            continue;
        }
        pbft_status(n->core, &s);
        printf(
            "# seat %u:%s view %llu%s height %llu tip %llu executed %llu waiting %u "
            "items %zu timer %llu (%lld) back-off %u best (%d %llu %llu) votes %u/%u%s\n",
            seat, n->faulty ? " faulty" : "", (unsigned long long)s.view,
            s.changing ? " changing" : "", (unsigned long long)s.committed_height,
            (unsigned long long)s.tip_height, (unsigned long long)s.executed_height,
            s.waiting, n->item_count, (unsigned long long)s.request_timer_ms,
            s.timer_expires_ms == UINT64_MAX
                ? -1LL
                : (long long)(s.timer_expires_ms - node_monotonic(n)),
            s.failed_views, s.best.kind, (unsigned long long)s.best.view,
            (unsigned long long)s.best.height, s.prepares, s.commits,
            s.stopped ? " STOPPED" : "");
    }
}
