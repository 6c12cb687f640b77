# SPDX-License-Identifier: ISC
"""The report as a text with aligned tables, for people and for a page."""

from figures import BLOCK, FINAL, OUTCOME, PHASE, PROVABLE, block_checks, quorum

WIDTH = 80  # of words; tables are narrower by what a manual page indents them


def number(value, scale=1.0):
    """Three digits that count."""
    if value is None:
        return '-'
    value *= scale
    if abs(value) >= 100 or value == 0:
        return f'{value:,.0f}'
    if abs(value) >= 10:
        return f'{value:.1f}'
    return f'{value:.2f}' if abs(value) >= 0.1 else f'{value:.3f}'


def table(heads, rows):
    """Columns aligned to the right; a head may have several lines."""
    lines = [h.split('\n') for h in heads]
    height = max(len(h) for h in lines)
    head = [[''] * (height - len(h)) + h for h in lines]
    cells = [[h[i] for h in head] for i in range(height)] + rows
    widths = [max(len(row[i]) for row in cells) for i in range(len(heads))]
    text = ['  '.join(c.rjust(w) for c, w in zip(row, widths)).rstrip() for row in cells]
    text.insert(height, '  '.join('-' * w for w in widths))
    return '\n'.join(text)


def wrapped(text):
    words, lines, line = text.split(), [], ''
    for word in words:
        if line and len(line) + 1 + len(word) > WIDTH:
            lines.append(line)
            line = word
        else:
            line = f'{line} {word}'.strip()
    return '\n'.join(lines + [line])


def machine(r):
    lines = []
    if r.verifies:
        lines.append(f'V    {number(r.verifies)} Ed25519 verifications a second on one core'
                     f' ({number(1e6 / r.verifies)} us each)')
    if r.signs:
        lines.append(f'     {number(r.signs)} signatures a second')
    for writers, seconds in sorted(r.syncs.items()):
        name = 'S' if writers == 1 else f'S_{writers}'
        lines.append(f'{name:<4} {number(seconds, 1e3)} ms for a synced commit of 1 KiB'
                     + (f', {writers} processes at once' if writers > 1 else ''))
    for writers, seconds in sorted(r.appends.items()):
        name = 'A' if writers == 1 else f'A_{writers}'
        lines.append(f'{name:<4} {number(seconds, 1e3)} ms for the same in the log of a store'
                     + (f', {writers} processes at once' if writers > 1 else ''))
    c = r.costs
    if c.get('flush_ns'):
        lines.append(f'     {number(c["flush_ns"], 1e-3)} us for what a turn sends to one '
                     f'peer, both ends')
        lines.append(f'     {number(c["frame_ns"], 1e-3)} us more for each message, '
                     f'{number(c["byte_ns"])} ns for each byte')
    if r.fitted:
        lines.append(f'     {number(c["turn_ns"], 1e-3)} us for a turn of a daemon besides, '
                     f'fitted to one')
        lines.append(f'     operation alone at n = {r.fitted}')
    return '\n'.join(lines)


def both(r):
    """Measured and simulated rows in the order of sizes."""
    for n in r.sizes:
        if n in r.measured:
            yield 'real', r.measured[n]
        if n in r.shared:
            yield 'model', r.shared[n]
        elif n in r.apart:
            yield 'cores', r.on_cores(r.apart[n])
        if n in r.apart:
            yield 'apart', r.apart[n]


def operations(r):
    heads = ['seats', 'how', 'all\n/s', 'in V', 'CPU\nus', 'signa-\ntures, %',
             'sent\nbytes', 'disk\nbytes', 'memory\nMB', 'alone\np50, ms']
    rows = []
    for how, row in both(r):
        share = row.get('op_signatures')
        cpu = row.get('op_cpu')
        rows.append([
            str(row['seats']), how, number(row.get('ops_per_s')),
            number(row['ops_per_s'] / r.verifies)
            if r.verifies and row.get('ops_per_s') else '-',
            number(cpu, 1e6), number(share / cpu * 100) if share and cpu else '-',
            number(row.get('op_wire')), number(row.get('op_disk')),
            number(row.get('memory'), 1e-6), number(row.get('alone'), 1e3)])
    return table(heads, rows)


