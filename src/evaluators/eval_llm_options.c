/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "config.h"

#include "evaluators/eval_llm_options.h"

#include "base/private_file.h"
#include "base/text.h"
#include "control/control.h"
#include "evaluators/eval_llm_vote.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    EXIT_USAGE = 2,
    MODEL_MAX = 200,
    MILLION = 1000000,
    SOCKET_PATH_BYTES = sizeof(((struct sockaddr_un *)NULL)->sun_path),
};

static const char usage[] =
    "usage: conclave-eval-llm --endpoint URL --model NAME [options] < QUESTION\n"
    "\n"
    "Asks a language model, behind an OpenAI-compatible endpoint, to judge the proposal "
    "on\n"
    "standard input, and answers with one JSON object on standard output: choice,\n"
    "confidence and rationale. See conclave-eval-llm(1).\n"
    "\n"
    "  --endpoint URL          like https://api.example.org/v1\n"
    "  --model NAME            the model's name there\n"
    "  --key-file FILE         the key, on one line of a private file\n"
    "  --credential NAME       the key, a credential of systemd\n"
    "  --profile FILE          framework and persona of the seat, plain text\n"
    "  --ca-file FILE          certificates to verify the endpoint by\n"
    "  --proxy URL             a proxy on the way\n"
    "  --unix-socket PATH      where the endpoint listens\n"
    "  --allow-http            http to other machines\n"
    "  --answer-format FORM    schema, object or text: what to begin with (schema)\n"
    "  --temperature T         0 to 2 (the endpoint's)\n"
    "  --seed N                of the first sample (none)\n"
    "  --max-tokens N          of an answer (2048)\n"
    "  --samples K             ask so often, and vote as most do (1)\n"
    "  --timeout MS            for all of it (25000)\n"
    "  --retries N             after failures of the endpoint (4)\n"
    "  --max-input BYTES       of text, evidence and checks that are shown (65536)\n"
    "  --max-response BYTES    of a response (262144)\n"
    "  --max-total-tokens N    for an evaluation, or a day (any)\n"
    "  --max-cost AMOUNT       for an evaluation, or a day (any)\n"
    "  --price-input AMOUNT    of a million tokens (0)\n"
    "  --price-output AMOUNT   of a million tokens (0)\n"
    "  --budget FILE           count over evaluations, day by day (UTC)\n"
    "  --print-request         print what would be sent, without the key\n"
    "  --help                  print this\n"
    "  --version               print the version\n";

static bool misuse(const char *option, const char *what)
{
    (void)fprintf(stderr, "conclave-eval-llm: --%s %s\n", option, what);
    return false;
}

/* --- tables of options --- */

struct number_option {
    const char *name;
    size_t at; /* in struct llm_options */
    uint64_t least, most;
};
#define AT(member) offsetof(struct llm_options, member)
static const struct number_option numbers[] = {
    {"seed", AT(request.seed), 0, INT32_MAX},
    {"max-tokens", AT(request.tokens_max), 16, 1000000},
    {"samples", AT(samples), 1, LLM_SAMPLES_MAX},
    {"timeout", AT(timeout_ms), 1, 3600000},
    {"retries", AT(retries), 0, 100},
    {"max-input", AT(data_max), 1024, CONTROL_LINE_MAX},
    {"max-response", AT(place.response_max), 1024, CONTROL_LINE_MAX},
    {"max-total-tokens", AT(limits.tokens), 1, 1000000000000},
};

struct text_option {
    const char *name;
    size_t at;
};
static const struct text_option texts[] = {
    {"endpoint", AT(endpoint)},    {"model", AT(request.model)},
    {"key-file", AT(key_file)},    {"credential", AT(credential)},
    {"profile", AT(profile_file)}, {"ca-file", AT(place.ca)},
    {"proxy", AT(place.proxy)},    {"unix-socket", AT(place.socket)},
    {"budget", AT(budget_file)},
};

struct amount_option {
    const char *name;
    size_t at; /* millionths */
    uint64_t most;
};
static const struct amount_option amounts[] = {
    {"max-cost", AT(limits.cost_micros), 1000000},
    {"price-input", AT(limits.input_price), LLM_PRICE_MAX},
    {"price-output", AT(limits.output_price), LLM_PRICE_MAX},
};

