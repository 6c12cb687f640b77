/* SPDX-License-Identifier: ISC */
#include "story.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

void story_begin(struct story *s, uint16_t seats)
{
    *s = (struct story){.height = 1};
    s->rules.seats = seats;
    s->rules.faulty = (uint16_t)((seats - 1) / 3);
    s->rules.classes = 3;
    s->rules.watch = (struct charter_watch){.window = 256,
                                            .recent = 32,
                                            .false_alarm_ppm = 1000,
                                            .dissent_percent = 5,
                                            .bloc_percent = 45,
                                            .drift_limit = 12,
                                            .likeness_percent = 80,
                                            .copied_decisions = 3};
    for (uint16_t seat = 1; seat <= seats; seat++) {
        s->rules.vendor[seat - 1] = seat;
        s->rules.family[seat - 1] = seat;
        s->confidence[seat - 1] = 80;
        s->delay[seat - 1] = 1;
    }
}

void story_end(struct story *s)
{
    patterns_free(s->patterns);
}

struct hash story_next(const struct story *s)
{
    struct hash id = {{0}};
    for (unsigned i = 0; i < 8; i++) {
        id.bytes[i] = (uint8_t)(s->decisions >> (56 - 8 * i));
    }
    return id;
}

void story_event(struct story *s, struct council_event e)
{
    assert(s->event_count + 1 < sizeof(s->events) / sizeof(s->events[0]));
    s->events[s->event_count++] = e;
}

static void put_vote(const struct story *s, struct record *r, uint16_t seat, char vote)
{
    struct seat_record *x = &r->seats[seat - 1];
    const char *open = strchr("RA-", vote);
    r->active[seat - 1] = strchr("XN", vote) == NULL;
    x->has_ballot = open != NULL || vote == 'W';
    x->ballot_height = x->has_ballot ? r->opened.height + s->delay[seat - 1] : 0;
    x->has_reveal = open != NULL;
    if (open != NULL) {
        x->choice = (enum choice)(open - "RA-");
        x->confidence = s->confidence[seat - 1];
        x->reveal_height = r->sealed.height + 1;
        r->approve += x->choice == CHOICE_APPROVE;
        r->reject += x->choice == CHOICE_REJECT;
        r->abstain += x->choice == CHOICE_ABSTAIN;
        return;
    }
    const char *others = "XWLMN", *at = strchr(others, vote);
    assert(at != NULL);
    x->status = (enum seat_status)(STATUS_EXPELLED + (at - others));
}

static struct record record_of(const struct story *s, uint32_t class_index,
                               const char *votes)
{
    const uint16_t n = s->rules.seats;
    struct record r = {.proposal = story_next(s),
                       .class_index = class_index,
                       .threshold = (2U * n + 2) / 3,
                       .seat_count = n};
    r.opened = (struct moment){s->height, s->height * 1000};
    r.sealed = (struct moment){s->height + 50, s->height * 1000 + 500};
    r.decided = r.final = (struct moment){s->height + 52, s->height * 1000 + 900};
    assert(strlen(votes) == n);
    for (uint16_t seat = 1; seat <= n; seat++) {
        put_vote(s, &r, seat, votes[seat - 1]);
    }
    r.outcome = r.approve >= r.threshold ? OUTCOME_APPROVED : OUTCOME_REJECTED;
    return r;
}

void story_decide(struct story *s, uint32_t class_index, const char *votes)
{
    if (s->patterns == NULL) {
        s->patterns = patterns_new(&s->rules);
    }
    struct record r = record_of(s, class_index, votes);
    s->events[s->event_count++] =
        (struct council_event){.kind = COUNCIL_FINAL, .proposal = r.proposal, .record = &r};
    s->height += 60;
    patterns_apply(s->patterns, s->height, s->height * 1000, s->events, s->event_count);
    s->event_count = 0;
    s->decisions++;
}

char story_draw(struct rng *r, uint16_t n, unsigned percent, char *votes)
{
    char right = rng_chance(r, 2) ? 'A' : 'R', wrong = right == 'A' ? 'R' : 'A';
    for (uint16_t i = 0; i < n; i++) {
        votes[i] = rng_below(r, 100) < percent ? right : wrong;
    }
    votes[n] = '\0';
    return right;
}

void story_repeat(struct story *s, unsigned times, uint32_t class_index, const char *votes)
{
    for (unsigned i = 0; i < times; i++) {
        story_decide(s, class_index, votes);
    }
}

bool story_open(const struct story *s, enum flag_kind kind, uint16_t seat)
{
    return patterns_find(s->patterns, kind, seat) != NULL;
}

const char *story_text(const struct story *s, enum flag_kind kind, uint16_t seat)
{
    const struct finding *f = patterns_find(s->patterns, kind, seat);
    return f != NULL ? f->last.text : "";
}

bool story_count(const struct story *s, size_t expected)
{
    size_t count;
    const struct finding *const *open = patterns_findings(s->patterns, &count);
    for (size_t i = 0; count != expected && i < count; i++) {
        printf("#   %s %u: %s\n", flag_kind_name(open[i]->last.kind), open[i]->last.seat,
               open[i]->last.text);
    }
    return count == expected;
}

unsigned story_changes(const struct story *s, enum finding_step step)
{
    size_t count;
    const struct finding_change *c = patterns_changes(s->patterns, &count);
    unsigned found = 0;
    for (size_t i = 0; i < count; i++) {
        found += c[i].step == step;
    }
    return found;
}
