/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "conclave/demo_models.h"

#include "conclave/files.h"
#include "conclave/programs.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PORT_MAX = 65535, STANDIN_MS = 10000 };

#define STANDIN       "conclave-model-standin"
#define STANDIN_MODEL "stand-in"

/* The shell's own quotes are those of conclave-agent(1); a word must not end them. */
static bool is_quotable(const char *text)
{
    return text == NULL || (text[0] != '\0' && strchr(text, '\'') == NULL);
}

static bool parse_endpoint(const struct command_line *line, struct demo_models *out)
{
    out->endpoint = command_value(line, "endpoint");
    out->model = command_value(line, "model");
    const char *key = command_value(line, "key-file");
    if (out->endpoint == NULL && (out->model != NULL || key != NULL)) {
        return command_misuse(line, "--model and --key-file go with --endpoint"), false;
    }
    if (out->endpoint != NULL && out->model == NULL) {
        return command_misuse(line, "--endpoint goes with --model"), false;
    }
    if (!is_quotable(out->endpoint) || !is_quotable(out->model) || !is_quotable(key)) {
        return command_misuse(line, "no value here is empty or has an apostrophe"), false;
    }
    if (key != NULL && (out->key = realpath(key, NULL)) == NULL) {
        return command_misuse(line, "--key-file: there is no file %s", key), false;
    }
    if (!is_quotable(out->key)) {
        return command_misuse(line, "--key-file: %s has an apostrophe", out->key), false;
    }
    out->model = out->model != NULL ? out->model : STANDIN_MODEL;
    return true;
}

bool demo_models_parse(const struct command_line *line, unsigned seats,
                       struct demo_models *out)
{
    const char *kind = command_value(line, "agents");
    bool llm = kind != NULL && strcmp(kind, "llm") == 0;
    uint64_t count = (2 * seats + 2) / 3;
    *out = (struct demo_models){.seats = 0};
    if (kind != NULL && !llm && strcmp(kind, "rules") != 0) {
        return command_misuse(line, "--agents is rules or llm, not %s", kind), false;
    }
    static const char *const only[] = {"endpoint", "model", "key-file", "model-seats"};
    for (size_t i = 0; i < sizeof(only) / sizeof(only[0]) && !llm; i++) {
        if (command_value(line, only[i]) != NULL) {
            return command_misuse(line, "--%s goes with --agents llm", only[i]), false;
        }
    }
    if (!command_number(line, "model-seats", 1, seats, &count)) {
        return false;
    }
    out->seats = llm ? (unsigned)count : 0;
    return !llm || parse_endpoint(line, out);
}

/* --- who is who --- */

/* Evenly spread. */
static bool is_models(const struct demo_models *m, size_t index, size_t seats)
{
    return (index + 1) * m->seats / seats != index * m->seats / seats;
}

/* What the charter says of it is true: all of them are one model. */
static int seat_one(const struct demo_models *m, const struct demo_data *d, json_t *seat,
                    struct complaint *why)
{
    const char *rules = json_string_value(json_object_get(seat, "rules"));
    const char *name = strrchr(rules, '/') + 1;
    char *profile =
        alloc_printf("%s/profiles/%.*s.txt", d->dir, (int)strcspn(name, "."), name);
    int error =
        file_exists(profile)
            ? 0
            : complain(why, CONCLAVE_ENOENT, "seats.json: there is no profile %s", profile);
    json_object_set_new(seat, "profile", json_string(profile));
    json_object_set_new(seat, "vendor",
                        json_string(m->endpoint != NULL ? "one endpoint" : STANDIN_MODEL));
    json_object_set_new(seat, "model_family", json_string(m->model));
    free(profile);
    return error;
}

int demo_models_seat(struct demo_models *m, struct demo_data *d, struct complaint *why)
{
    int error = m->seats > 0 ? program_find("conclave-eval-llm", &m->program, why) : 0;
    if (error == 0 && !(is_quotable(m->program) && is_quotable(d->dir))) {
        error = complain(why, CONCLAVE_EINVAL,
                         "a path has an apostrophe, which no command of an agent can have: "
                         "%s, %s",
                         m->program, d->dir);
    }
    size_t index;
    json_t *seat;
    json_array_foreach(d->seats, index, seat)
    {
        if (error == 0 && is_models(m, index, json_array_size(d->seats))) {
            error = seat_one(m, d, seat, why);
        }
    }
    return error;
}

char *demo_models_command(const struct demo_models *m, const json_t *seat)
{
    const char *profile = json_string_value(json_object_get(seat, "profile"));
    if (profile == NULL) {
        return NULL;
    }
    return alloc_printf("'%s' --endpoint '%s' --model '%s' --profile '%s' --timeout 3600000"
                        "%s%s%s",
                        m->program, m->endpoint != NULL ? m->endpoint : m->url, m->model,
                        profile, m->key != NULL ? " --key-file '" : "",
                        m->key != NULL ? m->key : "", m->key != NULL ? "'" : "");
}

/* --- the stand-in --- */

/* The port is a line of its own. 0: not yet. */
static unsigned read_port(const char *log)
{
    unsigned found = 0;
    char line[256];
    FILE *file = fopen(log, "re");
    while (file != NULL && found == 0 && fgets(line, sizeof(line), file) != NULL) {
        char *end = line;
        unsigned long port = strtoul(line, &end, 10);
        found = end > line && *end == '\n' && port <= PORT_MAX ? (unsigned)port : 0;
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return found;
}

int demo_models_start(struct demo_models *m, const struct demo_data *d, const char *dir,
                      struct children *children, struct complaint *why)
{
    if (m->seats == 0 || m->endpoint != NULL) {
        return 0;
    }
    char *program = file_join(d->dir, STANDIN);
    char *log = file_join(dir, STANDIN ".log");
    const char *const argv[] = {program, NULL};
    int error = child_start(children, STANDIN, log, argv, why);
    m->until_ms = clock_monotonic_ms() + STANDIN_MS;
    m->log = log;
    free(program);
    return error;
}

int demo_models_wait(struct demo_models *m, bool *ready, struct complaint *why)
{
    unsigned port = m->log != NULL && m->url == NULL ? read_port(m->log) : 0;
    if (port != 0) {
        m->url = alloc_printf("http://127.0.0.1:%u/v1", port);
    }
    *ready = m->log == NULL || m->url != NULL;
    if (!*ready && clock_monotonic_ms() > m->until_ms) {
        return complain(why, CONCLAVE_EIO,
                        STANDIN " does not start (it needs python3): see %s, or name a "
                                "model's --endpoint",
                        m->log);
    }
    return 0;
}

void demo_models_free(struct demo_models *m)
{
    free(m->key);
    free(m->log);
    free(m->program);
    free(m->url);
    *m = (struct demo_models){.seats = 0};
}
