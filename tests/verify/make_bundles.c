/* SPDX-License-Identifier: ISC */
/*
 * make_bundles DIRECTORY: bundles of all stories with their charters, for programs that are
 * tested with files: SEATS.json; SEATS-STORY-DECISION.proof, and .full.proof, where STORY
 * counts from 0, as decisions do.
 */
#include "stories.h"

#include "base/alloc.h"
#include "proof/proof.h"

#include <stdio.h>
#include <stdlib.h>

static const char *directory;

static void store(char *name, struct slice content)
{
    char *path = alloc_printf("%s/%s", directory, name);
    FILE *f = fopen(path, "we");
    if (f == NULL || fwrite(content.data, 1, content.size, f) != content.size ||
        fclose(f) != 0) {
        perror(path);
        exit(1);
    }
    free(path);
    free(name);
}

static void make_bundle(const struct world *w, struct ledger *l, unsigned story,
                        uint64_t index, bool full)
{
    struct bytes *encoding = NULL;
    struct record r;
    struct buffer bundle = {0};
    struct complaint why = {""};
    (void)ledger_record(l, index, &encoding);
    (void)codec_decode_record(bytes_slice(encoding), &r);
    if (proof_build(l, &w->charter->council_id, &r.proposal, full, &bundle, &why) != 0) {
        (void)fprintf(stderr, "make_bundles: %s\n", why.text);
        exit(1);
    }
    store(alloc_printf("%u-%u-%u%s.proof", (unsigned)w->charter->seat_count, story,
                       (unsigned)index, full ? ".full" : ""),
          buffer_slice(&bundle));
    bytes_unref(encoding);
    buffer_free(&bundle);
}

static void make_story(const struct tale *t, unsigned story)
{
    static struct chain chain;
    struct world w;
    struct ledger *ledger = shelf_new();
    world_begin(&w, t->seats, "files");
    chain_begin(&chain, &w, NULL, ledger);
    chain_tell(&chain, t->lines);
    store(alloc_printf("%u.json", (unsigned)t->seats), buffer_slice(&w.json));
    for (uint64_t i = 0; i < ledger_record_count(ledger); i++) {
        make_bundle(&w, ledger, story, i, false);
        make_bundle(&w, ledger, story, i, true);
    }
    chain_end(&chain);
    shelf_free(ledger);
    world_end(&w);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        (void)fputs("usage: make_bundles DIRECTORY\n", stderr);
        return 2;
    }
    directory = argv[1];
    for (unsigned story = 0; tales[story].name != NULL; story++) {
        make_story(&tales[story], story);
    }
    return 0;
}
