/* SPDX-License-Identifier: ISC */
/*
 * Decisions made by hand, for pages: what seats did is chosen, and no signature or hash in
 * them is more than bytes.
 */
#ifndef CONCLAVE_TESTS_PAGE_FIXTURE_H
#define CONCLAVE_TESTS_PAGE_FIXTURE_H

#include "page/page.h"

/* How many seats did what, in the order in which they are dealt to the seats. */
struct fixture_seats {
    uint16_t approve, reject, abstain, expelled, withheld, late, missed, suspended;
};

struct fixture {
    struct charter charter;
    struct proof proof;
    char names[SEATS_MAX][SEAT_NAME_MAX + 1];
    struct page_decision decision; /* of the two; may be changed */
};

/* n seats, the sum of what they did; threshold ceil(2n/3). Outcome and reason are set: a
 * rejection for want of approvals is REASON_THRESHOLD_UNREACHABLE. */
void fixture_begin(struct fixture *f, struct fixture_seats did);
/* Gives every seat that revealed this rationale. */
void fixture_explain(struct fixture *f, const char *rationale);
/* Puts a text into every place that takes one from outside. */
void fixture_say(struct fixture *f, const char *text);
void fixture_end(struct fixture *f);

/* The pages by which the tests go, each made by its name; NULL ends the list. */
struct fixture_page {
    const char *name;
    void (*write)(struct buffer *out);
};
extern const struct fixture_page fixture_pages[];
/* Texts that try to be more than text. */
extern const char fixture_hostile[];

#endif
