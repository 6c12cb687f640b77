/* SPDX-License-Identifier: ISC */
#include "verify/log.h"

#include "base/alloc.h"

#include <stdlib.h>

struct checkpoint_council *verify_council(const struct charter *c)
{
    struct checkpoint_council *council = alloc_zero(1, sizeof(*council));
    struct public_key keys[SEATS_MAX];
    for (uint16_t i = 0; i < c->seat_count; i++) {
        keys[i] = c->seats[i].key;
    }
    checkpoint_council_init(council, &c->council_id, keys, c->seat_count);
    return council;
}

int verify_note(const struct checkpoint_council *council, struct slice bytes,
                struct verify_note *out, bool *is_note, struct complaint *why)
{
    int error = note_parse(bytes, &out->note, why);
    if (is_note != NULL) {
        *is_note = error == 0;
    }
    return error == 0 ? checkpoint_verify(council, &out->note, &out->report, why) : error;
}

static json_t *text(struct slice s)
{
    return json_stringn(s.size > 0 ? (const char *)s.data : "", s.size);
}

json_t *verify_row(const struct charter *c, const struct proof *p, uint64_t index)
{
    const struct record *r = &p->record;
    const char *reason = reason_name(r->reason);
    char id[2 * HASH_BYTES + 1];
    hex_encode(id, slice_of(r->proposal.bytes, HASH_BYTES));
    char *page = alloc_printf("decisions/%s.html", id);
    char *bundle = alloc_printf("decisions/%s.proof", id);
    json_t *row = json_pack(
        "{s:I,s:s,s:o,s:s,s:s,s:o,s:I,s:I,s:I,s:I,s:I,s:s,s:s}", "index", (json_int_t)index,
        "id", id, "title", text(p->propose.propose.title), "class",
        c->classes[r->class_index].name, "outcome", outcome_name(r->outcome), "reason",
        reason[0] != '\0' ? json_string(reason) : json_null(), "approve",
        (json_int_t)r->approve, "reject", (json_int_t)r->reject, "abstain",
        (json_int_t)r->abstain, "threshold", (json_int_t)r->threshold, "final_ms",
        (json_int_t)r->final.time_ms, "page", page, "proof", bundle);
    free(page);
    free(bundle);
    return row;
}
