/* SPDX-License-Identifier: ISC */
/* The index of proposals and the records: what replaying the blocks gives again. */
#include "audit/audit_private.h"

#include "wire/codec.h"
#include "wire/shared.h"

#include <inttypes.h>

enum { SHOWN_BYTES = 6 };

/* The beginning of a proposal's id. */
struct shown {
    char text[2 * SHOWN_BYTES + 1];
};

static struct shown show(const struct hash *id)
{
    struct shown s;
    hex_encode(s.text, slice_of(id->bytes, SHOWN_BYTES));
    return s;
}

static bool check_opened(struct audit *a, uint64_t height, const struct hash *id)
{
    struct ledger_proposal p;
    int error = ledger_proposal(a->ledger, id, &p);
    a->report->proposals++;
    if (error != 0) {
        return audit_differs(a, AUDIT_INDEX, height,
                             "the block opens proposal %s, which the index has not: %s",
                             show(id).text, error_text(error));
    }
    if (p.propose_height != height) {
        return audit_differs(a, AUDIT_INDEX, height,
                             "the block opens proposal %s, which the index looks for in "
                             "block %" PRIu64,
                             show(id).text, p.propose_height);
    }
    return true;
}

/* What is stored of it. */
static bool check_record(struct audit *a, uint64_t height, uint64_t number,
                         const struct council_event *e)
{
    struct bytes *stored = NULL;
    struct ledger_proposal p;
    int error = ledger_record(a->ledger, number, &stored);
    if (error != 0) {
        return audit_differs(a, AUDIT_RECORD, height,
                             "the block makes proposal %s final, but record %" PRIu64
                             " cannot be read: %s",
                             show(&e->proposal).text, number, error_text(error));
    }
    bool same = slice_equal(bytes_slice(stored), e->record_encoding);
    bytes_unref(stored);
    if (!same) {
        return audit_differs(a, AUDIT_RECORD, height,
                             "record %" PRIu64 ", of proposal %s, is not the one that the "
                             "blocks give",
                             number, show(&e->proposal).text);
    }
    error = ledger_proposal(a->ledger, &e->proposal, &p);
    if (error != 0 || p.final_height != height || p.record_index != number) {
        return audit_differs(a, AUDIT_INDEX, height,
                             "the block makes proposal %s final, as record %" PRIu64
                             ", and the index does not say so",
                             show(&e->proposal).text, number);
    }
    return audit_leaf(a, height, number, e->record_encoding);
}

static bool check_final(struct audit *a, uint64_t height, const struct council_event *e)
{
    const struct audit_options *o = a->options;
    struct complaint why = {""};
    uint64_t number = a->report->records++;
    if (!recount_final(a->recount, e->record, &why)) {
        return audit_differs(a, AUDIT_RECOUNT, height,
                             "the record of proposal %s is not what the operations of the "
                             "chain say: %s",
                             show(&e->proposal).text, why.text);
    }
    if (!check_record(a, height, number, e)) {
        return false;
    }
    audit_count_record(a->report, e->record);
    if (o->decided != NULL) {
        o->decided(o->context, number, e->record, e->title);
    }
    return true;
}

static bool check_effects(struct audit *a, uint64_t height)
{
    struct council_summary now;
    struct hash kept;
    int error = ledger_effects(a->ledger, height, &kept);
    council_summarize(a->council, &now);
    if (error == 0 ? hash_equal(&kept, &now.effects)
                   : error == CONCLAVE_ENOENT && !a->keeps_effects) {
        return true;
    }
    return audit_differs(a, AUDIT_INDEX, height,
                         "what the store says that the block did is not what the replay "
                         "gives%s%s",
                         error != 0 ? ": " : "", error != 0 ? error_text(error) : "");
}

static bool check_deeds(struct audit *a, uint64_t height, struct slice deeds)
{
    struct bytes *kept = NULL;
    int error = ledger_deeds(a->ledger, height, &kept);
    bool good = error == 0 ? slice_equal(bytes_slice(kept), deeds)
                           : error == CONCLAVE_ENOENT && !a->keeps_deeds;
    bytes_unref(kept);
    return good ||
           audit_differs(a, AUDIT_INDEX, height,
                         "what the store says that each operation did is not what "
                         "the replay gives%s%s",
                         error != 0 ? ": " : "", error != 0 ? error_text(error) : "");
}

/* The recount follows it, and index and records have to. */
static bool check_event(struct audit *a, uint64_t height, const struct council_event *e)
{
    struct complaint why = {""};
    bool good = true;
    switch (e->kind) {
    case COUNCIL_OPENED:
        if (recount_opened(a->recount, &e->proposal, &why)) {
            return check_opened(a, height, &e->proposal);
        }
        good = false;
        break;
    case COUNCIL_SEALED:
        good = recount_sealed(a->recount, &e->proposal, &why);
        break;
    case COUNCIL_FINAL:
        return check_final(a, height, e);
    case COUNCIL_VOID:
        a->report->void_operations++;
        break;
    case COUNCIL_BALLOT:
    case COUNCIL_LATE:
    case COUNCIL_REVEALED:
    case COUNCIL_DECIDED:
    case COUNCIL_CONVICTED:
    case COUNCIL_EPOCH:
        break;
    }
    return good || audit_differs(a, AUDIT_RECOUNT, height,
                                 "the council does with proposal %s what the operations of "
                                 "the chain do not allow: %s",
                                 show(&e->proposal).text, why.text);
}

bool audit_events(struct audit *a, const struct block *b,
                  const struct council_result *result)
{
    uint64_t height = b->header.height;
    bool good = check_effects(a, height) && check_deeds(a, height, result->deeds);
    for (size_t i = 0; good && i < result->event_count; i++) {
        good = check_event(a, height, &result->events[i]);
    }
    return good;
}

/* An entry that no block up to the last one made; a node may have gone on since. */
static bool is_known(void *context, const struct ledger_proposal *p)
{
    struct audit *a = context;
    uint64_t target = a->report->target;
    const struct proposal *open = council_find(a->council, &p->id);
    if (p->propose_height <= target && !council_knows(a->council, &p->id)) {
        return audit_differs(a, AUDIT_INDEX, p->propose_height,
                             "the index has proposal %s, which no block opens",
                             show(&p->id).text);
    }
    if (p->final_height != 0 && p->final_height <= target && open != NULL) {
        return audit_differs(a, AUDIT_INDEX, p->final_height,
                             "the index says that proposal %s is final, which it is not",
                             show(&p->id).text);
    }
    return true;
}

bool audit_no_more(struct audit *a)
{
    struct bytes *stored = NULL;
    struct record record;
    struct ledger_proposal p;
    int error = ledger_each_proposal(a->ledger, is_known, a);
    if (error != 0) {
        return audit_differs(a, AUDIT_INDEX, 0, "the index cannot be read: %s",
                             error_text(error));
    }
    /* The next record, where there is one, is of a later block. */
    if (!a->report->sound || ledger_record(a->ledger, a->report->records, &stored) != 0) {
        return a->report->sound;
    }
    bool later = codec_decode_record(bytes_slice(stored), &record) == 0 &&
                 ledger_proposal(a->ledger, &record.proposal, &p) == 0 &&
                 p.final_height > a->report->target;
    bytes_unref(stored);
    return later || audit_differs(a, AUDIT_RECORD, a->report->target,
                                  "there is a record %" PRIu64 ", which no block gives",
                                  a->report->records);
}
