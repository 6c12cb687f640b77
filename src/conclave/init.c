/* SPDX-License-Identifier: ISC */
#include "conclave/commands.h"
#include "conclave/files.h"
#include "conclave/output.h"
#include "conclave/programs.h"
#include "conclave/seat_dir.h"

#include "net/address.h"

#include <stdio.h>
#include <stdlib.h>

static const struct command_option options[] = {
    {"charter", ARGUMENT_FILE, "FILE", "the council's charter, which is copied"},
    {"key", ARGUMENT_FILE, "FILE", "the seat's key, which stays where it is"},
    {"dir", ARGUMENT_DIRECTORY, "DIR", "the node's folder"},
    {"socket", ARGUMENT_FILE, "PATH",
     "the control socket (default control.sock in the folder)"},
    {"listen", ARGUMENT_WORD, "ADDRESS",
     "host:port to bind (default the seat's address in the charter)"},
    {"log", ARGUMENT_WORD, "WHERE", "stderr, syslog or a file (default stderr)"},
    {NULL, ARGUMENT_NONE, NULL, NULL},
};

static void print(const struct command_line *line, const struct charter *c, uint16_t seat,
                  const char *config)
{
    if (line->json) {
        json_t *result = json_pack("{s:i, s:s, s:s}", "seat", (int)seat, "name",
                                   c->seats[seat - 1].name, "config", config);
        output_json(result);
        json_decref(result);
    } else {
        char *daemon = program_command("conclaved");
        (void)printf("seat %u, %s\nnext: %s --config %s\n", (unsigned)seat,
                     c->seats[seat - 1].name, daemon, config);
        free(daemon);
    }
}

static enum command_exit run(const struct command_line *line)
{
    struct seat_dir d = {
        .dir = command_value(line, "dir"),
        .charter = command_value(line, "charter"),
        .key = command_value(line, "key"),
        .socket = command_value(line, "socket"),
        .listen = command_value(line, "listen"),
        .log = command_value(line, "log"),
    };
    if (d.dir == NULL || d.charter == NULL || d.key == NULL) {
        return command_misuse(line, "--charter, --key and --dir are all needed");
    }
    struct complaint why = {""};
    struct address address;
    if (d.listen != NULL && address_parse(d.listen, &address, &why) != 0) {
        return command_misuse(line, "--listen: %s", why.text);
    }
    if (key_library_init() != 0) {
        return command_fail(line, "the cryptographic library does not start");
    }
    struct charter *c;
    uint16_t seat;
    if (seat_dir_make(&d, &c, &seat, &why) != 0) {
        return command_fail(line, "%s", why.text);
    }
    char *config = file_join(d.dir, SEAT_DIR_CONFIG);
    print(line, c, seat, config);
    free(config);
    charter_free(c);
    return COMMAND_DONE;
}

const struct command command_init = {
    .name = "init",
    .summary = "Make a node's folder: configuration and an empty store",
    .operands = "",
    .options = options,
    .details = "The key says which seat it is. Nothing is overwritten.\n",
    .run = run,
};
