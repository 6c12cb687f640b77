/* SPDX-License-Identifier: ISC */
/* A proof of the public log as text is refused with a reason, or is what is written of its
 * parts; and whatever it says can be judged. */
#include "base/text.h"
#include "fuzz.h"
#include "tlog/tlog_proof.h"

#include <assert.h>
#include <string.h>

static void check_judged(const struct tlog_proof *p)
{
    struct hash h = {{0}};
    struct checkpoint c = {.size = p->number + 1};
    struct note n;
    if (note_parse(p->note, &n, NULL) == 0) {
        (void)checkpoint_parse(n.text, &c, NULL);
    }
    note_clear(&n);
    assert((tlog_proof_verify(p, &h, &c) == CONCLAVE_EINVAL) == !p->is_inclusion);
    assert((tlog_consistency_verify(p, p->number, &h, &c) == CONCLAVE_EINVAL) ==
           p->is_inclusion);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes *copy = bytes_copy(slice_of(data, size));
    struct complaint why = {""};
    struct tlog_proof p;
    int error = tlog_proof_parse(bytes_slice(copy), &p, &why);
    assert((error == 0) == (why.text[0] == '\0'));
    assert(text_check(slice_of_string(why.text), false, NULL) == 0);
    if (error == 0) {
        struct buffer again = {0};
        assert(p.length <= TLOG_HASHES_MAX);
        tlog_proof_encode(&again, &p);
        assert(slice_equal(buffer_slice(&again), bytes_slice(copy)));
        buffer_free(&again);
        check_judged(&p);
    }
    tlog_proof_clear(&p);
    bytes_unref(copy);
    return 0;
}
