/* SPDX-License-Identifier: ISC */
/* Operations without a purpose, for measuring a council. */
#include "conclaved/node.h"

#include "wire/codec.h"

#include <sodium.h>
#include <string.h>

enum { RUN_BYTES = 16 /* of a nonce; the rest counts */, FILLER = 'x' };

int node_load(struct node *n, uint32_t operations, size_t size, uint32_t *waiting)
{
    uint8_t nonce[RUN_BYTES + sizeof(uint32_t)];
    struct buffer text = {NULL, 0, 0}, encoding = {NULL, 0, 0};
    struct operation op = {.kind = OPERATION_PROPOSE, .seat = n->seat};
    struct replica_load load;
    replica_load(n->replica, &load);
    *waiting = load.proposals;
    if (operations > NODE_LOAD_MAX || *waiting > NODE_LOAD_MAX - operations) {
        return CONCLAVE_ESTATE;
    }
    buffer_reserve(&text, size + 1);
    memset(text.data, FILLER, size);
    op.propose.title = slice_of_string("bench");
    op.propose.text = slice_of(text.data, size);
    op.propose.nonce = slice_of(nonce, sizeof(nonce));
    randombytes_buf(nonce, RUN_BYTES);
    for (uint32_t i = 0; i < operations; i++) {
        memcpy(&nonce[RUN_BYTES], &i, sizeof(i));
        codec_encode_operation(&encoding, &op);
        (void)replica_submit(n->replica, buffer_slice(&encoding), false);
        encoding.size = 0;
    }
    *waiting += operations;
    buffer_free(&encoding);
    buffer_free(&text);
    return 0;
}
