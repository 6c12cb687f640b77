/* SPDX-License-Identifier: ISC */
#include "alert/config.h"

#include "agent/words.h"
#include "base/alloc.h"
#include "base/config_text.h"

#include <confuse.h>
#include <ctype.h>
#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* libconfuse calls back without a context. */
static struct {
    const char *path;
    struct complaint *why;
} reading;

static void on_error(cfg_t *cfg, const char *format, va_list args)
{
    config_text_complain(reading.why, reading.path, cfg != NULL ? cfg->line : 0,
                         "conclave-alert.conf(5)", format, args);
}

/* --- values, while their lines are known --- */

struct range {
    const char *name;
    long min, max;
    const char *unit;
};

static int check_number(cfg_t *cfg, cfg_opt_t *opt)
{
    static const struct range ranges[] = {
        {"queue-limit", 100, 10000000, "alerts"},
        {"queue-megabytes", 1, 65536, "megabytes"},
        {"unreachable-after", 0, 86400, "seconds, 0 for never"},
        {"connect-timeout", 1, 600, "seconds"},
        {"timeout", 1, 600, "seconds"},
        {"retry-at-most", 1, 86400, "seconds"},
        {"seats", 1, 128, "as a seat's number"},
    };
    long value = cfg_opt_getnint(opt, cfg_opt_size(opt) - 1);
    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        const struct range *r = &ranges[i];
        if (strcmp(r->name, opt->name) == 0 && (value < r->min || value > r->max)) {
            cfg_error(cfg, "%s must be between %ld and %ld (%s)", r->name, r->min, r->max,
                      r->unit);
            return -1;
        }
    }
    return 0;
}

static int check_word(cfg_t *cfg, cfg_opt_t *opt)
{
    const char *word = cfg_opt_getnstr(opt, cfg_opt_size(opt) - 1);
    const char *cure = NULL;
    if (strcmp(opt->name, "log-level") == 0 && log_level_parse(word) < 0) {
        cure = "debug, info, warn or error";
    } else if (strcmp(opt->name, "log-format") == 0 && log_form_parse(word) < 0) {
        cure = "logfmt or json";
    } else if (strcmp(opt->name, "severity") == 0 && alert_severity_parse(word) < 0) {
        cure = "notice, warning or critical";
    }
    if (cure != NULL) {
        cfg_error(cfg, "%s must be %s, not \"%s\"", opt->name, cure, word);
        return -1;
    }
    return 0;
}

static int check_event(cfg_t *cfg, cfg_opt_t *opt)
{
    const char *prefix = cfg_opt_getnstr(opt, cfg_opt_size(opt) - 1);
    for (size_t i = 0; alert_types[i] != NULL; i++) {
        if (prefix[0] != '\0' && strncmp(alert_types[i], prefix, strlen(prefix)) == 0) {
            return 0;
        }
    }
    cfg_error(cfg,
              "no alert's type begins with \"%s\": conclave-alert(8) lists them, as "
              "flag.raised",
              prefix);
    return -1;
}

static int check_receiver(cfg_t *cfg, cfg_opt_t *opt)
{
    cfg_t *r = cfg_opt_getnsec(opt, cfg_opt_size(opt) - 1);
    const char *name = cfg_title(r);
    size_t length = strlen(name), good = 0;
    while (isalnum((unsigned char)name[good]) ||
           (good > 0 && strchr("._-", name[good]) && name[good] != '\0')) {
        good++;
    }
    if (length == 0 || length >= QUEUE_NAME_BYTES || good != length) {
        cfg_error(cfg, "a receiver's name has 1 to %d letters, digits, '.', '_' and '-'",
                  QUEUE_NAME_BYTES - 1);
        return -1;
    }
    if ((cfg_getstr(r, "url") == NULL) == (cfg_getstr(r, "command") == NULL)) {
        cfg_error(cfg,
                  "receiver \"%s\": give it url = \"https://...\" or command = \"...\"",
                  name);
        return -1;
    }
    if (cfg_getstr(r, "url") != NULL && cfg_size(r, "secrets") == 0) {
        cfg_error(cfg,
                  "receiver \"%s\": a webhook is signed: make a secret with conclave alert "
                  "keygen, and name its file in secrets = {\"FILE\"}",
                  name);
        return -1;
    }
    if (cfg_size(r, "secrets") > CONFIG_SECRETS_MAX) {
        cfg_error(cfg, "receiver \"%s\": at most %d secrets", name, CONFIG_SECRETS_MAX);
        return -1;
    }
    return 0;
}

/* --- taking them --- */

static size_t take_words(cfg_t *cfg, const char *name, char ***out)
{
    size_t count = cfg_size(cfg, name);
    *out = alloc_zero(count + 1, sizeof(**out));
    for (size_t i = 0; i < count; i++) {
        (*out)[i] = alloc_string(cfg_getnstr(cfg, name, (unsigned)i));
    }
    return count;
}

