/* SPDX-License-Identifier: ISC */
/* Every limit of conclave-protocol(7) section 3 at its value and one beyond it, in
 * operations and envelopes; and the text rules in every field that holds text. */
#include "base/error.h"
#include "reencode.h"
#include "tap.h"
#include "wire/shared.h"

#include <stdlib.h>
#include <string.h>

static uint8_t letters[2 * OPERATION_MAX];

/* Text of size letters. */
static struct slice text_of(size_t size)
{
    return slice_of(letters, size);
}

static struct operation propose(void)
{
    struct operation op;
    memset(&op, 0, sizeof(op));
    op.kind = OPERATION_PROPOSE;
    op.seat = 1;
    op.propose.title = text_of(1);
    op.propose.nonce = text_of(1);
    return op;
}

static struct operation reveal(void)
{
    struct operation op;
    memset(&op, 0, sizeof(op));
    op.kind = OPERATION_REVEAL;
    op.seat = 1;
    return op;
}

static int decode(const struct operation *op)
{
    struct buffer b = {0};
    codec_encode_operation(&b, op);
    int error = reencode_operation(buffer_slice(&b));
    buffer_free(&b);
    return error;
}

static void expect(const struct operation *op, int error, const char *name)
{
    is(decode(op), error, name);
}

static void propose_limits(void)
{
    struct operation op = propose();
    expect(&op, 0, "the smallest PROPOSE");
    op.seat = 0;
    expect(&op, CONCLAVE_ELIMIT, "seat 0");
    op.seat = SEATS_MAX;
    expect(&op, 0, "seat 128");
    op.seat = SEATS_MAX + 1;
    expect(&op, CONCLAVE_ELIMIT, "seat 129");

    op = propose();
    op.propose.class_index = CLASSES_MAX - 1;
    expect(&op, 0, "class 31");
    op.propose.class_index = CLASSES_MAX;
    expect(&op, CONCLAVE_ELIMIT, "class 32");

    op = propose();
    op.propose.title = text_of(TITLE_MAX);
    expect(&op, 0, "a title of 200 bytes");
    op.propose.title = text_of(TITLE_MAX + 1);
    expect(&op, CONCLAVE_ELIMIT, "a title of 201");
    op.propose.title = SLICE_NONE;
    expect(&op, CONCLAVE_EFORMAT, "no title");

    op = propose();
    op.propose.text = text_of(TEXT_MAX);
    expect(&op, 0, "a text of 64 KiB");
    op.propose.text = text_of(TEXT_MAX + 1);
    expect(&op, CONCLAVE_ELIMIT, "a text a byte longer");

    op = propose();
    op.propose.evidence = text_of(EVIDENCE_TEXT_MAX);
    expect(&op, 0, "evidence of 48 KiB");
    op.propose.text = text_of(TEXT_MAX);
    op.propose.title = text_of(TITLE_MAX);
    expect(&op, 0, "the largest PROPOSE");
    op.propose.evidence = text_of(EVIDENCE_TEXT_MAX + 1);
    expect(&op, CONCLAVE_ELIMIT, "evidence a byte longer");

    static const size_t payloads[] = {1, 31, 33, 64};
    op = propose();
    op.propose.payload = text_of(HASH_BYTES);
    expect(&op, 0, "a payload digest");
    for (size_t i = 0; i < 4; i++) {
        op.propose.payload = text_of(payloads[i]);
        ok(decode(&op) != 0, "a payload digest of %zu bytes is refused", payloads[i]);
    }

    op = propose();
    op.propose.nonce = text_of(PROPOSE_NONCE_MAX);
    expect(&op, 0, "a nonce of 32 bytes");
    op.propose.nonce = text_of(PROPOSE_NONCE_MAX + 1);
    expect(&op, CONCLAVE_ELIMIT, "a nonce of 33");
    op.propose.nonce = SLICE_NONE;
    expect(&op, CONCLAVE_EFORMAT, "no nonce");
}

static void ballot_limits(void)
{
    struct operation op = reveal();
    expect(&op, 0, "the smallest REVEAL");
    op.reveal.ballot.choice = CHOICE_ABSTAIN;
    op.reveal.ballot.confidence = CONFIDENCE_MAX;
    expect(&op, 0, "choice 2, confidence 100");
    op.reveal.ballot.confidence = CONFIDENCE_MAX + 1;
    expect(&op, CONCLAVE_ELIMIT, "confidence 101");
    op = reveal();
    op.reveal.ballot.choice = (enum choice)3;
    expect(&op, CONCLAVE_EFORMAT, "choice 3");
    op = reveal();
    op.reveal.ballot.rationale = text_of(RATIONALE_MAX);
    expect(&op, 0, "a rationale of 4 KiB");
    op.reveal.ballot.rationale = text_of(RATIONALE_MAX + 1);
    expect(&op, CONCLAVE_ELIMIT, "a rationale a byte longer");
}

