/* SPDX-License-Identifier: ISC */
#include "agent/checks.h"

#include "agent/words.h"
#include "base/alloc.h"
#include "charter/fields.h"
#include "control/control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TIMEOUT_USUAL_MS = 5000, TIMEOUT_MAX_MS = 600000 };

struct class_checks {
    char *class;
    struct check checks[CHECKS_MAX];
    size_t count;
};

struct checks {
    struct class_checks *classes;
    size_t count;
};

static const struct place root = {NULL, NULL, 0};

static void parse_name(struct fields *f, const struct place *at, json_t *object,
                       struct check *out)
{
    struct place here = {at, "name", 0};
    out->name = fields_text(f, at, object, "name", CHECK_NAME_MAX);
    if (out->name != NULL &&
        out->name[strspn(out->name, "abcdefghijklmnopqrstuvwxyz0123456789-_")] != '\0') {
        (void)fields_refuse(f, &here, CONCLAVE_EFORMAT,
                            "small letters, digits, - and _ make a name");
    }
}

static void parse_command(struct fields *f, const struct place *at, json_t *object,
                          struct check *out)
{
    struct place here = {at, "command", 0};
    struct complaint why = {""};
    char *command = fields_text(f, at, object, "command", CHECK_COMMAND_MAX);
    if (command != NULL && words_split(command, &out->words, &why) != 0) {
        (void)fields_refuse(f, &here, CONCLAVE_EFORMAT, "%s", why.text);
    }
    free(command);
}

static void parse_on_failed(struct fields *f, const struct place *at, json_t *object,
                            struct check *out)
{
    const json_t *value = json_object_get(object, "on_failed");
    const char *word = json_string_value(value);
    struct place here = {at, "on_failed", 0};
    out->abstains = word != NULL && strcmp(word, "abstain") == 0;
    if (f->error == 0 && value != NULL && !out->abstains &&
        (word == NULL || strcmp(word, "tell") != 0)) {
        (void)fields_refuse(f, &here, CONCLAVE_EFORMAT,
                            "it must be \"tell\" or \"abstain\"");
    }
}

static void parse_check(struct fields *f, const struct place *at, json_t *object,
                        struct check *out)
{
    static const char *const known[] = {"name",      "command", "timeout_ms",
                                        "on_failed", "network", NULL};
    if (!json_is_object(object)) {
        (void)fields_refuse(f, at, CONCLAVE_EFORMAT, "a check is an object");
        return;
    }
    fields_known_in(f, at, object, known, "file of checks", "conclave-checks(5)");
    parse_name(f, at, object, out);
    parse_command(f, at, object, out);
    out->timeout_ms =
        fields_uint_or(f, at, object, "timeout_ms", 1, TIMEOUT_MAX_MS, TIMEOUT_USUAL_MS);
    parse_on_failed(f, at, object, out);
    out->network = fields_bool_or(f, at, object, "network", true);
}

