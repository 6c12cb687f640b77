/* SPDX-License-Identifier: ISC */
/* What the server's files share: server.c (coming in), session.c (one client:
 * lines in, lines out), turns.c (whose turn it is), users.c (what the clients of a user
 * share), request.c (what a line asks for), events.c (subscriptions), sweep.c (whom the
 * node drops) and directory.c (where the socket lies). */
#ifndef CONCLAVE_CONTROL_SESSION_H
#define CONCLAVE_CONTROL_SESSION_H

#include "base/bucket.h"
#include "control/listen.h"

/* What all clients of a user share. */
struct control_user {
    struct control_user *next;
    uid_t uid;
    unsigned clients;
    struct bucket time; /* microseconds that their requests may still take */
};

struct control_server {
    struct ev_loop *loop;
    struct control_server_config config; /* its pointers are this object's */
    char *path;
    gid_t read_group;
    uid_t own_uid;
    ev_io listener;
    ev_timer sweeper; /* looks for clients that are gone or stalled */
    ev_timer reaper;  /* frees doomed sessions */
    ev_timer pause;   /* nobody is let in */
    unsigned surplus; /* connections since, of users who had had too much */
    int spare_fd;     /* given up to turn clients away when there is no other left */
    struct control_session *sessions;
    struct control_user *users;
    ev_timer turns;                     /* answers requests */
    struct control_session *waiting[2]; /* for that: all but readers; readers */
    struct control_session *slowed;     /* until their user may ask again */
    ev_timer resumer;                   /* looks whether they may */
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
    struct control_user *user;
    struct control_session **queue; /* in which it waits for its turn, with what was read
                                       of it; meanwhile it is not. NULL: in none */
    struct control_session *next_waiting;
    struct buffer in;
    size_t scanned;    /* bytes of in without a newline */
    uint64_t begun_ms; /* when the line began that in ends with; 0: it does not */
    uint64_t asked_ms; /* when it last asked for something, or came */
    struct buffer out;
    size_t written;       /* bytes of out that are sent */
    uint64_t progress_ms; /* when out last grew from empty, or some of it was taken */
    uint64_t sent;        /* bytes in all */
    uint64_t due;         /* what sent must have reached, */
    uint64_t due_ms;      /* a while after this */
    bool ended;           /* the client sends no more */
    bool closing;         /* to be closed when out is empty, */
    const char *reason;   /* for this, as the log is told; NULL: it is done */
    bool doomed;          /* to be freed by the reaper; nothing more is done for it */
    bool subscribed;
    json_t *prefixes; /* NULL: all events */
    /* the answer of the handler at work */
    bool failed;
    enum control_code code;
    char message[COMPLAINT_BYTES];
    json_t *data;         /* beside the message; NULL: none */
    uint8_t proposal[32]; /* that it is about; */
    size_t proposal_size; /* 0: about none */
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

/* The end: with a reason, as the log is told, it is the node's will; NULL: it is done. */
void session_drop(struct control_session *c, const char *reason);
/* Likewise, when the client has been told of the error. */
void session_give_up(struct control_session *c, enum control_code code, const char *text,
                     const char *reason);
/* The client at the other end has gone altogether, not only stopped sending. */
bool session_hung_up(int fd);
size_t session_unsent(const struct control_session *c);
/* Bytes of the longest line that it may send. */
size_t session_line_max(const struct control_session *c);

/* sweep.c: ends the conversation with a client that takes too long. */
void session_sweep(struct control_session *c, uint64_t now_ms);
/* Ends the conversation of the reader that has been silent for longest, long enough, of
 * this user or of all (NULL). False: there is none. */
bool server_make_room(struct control_server *s, const struct control_user *of);

/* Carries out one line, and answers. */
void request_handle(struct control_session *c, struct slice line);

/* turns.c: session_answer is called when it is this client's turn, or no more. */
void session_wait(struct control_session *c);
void session_wait_no_more(struct control_session *c);
/* Likewise, but not before its user may ask for more. */
void session_slow(struct control_session *c);
void server_turns_init(struct control_server *s);
void server_turns_stop(struct control_server *s);

/* users.c: the user of a client that comes; never NULL, and forgotten by the sweep. */
struct control_user *user_of(struct control_server *s, uid_t uid);
/* Whether those of these roles may have more now. */
bool user_may_spend(struct control_user *u, unsigned roles);
bool session_may_ask(const struct control_session *c);
/* The node has worked for the user since then (clock_processor_us), which counts as so many
 * microseconds at least. */
enum { REQUEST_US = 200, COMING_US = 200, READING_US = 20 };
void user_spend(struct control_user *u, uint64_t since_us, unsigned least_us);
/* Whether each of its clients must let the others ask, too, before it goes on. */
bool user_takes_turns(const struct control_user *u);
/* Forgets users without clients that may ask for as much as any. */
void users_sweep(struct control_server *s);
void users_free(struct control_server *s);

/* directory.c: makes the directory of the socket where it is not there, for the group, and
 * tells when other users could put a socket of theirs into it. */
int control_directory(const char *path, gid_t group, struct complaint *why);

void server_reap_soon(struct control_server *s);

#endif
