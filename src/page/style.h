/* SPDX-License-Identifier: ISC */
/*
 * How the pages look: one style sheet for both, in light, dark and print, and the drawings
 * that stand for choices. Neither has a < or & where XML would see it.
 */
#ifndef CONCLAVE_PAGE_STYLE_H
#define CONCLAVE_PAGE_STYLE_H

extern const char page_style[];
/* An <svg> with the symbols i-approve, i-reject, i-abstain, i-expelled, i-withheld, i-late,
 * i-missed and i-suspended. */
extern const char page_symbols[];

#endif
