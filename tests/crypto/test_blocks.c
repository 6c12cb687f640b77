/* SPDX-License-Identifier: ISC */
/* What makes votes, PRE-PREPAREs, BLOCKs and RANGEs valid, one broken rule at a time. */
#include "base/alloc.h"
#include "hash/hash.h"
#include "signers.h"
#include "tap.h"
#include "wire/codec.h"
#include "wire/shared.h"

static struct signers four, others;

static int verdict(struct message *m, uint16_t from)
{
    struct authentic out = {0};
    int error = authenticate(&four.judge, m, from, &out);
    ok((error == 0) == (out.message == m) && out.from == (error == 0 ? from : 0),
       "authentic or not at all");
    return error;
}

/* --- votes --- */

static void voted(const struct vote *v, uint16_t from, int expected, const char *name)
{
    struct message m = {.tag = v->phase == PHASE_PREPARE ? MESSAGE_PREPARE : MESSAGE_COMMIT,
                        .vote = *v};
    is(verdict(&m, from), expected, name);
}

static void test_votes(enum phase phase)
{
    const enum phase other = phase == PHASE_PREPARE ? PHASE_COMMIT : PHASE_PREPARE;
    struct hash block = signers_hash(3);
    const struct vote good = signers_vote(&four, phase, 2, 5, 6, &block);
    struct vote v = good;
    voted(&v, 2, 0, "a vote");
    voted(&v, 3, CONCLAVE_ESEAT, "from another seat's channel");
    v.seat = 3;
    voted(&v, 3, CONCLAVE_ESIG, "under another seat's number");
    v = good;
    v.view++;
    voted(&v, 2, CONCLAVE_ESIG, "for another view");
    v = good;
    v.height++;
    voted(&v, 2, CONCLAVE_ESIG, "at another height");
    v = good;
    v.block.bytes[31]++;
    voted(&v, 2, CONCLAVE_ESIG, "for another block");
    v = signers_vote(&four, other, 2, 5, 6, &block);
    v.phase = phase;
    voted(&v, 2, CONCLAVE_ESIG, "signed in the other phase");
    v = signers_vote(&others, phase, 2, 5, 6, &block);
    voted(&v, 2, CONCLAVE_ESIG, "signed in another council");
    v = signers_vote(&four, phase, 2, 5, 0, &block);
    voted(&v, 2, CONCLAVE_EFORMAT, "on block 0");
    v = good;
    v.seat = 0;
    voted(&v, 2, CONCLAVE_ESEAT, "of seat 0");
    v.seat = 5;
    voted(&v, 2, CONCLAVE_ESEAT, "of seat 5 of 4");
    voted(&v, 5, CONCLAVE_ESEAT, "on a channel that cannot be");
    struct message m = {.tag = phase == PHASE_PREPARE ? MESSAGE_COMMIT : MESSAGE_PREPARE,
                        .vote = good};
    is(verdict(&m, 2), CONCLAVE_EFORMAT, "in the other phase's message");
}

/* --- blocks --- */

static struct header header_at(uint64_t view, uint64_t height)
{
    struct header h = {.version = PROTOCOL_VERSION,
                       .height = height,
                       .view = view,
                       .time_ms = 1000 + height,
                       .state_root = signers_hash(5)};
    h.prev_hash = height == 1 ? four.council_id : signers_hash(8);
    return h;
}

/* With two envelopes. */
static struct block *block_with(struct header h)
{
    struct operation ops[2] = {signers_ballot(2, 1, 1), signers_ballot(3, 2, 2)};
    struct envelope *es[2] = {signers_envelope(&four, 2, 2, &ops[0], 1),
                              signers_envelope(&four, 3, 3, &ops[1], 1)};
    hash_envelope(es[0]);
    hash_envelope(es[1]);
    struct block *b = hash_build_block(&h, es, 2);
    envelope_unref(es[0]);
    envelope_unref(es[1]);
    return b;
}

