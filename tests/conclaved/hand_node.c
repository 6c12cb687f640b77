/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "hand_node.h"

#include "../council/build.h"
#include "base/alloc.h"
#include "conclaved/agents.h"
#include "conclaved/beats.h"
#include "conclaved/flagging.h"
#include "conclaved/log_ring.h"
#include "conclaved/publish.h"
#include "conclaved/rounds.h"
#include "hash/hash.h"
#include "patterns/patterns.h"
#include "replica/inside.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct hand_world hand_world;
static struct config hand_config = {.allow_bench = true,
                                    .heartbeat_ms = 1000,
                                    .dead_peer_ms = 10000,
                                    .phi = PHI_RULES_DEFAULT,
                                    .traffic = TRAFFIC_RULES_DEFAULT,
                                    .own = {200, 50},
                                    .primary = {200}};

/* --- what the methods call and is not here --- */

bool net_is_connected(const struct net *n, uint16_t seat)
{
    (void)n;
    return hand_world.connected[seat - 1];
}

unsigned net_connected_count(const struct net *n)
{
    unsigned count = 0;
    (void)n;
    for (size_t i = 0; i < SEATS_MAX; i++) {
        count += hand_world.connected[i];
    }
    return count;
}

void net_counts(const struct net *n, uint16_t seat, struct net_counts *out)
{
    (void)n;
    *out = (struct net_counts){.bytes_in = 100U * seat, .bad_frames = seat};
}

uint64_t net_strangers(const struct net *n)
{
    (void)n;
    return 7;
}

static void keep(char *out, size_t size, struct slice text)
{
    (void)snprintf(out, size, "%.*s", (int)text.size,
                   text.size > 0 ? (const char *)text.data : "");
}

int replica_propose(struct replica *r, const struct propose *p, struct hash *id,
                    struct complaint *why)
{
    (void)r;
    if (hand_world.error != 0) {
        return complain(why, hand_world.error, "refused by hand");
    }
    hand_world.proposed++;
    hand_world.class_index = p->class_index;
    keep(hand_world.title, sizeof(hand_world.title), p->title);
    keep(hand_world.text, sizeof(hand_world.text), p->text);
    keep(hand_world.evidence, sizeof(hand_world.evidence), p->evidence);
    hand_world.nonce_size = p->nonce.size;
    hand_world.payload_size = p->payload.size;
    memset(id->bytes, 0xab, sizeof(id->bytes));
    /* As if the nonce were the same, too. */
    static const char *const titles[] = {"first", "second", "third"};
    for (size_t i = 0; i < HAND_PROPOSALS; i++) {
        if (strcmp(hand_world.title, titles[i]) == 0) {
            *id = hand_world.ids[i];
        }
    }
    return 0;
}

int node_load(struct node *n, uint32_t operations, size_t size, uint32_t *waiting)
{
    (void)n;
    *waiting = 5;
    if (hand_world.error != 0) {
        return hand_world.error;
    }
    hand_world.loaded += operations;
    hand_world.load_size = size;
    *waiting += operations;
    return 0;
}

int replica_answer(struct replica *r, const struct hash *proposal, const struct ballot *b,
                   struct complaint *why)
{
    (void)r;
    (void)why;
    if (hand_world.error != 0) {
        return hand_world.error;
    }
    hand_world.answered++;
    hand_world.answered_to = *proposal;
    hand_world.ballot = *b;
    keep(hand_world.rationale, sizeof(hand_world.rationale), b->rationale);
    return 0;
}

int agents_attach(struct agents *a, struct control_session *s, const char *name,
                  struct complaint *why)
{
    (void)a;
    (void)s;
    (void)name;
    if (hand_world.error != 0) {
        return complain(why, hand_world.error, "attached already");
    }
    hand_world.attached++;
    return 0;
}

unsigned agents_count(const struct agents *a)
{
    (void)a;
    return hand_world.attached;
}

void agents_answered(struct node *n, const struct hash *proposal, bool accepted)
{
    (void)n;
    (void)proposal;
    (void)accepted;
}

void agents_failed(struct node *n, const struct hash *proposal, const char *reason)
{
    (void)n;
    (void)proposal;
    (void)reason;
    hand_world.failed++;
}

static void must(int error, const struct complaint *why, const char *what)
{
    if (error != 0) {
        printf("Bail out! %s: %s %s\n", what, error_text(error), why->text);
        exit(1);
    }
}

