/* SPDX-License-Identifier: ISC */
#include "verifier/published_inside.h"

#include "base/alloc.h"
#include "wire/shared.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

const char *published_check_name(enum published_check check)
{
    switch (check) {
    case PUBLISHED_CHARTER:
        return "charter";
    case PUBLISHED_CHECKPOINT:
        return "checkpoint";
    case PUBLISHED_ENTRIES:
        return "entries";
    case PUBLISHED_TILES:
        return "tiles";
    case PUBLISHED_PROOFS:
        return "proofs";
    case PUBLISHED_INDEX:
        return "index";
    case PUBLISHED_PAGES:
        return "pages";
    }
    return "";
}

/* --- faults and files --- */

void published_fault(struct published *p, enum published_check check, const char *format,
                     ...)
{
    char text[COMPLAINT_BYTES];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    p->faults_of[check]++;
    if (p->fault_count < PUBLISHED_FAULTS) {
        p->fault_checks[p->fault_count] = check;
        p->faults[p->fault_count++] = alloc_string(text);
    }
}

bool published_read(struct published *p, enum published_check check, const char *name,
                    size_t max, struct bytes **out)
{
    struct complaint why = {""};
    size_t before = strlen(p->path) + 1;
    int error = site_get(&p->site, name, max, out, &why);
    if (error == CONCLAVE_ENOENT) {
        published_fault(p, check, "%s: it is missing", name);
    } else if (error != 0) {
        /* It begins with the directory, which is said already. */
        published_fault(p, check, "%s",
                        strlen(why.text) > before ? why.text + before : why.text);
    } else {
        p->files++;
        p->bytes += (*out)->size;
    }
    return error == 0;
}

static bool is_there(const struct published *p, const char *name)
{
    struct stat st;
    return fstatat(p->site.fd, name, &st, 0) == 0;
}

bool published_read_tile(struct published *p, const struct tile *t, struct bytes **out,
                         char path[TILE_PATH_BYTES])
{
    bool is_entries = t->kind == TILE_ENTRIES;
    struct tile full = *t;
    char whole[TILE_PATH_BYTES];
    full.width = TILE_WIDTH;
    tile_path(&full, whole);
    tile_path(t, path);
    /* A log may drop a partial one once it has the full one. */
    if (!is_there(p, path) && is_there(p, whole)) {
        memcpy(path, whole, sizeof(whole));
    }
    return published_read(p, is_entries ? PUBLISHED_ENTRIES : PUBLISHED_TILES, path,
                          is_entries ? PUBLISHED_BUNDLE_MAX : TILE_WIDTH * HASH_BYTES, out);
}

/* --- the two files that stand for all others --- */

static void check_charter(struct published *p)
{
    static const char name[] = "charter.json";
    struct bytes *text = NULL;
    struct charter *c = NULL;
    struct complaint why = {""};
    p->is_checked[PUBLISHED_CHARTER] = true;
    if (!published_read(p, PUBLISHED_CHARTER, name, CHARTER_MAX, &text)) {
        return;
    }
    if (charter_parse(bytes_slice(text), &c, &why) != 0) {
        published_fault(p, PUBLISHED_CHARTER, "%s: %s", name, why.text);
    } else if (!hash_equal(&c->council_id, &p->charter->council_id)) {
        published_fault(p, PUBLISHED_CHARTER,
                        "%s: it is another council's than the charter that was given",
                        name);
    }
    charter_free(c);
    bytes_unref(text);
}

static void check_checkpoint(struct published *p)
{
    static const char name[] = "checkpoint";
    struct complaint why = {""};
    p->is_checked[PUBLISHED_CHECKPOINT] = true;
    if (!published_read(p, PUBLISHED_CHECKPOINT, name, NOTE_MAX, &p->note_bytes)) {
        return;
    }
    p->has_checkpoint =
        verify_note(p->council, bytes_slice(p->note_bytes), &p->note, NULL, &why) == 0;
    p->signatures += p->note.report.count;
    if (!p->has_checkpoint) {
        published_fault(p, PUBLISHED_CHECKPOINT, "%s: %s", name, why.text);
    }
}

void published_judge(struct published *p)
{
    struct complaint why = {""};
    if (site_look(p->path, &p->site, &why) != 0) {
        p->is_checked[PUBLISHED_CHARTER] = true;
        published_fault(p, PUBLISHED_CHARTER, "%s", why.text);
        return;
    }
    check_charter(p);
    check_checkpoint(p);
    if (p->has_checkpoint && published_tree(p)) {
        published_decisions(p);
    }
    p->holds = true;
    for (unsigned i = 0; i < PUBLISHED_CHECKS; i++) {
        p->holds = p->holds && p->is_checked[i] && p->faults_of[i] == 0;
    }
}

void published_clear(struct published *p)
{
    for (size_t i = 0; i < p->fault_count; i++) {
        free(p->faults[i]);
    }
    note_clear(&p->note.note);
    bytes_unref(p->note_bytes);
    site_close(&p->site);
}
