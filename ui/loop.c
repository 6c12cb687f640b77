/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "ui/loop.h"

#include "base/clock.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* Between frames that events ask for: nobody reads faster, and keys have the others. */
enum { EVENT_FRAME_MS = 250, SECOND_MS = 1000 };
/* So many frames of a second may follow each other at once, the others so far apart: a key
 * that is held down never waits for long. */
enum { AT_ONCE = FRAMES_PER_SECOND / 2, SPREAD_MS = 60 };
/* The first frame waits a little for a node's answers, and while they come others follow
 * sooner than later ones will. */
enum { FIRST_FRAME_MS = 5, START_MS = 300, START_FRAME_MS = 20 };

struct loop {
    struct world *world;
    int signals;
    struct input input;
    struct cells cells;
    bool ended;
    bool key;          /* something was typed since the last frame */
    uint64_t version;  /* of what was painted */
    uint64_t wake_ms;  /* the console's: when it looks different by itself */
    uint64_t quiet_ms; /* until then nodes are not listened to; the monotonic clock; or 0 */
    uint64_t begun_ms; /* by the monotonic clock */
    uint64_t frames[FRAMES_PER_SECOND]; /* when they were painted, by the same */
    size_t frame;                       /* the oldest of them */
    bool more;                          /* the nodes have more to say */
};

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* --- signals --- */

