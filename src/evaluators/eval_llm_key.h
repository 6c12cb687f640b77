/* SPDX-License-Identifier: ISC */
/* The secret with which an endpoint is asked: from a file, and nowhere to be seen. */
#ifndef CONCLAVE_EVALUATORS_EVAL_LLM_KEY_H
#define CONCLAVE_EVALUATORS_EVAL_LLM_KEY_H

#include "base/bytes.h"
#include "base/error.h"

enum { LLM_KEY_MAX = 4096, LLM_KEY_TELLING = 8 }; /* bytes */

struct llm_key {
    char text[LLM_KEY_MAX + 1]; /* printable ASCII without blanks */
    size_t size;                /* 0: there is none */
};

/*
 * Reads the one line of a private file (base/private_file.h); a file below /run/credentials
 * is judged as a credential of systemd. CONCLAVE_ENOENT, CONCLAVE_EPERM, CONCLAVE_EFORMAT
 * or CONCLAVE_EIO, with a complaint that has nothing of the key.
 */
int llm_key_load(const char *path, struct llm_key *out, struct complaint *why);
/* The path of a credential in $CREDENTIALS_DIRECTORY, which the caller frees; NULL with the
 * complaint filled. */
char *llm_key_credential(const char *name, struct complaint *why);
void llm_key_wipe(struct llm_key *k);

/* Whether the text holds the key. Shorter ones than LLM_KEY_TELLING bytes, as servers of
 * one's own want them, are no secret and never found. */
bool llm_key_is_in(const struct llm_key *k, struct slice text);
/* Writes asterisks over it. */
void llm_key_hide(const struct llm_key *k, char *text);

#endif
