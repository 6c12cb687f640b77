/* SPDX-License-Identifier: ISC */
/*
 * Parts of the pages. "Tone" is the name of a class of the sheet and of a colour:
 * "approve", "reject", "abstain" or "none".
 */
#ifndef CONCLAVE_PAGE_PARTS_H
#define CONCLAVE_PAGE_PARTS_H

#include "page/html.h"
#include "page/page.h"

/* What a tally says, of the seats of a council. */
struct tally {
    uint32_t approve, reject, abstain, threshold, seats;
};

/* The drawing i-NAME of the sheet; words say the same next to it. */
void part_icon(struct buffer *out, const char *name);
/* How a seat's choice, or that it made none, is drawn, coloured and said. */
const char *part_icon_of(const struct seat_record *s);
const char *part_tone_of(const struct seat_record *s);
const char *part_word_of(const struct seat_record *s); /* "Approve", "Withheld", ... */
const char *part_choice_tone(enum outcome o);
const char *part_outcome(enum outcome o); /* "Approved", "Rejected" */
/* The name of a class, or its number where the charter has none such. */
void part_class(struct buffer *out, const struct charter *c, uint32_t class_index);

/* A bar as wide as all seats, with the threshold marked; large with numbers. */
void part_bar(struct buffer *out, const struct tally *t, bool large);

/* --- sections of the page of a decision --- */

void part_verdict(struct buffer *out, const struct page_decision *d);
void part_seats(struct buffer *out, const struct page_decision *d);
void part_timeline(struct buffer *out, const struct page_decision *d);
void part_proposal(struct buffer *out, const struct page_decision *d);
void part_rationales(struct buffer *out, const struct page_decision *d);
void part_absent(struct buffer *out, const struct page_decision *d);
void part_vouchers(struct buffer *out, const struct page_decision *d);
void part_verify(struct buffer *out, const struct page_decision *d);

/* What the commands of both pages need. */
void part_program(struct buffer *out);

#endif
