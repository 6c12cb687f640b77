/* SPDX-License-Identifier: ISC */
/*
 * A directory of static files that a web server may be reading meanwhile: each file is
 * there whole, in its old content or its new one. Names are relative to the directory;
 * folders on the way are made. Errors are CONCLAVE_E* with a complaint that names the file.
 */
#ifndef CONCLAVE_PUBLISH_SITE_H
#define CONCLAVE_PUBLISH_SITE_H

#include "base/bytes.h"
#include "base/error.h"

struct site {
    const char *path; /* the caller's */
    int fd;           /* locked */
    uint64_t written; /* files whose content is new */
};

/* Makes the directory where it is missing. CONCLAVE_EEXIST while another publishes there.
 */
int site_open(const char *path, struct site *out, struct complaint *why);
/* One that is there, only to be read, by whoever: no lock. */
int site_look(const char *path, struct site *out, struct complaint *why);
void site_close(struct site *s);
bool site_has(const struct site *s, const char *name);
/* A file whose content is the same already is left alone. */
int site_put(struct site *s, const char *name, struct slice content, struct complaint *why);
/* The same; after a loss of power it is there in its old content or its new one, too. */
int site_put_durable(struct site *s, const char *name, struct slice content,
                     struct complaint *why);
/* At most max bytes of a regular file; the caller unrefs. CONCLAVE_ENOENT without a
 * complaint. */
int site_get(struct site *s, const char *name, size_t max, struct bytes **out,
             struct complaint *why);
/* Everything put so far is on the disk. */
int site_sync(struct site *s, struct complaint *why);

#endif
