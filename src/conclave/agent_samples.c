/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "conclave/agent_samples.h"

#include "conclave/files.h"

#include "base/alloc.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLE_FILE_MAX = 1024 * 1024, SAMPLES_MAX = 1000 };

static const struct sample *find(const struct samples *s, const char *name)
{
    for (size_t i = 0; i < s->count; i++) {
        if (strcmp(s->list[i].name, name) == 0) {
            return &s->list[i];
        }
    }
    return NULL;
}

static int add(struct samples *s, const char *path, size_t number, json_t *spec,
               struct complaint *why)
{
    struct sample *added;
    if (s->count == SAMPLES_MAX) {
        return complain(why, CONCLAVE_ELIMIT, "%s: there are more than %d samples", path,
                        SAMPLES_MAX);
    }
    s->list = alloc_resize(s->list, s->count + 1, sizeof(*s->list));
    added = &s->list[s->count];
    *added = (struct sample){.spec = json_incref(spec),
                             .file = alloc_printf("%s, sample %zu", path, number)};
    int error = sample_parse(added, why);
    const struct sample *other = error == 0 ? find(s, added->name) : NULL;
    s->count++;
    return other == NULL
               ? error
               : complain(why, CONCLAVE_EEXIST, "%s: the name \"%s\" is taken by %s",
                          added->file, added->name, other->file);
}

static int load_file(struct samples *s, const char *path, struct complaint *why)
{
    json_t *content;
    int error = file_read_json(path, SAMPLE_FILE_MAX, &content, why);
    if (error != 0) {
        return error;
    }
    if (json_is_array(content)) {
        for (size_t i = 0; error == 0 && i < json_array_size(content); i++) {
            error = add(s, path, i + 1, json_array_get(content, i), why);
        }
    } else {
        error = add(s, path, 1, content, why);
    }
    json_decref(content);
    return error;
}

static int is_json(const struct dirent *entry)
{
    const char *end = strrchr(entry->d_name, '.');
    return entry->d_name[0] != '.' && end != NULL && strcmp(end, ".json") == 0;
}

int samples_load(struct samples *s, const char *dir, struct complaint *why)
{
    struct dirent **entries;
    int count = scandir(dir, &entries, is_json, alphasort);
    int error = 0;
    if (count < 0) {
        return complain(why, CONCLAVE_EIO, "cannot read the folder %s: %s", dir,
                        strerror(errno));
    }
    for (int i = 0; i < count; i++) {
        char *path = file_join(dir, entries[i]->d_name);
        error = error != 0 ? error : load_file(s, path, why);
        free(path);
        free(entries[i]);
    }
    free(entries);
    return count > 0 ? error
                     : complain(why, CONCLAVE_ENOENT,
                                "there is no sample in %s: a file that "
                                "ends in .json",
                                dir);
}

static int derive(const struct samples *all, struct sample *s, struct complaint *why)
{
    const char *of = json_string_value(json_object_get(s->spec, "of"));
    if (of == NULL) {
        return 0;
    }
    s->of = find(all, of);
    if (s->of == NULL || json_object_get(s->of->spec, "proposal") == NULL) {
        return complain(why, CONCLAVE_ENOENT,
                        "%s: of: there is no sample \"%s\" with a proposal of its own",
                        s->file, of);
    }
    return 0;
}

int samples_derive(struct samples *s, struct complaint *why)
{
    int error = 0;
    for (size_t i = 0; error == 0 && i < s->count; i++) {
        error = derive(s, &s->list[i], why);
        error = error == 0 ? sample_make(&s->list[i], why) : error;
    }
    return error;
}

void samples_free(struct samples *s)
{
    for (size_t i = 0; i < s->count; i++) {
        json_decref(s->list[i].spec);
        json_decref(s->list[i].proposal);
        free(s->list[i].file);
    }
    free(s->list);
    *s = (struct samples){NULL, 0};
}
