/* SPDX-License-Identifier: ISC */
/*
 * The checks of conclave-protocol(7) section 11, each in the file of its name. A check
 * returns whether it holds; where it does not, it has said why with verify_refuse. Each
 * relies on those before it.
 */
#ifndef CONCLAVE_VERIFY_CHECKS_H
#define CONCLAVE_VERIFY_CHECKS_H

#include "verify/verify.h"

struct verification {
    const struct charter *charter;
    const struct proof *proof;
    struct verify_report *report;
    char seat[96]; /* of verify_seat */
};

/* Says what does not hold: one sentence for people. Returns false. */
bool verify_refuse(struct verification *v, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* "seat 3 (Alder)", or "seat 200" where the charter has no such seat; until the next call.
 */
const char *verify_seat(struct verification *v, uint16_t seat);
/* Whether the signature is the seat's, 1 to n, for what the label is for. */
bool verify_signature(struct verification *v, uint16_t seat, const char *label,
                      struct slice body, const struct signature *signature);
/* The root to which a path of whole hashes leads from the leaf that this item is. */
bool verify_climb(struct slice item, uint64_t index, uint64_t count, struct slice path,
                  struct hash *root);
/* Whether time has come to start + window, which is never where that exceeds 2^64 - 1. */
bool verify_is_due(uint64_t time_ms, uint64_t start_ms, uint64_t window_ms);

bool check_certificate(struct verification *v);
bool check_state(struct verification *v);
bool check_record(struct verification *v);
bool check_proposal(struct verification *v);
bool check_openings(struct verification *v);
bool check_tally(struct verification *v);
bool check_hands(struct verification *v);

#endif
