/* SPDX-License-Identifier: ISC */
#include "conclave/watch_state.h"

#include "conclave/node.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <stdlib.h>
#include <string.h>

const char *watch_change_name(enum watch_change change)
{
    switch (change) {
    case WATCH_NOTHING:
        return "nothing";
    case WATCH_BEGUN:
        return "begun";
    case WATCH_OPENED:
        return "opened";
    case WATCH_BALLOT:
        return "ballot";
    case WATCH_OPENS:
        return "opening";
    case WATCH_REVEAL:
        return "reveal";
    case WATCH_OUTCOME:
        return "outcome";
    case WATCH_RECORD:
        return "final";
    }
    return "";
}

static unsigned count(const json_t *object, const char *name)
{
    json_int_t value = member_number(object, name);
    return value > 0 && value <= UINT16_MAX ? (unsigned)value : 0;
}

/* The index of the seat that an object names; false where there is no such seat. */
static bool seat_index(const struct watched *w, const json_t *object, size_t *out)
{
    json_int_t seat = member_number(object, "seat");
    *out = (size_t)seat - 1;
    return seat >= 1 && seat <= (json_int_t)w->seats && seat <= WATCH_SEATS_MAX;
}

static void take_seat(struct watched *w, const json_t *row)
{
    const char *status = member_text(row, "status");
    size_t i;
    if (!seat_index(w, row, &i)) {
        return;
    }
    w->has_revealed[i] = strcmp(status, "revealed") == 0;
    w->has_committed[i] = w->has_revealed[i] || strcmp(status, "committed") == 0 ||
                          strcmp(status, "withheld") == 0;
}

static void take_outcome(struct watched *w, const json_t *object)
{
    free(w->outcome);
    free(w->reason);
    w->outcome = alloc_string(member_text(object, "outcome"));
    w->reason = alloc_string(member_text(object, "reason"));
}

static void take_tally(struct watched *w, const json_t *object)
{
    w->approve = count(object, "approve");
    w->reject = count(object, "reject");
    w->abstain = count(object, "abstain");
}

struct watched *watched_new(const json_t *proposal)
{
    struct watched *w = alloc_zero(1, sizeof(*w));
    w->id = alloc_string(member_text(proposal, "id"));
    w->title = alloc_string(member_text(proposal, "title"));
    w->begun_ms = clock_monotonic_ms();
    watched_refresh(w, proposal);
    return w;
}

static enum watch_phase phase_of(const struct watched *w, const char *phase)
{
    if (strcmp(phase, "final") == 0) {
        return WATCH_FINAL;
    }
    if (w->outcome[0] != '\0') {
        return WATCH_DECIDED;
    }
    if (strcmp(phase, "waiting") == 0) {
        return WATCH_WAITING;
    }
    return strcmp(phase, "opening") == 0 ? WATCH_OPENING : WATCH_SEALED;
}

void watched_refresh(struct watched *w, const json_t *proposal)
{
    const json_t *rows = json_object_get(proposal, "seats");
    w->committed = w->revealed = 0;
    w->seats = (unsigned)json_array_size(rows);
    w->threshold = count(proposal, "threshold");
    for (size_t i = 0; i < w->seats; i++) {
        take_seat(w, json_array_get(rows, i));
    }
    for (size_t i = 0; i < WATCH_SEATS_MAX; i++) {
        w->committed += w->has_committed[i];
        w->revealed += w->has_revealed[i];
    }
    take_tally(w, proposal);
    take_outcome(w, proposal);
    w->phase = phase_of(w, member_text(proposal, "phase"));
}

void watched_free(struct watched *w)
{
    if (w != NULL) {
        free(w->id);
        free(w->title);
        free(w->outcome);
        free(w->reason);
        free(w);
    }
}

static enum watch_change take_reveal(struct watched *w, const json_t *params)
{
    const char *choice = member_text(params, "choice");
    size_t i;
    if (!seat_index(w, params, &i) || w->has_revealed[i]) {
        return WATCH_NOTHING;
    }
    w->has_revealed[i] = true;
    w->revealed++;
    if (strcmp(choice, "approve") == 0) {
        w->approve++;
    } else if (strcmp(choice, "reject") == 0) {
        w->reject++;
    } else {
        w->abstain++;
    }
    return WATCH_REVEAL;
}

static enum watch_change take_ballot(struct watched *w, const json_t *params)
{
    size_t i;
    if (!seat_index(w, params, &i) || w->has_committed[i]) {
        return WATCH_NOTHING;
    }
    w->has_committed[i] = true;
    w->committed++;
    return WATCH_BALLOT;
}

/* The phase only goes on: what the snapshot had already is told again. */
static bool advance(struct watched *w, enum watch_phase phase)
{
    bool news = w->phase < phase;
    w->phase = news ? phase : w->phase;
    return news;
}

enum watch_change watched_event(struct watched *w, const json_t *params)
{
    const char *event = member_text(params, "event");
    if (strcmp(member_text(params, "proposal"), w->id) != 0) {
        return WATCH_NOTHING;
    }
    if (strcmp(event, "ballot.recorded") == 0) {
        return take_ballot(w, params);
    }
    if (strcmp(event, "ballot.revealed") == 0) {
        return take_reveal(w, params);
    }
    if (strcmp(event, "proposal.opening") == 0) {
        return advance(w, WATCH_OPENING) ? WATCH_OPENS : WATCH_NOTHING;
    }
    bool is_final = strcmp(event, "proposal.final") == 0;
    bool is_decided = strcmp(event, "proposal.decided") == 0;
    if ((!is_final && !is_decided) || !advance(w, is_final ? WATCH_FINAL : WATCH_DECIDED)) {
        return WATCH_NOTHING;
    }
    take_tally(w, params);
    take_outcome(w, params);
    return is_final ? WATCH_RECORD : WATCH_OUTCOME;
}

const char *watched_state(const struct watched *w)
{
    if (w->outcome[0] != '\0') {
        return w->outcome;
    }
    if (w->phase == WATCH_WAITING) {
        return "waiting";
    }
    return w->phase == WATCH_SEALED ? "sealed" : "opening";
}