/* --- a replica that hears and says nothing --- */

static uint64_t no_time(void *context)
{
    (void)context;
    return 1;
}

static void on_replayed(void *context, const struct block *b,
                        const struct council_result *r)
{
    flagging_replayed(context, b, r);
}

static void start_replica(struct hand_node *h)
{
    struct complaint why = {""};
    struct replica_config config;
    struct replica_ports ports = {.monotonic_ms = no_time, .wall_ms = no_time};
    struct replica_observer observer = {.context = &h->node, .replayed = on_replayed};
    node_replica_config(h->node.charter, h->node.seat, &config);
    config.key = h->key = key_generate();
    config.core.rotate_every = UINT32_MAX; /* a long history is of one view */
    must(replica_new(&config, h->node.ledger, &ports, &observer, &h->node.replica, &why),
         &why, "replaying it");
    /* What a restarted seat asks of the others is answered: nothing is known of it. */
    for (uint16_t seat = 2; seat <= 4; seat++) {
        struct message m = {.tag = MESSAGE_REPORT, .report = {.seat = 1}};
        struct pbft_event event = {.kind = PBFT_MESSAGE, .message = {&m, seat}};
        replica_connected(h->node.replica, seat);
        turn_feed(h->node.replica, &event);
    }
}

/* --- a short history --- */

struct history {
    struct hand_node *h;
    struct council *council;
    struct hash tip, root;
    uint64_t height;
    struct batch batch;
    uint64_t records;
};

static void take_events(struct history *t, const struct council_result *r)
{
    struct ledger *l = t->h->node.ledger;
    struct council_summary now;
    council_summarize(t->council, &now);
    ledger_put_effects(l, t->height, &now.effects);
    ledger_put_deeds(l, t->height, r->deeds);
    for (size_t i = 0; i < r->event_count; i++) {
        const struct council_event *e = &r->events[i];
        if (e->kind == COUNCIL_OPENED) {
            ledger_put_proposal(l, &e->proposal, t->height);
        } else if (e->kind == COUNCIL_FINAL) {
            ledger_put_record(l, t->records++, &e->proposal, t->height, e->record_encoding);
        }
    }
}

/* The operations gathered become the next block, which every second time is certified by
 * seats 1, 2 and 4. */
static void add_block(struct history *t)
{
    struct ledger *l = t->h->node.ledger;
    struct header header = {.height = t->height + 1,
                            .prev_hash = t->tip,
                            .time_ms = t->h->rules.created_ms + 1000 * (t->height + 1),
                            .executed_height = t->height,
                            .state_root = t->root};
    struct block *b = batch_build(&t->batch, header, PACKING_JOINED);
    struct council_result result;
    t->height++;
    t->tip = b->hash;
    ledger_append(l, b);
    council_apply(t->council, b, &result);
    t->root = result.state_root;
    take_events(t, &result);
    if (t->height % 2 == 1) {
        static const uint16_t seats[] = {1, 2, 4};
        struct certificate *c = certificate_new(3);
        c->what = (struct best){CERTIFICATE_COMMIT, 0, t->height, b->hash};
        for (size_t i = 0; i < 3; i++) {
            c->entries[i].seat = seats[i];
        }
        ledger_put_commit(l, c);
        certificate_unref(c);
    }
    block_unref(b);
}

static void open_one(struct history *t, uint16_t seat, unsigned index, const char *title,
                     const char *text)
{
    struct buffer *out = batch_next(&t->batch);
    struct operation op = {.kind = OPERATION_PROPOSE, .seat = seat};
    op.propose.title = slice_of_string(title);
    op.propose.text = slice_of_string(text);
    op.propose.evidence = slice_of_string("{\"cost\":17}");
    op.propose.nonce = slice_of_string(title);
    codec_encode_operation(out, &op);
    t->h->ids[index] = hash_operation(buffer_slice(out));
}

static void commit_all(struct history *t, unsigned index, uint16_t seats, unsigned approve)
{
    for (uint16_t seat = 1; seat <= seats; seat++) {
        build_commit(batch_next(&t->batch), &t->h->rules, seat, &t->h->ids[index],
                     seat <= approve ? CHOICE_APPROVE : CHOICE_REJECT, seat);
    }
}

