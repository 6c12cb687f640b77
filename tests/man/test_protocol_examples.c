/* SPDX-License-Identifier: ISC */
/*
 * The worked examples of conclave-protocol(7), computed by the program's own code from the
 * inputs that stand in the page: the charter, the seats' seeds, a PROPOSE and the REVEALs.
 * They tell one story: a council of four decides one proposal in five blocks.
 */
#include "page.h"

#include "base/alloc.h"
#include "charter/charter.h"
#include "council/charter_rules.h"
#include "crypto/authenticate.h"
#include "hash/hash.h"
#include "hash/merkle.h"
#include "tlog/checkpoint.h"
#include "verify/verify.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include "tap.h"

#include <stdlib.h>
#include <string.h>

enum { SEATS = 4, QUORUM = 3, BLOCKS = 5, PROPOSER = 2, STEP_MS = 1000 };

struct story {
    struct page *page;
    struct charter *charter;
    struct secret_key *secrets[SEATS];
    struct public_key keys[SEATS];
    struct authenticator auth;
    struct council *council;
    struct hash proposal;
    struct hash effects, state_root; /* after the last block */
    struct hash effects_before;      /* and after the one before it */
    struct buffer record;
    struct signature hands[SEATS + 1]; /* of the ballots by seat, 0 of the PROPOSE */
    struct header last;                /* of the last block */
    struct hash last_hash;
};

static char *numbered(const char *name, unsigned number)
{
    static char text[64];
    (void)snprintf(text, sizeof(text), "%s %u", name, number);
    return text;
}

static void shows(struct story *s, const char *name, struct slice bytes)
{
    ok(page_shows(s->page, name, bytes), "%s", name);
}

static void shows_hash(struct story *s, const char *name, const struct hash *h)
{
    shows(s, name, slice_of(h->bytes, HASH_BYTES));
}

/* Compares and frees. */
static void shows_buffer(struct story *s, const char *name, struct buffer *b)
{
    shows(s, name, buffer_slice(b));
    buffer_free(b);
}

static void write_hash(struct buffer *out, const struct hash *h)
{
    cbor_write_bytes(out, slice_of(h->bytes, HASH_BYTES));
}

/* What a signature covers, written down once more. */
static void shows_signed(struct story *s, const char *name, const char *label,
                         struct slice body)
{
    struct buffer b = {0};
    uint8_t length = (uint8_t)strlen(label);
    buffer_append(&b, &length, 1);
    buffer_append(&b, label, length);
    buffer_append(&b, s->charter->council_id.bytes, HASH_BYTES);
    buffer_append_slice(&b, body);
    shows_buffer(s, name, &b);
}

/* --- the parts that need no block --- */

static void begin(struct story *s)
{
    struct complaint why = {""};
    struct buffer encoding = {0};
    memset(s, 0, sizeof(*s));
    s->page = page_load("conclave-protocol.7");
    if (charter_parse(page_json(s->page), &s->charter, &why) != 0) {
        printf("Bail out! the charter: %s\n", why.text);
        exit(99);
    }
    (void)charter_encode(page_json(s->page), &encoding, &why);
    shows_buffer(s, "charter", &encoding);
    shows_hash(s, "council_id", &s->charter->council_id);
    for (unsigned i = 0; i < SEATS; i++) {
        struct slice seed = page_input(s->page, numbered("seed", i + 1));
        if (seed.size != 32) {
            printf("Bail out! a seed has 32 bytes\n");
            exit(99);
        }
        s->secrets[i] = key_from_seed(seed.data);
        key_public(s->secrets[i], &s->keys[i]);
        ok(memcmp(&s->keys[i], &s->charter->seats[i].key, sizeof(s->keys[i])) == 0,
           "seed %u gives the charter's key", i + 1);
    }
    s->auth = (struct authenticator){.council_id = s->charter->council_id,
                                     .seats = SEATS,
                                     .classes = s->charter->class_count,
                                     .keys = s->keys,
                                     .verified = verified_set_new(256)};
}

