/* SPDX-License-Identifier: ISC */
/* The operator's terminal on a pseudo-terminal: what is seen there, line by line, and what
 * becomes of it when it is slow, resized, hung up or left by an abort. */
#define _GNU_SOURCE
#include "pty.h"
#include "tap.h"
#include "ui/term/terminal.h"

#include "base/alloc.h"

#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

/* What the test asks of the process on the terminal. */
enum what {
    OPEN,
    PAINT,
    FLUSH,
    READ,
    MEASURE,
    SUSPEND,
    RESUME,
    CLIP,
    BELL,
    REDRAW,
    MOUSE,
    CLOSE,
    EXHAUST,
    ABORT
};
struct request {
    enum what what;
    unsigned frame; /* which one is painted */
};
struct answer {
    int result;
    bool painted, waits, utf8;
    unsigned colours, rows, cols;
    uint64_t written;
    char text[512]; /* what was read, or the complaint */
};

enum { ENDED = 7, ASK_MS = 20000 };

/* --- on the terminal --- */

/* Frames that differ from one another everywhere, with what is special in them. */
static void draw(struct cells *c, unsigned frame)
{
    struct area all = cells_area(c);
    for (unsigned row = 0; row < c->rows; row++) {
        char line[VT_SIDE_MAX + 1];
        memset(line, (int)('a' + (row + frame) % 26), c->cols);
        line[c->cols] = '\0';
        (void)draw_string(c, all, row, 0, frame == 0 ? ROLE_TEXT : ROLE_BAD, line);
    }
    (void)draw_string(c, all, 1, 2, ROLE_GOOD,
                      "caf\303\251 \344\270\226\347\225\214 e\314\202 ok");
    (void)draw_format(c, all, 2, 0, ROLE_CRITICAL, "frame %u", frame);
    draw_bar(c, all, 3, 0, 20, 7, 20, 13);
    cells_select(c, all, 4, 0, c->cols);
    unsigned at = 0;
    for (unsigned word = frame; word < frame + 8; word++) {
        static const enum role roles[] = {ROLE_GOOD, ROLE_TEXT, ROLE_STRONG, ROLE_BAD};
        at += draw_format(c, all, 5, at, roles[word % 4], "%u ", word);
    }
}

static void open_it(struct terminal **t, struct answer *a)
{
    struct complaint why = {""};
    a->result = terminal_open(true, t, &why);
    (void)snprintf(a->text, sizeof(a->text), "%s", why.text);
    if (*t != NULL) {
        a->utf8 = terminal_is_utf8(*t);
        a->colours = terminal_colours(*t);
    }
}

static void paint(struct terminal *t, unsigned frame, struct answer *a)
{
    struct cells c;
    uint16_t rows, cols;
    (void)terminal_measure(t, &rows, &cols);
    cells_init(&c, rows, cols, !terminal_is_utf8(t));
    draw(&c, frame);
    a->painted = terminal_paint(t, &c, theme_find("default"));
    a->result = terminal_flush(t);
    cells_free(&c);
}

static void read_it(struct terminal *t, struct answer *a)
{
    struct buffer typed = {NULL, 0, 0};
    struct pollfd p = {.fd = terminal_input_fd(t), .events = POLLIN};
    (void)poll(&p, 1, ASK_MS);
    a->result = terminal_read(t, &typed);
    (void)snprintf(a->text, sizeof(a->text), "%.*s", (int)typed.size,
                   typed.size > 0 ? (const char *)typed.data : "");
    buffer_free(&typed);
}

static void measure(struct terminal *t, struct answer *a)
{
    uint16_t rows, cols;
    a->result = terminal_measure(t, &rows, &cols);
    a->rows = rows;
    a->cols = cols;
}

