/* SPDX-License-Identifier: ISC */
/* Seeds that belong to a council of 4: messages whose signatures, roots and links
 * fuzz_authenticate fills in, and values of a ledger. */
#include "ledger/values.h"
#include "make_corpus.h"
#include "signers.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <stdio.h>
#include <string.h>

static const struct signature blank;

static void store_from(uint8_t from, const char *name, const struct message *m)
{
    const uint8_t choices[3] = {from};
    struct buffer b = {0};
    buffer_append(&b, choices, sizeof(choices));
    codec_encode_message(&b, m);
    corpus_store("authenticate", name, &b);
    buffer_free(&b);
}

static void store_message(const char *name, const struct message *m)
{
    store_from(0, name, m);
}

static struct certificate *certificate(enum certificate_kind kind, uint64_t view,
                                       uint64_t height, struct hash block)
{
    struct certificate *c = certificate_new(3);
    c->what = (struct best){kind, view, height, block};
    for (uint16_t i = 0; i < 3; i++) {
        c->entries[i] = (struct certificate_entry){.seat = (uint16_t)(i + 1)};
    }
    return c;
}

static struct operation propose(uint16_t seat)
{
    struct operation op = {.kind = OPERATION_PROPOSE, .seat = seat};
    op.propose.title = slice_of_string("t");
    op.propose.nonce = slice_of_string("n");
    return op;
}

static struct operation reveal(uint16_t seat)
{
    struct operation op = {.kind = OPERATION_REVEAL, .seat = seat};
    op.reveal.ballot.choice = CHOICE_APPROVE;
    op.reveal.ballot.rationale = slice_of_string("r");
    return op;
}

/* Two statements that conflict, of seat 2. */
static struct operation evidence(enum evidence_kind kind, struct buffer *first,
                                 struct buffer *second)
{
    static struct hash beside;
    struct operation op = {.kind = OPERATION_EVIDENCE, .seat = 2};
    struct hash one = signers_hash(1), two = signers_hash(2);
    op.evidence.kind = kind;
    if (kind == EVIDENCE_BALLOT) {
        const struct operation a = signers_ballot(2, 1, 2), b = signers_ballot(2, 1, 3);
        codec_encode_operation(first, &a);
        codec_encode_operation(second, &b);
        op.evidence.first.ballot = buffer_slice(first);
        op.evidence.second.ballot = buffer_slice(second);
        op.evidence.first.count = 1;
        op.evidence.second.count = 2;
        op.evidence.second.index = 1;
        op.evidence.second.path = slice_of(beside.bytes, HASH_BYTES);
        return op;
    }
    if (kind == EVIDENCE_NEW_VIEW) {
        codec_body_new_view(first, 5, &one, &two);
        codec_body_new_view(second, 5, &two, &one);
    } else {
        codec_body_vote(first, 3, 4, &one);
        codec_body_vote(second, 3, 4, &two);
    }
    op.evidence.first.body = buffer_slice(first);
    op.evidence.second.body = buffer_slice(second);
    return op;
}

static void envelopes(void)
{
    struct operation ops[] = {propose(1), signers_ballot(1, 1, 2)};
    struct message m = {.tag = MESSAGE_ENVELOPE};
    m.envelope = signers_raw_envelope(1, ops, 2, &blank);
    store_message("envelope-signed", &m);
    message_clear(&m);
    for (int kind = EVIDENCE_PREPARE; kind <= EVIDENCE_BALLOT; kind++) {
        char name[32];
        struct buffer first = {0}, second = {0};
        struct operation op = evidence((enum evidence_kind)kind, &first, &second);
        m.tag = MESSAGE_ENVELOPE;
        m.envelope = signers_raw_envelope(2, &op, 1, NULL);
        (void)snprintf(name, sizeof(name), "envelope-evidence-%d", kind);
        store_message(name, &m);
        message_clear(&m);
        buffer_free(&first);
        buffer_free(&second);
    }
}

/* A block of view 0 with a signed and an unsigned envelope, its root left blank. */
static struct block *block(uint64_t height, uint64_t executed_height, bool full)
{
    struct operation ops[] = {propose(1), reveal(3)};
    struct envelope *list[] = {signers_raw_envelope(1, &ops[0], 1, &blank),
                               signers_raw_envelope(3, &ops[1], 1, NULL)};
    struct header h = {.version = PROTOCOL_VERSION,
                       .height = height,
                       .executed_height = executed_height,
                       .time_ms = height};
    struct buffer encoding = {0};
    struct block *b = NULL;
    codec_encode_block(&encoding, &h, list, full ? 2 : 0);
    struct bytes *owner = bytes_copy(buffer_slice(&encoding));
    (void)codec_decode_block(owner, bytes_slice(owner), &b);
    bytes_unref(owner);
    buffer_free(&encoding);
    envelope_unref(list[0]);
    envelope_unref(list[1]);
    return b;
}

