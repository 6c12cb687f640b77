/* SPDX-License-Identifier: ISC */
#include "conclave/agent_profile.h"

#include "conclave/commands.h"
#include "conclave/export_source.h"
#include "conclave/output.h"

#include "base/alloc.h"
#include "conclaved/json.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { LAST_DEFAULT = 20, LAST_MAX = 100000 };

struct asker {
    const struct command_line *line;
    struct agent_program program;
    struct node_files files; /* of a store */
    struct export_source source;
    struct profile profile;
    json_t *seat;
    json_t *question; /* of the decision that was read last */
    size_t read;      /* its index; SIZE_MAX: none yet */
};

/* --- which decisions --- */

static int class_index(const struct charter *c, const char *name)
{
    for (size_t i = 0; i < c->class_count; i++) {
        if (strcmp(c->classes[i].name, name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

/* The numbers of the newest decisions of the class, the oldest first. */
static int find_of_class(struct asker *a, uint32_t class, size_t last,
                         struct complaint *why)
{
    struct profile *p = &a->profile;
    static struct decision d; /* large */
    for (uint64_t i = 0; i < a->source.size; i++) {
        int error = export_decision(&a->source, i, DECISION_RECORD, &d, why);
        if (error != 0) {
            return error;
        }
        if (d.record.class_index == class) {
            if (p->count == last) {
                memmove(p->list, p->list + 1, (last - 1) * sizeof(*p->list));
                p->count--;
            }
            p->list = alloc_resize(p->list, p->count + 1, sizeof(*p->list));
            p->list[p->count++] = (struct past){.number = i};
        }
        decision_clear(&d);
    }
    return 0;
}

static int find(struct asker *a, size_t last, struct complaint *why)
{
    struct profile *p = &a->profile;
    const char *class = command_value(a->line, "class");
    if (class != NULL) {
        int index = class_index(a->source.charter, class);
        return index >= 0 ? find_of_class(a, (uint32_t)index, last, why)
                          : complain(why, CONCLAVE_ENOENT,
                                     "the charter has no class \"%s\"", class);
    }
    uint64_t first = a->source.size > last ? a->source.size - last : 0;
    p->count = (size_t)(a->source.size - first);
    p->list = alloc_zero(p->count + 1, sizeof(*p->list));
    for (size_t i = 0; i < p->count; i++) {
        p->list[i].number = first + i;
    }
    return 0;
}

/* --- as whom --- */

static uint16_t own_seat(struct asker *a)
{
    json_t *status = NULL;
    struct complaint why;
    if (a->source.ledger != NULL) {
        return ledger_identity(a->source.ledger)->seat;
    }
    (void)control_call(a->source.client, "status", NULL, &status, NODE_TIMEOUT_MS, &why);
    json_int_t seat = member_number(status, "seat");
    json_decref(status);
    return seat > 0 && seat <= SEATS_MAX ? (uint16_t)seat : 0;
}

/* False after saying what is wrong. */
static bool set_seat(struct asker *a)
{
    uint64_t given = 0;
    const struct charter *c = a->source.charter;
    if (!command_number(a->line, "seat", 1, c->seat_count, &given)) {
        return false;
    }
    uint16_t seat = given > 0 ? (uint16_t)given : own_seat(a);
    if (seat < 1 || seat > c->seat_count) {
        (void)command_fail(a->line,
                           "the node does not say of which seat it is; give --seat");
        return false;
    }
    const struct charter_seat *s = &c->seats[seat - 1];
    const char *const texts[5] = {s->name, s->jurisdiction, s->speciality, s->vendor,
                                  s->model_family};
    a->seat = agent_seat(seat, texts);
    a->profile.seat = seat;
    a->profile.seat_json = a->seat;
    return true;
}

/* --- asking --- */

static json_t *evidence_of(const struct decision *d)
{
    struct slice text =
        slice_of(json_string_value(d->evidence), json_string_length(d->evidence));
    json_t *evidence = json_evidence(text);
    return evidence != NULL ? evidence : json_incref(d->evidence);
}

/* As the node asked its agents, conclave-control(7), agent.ask. */
static json_t *question_of(const struct asker *a, const struct decision *d)
{
    const struct charter *c = a->source.charter;
    json_t *proposal = json_object(), *question = json_object();
    json_put(proposal, "id", json_hash(&d->record.proposal));
    json_put(proposal, "class", json_string(class_name(c, d->record.class_index)));
    json_put(proposal, "title", json_incref(d->title));
    json_put(proposal, "text", json_incref(d->text));
    json_put(proposal, "evidence", evidence_of(d));
    json_put(proposal, "payload", json_incref(d->payload));
    json_put(proposal, "proposer", json_number(d->proposer));
    json_put(question, "proposal", proposal);
    json_put(question, "seat", json_incref(a->seat));
    json_put(question, "checks", json_array());
    return question;
}

static int read_past(struct asker *a, size_t index, struct complaint *why)
{
    struct past *past = &a->profile.list[index];
    static struct decision d; /* large */
    int error = export_decision(&a->source, past->number, DECISION_CONTENT, &d, why);
    if (error != 0) {
        return error;
    }
    json_decref(a->question);
    a->question = question_of(a, &d);
    a->read = index;
    past->title = json_incref(d.title);
    past->record = alloc(sizeof(*past->record));
    *past->record = d.record;
    past->trial.times = a->program.repeat;
    past->trial.replies = alloc_zero(a->program.repeat, sizeof(struct reply));
    decision_clear(&d);
    return 0;
}

static bool next(void *context, size_t index, struct asked *out, struct complaint *why)
{
    struct asker *a = context;
    if (a->read != index / a->program.repeat &&
        read_past(a, index / a->program.repeat, why) != 0) {
        return false;
    }
    *out = (struct asked){json_copy(a->question), UINT64_MAX};
    return true;
}

static void replied(void *context, size_t index, struct reply *r)
{
    struct asker *a = context;
    trial_take(&a->profile.list[index / a->program.repeat].trial, r);
}

/* --- the command --- */

static enum command_exit tell(struct asker *a)
{
    struct profile *p = &a->profile;
    struct profile_totals totals;
    if (a->line->json) {
        json_t *value = profile_json(p);
        output_json(value);
        json_decref(value);
    } else {
        profile_print(p);
    }
    profile_sum(p, &totals);
    return !p->interrupted && totals.answered == p->count ? COMMAND_DONE : COMMAND_FAILED;
}

static enum command_exit ask_all(struct asker *a, size_t last)
{
    struct complaint why = {""};
    struct profile *p = &a->profile;
    p->program = &a->program;
    p->charter = a->source.charter;
    a->read = SIZE_MAX;
    if (find(a, last, &why) != 0) {
        return command_fail(a->line, "%s", why.text);
    }
    struct asking asking = {.words = a->program.words,
                            .limits = a->program.limits,
                            .jobs = a->program.jobs,
                            .count = p->count * a->program.repeat,
                            .next = next,
                            .replied = replied,
                            .context = a};
    enum asking_end end = asking_run(&asking, &why);
    p->interrupted = end == ASKING_INTERRUPTED;
    return end == ASKING_FAILED ? command_fail(a->line, "%s", why.text) : tell(a);
}

static void clear(struct asker *a)
{
    for (size_t i = 0; i < a->profile.count; i++) {
        struct past *d = &a->profile.list[i];
        trial_clear(&d->trial);
        json_decref(d->title);
        free(d->record);
    }
    free(a->profile.list);
    json_decref(a->question);
    json_decref(a->seat);
    export_close(&a->source);
    node_files_clear(&a->files);
    agent_program_clear(&a->program);
}

/* The program, which is not to read the node's files behind the questions. */
static bool read_program(struct asker *a, enum command_exit *status)
{
    const struct node_files *f = &a->files;
    if (export_is_of_store(a->line) && !node_files_find(a->line, &a->files, status)) {
        return false;
    }
    const char *hidden[4] = {NULL}, *all[] = {f->config, f->key, f->data};
    size_t count = 0;
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (all[i] != NULL) {
            hidden[count++] = all[i];
        }
    }
    return agent_program_read(a->line, 1, hidden, &a->program, status);
}

static bool open_source(struct asker *a)
{
    return export_is_of_store(a->line) ? export_open_store(a->line, &a->files, &a->source)
                                       : export_open_node(a->line, &a->source);
}

static enum command_exit run(const struct command_line *line)
{
    struct asker a = {.line = line};
    uint64_t last = LAST_DEFAULT;
    enum command_exit status;
    if (!command_number(line, "last", 1, LAST_MAX, &last)) {
        return COMMAND_USAGE;
    }
    if (read_program(&a, &status)) {
        status = !open_source(&a) ? COMMAND_FAILED
                 : set_seat(&a)   ? ask_all(&a, (size_t)last)
                                  : COMMAND_USAGE;
    }
    clear(&a);
    return status;
}

static const struct command_option options[] = {
    NODE_FILES_OPTIONS,
    {"last", ARGUMENT_NUMBER, "N", "the newest N decisions (default 20)"},
    {"class", ARGUMENT_WORD, "CLASS", "of this class"},
    {"seat", ARGUMENT_NUMBER, "N", "as this seat; by default the node's own"},
    {"repeat", ARGUMENT_NUMBER, "K", "how often each is asked about (default 1)"},
    AGENT_PROGRAM_OPTIONS,
    {NULL, ARGUMENT_NONE, NULL, NULL},
};

const struct command command_agent_profile = {
    .name = "agent profile",
    .summary = "Show how an evaluator would have voted on past decisions",
    .operands = "-- PROGRAM [ARG]...",
    .operand = ARGUMENT_FILE,
    .operands_min = 1,
    .operands_max = INT_MAX,
    .program = true,
    .socket = true,
    .options = options,
    .details =
        "Asks PROGRAM, run as conclave-agent(1) would, about decisions that are final, "
        "and\n"
        "shows its votes beside those of the seat and of the council, and how much it is\n"
        "like each seat. Nothing is sent to the node, but questions about its ledger.\n"
        "Of the node that runs here; of a store or a backup with --config, or with\n"
        "--data and --charter.\n",
    .run = run,
};
