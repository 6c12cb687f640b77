/* SPDX-License-Identifier: ISC */
#include "evaluators/rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

static void names_free(struct names *n)
{
    for (size_t i = 0; i < n->count; i++) {
        free(n->list[i]);
    }
    free(n->list);
}

static void conditions_free(struct conditions *c)
{
    for (size_t i = 0; i < c->count; i++) {
        for (size_t k = 0; k < c->list[i].value_count; k++) {
            free(c->list[i].values[k].text);
        }
        free(c->list[i].values);
        free(c->list[i].path);
    }
    free(c->list);
}

void rules_free(struct rules *r)
{
    if (r == NULL) {
        return;
    }
    for (size_t i = 0; i < r->count; i++) {
        free(r->list[i].name);
        names_free(&r->list[i].classes);
        conditions_free(&r->list[i].when);
        conditions_free(&r->list[i].test);
        conditions_free(&r->list[i].unless);
    }
    for (size_t i = 0; i < r->threshold_count; i++) {
        names_free(&r->thresholds[i].classes);
    }
    for (size_t i = 0; i < r->framework_count; i++) {
        free(r->frameworks[i].name);
        names_free(&r->frameworks[i].jurisdictions);
    }
    free(r->list);
    free(r->thresholds);
    free(r->frameworks);
    free(r->family);
    free(r->title);
    free(r);
}

bool rules_same_word(struct slice a, struct slice b)
{
    return a.size == b.size &&
           (a.size == 0 ||
            strncasecmp((const char *)a.data, (const char *)b.data, a.size) == 0);
}

bool names_have(const struct names *n, struct slice word)
{
    for (size_t i = 0; i < n->count; i++) {
        if (rules_same_word(slice_of_string(n->list[i]), word)) {
            return true;
        }
    }
    return false;
}

int rules_load(const char *path, struct rules **out, struct complaint *why)
{
    FILE *f = fopen(path, "re");
    if (f == NULL) {
        return complain(why, CONCLAVE_EIO, "%s: cannot open the rule file: %m", path);
    }
    struct buffer text = {NULL, 0, 0};
    buffer_reserve(&text, RULES_FILE_MAX + 1);
    text.size = fread(text.data, 1, RULES_FILE_MAX + 1, f);
    int error = 0;
    if (ferror(f)) {
        error = complain(why, CONCLAVE_EIO, "%s: cannot read the rule file: %m", path);
    }
    (void)fclose(f);
    if (error == 0) {
        error = rules_parse(path, buffer_slice(&text), out, why);
    }
    buffer_free(&text);
    return error;
}
