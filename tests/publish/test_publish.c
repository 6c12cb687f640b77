/* SPDX-License-Identifier: ISC */
/*
 * A council's public log as a directory: what is there can be checked by the charter alone,
 * grows as the council decides, and is not written where anything does not hold.
 */
#define _GNU_SOURCE
#include "tests/ledger/scratch.h"

#include "house.h"
#include "tap.h"

#include "base/alloc.h"
#include "crypto/checkpoint.h"
#include "page/page.h"
#include "proof/proof.h"
#include "publish/publish.h"
#include "tlog/tile_read.h"
#include "verify/verify.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void close_house(struct house *h)
{
    house_end(h);
    scratch_remove(h->dir);
}

/* --- looking at the directory as a stranger would --- */

static struct bytes *read_file(struct house *h, const char *name)
{
    struct complaint why;
    struct bytes *out = NULL;
    if (site_open(h->dir, &h->site, &why) == 0) {
        (void)site_get(&h->site, name, 1 << 20, &out, &why);
        site_close(&h->site);
    }
    return out;
}

static int fetch(void *context, const struct tile *t, struct buffer *out)
{
    char path[TILE_PATH_BYTES];
    tile_path(t, path);
    struct bytes *content = read_file(context, path);
    if (content == NULL) {
        return CONCLAVE_ENOENT;
    }
    buffer_append_slice(out, bytes_slice(content));
    bytes_unref(content);
    return 0;
}

/* The tiles lead to the root that the ledger has for this size. */
static bool tree_is(struct house *h, uint64_t size)
{
    static struct tile_reader reader;
    struct tree_source tree = {ledger_tree_node, h->ledger};
    struct hash wanted, got;
    tile_reader_init(&reader, size, fetch, h);
    struct tree_source source = tile_reader_source(&reader);
    return tree_root(&tree, size, &wanted) == 0 && tree_root(&source, size, &got) == 0 &&
           memcmp(&wanted, &got, sizeof(got)) == 0;
}

static bool entries_are(struct house *h, uint64_t size)
{
    uint64_t index = 0;
    bool same = true;
    for (uint64_t n = 0; same && n * TILE_WIDTH < size; n++) {
        struct tile t = {TILE_ENTRIES, 0, n, tile_width(size, 0, n)};
        char path[TILE_PATH_BYTES];
        tile_path(&t, path);
        struct bytes *content = read_file(h, path);
        struct slice rest = content != NULL ? bytes_slice(content) : SLICE_NONE, e;
        while (same && bundle_next(&rest, &e)) {
            struct bytes *record = NULL;
            same = ledger_record(h->ledger, index++, &record) == 0 &&
                   slice_equal(bytes_slice(record), e);
            bytes_unref(record);
        }
        bytes_unref(content);
    }
    return same && index == size;
}

/* Every decision has a bundle that holds and a page; how many. */
static unsigned count_decisions(struct house *h, uint64_t size)
{
    unsigned good = 0;
    for (uint64_t i = 0; i < size; i++) {
        static struct proof proof;
        static struct record record;
        struct verify_report report = {.holds = false};
        struct bytes *stored = NULL;
        char id[2 * HASH_BYTES + 1];
        (void)ledger_record(h->ledger, i, &stored);
        (void)codec_decode_record(bytes_slice(stored), &record);
        bytes_unref(stored);
        hex_encode(id, slice_of(record.proposal.bytes, HASH_BYTES));
        char *name = alloc_printf("decisions/%s.proof", id);
        char *page = alloc_printf("decisions/%s.html", id);
        struct bytes *b = read_file(h, name), *html = read_file(h, page);
        if (b != NULL) {
            verify_proof(h->world.charter, bytes_slice(b), &proof, &report);
            proof_clear(&proof);
        }
        good += report.holds && html != NULL && html->size > 1000;
        bytes_unref(b);
        bytes_unref(html);
        free(name);
        free(page);
    }
    return good;
}

/* Every other file that is there for a checkpoint of this size is listed once, in order. */
static bool list_is_whole(struct house *h, uint64_t size, uint64_t files)
{
    struct bytes *list = read_file(h, "files.txt");
    char *text = alloc_zero(1, list != NULL ? list->size + 1 : 1);
    uint64_t count = 0, tiles = 0;
    bool good = list != NULL;
    if (good) {
        memcpy(text, list->data, list->size);
    }
    for (char *name = strtok(text, "\n"), *before = NULL; name != NULL && good; count++) {
        struct bytes *file = read_file(h, name);
        struct tile t;
        good = file != NULL && (before == NULL || strcmp(before, name) < 0);
        if (tile_parse_path(slice_of_string(name), &t) == 0) {
            good = good && t.width == tile_width(size, t.level, t.index);
            tiles++;
        }
        bytes_unref(file);
        before = name;
        name = strtok(NULL, "\n");
    }
    uint64_t pages = (size + PAGE_ROWS - 1) / PAGE_ROWS, wanted = 0;
    for (uint64_t leaves = size, full; leaves > 0; leaves = full) {
        full = leaves / TILE_WIDTH;
        wanted += full + (leaves % TILE_WIDTH > 0);
    }
    wanted += (size + TILE_WIDTH - 1) / TILE_WIDTH;
    printf("#   %" PRIu64 " files, of which %" PRIu64 " tiles\n", count, tiles);
    free(text);
    bytes_unref(list);
    return good && tiles == wanted && count == 3 + pages + 2 * size + tiles &&
           (files == 0 || count + 1 == files);
}

