/* SPDX-License-Identifier: ISC */
/* The examples of RFC 8949 appendix A: which of them the strict subset accepts, that those
 * have the published value, and that they encode to the same bytes again. */
#include "base/error.h"
#include "reencode.h"
#include "tap.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void append(struct buffer *out, const char *s)
{
    buffer_append(out, s, strlen(s));
}

static void show_text(struct buffer *out, struct slice s)
{
    append(out, "\"");
    for (size_t i = 0; i < s.size; i++) {
        if (s.data[i] == '"' || s.data[i] == '\\') {
            append(out, "\\");
        }
        buffer_append(out, s.data + i, 1);
    }
    append(out, "\"");
}

/* One item in the notation of the published values. */
static void show(struct cbor_reader *r, struct buffer *out)
{
    char number[32];
    char hex[64];
    size_t count;
    struct slice key = SLICE_NONE;
    switch (cbor_peek(r)) {
    case CBOR_UINT:
        (void)snprintf(number, sizeof(number), "%" PRIu64, cbor_read_uint(r, UINT64_MAX));
        append(out, number);
        break;
    case CBOR_BYTES:
        hex_encode(hex, cbor_read_bytes(r, 31));
        append(out, "h'");
        append(out, hex);
        append(out, "'");
        break;
    case CBOR_TEXT:
        show_text(out, cbor_read_text(r, SIZE_MAX, true));
        break;
    case CBOR_BOOL:
        append(out, cbor_read_bool(r) ? "true" : "false");
        break;
    case CBOR_ARRAY:
        count = cbor_read_array(r, SIZE_MAX);
        append(out, "[");
        for (size_t i = 0; i < count; i++) {
            append(out, i > 0 ? "," : "");
            show(r, out);
        }
        append(out, "]");
        break;
    case CBOR_MAP:
        count = cbor_read_map(r, SIZE_MAX);
        append(out, "{");
        for (size_t i = 0; i < count; i++) {
            append(out, i > 0 ? "," : "");
            key = cbor_read_key(r, key, SIZE_MAX);
            show_text(out, key);
            append(out, ":");
            show(r, out);
        }
        append(out, "}");
        break;
    default:
        append(out, "?");
    }
}

static void check_value(const char *hex, struct slice encoding, const char *published)
{
    struct cbor_reader r;
    struct buffer value = {0};
    cbor_read_begin(&r, encoding);
    show(&r, &value);
    ok(cbor_read_end(&r) == 0 &&
           slice_equal(buffer_slice(&value), slice_of_string(published)),
       "%s is the published value", hex);
    buffer_free(&value);
}

static void check_line(char *line)
{
    char *rest = NULL;
    char *hex = strtok_r(line, " ", &rest);
    char *verdict = strtok_r(NULL, " ", &rest);
    int expected = strcmp(verdict, "accepted") == 0    ? 0
                   : strcmp(verdict, "malformed") == 0 ? CONCLAVE_EFORMAT
                                                       : CONCLAVE_ECANON;
    struct bytes *b = bytes_new(strlen(hex) / 2);
    if (hex_decode(b->data, b->size, hex, strlen(hex)) != 0) {
        abort();
    }
    ok(reencode_item(bytes_slice(b)) == expected, "%s is %s", hex, verdict);
    if (expected == 0) {
        check_value(hex, bytes_slice(b), rest);
    }
    bytes_unref(b);
}

int main(void)
{
    char path[4096];
    char *line = NULL;
    size_t room = 0;
    int entries = 0;
    const char *top = getenv("top_srcdir");
    (void)snprintf(path, sizeof(path), "%s/tests/vectors/cbor_appendix_a.txt",
                   top != NULL ? top : ".");
    FILE *f = fopen(path, "re");
    if (!ok(f != NULL, "the vectors are there")) {
        return tap_done();
    }
    while (getline(&line, &room, f) > 0) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] != '#') {
            check_line(line);
            entries++;
        }
    }
    is(entries, 82, "every entry of the appendix");
    free(line);
    (void)fclose(f);
    return tap_done();
}
