/* SPDX-License-Identifier: ISC */
#include "conclaved/config_watch.h"

enum { COUNT_MOST = 1000000, SECOND_MS = 1000, PERCENT_MOST = 100 };

enum { PRIMARY_PERCENT_LEAST = 110, PRIMARY_PERCENT_MOST = 10000 };

static const double phi_least = 0.1;

static int check_phi(cfg_t *cfg, cfg_opt_t *opt)
{
    double value = cfg_opt_getnfloat(opt, cfg_opt_size(opt) - 1);
    if (!(value >= phi_least && value <= PHI_MOST)) {
        cfg_error(cfg, "%s must be between %.1f and %d", opt->name, phi_least, PHI_MOST);
        return -1;
    }
    return 0;
}

static int check_pause(cfg_t *cfg, cfg_opt_t *opt)
{
    long value = cfg_opt_getnint(opt, cfg_opt_size(opt) - 1);
    if (value < 0 || value > 3600000) {
        cfg_error(cfg, "%s must be between 0 and 3600000 milliseconds", opt->name);
        return -1;
    }
    return 0;
}

static int check_within(cfg_t *cfg, cfg_opt_t *opt, long most)
{
    long value = cfg_opt_getnint(opt, cfg_opt_size(opt) - 1);
    if (value < 0 || value > most) {
        cfg_error(cfg, "%s must be between 0 and %ld", opt->name, most);
        return -1;
    }
    return 0;
}

static int check_slots(cfg_t *cfg, cfg_opt_t *opt)
{
    return check_within(cfg, opt, RECENT_SLOTS);
}

static int check_count(cfg_t *cfg, cfg_opt_t *opt)
{
    return check_within(cfg, opt, COUNT_MOST);
}

static int check_percent(cfg_t *cfg, cfg_opt_t *opt)
{
    return check_within(cfg, opt, PERCENT_MOST);
}

static int check_primary(cfg_t *cfg, cfg_opt_t *opt)
{
    long value = cfg_opt_getnint(opt, cfg_opt_size(opt) - 1);
    if (value != 0 && (value < PRIMARY_PERCENT_LEAST || value > PRIMARY_PERCENT_MOST)) {
        cfg_error(cfg, "%s must be 0, or between %d and %d", opt->name,
                  PRIMARY_PERCENT_LEAST, PRIMARY_PERCENT_MOST);
        return -1;
    }
    return 0;
}

void config_watch_check(cfg_t *cfg)
{
    static const char *const counts[] = {"bad-frames", "bad-signatures", "reconnects"};
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        (void)cfg_set_validate_func(cfg, counts[i], check_count);
    }
    (void)cfg_set_validate_func(cfg, "flood-seconds", check_slots);
    (void)cfg_set_validate_func(cfg, "slow-evaluator", check_percent);
    (void)cfg_set_validate_func(cfg, "slow-primary", check_primary);
    (void)cfg_set_validate_func(cfg, "phi-suspect", check_phi);
    (void)cfg_set_validate_func(cfg, "phi-down", check_phi);
    (void)cfg_set_validate_func(cfg, "phi-pause-ms", check_pause);
}

int config_watch_fill(struct config *c, cfg_t *cfg, const char *path, struct complaint *why)
{
    c->phi = (struct phi_rules){.interval_ms = c->heartbeat_ms,
                                .pause_ms = (uint64_t)cfg_getint(cfg, "phi-pause-ms"),
                                .dead_ms = c->dead_peer_ms,
                                .suspect = cfg_getfloat(cfg, "phi-suspect"),
                                .down = cfg_getfloat(cfg, "phi-down")};
    c->traffic = (struct traffic_rules){
        .flood_seconds = (unsigned)cfg_getint(cfg, "flood-seconds"),
        .bad_frames = (unsigned)cfg_getint(cfg, "bad-frames"),
        .bad_signatures = (unsigned)cfg_getint(cfg, "bad-signatures"),
        .reconnects = (unsigned)cfg_getint(cfg, "reconnects"),
        .together_ms = c->dead_peer_ms,
        .slot_ms = c->heartbeat_ms > SECOND_MS ? c->heartbeat_ms : SECOND_MS};
    c->own =
        (struct own_rules){.slow_store_ms = c->slow_store_ms,
                           .slow_evaluator = (unsigned)cfg_getint(cfg, "slow-evaluator")};
    c->primary.slow_primary = (unsigned)cfg_getint(cfg, "slow-primary");
    if (c->phi.down < c->phi.suspect) {
        return complain(why, CONCLAVE_EFORMAT,
                        "%s: phi-down (%g) must be at least phi-suspect (%g)", path,
                        c->phi.down, c->phi.suspect);
    }
    return 0;
}
