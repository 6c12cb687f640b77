/* SPDX-License-Identifier: ISC */
#include "conclave/export_parts.h"

#include "conclave/whole_proposal.h"

#include "base/alloc.h"
#include "wire/codec.h"
#include "wire/proof.h"
#include "wire/shared.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* params is stolen. */
static int call(struct export_source *s, const char *method, json_t *params, json_t **out,
                struct complaint *why)
{
    return control_call(s->client, method, params, out, NODE_TIMEOUT_MS, why);
}

static int unreadable(const char *method, struct complaint *why)
{
    return complain(why, CONCLAVE_EFORMAT,
                    "the node's answer to %s cannot be read: is it of another version?",
                    method);
}

/* Appends the bytes of a base64 string. */
static int append_base64(struct buffer *out, const json_t *text)
{
    size_t length = json_string_length(text), size = 0;
    buffer_reserve(out, length + 1);
    if (!json_is_string(text) ||
        sodium_base642bin(out->data + out->size, length, json_string_value(text), length,
                          NULL, &size, NULL, sodium_base64_VARIANT_ORIGINAL) != 0) {
        return CONCLAVE_EFORMAT;
    }
    out->size += size;
    return 0;
}

/* --- the council, and how far it is --- */

int export_node_charter(struct export_source *s, struct complaint *why)
{
    json_t *charter = NULL, *entries = NULL;
    int error = call(s, "charter", NULL, &charter, why);
    if (error == 0) {
        char *text = json_dumps(charter, JSON_COMPACT);
        error = charter_parse(slice_of_string(text), &s->charter, why);
        free(text);
    }
    if (error == 0) {
        error = call(s, "log.entries", json_pack("{s:i}", "limit", 1), &entries, why);
    }
    s->size = (uint64_t)member_number(entries, "size");
    json_decref(entries);
    json_decref(charter);
    return error;
}

/* --- records --- */

static int fetch_entries(struct export_source *s, uint64_t from, struct complaint *why)
{
    json_t *answer = NULL;
    int error =
        call(s, "log.entries", json_pack("{s:I}", "from", (json_int_t)from), &answer, why);
    json_decref(s->entries);
    s->entries = json_incref(json_object_get(answer, "entries"));
    s->entries_from = from;
    json_decref(answer);
    return error == 0 && json_array_size(s->entries) == 0 ? unreadable("log.entries", why)
                                                          : error;
}

int export_node_record(struct export_source *s, uint64_t number, struct bytes **out,
                       struct complaint *why)
{
    struct buffer encoding = {NULL, 0, 0};
    int error = 0;
    if (s->entries == NULL || number < s->entries_from ||
        number - s->entries_from >= json_array_size(s->entries)) {
        error = fetch_entries(s, number, why);
    }
    if (error != 0) {
        return error;
    }
    if (append_base64(&encoding, json_array_get(s->entries, number - s->entries_from)) ==
        0) {
        *out = bytes_copy(buffer_slice(&encoding));
    } else {
        error = unreadable("log.entries", why);
    }
    buffer_free(&encoding);
    return error;
}

/* --- content --- */

static json_t *member(const json_t *object, const char *name)
{
    json_t *value = json_object_get(object, name);
    return value != NULL ? json_incref(value) : json_null();
}

int export_node_content(struct export_source *s, enum decision_detail detail,
                        struct decision *d, struct complaint *why)
{
    char id[2 * HASH_BYTES + 1];
    json_t *p = NULL;
    hex_encode(id, slice_of(d->record.proposal.bytes, HASH_BYTES));
    int error = detail == DECISION_BALLOTS
                    ? whole_proposal(s->client, id, &p, why)
                    : call(s, "proposal",
                           json_pack("{s:s,s:[]}", "id", id, "rationales_of"), &p, why);
    if (error != 0) {
        return error;
    }
    const json_t *rows = json_object_get(p, "seats");
    d->proposer = (uint16_t)member_number(p, "proposer");
    d->title = member(p, "title");
    d->text = member(p, "text");
    d->evidence = member(p, "evidence");
    d->payload = member(p, "payload");
    for (uint16_t i = 0; i < d->record.seat_count; i++) {
        d->rationales[i] = member(json_array_get(rows, i), "rationale");
    }
    json_decref(p);
    return d->proposer >= 1 && d->proposer <= d->record.seat_count
               ? 0
               : unreadable("proposal", why);
}

/* --- bundles --- */

int export_node_bundle(struct export_source *s, const char *id, bool full,
                       struct buffer *out, struct complaint *why)
{
    int error = 0;
    bool more = true;
    while (error == 0 && more) {
        json_t *page = NULL;
        error = call(s, "proof",
                     json_pack("{s:s,s:b,s:I}", "id", id, "full", (int)full, "from",
                               (json_int_t)out->size),
                     &page, why);
        size_t before = out->size;
        if (error == 0 && append_base64(out, json_object_get(page, "proof")) != 0) {
            error = unreadable("proof", why);
        }
        more =
            member_is_number(page, "next") && out->size > before && out->size <= PROOF_MAX;
        json_decref(page);
    }
    return error;
}

/* --- convictions --- */

static int take_conviction(const json_t *row, struct conviction *out)
{
    const char *hex = member_text(row, "operation");
    size_t size = strlen(hex) / 2;
    if (size == 0 || size > OPERATION_MAX) {
        return CONCLAVE_EFORMAT;
    }
    out->height = (uint64_t)member_number(row, "expelled_height");
    out->time_ms = (uint64_t)member_number(row, "expelled_ms");
    out->operation = bytes_new(size);
    return hex_decode(out->operation->data, size, hex, 2 * size);
}

int export_node_convictions(struct export_source *s, struct conviction *out,
                            struct complaint *why)
{
    json_t *answer = NULL;
    int error = call(s, "evidence", NULL, &answer, why);
    const json_t *rows = json_object_get(answer, "evidence");
    for (size_t i = 0; error == 0 && i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        json_int_t seat = member_number(row, "seat");
        if (!member_is_number(row, "expelled_height")) {
            continue; /* the node holds it, no block does yet */
        }
        if (seat < 1 || seat > s->charter->seat_count || out[seat - 1].operation != NULL ||
            take_conviction(row, &out[seat - 1]) != 0) {
            error = unreadable("evidence", why);
        }
    }
    json_decref(answer);
    return error;
}
