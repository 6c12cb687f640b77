/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "agent/replay.h"

#include "agent/journal.h"
#include "agent/verdict.h"
#include "base/alloc.h"
#include "base/text.h"
#include "control/control.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SHOWN_ID = 16, TIME_BYTES = 32 };

struct replay {
    struct ev_loop *loop;
    char *const *words;
    const struct run_limits *limits;
    bool as_json;
    json_t *entries; /* of --json */
    long count, differ;
    /* The answer of now. */
    struct answer answer;
    struct complaint why; /* empty where there is one */
    uint64_t took_ms;
};

static void on_done(void *context, const struct run_result *r)
{
    struct replay *p = context;
    explain_end(r, p->limits, &p->why);
    if (p->why.text[0] == '\0') {
        (void)answer_parse(r->output, &p->answer, &p->why);
    }
    p->took_ms = r->took_ms;
    ev_break(p->loop, EVBREAK_ALL);
}

static void ask(struct replay *p, const struct record *record)
{
    struct buffer input = {NULL, 0, 0};
    struct run *run;
    control_format(&input, record->question);
    p->why.text[0] = '\0';
    if (run_start(p->loop, p->words, buffer_slice(&input), p->limits, on_done, p, &run,
                  &p->why) == 0) {
        ev_run(p->loop, 0);
    }
    buffer_free(&input);
}

static json_t *side(bool answered, const struct answer *a, const char *reason)
{
    return answered ? json_pack("{s:s, s:i, s:s}", "choice", answer_choice_name(a->choice),
                                "confidence", (int)a->confidence, "rationale", a->rationale)
                    : json_pack("{s:o}", "reason", control_text(slice_of_string(reason)));
}

/* "approve 90", or why there is none, on one line and as short as it fits. */
static void describe(char out[48], bool answered, const struct answer *a,
                     const char *reason)
{
    struct buffer safe = {NULL, 0, 0};
    text_escape(&safe, slice_of_string(reason), "");
    buffer_append(&safe, "", 1);
    if (answered) {
        (void)snprintf(out, 48, "%s %u", answer_choice_name(a->choice), a->confidence);
    } else {
        (void)snprintf(out, 48, "none: %.28s", (const char *)safe.data);
        out[text_whole(slice_of_string(out))] = '\0';
    }
    buffer_free(&safe);
}

static void show_row(const struct replay *p, const struct record *record, bool same)
{
    char then[48], now[48], when[TIME_BYTES];
    struct tm parts;
    time_t seconds = (time_t)(record->time_ms / 1000);
    if (gmtime_r(&seconds, &parts) == NULL ||
        strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &parts) == 0) {
        (void)snprintf(when, sizeof(when), "-");
    }
    describe(then, record->answered, &record->answer, record->reason);
    describe(now, p->why.text[0] == '\0', &p->answer, p->why.text);
    if (p->count == 1) {
        printf("%-19s  %-16s  %-34s  %-34s\n", "asked", "proposal", "then", "now");
    }
    printf("%-19s  %-16.*s  %-34s  %-34s%s\n", when, SHOWN_ID, record->proposal, then, now,
           same ? "" : "  differs");
    (void)fflush(stdout);
}

static void compare(struct replay *p, const struct record *record)
{
    bool answered = p->why.text[0] == '\0';
    bool same = answered == record->answered &&
                (!answered || p->answer.choice == record->answer.choice);
    p->count++;
    p->differ += !same;
    if (p->as_json) {
        (void)json_array_append_new(
            p->entries,
            json_pack("{s:s, s:I, s:o, s:o, s:I, s:b}", "proposal", record->proposal,
                      "time_ms", (json_int_t)record->time_ms, "then",
                      side(record->answered, &record->answer, record->reason), "now",
                      side(answered, &p->answer, p->why.text), "ms", (json_int_t)p->took_ms,
                      "same", same));
    } else {
        show_row(p, record, same);
    }
}

static int replay_line(struct replay *p, const char *proposal, struct slice line,
                       struct complaint *why)
{
    struct record record;
    int error = journal_decode(line, &record, why);
    if (error != 0) {
        return error;
    }
    if (proposal == NULL || strcmp(proposal, record.proposal) == 0) {
        ask(p, &record);
        compare(p, &record);
        answer_clear(&p->answer);
    }
    record_clear(&record);
    return 0;
}

static int replay_file(struct replay *p, const char *path, const char *proposal,
                       struct complaint *why)
{
    struct complaint inner = {""};
    FILE *f = fopen(path, "re");
    char *line = NULL;
    size_t room = 0;
    ssize_t size;
    int error = 0;
    if (f == NULL) {
        return complain(why, CONCLAVE_EIO, "the journal %s cannot be read: %s", path,
                        strerror(errno));
    }
    for (long number = 1; error == 0 && (size = getline(&line, &room, f)) > 0; number++) {
        size_t length = (size_t)size - (line[size - 1] == '\n');
        error = replay_line(p, proposal, slice_of(line, length), &inner);
        if (error != 0) {
            (void)complain(why, error, "%s:%ld: %s", path, number, inner.text);
        }
    }
    free(line);
    (void)fclose(f);
    if (error == 0 && p->count == 0) {
        error =
            complain(why, CONCLAVE_ENOENT, "%s holds nothing to ask again%s%s", path,
                     proposal != NULL ? " about " : "", proposal != NULL ? proposal : "");
    }
    return error;
}

static void show_end(struct replay *p)
{
    if (!p->as_json) {
        printf("%ld asked again, %ld differ\n", p->count, p->differ);
        return;
    }
    struct buffer text = {NULL, 0, 0};
    json_t *all = json_pack("{s:O, s:I, s:I}", "entries", p->entries, "asked",
                            (json_int_t)p->count, "differ", (json_int_t)p->differ);
    control_format(&text, all);
    (void)fwrite(text.data, 1, text.size, stdout);
    buffer_free(&text);
    json_decref(all);
}

long replay(const char *path, const char *proposal, char *const *words,
            const struct run_limits *limits, bool as_json, struct complaint *why)
{
    struct replay p = {.loop = ev_default_loop(0),
                       .words = words,
                       .limits = limits,
                       .as_json = as_json,
                       .entries = json_array()};
    if (p.loop == NULL) {
        json_decref(p.entries);
        return complain(why, -1, "there is no event loop");
    }
    int error = replay_file(&p, path, proposal, why);
    if (error == 0) {
        show_end(&p);
    }
    json_decref(p.entries);
    return error == 0 ? p.differ : -1;
}