static void tell_trees(struct story *s)
{
    struct hash leaves[3];
    struct hash path[MERKLE_PATH_MAX];
    struct buffer b = {0};
    for (size_t i = 0; i < 3; i++) {
        uint8_t letter = (uint8_t)('a' + i);
        leaves[i] = merkle_leaf(slice_of(&letter, 1));
    }
    struct hash none = merkle_root(NULL, 0);
    struct hash three = merkle_root(leaves, 3);
    shows_hash(s, "mth of nothing", &none);
    shows_hash(s, "mth of a b c", &three);
    size_t length = merkle_path(leaves, 3, 1, path);
    buffer_append(&b, path, length * HASH_BYTES);
    shows_buffer(s, "path of b", &b);
}

static void tell_channel(struct story *s)
{
    struct buffer hello = {0};
    struct buffer prologue = {0};
    uint8_t version = PROTOCOL_VERSION;
    buffer_append(&hello, "conclave", 8);
    buffer_append(&hello, &version, 1);
    buffer_append(&hello, s->charter->council_id.bytes, 8);
    shows_buffer(s, "hello", &hello);
    buffer_append(&prologue, "conclave/1", 10);
    buffer_append(&prologue, s->charter->council_id.bytes, HASH_BYTES);
    shows_buffer(s, "prologue", &prologue);
    uint8_t channel[PUBLIC_KEY_BYTES];
    ok(key_channel_public(&s->keys[0], channel) == 0, "seat 1 has a key for the channel");
    shows(s, "channel key 1", slice_of(channel, sizeof(channel)));
}

/* --- blocks --- */

static void shows_state(struct story *s, unsigned height)
{
    struct council_summary now;
    struct buffer b = {0};
    council_summarize(s->council, &now);
    cbor_write_array(&b, 3);
    write_hash(&b, &now.effects);
    cbor_write_uint(&b, now.final_count);
    write_hash(&b, &now.decisions_root);
    struct hash root = hash_labelled(LABEL_STATE, buffer_slice(&b));
    ok(hash_equal(&root, &now.state_root), "state %u hashes to the council's state_root",
       height);
    shows_buffer(s, numbered("state", height), &b);
    shows_hash(s, numbered("state_root", height), &now.state_root);
    s->effects = now.effects;
    s->state_root = now.state_root;
}

static void found(struct story *s)
{
    const struct charter *c = s->charter;
    struct council_rules rules = council_rules_of(c);
    s->council = council_new(&rules);
    s->last = charter_genesis(c);
    s->last_hash = c->council_id;
    shows_state(s, 0);
    ok(hash_equal(&s->state_root, &s->last.state_root), "the charter's state_root is this");
}

/* What a block did, as section 6 says it, hashed here to see that it is what the council
 * hashed: an array per envelope of a zero per operation, and what the story expects. */
static void shows_effects(struct story *s, unsigned height, const struct block *b,
                          unsigned step)
{
    struct buffer did = {0};
    cbor_write_array(&did, 5);
    write_hash(&did, &s->effects);
    cbor_write_uint(&did, height);
    cbor_write_array(&did, b->count);
    for (uint32_t i = 0; i < b->count; i++) {
        cbor_write_array(&did, b->envelopes[i]->count);
        for (uint32_t k = 0; k < b->envelopes[i]->count; k++) {
            cbor_write_uint(&did, VERDICT_EFFECT);
        }
    }
    cbor_write_array(&did, step != 0 ? 1 : 0);
    if (step != 0) {
        cbor_write_array(&did, 2);
        write_hash(&did, &s->proposal);
        cbor_write_uint(&did, step);
    }
    cbor_write_array(&did, 0);
    struct council_summary now;
    council_summarize(s->council, &now);
    struct hash effects = hash_labelled(LABEL_EFFECTS, buffer_slice(&did));
    ok(hash_equal(&effects, &now.effects), "effects %u hash to the council's", height);
    shows_buffer(s, numbered("effects", height), &did);
}

