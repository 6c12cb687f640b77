/* SPDX-License-Identifier: ISC */
#include "conclave/agent_samples.h"

#include "conclave/help.h"

#include "base/text.h"

#include <string.h>

static const char *const members[] = {
    "name",    "what", "of",     "proposal", "change", "append",    "fill",   "same",
    "demands", "says", "expect", "checks",   "more",   "within_ms", "copies", NULL};

static int wrong(const struct sample *s, const char *member, const char *must,
                 struct complaint *why)
{
    return complain(why, CONCLAVE_EFORMAT, "%s: %s %s", s->file, member, must);
}

static int check_members(const struct sample *s, struct complaint *why)
{
    const char *key;
    json_t *value;
    if (!json_is_object(s->spec)) {
        return complain(why, CONCLAVE_EFORMAT, "%s: must be an object", s->file);
    }
    json_object_foreach(s->spec, key, value)
    {
        size_t i = 0;
        while (members[i] != NULL && strcmp(members[i], key) != 0) {
            i++;
        }
        if (members[i] == NULL) {
            const char *near = help_nearest_word(key, members);
            return complain(why, CONCLAVE_EFORMAT, "%s: there is no member %.40s%s%s%s",
                            s->file, key, near != NULL ? "; did you mean " : "",
                            near != NULL ? near : "", near != NULL ? "?" : "");
        }
    }
    return 0;
}

/* Of a type where it is there. */
static int check_type(const struct sample *s, const char *member, json_type type,
                      const char *must, struct complaint *why)
{
    const json_t *value = json_object_get(s->spec, member);
    return value == NULL || json_typeof(value) == type ? 0 : wrong(s, member, must, why);
}

static int check_types(const struct sample *s, struct complaint *why)
{
    static const struct {
        const char *member;
        json_type type;
        const char *must;
    } types[] = {
        {"name", JSON_STRING, "must be a word"},
        {"what", JSON_STRING, "must be a text"},
        {"of", JSON_STRING, "must be the name of a sample"},
        {"proposal", JSON_OBJECT, "must be an object"},
        {"change", JSON_OBJECT, "must be an object"},
        {"append", JSON_STRING, "must be a text"},
        {"fill", JSON_OBJECT, "must be an object"},
        {"same", JSON_TRUE, "must be true, or left out"},
        {"demands", JSON_STRING, "must be opposite, approve, reject or abstain"},
        {"says", JSON_STRING, "must be a text"},
        {"checks", JSON_ARRAY, "must be an array"},
        {"more", JSON_OBJECT, "must be an object"},
        {"within_ms", JSON_INTEGER, "must be a number of milliseconds"},
        {"copies", JSON_INTEGER, "must be a number"},
    };
    int error = 0;
    for (size_t i = 0; error == 0 && i < sizeof(types) / sizeof(types[0]); i++) {
        error = check_type(s, types[i].member, types[i].type, types[i].must, why);
    }
    return error;
}

static int choice_of(const char *word)
{
    for (int c = 0; word != NULL && c < CHOICES; c++) {
        if (strcmp(word, answer_choice_name((enum answer_choice)c)) == 0) {
            return c;
        }
    }
    return -1;
}

static int parse_expect(struct sample *s, struct complaint *why)
{
    const json_t *value = json_object_get(s->spec, "expect");
    size_t count = json_is_array(value) ? json_array_size(value) : 1;
    if (value == NULL) {
        memset(s->expects, true, sizeof(s->expects));
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        const json_t *word = json_is_array(value) ? json_array_get(value, i) : value;
        int choice = choice_of(json_string_value(word));
        if (choice < 0) {
            return wrong(s, "expect",
                         "must be approve, reject or abstain, or an array of "
                         "these",
                         why);
        }
        s->expects[choice] = true;
    }
    return count > 0 ? 0 : wrong(s, "expect", "names nothing: leave it out", why);
}

static int parse_demands(struct sample *s, struct complaint *why)
{
    const char *demands = json_string_value(json_object_get(s->spec, "demands"));
    s->says = json_string_value(json_object_get(s->spec, "says"));
    s->injects = demands != NULL;
    s->opposite = demands != NULL && strcmp(demands, "opposite") == 0;
    if (s->injects && !s->opposite) {
        int choice = choice_of(demands);
        if (choice < 0) {
            return wrong(s, "demands", "must be opposite, approve, reject or abstain", why);
        }
        s->demands = (enum answer_choice)choice;
    }
    s->same = json_is_true(json_object_get(s->spec, "same"));
    if ((s->injects || s->same) && json_object_get(s->spec, "of") == NULL) {
        return wrong(s, "of", "must name the sample to compare with", why);
    }
    if (s->says != NULL && !s->injects) {
        return wrong(s, "says", "goes with demands", why);
    }
    return 0;
}

static int parse_number(const struct sample *s, const char *member, json_int_t max,
                        json_int_t *out, struct complaint *why)
{
    const json_t *value = json_object_get(s->spec, member);
    *out = json_integer_value(value);
    return value == NULL || (*out > 0 && *out <= max)
               ? 0
               : complain(why, CONCLAVE_ELIMIT, "%s: %s must be from 1 to %lld", s->file,
                          member, (long long)max);
}

static void parse_checks(struct sample *s)
{
    const json_t *checks = json_object_get(s->spec, "checks");
    for (size_t i = 0; i < json_array_size(checks); i++) {
        s->check_failed |=
            json_is_false(json_object_get(json_array_get(checks, i), "passed"));
    }
}

static int parse_name(struct sample *s, struct complaint *why)
{
    s->name = json_string_value(json_object_get(s->spec, "name"));
    s->what = json_string_value(json_object_get(s->spec, "what"));
    if (s->name == NULL || s->name[0] == '\0' || strlen(s->name) > 32 ||
        s->name[strspn(s->name, "abcdefghijklmnopqrstuvwxyz0123456789-")] != '\0') {
        return wrong(s, "name", "must be a word of at most 32 small letters, digits and -",
                     why);
    }
    s->what = s->what != NULL ? s->what : "";
    if (text_check(slice_of_string(s->what), false, NULL) != 0) {
        return wrong(s, "what", "must be one line", why);
    }
    return (json_object_get(s->spec, "of") != NULL) ==
                   (json_object_get(s->spec, "proposal") != NULL)
               ? wrong(s, "proposal", "is wanted, or else of, the name of another", why)
               : 0;
}

int sample_parse(struct sample *s, struct complaint *why)
{
    json_int_t within = 0, copies = 0;
    int error = check_members(s, why);
    error = error == 0 ? check_types(s, why) : error;
    error = error == 0 ? parse_name(s, why) : error;
    error = error == 0 ? parse_expect(s, why) : error;
    error = error == 0 ? parse_demands(s, why) : error;
    error = error == 0 ? parse_number(s, "within_ms", 3600000, &within, why) : error;
    error = error == 0 ? parse_number(s, "copies", COPIES_MAX, &copies, why) : error;
    parse_checks(s);
    s->within_ms = within > 0 ? (uint64_t)within : UINT64_MAX;
    s->copies = (unsigned)copies;
    return error;
}
