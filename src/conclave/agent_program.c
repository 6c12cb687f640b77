/* SPDX-License-Identifier: ISC */
#include "conclave/agent_program.h"

#include "conclave/lines.h"
#include "conclave/members.h"

#include "agent/words.h"
#include "base/alloc.h"
#include "control/control.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum {
    TIMEOUT_MAX_MS = 3600000,
    OUTPUT_MIN = 64,
    OUTPUT_MAX = 1024 * 1024,
    JOBS = 4,
    JOBS_MAX = 64,
};

static char **copy_words(const struct command_line *line)
{
    char **words = alloc_zero((size_t)line->operand_count + 1, sizeof(*words));
    for (int i = 0; i < line->operand_count; i++) {
        words[i] = alloc_string(line->operands[i]);
    }
    return words;
}

/* False after saying what is wrong. */
static bool read_confinement(const struct command_line *line, struct agent_program *out)
{
    struct confinement *c = &out->confinement;
    struct {
        const char *option;
        char **list;
    } paths[] = {{"hide", c->hide}, {"read", c->read}, {"write", c->write}};
    const char *mode = command_value(line, "confine");
    if (mode != NULL && !confine_mode_parse(mode, &c->mode)) {
        return command_misuse(line, "--confine is on, require or off"), false;
    }
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        const char *path = command_value(line, paths[i].option);
        if (path != NULL && !confinement_add(paths[i].list, (char *)path)) {
            return command_misuse(line, "--%s is a path", paths[i].option), false;
        }
    }
    out->limits.unix_sockets = command_flag(line, "unix-sockets");
    out->limits.no_network = command_flag(line, "no-network");
    return true;
}

/* What is to be kept from the program, as conclave-agent(1) would; false after saying why
 * it cannot. */
static bool confine(const struct command_line *line, const char *const *hidden,
                    struct agent_program *p)
{
    struct complaint lack, why = {""};
    if (confinement_check(&p->confinement, p->limits.no_network, &lack, &why) != 0) {
        (void)command_fail(line, "%s", why.text);
        return false;
    }
    if (lack.text[0] != '\0') {
        (void)command_fail(line, "not confined as a seat's evaluator should be: %s",
                           lack.text);
    }
    char *socket = control_find_socket(line->socket, NULL);
    p->limits.confine = confinement_paths(&p->confinement, socket, hidden);
    free(socket);
    return true;
}

bool agent_program_read(const struct command_line *line, unsigned repeat,
                        const char *const *hidden, struct agent_program *out,
                        enum command_exit *status)
{
    struct complaint why = {""};
    *out = (struct agent_program){NULL};
    run_limits_usual(&out->limits);
    uint64_t time_ms = out->limits.time_ms, output = out->limits.output_bytes;
    uint64_t memory = out->limits.memory_bytes, jobs = JOBS, times = repeat;
    *status = COMMAND_USAGE;
    if (!command_number(line, "timeout", 1, TIMEOUT_MAX_MS, &time_ms) ||
        !command_number(line, "max-output", OUTPUT_MIN, OUTPUT_MAX, &output) ||
        !command_number(line, "max-memory", 0, INT64_MAX, &memory) ||
        !command_number(line, "jobs", 1, JOBS_MAX, &jobs) ||
        !command_number(line, "repeat", 1, REPEAT_MAX, &times) ||
        !read_confinement(line, out)) {
        return false;
    }
    out->words = copy_words(line);
    if (words_resolve(out->words, &why) != 0) {
        *status = command_fail(line, "%s", why.text);
        agent_program_clear(out);
        return false;
    }
    words_anchor(out->words);
    if (!confine(line, hidden, out)) {
        *status = COMMAND_FAILED;
        agent_program_clear(out);
        return false;
    }
    out->limits.time_ms = time_ms;
    out->limits.output_bytes = (size_t)output;
    out->limits.memory_bytes = (size_t)memory;
    out->jobs = (unsigned)jobs;
    out->repeat = (unsigned)times;
    return true;
}

void agent_program_clear(struct agent_program *p)
{
    words_free(p->words);
    p->words = NULL;
    confinement_clear(&p->confinement);
}

static void put(json_t *object, const char *name, json_t *value)
{
    (void)json_object_set_new(object, name, value);
}

void agent_program_put(const struct agent_program *p, json_t *out)
{
    json_t *words = json_array(), *limits = json_object();
    for (char *const *w = p->words; *w != NULL; w++) {
        (void)json_array_append_new(words, control_text(slice_of_string(*w)));
    }
    put(limits, "time_ms", json_integer((json_int_t)p->limits.time_ms));
    put(limits, "output_bytes", json_integer((json_int_t)p->limits.output_bytes));
    put(limits, "memory_bytes", json_integer((json_int_t)p->limits.memory_bytes));
    put(limits, "jobs", json_integer(p->jobs));
    put(limits, "network", json_boolean(!p->limits.no_network));
    put(limits, "confined", json_boolean(run_is_confined(&p->limits)));
    put(out, "program", words);
    put(out, "limits", limits);
    put(out, "repeat", json_integer(p->repeat));
}

void agent_program_print(const struct agent_program *p, const json_t *seat)
{
    struct buffer words = {NULL, 0, 0};
    char time[32], output[32], memory[32] = "any";
    for (char *const *w = p->words; *w != NULL; w++) {
        buffer_append(&words, " ", w != p->words);
        buffer_append_slice(&words, slice_of_string(*w));
    }
    buffer_append(&words, "", 1);
    output_duration(time, p->limits.time_ms);
    output_bytes(output, p->limits.output_bytes);
    if (p->limits.memory_bytes > 0) {
        output_bytes(memory, p->limits.memory_bytes);
    }
    describe_foreign("program", COLOUR_PLAIN, (const char *)words.data);
    describe_line("limits", "%s, %s of output, %s of memory, %u at once%s%s", time, output,
                  memory, p->jobs, p->limits.no_network ? ", no network" : "",
                  run_is_confined(&p->limits) ? "" : ", not confined");
    describe_line("seat", "%s (%lld), %s, %s", member_text(seat, "name"),
                  (long long)member_number(seat, "number"),
                  member_text(seat, "jurisdiction"), member_text(seat, "speciality"));
    buffer_free(&words);
}

uint64_t agent_program_memory(void)
{
    struct rusage u;
    return getrusage(RUSAGE_CHILDREN, &u) == 0 ? (uint64_t)u.ru_maxrss * 1024 : 0;
}

const char *const agent_seat_members[5] = {"name", "jurisdiction", "speciality", "vendor",
                                           "model_family"};

json_t *agent_seat(json_int_t number, const char *const texts[5])
{
    json_t *seat = json_object();
    put(seat, "number", json_integer(number));
    for (size_t i = 0; i < 5; i++) {
        put(seat, agent_seat_members[i], control_text(slice_of_string(texts[i])));
    }
    return seat;
}
