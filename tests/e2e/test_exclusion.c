/* SPDX-License-Identifier: ISC */
/*
 * A seat that signs two statements is expelled and one that casts no ballots is suspended,
 * sits out an epoch and returns: seen in the log, in `seats`, `show` and `ledger`, and
 * found again in a copy of one store by somebody who has only that and the charter.
 */
#include "../attacks/scene.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "council/charter_rules.h"
#include "crypto/authenticate.h"
#include "hash/hash.h"
#include "ledger/ledger.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { SEATS = 7, EVIL = 7, LAZY = 6, WAIT_MS = 30000, ROUNDS = 40 };

static bool approve(void *context, unsigned seat, const json_t *params,
                    struct live_ballot *out)
{
    (void)context, (void)seat, (void)params, (void)out;
    return true;
}

/* --- what is done --- */

static void vote_double(void *context, struct evil *e, uint16_t victim,
                        const struct message *m)
{
    struct hash other = signers_hash(0x66);
    (void)context;
    if (m->tag == MESSAGE_COMMIT) {
        evil_vote(e, victim, PHASE_COMMIT, m->vote.view, m->vote.height, &m->vote.block);
        evil_vote(e, victim, PHASE_COMMIT, m->vote.view, m->vote.height, &other);
    }
}

/* Proposals are decided until the log of seat 1 has the text. The last one's id. */
static bool decide_until(struct scene *s, const char *text, char *id)
{
    for (int i = 0; i < ROUNDS && live_log_count(s->l, 1, text) == 0; i++) {
        json_t *p = NULL;
        if (live_propose(s->l, 1, "quick", "one more", NULL, id) == 0) {
            p = live_wait_final(s->l, 1, id, WAIT_MS);
        }
        if (p == NULL) {
            return false;
        }
        json_decref(p);
    }
    return live_log_count(s->l, 1, text) > 0;
}

static void check_conviction(struct scene *s)
{
    char id[LIVE_ID_BYTES];
    bool convicted = false;
    is(evil_connect_all(s->e), SEATS - 1, "an evil seat is connected to everyone");
    s->e->on_message = vote_double;
    uint64_t until = clock_monotonic_ms() + WAIT_MS;
    while (!convicted && clock_monotonic_ms() < until) {
        (void)live_propose(s->l, 1, "quick", "with double votes", NULL, id);
        evil_pump(s->e, 100);
        convicted = live_log_count(s->l, 1, "event=seat.convicted seat=7 statement=commit");
    }
    s->e->on_message = NULL;
    evil_drop(s->e, 0);
    ok(convicted, "who votes twice is convicted, and the log says of what");
}

/* --- what is seen --- */

static json_int_t number_of(struct scene *s, unsigned about, const char *member)
{
    return scene_peer_number(s, 1, about, member);
}

/* What conclave says with these words, which must be in it. */
static void says(struct scene *s, const char *command, const char *operand,
                 const char *words)
{
    const char *argv[] = {"conclave", command, "--socket", live_seat(s->l, 1)->socket,
                          operand,    NULL};
    struct live_output o = live_run(s->l, WAIT_MS, argv);
    if (!ok(o.status == 0 && strstr(o.out, words) != NULL, "conclave %s says: %s", command,
            words)) {
        printf("# %s\n# %s\n", o.out, o.err);
    }
    live_output_free(&o);
}

/* The flag of the seat that voted twice, with both votes, at every node. */
static void check_flag(struct scene *s, unsigned seat)
{
    json_t *params = json_pack("{s:s,s:i}", "kind", "equivocation", "seat", EVIL);
    json_t *flags = live_call(s->l, seat, "flags", params);
    const json_t *list = json_object_get(flags, "flags");
    const json_t *id = json_object_get(json_array_get(list, 0), "id");
    is((int64_t)json_array_size(list), 1, "it has one flag");
    json_t *flag = live_call(s->l, seat, "flag", json_pack("{s:O}", "id", id));
    const json_t *evidence = json_object_get(flag, "evidence");
    const json_t *first = json_object_get(evidence, "first");
    const json_t *second = json_object_get(evidence, "second");
    const json_t *view = json_object_get(first, "view");
    const char *one = json_string_value(json_object_get(first, "block"));
    const char *other = json_string_value(json_object_get(second, "block"));
    const char *text = json_string_value(json_object_get(flag, "text"));
    ok(json_is_integer(view) && json_equal(view, json_object_get(second, "view")) &&
           one != NULL && other != NULL && strcmp(one, other) != 0,
       "with both votes");
    ok(json_is_false(json_object_get(flag, "local")) &&
           json_equal(json_object_get(flag, "height"),
                      json_object_get(evidence, "expelled_height")),
       "and where the ledger has them: %s", text != NULL ? text : "?");
    json_decref(flag);
    json_decref(flags);
}

