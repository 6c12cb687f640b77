/* SPDX-License-Identifier: ISC */
/* Section 11 check 3: a quorum of the council committed this header. */
#include "verify/checks.h"

#include "base/quorum.h"
#include "hash/hash.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <inttypes.h>

static bool check_subject(struct verification *v)
{
    const struct header *h = &v->proof->header;
    const struct best *what = &v->proof->certificate->what;
    if (what->kind != CERTIFICATE_COMMIT) {
        return verify_refuse(v, "the certificate is not one of COMMITs: it does not show "
                                "that the block was committed");
    }
    if (!hash_equal(&what->block, &v->report->header_hash)) {
        return verify_refuse(v,
                             "the certificate is for another block than the header of "
                             "block %" PRIu64 " in the bundle",
                             h->height);
    }
    if (what->height != h->height) {
        return verify_refuse(
            v, "the certificate says height %" PRIu64 ", the header height %" PRIu64,
            what->height, h->height);
    }
    if (what->view != h->view) {
        return verify_refuse(
            v, "the certificate says view %" PRIu64 ", the header view %" PRIu64,
            what->view, h->view);
    }
    return true;
}

static bool check_seats(struct verification *v)
{
    const struct certificate *c = v->proof->certificate;
    unsigned quorum = quorum_size(v->charter->seat_count);
    uint16_t last = 0;
    if (c->count != quorum) {
        return verify_refuse(v,
                             "the certificate has %u signatures, it must have exactly %u",
                             (unsigned)c->count, quorum);
    }
    for (uint16_t i = 0; i < c->count; i++) {
        uint16_t seat = c->entries[i].seat;
        if (seat < 1 || seat > v->charter->seat_count) {
            return verify_refuse(v,
                                 "the certificate has a signature of seat %u, but the "
                                 "charter has %u seats",
                                 (unsigned)seat, (unsigned)v->charter->seat_count);
        }
        if (seat <= last) {
            return verify_refuse(v,
                                 "in the certificate %s comes twice or out of order, each "
                                 "seat counts once",
                                 verify_seat(v, seat));
        }
        last = seat;
    }
    return true;
}

bool check_certificate(struct verification *v)
{
    const struct certificate *c = v->proof->certificate;
    struct buffer body = {0};
    bool good = true;
    v->report->header_hash = hash_header(&v->proof->header);
    if (!check_subject(v) || !check_seats(v)) {
        return false;
    }
    codec_body_vote(&body, c->what.view, c->what.height, &c->what.block);
    for (uint16_t i = 0; i < c->count && good; i++) {
        const struct certificate_entry *e = &c->entries[i];
        good =
            verify_signature(v, e->seat, LABEL_COMMIT, buffer_slice(&body), &e->signature);
        if (!good) {
            (void)verify_refuse(v,
                                "the certificate's signature of %s is not that seat's for "
                                "block %" PRIu64,
                                verify_seat(v, e->seat), c->what.height);
        }
    }
    buffer_free(&body);
    return good;
}
