/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "conclave/demo_council.h"

#include "conclave/charter_draft.h"
#include "conclave/files.h"
#include "conclave/ports.h"
#include "conclave/programs.h"
#include "conclave/seat_dir.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

enum {
    STOP_TIMEOUT_MS = 10000,
    ASK_TIMEOUT_MS = 2000,
};

#define KEY_NAME "seat.key"

char *demo_seat_path(const struct demo_council *c, unsigned seat, const char *name)
{
    return alloc_printf("%s/seat-%02u/%s", c->dir, seat, name);
}

/* The folder and key of a seat; returns what the charter says of it, or NULL. */
static json_t *make_seat(const struct demo_council *c, unsigned seat, const json_t *listed,
                         uint16_t port, struct complaint *why)
{
    char *folder = demo_seat_path(c, seat, "");
    char *path = demo_seat_path(c, seat, KEY_NAME);
    struct secret_key *key = key_generate();
    struct public_key public;
    key_public(key, &public);
    int error = file_make_dir(folder, 0700, why);
    error = error != 0 ? error : key_save(key, path, why);
    key_free(key);
    free(path);
    free(folder);
    if (error != 0) {
        return NULL;
    }
    char hex[2 * PUBLIC_KEY_BYTES + 1];
    hex_encode(hex, slice_of(public.bytes, sizeof(public.bytes)));
    char *address = alloc_printf("127.0.0.1:%u", (unsigned)port);
    json_t *out = json_deep_copy(listed);
    json_object_del(out, "rules");
    json_object_del(out, "profile");
    json_object_set_new(out, "key", json_string(hex));
    json_object_set_new(out, "address", json_string(address));
    free(address);
    return out;
}

static int write_charter(const struct demo_council *c, const struct demo_data *d,
                         struct complaint *why)
{
    unsigned count = (unsigned)json_array_size(d->seats);
    uint16_t ports[SEATS_MAX];
    int error = ports_find(ports, count, why);
    if (error != 0) {
        return error;
    }
    json_t *seats = json_array();
    for (unsigned i = 0; i < count; i++) {
        json_t *seat = make_seat(c, i + 1, json_array_get(d->seats, i), ports[i], why);
        if (seat == NULL) {
            json_decref(seats);
            return CONCLAVE_EIO;
        }
        json_array_append_new(seats, seat);
    }
    json_t *charter = charter_draft("demo", clock_wall_ms(), seats, PACE_DEMO);
    struct buffer text = {0};
    file_format_json(charter, &text);
    json_decref(charter);
    char *path = file_join(c->dir, "charter.json");
    error = file_write_new(path, buffer_slice(&text), 0644, why);
    free(path);
    buffer_free(&text);
    return error;
}

static int make_seat_dir(struct demo_council *c, unsigned seat, struct complaint *why)
{
    struct charter *charter;
    uint16_t found;
    char *folder = demo_seat_path(c, seat, "");
    char *key = demo_seat_path(c, seat, KEY_NAME);
    char *path = file_join(c->dir, "charter.json");
    struct seat_dir d = {.dir = folder, .charter = path, .key = key};
    int error = seat_dir_make(&d, &charter, &found, why);
    free(path);
    free(key);
    free(folder);
    if (error == 0) {
        charter_free(c->charter);
        c->charter = charter;
    }
    return error;
}

int demo_council_make(struct demo_council *c, const char *dir, const struct demo_data *d,
                      struct complaint *why)
{
    *c = (struct demo_council){.dir = alloc_string(dir)};
    unsigned count = (unsigned)json_array_size(d->seats);
    char *socket = demo_seat_path(c, count, SEAT_DIR_SOCKET);
    size_t length = strlen(socket);
    free(socket);
    if (length >= sizeof(((struct sockaddr_un *)NULL)->sun_path)) {
        return complain(
            why, CONCLAVE_ELIMIT,
            "%s: too long a path for the Unix sockets in it, choose a shorter one", dir);
    }
    int error = write_charter(c, d, why);
    for (unsigned seat = 1; seat <= count && error == 0; seat++) {
        error = make_seat_dir(c, seat, why);
    }
    return error;
}

