/* SPDX-License-Identifier: ISC */
/*
 * The worked examples of a manual page. In a display a line that ends with a colon names an
 * example; the indented lines of hexadecimal digits after it are its bytes.
 */
#ifndef CONCLAVE_TESTS_MAN_PAGE_H
#define CONCLAVE_TESTS_MAN_PAGE_H

#include "base/bytes.h"

struct page;

/* man/name of the source tree; ends the program when it cannot be read. */
struct page *page_load(const char *name);
void page_free(struct page *p);

/* The bytes of an example; ends the program when the page has none of this name. They
 * belong to the page. */
struct slice page_input(struct page *p, const char *name);
/* The JSON text, from { to }, of the display that has one. */
struct slice page_json(const struct page *p);

/* Whether the page shows exactly these bytes under this name. What it should show is
 * printed as a comment where it does not. */
bool page_shows(struct page *p, const char *name, struct slice bytes);
/* Whether page_input or page_shows named every example. Prints those that they did not. */
bool page_is_covered(const struct page *p);

#endif
