/* SPDX-License-Identifier: ISC */
#include "bare.h"

#include "crypto/sign.h"
#include "hash/hash.h"
#include "wire/codec.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

double bare_now_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void bare_give_up(const char *why)
{
    (void)fprintf(stderr, "bench: %s\n", why);
    exit(1);
}

double bare_rate(const struct world *w, double seconds)
{
    struct signature signature;
    struct buffer body = {0};
    const struct hash block = {{7}};
    uint64_t count = 0;
    codec_body_vote(&body, 1, 1000, &block);
    world_sign(w, 1, LABEL_COMMIT, buffer_slice(&body), &signature);
    double start = bare_now_s(), passed;
    while ((passed = bare_now_s() - start) < seconds) {
        if (sign_verify(&w->charter->seats[0].key, LABEL_COMMIT, &w->charter->council_id,
                        buffer_slice(&body), &signature) != 0) {
            bare_give_up("a good signature does not verify");
        }
        count++;
    }
    buffer_free(&body);
    return (double)count / passed;
}
