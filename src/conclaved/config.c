/* SPDX-License-Identifier: ISC */
#include "conclaved/config.h"

#include "base/alloc.h"
#include "base/config_text.h"
#include "conclaved/config_watch.h"
#include "net/address.h"

#include <confuse.h>
#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* libconfuse reports errors through a callback without a context. */
static struct complaint *the_complaint;
static const char *the_path;

static void on_error(cfg_t *cfg, const char *format, va_list args)
{
    if (the_complaint != NULL) {
        config_text_complain(the_complaint, the_path, cfg != NULL ? cfg->line : 0,
                             "conclaved.conf(5)", format, args);
    }
}

/* --- the values --- */

static int check_range(cfg_t *cfg, cfg_opt_t *opt)
{
    long value = cfg_opt_getnint(opt, cfg_opt_size(opt) - 1);
    if (value < 10 || value > 3600000) {
        cfg_error(cfg, "%s must be between 10 and 3600000 milliseconds", opt->name);
        return -1;
    }
    return 0;
}

static int check_slow(cfg_t *cfg, cfg_opt_t *opt)
{
    long value = cfg_opt_getnint(opt, cfg_opt_size(opt) - 1);
    if (value < 0 || value > 3600000) {
        cfg_error(cfg, "%s must be between 0 and 3600000 milliseconds", opt->name);
        return -1;
    }
    return 0;
}

static int check_envelope(cfg_t *cfg, cfg_opt_t *opt)
{
    long value = cfg_opt_getnint(opt, cfg_opt_size(opt) - 1);
    if (value < 1 || value > ENVELOPE_OPERATIONS_MAX) {
        cfg_error(cfg, "%s must be between 1 and %d", opt->name, ENVELOPE_OPERATIONS_MAX);
        return -1;
    }
    return 0;
}

static int check_level(cfg_t *cfg, cfg_opt_t *opt)
{
    const char *word = cfg_opt_getnstr(opt, cfg_opt_size(opt) - 1);
    if (log_level_parse(word) < 0) {
        cfg_error(cfg, "log-level must be debug, info, warn or error, not \"%s\"", word);
        return -1;
    }
    return 0;
}

/* -1 for a word that is none. */
static int seccomp_mode(const char *word)
{
    static const char *const words[] = {
        [SANDBOX_ON] = "on", [SANDBOX_LOG] = "log", [SANDBOX_OFF] = "off"};
    for (int i = SANDBOX_ON; i <= SANDBOX_OFF; i++) {
        if (strcmp(word, words[i]) == 0) {
            return i;
        }
    }
    return -1;
}

static int check_seccomp(cfg_t *cfg, cfg_opt_t *opt)
{
    const char *word = cfg_opt_getnstr(opt, cfg_opt_size(opt) - 1);
    if (seccomp_mode(word) < 0) {
        cfg_error(cfg, "seccomp must be on, off or log, not \"%s\"", word);
        return -1;
    }
    return 0;
}

static int check_form(cfg_t *cfg, cfg_opt_t *opt)
{
    const char *word = cfg_opt_getnstr(opt, cfg_opt_size(opt) - 1);
    if (log_form_parse(word) < 0) {
        cfg_error(cfg, "log-format must be logfmt or json, not \"%s\"", word);
        return -1;
    }
    return 0;
}

static int check_listen(cfg_t *cfg, cfg_opt_t *opt)
{
    struct address address;
    struct complaint why = {""};
    const char *text = cfg_opt_getnstr(opt, cfg_opt_size(opt) - 1);
    if (address_parse(text, &address, &why) != 0) {
        cfg_error(cfg, "listen: %s", why.text);
        return -1;
    }
    return 0;
}

