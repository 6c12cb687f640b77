/* SPDX-License-Identifier: ISC */
/*
 * write_bundles DIR: every good bundle of the tales, every forgery of it, and what
 * verify_proof says of each, for a verifier that shares no code with it.
 *
 * charter-N.json, another-N.json  the charter of N seats, and another council's
 * bundles                         the bundles, one after the other
 * list                            a line for each: charter, offset, size, verdict ("holds"
 *                                 or the check that failed), name, separated by tabs
 * flips                           of one full bundle every byte changed in two ways:
 * charter, offset and size of the good one, position, the bits changed, verdict
 */
#include "base/alloc.h"
#include "bundles.h"
#include "forge.h"

#include <stdio.h>
#include <stdlib.h>

enum { GREAT = 33 };

struct shelf_files {
    const char *dir;
    FILE *bundles, *list, *flips;
    size_t offset;
    const char *charter; /* of what is written now */
    bool has_flips;
};

static FILE *create(const char *dir, const char *name)
{
    char *path = alloc_printf("%s/%s", dir, name);
    FILE *f = fopen(path, "wb");
    if (f == NULL) {
        perror(path);
        exit(1);
    }
    free(path);
    return f;
}

static void finish(FILE *f)
{
    if (ferror(f) != 0 || fclose(f) != 0) {
        perror("write_bundles");
        exit(1);
    }
}

static void write_charter(const char *dir, const char *name, const struct world *w)
{
    FILE *f = create(dir, name);
    (void)fwrite(w->json.data, 1, w->json.size, f);
    finish(f);
}

static const char *verdict(const struct verify_report *report)
{
    return report->holds ? "holds" : verify_check_name(report->failed);
}

static void write_bundle(void *context, struct slice bytes,
                         const struct verify_report *report, const char *name)
{
    struct shelf_files *s = context;
    (void)fwrite(bytes.data, 1, bytes.size, s->bundles);
    (void)fprintf(s->list, "%s\t%zu\t%zu\t%s\t%s\n", s->charter, s->offset, bytes.size,
                  verdict(report), name);
    s->offset += bytes.size;
}

static void write_flips(struct shelf_files *s, const struct told *told, size_t offset)
{
    static struct proof p;
    struct verify_report report;
    struct buffer changed = {0};
    buffer_append_slice(&changed, told->bundle);
    for (size_t i = 0; i < changed.size; i++) {
        for (unsigned bits = 1; bits <= 0x80; bits *= 0x80) {
            changed.data[i] ^= (uint8_t)bits;
            verify_proof(told->world->charter, buffer_slice(&changed), &p, &report);
            proof_clear(&p);
            changed.data[i] ^= (uint8_t)bits;
            (void)fprintf(s->flips, "%s\t%zu\t%zu\t%zu\t%u\t%s\n", s->charter, offset,
                          changed.size, i, bits, verdict(&report));
        }
    }
    buffer_free(&changed);
    s->has_flips = true;
}

static void judge_and_write(struct shelf_files *s, const struct world *w,
                            const struct told *told)
{
    static struct proof p;
    struct verify_report report;
    verify_proof(w->charter, told->bundle, &p, &report);
    proof_clear(&p);
    write_bundle(s, told->bundle, &report, told->name);
}

static void write_told(void *context, const struct told *told)
{
    static struct forge f;
    struct shelf_files *s = context;
    struct world other;
    unsigned seats = told->world->charter->seat_count;
    size_t offset;
    char charter[32], another[32];
    if (told->bundle.size == 0) {
        (void)fprintf(stderr, "write_bundles: %s: %s\n", told->name, told->why);
        exit(1);
    }
    (void)snprintf(charter, sizeof(charter), "charter-%u.json", seats);
    (void)snprintf(another, sizeof(another), "another-%u.json", seats);
    world_begin(&other, (uint16_t)seats, "another");
    write_charter(s->dir, charter, told->world);
    write_charter(s->dir, another, &other);
    s->charter = another;
    judge_and_write(s, &other, told);
    world_end(&other);
    s->charter = charter;
    offset = s->offset;
    judge_and_write(s, told->world, told);
    /* Of a great council one decision has all that there is. */
    if (seats < GREAT || (told->is_full && told->decision == 1)) {
        forge_begin(&f, told->world, told->bundle);
        f.witness = write_bundle;
        f.context = s;
        forge_all(&f);
        forge_end(&f);
    }
    if (told->is_full && seats == 4 && !s->has_flips) {
        write_flips(s, told, offset);
    }
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        (void)fprintf(stderr, "usage: write_bundles DIR\n");
        return 2;
    }
    struct shelf_files s = {.dir = argv[1]};
    s.bundles = create(s.dir, "bundles");
    s.list = create(s.dir, "list");
    s.flips = create(s.dir, "flips");
    tell_all(write_told, &s);
    finish(s.bundles);
    finish(s.list);
    finish(s.flips);
    return 0;
}
