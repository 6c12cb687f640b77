/* SPDX-License-Identifier: ISC */
#include "ui/settings.h"

#include "base/alloc.h"
#include "base/bytes.h"
#include "base/config_text.h"

#include <confuse.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CUSTOM "custom"

/* libconfuse calls back without a context. */
static struct {
    const char *path;
    struct settings *settings;
    struct complaint *why;
    struct buffer roles;
} reading;

void settings_defaults(struct settings *s)
{
    memset(s, 0, sizeof(*s));
    s->clock = true;
    s->mouse = true;
    (void)snprintf(s->theme, sizeof(s->theme), "%s", theme_at(0)->name);
    (void)snprintf(s->base, sizeof(s->base), "%s", theme_at(0)->name);
    keymap_defaults(&s->keymap);
}

void settings_free(struct settings *s)
{
    free(s->roles);
    s->roles = NULL;
}

char *settings_path(void)
{
    const char *config = getenv("XDG_CONFIG_HOME");
    const char *home = getenv("HOME");
    if (config != NULL && config[0] == '/') {
        return alloc_printf("%s/conclave/console.conf", config);
    }
    return home != NULL && home[0] == '/'
               ? alloc_printf("%s/.config/conclave/console.conf", home)
               : NULL;
}

/* --- reading --- */

static void on_error(cfg_t *cfg, const char *format, va_list args)
{
    char text[256];
    (void)vsnprintf(text, sizeof(text), format, args);
    if (reading.why->text[0] == '\0') {
        (void)complain(reading.why, CONCLAVE_EFORMAT, "%s:%d: %s", reading.path,
                       cfg != NULL ? cfg->line : 0, text);
    }
}

static const char *newest(cfg_opt_t *opt)
{
    return cfg_opt_getnstr(opt, cfg_opt_size(opt) - 1);
}

static int check_key(cfg_t *cfg, cfg_opt_t *opt)
{
    struct complaint why = {""};
    if (keymap_set(&reading.settings->keymap, cfg_title(cfg), newest(opt), &why) != 0) {
        cfg_error(cfg, "%s", why.text);
        return -1;
    }
    return 0;
}

static void keep_role(const char *role, const char *words)
{
    buffer_append_slice(&reading.roles, slice_of_string("role "));
    buffer_append_slice(&reading.roles, slice_of_string(role));
    buffer_append_slice(&reading.roles, slice_of_string(" { style = \""));
    buffer_append_slice(&reading.roles,
                        slice_of_string(words)); /* names and numbers alone */
    buffer_append_slice(&reading.roles, slice_of_string("\" }\n"));
}

static int check_role(cfg_t *cfg, cfg_opt_t *opt)
{
    struct complaint why = {""};
    if (theme_set(&reading.settings->custom, cfg_title(cfg), newest(opt), &why) != 0) {
        cfg_error(cfg, "%s", why.text);
        return -1;
    }
    keep_role(cfg_title(cfg), newest(opt));
    return 0;
}

static void start_custom(struct settings *s, const struct theme *base)
{
    s->custom = *base;
    (void)snprintf(s->custom.name, sizeof(s->custom.name), CUSTOM);
    (void)snprintf(s->base, sizeof(s->base), "%s", base->name);
}

static int check_base(cfg_t *cfg, cfg_opt_t *opt)
{
    const struct theme *base = theme_find(newest(opt));
    if (base == NULL || reading.roles.size > 0) {
        cfg_error(cfg,
                  base == NULL ? "there is no theme \"%s\" to begin with"
                               : "base = \"%s\" must come before the roles",
                  newest(opt));
        return -1;
    }
    start_custom(reading.settings, base);
    return 0;
}

static int check_theme(cfg_t *cfg, cfg_opt_t *opt)
{
    const char *name = newest(opt);
    if (strcmp(name, CUSTOM) != 0 && theme_find(name) == NULL) {
        cfg_error(
            cfg, "there is no theme \"%s\": write default, light, contrast, mono or custom",
            name);
        return -1;
    }
    return 0;
}

static void fill(struct settings *s, cfg_t *cfg)
{
    bool roles = reading.roles.size > 0;
    const char *theme = cfg_getstr(cfg, "theme");
    s->clock = cfg_getbool(cfg, "clock");
    s->mouse = cfg_getbool(cfg, "mouse");
    s->ascii = cfg_getbool(cfg, "ascii");
    (void)snprintf(s->theme, sizeof(s->theme), "%s",
                   theme != NULL ? theme
                   : roles       ? CUSTOM
                                 : theme_at(0)->name);
    if (roles) {
        buffer_append(&reading.roles, "", 1);
        s->roles = alloc_string((const char *)reading.roles.data);
    }
}

static int parse(const char *text)
{
    cfg_opt_t key[] = {CFG_STR("keys", "", CFGF_NONE), CFG_END()};
    cfg_opt_t role[] = {CFG_STR("style", "", CFGF_NONE), CFG_END()};
    cfg_opt_t options[] = {
        CFG_BOOL("clock", cfg_true, CFGF_NONE),
        CFG_BOOL("mouse", cfg_true, CFGF_NONE),
        CFG_BOOL("ascii", cfg_false, CFGF_NONE),
        CFG_STR("theme", NULL, CFGF_NODEFAULT),
        CFG_STR("base", NULL, CFGF_NODEFAULT),
        CFG_SEC("key", key, CFGF_MULTI | CFGF_TITLE),
        CFG_SEC("role", role, CFGF_MULTI | CFGF_TITLE),
        CFG_END(),
    };
    cfg_t *cfg = cfg_init(options, CFGF_NONE);
    (void)cfg_set_error_function(cfg, on_error);
    (void)cfg_set_validate_func(cfg, "theme", check_theme);
    (void)cfg_set_validate_func(cfg, "base", check_base);
    (void)cfg_set_validate_func(cfg, "key|keys", check_key);
    (void)cfg_set_validate_func(cfg, "role|style", check_role);
    int error = cfg_parse_buf(cfg, text) == CFG_SUCCESS ? 0 : CONCLAVE_EFORMAT;
    if (error == 0) {
        fill(reading.settings, cfg);
    } else if (reading.why->text[0] == '\0') {
        (void)complain(reading.why, error, "%s: cannot be read", reading.path);
    }
    (void)cfg_free(cfg);
    return error;
}

int settings_load(const char *path, struct settings *s, struct complaint *why)
{
    settings_defaults(s);
    char *text = config_text_read(path);
    if (text == NULL) {
        return complain(
            why, errno == ENOENT || errno == ENOTDIR ? CONCLAVE_ENOENT : CONCLAVE_EIO,
            "cannot read the settings %s: %s", path, strerror(errno));
    }
    start_custom(s, theme_at(0));
    reading.path = path;
    reading.settings = s;
    reading.why = why;
    why->text[0] = '\0';
    int error = parse(text);
    buffer_free(&reading.roles);
    free(text);
    if (error != 0) {
        settings_free(s);
        settings_defaults(s);
    }
    return error;
}
