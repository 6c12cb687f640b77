/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "evaluators/eval_llm_budget.h"

#include "base/clock.h"
#include "base/private_file.h"
#include "control/control.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    MILLION = 1000000,
    FILE_BYTES_MAX = 256,
    DAY_MS = 86400000,
    LOCK_LOOK_MS = 5,
    BYTES_A_TOKEN_MOST = 16,
};

uint64_t llm_cost_micros(const struct llm_limits *l, struct llm_usage usage)
{
    uint64_t cost = usage.input * l->input_price + usage.output * l->output_price;
    return cost / MILLION + (cost % MILLION != 0);
}

struct llm_usage llm_usage_judged(const struct llm_completion *c, size_t sent,
                                  struct llm_usage most)
{
    return c->has_usage && c->usage.input >= sent / BYTES_A_TOKEN_MOST ? c->usage : most;
}

/* --- sums --- */

static void day_of(uint64_t time_ms, char out[LLM_DAY_BYTES])
{
    time_t seconds = (time_t)(time_ms / 1000);
    struct tm utc;
    memset(out, 0, LLM_DAY_BYTES);
    if (gmtime_r(&seconds, &utc) != NULL) {
        (void)strftime(out, LLM_DAY_BYTES, "%Y-%m-%d", &utc);
    }
}

/* Who waited for the lock over midnight comes with the time of the day before: what was
 * charged since midnight must not be forgotten for that. */
static void new_day(struct llm_spent *s, uint64_t now_ms)
{
    char today[LLM_DAY_BYTES], tomorrow[LLM_DAY_BYTES];
    day_of(now_ms, today);
    day_of(now_ms + DAY_MS, tomorrow);
    if (strcmp(s->day, today) != 0 && strcmp(s->day, tomorrow) != 0) {
        *s = (struct llm_spent){.day = ""};
        memcpy(s->day, today, sizeof(today));
    }
}

static int charge(struct llm_spent *s, const struct llm_limits *l, struct llm_usage most,
                  bool of_day, struct complaint *why)
{
    uint64_t tokens = most.input + most.output, cost = llm_cost_micros(l, most);
    const char *whose = of_day ? "the day" : "one evaluation";
    if (s->tokens > l->tokens || tokens > l->tokens - s->tokens) {
        return complain(why, CONCLAVE_EFULL,
                        "the tokens allowed for %s do not suffice for another request",
                        whose);
    }
    if (s->cost_micros > l->cost_micros || cost > l->cost_micros - s->cost_micros) {
        return complain(why, CONCLAVE_EFULL,
                        "the cost allowed for %s does not suffice for another request",
                        whose);
    }
    s->tokens += tokens;
    s->cost_micros += cost;
    s->requests++;
    return 0;
}

static uint64_t less(uint64_t from, uint64_t what)
{
    return from > what ? from - what : 0;
}

/* What was charged on a day that is over was charged there. */
static void settle(struct llm_spent *s, const struct llm_limits *l, struct llm_usage most,
                   struct llm_usage used)
{
    s->tokens = less(s->tokens, most.input + most.output) + used.input + used.output;
    s->cost_micros =
        less(s->cost_micros, llm_cost_micros(l, most)) + llm_cost_micros(l, used);
}

/* --- the file --- */

static bool take(const json_t *all, const char *name, uint64_t *out)
{
    const json_t *v = json_object_get(all, name);
    *out = (uint64_t)json_integer_value(v);
    return json_is_integer(v) && json_integer_value(v) >= 0;
}

/* Empty is a new one. */
static int parse(const struct llm_budget *b, struct slice text, struct llm_spent *out,
                 struct complaint *why)
{
    *out = (struct llm_spent){.day = ""};
    if (text.size == 0) {
        return 0;
    }
    json_t *all = control_parse(text, NULL);
    const json_t *day = json_object_get(all, "day");
    bool good = json_string_length(day) == LLM_DAY_BYTES - 1 &&
                take(all, "requests", &out->requests) &&
                take(all, "tokens", &out->tokens) &&
                take(all, "cost_micros", &out->cost_micros);
    if (good) {
        memcpy(out->day, json_string_value(day), LLM_DAY_BYTES);
    }
    json_decref(all);
    return good ? 0
                : complain(why, CONCLAVE_EFORMAT,
                           "%s: is no budget's file; remove it to count from nothing",
                           b->path);
}

