/* SPDX-License-Identifier: ISC */
/* The configuration: what is taken, and what is refused, with the place and the cure. */
#define _GNU_SOURCE
#include "alert/config.h"

#include "base/alloc.h"
#include "control/control.h"
#include "tap.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/config-XXXXXX";
static char *path;

static int load(const char *text, struct config **out, struct complaint *why)
{
    FILE *file = fopen(path, "we");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0) {
        printf("Bail out! cannot write %s\n", path);
        exit(1);
    }
    *out = NULL;
    why->text[0] = '\0';
    return config_load(path, true, out, why);
}

static void refused(const char *text, const char *part, const char *more)
{
    struct config *c;
    struct complaint why;
    int error = load(text, &c, &why);
    ok(error != 0 && c == NULL && strstr(why.text, part) != NULL &&
           strstr(why.text, more) != NULL && strstr(why.text, dir) != NULL,
       "refused: %s", why.text);
    config_free(c);
}

#define HEAD "state = \"queue\"\n"
#define URL  "url = \"https://alerts.example.org/x\"\n"
#define KEY  "secrets = {\"secret\"}\n"

static void taken(void)
{
    struct config *c;
    struct complaint why;
    ok(load(HEAD "receiver \"a\" {" URL KEY "}", &c, &why) == 0, "the least: %s", why.text);
    if (c != NULL) {
        const struct config_receiver *r = &c->receivers[0];
        ok(c->socket == NULL && c->limits.alerts == 100000 &&
               c->limits.bytes == 268435456 && !c->history && c->unreachable_ms == 60000 &&
               c->level == LOG_LEVEL_INFO,
           "defaults");
        ok(r->connect_ms == 10000 && r->timeout_ms == 30000 && r->retry_most_ms == 600000 &&
               r->key_count == 1 && r->filter.event_count == 0 &&
               r->filter.least == SEVERITY_NOTICE && r->ca_file == NULL,
           "of a receiver");
        ok(strncmp(c->state, dir, strlen(dir)) == 0, "paths are below the file's folder");
    }
    config_free(c);
    ok(load(HEAD "socket = control.sock\nhistory = yes\nunreachable-after = 0\n"
                 "receiver \"a\" { url = \"http://127.0.0.1:80/\"\n" KEY
                 "events = {\"flag.\", \"council.stalled\"}\n severity = critical\n"
                 "kinds = {\"silent\", \"of-a-later-version\"}\n seats = {3, 5}\n"
                 "retry-at-most = 1\n ca-file = \"ca.pem\" }\n"
                 "receiver \"b\" { command = \"/bin/sh -c 'exit 0'\" }",
            &c, &why) == 0,
       "all of it: %s", why.text);
    if (c != NULL) {
        const struct filter *f = &c->receivers[0].filter;
        ok(c->receiver_count == 2 && f->event_count == 2 && f->kind_count == 2 &&
               f->seat_count == 2 && f->seats[1] == 5 && f->least == SEVERITY_CRITICAL &&
               c->history && c->unreachable_ms == 0,
           "filters");
        ok(config_find(c, "b") == &c->receivers[1] && config_find(c, "c") == NULL &&
               strcmp(c->receivers[1].command[2], "exit 0") == 0 &&
               c->receivers[1].url == NULL,
           "a command's words");
    }
    config_free(c);
}

static void wrong(void)
{
    refused("", "\"state\" is missing", "add state");
    refused(HEAD, "there are 0 receivers", "add receiver");
    refused(HEAD "receiver \"a\" { }", ":2:", "command = ");
    refused(HEAD "receiver \"a\" {" URL KEY "command = \"/bin/true\" }", "receiver \"a\"",
            "or command");
    refused(HEAD "receiver \"a\" {" URL "}", "a webhook is signed", "keygen");
    refused(HEAD "receiver \"a\" {" URL "secrets = {\"nothing\"} }", "no such secret",
            "keygen");
    refused(HEAD "receiver \"a\" {" URL "secrets = {\"open\"} }", "mode 0644", "chmod 600");
    refused(HEAD "receiver \"a\" {" URL "secrets = {\"a\",\"b\",\"c\",\"d\",\"e\"} }",
            "at most 4", ":3:");
    refused(HEAD "receiver \"a\" {" URL KEY "}\nreceiver \"a\" {" URL KEY "}", "duplicate",
            "name of its own");
    refused(HEAD "receiver \"a b\" {" URL KEY "}", "letters", ":4:");
    refused(HEAD "receiver \"../a\" {" URL KEY "}", "letters", ":4:");
    refused(HEAD "receiver {" URL KEY "}", ":2:", "name in quotes");
    refused(HEAD "receiver \"a\" { command = \"/nowhere/x\" }", "receiver \"a\"",
            "does not exist");
    refused(HEAD "receiver \"a\" { command = \"x 'y\" }", "receiver \"a\"", "quote");
    refused(HEAD "receiver \"a\" {" URL KEY "events = {\"flags\"} }", "\"flags\"",
            "flag.raised");
    refused(HEAD "receiver \"a\" {" URL KEY "severity = bad }", "severity", "critical");
    refused(HEAD "receiver \"a\" {" URL KEY "seats = {0} }", "seats", "between 1 and 128");
    refused(HEAD "receiver \"a\" {" URL KEY "timeout = 0 }", "timeout",
            "between 1 and 600");
    refused(HEAD "queue-limit = 99", "queue-limit", "between 100");
    refused(HEAD "log-level = loud", "log-level", "debug");
    refused(HEAD "nonsense = 1", "nonsense", "lists them");
    static const char *const urls[] = {"http://alerts.example.org/",
                                       "ftp://x/",
                                       "file:///etc/passwd",
                                       "https://",
                                       "x",
                                       "http://127.0.0.1.example.org/",
                                       "http://127.0.0.1:80@example.org/",
                                       "http://localhost@example.org/",
                                       "http://127.0.0.1",
                                       "https://x/\\nHost: y"};
    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        char *text = alloc_printf(HEAD "receiver \"a\" { url = \"%s\"\n" KEY "}", urls[i]);
        refused(text, "must begin with https://", "receiver \"a\"");
        free(text);
    }
    struct config *c;
    struct complaint why = {""};
    (void)unlink(path);
    ok(config_load(path, true, &c, &why) == CONCLAVE_ENOENT &&
           strstr(why.text, "conclave-alert.conf(5)") != NULL,
       "no file: %s", why.text);
}

int main(void)
{
    struct complaint why = {""};
    if (sodium_init() < 0 || mkdtemp(dir) == NULL) {
        return 1;
    }
    control_library_init();
    path = alloc_printf("%s/alert.conf", dir);
    char *secret = alloc_printf("%s/secret", dir), *open = alloc_printf("%s/open", dir);
    struct signing_key *k = signing_key_generate(SIGNING_HMAC);
    ok(signing_key_save(k, secret, &why) == 0 && signing_key_save(k, open, &why) == 0 &&
           chmod(open, 0644) == 0,
       "secrets");
    taken();
    wrong();
    (void)unlink(secret);
    (void)unlink(open);
    (void)rmdir(dir);
    signing_key_free(k);
    free(secret);
    free(open);
    free(path);
    return tap_done();
}
