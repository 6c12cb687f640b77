/* SPDX-License-Identifier: ISC */
/* What is to be done about a damaged store, the same wherever it is found. */
#ifndef CONCLAVE_LEDGER_DAMAGE_H
#define CONCLAVE_LEDGER_DAMAGE_H

#define CURE_OF_DAMAGE                                                                     \
    "do not repair or restore it: move the files away and start with the empty "           \
    "directory; the seat gets the ledger from the others (conclaved(8))"

#endif
