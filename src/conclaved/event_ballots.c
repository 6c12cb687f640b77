/* SPDX-License-Identifier: ISC */
#include "conclaved/events.h"

#include "conclaved/json.h"
#include "conclaved/methods.h"
#include "wire/shared.h"

static bool is_ballot(const struct council_event *e)
{
    return e->kind == COUNCIL_BALLOT || e->kind == COUNCIL_LATE ||
           e->kind == COUNCIL_REVEALED;
}

static json_t *begin(const struct hash *proposal)
{
    json_t *out = json_object();
    json_put(out, "proposal", json_hash(proposal));
    json_put(out, "recorded", json_array());
    json_put(out, "late", json_array());
    json_put(out, "revealed", json_array());
    return out;
}

static void add(json_t *out, const struct council_event *e)
{
    const char *member = e->kind == COUNCIL_BALLOT ? "recorded"
                         : e->kind == COUNCIL_LATE ? "late"
                                                   : "revealed";
    json_t *entry = json_integer(e->seat);
    if (e->kind == COUNCIL_REVEALED) {
        const char letter[] = {choice_letter(e->ballot.choice), '\0'};
        json_t *opened = json_array();
        (void)json_array_append_new(opened, entry);
        (void)json_array_append_new(opened, json_string(letter));
        (void)json_array_append_new(opened, json_integer(e->ballot.confidence));
        entry = opened;
    }
    (void)json_array_append_new(json_object_get(out, member), entry);
}

size_t event_ballots(const struct council_event *events, size_t count,
                     json_t *out[BALLOTS_EVENTS_MAX], size_t *told)
{
    const struct hash *proposals[BALLOTS_EVENTS_MAX];
    size_t taken = 0;
    *told = 0;
    for (; taken < count && is_ballot(&events[taken]); taken++) {
        const struct council_event *e = &events[taken];
        size_t at = 0;
        while (at < *told && !hash_equal(proposals[at], &e->proposal)) {
            at++;
        }
        if (at == BALLOTS_EVENTS_MAX) {
            break;
        }
        if (at == *told) {
            proposals[at] = &e->proposal;
            out[at] = begin(&e->proposal);
            ++*told;
        }
        add(out[at], e);
    }
    return taken;
}
