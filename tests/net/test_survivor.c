/* SPDX-License-Identifier: ISC */
/* Of two simultaneous connections between two seats the one opened by the lower survives:
 * conclave-protocol(7) section 4. Someone in the middle holds both until they have met. */
#include "relay.h"

#include "base/log.h"
#include "tap.h"

#include <stdio.h>
#include <string.h>

struct meeting {
    struct council *c;
    struct relay *up;   /* what seat 1 opens to seat 2 */
    struct relay *down; /* what seat 2 opens to seat 1 */
    struct net_seat seats[2][2];
    char addresses[2][32];
    char listens[2][32];
};

static void begin(struct meeting *m)
{
    m->c = council_new(2, "127.0.0.1");
    m->up = relay_new(m->c, m->c->nodes[2].port);
    m->down = relay_new(m->c, m->c->nodes[1].port);
    m->up->hold = m->down->hold = true;
    (void)snprintf(m->addresses[0], 32, "127.0.0.1:%u", m->down->port);
    (void)snprintf(m->addresses[1], 32, "127.0.0.1:%u", m->up->port);
    for (int i = 0; i < 2; i++) {
        struct node *node = &m->c->nodes[i + 1];
        memcpy(m->listens[i], node->address, sizeof(node->address));
        node->config.listen = m->listens[i];
        m->c->seats[i].address = m->addresses[i];
    }
    council_start_all(m->c);
    ok(WAIT(m->c, 2, m->up->open == 1 && m->down->open == 1), "both dial");
    council_run(m->c, 0.05);
}

static void end(struct meeting *m)
{
    relay_free(m->up);
    relay_free(m->down);
    council_free(m->c);
}

static void check_one(struct meeting *m, bool lower)
{
    struct council *c = m->c;
    ok(WAIT(c, 3, council_is_meshed(c)), "both are connected");
    council_run(c, 0.7); /* time for what flaps to flap */
    ok(m->up->open == lower && m->down->open == !lower, "by the one opened by the %s seat",
       lower ? "lower" : "higher");
    is(c->nodes[1].connected[2] + c->nodes[2].connected[1], 2, "each came up once");
    is(c->nodes[1].disconnected[2] + c->nodes[2].disconnected[1], 0, "none went down");
    node_send(&c->nodes[1], 2, 1, 50);
    node_send(&c->nodes[2], 1, 2, 60);
    ok(WAIT(c, 2, c->nodes[1].frames == 1 && c->nodes[2].frames == 1),
       "frames pass both ways");
}

int main(void)
{
    struct meeting m;
    log_open("/dev/null", LOG_LEVEL_DEBUG, NULL);

    printf("# the lower seat's gets through first\n");
    begin(&m);
    relay_release(m.up);
    check_one(&m, true);
    relay_release(m.down);
    council_run(m.c, 0.2);
    is(m.c->nodes[1].disconnected[2], 0, "the late one changes nothing");
    end(&m);

    printf("# the higher seat's gets through first and is held\n");
    begin(&m);
    relay_release(m.down);
    council_run(m.c, 0.3);
    ok(!net_is_connected(m.c->nodes[1].net, 2) && !net_is_connected(m.c->nodes[2].net, 1),
       "it waits for the other, which may still come");
    relay_release(m.up);
    check_one(&m, true);
    end(&m);

    printf("# the lower seat's fails\n");
    begin(&m);
    relay_release(m.down);
    council_run(m.c, 0.1);
    m.up->deaf = true;
    relay_cut(m.up);
    check_one(&m, false);
    end(&m);

    printf("# both at once\n");
    begin(&m);
    relay_release(m.down);
    relay_release(m.up);
    check_one(&m, true);
    end(&m);

    log_close();
    return tap_done();
}
