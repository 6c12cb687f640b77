/* SPDX-License-Identifier: ISC */
/* `prove`: that a decision is in the public log, or that the log only grew, as text that
 * any client of such logs reads. */
#include "conclave/commands.h"
#include "conclave/describe.h"
#include "conclave/new_file.h"
#include "conclave/node.h"

#include "tlog/lines.h"
#include "tlog/tlog_proof.h"

#include <string.h>

struct prover {
    const struct command_line *line;
    struct control_client *node;
    json_t *checkpoint;
    json_int_t size; /* of the tree that it is of */
    struct tlog_proof proof;
};

/* --- from the node --- */

static bool read_hashes(struct prover *v, const json_t *hashes)
{
    size_t count = json_array_size(hashes);
    if (!json_is_array(hashes) || count > TLOG_HASHES_MAX) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        const char *hex = json_string_value(json_array_get(hashes, i));
        if (hex == NULL || strlen(hex) != 2 * (size_t)HASH_BYTES ||
            hex_decode(v->proof.hashes[i].bytes, HASH_BYTES, hex, strlen(hex)) != 0) {
            return false;
        }
    }
    v->proof.length = count;
    return true;
}

/* The record itself goes along, so that the proof needs no other file. */
static bool read_entry(struct prover *v, const json_t *answer)
{
    const json_t *first = json_array_get(json_object_get(answer, "entries"), 0);
    const char *text = json_string_value(first);
    v->proof.has_extra =
        text != NULL && lines_base64(slice_of_string(text), &v->proof.extra) == 0;
    return v->proof.has_extra;
}

static bool take_checkpoint(struct prover *v)
{
    v->checkpoint = node_call(v->line, v->node, "checkpoint", NULL);
    if (v->checkpoint == NULL) {
        return false;
    }
    const json_t *note = json_object_get(v->checkpoint, "note");
    v->size = member_number(v->checkpoint, "size");
    if (!json_is_string(note)) {
        (void)command_fail(
            v->line, "there is no checkpoint yet: a quorum signs one within an "
                     "interval of the charter (publish.interval_ms) after a decision; "
                     "try again then");
        return false;
    }
    v->proof.note = slice_of(json_string_value(note), json_string_length(note));
    return true;
}

static bool fail_answer(struct prover *v, const char *method)
{
    (void)command_fail(v->line, "the node's answer to %s has not the expected form",
                       method);
    return false;
}

static bool prove_decision(struct prover *v, const char *word)
{
    uint64_t index = 0;
    bool is_index = command_parse_number(word, 0, INT64_MAX, &index) && strlen(word) < 6;
    json_t *params = json_pack("{s:I}", "size", v->size);
    (void)json_object_set_new(params, is_index ? "index" : "id",
                              is_index ? json_integer((json_int_t)index)
                                       : json_string(word));
    json_t *answer = node_call(v->line, v->node, "log.prove", params);
    if (answer == NULL) {
        return false;
    }
    json_int_t proved = member_number(answer, "index");
    bool good = proved >= 0 && proved < v->size &&
                (!is_index || (uint64_t)proved == index) &&
                read_hashes(v, json_object_get(answer, "hashes"));
    v->proof.is_inclusion = true;
    v->proof.number = (uint64_t)proved;
    json_decref(answer);
    if (!good) {
        return fail_answer(v, "log.prove");
    }
    answer =
        node_call(v->line, v->node, "log.entries",
                  json_pack("{s:I,s:i}", "from", (json_int_t)v->proof.number, "limit", 1));
    good = answer != NULL && read_entry(v, answer);
    json_decref(answer);
    return good || answer == NULL ? good : fail_answer(v, "log.entries");
}

