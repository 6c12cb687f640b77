/* SPDX-License-Identifier: ISC */
/* Linked in the place of src/conclaved/version.c: a build of a later protocol. All that is
 * ever said between two protocols is the hello. */
#include "conclaved/version.h"

#include "wire/limits.h"

const char *version_software(void)
{
    return "1.0.0-alien";
}

uint8_t version_protocol(void)
{
    return PROTOCOL_VERSION + 1;
}
