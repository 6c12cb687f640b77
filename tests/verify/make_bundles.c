/* SPDX-License-Identifier: ISC */
/*
 * make_bundles DIRECTORY: bundles of all stories with their charters, for programs that are
 * tested with files: SEATS.json; SEATS-STORY-DECISION.proof, and .full.proof, where STORY
 * counts from 0, as decisions do.
 */
#include "bundles.h"

#include "base/alloc.h"

#include <stdio.h>
#include <stdlib.h>

static const char *directory;

static void store(char *name, struct slice content)
{
    char *path = alloc_printf("%s/%s", directory, name);
    FILE *f = fopen(path, "we");
    if (f == NULL || fwrite(content.data, 1, content.size, f) != content.size ||
        fclose(f) != 0) {
        perror(path);
        exit(1);
    }
    free(path);
    free(name);
}

static void make_bundle(void *context, const struct told *told)
{
    unsigned seats = told->world->charter->seat_count;
    (void)context;
    if (told->bundle.size == 0) {
        (void)fprintf(stderr, "make_bundles: %s\n", told->why);
        exit(1);
    }
    store(alloc_printf("%u.json", seats), buffer_slice(&told->world->json));
    store(alloc_printf("%u-%u-%u%s.proof", seats, told->tale, (unsigned)told->decision,
                       told->is_full ? ".full" : ""),
          told->bundle);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        (void)fputs("usage: make_bundles DIRECTORY\n", stderr);
        return 2;
    }
    directory = argv[1];
    tell_all(make_bundle, NULL);
    return 0;
}
