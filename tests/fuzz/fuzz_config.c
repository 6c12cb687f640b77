/* SPDX-License-Identifier: ISC */
/* A configuration is refused with its file named, or keeps what conclaved.conf(5) says. */
#include "place.h"

#include "base/text.h"
#include "conclaved/config.h"
#include "fuzz.h"
#include "net/address.h"

#include <assert.h>
#include <string.h>

static void check_path(const char *path)
{
    assert(path != NULL && path[0] == '/'); /* the file's own is absolute */
}

static void check(const struct config *c)
{
    struct address a;
    check_path(c->charter);
    check_path(c->key);
    check_path(c->data);
    check_path(c->socket);
    assert(strcmp(c->log, "stderr") == 0 || strcmp(c->log, "syslog") == 0 ||
           c->log[0] == '/');
    assert(c->log_level >= LOG_LEVEL_DEBUG && c->log_level <= LOG_LEVEL_ERROR);
    assert(c->listen == NULL || address_parse(c->listen, &a, NULL) == 0);
    assert(c->heartbeat_ms >= 10 && c->heartbeat_ms <= 3600000);
    assert(c->dead_peer_ms >= 2 * c->heartbeat_ms && c->dead_peer_ms <= 3600000);
    assert(c->phi.suspect > 0 && c->phi.suspect <= c->phi.down && c->phi.down <= PHI_MOST);
    assert(c->traffic.flood_seconds <= RECENT_SLOTS && c->own.slow_evaluator <= 100);
    assert(c->primary.slow_primary == 0 || c->primary.slow_primary > 100);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char *path;
    if (path == NULL) {
        path = alloc_printf("%s/conclaved.conf", place());
    }
    place_write(path, slice_of(data, size));
    struct complaint why = {""};
    struct config *c = NULL;
    int error = config_load(path, &c, &why);
    assert((error == 0) == (c != NULL));
    if (error == 0) {
        check(c);
    } else {
        assert(strstr(why.text, path) != NULL);
    }
    config_free(c);
    return 0;
}
