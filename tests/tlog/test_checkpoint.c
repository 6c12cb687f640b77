/* SPDX-License-Identifier: ISC */
/* Checkpoints: their three lines, who signed them, and several notes as one. */
#include "tlog/checkpoint.h"
#include "tlog/lines.h"

#include "crypto/sign.h"
#include "hash/merkle.h"
#include "signers.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

#define ROOT "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="

static int parse(const char *text)
{
    struct checkpoint p;
    struct complaint why = {""};
    return checkpoint_parse(slice_of_string(text), &p, &why);
}

static void test_text(void)
{
    struct checkpoint p;
    struct complaint why = {""};
    static const char text[] = "example.com/log\n20852163\n" ROOT "\n";
    is(checkpoint_parse(slice_of_string(text), &p, &why), 0, "a checkpoint");
    ok(slice_equal(p.origin, slice_of_string("example.com/log")) && p.size == 20852163 &&
           p.root.bytes[0] == 0x0a && p.root.bytes[31] == 0x62 && p.extensions.size == 0,
       "origin, size and root");
    is(parse("o\n0\n" ROOT "\n"), 0, "size 0");
    is(parse("o\n1\n" ROOT "\nmore\nlines\n"), 0, "extension lines");
    is(parse("o o+o\n9223372036854775807\n" ROOT "\n"), 0, "any origin, 2^63 - 1");
    static const char *const wrong[] = {
        "",
        "\n",
        "o",
        "o\n",
        "o\n1\n",
        "\n1\n" ROOT "\n",
        "o\n\n" ROOT "\n",
        "o\n01\n" ROOT "\n",
        "o\n-1\n" ROOT "\n",
        "o\n1 \n" ROOT "\n",
        "o\n0x1\n" ROOT "\n",
        "o\n9223372036854775808\n" ROOT "\n",
        "o\n1\n" ROOT,
        "o\n1\n\n",
        "o\n1\n" ROOT " \n",
        "o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n", /* bits to spare */
        "o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxqw==\n", /* 31 bytes */
        "o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2Ji\n", /* 33 */
        "o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I\n",  /* no padding */
        "o\n1\n" ROOT "\n\n",
        "o\n1\n" ROOT "\nmore\n\nlines\n",
        "o\n1\n" ROOT "\nmore"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        is(parse(wrong[i]), CONCLAVE_EFORMAT, "no checkpoint");
    }
}

/* --- who signed --- */

enum { SEATS = 4, QUORUM = 3 };

struct log {
    struct signers signers;
    struct checkpoint_council council;
    struct buffer text;
    struct secret_key *witness;
    struct vkey witness_key;
};

static void log_init(struct log *l)
{
    static const uint8_t seed[32] = {'w'};
    struct public_key key;
    struct hash root;
    memset(l, 0, sizeof(*l));
    memset(&root, 'r', sizeof(root));
    signers_init(&l->signers, SEATS, 1);
    checkpoint_council_init(&l->council, &l->signers.council_id, l->signers.keys, SEATS);
    checkpoint_text(&l->text, &l->signers.council_id, 9, &root);
    l->witness = key_from_seed(seed);
    key_public(l->witness, &key);
    l->witness_key = vkey_of(slice_of_string("witness.example"), VKEY_COSIGNATURE, &key);
}

static void log_free(struct log *l)
{
    signers_free(&l->signers);
    key_free(l->witness);
    buffer_free(&l->text);
}

static void start_note(const struct log *l, struct buffer *out)
{
    out->size = 0;
    buffer_append_slice(out, buffer_slice(&l->text));
    note_write_separator(out);
}

/* By the key of seat signer, of whatever the text is. */
static void add_seat(const struct log *l, struct buffer *out, uint16_t seat,
                     uint16_t signer)
{
    struct signature s;
    sign_note(l->signers.secrets[signer - 1], buffer_slice(&l->text), &s);
    checkpoint_write_line(out, &l->council, seat, &s);
}

static void add_witness(const struct log *l, struct buffer *out, uint64_t seconds)
{
    uint8_t bytes[COSIGNATURE_BYTES];
    vkey_cosign(l->witness, buffer_slice(&l->text), seconds, bytes);
    note_write_line(out, l->witness_key.name, l->witness_key.id,
                    slice_of(bytes, sizeof(bytes)));
}

