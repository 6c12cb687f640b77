/* SPDX-License-Identifier: ISC */
#include "ui/loop.h"
#include "ui/once.h"

#include "control/control.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Everything that the program has, in the order in which it comes to be. */
struct program {
    struct options options;
    struct settings settings;
    struct complaint bad_settings; /* told once the screen is there */
    struct console_options console;
    const char *sockets[COUNCILS_MAX];
    size_t count;
    char *found; /* a socket that nobody named */
    struct player *player;
    struct playback playback;
    struct world world;
};

static enum exit_status fail(const struct complaint *why)
{
    options_complain("%s", why->text);
    return EXIT_FAILED;
}

/* --- what the operator wants --- */

static enum exit_status read_settings(struct program *p)
{
    const char *given = p->options.config;
    char *own = given == NULL ? settings_path() : NULL;
    const char *path = given != NULL ? given : own;
    settings_defaults(&p->settings);
    int error = path != NULL ? settings_load(path, &p->settings, &p->bad_settings) : 0;
    free(own);
    if (error == CONCLAVE_ENOENT && given == NULL) {
        p->bad_settings.text[0] = '\0';
    }
    return error == CONCLAVE_ENOENT && given != NULL ? fail(&p->bad_settings) : EXIT_GO_ON;
}

static bool has_theme(const struct settings *s, const char *name)
{
    return theme_find(name) != NULL || strcmp(name, s->custom.name) == 0;
}

/* Options come before the environment, and that before the settings. */
static enum exit_status choose(struct program *p)
{
    const struct options *o = &p->options;
    const struct settings *s = &p->settings;
    const char *no_color = getenv("NO_COLOR");
    struct console_options *c = &p->console;
    if (o->theme != NULL && (o->theme[0] == '\0' || !has_theme(s, o->theme))) {
        options_complain(
            "there is no theme \"%s\": default, light, contrast, mono, or custom "
            "when the settings make it",
            o->theme);
        return EXIT_MISUSE;
    }
    console_options_defaults(c);
    c->ascii = o->ascii || s->ascii;
    c->readonly = o->readonly;
    c->clock = s->clock && !o->no_clock;
    c->mouse = s->mouse && !o->no_mouse;
    c->replay = o->replay != NULL;
    c->custom = s->custom;
    c->keymap = s->keymap;
    c->theme = o->mono                                   ? "mono"
               : o->theme != NULL                        ? o->theme
               : no_color != NULL && no_color[0] != '\0' ? "mono"
                                                         : s->theme;
    return EXIT_GO_ON;
}

/* --- where it comes from --- */

static enum exit_status find_nodes(struct program *p)
{
    struct complaint why = {""};
    if (p->options.replay != NULL) {
        if (player_open(p->options.replay, &p->player, &why) != 0) {
            return fail(&why);
        }
        unsigned sockets = player_sockets(p->player);
        p->count = sockets < 1 ? 1 : sockets < COUNCILS_MAX ? sockets : COUNCILS_MAX;
        for (size_t i = 0; i < p->count; i++) {
            p->sockets[i] = p->options.replay;
        }
        return EXIT_GO_ON;
    }
    p->count = p->options.socket_count;
    memcpy(p->sockets, p->options.sockets, sizeof(p->sockets));
    if (p->count == 0) {
        p->found = control_find_socket(NULL, &why);
        if (p->found == NULL) {
            return fail(&why);
        }
        p->sockets[p->count++] = p->found;
    }
    return EXIT_GO_ON;
}

static enum exit_status connect_all(struct program *p)
{
    struct complaint why = {""};
    struct world *w = &p->world;
    w->options = &p->options;
    w->settings = &p->settings;
    w->console = console_new(&p->console, p->count, p->sockets);
    w->links.console = w->console;
    if (p->options.has_view) {
        console_show(w->console, p->options.view);
    }
    if (p->options.alike) {
        console_alike(w->console, true);
    }
    if (p->player != NULL) {
        playback_begin(&p->playback, p->player, w->console, p->options.speed);
        w->playback = &p->playback;
        return EXIT_GO_ON;
    }
    if (p->options.record != NULL &&
        recorder_open(p->options.record, &w->links.recorder, &why) != 0) {
        return fail(&why);
    }
    for (size_t i = 0; i < p->count; i++) {
        links_add(&w->links, p->sockets[i]);
    }
    return EXIT_GO_ON;
}

/* --- running --- */

static enum exit_status look_on(struct program *p)
{
    struct complaint why = {""};
    struct world *w = &p->world;
    int signals = loop_signals();
    if (terminal_open(p->console.mouse, &w->terminal, &why) != 0) {
        return fail(&why);
    }
    w->ascii = !terminal_is_utf8(w->terminal);
    if (p->bad_settings.text[0] != '\0') {
        console_say(w->console, false, world_now_ms(w), "%s", p->bad_settings.text);
    }
    enum exit_status status = loop_run(w, signals);
    terminal_close(w->terminal);
    (void)close(signals);
    return status;
}

static enum exit_status run(struct program *p)
{
    enum exit_status status = read_settings(p);
    status = status == EXIT_GO_ON ? choose(p) : status;
    status = status == EXIT_GO_ON ? find_nodes(p) : status;
    if (status != EXIT_GO_ON) {
        return status;
    }
    if (p->options.plain) {
        return plain_run(p->sockets, p->count, p->player);
    }
    status = connect_all(p);
    if (status != EXIT_GO_ON) {
        return status;
    }
    if (p->options.once && p->bad_settings.text[0] != '\0') {
        options_complain("%s", p->bad_settings.text);
    }
    return p->options.once ? once_run(&p->world) : look_on(p);
}

static enum exit_status finish(struct program *p, enum exit_status status)
{
    struct recorder *r = p->world.links.recorder;
    if (r != NULL && recorder_close(r) != 0) {
        options_complain("the recording %s is not whole: is the disk full?",
                         p->options.record);
        status = EXIT_FAILED;
    }
    links_free(&p->world.links);
    console_free(p->world.console);
    if (p->player != NULL) {
        player_close(p->player);
    }
    settings_free(&p->settings);
    free(p->found);
    return status;
}

int main(int argc, char **argv)
{
    static struct program p;
    enum exit_status status = options_parse(&p.options, argc, argv);
    if (status != EXIT_GO_ON) {
        return (int)status;
    }
    /* Only how characters are spelt. A pipe gets UTF-8 whatever the locale, a terminal what
     * it understands. */
    bool piped = p.options.once || p.options.plain;
    if (setlocale(LC_CTYPE, piped ? "C.UTF-8" : "") == NULL) {
        (void)setlocale(LC_CTYPE, piped ? "" : "C.UTF-8");
    }
    control_library_init();
    return (int)finish(&p, run(&p));
}
