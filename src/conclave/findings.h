/* SPDX-License-Identifier: ISC */
/* What `config check` finds, in the order in which it looks. */
#ifndef CONCLAVE_CONCLAVE_FINDINGS_H
#define CONCLAVE_CONCLAVE_FINDINGS_H

#include "charter/charter.h"
#include "conclaved/config.h"

#include <jansson.h>

struct findings {
    json_t *list; /* objects: level ("ok", "warning", "error"), what, text */
    unsigned errors, warnings;
};

void findings_good(struct findings *f, const char *what, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void findings_warn(struct findings *f, const char *what, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void findings_fail(struct findings *f, const char *what, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Of the files: charter and key, store, socket, log. The charter where it is good, which
 * the caller frees, and the seat, 0 where it is not known. */
struct charter *check_files(struct findings *f, const struct config *c, uint16_t *seat);
/* Of names: addresses, groups, users. resolve: also those of other seats. */
void check_names(struct findings *f, const struct config *c, const struct charter *charter,
                 uint16_t seat, bool resolve);

#endif
