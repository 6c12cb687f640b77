/* SPDX-License-Identifier: ISC */
#include "conclaved/events.h"

#include "base/quorum.h"
#include "conclaved/json.h"
#include "conclaved/methods.h"
#include "wire/shared.h"

const char *event_council_name(enum council_event_kind kind)
{
    switch (kind) {
    case COUNCIL_OPENED:
        return "proposal.opened";
    case COUNCIL_BALLOT:
        return "ballot.recorded";
    case COUNCIL_LATE:
        return "ballot.late";
    case COUNCIL_SEALED:
        return "proposal.opening";
    case COUNCIL_REVEALED:
        return "ballot.revealed";
    case COUNCIL_DECIDED:
        return "proposal.decided";
    case COUNCIL_FINAL:
        return "proposal.final";
    case COUNCIL_CONVICTED:
        return "seat.convicted";
    case COUNCIL_EPOCH:
        return "epoch.changed";
    case COUNCIL_VOID:
        return "operation.void";
    }
    return "unknown";
}

static void put_content(json_t *out, const struct charter *charter,
                        const struct proposal *p)
{
    json_put(out, "class", json_string(class_name(charter, p->content.class_index)));
    json_put(out, "title", control_text(p->content.title));
    json_put_seat(out, "proposer", charter, p->proposer);
    json_put(out, "height", json_number(p->opened.height));
    json_put(out, "time_ms", json_number(p->opened.time_ms));
    json_put(out, "commit_deadline_ms", json_number(p->commit_deadline_ms));
}

static void put_tally(json_t *out, enum outcome outcome, enum reason reason,
                      uint32_t approve, uint32_t reject, uint32_t abstain)
{
    json_put(out, "outcome", json_string(outcome_name(outcome)));
    json_put(out, "reason", json_reason(reason));
    json_put(out, "approve", json_integer(approve));
    json_put(out, "reject", json_integer(reject));
    json_put(out, "abstain", json_integer(abstain));
}

static void put_moment(json_t *out, const struct moment *m)
{
    json_put(out, "height", json_number(m->height));
    json_put(out, "time_ms", json_number(m->time_ms));
}

static void put_void(json_t *out, const struct council_event *e)
{
    json_put(out, "kind", json_string(operation_kind_name(e->operation)));
    json_put(out, "proposal",
             hash_is_zero(&e->proposal) ? json_null() : json_hash(&e->proposal));
    json_put(out, "verdict", json_string(verdict_name(e->verdict)));
}

static void put_revealed(json_t *out, const struct council_event *e)
{
    json_put(out, "choice", json_string(choice_name(e->ballot.choice)));
    json_put(out, "confidence", json_integer(e->ballot.confidence));
    json_put(out, "rationale", control_text(e->ballot.rationale));
}

static json_t *suspended(const struct charter *charter, const struct council *council)
{
    bool in[SEATS_MAX] = {false};
    for (uint16_t seat = 1; seat <= charter->seat_count; seat++) {
        in[seat - 1] = council_is_suspended(council, seat);
    }
    return json_seats(in, charter->seat_count);
}

json_t *event_council(const struct charter *charter, const struct council *council,
                      const struct council_event *e, uint64_t number)
{
    json_t *out = json_object();
    /* A proposal that became final has left the council; its record is in the event. */
    const struct proposal *p =
        e->kind != COUNCIL_CONVICTED && e->kind != COUNCIL_EPOCH && e->kind != COUNCIL_VOID
            ? council_find(council, &e->proposal)
            : NULL;
    switch (e->kind) {
    case COUNCIL_OPENED:
        json_put(out, "id", json_hash(&e->proposal));
        if (p != NULL) {
            put_content(out, charter, p);
        }
        break;
    case COUNCIL_BALLOT:
    case COUNCIL_LATE:
        json_put(out, "proposal", json_hash(&e->proposal));
        json_put_seat(out, "seat", charter, e->seat);
        break;
    case COUNCIL_SEALED:
        json_put(out, "proposal", json_hash(&e->proposal));
        if (p != NULL) {
            put_moment(out, &p->sealed);
            json_put(out, "committed", json_integer(p->committed));
            json_put(out, "reveal_deadline_ms", json_number(p->reveal_deadline_ms));
        }
        break;
    case COUNCIL_REVEALED:
        json_put(out, "proposal", json_hash(&e->proposal));
        json_put_seat(out, "seat", charter, e->seat);
        put_revealed(out, e);
        break;
    case COUNCIL_DECIDED:
        json_put(out, "proposal", json_hash(&e->proposal));
        if (p != NULL) {
            put_tally(out, p->outcome, p->reason, p->approve, p->reject, p->abstain);
            put_moment(out, &p->decided);
        }
        break;
    case COUNCIL_FINAL:
        json_put(out, "proposal", json_hash(&e->proposal));
        put_moment(out, &e->record->final);
        put_short_record(out, charter, e->record, number, e->title, e->seat);
        break;
    case COUNCIL_CONVICTED:
        json_put_seat(out, "seat", charter, e->seat);
        break;
    case COUNCIL_EPOCH:
        json_put(out, "epoch", json_number(e->number));
        json_put(out, "suspended", suspended(charter, council));
        break;
    case COUNCIL_VOID:
        json_put_seat(out, "seat", charter, e->seat);
        put_void(out, e);
        break;
    }
    return out;
}

