/* SPDX-License-Identifier: ISC */
/* The table of conclave-watching(7): phi against simulated networks. */
#include "networks.h"

enum { PEERS = 10, HOURS = 48 };

static void print_head(void)
{
    printf("%-22s", "");
    for (size_t j = 0; j < JUDGES; j++) {
        char text[16];
        (void)snprintf(text, sizeof(text), j < JUDGES_PHI ? "phi %.0f" : "%.0f s",
                       j < JUDGES_PHI ? judges[j] : judges[j] / 1e3);
        printf("%7s", text);
    }
    printf("\n");
}

static void print_row(const char *name, const double values[], int digits)
{
    printf("%-22s", name);
    for (size_t j = 0; j < JUDGES; j++) {
        printf("%7.*f", values[j] < 100 ? digits : 0, values[j]);
    }
    printf("\n");
}

int main(void)
{
    struct rng rng = rng_begin(20040815);
    const struct phi_rules rules = PHI_RULES_DEFAULT;
    printf("# %d peer-days of a heartbeat a second in each network\n\n",
           PEERS * HOURS / 24);
    print_head();
    for (size_t i = 0; i < NETWORKS; i++) {
        struct outcome o;
        double rate[JUDGES];
        network_run(&networks[i], &rules, PEERS, HOURS, &rng, &o);
        for (size_t j = 0; j < JUDGES; j++) {
            rate[j] = (double)o.false_of[j] / o.days;
        }
        print_row(networks[i].name, o.median_s, 1);
        print_row("  99 %", o.most_s, 1);
        print_row("  false in a day", rate, 2);
    }
    return 0;
}
