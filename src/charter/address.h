/* SPDX-License-Identifier: ISC */
/* The addresses of seats: host:port or [v6]:port. Inside libcharter. */
#ifndef CONCLAVE_CHARTER_ADDRESS_H
#define CONCLAVE_CHARTER_ADDRESS_H

/* The longest address and the room that address_normal needs. */
enum { ADDRESS_MAX = 262 };

/*
 * NULL, or what is wrong with the address, in words. A host is an IPv4 address, an IPv6
 * one in brackets, or a name of letters, digits, '-', '_' and '.'. out gets the form in
 * which two spellings of one address are equal: lower case, shortest IPv6.
 */
const char *address_normal(const char *address, char out[ADDRESS_MAX + 1]);

#endif
