/* SPDX-License-Identifier: ISC */
/* The proposal that a sample asks about, as a node would give it. */
#include "conclave/agent_samples.h"

#include "conclave/members.h"

#include "base/alloc.h"
#include "base/text.h"
#include "conclaved/json.h"
#include "hash/hash.h"
#include "wire/limits.h"

#include <stdlib.h>
#include <string.h>

/* Stands for what an injection demands. */
#define DEMAND "%DEMAND%"

static int wrong(const struct sample *s, const char *what, struct complaint *why)
{
    return complain(why, CONCLAVE_EFORMAT, "%s: %s", s->file, what);
}

/* Evidence gains the members that the change has; all else takes the place of what was. */
static void change(json_t *proposal, const json_t *changes)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)changes, key, value)
    {
        json_t *before = json_object_get(proposal, key);
        if (strcmp(key, "evidence") == 0 && json_is_object(value) &&
            json_is_object(before)) {
            (void)json_object_update(before, value);
        } else {
            (void)json_object_set_new(proposal, key, json_deep_copy(value));
        }
    }
}

static void append(json_t *proposal, const char *text)
{
    const char *before = member_text(proposal, "text");
    char *both = alloc_printf("%s\n\n%s", before, text);
    (void)json_object_set_new(proposal, "text", json_string(both));
    free(both);
}

/* Makes a text as long as it may be, by repeating another one at its end. */
static int fill(const struct sample *s, json_t *proposal, const json_t *how,
                struct complaint *why)
{
    const char *member = member_text(how, "member"), *with = member_text(how, "with");
    size_t size = strlen(with),
           max = strcmp(member, "text") == 0 ? TEXT_MAX : EVIDENCE_TEXT_MAX;
    if ((strcmp(member, "text") != 0 && strcmp(member, "evidence") != 0) || size == 0) {
        return wrong(s, "fill must have member, \"text\" or \"evidence\", and with, a text",
                     why);
    }
    struct buffer b = {NULL, 0, 0};
    buffer_append_slice(&b, slice_of_string(member_text(proposal, member)));
    while (b.size + size <= max) {
        buffer_append(&b, with, size);
    }
    (void)json_object_set_new(proposal, member, json_stringn((const char *)b.data, b.size));
    buffer_free(&b);
    return 0;
}

static int check_text(const struct sample *s, const json_t *proposal, const char *member,
                      size_t max, bool multiline, struct complaint *why)
{
    const json_t *value = json_object_get(proposal, member);
    struct slice text = slice_of(json_string_value(value), json_string_length(value));
    size_t where = 0;
    if (!json_is_string(value)) {
        return complain(why, CONCLAVE_EFORMAT, "%s: the proposal's %s must be a text",
                        s->file, member);
    }
    if (text.size > max) {
        return complain(why, CONCLAVE_ELIMIT,
                        "%s: the proposal's %s has %zu bytes, at most %zu are allowed",
                        s->file, member, text.size, max);
    }
    return text_check(text, multiline, &where) == 0
               ? 0
               : complain(why, CONCLAVE_ETEXT,
                          "%s: the proposal's %s has a character at byte %zu that no "
                          "proposal can have",
                          s->file, member, where);
}

/* What a node could not give as an object it gives as the text that it is. */
static int settle_evidence(const struct sample *s, json_t *proposal, struct complaint *why)
{
    json_t *evidence = json_object_get(proposal, "evidence");
    int error = 0;
    if (evidence == NULL) {
        (void)json_object_set_new(proposal, "evidence", json_null());
    } else if (json_is_object(evidence)) {
        char *text = json_dumps(evidence, JSON_COMPACT | JSON_ENSURE_ASCII);
        size_t size = strlen(text);
        json_t *given = json_evidence(slice_of(text, size));
        error = size > EVIDENCE_TEXT_MAX
                    ? complain(why, CONCLAVE_ELIMIT,
                               "%s: the evidence has %zu bytes, at most %d are allowed",
                               s->file, size, EVIDENCE_TEXT_MAX)
                    : 0;
        (void)json_object_set_new(proposal, "evidence",
                                  given != NULL ? given : json_string(text));
        free(text);
    } else if (!json_is_null(evidence)) {
        error = check_text(s, proposal, "evidence", EVIDENCE_TEXT_MAX, true, why);
    }
    return error;
}

static void set_rest(const struct sample *s, json_t *proposal)
{
    struct hash id = hash_labelled("conclave/sample", slice_of_string(s->name));
    json_t *given = json_object();
    json_put(given, "id", json_hash(&id));
    json_put(given, "payload", json_null());
    json_put(given, "proposer", json_number(1));
    (void)json_object_update_missing(proposal, given);
    json_decref(given);
}

int sample_make(struct sample *s, struct complaint *why)
{
    const struct sample *from = s->of != NULL ? s->of : s;
    const json_t *how = json_object_get(s->spec, "fill");
    const char *more = json_string_value(json_object_get(s->spec, "append"));
    json_t *p = json_deep_copy(json_object_get(from->spec, "proposal"));
    int error = 0;
    s->proposal = p;
    change(p, json_object_get(s->spec, "change"));
    if (more != NULL) {
        append(p, more);
    }
    error = how != NULL ? fill(s, p, how, why) : 0;
    error = error == 0 ? check_text(s, p, "class", 64, false, why) : error;
    error = error == 0 ? check_text(s, p, "title", TITLE_MAX, false, why) : error;
    error = error == 0 ? check_text(s, p, "text", TEXT_MAX, true, why) : error;
    error = error == 0 ? settle_evidence(s, p, why) : error;
    set_rest(s, p);
    return error;
}

/* --- the question --- */

static json_t *demand_in_text(const json_t *text, const char *word)
{
    const char *at = json_string_value(text), *next;
    struct buffer b = {NULL, 0, 0};
    while ((next = strstr(at, DEMAND)) != NULL) {
        buffer_append(&b, at, (size_t)(next - at));
        buffer_append_slice(&b, slice_of_string(word));
        at = next + strlen(DEMAND);
    }
    buffer_append_slice(&b, slice_of_string(at));
    json_t *value = json_stringn((const char *)b.data, b.size);
    buffer_free(&b);
    return value;
}

/* A copy in which all texts demand it. */
static json_t *demand(const json_t *value, const char *word)
{
    json_t *copy, *member;
    const char *key;
    size_t i;
    if (json_is_string(value)) {
        return demand_in_text(value, word);
    }
    if (json_is_array(value)) {
        copy = json_array();
        json_array_foreach((json_t *)value, i, member)
        {
            (void)json_array_append_new(copy, demand(member, word));
        }
        return copy;
    }
    if (!json_is_object(value)) {
        return json_deep_copy(value);
    }
    copy = json_object();
    json_object_foreach((json_t *)value, key, member)
    {
        (void)json_object_set_new(copy, key, demand(member, word));
    }
    return copy;
}

json_t *sample_question(const struct sample *s, enum answer_choice demands,
                        const json_t *seat)
{
    json_t *question = json_object();
    json_t *checks = json_object_get(s->spec, "checks");
    json_t *more = json_object_get(s->spec, "more");
    json_put(question, "proposal", demand(s->proposal, answer_choice_name(demands)));
    json_put(question, "seat", json_deep_copy(seat));
    json_put(question, "checks", checks != NULL ? json_deep_copy(checks) : json_array());
    if (more != NULL) {
        (void)json_object_update_missing(question, more);
    }
    return question;
}
