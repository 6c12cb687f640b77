/* SPDX-License-Identifier: ISC */
/* The method `patterns`. */
#include "conclaved/methods.h"

#include "conclaved/json.h"
#include "patterns/patterns_json.h"

#include <string.h>

static const struct {
    const char *name;
    enum patterns_part part;
} parts_of[] = {{"seats", PATTERNS_SEATS},
                {"pairs", PATTERNS_PAIRS},
                {"clusters", PATTERNS_CLUSTERS},
                {"findings", PATTERNS_FINDINGS}};
enum { PARTS = sizeof(parts_of) / sizeof(parts_of[0]) };

/* The part of that name; 0: there is none. */
static unsigned part_of(const char *name)
{
    for (size_t i = 0; name != NULL && i < PARTS; i++) {
        if (strcmp(parts_of[i].name, name) == 0) {
            return parts_of[i].part;
        }
    }
    return 0;
}

static unsigned take_parts(struct parameters *p)
{
    const json_t *names = parameters_get(p, "parts");
    unsigned parts = names == NULL ? PATTERNS_ALL : 0;
    if (names != NULL && (!json_is_array(names) || json_array_size(names) > PARTS)) {
        parameters_fail(p, "the parameter parts must be an array of seats, pairs, clusters "
                           "and findings");
        return 0;
    }
    for (size_t i = 0; i < json_array_size(names); i++) {
        unsigned part = part_of(json_string_value(json_array_get(names, i)));
        if (part == 0) {
            parameters_fail(
                p, "parts[%zu] must be \"seats\", \"pairs\", \"clusters\" or \"findings\"",
                i);
        }
        parts |= part;
    }
    return parts;
}

/* The last seat whose rows an answer has room for, beside the findings. */
static uint16_t last_that_fits(const struct node *n, unsigned parts, uint16_t first)
{
    size_t findings = 0, bytes;
    uint16_t seat = first;
    if ((parts & PATTERNS_FINDINGS) != 0) {
        (void)patterns_findings(n->patterns, &findings);
    }
    bytes = findings * FINDING_JSON_BYTES;
    bytes += patterns_json_seat_bytes(n->patterns, parts, seat);
    while (seat < n->charter->seat_count) {
        bytes += patterns_json_seat_bytes(n->patterns, parts, (uint16_t)(seat + 1));
        if (bytes > METHOD_ANSWER_BYTES) {
            break;
        }
        seat++;
    }
    return seat;
}

json_t *method_patterns(void *context, struct control_session *s, json_t *params)
{
    const struct node *n = context;
    struct parameters p;
    parameters_begin(&p, s, params);
    unsigned parts = take_parts(&p);
    uint16_t first = (uint16_t)parameters_number(&p, "from", 1, n->charter->seat_count, 1);
    if (!parameters_end(&p)) {
        return NULL;
    }
    uint16_t last = last_that_fits(n, parts, first);
    json_t *out = patterns_json_of(n->patterns, n->charter, parts, first, last);
    json_put(out, "next",
             last < n->charter->seat_count ? json_integer(last + 1) : json_null());
    return out;
}
