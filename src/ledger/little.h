/* SPDX-License-Identifier: ISC */
/* Unsigned integers of up to eight bytes, the least significant byte first. */
#ifndef CONCLAVE_LEDGER_LITTLE_H
#define CONCLAVE_LEDGER_LITTLE_H

#include <stddef.h>
#include <stdint.h>

static inline void little_put(uint8_t *at, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        at[i] = (uint8_t)(value >> 8 * i);
    }
}

static inline uint64_t little_get(const uint8_t *at, size_t size)
{
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++) {
        value |= (uint64_t)at[i] << 8 * i;
    }
    return value;
}

#endif
