/* SPDX-License-Identifier: ISC */
/* Files and folders that the offline commands make. Errors are CONCLAVE_E* with a
 * complaint that names the path. */
#ifndef CONCLAVE_CONCLAVE_FILES_H
#define CONCLAVE_CONCLAVE_FILES_H

#include "base/bytes.h"
#include "base/error.h"

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

/* dir/name; the caller frees. */
char *file_join(const char *dir, const char *name);
bool file_exists(const char *path);
/* Whether a folder can be read and has nothing in it. */
bool file_dir_is_empty(const char *path);
/* Makes a folder, or takes one that is there. */
int file_make_dir(const char *path, mode_t mode, struct complaint *why);
/* A new file, synced; CONCLAVE_EEXIST where there is one. */
int file_write_new(const char *path, struct slice content, mode_t mode,
                   struct complaint *why);
/* In the place of what is there, whole or not at all, and durable. Nobody else does that at
 * the same time. */
int file_replace(const char *path, struct slice content, mode_t mode,
                 struct complaint *why);
/* At most max bytes; the caller unrefs. */
int file_read(const char *path, size_t max, struct bytes **out, struct complaint *why);
/* A JSON file of at most max bytes without duplicate keys; a new reference. */
int file_read_json(const char *path, size_t max, json_t **out, struct complaint *why);
/* The text of a JSON value as a person would write it, with a line feed at the end. Appends
 * to out. */
void file_format_json(const json_t *value, struct buffer *out);
/* The way from a folder to a file, both existing; the caller frees. */
int file_relative(const char *from_dir, const char *to, char **out, struct complaint *why);
/* Removes a folder and all that is in it, without following links. */
int file_remove_tree(const char *path, struct complaint *why);

#endif
