/* SPDX-License-Identifier: ISC */
/* `flags show`: kinds of flags come and go, so the evidence is shown as it is. */
#include "conclave/commands.h"
#include "conclave/describe.h"
#include "conclave/node.h"

#include "base/bytes.h"
#include "base/text.h"

#include <string.h>

/* --- JSON in words --- */

/* "own_height" as "own height". */
static void add_name(struct buffer *out, const char *name)
{
    size_t from = out->size;
    text_escape(out, slice_of_string(name), "");
    for (size_t i = from; i < out->size; i++) {
        out->data[i] = out->data[i] == '_' ? ' ' : out->data[i];
    }
}

static void add(struct buffer *out, const char *text)
{
    buffer_append(out, text, strlen(text));
}

static void add_value(struct buffer *out, const json_t *value);

static void add_members(struct buffer *out, const json_t *object)
{
    const char *name, *before = "";
    json_t *member;
    json_object_foreach((json_t *)(uintptr_t)object, name, member)
    {
        add(out, before);
        add_name(out, name);
        add(out, " ");
        add_value(out, member);
        before = ", ";
    }
}

static void add_value(struct buffer *out, const json_t *value)
{
    /* What an object says for people is enough of it. */
    const json_t *text = json_object_get(value, "text");
    text = json_is_string(text) ? text : json_object_get(value, "title");
    if (json_is_string(text)) {
        value = text;
    }
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        add_members(out, value);
        break;
    case JSON_ARRAY:
        for (size_t i = 0; i < json_array_size(value); i++) {
            add(out, i > 0 ? ", " : "");
            add_value(out, json_array_get(value, i));
        }
        break;
    case JSON_STRING:
        text_escape(out, slice_of(json_string_value(value), json_string_length(value)), "");
        break;
    case JSON_INTEGER: {
        char number[32];
        (void)snprintf(number, sizeof(number), "%lld",
                       (long long)json_integer_value(value));
        add(out, number);
        break;
    }
    case JSON_REAL: {
        char number[64];
        (void)snprintf(number, sizeof(number), "%.3f", json_real_value(value));
        add(out, number);
        break;
    }
    case JSON_TRUE:
        add(out, "yes");
        break;
    case JSON_FALSE:
        add(out, "no");
        break;
    case JSON_NULL:
        add(out, "-");
        break;
    }
}

static void print_value(const char *label, const json_t *value)
{
    struct buffer text = {NULL, 0, 0};
    add_value(&text, value);
    buffer_append(&text, "", 1);
    describe_wrapped(label, COLOUR_PLAIN, (const char *)text.data);
    buffer_free(&text);
}

static void print_evidence(const json_t *evidence)
{
    const char *name;
    json_t *member;
    (void)printf("\nEvidence\n");
    json_object_foreach((json_t *)(uintptr_t)evidence, name, member)
    {
        struct buffer label = {NULL, 0, 0};
        add_name(&label, name);
        buffer_append(&label, "", 1);
        bool is_list = json_is_object(json_array_get(member, 0));
        /* A row for each. */
        for (size_t i = 0; is_list && i < json_array_size(member); i++) {
            print_value(i == 0 ? (const char *)label.data : "", json_array_get(member, i));
        }
        if (!is_list) {
            print_value((const char *)label.data, member);
        }
        buffer_free(&label);
    }
}

/* --- the flag --- */

static void print_time(const json_t *f, const char *label, const char *member)
{
    char time[32];
    output_time(time, (uint64_t)member_number(f, member));
    describe_line(label, "%s", time);
}

static void print_flag(const json_t *f)
{
    char text[96];
    output_text(describe_severity_colour(f), member_text(f, "text"));
    (void)printf("\n");
    describe_line("flag", "%lld, %s", (long long)member_number(f, "id"),
                  member_text(f, "state"));
    describe_line("kind", "%s, %s", member_text(f, "kind"), member_text(f, "severity"));
    if (member_is_number(f, "seat")) {
        describe_seat(text, f, "seat");
        describe_line("seat", "%s", text);
    }
    if (json_is_string(json_object_get(f, "proposal"))) {
        describe_line("proposal", "%s", member_text(f, "proposal"));
    }
    if (member_is_number(f, "height")) {
        describe_line("height", "%lld", (long long)member_number(f, "height"));
    }
    describe_line("seen", "%s", member_true(f, "local") ? "by this node" : "in the ledger");
    describe_line("count", "%lld", (long long)member_number(f, "count"));
    print_time(f, "first", "first_ms");
    print_time(f, "last", "last_ms");
    if (member_is_number(f, "acknowledged_ms")) {
        output_time(text, (uint64_t)member_number(f, "acknowledged_ms"));
        describe_line("acknowledged", "%s, by the user %lld", text,
                      (long long)member_number(f, "acknowledged_by"));
    }
    if (member_is_number(f, "cleared_ms")) {
        print_time(f, "cleared", "cleared_ms");
    }
    print_evidence(json_object_get(f, "evidence"));
}

static enum command_exit run(const struct command_line *line)
{
    uint64_t id;
    if (!command_parse_number(line->operands[0], 1, INT64_MAX, &id)) {
        return command_misuse(line, "\"%s\" is no flag's id", line->operands[0]);
    }
    json_t *params = json_object();
    (void)json_object_set_new(params, "id", json_integer((json_int_t)id));
    json_t *f = node_ask(line, "flag", params);
    if (f == NULL) {
        return COMMAND_FAILED;
    }
    if (line->json) {
        output_json(f);
    } else {
        print_flag(f);
    }
    json_decref(f);
    return COMMAND_DONE;
}

const struct command command_flags_show = {
    .name = "flags show",
    .summary = "Show a flag, and what is behind it",
    .operands = "ID",
    .operand = ARGUMENT_FLAG,
    .operands_min = 1,
    .operands_max = 1,
    .socket = true,
    .run = run,
};
