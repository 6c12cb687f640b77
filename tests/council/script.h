/* SPDX-License-Identifier: ISC */
/*
 * Stories: each line is one block, written as text, and what the council did about it, as
 * text too. See script_run in script.c for the words.
 */
#ifndef CONCLAVE_TESTS_COUNCIL_SCRIPT_H
#define CONCLAVE_TESTS_COUNCIL_SCRIPT_H

#include "build.h"

struct line {
    const char *block;  /* "110: ballot P 1..22 approve; evidence 5" */
    const char *expect; /* "ballot P 1..22; convicted 5 | 1000" */
};

struct story {
    const char *name;
    uint16_t seats;
    uint32_t open_proposals;  /* 0: 8 */
    uint32_t epoch_decisions; /* 0: 1,000 */
    const struct line *lines; /* ends with a NULL block */
};

enum { NAMES = 26 };

struct script {
    struct council_rules rules;
    struct council *council;
    struct hash ids[NAMES]; /* of A..Z */
    struct {
        bool set;
        enum choice choice;
        unsigned variant;
    } secrets[NAMES][SEATS_MAX];
    enum packing packing;
    uint64_t height;
    struct hash state_root;
    struct hash leaves[64]; /* of the records that became final */
    size_t leaf_count;
    char trace[4096]; /* of the last line */
};

void script_begin(struct script *s, const struct council_rules *rules);
/* Applies the line's block and writes the trace. */
void script_block(struct script *s, const char *line);
void script_end(struct script *s);
/* The operations of one line without its time, encoded, for other uses. */
void script_operations(struct script *s, const char *operations, struct batch *out);

/* Whether the story goes as told. Where a line differs both traces are shown. */
bool script_tell(const struct story *story);

#endif