static int verify(const struct log *l, const struct buffer *b,
                  struct checkpoint_report *report, struct complaint *why)
{
    struct note n;
    int error = note_parse(buffer_slice(b), &n, why);
    error = error == 0 ? checkpoint_verify(&l->council, &n, report, why) : error;
    note_clear(&n);
    return error;
}

/* What seats exchange, as a line of a note. */
static void test_vote(const struct log *l)
{
    struct checkpoint_vote v = {.size = 9};
    struct buffer mine = {0}, theirs = {0};
    memset(&v.root, 'r', sizeof(v.root));
    checkpoint_sign(l->signers.secrets[1], &l->signers.council_id, &v);
    checkpoint_write_line(&mine, &l->council, 2, &v.signature);
    add_seat(l, &theirs, 2, 2);
    ok(slice_equal(buffer_slice(&mine), buffer_slice(&theirs)), "a seat signs the text");
    ok(l->text.data[0] >= 0x20, "which begins with no label's length");
    buffer_free(&mine);
    buffer_free(&theirs);
}

static void test_quorum(const struct log *l)
{
    struct checkpoint_report r;
    struct complaint why = {""};
    struct buffer b = {0};
    start_note(l, &b);
    add_seat(l, &b, 4, 4);
    add_seat(l, &b, 2, 2);
    add_seat(l, &b, 2, 2);
    add_witness(l, &b, 5);
    is(verify(l, &b, &r, &why), CONCLAVE_EAGAIN, "two seats, one of them twice");
    ok(r.count == 2 && !r.is_signed[0] && r.is_signed[1] && !r.is_signed[2] &&
           r.is_signed[3] && r.others == 1,
       "are two seats and somebody else");
    ok(strcmp(why.text, "2 of 4 seats signed the checkpoint, of which it takes 3") == 0,
       "which is said: %s", why.text);
    ok(r.checkpoint.size == 9 && r.checkpoint.root.bytes[0] == 'r', "of this checkpoint");
    add_seat(l, &b, 1, 1);
    is(verify(l, &b, &r, &why), 0, "three seats");
    is(r.count, QUORUM, "are q");
    add_seat(l, &b, 3, 1);
    is(verify(l, &b, &r, &why), CONCLAVE_ESIG, "a fourth one's is false");
    ok(strstr(why.text, "seat 3") != NULL, "which is said: %s", why.text);
    is(r.count, QUORUM, "and does not hide the others");
    buffer_free(&b);
}

/* A line of the log's name that is no seat's is nobody's. */
static void test_stranger(const struct log *l)
{
    struct checkpoint_report r;
    struct complaint why = {""};
    struct buffer b = {0};
    struct signature s;
    start_note(l, &b);
    for (uint16_t seat = 1; seat <= 2; seat++) {
        add_seat(l, &b, seat, seat);
    }
    sign_note(l->witness, buffer_slice(&l->text), &s);
    struct vkey stranger =
        vkey_of(slice_of_string(l->council.origin), VKEY_NOTE, &l->witness_key.key);
    note_write_line(&b, stranger.name, stranger.id, slice_of(s.bytes, sizeof(s.bytes)));
    is(verify(l, &b, &r, &why), CONCLAVE_EAGAIN, "a stranger is no seat");
    is(r.count, 2, "and not counted");
    /* A good signature of seat 3 under a witness's name is not the seat's line. */
    sign_note(l->signers.secrets[2], buffer_slice(&l->text), &s);
    note_write_line(&b, slice_of_string("else"), l->council.vkeys[2].id,
                    slice_of(s.bytes, sizeof(s.bytes)));
    is(verify(l, &b, &r, &why), CONCLAVE_EAGAIN, "nor is a seat under another name");
    buffer_free(&b);
}

/* The same three seats over a text that is wrong. */
static int signed_text(struct log *l, const char *text)
{
    struct checkpoint_report r;
    struct complaint why = {""};
    struct buffer b = {0}, kept = l->text;
    struct log other = *l;
    other.text = (struct buffer){0};
    lines_write_text(&other.text, text);
    start_note(&other, &b);
    for (uint16_t seat = 1; seat <= QUORUM; seat++) {
        add_seat(&other, &b, seat, seat);
    }
    int error = verify(&other, &b, &r, &why);
    buffer_free(&other.text);
    buffer_free(&b);
    l->text = kept;
    return error;
}

