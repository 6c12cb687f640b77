/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "conclave/events_cursor.h"

#include "conclave/files.h"
#include "conclave/members.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CURSOR_MAX = 4096, MODE = 0644 };

/* --- places --- */

bool events_place_after(const json_t *event, struct events_place *out)
{
    const char *id = member_text(event, "id");
    char *end = NULL;
    if (id[0] < '0' || id[0] > '9') {
        return false;
    }
    out->height = strtoull(id, &end, 10);
    if (*end != '.' || end[1] < '0' || end[1] > '9') {
        return false;
    }
    out->index = strtoull(end + 1, &end, 10) + 1;
    return *end == '\0';
}

bool events_place_is_after(struct events_place a, struct events_place b)
{
    return a.height != b.height ? a.height > b.height : a.index > b.index;
}

/* --- the file --- */

static uint64_t number_of(const json_t *note, const char *name)
{
    json_int_t value = member_number(note, name);
    return value > 0 ? (uint64_t)value : 0;
}

static int take(struct events_cursor *c, const json_t *note, struct complaint *why)
{
    const char *council = member_text(note, "council_id");
    if (strlen(council) != sizeof(c->council) - 1 || number_of(note, "height") == 0) {
        return complain(why, CONCLAVE_EFORMAT,
                        "%s is no cursor of conclave events: name another file, or remove "
                        "this one to begin anew",
                        c->path);
    }
    memcpy(c->council, council, sizeof(c->council));
    c->place = (struct events_place){number_of(note, "height"), number_of(note, "index")};
    c->inode = number_of(note, "inode");
    c->size = number_of(note, "size");
    c->found = true;
    return 0;
}

int events_cursor_open(struct events_cursor *c, const char *path, struct complaint *why)
{
    json_t *note = NULL;
    *c = (struct events_cursor){.path = path};
    if (path == NULL || !file_exists(path)) {
        return 0;
    }
    int error = file_read_json(path, CURSOR_MAX, &note, why);
    if (error == 0) {
        error = take(c, note, why);
    }
    json_decref(note);
    return error;
}

int events_cursor_note(struct events_cursor *c, struct events_sink *sink,
                       struct complaint *why)
{
    struct stat st;
    struct buffer text = {NULL, 0, 0};
    if (c->path == NULL) {
        return 0;
    }
    int error = events_sink_sync(sink, why);
    if (error != 0) {
        return error;
    }
    bool is_file = sink->is_file && fstat(sink->fd, &st) == 0;
    json_t *note = json_pack(
        "{s:s,s:I,s:I,s:I,s:I}", "council_id", c->council, "height",
        (json_int_t)c->place.height, "index", (json_int_t)c->place.index, "inode",
        is_file ? (json_int_t)st.st_ino : 0, "size", is_file ? (json_int_t)sink->size : 0);
    file_format_json(note, &text);
    error = file_replace(c->path, buffer_slice(&text), MODE, why);
    buffer_free(&text);
    json_decref(note);
    if (error == 0) {
        c->noted_ms = clock_monotonic_ms();
        c->behind = false;
    }
    return error;
}

/* --- what was told after the note --- */

/* Whole lines from the stream; the size of the file up to the end of the last. */
static uint64_t read_lines(struct events_cursor *c, FILE *f)
{
    char *line = NULL;
    size_t room = 0;
    uint64_t size = c->size;
    ssize_t got;
    while ((got = getline(&line, &room, f)) > 0 && line[got - 1] == '\n') {
        struct events_place after;
        json_t *event = json_loadb(line, (size_t)got, 0, NULL);
        if (events_place_after(event, &after) && events_place_is_after(after, c->place)) {
            c->place = after;
        }
        json_decref(event);
        size += (uint64_t)got;
    }
    free(line);
    return size;
}

int events_cursor_look(struct events_cursor *c, struct events_sink *sink,
                       struct complaint *why)
{
    struct stat st;
    if (!c->found || !sink->is_file || fstat(sink->fd, &st) != 0 || c->inode == 0 ||
        (uint64_t)st.st_ino != c->inode || (uint64_t)st.st_size <= c->size) {
        return 0;
    }
    FILE *f = fopen(sink->path, "re");
    if (f == NULL || fseeko(f, (off_t)c->size, SEEK_SET) != 0) {
        if (f != NULL) {
            (void)fclose(f);
        }
        return complain(why, CONCLAVE_EPERM,
                        "%s cannot be read, to see what of it was written after %s",
                        sink->path, c->path);
    }
    uint64_t size = read_lines(c, f);
    (void)fclose(f);
    if (size < (uint64_t)st.st_size && ftruncate(sink->fd, (off_t)size) != 0) {
        return complain(why, CONCLAVE_EIO,
                        "%s ends with half a line that cannot be cut off", sink->path);
    }
    sink->size = (off_t)size;
    sink->unsynced = true;
    return 0;
}
