/* SPDX-License-Identifier: ISC */
/* The decision record's layout, conclave-protocol(7) section 8 point 7, byte by byte. */
#include "random.h"
#include "tap.h"

#include "base/error.h"
#include "wire/record.h"

#include <string.h>

#define H4(x)   x x x x
#define H32(x)  H4(x) H4(x) H4(x) H4(x) H4(x) H4(x) H4(x) H4(x)
#define NOTHING "\x80\x80\x80\x80\x80\x80"

/* Where things stand in the literal below. */
enum {
    AT_CLASS = 35,
    AT_BITS = 57,
    AT_OUTCOME = 59,
    AT_REASON = 60,
    AT_SEATS = 65,
    AT_STATUS = 67,
    AT_CHOICE = 103,
    AT_CONFIDENCE = 104,
    AT_SECOND = 141,
};

#define IDENTITY "\x58\x20" H32("\x11") "\x01\x03" /* proposal_id, class, T */
#define OPENED   "\x82\x05\x19\x03\xe8"
#define SEALED   "\x82\x06\x19\x04\x4c"
#define DECIDED  "\x82\x07\x19\x04\xb0"
#define FINAL    "\x82\x08\x19\x05\x14"
#define ACTIVE   "\x41\xb0" /* seats 1, 3, 4 */
#define OUTCOME                                                                            \
    "\x01\x00"                                                                             \
    "\x83\x01\x00\x00" /* approved, no reason, the tally */
#define COMMITS  "\x58\x20" H32("\x22") "\x05"
#define REVEALS  "\x01\x18\x5a\x58\x20" H32("\x33") "\x07"
#define REVEALED "\x87\x00" COMMITS REVEALS
#define EXPELLED "\x87\x01" NOTHING
#define WITHHELD "\x87\x02\x58\x20" H32("\x44") "\x06\x80\x80\x80\x80"
#define MISSED   "\x87\x04" NOTHING
#define SEATS    "\x84" REVEALED EXPELLED WITHHELD MISSED

static const char literal[] =
    "\x8c" IDENTITY OPENED SEALED DECIDED FINAL ACTIVE OUTCOME SEATS;
enum { LITERAL_BYTES = sizeof literal - 1 };

static struct slice literal_slice(void)
{
    return slice_of(literal, LITERAL_BYTES);
}

static struct record sample(void)
{
    struct record r = {
        .class_index = 1,
        .threshold = 3,
        .opened = {5, 1000},
        .sealed = {6, 1100},
        .decided = {7, 1200},
        .final = {8, 1300},
        .seat_count = 4,
        .active = {true, false, true, true},
        .outcome = OUTCOME_APPROVED,
        .approve = 1,
    };
    memset(r.proposal.bytes, 0x11, HASH_BYTES);
    r.seats[0] = (struct seat_record){.status = STATUS_REVEALED,
                                      .has_ballot = true,
                                      .ballot_height = 5,
                                      .has_reveal = true,
                                      .choice = CHOICE_APPROVE,
                                      .confidence = 90,
                                      .reveal_height = 7};
    memset(r.seats[0].commitment.bytes, 0x22, HASH_BYTES);
    memset(r.seats[0].rationale_hash.bytes, 0x33, HASH_BYTES);
    r.seats[1].status = STATUS_EXPELLED;
    r.seats[2] = (struct seat_record){
        .status = STATUS_WITHHELD, .has_ballot = true, .ballot_height = 6};
    memset(r.seats[2].commitment.bytes, 0x44, HASH_BYTES);
    r.seats[3].status = STATUS_MISSED;
    return r;
}

static void test_layout(void)
{
    struct record r = sample(), decoded;
    struct buffer b = {0};
    codec_encode_record(&b, &r);
    ok(slice_equal(buffer_slice(&b), literal_slice()), "a record's bytes");
    is(codec_decode_record(literal_slice(), &decoded), 0, "are read");
    ok(memcmp(&r, &decoded, sizeof r) == 0, "as the same record");
    buffer_free(&b);
}

static int decode_changed(size_t at, int byte)
{
    char bytes[LITERAL_BYTES];
    struct record r;
    memcpy(bytes, literal, LITERAL_BYTES);
    bytes[at] = (char)byte;
    return codec_decode_record(slice_of(bytes, sizeof bytes), &r);
}

/* The literal with some bytes cut out and others put in. */
static int decode_spliced(size_t at, size_t cut, const char *put, size_t put_size)
{
    struct buffer b = {0};
    struct record r;
    buffer_append(&b, literal, at);
    buffer_append(&b, put, put_size);
    buffer_append(&b, literal + at + cut, LITERAL_BYTES - at - cut);
    int error = codec_decode_record(buffer_slice(&b), &r);
    buffer_free(&b);
    return error;
}

