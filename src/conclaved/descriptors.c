/* SPDX-License-Identifier: ISC */
#include "conclaved/descriptors.h"

#include "base/log.h"
#include "wire/limits.h"

#include <sys/resource.h>

enum {
    OWN = 48,          /* store, log, loop, listeners, name servers, standard ones, spare */
    A_SEAT = 2,        /* two connections where both ends began one */
    STRANGERS = 64,    /* and eight for each seat; */
    STRANGERS_MIN = 16 /* or and two */
};
static const char cure[] =
    "raise the limit of open files: LimitNOFILE= of the unit, or ulimit -n";

int descriptors_share(uint64_t limit, uint16_t seats, struct descriptors *out,
                      struct complaint *why)
{
    unsigned council = OWN + A_SEAT * seats;
    unsigned strangers = STRANGERS + 8U * seats, strangers_min = STRANGERS_MIN + 2U * seats;
    uint64_t least = council + strangers_min + DESCRIPTORS_CLIENTS_MIN;
    *out = (struct descriptors){limit, council + strangers + DESCRIPTORS_CLIENTS,
                                DESCRIPTORS_CLIENTS, strangers};
    if (limit < least) {
        return complain(why, CONCLAVE_ELIMIT,
                        "this process may open %llu files, the node of a council of %u "
                        "needs %llu at least and should have %llu: %s",
                        (unsigned long long)limit, (unsigned)seats,
                        (unsigned long long)least, (unsigned long long)out->needed, cure);
    }
    if (limit < out->needed) {
        /* Halves of what is left, as far as each has use for it. */
        unsigned left = (unsigned)(limit - least);
        unsigned clients = DESCRIPTORS_CLIENTS_MIN + left / 2;
        out->clients = clients < DESCRIPTORS_CLIENTS ? clients : DESCRIPTORS_CLIENTS;
        out->strangers = (unsigned)(limit - council) - out->clients;
        if (out->strangers > strangers) {
            out->clients += out->strangers - strangers;
            out->strangers = strangers;
        }
    }
    return 0;
}

/* Raises the soft limit to what is wanted, where the hard one lets it. */
static int raise_limit(uint64_t needed, uint64_t *limit, struct complaint *why)
{
    struct rlimit files = {0, 0};
    if (getrlimit(RLIMIT_NOFILE, &files) != 0) {
        return complain(why, CONCLAVE_EIO, "the limit of open files cannot be read");
    }
    if (files.rlim_cur < needed && files.rlim_cur < files.rlim_max) {
        struct rlimit raised = files;
        raised.rlim_cur = files.rlim_max < needed ? files.rlim_max : (rlim_t)needed;
        if (setrlimit(RLIMIT_NOFILE, &raised) == 0) {
            files = raised;
        }
    }
    *limit = files.rlim_cur != RLIM_INFINITY ? files.rlim_cur : UINT64_MAX;
    return 0;
}

static int reserve(uint16_t seats, struct descriptors *out, struct complaint *why)
{
    struct descriptors wanted;
    uint64_t limit = 0;
    (void)descriptors_share(UINT64_MAX, seats, &wanted, NULL);
    int error = raise_limit(wanted.needed, &limit, why);
    return error != 0 ? error : descriptors_share(limit, seats, out, why);
}

int descriptors_begin(struct complaint *why)
{
    struct descriptors least = {0};
    int error = reserve(SEATS_MIN, &least, why);
    return error != 0 && least.limit >= OWN ? 0 : error;
}

int descriptors_reserve(uint16_t seats, struct descriptors *out, struct complaint *why)
{
    int error = reserve(seats, out, why);
    if (error == 0 && out->limit < out->needed) {
        LOG_EVENT(LOG_LEVEL_WARN, "node.descriptors", LOG_N("files", out->limit),
                  LOG_N("needed", out->needed), LOG_N("clients", out->clients),
                  LOG_N("strangers", out->strangers), LOG_S("cure", cure));
    }
    return error;
}