static void shows_record(struct story *s, const struct council_result *r)
{
    for (size_t i = 0; i < r->event_count; i++) {
        const struct council_event *e = &r->events[i];
        if (e->kind == COUNCIL_FINAL) {
            struct hash leaf = merkle_leaf(e->record_encoding);
            shows(s, "record", e->record_encoding);
            buffer_append_slice(&s->record, e->record_encoding);
            shows_hash(s, "decisions_root 4", &leaf);
            ok(e->record->outcome == OUTCOME_APPROVED && e->record->approve == 3,
               "three of four approved");
        }
    }
}

/* Adds the next block; step is what the proposal then does. */
static void add_block(struct story *s, struct envelope **envelopes, size_t count,
                      unsigned step)
{
    unsigned height = (unsigned)s->last.height + 1;
    struct header h = {.version = PROTOCOL_VERSION,
                       .height = height,
                       .prev_hash = s->last_hash,
                       .view = 0,
                       .time_ms = s->last.time_ms + STEP_MS,
                       .executed_height = height - 1,
                       .state_root = s->state_root};
    struct block *b = hash_build_block(&h, envelopes, count);
    struct block *decoded = NULL;
    struct council_result result;
    shows(s, numbered("block", height), b->encoding);
    shows_hash(s, numbered("block_hash", height), &b->hash);
    bool good = codec_decode_block(b->owner, b->encoding, &decoded) == 0 &&
                authenticate_block(&s->auth, decoded) == 0;
    ok(good && hash_equal(&decoded->hash, &b->hash), "block %u is authentic", height);
    if (height == 1) {
        struct buffer header = {0};
        codec_encode_header(&header, &h);
        shows_buffer(s, "header 1", &header);
        shows_hash(s, "ops_root 1", &h.ops_root);
    }
    council_apply(s->council, b, &result);
    s->effects_before = s->effects;
    shows_effects(s, height, b, step);
    shows_record(s, &result);
    shows_state(s, height);
    s->last = h;
    s->last_hash = b->hash;
    block_unref(decoded);
    block_unref(b);
    for (size_t i = 0; i < count; i++) {
        envelope_unref(envelopes[i]);
    }
}

static void tell_proposal(struct story *s)
{
    struct slice propose = page_input(s->page, "propose");
    struct operation op;
    is(codec_decode_operation(propose, &op), 0, "the PROPOSE is one");
    is(op.seat, PROPOSER, "of its seat");
    s->proposal = hash_operation(propose);
    shows_hash(s, "proposal_id", &s->proposal);

    struct envelope *e = authenticate_seal_envelope(&s->auth, s->secrets[PROPOSER - 1],
                                                    PROPOSER, &propose, 1);
    struct buffer body = {0};
    shows_hash(s, "env_root", &e->env_root);
    codec_body_envelope(&body, e->count, &e->env_root);
    shows_signed(s, "signed bytes", LABEL_ENVELOPE, buffer_slice(&body));
    shows(s, "signature", slice_of(e->signature.bytes, SIGNATURE_BYTES));
    shows(s, "envelope", e->encoding);
    s->hands[0] = e->signature;
    buffer_free(&body);
    add_block(s, &e, 1, 0);
}

/* The third of these envelopes, in the ops_root of their block. */
static void tell_path(struct story *s, struct envelope *const *envelopes)
{
    struct buffer leaf = {0};
    struct hash ids[SEATS], path[MERKLE_PATH_MAX];
    for (size_t i = 0; i < SEATS; i++) {
        ids[i] = envelopes[i]->id;
    }
    codec_envelope_leaf(&leaf, envelopes[2]);
    shows_buffer(s, "leaf of envelope 3", &leaf);
    size_t length = merkle_path(ids, SEATS, 2, path);
    shows(s, "path of envelope 3", slice_of(path, length * HASH_BYTES));
}

