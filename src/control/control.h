/* SPDX-License-Identifier: ISC */
/*
 * The control protocol, conclave-control(7): JSON-RPC 2.0, one JSON text a line, over a
 * Unix stream socket. This is the part that both ends share; it knows no daemon module.
 */
#ifndef CONCLAVE_CONTROL_CONTROL_H
#define CONCLAVE_CONTROL_CONTROL_H

#include "base/bytes.h"
#include "base/error.h"

#include <jansson.h>

enum {
    CONTROL_LINE_MAX = 1024 * 1024,      /* bytes of one line, either way */
    CONTROL_READER_LINE_MAX = 64 * 1024, /* of who may only read */
    CONTROL_DEPTH_MAX = 16,              /* nesting of a request */
};

/* JSON-RPC 2.0 codes, and the protocol's own. */
enum control_code {
    CONTROL_PARSE_ERROR = -32700,
    CONTROL_INVALID_REQUEST = -32600,
    CONTROL_UNKNOWN_METHOD = -32601,
    CONTROL_INVALID_PARAMS = -32602,
    CONTROL_INTERNAL = -32603,
    CONTROL_DENIED = -32001, /* the caller's role does not allow this method */
    CONTROL_NOT_FOUND = -32002,
    CONTROL_NOT_NOW = -32003, /* the node's state does not allow it now */
    CONTROL_REFUSED = -32004, /* a limit or a rule of the council refuses it */
    CONTROL_BUSY = -32005,    /* too many clients or requests */
};

/* Roles, least first; each may do what those before it may, but for AGENT, which may read
 * and answer, and does not come with OPERATE. */
enum control_role { ROLE_NONE, ROLE_READ, ROLE_AGENT, ROLE_OPERATE, ROLE_ADMINISTER };

const char *control_role_name(enum control_role r);

/* Makes jansson allocate through base/alloc.h, so that building JSON does not fail. Done
 * by control_connect and control_server_start; harmless when repeated. */
void control_library_init(void);

/* The deepest nesting of brackets in what may or may not be JSON. */
unsigned control_depth(struct slice text);
/* Parses one line (without its newline): depth, size and duplicate keys are checked first.
 * A new reference, or NULL with the complaint filled. */
json_t *control_parse(struct slice line, struct complaint *why);
/* The flag with which jansson writes each number with a fraction in value in as few digits
 * as all of them need to be the same when they are read: 2.4 stays 2.4. */
size_t control_digits(const json_t *value);
/* Appends the compact text, in ASCII, and a newline. */
void control_format(struct buffer *out, const json_t *value);

/* A JSON string of text that may be anything: where base/text.h forbids some of it, it is
 * escaped as text_escape does. A new reference. */
json_t *control_text(struct slice text);

/* Messages, as new references. params, result and id are stolen where not NULL. */
json_t *control_request(json_int_t id, const char *method, json_t *params);
json_t *control_result(json_t *id, json_t *result);
json_t *control_error(json_t *id, enum control_code code, const char *message);
json_t *control_notification(const char *method, json_t *params);

/* The path given, or else $CONCLAVE_SOCKET, whether it exists or not; else the first that
 * exists of ./conclave.sock, $XDG_RUNTIME_DIR/conclave/control.sock,
 * /run/conclave/control.sock; else NULL, and the complaint lists what was tried. The caller
 * frees. */
char *control_find_socket(const char *given, struct complaint *why);

#endif