static void obey(struct terminal **t, const struct request *r, struct answer *a)
{
    switch (r->what) {
    case OPEN:
        open_it(t, a);
        break;
    case PAINT:
        paint(*t, r->frame, a);
        break;
    case FLUSH:
        a->result = terminal_flush(*t);
        break;
    case READ:
        read_it(*t, a);
        break;
    case MEASURE:
        measure(*t, a);
        break;
    case SUSPEND:
        terminal_suspend(*t);
        break;
    case RESUME:
        terminal_resume(*t);
        break;
    case CLIP:
        terminal_clipboard(*t, slice_of_string("any carnal pleas"));
        break;
    case BELL:
        terminal_bell(*t);
        break;
    case REDRAW:
        terminal_redraw(*t);
        break;
    case MOUSE:
        terminal_mouse(*t, false);
        break;
    case CLOSE:
        terminal_close(*t);
        *t = NULL;
        break;
    case EXHAUST:
        alloc_exhausted();
    case ABORT:
        abort();
    }
}

static int serve(void *context)
{
    const int *pair = context;
    int fd = pair[1];
    struct terminal *t = NULL;
    struct request r;
    (void)close(pair[0]);
    (void)signal(SIGHUP, SIG_IGN);
    (void)setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    while (read(fd, &r, sizeof(r)) == (ssize_t)sizeof(r)) {
        struct answer a = {.result = 0};
        obey(&t, &r, &a);
        a.waits = t != NULL && terminal_wants_write(t);
        a.written = t != NULL ? terminal_written(t) : 0;
        (void)!write(fd, &a, sizeof(a));
    }
    return ENDED;
}

/* --- beside it --- */

struct scene {
    struct pty pty;
    int fd; /* to the process */
    struct answer last;
};

static struct scene *scene_begin(const char *term, unsigned rows, unsigned cols)
{
    struct scene *s = calloc(1, sizeof(*s));
    int pair[2];
    if (s == NULL || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0 ||
        !pty_start(&s->pty, term, rows, cols, serve, pair)) {
        printf("Bail out! no pseudo-terminal\n");
        exit(99);
    }
    (void)close(pair[1]);
    s->fd = pair[0];
    return s;
}

static void scene_end(struct scene *s)
{
    pty_end(&s->pty);
    (void)close(s->fd);
    free(s);
}

static const struct answer *ask(struct scene *s, enum what what, unsigned frame)
{
    struct request r = {what, frame};
    struct pollfd p = {.fd = s->fd, .events = POLLIN};
    memset(&s->last, 0, sizeof(s->last));
    (void)!write(s->fd, &r, sizeof(r));
    for (int i = 0; i < ASK_MS && poll(&p, 1, 0) == 0; i++) {
        pty_turn(&s->pty, s->fd, 10);
    }
    if (read(s->fd, &s->last, sizeof(s->last)) != (ssize_t)sizeof(s->last)) {
        s->last.result = -1;
    }
    return &s->last;
}

/* Paints, until all of it has arrived. */
static void show(struct scene *s, unsigned frame)
{
    (void)ask(s, PAINT, frame);
    while (s->last.waits && s->last.result == 0) {
        pty_turn(&s->pty, -1, 10);
        (void)ask(s, FLUSH, 0);
    }
    for (int i = 0; i < 1000 && s->pty.bytes < s->last.written; i++) {
        pty_turn(&s->pty, -1, 10);
    }
}

/* Whether the screen is what the text painter makes of the same frame. */
static bool screen_is(const struct scene *s, unsigned frame, bool ascii)
{
    const struct vt *t = &s->pty.screen;
    struct cells c;
    bool same = true;
    cells_init(&c, (uint16_t)t->rows, (uint16_t)t->cols, ascii);
    draw(&c, frame);
    for (unsigned row = 0; row < t->rows && same; row++) {
        for (unsigned col = 0; col < t->cols && same; col++) {
            const struct cell *cell = cells_at(&c, row, col);
            const struct vt_cell *got = &t->at[row][col];
            same = got->ch == cell->ch && got->mark == cell->marks[0];
            if (!same) {
                printf("# row %u, column %u: U+%04X, expected U+%04X, in \"%s\"\n", row,
                       col, (unsigned)got->ch, (unsigned)cell->ch, vt_row(t, row));
            }
        }
    }
    cells_free(&c);
    return same;
}

/* Takes what has been written by now. */
static void drain(struct scene *s)
{
    uint64_t before;
    do {
        before = s->pty.bytes;
        pty_turn(&s->pty, -1, 20);
    } while (s->pty.bytes != before);
}

