/* SPDX-License-Identifier: ISC */
#include "conclave/logfmt.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

void logfmt_add(struct buffer *out, const char *name, const json_t *value)
{
    struct buffer text = {NULL, 0, 0};
    if (json_is_string(value)) {
        buffer_append(&text, json_string_value(value), json_string_length(value));
    } else {
        char *number = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
        buffer_append(&text, number, strlen(number));
        free(number);
    }
    bool plain = text.size > 0;
    for (size_t i = 0; i < text.size && plain; i++) {
        uint8_t c = text.data[i];
        plain = c > 0x20 && c < 0x7f && strchr("\"=\\", c) == NULL;
    }
    buffer_append(out, out->size > 0 ? " " : "", out->size > 0);
    buffer_append(out, name, strlen(name));
    buffer_append(out, plain ? "=" : "=\"", plain ? 1 : 2);
    if (plain) {
        buffer_append_slice(out, buffer_slice(&text));
    } else {
        text_escape(out, buffer_slice(&text), "\"");
        buffer_append(out, "\"", 1);
    }
    buffer_free(&text);
}