def one_decision(r):
    heads = ['seats', 'how', 'outcome\np50, ms', 'final\nms', 'CPU\nms', 'checks',
             'sent\nkB', 'disk\nkB']
    rows = []
    for how, row in both(r):
        rows.append([
            str(row['seats']), how, number(row.get('outcome'), 1e3),
            number(row.get('final'), 1e3), number(row.get('one_cpu'), 1e3),
            number(row.get('one_checks')), number(row.get('one_wire'), 1e-3),
            number(row.get('one_disk'), 1e-3)])
    return table(heads, rows)


def many_decisions(r):
    heads = ['seats', 'how', 'all\n/s', 'CPU\nms', 'checks', 'sent\nkB', 'disk\nkB']
    rows = []
    for how, row in both(r):
        rows.append([
            str(row['seats']), how, number(row.get('many_per_s')),
            number(row.get('many_cpu'), 1e3), number(row.get('many_checks')),
            number(row.get('many_wire'), 1e-3), number(row.get('many_disk'), 1e-3)])
    return table(heads, rows)


def in_delays(seconds, delay):
    return '-' if seconds is None else f'{seconds / delay:.1f}'


def far_rows(r):
    return sorted(r.far + r.lines,
                  key=lambda row: (row['delay'], row['seats'], row['how'] == 'apart'))


def far_times(r):
    heads = ['delay\nms', 'seats', 'how', 'block\nms', f'\n{PHASE}', 'outcome\nms',
             f'\n{OUTCOME}', 'final\nms', f'\n{FINAL}', 'prov-\nable\nms',
             f'\n{PROVABLE}']
    rows = []
    for row in far_rows(r):
        d = row['delay']
        rows.append([
            number(d, 1e3), str(row['seats']), row['how'], number(row['alone'], 1e3),
            in_delays(row['alone'], d), number(row['outcome'], 1e3),
            in_delays(row['outcome'], d), number(row['final'], 1e3),
            in_delays(row['final'], d), number(row['provable'], 1e3),
            in_delays(row['provable'], d)])
    return table(heads, rows)


def far_rates(r):
    heads = ['delay\nms', 'seats', 'how', 'one\n/s', 'bound\n/s', 'many\n/s', 'bound\n/s',
             'of']
    rows = []
    for row in far_rows(r):
        d = row['delay']
        rows.append([
            number(d, 1e3), str(row['seats']), row['how'], number(row['one_per_s']),
            number(1 / ((PROVABLE if row['how'] == 'apart' else FINAL) * d)),
            number(row['many_per_s']), number(row['many_bound']), str(row['many'] or '-')])
    return table(heads, rows)


def model(r, names):
    rows = [[str(n)] + [number(row.get(name)) for name, _ in names]
            for n, row in r.compared().items()]
    return table(['seats'] + [head for _, head in names], rows)


MODEL_OPERATIONS = [('ops_per_s', 'all\n/s'), ('op_cpu', 'CPU'), ('op_wire', 'wire'),
                    ('op_disk', 'disk'), ('alone', 'alone\np50')]
MODEL_DECISIONS = [('outcome', 'outcome\np50'), ('one_cpu', 'CPU'), ('one_checks', 'checks'),
                   ('one_wire', 'wire'), ('one_disk', 'disk'), ('many_per_s', 'many\n/s'),
                   ('many_cpu', 'CPU'), ('many_checks', 'checks')]


def far_model(r):
    rows = [[number(row['delay'], 1e3), str(row['seats'])]
            + [number(row[name]) for name in ('alone', 'outcome', 'final', 'many_per_s')]
            for row in r.far_compared]
    return table(['one way\nms', 'seats', 'block', 'outcome', 'final', 'many\n/s'], rows)


def arithmetic():
    lines = [f'block     envelope to the primary 1, PRE-PREPARE 1, PREPARE 1, COMMIT 1'
             f' = {PHASE}',
             f'outcome   blocks with the PROPOSE {PHASE}, with all ballots {PHASE}, '
             f'with all reveals {PHASE} = {OUTCOME}',
             f'final     a proposal makes one step in a block: an empty one more, '
             f'{BLOCK} = {FINAL}',
             f'provable  a header that covers the record: an empty one more, {BLOCK} = '
             f'{PROVABLE}']
    return '\n'.join(lines)


