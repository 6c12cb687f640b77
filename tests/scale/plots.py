# SPDX-License-Identifier: ISC
"""Data files, gnuplot scripts and the plots they make. Lines are told apart by points and
dashes, so that they can be read in black and white."""

import os
import shutil
import subprocess
import sys

from figures import OUTCOME, PROVABLE

HEAD = '''set terminal svg size 760,520 font "Helvetica,14" background "white"
set output "{name}.svg"
set title "{title}"
set xlabel "{xlabel}"
set ylabel "{ylabel}"
set grid xtics ytics lc rgb "#cccccc"
set key {key}
set datafile missing "-"
{more}
'''
STYLES = [('1', '7', 'black'), ('2', '5', '#333333'), ('4', '9', '#0050a0'),
          ('3', '11', '#a04000'), ('5', '13', '#207020')]


def goals(r):
    """What a council ought to do, where the machine's yardstick is known."""
    if not r.verifies:
        return []
    return [(4, 4.5 * r.verifies, '4.5 V'), (33, 0.5 * r.verifies, '0.5 V')]


class Plot:
    def __init__(self, name, title, ylabel, xlabel='seats', key='top right', more=''):
        self.name, self.more = name, more
        self.head = {'title': title, 'ylabel': ylabel, 'xlabel': xlabel, 'key': key}
        self.series = []

    def add(self, label, points, style=None, how='linespoints'):
        points = [(x, y) for x, y in points if y is not None]
        if points:
            self.series.append((label, points, style, how))

    def write(self, folder):
        lines = [HEAD.format(name=self.name, more=self.more, **self.head)]
        parts, blocks = [], []
        for i, (label, points, style, how) in enumerate(self.series):
            dash, point, colour = STYLES[(i if style is None else style) % len(STYLES)]
            shape = '' if how == 'lines' else f' pt {point} ps 0.9'
            shape += '' if how == 'points' else f' dt {dash} lw 1.6'
            parts.append(f'"{self.name}.dat" index {i} using 1:2 with {how}{shape} '
                         f'lc rgb "{colour}" title "{label}"')
            blocks.append(f'# {label}\n' + '\n'.join(f'{x:g} {y:g}' for x, y in points))
        lines.append('plot ' + ', \\\n     '.join(parts))
        with open(os.path.join(folder, self.name + '.dat'), 'w', encoding='utf-8') as file:
            file.write('\n\n\n'.join(blocks) + '\n')
        with open(os.path.join(folder, self.name + '.gp'), 'w', encoding='utf-8') as file:
            file.write('\n'.join(lines) + '\n')


def size_axis(r, logscale_y=True):
    tics = ', '.join(str(n) for n in r.sizes)
    return ('set logscale x\n' + ('set logscale y\n' if logscale_y else '') +
            f'set xtics ({tics})\nset xrange [{min(r.sizes) * 0.9:g}:{max(r.sizes) * 1.1:g}]')


def by_size(rows, name, scale=1.0):
    return [(n, row[name] * scale if row.get(name) is not None else None)
            for n, row in sorted(rows.items())]


def throughput(r):
    p = Plot('throughput', 'Operations ordered, 8 bytes each', 'operations/s',
             more=size_axis(r))
    p.add(f'measured, {r.cores} cores for all', by_size(r.measured, 'ops_per_s'))
    p.add('simulated, likewise', by_size(r.shared, 'ops_per_s'))
    p.add('simulated, a core and a disk each', by_size(r.apart, 'ops_per_s'))
    p.add('goals, 4.5 V and 0.5 V', [(n, y) for n, y, _ in goals(r)], style=3,
          how='points')
    return p


def operation_cpu(r):
    p = Plot('operation-cpu', 'Processor time of one replica for one operation',
             'microseconds', key='top left', more=size_axis(r))
    p.add('measured', by_size(r.measured, 'op_cpu', 1e6))
    p.add('simulated', by_size(r.apart, 'op_cpu', 1e6))
    p.add('of it signatures', by_size(r.apart, 'op_signatures', 1e6))
    return p


def decision_cpu(r):
    p = Plot('decision-cpu', 'Processor time of one replica for one decision',
             'milliseconds', key='top left', more=size_axis(r))
    p.add('measured, one after another', by_size(r.measured, 'one_cpu', 1e3))
    p.add('simulated, one after another', by_size(r.apart, 'one_cpu', 1e3))
    p.add('measured, many at once', by_size(r.measured, 'many_cpu', 1e3))
    p.add('simulated, many at once', by_size(r.apart, 'many_cpu', 1e3))
    p.add('of it signatures', by_size(r.apart, 'many_signatures', 1e3))
    return p


