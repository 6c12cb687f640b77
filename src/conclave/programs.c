/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "conclave/programs.h"

#include "conclave/files.h"

#include "base/alloc.h"

#include <libgen.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The folder of the running program. */
static char *own_folder(void)
{
    char *self = realpath("/proc/self/exe", NULL);
    if (self == NULL) {
        return alloc_string(".");
    }
    char *folder = alloc_string(dirname(self));
    free(self);
    return folder;
}

static char *if_runnable(char *path)
{
    if (access(path, X_OK) == 0) {
        return path;
    }
    free(path);
    return NULL;
}

static char *find_in_path(const char *name)
{
    const char *path = getenv("PATH");
    while (path != NULL && *path != '\0') {
        size_t length = strcspn(path, ":");
        char *found = NULL;
        if (length > 0) {
            found = if_runnable(alloc_printf("%.*s/%s", (int)length, path, name));
        }
        if (found != NULL) {
            return found;
        }
        path += length + (path[length] == ':');
    }
    return NULL;
}

int program_find(const char *name, char **out, struct complaint *why)
{
    static const char *const near[] = {"", "../sbin", "../bin", "../libexec/conclave"};
    static const char *const installed[] = {CONCLAVE_SBINDIR, CONCLAVE_BINDIR,
                                            CONCLAVE_LIBEXECDIR};
    char *own = own_folder();
    char *found = NULL;
    for (size_t i = 0; i < sizeof(near) / sizeof(near[0]) && found == NULL; i++) {
        found = if_runnable(alloc_printf("%s/%s/%s", own, near[i], name));
    }
    for (size_t i = 0; i < sizeof(installed) / sizeof(installed[0]) && found == NULL; i++) {
        found = if_runnable(file_join(installed[i], name));
    }
    if (found == NULL) {
        found = find_in_path(name);
    }
    int error = 0;
    if (found == NULL) {
        error = complain(why, CONCLAVE_ENOENT,
                         "there is no program %s beside this one (%s), in %s or in $PATH: "
                         "build or install it",
                         name, own, CONCLAVE_SBINDIR);
    }
    free(own);
    *out = found;
    return error;
}

char *program_command(const char *name)
{
    char *found = find_in_path(name);
    if (found != NULL || program_find(name, &found, NULL) != 0) {
        free(found);
        return alloc_string(name);
    }
    char *whole = realpath(found, NULL);
    if (whole == NULL) {
        return found;
    }
    free(found);
    return whole;
}

/* *path, or NULL after freeing it. */
static bool keep_existing(char **path)
{
    if (*path != NULL && !file_exists(*path)) {
        free(*path);
        *path = NULL;
    }
    return *path != NULL;
}

int data_find(const char *name, char **out, struct complaint *why)
{
    static const char *const near[] = {"contrib", "../contrib", "../share/conclave"};
    const char *given = getenv("CONCLAVE_DATA");
    if (given != NULL && given[0] != '\0') {
        *out = file_join(given, name);
        return keep_existing(out)
                   ? 0
                   : complain(why, CONCLAVE_ENOENT,
                              "$CONCLAVE_DATA is set, but there is no %s/%s", given, name);
    }
    char *own = own_folder();
    *out = NULL;
    for (size_t i = 0; i < sizeof(near) / sizeof(near[0]) && *out == NULL; i++) {
        *out = alloc_printf("%s/%s/%s", own, near[i], name);
        (void)keep_existing(out);
    }
    free(own);
    if (*out == NULL) {
        *out = file_join(CONCLAVE_PKGDATADIR, name);
    }
    return keep_existing(out)
               ? 0
               : complain(why, CONCLAVE_ENOENT,
                          "the data of conclave %s is not in %s; set $CONCLAVE_DATA to the "
                          "folder that has it (contrib/ of the source)",
                          name, CONCLAVE_PKGDATADIR);
}
