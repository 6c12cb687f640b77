/* SPDX-License-Identifier: ISC */
/* Makes of a store of today what other builds wrote. */
#ifndef CONCLAVE_TESTS_LEDGER_OLDER_H
#define CONCLAVE_TESTS_LEDGER_OLDER_H

#include <stdbool.h>
#include <stdint.h>

enum {
    OLDER_FLAGS = 1,
    OLDER_STANDING = 2,
    OLDER_PROOFS = 4, /* effects and tree */
    OLDER_DEEDS = 8,
    OLDER_ALL = 15,
};

/* The store of dir, which nobody has open, gets this format, and loses of these but what
 * keeps names: format 1 was written without any of them, and with all but the deeds, format
 * 2 without those alone. 0 or an error of LMDB. */
int older_make(const char *dir, uint8_t format, unsigned keeps);

#endif