/* With one envelope. Takes e. */
static struct block *block_of(struct header h, struct envelope *e)
{
    hash_envelope(e);
    struct block *b = hash_build_block(&h, &e, 1);
    envelope_unref(e);
    return b;
}

/* Takes b. */
static void blocked(struct block *b, int expected, const char *name)
{
    struct message m = {.tag = MESSAGE_BLOCK, .block = b};
    is(verdict(&m, 4), expected, name);
    message_clear(&m);
}

static struct envelope *envelope_of_class(uint32_t class_index)
{
    struct operation op = {.kind = OPERATION_PROPOSE, .seat = 1};
    op.propose.title = slice_of_string("A title");
    op.propose.nonce = slice_of_string("n");
    op.propose.class_index = class_index;
    return signers_envelope(&four, 1, 1, &op, 1);
}

static struct envelope *forged_envelope(void)
{
    struct operation op = signers_ballot(2, 6, 6);
    return signers_envelope(&four, 2, 3, &op, 1);
}

/* Two PREPAREs by the seat, the second signed by signer. */
static struct envelope *evidence_against(uint16_t seat, uint16_t signer)
{
    struct operation op = {.kind = OPERATION_EVIDENCE, .seat = seat};
    struct buffer bodies[2] = {{0}};
    struct hash blocks[2] = {signers_hash(1), signers_hash(2)};
    codec_body_vote(&bodies[0], 1, 1, &blocks[0]);
    codec_body_vote(&bodies[1], 1, 1, &blocks[1]);
    op.evidence.kind = EVIDENCE_PREPARE;
    op.evidence.first.body = buffer_slice(&bodies[0]);
    op.evidence.second.body = buffer_slice(&bodies[1]);
    signers_sign(&four, seat, LABEL_PREPARE, &bodies[0], &op.evidence.first.signature);
    signers_sign(&four, signer, LABEL_PREPARE, &bodies[1], &op.evidence.second.signature);
    struct envelope *e = signers_envelope(&four, seat, seat, &op, 1);
    buffer_free(&bodies[0]);
    buffer_free(&bodies[1]);
    return e;
}

static struct envelope *evidence_envelope(uint16_t signer)
{
    return evidence_against(3, signer);
}

/* Takes both. */
static struct block *block_of_two(struct header h, struct envelope *a, struct envelope *b)
{
    struct envelope *both[] = {a, b};
    hash_envelope(a);
    hash_envelope(b);
    struct block *made = hash_build_block(&h, both, 2);
    envelope_unref(a);
    envelope_unref(b);
    return made;
}

