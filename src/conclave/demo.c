/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "conclave/commands.h"
#include "conclave/demo_council.h"
#include "conclave/demo_view.h"
#include "conclave/files.h"
#include "conclave/node.h"
#include "conclave/output.h"
#include "conclave/seat_dir.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum {
    SEATS_DEFAULT = 33,
    POLL_MS = 50,
    START_MS = 30000,       /* for all nodes to connect, and */
    START_SEAT_MS = 1000,   /* this more for each */
    DECIDE_MS = 420000,     /* longer than the windows of any class together */
    SUBMIT_EVERY_MS = 1500, /* when somebody looks on */
    STATUS_EVERY_MS = 1000,
    LOG_TAIL_BYTES = 2000,
};

static const struct command_option options[] = {
    {"seats", ARGUMENT_NUMBER, "N", "seats of the council, 4 to 128 (default 33)"},
    {"dir", ARGUMENT_DIRECTORY, "DIR", "where it lives, and stays; new or empty"},
    {"keep", ARGUMENT_NONE, NULL, "keep the temporary folder"},
    {"no-console", ARGUMENT_NONE, NULL, "decide the sample proposals and exit"},
    {NULL, ARGUMENT_NONE, NULL, NULL},
};

enum demo_end {
    DEMO_GOES_ON,
    DEMO_QUIT,        /* the operator has seen enough */
    DEMO_INTERRUPTED, /* by a signal, before it was done */
    DEMO_FAILED,      /* after saying why */
};

struct demo {
    const struct command_line *line;
    struct demo_data data;
    struct demo_council council;
    struct demo_follow follow;
    struct demo_view view;
    int signals;
    bool running;                  /* everything has started: a process that ends is news */
    struct control_client *events; /* a subscription at the node of watched */
    unsigned watched;
    enum demo_end end;
};

__attribute__((format(printf, 2, 3))) static void fail(struct demo *d, const char *format,
                                                       ...)
{
    char text[2 * COMPLAINT_BYTES];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    demo_view_end(&d->view);
    (void)command_fail(d->line, "%s", text);
    d->end = DEMO_FAILED;
}

/* --- what happens meanwhile --- */

static void show_log(const char *path)
{
    FILE *file = fopen(path, "rbe");
    char text[LOG_TAIL_BYTES];
    if (file == NULL) {
        return;
    }
    if (fseek(file, -(long)sizeof(text), SEEK_END) != 0) {
        rewind(file);
    }
    size_t size = fread(text, 1, sizeof(text), file);
    (void)fclose(file);
    for (size_t at = 0; at < size;) {
        const char *end = memchr(text + at, '\n', size - at);
        size_t length = end != NULL ? (size_t)(end - text) - at : size - at;
        struct demo_view plain = {.live = false};
        demo_view_say(&plain, "    %.*s", (int)length, text + at);
        at += length + 1;
    }
}

static void take_deaths(struct demo *d)
{
    const struct child *child;
    while ((child = children_reap(&d->council.children)) != NULL) {
        char how[64];
        child_describe_end(child, how);
        if (d->running && d->view.live) {
            demo_view_say(&d->view, "%s ended: %s; its log: %s", child->name, how,
                          child->log);
        } else if (d->end == DEMO_GOES_ON) {
            fail(d, "%s ended: %s; its log: %s", child->name, how, child->log);
            show_log(child->log);
        }
    }
}

