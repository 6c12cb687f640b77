/* SPDX-License-Identifier: ISC */
/* What a backup says about itself, in the file manifest.json of its folder. */
#ifndef CONCLAVE_CONCLAVE_MANIFEST_H
#define CONCLAVE_CONCLAVE_MANIFEST_H

#include "base/error.h"
#include "wire/types.h"

#include <jansson.h>
#include <stdbool.h>

#define MANIFEST_NAME    "manifest.json"
#define MANIFEST_DATA    "data.mdb"
#define MANIFEST_CHARTER "charter.json"
#define MANIFEST_CONFIG  "conclaved.conf"
#define MANIFEST_KEY     "seat.key"

enum { MANIFEST_FORMAT = 1 };

/* Adds a file of the folder to the manifest's files, with its size and SHA-256. */
int manifest_add(json_t *manifest, const char *dir, const char *name,
                 struct complaint *why);
/* Reads it, and checks every file that it names: a new reference in *out. */
int manifest_read(const char *dir, json_t **out, struct complaint *why);

#endif
