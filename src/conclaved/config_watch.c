/* SPDX-License-Identifier: ISC */
#include "conclaved/config_watch.h"

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

void config_watch_check(cfg_t *cfg)
{
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
    if (c->phi.down < c->phi.suspect) {
        return complain(why, CONCLAVE_EFORMAT,
                        "%s: phi-down (%g) must be at least phi-suspect (%g)", path,
                        c->phi.down, c->phi.suspect);
    }
    return 0;
}
