/* SPDX-License-Identifier: ISC */
/* The figures of the report. */
#include "audit/audit_private.h"

void audit_count_block(struct audit_report *r, const struct block *b)
{
    const struct header *h = &b->header;
    r->blocks++;
    r->empty_blocks += b->count == 0;
    for (uint32_t i = 0; i < b->count; i++) {
        r->operations += b->envelopes[i]->count;
    }
    r->first_ms = h->height == 1 ? h->time_ms : r->first_ms;
    r->last_ms = h->time_ms;
    r->view_changes += h->view != r->view;
    r->view = h->view;
}

void audit_count_operation(struct audit_report *r, const struct operation *op,
                           uint64_t height)
{
    struct audit_seat *seat = &r->seats[op->seat - 1];
    r->by_kind[op->kind]++;
    if (op->kind == OPERATION_EVIDENCE && seat->convicted_at == 0) {
        seat->convicted_at = height;
        seat->convicted_of = op->evidence.kind;
    }
}

void audit_count_certificate(struct audit_report *r, const struct certificate *c)
{
    r->certificates++;
    for (uint16_t i = 0; i < c->count; i++) {
        /* Without signatures nobody has looked at the seats. */
        if (c->entries[i].seat >= 1 && c->entries[i].seat <= SEATS_MAX) {
            r->seats[c->entries[i].seat - 1].certificates++;
        }
    }
}

void audit_count_record(struct audit_report *r, const struct record *record)
{
    r->decisions[record->class_index][record->outcome]++;
    r->reasons[record->reason]++;
    for (uint16_t i = 0; i < record->seat_count; i++) {
        const struct seat_record *did = &record->seats[i];
        struct audit_seat *seat = &r->seats[i];
        seat->ballots += did->has_ballot;
        seat->reveals += did->has_reveal;
        seat->withheld += did->status == STATUS_WITHHELD;
        seat->missed += did->status == STATUS_MISSED;
        seat->late += did->status == STATUS_LATE;
    }
}
