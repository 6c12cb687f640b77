/* SPDX-License-Identifier: ISC */
/*
 * Reading the parameters of a control request: each function takes one member, and
 * parameters_end refuses what nobody took. The first error is kept, and answered as
 * CONTROL_INVALID_PARAMS naming the member.
 */
#ifndef CONCLAVE_CONCLAVED_PARAMETERS_H
#define CONCLAVE_CONCLAVED_PARAMETERS_H

#include "control/server.h"
#include "wire/types.h"

enum { PARAMETERS_MAX = 12 };
#define PARAMETER_REQUIRED UINT64_MAX

struct parameters {
    struct control_session *session;
    const json_t *object;
    const char *known[PARAMETERS_MAX];
    size_t count;
    bool failed;
};

void parameters_begin(struct parameters *p, struct control_session *s,
                      const json_t *object);
/* False after answering with the first error, or naming an unknown member. */
bool parameters_end(struct parameters *p);
void parameters_fail(struct parameters *p, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The member, borrowed; NULL when it is absent or null. */
const json_t *parameters_get(struct parameters *p, const char *name);
/* Text of at most max bytes, borrowed. Absent and not required: empty. */
struct slice parameters_text(struct parameters *p, const char *name, size_t max,
                             bool required);
/* An integer in min..max; value when it is absent, and an error when that is
 * PARAMETER_REQUIRED. */
uint64_t parameters_number(struct parameters *p, const char *name, uint64_t min,
                           uint64_t max, uint64_t value);
/* The index of one of the words, which end with NULL; value when it is absent, and
 * an error when that is negative. */
int parameters_word(struct parameters *p, const char *name, const char *const *words,
                    int value);
/* true or false, which it is when it is absent. */
bool parameters_flag(struct parameters *p, const char *name);
/* min..max bytes in hexadecimal; their number, 0 when absent and not required. */
size_t parameters_hex(struct parameters *p, const char *name, uint8_t *out, size_t min,
                      size_t max, bool required);

#endif
