/* SPDX-License-Identifier: ISC */
/* Metrics of what the node needs of its machine. */
#include "conclaved/metrics_parts.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

static const double us_per_s = 1e6, ms_per_s = 1e3;

static void put_signatures(struct families *f, const struct node *n)
{
    struct replica_signatures s;
    replica_signatures(n->replica, &s);
    families_counter(f, "conclave_signatures", "", "Signatures that were looked at.");
    families_number(f, s.good, "result", "good", NULL);
    families_number(f, s.bad, "result", "bad", NULL);
    families_number(f, s.remembered, "result", "remembered", NULL);
}

/* --- the store --- */

static void put_tables(struct families *f, const struct node *n)
{
    struct ledger_table t;
    families_gauge(f, "conclave_store_entries", "", "Entries of the store's tables.");
    for (unsigned i = 0; ledger_table(n->ledger, i, &t) == 0 && t.name != NULL; i++) {
        families_number(f, t.entries, "table", t.name, NULL);
    }
    families_gauge(f, "conclave_store_pages", "", "Pages of the store's tables.");
    for (unsigned i = 0; ledger_table(n->ledger, i, &t) == 0 && t.name != NULL; i++) {
        families_number(f, t.pages, "table", t.name, NULL);
    }
}

static void put_store(struct families *f, const struct node *n)
{
    struct ledger_facts facts = {0};
    ledger_facts(n->ledger, &facts);
    families_gauge(f, "conclave_store_map_bytes", "bytes",
                   "Bytes that the store has room for before it grows.");
    families_number(f, facts.map_bytes, NULL);
    families_gauge(f, "conclave_store_used_bytes", "bytes", "Bytes of the store's file.");
    families_number(f, facts.used_bytes, NULL);
    families_gauge(f, "conclave_store_page_bytes", "bytes", "Bytes of one page.");
    families_number(f, facts.page_bytes, NULL);
    put_tables(f, n);
    families_gauge(f, "conclave_disk_free_bytes", "bytes",
                   "Bytes that are free on the store's disk.");
    families_number(f, facts.free_disk_bytes, NULL);
    families_histogram(f, "conclave_store_sync_seconds", "seconds",
                       "How long it took to make a turn's writes durable.");
    families_times(f, &n->metrics.synced);
    families_counter(f, "conclave_store_settlings", "",
                     "How often the write-ahead log was settled.");
    families_number(f, facts.settlings, NULL);
}

static void put_clients(struct families *f, const struct node *n)
{
    struct control_counts c;
    control_counts(n->control, &c);
    families_gauge(f, "conclave_control_clients", "", "Clients of the control socket.");
    families_number(f, c.clients, NULL);
    families_gauge(f, "conclave_control_clients_max", "", "As many there may be.");
    families_number(f, c.clients_max, NULL);
    families_gauge(f, "conclave_control_subscribers", "", "Clients that get events.");
    families_number(f, c.subscribers, NULL);
    families_gauge(f, "conclave_control_unsent_bytes", "bytes",
                   "Bytes that wait to be sent to clients.");
    families_number(f, c.unsent_bytes, NULL);
}

/* --- the process --- */

/* 0 where /proc is not there. */
static uint64_t resident_bytes(void)
{
    unsigned long long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file != NULL) {
        if (fscanf(file, "%*u %llu", &pages) != 1) {
            pages = 0;
        }
        (void)fclose(file);
    }
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static uint64_t open_files(void)
{
    uint64_t count = 0;
    DIR *dir = opendir("/proc/self/fd");
    if (dir == NULL) {
        return 0;
    }
    for (const struct dirent *e; (e = readdir(dir)) != NULL;) {
        count += e->d_name[0] != '.';
    }
    (void)closedir(dir);
    return count - 1; /* that of the folder itself */
}

static double seconds_of(const struct timeval *t)
{
    return (double)t->tv_sec + (double)t->tv_usec / us_per_s;
}

static void put_process(struct families *f, const struct node *n)
{
    struct rusage usage = {0};
    struct rlimit limit = {0, 0};
    (void)getrusage(RUSAGE_SELF, &usage);
    (void)getrlimit(RLIMIT_NOFILE, &limit);
    families_counter(f, "conclave_log_lines_lost", "",
                     "Lines that the log's destination did not take.");
    families_number(f, log_lost_ever(), NULL);
    families_counter(f, "conclave_process_cpu_seconds", "seconds",
                     "Processor time of the daemon.");
    families_real(f, seconds_of(&usage.ru_utime) + seconds_of(&usage.ru_stime), NULL);
    families_gauge(f, "conclave_process_resident_memory_bytes", "bytes",
                   "Memory of the daemon that is resident.");
    families_number(f, resident_bytes(), NULL);
    families_gauge(f, "conclave_process_open_fds", "", "File descriptors of the daemon.");
    families_number(f, open_files(), NULL);
    families_gauge(f, "conclave_process_max_fds", "", "As many it may have.");
    families_number(f, limit.rlim_cur, NULL);
    families_gauge(f, "conclave_process_start_time_seconds", "seconds",
                   "When the node was started, since 1970.");
    families_real(f, (double)n->started_wall_ms / ms_per_s, NULL);
}

void metrics_put_machine(struct families *f, const struct node *n)
{
    put_signatures(f, n);
    put_store(f, n);
    put_clients(f, n);
    put_process(f, n);
}
