/* SPDX-License-Identifier: ISC */
/*
 * What a council signs of its public log, judged by its charter: conclave-protocol(7)
 * section 12.
 */
#ifndef CONCLAVE_VERIFY_LOG_H
#define CONCLAVE_VERIFY_LOG_H

#include "charter/charter.h"
#include "tlog/checkpoint.h"
#include "wire/proof.h"

#include <jansson.h>

/* Who may sign; in one piece, that stays where it is. The caller frees it. */
struct checkpoint_council *verify_council(const struct charter *c);

/* A note, parsed and judged: the report points into it, and it into the bytes given. */
struct verify_note {
    struct note note;
    struct checkpoint_report report;
};
/* 0, or the errors of note_parse and checkpoint_verify; is_note, which may be NULL, says
 * whether it was parsed. The caller ends with note_clear of the note in any case. */
int verify_note(const struct checkpoint_council *council, struct slice bytes,
                struct verify_note *out, bool *is_note, struct complaint *why);

/* The row of a decision in decisions.json, conclave-publish(1): a new reference. The proof
 * was judged. */
json_t *verify_row(const struct charter *c, const struct proof *p, uint64_t index);

#endif
