/* SPDX-License-Identifier: ISC */
/* The made-up node behind a real Unix socket, for one client at a time. Nothing waits. */
#ifndef CONCLAVE_TESTS_UI_STORY_SERVER_H
#define CONCLAVE_TESTS_UI_STORY_SERVER_H

#include "story.h"

struct story_server {
    struct story *story;
    char *path;
    int listener, client; /* -1: none */
    struct buffer in, out;
    uint64_t connections;
};

/* False when there can be no such socket. */
bool story_server_open(struct story_server *s, struct story *story, const char *path);
void story_server_close(struct story_server *s);
/* Accepts, reads, answers and writes what can be without waiting. */
void story_server_turn(struct story_server *s);
/* What the client has not taken yet. */
size_t story_server_pending(const struct story_server *s);
/* Bytes as they are, for a node that talks rubbish. */
void story_server_say(struct story_server *s, struct slice bytes);
/* Ends the connection; the next turn takes a new one. */
void story_server_drop(struct story_server *s);

#endif
