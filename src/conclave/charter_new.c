/* SPDX-License-Identifier: ISC */
#include "conclave/charter_draft.h"
#include "conclave/commands.h"
#include "conclave/files.h"
#include "conclave/output.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "charter/charter.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct command_option options[] = {
    {"list", ARGUMENT_FILE, "FILE", "the seats: a JSON array of objects as in a charter"},
    {"seats", ARGUMENT_NUMBER, "N", "instead of a list: N seats with new keys, for trials"},
    {"keys", ARGUMENT_DIRECTORY, "DIR", "with --seats: the folder for their key files"},
    {"host", ARGUMENT_WORD, "HOST", "with --seats: the host of all (default 127.0.0.1)"},
    {"port", ARGUMENT_NUMBER, "PORT", "with --seats: the first one's port (default 7100)"},
    {"name", ARGUMENT_WORD, "NAME", "the council's name (default council)"},
    {"created", ARGUMENT_NUMBER, "MS", "time of block 0, ms since 1970 (default now)"},
    {"output", ARGUMENT_FILE, "FILE", "where the charter goes (default standard output)"},
    {NULL, ARGUMENT_NONE, NULL, NULL},
};

/* Keys of --seats, on disk only when all else has turned out well. */
struct new_keys {
    unsigned count;
    struct secret_key *list[SEATS_MAX];
};

static json_t *make_seat(const struct secret_key *key, unsigned number, const char *host,
                         unsigned port)
{
    char name[32];
    (void)snprintf(name, sizeof(name), "seat-%02u", number);
    struct public_key public;
    key_public(key, &public);
    char hex[2 * PUBLIC_KEY_BYTES + 1];
    hex_encode(hex, slice_of(public.bytes, sizeof(public.bytes)));
    bool v6 = strchr(host, ':') != NULL && host[0] != '[';
    char *address = alloc_printf("%s%s%s:%u", v6 ? "[" : "", host, v6 ? "]" : "", port);
    json_t *seat =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "key", hex, "address", address,
                  "name", name, "jurisdiction", "unspecified", "speciality", "unspecified",
                  "vendor", "unspecified", "model_family", "unspecified");
    free(address);
    return seat;
}

static json_t *make_seats(const struct command_line *line, struct new_keys *keys,
                          unsigned port)
{
    const char *host = command_value(line, "host");
    json_t *seats = json_array();
    for (unsigned i = 0; i < keys->count; i++) {
        keys->list[i] = key_generate();
        json_t *seat =
            make_seat(keys->list[i], i + 1, host != NULL ? host : "127.0.0.1", port + i);
        json_array_append_new(seats, seat);
    }
    return seats;
}

static int save_keys(const struct new_keys *keys, const char *dir, struct complaint *why)
{
    int error = keys->count > 0 ? file_make_dir(dir, 0700, why) : 0;
    for (unsigned i = 0; i < keys->count && error == 0; i++) {
        char *path = alloc_printf("%s/seat-%02u.key", dir, i + 1);
        error = key_save(keys->list[i], path, why);
        free(path);
    }
    return error;
}

static json_t *read_seats(const char *path, struct complaint *why)
{
    json_t *seats;
    if (file_read_json(path, CHARTER_MAX, &seats, why) != 0) {
        return NULL;
    }
    if (!json_is_array(seats)) {
        complain(why, CONCLAVE_EFORMAT, "%s: must be a JSON array of seats", path);
        json_decref(seats);
        return NULL;
    }
    return seats;
}

static void say_warning(void *context, const char *text)
{
    (void)command_fail(context, "warning: %s", text);
}

static enum command_exit finish(const struct command_line *line, struct slice text,
                                const struct new_keys *keys)
{
    struct charter *c;
    struct complaint why = {""};
    if (charter_parse(text, &c, &why) != 0) {
        return command_fail(line, "%s", why.text);
    }
    charter_warnings(c, say_warning, (void *)line);
    char id[2 * HASH_BYTES + 1];
    hex_encode(id, slice_of(c->council_id.bytes, HASH_BYTES));
    charter_free(c);
    const char *path = command_value(line, "output");
    if (path != NULL && file_exists(path)) {
        return command_fail(line, "cannot create %s: %s", path, strerror(EEXIST));
    }
    if (save_keys(keys, command_value(line, "keys"), &why) != 0) {
        return command_fail(line, "%s", why.text);
    }
    if (path == NULL) {
        (void)fwrite(text.data, 1, text.size, stdout);
        return COMMAND_DONE;
    }
    if (file_write_new(path, text, 0644, &why) != 0) {
        return command_fail(line, "%s", why.text);
    }
    if (line->json) {
        json_t *result = json_pack("{s:s, s:s}", "council_id", id, "file", path);
        output_json(result);
        json_decref(result);
    } else {
        (void)printf("%s\n", id);
    }
    return COMMAND_DONE;
}

static enum command_exit make(const struct command_line *line, json_t *seats,
                              uint64_t created_ms, const struct new_keys *keys)
{
    const char *name = command_value(line, "name");
    json_t *charter =
        charter_draft(name != NULL ? name : "council", created_ms, seats, PACE_COUNCIL);
    if (charter == NULL) {
        return command_misuse(line, "--name must be UTF-8 text");
    }
    struct buffer text = {0};
    file_format_json(charter, &text);
    json_decref(charter);
    enum command_exit status = finish(line, buffer_slice(&text), keys);
    buffer_free(&text);
    return status;
}

static enum command_exit run(const struct command_line *line)
{
    const char *list = command_value(line, "list");
    uint64_t count = 0;
    uint64_t port = 7100;
    uint64_t created_ms = clock_wall_ms();
    if ((list == NULL) == (command_value(line, "seats") == NULL)) {
        return command_misuse(line, "give the seats with --list FILE or --seats N");
    }
    if (list == NULL && command_value(line, "keys") == NULL) {
        return command_misuse(line, "--seats wants --keys DIR, where the key files go");
    }
    if (!command_number(line, "seats", SEATS_MIN, SEATS_MAX, &count) ||
        !command_number(line, "port", 1, 65536 - count, &port) ||
        !command_number(line, "created", 1, INT64_MAX, &created_ms)) {
        return COMMAND_USAGE;
    }
    if (key_library_init() != 0) {
        return command_fail(line, "the cryptographic library does not start");
    }
    struct complaint why = {""};
    struct new_keys keys = {.count = (unsigned)count};
    json_t *seats =
        list != NULL ? read_seats(list, &why) : make_seats(line, &keys, (unsigned)port);
    if (seats == NULL) {
        return command_fail(line, "%s", why.text);
    }
    enum command_exit status = make(line, seats, created_ms, &keys);
    for (unsigned i = 0; i < keys.count; i++) {
        key_free(keys.list[i]);
    }
    return status;
}

const struct command command_charter_new = {
    .name = "charter new",
    .summary = "Write a charter with the usual decision classes",
    .operands = "",
    .options = options,
    .details =
        "Each seat of --list has \"key\" (of conclave keygen), \"address\" (host:port),\n"
        "\"name\", \"jurisdiction\", \"speciality\", \"vendor\" and \"model_family\". The "
        "classes\n"
        "are charter-amendment, certification-appeal, reciprocity and emergency; edit "
        "their\n"
        "windows and thresholds, then run conclave charter check. --seats N is for "
        "trials:\n"
        "all the keys lie in one place.\n",
    .run = run,
};
