/* SPDX-License-Identifier: ISC */
/* Where `log` reads: the node, a file, the journal. Each gives what there is to the view,
 * makes it live, and where it is to follow goes on until it is interrupted. */
#ifndef CONCLAVE_CONCLAVE_LOG_SOURCE_H
#define CONCLAVE_CONCLAVE_LOG_SOURCE_H

#include "conclave/command.h"
#include "conclave/log_entry.h"

struct log_source {
    const struct command_line *line;
    struct log_view *view;
    bool follow;
    enum log_rank least;
    uint64_t since_ms;
};

enum command_exit log_from_node(const struct log_source *s);
enum command_exit log_from_file(const struct log_source *s, const char *path);
enum command_exit log_from_journal(const struct log_source *s, const char *unit);

#endif
