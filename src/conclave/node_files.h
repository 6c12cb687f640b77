/* SPDX-License-Identifier: ISC */
/* Where a node's files are, for commands that read them themselves: as told by --data and
 * --charter, by --config, or by the running node. */
#ifndef CONCLAVE_CONCLAVE_NODE_FILES_H
#define CONCLAVE_CONCLAVE_NODE_FILES_H

#include "conclave/command.h"

#include "charter/charter.h"
#include "ledger/ledger.h"

struct node_files {
    char *config, *key; /* NULL where they are not known */
    char *charter, *data;
    bool running; /* the node itself said so */
};

/* The options that a command has for it; the macro stands in its table. */
/* clang-format off */
#define NODE_FILES_OPTIONS                                                                 \
    {"config", ARGUMENT_FILE, "FILE", "of the node with this configuration"},              \
    {"data", ARGUMENT_DIRECTORY, "DIR", "of the store in this directory, with --charter"}, \
    {"charter", ARGUMENT_FILE, "FILE", "the council's charter, with --data"}
/* clang-format on */

/* False after saying what is wrong; *status is the exit status then. */
bool node_files_find(const struct command_line *line, struct node_files *out,
                     enum command_exit *status);
void node_files_clear(struct node_files *f);
/* Whether the store is of the charter's council: 0, or CONCLAVE_ESEAT with a complaint that
 * names the two by their paths. */
int node_files_match(const struct charter *charter, const struct ledger *ledger,
                     const char *store_path, const char *charter_path,
                     struct complaint *why);
/* Where the store at a path lies if it is a node's: the directory itself, or that of its
 * data.mdb. NULL: nowhere. The caller frees it. */
char *node_files_directory(const char *path);
/* The store at a path, a directory or the file itself, to be read: without a trace
 * (LEDGER_COPY), unless a node runs on it in dir, which may be NULL. *ledger is NULL after
 * an error. */
int node_files_open_copy(const char *path, const char *dir, bool *in_use,
                         struct ledger **ledger, struct complaint *why);
/* The charter, and the store opened to be read; is_copy: by node_files_open_copy. False
 * after saying what is wrong, and both are NULL then. */
bool node_files_open(const struct command_line *line, const struct node_files *f,
                     bool is_copy, struct charter **charter, struct ledger **ledger);

#endif
