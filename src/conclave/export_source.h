/* SPDX-License-Identifier: ISC */
/*
 * Where `export` takes what it writes: a node, asked page by page, or a store that is read
 * as it is. One decision at a time, so that memory does not grow with their number. Both
 * give the same.
 */
#ifndef CONCLAVE_CONCLAVE_EXPORT_SOURCE_H
#define CONCLAVE_CONCLAVE_EXPORT_SOURCE_H

#include "conclave/command.h"
#include "conclave/node.h"
#include "conclave/node_files.h"

#include "charter/charter.h"
#include "ledger/ledger.h"

struct export_source {
    struct control_client *client; /* or NULL, and then */
    struct ledger *ledger;
    struct charter *charter;
    uint64_t size;   /* how many decisions were final at the beginning */
    json_t *entries; /* of the node's records, the page that begins with this one */
    uint64_t entries_from;
};

/* Whether the options of NODE_FILES_OPTIONS name a store. */
bool export_is_of_store(const struct command_line *line);
/* By the options of NODE_FILES_OPTIONS a store, without them the node. False after saying
 * what is wrong; *status is the exit status then. */
bool export_open(const struct command_line *line, struct export_source *out,
                 enum command_exit *status);
/* The node, whatever the options say, or the store that was found; on failure, too, the
 * caller ends with export_close. */
bool export_open_node(const struct command_line *line, struct export_source *out);
bool export_open_store(const struct command_line *line, const struct node_files *files,
                       struct export_source *out);
void export_close(struct export_source *s);

enum decision_detail {
    DECISION_RECORD,
    DECISION_CONTENT, /* and what was proposed, */
    DECISION_BALLOTS, /* and the rationales */
};

/* References are the decision's. */
struct decision {
    uint64_t number;
    struct bytes *encoding;
    struct record record;
    uint16_t proposer;
    json_t *title, *text, *evidence, *payload; /* the last two may be null */
    json_t *rationales[SEATS_MAX];             /* null where none was opened */
};

/* Number is below size; ascending ones cost least. On success the caller ends with
 * decision_clear. */
int export_decision(struct export_source *s, uint64_t number, enum decision_detail detail,
                    struct decision *out, struct complaint *why);
void decision_clear(struct decision *d);

/* A proof bundle as it was made, and what it says of itself. */
struct exported {
    struct buffer bundle;
    struct hash id;
    uint64_t record, final_height, covered_height;
};
/* id: the first digits of one. CONCLAVE_ESTATE where it is too early. The caller frees the
 * bundle. */
int export_bundle(struct export_source *s, const char *id, bool full, struct exported *out,
                  struct complaint *why);

/* A seat that was convicted, by the block of that height; operation is EVIDENCE, encoded,
 * NULL where there is none. */
struct conviction {
    uint64_t height, time_ms;
    struct bytes *operation;
};
/* out[seat - 1], all cleared before; the caller unrefs the operations also after an error.
 */
int export_convictions(struct export_source *s, struct conviction *out,
                       struct complaint *why);

#endif
