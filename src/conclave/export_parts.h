/* SPDX-License-Identifier: ISC */
/* The two kinds of source behind export_source.c: a node and a store. All as declared in
 * export_source.h; what is to be cleared after an error, the callers clear. */
#ifndef CONCLAVE_CONCLAVE_EXPORT_PARTS_H
#define CONCLAVE_CONCLAVE_EXPORT_PARTS_H

#include "conclave/export_source.h"

/* export_node.c */
int export_node_charter(struct export_source *s, struct complaint *why);
/* The record of that number, encoded. */
int export_node_record(struct export_source *s, uint64_t number, struct bytes **out,
                       struct complaint *why);
int export_node_content(struct export_source *s, enum decision_detail detail,
                        struct decision *d, struct complaint *why);
int export_node_bundle(struct export_source *s, const char *id, bool full,
                       struct buffer *out, struct complaint *why);
int export_node_convictions(struct export_source *s, struct conviction *out,
                            struct complaint *why);

/* export_store.c */
int export_store_content(struct export_source *s, enum decision_detail detail,
                         struct decision *d, struct complaint *why);
int export_store_bundle(struct export_source *s, const char *id, bool full,
                        struct buffer *out, struct complaint *why);
int export_store_convictions(struct export_source *s, struct conviction *out,
                             struct complaint *why);

#endif
