/* SPDX-License-Identifier: ISC */
/* A charter is refused with a reason that is harmless to print, or obeys the limits of
 * conclave-charter(5), and council_id is the hash of its encoding, whatever the text's own
 * order and spaces. */
#include "base/text.h"
#include "charter/charter.h"
#include "charter/diversity.h"
#include "fuzz.h"
#include "hash/hash.h"
#include "wire/cbor.h"

#include <assert.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static void check_warning(void *context, const char *text)
{
    (void)context;
    assert(text_check(slice_of_string(text), false, NULL) == 0);
}

static void check_seats(const struct charter *c)
{
    assert(c->seat_count >= SEATS_MIN && c->seat_count <= SEATS_MAX);
    for (uint16_t i = 0; i < c->seat_count; i++) {
        const struct charter_seat *s = &c->seats[i];
        size_t name = strlen(s->name);
        assert(key_is_valid(&s->key) && charter_seat_of(c, &s->key) == i + 1);
        assert(name >= 1 && name <= SEAT_NAME_MAX && s->address[0] != '\0');
        for (uint16_t other = 0; other < i; other++) {
            assert(strcmp(s->name, c->seats[other].name) != 0);
        }
    }
}

static void check_classes(const struct charter *c)
{
    assert(c->class_count >= 1 && c->class_count <= CLASSES_MAX);
    for (uint32_t i = 0; i < c->class_count; i++) {
        const struct charter_class *k = &c->classes[i];
        assert(k->threshold >= 1 && k->threshold <= c->seat_count);
        assert(charter_class_index(c, k->name) == (int)i);
    }
}

/* The same tree written anew, compact, names in another order, is the same council. */
static void check_identity(const struct charter *c, struct slice json)
{
    struct buffer encoding = {0}, again = {0};
    struct complaint why = {""};
    int error = charter_encode(json, &encoding, &why);
    assert(error == 0);
    struct hash id = hash_labelled(LABEL_CHARTER, buffer_slice(&encoding));
    assert(memcmp(&id, &c->council_id, sizeof(id)) == 0);
    json_t *tree = json_loadb((const char *)json.data, json.size, 0, NULL);
    char *text = json_dumps(tree, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENSURE_ASCII);
    error = charter_encode(slice_of_string(text), &again, &why);
    assert(error == 0 && slice_equal(buffer_slice(&encoding), buffer_slice(&again)));
    struct cbor_reader r;
    cbor_read_begin(&r, buffer_slice(&encoding));
    (void)cbor_read_item(&r);
    assert(cbor_read_end(&r) == 0);
    free(text);
    json_decref(tree);
    buffer_free(&again);
    buffer_free(&encoding);
}

/* Each seat is in one group of each kind, whatever they are called. */
static void check_diversity(const struct charter *c)
{
    json_t *found = diversity_json(c);
    const json_t *groups = json_object_get(found, "groups");
    size_t seats = 0;
    for (size_t i = 0; i < json_array_size(groups); i++) {
        seats += json_array_size(json_object_get(json_array_get(groups, i), "seats"));
    }
    assert(seats == (size_t)DIVERSITY_KINDS * c->seat_count);
    json_decref(found);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes *copy = bytes_copy(slice_of(data, size));
    struct complaint why = {""};
    struct charter *c = NULL;
    int error = charter_parse(bytes_slice(copy), &c, &why);
    assert((error == 0) == (c != NULL) && (error == 0) == (why.text[0] == '\0'));
    if (error == 0) {
        check_seats(c);
        check_classes(c);
        check_identity(c, bytes_slice(copy));
        charter_warnings(c, check_warning, NULL);
        check_diversity(c);
        (void)charter_genesis(c);
    }
    assert(text_check(slice_of_string(why.text), false, NULL) == 0);
    charter_free(c);
    bytes_unref(copy);
    return 0;
}
