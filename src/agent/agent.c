/* SPDX-License-Identifier: ISC */
/* conclave-agent(1): runs any program as the agent of a seat. */
#include "config.h"

#include "agent/options.h"
#include "agent/replay.h"
#include "agent/uplink.h"
#include "agent/words.h"
#include "agent/work.h"
#include "base/alloc.h"
#include "base/log.h"
#include "control/control.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

enum { EXIT_USAGE = 2 };

static const double stop_patience = 5; /* seconds that the killed may take to die */
static const double log_pace = 10;     /* seconds after which what repeats itself is told */

struct agent {
    struct ev_loop *loop;
    struct options *options;
    struct uplink *uplink;
    struct work *work;
    ev_signal term, interrupt;
    ev_timer patience;
    ev_timer log_timer;
    ev_prepare prepare;
    bool once, stopping;
    int status;
};

/* Journals hold what other evaluations were about. */
static void confine(struct options *o, const char *socket)
{
    const char *given[] = {o->journal, o->replay};
    char *journals[5] = {NULL};
    size_t count = 0;
    for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++) {
        if (given[i] != NULL) {
            journals[count++] = alloc_string(given[i]);
            journals[count++] = alloc_printf("%s.1", given[i]);
        }
    }
    confinement_clear(&o->confinement);
    o->limits.confine =
        confinement_paths(&o->confinement, socket, (const char *const *)journals);
    while (count > 0) {
        free(journals[--count]);
    }
}

static void begin_stop(struct agent *a, const char *reason)
{
    if (!a->stopping) {
        a->stopping = true;
        LOG_EVENT(LOG_LEVEL_INFO, "agent.stopping", LOG_S("reason", reason),
                  LOG_N("running", work_running(a->work)));
        work_stop(a->work);
        ev_timer_start(a->loop, &a->patience);
    }
}

static void on_signal(struct ev_loop *loop, ev_signal *w, int events)
{
    (void)loop, (void)events;
    begin_stop(w->data, w->signum == SIGTERM ? "SIGTERM" : "SIGINT");
}

static void on_patience(struct ev_loop *loop, ev_timer *w, int events)
{
    (void)w, (void)events;
    ev_break(loop, EVBREAK_ALL);
}

static void on_log_timer(struct ev_loop *loop, ev_timer *w, int events)
{
    (void)loop, (void)w, (void)events;
    log_tick();
}

/* Before each wait of the loop: when stopping, the last evaluator's end is the end. */
static void on_prepare(struct ev_loop *loop, ev_prepare *w, int events)
{
    const struct agent *a = w->data;
    (void)events;
    if (a->stopping && work_running(a->work) == 0) {
        ev_break(loop, EVBREAK_ALL);
    }
}

static json_int_t send_request(void *context, const char *method, json_t *params)
{
    struct agent *a = context;
    return uplink_send(a->uplink, method, params);
}

static void on_settled(void *context, bool accepted)
{
    struct agent *a = context;
    if (a->once && !a->stopping) {
        a->status = accepted ? EXIT_SUCCESS : EXIT_FAILURE;
        begin_stop(a, "--once");
    }
}

/* Only now is its directory there for certain. Runs take the paths when they begin, and
 * none does before the node is attached. */
static void on_found(void *context, const char *path)
{
    confine(((struct agent *)context)->options, path);
}

static void on_attached(void *context)
{
    work_attached(((struct agent *)context)->work);
}

static void on_lost(void *context)
{
    work_lost(((struct agent *)context)->work);
}

static void on_message(void *context, const json_t *message)
{
    work_message(((struct agent *)context)->work, message);
}

/* What was asked for and cannot be is an error; what is there by default is told. */
static int check_confinement(const struct options *o, struct complaint *why)
{
    struct complaint lack;
    int error = confinement_check(&o->confinement, o->limits.no_network, &lack, why);
    if (error == 0 && lack.text[0] != '\0') {
        LOG_EVENT(LOG_LEVEL_WARN, "agent.unconfined", LOG_S("reason", lack.text));
    }
    return error;
}

