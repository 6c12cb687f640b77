/* SPDX-License-Identifier: ISC */
#include "fake.h"

#include <sodium.h>
#include <string.h>

bool fake_signatures;
uint64_t fake_checks, fake_signs;

int __real_crypto_sign_detached(unsigned char *signature, unsigned long long *size,
                                const unsigned char *message, unsigned long long length,
                                const unsigned char *secret);
int __wrap_crypto_sign_detached(unsigned char *signature, unsigned long long *size,
                                const unsigned char *message, unsigned long long length,
                                const unsigned char *secret);
int __real_crypto_sign_verify_detached(const unsigned char *signature,
                                       const unsigned char *message,
                                       unsigned long long length,
                                       const unsigned char *public);
int __wrap_crypto_sign_verify_detached(const unsigned char *signature,
                                       const unsigned char *message,
                                       unsigned long long length,
                                       const unsigned char *public);

/* FNV-1a: other messages and keys have other signatures. */
static uint64_t digest(uint64_t state, const unsigned char *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        state = (state ^ data[i]) * UINT64_C(0x100000001b3);
    }
    return state;
}

int __wrap_crypto_sign_detached(unsigned char *signature, unsigned long long *size,
                                const unsigned char *message, unsigned long long length,
                                const unsigned char *secret)
{
    if (!fake_signatures) {
        return __real_crypto_sign_detached(signature, size, message, length, secret);
    }
    fake_signs++;
    uint64_t state = digest(UINT64_C(0xcbf29ce484222325), secret, 8);
    state = digest(state, message, (size_t)length);
    for (size_t i = 0; i < crypto_sign_BYTES; i += sizeof(state)) {
        memcpy(&signature[i], &state, sizeof(state));
        state *= UINT64_C(0x9e3779b97f4a7c15);
    }
    return 0;
}

int __wrap_crypto_sign_verify_detached(const unsigned char *signature,
                                       const unsigned char *message,
                                       unsigned long long length,
                                       const unsigned char *public)
{
    if (!fake_signatures) {
        return __real_crypto_sign_verify_detached(signature, message, length, public);
    }
    fake_checks++;
    return 0;
}
