/* SPDX-License-Identifier: ISC */
#include "base/alloc.h"
#include "base/last_words.h"
#include "base/log.h"
#include "conclaved/config.h"
#include "conclaved/descriptors.h"
#include "conclaved/heap.h"
#include "conclaved/introduce.h"
#include "conclaved/node.h"
#include "conclaved/sandbox.h"
#include "conclaved/service.h"
#include "conclaved/version.h"
#include "control/control.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage_text[] =
    "usage: conclaved --config FILE [--check]\n"
    "\n"
    "One seat's node of a council. Runs in the foreground until SIGTERM or SIGINT;\n"
    "SIGHUP opens the log file again.\n"
    "\n"
    "  -c, --config FILE  the configuration, conclaved.conf(5)\n"
    "      --check        check configuration, charter and key, then exit\n"
    "  -h, --help         this text\n"
    "  -V, --version      version\n";

static void on_stop(struct ev_loop *loop, struct ev_signal *w, int events)
{
    (void)w, (void)events;
    ev_break(loop, EVBREAK_ALL);
}

static void on_hangup(struct ev_loop *loop, struct ev_signal *w, int events)
{
    struct complaint why = {""};
    struct service *service = w->data;
    (void)loop, (void)events;
    service_reloading(service);
    if (log_reopen(&why) != 0) {
        LOG_EVENT(LOG_LEVEL_ERROR, "log.failed", LOG_S("error", why.text));
    } else if (log_is_file()) {
        introduce_again(service->node);
    }
    service_reloaded(service);
}

/* A page of the store that the disk does not give, or that was cut off the file, is a
 * signal when it is read. */
static void on_bus_error(int number)
{
    (void)number;
    last_words("store.failed", "error", "a page of a file cannot be read", "cure",
               "see to the disk; was the store cut short?", NULL);
    _exit(EXIT_FAILURE);
}

/* libev's own way is to abort. */
static void *allocate_for_loop(void *p, long size)
{
    if (size == 0) {
        free(p);
        return NULL;
    }
    return alloc_resize(p, 1, (size_t)size);
}

static int fail(const struct complaint *why)
{
    fprintf(stderr, "%sconclaved: %s\n", log_is_journal() ? "<3>" : "", why->text);
    return EXIT_FAILURE;
}

static int check(const struct config *config)
{
    struct complaint why = {""};
    struct charter *charter = NULL;
    struct secret_key *key = NULL;
    uint16_t seat = 0;
    int error = charter_load(config->charter, &charter, &why);
    if (error == 0) {
        error = key_load(config->key, &key, &why);
    }
    if (error == 0) {
        error = node_find_seat(config, charter, key, &seat, &why);
    }
    key_free(key);
    charter_free(charter);
    if (error != 0) {
        return fail(&why);
    }
    printf("configuration, charter and key of seat %u are good\n", (unsigned)seat);
    return EXIT_SUCCESS;
}

static int run(struct config *config)
{
    static struct node node;
    struct service service;
    struct complaint why = {""};
    ev_set_allocator(allocate_for_loop);
    struct ev_loop *loop = ev_default_loop(EVFLAG_AUTO);
    struct ev_signal term, interrupt, hangup;
    if (loop == NULL) {
        fprintf(stderr, "conclaved: no event loop: check the limit of open files\n");
        return EXIT_FAILURE;
    }
    sandbox_prepare(config->seccomp);
    log_form_set(config->log_form);
    if (log_open(config->log, config->log_level, &why) != 0) {
        return fail(&why);
    }
    service_open(&service);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN); /* a file size limit is a full disk, not a death */
    (void)signal(SIGBUS, on_bus_error);
    if (node_start(&node, loop, config, &why) != 0 || sandbox_enter(&why) != 0) {
        LOG_EVENT(LOG_LEVEL_ERROR, "node.refused", LOG_S("error", why.text));
        service_refused(&service, &why);
        node_stop(&node);
        service_close(&service);
        log_close();
        return fail(&why);
    }
    ev_signal_init(&term, on_stop, SIGTERM);
    ev_signal_init(&interrupt, on_stop, SIGINT);
    ev_signal_init(&hangup, on_hangup, SIGHUP);
    hangup.data = &service;
    ev_signal_start(loop, &term);
    ev_signal_start(loop, &interrupt);
    ev_signal_start(loop, &hangup);
    service_begin(&service, &node);
    ev_run(loop, 0);
    int status = node.failed ? EXIT_FAILURE : EXIT_SUCCESS;
    service_stopping(&service);
    node_stop(&node);
    service_close(&service);
    ev_loop_destroy(loop);
    log_close();
    return status;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"check", no_argument, NULL, 'k'},
        {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'V'},
        {NULL, 0, NULL, 0},
    };
    const char *path = NULL;
    bool only_check = false;
    heap_begin();
    for (int c; (c = getopt_long(argc, argv, "c:hV", options, NULL)) != -1;) {
        if (c == 'c') {
            path = optarg;
        } else if (c == 'k') {
            only_check = true;
        } else if (c == 'h') {
            (void)fputs(usage_text, stdout);
            return EXIT_SUCCESS;
        } else if (c == 'V') {
            printf("conclaved %s, protocol %d\n", version_software(), version_protocol());
            return EXIT_SUCCESS;
        } else {
            (void)fputs(usage_text, stderr);
            return 2;
        }
    }
    if (path == NULL || optind != argc) {
        if (optind != argc) {
            fprintf(stderr, "conclaved: \"%s\" is one argument too many\n", argv[optind]);
        }
        (void)fputs(usage_text, stderr);
        return 2;
    }
    struct config *config = NULL;
    struct complaint why = {""};
    (void)log_open("stderr", LOG_LEVEL_INFO, NULL); /* who listens there */
    if (descriptors_begin(&why) != 0) {
        return fail(&why);
    }
    if (key_library_init() != 0) {
        fprintf(stderr, "conclaved: libsodium cannot start: no source of randomness\n");
        return EXIT_FAILURE;
    }
    control_library_init(); /* before the charter is parsed: jansson allocates as we do */
    if (config_load(path, &config, &why) != 0) {
        return fail(&why);
    }
    int status = only_check ? check(config) : run(config);
    config_free(config);
    return status;
}