json_t *event_block(const struct block *b, const struct round_times *times)
{
    json_t *out = json_object();
    json_put(out, "height", json_number(b->header.height));
    json_put(out, "view", json_number(b->header.view));
    json_put(out, "hash", json_hash(&b->hash));
    json_put(out, "time_ms", json_number(b->header.time_ms));
    json_put_counts(out, b);
    put_round_times(out, times);
    return out;
}

const char *event_notice_name(enum pbft_notice_kind kind)
{
    switch (kind) {
    case PBFT_NOTICE_VIEW_CHANGE:
        return "view.change-started";
    case PBFT_NOTICE_NEW_VIEW:
        return "view.changed";
    case PBFT_NOTICE_DIVERGED:
    case PBFT_NOTICE_FORK:
        return "node.stopped";
    case PBFT_NOTICE_LOST:
        return "state.lost";
    case PBFT_NOTICE_RETURNED:
        return "state.returned";
    case PBFT_NOTICE_REFUSED:
    case PBFT_NOTICE_CATCHING_UP:
        return NULL;
    }
    return NULL;
}

json_t *event_notice(const struct charter *charter, const struct pbft_notice *notice)
{
    json_t *out = json_object();
    switch (notice->kind) {
    case PBFT_NOTICE_VIEW_CHANGE:
        json_put(out, "view", json_number(notice->view));
        json_put(out, "cause", json_string(pbft_cause_name(notice->cause)));
        break;
    case PBFT_NOTICE_NEW_VIEW:
        json_put(out, "view", json_number(notice->view));
        json_put_seat(out, "primary", charter,
                      quorum_primary(charter->seat_count, notice->view));
        break;
    case PBFT_NOTICE_DIVERGED:
    case PBFT_NOTICE_FORK:
        json_put(out, "why",
                 json_string(notice->kind == PBFT_NOTICE_FORK ? "fork" : "diverged"));
        json_put(out, "height", json_number(notice->height));
        break;
    case PBFT_NOTICE_LOST:
        json_put(out, "cause", json_string(pbft_cause_name(notice->cause)));
        break;
    case PBFT_NOTICE_RETURNED:
        json_put(out, "view", json_number(notice->view));
        json_put(out, "height", json_number(notice->height));
        break;
    case PBFT_NOTICE_REFUSED:
    case PBFT_NOTICE_CATCHING_UP:
        break;
    }
    return out;
}

json_t *event_peer_up(const struct charter *charter, uint16_t seat)
{
    json_t *out = json_object();
    json_put_seat(out, "seat", charter, seat);
    return out;
}

json_t *event_peer_down(const struct charter *charter, uint16_t seat,
                        enum net_down_reason reason)
{
    json_t *out = event_peer_up(charter, seat);
    json_put(out, "reason", json_string(net_down_reason_name(reason)));
    return out;
}

json_t *json_heartbeat_flags(uint32_t flags)
{
    static const struct {
        enum heartbeat_flag flag;
        const char *name;
    } names[] = {
        {HEARTBEAT_EVALUATOR_DOWN, "evaluator-down"},
        {HEARTBEAT_DISK_LOW, "disk-low"},
        {HEARTBEAT_CLOCK_SKEW, "clock-skew"},
        {HEARTBEAT_CATCHING_UP, "catching-up"},
        {HEARTBEAT_LOST_STATE, "lost-state"},
        {HEARTBEAT_ASKING, "asking"},
    };
    json_t *out = json_array();
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if ((flags & names[i].flag) != 0) {
            (void)json_array_append_new(out, json_string(names[i].name));
        }
    }
    return out;
}

json_t *event_heartbeat(const struct charter *charter, uint16_t seat,
                        const struct peer_view *peer)
{
    json_t *out = event_peer_up(charter, seat);
    json_put(out, "view", json_number(peer->last.view));
    json_put(out, "height", json_number(peer->last.height));
    json_put(out, "round_trip_ms", json_integer(peer->round_trip_ms));
    json_put(out, "clock_offset_ms", json_integer(peer->clock_offset_ms));
    json_put(out, "flags", json_heartbeat_flags(peer->last.flags));
    return out;
}

json_t *event_agent(const struct control_session *s, const char *name)
{
    uid_t uid;
    pid_t pid;
    control_session_peer(s, &uid, &pid);
    json_t *out = json_object();
    json_put(out, "agent", control_text(slice_of_string(name)));
    json_put(out, "pid", json_integer(pid));
    json_put(out, "uid", json_integer(uid));
    return out;
}

json_t *event_checkpoint(const struct checkpoint_signed *c)
{
    json_t *out = json_object();
    json_put(out, "size", json_number(c->size));
    json_put(out, "root", json_hash(&c->root));
    json_put(out, "signatures", json_number(c->count));
    return out;
}

json_t *event_stopped(const char *why)
{
    json_t *out = json_object();
    json_put(out, "why", control_text(slice_of_string(why)));
    return out;
}