/* Attaches and answers until it is stopped. */
static int serve(struct options *o, const char *socket, char *const *words,
                 const struct checks *checks, struct journal *journal)
{
    static const struct uplink_events events = {on_found, on_attached, on_message, on_lost};
    struct agent a = {.loop = ev_default_loop(0), .options = o, .once = o->once};
    struct work_config config = {
        .words = words,
        .jobs = (unsigned)o->jobs,
        .limits = o->limits,
        .checks = checks,
        .journal = journal,
        .send = send_request,
        .settled = on_settled,
        .context = &a,
    };
    if (a.loop == NULL) {
        LOG_EVENT(LOG_LEVEL_ERROR, "agent.stopped", LOG_S("reason", "no event loop"));
        return EXIT_FAILURE;
    }
    ev_signal_init(&a.term, on_signal, SIGTERM);
    ev_signal_init(&a.interrupt, on_signal, SIGINT);
    ev_timer_init(&a.patience, on_patience, stop_patience, 0);
    ev_timer_init(&a.log_timer, on_log_timer, log_pace, log_pace);
    ev_prepare_init(&a.prepare, on_prepare);
    a.term.data = a.interrupt.data = a.prepare.data = &a;
    ev_signal_start(a.loop, &a.term);
    ev_signal_start(a.loop, &a.interrupt);
    ev_prepare_start(a.loop, &a.prepare);
    ev_timer_start(a.loop, &a.log_timer);
    a.work = work_new(a.loop, &config);
    a.uplink = uplink_new(a.loop, socket, o->name, &events, &a);
    LOG_EVENT(LOG_LEVEL_INFO, "agent.started", LOG_S("version", PACKAGE_VERSION),
              LOG_S("evaluator", words[0]), LOG_N("jobs", o->jobs),
              LOG_N("timeout_ms", o->limits.time_ms));
    ev_run(a.loop, 0);
    uplink_free(a.uplink);
    if (work_running(a.work) == 0) {
        work_free(a.work);
    }
    LOG_EVENT(LOG_LEVEL_INFO, "agent.stopped", LOG_I("status", a.status));
    return a.status;
}

static int ask_again(const struct options *o, char *const *words, struct complaint *why)
{
    long differ = replay(o->replay, o->proposal, words, &o->limits, o->json, why);
    return differ == 0 ? EXIT_SUCCESS : differ > 0 ? EXIT_FAILURE : EXIT_USAGE;
}

static int run(struct options *o, const char *socket, char *const *words,
               struct complaint *why)
{
    struct checks *checks = NULL;
    struct journal *journal = NULL;
    int status = EXIT_USAGE;
    if ((o->checks == NULL || checks_load(o->checks, &checks, why) == 0) &&
        (o->journal == NULL ||
         journal_open(o->journal, o->journal_bytes, &journal, why) == 0)) {
        status = serve(o, socket, words, checks, journal);
    }
    journal_close(journal);
    checks_free(checks);
    return status;
}

int main(int argc, char **argv)
{
    struct options o;
    struct complaint why = {""};
    char **words = NULL, *socket = NULL;
    int status = EXIT_USAGE;
    if (!options_parse(argc, argv, &o)) {
        return EXIT_USAGE;
    }
    int error = uplink_find(o.socket, &socket, &why);
    if (error == CONCLAVE_ENOENT) {
        /* A node that has not begun is waited for, wherever its socket will be. */
        why.text[0] = '\0';
        error = 0;
    }
    confine(&o, socket);
    if (error == 0 && words_split(o.evaluator, &words, &why) == 0 &&
        words_resolve(words, &why) == 0) {
        words_anchor(words);
        (void)log_open("stderr", o.level, &why);
        log_form_set(o.form);
        control_library_init();
        (void)signal(SIGPIPE, SIG_IGN); /* for the socket, and run_start */
        if (check_confinement(&o, &why) == 0) {
            status = o.replay != NULL ? ask_again(&o, words, &why)
                                      : run(&o, socket, words, &why);
        }
        log_close();
    }
    if (why.text[0] != '\0') {
        (void)fprintf(stderr, "conclave-agent: %s\n", why.text);
    }
    words_free(words);
    confinement_clear(&o.confinement);
    free(socket);
    return status;
}
