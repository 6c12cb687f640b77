/* SPDX-License-Identifier: ISC */
/* The log's lines about what runs here: versions, council, limits. */
#ifndef CONCLAVE_CONCLAVED_INTRODUCE_H
#define CONCLAVE_CONCLAVED_INTRODUCE_H

struct node;

/* node.started, node.limits, and charter.concentrated where that is so. */
void introduce_node(struct node *n);
/* log.reopened: the head of a new file. */
void introduce_again(const struct node *n);

#endif
