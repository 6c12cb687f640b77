/* SPDX-License-Identifier: ISC */
/* The files of a council, and their end. */
#define _GNU_SOURCE
#include "live.h"

#include "conclave/files.h"
#include "conclave/ports.h"
#include "conclave/seat_dir.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SOCKET_PATH_ROOM = 40 }; /* "/live-XXXXXX/seat-100/control.sock" */

__attribute__((noreturn)) static void bail(const char *what)
{
    printf("Bail out! %s\n", what);
    (void)fflush(stdout);
    exit(99);
}

/* --- the folder --- */

static bool keeps(void)
{
    const char *keep = getenv("CONCLAVE_KEEP");
    return keep != NULL && strcmp(keep, "1") == 0;
}

/* Removes the folder when this process is gone, however it went. The nodes die with this
 * process too, but may write for a moment yet. */
static void start_cleaner(struct live *l)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        bail("no pipe");
    }
    l->cleaner = fork();
    if (l->cleaner == 0) {
        char byte;
        (void)setsid();
        int null = open("/dev/null", O_RDWR);
        (void)dup2(null, STDIN_FILENO);
        (void)dup2(null, STDOUT_FILENO);
        (void)dup2(null, STDERR_FILENO);
        (void)close(ends[1]);
        while (read(ends[0], &byte, 1) < 0 && errno == EINTR) {
        }
        for (int i = 0; i < 50 && access(l->dir, F_OK) == 0 && !keeps(); i++) {
            struct complaint why;
            (void)file_remove_tree(l->dir, &why);
            (void)usleep(100000);
        }
        _exit(0);
    }
    (void)close(ends[0]);
    l->cleaner_fd = ends[1];
}

static void make_dir(struct live *l)
{
    const char *base = getenv("TMPDIR");
    if (base == NULL || base[0] != '/' ||
        strlen(base) + SOCKET_PATH_ROOM >= sizeof(((struct sockaddr_un *)NULL)->sun_path)) {
        base = "/tmp";
    }
    l->dir = alloc_printf("%s/live-XXXXXX", base);
    if (mkdtemp(l->dir) == NULL) {
        bail("cannot make a folder");
    }
}

/* --- charter and seats --- */

static const struct live_class default_class = {"test", 0, 30000, 30000, 500, false};

static json_t *classes_json(const struct live_options *o)
{
    const struct live_class *list = o->classes != NULL ? o->classes : &default_class;
    size_t count = o->classes != NULL ? o->class_count : 1;
    json_t *out = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *c = json_pack("{s:s,s:i,s:i,s:i,s:b}", "name", list[i].name, "commit_ms",
                              (int)list[i].commit_ms, "reveal_ms", (int)list[i].reveal_ms,
                              "grace_ms", (int)list[i].grace_ms, "emergency",
                              (int)list[i].emergency);
        if (list[i].threshold > 0) {
            json_object_set_new(c, "threshold", json_integer(list[i].threshold));
        }
        json_array_append_new(out, c);
    }
    return out;
}

/* Makes the seat's folder and key. */
static json_t *seat_json(struct live *l, unsigned seat)
{
    struct live_seat *s = live_seat(l, seat);
    struct complaint why = {""};
    s->dir = alloc_printf("%s/seat-%02u", l->dir, seat);
    s->config = alloc_printf("%s/%s", s->dir, SEAT_DIR_CONFIG);
    s->socket = alloc_printf("%s/%s", s->dir, SEAT_DIR_SOCKET);
    s->log = alloc_printf("%s/conclaved.log", s->dir);
    s->errors = alloc_printf("%s/stderr", s->dir);
    s->key = alloc_printf("%s/seat.key", s->dir);
    s->data = alloc_printf("%s/data", s->dir);
    struct secret_key *key = key_generate();
    struct public_key public;
    key_public(key, &public);
    if (file_make_dir(s->dir, 0750, &why) != 0 || key_save(key, s->key, &why) != 0) {
        bail(why.text);
    }
    key_free(key);
    char hex[2 * PUBLIC_KEY_BYTES + 1];
    hex_encode(hex, slice_of(public.bytes, sizeof(public.bytes)));
    char *address = alloc_printf("127.0.0.1:%u", (unsigned)l->ports[seat - 1]);
    char *name = alloc_printf("Seat %u", seat);
    json_t *out =
        json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "key", hex, "address", address, "name",
                  name, "jurisdiction", "Testland", "speciality", "tests", "vendor",
                  seat % 2 == 0 ? "even" : "odd", "model_family", "scripted");
    free(name);
    free(address);
    return out;
}