static void kinds(void)
{
    struct buffer b = {0};
    for (unsigned kind = 0; kind < 8; kind++) {
        b.size = 0;
        cbor_write_array(&b, 3);
        cbor_write_uint(&b, kind);
        cbor_write_uint(&b, 1);
        cbor_write_array(&b, 0);
        ok(reencode_operation(buffer_slice(&b)) == CONCLAVE_EFORMAT,
           "kind %u with an empty body", kind);
    }
    b.size = 0;
    buffer_append(&b, letters, OPERATION_MAX);
    is(reencode_operation(buffer_slice(&b)), CONCLAVE_EFORMAT, "128 KiB of no operation");
    buffer_append(&b, "", 1);
    is(reencode_operation(buffer_slice(&b)), CONCLAVE_ELIMIT,
       "a byte more is not even looked at");
    buffer_free(&b);
}

static struct operation evidence(enum evidence_kind kind, struct slice body)
{
    struct operation op;
    memset(&op, 0, sizeof(op));
    op.kind = OPERATION_EVIDENCE;
    op.seat = 1;
    op.evidence.kind = kind;
    op.evidence.first = (struct statement){.body = body, .ballot = body, .count = 1};
    op.evidence.second = op.evidence.first;
    return op;
}

static void evidence_rules(void)
{
    struct buffer vote = {0}, view = {0}, ballot = {0};
    struct hash zero = {{0}};
    struct operation op;
    memset(&op, 0, sizeof(op));
    op.kind = OPERATION_BALLOT;
    op.seat = 1;
    codec_encode_operation(&ballot, &op);
    codec_body_vote(&vote, UINT64_MAX, UINT64_MAX, &zero);
    codec_body_new_view(&view, UINT64_MAX, &zero, &zero);
    const struct slice bodies[] = {buffer_slice(&vote), buffer_slice(&vote),
                                   buffer_slice(&view), buffer_slice(&ballot)};
    for (int kind = EVIDENCE_PREPARE; kind <= EVIDENCE_BALLOT; kind++) {
        for (int body = EVIDENCE_PREPARE; body <= EVIDENCE_BALLOT; body++) {
            bool fits = kind == body || (kind <= 2 && body <= 2);
            op = evidence((enum evidence_kind)kind, bodies[body - 1]);
            ok((decode(&op) == 0) == fits, "EVIDENCE %d with the body of %d is %s", kind,
               body, fits ? "accepted" : "refused");
        }
    }
    struct buffer request = {0};
    memset(&op, 0, sizeof(op));
    op.kind = OPERATION_RETURN;
    op.seat = 1;
    codec_encode_operation(&request, &op);
    op = evidence(EVIDENCE_BALLOT, buffer_slice(&request));
    expect(&op, CONCLAVE_EFORMAT, "EVIDENCE 4 with a RETURN");
    buffer_free(&request);

    op = evidence((enum evidence_kind)5, bodies[0]);
    expect(&op, CONCLAVE_EFORMAT, "EVIDENCE of kind 5");
    op = evidence((enum evidence_kind)0, bodies[0]);
    expect(&op, CONCLAVE_EFORMAT, "EVIDENCE of kind 0");
    op = evidence(EVIDENCE_PREPARE, text_of(STATEMENT_BODY_MAX + 1));
    expect(&op, CONCLAVE_ELIMIT, "a statement of 129 bytes");
    op = evidence(EVIDENCE_PREPARE, slice_of(vote.data, vote.size - 1));
    expect(&op, CONCLAVE_EFORMAT, "a statement cut short");

    op = evidence(EVIDENCE_BALLOT, bodies[3]);
    op.evidence.second.count = ENVELOPE_OPERATIONS_MAX;
    op.evidence.second.index = ENVELOPE_OPERATIONS_MAX - 1;
    op.evidence.second.path = text_of(STATEMENT_PATH_MAX * HASH_BYTES);
    expect(&op, 0, "the last of 1024 operations, 64 hashes");
    op.evidence.second.count++;
    expect(&op, CONCLAVE_ELIMIT, "an envelope of 1025 operations");
    op.evidence.second.count = op.evidence.second.index;
    expect(&op, CONCLAVE_EFORMAT, "an index beyond the count");
    op.evidence.second.count = ENVELOPE_OPERATIONS_MAX;
    op.evidence.second.path = text_of(STATEMENT_PATH_MAX * HASH_BYTES + 1);
    expect(&op, CONCLAVE_ELIMIT, "a path over 64 hashes");
    op.evidence.second.path = text_of(HASH_BYTES - 1);
    expect(&op, CONCLAVE_EFORMAT, "a path of less than a hash");

    /* What one kind left behind is not seen in the next. */
    struct buffer b = {0};
    op.evidence.second.path = text_of(2 * HASH_BYTES);
    op.evidence.first = op.evidence.second;
    codec_encode_operation(&b, &op);
    is(codec_decode_operation(buffer_slice(&b), &op), 0, "a BALLOT's statement is read");
    b.size = 0;
    op = evidence(EVIDENCE_PREPARE, bodies[0]);
    codec_encode_operation(&b, &op);
    memset(&op, 0x5a, sizeof(op));
    is(codec_decode_operation(buffer_slice(&b), &op), 0, "then a vote's");
    const struct statement *s = &op.evidence.second;
    ok(s->ballot.size == 0 && s->path.size == 0 && s->count == 0 && s->index == 0,
       "which has none of the other's fields");
    buffer_free(&b);
    buffer_free(&vote);
    buffer_free(&view);
    buffer_free(&ballot);
}

