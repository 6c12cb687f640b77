/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "ui/once.h"

#include "ui/screen/paint.h"

#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { ONCE_MS = 5000, ROWS_DEFAULT = 24, COLS_DEFAULT = 80 };

static void choose_size(const struct options *o, uint16_t *rows, uint16_t *cols)
{
    struct winsize size;
    *rows = o->rows > 0 ? o->rows : ROWS_DEFAULT;
    *cols = o->cols > 0 ? o->cols : COLS_DEFAULT;
    if (o->rows == 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 &&
        size.ws_col > 0) {
        *rows = size.ws_row < CELLS_SIDE_MAX ? size.ws_row : CELLS_SIDE_MAX;
        *cols = size.ws_col < CELLS_SIDE_MAX ? size.ws_col : CELLS_SIDE_MAX;
    }
}

/* Nobody is there whom they would concern. */
static void drop_effects(struct world *w)
{
    struct effect e;
    while (console_next_effect(w->console, &e)) {
        effect_free(&e);
    }
}

static void draw(struct world *w, struct cells *cells)
{
    cells_clear(cells);
    console_draw(w->console, cells, world_now_ms(w));
    drop_effects(w);
}

/* All that was asked has been answered, and the drawn screen asks for nothing more. */
static bool is_complete(struct world *w, struct cells *cells)
{
    struct links *l = &w->links;
    if (!model_scene(console_model(w->console, 0))->known || l->asked > l->answered) {
        return false;
    }
    draw(w, cells);
    links_send(l);
    return l->asked == l->answered;
}

static bool collect(struct world *w, struct cells *cells)
{
    uint64_t until = clock_monotonic_ms() + ONCE_MS;
    w->links.counting = true;
    for (;;) {
        struct pollfd fds[COUNCILS_MAX];
        bool more = links_turn(&w->links);
        drop_effects(w);
        if (!more && is_complete(w, cells)) {
            return true;
        }
        uint64_t now = clock_monotonic_ms();
        if (w->links.list[0].why.text[0] != '\0' || now >= until) {
            break;
        }
        uint64_t wake = links_wake_ms(&w->links);
        wake = wake < until ? wake : until;
        size_t count = links_poll(&w->links, false, fds);
        (void)poll(fds, count, more || wake <= now ? 0 : (int)(wake - now));
    }
    return model_scene(console_model(w->console, 0))->known;
}

enum exit_status once_run(struct world *w)
{
    struct buffer out = {NULL, 0, 0};
    struct cells cells;
    uint16_t rows, cols;
    choose_size(w->options, &rows, &cols);
    cells_init(&cells, rows, cols, console_ascii(w->console));
    bool good = true;
    if (w->playback != NULL) {
        playback_all(w->playback);
    } else {
        good = collect(w, &cells);
    }
    if (!good) {
        const char *why = w->links.list[0].why.text;
        options_complain("%s", why[0] != '\0' ? why : "the node does not answer");
    } else {
        draw(w, &cells);
        if (w->options->format == FORMAT_JSON) {
            paint_json(&out, &cells, console_theme(w->console));
        } else {
            paint_text(&out, &cells);
        }
        good = fwrite(out.data, 1, out.size, stdout) == out.size && fflush(stdout) == 0;
        if (!good) {
            options_complain("cannot write the screen: %s", strerror(errno));
        }
    }
    buffer_free(&out);
    cells_free(&cells);
    return good ? EXIT_DONE : EXIT_FAILED;
}