static void test_wrong_text(struct log *l)
{
    struct buffer b = {0};
    struct hash root = merkle_root(NULL, 0);
    lines_write_text(&b, l->council.origin);
    lines_write_text(&b, "\n5\n" ROOT "\n");
    buffer_append(&b, "", 1);
    is(signed_text(l, (const char *)b.data), 0, "a good one");
    b.data[9] = b.data[9] == '0' ? '1' : '0';
    is(signed_text(l, (const char *)b.data), CONCLAVE_EFORMAT, "of another council");
    b.data[9] = (uint8_t)l->council.origin[9];
    b.size--;
    lines_write_text(&b, "extension\n");
    buffer_append(&b, "", 1);
    is(signed_text(l, (const char *)b.data), CONCLAVE_EFORMAT, "with a fourth line");
    b.size = 0;
    lines_write_text(&b, l->council.origin);
    lines_write_text(&b, "\n0\n" ROOT "\n");
    buffer_append(&b, "", 1);
    is(signed_text(l, (const char *)b.data), CONCLAVE_EFORMAT,
       "of an empty tree with a root of another");
    b.size = 0;
    checkpoint_text(&b, &l->signers.council_id, 0, &root);
    buffer_append(&b, "", 1);
    is(signed_text(l, (const char *)b.data), 0, "of the empty tree");
    buffer_free(&b);
}

/* --- several notes as one --- */

static int merge(const struct log *l, const struct buffer *parts, size_t count,
                 bool with_witness, struct buffer *out)
{
    struct note *notes = calloc(count + 1, sizeof(*notes));
    const struct note **list = calloc(count + 1, sizeof(*list));
    struct complaint why = {""};
    out->size = 0;
    for (size_t i = 0; i < count; i++) {
        if (note_parse(buffer_slice(&parts[i]), &notes[i], &why) != 0) {
            printf("Bail out! %s\n", why.text);
            exit(99);
        }
        list[i] = &notes[i];
    }
    int error =
        checkpoint_merge(&l->council, list, count, &l->witness_key, with_witness, out);
    for (size_t i = 0; i < count; i++) {
        note_clear(&notes[i]);
    }
    free(list);
    free(notes);
    return error;
}

static void test_merge(const struct log *l)
{
    struct buffer parts[2] = {{0}}, got = {0}, expected = {0};
    start_note(l, &parts[0]);
    add_witness(l, &parts[0], 5);
    note_write_line(&parts[0], slice_of_string("x"), 1, slice_of_string("unknown"));
    add_seat(l, &parts[0], 3, 3);
    add_seat(l, &parts[0], 4, 1);
    start_note(l, &parts[1]);
    add_seat(l, &parts[1], 3, 3);
    note_write_line(&parts[1], slice_of_string("x"), 1, slice_of_string("unknown"));
    note_write_line(&parts[1], l->witness_key.name, l->witness_key.id,
                    slice_of_string("false"));
    add_witness(l, &parts[1], 8);
    add_seat(l, &parts[1], 1, 1);

    start_note(l, &expected);
    add_seat(l, &expected, 1, 1);
    add_seat(l, &expected, 3, 3);
    add_witness(l, &expected, 8);
    note_write_line(&expected, slice_of_string("x"), 1, slice_of_string("unknown"));
    is(merge(l, parts, 2, true, &got), 0, "two notes over one text");
    ok(slice_equal(buffer_slice(&got), buffer_slice(&expected)),
       "seats ascend, false lines are gone, a witness's last word stays");

    start_note(l, &expected);
    add_seat(l, &expected, 1, 1);
    add_seat(l, &expected, 3, 3);
    add_witness(l, &expected, 5);
    note_write_line(&expected, slice_of_string("x"), 1, slice_of_string("unknown"));
    note_write_line(&expected, l->witness_key.name, l->witness_key.id,
                    slice_of_string("false"));
    add_witness(l, &expected, 8);
    is(merge(l, parts, 2, false, &got), 0, "without the witness's key");
    ok(slice_equal(buffer_slice(&got), buffer_slice(&expected)), "all its lines stay");

    is(merge(l, parts, 0, false, &got), CONCLAVE_EINVAL, "nothing");
    parts[1].data[0] ^= 1;
    is(merge(l, parts, 2, false, &got), CONCLAVE_EINVAL, "two texts");
    parts[0].size = 0;
    start_note(l, &parts[0]);
    add_seat(l, &parts[0], 4, 1);
    is(merge(l, parts, 1, false, &got), CONCLAVE_EAGAIN, "false lines alone");
    is((int64_t)got.size, 0, "give no note");
    buffer_free(&parts[0]);
    buffer_free(&parts[1]);
    buffer_free(&got);
    buffer_free(&expected);
}

