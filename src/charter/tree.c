/* SPDX-License-Identifier: ISC */
#include "charter/tree.h"

#include "base/alloc.h"
#include "base/text.h"
#include "charter/charter.h"
#include "wire/cbor.h"

#include <stdlib.h>
#include <string.h>

json_t *tree_load(struct slice json, int *error, struct complaint *why)
{
    if (json.size > CHARTER_MAX) {
        *error = complain(why, CONCLAVE_ELIMIT,
                          "the charter has %zu bytes, more than the limit of %d", json.size,
                          CHARTER_MAX);
        return NULL;
    }
    json_error_t e;
    json_t *tree =
        json_loadb((const char *)json.data, json.size, JSON_REJECT_DUPLICATES, &e);
    if (tree == NULL) {
        /* jansson's words quote the file. */
        struct buffer words = {0};
        text_escape(&words, slice_of_string(e.text), "\\");
        *error = complain(why, CONCLAVE_EFORMAT,
                          "line %d, column %d: %.*s; correct it there, or get the charter "
                          "from another seat again",
                          e.line, e.column, (int)words.size, (const char *)words.data);
        buffer_free(&words);
        return NULL;
    }
    if (!json_is_object(tree)) {
        *error =
            complain(why, CONCLAVE_EFORMAT,
                     "the charter must be a JSON object: begin it with {; of a list of "
                     "seats conclave charter new makes one");
        json_decref(tree);
        return NULL;
    }
    *error = 0;
    return tree;
}

static void encode_value(struct fields *f, const struct place *at, json_t *value,
                         unsigned depth, struct buffer *out);

/* Section 3: the keys ascend bytewise in their encodings, which begin with the length. */
static int compare_keys(const void *a, const void *b)
{
    const char *x = *(const char *const *)a;
    const char *y = *(const char *const *)b;
    size_t nx = strlen(x);
    size_t ny = strlen(y);
    if (nx != ny) {
        return nx < ny ? -1 : 1;
    }
    return memcmp(x, y, nx);
}

static void check_text(struct fields *f, const struct place *at, struct slice text)
{
    size_t where;
    if (text_check(text, false, &where) != 0) {
        fields_refuse(f, at, CONCLAVE_ETEXT,
                      "a control or direction character at byte %zu: remove it", where);
    }
}

static void encode_object(struct fields *f, const struct place *at, json_t *object,
                          unsigned depth, struct buffer *out)
{
    size_t count = json_object_size(object);
    const char **keys = alloc_zero(count, sizeof(*keys));
    size_t used = 0;
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        keys[used++] = key;
    }
    qsort(keys, count, sizeof(*keys), compare_keys);
    cbor_write_map(out, count);
    for (size_t i = 0; i < count && f->error == 0; i++) {
        struct place here = {at, keys[i], 0};
        struct slice text = slice_of_string(keys[i]);
        check_text(f, &here, text);
        cbor_write_text(out, text);
        encode_value(f, &here, json_object_get(object, keys[i]), depth + 1, out);
    }
    free(keys);
}

static void encode_array(struct fields *f, const struct place *at, json_t *array,
                         unsigned depth, struct buffer *out)
{
    size_t count = json_array_size(array);
    cbor_write_array(out, count);
    for (size_t i = 0; i < count && f->error == 0; i++) {
        struct place here = {at, NULL, i};
        encode_value(f, &here, json_array_get(array, i), depth + 1, out);
    }
}

static void encode_value(struct fields *f, const struct place *at, json_t *value,
                         unsigned depth, struct buffer *out)
{
    if (f->error != 0) {
        return;
    }
    if (depth > TREE_DEPTH_MAX) {
        fields_refuse(f, at, CONCLAVE_ELIMIT, "nested deeper than %d levels",
                      TREE_DEPTH_MAX);
        return;
    }
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        encode_object(f, at, value, depth, out);
        return;
    case JSON_ARRAY:
        encode_array(f, at, value, depth, out);
        return;
    case JSON_STRING: {
        struct slice text = slice_of(json_string_value(value), json_string_length(value));
        check_text(f, at, text);
        cbor_write_text(out, text);
        return;
    }
    case JSON_INTEGER:
        if (json_integer_value(value) < 0) {
            fields_refuse(f, at, CONCLAVE_EFORMAT, "is negative: write 0 or more");
            return;
        }
        cbor_write_uint(out, (uint64_t)json_integer_value(value));
        return;
    case JSON_TRUE:
    case JSON_FALSE:
        cbor_write_bool(out, json_is_true(value));
        return;
    case JSON_REAL:
        fields_refuse(f, at, CONCLAVE_EFORMAT,
                      "has a fraction or exponent: write a whole number");
        return;
    case JSON_NULL:
        fields_refuse(f, at, CONCLAVE_EFORMAT,
                      "is null: give it a value or remove the field");
        return;
    }
}

int tree_encode(json_t *tree, struct buffer *out, struct complaint *why)
{
    struct fields f = {0, why};
    struct place root = {NULL, NULL, 0};
    size_t before = out->size;
    encode_value(&f, &root, tree, 0, out);
    if (f.error != 0) {
        out->size = before;
    }
    return f.error;
}
