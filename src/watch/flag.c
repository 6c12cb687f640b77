/* SPDX-License-Identifier: ISC */
#include "watch/flag.h"

#include "base/error.h"
#include "wire/cbor.h"

#include <string.h>

static const struct {
    const char *name;
    char letter;
    enum flag_severity severity;
    bool has_seat;
} kinds[FLAG_KIND_END] = {
    [FLAG_EQUIVOCATION] = {"equivocation", 'E', FLAG_CRITICAL, true},
    [FLAG_WITHHELD] = {"withheld", 'W', FLAG_WARNING, true},
    [FLAG_MISSED] = {"missed", 'M', FLAG_NOTICE, true},
    [FLAG_SILENT] = {"silent", 'D', FLAG_WARNING, true},
    [FLAG_LAGGING] = {"lagging", 'L', FLAG_NOTICE, true},
    [FLAG_CLOCK_SKEW] = {"clock-skew", 'K', FLAG_WARNING, true},
    [FLAG_EVALUATOR_FAILED] = {"evaluator-failed", 'V', FLAG_WARNING, true},
    [FLAG_STALLED] = {"stalled", 'S', FLAG_CRITICAL, false},
    [FLAG_DIVERGED] = {"diverged", 'X', FLAG_CRITICAL, false},
    [FLAG_CHECKPOINT] = {"checkpoint", 'C', FLAG_CRITICAL, true},
    [FLAG_APART] = {"apart", 'A', FLAG_WARNING, true},
    [FLAG_EARLY_REVEAL] = {"early-reveal", 'R', FLAG_WARNING, true},
    [FLAG_BAD_OPENING] = {"bad-opening", 'O', FLAG_WARNING, true},
    [FLAG_LATE] = {"late", 'T', FLAG_NOTICE, true},
    [FLAG_DISSENT] = {"dissent", 'N', FLAG_WARNING, true},
    [FLAG_COIN_FLIP] = {"coin-flip", 'Q', FLAG_WARNING, true},
    [FLAG_RUBBER_STAMP] = {"rubber-stamp", 'Y', FLAG_WARNING, true},
    [FLAG_DRIFT] = {"drift", 'U', FLAG_NOTICE, true},
    [FLAG_CHANGED] = {"changed", 'H', FLAG_WARNING, true},
    [FLAG_BLOC] = {"bloc", 'B', FLAG_WARNING, true},
    [FLAG_FAULT_BOUND] = {"fault-bound", 'F', FLAG_CRITICAL, false},
    [FLAG_COPIED] = {"copied", 'P', FLAG_WARNING, true},
    [FLAG_INSTRUCTIONS] = {"instructions", 'I', FLAG_WARNING, true},
    [FLAG_FLOODING] = {"flooding", 'G', FLAG_WARNING, true},
    [FLAG_BAD_FRAMES] = {"bad-frames", 'Z', FLAG_WARNING, true},
    [FLAG_BAD_SIGNATURE] = {"bad-signature", 'J', FLAG_WARNING, true},
    [FLAG_RECONNECTS] = {"reconnects", 'r', FLAG_NOTICE, true},
    [FLAG_SLOW_EVALUATOR] = {"slow-evaluator", 'v', FLAG_NOTICE, true},
    [FLAG_SLOW_DISK] = {"slow-disk", 'k', FLAG_WARNING, true},
    [FLAG_SLOW_PRIMARY] = {"slow-primary", 'p', FLAG_WARNING, true},
};

const char *flag_kind_name(enum flag_kind k)
{
    return kinds[k].name;
}

char flag_kind_letter(enum flag_kind k)
{
    return kinds[k].letter;
}

enum flag_severity flag_kind_severity(enum flag_kind k)
{
    return kinds[k].severity;
}

bool flag_kind_has_seat(enum flag_kind k)
{
    return kinds[k].has_seat;
}

int flag_kind_of(struct slice name)
{
    for (int k = 1; k < FLAG_KIND_END; k++) {
        if (slice_equal(name, slice_of_string(kinds[k].name))) {
            return k;
        }
    }
    return 0;
}

const char *flag_severity_name(enum flag_severity s)
{
    switch (s) {
    case FLAG_NOTICE:
        return "notice";
    case FLAG_WARNING:
        return "warning";
    case FLAG_CRITICAL:
        return "critical";
    }
    return "unknown";
}

