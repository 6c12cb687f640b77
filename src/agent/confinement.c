/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "agent/confinement.h"

#include "base/alloc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool confine_mode_parse(const char *word, enum confine_mode *out)
{
    static const char *const words[] = {
        [CONFINE_ON] = "on", [CONFINE_OFF] = "off", [CONFINE_REQUIRE] = "require"};
    for (int i = CONFINE_ON; i <= CONFINE_REQUIRE; i++) {
        if (strcmp(word, words[i]) == 0) {
            *out = (enum confine_mode)i;
            return true;
        }
    }
    return false;
}

bool confinement_add(char *list[CONFINEMENT_PATHS_MAX + 1], char *path)
{
    size_t count = 0;
    while (list[count] != NULL) {
        count++;
    }
    if (path[0] == '\0' || count == CONFINEMENT_PATHS_MAX) {
        return false;
    }
    list[count] = path;
    return true;
}

int confinement_check(const struct confinement *c, bool no_network, struct complaint *lack,
                      struct complaint *why)
{
    lack->text[0] = '\0';
    if (no_network && !confine_filters()) {
        return complain(why, CONCLAVE_ESTATE,
                        "--no-network: no filter of calls on this machine; run Linux with "
                        "CONFIG_SECCOMP_FILTER, or go without");
    }
    if (c->mode == CONFINE_OFF || confine_check(lack) == 0) {
        return 0;
    }
    return c->mode == CONFINE_REQUIRE
               ? complain(why, CONCLAVE_ESTATE, "--confine require: %s", lack->text)
               : 0;
}

/* A directory for everyone's files is none of the node's. */
static bool is_shared(const char *dir)
{
    const char *home = getenv("HOME");
    struct stat st;
    return stat(dir, &st) != 0 || (st.st_mode & S_ISVTX) != 0 || strcmp(dir, "/") == 0 ||
           strcmp(dir, "/run") == 0 || (home != NULL && strcmp(dir, home) == 0);
}

/* The directory of a path, NULL where there is none of the node's own; the caller frees. */
static char *own_directory_of(const char *socket)
{
    const char *slash = strrchr(socket, '/');
    char *named = slash == NULL     ? alloc_string(".")
                  : slash == socket ? alloc_string("/")
                                    : alloc_printf("%.*s", (int)(slash - socket), socket);
    char *whole = realpath(named, NULL);
    free(named);
    if (whole != NULL && is_shared(whole)) {
        free(whole);
        whole = NULL;
    }
    return whole;
}

/* path is an own text, or NULL. */
static size_t hide(struct confinement *c, size_t count, char *path)
{
    assert(count < CONFINEMENT_HIDDEN_MAX);
    c->hidden[count] = path;
    return count + (path != NULL);
}

const struct confine_paths *confinement_paths(struct confinement *c, const char *socket,
                                              const char *const *also)
{
    static const char *const usual[] = {"/etc/conclave", "/var/lib/conclave",
                                        "/run/conclave"};
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    size_t count = 0;
    if (c->mode == CONFINE_OFF) {
        return NULL;
    }
    for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
        count = hide(c, count, alloc_string(usual[i]));
    }
    if (runtime != NULL && runtime[0] == '/') {
        count = hide(c, count, alloc_printf("%s/conclave", runtime));
    }
    count = hide(c, count, socket != NULL ? own_directory_of(socket) : NULL);
    for (; also != NULL && *also != NULL; also++) {
        count = hide(c, count, alloc_string(*also));
    }
    for (char *const *given = c->hide; *given != NULL; given++) {
        count = hide(c, count, alloc_string(*given));
    }
    c->lists = (struct confine_paths){c->hidden, c->read, c->write};
    return &c->lists;
}

void confinement_clear(struct confinement *c)
{
    for (char **path = c->hidden; *path != NULL; path++) {
        free(*path);
        *path = NULL;
    }
}