/* Whether the characters of two screens look alike. */
static bool looks_like(const struct vt *t, const struct vt *other)
{
    for (unsigned row = 0; row < t->rows; row++) {
        for (unsigned col = 0; col < t->cols; col++) {
            const struct vt_cell *a = &t->at[row][col], *b = &other->at[row][col];
            if (a->ch != ' ' && (a->ch != b->ch || a->bold != b->bold ||
                                 a->reverse != b->reverse || a->coloured != b->coloured)) {
                printf("# row %u, column %u, in \"%s\"\n", row, col, vt_row(t, row));
                return false;
            }
        }
    }
    return true;
}

static bool same_modes(struct termios a, struct termios b)
{
    return a.c_iflag == b.c_iflag && a.c_oflag == b.c_oflag && a.c_cflag == b.c_cflag &&
           a.c_lflag == b.c_lflag && memcmp(a.c_cc, b.c_cc, sizeof(a.c_cc)) == 0;
}

static bool given_back(const struct scene *s, struct termios before)
{
    const struct vt *t = &s->pty.screen;
    return !t->alternate && !t->hidden && !t->keypad && !t->mouse && !t->pasting &&
           !t->in_frame && same_modes(pty_modes(&s->pty), before);
}

/* --- tests --- */

static void test_life(void)
{
    struct scene *s = scene_begin("xterm-256color", 24, 80);
    const struct vt *t = &s->pty.screen;
    struct termios before = pty_modes(&s->pty);
    is(ask(s, OPEN, 0)->result, 0, "an xterm is opened");
    ok(s->last.utf8 && s->last.colours == 256, "with UTF-8 and 256 colours");
    struct termios raw = pty_modes(&s->pty);
    ok((raw.c_lflag & (ICANON | ECHO)) == 0 && (raw.c_iflag & ICRNL) == 0,
       "keys come at once and as they are");
    show(s, 0);
    ok(screen_is(s, 0, false), "the first frame");
    ok(t->alternate && t->hidden && t->keypad && t->mouse && t->pasting,
       "on the other screen, without a cursor, with mouse and paste");
    ok(t->frames == 1 && t->outside == 0, "in one piece");
    ok(t->at[1][2].coloured && t->at[4][0].coloured, "in colour");
    uint64_t written = s->last.written;
    show(s, 0);
    is((int64_t)(s->last.written - written), 0, "the same frame costs nothing");
    show(s, 3);
    ok(screen_is(s, 3, false), "another frame");
    static struct vt changed;
    for (unsigned frame = 4; frame < 12; frame++) {
        show(s, frame);
    }
    show(s, 3);
    changed = *t;
    vt_feed(&s->pty.screen, slice_of_string("\033[5;5Hsomebody else wrote this"));
    (void)ask(s, REDRAW, 0);
    show(s, 3);
    ok(screen_is(s, 3, false), "painted anew");
    ok(looks_like(t, &changed), "it looks as it did after many changes");
    written = s->last.written;
    (void)ask(s, CLIP, 0);
    (void)ask(s, BELL, 0);
    (void)ask(s, MOUSE, 0);
    show(s, 3);
    show(s, 3);
    ok(t->clipboard.size == 29 &&
           memcmp(t->clipboard.data, "52;c;YW55IGNhcm5hbCBwbGVhcw==", 29) == 0,
       "the clipboard is told");
    ok(t->bells == 1 && !t->mouse, "the bell rings, and the mouse is the terminal's again");
    (void)ask(s, CLOSE, 0);
    drain(s);
    ok(given_back(s, before), "all is given back");
    ok(t->row == 0 || t->rows - 1 == t->row, "with the cursor at an edge");
    is(t->unknown, 0, "no sequence was unknown");
    scene_end(s);
}

