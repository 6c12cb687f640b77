/* SPDX-License-Identifier: ISC */
/* conclave-alert(8): tells receivers what happens at a node. */
#include <config.h>

#include "alert/serve.h"
#include "alert/tools.h"
#include "control/control.h"

#include <getopt.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_USAGE = 2 };

static const char usage[] =
    "usage: conclave-alert [--config FILE]\n"
    "       conclave-alert test [RECEIVER]\n"
    "       conclave-alert queue\n"
    "       conclave-alert retry [RECEIVER]\n"
    "       conclave-alert drop RECEIVER\n"
    "       conclave-alert keygen [--pair] FILE\n"
    "\n"
    "Follows a node and tells receivers of flags, decisions and stalls, by webhooks and\n"
    "commands. Runs in the foreground until SIGTERM or SIGINT; SIGHUP reads the\n"
    "configuration again. The words are those of conclave alert. See conclave-alert(8).\n"
    "\n"
    "  --config FILE  the configuration, conclave-alert.conf(5) (else\n"
    "                 $CONCLAVE_ALERT_CONFIG, then " CONCLAVE_ALERT_CONF ")\n"
    "  --pair         a key pair instead of a shared secret\n"
    "  --json         one JSON object on standard output\n"
    "  --help         print this\n"
    "  --version      print the version\n";

enum option_number {
    OPTION_CONFIG,
    OPTION_PAIR,
    OPTION_JSON,
    OPTION_HELP,
    OPTION_VERSION,
};

static const struct option long_options[] = {
    {"config", required_argument, NULL, OPTION_CONFIG},
    {"pair", no_argument, NULL, OPTION_PAIR},
    {"json", no_argument, NULL, OPTION_JSON},
    {"help", no_argument, NULL, OPTION_HELP},
    {"version", no_argument, NULL, OPTION_VERSION},
    {NULL, 0, NULL, 0},
};

struct options {
    const char *config, *word, *operand; /* NULL: none */
    bool pair, json;
};

enum word { WORD_SERVE, WORD_TEST, WORD_QUEUE, WORD_RETRY, WORD_DROP, WORD_KEYGEN, WORDS };

static const struct {
    const char *name;
    int least, most; /* operands */
} words[WORDS] = {
    [WORD_SERVE] = {"", 0, 0},      [WORD_TEST] = {"test", 0, 1},
    [WORD_QUEUE] = {"queue", 0, 0}, [WORD_RETRY] = {"retry", 0, 1},
    [WORD_DROP] = {"drop", 1, 1},   [WORD_KEYGEN] = {"keygen", 1, 1},
};

static int misuse(const char *text)
{
    (void)fprintf(stderr, "conclave-alert: %s\nTry: conclave-alert --help\n", text);
    return EXIT_USAGE;
}

static int find_word(const char *name)
{
    for (int i = 0; i < WORDS; i++) {
        if (strcmp(name, words[i].name) == 0) {
            return i;
        }
    }
    return -1;
}

/* With the configuration, for those that need it. */
static int run_with(enum word word, const struct options *o)
{
    struct complaint why = {""};
    struct config *c = NULL;
    int status = EXIT_FAILURE;
    if (config_load(o->config, word == WORD_TEST, &c, &why) != 0) {
        return tool_fail(why.text);
    }
    switch (word) {
    case WORD_TEST:
        status = tool_test(c, o->operand, o->json);
        break;
    case WORD_QUEUE:
        status = tool_queue(c, o->json);
        break;
    case WORD_RETRY:
        status = tool_retry(c, o->operand, o->json);
        break;
    case WORD_DROP:
        status = tool_drop(c, o->operand, o->json);
        break;
    case WORD_SERVE:
    case WORD_KEYGEN:
    case WORDS:
        break;
    }
    config_free(c);
    return status;
}

static int run(struct options *o, int count, char *const *operands)
{
    int word = find_word(o->word != NULL ? o->word : "");
    if (word < 0) {
        return misuse("there is no such word; it is test, queue, retry, drop or keygen");
    }
    if (count < words[word].least || count > words[word].most) {
        return misuse(count < words[word].least ? "an argument is missing"
                                                : "there is an argument too many");
    }
    o->operand = count > 0 ? operands[0] : NULL;
    if (word == WORD_KEYGEN) {
        return tool_keygen(o->operand, o->pair ? SIGNING_ED25519 : SIGNING_HMAC, o->json);
    }
    return word == WORD_SERVE ? serve(o->config) : run_with((enum word)word, o);
}

int main(int argc, char **argv)
{
    const char *named = getenv("CONCLAVE_ALERT_CONFIG");
    struct options o = {.config = named != NULL && named[0] != '\0' ? named
                                                                    : CONCLAVE_ALERT_CONF};
    int which;
    while ((which = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        if (which == '?') {
            return misuse("that option is none");
        }
        switch ((enum option_number)which) {
        case OPTION_CONFIG:
            o.config = optarg;
            break;
        case OPTION_PAIR:
            o.pair = true;
            break;
        case OPTION_JSON:
            o.json = true;
            break;
        case OPTION_HELP:
            (void)fputs(usage, stdout);
            return EXIT_SUCCESS;
        case OPTION_VERSION:
            (void)puts("conclave-alert " PACKAGE_VERSION);
            return EXIT_SUCCESS;
        }
    }
    if (sodium_init() < 0) {
        return tool_fail("libsodium cannot start: no source of randomness");
    }
    control_library_init();
    o.word = optind < argc ? argv[optind++] : NULL;
    return run(&o, argc - optind, argv + optind);
}