static void reveal_all(struct history *t, unsigned index, uint16_t seats, unsigned approve)
{
    for (uint16_t seat = 1; seat <= seats; seat++) {
        build_reveal(batch_next(&t->batch), seat, &t->h->ids[index],
                     seat <= approve ? CHOICE_APPROVE : CHOICE_REJECT, seat);
    }
}

/* Approved ones, each final with the block that opens what follows. */
static void write_more(struct history *t, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        char title[32];
        (void)snprintf(title, sizeof(title), "more, the %uth", i);
        open_one(t, 1, 2, title, "As before.");
        add_block(t);
        commit_all(t, 2, 4, 3);
        add_block(t);
        reveal_all(t, 2, 4, 3);
        add_block(t);
    }
}

static void write_history(struct hand_node *h, unsigned more)
{
    struct history t = {
        .h = h, .council = council_new(&h->rules), .tip = h->node.charter->council_id};
    struct council_summary genesis;
    council_summarize(t.council, &genesis);
    t.root = genesis.state_root;
    open_one(&t, 1, 0, "first", "Let it be done.\nAnd soon.");
    add_block(&t);
    commit_all(&t, 0, 4, 3);
    add_block(&t);
    reveal_all(&t, 0, 4, 3);
    add_block(&t);
    open_one(&t, 2, 1, "second", "B\xc3\xb6se");
    add_block(&t);
    commit_all(&t, 1, 4, 1);
    add_block(&t);
    reveal_all(&t, 1, 4, 1);
    add_block(&t);
    add_block(&t);
    write_more(&t, more);
    open_one(&t, 3, 2, "third", "");
    add_block(&t);
    commit_all(&t, 2, 2, 2);
    add_block(&t);
    batch_free(&t.batch);
    council_free(t.council);
}

void hand_node_make_long(struct hand_node *h, const char *charter, unsigned more)
{
    struct complaint why = {""};
    struct node *n = &h->node;
    memset(h, 0, sizeof(*h));
    memset(&hand_world, 0, sizeof(hand_world));
    hand_world.connected[1] = hand_world.connected[2] = hand_world.connected[3] = true;
    const char *base = getenv("TMPDIR");
    h->dir = alloc_printf("%s/conclave-node-XXXXXX", base != NULL ? base : "/tmp");
    must(mkdtemp(h->dir) == NULL ? CONCLAVE_EIO : 0, &why, h->dir);
    must(key_library_init(), &why, "sodium");
    must(charter_load(charter, &n->charter, &why), &why, charter);
    n->seat = 1;
    n->keys = alloc_zero(n->charter->seat_count, sizeof(*n->keys));
    for (uint16_t i = 0; i < n->charter->seat_count; i++) {
        n->keys[i] = n->charter->seats[i].key;
    }
    struct replica_config config;
    node_replica_config(n->charter, n->seat, &config);
    h->rules = config.council;
    struct ledger_identity id = {n->charter->council_id, 1, n->charter->seat_count};
    char *store = alloc_printf("%s/store", h->dir);
    must(ledger_open(store, LEDGER_CREATE, &id, &n->ledger, &why), &why, store);
    free(store);
    n->published = published_new();
    must(flagging_open(n, &why), &why, "the flags");
    flagging_findings_new(n);
    write_history(h, more);
    must(ledger_commit(n->ledger), &why, "the history");
    start_replica(h);
    n->config = &hand_config;
    n->log = log_ring_new();
    n->rounds = rounds_new(n->charter->seat_count, ledger_height(n->ledger));
    n->beats = beats_new(n->charter->seat_count, n->seat, hand_config.heartbeat_ms, 0);
    memcpy(hand_world.ids, h->ids, sizeof(h->ids));
}

void hand_node_make(struct hand_node *h, const char *charter)
{
    hand_node_make_long(h, charter, 0);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

void hand_node_free(struct hand_node *h)
{
    replica_free(h->node.replica);
    key_free(h->key);
    free(h->node.keys);
    log_ring_free(h->node.log);
    rounds_free(h->node.rounds);
    beats_free(h->node.beats);
    flagging_free(h->node.flagging);
    patterns_free(h->node.patterns);
    json_decref(h->node.diversity);
    published_free(h->node.published);
    ledger_close(h->node.ledger);
    charter_free(h->node.charter);
    (void)nftw(h->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(h->dir);
}