static void test_types(void)
{
    static const struct {
        const char *term;
        unsigned colours;
        bool utf8, frames, modern;
    } types[] = {
        {"xterm", 8, true, true, true},
        {"xterm-256color", 256, true, true, true},
        {"tmux-256color", 256, true, true, true},
        {"screen", 8, true, false, true},
        {"screen-256color", 256, true, false, true},
        {"linux", 8, false, false, false},
        {"vt100", 0, false, false, false},
        {"vt220", 0, true, false, false},
        {"xterm-16color", 16, true, true, true},
    };
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        struct scene *s = scene_begin(types[i].term, 24, 80);
        const struct vt *t = &s->pty.screen;
        struct termios before = pty_modes(&s->pty);
        if (ask(s, OPEN, 0)->result == CONCLAVE_ENOENT) {
            skip(types[i].term, "terminfo does not know it");
            scene_end(s);
            continue;
        }
        bool told = s->last.colours == types[i].colours && s->last.utf8 == types[i].utf8;
        show(s, 0);
        bool first = screen_is(s, 0, !types[i].utf8);
        show(s, 5);
        bool second = screen_is(s, 5, !types[i].utf8);
        ok(told && first && second && t->unknown == 0, "%s shows two frames",
           types[i].term);
        ok((t->colours > 0) == (types[i].colours > 0) &&
               t->frames == (types[i].frames ? 2 : 0) && t->mouse == types[i].modern &&
               t->pasting == types[i].modern,
           "%s has colours, whole frames and a mouse or not", types[i].term);
        ok(types[i].colours >= 8 ? t->at[4][0].back > 1 : t->at[4][0].reverse,
           "%s shows the operator's row", types[i].term);
        (void)ask(s, CLIP, 0);
        bool shown = vt_row(t, 23)[0] != '\0', alternate = t->alternate;
        (void)ask(s, CLOSE, 0);
        drain(s);
        ok(shown &&
               (alternate || (vt_row(t, 23)[0] == '\0' && t->row == 23 && t->col == 0)),
           "%s leaves an empty row for the shell", types[i].term);
        ok((t->clipboard.size > 0) == types[i].modern && given_back(s, before),
           "%s is given back", types[i].term);
        scene_end(s);
    }
}

static void test_resize(void)
{
    static const unsigned sizes[][2] = {{60, 200}, {15, 60}, {5, 30}, {100, 90}, {24, 80}};
    struct scene *s = scene_begin("xterm-256color", 24, 80);
    (void)ask(s, OPEN, 0);
    show(s, 0);
    is(ask(s, MEASURE, 0)->result, 0, "the size is what it was");
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        pty_resize(&s->pty, sizes[i][0], sizes[i][1]);
        (void)ask(s, MEASURE, 0);
        ok(s->last.result == 1 && s->last.rows == sizes[i][0] &&
               s->last.cols == sizes[i][1],
           "now %ux%u", sizes[i][1], sizes[i][0]);
        show(s, (unsigned)i);
        ok(screen_is(s, (unsigned)i, false), "and painted so");
    }
    scene_end(s);
}

static void test_suspend(void)
{
    struct scene *s = scene_begin("xterm-256color", 24, 80);
    struct termios before = pty_modes(&s->pty);
    (void)ask(s, OPEN, 0);
    show(s, 0);
    (void)ask(s, SUSPEND, 0);
    drain(s);
    ok(given_back(s, before), "given back for a while");
    vt_feed(&s->pty.screen, slice_of_string("\033[Hsomething else\r\n\033[Jand more"));
    (void)ask(s, RESUME, 0);
    show(s, 0);
    ok(screen_is(s, 0, false), "and painted anew, though nothing has changed");
    ok(s->pty.screen.alternate && s->pty.screen.keypad && s->pty.screen.mouse &&
           (pty_modes(&s->pty).c_lflag & ICANON) == 0,
       "as it was");
    scene_end(s);
}

static void test_slow(void)
{
    struct scene *s = scene_begin("xterm-256color", 200, 200);
    (void)ask(s, OPEN, 0);
    show(s, 0);
    s->pty.deaf = true;
    bool dropped = false;
    unsigned frame = 1;
    while (!dropped && frame < 100) {
        (void)ask(s, PAINT, frame++);
        dropped = !s->last.painted;
    }
    ok(dropped && s->last.waits, "frames are dropped when the line takes no more");
    uint64_t written = s->last.written;
    pty_type(&s->pty, "q");
    ok(ask(s, READ, 0)->result == 0 && strcmp(s->last.text, "q") == 0,
       "what is typed meanwhile arrives");
    is((int64_t)(s->last.written - written), 0, "though nothing can be written");
    s->pty.deaf = false;
    while (ask(s, FLUSH, 0)->waits) {
        pty_turn(&s->pty, -1, 10);
    }
    show(s, 7);
    ok(screen_is(s, 7, false), "and when it does, the next frame is whole");
    scene_end(s);
}

