/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "verifier/memory.h"

#include "base/alloc.h"
#include "conclave/files.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { MODE = 0666, DIGITS = 8, SAME_NAME_MAX = 100 };

static int take_lock(struct memory *m, struct complaint *why)
{
    char *path = alloc_printf("%s.lock", m->path);
    int error = 0;
    m->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, MODE);
    if (m->lock_fd < 0) {
        error = complain(why, CONCLAVE_EIO,
                         "cannot write %s: %s: to remember, name a file in a directory "
                         "that you may write to",
                         path, strerror(errno));
    } else if (flock(m->lock_fd, LOCK_EX | LOCK_NB) != 0) {
        error = complain(why, CONCLAVE_EEXIST,
                         "another conclave verify uses %s: wait until it is done", m->path);
    }
    free(path);
    return error;
}

int memory_open(const char *path, const struct checkpoint_council *council,
                struct memory *out, struct complaint *why)
{
    struct complaint text = {""};
    *out = (struct memory){.path = path, .lock_fd = -1};
    int error = take_lock(out, why);
    if (error != 0 || !file_exists(path)) {
        return error;
    }
    error = file_read(path, NOTE_MAX, &out->bytes, why);
    if (error != 0) {
        return error;
    }
    error = verify_note(council, bytes_slice(out->bytes), &out->note, NULL, &text);
    return error == 0
               ? 0
               : complain(why, error,
                          "%s: %s; what is remembered must be a checkpoint of this council "
                          "that a quorum signed: name the right file, or restore this one",
                          path, text.text);
}

void memory_close(struct memory *m)
{
    note_clear(&m->note.note);
    bytes_unref(m->bytes);
    if (m->lock_fd >= 0) {
        (void)close(m->lock_fd);
    }
    *m = (struct memory){.lock_fd = -1};
}

int memory_replace(const struct memory *m, struct slice note, struct complaint *why)
{
    return file_replace(m->path, note, MODE, why);
}

static bool is_same_file(const char *path, struct slice content)
{
    struct bytes *there = NULL;
    bool same = file_read(path, content.size, &there, NULL) == 0 &&
                slice_equal(bytes_slice(there), content);
    bytes_unref(there);
    return same;
}

int memory_keep_evidence(const struct memory *m, uint64_t size, const struct hash *root,
                         struct slice content, char **out, struct complaint *why)
{
    char digits[DIGITS + 1], again[16] = "";
    int error = CONCLAVE_EEXIST;
    hex_encode(digits, slice_of(root->bytes, DIGITS / 2));
    *out = NULL;
    for (unsigned i = 1; i <= SAME_NAME_MAX && error == CONCLAVE_EEXIST; i++) {
        free(*out);
        if (i > 1) {
            (void)snprintf(again, sizeof(again), "-%u", i);
        }
        *out = alloc_printf("%s.conflict-%" PRIu64 "-%s%s", m->path, size, digits, again);
        error = is_same_file(*out, content) ? 0 : file_write_new(*out, content, MODE, why);
    }
    if (error != 0) {
        free(*out);
        *out = NULL;
    }
    return error;
}
