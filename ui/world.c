/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "ui/world.h"

#include "ui/now.h"
#include "ui/screen/paint.h"

#include "base/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { NAMES_MAX = 100 };

uint64_t world_now_ms(const struct world *w)
{
    return w->playback != NULL ? playback_now_ms(w->playback) : now_ms();
}

/* --- snapshots --- */

/* A file that was not there; the name that it got is in name. -1 with errno. */
static int open_new(const char *wanted, char *name, size_t size)
{
    char stamp[32];
    time_t now = (time_t)(now_ms() / 1000);
    struct tm tm;
    (void)strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", gmtime_r(&now, &tm));
    for (int i = 1; i <= NAMES_MAX; i++) {
        if (wanted[0] != '\0') {
            (void)snprintf(name, size, "%s", wanted);
        } else if (i == 1) {
            (void)snprintf(name, size, "conclave-%s.txt", stamp);
        } else {
            (void)snprintf(name, size, "conclave-%s-%d.txt", stamp, i);
        }
        int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NONBLOCK, 0600);
        if (fd >= 0 || errno != EEXIST || wanted[0] != '\0') {
            return fd;
        }
    }
    return -1;
}

static void write_screen(struct world *w, const char *wanted, uint64_t now)
{
    struct buffer text = {NULL, 0, 0};
    struct cells cells;
    uint16_t rows, cols;
    char name[512];
    (void)terminal_measure(w->terminal, &rows, &cols);
    cells_init(&cells, rows, cols, w->ascii || console_ascii(w->console));
    console_draw(w->console, &cells, now);
    paint_text(&text, &cells);
    cells_free(&cells);
    int fd = open_new(wanted != NULL ? wanted : "", name, sizeof(name));
    bool good = fd >= 0 && write(fd, text.data, text.size) == (ssize_t)text.size;
    int error = errno;
    good = (fd < 0 || close(fd) == 0) && good;
    if (good) {
        console_say(w->console, true, now, "written to %s", name);
    } else {
        console_say(w->console, false, now, "cannot write %s: %s", name, strerror(error));
    }
    buffer_free(&text);
}

/* --- the rest --- */

static void save(struct world *w, const char *text, uint64_t now)
{
    struct complaint why = {""};
    char *path =
        w->options->config != NULL ? alloc_string(w->options->config) : settings_path();
    if (path == NULL) {
        console_say(w->console, false, now, "$HOME is not set: use --config FILE");
    } else if (settings_save(path, w->settings, text, &why) != 0) {
        console_say(w->console, false, now, "%s", why.text);
    } else {
        console_say(w->console, true, now, "saved in %s", path);
    }
    free(path);
}

static void connect(struct world *w, const char *path, uint64_t now)
{
    if (w->playback != NULL) {
        console_say(w->console, false, now, "this is a replay");
    } else if (w->links.count < COUNCILS_MAX) {
        (void)console_add_council(w->console, path);
        links_add(&w->links, path);
        console_say(w->console, true, now, "council %zu is at %s", w->links.count, path);
    }
}

static void redraw(struct world *w)
{
    terminal_redraw(w->terminal);
    w->painted = false;
}

static void carry_out(struct world *w, const struct effect *e, uint64_t now)
{
    const char *text = e->text != NULL ? e->text : "";
    switch (e->kind) {
    case EFFECT_QUIT:
        w->quit = true;
        break;
    case EFFECT_BELL:
        terminal_bell(w->terminal);
        break;
    case EFFECT_REDRAW:
        redraw(w);
        break;
    case EFFECT_CLIPBOARD:
        terminal_clipboard(w->terminal, slice_of_string(text));
        break;
    case EFFECT_WRITE:
        write_screen(w, e->path, now);
        break;
    case EFFECT_MOUSE:
        terminal_mouse(w->terminal, e->on);
        break;
    case EFFECT_CONNECT:
        connect(w, e->path, now);
        break;
    case EFFECT_REPLAY:
        if (w->playback != NULL) {
            playback_seek(w->playback, e->time_ms);
        }
        break;
    case EFFECT_SAVE:
        save(w, text, now);
        break;
    }
}

void world_effects(struct world *w)
{
    struct effect e;
    while (console_next_effect(w->console, &e)) {
        carry_out(w, &e, world_now_ms(w));
        effect_free(&e);
    }
}
