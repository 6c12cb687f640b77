/* SPDX-License-Identifier: ISC */
/*
 * The property that every decoder is held to: what it accepts encodes to the same bytes
 * again. Each function decodes input (copied, so that a reader beyond its end is seen by a
 * sanitizer) and returns the decoder's error, or 0 after checking the property; it aborts
 * where the property does not hold.
 */
#ifndef CONCLAVE_TESTS_REENCODE_H
#define CONCLAVE_TESTS_REENCODE_H

#include "wire/codec.h"

int reencode_operation(struct slice input);
int reencode_envelope(struct slice input);
int reencode_block(struct slice input);
int reencode_message(struct slice input);
int reencode_certificate(struct slice input);
int reencode_new_view(struct slice input);
int reencode_header(struct slice input);
int reencode_proof(struct slice input);
/* One CBOR item of any kind, by way of cbor_read_item and then reader and writer. */
int reencode_item(struct slice input);

#endif