static void test_block(void)
{
    struct block *b = block_with(header_at(2, 9));
    struct block *read = NULL;
    struct hash hash = b->hash;
    is(codec_decode_block(b->owner, b->encoding, &read), 0, "a block");
    is(authenticate_block(&four.judge, read), 0, "is authentic");
    ok(hash_equal(&read->hash, &hash) && !hash_is_zero(&read->envelopes[1]->id),
       "and has its hashes");
    block_unref(read);
    blocked(b, 0, "from any seat");

    struct header h = header_at(2, 9);
    h.version = 2;
    blocked(block_with(h), CONCLAVE_EVERSION, "version 2");
    h = header_at(2, 9);
    h.height = 0;
    blocked(block_with(h), CONCLAVE_EFORMAT, "height 0");
    h = header_at(2, 9);
    h.executed_height = 9;
    blocked(block_with(h), CONCLAVE_EFORMAT, "a block that was executed before it was");
    h.executed_height = 8;
    blocked(block_with(h), 0, "all before it may have been");
    blocked(block_with(header_at(0, 1)), 0, "the first block");
    h = header_at(0, 1);
    h.prev_hash = others.council_id;
    blocked(block_with(h), CONCLAVE_ESIG, "the first block of another council");

    b = block_with(header_at(2, 9));
    b->header.ops_root.bytes[0] ^= 1;
    blocked(b, CONCLAVE_ESIG, "another ops_root");
    b = block_with(header_at(2, 9));
    struct envelope *first = b->envelopes[0];
    b->envelopes[0] = b->envelopes[1];
    b->envelopes[1] = first;
    blocked(b, CONCLAVE_ESIG, "another order of envelopes");
    b = block_with(header_at(2, 9));
    envelope_unref(b->envelopes[--b->count]);
    blocked(b, CONCLAVE_ESIG, "an envelope left out");
    blocked(block_of(header_at(2, 9), forged_envelope()), CONCLAVE_ESIG,
            "an envelope with a forged signature");
    blocked(block_of(header_at(2, 9), envelope_of_class(3)), 0, "a PROPOSE");
    blocked(block_of(header_at(2, 9), envelope_of_class(4)), CONCLAVE_ELIMIT,
            "a PROPOSE of no class");
    blocked(block_of(header_at(2, 9), evidence_envelope(3)), 0, "an EVIDENCE");
    blocked(block_of(header_at(2, 9), evidence_envelope(2)), CONCLAVE_ESIG,
            "an EVIDENCE that proves nothing");
    blocked(block_of_two(header_at(2, 9), evidence_against(2, 2), evidence_against(3, 3)),
            0, "EVIDENCE against two seats");
    uint64_t before = four.judge.checks;
    blocked(block_of_two(header_at(2, 9), evidence_against(3, 3), evidence_against(3, 3)),
            CONCLAVE_EFORMAT, "two of them against one");
    is((int64_t)(four.judge.checks - before), 0, "cost no signature check");
    h = header_at(2, 9);
    blocked(hash_build_block(&h, NULL, 0), 0, "an empty block");
}

/* --- PRE-PREPARE --- */

/* From the seat that signs as `phase`; takes b and c. primary(2) of 4 is seat 3. */
static struct message pre_prepare(struct block *b, uint16_t signer, enum phase phase,
                                  struct certificate *c)
{
    struct message m = {.tag = MESSAGE_PRE_PREPARE};
    struct hash hash = hash_header(&b->header);
    m.pre_prepare.block = b;
    m.pre_prepare.certificate = c;
    m.pre_prepare.signature =
        signers_vote(&four, phase, signer, b->header.view, b->header.height, &hash)
            .signature;
    return m;
}

static void proposed(struct block *b, struct certificate *c, int expected, const char *name)
{
    struct message m = pre_prepare(b, 3, PHASE_PREPARE, c);
    is(verdict(&m, 3), expected, name);
    message_clear(&m);
}

static void test_pre_prepare(void)
{
    struct message m = pre_prepare(block_with(header_at(2, 9)), 3, PHASE_PREPARE, NULL);
    m.pre_prepare.block->hash = signers_hash(0);
    uint64_t before = four.judge.checks;
    is(verdict(&m, 3), 0, "a PRE-PREPARE");
    ok(four.judge.checks - before >= 1, "whose signature is verified");
    struct hash hash = hash_header(&m.pre_prepare.block->header);
    ok(hash_equal(&m.pre_prepare.block->hash, &hash), "its block has its hash");
    is(verdict(&m, 2), CONCLAVE_ESEAT, "relayed by a seat that is not primary(view)");
    m.pre_prepare.block->header.view = 3;
    is(verdict(&m, 4), CONCLAVE_ESIG,
       "for another view, by whose primary it is not signed");
    message_clear(&m);

    m = pre_prepare(block_with(header_at(2, 9)), 2, PHASE_PREPARE, NULL);
    is(verdict(&m, 2), CONCLAVE_ESEAT, "by a seat that is not primary(view)");
    is(verdict(&m, 3), CONCLAVE_ESIG, "signed by another seat");
    message_clear(&m);
    m = pre_prepare(block_with(header_at(2, 9)), 3, PHASE_COMMIT, NULL);
    is(verdict(&m, 3), CONCLAVE_ESIG, "signed as a COMMIT");
    message_clear(&m);

    struct header h = header_at(2, 9);
    h.version = 0;
    proposed(block_with(h), NULL, CONCLAVE_EVERSION, "a header of another version");
    h = header_at(2, 1);
    h.prev_hash = signers_hash(8);
    proposed(block_with(h), NULL, CONCLAVE_ESIG, "a first block of another council");
    struct block *b = block_with(header_at(2, 9));
    b->header.ops_root.bytes[9] ^= 1;
    proposed(b, NULL, CONCLAVE_ESIG, "another ops_root");
    proposed(block_of(header_at(2, 9), forged_envelope()), NULL, CONCLAVE_ESIG,
             "an envelope with a forged signature");
    proposed(block_of(header_at(2, 9), envelope_of_class(4)), NULL, CONCLAVE_ELIMIT,
             "an operation out of range");
}

