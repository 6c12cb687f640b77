/* SPDX-License-Identifier: ISC */
/* `export` of proof bundles: of one decision, or of all. */
#ifndef CONCLAVE_CONCLAVE_EXPORT_BUNDLES_H
#define CONCLAVE_CONCLAVE_EXPORT_BUNDLES_H

#include "conclave/command.h"
#include "conclave/export_source.h"

/* To a file, or to standard output, which must not be a terminal: file NULL or "-". */
enum command_exit export_one(const struct command_line *line, struct export_source *s,
                             const char *id, bool full, const char *file);
/* From the record of that number on, each to a file of its own; what is there stays. */
enum command_exit export_all(const struct command_line *line, struct export_source *s,
                             uint64_t first, bool full, const char *dir);

#endif