/* Lines that nobody knows never take the place of a quorum or of a known witness. */
static void test_flood(const struct log *l)
{
    struct buffer parts[2] = {{0}}, got = {0};
    struct checkpoint_report r;
    struct complaint why = {""};
    start_note(l, &parts[0]);
    for (unsigned i = 0; i < NOTE_LINES_MAX; i++) {
        char text[8];
        (void)snprintf(text, sizeof(text), "%03u", i);
        note_write_line(&parts[0], slice_of_string(text), i, slice_of_string("x"));
    }
    start_note(l, &parts[1]);
    add_witness(l, &parts[1], 8);
    for (uint16_t seat = 1; seat <= QUORUM; seat++) {
        add_seat(l, &parts[1], seat, seat);
    }
    is(merge(l, parts, 2, true, &got), 0, "a flood of lines");
    is(verify(l, &got, &r, &why), 0, "leaves the seats");
    is((int64_t)r.others, NOTE_LINES_READ - QUORUM, "and fills what is left");
    struct note n;
    uint64_t seconds = 0;
    (void)note_parse(buffer_slice(&got), &n, &why);
    is(vkey_verify(&l->witness_key, n.text, &n.lines[QUORUM], &seconds), 0,
       "after the witness");
    note_clear(&n);
    buffer_free(&parts[0]);
    buffer_free(&parts[1]);
    buffer_free(&got);
}

/* Of 128 seats q = 86: what their note leaves to others. */
static void test_large(void)
{
    static struct signers all;
    static struct checkpoint_council council;
    struct buffer text = {0}, got = {0};
    struct checkpoint_vote v = {.size = 7, .root = signers_hash(7)};
    struct checkpoint_report r;
    struct complaint why = {""};
    struct note n;
    signers_init(&all, SEATS_MAX, 9);
    checkpoint_council_init(&council, &all.council_id, all.keys, all.seats);
    checkpoint_text(&text, &all.council_id, v.size, &v.root);
    note_write_separator(&text);
    for (uint16_t seat = 1; seat <= all.seats; seat++) {
        checkpoint_sign(all.secrets[seat - 1], &all.council_id, &v);
        checkpoint_write_line(&text, &council, seat, &v.signature);
    }
    for (unsigned others = 0; others <= 20; others += 10) {
        const struct note *list[1] = {&n};
        struct note merged;
        size_t before = text.size;
        for (unsigned i = 0; i < others; i++) {
            char name[8];
            (void)snprintf(name, sizeof(name), "w%u", i);
            note_write_line(&text, slice_of_string(name), i, slice_of_string("x"));
        }
        got.size = 0;
        ok(note_parse(buffer_slice(&text), &n, &why) == 0, "128 seats, %u others", others);
        is(checkpoint_merge(&council, list, 1, NULL, 0, &got), 0, "are one note");
        (void)note_parse(buffer_slice(&got), &merged, &why);
        is((int64_t)merged.count, NOTE_LINES_READ, "that other programs read");
        is(checkpoint_verify(&council, &merged, &r, &why), 0, "of a quorum");
        is(r.count, others == 20 ? 86 : 100 - others, "and of as many seats as fit");
        note_clear(&merged);
        note_clear(&n);
        text.size = before;
    }
    is(checkpoint_room(&council, 128, 0), 100, "room for 100 seats alone");
    is(checkpoint_room(&council, 90, 5), 90, "for 90 and five others");
    is(checkpoint_room(&council, 90, 500), 86, "for a quorum in any case");
    is(checkpoint_room(&council, 12, 500), 12, "and for no more than signed");
    buffer_free(&text);
    buffer_free(&got);
    signers_free(&all);
}

int main(void)
{
    struct log l;
    if (key_library_init() != 0) {
        return 99;
    }
    log_init(&l);
    test_text();
    test_vote(&l);
    test_quorum(&l);
    test_stranger(&l);
    test_wrong_text(&l);
    test_merge(&l);
    test_flood(&l);
    test_large();
    log_free(&l);
    return tap_done();
}
