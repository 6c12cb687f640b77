/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "conclave/demo_data.h"

#include "conclave/files.h"
#include "conclave/programs.h"

#include "base/alloc.h"
#include "wire/limits.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { DATA_FILE_MAX = 1024 * 1024 };

/* A copy of a listed seat; the second round of the list makes "alder-2" of "alder". */
static json_t *make_seat(const struct demo_data *d, const json_t *listed, unsigned round)
{
    json_t *seat = json_deep_copy(listed);
    const char *name = json_string_value(json_object_get(listed, "name"));
    const char *rules = json_string_value(json_object_get(listed, "rules"));
    if (name == NULL || rules == NULL) {
        json_decref(seat);
        return NULL;
    }
    if (round > 1) {
        char *numbered = alloc_printf("%s-%u", name, round);
        json_object_set_new(seat, "name", json_string(numbered));
        free(numbered);
    }
    char *path = alloc_printf("%s/rules/%s", d->dir, rules);
    json_object_set_new(seat, "rules", json_string(path));
    free(path);
    return seat;
}

/* An agent without its rules would give no ballot, and nobody would know why. */
static int check_rules(const struct demo_data *d, struct complaint *why)
{
    size_t index;
    json_t *seat;
    json_array_foreach(d->seats, index, seat)
    {
        const char *rules = json_string_value(json_object_get(seat, "rules"));
        if (!file_exists(rules)) {
            return complain(why, CONCLAVE_ENOENT, "seats.json: there is no rule file %s",
                            rules);
        }
    }
    return 0;
}

static int load_seats(struct demo_data *d, unsigned seats, struct complaint *why)
{
    json_t *list;
    char *path = file_join(d->dir, "seats.json");
    int error = file_read_json(path, DATA_FILE_MAX, &list, why);
    if (error == 0) {
        size_t listed = json_array_size(list);
        d->seats = json_array();
        for (unsigned i = 0; i < seats && listed > 0; i++) {
            json_t *seat =
                make_seat(d, json_array_get(list, i % listed), 1 + i / (unsigned)listed);
            if (seat != NULL) {
                json_array_append_new(d->seats, seat);
            }
        }
        json_decref(list);
        if (json_array_size(d->seats) != seats) {
            error = complain(
                why, CONCLAVE_EFORMAT,
                "%s: must be an array of seats, each with \"name\" and \"rules\"", path);
        }
    }
    free(path);
    return error;
}

static int is_json(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return entry->d_name[0] != '.' && length > 5 &&
           strcmp(entry->d_name + length - 5, ".json") == 0;
}

static int load_proposal(struct demo_data *d, const char *path, struct complaint *why)
{
    json_t *proposal;
    int error = file_read_json(path, DATA_FILE_MAX, &proposal, why);
    if (error != 0) {
        return error;
    }
    const char *words[] = {"class", "title", "text"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]) && error == 0; i++) {
        if (!json_is_string(json_object_get(proposal, words[i]))) {
            error =
                complain(why, CONCLAVE_EFORMAT, "%s: %s must be a string", path, words[i]);
        }
    }
    if (error == 0 && !json_is_object(json_object_get(proposal, "evidence"))) {
        error = complain(why, CONCLAVE_EFORMAT, "%s: evidence must be an object", path);
    }
    if (error == 0) {
        json_array_append(d->proposals, proposal);
    }
    json_decref(proposal);
    return error;
}

static int load_proposals(struct demo_data *d, struct complaint *why)
{
    struct dirent **entries;
    char *dir = file_join(d->dir, "proposals");
    int count = scandir(dir, &entries, is_json, alphasort);
    int error = 0;
    if (count < 0) {
        error = complain(why, CONCLAVE_EIO, "cannot read %s: %s", dir, strerror(errno));
    }
    d->proposals = json_array();
    for (int i = 0; i < count; i++) {
        char *path = file_join(dir, entries[i]->d_name);
        error = error != 0 ? error : load_proposal(d, path, why);
        free(path);
        free(entries[i]);
    }
    if (count >= 0) {
        free(entries);
    }
    if (error == 0 && json_array_size(d->proposals) == 0) {
        error = complain(why, CONCLAVE_ENOENT, "there is no proposal in %s", dir);
    }
    free(dir);
    return error;
}

int demo_data_load(struct demo_data *d, unsigned seats, struct complaint *why)
{
    *d = (struct demo_data){.dir = NULL};
    int error = data_find("demo", &d->dir, why);
    error = error != 0 ? error : load_seats(d, seats, why);
    error = error != 0 ? error : check_rules(d, why);
    return error != 0 ? error : load_proposals(d, why);
}

void demo_data_free(struct demo_data *d)
{
    free(d->dir);
    json_decref(d->seats);
    json_decref(d->proposals);
    *d = (struct demo_data){.dir = NULL};
}
