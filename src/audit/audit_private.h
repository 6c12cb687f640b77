/* SPDX-License-Identifier: ISC */
/* What the files of the audit share. Each check returns false after noting a difference,
 * the first of which ends the audit. */
#ifndef CONCLAVE_AUDIT_AUDIT_PRIVATE_H
#define CONCLAVE_AUDIT_AUDIT_PRIVATE_H

#include "audit/audit.h"
#include "council/council.h"
#include "crypto/authenticate.h"

struct audit {
    const struct charter *charter;
    struct ledger *ledger;
    const struct audit_options *options;
    struct audit_report *report;
    struct council *council;
    struct authenticator authenticator;
    struct public_key keys[SEATS_MAX];
};

bool audit_differs(struct audit *a, enum audit_part part, uint64_t height,
                   const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Records and index, as the block changed them. */
bool audit_events(struct audit *a, uint64_t height, const struct council_result *result);
/* That there is nothing more in them than the blocks gave. */
bool audit_no_more(struct audit *a);
/* What the seat signed, its ballots and flags. */
bool audit_own(struct audit *a);

#endif