#define NEEDS(name)                                                                        \
    {                                                                                      \
        name, required_argument, NULL, 0                                                   \
    }
#define ALONE(name)                                                                        \
    {                                                                                      \
        name, no_argument, NULL, 0                                                         \
    }
static const struct option long_options[] = {
    NEEDS("endpoint"),
    NEEDS("model"),
    NEEDS("key-file"),
    NEEDS("credential"),
    NEEDS("profile"),
    NEEDS("ca-file"),
    NEEDS("proxy"),
    NEEDS("unix-socket"),
    ALONE("allow-http"),
    NEEDS("answer-format"),
    NEEDS("temperature"),
    NEEDS("seed"),
    NEEDS("max-tokens"),
    NEEDS("samples"),
    NEEDS("timeout"),
    NEEDS("retries"),
    NEEDS("max-input"),
    NEEDS("max-response"),
    NEEDS("max-total-tokens"),
    NEEDS("max-cost"),
    NEEDS("price-input"),
    NEEDS("price-output"),
    NEEDS("budget"),
    ALONE("print-request"),
    ALONE("help"),
    ALONE("version"),
    {NULL, 0, NULL, 0},
};

/* --- values --- */

static bool set_number(struct llm_options *o, const struct number_option *n,
                       const char *text)
{
    char *end = NULL;
    errno = 0;
    unsigned long long v = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || v < n->least ||
        v > n->most) {
        (void)fprintf(stderr, "conclave-eval-llm: --%s is a number from %llu to %llu\n",
                      n->name, (unsigned long long)n->least, (unsigned long long)n->most);
        return false;
    }
    *(uint64_t *)(void *)((char *)o + n->at) = v;
    return true;
}

/* Digits, and up to six behind a point. */
static bool parse_millionths(const char *text, uint64_t most, uint64_t *out)
{
    size_t whole = strspn(text, "0123456789");
    const char *rest = text + whole;
    size_t digits = *rest == '.' ? strspn(rest + 1, "0123456789") : 0;
    char all[32];
    if (whole == 0 || whole > 9 || digits > 6 || (*rest == '.' && digits == 0) ||
        rest[digits + (*rest == '.')] != '\0') {
        return false;
    }
    (void)snprintf(all, sizeof(all), "%.*s%.*s%.*s", (int)whole, text, (int)digits,
                   rest + (*rest == '.'), (int)(6 - digits), "000000");
    *out = strtoull(all, NULL, 10);
    return *out <= most * MILLION;
}

static bool set_amount(struct llm_options *o, const struct amount_option *a,
                       const char *text)
{
    uint64_t *out = (uint64_t *)(void *)((char *)o + a->at);
    if (!parse_millionths(text, a->most, out)) {
        (void)fprintf(stderr,
                      "conclave-eval-llm: --%s is an amount like 0.25, at most %llu\n",
                      a->name, (unsigned long long)a->most);
        return false;
    }
    return true;
}

static bool set_temperature(struct llm_options *o, const char *text)
{
    uint64_t millionths = 0;
    if (!parse_millionths(text, 2, &millionths)) {
        return misuse("temperature", "is a number from 0 to 2, like 0.7");
    }
    o->request.has_temperature = true;
    o->request.temperature = (double)millionths / MILLION;
    return true;
}

static bool set_form(struct llm_options *o, const char *word)
{
    int form = llm_form_parse(word);
    o->request.form = form < 0 ? o->request.form : (enum llm_form)form;
    return form >= 0 || misuse("answer-format", "is schema, object or text");
}

