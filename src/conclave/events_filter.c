/* SPDX-License-Identifier: ISC */
#include "conclave/events_filter.h"

#include "conclave/members.h"

#include <string.h>

static const struct {
    const char *name;
    bool local;   /* what the node saw or did: not in the ledger */
    bool unasked; /* told when nothing else is said */
} known[] = {
    {"proposal.opened", false, true},
    {"ballot.sealed", false, true},
    {"ballot.late", false, true},
    {"proposal.opening", false, true},
    {"ballot.opened", false, true},
    {"ballot.withheld", false, true},
    {"ballot.missed", false, true},
    {"ballot.expelled", false, true},
    {"ballot.not-awaited", false, true},
    {"proposal.decided", false, true},
    {"proposal.final", false, true},
    {"operation.void", false, true},
    {"seat.convicted", false, true},
    {"epoch.changed", false, true},
    {"flag.raised", true, true},
    {"flag.acknowledged", true, true},
    {"flag.cleared", true, true},
    {"flag.changed", true, false},
    {"block.committed", true, false},
    {"view.change-started", true, false},
    {"view.changed", true, false},
    {"council.stalled", true, false},
    {"council.moving", true, false},
    {"state.lost", true, false},
    {"state.returned", true, false},
    {"seat.equivocated", true, false},
    {"seat.suspended", true, false},
    {"seat.reinstated", true, false},
    {"peer.up", true, false},
    {"peer.down", true, false},
    {"heartbeat", true, false},
    {"checkpoint", true, false},
    {"agent.attached", true, false},
    {"agent.detached", true, false},
    {"agent.failed", true, false},
    {"node.stopped", true, false},
};
enum { KNOWN = sizeof(known) / sizeof(known[0]) };

/* --- words --- */

static bool begins(const char *name, const char *word)
{
    return strncmp(name, word, strlen(word)) == 0;
}

static bool has(const struct events_words *w, const char *name)
{
    for (size_t i = 0; i < w->count; i++) {
        if (begins(name, w->list[i])) {
            return true;
        }
    }
    return false;
}

static bool is_of_any(const char *word)
{
    for (size_t i = 0; i < KNOWN; i++) {
        if (begins(known[i].name, word)) {
            return true;
        }
    }
    return false;
}

int events_words_add(struct events_words *w, const char *text, struct complaint *why)
{
    while (true) {
        size_t length = strcspn(text, ",");
        char word[EVENTS_WORD_BYTES] = "";
        if (w->count == EVENTS_WORDS_MAX) {
            return complain(why, CONCLAVE_ELIMIT, "at most %d names can be given",
                            EVENTS_WORDS_MAX);
        }
        if (length > 0 && length < sizeof(word)) {
            memcpy(word, text, length);
        }
        if (word[0] == '\0' || !is_of_any(word)) {
            return complain(why, CONCLAVE_EINVAL,
                            "no event has a name that begins with \"%.*s\"; "
                            "conclave-events(1) lists them",
                            (int)(length < 64 ? length : 64), text);
        }
        memcpy(w->list[w->count++], word, sizeof(word));
        if (text[length] == '\0') {
            return 0;
        }
        text += length + 1;
    }
}

/* --- events --- */

static bool wants(const struct events_filter *f, size_t i)
{
    const char *name = known[i].name;
    bool basic = f->kinds.count > 0 ? has(&f->kinds, name) : known[i].unasked;
    return (basic || has(&f->include, name)) && !has(&f->exclude, name);
}

bool events_filter_lets(const struct events_filter *f, const json_t *event)
{
    const char *name = member_text(event, "event");
    if (f->seat != 0 && member_number(event, "seat") != (json_int_t)f->seat) {
        return false;
    }
    if (!begins(member_text(event, "proposal"), f->proposal)) {
        return false;
    }
    for (size_t i = 0; i < KNOWN; i++) {
        if (strcmp(known[i].name, name) == 0) {
            return wants(f, i);
        }
    }
    return false;
}

json_t *events_filter_local(const struct events_filter *f)
{
    json_t *names = json_array();
    for (size_t i = 0; i < KNOWN; i++) {
        if (known[i].local && wants(f, i)) {
            (void)json_array_append_new(names, json_string(known[i].name));
        }
    }
    return names;
}

bool events_is_local(const char *name)
{
    for (size_t i = 0; i < KNOWN; i++) {
        if (strcmp(known[i].name, name) == 0) {
            return known[i].local;
        }
    }
    return false;
}