/* The proof, checked with nothing but Ed25519. */
static bool statement_holds(const json_t *proof, const char *name)
{
    const json_t *s = json_object_get(proof, name);
    const char *key = json_string_value(json_object_get(proof, "key"));
    const char *text = json_string_value(json_object_get(s, "signed"));
    const char *signature = json_string_value(json_object_get(s, "signature"));
    uint8_t pk[32], sig[64], bytes[1024];
    size_t size = text != NULL ? strlen(text) / 2 : 0;
    return key != NULL && signature != NULL && size > 0 && size <= sizeof(bytes) &&
           hex_decode(pk, sizeof(pk), key, strlen(key)) == 0 &&
           hex_decode(sig, sizeof(sig), signature, strlen(signature)) == 0 &&
           hex_decode(bytes, size, text, 2 * size) == 0 &&
           crypto_sign_verify_detached(sig, bytes, size, pk) == 0;
}

static void check_evidence(struct scene *s)
{
    const char *argv[] = {
        "conclave", "evidence", "--json", "--socket", live_seat(s->l, 1)->socket, NULL};
    struct live_output o = live_run(s->l, WAIT_MS, argv);
    json_t *answer = json_loads(o.out, 0, NULL);
    const json_t *proof = json_array_get(json_object_get(answer, "evidence"), 0);
    const json_t *first = json_object_get(json_object_get(proof, "first"), "signed");
    const json_t *second = json_object_get(json_object_get(proof, "second"), "signed");
    ok(o.status == 0 && json_is_true(json_object_get(proof, "verified")) &&
           json_integer_value(json_object_get(proof, "seat")) == EVIL,
       "conclave evidence has checked the proof");
    ok(statement_holds(proof, "first") && statement_holds(proof, "second") &&
           !json_equal(first, second),
       "which anyone can: the key signed two texts");
    json_decref(answer);
    live_output_free(&o);
    says(s, "evidence", "7", "signed two different commit statements.");
    says(s, "evidence", "1", "no evidence");
}

/* Its row, from the node and from its store. */
static void check_export(struct scene *s)
{
    struct live_seat *seat = live_seat(s->l, 1);
    struct live_output node =
        live_run(s->l, WAIT_MS,
                 (const char *[]){"conclave", "export", "convictions", "--json", "--socket",
                                  seat->socket, NULL});
    struct live_output store =
        live_run(s->l, WAIT_MS,
                 (const char *[]){"conclave", "export", "convictions", "--json", "--config",
                                  seat->config, NULL});
    json_t *row = json_loads(node.out, 0, NULL);
    const char *kind = json_string_value(json_object_get(row, "evidence"));
    ok(json_integer_value(json_object_get(row, "seat")) == EVIL &&
           json_integer_value(json_object_get(row, "expelled_height")) ==
               number_of(s, EVIL, "expelled_height") &&
           json_integer_value(json_object_get(row, "expelled_ms")) > 0 && kind != NULL &&
           strcmp(kind, "commit") == 0 && json_is_integer(json_object_get(row, "height")) &&
           json_is_null(json_object_get(row, "proposal")),
       "conclave export lists the conviction");
    if (!ok(strcmp(node.out, store.out) == 0, "the same of the node and of its store")) {
        printf("# %s# %s# %s\n", node.out, store.out, store.err);
    }
    json_decref(row);
    live_output_free(&node);
    live_output_free(&store);
}

static bool row_is(const json_t *p, unsigned seat, const char *status)
{
    const json_t *row = json_array_get(json_object_get(p, "seats"), seat - 1);
    const char *got = json_string_value(json_object_get(row, "status"));
    return got != NULL && strcmp(got, status) == 0;
}

