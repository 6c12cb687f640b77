/* SPDX-License-Identifier: ISC */
#include "conclaved/flag_json.h"

#include "conclaved/json.h"

json_t *flag_json(const struct charter *c, const struct flag *f)
{
    const char letter[] = {flag_kind_letter(f->kind), '\0'};
    json_t *out = json_object();
    json_put(out, "id", json_number(f->id));
    json_put(out, "kind", json_string(flag_kind_name(f->kind)));
    json_put(out, "letter", json_string(letter));
    json_put(out, "severity", json_string(flag_severity_name(flag_kind_severity(f->kind))));
    if (f->seat != 0) {
        json_put_seat(out, "seat", c, f->seat);
    } else {
        json_put(out, "seat", json_null());
        json_put(out, "name", json_null());
    }
    json_put(out, "proposal", f->has_proposal ? json_hash(&f->proposal) : json_null());
    json_put(out, "height", f->height != 0 ? json_number(f->height) : json_null());
    json_put(out, "text", control_text(slice_of_string(f->text)));
    json_put(out, "state", json_string(flag_state_name(f->state)));
    json_put(out, "first_ms", json_number(f->first_ms));
    json_put(out, "last_ms", json_number(f->last_ms));
    json_put(out, "count", json_number(f->count));
    bool seen = f->is_acknowledged;
    json_put(out, "acknowledged_ms", seen ? json_number(f->acknowledged_ms) : json_null());
    json_put(out, "acknowledged_by", seen ? json_number(f->acknowledged_by) : json_null());
    json_put(out, "cleared_ms",
             f->state == FLAG_CLEARED ? json_number(f->cleared_ms) : json_null());
    json_put(out, "local", json_boolean(f->is_local));
    return out;
}

json_t *flags_summary_json(const struct flags *book)
{
    struct flags_counts counts;
    flags_count(book, &counts);
    json_t *out = json_object();
    json_put(out, "new", json_number(counts.by_state[FLAG_NEW]));
    json_put(out, "acknowledged", json_number(counts.by_state[FLAG_ACKNOWLEDGED]));
    json_put(out, "worst",
             counts.worst != 0 ? json_string(flag_severity_name(counts.worst))
                               : json_null());
    return out;
}
