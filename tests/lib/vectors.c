/* SPDX-License-Identifier: ISC */
#include "vectors.h"

#include "base/alloc.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void bail_out(const char *what, const char *detail)
{
    printf("Bail out! %s: %s\n", what, detail);
    exit(99);
}

static const char *source_tree(void)
{
    const char *top = getenv("top_srcdir");
    return top != NULL ? top : ".";
}

json_t *vectors_load(const char *name)
{
    char *path = alloc_printf("%s/tests/vectors/%s", source_tree(), name);
    json_error_t error;
    json_t *root = json_load_file(path, JSON_DECODE_INT_AS_REAL, &error);
    if (root == NULL) {
        bail_out(path, error.text);
    }
    free(path);
    return root;
}

char *vectors_shared_path(const char *name)
{
    return alloc_printf("%s/../shared/vectors/%s", source_tree(), name);
}

/* Some vectors hold 2^64 - 1, which jansson's integers do not. */
json_t *vectors_load_path(const char *path)
{
    return json_load_file(path, JSON_DECODE_INT_AS_REAL, NULL);
}

uint64_t vectors_number(const json_t *object, const char *member)
{
    double number = json_real_value(json_object_get(object, member));
    return number < 0x1p64 ? (uint64_t)number : UINT64_MAX;
}

json_t *vectors_load_shared(const char *name)
{
    char *path = vectors_shared_path(name);
    json_t *root = vectors_load_path(path);
    free(path);
    return root;
}

void vectors_hex(const json_t *object, const char *member, struct buffer *out)
{
    const char *text = json_string_value(json_object_get(object, member));
    size_t length = text != NULL ? strlen(text) : 0;
    buffer_reserve(out, length / 2 + 1);
    out->size = length / 2;
    if (text != NULL && hex_decode(out->data, out->size, text, length) != 0) {
        bail_out(member, "not hexadecimal");
    }
}

void vectors_base64(const json_t *value, struct buffer *out)
{
    const char *text = json_string_value(value);
    size_t length = text != NULL ? strlen(text) : 0;
    buffer_reserve(out, length + 1);
    if (text != NULL &&
        sodium_base642bin(out->data, out->capacity, text, length, NULL, &out->size, NULL,
                          sodium_base64_VARIANT_ORIGINAL) != 0) {
        bail_out(text, "not base64");
    }
}
