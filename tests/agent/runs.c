/* SPDX-License-Identifier: ISC */
#include "runs.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static void on_done(void *context, const struct run_result *r)
{
    struct outcome *o = context;
    o->end = r->end;
    o->code = r->code;
    o->took_ms = r->took_ms;
    (void)snprintf(o->output, sizeof(o->output), "%.*s", (int)r->output.size,
                   (const char *)r->output.data);
    (void)snprintf(o->said, sizeof(o->said), "%.*s", (int)r->said.size,
                   (const char *)r->said.data);
    ev_break(ev_default_loop(0), EVBREAK_ALL);
}

struct outcome run_once(char *const *words, const struct run_limits *limits)
{
    struct outcome o = {.end = RUN_LOST};
    struct run *run;
    struct complaint why = {""};
    (void)signal(SIGPIPE, SIG_IGN); /* a program may end without reading its question */
    if (run_start(ev_default_loop(0), words, slice_of_string("{}\n"), limits, on_done, &o,
                  &run, &why) != 0) {
        (void)snprintf(o.said, sizeof(o.said), "%s", why.text);
        return o;
    }
    ev_run(ev_default_loop(0), 0);
    return o;
}

struct outcome run_script(const char *script, const char *one, const char *two,
                          const struct run_limits *limits)
{
    char shell[] = "/bin/sh", option[] = "-c", name[] = "sh";
    char *words[] = {shell, option, (char *)script, name, (char *)one, (char *)two, NULL};
    return run_once(words, limits);
}
