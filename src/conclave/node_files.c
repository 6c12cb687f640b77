/* SPDX-License-Identifier: ISC */
#include "conclave/node_files.h"

#include "conclave/files.h"
#include "conclave/manifest.h"
#include "conclave/node.h"

#include "base/alloc.h"
#include "conclaved/config.h"
#include "wire/shared.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool from_config(const struct command_line *line, const char *path,
                        struct node_files *out)
{
    struct complaint why = {""};
    struct config *c;
    if (config_load(path, &c, &why) != 0) {
        (void)command_fail(line, "%s", why.text);
        return false;
    }
    out->config = alloc_string(c->path);
    out->charter = alloc_string(c->charter);
    out->key = alloc_string(c->key);
    out->data = alloc_string(c->data);
    config_free(c);
    return true;
}

static char *copy_member(const json_t *object, const char *name)
{
    const char *text = member_text(object, name);
    return text[0] != '\0' ? alloc_string(text) : NULL;
}

static bool from_node(const struct command_line *line, struct node_files *out)
{
    json_t *status = node_ask(line, "status", NULL);
    if (status == NULL) {
        return false;
    }
    const json_t *files = json_object_get(status, "files");
    out->config = copy_member(files, "config");
    out->charter = copy_member(files, "charter");
    out->key = copy_member(files, "key");
    out->data = copy_member(files, "data");
    out->running = true;
    bool whole = out->charter != NULL && out->data != NULL;
    if (!whole) {
        (void)command_fail(line, "the node tells where its files are to who may administer "
                                 "it: run this as the node's user, or as root");
    }
    json_decref(status);
    return whole;
}

bool node_files_find(const struct command_line *line, struct node_files *out,
                     enum command_exit *status)
{
    const char *config = command_value(line, "config");
    const char *data = command_value(line, "data");
    const char *charter = command_value(line, "charter");
    memset(out, 0, sizeof(*out));
    *status = COMMAND_FAILED;
    if ((data == NULL) != (charter == NULL) ||
        (data != NULL) + (config != NULL) + (line->socket != NULL) > 1) {
        *status =
            command_misuse(line, "give --data and --charter, or --config, or --socket");
        return false;
    }
    bool found = true;
    if (data != NULL) {
        out->data = alloc_string(data);
        out->charter = alloc_string(charter);
    } else {
        found = config != NULL ? from_config(line, config, out) : from_node(line, out);
    }
    if (!found) {
        node_files_clear(out);
    }
    return found;
}

void node_files_clear(struct node_files *f)
{
    free(f->config);
    free(f->key);
    free(f->charter);
    free(f->data);
    memset(f, 0, sizeof(*f));
}

/* LMDB would make its lock file, as this user, and keep the node out with it. */
static bool may_open(const struct command_line *line, const char *data)
{
    struct stat st;
    char *lock = file_join(data, "lock.mdb");
    bool good = stat(data, &st) != 0 || st.st_uid == geteuid() || file_exists(lock);
    free(lock);
    if (!good) {
        (void)command_fail(line, "%s belongs to user %lu: run this as that user", data,
                           (unsigned long)st.st_uid);
    }
    return good;
}

int node_files_match(const struct charter *charter, const struct ledger *ledger,
                     const char *store_path, const char *charter_path,
                     struct complaint *why)
{
    const struct ledger_identity *id = ledger_identity(ledger);
    if (hash_equal(&id->council_id, &charter->council_id) &&
        id->seats == charter->seat_count && id->seat >= 1 && id->seat <= id->seats) {
        return 0;
    }
    return complain(why, CONCLAVE_ESEAT, "%s: the store belongs to another council than %s",
                    store_path, charter_path);
}

char *node_files_directory(const char *path)
{
    struct stat st;
    const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
    if (stat(path, &st) != 0) {
        return NULL;
    }
    if (S_ISDIR(st.st_mode)) {
        return alloc_string(path);
    }
    if (strcmp(name, MANIFEST_DATA) != 0) {
        return NULL;
    }
    return slash != NULL ? alloc_printf("%.*s", (int)(name - path), path)
                         : alloc_string(".");
}

int node_files_open_copy(const char *path, const char *dir, bool *in_use,
                         struct ledger **ledger, struct complaint *why)
{
    *ledger = NULL;
    *in_use = dir != NULL && ledger_is_in_use(dir);
    return *in_use ? ledger_open(dir, LEDGER_READ, NULL, ledger, why)
                   : ledger_open(path, LEDGER_COPY, NULL, ledger, why);
}

static int open_any(const char *path, struct ledger **ledger, struct complaint *why)
{
    char *dir = node_files_directory(path);
    bool in_use;
    int error = node_files_open_copy(path, dir, &in_use, ledger, why);
    free(dir);
    return error;
}

bool node_files_open(const struct command_line *line, const struct node_files *f,
                     bool is_copy, struct charter **charter, struct ledger **ledger)
{
    struct complaint why = {""};
    *charter = NULL;
    *ledger = NULL;
    if (key_library_init() != 0) {
        (void)command_fail(line, "the cryptographic library does not start");
        return false;
    }
    if (!is_copy && !may_open(line, f->data)) {
        return false;
    }
    int error = charter_load(f->charter, charter, &why);
    if (error == 0) {
        error = is_copy ? open_any(f->data, ledger, &why)
                        : ledger_open(f->data, LEDGER_READ, NULL, ledger, &why);
    }
    if (error == 0) {
        error = node_files_match(*charter, *ledger, f->data, f->charter, &why);
    }
    if (error != 0) {
        (void)command_fail(line, "%s", why.text);
        ledger_close(*ledger);
        charter_free(*charter);
        *ledger = NULL;
        *charter = NULL;
    }
    return error == 0;
}
