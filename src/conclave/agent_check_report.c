/* SPDX-License-Identifier: ISC */
#include "conclave/agent_check.h"

#include "conclave/lines.h"

#include "control/control.h"

#include <stdio.h>
#include <string.h>

static bool is_told(const struct trial *t)
{
    return t->sample->wanted && t->replied > 0;
}

unsigned check_report_count(const struct check_report *r, enum trial_verdict f)
{
    unsigned count = 0;
    for (size_t i = 0; i < r->count; i++) {
        count += is_told(&r->trials[i]) && r->trials[i].verdict == f;
    }
    return count;
}

/* What all of them needed at most. */
struct used {
    uint64_t fastest_ms, slowest_ms;
    size_t output;
    unsigned questions;
};

static struct used find_used(const struct check_report *r)
{
    struct used u = {UINT64_MAX, 0, 0, 0};
    for (size_t i = 0; i < r->count; i++) {
        const struct trial *t = &r->trials[i];
        for (unsigned k = 0; k < t->replied; k++) {
            const struct reply *reply = &t->replies[k];
            u.questions++;
            u.fastest_ms = reply->took_ms < u.fastest_ms ? reply->took_ms : u.fastest_ms;
            u.slowest_ms = reply->took_ms > u.slowest_ms ? reply->took_ms : u.slowest_ms;
            u.output = reply->output_bytes > u.output ? reply->output_bytes : u.output;
        }
    }
    u.fastest_ms = u.questions > 0 ? u.fastest_ms : 0;
    return u;
}

/* --- for people --- */

static enum colour colour_of(enum trial_verdict f)
{
    switch (f) {
    case TRIAL_OK:
        return COLOUR_GOOD;
    case TRIAL_WARNING:
        return COLOUR_WARN;
    case TRIAL_FAILED:
        break;
    }
    return COLOUR_BAD;
}

static void print_row(struct table *t, const struct trial *trial)
{
    enum answer_choice c;
    char time[32];
    output_duration(time, trial_slowest(trial));
    table_cell(t, COLOUR_PLAIN, "%s", trial->sample->name);
    if (trial_choice(trial, &c)) {
        table_cell(t, COLOUR_PLAIN, "%s", answer_choice_name(c));
        table_cell(t, COLOUR_PLAIN, "%u of %u", trial_count(trial, c), trial->times);
        table_cell(t, COLOUR_PLAIN, "%u", trial_confidence(trial, c));
    } else {
        table_cell(t, COLOUR_DIM, "none");
        table_cell(t, COLOUR_PLAIN, "0 of %u", trial->times);
        table_cell(t, COLOUR_PLAIN, "-");
    }
    table_cell(t, COLOUR_PLAIN, "%s", time);
    table_cell(t, colour_of(trial->verdict), "%s", trial_verdict_name(trial->verdict));
}

static void print_table(const struct check_report *r)
{
    static const char *const headings[] = {"SAMPLE",     "ANSWER", "TIMES",
                                           "CONFIDENCE", "TIME",   "VERDICT"};
    static const enum align align[] = {ALIGN_LEFT,  ALIGN_LEFT,  ALIGN_RIGHT,
                                       ALIGN_RIGHT, ALIGN_RIGHT, ALIGN_LEFT};
    struct table *t = table_new(6, headings, align);
    for (size_t i = 0; i < r->count; i++) {
        if (is_told(&r->trials[i])) {
            print_row(t, &r->trials[i]);
        }
    }
    table_print(t);
}

static void print_reasons(const struct trial *t)
{
    (void)printf("\n");
    output_text(colour_of(t->verdict), trial_verdict_name(t->verdict));
    (void)printf("  %s\n", t->sample->name);
    output_paragraph(2, t->sample->what);
    for (size_t i = 0; i < json_array_size(t->reasons); i++) {
        output_paragraph(4, json_string_value(json_array_get(t->reasons, i)));
    }
}

static void print_findings(const struct check_report *r, enum trial_verdict f)
{
    for (size_t i = 0; i < r->count; i++) {
        if (is_told(&r->trials[i]) && r->trials[i].verdict == f) {
            print_reasons(&r->trials[i]);
        }
    }
}