static int check_people(cfg_t *cfg, cfg_opt_t *opt)
{
    struct people found = {0};
    const char *word = cfg_opt_getnstr(opt, cfg_opt_size(opt) - 1);
    int error = people_add(&found, word);
    bool is_group = word[0] == PEOPLE_GROUP_MARK;
    people_free(&found);
    if (error != 0) {
        cfg_error(cfg, "%s: there is no %s \"%s\": correct it, or make it with %s",
                  opt->name, is_group ? "group" : "user", word + is_group,
                  is_group ? "groupadd" : "useradd");
        return -1;
    }
    return 0;
}

static void fill_people(struct people *p, cfg_t *cfg, const char *name)
{
    for (unsigned i = 0; i < cfg_size(cfg, name); i++) {
        (void)people_add(p, cfg_getnstr(cfg, name, i)); /* checked while parsing */
    }
}

static int fill(struct config *c, cfg_t *cfg, const char *path, struct complaint *why)
{
    static const char *const required[] = {"charter", "key", "data", "socket"};
    for (size_t i = 0; i < sizeof(required) / sizeof(required[0]); i++) {
        if (cfg_getstr(cfg, required[i]) == NULL) {
            return complain(why, CONCLAVE_EFORMAT,
                            "%s: \"%s\" is missing: add %s = \"PATH\"", path, required[i],
                            required[i]);
        }
    }
    char *copy = alloc_string(path);
    const char *folder = dirname(copy);
    const char *log = cfg_getstr(cfg, "log");
    bool is_word = strcmp(log, "stderr") == 0 || strcmp(log, "syslog") == 0;
    char *whole = realpath(path, NULL);
    c->path = whole != NULL ? whole : alloc_string(path);
    c->charter = config_text_path(folder, cfg_getstr(cfg, "charter"));
    c->key = config_text_path(folder, cfg_getstr(cfg, "key"));
    c->data = config_text_path(folder, cfg_getstr(cfg, "data"));
    c->socket = config_text_path(folder, cfg_getstr(cfg, "socket"));
    c->log = is_word ? alloc_string(log) : config_text_path(folder, log);
    c->log_level = (enum log_level)log_level_parse(cfg_getstr(cfg, "log-level"));
    c->log_form = (enum log_form)log_form_parse(cfg_getstr(cfg, "log-format"));
    if (cfg_getstr(cfg, "listen") != NULL) {
        c->listen = alloc_string(cfg_getstr(cfg, "listen"));
    }
    if (cfg_getstr(cfg, "read-group") != NULL) {
        c->read_group = alloc_string(cfg_getstr(cfg, "read-group"));
    }
    fill_people(&c->agents, cfg, "agents");
    fill_people(&c->operators, cfg, "operators");
    c->heartbeat_ms = (uint64_t)cfg_getint(cfg, "heartbeat-ms");
    c->dead_peer_ms = (uint64_t)cfg_getint(cfg, "dead-peer-ms");
    if (cfg_getstr(cfg, "seccomp") != NULL) {
        c->seccomp = (enum sandbox_mode)seccomp_mode(cfg_getstr(cfg, "seccomp"));
    }
    c->envelope_operations = (uint32_t)cfg_getint(cfg, "envelope-operations");
    c->slow_store_ms = (uint64_t)cfg_getint(cfg, "slow-store-ms");
    c->recover = cfg_getbool(cfg, "recover");
    c->allow_bench = cfg_getbool(cfg, "allow-bench");
    free(copy);
    if (c->dead_peer_ms < 2 * c->heartbeat_ms) {
        return complain(
            why, CONCLAVE_EFORMAT,
            "%s: dead-peer-ms (%llu) must be at least twice heartbeat-ms (%llu)", path,
            (unsigned long long)c->dead_peer_ms, (unsigned long long)c->heartbeat_ms);
    }
    return config_watch_fill(c, cfg, path, why);
}