/* Whoever can read the file can hold its lock, so it is not waited for without end. */
static int lock(struct llm_budget *b, struct complaint *why)
{
    const struct timespec pause = {0, LOCK_LOOK_MS * 1000000L};
    int failed;
    while ((failed = flock(b->fd, LOCK_EX | LOCK_NB)) != 0 &&
           (errno == EWOULDBLOCK || errno == EINTR)) {
        if (clock_monotonic_ms() >= b->until_ms) {
            return complain(why, CONCLAVE_EFULL,
                            "the budget's file was held by another for too long");
        }
        (void)nanosleep(&pause, NULL);
    }
    return failed == 0 ? 0
                       : complain(why, CONCLAVE_EIO, "%s: %s", b->path, strerror(errno));
}

static int lock_and_read(struct llm_budget *b, struct llm_spent *out, struct complaint *why)
{
    char text[FILE_BYTES_MAX];
    int error = lock(b, why);
    if (error != 0) {
        return error;
    }
    ssize_t size =
        lseek(b->fd, 0, SEEK_SET) != 0 ? -1 : private_file_read(b->fd, text, sizeof(text));
    if (size < 0) {
        return complain(why, CONCLAVE_EIO, "%s: %s", b->path, strerror(errno));
    }
    return parse(b, slice_of(text, (size_t)size), out, why);
}

/* One write of one line: whoever is killed leaves the old one or the new one. The line is
 * padded to one length, so that none of an older one is left behind it. */
static int write_and_unlock(struct llm_budget *b, const struct llm_spent *s,
                            struct complaint *why)
{
    char text[FILE_BYTES_MAX];
    int size = snprintf(text, sizeof(text),
                        "{\"day\":\"%s\",\"requests\":%" PRIu64 ",\"tokens\":%" PRIu64
                        ",\"cost_micros\":%" PRIu64 "}",
                        s->day, s->requests, s->tokens, s->cost_micros);
    memset(text + size, ' ', sizeof(text) - (size_t)size);
    text[sizeof(text) - 1] = '\n';
    ssize_t written = pwrite(b->fd, text, sizeof(text), 0);
    int saved = errno;
    (void)flock(b->fd, LOCK_UN);
    return written == (ssize_t)sizeof(text)
               ? 0
               : complain(why, CONCLAVE_EIO, "%s: cannot be written: %s", b->path,
                          written < 0 ? strerror(saved) : "no space");
}

int llm_budget_open(struct llm_budget *b, const char *path, const struct llm_limits *l,
                    struct complaint *why)
{
    struct stat st;
    *b = (struct llm_budget){.limits = *l, .path = path, .fd = -1};
    if (path == NULL) {
        return 0;
    }
    b->fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
    if (b->fd < 0 || fstat(b->fd, &st) != 0) {
        return complain(why, CONCLAVE_EIO, "%s: cannot open the budget's file: %s", path,
                        strerror(errno));
    }
    if (!S_ISREG(st.st_mode) || (st.st_mode & 022) != 0) {
        return complain(why, CONCLAVE_EPERM,
                        "%s: a budget is a regular file that only its owner may write; "
                        "run: chmod 600 '%s'",
                        path, path);
    }
    return 0;
}

void llm_budget_close(struct llm_budget *b)
{
    if (b->fd >= 0) {
        (void)close(b->fd);
    }
    b->fd = -1;
}

int llm_budget_reserve(struct llm_budget *b, struct llm_usage most, uint64_t now_ms,
                       struct complaint *why)
{
    if (b->path == NULL) {
        return charge(&b->own, &b->limits, most, false, why);
    }
    struct llm_spent s;
    int error = lock_and_read(b, &s, why);
    if (error == 0) {
        new_day(&s, now_ms);
        error = charge(&s, &b->limits, most, true, why);
    }
    if (error != 0) {
        (void)flock(b->fd, LOCK_UN);
        return error;
    }
    memcpy(b->own.day, s.day, sizeof(s.day));
    return write_and_unlock(b, &s, why);
}

int llm_budget_settle(struct llm_budget *b, struct llm_usage most, struct llm_usage used,
                      uint64_t now_ms, struct complaint *why)
{
    if (b->path == NULL) {
        settle(&b->own, &b->limits, most, used);
        return 0;
    }
    struct llm_spent s;
    int error = lock_and_read(b, &s, why);
    if (error != 0) {
        (void)flock(b->fd, LOCK_UN);
        return error;
    }
    new_day(&s, now_ms);
    bool same = strcmp(s.day, b->own.day) == 0;
    settle(&s, &b->limits, same ? most : (struct llm_usage){0, 0}, used);
    return write_and_unlock(b, &s, why);
}