int loop_signals(void)
{
    static const int taken[] = {SIGWINCH, SIGTERM, SIGHUP, SIGINT,
                                SIGQUIT,  SIGTSTP, SIGCONT};
    sigset_t set;
    (void)sigemptyset(&set);
    for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
        (void)sigaddset(&set, taken[i]);
    }
    (void)sigprocmask(SIG_BLOCK, &set, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

/* Where nobody could continue us, the system does not stop us either. */
static void suspend(struct loop *l)
{
    sigset_t stop;
    (void)sigemptyset(&stop);
    (void)sigaddset(&stop, SIGTSTP);
    terminal_suspend(l->world->terminal);
    (void)raise(SIGTSTP);
    (void)sigprocmask(SIG_UNBLOCK, &stop, NULL);
    (void)sigprocmask(SIG_BLOCK, &stop, NULL);
}

/* After ^Z, or when we were stopped unasked and somebody else used the terminal. */
static void resume(struct loop *l)
{
    terminal_resume(l->world->terminal);
    l->world->painted = false;
}

static void take_signals(struct loop *l)
{
    struct signalfd_siginfo info;
    while (read(l->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        switch (info.ssi_signo) {
        case SIGWINCH:
            l->world->painted = false;
            break;
        case SIGTSTP:
            suspend(l);
            resume(l);
            break;
        case SIGCONT:
            resume(l);
            break;
        default:
            l->ended = true;
            break;
        }
    }
}

/* --- the operator --- */

static void on_input(void *context, const struct input_event *e)
{
    struct loop *l = context;
    l->key = true;
    l->quiet_ms = 0; /* what it asks of a node is answered soon */
    console_input(l->world->console, e, world_now_ms(l->world));
}

static void take_keys(struct loop *l)
{
    struct buffer typed = {NULL, 0, 0};
    int error;
    while ((error = terminal_read(l->world->terminal, &typed)) == 0) {
    }
    l->ended = l->ended || error == CONCLAVE_ECLOSED;
    input_bytes(&l->input, clock_monotonic_ms(), buffer_slice(&typed), on_input, l);
    buffer_free(&typed);
}

/* --- painting --- */

static bool is_due(const struct loop *l)
{
    const struct world *w = l->world;
    return !w->painted || console_version(w->console) != l->version ||
           world_now_ms(w) >= l->wake_ms;
}

static uint64_t first_frame_ms(const struct loop *l)
{
    const struct console *c = l->world->console;
    const struct model *m = console_model(l->world->console, console_shown(c));
    return model_scene(m)->known ? 0 : l->begun_ms + FIRST_FRAME_MS;
}

/* When the n-th last frame was painted; 0: there were not so many. */
static uint64_t painted_ms(const struct loop *l, size_t n)
{
    return l->frames[(l->frame + FRAMES_PER_SECOND - n) % FRAMES_PER_SECOND];
}

static bool is_starting(const struct loop *l)
{
    return painted_ms(l, 1) < l->begun_ms + START_MS;
}

/* When the next frame may be painted, by the monotonic clock. */
static uint64_t frame_ms(const struct loop *l)
{
    uint64_t newest = painted_ms(l, 1), oldest = painted_ms(l, FRAMES_PER_SECOND);
    uint64_t by_rate = oldest > 0 ? oldest + SECOND_MS : 0;
    if (newest < painted_ms(l, AT_ONCE) + SECOND_MS && painted_ms(l, AT_ONCE) > 0) {
        by_rate = later(by_rate, newest + SPREAD_MS);
    }
    uint64_t by_event = newest == 0      ? first_frame_ms(l)
                        : l->key         ? 0
                        : is_starting(l) ? newest + START_FRAME_MS
                                         : newest + EVENT_FRAME_MS;
    return later(by_rate, by_event);
}

static void fit(struct loop *l)
{
    uint16_t rows, cols;
    bool ascii = l->world->ascii || console_ascii(l->world->console);
    (void)terminal_measure(l->world->terminal, &rows, &cols);
    if (l->cells.rows != rows || l->cells.cols != cols || l->cells.ascii != ascii) {
        cells_free(&l->cells);
        cells_init(&l->cells, rows, cols, ascii);
    }
}

static void paint(struct loop *l)
{
    struct world *w = l->world;
    uint64_t now = world_now_ms(w);
    if (!w->painted || console_ascii(w->console) != l->cells.ascii) {
        fit(l);
    }
    l->version = console_version(w->console);
    console_draw(w->console, &l->cells, now);
    (void)terminal_paint(w->terminal, &l->cells, console_theme(w->console));
    w->painted = true;
    l->wake_ms = console_wake_ms(w->console, now);
    l->frames[l->frame] = clock_monotonic_ms();
    l->frame = (l->frame + 1) % FRAMES_PER_SECOND;
    l->key = false;
    links_send(&w->links); /* what is looked at now may have to be asked for */
}

static bool may_paint(const struct loop *l)
{
    return !terminal_wants_write(l->world->terminal) && is_due(l);
}

/* A node is not listened to while a frame waits for its time: what it says meanwhile is
 * read in one go, for the same frame. And not before the one after a frame that waited, for
 * then things go on. */
static void be_quiet(struct loop *l, bool painted)
{
    uint64_t now = clock_monotonic_ms();
    bool waited = l->quiet_ms > 0;
    if (l->key || l->more || is_starting(l)) {
        l->quiet_ms = 0;
    } else if (painted) {
        l->quiet_ms = waited ? now + EVENT_FRAME_MS : 0;
    } else if (may_paint(l)) {
        l->quiet_ms = frame_ms(l);
    } else if (now >= l->quiet_ms) {
        l->quiet_ms = 0;
    }
}

static void show(struct loop *l)
{
    bool key = l->key, due = may_paint(l) && clock_monotonic_ms() >= frame_ms(l);
    if (due) {
        paint(l);
    }
    be_quiet(l, due && !key);
    if (terminal_flush(l->world->terminal) != 0) {
        l->ended = true;
    }
}

/* --- waiting --- */

/* When something is to be done by itself, by the monotonic clock. */
static uint64_t wake_ms(const struct loop *l, uint64_t now)
{
    const struct world *w = l->world;
    uint64_t wake = earlier(links_wake_ms(&w->links), input_wake_ms(&l->input));
    if (l->quiet_ms > now) {
        wake = earlier(wake, l->quiet_ms);
    }
    if (w->playback != NULL) {
        wake = earlier(wake, playback_wake_ms(w->playback));
    }
    if (may_paint(l)) {
        wake = earlier(wake, frame_ms(l));
    } else if (l->wake_ms != UINT64_MAX && !terminal_wants_write(w->terminal)) {
        uint64_t present = world_now_ms(w);
        double speed = w->playback != NULL ? w->playback->speed : 1;
        uint64_t left = l->wake_ms > present ? l->wake_ms - present : 0;
        wake = earlier(wake,
                       now + (uint64_t)((double)left / speed) + (speed < 1 || speed > 1));
    }
    return wake;
}

static int wait_ms(const struct loop *l)
{
    enum { LONGEST_MS = 24 * 3600 * 1000 };
    uint64_t now = clock_monotonic_ms();
    uint64_t wake = l->more ? now : wake_ms(l, now);
    if (wake == UINT64_MAX) {
        return -1;
    }
    return wake <= now ? 0 : wake - now > LONGEST_MS ? LONGEST_MS : (int)(wake - now);
}

enum { FD_SIGNALS, FD_KEYS, FD_SCREEN, FD_NODES };

static void wait_for_something(struct loop *l, struct pollfd *fds)
{
    struct world *w = l->world;
    bool quiet = clock_monotonic_ms() < l->quiet_ms;
    bool stuck = terminal_wants_write(w->terminal);
    fds[FD_SIGNALS] = (struct pollfd){.fd = l->signals, .events = POLLIN};
    fds[FD_KEYS] = (struct pollfd){.fd = terminal_input_fd(w->terminal), .events = POLLIN};
    fds[FD_SCREEN] = (struct pollfd){.fd = stuck ? terminal_output_fd(w->terminal) : -1,
                                     .events = POLLOUT};
    size_t nodes = links_poll(&w->links, quiet, fds + FD_NODES);
    (void)poll(fds, FD_NODES + nodes, wait_ms(l));
}

static void go_on(struct loop *l)
{
    struct world *w = l->world;
    if (w->playback != NULL) {
        l->more = playback_turn(w->playback);
    } else if (clock_monotonic_ms() >= l->quiet_ms) {
        l->more = links_turn(&w->links);
    } else {
        l->more = false;
    }
}

static void begin(struct loop *l, struct world *w, int signals)
{
    *l = (struct loop){.world = w,
                       .signals = signals,
                       .wake_ms = UINT64_MAX,
                       .begun_ms = clock_monotonic_ms()};
    input_init(&l->input);
    terminal_keys(w->terminal, &l->input);
    fit(l);
}

enum exit_status loop_run(struct world *w, int signals)
{
    struct pollfd fds[FD_NODES + COUNCILS_MAX];
    struct loop l;
    begin(&l, w, signals);
    while (!l.ended && !w->quit) {
        go_on(&l);
        world_effects(w);
        show(&l);
        wait_for_something(&l, fds);
        if ((fds[FD_SIGNALS].revents & POLLIN) != 0) {
            take_signals(&l);
        }
        if (fds[FD_KEYS].revents != 0) {
            take_keys(&l);
        }
        input_time(&l.input, clock_monotonic_ms(), on_input, &l);
        world_effects(w);
    }
    cells_free(&l.cells);
    return EXIT_DONE;
}
