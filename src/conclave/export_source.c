/* SPDX-License-Identifier: ISC */
#include "conclave/export_source.h"

#include "conclave/export_parts.h"

#include "base/alloc.h"
#include "wire/codec.h"
#include "wire/proof.h"
#include "wire/shared.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* --- opening --- */

bool export_open_store(const struct command_line *line, const struct node_files *files,
                       struct export_source *out)
{
    bool is_copy = files->config == NULL;
    memset(out, 0, sizeof(*out));
    bool opened = node_files_open(line, files, is_copy, &out->charter, &out->ledger);
    if (opened) {
        out->size = ledger_record_count(out->ledger);
    }
    return opened;
}

bool export_open_node(const struct command_line *line, struct export_source *out)
{
    struct complaint why = {""};
    memset(out, 0, sizeof(*out));
    if (key_library_init() != 0) {
        (void)command_fail(line, "the cryptographic library does not start");
        return false;
    }
    if (!node_open(line, &out->client)) {
        return false;
    }
    if (export_node_charter(out, &why) != 0) {
        (void)command_fail(line, "%s", why.text);
        return false;
    }
    return true;
}

bool export_is_of_store(const struct command_line *line)
{
    return command_value(line, "config") != NULL || command_value(line, "data") != NULL ||
           command_value(line, "charter") != NULL;
}

bool export_open(const struct command_line *line, struct export_source *out,
                 enum command_exit *status)
{
    struct node_files files = {NULL};
    memset(out, 0, sizeof(*out));
    *status = COMMAND_FAILED;
    bool opened = export_is_of_store(line) ? node_files_find(line, &files, status) &&
                                                 export_open_store(line, &files, out)
                                           : export_open_node(line, out);
    node_files_clear(&files);
    if (!opened) {
        export_close(out);
    }
    return opened;
}

void export_close(struct export_source *s)
{
    if (s->client != NULL) {
        control_disconnect(s->client);
    }
    json_decref(s->entries);
    ledger_close(s->ledger);
    if (s->charter != NULL) {
        charter_free(s->charter);
    }
    memset(s, 0, sizeof(*s));
}

/* --- decisions --- */

static int read_record(struct export_source *s, struct decision *d, struct complaint *why)
{
    int error = s->client != NULL ? export_node_record(s, d->number, &d->encoding, why)
                                  : ledger_record(s->ledger, d->number, &d->encoding);
    if (error == 0) {
        error = codec_decode_record(bytes_slice(d->encoding), &d->record);
        error = error == 0 && d->record.seat_count != s->charter->seat_count
                    ? CONCLAVE_ESEAT
                    : error;
    }
    if (error != 0 && why->text[0] == '\0') {
        return complain(why, error, "record %" PRIu64 " cannot be read: %s", d->number,
                        error_text(error));
    }
    return error;
}

int export_decision(struct export_source *s, uint64_t number, enum decision_detail detail,
                    struct decision *out, struct complaint *why)
{
    memset(out, 0, sizeof(*out));
    out->number = number;
    int error = read_record(s, out, why);
    if (error == 0 && detail != DECISION_RECORD) {
        error = s->client != NULL ? export_node_content(s, detail, out, why)
                                  : export_store_content(s, detail, out, why);
    }
    if (error != 0) {
        decision_clear(out);
    }
    return error;
}

void decision_clear(struct decision *d)
{
    bytes_unref(d->encoding);
    json_decref(d->title);
    json_decref(d->text);
    json_decref(d->evidence);
    json_decref(d->payload);
    for (size_t i = 0; i < SEATS_MAX; i++) {
        json_decref(d->rationales[i]);
    }
    memset(d, 0, sizeof(*d));
}

/* --- bundles --- */

static bool begins_with(const struct hash *id, const char *digits)
{
    char hex[2 * HASH_BYTES + 1];
    hex_encode(hex, slice_of(id->bytes, HASH_BYTES));
    return strncmp(hex, digits, strlen(digits)) == 0;
}

/* What a bundle says of itself; one that was not asked for is an error. */
static int describe(struct export_source *s, const char *id, bool full,
                    struct exported *out)
{
    struct proof *p = alloc_zero(1, sizeof(*p));
    int error = codec_decode_proof(buffer_slice(&out->bundle), p);
    if (error == 0) {
        bool fits = begins_with(&p->record.proposal, id) && p->is_full == full &&
                    hash_equal(&p->council_id, &s->charter->council_id);
        out->id = p->record.proposal;
        out->record = p->index;
        out->final_height = p->record.final.height;
        out->covered_height = p->header.height;
        proof_clear(p);
        error = fits ? 0 : CONCLAVE_EFORMAT;
    }
    free(p);
    return error;
}

int export_bundle(struct export_source *s, const char *id, bool full, struct exported *out,
                  struct complaint *why)
{
    memset(out, 0, sizeof(*out));
    int error = s->client != NULL ? export_node_bundle(s, id, full, &out->bundle, why)
                                  : export_store_bundle(s, id, full, &out->bundle, why);
    if (error == 0 && describe(s, id, full, out) != 0) {
        error = complain(why, CONCLAVE_EFORMAT,
                         "what was given for %s is no proof bundle of it", id);
    }
    if (error != 0) {
        buffer_free(&out->bundle);
    }
    return error;
}

int export_convictions(struct export_source *s, struct conviction *out,
                       struct complaint *why)
{
    int error = s->client != NULL ? export_node_convictions(s, out, why)
                                  : export_store_convictions(s, out, why);
    for (uint16_t i = 0; error == 0 && i < s->charter->seat_count; i++) {
        struct operation op;
        if (out[i].operation != NULL &&
            (codec_decode_operation(bytes_slice(out[i].operation), &op) != 0 ||
             op.kind != OPERATION_EVIDENCE || op.seat != i + 1)) {
            error = complain(why, CONCLAVE_EFORMAT, "what convicts seat %d is no evidence",
                             i + 1);
        }
    }
    return error;
}