/* A COMMIT certificate of (view, height). */
static struct certificate *commit_of(uint64_t view, uint64_t height)
{
    struct best what = {.kind = CERTIFICATE_COMMIT,
                        .view = view,
                        .height = height,
                        .block = signers_hash(4)};
    return signers_certificate(&four, &what, 2, 3);
}

static void test_executed_certificate(void)
{
    struct header h = header_at(2, 9);
    h.executed_height = 6;
    proposed(block_with(h), commit_of(2, 6), 0, "a certificate of executed_height");
    proposed(block_with(h), commit_of(1, 8), 0, "one that covers it");
    proposed(block_with(h), NULL, CONCLAVE_EFORMAT, "none");
    proposed(block_with(h), commit_of(2, 5), CONCLAVE_EFORMAT, "one that is too low");
    proposed(block_with(h), commit_of(2, 9), CONCLAVE_EFORMAT, "one of the block's height");
    proposed(block_with(h), commit_of(3, 7), CONCLAVE_EFORMAT, "one of a later view");
    proposed(block_with(header_at(2, 9)), commit_of(2, 6), CONCLAVE_EFORMAT,
             "one where nothing was executed");
    struct best prepared = {.kind = CERTIFICATE_PREPARED, .view = 2, .height = 6};
    proposed(block_with(h), signers_certificate(&four, &prepared, 1, 3), CONCLAVE_EFORMAT,
             "a prepared one");
    struct best commit = {.kind = CERTIFICATE_COMMIT, .view = 2, .height = 6};
    proposed(block_with(h), signers_certificate(&four, &commit, 1, 2), CONCLAVE_EFORMAT,
             "one of q - 1 seats");
    proposed(block_with(h), signers_certificate(&others, &commit, 1, 3), CONCLAVE_ESIG,
             "one of another council");
    struct certificate *c = commit_of(2, 6);
    c->entries[0].signature.bytes[0] ^= 1;
    proposed(block_with(h), c, CONCLAVE_ESIG, "a forged one");
}

/* --- RANGE --- */

enum { BLOCKS = 3, HEADERS = 2, FROM = 5 };

/* Blocks 5, 6, 7 of view 2, headers 8 and 9 of view 3, all chained. */
struct run {
    struct header headers[BLOCKS + HEADERS];
    struct envelope *envelopes[BLOCKS]; /* NULL: the two good ones */
    struct best what;                   /* kind 0: of the last header */
    uint64_t from;
};

static struct run usual_run(void)
{
    struct run r = {.from = FROM};
    for (size_t i = 0; i < BLOCKS + HEADERS; i++) {
        r.headers[i] = header_at(i < BLOCKS ? 2 : 3, FROM + i);
    }
    return r;
}

