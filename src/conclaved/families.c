/* SPDX-License-Identifier: ISC */
#include "conclaved/families.h"

#include "conclaved/json.h"

#include <stdarg.h>
#include <stddef.h>

static const double us_per_s = 1e6;

static void begin(struct families *f, const char *name, const char *type, const char *unit,
                  const char *help)
{
    json_t *family = json_object();
    f->list = f->list != NULL ? f->list : json_array();
    f->samples = json_array();
    json_put(family, "name", json_string(name));
    json_put(family, "type", json_string(type));
    json_put(family, "unit", json_string(unit));
    json_put(family, "help", json_string(help));
    json_put(family, "samples", f->samples);
    (void)json_array_append_new(f->list, family);
}

void families_gauge(struct families *f, const char *name, const char *unit,
                    const char *help)
{
    begin(f, name, "gauge", unit, help);
}

void families_counter(struct families *f, const char *name, const char *unit,
                      const char *help)
{
    begin(f, name, "counter", unit, help);
}

void families_histogram(struct families *f, const char *name, const char *unit,
                        const char *help)
{
    begin(f, name, "histogram", unit, help);
}

void families_info(struct families *f, const char *name, const char *help)
{
    begin(f, name, "info", "", help);
}

static json_t *sample(struct families *f, va_list args)
{
    json_t *out = json_object(), *labels = json_object();
    for (const char *name; (name = va_arg(args, const char *)) != NULL;) {
        json_put(labels, name, control_text(slice_of_string(va_arg(args, const char *))));
    }
    json_put(out, "labels", labels);
    (void)json_array_append_new(f->samples, out);
    return out;
}

void families_number(struct families *f, uint64_t value, ...)
{
    va_list args;
    va_start(args, value);
    json_put(sample(f, args), "value", json_number(value));
    va_end(args);
}

void families_real(struct families *f, double value, ...)
{
    va_list args;
    va_start(args, value);
    json_put(sample(f, args), "value", json_real(value));
    va_end(args);
}

void families_times(struct families *f, const struct histogram *h)
{
    json_t *out = json_object(), *buckets = json_array();
    uint64_t count = 0;
    for (size_t i = 0; i < HISTOGRAM_BOUNDS; i++) {
        json_t *bucket = json_object();
        count += h->buckets[i];
        json_put(bucket, "le", json_real((double)histogram_bounds_us[i] / us_per_s));
        json_put(bucket, "count", json_number(count));
        (void)json_array_append_new(buckets, bucket);
    }
    json_put(out, "labels", json_object());
    json_put(out, "count", json_number(histogram_count(h)));
    json_put(out, "sum", json_real((double)h->sum_us / us_per_s));
    json_put(out, "buckets", buckets);
    (void)json_array_append_new(f->samples, out);
}
