/* SPDX-License-Identifier: ISC */
/*
 * A page taken apart by someone who knows what pages consist of, and nothing of how they
 * are made: what is not in the lists of markup.c cannot have come from us.
 */
#ifndef CONCLAVE_TESTS_PAGE_MARKUP_H
#define CONCLAVE_TESTS_PAGE_MARKUP_H

#include "base/bytes.h"

/* Whether the page is well formed, of known elements, attributes and addresses only, and
 * every id is there once and every link into the page has its id. Faults are shown as
 * comments. */
bool markup_check(struct slice page);
/* What a reader sees: the text of the body, a line for each block, entities resolved. */
void markup_text(struct slice page, struct buffer *out);
/* How often a string is in it. */
size_t markup_count(struct slice page, const char *what);

#endif
