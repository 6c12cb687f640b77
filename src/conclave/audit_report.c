/* SPDX-License-Identifier: ISC */
/* What an audit found, as JSON: conclave-audit(1) and conclave-fsck(1). */
#include "conclave/audit_report.h"

#include "conclaved/json.h"
#include "wire/codec.h"

json_t *audit_report_difference(const struct audit_report *r)
{
    if (r->sound) {
        return json_null();
    }
    json_t *out = json_object();
    json_put(out, "what", json_string(audit_part_name(r->part)));
    json_put(out, "height", r->height > 0 ? json_number(r->height) : json_null());
    json_put(out, "text", json_string(r->text.text));
    return out;
}

json_t *audit_report_notes(const struct audit_report *r)
{
    const struct complaint *notes[] = {&r->tail, &r->standing, &r->ballots};
    static const char *const names[] = {"tail", "standing", "ballots"};
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++) {
        if (notes[i]->text[0] != '\0') {
            (void)json_array_append_new(
                list, json_pack("{s:s,s:s}", "what", names[i], "text", notes[i]->text));
        }
    }
    return list;
}

static json_t *operations_json(const struct audit_report *r)
{
    json_t *out = json_object();
    json_put(out, "total", json_number(r->operations));
    for (int k = OPERATION_PROPOSE; k < AUDIT_KINDS; k++) {
        json_put(out, operation_kind_name((enum operation_kind)k),
                 json_number(r->by_kind[k]));
    }
    json_put(out, "void", json_number(r->void_operations));
    return out;
}

static json_t *decisions_json(const struct charter *c, const struct audit_report *r)
{
    json_t *out = json_object(), *classes = json_array(), *reasons = json_object();
    uint64_t approved = 0, rejected = 0;
    for (uint32_t i = 0; i < c->class_count; i++) {
        const uint64_t *of = r->decisions[i];
        json_t *class = json_object();
        json_put(class, "class", json_string(class_name(c, i)));
        json_put(class, "approved", json_number(of[OUTCOME_APPROVED]));
        json_put(class, "rejected", json_number(of[OUTCOME_REJECTED]));
        (void)json_array_append_new(classes, class);
        approved += of[OUTCOME_APPROVED];
        rejected += of[OUTCOME_REJECTED];
    }
    for (int i = REASON_TOO_FEW_BALLOTS; i < AUDIT_REASONS; i++) {
        json_put(reasons, reason_name((enum reason)i), json_number(r->reasons[i]));
    }
    json_put(out, "total", json_number(approved + rejected));
    json_put(out, "approved", json_number(approved));
    json_put(out, "rejected", json_number(rejected));
    json_put(out, "classes", classes);
    json_put(out, "reasons", reasons);
    return out;
}

static json_t *seat_json(const struct charter *c, const struct audit_report *r,
                         uint16_t seat)
{
    const struct audit_seat *s = &r->seats[seat - 1];
    json_t *out = json_object(), *convicted = json_null();
    json_put_seat(out, "seat", c, seat);
    json_put(out, "ballots", json_number(s->ballots));
    json_put(out, "reveals", json_number(s->reveals));
    json_put(out, "withheld", json_number(s->withheld));
    json_put(out, "missed", json_number(s->missed));
    json_put(out, "late", json_number(s->late));
    json_put(out, "certificates", json_number(s->certificates));
    if (s->convicted_at != 0) {
        convicted = json_object();
        json_put(convicted, "height", json_number(s->convicted_at));
        json_put(convicted, "kind", json_string(evidence_kind_name(s->convicted_of)));
    }
    json_put(out, "convicted", convicted);
    return out;
}

json_t *audit_report_json(const struct charter *c, const struct audit_report *r)
{
    json_t *out = json_object(), *seats = json_array();
    json_put(out, "ok", json_boolean(r->sound));
    json_put(out, "height", json_number(r->target));
    json_put(out, "proved", json_number(r->proved));
    json_put(out, "tip", json_hash(&r->tip));
    json_put(out, "state_root", json_hash(&r->state_root));
    json_put(out, "decisions_root", json_hash(&r->decisions_root));
    json_put(out, "from_ms", json_number(r->first_ms));
    json_put(out, "to_ms", json_number(r->last_ms));
    json_put(out, "blocks", json_number(r->blocks));
    json_put(out, "empty_blocks", json_number(r->empty_blocks));
    json_put(out, "operations", operations_json(r));
    json_put(out, "certificates", json_number(r->certificates));
    json_put(out, "signatures", json_number(r->signatures));
    json_put(out, "view", json_number(r->view));
    json_put(out, "view_changes", json_number(r->view_changes));
    json_put(out, "proposals", json_number(r->proposals));
    json_put(out, "decisions", decisions_json(c, r));
    for (uint16_t seat = 1; seat <= c->seat_count; seat++) {
        (void)json_array_append_new(seats, seat_json(c, r, seat));
    }
    json_put(out, "seats", seats);
    json_put(out, "difference", audit_report_difference(r));
    json_put(out, "notes", audit_report_notes(r));
    return out;
}

json_t *audit_report_decision(const struct charter *c, uint64_t number,
                              const struct record *record, struct slice title)
{
    json_t *out = json_object();
    json_put(out, "number", json_number(number));
    json_put(out, "id", json_hash(&record->proposal));
    json_put(out, "title", json_stringn((const char *)title.data, title.size));
    json_put(out, "class", json_string(class_name(c, record->class_index)));
    json_put(out, "outcome", json_string(outcome_name(record->outcome)));
    json_put(out, "reason", json_reason(record->reason));
    json_put(out, "threshold", json_number(record->threshold));
    json_put(out, "approve", json_number(record->approve));
    json_put(out, "reject", json_number(record->reject));
    json_put(out, "abstain", json_number(record->abstain));
    json_put(out, "opened", json_moment(&record->opened));
    json_put(out, "decided", json_moment(&record->decided));
    json_put(out, "final", json_moment(&record->final));
    return out;
}

static json_t *side_json(const struct comparison *found, int i)
{
    const struct comparison_side *s = &found->sides[i];
    json_t *out = json_object(), *certificate = json_null();
    json_put(out, "block", json_hash(&s->block));
    json_put(out, "view", json_number(s->view));
    json_put(out, "certified", json_boolean(s->certified));
    if (found->kind == COMPARISON_FORK) {
        certificate = json_object();
        json_put(certificate, "view", json_number(s->what.view));
        json_put(certificate, "height", json_number(s->what.height));
        json_put(certificate, "block", json_hash(&s->what.block));
    }
    json_put(out, "certificate", certificate);
    return out;
}

json_t *audit_report_comparison(const struct charter *c, const struct comparison *found)
{
    json_t *out = json_object(), *sides = json_array(), *both = json_array();
    json_put(out, "result", json_string(comparison_name(found->kind)));
    json_put(out, "agreed", json_number(found->agreed));
    json_put(out, "height", found->height > 0 ? json_number(found->height) : json_null());
    for (int i = 0; i < 2 && found->height > 0; i++) {
        (void)json_array_append_new(sides, side_json(found, i));
    }
    json_put(out, "sides", sides);
    for (uint16_t i = 0; i < found->both_count; i++) {
        json_t *seat = json_object();
        json_put_seat(seat, "seat", c, found->both[i]);
        (void)json_array_append_new(both, seat);
    }
    json_put(out, "signed_both", both);
    json_put(out, "one_vote", json_boolean(found->one_vote));
    return out;
}
