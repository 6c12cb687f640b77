/* SPDX-License-Identifier: ISC */
/* The order of the checks, the first two of them, and what they share. */
#include "verify/checks.h"

#include "crypto/sign.h"
#include "hash/merkle.h"
#include "wire/shared.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *verify_check_name(enum verify_check check)
{
    switch (check) {
    case VERIFY_SHAPE:
        return "shape";
    case VERIFY_COUNCIL:
        return "council";
    case VERIFY_CERTIFICATE:
        return "certificate";
    case VERIFY_STATE:
        return "state";
    case VERIFY_RECORD:
        return "record";
    case VERIFY_PROPOSAL:
        return "proposal";
    case VERIFY_OPENINGS:
        return "openings";
    case VERIFY_TALLY:
        return "tally";
    case VERIFY_HANDS:
        return "hands";
    }
    return "";
}

/* --- what checks share --- */

bool verify_refuse(struct verification *v, const char *format, ...)
{
    char text[COMPLAINT_BYTES];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    (void)complain(&v->report->text, CONCLAVE_ESIG, "%s", text);
    return false;
}

const char *verify_seat(struct verification *v, uint16_t seat)
{
    if (seat >= 1 && seat <= v->charter->seat_count) {
        (void)snprintf(v->seat, sizeof(v->seat), "seat %u (%s)", (unsigned)seat,
                       v->charter->seats[seat - 1].name);
    } else {
        (void)snprintf(v->seat, sizeof(v->seat), "seat %u", (unsigned)seat);
    }
    return v->seat;
}

bool verify_signature(struct verification *v, uint16_t seat, const char *label,
                      struct slice body, const struct signature *signature)
{
    v->report->signatures++;
    return sign_verify(&v->charter->seats[seat - 1].key, label, &v->charter->council_id,
                       body, signature) == 0;
}

bool verify_climb(struct slice item, uint64_t index, uint64_t count, struct slice path,
                  struct hash *root)
{
    struct hash hashes[PROOF_PATH_MAX];
    struct hash leaf = merkle_leaf(item);
    size_t length = path.size / HASH_BYTES;
    if (length > PROOF_PATH_MAX || path.size % HASH_BYTES != 0) {
        return false;
    }
    if (length > 0) {
        memcpy(hashes, path.data, path.size);
    }
    return merkle_climb(&leaf, index, count, hashes, length, root) == 0;
}

bool verify_is_due(uint64_t time_ms, uint64_t start_ms, uint64_t window_ms)
{
    return window_ms <= UINT64_MAX - start_ms && time_ms >= start_ms + window_ms;
}

/* --- shape and council --- */

static bool refuse_shape(struct verification *v, struct slice bundle, int error)
{
    /* An array of twelve, and the text that is its first item. */
    static const char beginning[] = "\x8c\x70"
                                    "conclave/1/proof";
    size_t length = sizeof(beginning) - 1;
    if (bundle.size == 0) {
        return verify_refuse(v, "there is nothing in it");
    }
    if (bundle.size < length || memcmp(bundle.data, beginning, length) != 0) {
        return verify_refuse(v, "it does not begin as a proof bundle does: give a file "
                                "that conclave export wrote");
    }
    if (error == CONCLAVE_ETRAILING) {
        return verify_refuse(v, "there are bytes after the end of the bundle");
    }
    return verify_refuse(v,
                         "it cannot be read as a proof bundle, it was cut off or changed: "
                         "%s",
                         error_text(error));
}

static bool check_council(struct verification *v)
{
    if (!hash_equal(&v->proof->council_id, &v->charter->council_id)) {
        char theirs[2 * HASH_BYTES + 1], own[2 * HASH_BYTES + 1];
        hex_encode(theirs, slice_of(v->proof->council_id.bytes, HASH_BYTES));
        hex_encode(own, slice_of(v->charter->council_id.bytes, HASH_BYTES));
        return verify_refuse(v,
                             "the bundle is of the council %s, the charter of %s, %s: "
                             "another charter is needed",
                             theirs, own, v->charter->name);
    }
    return true;
}

void verify_proof(const struct charter *charter, struct slice bundle, struct proof *out,
                  struct verify_report *report)
{
    static bool (*const checks[VERIFY_CHECKS])(struct verification *) = {
        [VERIFY_COUNCIL] = check_council,
        [VERIFY_STATE] = check_state,
        [VERIFY_CERTIFICATE] = check_certificate,
        [VERIFY_RECORD] = check_record,
        [VERIFY_PROPOSAL] = check_proposal,
        [VERIFY_OPENINGS] = check_openings,
        [VERIFY_TALLY] = check_tally,
        [VERIFY_HANDS] = check_hands,
    };
    struct verification v = {.charter = charter, .proof = out, .report = report};
    memset(report, 0, sizeof(*report));
    report->failed = VERIFY_SHAPE;
    int error = codec_decode_proof(bundle, out);
    if (error != 0) {
        (void)refuse_shape(&v, bundle, error);
        return;
    }
    unsigned last = out->is_full ? VERIFY_HANDS : VERIFY_TALLY;
    for (unsigned check = VERIFY_SHAPE + 1; check <= last; check++) {
        report->passed = check;
        report->failed = (enum verify_check)check;
        if (!checks[check](&v)) {
            return;
        }
    }
    report->passed = last + 1;
    report->holds = true;
}