static void check_suspension(struct scene *s)
{
    char id[LIVE_ID_BYTES], words[96];
    live_agent_set(s->l, LAZY, NULL, NULL);
    ok(decide_until(s, "event=seat.suspended seat=6 ", id),
       "who casts no ballots is suspended");
    json_int_t epoch = live_number(s->l, 1, "epoch");
    is(number_of(s, LAZY, "suspended_until_epoch"), epoch + 1, "for one epoch");
    json_int_t height = number_of(s, EVIL, "expelled_height");
    ok(height > 0, "the other one is expelled by block %lld", (long long)height);
    (void)snprintf(words, sizeof(words),
                   "is expelled: block %lld proves two different commit statements",
                   (long long)height);
    says(s, "seats", NULL, words);
    (void)snprintf(words, sizeof(words), "is suspended until epoch %lld",
                   (long long)epoch + 1);
    says(s, "seats", NULL, words);
    (void)snprintf(words, sizeof(words), "%lld", (long long)height);
    says(s, "ledger", words, "two different commit statements, view ");
    check_flag(s, 1);
    check_evidence(s);
    check_export(s);
    check_flag(s, 4);

    is(live_propose(s->l, 1, "quick", "without two seats", NULL, id), 0, "a proposal");
    json_t *p = live_wait_final(s->l, 1, id, WAIT_MS);
    ok(row_is(p, LAZY, "not-awaited") && row_is(p, EVIL, "expelled"),
       "its record shows both");
    json_decref(p);
    says(s, "show", id, "suspended");
    says(s, "show", id, "expelled");

    live_agent_set(s->l, LAZY, approve, NULL);
    ok(decide_until(s, "event=seat.reinstated seat=6 ", id),
       "after the epoch the suspended seat is back");
    is(live_number(s->l, 1, "epoch"), epoch + 1, "in the next one");
    is(live_propose(s->l, 1, "quick", "with one more", NULL, id), 0, "a proposal");
    p = live_wait_final(s->l, 1, id, WAIT_MS);
    const json_t *row = json_array_get(json_object_get(p, "seats"), LAZY - 1);
    ok(json_is_true(json_object_get(row, "active")), "it is waited for again");
    json_decref(p);
}

/* --- what the ledger alone tells --- */

/* Both statements of an EVIDENCE about votes are signed by the seat, and contradict each
 * other; looked at here without the code that the nodes use for it. */
static bool is_proof(const struct charter *c, const struct operation *op)
{
    const struct evidence *v = &op->evidence;
    const struct public_key *key = &c->seats[op->seat - 1].key;
    struct vote a, b;
    return v->kind == EVIDENCE_COMMIT &&
           sign_verify(key, LABEL_COMMIT, &c->council_id, v->first.body,
                       &v->first.signature) == 0 &&
           sign_verify(key, LABEL_COMMIT, &c->council_id, v->second.body,
                       &v->second.signature) == 0 &&
           codec_decode_body_vote(v->first.body, &a) == 0 &&
           codec_decode_body_vote(v->second.body, &b) == 0 && a.view == b.view &&
           a.height == b.height && !hash_equal(&a.block, &b.block);
}

struct recount {
    struct scene *s;
    struct council *council;
    struct hash tip;
    uint64_t convicted_at[SEATS + 1];
    bool was_suspended[SEATS + 1];
    unsigned proofs, bad;
};

static void count_evidence(struct recount *r, const struct block *b)
{
    for (uint32_t i = 0; i < b->count; i++) {
        const struct envelope *e = b->envelopes[i];
        for (uint32_t j = 0; j < e->count; j++) {
            struct operation op;
            if (codec_decode_operation(e->operations[j], &op) != 0 ||
                op.kind != OPERATION_EVIDENCE) {
                continue;
            }
            bool good = is_proof(r->s->l->charter, &op);
            r->proofs += good;
            r->bad += !good;
            if (good && r->convicted_at[op.seat] == 0) {
                r->convicted_at[op.seat] = b->header.height;
            }
        }
    }
}

