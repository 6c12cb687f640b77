/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "agent/confine.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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

void confine_usual(const char *socket, char *hide[CONFINE_USUAL_MAX + 1])
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    char *own = socket != NULL ? own_directory_of(socket) : NULL;
    size_t count = 0;
    hide[count++] = alloc_string("/etc/conclave");
    hide[count++] = alloc_string("/var/lib/conclave");
    hide[count++] = alloc_string("/run/conclave");
    if (runtime != NULL && runtime[0] == '/') {
        hide[count++] = alloc_printf("%s/conclave", runtime);
    }
    if (own != NULL) {
        hide[count++] = own;
    }
    hide[count] = NULL;
}

void confine_usual_free(char *hide[CONFINE_USUAL_MAX + 1])
{
    for (char **h = hide; *h != NULL; h++) {
        free(*h);
        *h = NULL;
    }
}
