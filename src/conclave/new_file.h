/* SPDX-License-Identifier: ISC */
/* A file that is there when it is whole, or not at all, and takes the place of no other. */
#ifndef CONCLAVE_CONCLAVE_NEW_FILE_H
#define CONCLAVE_CONCLAVE_NEW_FILE_H

#include "base/error.h"

#include <stdio.h>

struct new_file {
    FILE *stream;
    char *path; /* NULL: standard output */
    char *part; /* its name until it is whole; NULL: it has none */
};

/* path NULL or "-": standard output. CONCLAVE_EEXIST where there is such a file. */
int new_file_open(struct new_file *f, const char *path, struct complaint *why);
/* Makes it durable, then gives it its name; in any case it is closed. */
int new_file_close(struct new_file *f, struct complaint *why);
/* Instead of that: nothing stays. */
void new_file_drop(struct new_file *f);

#endif