static void test_refusals(void)
{
    struct record r;
    unsigned accepted = 0;
    for (size_t size = 0; size < LITERAL_BYTES; size++) {
        accepted += codec_decode_record(slice_of(literal, size), &r) == 0;
    }
    is(accepted, 0, "no cut record is read");
    is(codec_decode_record(slice_of(literal, LITERAL_BYTES + 1), &r), CONCLAVE_ETRAILING,
       "bytes after the end");
    is(decode_changed(AT_CLASS, 23), 0, "another class is fine");
    is(decode_changed(AT_BITS + 1, 0xb8), CONCLAVE_ECANON, "a bit beyond the last seat");
    is(decode_spliced(AT_BITS, 2, "\x42\xb0\x00", 3), CONCLAVE_EFORMAT,
       "a bit string too long");
    is(decode_changed(AT_OUTCOME, 2), CONCLAVE_ELIMIT, "an outcome that is none");
    is(decode_changed(AT_REASON, 4), CONCLAVE_ELIMIT, "a reason that is none");
    is(decode_changed(AT_STATUS, 6), CONCLAVE_ELIMIT, "a status that is none");
    is(decode_changed(AT_CHOICE, 3), CONCLAVE_ELIMIT, "a choice that is none");
    is(decode_changed(AT_CONFIDENCE + 1, 101), CONCLAVE_ELIMIT, "a confidence above 100");
    is(decode_changed(AT_CONFIDENCE + 1, 23), CONCLAVE_ECANON, "a long integer");
    is(decode_changed(AT_SEATS, 0x83), CONCLAVE_EFORMAT, "too few seats");
    is(decode_spliced(AT_STATUS + 1, 34, "\x80", 1), CONCLAVE_EFORMAT,
       "a height without a commitment");
    is(decode_spliced(AT_STATUS + 1, 35, "\x80\x80", 2), CONCLAVE_EFORMAT,
       "a reveal without a ballot");
    is(decode_spliced(AT_SECOND + 2, 1, "\x81\x00", 2), CONCLAVE_EFORMAT,
       "something in an absent part");
}

/* Any record at any size comes back as it was. */
static void test_roundtrip(void)
{
    struct rng rng = rng_begin(0xdec15105);
    unsigned failures = 0;
    static struct record r, decoded;
    for (unsigned round = 0; round < 2000; round++) {
        struct buffer b = {0};
        memset(&r, 0, sizeof r);
        r.seat_count = (uint16_t)(SEATS_MIN + rng_below(&rng, SEATS_MAX - SEATS_MIN + 1));
        rng_fill(&rng, r.proposal.bytes, HASH_BYTES);
        r.class_index = (uint32_t)rng_below(&rng, CLASSES_MAX);
        r.threshold = (uint32_t)rng_below(&rng, SEATS_MAX + 1);
        r.opened = (struct moment){rng_uint(&rng), rng_uint(&rng)};
        r.sealed = (struct moment){rng_uint(&rng), rng_uint(&rng)};
        r.decided = (struct moment){rng_uint(&rng), rng_uint(&rng)};
        r.final = (struct moment){rng_uint(&rng), rng_uint(&rng)};
        r.outcome = (enum outcome)rng_below(&rng, 2);
        r.reason = (enum reason)rng_below(&rng, 4);
        r.approve = (uint32_t)rng_below(&rng, SEATS_MAX + 1);
        r.reject = (uint32_t)rng_below(&rng, SEATS_MAX + 1);
        r.abstain = (uint32_t)rng_below(&rng, SEATS_MAX + 1);
        for (unsigned i = 0; i < r.seat_count; i++) {
            struct seat_record *s = &r.seats[i];
            r.active[i] = rng_chance(&rng, 2);
            s->status = (enum seat_status)rng_below(&rng, 6);
            s->has_ballot = rng_chance(&rng, 2);
            s->has_reveal = s->has_ballot && rng_chance(&rng, 2);
            if (s->has_ballot) {
                rng_fill(&rng, s->commitment.bytes, HASH_BYTES);
                s->ballot_height = rng_uint(&rng);
            }
            if (s->has_reveal) {
                s->choice = (enum choice)rng_below(&rng, 3);
                s->confidence = (uint8_t)rng_below(&rng, CONFIDENCE_MAX + 1);
                rng_fill(&rng, s->rationale_hash.bytes, HASH_BYTES);
                s->reveal_height = rng_uint(&rng);
            }
        }
        codec_encode_record(&b, &r);
        failures += codec_decode_record(buffer_slice(&b), &decoded) != 0 ||
                    memcmp(&r, &decoded, sizeof r) != 0;
        buffer_free(&b);
    }
    is(failures, 0, "2,000 random records of 4 to 128 seats come back as they were");
}

static void test_names(void)
{
    ok(strcmp(choice_name(CHOICE_ABSTAIN), "abstain") == 0, "a choice's name");
    ok(strcmp(seat_status_name(STATUS_NOT_AWAITED), "not-awaited") == 0, "a status's name");
    ok(strcmp(outcome_name(OUTCOME_REJECTED), "rejected") == 0, "an outcome's name");
    ok(strcmp(reason_name(REASON_NONE), "") == 0, "no reason");
    ok(strcmp(reason_name(REASON_THRESHOLD_UNREACHABLE), "threshold-unreachable") == 0,
       "a reason's name");
    unsigned same = 0;
    for (unsigned a = VERDICT_EFFECT; a <= VERDICT_TOO_SOON; a++) {
        for (unsigned b = VERDICT_EFFECT; b < a; b++) {
            same +=
                strcmp(verdict_name((enum verdict)a), verdict_name((enum verdict)b)) == 0;
        }
    }
    is(same, 0, "every verdict has a name of its own");
}

int main(void)
{
    test_layout();
    test_refusals();
    test_roundtrip();
    test_names();
    return tap_done();
}
