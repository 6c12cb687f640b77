/* SPDX-License-Identifier: ISC */
#include "conclaved/descriptors.h"

#include "tap.h"

#include <string.h>
#include <sys/resource.h>

/* Whether the shares of any limit stay within it, and grow with it. */
static void check_council(uint16_t seats)
{
    struct descriptors all, d, last = {0};
    unsigned refused = 0, beyond = 0, backwards = 0, starved = 0;
    (void)descriptors_share(UINT64_MAX, seats, &all, NULL);
    unsigned council = (unsigned)all.needed - all.clients - all.strangers;
    for (uint64_t limit = 0; limit <= all.needed + 1; limit++) {
        if (descriptors_share(limit, seats, &d, NULL) != 0) {
            refused++;
            continue;
        }
        beyond += council + d.clients + d.strangers > limit;
        backwards += d.clients < last.clients || d.strangers < last.strangers;
        starved += d.clients < DESCRIPTORS_CLIENTS_MIN || d.strangers < 2U * seats;
        last = d;
    }
    ok(refused > council && refused < all.needed, "%u seats: fewer than %u are refused",
       (unsigned)seats, refused);
    is(beyond, 0, "the shares are never more than there is");
    is(backwards, 0, "nor less where there is more");
    is(starved, 0, "each has some of it");
    ok(last.clients == all.clients && last.strangers == all.strangers,
       "with %llu each has what it can use", (unsigned long long)all.needed);
}

static void check_words(void)
{
    struct descriptors d;
    struct complaint why = {""};
    is(descriptors_share(50, 33, &d, &why), CONCLAVE_ELIMIT, "too few are an error");
    ok(strstr(why.text, "LimitNOFILE=") != NULL, "that names the cure: %s", why.text);
}

static void check_reserve(void)
{
    struct descriptors d;
    struct rlimit files, low = {100, 0};
    (void)getrlimit(RLIMIT_NOFILE, &files);
    low.rlim_max = files.rlim_max;
    if (files.rlim_max < 300) {
        skip("the soft limit is raised", "the hard one is too low");
        return;
    }
    (void)setrlimit(RLIMIT_NOFILE, &low);
    is(descriptors_reserve(4, &d, NULL), 0, "a soft limit that is too low");
    (void)getrlimit(RLIMIT_NOFILE, &low);
    ok(low.rlim_cur == d.needed && d.clients == DESCRIPTORS_CLIENTS, "is raised");
    low.rlim_cur = files.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &low);
    is(descriptors_reserve(4, &d, NULL), 0, "one that is high");
    (void)getrlimit(RLIMIT_NOFILE, &low);
    ok(low.rlim_cur == files.rlim_max, "stays");
}

/* Last: the hard limit never comes back. */
static void check_begin(void)
{
    struct complaint why = {""};
    struct rlimit files;
    (void)getrlimit(RLIMIT_NOFILE, &files);
    is(descriptors_begin(&why), 0, "enough to begin with");
    files.rlim_cur = files.rlim_max = 50;
    (void)setrlimit(RLIMIT_NOFILE, &files);
    is(descriptors_begin(&why), 0, "so many that the log can tell that they are too few");
    files.rlim_cur = files.rlim_max = 40;
    (void)setrlimit(RLIMIT_NOFILE, &files);
    is(descriptors_begin(&why), CONCLAVE_ELIMIT, "too few for anything");
    ok(strstr(why.text, "may open 40 files") != NULL &&
           strstr(why.text, "LimitNOFILE=") != NULL,
       "has its cure: %s", why.text);
}

int main(void)
{
    check_council(4);
    check_council(7);
    check_council(33);
    check_words();
    check_reserve();
    check_begin();
    return tap_done();
}
