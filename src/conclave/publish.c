/* SPDX-License-Identifier: ISC */
/* `publish`: keeps a directory of static files that is the public log. */
#include "conclave/commands.h"
#include "conclave/describe.h"
#include "conclave/export_source.h"
#include "conclave/files.h"

#include "base/alloc.h"
#include "publish/publish.h"
#include "tlog/note.h"
#include "wire/shared.h"

#include <stdlib.h>
#include <string.h>

struct publisher {
    const struct command_line *line;
    struct charter *charter;
    struct site site;
    struct bytes *cosigned; /* or NULL */
    struct export_source source;
};

/* --- from the node --- */

static int entry(void *context, uint64_t index, struct bytes **out, struct complaint *why)
{
    struct publisher *p = context;
    struct decision *d = alloc_zero(1, sizeof(*d));
    int error = export_decision(&p->source, index, DECISION_RECORD, d, why);
    if (error == 0) {
        *out = bytes_copy(bytes_slice(d->encoding));
        decision_clear(d);
    }
    free(d);
    return error;
}

static int bundle(void *context, const struct hash *id, struct bytes **out,
                  struct complaint *why)
{
    struct publisher *p = context;
    struct exported e;
    char hex[2 * HASH_BYTES + 1];
    hex_encode(hex, slice_of(id->bytes, HASH_BYTES));
    int error = export_bundle(&p->source, hex, true, &e, why);
    if (error == 0) {
        *out = bytes_copy(buffer_slice(&e.bundle));
        buffer_free(&e.bundle);
    }
    return error;
}

/* --- once --- */

static json_t *report_json(const struct publish_report *r)
{
    return json_pack("{s:I,s:I,s:i,s:I}", "size", (json_int_t)r->size, "old_size",
                     (json_int_t)r->old_size, "signatures", (int)r->signatures, "files",
                     (json_int_t)r->written);
}

static void print_report(const struct publisher *p, const struct publish_report *r)
{
    if (p->line->json) {
        json_t *out = report_json(r);
        output_json(out);
        json_decref(out);
    } else if (r->written > 0) {
        (void)printf("%llu decisions, %llu of them new, signed by %u of %u seats; %llu %s "
                     "written\n",
                     (unsigned long long)r->size,
                     (unsigned long long)(r->size - r->old_size), (unsigned)r->signatures,
                     (unsigned)p->charter->seat_count, (unsigned long long)r->written,
                     r->written == 1 ? "file" : "files");
    } else {
        (void)printf("nothing is new since the %llu decisions there\n",
                     (unsigned long long)r->size);
    }
    (void)output_flush();
}

static int publish_note(struct publisher *p, const json_t *note, struct complaint *why)
{
    struct publish_source source = {entry, bundle, p};
    struct publish_report report;
    int error = publish_log(
        p->charter, &p->site, slice_of(json_string_value(note), json_string_length(note)),
        p->cosigned != NULL ? bytes_slice(p->cosigned) : SLICE_NONE, &source, &report, why);
    if (error == 0) {
        print_report(p, &report);
    }
    return error;
}

/* 0 also where there is nothing to publish yet. */
static int publish_once(struct publisher *p, struct complaint *why)
{
    json_t *checkpoint = NULL;
    int error = control_call(p->source.client, "checkpoint", NULL, &checkpoint,
                             NODE_TIMEOUT_MS, why);
    const json_t *note = json_object_get(checkpoint, "note");
    if (error == 0 && json_is_string(note)) {
        error = publish_note(p, note, why);
    } else if (error == 0 && p->line->json) {
        print_report(p, &(struct publish_report){.size = 0});
    } else if (error == 0) {
        (void)printf("nothing to publish yet: no checkpoint has been signed by a quorum\n");
        (void)output_flush();
    }
    json_decref(checkpoint);
    return error;
}

/* --- and again --- */

/* Until the node tells of a newer one, or is gone. */
static int wait_for_checkpoint(struct publisher *p)
{
    int error = 0;
    bool told = false;
    while (error == 0 && !told) {
        json_t *message = NULL;
        error = control_next(p->source.client, &message, -1);
        const char *event =
            json_string_value(json_object_get(json_object_get(message, "params"), "event"));
        told = event != NULL && strcmp(event, "checkpoint") == 0;
        json_decref(message);
    }
    return error;
}

static int follow(struct publisher *p, struct complaint *why)
{
    json_t *snapshot = NULL;
    int error = control_call(p->source.client, "subscribe",
                             json_pack("{s:[s]}", "events", "checkpoint"), &snapshot,
                             NODE_TIMEOUT_MS, why);
    json_decref(snapshot);
    while (error == 0) {
        error = publish_once(p, why);
        if (error == 0) {
            error = wait_for_checkpoint(p);
            error = error == 0 ? 0 : complain(why, error, "the node has gone");
        }
    }
    return error;
}

static int prepare(struct publisher *p, struct complaint *why)
{
    const char *cosigned = command_value(p->line, "cosigned");
    int error = charter_load(command_value(p->line, "charter"), &p->charter, why);
    if (error == 0 && cosigned != NULL) {
        error = file_read(cosigned, NOTE_MAX, &p->cosigned, why);
    }
    return error;
}

/* Before anything is made. */
static int match_councils(struct publisher *p, struct complaint *why)
{
    const struct charter *node = p->source.charter;
    if (hash_equal(&p->charter->council_id, &node->council_id)) {
        return 0;
    }
    return complain(why, CONCLAVE_EFORMAT,
                    "the node's council is \"%s\", but %s is the charter of \"%s\": give "
                    "--charter the file of the node's council",
                    node->name, command_value(p->line, "charter"), p->charter->name);
}

static enum command_exit run(const struct command_line *line)
{
    struct publisher p = {.line = line, .site = {.fd = -1}};
    struct complaint why = {""};
    enum command_exit status = COMMAND_FAILED;
    if (command_value(line, "charter") == NULL) {
        return command_misuse(line, "it needs --charter, by which everything is judged");
    }
    int error = prepare(&p, &why);
    if (error == 0 && export_open_node(line, &p.source)) {
        error = match_councils(&p, &why);
        error = error == 0 ? site_open(line->operands[0], &p.site, &why) : error;
        if (error == 0) {
            error =
                command_flag(line, "follow") ? follow(&p, &why) : publish_once(&p, &why);
        }
        status = error == 0 ? COMMAND_DONE : COMMAND_FAILED;
    }
    if (error != 0) {
        status = command_fail(line, "%s", why.text);
    }
    export_close(&p.source);
    site_close(&p.site);
    bytes_unref(p.cosigned);
    charter_free(p.charter);
    return status;
}

static const struct command_option options[] = {
    {"charter", ARGUMENT_FILE, "CHARTER", "the council's charter"},
    {"follow", ARGUMENT_NONE, NULL, "stay, and publish each checkpoint when it is signed"},
    {"cosigned", ARGUMENT_FILE, "NOTE",
     "the published checkpoint with the lines of witnesses, to be kept"},
    {NULL, ARGUMENT_NONE, NULL, NULL},
};

const struct command command_publish = {
    .name = "publish",
    .summary = "Keep a directory of static files that anyone can check: the public log",
    .operands = "DIR",
    .operand = ARGUMENT_DIRECTORY,
    .operands_min = 1,
    .operands_max = 1,
    .socket = true,
    .options = options,
    .details =
        "The directory has the tiles and the checkpoint that clients of transparency\n"
        "logs (C2SP tlog-tiles) read, the charter, and for each decision a proof bundle\n"
        "and a page. Any web server can serve it. Nothing is written that does not hold\n"
        "by the charter.\n",
    .run = run,
};