int config_load(const char *path, struct config **out, struct complaint *why)
{
    /* libconfuse takes the default of a list as a mutable string. */
    static char no_one[] = "{}";
    cfg_opt_t options[] = {
        CFG_STR("charter", NULL, CFGF_NODEFAULT),
        CFG_STR("key", NULL, CFGF_NODEFAULT),
        CFG_STR("data", NULL, CFGF_NODEFAULT),
        CFG_STR("socket", NULL, CFGF_NODEFAULT),
        CFG_STR("listen", NULL, CFGF_NODEFAULT),
        CFG_STR("log", "stderr", CFGF_NONE),
        CFG_STR("log-level", "info", CFGF_NONE),
        CFG_STR("log-format", "logfmt", CFGF_NONE),
        CFG_STR("read-group", NULL, CFGF_NODEFAULT),
        CFG_STR_LIST("agents", no_one, CFGF_NONE),
        CFG_STR_LIST("operators", no_one, CFGF_NONE),
        CFG_INT("heartbeat-ms", 1000, CFGF_NONE),
        CFG_INT("dead-peer-ms", 10000, CFGF_NONE),
        CFG_FLOAT("phi-suspect", 3, CFGF_NONE),
        CFG_FLOAT("phi-down", 12, CFGF_NONE),
        CFG_INT("phi-pause-ms", 3000, CFGF_NONE),
        CFG_INT("flood-seconds", 5, CFGF_NONE),
        CFG_INT("bad-frames", 3, CFGF_NONE),
        CFG_INT("bad-signatures", 1, CFGF_NONE),
        CFG_INT("reconnects", 6, CFGF_NONE),
        CFG_INT("slow-evaluator", 50, CFGF_NONE),
        CFG_INT("slow-primary", 200, CFGF_NONE),
        CFG_STR("seccomp", NULL, CFGF_NODEFAULT),
        CFG_INT("slow-store-ms", 200, CFGF_NONE),
        CFG_INT("envelope-operations", ENVELOPE_OPERATIONS_MAX, CFGF_NONE),
        CFG_BOOL("recover", cfg_false, CFGF_NONE),
        CFG_BOOL("allow-bench", cfg_false, CFGF_NONE),
        CFG_END(),
    };
    struct complaint local = {""};
    the_complaint = why != NULL ? why : &local;
    the_complaint->text[0] = '\0';
    the_path = path;
    char *text = config_text_read(path);
    if (text == NULL) {
        return complain(why, CONCLAVE_ENOENT,
                        "cannot read the configuration %s: %s; conclave init or "
                        "conclave-setup writes one",
                        path, strerror(errno));
    }
    cfg_t *cfg = cfg_init(options, CFGF_NONE);
    (void)cfg_set_error_function(cfg, on_error);
    (void)cfg_set_validate_func(cfg, "log-level", check_level);
    (void)cfg_set_validate_func(cfg, "log-format", check_form);
    (void)cfg_set_validate_func(cfg, "listen", check_listen);
    (void)cfg_set_validate_func(cfg, "seccomp", check_seccomp);
    (void)cfg_set_validate_func(cfg, "heartbeat-ms", check_range);
    (void)cfg_set_validate_func(cfg, "dead-peer-ms", check_range);
    (void)cfg_set_validate_func(cfg, "slow-store-ms", check_slow);
    (void)cfg_set_validate_func(cfg, "envelope-operations", check_envelope);
    config_watch_check(cfg);
    (void)cfg_set_validate_func(cfg, "agents", check_people);
    (void)cfg_set_validate_func(cfg, "operators", check_people);
    int parsed = cfg_parse_buf(cfg, text);
    free(text);
    int error = 0;
    struct config *c = alloc_zero(1, sizeof(*c));
    if (parsed != CFG_SUCCESS) {
        error = CONCLAVE_EFORMAT;
        if (the_complaint->text[0] == '\0') {
            (void)complain(the_complaint, error, "%s: cannot be read", path);
        }
    } else {
        error = fill(c, cfg, path, why);
    }
    the_complaint = NULL;
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
    if (c == NULL) {
        return;
    }
    free(c->path);
    free(c->charter);
    free(c->key);
    free(c->data);
    free(c->socket);
    free(c->listen);
    free(c->log);
    free(c->read_group);
    people_free(&c->agents);
    people_free(&c->operators);
    free(c);
}
