/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "disk.h"

#include "base/alloc.h"
#include "faults.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAMES = 4, FDS = 1024, FILES = 4096, OPERATIONS = 1 << 16 };
enum { NOT_OURS = 0, DIRECTORY = -1 }; /* other numbers are files, from 1 */

static const char *const names[NAMES] = {"data.mdb", "journal", "journal.new", "wal"};

enum kind { DO_MARK, DO_WRITE, DO_SYNC, DO_SYNC_DIR, DO_MAKE, DO_RENAME, DO_UNLINK };

struct operation {
    enum kind kind;
    int file;
    int name, to; /* indices of names */
    uint8_t *data;
    size_t size, offset;
    bool direct; /* O_DSYNC */
    bool failed; /* a sync that was none; a direct write of which nothing is known */
    bool orphan; /* a write that no later sync covers */
    struct disk_mark mark;
};

static struct {
    const char *dir;
    struct operation *list;
    size_t count, syncs;
    int of_fd[FDS];
    bool direct_fd[FDS];
    int now[NAMES];   /* the file that each name has, 0: none */
    int image[NAMES]; /* the same in the image that was made last */
    int files;
    bool lies;
} disk;

static int name_of(const char *path)
{
    const char *base = strrchr(path, '/');
    base = base != NULL ? base + 1 : path;
    for (int i = 0; i < NAMES; i++) {
        if (strcmp(base, names[i]) == 0) {
            return i;
        }
    }
    return -1;
}

static struct operation *add(enum kind kind)
{
    if (disk.count == OPERATIONS) {
        abort();
    }
    struct operation *o = &disk.list[disk.count++];
    *o = (struct operation){.kind = kind};
    return o;
}

/* --- the journal --- */

static void on_open(const struct fault_event *e)
{
    int name = name_of(e->name), flags = (int)e->offset;
    disk.of_fd[e->fd] = NOT_OURS;
    if ((flags & O_DIRECTORY) != 0) {
        disk.of_fd[e->fd] = strcmp(e->name, disk.dir) == 0 ? DIRECTORY : NOT_OURS;
        return;
    }
    if (name < 0) {
        return;
    }
    if (disk.now[name] == 0) {
        struct operation *o = add(DO_MAKE);
        o->file = disk.now[name] = ++disk.files;
        o->name = name;
    }
    disk.of_fd[e->fd] = disk.now[name];
    disk.direct_fd[e->fd] = (flags & O_DSYNC) != 0;
}

static void on_sync(const struct fault_event *e, int file)
{
    struct operation *o = add(file == DIRECTORY ? DO_SYNC_DIR : DO_SYNC);
    o->file = file;
    o->failed = e->failed;
    disk.syncs++;
    for (size_t i = disk.count - 1; e->failed && file != DIRECTORY && i-- > 0;) {
        struct operation *w = &disk.list[i];
        if (w->kind == DO_SYNC && w->file == file && !w->failed) {
            break;
        }
        w->orphan = w->orphan || (w->kind == DO_WRITE && w->file == file && !w->direct);
    }
}

static void on_call(const struct fault_event *e)
{
    int file = e->fd >= 0 ? disk.of_fd[e->fd] : NOT_OURS;
    struct operation *o;
    switch (e->call) {
    case CALL_OPEN:
        on_open(e);
        break;
    case CALL_WRITE:
        if (file > 0) {
            o = add(DO_WRITE);
            o->file = file;
            o->data = alloc(e->size);
            memcpy(o->data, e->data, e->size);
            o->size = e->size;
            o->offset = (size_t)e->offset;
            o->direct = disk.direct_fd[e->fd];
            o->failed = e->failed;
            o->orphan = e->failed;
        }
        break;
    case CALL_SYNC:
        if (file != NOT_OURS) {
            on_sync(e, file);
        }
        break;
    case CALL_RENAME:
        o = add(DO_RENAME);
        o->name = name_of(e->name);
        o->to = name_of(e->to);
        disk.now[o->to] = disk.now[o->name];
        disk.now[o->name] = 0;
        break;
    case CALL_UNLINK:
        o = add(DO_UNLINK);
        o->name = name_of(e->name);
        disk.now[o->name] = 0;
        break;
    case CALL_TRUNCATE:
        if (file > 0) {
            abort(); /* the store does not do this */
        }
        break;
    case CALL_OTHER:
        break;
    }
}

static void tell_mark(struct statx *st, const int *files, const char *name)
{
    int n = name_of(name);
    if (n >= 0) {
        st->stx_ino = 1000 + (uint64_t)files[n];
        st->stx_btime.tv_sec = 1000000 + files[n];
        st->stx_btime.tv_nsec = 0;
        st->stx_mask |= STATX_BTIME;
    }
}

static void on_statx(const char *name, struct statx *st)
{
    tell_mark(st, disk.now, name);
}

static void on_statx_image(const char *name, struct statx *st)
{
    tell_mark(st, disk.image, name);
}

void disk_watch(const char *dir)
{
    memset(&disk, 0, sizeof(disk));
    disk.dir = dir;
    disk.list = alloc_zero(OPERATIONS, sizeof(*disk.list));
    fault_watch = on_call;
    fault_statx = on_statx;
}

void disk_unwatch(void)
{
    fault_watch = NULL;
    fault_statx = NULL;
}

void disk_promise(const struct disk_mark *m)
{
    add(DO_MARK)->mark = *m;
}

size_t disk_operations(void)
{
    return disk.count;
}

size_t disk_syncs(void)
{
    return disk.syncs;
}

void disk_lie(void)
{
    disk.lies = true;
}

