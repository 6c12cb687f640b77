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

/*
 * The key where the node's unit hands it on to the node (LoadCredential= of
 * systemd.exec(5)), which the configuration says by naming it by ${CREDENTIALS_DIRECTORY}:
 * it is looked at before root becomes the node's user, who need not be able to read it.
 */
struct key_look {
    bool is_credential;
    bool is_unset;            /* and nothing names it here */
    int error;                /* 0: it was read, and this is */
    struct public_key public; /* its public half */
    bool is_hidden;           /* it may not be read */
    struct complaint why;
};
/* path: of the configuration itself. */
void key_look(const char *path, const struct config *c, struct key_look *out);
/* What was found of it; where it is no credential it is looked at now. The seat whose it
 * is, or 0. */
uint16_t check_key(struct findings *f, const struct config *c,
                   const struct charter *charter, const struct key_look *before);

/* Of the files: charter and key, store, socket, log. The charter where it is good, which
 * the caller frees, and the seat, 0 where it is not known. */
struct charter *check_files(struct findings *f, const struct config *c,
                            const struct key_look *look, uint16_t *seat);
/* Of names: addresses, groups, users. resolve: also those of other seats. */
void check_names(struct findings *f, const struct config *c, const struct charter *charter,
                 uint16_t seat, bool resolve);

#endif