static void blocks(void)
{
    struct message m = {.tag = MESSAGE_BLOCK, .block = block(1, 0, true)};
    store_message("block", &m);
    message_clear(&m);
    m.tag = MESSAGE_PRE_PREPARE;
    memset(&m.pre_prepare, 0, sizeof(m.pre_prepare));
    m.pre_prepare.block = block(1, 0, true);
    store_message("pre-prepare", &m);
    store_from(3, "pre-prepare-usurped", &m);
    message_clear(&m);
    m.tag = MESSAGE_PRE_PREPARE;
    memset(&m.pre_prepare, 0, sizeof(m.pre_prepare));
    m.pre_prepare.block = block(7, 5, false);
    m.pre_prepare.certificate = certificate(CERTIFICATE_COMMIT, 0, 6, signers_hash(6));
    store_message("pre-prepare-executed", &m);
    message_clear(&m);
    struct block *list[] = {block(1, 0, true), block(2, 1, false)};
    struct header after = {.version = PROTOCOL_VERSION, .height = 3};
    struct certificate *c = certificate(CERTIFICATE_COMMIT, 0, 2, (struct hash){{0}});
    struct message range = {.tag = MESSAGE_RANGE};
    range.range = (struct range){
        .from = 1, .block_count = 2, .blocks = list, .headers = &after, .certificate = c};
    store_message("range", &range);
    range.range.header_count = 1;
    c->what.height = 3;
    store_message("range-headers", &range);
    certificate_unref(c);
    block_unref(list[0]);
    block_unref(list[1]);
}

static void votes(void)
{
    struct message m = {.tag = MESSAGE_PREPARE};
    m.vote = (struct vote){PHASE_PREPARE, 3, 2, 1, signers_hash(5), blank};
    store_message("prepare", &m);
    m.tag = MESSAGE_COMMIT;
    m.vote.phase = PHASE_COMMIT;
    store_message("commit", &m);
}

static void views(void)
{
    const struct best best = {CERTIFICATE_PREPARED, 1, 4, signers_hash(8)};
    struct certificate *c = certificate(CERTIFICATE_PREPARED, 1, 4, best.block);
    struct message m = {.tag = MESSAGE_VIEW_CHANGE};
    m.view_change.change = (struct view_change){.seat = 2, .view = 2};
    m.view_change.certificate = NULL;
    store_message("view-change-none", &m);
    m.view_change.change.best = best;
    m.view_change.certificate = c;
    store_message("view-change", &m);
    c->entries[1].seat = 1;
    store_message("view-change-double", &m);
    c->entries[1].seat = 2;
    for (int proved = 0; proved < 2; proved++) {
        struct new_view *v = new_view_new(3);
        v->view = 2;
        for (uint16_t i = 0; i < 3; i++) {
            v->changes[i] = (struct view_change){.seat = (uint16_t)(i + 2), .view = 2};
        }
        if (proved) {
            v->changes[1].best = best;
            v->certificate = certificate_ref(c);
        }
        m.tag = MESSAGE_NEW_VIEW;
        m.new_view = v;
        store_message(proved ? "new-view" : "new-view-none", &m);
        store_from(1, proved ? "new-view-usurped" : "new-view-none-usurped", &m);
        memset(&v->changes[2].signature, 1, sizeof(v->changes[2].signature));
        store_message(proved ? "new-view-forged" : "new-view-none-forged", &m);
        new_view_unref(v);
    }
    certificate_unref(c);
}

static void reports(void)
{
    struct view_change changes[2] = {{.seat = 1, .view = 6}, {.seat = 4, .view = 7}};
    struct message m = {.tag = MESSAGE_REPORT};
    struct report *r = &m.report;
    r->seat = 2;
    r->view = 1;
    store_message("report-none", &m);
    r->view = 7;
    r->certificate = certificate(CERTIFICATE_COMMIT, 6, 4, signers_hash(8));
    r->changes = changes;
    r->change_count = 2;
    for (int phase = PHASE_PREPARE; phase <= PHASE_COMMIT; phase++) {
        r->has_vote[phase] = true;
        r->votes[phase] = (struct vote){(enum phase)phase, 2, 6, 5, signers_hash(5), blank};
    }
    r->has_change = true;
    r->change = (struct view_change){.seat = 2, .view = 7};
    store_message("report", &m);
    r->change.seat = 3;
    store_message("report-of-another", &m);
    certificate_unref(r->certificate);
}

void corpus_authenticate(void)
{
    envelopes();
    blocks();
    votes();
    views();
    reports();
}

void corpus_values(void)
{
    struct buffer b = {0};
    const struct ledger_identity id = {signers_hash(1), 2, 4};
    const struct machine_id machine = {.text = "0123456789abcdef", .size = 16};
    const struct file_mark file = {.inode = 77, .birth_ns = 1700000000000000000};
    const struct incarnation list[2] = {{{1}, file}, {{2}, file}};
    const struct vote v = {PHASE_COMMIT, 2, 3, 4, signers_hash(2), blank};
    const struct view_change c = {.seat = 2, .view = 3};
    const struct own_ballot ballot = {
        .ballot = {CHOICE_REJECT, 99, slice_of_string("too dear")}};
    const struct ledger_proposal p = {.propose_height = 300, .final_height = 70000};
    value_put_identity(&b, &id);
    corpus_store("values", "identity", &b);
    value_put_marks(&b, &machine, &file);
    corpus_store("values", "marks", &b);
    value_put_incarnations(&b, list, 2);
    corpus_store("values", "incarnations", &b);
    value_put_vote(&b, &v);
    corpus_store("values", "vote", &b);
    const struct vote stranger = {.seat = UINT16_MAX};
    value_put_vote(&b, &stranger);
    corpus_store("values", "vote-stranger", &b);
    const struct standing standing = {true, true, true, 300, 70000};
    value_put_standing(&b, &standing);
    corpus_store("values", "standing", &b);
    value_put_view_change(&b, &c);
    corpus_store("values", "view-change", &b);
    value_put_own(&b, 7, slice_of_string("an operation"));
    corpus_store("values", "own", &b);
    value_put_ballot(&b, &ballot);
    corpus_store("values", "ballot", &b);
    value_put_proposal(&b, &p);
    corpus_store("values", "proposal", &b);
    buffer_free(&b);
}
