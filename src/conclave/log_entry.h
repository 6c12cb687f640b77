/* SPDX-License-Identifier: ISC */
/* A line of a node's log, wherever it comes from, and which of them are wanted. */
#ifndef CONCLAVE_CONCLAVE_LOG_ENTRY_H
#define CONCLAVE_CONCLAVE_LOG_ENTRY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum log_rank { LOG_RANK_DEBUG, LOG_RANK_INFO, LOG_RANK_WARN, LOG_RANK_ERROR };

struct log_entry {
    uint64_t time_ms; /* 0: the line has none */
    enum log_rank rank;
    char *event, *text; /* "" where it is not a line of ours; text is the fields after it */
    unsigned seat;      /* 0: it names none */
};

/* "info"; the rank of a word, or -1. */
const char *log_rank_name(enum log_rank rank);
int log_rank_parse(const char *word);

/* From logfmt or JSON, as files have it. time_ms is for lines without a time. */
void log_entry_parse(struct log_entry *e, const char *line, uint64_t time_ms);
/* From an object of the method log. */
void log_entry_take(struct log_entry *e, const json_t *line);
void log_entry_clear(struct log_entry *e);

struct log_filter {
    const char *event; /* a prefix, or NULL */
    enum log_rank least;
    unsigned seat;     /* 0: all */
    uint64_t since_ms; /* wall clock */
};

/*
 * Prints what the filter lets through: at first gathers the last few, then, after
 * log_view_live, prints each as it comes.
 */
struct log_view;
struct log_view *log_view_new(const struct log_filter *filter, size_t last, bool json);
void log_view_add(struct log_view *v, struct log_entry *e); /* takes what e holds */
void log_view_live(struct log_view *v);
void log_view_free(struct log_view *v);

#endif
