/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "conclaved/sandbox.h"

#include "base/log.h"

#include <string.h>

static enum sandbox_mode the_mode;

#ifdef HAVE_SECCOMP

#include "conclaved/sandbox_calls.h"

static int prepared; /* 0 or a negative errno */

/* A filter that somebody asked for is needed; one that is there by default is a gift. */
static int without(int error, struct complaint *why)
{
    const char *cure = "seccomp = off in the configuration goes without";
    if (the_mode != SANDBOX_DEFAULT) {
        return complain(why, CONCLAVE_ESTATE,
                        "the filter of system calls cannot be put on: %s; %s",
                        strerror(-error), cure);
    }
    LOG_EVENT(LOG_LEVEL_WARN, "sandbox.missing", LOG_S("error", strerror(-error)),
              LOG_S("cure", cure));
    return 0;
}

bool sandbox_is_built(void)
{
    return true;
}

void sandbox_prepare(enum sandbox_mode mode)
{
    the_mode = mode;
    prepared = mode != SANDBOX_OFF ? sandbox_calls_prepare(mode == SANDBOX_LOG) : 0;
}

int sandbox_enter(struct complaint *why)
{
    if (the_mode == SANDBOX_OFF) {
        return 0;
    }
    int error = prepared != 0 ? prepared : sandbox_calls_load();
    if (error != 0) {
        return without(error, why);
    }
    LOG_EVENT(LOG_LEVEL_INFO, "sandbox.entered",
              LOG_S("mode", the_mode == SANDBOX_LOG ? "log" : "on"));
    return 0;
}

#else

bool sandbox_is_built(void)
{
    return false;
}

void sandbox_prepare(enum sandbox_mode mode)
{
    the_mode = mode;
}

int sandbox_enter(struct complaint *why)
{
    if (the_mode == SANDBOX_ON || the_mode == SANDBOX_LOG) {
        return complain(why, CONCLAVE_ESTATE,
                        "seccomp: this conclaved was built without libseccomp; remove the "
                        "setting, or build it with");
    }
    return 0;
}

#endif
