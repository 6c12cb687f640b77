/* SPDX-License-Identifier: ISC */
#include "base/notify.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TEXT_BYTES = 256, MANY = 10000 };

static int listen_at(const struct sockaddr_un *address, socklen_t size)
{
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    return fd >= 0 && bind(fd, (const struct sockaddr *)address, size) == 0 ? fd : -1;
}

static bool hears(int fd, const char *expected)
{
    char text[TEXT_BYTES] = "";
    ssize_t size = recv(fd, text, sizeof(text) - 1, 0);
    if (size < 0 || strcmp(text, expected) != 0) {
        printf("#   heard \"%s\"\n", text);
        return false;
    }
    return true;
}

static void paths(void)
{
    char folder[] = "/tmp/notify-XXXXXX";
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct notify n;
    ok(mkdtemp(folder) != NULL, "a folder");
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket", folder);
    int fd = listen_at(&address, sizeof(address));
    ok(fd >= 0, "a manager at a path");
    is(notify_open(&n, address.sun_path, NULL), 0, "is found");
    is(notify_send(&n, "READY=1\nSTATUS=seat 1"), 0, "it is told,");
    ok(hears(fd, "READY=1\nSTATUS=seat 1"), "and hears");
    int error = 0, told = 0;
    for (; told < MANY && error == 0; told++) {
        error = notify_send(&n, "WATCHDOG=1");
    }
    is(error, CONCLAVE_EAGAIN, "one that does not read is not waited for");
    printf("# after %d words\n", told);
    ok(hears(fd, "WATCHDOG=1"), "it reads again,");
    is(notify_send(&n, "STOPPING=1"), 0, "and is told again");
    (void)close(fd);
    is(notify_send(&n, "WATCHDOG=1"), CONCLAVE_EIO, "one that is gone is no signal");
    notify_close(&n);
    is(notify_send(&n, "WATCHDOG=1"), 0, "after the end nobody is told");
    (void)unlink(address.sun_path);
    (void)rmdir(folder);
}

static void names(void)
{
    char where[64];
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct notify n;
    int length = snprintf(where, sizeof(where), "@conclave-notify-%ld", (long)getpid());
    memcpy(&address.sun_path[1], where + 1, (size_t)length - 1);
    int fd = listen_at(&address, (socklen_t)(sizeof(sa_family_t) + (size_t)length));
    ok(fd >= 0, "a manager at an abstract name");
    is(notify_open(&n, where, NULL), 0, "is found");
    is(notify_send(&n, "READY=1"), 0, "it is told,");
    ok(hears(fd, "READY=1"), "and hears");
    notify_close(&n);
    (void)close(fd);
}

static void nobody(void)
{
    struct notify n;
    struct complaint why = {""};
    char longer[200];
    is(notify_open(&n, NULL, &why), 0, "no manager");
    is(notify_send(&n, "READY=1"), 0, "is told nothing");
    is(notify_open(&n, "", &why), 0, "nor an empty name");
    is(notify_open(&n, "vsock:2:1", &why), CONCLAVE_EINVAL, "no other kind of socket");
    ok(strstr(why.text, "vsock:2:1") != NULL, "is named");
    is(notify_send(&n, "READY=1"), 0, "and told nothing");
    memset(longer, 'x', sizeof(longer));
    longer[0] = '/';
    longer[sizeof(longer) - 1] = '\0';
    is(notify_open(&n, longer, &why), CONCLAVE_ELIMIT, "a path has its limit");
    memset(longer, 'x', sizeof(longer) - 1);
    longer[0] = '/';
    longer[sizeof(n.to.sun_path)] = '\0';
    is(notify_open(&n, longer, &why), CONCLAVE_ELIMIT, "of which one more is too long");
    longer[sizeof(n.to.sun_path) - 1] = '\0';
    is(notify_open(&n, longer, &why), 0, "and itself is not");
    notify_close(&n);
}

static void watchdogs(void)
{
    char own[32];
    (void)snprintf(own, sizeof(own), "%ld", (long)getpid());
    is((int64_t)notify_watchdog_ms("30000000", own), 30000, "half a minute");
    is((int64_t)notify_watchdog_ms("30000000", NULL), 30000, "whoever it is");
    is((int64_t)notify_watchdog_ms("30000000", "1"), 0, "another process");
    is((int64_t)notify_watchdog_ms("30000000", "x"), 0, "a process that is no number");
    is((int64_t)notify_watchdog_ms(NULL, own), 0, "no watchdog");
    is((int64_t)notify_watchdog_ms("-5", NULL), 0, "a negative time");
    is((int64_t)notify_watchdog_ms("5s", NULL), 0, "a unit");
    is((int64_t)notify_watchdog_ms("", NULL), 0, "nothing");
    is((int64_t)notify_watchdog_ms("99999999999999999999999", NULL), 0, "too many digits");
}

int main(void)
{
    paths();
    names();
    nobody();
    watchdogs();
    return tap_done();
}
