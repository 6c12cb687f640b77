/* SPDX-License-Identifier: ISC */
/*
 * What a client of the control socket makes of whatever answers there. First byte: whether
 * it calls or only listens; then all that the server says before it closes. A call ends
 * with a result or with a reason; what is passed on are objects.
 */
#include "place.h"

#include "control/client.h"
#include "fuzz.h"
#include "script.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

static char *path;
static int listener;

static void start(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    path = alloc_printf("%s/socket", place());
    assert(strlen(path) < sizeof(address.sun_path));
    memcpy(address.sun_path, path, strlen(path) + 1);
    listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int failed = bind(listener, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
                 listen(listener, 4) != 0;
    assert(!failed);
}

static void call(struct control_client *c)
{
    struct complaint why = {""};
    json_t *result = NULL;
    int error = control_call(c, "status", NULL, &result, 1000, &why);
    assert(error != CONCLAVE_EAGAIN);
    assert((error == 0) == (result != NULL) && (error == 0) == (why.text[0] == '\0'));
    json_decref(result);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice script = slice_of(data, size);
    struct complaint why = {""};
    struct control_client *c = NULL;
    json_t *message = NULL;
    if (path == NULL) {
        start();
    }
    int error = control_connect(path, &c, &why);
    assert(error == 0);
    int fd = accept(listener, NULL, NULL);
    assert(fd >= 0);
    bool calls = script_byte(&script) % 2 == 0;
    ssize_t n = send(fd, script.data, script.size, MSG_NOSIGNAL | MSG_DONTWAIT);
    assert(n >= 0 || script.size == 0);
    (void)shutdown(fd, SHUT_WR);
    if (calls) {
        call(c);
    }
    while ((error = control_next(c, &message, 1000)) == 0) {
        assert(json_is_object(message));
        json_decref(message);
    }
    assert(error == CONCLAVE_ECLOSED || error == CONCLAVE_EFORMAT);
    control_disconnect(c);
    (void)close(fd);
    return 0;
}