/* Chained and certified as r says; broken, when in range, names another parent. */
static struct message range_of(struct run *r, size_t broken)
{
    struct message m = {.tag = MESSAGE_RANGE};
    struct range *range = &m.range;
    struct hash before = r->headers[0].prev_hash;
    range->from = r->from;
    range->block_count = BLOCKS;
    range->header_count = HEADERS;
    range->blocks = alloc_zero(BLOCKS, sizeof(*range->blocks));
    range->headers = alloc_zero(HEADERS, sizeof(*range->headers));
    for (size_t i = 0; i < BLOCKS + HEADERS; i++) {
        struct header h = r->headers[i];
        h.prev_hash = i == broken ? signers_hash(99) : before;
        if (i < BLOCKS) {
            struct block *b =
                r->envelopes[i] != NULL ? block_of(h, r->envelopes[i]) : block_with(h);
            range->blocks[i] = b;
            before = b->hash;
        } else {
            range->headers[i - BLOCKS] = h;
            before = hash_header(&h);
        }
    }
    struct best what = {.kind = CERTIFICATE_COMMIT,
                        .view = r->headers[BLOCKS + HEADERS - 1].view,
                        .height = r->headers[BLOCKS + HEADERS - 1].height,
                        .block = before};
    if (r->what.kind != CERTIFICATE_NONE) {
        what = r->what;
        what.block = hash_is_zero(&what.block) ? before : what.block;
    }
    range->certificate = signers_certificate(&four, &what, 1, 3);
    return m;
}

static void ranged(struct run r, size_t broken, int expected, const char *name)
{
    struct message m = range_of(&r, broken);
    is(verdict(&m, 4), expected, name);
    message_clear(&m);
}

enum { UNBROKEN = 100 };

static void test_range(void)
{
    struct run r = usual_run();
    struct message m = range_of(&r, UNBROKEN);
    for (size_t i = 0; i < BLOCKS; i++) {
        m.range.blocks[i]->hash = signers_hash(0);
    }
    is(verdict(&m, 1), 0, "a RANGE with headers");
    ok(!hash_is_zero(&m.range.blocks[2]->hash), "its blocks have their hashes");
    message_clear(&m);

    m = range_of(&r, UNBROKEN);
    m.range.header_count = 0;
    struct best last = {.kind = CERTIFICATE_COMMIT,
                        .view = 2,
                        .height = FROM + BLOCKS - 1,
                        .block = m.range.blocks[BLOCKS - 1]->hash};
    is(verdict(&m, 1), CONCLAVE_EFORMAT, "headers left out");
    certificate_unref(m.range.certificate);
    m.range.certificate = signers_certificate(&four, &last, 1, 3);
    is(verdict(&m, 1), 0, "the last block certified itself");
    m.range.header_count = HEADERS;
    is(verdict(&m, 1), CONCLAVE_EFORMAT, "headers after the certified one");
    message_clear(&m);

    m = (struct message){.tag = MESSAGE_RANGE};
    m.range.from = 7;
    is(verdict(&m, 1), 0, "an empty RANGE");
    m.range.certificate = commit_of(2, 6);
    is(verdict(&m, 1), CONCLAVE_EFORMAT, "with a certificate of nothing");
    certificate_unref(m.range.certificate);
    m.range.certificate = NULL;
    struct header h = header_at(2, 7);
    m.range.header_count = 1;
    m.range.headers = &h;
    is(verdict(&m, 1), CONCLAVE_EFORMAT, "with headers of nothing");
}

