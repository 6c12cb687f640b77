/* SPDX-License-Identifier: ISC */
#include "publish/inside.h"

#include "base/alloc.h"
#include "verify/log.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char checkpoint_name[] = "checkpoint";
static const char charter_name[] = "charter.json";

/* --- what is published already --- */

/* Nothing, where there is no checkpoint yet. */
static int read_published(struct publication *p, const struct checkpoint_council *council,
                          struct bytes **note)
{
    struct verify_note old = {0};
    struct complaint why = {""};
    int error = site_get(p->site, checkpoint_name, NOTE_MAX, note, p->why);
    if (error == CONCLAVE_ENOENT) {
        return 0;
    }
    if (error == 0) {
        error = verify_note(council, bytes_slice(*note), &old, NULL, &why);
        error = error == 0 ? 0
                           : complain(p->why, error,
                                      "%s/%s: %s; it is another council's, or was changed: "
                                      "publish into another directory, or compare it with "
                                      "a copy, remove it, and publish anew",
                                      p->site->path, checkpoint_name, why.text);
    }
    if (error == 0) {
        p->from = old.report.checkpoint.size;
        p->from_root = old.report.checkpoint.root;
    }
    note_clear(&old.note);
    return error;
}

static int compare(struct publication *p)
{
    if (p->size < p->from) {
        return complain(p->why, CONCLAVE_ESTATE,
                        "%s: what is there covers %" PRIu64 " decisions, the node's "
                        "checkpoint %" PRIu64 ": wait until the node has caught up, or ask "
                        "another",
                        p->site->path, p->from, p->size);
    }
    if (p->size == p->from && memcmp(&p->root, &p->from_root, sizeof(p->root)) != 0) {
        return complain(p->why, CONCLAVE_ECORRUPT,
                        "%s/%s: a quorum signed two different trees of %" PRIu64
                        " decisions: the history was rewritten; keep both checkpoints as "
                        "evidence",
                        p->site->path, checkpoint_name, p->size);
    }
    return 0;
}

/* --- the new checkpoint --- */

static int complain_cosigned(const struct publication *p, const struct note *witnessed,
                             struct complaint *why)
{
    struct checkpoint c;
    int error = checkpoint_parse(witnessed->text, &c, why);
    if (error != 0) {
        return error;
    }
    if (c.size == p->size) {
        return complain(why, CONCLAVE_ESTATE,
                        "it is of %" PRIu64 " decisions as the node's is, and differs from "
                        "it: another council's, or another history",
                        c.size);
    }
    return complain(why, CONCLAVE_ESTATE,
                    "it is of %" PRIu64 " decisions, the node's is of %" PRIu64
                    ": have that one cosigned",
                    c.size, p->size);
}

/* A node vouches for seats only. Other lines, which nobody checks, would come before those
 * of witnesses, and could take all the room there is. */
static void drop_strangers(const struct checkpoint_council *council, struct note *n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n->count; i++) {
        if (slice_equal(n->lines[i].name, slice_of_string(council->origin))) {
            n->lines[kept++] = n->lines[i];
        }
    }
    n->count = kept;
}

/* The lines of all notes that are of it: a signature once published stays. */
static int merge(struct publication *p, const struct checkpoint_council *council,
                 const struct note *note, struct slice cosigned, struct slice old,
                 struct buffer *out)
{
    struct note witnessed = {.count = 0}, before = {.count = 0};
    const struct note *list[3] = {note};
    struct complaint why = {""};
    size_t count = 1;
    int error = 0;
    if (cosigned.size > 0) {
        error = note_parse(cosigned, &witnessed, &why);
        if (error == 0 && !slice_equal(witnessed.text, note->text)) {
            error = complain_cosigned(p, &witnessed, &why);
        }
        list[count++] = &witnessed;
    }
    if (error != 0) {
        error = complain(p->why, error, "the cosigned checkpoint: %s", why.text);
    } else if (old.size > 0 && note_parse(old, &before, &why) == 0 &&
               slice_equal(before.text, note->text)) {
        list[count++] = &before;
    }
    if (error == 0) {
        error = checkpoint_merge(council, list, count, NULL, 0, out);
    }
    note_clear(&witnessed);
    note_clear(&before);
    return error;
}

static int count_signatures(struct publication *p, const struct checkpoint_council *council,
                            struct slice merged)
{
    struct verify_note all = {0};
    int error = verify_note(council, merged, &all, NULL, p->why);
    p->signatures = all.report.count;
    note_clear(&all.note);
    return error;
}

/* All that it speaks of, and then the checkpoint. */
static int put_files(struct publication *p, struct slice checkpoint)
{
    int error = site_put(p->site, charter_name, bytes_slice(p->charter->json), p->why);
    if (error == 0) {
        error = publish_tiles(p);
    }
    if (error == 0) {
        error = publish_pages(p);
    }
    if (error == 0) {
        error = site_sync(p->site, p->why);
    }
    if (error == 0) {
        error = site_put_durable(p->site, checkpoint_name, checkpoint, p->why);
    }
    return error == 0 ? site_sync(p->site, p->why) : error;
}

static int put_all(struct publication *p, const struct checkpoint_council *council,
                   const struct note *note, struct slice cosigned)
{
    struct bytes *old = NULL;
    struct buffer merged = {NULL, 0, 0};
    int error = read_published(p, council, &old);
    if (error == 0) {
        error = compare(p);
    }
    if (error == 0) {
        error = merge(p, council, note, cosigned,
                      old != NULL ? bytes_slice(old) : SLICE_NONE, &merged);
    }
    if (error == 0) {
        error = count_signatures(p, council, buffer_slice(&merged));
    }
    if (error == 0) {
        error = put_files(p, buffer_slice(&merged));
    }
    buffer_free(&merged);
    bytes_unref(old);
    return error;
}

int publish_log(const struct charter *charter, struct site *site, struct slice note,
                struct slice cosigned, const struct publish_source *source,
                struct publish_report *out, struct complaint *why)
{
    struct checkpoint_council *council = verify_council(charter);
    struct verify_note now = {0};
    struct complaint text = {""};
    struct publication p = {.charter = charter, .site = site, .source = source, .why = why};
    uint64_t written = site->written;
    int error = verify_note(council, note, &now, NULL, &text);
    if (error != 0) {
        error = complain(why, error, "the checkpoint of the node: %s", text.text);
    } else {
        p.size = now.report.checkpoint.size;
        p.root = now.report.checkpoint.root;
        drop_strangers(council, &now.note);
        error = put_all(&p, council, &now.note, cosigned);
    }
    *out = (struct publish_report){.size = p.size,
                                   .old_size = p.from,
                                   .signatures = p.signatures,
                                   .written = site->written - written};
    note_clear(&now.note);
    free(council);
    return error;
}
