/* SPDX-License-Identifier: ISC */
#include "base/error.h"
#include "tap.h"

#include <string.h>

static void words(void)
{
    bool distinct = true;
    for (int a = CONCLAVE_EVERSION; a <= 0; a++) {
        ok(strlen(error_text(a)) > 0 && strcmp(error_text(a), "unknown error") != 0,
           "%d is %s", a, error_text(a));
        for (int b = a + 1; b <= 0; b++) {
            distinct = distinct && strcmp(error_text(a), error_text(b)) != 0;
        }
    }
    ok(distinct, "no two share their words");
    ok(strcmp(error_text(1), "unknown error") == 0, "1 is unknown");
    ok(strcmp(error_text(CONCLAVE_EVERSION - 1), "unknown error") == 0,
       "one beyond the last is unknown");
}

static void complaints(void)
{
    struct complaint c = {""};
    char longer[2 * COMPLAINT_BYTES];
    is(complain(&c, CONCLAVE_EIO, "seat %d: %s", 7, "gone"), CONCLAVE_EIO,
       "a complaint returns its error");
    ok(strcmp(c.text, "seat 7: gone") == 0, "and has its text");
    memset(longer, 'x', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    (void)complain(&c, CONCLAVE_EIO, "%s", longer);
    is((int64_t)strlen(c.text), COMPLAINT_BYTES - 1, "what is too long is cut");
    is(complain(NULL, CONCLAVE_EPERM, "nobody listens"), CONCLAVE_EPERM,
       "without a complaint to fill");
    for (int shift = 0; shift < 4; shift++) {
        char wide[2 * COMPLAINT_BYTES];
        memset(wide, 'x', sizeof(wide));
        for (size_t at = (size_t)shift; at + 4 < sizeof(wide); at += 4) {
            memcpy(&wide[at], "\xf0\x9f\x90\x9d", 4);
        }
        wide[sizeof(wide) - 1] = '\0';
        (void)complain(&c, CONCLAVE_EIO, "%s", wide);
        size_t left = (strlen(c.text) - (size_t)shift) % 4;
        ok(left == 0 && strlen(c.text) > COMPLAINT_BYTES - 6,
           "shifted by %d, what is cut ends with a whole character", shift);
    }
}

int main(void)
{
    words();
    complaints();
    return tap_done();
}
