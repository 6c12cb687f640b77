/* SPDX-License-Identifier: ISC */
/* serve SOCKET CHARTER [MORE]: the control socket of a node made by hand, with so many more
 * decisions, until it is killed, or a minute has passed. Prints the ids of its three
 * proposals. Its store is beneath TMPDIR. */
#include "hand_node.h"

#include "base/log.h"
#include "conclaved/flagging.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void on_signal(struct ev_loop *loop, ev_signal *w, int revents)
{
    (void)w;
    (void)revents;
    ev_break(loop, EVBREAK_ALL);
}

/* The flags 1, 2 and 3, of which the second is cleared. */
static void raise_flags(struct hand_node *h)
{
    flagging_raise(&h->node, &(struct sighting){.kind = FLAG_SILENT,
                                                .seat = 3,
                                                .is_local = true,
                                                .text = "nothing heard for 7.0 s"});
    flagging_raise(&h->node, &(struct sighting){.kind = FLAG_STALLED,
                                                .is_local = true,
                                                .height = 4,
                                                .text = "waits for nothing"});
    flagging_clear(&h->node, FLAG_STALLED, 0);
    flagging_raise(&h->node, &(struct sighting){.kind = FLAG_MISSED,
                                                .seat = 2,
                                                .proposal = &h->ids[0],
                                                .text = "no ballot"});
}

int main(int argc, char **argv)
{
    static struct hand_node hand;
    struct complaint why = {""};
    struct control_server_config config;
    ev_signal end;
    if (argc != 3 && argc != 4) {
        return 2;
    }
    (void)alarm(60);
    (void)log_open("stderr", LOG_LEVEL_ERROR, NULL);
    hand_node_make_long(&hand, argv[2],
                        argc == 4 ? (unsigned)strtoul(argv[3], NULL, 10) : 0);
    raise_flags(&hand);
    struct ev_loop *loop = ev_default_loop(EVFLAG_AUTO);
    hand.node.loop = loop;
    /* The third seat's connection has been lost before. */
    hand.node.peers[2].since_wall_ms = 1735689605000;
    hand.node.peers[2].went_down = true;
    hand.node.peers[2].down_wall_ms = 1735689600000;
    hand.node.peers[2].down_reason = NET_DOWN_TIMEOUT;
    control_server_config_defaults(&config);
    config.path = argv[1];
    config.methods = node_methods;
    config.context = &hand.node;
    if (control_server_start(loop, &config, &hand.node.control, &why) != 0) {
        (void)fprintf(stderr, "%s\n", why.text);
        return 1;
    }
    for (size_t i = 0; i < HAND_PROPOSALS; i++) {
        char hex[2 * HASH_BYTES + 1];
        hex_encode(hex, slice_of(hand.ids[i].bytes, HASH_BYTES));
        (void)printf("%s\n", hex);
    }
    (void)fflush(stdout);
    ev_signal_init(&end, on_signal, SIGTERM);
    ev_signal_start(loop, &end);
    ev_run(loop, 0);
    ev_signal_stop(loop, &end);
    control_server_free(hand.node.control);
    ev_loop_destroy(loop);
    hand_node_free(&hand);
    return 0;
}
