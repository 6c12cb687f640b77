/* SPDX-License-Identifier: ISC */
/* What the server's files share: server.c (coming in, events), session.c (one client:
 * lines in, lines out), turns.c (whose turn it is) and request.c (what a line asks for). */
#ifndef CONCLAVE_CONTROL_SESSION_H
#define CONCLAVE_CONTROL_SESSION_H

#include "control/listen.h"

struct control_server {
    struct ev_loop *loop;
    struct control_server_config config; /* its pointers are this object's */
    char *path;
    uid_t *agents, *operators;
    gid_t read_group;
    uid_t own_uid;
    ev_io listener;
    ev_timer sweeper; /* looks for clients that are gone or stalled */
    ev_timer reaper;  /* frees doomed sessions */
    int spare_fd;     /* given up to turn clients away when there is no other left */
    struct control_session *sessions;
    ev_timer turns;                     /* answers requests */
    struct control_session *waiting[2]; /* for that: all but readers; readers */
    bool answering;
    unsigned session_count;
    unsigned subscribers;
    uint64_t last_id;
    uint64_t sequence; /* of the last event */
};

struct control_session {
    struct control_server *server;
    struct control_session *next;
    uint64_t id;
    struct control_peer peer;
    unsigned roles;
    int fd;
    ev_io reader, writer;
    bool waits; /* for its turn, with what was read of it; meanwhile it is not */
    struct control_session *next_waiting;
    struct buffer in;
    size_t scanned; /* bytes of in without a newline */
    struct buffer out;
    size_t written;       /* bytes of out that are sent */
    uint64_t progress_ms; /* when out last grew from empty, or some of it was taken */
    bool ended;           /* the client sends no more */
    bool closing;         /* to be closed when out is empty */
    bool doomed;          /* to be freed by the reaper; nothing more is done for it */
    bool denied;          /* the first denial is logged, not each */
    bool subscribed;
    json_t *prefixes; /* NULL: all events */
    /* the answer of the handler at work */
    bool failed;
    enum control_code code;
    char message[COMPLAINT_BYTES];
};

void session_start(struct control_server *s, int fd, const struct control_peer *peer,
                   unsigned roles);
/* Closes, tells the daemon, and frees. */
void session_free(struct control_session *c);
void session_write(struct control_session *c, struct slice line);
/* Sends what the socket takes at once, for the last time. */
void session_flush(struct control_session *c);
/* The message is stolen. */
void session_send(struct control_session *c, json_t *message);
bool server_is_quiet(const struct control_server *s, const char *event);
bool session_wants(const struct control_session *c, const char *event);
/* Answers what was read, for a short while; what is left waits again. */
void session_answer(struct control_session *c);
void session_sweep(struct control_session *c, uint64_t now_ms);

/* Carries out one line, and answers. */
void request_handle(struct control_session *c, struct slice line);

/* turns.c: session_answer is called when it is this client's turn, or no more. */
void session_wait(struct control_session *c);
void session_wait_no_more(struct control_session *c);
void server_turns_init(struct control_server *s);

void server_reap_soon(struct control_server *s);

#endif
