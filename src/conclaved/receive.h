/* SPDX-License-Identifier: ISC */
/* Frames from other seats: bytes -> decode -> authenticate -> the ordering core; and the
 * answers to those who ask for blocks. */
#ifndef CONCLAVE_CONCLAVED_RECEIVE_H
#define CONCLAVE_CONCLAVED_RECEIVE_H

#include "conclaved/node.h"

void receive_start(struct node *n);
void receive_frame(struct node *n, uint16_t seat, struct bytes *owner,
                   struct slice content);

#endif
