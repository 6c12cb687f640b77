/* SPDX-License-Identifier: ISC */
/* What is to be done about a damaged store, the same wherever it is found. */
#ifndef CONCLAVE_LEDGER_DAMAGE_H
#define CONCLAVE_LEDGER_DAMAGE_H

#define CURE_OF_DAMAGE                                                                     \
    "do not repair or restore it: move the files away and start with the empty "           \
    "directory; the seat gets the ledger from the others (conclaved(8))"

/* Of a write-ahead log that is missing, or another one. One that is put in its place could
 * lack votes of this seat and be taken for whole. */
#define LOG_LOST "data.mdb and wal are not of the same time"
#define CURE_OF_LOG_LOST                                                                   \
    "restore none: start the node, and the seat comes back as one that has lost its "      \
    "state (conclaved(8))"

#endif