static void take_signals(struct demo *d)
{
    struct signalfd_siginfo info;
    while (read(d->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        if (info.ssi_signo == SIGCHLD) {
            take_deaths(d);
        } else if (d->end == DEMO_GOES_ON) {
            d->end = d->view.live ? DEMO_QUIT : DEMO_INTERRUPTED;
        }
    }
}

static void lose_events(struct demo *d)
{
    control_disconnect(d->events);
    d->events = NULL;
}

/* The watched seat's agent: what breaks one of the demo's breaks all of them. */
static void take_agent_failure(struct demo *d, const json_t *params)
{
    char *log = demo_seat_path(&d->council, d->watched, "conclave-agent.log");
    const char *reason = member_text(params, "reason");
    if (d->view.live) {
        demo_view_say(&d->view, "the agent of seat %u failed: %s; its log: %s", d->watched,
                      reason, log);
    } else {
        fail(d, "the agent of seat %u failed: %s; its log: %s", d->watched, reason, log);
    }
    free(log);
}

static void take_events(struct demo *d)
{
    json_t *message;
    int error = 0;
    while (d->events != NULL && (error = control_next(d->events, &message, 0)) == 0) {
        const json_t *params = json_object_get(message, "params");
        const char *event = member_text(params, "event");
        demo_follow_event(&d->follow, event, params, clock_monotonic_ms());
        demo_view_event(&d->view, &d->follow, event, params);
        if (d->end == DEMO_GOES_ON && strcmp(event, "agent.failed") == 0) {
            take_agent_failure(d, params);
        }
        json_decref(message);
    }
    if (d->events != NULL && error != CONCLAVE_EAGAIN) {
        lose_events(d);
    }
}

/* Waits for something to happen, ms at most, and takes it in. */
static void wait_a_turn(struct demo *d, int ms)
{
    struct pollfd fds[] = {
        {d->signals, POLLIN, 0},
        {d->view.live ? STDIN_FILENO : -1, POLLIN, 0},
        {d->events != NULL ? control_client_fd(d->events) : -1, POLLIN, 0},
    };
    (void)poll(fds, sizeof(fds) / sizeof(fds[0]), ms);
    take_signals(d);
    if (d->end == DEMO_GOES_ON && demo_view_wants_quit(&d->view)) {
        d->end = DEMO_QUIT;
    }
    if (d->end == DEMO_GOES_ON) {
        take_events(d);
    }
}

/* --- steps --- */

static void start(struct demo *d)
{
    struct complaint why = {""};
    unsigned seats = d->council.charter->seat_count;
    if (demo_council_start_nodes(&d->council, &why) != 0) {
        fail(d, "%s", why.text);
        return;
    }
    uint64_t until = clock_monotonic_ms() + START_MS + (uint64_t)seats * START_SEAT_MS;
    unsigned connected = 0;
    while (d->end == DEMO_GOES_ON && connected < seats) {
        wait_a_turn(d, POLL_MS);
        if (d->end != DEMO_GOES_ON) {
            return;
        }
        connected = demo_council_connected(&d->council);
        demo_view_status(&d->view, "%u of %u nodes are connected to all others", connected,
                         seats);
        if (clock_monotonic_ms() > until) {
            fail(d, "only %u of %u nodes are connected to all others; their logs are in %s",
                 connected, seats, d->council.dir);
            return;
        }
    }
    demo_view_say(&d->view, "%u nodes are connected, each to all others", seats);
    if (demo_council_start_agents(&d->council, &d->data, &why) != 0) {
        fail(d, "%s", why.text);
    }
}

/* Subscribes at the first node from seat first on that answers. */
static bool subscribe(struct demo *d, unsigned first)
{
    unsigned seats = d->council.charter->seat_count;
    for (unsigned i = 0; i < seats; i++) {
        unsigned seat = 1 + (first - 1 + i) % seats;
        char *socket = demo_seat_path(&d->council, seat, SEAT_DIR_SOCKET);
        json_t *snapshot = NULL;
        bool connected = control_connect(socket, &d->events, NULL) == 0;
        free(socket);
        if (connected && control_call(d->events, "subscribe", NULL, &snapshot,
                                      NODE_TIMEOUT_MS, NULL) == 0) {
            json_decref(snapshot);
            d->watched = seat;
            return true;
        }
        if (connected) {
            lose_events(d);
        }
        d->events = NULL;
    }
    return false;
}

static void propose(struct demo *d, const json_t *proposal, unsigned seat)
{
    struct complaint why = {""};
    char *evidence = json_dumps(json_object_get(proposal, "evidence"), JSON_COMPACT);
    json_t *params =
        json_pack("{s:O, s:O, s:O, s:s}", "class", json_object_get(proposal, "class"),
                  "title", json_object_get(proposal, "title"), "text",
                  json_object_get(proposal, "text"), "evidence", evidence);
    free(evidence);
    uint64_t now = clock_monotonic_ms();
    json_t *result;
    struct control_client *client = d->council.clients[seat - 1];
    if (control_call(client, "propose", params, &result, NODE_TIMEOUT_MS, &why) != 0) {
        char *log = demo_seat_path(&d->council, seat, "conclaved.log");
        fail(d, "the node of seat %u refuses a proposal: %s; its log: %s", seat, why.text,
             log);
        free(log);
        return;
    }
    demo_follow_add(&d->follow, member_text(result, "id"), member_text(proposal, "class"),
                    member_text(proposal, "title"), seat, now);
    json_decref(result);
}

/* The sample proposals, through the sockets of seats all over the council. */
static void submit_all(struct demo *d)
{
    size_t count = json_array_size(d->data.proposals);
    unsigned seats = d->council.charter->seat_count;
    for (size_t i = 0; i < count && d->end == DEMO_GOES_ON; i++) {
        unsigned seat = 1 + (unsigned)(i * seats / count + i / seats) % seats;
        propose(d, json_array_get(d->data.proposals, i), seat);
        uint64_t until = clock_monotonic_ms() + (d->view.live ? SUBMIT_EVERY_MS : 0);
        while (d->end == DEMO_GOES_ON && clock_monotonic_ms() < until) {
            wait_a_turn(d, POLL_MS);
        }
    }
}

static void follow_to_the_end(struct demo *d)
{
    uint64_t until = clock_monotonic_ms() + DECIDE_MS;
    while (d->end == DEMO_GOES_ON && demo_follow_final(&d->follow) < d->follow.count) {
        wait_a_turn(d, POLL_MS);
        if (d->end == DEMO_GOES_ON && d->events == NULL) {
            fail(d, "the node of seat %u closed its subscription; the logs are in %s",
                 d->watched, d->council.dir);
        } else if (d->end == DEMO_GOES_ON && clock_monotonic_ms() > until) {
            fail(d, "%zu of %zu proposals are not final after %d s; the logs are in %s",
                 d->follow.count - demo_follow_final(&d->follow), d->follow.count,
                 DECIDE_MS / 1000, d->council.dir);
        }
    }
}

/* Rejected for want of any ballot is no decision to show. */
static void check_ballots(struct demo *d)
{
    for (size_t i = 0; i < d->follow.count && d->end == DEMO_GOES_ON; i++) {
        if (d->follow.list[i].sealed == 0) {
            fail(d,
                 "no agent answered on \"%s\"; their logs are %s/seat-*/conclave-agent.log",
                 d->follow.list[i].title, d->council.dir);
        }
    }
}

static unsigned count_nodes(const struct demo *d)
{
    unsigned running = 0;
    for (unsigned i = 0; i < d->council.charter->seat_count; i++) {
        running += d->council.children.list[i].pid > 0; /* the nodes were started first */
    }
    return running;
}

static void show_status(struct demo *d)
{
    json_t *status = NULL;
    struct control_client *client = d->council.clients[d->watched - 1];
    if (d->events == NULL && !subscribe(d, d->watched + 1)) {
        demo_view_status(&d->view, "no node answers | q quits");
        return;
    }
    if (client == NULL ||
        control_call(client, "status", NULL, &status, NODE_TIMEOUT_MS, NULL) != 0) {
        return;
    }
    size_t open = d->follow.count - demo_follow_final(&d->follow);
    demo_view_status(&d->view,
                     "%u/%u nodes | view %" JSON_INTEGER_FORMAT
                     ", primary %" JSON_INTEGER_FORMAT ", height %" JSON_INTEGER_FORMAT
                     " | %zu open, %zu decided | q quits",
                     count_nodes(d), (unsigned)d->council.charter->seat_count,
                     member_number(status, "view"), member_number(status, "primary"),
                     member_number(status, "height"), open, d->follow.count - open);
    json_decref(status);
}

/* With somebody looking on: stays up until they quit. */
static void stay(struct demo *d)
{
    uint64_t next_status = 0;
    bool shown = false;
    while (d->end == DEMO_GOES_ON) {
        if (!shown && demo_follow_final(&d->follow) == d->follow.count) {
            demo_view_table(&d->view, &d->follow);
            char *socket = demo_seat_path(&d->council, 1, SEAT_DIR_SOCKET);
            demo_view_say(&d->view,
                          "The council stays up. In another terminal: export "
                          "CONCLAVE_SOCKET=%s",
                          socket);
            free(socket);
            shown = true;
        }
        if (clock_monotonic_ms() >= next_status) {
            show_status(d);
            next_status = clock_monotonic_ms() + STATUS_EVERY_MS;
        }
        wait_a_turn(d, STATUS_EVERY_MS / 4);
    }
}

static void run_council(struct demo *d, const char *dir)
{
    struct complaint why = {""};
    unsigned seats = (unsigned)json_array_size(d->data.seats);
    demo_view_say(&d->view, "a council of %u seats in %s", seats, dir);
    if (demo_council_make(&d->council, dir, &d->data, &why) != 0) {
        fail(d, "%s", why.text);
        return;
    }
    d->follow.charter = d->council.charter;
    start(d);
    if (d->end == DEMO_GOES_ON && !subscribe(d, 1)) {
        fail(d, "no node accepts a subscription; their logs are in %s", dir);
    }
    if (d->end == DEMO_GOES_ON) {
        d->running = true;
        submit_all(d);
    }
    if (d->view.live) {
        stay(d);
    } else {
        follow_to_the_end(d);
        check_ballots(d);
    }
}

/* --- the folder, the signals, the results --- */

/* The folder of --dir, or a temporary one; NULL after a complaint. */
static char *make_folder(const char *given, struct complaint *why)
{
    if (given != NULL) {
        char *charter = file_join(given, "charter.json");
        bool used = file_exists(charter);
        free(charter);
        if (used) {
            complain(why, CONCLAVE_EEXIST,
                     "%s holds a council already: choose another folder", given);
            return NULL;
        }
        if (file_make_dir(given, 0700, NULL, why) != 0) {
            return NULL;
        }
        char *dir = realpath(given, NULL);
        return dir != NULL ? dir : alloc_string(given);
    }
    const char *parent = getenv("TMPDIR");
    char *dir = file_join(parent != NULL && parent[0] == '/' ? parent : "/tmp",
                          "conclave-demo.XXXXXX");
    if (mkdtemp(dir) == NULL) {
        complain(why, CONCLAVE_EIO, "cannot make a folder like %s: %s", dir,
                 strerror(errno));
        free(dir);
        return NULL;
    }
    return dir;
}

static int take_signals_over(void)
{
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGHUP);
    (void)sigaddset(&set, SIGCHLD);
    (void)sigprocmask(SIG_BLOCK, &set, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static void print_results(const struct demo *d)
{
    if (d->line->json) {
        json_t *results = demo_view_json(&d->follow);
        output_json(results);
        json_decref(results);
    } else if (d->end == DEMO_GOES_ON) {
        struct demo_view plain = {.live = false};
        demo_view_table(&plain, &d->follow);
    }
}

static enum command_exit run(const struct command_line *line)
{
    struct demo d = {.line = line, .signals = -1};
    struct complaint why = {""};
    uint64_t seats = SEATS_DEFAULT;
    const char *given = command_value(line, "dir");
    if (!command_number(line, "seats", SEATS_MIN, SEATS_MAX, &seats)) {
        return COMMAND_USAGE;
    }
    if (key_library_init() != 0) {
        return command_fail(line, "the cryptographic library does not start");
    }
    char *dir = NULL;
    if (demo_data_load(&d.data, (unsigned)seats, &why) != 0 ||
        (dir = make_folder(given, &why)) == NULL) {
        demo_data_free(&d.data);
        return command_fail(line, "%s", why.text);
    }
    d.signals = take_signals_over();
    bool live = isatty(STDOUT_FILENO) && isatty(STDIN_FILENO) && !line->json &&
                !command_flag(line, "no-console");
    demo_view_begin(&d.view, live);
    run_council(&d, dir);
    demo_view_end(&d.view);
    if (d.events != NULL) {
        lose_events(&d);
    }
    demo_council_stop(&d.council);
    if (d.end == DEMO_INTERRUPTED) {
        (void)command_fail(line, "interrupted");
    } else if (d.end != DEMO_FAILED) {
        print_results(&d);
    }
    bool keep = given != NULL || command_flag(line, "keep") || d.end == DEMO_FAILED;
    if (!keep && file_remove_tree(dir, &why) != 0) {
        (void)command_fail(line, "%s", why.text);
        d.end = DEMO_FAILED;
    } else if (keep && given == NULL) {
        (void)fprintf(stderr, "The council's folder is kept: %s\n", dir);
    }
    demo_council_free(&d.council);
    demo_follow_free(&d.follow);
    demo_data_free(&d.data);
    (void)close(d.signals);
    free(dir);
    bool good = d.end == DEMO_GOES_ON || d.end == DEMO_QUIT;
    return good ? COMMAND_DONE : COMMAND_FAILED;
}

const struct command command_demo = {
    .name = "demo",
    .summary = "Run a whole council on this machine and let it decide sample proposals",
    .operands = "",
    .options = options,
    .details =
        "On a terminal it stays up and shows what happens until q or ^C. Otherwise it\n"
        "prints a table of the results and exits with 0, leaving no process and no file\n"
        "behind but those of --dir or --keep.\n",
    .run = run,
};
