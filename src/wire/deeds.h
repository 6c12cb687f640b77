/* SPDX-License-Identifier: ISC */
/*
 * What each operation and step of a block did, as conclave-protocol(7) section 6 hashes it
 * into effects: [effects before, height, verdicts, steps, epoch]. The council writes it,
 * the ledger keeps it.
 */
#ifndef CONCLAVE_WIRE_DEEDS_H
#define CONCLAVE_WIRE_DEEDS_H

#include "wire/message.h"
#include "wire/record.h"

struct deed {
    struct hash proposal;
    enum proposal_step step;
};

struct deeds {
    uint64_t height;
    uint8_t *verdicts; /* of the operations of all envelopes, in their order */
    size_t verdict_count;
    struct deed *steps;
    size_t step_count;
    bool has_epoch; /* one began: */
    uint64_t epoch;
    uint16_t suspended[SEATS_MAX];
    size_t suspended_count;
};

/* Of this block, to which it must fit. 0 with what deeds_clear frees, or an error of
 * decoding; then there is nothing to free. */
int deeds_decode(struct slice input, const struct block *b, struct deeds *out);
void deeds_clear(struct deeds *d);

#endif