static bool has_name(const struct class_checks *c, const char *name)
{
    for (size_t i = 0; c != NULL && i < c->count; i++) {
        if (c->checks[i].name != NULL && strcmp(c->checks[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static void parse_class(struct fields *f, const char *name, json_t *list,
                        struct class_checks *out)
{
    const struct place at = {&root, name, 0};
    json_t *object;
    size_t i;
    out->class = alloc_string(name);
    if (name[0] == '\0' || strlen(name) > CHECK_NAME_MAX || !json_is_array(list)) {
        (void)fields_refuse(f, &at, CONCLAVE_EFORMAT,
                            "a class, of 1 to %d bytes, or \"*\" has a list of checks",
                            CHECK_NAME_MAX);
        return;
    }
    json_array_foreach(list, i, object)
    {
        struct place here = {&at, NULL, i};
        if (f->error != 0) {
            return;
        }
        if (out->count == CHECKS_MAX) {
            (void)fields_refuse(f, &here, CONCLAVE_ELIMIT, "a class has at most %d checks",
                                CHECKS_MAX);
            return;
        }
        struct check *check = &out->checks[out->count];
        parse_check(f, &here, object, check);
        bool twice = check->name != NULL && has_name(out, check->name);
        out->count++;
        if (f->error == 0 && twice) {
            (void)fields_refuse(f, &here, CONCLAVE_EFORMAT,
                                "there is another check of that name");
        }
    }
}

static const struct class_checks *find_class(const struct checks *c, const char *class)
{
    for (size_t i = 0; c != NULL && class != NULL && i < c->count; i++) {
        if (strcmp(c->classes[i].class, class) == 0) {
            return &c->classes[i];
        }
    }
    return NULL;
}

/* Those for every class count with those of each. */
static void check_sums(struct fields *f, const struct checks *c)
{
    const struct class_checks *all = find_class(c, "*");
    for (size_t i = 0; all != NULL && f->error == 0 && i < c->count; i++) {
        const struct class_checks *one = &c->classes[i];
        const struct place at = {&root, one->class, 0};
        if (one != all && one->count + all->count > CHECKS_MAX) {
            (void)fields_refuse(f, &at, CONCLAVE_ELIMIT,
                                "with those of \"*\" a class has at most %d checks",
                                CHECKS_MAX);
        }
        for (size_t k = 0; one != all && f->error == 0 && k < one->count; k++) {
            if (has_name(all, one->checks[k].name)) {
                (void)fields_refuse(f, &at, CONCLAVE_EFORMAT,
                                    "\"*\" has a check named %s, too", one->checks[k].name);
            }
        }
    }
}

int checks_parse(struct slice text, struct checks **out, struct complaint *why)
{
    json_t *object = control_parse(text, why), *list;
    const char *name;
    if (object == NULL) {
        return CONCLAVE_EFORMAT;
    }
    struct fields f = {0, why};
    struct checks *c = alloc_zero(1, sizeof(*c));
    if (!json_is_object(object) || json_object_size(object) > CHECK_CLASSES_MAX) {
        f.error = complain(why, CONCLAVE_EFORMAT,
                           "checks are an object of at most %d classes, conclave-checks(5)",
                           CHECK_CLASSES_MAX);
    } else {
        c->classes = alloc_zero(json_object_size(object) + 1, sizeof(*c->classes));
        json_object_foreach(object, name, list)
        {
            if (f.error == 0) {
                parse_class(&f, name, list, &c->classes[c->count++]);
            }
        }
        check_sums(&f, c);
    }
    json_decref(object);
    if (f.error != 0) {
        checks_free(c);
        return f.error;
    }
    *out = c;
    return 0;
}

static int read_text(const char *path, struct buffer *out)
{
    uint8_t data[16384];
    size_t n;
    FILE *f = fopen(path, "re");
    if (f == NULL) {
        return errno;
    }
    while (out->size <= CHECKS_FILE_MAX && (n = fread(data, 1, sizeof(data), f)) > 0) {
        buffer_append(out, data, n);
    }
    int error = ferror(f) != 0 ? EIO : out->size > CHECKS_FILE_MAX ? EFBIG : 0;
    (void)fclose(f);
    return error;
}

int checks_load(const char *path, struct checks **out, struct complaint *why)
{
    struct buffer text = {NULL, 0, 0};
    struct complaint inner = {""};
    struct checks *c = NULL;
    int problem = read_text(path, &text);
    if (problem != 0) {
        buffer_free(&text);
        return complain(why, CONCLAVE_EIO, "the checks %s cannot be read: %s", path,
                        strerror(problem));
    }
    int error = checks_parse(buffer_slice(&text), &c, &inner);
    buffer_free(&text);
    for (size_t i = 0; error == 0 && i < c->count; i++) {
        for (size_t k = 0; error == 0 && k < c->classes[i].count; k++) {
            error = words_resolve(c->classes[i].checks[k].words, &inner);
            if (error == 0) {
                words_anchor(c->classes[i].checks[k].words);
            }
        }
    }
    if (error != 0) {
        checks_free(c);
        return complain(why, error, "%s: %s", path, inner.text);
    }
    *out = c;
    return 0;
}

void checks_free(struct checks *c)
{
    for (size_t i = 0; c != NULL && i < c->count; i++) {
        for (size_t k = 0; k < c->classes[i].count; k++) {
            free(c->classes[i].checks[k].name);
            words_free(c->classes[i].checks[k].words);
        }
        free(c->classes[i].class);
    }
    if (c != NULL) {
        free(c->classes);
    }
    free(c);
}

size_t checks_for(const struct checks *c, const char *class,
                  const struct check *out[CHECKS_MAX])
{
    const struct class_checks *lists[] = {find_class(c, "*"), find_class(c, class)};
    size_t count = 0;
    for (size_t i = 0; i < 2; i++) {
        bool twice = i == 1 && lists[1] == lists[0];
        for (size_t k = 0; lists[i] != NULL && !twice && k < lists[i]->count; k++) {
            out[count++] = &lists[i]->checks[k];
        }
    }
    return count;
}
