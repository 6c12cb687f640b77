/* SPDX-License-Identifier: ISC */
#include "charter/charter.h"

#include "base/alloc.h"
#include "charter/tree.h"
#include "hash/hash.h"
#include "hash/merkle.h"
#include "wire/cbor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int charter_load(const char *path, struct charter **out, struct complaint *why)
{
    FILE *file = fopen(path, "rbe");
    if (file == NULL) {
        return complain(why, errno == ENOENT ? CONCLAVE_ENOENT : CONCLAVE_EIO,
                        "%s: cannot read the charter: %s; %s", path, strerror(errno),
                        errno == EACCES ? "make it readable for the user that runs this"
                                        : "correct the path, or get it from another seat");
    }
    /* One byte more than allowed, so that charter_parse sees what is too long. */
    struct bytes *text = bytes_new(CHARTER_MAX + 1);
    size_t size = fread(text->data, 1, text->size, file);
    bool failed = ferror(file) != 0;
    int cause = errno;
    (void)fclose(file);
    struct complaint inner = {""};
    int error;
    if (failed) {
        error =
            complain(&inner, CONCLAVE_EIO, "cannot read the charter: %s", strerror(cause));
    } else {
        error = charter_parse(slice_of(text->data, size), out, &inner);
    }
    bytes_unref(text);
    if (error != 0) {
        complain(why, error, "%.200s: %.300s", path, inner.text);
    }
    return error;
}

void charter_free(struct charter *c)
{
    if (c == NULL) {
        return;
    }
    for (size_t i = 0; i < c->seat_count; i++) {
        struct charter_seat *s = &c->seats[i];
        free(s->address);
        free(s->name);
        free(s->jurisdiction);
        free(s->speciality);
        free(s->vendor);
        free(s->model_family);
    }
    for (size_t i = 0; i < c->class_count; i++) {
        free(c->classes[i].name);
    }
    free(c->seats);
    free(c->classes);
    free(c->name);
    bytes_unref(c->json);
    free(c);
}

int charter_class_index(const struct charter *c, const char *name)
{
    for (size_t i = 0; i < c->class_count; i++) {
        if (strcmp(c->classes[i].name, name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

uint16_t charter_seat_of(const struct charter *c, const struct public_key *key)
{
    for (uint16_t i = 0; i < c->seat_count; i++) {
        if (memcmp(&c->seats[i].key, key, sizeof(*key)) == 0) {
            return (uint16_t)(i + 1);
        }
    }
    return 0;
}

/* Section 6: effects 32 zero bytes, count 0, the Merkle tree hash of nothing. */
static struct hash genesis_state_root(void)
{
    struct hash effects = {{0}};
    struct hash decisions = merkle_root(NULL, 0);
    struct buffer b = {0};
    cbor_write_array(&b, 3);
    cbor_write_bytes(&b, slice_of(effects.bytes, sizeof(effects.bytes)));
    cbor_write_uint(&b, 0);
    cbor_write_bytes(&b, slice_of(decisions.bytes, sizeof(decisions.bytes)));
    struct hash root = hash_labelled(LABEL_STATE, buffer_slice(&b));
    buffer_free(&b);
    return root;
}

struct header charter_genesis(const struct charter *c)
{
    return (struct header){
        .version = PROTOCOL_VERSION,
        .time_ms = c->created_ms,
        .ops_root = merkle_root(NULL, 0),
        .state_root = genesis_state_root(),
    };
}

int charter_encode(struct slice json, struct buffer *out, struct complaint *why)
{
    int error;
    json_t *tree = tree_load(json, &error, why);
    if (tree != NULL) {
        error = tree_encode(tree, out, why);
        json_decref(tree);
    }
    return error;
}