/* What text_check refuses everywhere, in UTF-8. */
static const struct {
    const char *text;
    const char *name;
} forbidden[] = {
    {"a\x01", "C0"},
    {"a\x1b[m", "ESC"},
    {"a\rb", "CR"},
    {"a\x7f", "DEL"},
    {"\xc2\x80", "U+0080"},
    {"\xc2\x9b", "U+009B"},
    {"\xd8\x9c", "U+061C"},
    {"\xe2\x80\x8e", "U+200E"},
    {"\xe2\x80\x8f", "U+200F"},
    {"\xe2\x80\xaa", "U+202A"},
    {"\xe2\x80\xae", "U+202E"},
    {"\xe2\x81\xa6", "U+2066"},
    {"\xe2\x81\xa9", "U+2069"},
    {"\xc0\xaf", "an overlong form"},
    {"\xed\xa0\x80", "a surrogate"},
    {"\xf4\x90\x80\x80", "U+110000"},
    {"\xe6\xb0", "a cut character"},
};

/* Each text field in turn holds text; how many of the four accept it. */
static int fields_accepting(struct slice text)
{
    struct operation ops[4] = {propose(), propose(), propose(), reveal()};
    int accepting = 0;
    ops[0].propose.title = text;
    ops[1].propose.text = text;
    ops[2].propose.evidence = text;
    ops[3].reveal.ballot.rationale = text;
    for (int i = 0; i < 4; i++) {
        int error = decode(&ops[i]);
        accepting += error == 0;
        if (error != 0 && error != CONCLAVE_ETEXT) {
            return -1;
        }
    }
    return accepting;
}

static void text_rules(void)
{
    for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++) {
        ok(fields_accepting(slice_of_string(forbidden[i].text)) == 0,
           "%s is refused in every field", forbidden[i].name);
    }
    is(fields_accepting(slice_of("a\0b", 3)), 0, "NUL is refused in every field");
    is(fields_accepting(slice_of_string("a\nb")), 3, "a line feed only in the title");
    is(fields_accepting(slice_of_string("a\tb")), 3, "a tab only in the title");
    is(fields_accepting(slice_of_string("\xe6\xb0\xb4 \xf0\x90\x85\x91 \"\\")), 4,
       "all other characters are welcome");
}

static void heartbeat_limits(void)
{
    struct buffer b = {0};
    struct message m;
    memset(&m, 0, sizeof(m));
    m.tag = MESSAGE_HEARTBEAT;
    m.heartbeat.flags = UINT32_MAX;
    m.heartbeat.version = text_of(32);
    codec_encode_message(&b, &m);
    is(reencode_message(buffer_slice(&b)), 0, "a version of 32 bytes");
    b.size = 0;
    m.heartbeat.version = text_of(33);
    codec_encode_message(&b, &m);
    is(reencode_message(buffer_slice(&b)), CONCLAVE_ELIMIT, "a version of 33 bytes");
    b.size = 0;
    m.heartbeat.version = slice_of_string("1\n");
    codec_encode_message(&b, &m);
    is(reencode_message(buffer_slice(&b)), CONCLAVE_ETEXT, "a version of two lines");
    buffer_free(&b);
}

static bool is_later(const char *bytes, size_t size)
{
    return codec_is_later_message(slice_of(bytes, size));
}

static void later_messages(void)
{
    ok(is_later("\x82\x18\xc8\xf6", 4) && is_later("\x81\x18\xff", 3),
       "a tag above all is a later build's, whatever follows");
    ok(is_later("\x81\x10", 2), "the first that is not known, too");
    ok(!is_later("\x81\x0f", 2) && !is_later("\x82\x01\xf6", 3) && !is_later("\x81\x00", 2),
       "not a known one, and not 0");
    ok(!is_later("\x81\x19\x01\x00", 4), "not one above 255");
    ok(!is_later("\x18\xc8", 2) && !is_later("\x80", 1) && !is_later("", 0) &&
           !is_later("\x9f\x18\xc8\xff", 4) && !is_later("\xa1\x18\xc8\xf6", 4) &&
           !is_later("\x81\x18\x10", 3) && !is_later("\x84\x18\xc8", 3),
       "nor what is no array of a tag and what it claims");
}

int main(void)
{
    memset(letters, 'a', sizeof(letters));
    propose_limits();
    ballot_limits();
    kinds();
    evidence_rules();
    text_rules();
    heartbeat_limits();
    later_messages();
    return tap_done();
}
