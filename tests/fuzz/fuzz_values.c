/* SPDX-License-Identifier: ISC */
/* What a decoder of the ledger's values accepts is within its limits, and encodes to the
 * same bytes again. */
#include "fuzz.h"
#include "ledger/values.h"

#include <assert.h>

/* The decoder's error, and what the value read encodes to; checks the limits. */
typedef int value_again(struct slice value, struct buffer *again);

static int identity(struct slice value, struct buffer *again)
{
    struct ledger_identity id;
    int error = value_get_identity(value, &id);
    if (error == 0) {
        assert(id.seat <= SEATS_MAX && id.seats <= SEATS_MAX);
        value_put_identity(again, &id);
    }
    return error;
}

static int marks(struct slice value, struct buffer *again)
{
    struct machine_id machine;
    struct file_mark file;
    int error = value_get_marks(value, &machine, &file);
    if (error == 0) {
        assert(machine.size <= MACHINE_ID_BYTES);
        value_put_marks(again, &machine, &file);
    }
    return error;
}

static int incarnations(struct slice value, struct buffer *again)
{
    struct incarnation list[2];
    size_t count;
    int error = value_get_incarnations(value, list, &count);
    if (error == 0) {
        assert(count <= 2);
        value_put_incarnations(again, list, count);
    }
    return error;
}

static int vote(struct slice value, struct buffer *again)
{
    struct vote v;
    int error = value_get_vote(value, &v);
    if (error == 0) {
        assert(v.phase <= PHASE_COMMIT && v.seat <= SEATS_MAX);
        value_put_vote(again, &v);
    }
    return error;
}

static int standing(struct slice value, struct buffer *again)
{
    struct standing s;
    int error = value_get_standing(value, &s);
    if (error == 0) {
        value_put_standing(again, &s);
    }
    return error;
}

static int view_change(struct slice value, struct buffer *again)
{
    struct view_change v;
    int error = value_get_view_change(value, &v);
    if (error == 0) {
        assert(v.best.kind <= CERTIFICATE_COMMIT && v.seat <= SEATS_MAX);
        value_put_view_change(again, &v);
    }
    return error;
}

static int own(struct slice value, struct buffer *again)
{
    uint64_t sequence;
    struct slice operation;
    int error = value_get_own(value, &sequence, &operation);
    if (error == 0) {
        assert(operation.size <= OPERATION_MAX);
        value_put_own(again, sequence, operation);
    }
    return error;
}

static int ballot(struct slice value, struct buffer *again)
{
    struct own_ballot b;
    int error = value_get_ballot(value, &b);
    if (error == 0) {
        assert(b.ballot.choice <= CHOICE_ABSTAIN && b.ballot.confidence <= CONFIDENCE_MAX);
        assert(b.ballot.rationale.size <= RATIONALE_MAX);
        value_put_ballot(again, &b);
    }
    return error;
}

static int proposal(struct slice value, struct buffer *again)
{
    struct ledger_proposal p;
    int error = value_get_proposal(value, &p);
    if (error == 0) {
        value_put_proposal(again, &p);
    }
    return error;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static value_again *const all[] = {identity, marks,  incarnations, vote,    view_change,
                                       own,      ballot, proposal,     standing};
    struct bytes *copy = bytes_copy(slice_of(data, size));
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        struct buffer again = {0};
        int error = all[i](bytes_slice(copy), &again);
        assert(error == 0 || error == CONCLAVE_ECORRUPT);
        assert(error != 0 || slice_equal(buffer_slice(&again), bytes_slice(copy)));
        buffer_free(&again);
    }
    bytes_unref(copy);
    return 0;
}
