/* SPDX-License-Identifier: ISC */
/* What the log says of a disk: once when it is low, once when it is good again, and each
 * commit that took too long. */
#include "conclaved/node.h"

#include "base/log.h"
#include "tap.h"

#include <string.h>

enum { MIB = 1024 * 1024 };

static char told[64]; /* the last line's event, "" when there was none */
static uint64_t number;

static void take(void *context, const struct log_line *l)
{
    (void)context;
    (void)snprintf(told, sizeof(told), "%s", l->event);
    number = l->fields[1].number;
}

static void says(const char *expected, const char *name)
{
    if (!ok(strcmp(told, expected) == 0, "%s", name)) {
        printf("#   got \"%s\"\n", told);
    }
    told[0] = '\0';
}

static void room(struct node *n)
{
    disk_look(n, 200ULL * MIB);
    says("", "a disk with room is no news");
    disk_look(n, DISK_LOW_BYTES);
    says("", "nor with just enough");
    disk_look(n, DISK_LOW_BYTES - 1);
    says("disk.low", "one that is low is told");
    is((int64_t)number, DISK_LOW_BYTES - 1, "with how much is left");
    disk_look(n, 0);
    says("", "once");
    disk_look(n, 2ULL * DISK_LOW_BYTES - 1);
    says("", "it is not good before there is twice as much");
    disk_look(n, 2ULL * DISK_LOW_BYTES);
    says("disk.good", "then it is");
    disk_look(n, 1);
    says("disk.low", "until the next time");
}

static void speed(struct node *n)
{
    disk_synced(n, 1, 199999);
    says("", "a commit within the time is no news");
    disk_synced(n, 2, 200000);
    says("store.slow", "one that takes as long is");
    is((int64_t)number, 200, "with how long");
    disk_synced(n, 2, 200000);
    says("", "but the same one is told once");
    disk_synced(n, 3, 5000000);
    says("store.slow", "and the next");
}

int main(void)
{
    static struct node n;
    static char data[] = "/data";
    static struct config config = {.data = data, .slow_store_ms = 200};
    n.config = &config;
    (void)log_open("/dev/null", LOG_LEVEL_INFO, NULL);
    log_tap_set(take, NULL);
    room(&n);
    speed(&n);
    log_tap_set(NULL, NULL);
    log_close();
    return tap_done();
}
