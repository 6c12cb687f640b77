/* SPDX-License-Identifier: ISC */
#include "conclave/seat_dir.h"

#include "conclave/files.h"

#include "base/alloc.h"
#include "ledger/ledger.h"

#include <stdlib.h>
#include <string.h>

#define CHARTER_NAME "charter.json"
#define DATA_NAME    "data"

static int find_seat(const struct seat_dir *d, const struct charter *c, uint16_t *seat,
                     struct complaint *why)
{
    struct secret_key *key;
    int error = key_load(d->key, &key, why);
    if (error != 0) {
        return error;
    }
    struct public_key public;
    key_public(key, &public);
    key_free(key);
    *seat = charter_seat_of(c, &public);
    if (*seat != 0) {
        return 0;
    }
    char hex[2 * PUBLIC_KEY_BYTES + 1];
    hex_encode(hex, slice_of(public.bytes, sizeof(public.bytes)));
    return complain(why, CONCLAVE_ESEAT,
                    "%s: no seat of %s has this key (%s): give the key of one, or add the "
                    "seat to the charter before the council starts",
                    d->key, d->charter, hex);
}

/* Paths that libconfuse would read otherwise than they were meant. */
static bool needs_escape(const char *text)
{
    return strpbrk(text, "\"\\$\n") != NULL;
}

static int add_setting(struct buffer *out, const char *name, const char *value,
                       struct complaint *why)
{
    if (value == NULL) {
        return 0;
    }
    if (needs_escape(value)) {
        return complain(why, CONCLAVE_EINVAL,
                        "%s: a path with \", \\, $ or a line feed does not fit into %s: %s",
                        name, SEAT_DIR_CONFIG, value);
    }
    char *line = alloc_printf("%s = \"%s\"\n", name, value);
    buffer_append(out, line, strlen(line));
    free(line);
    return 0;
}

static int write_config(const struct seat_dir *d, const struct charter *c, uint16_t seat,
                        struct complaint *why)
{
    struct buffer text = {0};
    char *head =
        alloc_printf("# conclaved.conf(5) of seat %u, %s. Relative paths are taken "
                     "from this folder.\n",
                     (unsigned)seat, c->seats[seat - 1].name);
    buffer_append(&text, head, strlen(head));
    free(head);
    char *key = NULL;
    int error = file_relative(d->dir, d->key, &key, why);
    error = error != 0 ? error : add_setting(&text, "charter", CHARTER_NAME, why);
    error = error != 0 ? error : add_setting(&text, "key", key, why);
    error = error != 0 ? error : add_setting(&text, "data", DATA_NAME, why);
    const char *socket = d->socket != NULL ? d->socket : SEAT_DIR_SOCKET;
    error = error != 0 ? error : add_setting(&text, "socket", socket, why);
    error = error != 0 ? error : add_setting(&text, "listen", d->listen, why);
    error = error != 0 ? error
                       : add_setting(&text, "log", d->log != NULL ? d->log : "stderr", why);
    char *path = file_join(d->dir, SEAT_DIR_CONFIG);
    error = error != 0 ? error : file_write_new(path, buffer_slice(&text), 0644, why);
    free(path);
    free(key);
    buffer_free(&text);
    return error;
}

static int copy_charter(const struct seat_dir *d, struct complaint *why)
{
    struct bytes *text;
    int error = file_read(d->charter, CHARTER_MAX, &text, why);
    if (error != 0) {
        return error;
    }
    char *path = file_join(d->dir, CHARTER_NAME);
    error = file_write_new(path, bytes_slice(text), 0644, why);
    free(path);
    bytes_unref(text);
    return error;
}

static int create_store(const struct seat_dir *d, const struct charter *c, uint16_t seat,
                        struct complaint *why)
{
    struct ledger_identity id = {c->council_id, seat, c->seat_count};
    struct ledger *ledger;
    char *data = file_join(d->dir, DATA_NAME);
    int error = ledger_open(data, LEDGER_CREATE, &id, &ledger, why);
    free(data);
    if (error == 0) {
        error = ledger_commit(ledger);
        if (error != 0) {
            complain(why, error, "%s: the new store cannot be written: %s", d->dir,
                     error_text(error));
        }
        ledger_close(ledger);
    }
    return error;
}

/* The charter may be written in the folder already, by whoever prepared it. */
static bool charter_is_there(const struct seat_dir *d)
{
    char *here = file_join(d->dir, CHARTER_NAME);
    char *a = realpath(here, NULL);
    char *b = realpath(d->charter, NULL);
    bool same = a != NULL && b != NULL && strcmp(a, b) == 0;
    free(here);
    free(a);
    free(b);
    return same;
}

static int refuse_existing(const struct seat_dir *d, const char *name,
                           struct complaint *why)
{
    char *path = file_join(d->dir, name);
    bool there = file_exists(path);
    free(path);
    if (there) {
        return complain(why, CONCLAVE_EEXIST,
                        "%s holds a node already (%s): choose another folder; a seat whose "
                        "store is removed has lost its state",
                        d->dir, name);
    }
    return 0;
}

int seat_dir_make(const struct seat_dir *d, struct charter **charter, uint16_t *seat,
                  struct complaint *why)
{
    struct charter *c;
    int error = charter_load(d->charter, &c, why);
    if (error != 0) {
        return error;
    }
    error = find_seat(d, c, seat, why);
    error = error != 0 ? error : file_make_dir(d->dir, 0750, why);
    error = error != 0 ? error : refuse_existing(d, SEAT_DIR_CONFIG, why);
    error = error != 0 ? error : refuse_existing(d, DATA_NAME, why);
    if (error == 0 && !charter_is_there(d)) {
        error = copy_charter(d, why);
    }
    error = error != 0 ? error : create_store(d, c, *seat, why);
    error = error != 0 ? error : write_config(d, c, *seat, why);
    if (error != 0) {
        charter_free(c);
        return error;
    }
    *charter = c;
    return 0;
}
