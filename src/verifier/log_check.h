/* SPDX-License-Identifier: ISC */
/* What the public log gives out besides bundles: checkpoints, proofs, the directory. */
#ifndef CONCLAVE_VERIFIER_LOG_CHECK_H
#define CONCLAVE_VERIFIER_LOG_CHECK_H

#include "tlog/tlog_proof.h"
#include "verifier/published.h"
#include "verify/log.h"

enum thing_kind {
    THING_BUNDLE,
    THING_CHECKPOINT,
    THING_INCLUSION,
    THING_CONSISTENCY,
    THING_DIRECTORY,
};
const char *thing_kind_name(enum thing_kind kind); /* "bundle", ... */
/* By its first bytes, and a note by its form; all that is nothing else is a bundle. */
enum thing_kind thing_kind_of(struct slice content);

enum check_result { CHECK_UNCHECKED, CHECK_OK, CHECK_FAILED };
struct log_check {
    const char *name;
    const char *text; /* for people: what holds */
    enum check_result result;
};

struct log_judgement {
    enum thing_kind kind;
    bool holds;
    unsigned check_count;
    struct log_check checks[PUBLISHED_CHECKS];
    struct complaint why; /* of the first check that failed */
    uint64_t signatures;

    bool has_note; /* a checkpoint of this council that a quorum signed */
    struct verify_note note;
    struct tlog_proof proof; /* of inclusion and consistency */
    struct record *record;   /* of an inclusion that holds, else NULL */
    struct published *site;  /* of a directory; the note is in there */
};

/* The name of the check that failed. */
const char *log_failed(const struct log_judgement *l);
/* The checkpoint that a quorum signed, or NULL. */
const struct checkpoint_report *log_note(const struct log_judgement *l);

/* Judges content, which must stay as long as the judgement. The caller ends with
 * log_judgement_clear. */
void log_judge(const struct charter *charter, const struct checkpoint_council *council,
               enum thing_kind kind, struct slice content, struct log_judgement *out);
/* Likewise a directory; site is one that the caller prepared, and is then the
 * judgement's. */
void log_judge_site(struct published *site, struct log_judgement *out);
void log_judgement_clear(struct log_judgement *l);

#endif
