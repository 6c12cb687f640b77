/* SPDX-License-Identifier: ISC */
#include "conclaved/json.h"

#include "base/alloc.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

json_t *json_number(uint64_t value)
{
    /* No JSON integer of ours is larger; a peer's heartbeat may claim anything. */
    return json_integer(value > INT64_MAX ? INT64_MAX : (json_int_t)value);
}

json_t *json_hex(struct slice bytes)
{
    char *hex = alloc(2 * bytes.size + 1);
    hex_encode(hex, bytes);
    json_t *value = json_string(hex);
    free(hex);
    return value;
}

json_t *json_base64(struct slice bytes)
{
    size_t room = sodium_base64_encoded_len(bytes.size, sodium_base64_VARIANT_ORIGINAL);
    char *text = alloc(room);
    (void)sodium_bin2base64(text, room, bytes.data, bytes.size,
                            sodium_base64_VARIANT_ORIGINAL);
    json_t *value = json_stringn_nocheck(text, room - 1);
    free(text);
    return value;
}

json_t *json_hash(const struct hash *h)
{
    return json_hex(slice_of(h->bytes, sizeof(h->bytes)));
}

json_t *json_reason(enum reason r)
{
    return r == REASON_NONE ? json_null() : json_string(reason_name(r));
}

json_t *json_moment(const struct moment *m)
{
    json_t *value = json_object();
    json_put(value, "height", json_number(m->height));
    json_put(value, "time_ms", json_number(m->time_ms));
    return value;
}

json_t *json_seats(const bool *in, uint16_t seats)
{
    json_t *value = json_array();
    for (uint16_t seat = 1; seat <= seats; seat++) {
        if (in[seat - 1]) {
            (void)json_array_append_new(value, json_integer(seat));
        }
    }
    return value;
}

json_t *json_evidence(struct slice text)
{
    if (text.size == 0 || control_depth(text) > EVIDENCE_DEPTH_MAX) {
        return NULL;
    }
    json_t *value =
        json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(value)) {
        json_decref(value);
        return NULL;
    }
    return value;
}

void json_put(json_t *object, const char *name, json_t *value)
{
    (void)json_object_set_new(object, name, value);
}

void json_put_seat(json_t *object, const char *key, const struct charter *c, uint16_t seat)
{
    char name_key[32] = "name";
    if (strcmp(key, "seat") != 0) {
        (void)snprintf(name_key, sizeof(name_key), "%s_name", key);
    }
    json_put(object, key, json_integer(seat));
    json_put(object, name_key, control_text(slice_of_string(seat_name(c, seat))));
}

void json_put_counts(json_t *object, const struct block *b)
{
    uint64_t operations = 0;
    for (uint32_t i = 0; b != NULL && i < b->count; i++) {
        operations += b->envelopes[i]->count;
    }
    json_put(object, "envelopes", json_integer(b != NULL ? b->count : 0));
    json_put(object, "operations", json_number(operations));
    json_put(object, "bytes", json_number(b != NULL ? b->encoding.size : 0));
}

const char *seat_name(const struct charter *c, uint16_t seat)
{
    return seat >= 1 && seat <= c->seat_count ? c->seats[seat - 1].name : "";
}

const char *class_name(const struct charter *c, uint32_t index)
{
    return index < c->class_count ? c->classes[index].name : "";
}

const char *operation_kind_name(enum operation_kind k)
{
    switch (k) {
    case OPERATION_PROPOSE:
        return "propose";
    case OPERATION_BALLOT:
        return "ballot";
    case OPERATION_REVEAL:
        return "reveal";
    case OPERATION_EVIDENCE:
        return "evidence";
    case OPERATION_RETURN:
        return "return";
    }
    return "unknown";
}
