/* SPDX-License-Identifier: ISC */
#include "alert/filter.h"

#include <stdlib.h>
#include <string.h>

static bool event_passes(const struct filter *f, const char *type)
{
    for (size_t i = 0; i < f->event_count; i++) {
        if (strncmp(type, f->events[i], strlen(f->events[i])) == 0) {
            return true;
        }
    }
    return f->event_count == 0;
}

static bool kind_passes(const struct filter *f, const char *kind)
{
    for (size_t i = 0; i < f->kind_count; i++) {
        if (strcmp(kind, f->kinds[i]) == 0) {
            return true;
        }
    }
    return f->kind_count == 0 || kind[0] == '\0';
}

static bool seat_passes(const struct filter *f, unsigned seat)
{
    for (size_t i = 0; i < f->seat_count; i++) {
        if (seat == f->seats[i]) {
            return true;
        }
    }
    return f->seat_count == 0 || seat == 0;
}

bool filter_passes(const struct filter *f, const struct alert *a)
{
    return a->severity >= f->least && event_passes(f, a->type) && kind_passes(f, a->kind) &&
           seat_passes(f, a->seat);
}

static void free_words(char **words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(words[i]);
    }
    free(words);
}

void filter_free(struct filter *f)
{
    free_words(f->events, f->event_count);
    free_words(f->kinds, f->kind_count);
    free(f->seats);
}
