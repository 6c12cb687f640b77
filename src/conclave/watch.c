/* SPDX-License-Identifier: ISC */
#include "conclave/commands.h"
#include "conclave/describe.h"
#include "conclave/node.h"
#include "conclave/watch_show.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TIMEOUT_MAX_S = 31 * 24 * 3600, IDS_MAX = 1000, OPEN_MAX = 200 };

struct watch {
    const struct command_line *line;
    struct control_client *c;
    struct watch_show show;
    bool all, until_final;
    struct watched **list; /* those that are followed still, in the order of their coming */
    size_t count, capacity;
    unsigned ended;
    bool rejected;
};

/* --- the list --- */

static bool is_over(const struct watch *w, const struct watched *p)
{
    return p->phase >= (w->until_final ? WATCH_FINAL : WATCH_DECIDED);
}

static void drop_ended(struct watch *w)
{
    size_t kept = 0;
    for (size_t i = 0; i < w->count; i++) {
        struct watched *p = w->list[i];
        if (!is_over(w, p)) {
            w->list[kept++] = p;
            continue;
        }
        w->ended++;
        w->rejected = w->rejected || strcmp(p->outcome, "approved") != 0;
        watched_free(p);
    }
    w->count = kept;
}

static bool has(const struct watch *w, const char *id)
{
    for (size_t i = 0; i < w->count; i++) {
        if (strcmp(w->list[i]->id, id) == 0) {
            return true;
        }
    }
    return false;
}

/* Begins with a proposal. False after saying why not. */
static bool begin(struct watch *w, const char *id)
{
    json_t *answer = node_call(w->line, w->c, "proposal",
                               json_pack("{s:s,s:[]}", "id", id, "rationales_of"));
    if (answer == NULL) {
        return false;
    }
    if (!has(w, member_text(answer, "id"))) {
        if (w->count == w->capacity) {
            w->capacity = w->capacity > 0 ? 2 * w->capacity : 16;
            w->list = alloc_resize(w->list, w->capacity, sizeof(struct watched *));
        }
        struct watched *p = watched_new(answer);
        w->list[w->count++] = p;
        watch_tell(&w->show, p, WATCH_BEGUN, NULL);
    }
    json_decref(answer);
    return true;
}

/* Those that are open now, the oldest first. */
static bool begin_open(struct watch *w)
{
    json_t *params = json_object();
    (void)json_object_set_new(params, "state", json_string("open"));
    (void)json_object_set_new(params, "limit", json_integer(OPEN_MAX));
    json_t *answer = node_call(w->line, w->c, "proposals", params);
    const json_t *rows = json_object_get(answer, "proposals");
    bool good = answer != NULL;
    for (size_t i = json_array_size(rows); good && i > 0; i--) {
        good = begin(w, member_text(json_array_get(rows, i - 1), "id"));
    }
    json_decref(answer);
    return good;
}

/* --- events --- */

/* A block has a proposal: what the node could not know of it before it knows now. */
static bool take_opened(struct watch *w, const char *id)
{
    for (size_t i = 0; i < w->count; i++) {
        struct watched *p = w->list[i];
        if (strcmp(p->id, id) != 0) {
            continue;
        }
        json_t *answer = p->phase == WATCH_WAITING
                             ? node_call(w->line, w->c, "proposal",
                                         json_pack("{s:s,s:[]}", "id", id, "rationales_of"))
                             : NULL;
        bool good = p->phase != WATCH_WAITING || answer != NULL;
        if (answer != NULL) {
            watched_refresh(p, answer);
            watch_tell(&w->show, p, WATCH_OPENED, NULL);
        }
        json_decref(answer);
        return good;
    }
    return !w->all || begin(w, id);
}

/* False when nothing more will come. */
static bool take_event(struct watch *w, const json_t *message)
{
    const json_t *params = json_object_get(message, "params");
    const char *event = member_text(params, "event");
    if (strcmp(event, "node.stopped") == 0) {
        return false;
    }
    if (strcmp(event, "proposal.opened") == 0) {
        return take_opened(w, member_text(params, "id"));
    }
    for (size_t i = 0; i < w->count; i++) {
        enum watch_change change = watched_event(w->list[i], params);
        if (change != WATCH_NOTHING) {
            watch_tell(&w->show, w->list[i], change, params);
        }
    }
    return true;
}