static void tell_ballots(struct story *s)
{
    struct envelope *ballots[SEATS];
    struct envelope *reveals[SEATS];
    for (uint16_t seat = 1; seat <= SEATS; seat++) {
        struct slice reveal = page_input(s->page, numbered("reveal", seat));
        struct operation op;
        struct buffer preimage = {0};
        struct buffer encoding = {0};
        is(codec_decode_operation(reveal, &op), 0, "the REVEAL is one");
        ok(op.seat == seat && hash_equal(&op.reveal.proposal, &s->proposal),
           "of seat %u for this proposal", seat);
        struct operation ballot = {.kind = OPERATION_BALLOT, .seat = seat};
        ballot.ballot.proposal = s->proposal;
        ballot.ballot.commitment =
            hash_commitment(&s->charter->council_id, &s->proposal, seat, &op.reveal.ballot,
                            op.reveal.nonce);
        codec_encode_operation(&encoding, &ballot);
        if (seat == 1) {
            struct hash rationale = hash_rationale(op.reveal.ballot.rationale);
            codec_commitment(&preimage, &s->charter->council_id, &s->proposal, seat,
                             &op.reveal.ballot, op.reveal.nonce);
            shows(s, "committed to 1", buffer_slice(&preimage));
            shows_hash(s, "commitment 1", &ballot.ballot.commitment);
            shows(s, "ballot 1", buffer_slice(&encoding));
            shows_hash(s, "rationale_hash 1", &rationale);
        }
        struct slice operation = buffer_slice(&encoding);
        ballots[seat - 1] =
            authenticate_seal_envelope(&s->auth, s->secrets[seat - 1], seat, &operation, 1);
        s->hands[seat] = ballots[seat - 1]->signature;
        reveals[seat - 1] =
            authenticate_seal_envelope(&s->auth, s->secrets[seat - 1], seat, &reveal, 1);
        buffer_free(&preimage);
        buffer_free(&encoding);
    }
    tell_path(s, ballots);
    add_block(s, ballots, SEATS, 1);
    add_block(s, reveals, SEATS, 2);
    add_block(s, NULL, 0, 3);
    add_block(s, NULL, 0, 0);
}

/* --- the public log --- */

static void tell_checkpoint(struct story *s)
{
    static struct checkpoint_council log;
    struct council_summary now;
    struct buffer text = {0}, note = {0}, vkey = {0};
    struct note parsed;
    struct checkpoint_report report;
    struct complaint why = {""};
    council_summarize(s->council, &now);
    checkpoint_council_init(&log, &s->charter->council_id, s->keys, SEATS);
    checkpoint_text(&text, &s->charter->council_id, now.final_count, &now.decisions_root);
    buffer_append_slice(&note, buffer_slice(&text));
    note_write_separator(&note);
    for (uint16_t seat = 1; seat <= QUORUM; seat++) {
        struct checkpoint_vote v = {.size = now.final_count, .root = now.decisions_root};
        checkpoint_sign(s->secrets[seat - 1], &s->charter->council_id, &v);
        checkpoint_write_line(&note, &log, seat, &v.signature);
    }
    is(note_parse(buffer_slice(&note), &parsed, &why), 0, "the note is one");
    is(checkpoint_verify(&log, &parsed, &report, &why), 0, "of the council");
    const uint32_t id = log.vkeys[0].id;
    const uint8_t id_bytes[4] = {(uint8_t)(id >> 24), (uint8_t)(id >> 16),
                                 (uint8_t)(id >> 8), (uint8_t)id};
    shows(s, "key id 1", slice_of(id_bytes, sizeof(id_bytes)));
    vkey_encode(&vkey, &log.vkeys[0]);
    shows_buffer(s, "vkey 1", &vkey);
    shows_buffer(s, "checkpoint", &text);
    note_clear(&parsed);
    shows_buffer(s, "note", &note);
}

/* --- votes, certificates, a change of view --- */

static void sign(struct story *s, uint16_t seat, struct message *m)
{
    (void)authenticate_own(&s->auth, s->secrets[seat - 1], seat, m);
}

static struct message vote(struct story *s, uint16_t seat, enum message_tag tag)
{
    struct message m = {.tag = tag};
    m.vote = (struct vote){.phase = tag == MESSAGE_PREPARE ? PHASE_PREPARE : PHASE_COMMIT,
                           .seat = seat,
                           .view = s->last.view,
                           .height = s->last.height,
                           .block = s->last_hash};
    sign(s, seat, &m);
    return m;
}

