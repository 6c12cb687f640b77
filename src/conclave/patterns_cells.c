/* SPDX-License-Identifier: ISC */
#include "conclave/patterns.h"

#include "conclave/describe.h"
#include "conclave/node.h"

#include <stdio.h>
#include <string.h>

void patterns_fraction(struct table *t, const json_t *value, int parts, int digits)
{
    if (json_is_integer(value)) {
        table_cell(t, COLOUR_PLAIN, "%.*f", digits,
                   (double)json_integer_value(value) / parts);
    } else {
        table_cell(t, COLOUR_DIM, "-");
    }
}

void patterns_percent(struct table *t, const json_t *object, const char *member)
{
    patterns_fraction(t, json_object_get(object, member), 10, 1);
}

void patterns_calibration(struct table *t, const json_t *tally)
{
    if (!member_is_number(tally, "confidence_permille") ||
        !member_is_number(tally, "agreement_permille")) {
        table_cell(t, COLOUR_DIM, "-");
        return;
    }
    long long off = (long long)(member_number(tally, "confidence_permille") -
                                member_number(tally, "agreement_permille"));
    table_cell(t, COLOUR_PLAIN, "%+.1f", (double)off / 10);
}

void patterns_count(struct table *t, const json_t *object, const char *member)
{
    table_cell(t, COLOUR_PLAIN, "%lld", (long long)member_number(object, member));
}

const json_t *patterns_seat(const json_t *patterns, unsigned seat)
{
    return json_array_get(json_object_get(patterns, "seats"), seat - 1U);
}

void patterns_name(char *out, const json_t *patterns, unsigned seat)
{
    describe_seat(out, patterns_seat(patterns, seat), "seat");
}

const json_t *patterns_column(const json_t *pairs, const json_t *row, const char *column)
{
    const json_t *columns = json_object_get(pairs, "columns");
    for (size_t i = 0; i < json_array_size(columns); i++) {
        const char *name = json_string_value(json_array_get(columns, i));
        if (name != NULL && strcmp(name, column) == 0) {
            const json_t *value = json_array_get(row, i);
            return json_is_integer(value) ? value : NULL;
        }
    }
    return NULL;
}

void patterns_print_heading(const json_t *patterns, const char *period)
{
    const json_t *size = json_object_get(patterns, period);
    long long decisions = (long long)member_number(patterns, "decisions");
    long long these =
        size != NULL ? (long long)member_number(size, "decisions") : decisions;
    (void)printf("Height %lld, %lld decision%s",
                 (long long)member_number(patterns, "height"), decisions,
                 decisions == 1 ? "" : "s");
    if (these < decisions) {
        (void)printf("; these are the last %lld", these);
    }
    (void)printf(".\n");
}
