/* SPDX-License-Identifier: ISC */
/* The members of the events of conclave-events(1). */
#include "conclaved/chronicle.h"

#include "base/log_text.h"
#include "conclaved/json.h"
#include "hash/hash.h"

json_t *chronicle_event(const struct chronicle *c, const char *name,
                        const struct header *at, const struct hash *proposal,
                        const struct chronicle_subject *subject, uint16_t seat)
{
    char time[LOG_TIME_BYTES];
    json_t *e = json_object();
    log_time(time, at->time_ms);
    json_put(e, "event", json_string(name));
    json_put(e, "id", json_null()); /* its place; numbered at the end */
    json_put(e, "time", json_string(time));
    json_put(e, "time_ms", json_number(at->time_ms));
    json_put(e, "council", control_text(slice_of_string(c->charter->name)));
    json_put(e, "height", json_number(at->height));
    json_put(e, "proposal", proposal != NULL ? json_hash(proposal) : json_null());
    json_put(e, "class",
             subject != NULL
                 ? json_string(class_name(c->charter, subject->record.class_index))
                 : json_null());
    if (seat != 0) {
        json_put_seat(e, "seat", c->charter, seat);
    } else {
        json_put(e, "seat", json_null());
        json_put(e, "name", json_null());
    }
    return e;
}

void chronicle_put_latency(json_t *e, const struct header *at, const struct moment *since)
{
    json_put(e, "latency_ms",
             json_number(at->time_ms >= since->time_ms ? at->time_ms - since->time_ms : 0));
    json_put(e, "latency_blocks",
             json_number(at->height >= since->height ? at->height - since->height : 0));
}

/* Block time, at the end of a window that no clock reaches. */
static json_t *deadline(const struct header *at, uint64_t window_ms)
{
    return json_number(window_ms > UINT64_MAX - at->time_ms ? UINT64_MAX
                                                            : at->time_ms + window_ms);
}

void chronicle_put_opened(json_t *e, const struct chronicle *c, const struct header *at,
                          const struct propose *p)
{
    const struct charter_class *class = &c->charter->classes[p->class_index];
    json_put(e, "title", control_text(p->title));
    json_put(e, "threshold", json_integer(class->threshold));
    json_put(e, "commit_deadline_ms", deadline(at, class->commit_ms));
}

void chronicle_put_opening(json_t *e, const struct chronicle *c, const struct header *at,
                           const struct record *r)
{
    uint32_t ballots = 0;
    for (uint16_t i = 0; i < r->seat_count; i++) {
        ballots += r->seats[i].has_ballot;
    }
    json_put(e, "ballots", json_integer(ballots));
    json_put(e, "reveal_deadline_ms",
             deadline(at, c->charter->classes[r->class_index].reveal_ms));
}

void chronicle_put_revealed(json_t *e, const struct chronicle *c, const struct ballot *b)
{
    struct hash hash = hash_rationale(b->rationale);
    json_put(e, "choice", json_string(choice_name(b->choice)));
    json_put(e, "confidence", json_integer(b->confidence));
    json_put(e, "rationale_hash", json_hash(&hash));
    if (c->rationales) {
        json_put(e, "rationale", control_text(b->rationale));
    }
}

static void put_outcome(json_t *e, const struct record *r, const uint32_t tally[3])
{
    json_put(e, "outcome", json_string(outcome_name(r->outcome)));
    json_put(e, "reason", json_reason(r->reason));
    json_put(e, "threshold", json_integer(r->threshold));
    json_put(e, "approve", json_integer(tally[CHOICE_APPROVE]));
    json_put(e, "reject", json_integer(tally[CHOICE_REJECT]));
    json_put(e, "abstain", json_integer(tally[CHOICE_ABSTAIN]));
}

void chronicle_put_decided(json_t *e, const struct header *at, const struct record *r)
{
    uint32_t tally[3] = {0};
    for (uint16_t i = 0; i < r->seat_count; i++) {
        const struct seat_record *s = &r->seats[i];
        tally[s->choice] += s->has_reveal && s->reveal_height <= at->height;
    }
    put_outcome(e, r, tally);
}

void chronicle_put_final(json_t *e, const struct chronicle_subject *s)
{
    const struct record *r = &s->record;
    const uint32_t tally[3] = {[CHOICE_APPROVE] = r->approve,
                               [CHOICE_REJECT] = r->reject,
                               [CHOICE_ABSTAIN] = r->abstain};
    put_outcome(e, r, tally);
    json_put(e, "record", json_number(s->number));
    json_put(e, "opened", json_moment(&r->opened));
    json_put(e, "sealed", json_moment(&r->sealed));
    json_put(e, "decided", json_moment(&r->decided));
    json_put(e, "final", json_moment(&r->final));
}

const char *chronicle_status_event(enum seat_status status)
{
    switch (status) {
    case STATUS_REVEALED:
    case STATUS_LATE:
        break;
    case STATUS_EXPELLED:
        return "ballot.expelled";
    case STATUS_WITHHELD:
        return "ballot.withheld";
    case STATUS_MISSED:
        return "ballot.missed";
    case STATUS_NOT_AWAITED:
        return "ballot.not-awaited";
    }
    return NULL;
}
