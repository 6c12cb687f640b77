/* SPDX-License-Identifier: ISC */
#include "conclave/commands.h"
#include "conclave/output.h"
#include "crypto/key.h"

#include <stdio.h>

static const struct command_option options[] = {
    {"output", ARGUMENT_FILE, "FILE", "where the key goes (default seat.key)"},
    {NULL, ARGUMENT_NONE, NULL, NULL},
};

static void print(const struct command_line *line, const struct public_key *public,
                  const char *path)
{
    char hex[2 * PUBLIC_KEY_BYTES + 1];
    hex_encode(hex, slice_of(public->bytes, sizeof(public->bytes)));
    if (line->json) {
        json_t *result = json_pack("{s:s, s:s}", "public_key", hex, "file", path);
        output_json(result);
        json_decref(result);
    } else {
        (void)printf("%s\n", hex);
    }
}

static enum command_exit run(const struct command_line *line)
{
    const char *path = command_value(line, "output");
    path = path != NULL ? path : "seat.key";
    if (key_library_init() != 0) {
        return command_fail(line, "the cryptographic library does not start");
    }
    struct secret_key *key = key_generate();
    struct public_key public;
    key_public(key, &public);
    struct complaint why = {""};
    int error = key_save(key, path, &why);
    key_free(key);
    if (error != 0) {
        return command_fail(line, "%s", why.text);
    }
    print(line, &public, path);
    return COMMAND_DONE;
}

const struct command command_keygen = {
    .name = "keygen",
    .summary = "Make a seat's key and print its public half",
    .operands = "",
    .options = options,
    .details =
        "The file is for the seat's node alone: mode 0600, never overwritten, and as\n"
        "good as the seat itself to whoever copies it. The public key goes into the\n"
        "charter.\n",
    .run = run,
};
