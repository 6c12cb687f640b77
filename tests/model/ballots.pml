/* SPDX-License-Identifier: ISC */
/*
 * A proposal's life, conclave-protocol(7) section 8, for n = 4 and T = 3: three correct
 * seats A, B, C, and one, D, that lies. spin looks at every run.
 *
 * Checked:
 *   secrecy       no correct seat's ballot is readable before the proposal is OPENING in
 *                 the committed chain;
 *   independence  D's ballot is bound before any other can be read;
 *   constancy     the ballot in the record is the one that the seat's agent first gave,
 *                 and no correct seat is convicted of two;
 *   certainty     the outcome is fixed once, before the record is final; `approved` has T
 *                 open approvals, T - f of them of correct seats; after `rejected` T
 *                 approvals are never open, unless the reveal deadline had passed (such
 *                 reveals count into the record, never into the outcome, point 5);
 *   termination   every run is finite and ends with the record final (no state without a
 *                 way on, no cycle), given that deadlines come, also when seats stop for
 *                 ever (DEATHS of them, at any time).
 *
 * What is abstracted, and why nothing is lost by it:
 *
 * The chain is one sequence of committed blocks, which ordering.pml is about, and one block
 * above it that seats have seen and that a view change may still replace. The primary
 * puts into it whatever it likes of what was sent; so it may censor (point 4 is left out:
 * it only takes blocks away). Seats lag by acting later.
 *
 * Block time is one question: has the phase's deadline come? It may come with any block,
 * grace included, and once it has come it stays so until the phase ends. Every order of
 * times that the charter's windows allow is among these. A block that nothing calls for is
 * not proposed. The number of blocks that are replaced is bounded (REPLACED).
 *
 * Cryptography is ideal: a commitment hides its ballot, opens to one only, and is of no
 * use to another seat or proposal (a copied one is a ballot that D can never open, and so
 * the same as one that it withholds). A REVEAL that opens nothing is void and left out.
 *
 * A correct seat's ballot is durable before the commitment leaves (GIVE, then SEND), so a
 * crash between any two acts changes nothing of what is here; a store that is lost
 * (LOSES) leaves the seat mute about this proposal. Suspension changes only who is waited
 * for, that is, when SEALED may end, and that is any time already.
 *
 * Not shown: several proposals, n > 4, epochs.
 */
#ifndef REPLACED
#define REPLACED 1
#endif
#ifndef LOSES
#define LOSES 0
#endif
#ifndef DEATHS
#define DEATHS 0
#endif

#define SEATS 4
#define LIAR 3
#define T 3
#define F 1

#define REJECT 1
#define APPROVE 2
#define ABSTAIN 3

mtype = { SEALED, OPENING, FINAL, UNDECIDED, APPROVED, REJECTED };
mtype = { NONE, TOO_FEW_BALLOTS, DEADLINE, THRESHOLD_UNREACHABLE };

#define HAS(set, s) (((set) >> (s)) & 1)
#define ADD(set, s) set = set | (1 << (s))
#define SIZE(set) (HAS(set, 0) + HAS(set, 1) + HAS(set, 2) + HAS(set, 3))

/* by the committed chain */
mtype phase = SEALED;
mtype outcome = UNDECIDED;
mtype reason = NONE;
byte bound[SEATS];    /* the ballot that the seat's commitment opens to; 0: none */
byte revealed;        /* sets of seats */
byte expelled;
bool lapsed;          /* the phase's deadline has come */
byte ballots_at_seal; /* seats */

/* the block above it */
bool block;
byte block_ballots, block_reveals, block_evidence;
bool block_due;
byte block_liar; /* D's ballot in it */
byte replaced;

/* the seats */
byte first[LIAR]; /* what the agent first gave */
byte own[LIAR];   /* what the node remembers */
byte sent;        /* whose BALLOT has left the node */
byte twice;       /* whose second, different BALLOT has */
byte open;        /* whose ballot and nonce have: anyone can read it */
byte mute;        /* lost their state since the proposal was opened */
byte dead;        /* stopped for ever */
byte losses;

#define CORRECT 7 /* the set of A, B and C */
#define UNEXPELLED (15 & ~expelled)
#define BOUND \
    ((bound[0] != 0) + 2 * (bound[1] != 0) + 4 * (bound[2] != 0) + 8 * (bound[3] != 0))
#define COUNTED (BOUND & UNEXPELLED)
#define UNREVEALED (COUNTED & ~revealed)
#define APPROVES(s) (HAS(revealed, s) && bound[s] == APPROVE)
#define APPROVALS (APPROVES(0) + APPROVES(1) + APPROVES(2) + APPROVES(3))

#define MAY_STILL_REVEAL (phase == SEALED -> SIZE(UNEXPELLED) : SIZE(UNREVEALED))
#define CERTAIN \
    (APPROVALS >= T || APPROVALS + MAY_STILL_REVEAL < T || (phase == OPENING && lapsed))