static void replay(struct recount *r, struct ledger *l)
{
    struct charter *c = r->s->l->charter;
    struct public_key keys[SEATS];
    for (unsigned i = 0; i < SEATS; i++) {
        keys[i] = c->seats[i].key;
    }
    struct authenticator auth = {.council_id = c->council_id,
                                 .seats = SEATS,
                                 .classes = c->class_count,
                                 .keys = keys,
                                 .verified = verified_set_new(64)};
    r->tip = c->council_id;
    for (uint64_t height = 1; height <= ledger_height(l); height++) {
        struct block *b = NULL;
        struct council_result result;
        bool good = ledger_block(l, height, &b) == 0 && authenticate_block(&auth, b) == 0 &&
                    hash_equal(&b->header.prev_hash, &r->tip);
        r->bad += !good;
        if (good) {
            r->tip = b->hash;
            count_evidence(r, b);
            council_apply(r->council, b, &result);
            for (uint16_t seat = 1; seat <= SEATS; seat++) {
                r->was_suspended[seat] |= council_is_suspended(r->council, seat);
            }
        }
        block_unref(b);
        if (!good) {
            break;
        }
    }
    verified_set_free(auth.verified);
}

static void copy_file(const char *from, const char *to)
{
    FILE *in = fopen(from, "re"), *out = fopen(to, "we");
    char bytes[65536];
    size_t got = 0;
    while (in != NULL && out != NULL && (got = fread(bytes, 1, sizeof(bytes), in)) > 0) {
        (void)fwrite(bytes, 1, got, out);
    }
    ok(in != NULL && out != NULL && fclose(out) == 0, "a copy of the store");
    if (in != NULL) {
        (void)fclose(in);
    }
}

static void check_ledger(struct scene *s)
{
    ok(live_wait_level(s->l, WAIT_MS), "all nodes are level");
    struct recount r = {.s = s};
    struct hash root = scene_hash(s, 1, "state_root");
    json_int_t expelled_height = number_of(s, EVIL, "expelled_height");
    struct complaint why = {""};
    bool was_told[SEATS + 1] = {false}, is_told[SEATS + 1] = {false};
    for (unsigned seat = 1; seat <= SEATS; seat++) {
        char words[64];
        (void)snprintf(words, sizeof(words), "event=seat.suspended seat=%u ", seat);
        was_told[seat] = live_log_count(s->l, 1, words) > 0;
        is_told[seat] = number_of(s, seat, "suspended_until_epoch") > 0;
    }
    char *dir = alloc_printf("%s/copy", s->l->dir);
    char *from = alloc_printf("%s/data.mdb", live_seat(s->l, 1)->data);
    char *to = alloc_printf("%s/data.mdb", dir);
    struct ledger *l = NULL;
    is(live_stop(s->l, 1, WAIT_MS), 0, "a node is stopped");
    ok(mkdir(dir, 0700) == 0, "a folder");
    copy_file(from, to);
    if (is(ledger_open(dir, LEDGER_READ, NULL, &l, &why), 0, "which is opened to read")) {
        struct council_rules rules = council_rules_of(s->l->charter);
        struct council_summary summary;
        r.council = council_new(&rules);
        replay(&r, l);
        council_summarize(r.council, &summary);
        is(r.bad, 0, "every block and every proof is good");
        ok(r.proofs > 0, "%u proofs", r.proofs);
        ok(hash_equal(&summary.state_root, &root), "the nodes' state is found again");
        bool same = true;
        for (uint16_t seat = 1; seat <= SEATS; seat++) {
            uint64_t height = r.convicted_at[seat];
            same &= council_is_expelled(r.council, seat) == (height > 0);
            same &= council_convicted_at(r.council, seat) == height;
            same &= (seat == EVIL) == (height > 0);
            same &= was_told[seat] == r.was_suspended[seat];
            same &= is_told[seat] == council_is_suspended(r.council, seat);
        }
        ok(same, "the proofs alone convict the seat that the nodes expelled, and the same "
                 "seats were suspended");
        is((int64_t)r.convicted_at[EVIL], expelled_height, "by the block that they name");
        council_free(r.council);
        ledger_close(l);
    } else {
        printf("# %s\n", why.text);
    }
    free(dir);
    free(from);
    free(to);
}

int main(void)
{
    live_limit(200);
    struct scene *s = scene_new(SEATS, EVIL,
                                "{\"timing\":{\"timer_floor_ms\":250,"
                                "\"timer_ceiling_ms\":2500},"
                                "\"epoch\":{\"decisions\":4,\"absences\":1}}",
                                "heartbeat-ms = 200\ndead-peer-ms = 2000\n");
    check_conviction(s);
    check_suspension(s);
    check_ledger(s);
    ok(live_quiet(s->l), "no node wrote to standard error");
    if (tap_failures > 0) {
        live_show_logs(s->l, 20);
    }
    scene_free(s);
    return tap_done();
}