static bool set_option(struct llm_options *o, const char *name, const char *value)
{
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (strcmp(name, texts[i].name) == 0) {
            *(const char **)(void *)((char *)o + texts[i].at) = value;
            return value[0] != '\0' || misuse(name, "is empty");
        }
    }
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        if (strcmp(name, numbers[i].name) == 0) {
            o->request.has_seed = o->request.has_seed || strcmp(name, "seed") == 0;
            return set_number(o, &numbers[i], value);
        }
    }
    for (size_t i = 0; i < sizeof(amounts) / sizeof(amounts[0]); i++) {
        if (strcmp(name, amounts[i].name) == 0) {
            return set_amount(o, &amounts[i], value);
        }
    }
    if (strcmp(name, "temperature") == 0) {
        return set_temperature(o, value);
    }
    if (strcmp(name, "answer-format") == 0) {
        return set_form(o, value);
    }
    o->allow_http = o->allow_http || strcmp(name, "allow-http") == 0;
    o->print_request = o->print_request || strcmp(name, "print-request") == 0;
    return true;
}

/* --- what must be there, and fit --- */

static bool check_proxy(const char *proxy)
{
    return proxy == NULL ||
           ((strncmp(proxy, "http://", 7) == 0 || strncmp(proxy, "https://", 8) == 0) &&
            strchr(proxy, '@') == NULL);
}

static bool check(const struct llm_options *o)
{
    const char *model = o->request.model;
    if (o->endpoint == NULL) {
        return misuse("endpoint", "is missing: name one, like https://api.example.org/v1");
    }
    if (model == NULL || strlen(model) > MODEL_MAX ||
        text_check(slice_of_string(model), false, NULL) != 0) {
        return misuse("model", "is missing, or no text of at most 200 bytes");
    }
    if (o->key_file != NULL && o->credential != NULL) {
        return misuse("credential", "and --key-file both name the key; give one");
    }
    if (!check_proxy(o->place.proxy)) {
        return misuse("proxy", "is http://HOST:PORT or https://HOST:PORT, without a user");
    }
    if (o->place.socket != NULL && strlen(o->place.socket) >= SOCKET_PATH_BYTES) {
        return misuse("unix-socket", "is longer than the path of a socket can be");
    }
    if (o->limits.cost_micros != UINT64_MAX && o->limits.input_price == 0 &&
        o->limits.output_price == 0) {
        return misuse("max-cost", "needs --price-input and --price-output");
    }
    if (o->budget_file != NULL && o->limits.cost_micros == UINT64_MAX &&
        o->limits.tokens == UINT64_MAX) {
        return misuse("budget", "needs --max-total-tokens or --max-cost");
    }
    return true;
}

bool llm_options_parse(struct llm_options *o, int argc, char **argv, int *status)
{
    *o = (struct llm_options){
        .place = {.response_max = 256 * 1024},
        .request = {.form = LLM_FORM_SCHEMA, .tokens_max = 2048},
        .samples = 1,
        .timeout_ms = 25000,
        .retries = 4,
        .data_max = 64 * 1024,
        .limits = {.tokens = UINT64_MAX, .cost_micros = UINT64_MAX},
    };
    int index = 0, found;
    *status = EXIT_USAGE;
    while ((found = getopt_long(argc, argv, "", long_options, &index)) != -1) {
        const char *name = long_options[index].name;
        if (found == '?') {
            return false;
        }
        if (strcmp(name, "help") == 0 || strcmp(name, "version") == 0) {
            (void)fputs(name[0] == 'h' ? usage : "conclave-eval-llm " PACKAGE_VERSION "\n",
                        stdout);
            *status = EXIT_SUCCESS;
            return false;
        }
        if (!set_option(o, name, optarg)) {
            return false;
        }
    }
    if (optind < argc) {
        (void)fprintf(stderr, "conclave-eval-llm: what is \"%s\"? See --help\n",
                      argv[optind]);
        return false;
    }
    return check(o);
}

/* --- the profile --- */

int llm_profile_load(const char *path, struct buffer *out, struct complaint *why)
{
    if (path == NULL) {
        return 0;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    buffer_reserve(out, LLM_PROFILE_MAX + 1);
    ssize_t size =
        fd < 0 ? -1 : private_file_read(fd, (char *)out->data, LLM_PROFILE_MAX + 1);
    int saved = errno;
    if (fd >= 0) {
        (void)close(fd);
    }
    if (size < 0) {
        return complain(why, CONCLAVE_EIO, "%s: cannot read the profile: %s", path,
                        strerror(saved));
    }
    out->size = (size_t)size;
    return llm_profile_check(buffer_slice(out), path, why);
}