/* --- the tests --- */

static void test_growth(struct house *h)
{
    struct publish_report report;
    struct complaint why;
    house_decide(h);
    is(house_publish_size(h, 20, 3, &report, &why), 0, "the first 20 decisions");
    ok(report.size == 20 && report.old_size == 0 && report.signatures == 3 &&
           report.written > 40,
       "with their files");
    ok(tree_is(h, 20) && entries_are(h, 20) && count_decisions(h, 20) == 20,
       "which all hold");
    ok(list_is_whole(h, 20, report.written), "and are all listed");
    is(house_publish_size(h, 20, 3, &report, &why), 0, "the same again");
    is((int64_t)report.written, 0, "changes nothing");
    is(house_publish_size(h, 20, 4, &report, &why), 0, "with one signature more");
    is((int64_t)report.written, 2, "it changes the checkpoint and the first page");
    is(house_publish_size(h, 20, 3, &report, &why), 0, "and one less");
    is((int64_t)report.written, 0, "is not taken away again");
    for (int i = 0; i < 9; i++) {
        house_decide(h);
    }
    is(house_publish_size(h, 300, 3, &report, &why), 0, "300 decisions");
    is((int64_t)h->bundles, 280, "of which the new ones are asked for");
    ok(tree_is(h, 300) && entries_are(h, 300) && count_decisions(h, 300) == 300,
       "over two tiles");
    struct bytes *index = read_file(h, "index.html"), *page = read_file(h, "page-1.html");
    ok(index != NULL && page != NULL, "and in pages");
    bytes_unref(index);
    bytes_unref(page);
    is(house_publish_size(h, 320, 3, &report, &why), 0, "320");
    ok(tree_is(h, 320) && entries_are(h, 320) && tree_is(h, 300), "keep the tree of 300");
    ok(list_is_whole(h, 320, 0), "and the list is what 320 need");
    is(house_publish_size(h, 100, 3, &report, &why), CONCLAVE_ESTATE,
       "a node that is behind is told so");
    printf("#   %s\n", why.text);
}

static void test_refused(struct house *h)
{
    struct publish_report report;
    struct complaint why;
    house_decide(h);
    is(house_publish_size(h, 350, 2, &report, &why), CONCLAVE_EAGAIN,
       "two of four are no quorum");
    printf("#   %s\n", why.text);
    h->false_entry = 345;
    is(house_publish_size(h, 350, 3, &report, &why), CONCLAVE_ECORRUPT,
       "records that are not those of the checkpoint");
    printf("#   %s\n", why.text);
    h->false_entry = 0;
    h->false_bundle = true;
    is(house_publish_size(h, 350, 3, &report, &why), CONCLAVE_ESIG,
       "bundles that do not hold");
    printf("#   %s\n", why.text);
    h->false_bundle = false;
    ok(tree_is(h, 320), "what was published stays");
    is(house_publish_size(h, 350, 3, &report, &why), 0, "it goes on after all that");
    ok(report.old_size == 320 && tree_is(h, 350) && entries_are(h, 350) &&
           count_decisions(h, 350) == 350,
       "from where it was");
}

static void remove_index(struct house *h)
{
    char *name = alloc_printf("%s/decisions.json", h->dir);
    is(unlink(name), 0, "an index that is lost");
    free(name);
}

static void test_damage(struct house *h)
{
    struct publish_report report;
    struct complaint why;
    char *name = alloc_printf("%s/page-0.html", h->dir);
    ok(truncate(name, 10) == 0, "an old page of the index that was cut off");
    free(name);
    remove_index(h);
    is(house_publish_size(h, 351, 3, &report, &why), 0, "is made again");
    is((int64_t)h->bundles, 351, "from all decisions");
    struct bytes *page = read_file(h, "page-0.html");
    ok(page != NULL && page->size > 1000, "and so is the page");
    bytes_unref(page);
    name = alloc_printf("%s/tile/1/000.p/1", h->dir);
    int fd = open(name, O_WRONLY);
    ok(fd >= 0 && pwrite(fd, "x", 1, 10) == 1 && close(fd) == 0, "a tile that is damaged");
    free(name);
    is(house_publish_size(h, 352, 3, &report, &why), CONCLAVE_ECORRUPT, "is noticed");
    printf("#   %s\n", why.text);
}