static struct certificate *tell_votes(struct story *s)
{
    struct buffer body = {0};
    struct buffer message = {0};
    struct buffer encoding = {0};
    struct message prepare = vote(s, 2, MESSAGE_PREPARE);
    codec_body_vote(&body, s->last.view, s->last.height, &s->last_hash);
    shows_signed(s, "signed bytes of prepare", LABEL_PREPARE, buffer_slice(&body));
    shows_signed(s, "signed bytes of commit", LABEL_COMMIT, buffer_slice(&body));
    codec_encode_message(&message, &prepare);
    shows_buffer(s, "prepare", &message);
    struct certificate *c = certificate_new(QUORUM);
    c->what = (struct best){CERTIFICATE_COMMIT, s->last.view, s->last.height, s->last_hash};
    for (uint16_t seat = 1; seat <= QUORUM; seat++) {
        struct message commit = vote(s, seat, MESSAGE_COMMIT);
        c->entries[seat - 1] = (struct certificate_entry){seat, commit.vote.signature};
    }
    is(authenticate_certificate(&s->auth, c), 0, "the certificate is authentic");
    codec_encode_certificate(&encoding, c);
    shows_buffer(s, "certificate", &encoding);
    buffer_free(&body);
    return c;
}

static struct proof_hand hand_of(const struct story *s, uint16_t seat, unsigned number)
{
    return (struct proof_hand){.seat = seat, .count = 1, .signature = s->hands[number]};
}

/* The bundle of block 4's decision, proved by block 5; every operation was alone in its
 * envelope, and the record is the only one, so that all paths are empty. */
static void tell_proof(struct story *s, struct certificate *c)
{
    struct proof *p = alloc_zero(1, sizeof(*p));
    p->council_id = s->charter->council_id;
    p->header = s->last;
    p->certificate = c;
    p->effects = s->effects_before;
    p->count = 1;
    p->record_encoding = buffer_slice(&s->record);
    p->propose_encoding = page_input(s->page, "propose");
    p->proposer = hand_of(s, PROPOSER, 0);
    p->opening_count = p->hand_count = SEATS;
    for (uint16_t seat = 1; seat <= SEATS; seat++) {
        struct operation op;
        struct proof_opening *o = &p->openings[seat - 1];
        (void)codec_decode_operation(page_input(s->page, numbered("reveal", seat)), &op);
        o->seat = seat;
        o->ballot = op.reveal.ballot;
        memcpy(o->nonce, op.reveal.nonce, sizeof(o->nonce));
        p->hands[seat - 1] = hand_of(s, seat, seat);
    }
    for (int full = 0; full < 2; full++) {
        struct buffer bundle = {0};
        struct proof shown;
        struct verify_report report;
        p->is_full = full != 0;
        codec_encode_proof(&bundle, p);
        verify_proof(s->charter, buffer_slice(&bundle), &shown, &report);
        ok(report.holds, "it holds by the auditor's library %s", report.text.text);
        is((int64_t)report.signatures, full ? QUORUM + 1 + SEATS : QUORUM,
           "with so many signatures");
        proof_clear(&shown);
        shows_buffer(s, full ? "full bundle" : "bundle", &bundle);
    }
    free(p);
}

static void tell_view_change(struct story *s, struct certificate *c)
{
    struct new_view *v = new_view_new(QUORUM);
    struct buffer body = {0};
    struct buffer changes = {0};
    v->view = 1;
    v->tip = c->what.block;
    v->certificate = certificate_ref(c);
    for (uint16_t seat = 1; seat <= QUORUM; seat++) {
        struct message m = {.tag = MESSAGE_VIEW_CHANGE};
        m.view_change.change =
            (struct view_change){.seat = seat, .view = v->view, .best = c->what};
        m.view_change.certificate = c;
        sign(s, seat, &m);
        v->changes[seat - 1] = m.view_change.change;
        if (seat == 1) {
            codec_body_view_change(&body, v->view, &c->what);
            shows_buffer(s, "view-change body", &body);
            shows(s, "view-change signature 1",
                  slice_of(m.view_change.change.signature.bytes, SIGNATURE_BYTES));
        }
    }
    struct message m = {.tag = MESSAGE_NEW_VIEW, .new_view = v};
    struct authentic authentic;
    struct buffer encoding = {0};
    sign(s, 2, &m);
    is(authenticate(&s->auth, &m, 2, &authentic), 0, "the NEW-VIEW is authentic");
    codec_view_changes(&changes, v->changes, v->count);
    shows_hash(s, "changes_hash", &v->changes_hash);
    codec_body_new_view(&body, v->view, &v->tip, &v->changes_hash);
    shows_buffer(s, "new-view body", &body);
    codec_encode_message(&encoding, &m);
    shows_buffer(s, "new-view", &encoding);
    buffer_free(&changes);
    new_view_unref(v);
}

