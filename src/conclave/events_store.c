/* SPDX-License-Identifier: ISC */
/* Events from a ledger that is read as it is: every block is replayed, so what is told owes
 * nothing to what the node wrote down of them. */
#include "conclave/events_run.h"
#include "conclave/events_signals.h"
#include "conclave/node_files.h"

#include "conclaved/chronicle.h"
#include "council/charter_rules.h"
#include "council/roots.h"
#include "wire/shared.h"

#include <inttypes.h>
#include <string.h>

struct replay {
    struct events *e;
    struct charter *charter;
    struct ledger *ledger;
    struct council *council;
    struct roots roots;
    struct chronicle chronicle;
};

static enum events_course damaged(const struct replay *r, uint64_t height, int error)
{
    (void)command_fail(r->e->line, "block %" PRIu64 " of the store: %s; run conclave fsck",
                       height, error_text(error));
    return EVENTS_FAILED;
}

static enum events_course take_block(struct replay *r, const struct block *b,
                                     const struct council_result *result)
{
    struct deeds deeds;
    json_t *events = json_array();
    struct events_place place = r->e->cursor.place;
    int error = deeds_decode(result->deeds, b, &deeds);
    if (error == 0) {
        chronicle_forget(&r->chronicle);
        error = chronicle_block(&r->chronicle, b, &deeds, NULL, events);
        deeds_clear(&deeds);
    }
    size_t first = b->header.height == place.height ? (size_t)place.index : 0;
    for (size_t i = first; error == 0 && i < json_array_size(events); i++) {
        if (!events_take(r->e, json_array_get(events, i))) {
            break;
        }
    }
    json_decref(events);
    if (error != 0) {
        return damaged(r, b->header.height, error);
    }
    if (!r->e->ended) {
        r->e->cursor.place = (struct events_place){b->header.height + 1, 0};
        r->e->cursor.behind = true;
    }
    return events_flush(r->e);
}

static enum events_course apply(struct replay *r, uint64_t height)
{
    struct block *b = NULL;
    struct council_result result;
    enum events_course course = EVENTS_ON;
    int error = ledger_block(r->ledger, height, &b);
    if (error == 0 && !roots_fit(&r->roots, &b->header)) {
        error = CONCLAVE_ECORRUPT;
    }
    if (error != 0) {
        block_unref(b);
        return damaged(r, height, error);
    }
    council_apply(r->council, b, &result);
    roots_add(&r->roots, &result.state_root);
    roots_trim(&r->roots, b->header.executed_height);
    bool old = b->header.time_ms < r->e->since_ms && !r->e->cursor.found;
    if (height >= r->e->cursor.place.height && !old) {
        course = take_block(r, b, &result);
    }
    block_unref(b);
    return course;
}

/* --- where to begin --- */

static bool of_record(const struct replay *r, uint64_t *height)
{
    struct record record;
    if (ledger_read_record(r->ledger, r->e->record, &record) != 0) {
        (void)command_fail(r->e->line, "there is no record %" PRIu64 " here", r->e->record);
        return false;
    }
    *height = record.opened.height;
    return true;
}

static bool of_proposal(const struct replay *r, uint64_t *height)
{
    struct events_filter *f = &r->e->filter;
    struct ledger_proposal index;
    struct hash id;
    int error = ledger_proposal_by_prefix(r->ledger, f->proposal, strlen(f->proposal), &id);
    if (error == 0) {
        error = ledger_proposal(r->ledger, &id, &index);
    }
    if (error != 0) {
        (void)command_fail(r->e->line, "%s proposal's id begins with %s here",
                           error == CONCLAVE_EEXIST ? "more than one" : "no", f->proposal);
        return false;
    }
    hex_encode(f->proposal, slice_of(id.bytes, sizeof(id.bytes)));
    *height = index.propose_height;
    return true;
}

static bool start(const struct replay *r)
{
    char council[EVENTS_COUNCIL_BYTES];
    uint64_t height = 1;
    hex_encode(council, slice_of(r->charter->council_id.bytes, HASH_BYTES));
    return (r->e->filter.proposal[0] == '\0' || of_proposal(r, &height)) &&
           (!r->e->since_record || of_record(r, &height)) &&
           events_start(r->e, council, height);
}

static enum events_course replay(struct replay *r)
{
    struct council_rules rules = council_rules_of(r->charter);
    struct council_summary genesis;
    enum events_course course = EVENTS_ON;
    r->council = council_new(&rules);
    council_summarize(r->council, &genesis);
    roots_add(&r->roots, &genesis.state_root);
    chronicle_begin(&r->chronicle, r->charter, r->ledger, r->council, r->e->rationales);
    uint64_t height = ledger_height(r->ledger);
    for (uint64_t h = 1; h <= height && course == EVENTS_ON; h++) {
        course = events_signals_end() != 0 ? EVENTS_DONE : apply(r, h);
    }
    chronicle_forget(&r->chronicle);
    roots_free(&r->roots);
    council_free(r->council);
    return course == EVENTS_ON ? EVENTS_DONE : course;
}

enum events_course events_from_store(struct events *e)
{
    struct replay r = {.e = e};
    struct node_files files;
    enum command_exit status;
    if (!node_files_find(e->line, &files, &status)) {
        return EVENTS_FAILED;
    }
    bool opened =
        node_files_open(e->line, &files, files.config == NULL, &r.charter, &r.ledger);
    node_files_clear(&files);
    if (!opened) {
        return EVENTS_FAILED;
    }
    enum events_course course = start(&r) ? replay(&r) : EVENTS_FAILED;
    ledger_close(r.ledger);
    charter_free(r.charter);
    return course;
}
