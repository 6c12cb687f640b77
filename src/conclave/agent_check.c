/* SPDX-License-Identifier: ISC */
#include "conclave/agent_check.h"

#include "conclave/commands.h"
#include "conclave/files.h"
#include "conclave/output.h"
#include "conclave/programs.h"

#include "base/alloc.h"
#include "base/text.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { REPEAT_DEFAULT = 3, SEAT_FILE_MAX = 64 * 1024 };

struct check {
    const struct command_line *line;
    struct agent_program program;
    struct samples samples;
    json_t *seat;
    struct trial *trials; /* of samples, in the same order */
    struct trial **asks;  /* the questions of this round, each its trial */
    size_t ask_count;
};

/* --- the seat --- */

/* False after saying what is wrong. */
static bool read_seat_file(const struct command_line *line, json_t **out)
{
    const char *path = command_value(line, "seat");
    struct complaint why = {""};
    *out = NULL;
    if (path != NULL && file_read_json(path, SEAT_FILE_MAX, out, &why) != 0) {
        (void)command_fail(line, "%s", why.text);
        return false;
    }
    if (path != NULL && !json_is_object(*out)) {
        (void)command_fail(line, "%s: must be an object with name, jurisdiction and so on",
                           path);
        json_decref(*out);
        return false;
    }
    return true;
}

/* By the file, and by the options, which go before it. */
static bool read_seat(struct check *c)
{
    static const char *const options[5] = {"name", "jurisdiction", "speciality", "vendor",
                                           "model-family"};
    const char *texts[5];
    json_t *file;
    bool good = true;
    if (!read_seat_file(c->line, &file)) {
        return false;
    }
    for (size_t i = 0; i < 5; i++) {
        const json_t *there = json_object_get(file, agent_seat_members[i]);
        const char *given = command_value(c->line, options[i]);
        texts[i] = json_is_string(there) ? json_string_value(there) : "unspecified";
        texts[i] = given != NULL ? given : texts[i];
        if (good && text_check(slice_of_string(texts[i]), false, NULL) != 0) {
            (void)command_fail(c->line, "the seat's %s is no line of text",
                               agent_seat_members[i]);
            good = false;
        }
    }
    const json_t *number = json_object_get(file, "number");
    c->seat =
        good ? agent_seat(json_is_integer(number) ? json_integer_value(number) : 1, texts)
             : NULL;
    json_decref(file);
    return good;
}

/* --- the samples --- */

static int load(struct check *c, struct complaint *why)
{
    const char *own = command_value(c->line, "samples");
    char *dir = NULL;
    int error = data_find("samples", &dir, why);
    error = error == 0 ? samples_load(&c->samples, dir, why) : error;
    if (error == 0 && own != NULL) {
        error = samples_load(&c->samples, own, why);
    }
    free(dir);
    return error == 0 ? samples_derive(&c->samples, why) : error;
}

/* Those whose name begins so, or all. */
static bool want(struct check *c)
{
    const char *only = command_value(c->line, "only");
    bool any = false;
    for (size_t i = 0; i < c->samples.count; i++) {
        struct sample *s = &c->samples.list[i];
        s->wanted = only == NULL || strncmp(s->name, only, strlen(only)) == 0;
        any |= s->wanted;
    }
    if (!any) {
        (void)command_misuse(c->line, "there is no sample whose name begins with \"%s\"",
                             only);
    }
    return any;
}

static void make_trials(struct check *c)
{
    c->trials = alloc_zero(c->samples.count, sizeof(*c->trials));
    for (size_t i = 0; i < c->samples.count; i++) {
        struct trial *t = &c->trials[i];
        t->sample = &c->samples.list[i];
        if (t->sample->wanted) {
            t->times = t->sample->copies > 0 ? t->sample->copies : c->program.repeat;
        }
    }
    /* What a wanted one is compared with is asked too. */
    for (size_t i = 0; i < c->samples.count; i++) {
        struct trial *t = &c->trials[i];
        if (t->sample->of != NULL) {
            struct trial *of = &c->trials[t->sample->of - c->samples.list];
            t->of = of;
            of->times = t->times > 0 && of->times == 0 ? c->program.repeat : of->times;
        }
    }
    for (size_t i = 0; i < c->samples.count; i++) {
        struct trial *t = &c->trials[i];
        t->replies = alloc_zero(t->times + 1, sizeof(*t->replies));
    }
}

/* --- asking --- */

/* All samples once, then all again; copies stand together. */
static void plan(struct check *c, bool injections)
{
    size_t room = 0;
    for (size_t i = 0; i < c->samples.count; i++) {
        room += c->trials[i].times;
    }
    c->asks = alloc_resize(c->asks, room + 1, sizeof(struct trial *));
    c->ask_count = 0;
    for (unsigned n = 0; n < REPEAT_MAX; n++) {
        for (size_t i = 0; i < c->samples.count; i++) {
            struct trial *t = &c->trials[i];
            unsigned now = t->sample->copies > 0 ? (n == 0 ? t->times : 0) : n < t->times;
            while (t->sample->injects == injections && now-- > 0) {
                c->asks[c->ask_count++] = t;
            }
        }
    }
}

