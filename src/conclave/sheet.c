/* SPDX-License-Identifier: ISC */
#include "conclave/sheet.h"

#include "base/bytes.h"
#include "control/control.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* What spreadsheets take for the beginning of a formula, the wide forms included, and the
 * apostrophe itself, so that one that was put there can be told. */
static bool needs_apostrophe(const char *text)
{
    static const char *const signs[] = {"=",
                                        "+",
                                        "-",
                                        "@",
                                        "\t",
                                        "\r",
                                        "\n",
                                        "'",
                                        "\xef\xbc\x9d",  /* U+FF1D = */
                                        "\xef\xbc\x8b",  /* U+FF0B + */
                                        "\xef\xbc\x8d",  /* U+FF0D - */
                                        "\xef\xbc\xa0"}; /* U+FF20 @ */
    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
        if (strncmp(text, signs[i], strlen(signs[i])) == 0) {
            return true;
        }
    }
    return false;
}

static void put_text(FILE *out, const char *text, bool guarded)
{
    bool quoted = text[strcspn(text, ",\"\r\n")] != '\0';
    (void)fputs(quoted ? "\"" : "", out);
    (void)fputs(guarded && needs_apostrophe(text) ? "'" : "", out);
    for (; *text != '\0'; text++) {
        (void)fputs(*text == '"' ? "\"" : "", out);
        (void)fputc(*text, out);
    }
    (void)fputs(quoted ? "\"" : "", out);
}

static void put_cell(FILE *out, const json_t *value)
{
    char *text;
    switch (json_typeof(value)) {
    case JSON_STRING:
        put_text(out, json_string_value(value), true);
        break;
    case JSON_NULL:
        break;
    case JSON_OBJECT:
    case JSON_ARRAY:
    case JSON_INTEGER:
    case JSON_REAL:
    case JSON_TRUE:
    case JSON_FALSE:
        text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
        put_text(out, text, false);
        free(text);
        break;
    }
}

void sheet_begin(const struct sheet *s)
{
    for (size_t i = 0; s->csv && s->columns[i] != NULL; i++) {
        (void)fprintf(s->out, "%s%s", i > 0 ? "," : "", s->columns[i]);
    }
    (void)fputs(s->csv ? "\r\n" : "", s->out);
}

bool sheet_row(const struct sheet *s, json_t *row)
{
    size_t count = 0;
    for (; s->columns[count] != NULL; count++) {
        const json_t *value = json_object_get(row, s->columns[count]);
        assert(value != NULL);
        if (s->csv) {
            (void)fputs(count > 0 ? "," : "", s->out);
            put_cell(s->out, value);
        }
    }
    assert(json_object_size(row) == count);
    if (s->csv) {
        (void)fputs("\r\n", s->out);
    } else {
        struct buffer line = {NULL, 0, 0};
        control_format(&line, row);
        (void)fwrite(line.data, 1, line.size, s->out);
        buffer_free(&line);
    }
    json_decref(row);
    return ferror(s->out) == 0;
}
