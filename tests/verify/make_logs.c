/* SPDX-License-Identifier: ISC */
/*
 * make_logs DIRECTORY: what a council and others publish, for programs that are tested with
 * files. charter.json, and other.json of another council with the same seats. The log "a"
 * at 20, 32, 40 and 64 decisions; "b" has its first 32 decisions and then others; "c" has
 * others from the beginning. LOG-SIZE.note; LOG-OLD-SIZE.growth; LOG-INDEX-SIZE.proof;
 * a-40.few, of too few seats, and a-40.more, of all; a-20.other; a-INDEX.bundle; a-20, a-40
 * and c-40, published directories.
 */
#include "../publish/house.h"

#include "base/alloc.h"
#include "hash/tree.h"
#include "tlog/tlog_proof.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { QUORUM = 3, BLOCKS = 12 /* of 64 decisions */ };
static const char *directory;

static char *path_of(const char *name)
{
    return alloc_printf("%s/%s", directory, name);
}

static void store(char *name, struct slice content)
{
    char *path = path_of(name);
    FILE *f = fopen(path, "we");
    if (f == NULL || fwrite(content.data, 1, content.size, f) != content.size ||
        fclose(f) != 0) {
        perror(path);
        exit(1);
    }
    free(path);
    free(name);
}

static void check(int error, const struct complaint *why)
{
    if (error != 0) {
        (void)fprintf(stderr, "make_logs: %s\n", why->text);
        exit(1);
    }
}

static void make_note(struct house *h, char *name, uint64_t size, uint16_t seats)
{
    struct buffer note = {0};
    house_note(h, size, seats, &note);
    store(name, buffer_slice(&note));
    buffer_free(&note);
}

static void make_proof(struct house *h, char *name, bool is_inclusion, uint64_t number,
                       uint64_t size)
{
    struct tree_source tree = {ledger_tree_node, h->ledger};
    struct buffer note = {0}, text = {0};
    struct tlog_proof p = {.is_inclusion = is_inclusion, .number = number};
    struct bytes *entry = NULL;
    house_note(h, size, QUORUM, &note);
    p.note = buffer_slice(&note);
    if (is_inclusion) {
        (void)tree_path(&tree, number, size, p.hashes, &p.length);
        (void)ledger_record(h->ledger, number, &entry);
        p.has_extra = true;
        buffer_append_slice(&p.extra, bytes_slice(entry));
        bytes_unref(entry);
    } else {
        (void)tree_consistency(&tree, number, size, p.hashes, &p.length);
    }
    tlog_proof_encode(&text, &p);
    store(name, buffer_slice(&text));
    tlog_proof_clear(&p);
    buffer_free(&note);
    buffer_free(&text);
}

static void make_site(struct house *h, const char *name, uint64_t size)
{
    struct publish_report report;
    struct complaint why = {""};
    h->dir = path_of(name);
    check(house_publish_size(h, size, QUORUM, &report, &why), &why);
    free(h->dir);
}

static void make_bundle(struct house *h, char log, uint64_t index)
{
    struct bytes *entry = NULL, *bundle = NULL;
    struct record r;
    struct complaint why = {""};
    (void)ledger_record(h->ledger, index, &entry);
    (void)codec_decode_record(bytes_slice(entry), &r);
    check(house_bundle(h, &r.proposal, &bundle, &why), &why);
    store(alloc_printf("%c-%u.bundle", log, (unsigned)index), bytes_slice(bundle));
    bytes_unref(bundle);
    bytes_unref(entry);
}

/* every: so many blocks have one certificate. */
static void make_log(struct house *h, char log, unsigned delay_first, unsigned delay_second,
                     unsigned every)
{
    static const unsigned sizes[] = {20, 32, 40, 64};
    static const unsigned growths[][2] = {{20, 32}, {20, 40}, {32, 40}, {40, 64}};
    house_begin(h, "published", NULL);
    h->chain.every = every;
    h->time_ms += delay_first;
    house_decide(h);
    h->time_ms += delay_second;
    house_decide(h);
    for (size_t i = 0; i < 4; i++) {
        make_note(h, alloc_printf("%c-%u.note", log, sizes[i]), sizes[i], QUORUM);
        make_proof(h, alloc_printf("%c-%u-%u.growth", log, growths[i][0], growths[i][1]),
                   false, growths[i][0], growths[i][1]);
    }
    make_proof(h, alloc_printf("%c-33-40.proof", log), true, 33, 40);
}

static void make_other(void)
{
    struct house h;
    house_begin(&h, "other", NULL);
    house_decide(&h);
    store(alloc_string("other.json"), buffer_slice(&h.world.json));
    make_note(&h, alloc_string("a-20.other"), 20, QUORUM);
    house_end(&h);
}

int main(int argc, char **argv)
{
    struct house a, b, c;
    if (argc != 2) {
        (void)fputs("usage: make_logs DIRECTORY\n", stderr);
        return 2;
    }
    directory = argv[1];
    make_log(&a, 'a', 0, 0, 1);
    make_log(&b, 'b', 0, 1000, BLOCKS);
    make_log(&c, 'c', 1000, 0, 1);
    store(alloc_string("charter.json"), buffer_slice(&a.world.json));
    make_note(&a, alloc_string("a-40.few"), 40, QUORUM - 1);
    make_note(&a, alloc_string("a-40.more"), 40, HOUSE_SEATS);
    make_bundle(&a, 'a', 0);
    make_bundle(&a, 'a', 60);
    make_bundle(&b, 'b', 0);
    make_site(&a, "a-20", 20);
    make_site(&a, "a-40", 20);
    make_site(&a, "a-40", 40);
    make_site(&a, "a-64", 64);
    make_site(&b, "b-40", 40);
    make_site(&c, "c-40", 40);
    make_other();
    house_end(&a);
    house_end(&b);
    house_end(&c);
    return 0;
}
