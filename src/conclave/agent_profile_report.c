/* SPDX-License-Identifier: ISC */
#include "conclave/agent_profile.h"

#include "conclave/describe.h"

#include "base/alloc.h"
#include "control/control.h"

#include <stdio.h>
#include <stdlib.h>

enum { CLASS_COLUMNS = 20 };

static const char *class_of(const struct profile *p, const struct past *d)
{
    const struct charter *c = p->charter;
    return d->record->class_index < c->class_count ? c->classes[d->record->class_index].name
                                                   : "";
}

/* NULL: it opened no ballot. */
static const char *seat_choice(const struct past *d, uint16_t seat)
{
    const struct seat_record *s = &d->record->seats[seat - 1];
    return s->has_reveal ? choice_name(s->choice) : NULL;
}

/* --- for people --- */

static void print_decision(struct table *t, const struct profile *p, const struct past *d)
{
    const struct record *r = d->record;
    const char *own = seat_choice(d, p->seat), *class = class_of(p, d);
    char id[2 * HASH_BYTES + 1];
    enum answer_choice c;
    hex_encode(id, slice_of(r->proposal.bytes, HASH_BYTES));
    table_cell(t, COLOUR_PLAIN, "%.*s", SHORT_ID, id);
    table_cell(t, COLOUR_PLAIN, "%.*s", (int)output_fit(class, CLASS_COLUMNS), class);
    table_cell(t, describe_state_colour(outcome_name(r->outcome)), "%s",
               outcome_name(r->outcome));
    table_cell(t, COLOUR_PLAIN, "%u-%u-%u", r->approve, r->reject, r->abstain);
    table_cell(t, COLOUR_PLAIN, "%s", own != NULL ? own : "-");
    if (!trial_choice(&d->trial, &c)) {
        table_cell(t, COLOUR_BAD, "none");
        table_cell(t, COLOUR_PLAIN, "-");
        return;
    }
    bool turns = profile_turns(p, d);
    table_cell(t, turns ? COLOUR_WARN : COLOUR_PLAIN, "%s%s", answer_choice_name(c),
               turns ? "!" : (trial_is_stable(&d->trial) ? "" : "?"));
    table_cell(t, COLOUR_PLAIN, "%u", trial_confidence(&d->trial, c));
}

static void print_decisions(const struct profile *p)
{
    static const char *const headings[] = {"ID",   "CLASS", "OUTCOME", "TALLY",
                                           "SEAT", "AGENT", "SURE"};
    static const enum align align[] = {ALIGN_LEFT, ALIGN_LEFT, ALIGN_LEFT, ALIGN_RIGHT,
                                       ALIGN_LEFT, ALIGN_LEFT, ALIGN_RIGHT};
    struct table *t = table_new(7, headings, align);
    for (size_t i = 0; i < p->count; i++) {
        if (p->list[i].trial.replied > 0) {
            print_decision(t, p, &p->list[i]);
        }
    }
    table_print(t);
}

static void print_seats(const struct profile *p)
{
    static const char *const headings[] = {"SEAT", "NAME", "BOTH", "AGREE", "KAPPA"};
    static const enum align align[] = {ALIGN_RIGHT, ALIGN_LEFT, ALIGN_RIGHT, ALIGN_RIGHT,
                                       ALIGN_RIGHT};
    struct table *t = table_new(5, headings, align);
    for (uint16_t seat = 1; seat <= p->charter->seat_count; seat++) {
        struct likeness l;
        profile_likeness(p, seat, &l);
        table_cell(t, COLOUR_PLAIN, "%u", (unsigned)seat);
        table_cell(t, COLOUR_PLAIN, "%s", p->charter->seats[seat - 1].name);
        table_cell(t, COLOUR_PLAIN, "%u", l.both);
        table_cell(t, COLOUR_PLAIN, "%u", l.agree);
        if (l.has_kappa) {
            table_cell(t, COLOUR_PLAIN, "%s%d.%02d", l.kappa < 0 ? "-" : "",
                       abs(l.kappa) / 1000, abs(l.kappa) % 1000 / 10);
        } else {
            table_cell(t, COLOUR_PLAIN, "-");
        }
    }
    table_print(t);
}

static void print_failures(const struct profile *p)
{
    for (size_t i = 0; i < p->count; i++) {
        const struct trial *t = &p->list[i].trial;
        if (t->replied > 0 && trial_answered(t) < t->replied) {
            unsigned k = 0;
            while (t->replies[k].answered) {
                k++;
            }
            char *text = alloc_printf("record %llu: no answer (%u of %u): %s",
                                      (unsigned long long)p->list[i].number,
                                      t->replied - trial_answered(t), t->times,
                                      t->replies[k].failure);
            output_paragraph(2, text);
            free(text);
        }
    }
}

