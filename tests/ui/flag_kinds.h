/* SPDX-License-Identifier: ISC */
/* The kinds of flag that a node may raise, by the node's own table, whose names are not for
 * who includes the console's. */
#ifndef CONCLAVE_TESTS_UI_FLAG_KINDS_H
#define CONCLAVE_TESTS_UI_FLAG_KINDS_H

#include <stdbool.h>

struct flag_kind_told {
    const char *name;
    char letter;
    unsigned severity; /* 0 notice, 1 warning, 2 critical */
    bool has_seat;
};
/* The i-th of them; false after the last. */
bool flag_kind_at(unsigned i, struct flag_kind_told *out);
/* The longest text that one has. */
unsigned flag_text_most(void);

#endif