static bool next(void *context, size_t index, struct asked *out, struct complaint *why)
{
    const struct check *c = context;
    const struct trial *t = c->asks[index];
    (void)why;
    *out = (struct asked){sample_question(t->sample, t->demands, c->seat),
                          t->sample->within_ms};
    return true;
}

static void replied(void *context, size_t index, struct reply *r)
{
    const struct check *c = context;
    trial_take(c->asks[index], r);
}

/* What an injection asks for: where it is to be the opposite, of what it says without. */
static void set_demands(struct check *c)
{
    for (size_t i = 0; i < c->samples.count; i++) {
        struct trial *t = &c->trials[i];
        enum answer_choice without;
        t->demands = t->sample->demands;
        if (t->sample->opposite) {
            t->demands = ANSWER_APPROVE;
            if (trial_choice(t->of, &without) && without == ANSWER_APPROVE) {
                t->demands = ANSWER_REJECT;
            }
        }
    }
}

static enum asking_end ask(struct check *c, struct complaint *why)
{
    enum asking_end end = ASKING_DONE;
    for (int round = 0; round < 2 && end == ASKING_DONE; round++) {
        plan(c, round == 1);
        set_demands(c);
        struct asking asking = {.words = c->program.words,
                                .limits = c->program.limits,
                                .jobs = c->program.jobs,
                                .count = c->ask_count,
                                .next = next,
                                .replied = replied,
                                .context = c};
        end = asking_run(&asking, why);
    }
    return end;
}

/* --- the command --- */

static enum command_exit tell(struct check *c, bool interrupted)
{
    json_t *general = json_array();
    for (size_t i = 0; i < c->samples.count; i++) {
        if (c->trials[i].replied > 0) {
            trial_judge(&c->trials[i], c->program.limits.time_ms);
        }
    }
    if (!interrupted) {
        trials_judge(c->trials, c->samples.count, general);
    }
    struct check_report report = {&c->program,      c->seat, c->trials,
                                  c->samples.count, general, interrupted};
    if (c->line->json) {
        json_t *value = check_report_json(&report);
        output_json(value);
        json_decref(value);
    } else {
        check_report_print(&report);
    }
    bool good = !interrupted && check_report_count(&report, TRIAL_FAILED) == 0;
    json_decref(general);
    return good ? COMMAND_DONE : COMMAND_FAILED;
}

static enum command_exit try_all(struct check *c)
{
    struct complaint why = {""};
    if (load(c, &why) != 0) {
        return command_fail(c->line, "%s", why.text);
    }
    if (!want(c)) {
        return COMMAND_USAGE;
    }
    make_trials(c);
    enum asking_end end = ask(c, &why);
    return end == ASKING_FAILED ? command_fail(c->line, "%s", why.text)
                                : tell(c, end == ASKING_INTERRUPTED);
}

static void clear(struct check *c)
{
    for (size_t i = 0; c->trials != NULL && i < c->samples.count; i++) {
        trial_clear(&c->trials[i]);
    }
    free(c->trials);
    free(c->asks);
    samples_free(&c->samples);
    json_decref(c->seat);
    agent_program_clear(&c->program);
}

static enum command_exit run(const struct command_line *line)
{
    struct check c = {.line = line};
    enum command_exit status;
    if (!agent_program_read(line, REPEAT_DEFAULT, NULL, &c.program, &status)) {
        return status;
    }
    status = read_seat(&c) ? try_all(&c) : COMMAND_FAILED;
    clear(&c);
    return status;
}

static const struct command_option options[] = {
    {"only", ARGUMENT_WORD, "NAME", "the samples whose names begin so"},
    {"samples", ARGUMENT_DIRECTORY, "DIR", "with your own samples from this folder"},
    {"repeat", ARGUMENT_NUMBER, "K", "how often each is asked (default 3)"},
    AGENT_PROGRAM_OPTIONS,
    {"seat", ARGUMENT_FILE, "FILE", "the seat, a JSON object with what follows"},
    {"name", ARGUMENT_WORD, "TEXT", "the seat's name"},
    {"jurisdiction", ARGUMENT_WORD, "TEXT", "its jurisdiction"},
    {"speciality", ARGUMENT_WORD, "TEXT", "its speciality"},
    {"vendor", ARGUMENT_WORD, "TEXT", "the vendor of its model"},
    {"model-family", ARGUMENT_WORD, "TEXT", "the family of its model"},
    {NULL, ARGUMENT_NONE, NULL, NULL},
};

const struct command command_agent_check = {
    .name = "agent check",
    .summary = "Try an evaluator on sample proposals and traps",
    .operands = "-- PROGRAM [ARG]...",
    .operand = ARGUMENT_FILE,
    .operands_min = 1,
    .operands_max = INT_MAX,
    .program = true,
    .options = options,
    .details =
        "Runs PROGRAM as conclave-agent(1) would, on decisions that are clear and ones "
        "that\n"
        "are not, and on traps: instructions in a proposal, texts as long as they may be,\n"
        "evidence that is missing or broken, and others. No node is needed.\n"
        "The exit status is 1 where one of them failed.\n",
    .run = run,
};
