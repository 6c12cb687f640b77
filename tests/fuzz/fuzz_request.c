/* SPDX-License-Identifier: ISC */
/*
 * The control socket of a node made by hand, with all its methods. First byte: the roles of
 * the client; second: how its lines are cut; the rest: what it sends, then no more. Each
 * line gets at most one answer, which is one line of plain ASCII that a client accepts,
 * and the answers are the same however the lines were cut.
 */
#include "place.h"

#include "../conclaved/hand_node.h"
#include "base/clock.h"
#include "base/log.h"
#include "conclaved/flagging.h"
#include "conclaved/methods.h"
#include "control/session.h"
#include "fuzz.h"
#include "script.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

static struct hand_node hand;
static struct ev_loop *loop;

/* One of each kind, all seen already: what a client does changes no answer. */
static void raise_flags(void)
{
    for (int k = 1; k < FLAG_KIND_END; k++) {
        const struct sighting s = {.kind = (enum flag_kind)k,
                                   .seat = flag_kind_has_seat((enum flag_kind)k) ? 3 : 0,
                                   .proposal = &hand.ids[0],
                                   .text = "what it is"};
        flagging_raise(&hand.node, &s);
        (void)flagging_acknowledge(&hand.node, (uint64_t)k, 12345, 1);
    }
    flagging_clear(&hand.node, FLAG_SILENT, 3);
}

static void start(void)
{
    static const struct control_server_config blank;
    const char *top = getenv("top_srcdir");
    struct control_server_config config = blank;
    struct complaint why = {""};
    char *charter = alloc_printf("%s/tests/charter/council.json", top != NULL ? top : ".");
    (void)log_open("/dev/null", LOG_LEVEL_ERROR, NULL);
    (void)setenv("TMPDIR", place(), 1); /* where the node is made */
    hand_node_make(&hand, charter);
    free(charter);
    raise_flags();
    loop = ev_loop_new(EVBACKEND_POLL);
    control_server_config_defaults(&config);
    char *path = alloc_printf("%s/control.sock", place());
    config.path = path;
    config.methods = node_methods;
    config.quiet = node_quiet_events;
    config.context = &hand.node;
    config.user_us_per_s = 1000 * 1000 * 1000; /* one client after the other, unpaced */
    int error = control_server_start(loop, &config, &hand.node.control, &why);
    assert(error == 0);
    free(path);
}

/* Sends it in pieces of so many bytes, and collects what comes back until the server
 * closes. */
static void converse(unsigned roles, size_t piece, struct slice input, struct buffer *out)
{
    struct control_server *server = hand.node.control;
    const struct control_peer peer = {.uid = 12345, .gid = 12345, .pid = 1};
    uint8_t data[16384];
    int pair[2];
    ssize_t got;
    int failed = socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair);
    assert(failed == 0);
    session_start(server, pair[1], &peer, roles);
    bool ended = false;
    while (server->sessions != NULL) {
        size_t part = piece < input.size ? piece : input.size; /* none once it has ended */
        ssize_t n = part > 0 ? send(pair[0], input.data, part, MSG_NOSIGNAL) : 0;
        assert(n >= 0 || errno == EAGAIN || errno == EPIPE || errno == ECONNRESET);
        if (n > 0) {
            input = slice_of(input.data + n, input.size - (size_t)n);
        }
        if (!ended && (input.size == 0 || (n < 0 && errno != EAGAIN))) {
            input = SLICE_NONE;
            ended = true;
            (void)shutdown(pair[0], SHUT_WR);
        }
        ev_run(loop, EVRUN_NOWAIT);
        while (pair[0] >= 0 && (got = recv(pair[0], data, sizeof(data), 0)) > 0) {
            buffer_append(out, data, (size_t)got);
        }
        struct control_session *c = server->sessions;
        if (pair[0] >= 0 && c != NULL && c->ended && c->subscribed && c->in.size == 0 &&
            c->out.size == 0) {
            /* A subscriber stays until it hangs up. */
            (void)close(pair[0]);
            pair[0] = -1;
        }
        if (pair[0] < 0 && c != NULL) {
            session_sweep(c, clock_monotonic_ms());
        }
    }
    if (pair[0] >= 0) {
        (void)close(pair[0]);
    }
}

static void check_answer(struct slice line)
{
    struct complaint why = {""};
    for (size_t i = 0; i < line.size; i++) {
        assert(line.data[i] >= ' ' && line.data[i] <= '~');
    }
    assert(line.size < CONTROL_LINE_MAX);
    json_t *m = control_parse(line, &why);
    assert(m != NULL);
    const json_t *error = json_object_get(m, "error");
    const json_t *result = json_object_get(m, "result");
    const char *version = json_string_value(json_object_get(m, "jsonrpc"));
    assert(version != NULL && strcmp(version, "2.0") == 0);
    assert((error != NULL) != (result != NULL) && json_object_get(m, "id") != NULL);
    if (error != NULL) {
        const char *text = json_string_value(json_object_get(error, "message"));
        assert(json_integer_value(json_object_get(error, "code")) < 0);
        assert(text != NULL && text[0] != '\0');
    }
    json_decref(m);
}

static size_t check_answers(struct slice all)
{
    size_t count = 0;
    while (all.size > 0) {
        const uint8_t *end = memchr(all.data, '\n', all.size);
        assert(end != NULL);
        struct slice line = slice_of(all.data, (size_t)(end - all.data));
        check_answer(line);
        all = slice_of(end + 1, all.size - line.size - 1);
        count++;
    }
    return count;
}

static size_t lines_of(struct slice input)
{
    size_t count = input.size > 0;
    for (size_t i = 0; i < input.size; i++) {
        count += input.data[i] == '\n';
    }
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice script = slice_of(data, size);
    struct buffer whole = {0}, cut = {0};
    if (loop == NULL) {
        start();
    }
    unsigned roles = script_byte(&script) & 0x1eU;
    size_t piece = 1U + script_byte(&script);
    struct bytes *copy = bytes_copy(script);
    converse(roles, SIZE_MAX, bytes_slice(copy), &whole);
    converse(roles, piece, bytes_slice(copy), &cut);
    size_t answers = check_answers(buffer_slice(&whole));
    assert(answers <= lines_of(bytes_slice(copy)));
    assert(check_answers(buffer_slice(&cut)) == answers);
    buffer_free(&whole);
    buffer_free(&cut);
    bytes_unref(copy);
    return 0;
}
