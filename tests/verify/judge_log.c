/* SPDX-License-Identifier: ISC */
/*
 * judge_log CHARTER FILE: what the program says of notes and proofs of the public log, one
 * line for each, "holds" or "fails". FILE has the items one after the other, each after a
 * line
 *
 *   note BYTES
 *   inclusion BYTES LEAF           the leaf's hash, in hexadecimal
 *   consistency BYTES ROOT SIZE    of the older tree
 */
#include "charter/charter.h"
#include "tlog/tlog_proof.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void give_up(const char *what)
{
    (void)fprintf(stderr, "judge_log: %s\n", what);
    exit(1);
}

static struct buffer read_file(const char *name)
{
    struct buffer content = {0};
    char part[65536];
    size_t size;
    FILE *f = fopen(name, "rb");
    if (f == NULL) {
        give_up(name);
    }
    while ((size = fread(part, 1, sizeof(part), f)) > 0) {
        buffer_append(&content, part, size);
    }
    (void)fclose(f);
    return content;
}

static bool note_holds(const struct checkpoint_council *c, struct slice bytes,
                       struct note *note, struct checkpoint_report *report)
{
    struct complaint why = {""};
    return note_parse(bytes, note, &why) == 0 &&
           checkpoint_verify(c, note, report, &why) == 0;
}

static bool proof_holds(const struct checkpoint_council *c, struct slice bytes,
                        bool inclusion, const struct hash *hash, uint64_t old_size)
{
    struct tlog_proof proof;
    struct note note = {0};
    struct checkpoint_report report;
    struct complaint why = {""};
    bool holds = tlog_proof_parse(bytes, &proof, &why) == 0 &&
                 note_holds(c, proof.note, &note, &report);
    if (holds && inclusion) {
        holds = tlog_proof_verify(&proof, hash, &report.checkpoint) == 0;
    } else if (holds) {
        holds = tlog_consistency_verify(&proof, old_size, hash, &report.checkpoint) == 0;
    }
    note_clear(&note);
    tlog_proof_clear(&proof);
    return holds;
}

static bool item_holds(const struct checkpoint_council *c, const char *kind,
                       struct slice bytes, const struct hash *hash, uint64_t old_size)
{
    if (strcmp(kind, "note") == 0) {
        struct note note;
        struct checkpoint_report report;
        bool holds = note_holds(c, bytes, &note, &report);
        note_clear(&note);
        return holds;
    }
    return proof_holds(c, bytes, strcmp(kind, "inclusion") == 0, hash, old_size);
}

/* Judges the first item, and goes on to the next. */
static void judge_next(const struct checkpoint_council *c, struct slice *left)
{
    char line[256] = "", kind[16] = "", hex[65] = "";
    size_t size = 0;
    uint64_t old_size = 0;
    struct hash hash = {{0}};
    const uint8_t *end = memchr(left->data, '\n', left->size);
    size_t length = end == NULL ? 0 : (size_t)(end - left->data);
    if (length == 0 || length >= sizeof(line)) {
        give_up("no line before an item");
    }
    memcpy(line, left->data, length);
    if (sscanf(line, "%15s %zu %64s %" SCNu64, kind, &size, hex, &old_size) < 2 ||
        size > left->size - length - 1 ||
        (hex[0] != '\0' && hex_decode(hash.bytes, HASH_BYTES, hex, strlen(hex)) != 0)) {
        give_up(line);
    }
    struct slice item = slice_of(end + 1, size);
    (void)puts(item_holds(c, kind, item, &hash, old_size) ? "holds" : "fails");
    *left = slice_of(end + 1 + size, left->size - length - 1 - size);
}

int main(int argc, char **argv)
{
    static struct checkpoint_council council;
    struct charter *charter = NULL;
    struct complaint why = {""};
    struct public_key keys[SEATS_MAX];
    if (argc != 3) {
        (void)fputs("usage: judge_log CHARTER FILE\n", stderr);
        return 2;
    }
    struct buffer items = read_file(argv[2]);
    if (charter_load(argv[1], &charter, &why) != 0) {
        give_up(why.text);
    }
    for (uint16_t i = 0; i < charter->seat_count; i++) {
        keys[i] = charter->seats[i].key;
    }
    checkpoint_council_init(&council, &charter->council_id, keys, charter->seat_count);
    for (struct slice left = buffer_slice(&items); left.size > 0;) {
        judge_next(&council, &left);
    }
    charter_free(charter);
    buffer_free(&items);
    return 0;
}
