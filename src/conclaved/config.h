/* SPDX-License-Identifier: ISC */
/* The daemon's configuration file, conclaved.conf(5), read with libconfuse. */
#ifndef CONCLAVE_CONCLAVED_CONFIG_H
#define CONCLAVE_CONCLAVED_CONFIG_H

#include "base/error.h"
#include "base/log.h"
#include "base/people.h"
#include "conclaved/sandbox.h"
#include "watch/own.h"
#include "watch/phi.h"
#include "watch/primary.h"
#include "watch/traffic.h"

struct config {
    char *path;    /* of the file itself, absolute where that can be found out */
    char *charter; /* paths; relative ones are taken from the file's folder */
    char *key;
    char *data;   /* directory of the store */
    char *socket; /* the control socket */
    char *listen; /* host:port, or NULL: the seat's address in the charter */
    char *log;    /* "stderr", "syslog" or a path */
    enum log_level log_level;
    enum log_form log_form;
    char *read_group; /* NULL: the daemon's own */
    struct people agents, operators;
    uint64_t heartbeat_ms;
    uint64_t dead_peer_ms;
    struct phi_rules phi;
    struct traffic_rules traffic;
    struct own_rules own;
    struct primary_rules primary;
    uint64_t slow_store_ms;       /* a commit to the store that takes as long is told */
    uint32_t envelope_operations; /* of the seat's own, that one signature covers at most */
    enum sandbox_mode seccomp;
    bool recover; /* the seat is to be taken for one that has lost its state */
    bool
        allow_bench; /* the method bench.submit may load the council with void operations */
};

/* 0, or an error whose complaint names file and line. */
int config_load(const char *path, struct config **out, struct complaint *why);
void config_free(struct config *c);

#endif