def operation_bytes(r):
    p = Plot('operation-bytes', 'Bytes of one replica for one operation of 8 bytes',
             'bytes', key='top left', more=size_axis(r))
    p.add('sent, measured', by_size(r.measured, 'op_wire'))
    p.add('sent, simulated', by_size(r.apart, 'op_wire'))
    p.add('written, measured', by_size(r.measured, 'op_disk'))
    p.add('written, simulated', by_size(r.apart, 'op_disk'))
    return p


def decision_bytes(r):
    p = Plot('decision-bytes', 'Bytes of one replica for one decision of many', 'kilobytes',
             key='top left', more=size_axis(r))
    p.add('sent, measured', by_size(r.measured, 'many_wire', 1e-3))
    p.add('sent, simulated', by_size(r.apart, 'many_wire', 1e-3))
    p.add('written, measured', by_size(r.measured, 'many_disk', 1e-3))
    p.add('written, simulated', by_size(r.apart, 'many_disk', 1e-3))
    return p


def memory(r):
    p = Plot('memory', 'Memory of one replica', 'megabytes', key='top left',
             more=size_axis(r))
    p.add('daemon under load, measured', by_size(r.measured, 'memory', 1e-6))
    p.add('daemon idle, measured', by_size(r.measured, 'memory_idle', 1e-6))
    p.add('replica\'s heap under load, simulated', by_size(r.apart, 'memory', 1e-6))
    p.add('goal under load, 24 MB', [(n, 24) for n in r.sizes], style=3, how='lines')
    return p


def outcome(r):
    p = Plot('outcome', 'From proposal to outcome, no other proposal under way',
             'milliseconds', key='outside bottom center horizontal', more=size_axis(r))
    p.add('measured, here', by_size(r.measured, 'outcome', 1e3))
    p.add('simulated, 0.1 ms links', by_size(r.apart, 'outcome', 1e3))
    for i, d in enumerate(r.delays):
        rows = {row['seats']: row for row in r.far if row['delay'] == d}
        p.add(f'{d * 1e3:g} ms links', by_size(rows, 'outcome', 1e3), style=i + 2)
        p.add(f'bound, {OUTCOME} delays of {d * 1e3:g} ms',
              [(n, OUTCOME * d * 1e3) for n in sorted(rows)], style=i + 2, how='lines')
    return p


def far_rate(r):
    p = Plot('far-decisions', 'Decisions over distances', 'decisions/s',
             xlabel='one-way delay, ms', key='outside bottom center horizontal',
             more='set logscale xy')
    sizes = sorted({row['seats'] for row in r.far})
    for i, n in enumerate(n for n in sizes if n in (4, 33, 100) or len(sizes) < 4):
        rows = [row for row in r.far if row['seats'] == n]
        p.add(f'{n} seats, many at once', [(row['delay'] * 1e3, row['many_per_s'])
                                           for row in rows], style=i)
        p.add(f'{n} seats, one by one', [(row['delay'] * 1e3, row['one_per_s'])
                                         for row in rows], style=i)
    p.add(f'bound one by one, 1/({PROVABLE} delays)',
          [(d * 1e3, 1 / (PROVABLE * d)) for d in r.delays], style=3, how='lines')
    return p


def draw(r, folder):
    made = [throughput, operation_cpu, decision_cpu, operation_bytes, decision_bytes,
            memory, outcome] + ([far_rate] if r.far else [])
    plots = [p for p in (make(r) for make in made) if p.series] if r.sizes else []
    for plot in plots:
        plot.write(folder)
    if shutil.which('gnuplot') is None:
        print('report.py: no plots, because there is no gnuplot: install the package '
              'gnuplot-nox (or gnuplot) and run this again', file=sys.stderr)
        return
    for plot in plots:
        done = subprocess.run(['gnuplot', plot.name + '.gp'], cwd=folder, check=False,
                              capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f'report.py: gnuplot {plot.name}.gp: {done.stderr.strip()}')
    print(f'{len(plots)} plots in {folder}: '
          + ', '.join(plot.name + '.svg' for plot in plots))