static void take_filter(cfg_t *cfg, struct filter *f)
{
    f->event_count = take_words(cfg, "events", &f->events);
    f->kind_count = take_words(cfg, "kinds", &f->kinds);
    f->least = alert_severity_of(cfg_getstr(cfg, "severity"));
    f->seat_count = cfg_size(cfg, "seats");
    f->seats = alloc_zero(f->seat_count + 1, sizeof(*f->seats));
    for (size_t i = 0; i < f->seat_count; i++) {
        f->seats[i] = (unsigned)cfg_getnint(cfg, "seats", (unsigned)i);
    }
}

/* What crosses other machines is encrypted. */
static int check_url(const char *where, const char *url, struct complaint *why)
{
    static const char *const near[] = {"127.0.0.1", "[::1]", "localhost"};
    size_t length = strcspn(url, " \t\r\n");
    if (strncmp(url, "https://", 8) == 0 && url[8] != '\0' && url[length] == '\0') {
        return 0;
    }
    for (size_t i = 0; strncmp(url, "http://", 7) == 0 && i < 3; i++) {
        size_t host = strlen(near[i]);
        if (strncmp(url + 7, near[i], host) == 0 && url[7 + host] != '\0' &&
            strchr(":/", url[7 + host]) != NULL && url[length] == '\0' &&
            strchr(url, '@') == NULL) {
            return 0;
        }
    }
    return complain(why, CONCLAVE_EFORMAT,
                    "%s: the url must begin with https://, or with http://127.0.0.1, "
                    "http://[::1] or http://localhost and a port or a path, for this "
                    "machine alone",
                    where);
}

static int take_receiver(cfg_t *cfg, const char *folder, bool with_secrets,
                         struct config_receiver *r, struct complaint *why)
{
    struct complaint detail = {""};
    char *where = alloc_printf("%s: receiver \"%s\"", reading.path, cfg_title(cfg));
    int error = 0;
    (void)snprintf(r->name, sizeof(r->name), "%s", cfg_title(cfg));
    r->connect_ms = 1000 * (uint64_t)cfg_getint(cfg, "connect-timeout");
    r->timeout_ms = 1000 * (uint64_t)cfg_getint(cfg, "timeout");
    r->retry_most_ms = 1000 * (uint64_t)cfg_getint(cfg, "retry-at-most");
    r->ca_file = config_text_path(folder, cfg_getstr(cfg, "ca-file"));
    take_filter(cfg, &r->filter);
    if (cfg_getstr(cfg, "url") != NULL) {
        r->url = alloc_string(cfg_getstr(cfg, "url"));
        error = check_url(where, r->url, why);
    } else if (words_split(cfg_getstr(cfg, "command"), &r->command, &detail) != 0 ||
               words_resolve(r->command, &detail) != 0) {
        error = complain(why, CONCLAVE_EFORMAT, "%s: %s", where, detail.text);
    }
    for (size_t i = 0; with_secrets && error == 0 && i < cfg_size(cfg, "secrets"); i++) {
        char *path = config_text_path(folder, cfg_getnstr(cfg, "secrets", (unsigned)i));
        error = signing_key_load(path, &r->keys[r->key_count], why);
        r->key_count += error == 0;
        free(path);
    }
    free(where);
    return error;
}

static int take(struct config *c, cfg_t *cfg, bool with_secrets, struct complaint *why)
{
    enum { MEGABYTE = 1024 * 1024 };
    char *copy = alloc_string(reading.path);
    const char *folder = dirname(copy);
    int error = 0;
    c->socket = config_text_path(folder, cfg_getstr(cfg, "socket"));
    c->state = config_text_path(folder, cfg_getstr(cfg, "state"));
    c->level = (enum log_level)log_level_parse(cfg_getstr(cfg, "log-level"));
    c->form = (enum log_form)log_form_parse(cfg_getstr(cfg, "log-format"));
    c->limits.alerts = (size_t)cfg_getint(cfg, "queue-limit");
    c->limits.bytes = (size_t)cfg_getint(cfg, "queue-megabytes") * MEGABYTE;
    c->history = cfg_getbool(cfg, "history");
    c->unreachable_ms = 1000 * (uint64_t)cfg_getint(cfg, "unreachable-after");
    size_t count = cfg_size(cfg, "receiver");
    c->receivers = alloc_zero(count + 1, sizeof(*c->receivers));
    if (c->state == NULL) {
        error = complain(why, CONCLAVE_EFORMAT,
                         "%s: \"state\" is missing: add state = \"FOLDER\", where alerts "
                         "wait",
                         reading.path);
    } else if (count == 0 || count > CONFIG_RECEIVERS_MAX) {
        error = complain(why, CONCLAVE_EFORMAT,
                         "%s: there are %zu receivers, and must be 1 to %d: add receiver "
                         "\"NAME\" { ... }",
                         reading.path, count, CONFIG_RECEIVERS_MAX);
    }
    for (size_t i = 0; error == 0 && i < count; i++) {
        c->receiver_count = i + 1;
        error = take_receiver(cfg_getnsec(cfg, "receiver", (unsigned)i), folder,
                              with_secrets, &c->receivers[i], why);
    }
    free(copy);
    return error;
}

