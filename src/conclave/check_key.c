/* SPDX-License-Identifier: ISC */
#include "conclave/findings.h"

#include "conclave/files.h"

#include "base/alloc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char variable[] = "CREDENTIALS_DIRECTORY";

/* What the file names as the key when credentials lie there; the caller frees. */
static char *key_in(const char *path, const char *credentials)
{
    const char *set = getenv(variable);
    char *before = set != NULL ? alloc_string(set) : NULL, *key = NULL;
    struct config *c = NULL;
    (void)setenv(variable, credentials, 1);
    if (config_load(path, &c, NULL) == 0) {
        key = alloc_string(c->key);
        config_free(c);
    }
    if (before != NULL) {
        (void)setenv(variable, before, 1);
    } else {
        (void)unsetenv(variable);
    }
    free(before);
    return key;
}

static int try(struct key_look *look, const char *path)
{
    struct secret_key *key = NULL;
    errno = 0;
    look->error = key_load(path, &key, &look->why);
    look->is_hidden = look->error != 0 && access(path, R_OK) != 0 && errno == EACCES;
    if (look->error == 0) {
        key_public(key, &look->public);
        key_free(key);
    }
    return look->error;
}

void key_look(const char *path, const struct config *c, struct key_look *out)
{
    *out = (struct key_look){.error = CONCLAVE_ENOENT};
    char *elsewhere = key_in(path, "/elsewhere");
    out->is_credential = elsewhere != NULL && strcmp(elsewhere, c->key) != 0;
    if (out->is_credential) {
        char *named = alloc_printf("/elsewhere%s", c->key);
        out->is_unset = getenv(variable) == NULL && strcmp(named, elsewhere) == 0;
        free(named);
        (void)try(out, c->key);
    }
    free(elsewhere);
}

/* What the unit of the node hands on to it need not be the node's own. False: it is wrong
 * however it gets there. */
static bool excuse(struct findings *f, const struct config *c, const struct key_look *look)
{
    char *sealed = alloc_printf("%s.cred", c->key);
    bool is_sealed = !file_exists(c->key) && file_exists(sealed), done = true;
    if (look->is_unset) {
        findings_warn(f, "key",
                      "not looked at: it is a credential of the node's unit, and "
                      "CREDENTIALS_DIRECTORY, which names it, is not set here: set it to "
                      "the directory of the key");
    } else if (is_sealed) {
        findings_good(f, "key",
                      "%s is for the node's unit to decrypt; that the node can read it, "
                      "systemctl start shows",
                      sealed);
    } else if (look->is_hidden) {
        findings_warn(f, "key",
                      "%s: not looked at: this user may not read it, as is right where the "
                      "node's unit hands it on (LoadCredential=); run this as root to look "
                      "at it",
                      c->key);
    } else {
        done = false;
    }
    free(sealed);
    return done;
}

uint16_t check_key(struct findings *f, const struct config *c,
                   const struct charter *charter, const struct key_look *before)
{
    struct key_look look = *before;
    const char *handed = look.error == 0 ? ", which the node's unit hands on to it" : "";
    if (look.error != 0) {
        struct key_look now = look;
        if (try(&now, c->key) == 0 || !look.is_credential) {
            look = now;
        }
    }
    if (look.error != 0) {
        if (!look.is_credential || !excuse(f, c, &look)) {
            findings_fail(f, "key", "%s", look.why.text);
        }
        return 0;
    }
    if (charter == NULL) {
        findings_good(f, "key", "%s can be read%s", c->key, handed);
        return 0;
    }
    uint16_t seat = charter_seat_of(charter, &look.public);
    if (seat == 0) {
        findings_fail(f, "key",
                      "%s belongs to no seat of %s: use the key whose public half the "
                      "charter names",
                      c->key, c->charter);
    } else {
        findings_good(f, "key", "%s is that of seat %u, %s%s", c->key, (unsigned)seat,
                      charter->seats[seat - 1].name, handed);
    }
    return seat;
}
