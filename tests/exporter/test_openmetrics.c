/* SPDX-License-Identifier: ISC */
/* OpenMetrics text: that the checker refuses what the specification does, and that whatever
 * a node answers becomes text that it takes. */
#include "exporter/openmetrics.h"
#include "openmetrics_check.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

/* --- the checker --- */

static void takes(const char *text, const char *name)
{
    char why[EXPOSITION_WHY_BYTES];
    struct exposition *e = exposition_read(text, why);
    if (!ok(e != NULL, "taken: %s", name)) {
        printf("#   %s\n", why);
    }
    exposition_free(e);
}

static void refuses(const char *text, const char *name)
{
    char why[EXPOSITION_WHY_BYTES];
    struct exposition *e = exposition_read(text, why);
    ok(e == NULL && why[0] != '\0', "refused: %s", name);
    exposition_free(e);
}

static void test_checker(void)
{
    takes("# EOF\n", "nothing");
    takes("# TYPE a_seconds gauge\n# UNIT a_seconds seconds\n# HELP a_seconds It \\\\ is.\n"
          "a_seconds{x=\"1\",y=\"\\\"\\n\"} -1.5e-3\na_seconds 7\n# EOF\n",
          "a gauge");
    takes("# TYPE h histogram\nh_bucket{le=\"0.1\"} 1\nh_bucket{le=\"+Inf\"} 2\nh_count 2\n"
          "h_sum 3.5\n# EOF\n",
          "a histogram");
    refuses("", "no end");
    refuses("# TYPE a gauge\na 1\n", "no end after samples");
    refuses("# EOF\n\n", "more after the end");
    refuses("# TYPE a gauge\r\na 1\r\n# EOF\n", "carriage returns");
    refuses("# TYPE a gauge\na{b=\"\xff\"} 1\n# EOF\n", "what is not UTF-8");
    refuses("a 1\n# EOF\n", "a sample without a type");
    refuses("# a comment\n# EOF\n", "a comment");
    refuses("# TYPE a counter\na 1\n# EOF\n", "a counter without _total");
    refuses("# TYPE a counter\na_total -1\n# EOF\n", "a negative counter");
    refuses("# TYPE a gauge\na_total 1\n# EOF\n", "a gauge with _total");
    refuses("# TYPE a info\na_info 2\n# EOF\n", "an info of 2");
    refuses("# TYPE a gauge\n# UNIT a seconds\na 1\n# EOF\n", "a unit not in the name");
    refuses("# TYPE a gauge\na 1\n# HELP a b\n# EOF\n", "metadata after samples");
    refuses("# TYPE a gauge\n# TYPE a gauge\na 1\n# EOF\n", "two types");
    refuses("# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\n# TYPE a gauge\na 2\n# EOF\n",
            "a family in two parts");
    refuses("# TYPE a gauge\na 1\na 2\n# EOF\n", "a sample twice");
    refuses("# TYPE a gauge\na{b=\"1\",b=\"2\"} 1\n# EOF\n", "a label twice");
    refuses("# TYPE a gauge\na{b=\"\\t\"} 1\n# EOF\n", "an unknown escape");
    refuses("# TYPE a gauge\na{b=1} 1\n# EOF\n", "a label without quotes");
    refuses("# TYPE a gauge\na 0x10\n# EOF\n", "a number that is none");
    refuses("# TYPE a gauge\na  1\n# EOF\n", "two spaces");
    refuses("# TYPE h histogram\nh_bucket{le=\"0.1\"} 1\nh_count 1\nh_sum 1\n# EOF\n",
            "no bucket +Inf");
    refuses("# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 1\nh_count 1\n"
            "h_sum 1\n# EOF\n",
            "a bound without a point");
    refuses("# TYPE h histogram\nh_bucket{le=\"2.0\"} 1\nh_bucket{le=\"1.0\"} 1\n"
            "h_bucket{le=\"+Inf\"} 1\nh_count 1\nh_sum 1\n# EOF\n",
            "bounds that descend");
    refuses(
        "# TYPE h histogram\nh_bucket{le=\"1.0\"} 2\nh_bucket{le=\"+Inf\"} 1\nh_count 1\n"
        "h_sum 1\n# EOF\n",
        "buckets that descend");
    refuses("# TYPE h histogram\nh_bucket{le=\"+Inf\"} 1\nh_count 2\nh_sum 1\n# EOF\n",
            "another count than +Inf");
    refuses("# TYPE h histogram\nh_bucket{le=\"+Inf\"} 1\nh_count 1\n# EOF\n", "no sum");
}

