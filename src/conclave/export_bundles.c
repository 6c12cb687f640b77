/* SPDX-License-Identifier: ISC */
#include "conclave/export_bundles.h"

#include "conclave/describe.h"
#include "conclave/files.h"
#include "conclave/new_file.h"

#include "base/alloc.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int write_bundle(const struct exported *e, const char *path, struct complaint *why)
{
    struct new_file file;
    int error = new_file_open(&file, path, why);
    if (error != 0) {
        return error;
    }
    (void)fwrite(e->bundle.data, 1, e->bundle.size, file.stream);
    return new_file_close(&file, why);
}

/* --- one --- */

static json_t *summary_json(const struct exported *e, bool full, const char *file)
{
    char id[2 * HASH_BYTES + 1];
    hex_encode(id, slice_of(e->id.bytes, HASH_BYTES));
    return json_pack("{s:s,s:I,s:I,s:I,s:b,s:I,s:s}", "id", id, "record",
                     (json_int_t)e->record, "final_height", (json_int_t)e->final_height,
                     "covered_height", (json_int_t)e->covered_height, "full", (int)full,
                     "bytes", (json_int_t)e->bundle.size, "file", file);
}

static void print_summary(const json_t *summary)
{
    char size[32];
    output_bytes(size, (uint64_t)member_number(summary, "bytes"));
    describe_line("proposal", "%s", member_text(summary, "id"));
    describe_line("record", "%lld, final by block %lld, certified by that of block %lld",
                  (long long)member_number(summary, "record"),
                  (long long)member_number(summary, "final_height"),
                  (long long)member_number(summary, "covered_height"));
    describe_line("bundle", "%s%s in %s", size,
                  member_true(summary, "full") ? ", full" : "",
                  member_text(summary, "file"));
}

enum command_exit export_one(const struct command_line *line, struct export_source *s,
                             const char *id, bool full, const char *file)
{
    struct complaint why = {""};
    struct exported e;
    bool to_file = file != NULL && strcmp(file, "-") != 0;
    int error = export_bundle(s, id, full, &e, &why);
    if (error == 0) {
        error = write_bundle(&e, file, &why);
        if (error == 0 && to_file) {
            json_t *summary = summary_json(&e, full, file);
            if (line->json) {
                output_json(summary);
            } else {
                print_summary(summary);
            }
            json_decref(summary);
        }
        buffer_free(&e.bundle);
    }
    return error == 0 ? COMMAND_DONE : command_fail(line, "%s", why.text);
}

/* --- all --- */

struct counts {
    uint64_t written, present, early, bytes;
};

/* ID.proof, ID-full.proof; the caller frees. */
static char *bundle_path(const char *dir, const char *id, bool full)
{
    char *name = alloc_printf("%s%s.proof", id, full ? "-full" : "");
    char *path = file_join(dir, name);
    free(name);
    return path;
}

static int export_next(struct export_source *s, uint64_t number, bool full, const char *dir,
                       struct counts *counts, struct complaint *why)
{
    static struct decision d; /* large */
    char id[2 * HASH_BYTES + 1];
    int error = export_decision(s, number, DECISION_RECORD, &d, why);
    if (error != 0) {
        return error;
    }
    hex_encode(id, slice_of(d.record.proposal.bytes, HASH_BYTES));
    decision_clear(&d);
    char *path = bundle_path(dir, id, full);
    if (file_exists(path)) {
        counts->present++;
        free(path);
        return 0;
    }
    struct exported e;
    error = export_bundle(s, id, full, &e, why);
    if (error == 0) {
        error = write_bundle(&e, path, why);
        counts->written += error == 0;
        counts->bytes += error == 0 ? e.bundle.size : 0;
        buffer_free(&e.bundle);
    } else if (error == CONCLAVE_ESTATE) {
        counts->early++;
        error = 0;
    }
    free(path);
    return error;
}

static void print_counts(const struct command_line *line, const struct counts *n,
                         const char *dir)
{
    char size[32];
    if (line->json) {
        json_t *summary =
            json_pack("{s:s,s:I,s:I,s:I,s:I}", "directory", dir, "written",
                      (json_int_t)n->written, "bytes", (json_int_t)n->bytes, "present",
                      (json_int_t)n->present, "not_covered", (json_int_t)n->early);
        output_json(summary);
        json_decref(summary);
        return;
    }
    output_bytes(size, n->bytes);
    (void)printf("%" PRIu64 " bundles, %s, in ", n->written, size);
    output_text(COLOUR_PLAIN, dir);
    (void)printf("; %" PRIu64 " were there already.\n", n->present);
    if (n->early > 0) {
        (void)printf("%" PRIu64 " more are final, but no certificate covers them yet: do "
                     "this again.\n",
                     n->early);
    }
}

enum command_exit export_all(const struct command_line *line, struct export_source *s,
                             uint64_t first, bool full, const char *dir)
{
    struct complaint why = {""};
    struct counts counts = {0, 0, 0, 0};
    int error = file_make_dir(dir, 0777, &why);
    for (uint64_t i = first; error == 0 && i < s->size; i++) {
        error = export_next(s, i, full, dir, &counts, &why);
    }
    if (error != 0) {
        return command_fail(line, "%s", why.text);
    }
    print_counts(line, &counts, dir);
    return COMMAND_DONE;
}
