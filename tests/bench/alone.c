/* SPDX-License-Identifier: ISC */
/* One operation at a time, of one seat after the other. */
#include "measure.h"

enum {
    SAMPLES = 200,
    SAMPLES_MIN = 20,
};
static const double SECONDS =
    5; /* or as many samples as this allows, not below the least */

void alone_measure(struct bench_council *out, struct live *l, const struct bench_options *o)
{
    double samples[SAMPLES];
    size_t count = 0;
    unsigned seats = l->options.seats;
    struct bench_counts before = counts_begin(l);
    double start = now_s();
    while (count < SAMPLES && (count < SAMPLES_MIN || now_s() - start < SECONDS)) {
        bench_level(l); /* the block of the operation before is everywhere, and told */
        struct control_client *c =
            bench_connect(l, (unsigned)count % seats + 1, "block.committed");
        double from = now_s();
        bench_send_load(c, 1, o->text_bytes);
        while (bench_next_block(c).operations == 0) {
        }
        samples[count++] = now_s() - from;
        control_disconnect(c);
    }
    out->alone.counts = counts_since(l, &before);
    out->alone.latency = times_of(samples, count);
}