/* --- the writer --- */

/* Writes what nodes said, each JSON of families; the text, which the checker took, or not.
 */
static char *written(const char *const *nodes, const char *const *labels, size_t count)
{
    struct openmetrics_source sources[4] = {{NULL, NULL}};
    struct buffer out = {NULL, 0, 0};
    char why[EXPOSITION_WHY_BYTES];
    for (size_t i = 0; i < count; i++) {
        sources[i] = (struct openmetrics_source){
            json_loads(nodes[i], JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL), labels[i]};
    }
    openmetrics_write(&out, sources, count);
    for (size_t i = 0; i < count; i++) {
        json_decref((json_t *)sources[i].families);
    }
    buffer_append(&out, "", 1);
    char *text = (char *)out.data;
    struct exposition *e = exposition_read(text, why);
    if (e == NULL) {
        printf("#   %s in:\n#   %s\n", why, text);
        free(text);
        text = NULL;
    }
    exposition_free(e);
    return text;
}

static void gives(const char *families, const char *expected, const char *name)
{
    char *text = written(&families, (const char *const[]){NULL}, 1);
    if (!ok(text != NULL && strcmp(text, expected) == 0, "%s", name)) {
        printf("#   %s\n", text != NULL ? text : "");
    }
    free(text);
}

#define FAMILY(name, type, samples)                                                        \
    "{\"name\":\"" name "\",\"type\":\"" type "\",\"unit\":\"\",\"help\":\"\","            \
    "\"samples\":[" samples "]}"
#define GAUGE(samples) "[" FAMILY("conclave_a", "gauge", samples) "]"

static void test_writer(void)
{
    gives("[{\"name\":\"conclave_a_seconds\",\"type\":\"gauge\",\"unit\":\"seconds\","
          "\"help\":\"a \\\"b\\\"\\n\",\"samples\":[{\"labels\":{\"x\":\"\\\"\"},"
          "\"value\":0.25},{\"labels\":{},\"value\":-2},{\"labels\":{\"y\":\"\"},"
          "\"value\":3.0}]}]",
          "# TYPE conclave_a_seconds gauge\n# UNIT conclave_a_seconds seconds\n"
          "# HELP conclave_a_seconds a \\\"b\\\"\\\\n\n"
          "conclave_a_seconds{x=\"\\\"\"} 0.25\nconclave_a_seconds -2\n"
          "conclave_a_seconds{y=\"\"} 3.0\n# EOF\n",
          "a gauge");
    gives("[" FAMILY("conclave_a", "counter", "{\"labels\":{},\"value\":1e20}") "]",
          "# TYPE conclave_a counter\nconclave_a_total 1e+20\n# EOF\n", "a counter");
    gives("[" FAMILY("conclave_a", "info", "{\"labels\":{\"v\":\"1\"},\"value\":1}") "]",
          "# TYPE conclave_a info\nconclave_a_info{v=\"1\"} 1\n# EOF\n", "an info");
    gives("[" FAMILY("conclave_h", "histogram",
                     "{\"labels\":{\"s\":\"1\"},\"count\":4,\"sum\":2.5,\"buckets\":["
                     "{\"le\":0.00025,\"count\":0},{\"le\":1,\"count\":3},"
                     "{\"le\":86400.0,\"count\":4}]}") "]",
          "# TYPE conclave_h histogram\nconclave_h_bucket{s=\"1\",le=\"0.00025\"} 0\n"
          "conclave_h_bucket{s=\"1\",le=\"1.0\"} 3\n"
          "conclave_h_bucket{s=\"1\",le=\"86400.0\"} 4\n"
          "conclave_h_bucket{s=\"1\",le=\"+Inf\"} 4\nconclave_h_count{s=\"1\"} 4\n"
          "conclave_h_sum{s=\"1\"} 2.5\n# EOF\n",
          "a histogram");
}

