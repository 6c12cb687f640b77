/* SPDX-License-Identifier: ISC */
/*
 * Reading a JSON tree that a person wrote: every complaint names its place
 * (seats[3].key) and the first one wins. Inside libcharter.
 */
#ifndef CONCLAVE_CHARTER_FIELDS_H
#define CONCLAVE_CHARTER_FIELDS_H

#include "base/bytes.h"
#include "base/error.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* Where something stands: a chain that ends at the root, whose parent is NULL. An element
 * of an array has no name. Lives on the stack of whoever walks the tree. */
struct place {
    const struct place *parent;
    const char *name;
    size_t index;
};

/* The sticky error: once it is set, the functions below read nothing more. */
struct fields {
    int error;
    struct complaint *why;
};

/* Sets the error; the text follows the place, whose names are escaped. Returns error. */
int fields_refuse(struct fields *f, const struct place *at, int error, const char *format,
                  ...) __attribute__((format(printf, 4, 5)));

/* Refuses every field of the object that is not in the list, which ends with NULL. */
void fields_known(struct fields *f, const struct place *at, json_t *object,
                  const char *const *names);
/* The same for another text than a charter: what it is called, and the page about it. */
void fields_known_in(struct fields *f, const struct place *at, json_t *object,
                     const char *const *names, const char *what, const char *page);

/* The field, or NULL after an error, or where it is absent and optional. */
json_t *fields_object(struct fields *f, const struct place *at, json_t *parent,
                      const char *name, bool optional);
json_t *fields_array(struct fields *f, const struct place *at, json_t *parent,
                     const char *name);
/* 1..max bytes without spaces at either end, as a copy; NULL after an error. */
char *fields_text(struct fields *f, const struct place *at, json_t *parent,
                  const char *name, size_t max);
/* An integer in min..max; 0 after an error. */
uint64_t fields_uint(struct fields *f, const struct place *at, json_t *parent,
                     const char *name, uint64_t min, uint64_t max);
/* The same, fallback where it is absent. A NULL parent has no fields. */
uint64_t fields_uint_or(struct fields *f, const struct place *at, json_t *parent,
                        const char *name, uint64_t min, uint64_t max, uint64_t fallback);
bool fields_bool_or(struct fields *f, const struct place *at, json_t *parent,
                    const char *name, bool fallback);

#endif
