/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "evaluators/eval_llm_key.h"

#include "base/alloc.h"
#include "base/private_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SYSTEM_CREDENTIALS "/run/credentials/"

static int check_text(const struct llm_key *k, const char *path, struct complaint *why)
{
    bool good = k->size > 0 && k->size < LLM_KEY_MAX;
    for (size_t i = 0; i < k->size; i++) {
        good = good && k->text[i] > ' ' && k->text[i] < 0x7f;
    }
    return good ? 0
                : complain(why, CONCLAVE_EFORMAT,
                           "%s: a key is one line of printable ASCII without blanks, "
                           "shorter than %d bytes",
                           path, LLM_KEY_MAX);
}

/*
 * An evaluator's environment does not name the folder, and the paths of systemd do: the
 * service's folder lies in one that is root's alone.
 */
static void know_credentials(const char *path)
{
    const char *end = strrchr(path, '/');
    if (strncmp(path, SYSTEM_CREDENTIALS, strlen(SYSTEM_CREDENTIALS)) == 0 &&
        strstr(path, "/..") == NULL) {
        char *folder = alloc_printf("%.*s", (int)(end - path), path);
        (void)setenv("CREDENTIALS_DIRECTORY", folder, 0);
        free(folder);
    }
}

int llm_key_load(const char *path, struct llm_key *out, struct complaint *why)
{
    int fd = -1;
    memset(out, 0, sizeof(*out));
    know_credentials(path);
    int error = private_file_open(path, "file of the key", &fd, why);
    if (error != 0) {
        return error != CONCLAVE_ENOENT
                   ? error
                   : complain(why, error,
                              "%s: there is no such file; put the endpoint's key there, on "
                              "one line, with mode 0600",
                              path);
    }
    ssize_t size = private_file_read(fd, out->text, LLM_KEY_MAX);
    if (size < 0) {
        error = complain(why, CONCLAVE_EIO, "%s: %s", path, strerror(errno));
    } else {
        out->size = (size_t)size;
        while (out->size > 0 && strchr("\r\n", out->text[out->size - 1]) != NULL) {
            out->text[--out->size] = '\0';
        }
        error = check_text(out, path, why);
    }
    (void)close(fd);
    if (error != 0) {
        llm_key_wipe(out);
    }
    return error;
}

char *llm_key_credential(const char *name, struct complaint *why)
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    if (folder == NULL || folder[0] != '/') {
        (void)complain(why, CONCLAVE_ENOENT,
                       "--credential %s: CREDENTIALS_DIRECTORY is not set; name the file "
                       "itself: --key-file " SYSTEM_CREDENTIALS "SERVICE/%s",
                       name, name);
        return NULL;
    }
    if (name[0] == '\0' || name[0] == '.' || strchr(name, '/') != NULL) {
        (void)complain(why, CONCLAVE_EINVAL,
                       "--credential %s: is no name of a credential: give it without a "
                       "folder",
                       name);
        return NULL;
    }
    return alloc_printf("%s/%s", folder, name);
}

void llm_key_wipe(struct llm_key *k)
{
    explicit_bzero(k, sizeof(*k));
}

bool llm_key_is_in(const struct llm_key *k, struct slice text)
{
    return k->size >= LLM_KEY_TELLING && text.size >= k->size &&
           memmem(text.data, text.size, k->text, k->size) != NULL;
}

void llm_key_hide(const struct llm_key *k, char *text)
{
    for (char *at = text; k->size >= LLM_KEY_TELLING && (at = strstr(at, k->text)) != NULL;
         at += k->size) {
        memset(at, '*', k->size);
    }
}