static void test_vanished(void)
{
    struct scene *s = scene_begin("xterm-256color", 24, 80);
    (void)ask(s, OPEN, 0);
    show(s, 0);
    pty_hang_up(&s->pty);
    is(ask(s, READ, 0)->result, CONCLAVE_ECLOSED, "a terminal that vanished has no keys");
    is(ask(s, PAINT, 1)->result, CONCLAVE_ECLOSED, "and shows nothing");
    is(ask(s, CLOSE, 0)->result, 0, "it is closed all the same");
    (void)close(s->fd);
    s->fd = -1;
    is(WEXITSTATUS(pty_wait(&s->pty, ASK_MS)), ENDED, "and the process goes on");
    scene_end(s);
}

static void test_stuck(void)
{
    struct scene *s = scene_begin("xterm-256color", 200, 200);
    struct termios before = pty_modes(&s->pty);
    (void)ask(s, OPEN, 0);
    show(s, 0);
    s->pty.deaf = true;
    for (unsigned frame = 1; frame < 100 && (frame == 1 || s->last.painted); frame++) {
        (void)ask(s, PAINT, frame);
    }
    is(ask(s, CLOSE, 0)->result, 0, "a line that is stuck does not keep it open");
    ok(same_modes(pty_modes(&s->pty), before), "and has its modes back");
    scene_end(s);
}

static void test_abort(void)
{
    struct scene *s = scene_begin("xterm-256color", 24, 80);
    struct termios before = pty_modes(&s->pty);
    (void)ask(s, OPEN, 0);
    show(s, 0);
    (void)ask(s, ABORT, 0);
    int status = pty_wait(&s->pty, ASK_MS);
    ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, "an abort is one");
    ok(given_back(s, before), "and gives the terminal back");
    scene_end(s);
    s = scene_begin("xterm-256color", 24, 80);
    (void)ask(s, OPEN, 0);
    show(s, 0);
    (void)ask(s, EXHAUST, 0);
    is(WEXITSTATUS(pty_wait(&s->pty, ASK_MS)), EX_OSERR, "no memory is the end");
    ok(given_back(s, before), "of which the terminal is told");
    scene_end(s);
}

static void test_refused(void)
{
    static const struct {
        const char *term, *words;
    } cases[] = {{NULL, "$TERM is not set"},
                 {"", "$TERM is not set"},
                 {"no-such-terminal", "terminfo does not know"},
                 {"dumb", "cannot show a screen"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct scene *s = scene_begin(cases[i].term, 24, 80);
        struct termios before = pty_modes(&s->pty);
        ok(ask(s, OPEN, 0)->result < 0 && strstr(s->last.text, cases[i].words) != NULL,
           "TERM %s is refused: %s", cases[i].term != NULL ? cases[i].term : "(none)",
           s->last.text);
        ok(same_modes(pty_modes(&s->pty), before) && s->pty.bytes == 0, "and left alone");
        scene_end(s);
    }
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    int kept = dup(STDIN_FILENO);
    struct terminal *t = NULL;
    struct complaint why = {""};
    (void)dup2(null, STDIN_FILENO);
    ok(terminal_open(true, &t, &why) < 0 && strstr(why.text, "--once") != NULL,
       "so is what is no terminal");
    (void)dup2(kept, STDIN_FILENO);
}

int main(void)
{
    if (setlocale(LC_ALL, "C.UTF-8") == NULL) {
        printf("1..0 # SKIP no locale C.UTF-8\n");
        return 0;
    }
    test_life();
    test_types();
    test_resize();
    test_suspend();
    test_slow();
    test_vanished();
    test_stuck();
    test_abort();
    test_refused();
    return tap_done();
}
