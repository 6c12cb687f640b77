/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "conclaved/version.h"

#include "wire/limits.h"

_Static_assert(sizeof(PACKAGE_VERSION) - 1 <= HEARTBEAT_VERSION_MAX,
               "peers refuse a heartbeat with a longer one");

const char *version_software(void)
{
    return PACKAGE_VERSION;
}

uint8_t version_protocol(void)
{
    return PROTOCOL_VERSION;
}
