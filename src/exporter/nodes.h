/* SPDX-License-Identifier: ISC */
/*
 * The nodes whose metrics are told, each over one connection to its control socket that is
 * made again when it broke. Nodes come and go; this never fails.
 */
#ifndef CONCLAVE_EXPORTER_NODES_H
#define CONCLAVE_EXPORTER_NODES_H

#include "base/bytes.h"
#include "exporter/options.h"

struct nodes;
struct nodes *nodes_new(const struct options *o); /* borrowed */
void nodes_free(struct nodes *n);

/* Appends the exposition: all are asked at once, and those that have not answered after the
 * timeout are told as down. */
void nodes_scrape(struct nodes *n, struct buffer *out);

#endif
