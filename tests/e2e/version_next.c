/* SPDX-License-Identifier: ISC */
/* Linked in the place of src/conclaved/version.c: a later build of the same protocol, whose
 * heartbeats have a flag that this one does not know. */
#include "conclaved/version.h"

#include "replica/replica.h"

const char *version_software(void)
{
    return "0.99.0-next";
}

uint8_t version_protocol(void)
{
    return PROTOCOL_VERSION;
}

/* The linker's --wrap. */
void __real_replica_send_heartbeat(struct replica *r, uint16_t seat,
                                   const struct heartbeat *h);
void __wrap_replica_send_heartbeat(struct replica *r, uint16_t seat,
                                   const struct heartbeat *h);

void __wrap_replica_send_heartbeat(struct replica *r, uint16_t seat,
                                   const struct heartbeat *h)
{
    struct heartbeat later = *h;
    later.flags |= UINT32_C(1) << 31;
    __real_replica_send_heartbeat(r, seat, &later);
}