static enum command_exit follow(struct watch *w, uint64_t deadline)
{
    drop_ended(w);
    while (w->count > 0 || w->all) {
        uint64_t now = clock_monotonic_ms();
        uint64_t left = deadline > now ? deadline - now : 0;
        json_t *message = NULL;
        /* What came together is drawn once. */
        int error = control_next(w->c, &message, 0);
        if (error == CONCLAVE_EAGAIN) {
            watch_draw(&w->show, w->list, w->count);
            (void)output_flush();
            error = control_next(w->c, &message, left > INT32_MAX ? -1 : (int)left);
        }
        if (error == CONCLAVE_EAGAIN) {
            return command_fail(w->line, "%zu of the proposals %s not decided yet",
                                w->count, w->count == 1 ? "is" : "are");
        }
        bool goes_on = error == 0 && take_event(w, message);
        json_decref(message);
        if (!goes_on) {
            watch_lift(&w->show);
            return command_fail(w->line, "the node stopped; what it took it keeps");
        }
        drop_ended(w);
    }
    watch_lift(&w->show);
    return w->rejected ? COMMAND_REJECTED : COMMAND_DONE;
}

/* --- the command --- */

static bool begin_all(struct watch *w)
{
    /* Before looking, so that no event is missed. */
    json_t *snapshot =
        node_call(w->line, w->c, "subscribe",
                  json_pack("{s:[s,s,s,s]}", "events", "proposal.", "ballot.recorded",
                            "ballot.revealed", "node.stopped"));
    bool good = snapshot != NULL;
    json_decref(snapshot);
    for (int i = 0; good && i < w->line->operand_count; i++) {
        good = begin(w, w->line->operands[i]);
    }
    return good && (w->line->operand_count > 0 || begin_open(w));
}

static enum watch_style style_of(const struct command_line *line)
{
    const char *terminal = getenv("TERM");
    if (line->json) {
        return WATCH_JSON;
    }
    bool bars = isatty(STDOUT_FILENO) && terminal != NULL &&
                strcmp(terminal, "dumb") != 0 && !command_flag(line, "lines");
    return bars ? WATCH_BARS : WATCH_LINES;
}

static enum command_exit run(const struct command_line *line)
{
    uint64_t timeout_s = 0;
    struct watch w = {.line = line,
                      .show = {.style = style_of(line)},
                      .all = command_flag(line, "all"),
                      .until_final = command_flag(line, "final")};
    if (!command_number(line, "timeout", 1, TIMEOUT_MAX_S, &timeout_s)) {
        return COMMAND_USAGE;
    }
    if (w.all && line->operand_count > 0) {
        return command_misuse(line, "give --all or ids, not both");
    }
    uint64_t deadline =
        timeout_s > 0 ? clock_monotonic_ms() + 1000 * timeout_s : UINT64_MAX;
    if (!node_open(line, &w.c)) {
        return COMMAND_FAILED;
    }
    enum command_exit status = begin_all(&w) ? COMMAND_DONE : COMMAND_FAILED;
    if (status == COMMAND_DONE && w.count == 0 && !w.all && !line->json) {
        (void)printf("Nothing is open.\n");
    }
    if (status == COMMAND_DONE) {
        status = follow(&w, deadline);
    }
    for (size_t i = 0; i < w.count; i++) {
        watched_free(w.list[i]);
    }
    free(w.list);
    control_disconnect(w.c);
    return status;
}

static const struct command_option options[] = {
    {"all", ARGUMENT_NONE, NULL, "whatever opens, until it is interrupted"},
    {"final", ARGUMENT_NONE, NULL, "until the record is final, not only the outcome"},
    {"lines", ARGUMENT_NONE, NULL, "a line for each change, on a terminal too"},
    {"timeout", ARGUMENT_NUMBER, "SECONDS", "no longer than this"},
    {NULL, ARGUMENT_NONE, NULL, NULL},
};

const struct command command_watch = {
    .name = "watch",
    .summary = "Follow proposals until they are decided",
    .operands = "[ID]...",
    .operand = ARGUMENT_PROPOSAL,
    .operands_max = IDS_MAX,
    .socket = true,
    .options = options,
    .details = "Without ids, those that are open now. On a terminal it draws, for each,\n"
               "ballots sealed, ballots opened, and the tally: + approves, ~ abstains,\n"
               "- rejects, | is where the threshold lies. Else it prints a line for each\n"
               "change. The exit status is 0 when all are approved, 3 when one is not.\n",
    .run = run,
};