static void test_range_chain(void)
{
    struct run r = usual_run();
    r.from = FROM - 1;
    ranged(r, UNBROKEN, CONCLAVE_EFORMAT, "blocks that begin above `from`");
    r = usual_run();
    r.headers[1].height = FROM + 2;
    ranged(r, UNBROKEN, CONCLAVE_EFORMAT, "a block's height left out");
    r = usual_run();
    r.headers[BLOCKS].height = FROM + BLOCKS + 1;
    ranged(r, UNBROKEN, CONCLAVE_EFORMAT, "a header's height left out");
    ranged(usual_run(), 1, CONCLAVE_ESIG, "a block that names another parent");
    ranged(usual_run(), BLOCKS, CONCLAVE_ESIG, "a first header that does");
    ranged(usual_run(), BLOCKS + 1, CONCLAVE_ESIG, "a last header that does");
    ranged(usual_run(), 0, 0, "what the first block follows is not judged here");
    r = usual_run();
    r.headers[2].version = 2;
    ranged(r, UNBROKEN, CONCLAVE_EVERSION, "a block of another version");
    r = usual_run();
    r.headers[BLOCKS].version = 2;
    ranged(r, UNBROKEN, CONCLAVE_EVERSION, "a header of another version");
    r = usual_run();
    r.headers[1].executed_height = r.headers[1].height;
    ranged(r, UNBROKEN, CONCLAVE_EFORMAT, "a block executed before it was");

    r = usual_run();
    r.from = 1;
    for (size_t i = 0; i < BLOCKS + HEADERS; i++) {
        r.headers[i] = header_at(0, 1 + i);
    }
    ranged(r, UNBROKEN, 0, "from the charter on");
    ranged(r, 0, CONCLAVE_ESIG, "from another charter on");
}

static void test_range_certificate(void)
{
    struct run r = usual_run();
    r.what =
        (struct best){.kind = CERTIFICATE_COMMIT, .view = 2, .height = FROM + BLOCKS + 1};
    ranged(r, UNBROKEN, CONCLAVE_EFORMAT, "a certificate of another view");
    r.what.view = 3;
    ranged(r, UNBROKEN, 0, "of the header's it is good");
    r.what.height++;
    ranged(r, UNBROKEN, CONCLAVE_EFORMAT, "a certificate of another height");
    r.what.height--;
    r.what.block = signers_hash(77);
    ranged(r, UNBROKEN, CONCLAVE_ESIG, "a certificate of another block");
    r.what.block = signers_hash(0);
    r.what.kind = CERTIFICATE_PREPARED;
    ranged(r, UNBROKEN, CONCLAVE_EFORMAT, "a prepared certificate");

    r = usual_run();
    struct message m = range_of(&r, UNBROKEN);
    m.range.certificate->entries[1].signature.bytes[1] ^= 1;
    is(verdict(&m, 1), CONCLAVE_ESIG, "a forged certificate");
    m.range.certificate->entries[1].signature.bytes[1] ^= 1;
    m.range.certificate->count--;
    is(verdict(&m, 1), CONCLAVE_EFORMAT, "a certificate of q - 1 seats");
    certificate_unref(m.range.certificate);
    m.range.certificate = NULL;
    is(verdict(&m, 1), CONCLAVE_EFORMAT, "no certificate");
    message_clear(&m);
}

static void test_range_content(void)
{
    struct run r = usual_run();
    struct message m = range_of(&r, UNBROKEN);
    struct block *b = m.range.blocks[1];
    envelope_unref(b->envelopes[--b->count]);
    is(verdict(&m, 1), CONCLAVE_ESIG, "a block without one of its envelopes");
    message_clear(&m);
    r.envelopes[1] = envelope_of_class(4);
    ranged(r, UNBROKEN, CONCLAVE_ELIMIT, "an operation out of range");
    r.envelopes[1] = forged_envelope();
    uint64_t before = four.judge.checks;
    ranged(r, UNBROKEN, 0, "the certificate vouches for the envelopes' signatures");
    is((int64_t)(four.judge.checks - before), 3, "which are not verified");
}

/* --- the rest --- */