static void test_two(void)
{
    static const char *const nodes[] = {
        "[" FAMILY("conclave_a", "gauge", "{\"labels\":{},\"value\":1}") "," FAMILY(
            "conclave_b", "gauge", "{\"labels\":{},\"value\":2}") "]",
        "[" FAMILY("conclave_c", "gauge", "{\"labels\":{},\"value\":5}") "," FAMILY(
            "conclave_b", "counter",
            "{\"labels\":{},\"value\":4}") "," FAMILY("conclave_a", "gauge",
                                                      "{\"labels\":{},\"value\":3}") "]"};
    char *text = written(nodes, (const char *const[]){"x", "y \"z\""}, 2);
    ok(text != NULL && strcmp(text, "# TYPE conclave_a gauge\nconclave_a{node=\"x\"} 1\n"
                                    "conclave_a{node=\"y \\\"z\\\"\"} 3\n"
                                    "# TYPE conclave_b gauge\nconclave_b{node=\"x\"} 2\n"
                                    "# TYPE conclave_c gauge\n"
                                    "conclave_c{node=\"y \\\"z\\\"\"} 5\n# EOF\n") == 0,
       "of two nodes each family is told once");
    free(text);
}

static void test_hostile(void)
{
    static const char none[] = "# EOF\n";
    static const char empty[] = "# TYPE conclave_a gauge\n# EOF\n";
    static const char *const nothing[] = {
        "null",
        "7",
        "{}",
        "[null,7,[],{}]",
        "[" FAMILY("other_a", "gauge", "") "]",
        "[" FAMILY("conclave_a b", "gauge", "") "]",
        "[" FAMILY("conclave_a\\nb", "gauge", "") "]",
        "[" FAMILY("conclave_a_total", "gauge", "") "]",
        "[" FAMILY("conclave_a", "stateset", "") "]",
        "[{\"name\":\"conclave_a\",\"type\":\"gauge\",\"unit\":\"b\",\"samples\":[]}]",
        "[{\"name\":\"conclave_a\",\"type\":\"gauge\",\"samples\":{}}]",
    };
    static const char *const samples[] = {
        GAUGE("null,7,[],{}"),
        GAUGE("{\"labels\":{},\"value\":\"1\"}"),
        GAUGE("{\"labels\":{},\"value\":null}"),
        GAUGE("{\"labels\":[],\"value\":1}"),
        GAUGE("{\"labels\":{\"le\":\"1\"},\"value\":1}"),
        GAUGE("{\"labels\":{\"a b\":\"1\"},\"value\":1}"),
        GAUGE("{\"labels\":{\"a\":1},\"value\":1}"),
    };
    static const char *const histograms[] = {
        "\"count\":1,\"sum\":-1.0,\"buckets\":[]",
        "\"count\":-1,\"sum\":1.0,\"buckets\":[]",
        "\"count\":1,\"sum\":1.0,\"buckets\":[{\"le\":1,\"count\":2}]",
        "\"count\":9,\"sum\":1.0,\"buckets\":[{\"le\":2,\"count\":1},{\"le\":1,\"count\":1}"
        "]",
        "\"count\":9,\"sum\":1.0,\"buckets\":[{\"le\":1,\"count\":2},{\"le\":2,\"count\":1}"
        "]",
        "\"count\":9,\"sum\":1.0,\"buckets\":[7]",
    };
    for (size_t i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++) {
        gives(nothing[i], none, nothing[i]);
    }
    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
        gives(samples[i], empty, samples[i]);
    }
    for (size_t i = 0; i < sizeof(histograms) / sizeof(histograms[0]); i++) {
        char text[512];
        (void)snprintf(text, sizeof(text),
                       "[{\"name\":\"conclave_a\",\"type\":\"histogram\",\"samples\":"
                       "[{\"labels\":{},%s}]}]",
                       histograms[i]);
        gives(text, "# TYPE conclave_a histogram\n# EOF\n", histograms[i]);
    }
    gives(
        GAUGE("{\"labels\":{\"a\":\"\\u001b[2J\\u0000\\r\\u202e\"},\"value\":1}"),
        "# TYPE conclave_a gauge\nconclave_a{a=\"\\\\x1b[2J\\\\x00\\\\x0d\\\\u{202e}\"} 1\n"
        "# EOF\n",
        "what would drive a terminal is escaped");
    gives(GAUGE("{\"labels\":{\"a\":\"1\",\"b\":\"2\"},\"value\":1},"
                "{\"labels\":{\"b\":\"2\",\"a\":\"1\"},\"value\":2}"),
          "# TYPE conclave_a gauge\nconclave_a{a=\"1\",b=\"2\"} 1\n# EOF\n",
          "the same labels in another order are told once");
    gives("[" FAMILY("conclave_a", "gauge", "") "," FAMILY("conclave_a", "counter", "") "]",
          empty, "a name has one family");
}

int main(void)
{
    test_checker();
    test_writer();
    test_two();
    test_hostile();
    return tap_done();
}