HOW = '''real: daemons, all on this machine's cores and one disk. model: the replica and the store
that ship, on virtual time, as many on as many cores and one disk. apart: the same with a
core and a disk for each, links of 0.1 ms. cores: what this machine's cores would carry of
that, all replicas together, by their processor time alone. In the model messages, bytes, blocks, synced turns and signature checks are counted as they happen.
Processor time is what was counted, weighed: a check and a signature as measured by the
bench, a message by what the real channel took on loopback in this run, the calls into the
replica and its store by their mean in this run, with signatures that cost nothing and stores
in memory; and for each turn what else a daemon does (its loop, its clients and events, the
kernel), one number for all sizes, fitted where it says above. Many decisions are up to eight of each seat, in the
model at most 264 in all. A sync takes S, on one disk as
much more, up to S_n, as others are under way, and more for each byte. Disk is what the store
hands to the system; of a daemon what the kernel accounts to it, by whole folios of its cache,
which may be several times as much. Memory is the heap of a replica, without channels and without LMDB's map;
of a daemon, what is resident without that map.'''


def bound():
    return ('The lower bound in one-way delays, for a client at a backup:\n' + arithmetic())


def sections(r):
    """Titles, tables and words about them."""
    yield 'THE MACHINE', machine(r), ''
    if r.sizes:
        yield ('OPERATIONS: as many as the council takes, of 8 bytes in large envelopes; of '
               'one replica', operations(r), '')
        yield ('DECISIONS: one after another; of one replica, for one decision',
               one_decision(r), '')
        yield ('MANY DECISIONS: at once; of one replica, for one decision',
               many_decisions(r), HOW)
    if r.compared():
        yield ('THE MODEL: of operations, over what is real; 1 would be right',
               model(r, MODEL_OPERATIONS), '')
        yield ('THE MODEL OF DECISIONS: one after another, and many at once; over what is '
               'real', model(r, MODEL_DECISIONS), '')
    if r.far or r.lines:
        yield ('OVER DISTANCES: delays are one way; the lower bound in delays stands above '
               'each column', far_times(r), '')
        yield ('RATES OVER DISTANCES: decisions a second, one after another and many at '
               'once', far_rates(r), BEYOND)
    if r.far_compared:
        yield ('THE MODEL OVER DISTANCES: asked as the real daemons; over what is real',
               far_model(r), '')


BEYOND = '''Beyond the bound are the syncs, one before each of a block's messages; the
processor time of checks; and what the primary waits for ballots and reveals, that come in
crowds. Apart, a decision begins once the one before is provable. Real daemons, whose bytes
another process holds back, are asked as soon as it is final, when a block is still under
way; they share the cores and the disk. The floor of the request timer is the charter's
default, or four delays where that is more.'''


def text(r):
    parts = []
    for title, lines, words in sections(r):
        parts += [wrapped(title), '', lines, '']
        if words:
            parts += [wrapped(words), '']
    if r.far or r.lines:
        parts += [bound(), '']
    if r.sizes:
        parts += [wrapped('Signatures that one replica checks for a block with one '
                          'envelope, from 1 + 2(q-1) to 1 + 2(n-1):'),
                  wrapped(', '.join('{} to {} at n = {} (q = {})'.format(
                      *block_checks(n), n, quorum(n)) for n in r.sizes)), '']
    return '\n'.join(parts)


def mdoc(r):
    """The tables for a manual page, which has the words itself."""
    parts = [f'One run of\n.Ql make bench-report\non a machine with {r.cores} cores.']
    for title, lines, _ in sections(r):
        name, _, about = title.partition(': ')
        parts += [f'.Ss {name.capitalize()}']
        parts += [f'{about[0].upper()}{about[1:]}.'] if about else []
        parts += ['.Bd -literal', lines, '.Ed']
    return '\n'.join(parts) + '\n'
