/* SPDX-License-Identifier: ISC */
/* Linked in the place of src/conclaved/version.c: a later build of the same protocol, whose
 * heartbeats have a flag that this one does not know, and which sends messages that this
 * one does not know either. */
#include "conclaved/version.h"

#include "net/net.h"
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
void __real_net_send(struct net *n, uint16_t seat, struct bytes *content);
void __wrap_net_send(struct net *n, uint16_t seat, struct bytes *content);
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

void __wrap_net_send(struct net *n, uint16_t seat, struct bytes *content)
{
    static const uint8_t later[] = {0x82, 0x18, 0xc8, 0xf6}; /* [200, null] */
    struct bytes *message = bytes_copy(slice_of(later, sizeof(later)));
    __real_net_send(n, seat, message);
    __real_net_send(n, seat, content);
    bytes_unref(message);
}