static void make_charter(struct live *l)
{
    struct complaint why = {""};
    json_t *seats = json_array();
    if (ports_find(l->ports, l->options.seats, &why) != 0) {
        bail(why.text);
    }
    for (unsigned seat = 1; seat <= l->options.seats; seat++) {
        json_array_append_new(seats, seat_json(l, seat));
    }
    json_t *charter = json_pack("{s:s,s:I,s:o,s:o}", "name", "live", "created_ms",
                                (json_int_t)clock_wall_ms(), "classes",
                                classes_json(&l->options), "seats", seats);
    if (l->options.charter != NULL) {
        json_t *more = json_loads(l->options.charter, 0, NULL);
        if (json_object_update(charter, more) != 0) {
            bail("the charter's more members are no JSON object");
        }
        json_decref(more);
    }
    struct buffer text = {0};
    file_format_json(charter, &text);
    json_decref(charter);
    l->charter_path = file_join(l->dir, "charter.json");
    if (file_write_new(l->charter_path, buffer_slice(&text), 0644, &why) != 0) {
        bail(why.text);
    }
    buffer_free(&text);
}

static void make_seat(struct live *l, unsigned seat)
{
    struct live_seat *s = live_seat(l, seat);
    struct complaint why = {""};
    uint16_t found = 0;
    struct seat_dir d = {
        .dir = s->dir, .charter = l->charter_path, .key = s->key, .log = "conclaved.log"};
    charter_free(l->charter);
    l->charter = NULL;
    if (seat_dir_make(&d, &l->charter, &found, &why) != 0 || found != seat) {
        bail(why.text);
    }
    if (l->options.config != NULL) {
        FILE *file = fopen(s->config, "ae");
        if (file == NULL || fprintf(file, "%s\n", l->options.config) < 0 ||
            fclose(file) != 0) {
            bail("cannot write a configuration");
        }
    }
}

static uid_t give_uid;
static gid_t give_gid;

static int give_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st, (void)type, (void)at;
    return lchown(path, give_uid, give_gid);
}

struct live *live_new(const struct live_options *o)
{
    struct live *l = alloc_zero(1, sizeof(*l));
    l->options = *o;
    l->program = live_program("conclaved");
    if (key_library_init() != 0) {
        bail("libsodium cannot start");
    }
    (void)signal(SIGPIPE, SIG_IGN);
    control_library_init();
    make_dir(l);
    start_cleaner(l);
    make_charter(l);
    for (unsigned seat = 1; seat <= o->seats; seat++) {
        make_seat(l, seat);
    }
    give_uid = o->uid;
    give_gid = o->gid;
    if (o->uid != 0 && nftw(l->dir, give_one, 8, FTW_PHYS) != 0) {
        bail("cannot give the folder to another user");
    }
    return l;
}

struct live_seat *live_seat(struct live *l, unsigned seat)
{
    if (seat < 1 || seat > l->options.seats) {
        bail("no such seat");
    }
    return &l->seats[seat - 1];
}

void live_free(struct live *l)
{
    for (unsigned seat = 1; seat <= l->options.seats; seat++) {
        struct live_seat *s = live_seat(l, seat);
        live_kill(l, seat);
        free(s->dir);
        free(s->config);
        free(s->socket);
        free(s->log);
        free(s->errors);
        free(s->key);
        free(s->data);
        free(s->program);
    }
    if (keeps()) {
        printf("# kept: %s\n", l->dir);
    }
    /* Said, not only closed: the cleaner of another council may hold this end, too. */
    (void)!write(l->cleaner_fd, "", 1);
    (void)close(l->cleaner_fd);
    (void)waitpid(l->cleaner, NULL, 0);
    charter_free(l->charter);
    free(l->charter_path);
    free(l->program);
    free(l->dir);
    free(l);
}

/* --- the program's own end --- */

static void on_alarm(int number)
{
    static const char text[] = "Bail out! the test took longer than its limit\n";
    (void)number;
    (void)!write(STDOUT_FILENO, text, sizeof(text) - 1);
    _exit(99);
}

void live_limit(unsigned seconds)
{
    (void)signal(SIGALRM, on_alarm);
    (void)alarm(seconds);
}

static char *program_path(const char *name)
{
    const char *top = getenv("top_builddir");
    return alloc_printf("%s/%s", top != NULL ? top : ".", name);
}

bool live_has_program(const char *name)
{
    char *path = program_path(name);
    bool built = access(path, X_OK) == 0;
    free(path);
    return built;
}

char *live_program(const char *name)
{
    char *path = program_path(name);
    char *full = realpath(path, NULL);
    if (full == NULL) {
        printf("# %s is not there\n", path);
        bail("run this with top_builddir set to the build folder");
    }
    free(path);
    return full;
}