static void test_others(void)
{
    static const enum message_tag tags[] = {MESSAGE_HEARTBEAT, MESSAGE_FETCH_BLOCK,
                                            MESSAGE_FETCH_RANGE, MESSAGE_FETCH_NEW_VIEW};
    for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
        struct message m = {.tag = tags[i]};
        is(verdict(&m, 1), 0, "hints and questions need no signature");
        is(verdict(&m, 4), 0, "from any seat");
        is(verdict(&m, 0), CONCLAVE_ESEAT, "that exists");
        is(verdict(&m, 5), CONCLAVE_ESEAT, "in this council");
    }
    struct message m = {.tag = (enum message_tag)77};
    is(verdict(&m, 1), CONCLAVE_EFORMAT, "an unknown message is none");
}

static void test_own(void)
{
    struct message m = {.tag = MESSAGE_COMMIT};
    m.vote = (struct vote){
        .phase = PHASE_COMMIT, .seat = 2, .view = 1, .height = 3, .block = signers_hash(1)};
    struct authentic own = authenticate_own(&four.maker, four.secrets[1], 2, &m);
    ok(own.message == &m && own.from == 2, "an own COMMIT");
    is(verdict(&m, 2), 0, "is good for others");
    m.tag = MESSAGE_PREPARE;
    m.vote.phase = PHASE_PREPARE;
    (void)authenticate_own(&four.maker, four.secrets[1], 2, &m);
    is(verdict(&m, 2), 0, "as is an own PREPARE");

    m = (struct message){.tag = MESSAGE_PRE_PREPARE};
    m.pre_prepare.block = block_with(header_at(2, 9));
    (void)authenticate_own(&four.maker, four.secrets[2], 3, &m);
    is(verdict(&m, 3), 0, "and an own PRE-PREPARE");
    struct vote statement = {.phase = PHASE_PREPARE,
                             .seat = 3,
                             .view = 2,
                             .height = 9,
                             .block = m.pre_prepare.block->hash,
                             .signature = m.pre_prepare.signature};
    voted(&statement, 3, 0, "whose signature is the primary's PREPARE");
    message_clear(&m);
}

/* An envelope is checked once, however many blocks it comes in; one that a certificate
 * vouched for was not. */
static void test_once(void)
{
    struct operation op = signers_ballot(2, 91, 1);
    struct envelope *e = signers_envelope(&four, 2, 2, &op, 1);
    struct block *b = block_of(header_at(0, 1), e);
    is(authenticate_certified_block(&four.judge, b), 0, "a block that is vouched for");
    ok(!e->authentic, "its envelope's signature was not looked at");
    uint64_t checks = four.judge.checks;
    is(authenticate_block(&four.judge, b), 0, "the same without a certificate");
    is((int64_t)(four.judge.checks - checks), 1, "has a signature to check");
    ok(e->authentic, "and now it was");
    checks = four.judge.checks;
    uint64_t remembered = four.judge.remembered;
    is(authenticate_block(&four.judge, b), 0, "once more");
    is((int64_t)(four.judge.checks - checks), 0, "there is nothing left to check");
    is((int64_t)(four.judge.remembered - remembered), 1, "which is counted");
    b->header.ops_root.bytes[0] ^= 1;
    is(authenticate_block(&four.judge, b), CONCLAVE_ESIG,
       "a root of other envelopes is noticed all the same");
    block_unref(b);

    struct envelope *forged = forged_envelope();
    b = block_of(header_at(0, 1), envelope_ref(forged));
    is(authenticate_block(&four.judge, b), CONCLAVE_ESIG, "a forged one");
    ok(!forged->authentic, "is not found authentic");
    block_unref(b);
    envelope_unref(forged);
}

int main(void)
{
    if (key_library_init() != 0) {
        return 99;
    }
    signers_init(&four, 4, 1);
    signers_init(&others, 4, 2);
    test_votes(PHASE_PREPARE);
    test_votes(PHASE_COMMIT);
    test_block();
    test_pre_prepare();
    test_executed_certificate();
    test_range();
    test_range_chain();
    test_range_certificate();
    test_range_content();
    test_others();
    test_own();
    test_once();
    signers_free(&four);
    signers_free(&others);
    return tap_done();
}