static void print_used(const struct check_report *r)
{
    struct used u = find_used(r);
    char fastest[32], slowest[32], output[32], memory[32];
    output_duration(fastest, u.fastest_ms);
    output_duration(slowest, u.slowest_ms);
    output_bytes(output, u.output);
    output_bytes(memory, agent_program_memory());
    describe_line("used", "%s to %s, %s of output, %s in memory", fastest, slowest, output,
                  memory);
    describe_line("result", "%u ok, %u with a warning, %u failed; %u questions asked%s",
                  check_report_count(r, TRIAL_OK), check_report_count(r, TRIAL_WARNING),
                  check_report_count(r, TRIAL_FAILED), u.questions,
                  r->interrupted ? ", then it was interrupted" : "");
}

void check_report_print(const struct check_report *r)
{
    agent_program_print(r->program, r->seat);
    (void)printf("\n");
    print_table(r);
    print_findings(r, TRIAL_FAILED);
    print_findings(r, TRIAL_WARNING);
    for (size_t i = 0; i < json_array_size(r->general); i++) {
        (void)printf("\n");
        output_text(COLOUR_WARN, "warning");
        (void)printf("  all of them: %s\n",
                     json_string_value(json_array_get(r->general, i)));
    }
    (void)printf("\n");
    print_used(r);
}

/* --- for programs --- */

static void put(json_t *object, const char *name, json_t *value)
{
    (void)json_object_set_new(object, name, value);
}

static json_t *trial_json(const struct trial *t)
{
    const struct sample *s = t->sample;
    enum answer_choice c = ANSWER_ABSTAIN;
    bool is_there = trial_choice(t, &c);
    json_t *o = json_object(), *expect = json_array();
    for (int i = 0; i < CHOICES; i++) {
        if (s->expects[i]) {
            (void)json_array_append_new(
                expect, json_string(answer_choice_name((enum answer_choice)i)));
        }
    }
    put(o, "name", json_string(s->name));
    put(o, "what", json_string(s->what));
    put(o, "class", json_incref(json_object_get(s->proposal, "class")));
    put(o, "of", s->of != NULL ? json_string(s->of->name) : json_null());
    put(o, "expect", expect);
    put(o, "demands", trial_choice_json(s->injects, t->demands));
    put(o, "choice", trial_choice_json(is_there, c));
    put(o, "stable", json_boolean(trial_is_stable(t)));
    put(o, "verdict", json_string(trial_verdict_name(t->verdict)));
    put(o, "reasons", json_incref(t->reasons));
    put(o, "answers", trial_answers_json(t));
    return o;
}

static json_t *used_json(const struct check_report *r)
{
    struct used u = find_used(r);
    json_t *o = json_object();
    put(o, "questions", json_integer(u.questions));
    put(o, "fastest_ms", json_integer((json_int_t)u.fastest_ms));
    put(o, "slowest_ms", json_integer((json_int_t)u.slowest_ms));
    put(o, "output_bytes", json_integer((json_int_t)u.output));
    put(o, "memory_bytes", json_integer((json_int_t)agent_program_memory()));
    return o;
}

json_t *check_report_json(const struct check_report *r)
{
    json_t *o = json_object(), *samples = json_array(), *totals = json_object();
    for (size_t i = 0; i < r->count; i++) {
        if (is_told(&r->trials[i])) {
            (void)json_array_append_new(samples, trial_json(&r->trials[i]));
        }
    }
    for (int f = TRIAL_OK; f <= TRIAL_FAILED; f++) {
        put(totals, trial_verdict_name((enum trial_verdict)f),
            json_integer(check_report_count(r, (enum trial_verdict)f)));
    }
    agent_program_put(r->program, o);
    put(o, "seat", json_deep_copy(r->seat));
    put(o, "samples", samples);
    put(o, "general", json_deep_copy(r->general));
    put(o, "used", used_json(r));
    put(o, "totals", totals);
    put(o, "interrupted", json_boolean(r->interrupted));
    return o;
}