const char *flag_state_name(enum flag_state s)
{
    switch (s) {
    case FLAG_NEW:
        return "new";
    case FLAG_ACKNOWLEDGED:
        return "acknowledged";
    case FLAG_CLEARED:
        return "cleared";
    }
    return "unknown";
}

/* --- for the store --- */

/* [kind, state, seat, is_local, [proposal], height, first, last, count, [acknowledged_ms,
 * acknowledged_by], cleared, text]; the inner arrays are empty where there is none. */
enum { MEMBERS = 12 };

void flag_encode(struct buffer *out, const struct flag *f)
{
    cbor_write_array(out, MEMBERS);
    cbor_write_uint(out, f->kind);
    cbor_write_uint(out, f->state);
    cbor_write_uint(out, f->seat);
    cbor_write_bool(out, f->is_local);
    cbor_write_array(out, f->has_proposal);
    if (f->has_proposal) {
        cbor_write_bytes(out, slice_of(f->proposal.bytes, HASH_BYTES));
    }
    cbor_write_uint(out, f->height);
    cbor_write_uint(out, f->first_ms);
    cbor_write_uint(out, f->last_ms);
    cbor_write_uint(out, f->count);
    cbor_write_array(out, f->is_acknowledged ? 2 : 0);
    if (f->is_acknowledged) {
        cbor_write_uint(out, f->acknowledged_ms);
        cbor_write_uint(out, f->acknowledged_by);
    }
    cbor_write_uint(out, f->cleared_ms);
    cbor_write_text(out, slice_of_string(f->text));
}

/* What the members say together. */
static bool is_consistent(const struct flag *f)
{
    bool fits = f->count > 0 && flag_kind_has_seat(f->kind) == (f->seat != 0) &&
                (f->state == FLAG_CLEARED || f->cleared_ms == 0);
    switch (f->state) {
    case FLAG_NEW:
        return fits && !f->is_acknowledged;
    case FLAG_ACKNOWLEDGED:
        return fits && f->is_acknowledged;
    case FLAG_CLEARED:
        return fits;
    }
    return false;
}

int flag_decode(struct slice input, struct flag *out)
{
    struct cbor_reader r;
    memset(out, 0, sizeof(*out));
    cbor_read_begin(&r, input);
    cbor_read_array_of(&r, MEMBERS);
    uint64_t kind = cbor_read_uint(&r, UINT8_MAX);
    out->kind = (enum flag_kind)kind;
    out->state = (enum flag_state)cbor_read_uint(&r, FLAG_CLEARED);
    out->seat = (uint16_t)cbor_read_uint(&r, SEATS_MAX);
    out->is_local = cbor_read_bool(&r);
    out->has_proposal = cbor_read_array(&r, 1) == 1;
    if (out->has_proposal) {
        cbor_read_bytes_into(&r, out->proposal.bytes, HASH_BYTES);
    }
    out->height = cbor_read_uint(&r, UINT64_MAX);
    out->first_ms = cbor_read_uint(&r, UINT64_MAX);
    out->last_ms = cbor_read_uint(&r, UINT64_MAX);
    out->count = cbor_read_uint(&r, UINT64_MAX);
    size_t acknowledged = cbor_read_array(&r, 2);
    out->is_acknowledged = acknowledged == 2;
    if (acknowledged == 1) {
        cbor_read_fail(&r, CONCLAVE_EFORMAT);
    }
    if (out->is_acknowledged) {
        out->acknowledged_ms = cbor_read_uint(&r, UINT64_MAX);
        out->acknowledged_by = (uint32_t)cbor_read_uint(&r, UINT32_MAX);
    }
    out->cleared_ms = cbor_read_uint(&r, UINT64_MAX);
    struct slice text = cbor_read_text(&r, FLAG_TEXT_BYTES - 1, false);
    if (text.size > 0) {
        memcpy(out->text, text.data, text.size);
    }
    int error = cbor_read_end(&r);
    if (error == 0 && (kind == 0 || kind >= FLAG_KIND_END)) {
        return CONCLAVE_EVERSION;
    }
    return error == 0 && !is_consistent(out) ? CONCLAVE_EFORMAT : error;
}