/* --- cuts --- */

bool disk_is_barrier(size_t at)
{
    const struct operation *o = &disk.list[at];
    return o->kind == DO_SYNC || o->kind == DO_SYNC_DIR ||
           (o->kind == DO_WRITE && o->direct);
}

static bool is_entry(const struct operation *o)
{
    return o->kind == DO_MAKE || o->kind == DO_RENAME || o->kind == DO_UNLINK;
}

static bool is_durable(size_t w, size_t at)
{
    const struct operation *o = &disk.list[w];
    if (disk.lies || o->orphan || w == at) {
        return false;
    }
    if (o->direct) {
        return true;
    }
    for (size_t i = w + 1; i < at; i++) {
        const struct operation *s = &disk.list[i];
        if (s->kind == DO_SYNC && s->file == o->file && !s->failed) {
            return true;
        }
    }
    return false;
}

/* The first change of the directory that is not durable, as an index of the journal. */
static size_t first_entry(size_t at)
{
    size_t first = 0;
    for (size_t i = 0; i < at; i++) {
        if (disk.list[i].kind == DO_SYNC_DIR && !disk.list[i].failed && !disk.lies) {
            first = i + 1;
        }
    }
    return first;
}

void disk_cut_at(size_t at, struct disk_cut *out)
{
    size_t end = at < disk.count ? at + 1 : disk.count;
    *out = (struct disk_cut){.at = at};
    out->writes = alloc(end * sizeof(*out->writes) + 1);
    for (size_t i = 0; i < end; i++) {
        const struct operation *o = &disk.list[i];
        if (o->kind == DO_MARK && i < at) {
            out->mark = o->mark;
        } else if (o->kind == DO_WRITE && !is_durable(i, at)) {
            out->writes[out->count++] = i;
        } else if (is_entry(o) && i >= first_entry(at)) {
            out->entries++;
        }
    }
}

void disk_cut_clear(struct disk_cut *c)
{
    free(c->writes);
    *c = (struct disk_cut){0};
}

/* --- images --- */

struct content {
    uint8_t *data;
    size_t size;
};

static bool survives(enum disk_part part, size_t sector, size_t sectors, struct rng *r)
{
    switch (part) {
    case PART_NONE:
        return false;
    case PART_ALL:
        return true;
    case PART_HEAD:
        return sector < sectors / 2;
    case PART_TAIL:
        return sector >= sectors / 2;
    case PART_ODD:
        return sector % 2 == 1;
    case PART_RANDOM:
        return rng_chance(r, 2);
    }
    return false;
}

static void put(struct content *c, const struct operation *o, size_t from, size_t size)
{
    size_t end = o->offset + from + size;
    if (end > c->size) {
        c->data = alloc_resize(c->data, end, 1);
        memset(c->data + c->size, 0, end - c->size);
        c->size = end;
    }
    memcpy(c->data + o->offset + from, o->data + from, size);
}

static void put_part(struct content *c, const struct operation *o, enum disk_part part,
                     struct rng *r)
{
    /* Sectors of the disk, which a write need not begin with. */
    size_t first = o->offset / DISK_SECTOR;
    size_t sectors = (o->offset + o->size + DISK_SECTOR - 1) / DISK_SECTOR - first;
    for (size_t i = 0; i < sectors; i++) {
        size_t from = (first + i) * DISK_SECTOR, to = from + DISK_SECTOR;
        from = from > o->offset ? from - o->offset : 0;
        to = to < o->offset + o->size ? to - o->offset : o->size;
        if (survives(part, i, sectors, r)) {
            put(c, o, from, to - from);
        }
    }
}

static void change_directory(int *files, const struct operation *o)
{
    if (o->kind == DO_MAKE) {
        files[o->name] = o->file;
    } else if (o->kind == DO_RENAME) {
        files[o->to] = files[o->name];
        files[o->name] = 0;
    } else if (o->kind == DO_UNLINK) {
        files[o->name] = 0;
    }
}

static bool write_file(const char *dir, int name, const struct content *c)
{
    char *path = alloc_printf("%s/%s", dir, names[name]);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    bool good =
        fd >= 0 && (c->size == 0 || write(fd, c->data, c->size) == (ssize_t)c->size);
    (void)close(fd);
    free(path);
    return good;
}

bool disk_image(const struct disk_cut *c, const enum disk_part *parts, size_t entries,
                struct rng *r, const char *dir)
{
    static struct content files[FILES];
    size_t next = 0, entry = first_entry(c->at);
    size_t end = c->at < disk.count ? c->at + 1 : disk.count;
    bool good = disk.files < FILES;
    memset(disk.image, 0, sizeof(disk.image));
    memset(files, 0, sizeof(files));
    for (size_t i = 0; good && i < end; i++) {
        const struct operation *o = &disk.list[i];
        if (o->kind == DO_WRITE) {
            bool open = next < c->count && c->writes[next] == i;
            put_part(&files[o->file], o, open ? parts[next] : PART_ALL, r);
            next += open;
        } else if (is_entry(o) && (i < entry || entries > 0)) {
            change_directory(disk.image, o);
            entries -= i >= entry;
        }
    }
    for (int i = 0; good && i < NAMES; i++) {
        char *path = alloc_printf("%s/%s", dir, names[i]);
        (void)unlink(path);
        free(path);
        good = disk.image[i] == 0 || write_file(dir, i, &files[disk.image[i]]);
    }
    for (int i = 0; i <= disk.files; i++) {
        free(files[i].data);
    }
    return good;
}

void disk_show_image(void)
{
    fault_watch = NULL;
    fault_statx = on_statx_image;
}