static cfg_t *new_parser(void)
{
    /* libconfuse takes the default of a list as a mutable string. */
    static char nothing[] = "{}";
    cfg_opt_t receiver[] = {
        CFG_STR("url", NULL, CFGF_NODEFAULT),
        CFG_STR("command", NULL, CFGF_NODEFAULT),
        CFG_STR_LIST("secrets", nothing, CFGF_NONE),
        CFG_STR("ca-file", NULL, CFGF_NODEFAULT),
        CFG_STR_LIST("events", nothing, CFGF_NONE),
        CFG_STR("severity", "notice", CFGF_NONE),
        CFG_STR_LIST("kinds", nothing, CFGF_NONE),
        CFG_INT_LIST("seats", nothing, CFGF_NONE),
        CFG_INT("connect-timeout", 10, CFGF_NONE),
        CFG_INT("timeout", 30, CFGF_NONE),
        CFG_INT("retry-at-most", 600, CFGF_NONE),
        CFG_END(),
    };
    cfg_opt_t options[] = {
        CFG_STR("socket", NULL, CFGF_NODEFAULT),
        CFG_STR("state", NULL, CFGF_NODEFAULT),
        CFG_STR("log-level", "info", CFGF_NONE),
        CFG_STR("log-format", "logfmt", CFGF_NONE),
        CFG_INT("queue-limit", 100000, CFGF_NONE),
        CFG_INT("queue-megabytes", 256, CFGF_NONE),
        CFG_BOOL("history", cfg_false, CFGF_NONE),
        CFG_INT("unreachable-after", 60, CFGF_NONE),
        CFG_SEC("receiver", receiver, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
        CFG_END(),
    };
    static const char *const numbers[] = {
        "queue-limit",      "queue-megabytes",        "unreachable-after",
        "receiver|timeout", "receiver|retry-at-most", "receiver|connect-timeout",
        "receiver|seats"};
    cfg_t *cfg = cfg_init(options, CFGF_NONE);
    (void)cfg_set_error_function(cfg, on_error);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        (void)cfg_set_validate_func(cfg, numbers[i], check_number);
    }
    (void)cfg_set_validate_func(cfg, "log-level", check_word);
    (void)cfg_set_validate_func(cfg, "log-format", check_word);
    (void)cfg_set_validate_func(cfg, "receiver|severity", check_word);
    (void)cfg_set_validate_func(cfg, "receiver|events", check_event);
    (void)cfg_set_validate_func(cfg, "receiver", check_receiver);
    return cfg;
}

int config_load(const char *path, bool with_secrets, struct config **out,
                struct complaint *why)
{
    char *text = config_text_read(path);
    if (text == NULL) {
        return complain(why, CONCLAVE_ENOENT,
                        "cannot read the configuration %s: %s; conclave-alert.conf(5) says "
                        "what it holds, and --config names another",
                        path, strerror(errno));
    }
    reading.path = path;
    reading.why = why;
    why->text[0] = '\0';
    cfg_t *cfg = new_parser();
    int parsed = cfg_parse_buf(cfg, text), error = 0;
    struct config *c = alloc_zero(1, sizeof(*c));
    free(text);
    if (parsed == CFG_SUCCESS) {
        error = take(c, cfg, with_secrets, why);
    } else {
        error = CONCLAVE_EFORMAT;
        if (why->text[0] == '\0') {
            (void)complain(why, error, "%s: cannot be read", path);
        }
    }
    (void)cfg_free(cfg);
    if (error != 0) {
        config_free(c);
        return error;
    }
    *out = c;
    return 0;
}

void config_free(struct config *c)
{
    for (size_t i = 0; c != NULL && i < c->receiver_count; i++) {
        struct config_receiver *r = &c->receivers[i];
        for (size_t k = 0; k < r->key_count; k++) {
            signing_key_free(r->keys[k]);
        }
        words_free(r->command);
        filter_free(&r->filter);
        free(r->url);
        free(r->ca_file);
    }
    if (c != NULL) {
        free(c->receivers);
        free(c->socket);
        free(c->state);
        free(c);
    }
}

const struct config_receiver *config_find(const struct config *c, const char *name)
{
    for (size_t i = 0; i < c->receiver_count; i++) {
        if (strcmp(c->receivers[i].name, name) == 0) {
            return &c->receivers[i];
        }
    }
    return NULL;
}