static void tell_evidence(struct story *s)
{
    struct operation op = {.kind = OPERATION_EVIDENCE, .seat = 4};
    struct buffer bodies[2] = {{0}, {0}};
    struct buffer encoding = {0};
    struct statement *statements[2] = {&op.evidence.first, &op.evidence.second};
    const struct hash *blocks[2] = {&s->last_hash, &s->charter->council_id};
    op.evidence.kind = EVIDENCE_PREPARE;
    for (int i = 0; i < 2; i++) {
        codec_body_vote(&bodies[i], 0, 1, blocks[i]);
        statements[i]->body = buffer_slice(&bodies[i]);
        sign_body(s->secrets[3], LABEL_PREPARE, &s->charter->council_id,
                  statements[i]->body, &statements[i]->signature);
    }
    codec_encode_operation(&encoding, &op);
    struct slice operation = buffer_slice(&encoding);
    struct envelope *e =
        authenticate_seal_envelope(&s->auth, s->secrets[0], 4, &operation, 1);
    is(authenticate_envelope(&s->auth, e), 0, "the EVIDENCE proves itself");
    shows_buffer(s, "evidence", &encoding);
    envelope_unref(e);
    buffer_free(&bodies[0]);
    buffer_free(&bodies[1]);
}

static void tell_frame(struct story *s)
{
    struct message m = {.tag = MESSAGE_HEARTBEAT};
    struct heartbeat *h = &m.heartbeat;
    struct buffer message = {0}, frame = {0};
    h->height = BLOCKS;
    memcpy(h->tip_prefix, s->last_hash.bytes, sizeof(h->tip_prefix));
    h->monotonic_ms = 1000;
    h->wall_ms = s->charter->created_ms + (uint64_t)BLOCKS * STEP_MS;
    h->echo_ms = 900;
    h->echo_held_ms = 40;
    memset(h->instance, 0xe2, sizeof(h->instance));
    h->version = slice_of_string("0.1.0");
    h->flags = HEARTBEAT_EVALUATOR_DOWN;
    codec_encode_message(&message, &m);
    uint8_t length[4] = {0, 0, (uint8_t)(message.size >> 8), (uint8_t)message.size};
    buffer_append(&frame, length, sizeof(length));
    buffer_append_slice(&frame, buffer_slice(&message));
    shows_buffer(s, "heartbeat", &message);
    shows_buffer(s, "frame", &frame);
}

static void end(struct story *s)
{
    ok(page_is_covered(s->page), "every example is an input or computed");
    for (unsigned i = 0; i < SEATS; i++) {
        key_free(s->secrets[i]);
    }
    buffer_free(&s->record);
    verified_set_free(s->auth.verified);
    council_free(s->council);
    charter_free(s->charter);
    page_free(s->page);
}

int main(void)
{
    struct story s;
    if (key_library_init() != 0) {
        return 99;
    }
    begin(&s);
    tell_trees(&s);
    tell_channel(&s);
    found(&s);
    tell_proposal(&s);
    tell_ballots(&s);
    tell_checkpoint(&s);
    struct certificate *c = tell_votes(&s);
    tell_proof(&s, c);
    tell_view_change(&s, c);
    tell_evidence(&s);
    tell_frame(&s);
    certificate_unref(c);
    end(&s);
    return tap_done();
}
