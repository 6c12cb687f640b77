# SPDX-License-Identifier: ISC
"""What the report says, out of the JSON of the bench (real processes) and of scale
(councils on virtual time). Bytes, seconds and processor time are those of one replica, for
one operation or one decision. What was not measured is None."""

import json

PHASE = 4        # one-way delays of a block for a client at a backup: envelope, PRE-PREPARE,
                 # PREPARE, COMMIT
BLOCK = 3        # and without the envelope
OUTCOME = 3 * PHASE         # PROPOSE, ballots, reveals
FINAL = OUTCOME + BLOCK     # a proposal makes one step in a block
PROVABLE = FINAL + BLOCK    # a header that covers the record


def load(path):
    with open(path, encoding='utf-8') as file:
        return json.load(file)


def pick(tree, *paths):
    """The first of the dotted paths that leads to a number."""
    for path in paths:
        node = tree
        for name in path.split('.'):
            node = node.get(name) if isinstance(node, dict) else None
        if isinstance(node, (int, float)) and not isinstance(node, bool):
            return float(node)
    return None


def ratio(a, b):
    return a / b if a is not None and b else None


def quorum(n):
    return (n + (n - 1) // 3) // 2 + 1


def block_checks(n):
    """What one replica checks for one block with one envelope of another seat, at least and
    at most: the envelope, PREPAREs and COMMITs of others until there are q with its own. A
    vote that comes before what it is a vote on is checked, too."""
    return 1 + 2 * (quorum(n) - 1), 1 + 2 * (n - 1)


# --- real processes ---

def measured(council):
    return {
        'seats': int(council['seats']),
        'ops_per_s': pick(council, 'ordering.operations_per_s'),
        'op_cpu': pick(council, 'ordering.each.cpu_s',
                       'ordering.cpu_s_per_operation_and_node'),
        'op_checks': pick(council, 'ordering.each.checks'),
        'op_wire': pick(council, 'ordering.each.sent_bytes'),
        'op_disk': pick(council, 'ordering.each.written_bytes'),
        'alone': pick(council, 'alone.latency_s.p50', 'ordering.alone_s.p50'),
        'outcome': pick(council, 'decisions.outcome_s.p50'),
        'final': pick(council, 'decisions.final_s.p50'),
        'one_cpu': pick(council, 'decisions.one_each.cpu_s',
                        'decisions.one_cpu_s_per_node'),
        'one_checks': pick(council, 'decisions.one_each.checks'),
        'one_wire': pick(council, 'decisions.one_each.sent_bytes'),
        'one_disk': pick(council, 'decisions.one_each.written_bytes'),
        'many': pick(council, 'decisions.many'),
        'many_per_s': pick(council, 'decisions.many_per_s'),
        'many_cpu': pick(council, 'decisions.many_each.cpu_s',
                         'decisions.many_cpu_s_per_decision_and_node'),
        'many_checks': pick(council, 'decisions.many_each.checks'),
        'many_wire': pick(council, 'decisions.many_each.sent_bytes'),
        'many_disk': pick(council, 'decisions.many_each.written_bytes'),
        'memory': pick(council, 'memory_loaded_bytes.own.mean',
                       'resident_loaded_bytes.mean'),
        'memory_idle': pick(council, 'memory_idle_bytes.own.mean',
                            'resident_idle_bytes.mean'),
        'idle_cpu': pick(council, 'idle_cpu'),
    }


# --- virtual time ---

def each(run, things):
    """Of one replica, for one of so many things."""
    by = run['seats'] * things
    cpu = run['cpu_s']
    counts = run['counts']
    return {
        'cpu': ratio(sum(cpu.values()), by),
        'signatures': ratio(cpu['signatures'], by),
        'channels': ratio(cpu['channels'], by),
        'own': ratio(cpu['own'], by),
        'turns': ratio(cpu.get('turns', 0), by),
        'checks': ratio(counts['checks'], by),
        'wire': ratio(counts['wire_bytes'], by),
        'disk': ratio(counts['disk_bytes'], by),
    }


def put(row, prefix, values):
    for name, value in values.items():
        row[prefix + '_' + name] = value


def find(runs, kind, seats, shared, delay=None, quiet=True):
    for run in runs:
        if run['kind'] == kind and run['seats'] == seats and \
           (run['cores'] > 0) == shared and (shared or run['quiet'] == quiet) and \
           (delay is None or abs(run['delay_s'] - delay) < 1e-9):
            return run
    return None


def simulated(runs, seats, shared):
    """A row like measured()'s; of replicas on this machine's cores, or with one each."""
    row = {'seats': seats}
    load_run = find(runs, 'load', seats, shared)
    alone = find(runs, 'alone', seats, shared)
    one = find(runs, 'one', seats, shared)
    many = find(runs, 'many', seats, shared)
    if load_run is not None:
        row['ops_per_s'] = ratio(load_run['operations'], load_run['seconds'])
        row['memory'] = load_run['heap_bytes']
        put(row, 'op', each(load_run, load_run['operations']))
    if alone is not None:
        row['alone'] = pick(alone, 'alone_s.p50')
        row['alone_checks'] = each(alone, alone['operations'])['checks']
    if one is not None:
        row['outcome'] = pick(one, 'outcome_s.p50')
        row['final'] = pick(one, 'final_s.p50')
        put(row, 'one', each(one, one['decisions']))
    if many is not None:
        row['many'] = many['decisions']
        row['many_per_s'] = ratio(many['decisions'], many['seconds'])
        put(row, 'many', each(many, many['decisions']))
    return row if len(row) > 1 else None


def far(runs, seats, delay):
    """A council over links of so many seconds one way."""
    one = find(runs, 'one', seats, False, delay)
    many = find(runs, 'many', seats, False, delay)
    alone = find(runs, 'alone', seats, False, delay)
    if one is None and many is None and alone is None:
        return None
    return {
        'seats': seats, 'delay': delay, 'how': 'apart',
        'alone': pick(alone or {}, 'alone_s.p50'),
        'outcome': pick(one or {}, 'outcome_s.p50'),
        'final': pick(one or {}, 'final_s.p50'),
        'provable': pick(one or {}, 'provable_s.p50'),
        'many_bound': ratio(many['decisions'], FINAL * delay) if many else None,
        'one_per_s': ratio(one['decisions'], one['seconds']) if one else None,
        'many_per_s': ratio(many['decisions'], many['seconds']) if many else None,
        'many': many['decisions'] if many else None,
        'views': sum(r['views'] for r in (one, many, alone) if r),
    }


def far_measured(row):
    """The same of real daemons over long lines."""
    values = {name: pick(row, path) for name, path in (
        ('delay', 'delay_s'), ('alone', 'alone_p50_s'), ('outcome', 'outcome_p50_s'),
        ('final', 'final_p50_s'), ('one_per_s', 'one_per_s'),
        ('many_per_s', 'many_per_s'))}
    return dict(values, how='real', seats=int(row['seats']), provable=None, views=0,
                many=row['many'],
                many_bound=ratio(row['many'], FINAL * values['delay']))


class Report:
    def __init__(self, bench, scale, lines=None):
        machine = (bench or {}).get('machine') or {}
        self.verifies = pick(machine, 'ed25519_verifies_per_s')
        self.signs = pick(machine, 'ed25519_signs_per_s')
        self.syncs = {int(c['writers']): c['writers'] / c['per_s']
                      for c in machine.get('lmdb_synced_commits', []) if c['per_s']}
        self.appends = {int(c['writers']): c['writers'] / c['per_s']
                        for c in machine.get('synced_appends', []) if c['per_s']}
        self.costs = (scale or {}).get('machine') or {}
        self.cores = int(pick(machine, 'cores') or 2)
        self.fitted = int(pick(scale or {}, 'turns_fitted_at_seats') or 0)
        runs = (scale or {}).get('runs') or []
        self.measured = {int(c['seats']): measured(c)
                         for c in (bench or {}).get('councils', [])}
        sizes = sorted({r['seats'] for r in runs})
        self.shared = {n: row for n in sizes
                       if (row := simulated(runs, n, True)) is not None}
        self.apart = {n: row for n in sizes
                      if (row := simulated(runs, n, False)) is not None}
        self.sizes = sorted(set(self.measured) | set(sizes))
        delays = sorted({r['delay_s'] for r in runs
                         if r['cores'] == 0 and r['delay_s'] >= 0.001})
        self.far = [row for d in delays for n in sizes
                    if (row := far(runs, n, d)) is not None]
        self.delays = delays
        self.lines = sorted((far_measured(row) for row in (lines or {}).get('rows', [])),
                            key=lambda row: (row['delay'], row['seats']))
        self.far_compared = [row for row in (self.far_model(real, runs)
                                             for real in self.lines) if row is not None]

    def on_cores(self, row):
        """What this machine's cores would carry, all replicas together, were they never
        idle."""
        n = row['seats']
        return {'seats': n,
                'ops_per_s': ratio(self.cores / n, row.get('op_cpu')),
                'many_per_s': ratio(self.cores / n, row.get('many_cpu'))}

    @staticmethod
    def far_model(real, runs):
        """Model over measured, asked in the same way."""
        model = far(runs, real['seats'], real['delay'])
        one = find(runs, 'one', real['seats'], False, real['delay'], quiet=False)
        if model is None or one is None:
            return None
        model['outcome'] = pick(one, 'outcome_s.p50')
        model['final'] = pick(one, 'final_s.p50')
        if model['many'] != real['many']:
            model['many_per_s'] = None
        names = ('alone', 'outcome', 'final', 'many_per_s')
        return dict({name: ratio(model[name], real[name]) for name in names},
                    seats=real['seats'], delay=real['delay'])

    def compared(self):
        """Model over measured, by size."""
        names = ('ops_per_s', 'op_cpu', 'op_wire', 'op_disk', 'alone', 'outcome',
                 'one_cpu', 'one_checks', 'one_wire', 'one_disk', 'many_per_s',
                 'many_cpu', 'many_checks')
        rows = {}
        for n in self.sizes:
            real, model = self.measured.get(n), self.shared.get(n)
            if real is not None and model is not None:
                alike = real.get('many') == model.get('many')
                rows[n] = {name: ratio(model.get(name), real.get(name)) for name in names
                           if alike or not name.startswith('many')}
        return rows