static bool prove_growth(struct prover *v, uint64_t since)
{
    if (since > (uint64_t)v->size) {
        (void)command_fail(v->line,
                           "the log has %lld decisions in its newest checkpoint: give "
                           "--since a size from 1 to %lld",
                           (long long)v->size, (long long)v->size);
        return false;
    }
    json_t *answer =
        node_call(v->line, v->node, "log.consistency",
                  json_pack("{s:I,s:I}", "first", (json_int_t)since, "second", v->size));
    bool good = answer != NULL && read_hashes(v, json_object_get(answer, "hashes"));
    v->proof.number = since;
    json_decref(answer);
    return good || answer == NULL ? good : fail_answer(v, "log.consistency");
}

/* --- the command --- */

static enum command_exit write_proof(struct prover *v)
{
    struct buffer text = {NULL, 0, 0};
    struct complaint why = {""};
    struct new_file file;
    const char *path = command_value(v->line, "output");
    tlog_proof_encode(&text, &v->proof);
    int error = new_file_open(&file, path, &why);
    if (error == 0) {
        (void)fwrite(text.data, 1, text.size, file.stream);
        error = new_file_close(&file, &why);
    }
    buffer_free(&text);
    return error == 0 ? COMMAND_DONE : command_fail(v->line, "%s", why.text);
}

static void print_json(const struct prover *v)
{
    json_t *out = json_pack(
        "{s:s,s:I,s:I,s:O}", "kind", v->proof.is_inclusion ? "inclusion" : "consistency",
        v->proof.is_inclusion ? "index" : "first", (json_int_t)v->proof.number, "size",
        v->size, "root", json_object_get(v->checkpoint, "root"));
    json_t *hashes = json_array();
    for (size_t i = 0; i < v->proof.length; i++) {
        char hex[2 * HASH_BYTES + 1];
        hex_encode(hex, slice_of(v->proof.hashes[i].bytes, HASH_BYTES));
        (void)json_array_append_new(hashes, json_string(hex));
    }
    (void)json_object_set_new(out, "hashes", hashes);
    (void)json_object_set(out, "note", json_object_get(v->checkpoint, "note"));
    output_json(out);
    json_decref(out);
}

static enum command_exit run(const struct command_line *line)
{
    struct prover v = {.line = line};
    uint64_t since = 0;
    bool grown = command_value(line, "since") != NULL;
    enum command_exit status = COMMAND_FAILED;
    if (grown == (line->operand_count == 1)) {
        return command_misuse(line, "it takes a decision, or --since a size");
    }
    if (!command_number(line, "since", 1, INT64_MAX, &since)) {
        return COMMAND_USAGE;
    }
    if (!node_open(line, &v.node)) {
        return COMMAND_FAILED;
    }
    bool good = take_checkpoint(&v) &&
                (grown ? prove_growth(&v, since) : prove_decision(&v, line->operands[0]));
    if (good && line->json) {
        print_json(&v);
        status = COMMAND_DONE;
    } else if (good) {
        status = write_proof(&v);
    }
    json_decref(v.checkpoint);
    buffer_free(&v.proof.extra);
    control_disconnect(v.node);
    return status;
}

static const struct command_option options[] = {
    {"since", ARGUMENT_NUMBER, "SIZE",
     "prove that the log only grew since it had so many decisions"},
    {"output", ARGUMENT_FILE, "FILE", "write the proof there; default: standard output"},
    {NULL, ARGUMENT_NONE, NULL, NULL},
};

const struct command command_prove = {
    .name = "prove",
    .summary = "Prove that a decision is in the public log, or that the log only grew",
    .operands = "[ID|INDEX]",
    .operand = ARGUMENT_PROPOSAL,
    .operands_min = 0,
    .operands_max = 1,
    .socket = true,
    .options = options,
    .details =
        "INDEX counts decisions from 0, as the log does; its pages number them from 1.\n"
        "The proof is text and ends with the newest checkpoint that a quorum of seats\n"
        "signed: a tlog-proof of C2SP, or with --since what conclave-protocol(7) section\n"
        "12 calls a consistency proof. conclave verify judges both.\n",
    .run = run,
};