#define SEALED_ENDS (SIZE(COUNTED) == SIZE(UNEXPELLED) || lapsed)
#define OPENING_ENDS (SIZE(UNREVEALED) == 0 || lapsed)
#define STEP_DUE \
    ((outcome == UNDECIDED && CERTAIN) || (phase == SEALED && SEALED_ENDS) || \
     (phase == OPENING && OPENING_ENDS))

#ifdef NO_DEADLINE /* variant */
#define DEADLINES false
#else
#define DEADLINES true
#endif

#ifdef EARLY /* variant: reveals once the block that ends SEALED is seen, not committed */
#define OPENS \
    (phase == OPENING || \
     (block && (block_due || ((BOUND | block_ballots) & UNEXPELLED) == UNEXPELLED)))
#define BINDS(s) (bound[s] != 0 || HAS(block_ballots, s))
#else
#define OPENS (phase == OPENING)
#define BINDS(s) (bound[s] == own[s])
#endif

/* What a correct seat may do. */
#define MAY_GIVE(s) \
    (phase != FINAL && own[s] == 0 && !HAS(mute, s) && !HAS(dead, s))
#define MAY_SEND(s) (phase == SEALED && own[s] != 0 && !HAS(sent, s) && !HAS(dead, s))
#define MAY_OPEN(s) (OPENS && BINDS(s) && own[s] != 0 && !HAS(open, s) && !HAS(dead, s))

/* --- a block is executed: operations first, then at most one step --- */

inline execute()
{
    printf("* a block is committed, deadline come: %d\n", block_due);
    i = 0;
    do
    :: i < SEATS ->
        if
        :: HAS(block_ballots, i) && !HAS(expelled, i) && phase == SEALED && bound[i] == 0 ->
            printf("* ballot of %c\n", 'A' + i);
            if
            :: i == LIAR ->
                bound[i] = block_liar;
                assert((open & CORRECT) == 0) /* independence */
            :: else -> bound[i] = first[i]
            fi
        :: else
        fi;
        if
        :: HAS(block_reveals, i) && !HAS(expelled, i) && phase == OPENING &&
            bound[i] != 0 ->
            printf("* reveal of %c\n", 'A' + i);
            ADD(revealed, i);
            assert(i == LIAR || bound[i] == first[i]) /* constancy */
        :: else
        fi;
        i++
    :: else -> break
    od;
    expelled = expelled | block_evidence;
    assert((expelled & CORRECT) == 0); /* constancy */
    lapsed = lapsed || block_due;
    if
    :: outcome == UNDECIDED && CERTAIN -> decide()
    :: else ->
        if
        :: phase == SEALED && SEALED_ENDS ->
            printf("* OPENING\n");
            phase = OPENING;
            ballots_at_seal = SIZE(COUNTED);
            lapsed = false
        :: phase == OPENING && OPENING_ENDS ->
            printf("* FINAL\n");
            assert(outcome != UNDECIDED); /* certainty */
            phase = FINAL
        :: else
        fi
    fi;
    assert(outcome != APPROVED || APPROVALS >= T); /* certainty */
    assert(outcome != REJECTED || APPROVALS < T || reason == DEADLINE);
    i = 0
}

inline decide()
{
    if
    :: APPROVALS >= T ->
        printf("* approved\n");
        outcome = APPROVED;
        assert(APPROVES(0) + APPROVES(1) + APPROVES(2) >= T - F)
    :: else ->
        printf("* rejected\n");
        outcome = REJECTED;
        if
        :: phase == OPENING && ballots_at_seal < T -> reason = TOO_FEW_BALLOTS
        :: phase == OPENING && ballots_at_seal >= T && lapsed -> reason = DEADLINE
        :: else -> reason = THRESHOLD_UNREACHABLE
        fi
    fi
}

inline no_block()
{
    block = false;
    block_ballots = 0;
    block_reveals = 0;
    block_evidence = 0;
    block_due = false;
    block_liar = 0
}

/* --- all that can happen --- */

#define PUTS(s, set, what) \
    if \
    :: HAS(set, s) -> ADD(what, s) \
    :: true \
    fi

/* What was sent and would take effect: other operations are void, and the pool refuses
 * them. D has always something to say, unless it is dead. */
#define LIES (8 & ~dead)
#define WAITING_BALLOTS ((sent | LIES) & UNEXPELLED & ~BOUND & (phase == SEALED -> 15 : 0))
#define WAITING_REVEALS ((open | LIES) & UNREVEALED & (phase == OPENING -> 15 : 0))
#define WAITING_EVIDENCE (twice & UNEXPELLED)
#define WAITING (WAITING_BALLOTS | WAITING_REVEALS)

#define PICK(s) \
    :: HAS(WAITING_BALLOTS, s) -> ADD(block_ballots, s) \
    :: HAS(WAITING_REVEALS, s) -> ADD(block_reveals, s)

