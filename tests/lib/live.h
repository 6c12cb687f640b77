/* SPDX-License-Identifier: ISC */
/*
 * A council of real conclaved processes on loopback, in a folder that is gone afterwards.
 * Seats are 1..n. Agents live in the test process: a function decides the ballot; they
 * answer whenever a function of this header waits. Every wait has a limit. Whatever becomes
 * of the test, no process and no file stays: the kernel kills the nodes with it, and a
 * cleaner removes the folder. With CONCLAVE_KEEP=1 in the environment the folder stays.
 */
#ifndef CONCLAVE_TESTS_LIVE_H
#define CONCLAVE_TESTS_LIVE_H

#include "charter/charter.h"
#include "control/client.h"

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

enum {
    LIVE_ID_BYTES = 2 * HASH_BYTES + 1,
    LIVE_CALL_MS = 10000, /* for an answer of a node */
    LIVE_START_MS = 30000,
};

struct live_class {
    const char *name;
    unsigned threshold; /* 0: the default of the charter */
    unsigned commit_ms, reveal_ms, grace_ms;
    bool emergency;
};

struct live_options {
    unsigned seats;
    const struct live_class *classes; /* NULL: one class "test", grace half a second */
    size_t class_count;
    const char *charter; /* JSON of more members: "{\"timing\":{...}}", or NULL */
    const char *config;  /* lines for every conclaved.conf, or NULL */
    uid_t uid;           /* not 0: the nodes run as this user; the test must be root */
    gid_t gid;
};

struct live_ballot {
    const char *choice;
    int confidence;
    const char *rationale;
};
/* proposal is the params of agent.ask. False: no ballot. */
typedef bool live_agent(void *context, unsigned seat, const json_t *params,
                        struct live_ballot *out);
/* A notification of the subscription: method "event", params as in conclave-control(7). */
typedef void live_event(void *context, unsigned seat, const json_t *message);

struct live_seat {
    char *dir, *config, *socket, *log, *errors, *key, *data;
    char *program; /* NULL: conclaved of the build folder */
    pid_t pid;     /* 0: not running */
    int status;    /* of waitpid, of the last run */
    struct control_client *client, *agent, *watcher;
    live_agent *decide; /* NULL: no agent */
    void *context;
    uint64_t retry_ms; /* when to try to attach again */
};

struct live {
    char *dir, *charter_path, *program;
    struct live_options options;
    struct charter *charter;
    uint16_t ports[SEATS_MAX];
    struct live_seat seats[SEATS_MAX]; /* seats[seat - 1] */
    live_event *on_event;
    void *event_context;
    int cleaner_fd;
    pid_t cleaner;
    int error;            /* of the last live_call that failed */
    struct complaint why; /* what it said */
};

/* Makes the files, starts nothing; "Bail out!" and exit when that fails. */
struct live *live_new(const struct live_options *o);
/* Kills what still runs, removes all. */
void live_free(struct live *l);
struct live_seat *live_seat(struct live *l, unsigned seat);
/* Ends the whole test program after so many seconds, as a failure. */
void live_limit(unsigned seconds);

/* --- processes --- */

/* From its next start the seat runs this program of the build folder; NULL: conclaved. */
void live_set_program(struct live *l, unsigned seat, const char *name);
void live_start(struct live *l, unsigned seat);
void live_start_all(struct live *l);
/* Of this seat, or of all that should run (seat 0): its control socket answers. */
bool live_wait_ready(struct live *l, unsigned seat, int timeout_ms);
/* Every running node has a channel to every other one. */
bool live_wait_connected(struct live *l, int timeout_ms);
/* live_start_all and both waits; prints the logs when it fails. */
bool live_start_council(struct live *l);
bool live_running(struct live *l, unsigned seat);
void live_signal(struct live *l, unsigned seat, int number);
/* SIGKILL, and waits for the end. */
void live_kill(struct live *l, unsigned seat);
/* SIGTERM; the status of waitpid, or -1 when it took longer (it is killed then). */
int live_stop(struct live *l, unsigned seat, int timeout_ms);

/* --- talking --- */

/* Lets agents and subscriptions work for so long, at least once. */
void live_pump(struct live *l, int ms);
/* params is stolen. A new reference, or NULL with l->error and l->why. */
json_t *live_call(struct live *l, unsigned seat, const char *method, json_t *params);
json_int_t live_number(struct live *l, unsigned seat, const char *status_member);
/* Attaches the function as the agent of a seat, or of all (seat 0); again after each
 * restart. NULL detaches. */
void live_agent_set(struct live *l, unsigned seat, live_agent *decide, void *context);
/* Subscribes at a seat; one function for all seats. The snapshot is returned. NULL ends the
 * subscription of the seat. */
json_t *live_watch(struct live *l, unsigned seat, live_event *fn, void *context);

/* nonce: hex or NULL. Fills id; 0 or the error of live_call. */
int live_propose(struct live *l, unsigned seat, const char *class, const char *title,
                 const char *nonce, char id[LIVE_ID_BYTES]);
/* The proposal as `proposal` shows it once it is final at this seat, or NULL. */
json_t *live_wait_final(struct live *l, unsigned seat, const char *id, int timeout_ms);
/* All running seats have the height and state root of the highest. */
bool live_wait_level(struct live *l, int timeout_ms);

/* --- logs --- */

/* How many lines of the seat's log have this text. */
unsigned live_log_count(struct live *l, unsigned seat, const char *text);
bool live_wait_log(struct live *l, unsigned seat, const char *text, int timeout_ms);
/* No node wrote to its standard error, where sanitizers and failed assertions do. */
bool live_quiet(struct live *l);
/* The ends of all logs, as TAP comments. */
void live_show_logs(struct live *l, unsigned lines);
/* The whole file as a string, empty when it is not there; the caller frees. */
char *live_read(const char *path);

/* --- programs --- */

struct live_output {
    int status; /* exit status; -1: a signal or the time limit */
    char *out, *err;
};
/* Runs a program, agents answering meanwhile. argv[0] is looked for in the build folder. */
struct live_output live_run(struct live *l, int timeout_ms, const char *const *argv);
void live_output_free(struct live_output *o);
/* A program of the build folder, without which the test bails out; the caller frees. */
char *live_program(const char *name);
/* Whether it was built: some are not where a library is missing. */
bool live_has_program(const char *name);

#endif
