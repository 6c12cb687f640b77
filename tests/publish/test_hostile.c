/* SPDX-License-Identifier: ISC */
/* A node that lies to who publishes, and somebody who lays traps in the directory. */
#define _GNU_SOURCE
#include "tests/ledger/scratch.h"

#include "house.h"
#include "tap.h"

#include "base/alloc.h"
#include "tlog/note.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_in_checkpoint(struct house *h, const char *line)
{
    struct complaint why;
    struct site site;
    struct bytes *text = NULL;
    if (site_look(h->dir, &site, &why) == 0) {
        (void)site_get(&site, "checkpoint", NOTE_MAX, &text, &why);
        site_close(&site);
    }
    bool found = text != NULL && memmem(text->data, text->size, line, strlen(line)) != NULL;
    bytes_unref(text);
    return found;
}

/* A node adds as many lines as there may be, so that no witness's has room. */
static void test_crowded(struct house *h)
{
    static const char witness[] = "\xe2\x80\x94 witness.example/w 3CVI1wAAAABnaAAA\n";
    struct buffer note = {NULL, 0, 0}, cosigned = {NULL, 0, 0};
    struct publish_report report;
    struct complaint why;
    char line[80];
    house_note(h, 30, 3, &cosigned);
    buffer_append(&cosigned, witness, sizeof(witness) - 1);
    house_note(h, 30, 3, &note);
    for (int i = 3; i < NOTE_LINES_MAX; i++) {
        (void)snprintf(line, sizeof(line), "\xe2\x80\x94 stranger%d 3CVI1wAAAABnaAAA\n", i);
        buffer_append(&note, line, strlen(line));
    }
    is(house_publish(h, buffer_slice(&note), buffer_slice(&cosigned), &report, &why), 0,
       "a checkpoint with strangers' lines");
    ok(is_in_checkpoint(h, witness) && !is_in_checkpoint(h, "stranger"),
       "is published with the witness's and without theirs");
    buffer_free(&note);
    buffer_free(&cosigned);
}

/* The tree is right, and then the pages are made of one record twice. */
static void test_swapped(struct house *h)
{
    struct publish_report report;
    struct complaint why;
    h->swaps = true;
    is(house_publish_size(h, 20, 3, &report, &why), CONCLAVE_ESIG,
       "a record in another's place");
    printf("#   %s\n", why.text);
    h->swaps = false;
}

/* Whoever may write there lays traps: the link leads out, nobody writes to the pipe. */
static void test_traps(struct house *h)
{
    struct publish_report report;
    struct complaint why;
    struct stat st;
    char *outside = alloc_printf("%s/outside", h->dir);
    char *link = alloc_printf("%s/.unfinished", h->dir);
    char *pipe = alloc_printf("%s/index.html", h->dir);
    (void)unlink(pipe);
    ok(symlink("outside", link) == 0 && mkfifo(pipe, 0644) == 0, "a link and a pipe");
    is(house_publish_size(h, 20, 3, &report, &why), 0, "do not stop it");
    ok(lstat(outside, &st) != 0 && lstat(pipe, &st) == 0 && S_ISREG(st.st_mode),
       "nor lead out of the directory");
    free(outside);
    free(link);
    free(pipe);
}

int main(void)
{
    struct house h;
    char *dir = scratch_make();
    alarm(120); /* for whoever waits for a pipe */
    house_begin(&h, "published", dir);
    house_decide(&h);
    test_swapped(&h);
    test_traps(&h);
    test_crowded(&h);
    house_end(&h);
    scratch_remove(dir);
    return tap_done();
}