init {
    byte s, i;
    do
    :: phase == FINAL -> break

    /* GIVE: an agent gives its ballot, and the node makes it durable. */
    :: atomic {
        MAY_GIVE(0) || MAY_GIVE(1) || MAY_GIVE(2) ->
            if
            :: MAY_GIVE(0) -> s = 0
            :: MAY_GIVE(1) -> s = 1
            :: MAY_GIVE(2) -> s = 2
            fi;
            if
            :: own[s] = REJECT
            :: own[s] = APPROVE
#ifndef NO_ABSTAIN
            :: own[s] = ABSTAIN
#endif
            fi;
            printf("%c gives ballot %d\n", 'A' + s, own[s]);
            if
            :: first[s] == 0 -> first[s] = own[s]
            :: first[s] != own[s] && HAS(sent, s) -> ADD(twice, s)
            :: first[s] != own[s] && !HAS(sent, s) -> first[s] = own[s]
            :: first[s] == own[s]
            fi;
            s = 0
       }
    /* SEND: its commitment leaves. */
    :: atomic {
        MAY_SEND(0) || MAY_SEND(1) || MAY_SEND(2) ->
            if
            :: MAY_SEND(0) -> s = 0
            :: MAY_SEND(1) -> s = 1
            :: MAY_SEND(2) -> s = 2
            fi;
            printf("%c sends its BALLOT\n", 'A' + s);
            ADD(sent, s);
            s = 0
       }
    /* OPEN: its ballot and nonce leave. */
    :: atomic {
        MAY_OPEN(0) || MAY_OPEN(1) || MAY_OPEN(2) ->
            if
            :: MAY_OPEN(0) -> s = 0
            :: MAY_OPEN(1) -> s = 1
            :: MAY_OPEN(2) -> s = 2
            fi;
            printf("%c sends its REVEAL\n", 'A' + s);
            ADD(open, s);
#ifndef HARM
            assert(phase != SEALED); /* secrecy */
#endif
            s = 0
       }
    /* D signs two. */
    :: atomic { phase != FINAL && !HAS(twice, LIAR) && !HAS(dead, LIAR) -> ADD(twice, LIAR) }
#if DEATHS > 0
    :: atomic {
        phase != FINAL && SIZE(dead) < DEATHS ->
            if
            :: !HAS(dead, 0) -> ADD(dead, 0)
            :: !HAS(dead, 1) -> ADD(dead, 1)
            :: !HAS(dead, 2) -> ADD(dead, 2)
            :: !HAS(dead, 3) -> ADD(dead, 3)
            fi;
            printf("a seat stops for ever\n")
       }
#endif
#if LOSES > 0
    :: atomic {
        phase != FINAL && losses < LOSES ->
            losses++;
            if
            :: s = 0
            :: s = 1
            :: s = 2
            fi;
            printf("%c forgets its ballot\n", 'A' + s);
            own[s] = 0;
#ifndef CASTS_AGAIN /* variant: a ballot that was not durable, or a seat that goes on */
            ADD(mute, s);
#endif
            s = 0
       }
#endif

    /* The primary proposes what one thing calls for, with whatever else it likes. */
    :: atomic {
        !block && phase != FINAL &&
            ((DEADLINES && !lapsed) || STEP_DUE || WAITING || WAITING_EVIDENCE) ->
            if
            :: DEADLINES && !lapsed -> block_due = true
            :: STEP_DUE
            :: WAITING_EVIDENCE -> block_evidence = WAITING_EVIDENCE
            PICK(0)
            PICK(1)
            PICK(2)
            PICK(3)
            fi;
            PUTS(0, WAITING_BALLOTS, block_ballots);
            PUTS(1, WAITING_BALLOTS, block_ballots);
            PUTS(2, WAITING_BALLOTS, block_ballots);
            PUTS(3, WAITING_BALLOTS, block_ballots);
            PUTS(0, WAITING_REVEALS, block_reveals);
            PUTS(1, WAITING_REVEALS, block_reveals);
            PUTS(2, WAITING_REVEALS, block_reveals);
            PUTS(3, WAITING_REVEALS, block_reveals);
            if
            :: WAITING_EVIDENCE -> block_evidence = WAITING_EVIDENCE
            :: true
            fi;
            if
            :: HAS(block_ballots, LIAR) -> block_liar = REJECT
            :: HAS(block_ballots, LIAR) -> block_liar = APPROVE
            :: HAS(block_ballots, LIAR) -> block_liar = ABSTAIN
            :: !HAS(block_ballots, LIAR)
            fi;
            block = true;
            printf("a block is proposed\n")
       }
    :: atomic { block -> d_step { execute(); no_block() } }
    :: atomic {
        block && replaced < REPLACED ->
            printf("a view change replaces the block\n");
            replaced++;
            no_block()
       }
    od
}
