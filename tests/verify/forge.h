/* SPDX-License-Identifier: ISC */
/*
 * Bundles changed on purpose. Each forgery starts from a good bundle: change f->p, seal it
 * anew where the change shall get past the hashes and signatures around it, and have it
 * judged.
 */
#ifndef CONCLAVE_TESTS_VERIFY_FORGE_H
#define CONCLAVE_TESTS_VERIFY_FORGE_H

#include "verify/verify.h"
#include "world.h"

struct forge {
    const struct world *world;
    struct slice bundle; /* the good one */
    struct proof p;
    uint8_t path[PROOF_PATH_MAX * HASH_BYTES]; /* for forge_path */
    unsigned refused;                          /* forgeries, by the check expected; */
    unsigned failed;                           /* others, each shown */
    unsigned by_check[VERIFY_CHECKS];
    /* Where it is not NULL: sees each forgery, and what was said of it. */
    void (*witness)(void *context, struct slice bytes, const struct verify_report *report,
                    const char *name);
    void *context;
};

/* The bundle stays the caller's. */
void forge_begin(struct forge *f, const struct world *w, struct slice bundle);
void forge_end(struct forge *f);
/* Makes path a copy that may be changed, with room for more hashes. */
uint8_t *forge_path(struct forge *f, struct slice *path);
/* The header stands for the state with this record, and its certificate is signed anew.
 * False where the path is none. */
bool forge_seal(struct forge *f);
/* The certificate of the header as it is, by the seats of the charter that it has. */
void forge_certify(struct forge *f);
/* Encodes and judges, and starts again from the good bundle. */
void forge_judge(struct forge *f, enum verify_check expected, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same for bytes. */
void forge_judge_bytes(struct forge *f, struct slice bytes, enum verify_check expected,
                       const char *name);

/* --- the forgeries, by layer --- */

void forge_all(struct forge *f);      /* all of them: */
void forge_outside(struct forge *f);  /* shape and council */
void forge_header(struct forge *f);   /* and certificate */
void forge_state(struct forge *f);    /* effects, count, index, path, record unsealed */
void forge_record(struct forge *f);   /* sealed anew */
void forge_seats(struct forge *f);    /* of the record, sealed anew */
void forge_proposal(struct forge *f); /* and openings */
void forge_hands(struct forge *f);    /* of full bundles */

#endif