static int start(struct demo_council *c, unsigned seat, const char *program,
                 const char *const *argv, struct complaint *why)
{
    char *file = alloc_printf("%s.log", program);
    char *log = demo_seat_path(c, seat, file);
    char *name = alloc_printf("%s of seat %u", program, seat);
    int error = child_start(&c->children, name, log, argv, why);
    free(name);
    free(log);
    free(file);
    return error;
}

int demo_council_start_nodes(struct demo_council *c, struct complaint *why)
{
    char *program;
    int error = program_find("conclaved", &program, why);
    for (unsigned seat = 1; seat <= c->charter->seat_count && error == 0; seat++) {
        char *config = demo_seat_path(c, seat, SEAT_DIR_CONFIG);
        const char *argv[] = {program, "--config", config, NULL};
        error = start(c, seat, "conclaved", argv, why);
        free(config);
    }
    free(program);
    return error;
}

int demo_council_start_agents(struct demo_council *c, const struct demo_data *d,
                              const struct demo_models *m, struct complaint *why)
{
    char *program = NULL;
    char *rules = NULL;
    int error = program_find("conclave-agent", &program, why);
    error = error != 0 ? error : program_find("conclave-eval-rules", &rules, why);
    for (unsigned seat = 1; seat <= c->charter->seat_count && error == 0; seat++) {
        const json_t *listed = json_array_get(d->seats, seat - 1);
        char *socket = demo_seat_path(c, seat, SEAT_DIR_SOCKET);
        bool own = seat == 1 && d->evaluator != NULL;
        char *command = own ? alloc_string(d->evaluator) : demo_models_command(m, listed);
        if (command == NULL) {
            command = alloc_printf("'%s' '%s'", rules,
                                   json_string_value(json_object_get(listed, "rules")));
        }
        /* The others are ours: built with sanitizers they reserve more address space than
         * any limit meant for others. A model may take until the deadline. */
        const char *argv[] = {program,       "--socket",  socket,
                              "--evaluator", command,     own ? NULL : "--max-memory",
                              "0",           "--timeout", "3600000",
                              NULL};
        error = start(c, seat, "conclave-agent", argv, why);
        free(command);
        free(socket);
    }
    free(rules);
    free(program);
    return error;
}

/* Whether the node of a seat answers, and has a channel to every other seat. */
static bool is_connected(struct demo_council *c, unsigned seat)
{
    struct control_client **client = &c->clients[seat - 1];
    if (*client == NULL) {
        char *socket = demo_seat_path(c, seat, SEAT_DIR_SOCKET);
        int error = control_connect(socket, client, NULL);
        free(socket);
        if (error != 0) {
            *client = NULL;
            return false;
        }
    }
    json_t *status;
    int error = control_call(*client, "status", NULL, &status, ASK_TIMEOUT_MS, NULL);
    if (error != 0) {
        control_disconnect(*client);
        *client = NULL;
        return false;
    }
    json_int_t peers = json_integer_value(json_object_get(status, "connected"));
    json_decref(status);
    return peers == c->charter->seat_count - 1;
}

unsigned demo_council_connected(struct demo_council *c)
{
    unsigned connected = 0;
    for (unsigned seat = 1; seat <= c->charter->seat_count; seat++) {
        connected += is_connected(c, seat);
    }
    return connected;
}

void demo_council_stop(struct demo_council *c)
{
    for (unsigned i = 0; i < SEATS_MAX; i++) {
        if (c->clients[i] != NULL) {
            control_disconnect(c->clients[i]);
            c->clients[i] = NULL;
        }
    }
    children_stop(&c->children, STOP_TIMEOUT_MS);
}

void demo_council_free(struct demo_council *c)
{
    demo_council_stop(c);
    children_free(&c->children);
    charter_free(c->charter);
    free(c->dir);
    *c = (struct demo_council){.dir = NULL};
}
