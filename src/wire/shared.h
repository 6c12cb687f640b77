/* SPDX-License-Identifier: ISC */
/* Counting references to the shared immutable objects of wire/types.h. *_ref returns
 * its argument; *_unref allows NULL and frees with the last reference. */
#ifndef CONCLAVE_WIRE_SHARED_H
#define CONCLAVE_WIRE_SHARED_H

#include "wire/message.h"

struct envelope *envelope_ref(struct envelope *e);
void envelope_unref(struct envelope *e);
struct block *block_ref(struct block *b);
void block_unref(struct block *b);
struct certificate *certificate_ref(struct certificate *c);
void certificate_unref(struct certificate *c);
struct new_view *new_view_ref(struct new_view *v);
void new_view_unref(struct new_view *v);

/* With one reference, zeroed, room for count entries; count is set. */
struct certificate *certificate_new(uint16_t count);
struct new_view *new_view_new(uint16_t count);

/* *m is a plain copy of a message: takes the references that it needs, and copies a
 * REPORT's list; message_clear then drops them. A RANGE, whose lists are its own, cannot be
 * copied. */
void message_hold(struct message *m);
/* Drops the references that a decoded message holds and zeroes it. */
void message_clear(struct message *m);

/* Where the certificate is that came with a PRE-PREPARE, VIEW-CHANGE or NEW-VIEW; NULL: it
 * is another message. */
struct certificate **message_certificate(struct message *m);

/* The primary's PREPARE that a PRE-PREPARE is signed with; the block's hash is filled. */
struct vote pre_prepare_vote(const struct pre_prepare *m, uint16_t primary);

bool hash_equal(const struct hash *a, const struct hash *b);
bool hash_is_zero(const struct hash *h);

/* Lexicographic order of (view, height): negative, 0 or positive. */
int best_compare(const struct best *a, const struct best *b);

#endif
