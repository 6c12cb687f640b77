/* SPDX-License-Identifier: ISC */
#include "verifier/report_values.h"

json_t *value_number(uint64_t value)
{
    /* JSON's integers end here in jansson, and no honest number comes near. */
    return json_integer((json_int_t)(value < INT64_MAX ? value : INT64_MAX));
}

json_t *value_hex(const uint8_t *bytes, size_t size)
{
    char digits[2 * HASH_BYTES + 1];
    hex_encode(digits, slice_of(bytes, size));
    return json_string(digits);
}

json_t *value_hash(const struct hash *h)
{
    return value_hex(h->bytes, HASH_BYTES);
}

json_t *value_moment(const struct moment *m)
{
    return json_pack("{s:o,s:o}", "height", value_number(m->height), "time_ms",
                     value_number(m->time_ms));
}

/* A file's name can be any bytes. */
json_t *value_name(const char *file)
{
    json_t *name = NULL;
    if (file == NULL) {
        return json_null();
    }
    name = json_string(file);
    return name != NULL ? name : json_string("?");
}