/* Another history of the same council, in the place of the first. */
static void test_rewritten(void)
{
    struct house a, b;
    struct publish_report report;
    struct complaint why;
    house_begin(&a, "published", scratch_make());
    house_begin(&b, "published", scratch_make());
    house_decide(&a);
    b.time_ms += 1000;
    house_decide(&b);
    house_decide(&b);
    is(house_publish_size(&a, 32, 3, &report, &why), 0, "one history");
    char *own = b.dir;
    b.dir = a.dir;
    is(house_publish_size(&b, 32, 3, &report, &why), CONCLAVE_ECORRUPT,
       "another one of the same length");
    printf("#   %s\n", why.text);
    is(house_publish_size(&b, 64, 3, &report, &why), CONCLAVE_ECORRUPT, "a longer one");
    printf("#   %s\n", why.text);
    b.dir = own;
    close_house(&a);
    close_house(&b);
}

static void test_witness(struct house *h)
{
    static const char line[] = "\xe2\x80\x94 witness.example/w 3CVI1wAAAABnaAAA\n";
    struct buffer note = {NULL, 0, 0}, cosigned = {NULL, 0, 0};
    struct publish_report report;
    struct complaint why;
    house_note(h, 32, 3, &note);
    house_note(h, 32, 3, &cosigned);
    buffer_append(&cosigned, line, sizeof(line) - 1);
    is(house_publish(h, buffer_slice(&note), buffer_slice(&cosigned), &report, &why), 0,
       "a witness's line");
    is(house_publish(h, buffer_slice(&note), SLICE_NONE, &report, &why), 0, "stays");
    struct bytes *text = read_file(h, "checkpoint");
    ok(text != NULL && memmem(text->data, text->size, line, sizeof(line) - 1) != NULL,
       "in the checkpoint");
    bytes_unref(text);
    house_note(h, 31, 3, &cosigned);
    is(house_publish(h, buffer_slice(&note), buffer_slice(&cosigned), &report, &why),
       CONCLAVE_ESTATE, "but not of another checkpoint");
    printf("#   %s\n", why.text);
    buffer_free(&note);
    buffer_free(&cosigned);
}

/* Of the decision of that index. */
static void remove_file(struct house *h, uint64_t index, const char *kind)
{
    static struct record record;
    struct bytes *stored = NULL;
    char id[2 * HASH_BYTES + 1];
    (void)ledger_record(h->ledger, index, &stored);
    (void)codec_decode_record(bytes_slice(stored), &record);
    bytes_unref(stored);
    hex_encode(id, slice_of(record.proposal.bytes, HASH_BYTES));
    char *name = alloc_printf("%s/decisions/%s.%s", h->dir, id, kind);
    ok(unlink(name) == 0, "a %s that is lost", kind);
    free(name);
}

static void test_lost(struct house *h)
{
    struct publish_report report;
    struct complaint why;
    remove_file(h, 3, "proof");
    remove_file(h, 30, "html");
    is(house_publish_size(h, 32, 3, &report, &why), 0, "is made again");
    ok(h->bundles == 2 && report.written == 2, "and nothing else");
    is((int64_t)count_decisions(h, 32), 32, "so that all are there");
}

/* Killed wherever it is, again and again; what was covered is there all the time. */
static void test_killed(struct house *h)
{
    enum { KILLS = 40 };
    struct publish_report report;
    struct complaint why;
    unsigned killed = 0, whole = 0;
    house_decide(h);
    for (unsigned i = 0; i < KILLS; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            _exit(house_publish_size(h, 64, 3, &report, &why) == 0 ? 0 : 1);
        }
        int status = 0;
        (void)usleep(i * 1500);
        (void)kill(pid, SIGKILL);
        (void)waitpid(pid, &status, 0);
        killed += WIFSIGNALED(status);
        whole += tree_is(h, 32) && entries_are(h, 32);
    }
    ok(killed > 0, "it is killed %u times", killed);
    is(whole, KILLS, "what was published before is there");
    is(house_publish_size(h, 64, 3, &report, &why), 0, "and it is finished");
    ok(tree_is(h, 64) && entries_are(h, 64) && count_decisions(h, 64) == 64, "whole");
}

static void test_lock(struct house *h)
{
    struct publish_report report;
    struct complaint why;
    struct site other;
    is(site_open(h->dir, &other, &why), 0, "somebody publishes");
    is(house_publish_size(h, 32, 3, &report, &why), CONCLAVE_EEXIST,
       "and nobody else meanwhile");
    printf("#   %s\n", why.text);
    site_close(&other);
}

int main(void)
{
    struct house h, second;
    house_begin(&h, "published", scratch_make());
    test_growth(&h);
    test_refused(&h);
    test_damage(&h);
    close_house(&h);
    house_begin(&second, "published", scratch_make());
    house_decide(&second);
    test_witness(&second);
    test_lost(&second);
    test_lock(&second);
    test_killed(&second);
    close_house(&second);
    test_rewritten();
    return tap_done();
}
