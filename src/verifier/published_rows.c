/* SPDX-License-Identifier: ISC */
/* decisions.json, an array of any length, of which one row at a time is in memory. */
#include "verifier/published_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char index_name[] = "decisions.json";
enum { ROW_MAX = 64 * 1024 }; /* a title has some hundred bytes */

static void fail(struct rows *r, const char *what)
{
    r->is_ended = true;
    published_fault(r->p, PUBLISHED_INDEX, "%s: after %" PRIu64 " decisions %s", index_name,
                    r->count, what);
}

static int next_character(struct rows *r)
{
    int c;
    do {
        c = fgetc(r->file);
    } while (c == ' ' || c == '\n' || c == '\t' || c == '\r');
    return c;
}

void rows_open(struct rows *r, struct published *p)
{
    struct stat st;
    *r = (struct rows){.p = p};
    int fd = openat(p->site.fd, index_name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd >= 0 && (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))) {
        (void)close(fd);
        fd = -1;
        errno = EINVAL;
    }
    r->file = fd >= 0 ? fdopen(fd, "rb") : NULL;
    if (r->file == NULL) {
        r->is_ended = true;
        published_fault(p, PUBLISHED_INDEX, "%s: %s", index_name,
                        errno == ENOENT ? "it is missing" : "it cannot be read");
        return;
    }
    p->files++;
    p->bytes += (uint64_t)st.st_size;
    if (next_character(r) != '[') {
        fail(r, "there is no JSON array");
    }
}

/* The object that begins with what was read last, to its end. */
static size_t read_object(struct rows *r, char *out)
{
    size_t size = 0;
    unsigned depth = 0;
    bool in_text = false, escaped = false;
    for (int c = '{'; c != EOF && size < ROW_MAX; c = fgetc(r->file)) {
        out[size++] = (char)c;
        if (in_text) {
            in_text = escaped || c != '"';
            escaped = !escaped && c == '\\';
        } else if (c == '"') {
            in_text = true;
        } else if (c == '{' || c == '[') {
            depth++;
        } else if (c == '}' || c == ']') {
            depth--;
            if (depth == 0) {
                return size;
            }
        }
    }
    return 0;
}

json_t *rows_next(struct rows *r)
{
    char text[ROW_MAX];
    json_t *row = NULL;
    if (r->is_ended) {
        return NULL;
    }
    bool separated = r->count == 0 || next_character(r) == ',';
    if (separated && next_character(r) == '{') {
        size_t size = read_object(r, text);
        row = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
    }
    if (row == NULL) {
        fail(r, "no further one can be read");
        return NULL;
    }
    r->count++;
    return row;
}

bool rows_end(struct rows *r)
{
    int c = r->is_ended ? EOF : next_character(r);
    bool is_ahead = c == ',';
    if (!r->is_ended && c != ']' && !is_ahead) {
        fail(r, "the array does not end");
    } else if (c == ']' && next_character(r) != EOF) {
        fail(r, "and the end of the array there is more");
    }
    if (r->file != NULL) {
        (void)fclose(r->file);
    }
    return is_ahead;
}