static void print_totals(const struct profile *p)
{
    struct profile_totals s;
    char time[32], memory[32];
    profile_sum(p, &s);
    output_duration(time, s.slowest_ms);
    output_bytes(memory, agent_program_memory());
    describe_line("decisions", "%u, of which %u answered, %u not the same each time%s",
                  s.asked, s.answered, s.unstable,
                  p->interrupted ? "; then it was interrupted" : "");
    describe_line("answers", "%u approve, %u reject, %u abstain", s.choices[ANSWER_APPROVE],
                  s.choices[ANSWER_REJECT], s.choices[ANSWER_ABSTAIN]);
    describe_line("agreement", "with %u of %u outcomes; %u would be others by its vote",
                  s.with_outcome, s.decided, s.turned);
    describe_line("used", "%s at most, %s in memory", time, memory);
}

void profile_print(const struct profile *p)
{
    agent_program_print(p->program, p->seat_json);
    (void)printf("\n");
    if (p->count == 0) {
        (void)printf("There is no final decision to ask about.\n");
        return;
    }
    print_decisions(p);
    (void)printf("\n");
    print_seats(p);
    (void)printf("\n");
    print_failures(p);
    print_totals(p);
}

/* --- for programs --- */

static void put(json_t *object, const char *name, json_t *value)
{
    (void)json_object_set_new(object, name, value);
}

static void put_number(json_t *object, const char *name, uint64_t value)
{
    put(object, name, json_integer((json_int_t)value));
}

static json_t *decision_json(const struct profile *p, const struct past *d)
{
    const struct record *r = d->record;
    enum answer_choice c = ANSWER_ABSTAIN;
    bool is_there = trial_choice(&d->trial, &c);
    const char *own = seat_choice(d, p->seat);
    char id[2 * HASH_BYTES + 1];
    json_t *o = json_object();
    hex_encode(id, slice_of(r->proposal.bytes, HASH_BYTES));
    put_number(o, "record", d->number);
    put(o, "id", json_string(id));
    put(o, "class", control_text(slice_of_string(class_of(p, d))));
    put(o, "title", json_incref(d->title));
    put(o, "outcome", json_string(outcome_name(r->outcome)));
    put_number(o, "threshold", r->threshold);
    put_number(o, "approve", r->approve);
    put_number(o, "reject", r->reject);
    put_number(o, "abstain", r->abstain);
    put(o, "seat_choice", own != NULL ? json_string(own) : json_null());
    put(o, "choice", trial_choice_json(is_there, c));
    put(o, "stable", json_boolean(trial_is_stable(&d->trial)));
    put(o, "turns", json_boolean(profile_turns(p, d)));
    put(o, "answers", trial_answers_json(&d->trial));
    return o;
}

static json_t *likeness_json(const struct profile *p, uint16_t seat)
{
    struct likeness l;
    json_t *o = json_object();
    profile_likeness(p, seat, &l);
    put_number(o, "seat", seat);
    put(o, "name", json_string(p->charter->seats[seat - 1].name));
    put_number(o, "both", l.both);
    put_number(o, "agree", l.agree);
    put(o, "kappa", l.has_kappa ? json_integer(l.kappa) : json_null());
    return o;
}

static json_t *totals_json(const struct profile *p)
{
    struct profile_totals s;
    json_t *o = json_object();
    profile_sum(p, &s);
    put_number(o, "decisions", s.asked);
    put_number(o, "answered", s.answered);
    for (int c = 0; c < CHOICES; c++) {
        put_number(o, answer_choice_name((enum answer_choice)c), s.choices[c]);
    }
    put_number(o, "decided", s.decided);
    put_number(o, "with_outcome", s.with_outcome);
    put_number(o, "turned", s.turned);
    put_number(o, "unstable", s.unstable);
    put_number(o, "slowest_ms", s.slowest_ms);
    put_number(o, "memory_bytes", agent_program_memory());
    return o;
}

json_t *profile_json(const struct profile *p)
{
    json_t *o = json_object(), *decisions = json_array(), *seats = json_array();
    for (size_t i = 0; i < p->count; i++) {
        if (p->list[i].trial.replied > 0) {
            (void)json_array_append_new(decisions, decision_json(p, &p->list[i]));
        }
    }
    for (uint16_t seat = 1; seat <= p->charter->seat_count; seat++) {
        (void)json_array_append_new(seats, likeness_json(p, seat));
    }
    agent_program_put(p->program, o);
    put(o, "seat", json_deep_copy(p->seat_json));
    put(o, "decisions", decisions);
    put(o, "seats", seats);
    put(o, "totals", totals_json(p));
    put(o, "interrupted", json_boolean(p->interrupted));
    return o;
}
