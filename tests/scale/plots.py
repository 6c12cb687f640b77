# SPDX-License-Identifier: ISC
"""Data files, gnuplot scripts and the plots they make. Lines are told apart by points and
dashes, so that they can be read in black and white."""

import os
import shutil
import subprocess
import sys

from figures import OUTCOME, PROVABLE

HEAD = '''set terminal svg size 760,560 font "Helvetica,14" background "white"
set output "{name}.svg"
set title "{title}"
set xlabel "{xlabel}"
set ylabel "{ylabel}"
set grid xtics ytics lc rgb "#cccccc"
set key outside top center horizontal maxcols 2 samplen 4
set format y "{format}"
{axes}
'''
POINTS = (7, 5, 9, 13, 11)     # full shapes: circle, square, triangle, diamond, triangle
HOLLOW = (6, 4, 8, 12, 10)
DASHES = (1, 2, 4, 5, 3)
COLOURS = ('black', '#303030', '#0050a0', '#a04000', '#207020')
BOUND = ('"."', '#000000')     # what nothing can be below, or ought to reach


class Plot:
    def __init__(self, name, title, ylabel, xlabel='seats', axes='', form='%g'):
        self.name = name
        self.head = {'title': title, 'ylabel': ylabel, 'xlabel': xlabel, 'axes': axes,
                     'format': form}
        self.series = []

    def add(self, label, points, look, hollow=False, lines=True):
        """look: which of the shapes and dashes."""
        shape = f'pt {(HOLLOW if hollow else POINTS)[look]} ps 1'
        dash = f'dt {DASHES[look]} lw 1.6' if lines else ''
        how = 'linespoints' if lines else 'points'
        self.put(label, points, f'with {how} {shape} {dash} lc rgb "{COLOURS[look]}"')

    def bound(self, label, points):
        self.put(label, points, f'with lines dt {BOUND[0]} lw 1.2 lc rgb "{BOUND[1]}"')

    def put(self, label, points, style):
        points = [(x, y) for x, y in points if y is not None]
        if points:
            self.series.append((label, points, style))

    def write(self, folder):
        parts, blocks = [], []
        for i, (label, points, style) in enumerate(self.series):
            title = f'title "{label}"' if label else 'notitle'
            parts.append(f'"{self.name}.dat" index {i} using 1:2 {style} {title}')
            blocks.append(f'# {label}\n' + '\n'.join(f'{x:g} {y:g}' for x, y in points))
        self.put_file(folder, '.dat', '\n\n\n'.join(blocks))
        self.put_file(folder, '.gp', HEAD.format(name=self.name, **self.head)
                      + 'plot ' + ', \\\n     '.join(parts))

    def put_file(self, folder, ending, text):
        path = os.path.join(folder, self.name + ending)
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text + '\n')


def size_axis(r, log):
    tics = ', '.join(str(n) for n in r.sizes)
    y = 'set logscale y' if log else 'set yrange [0:*]'
    return (f'set logscale x\nset xtics ({tics})\n'
            f'set xrange [{min(r.sizes) * 0.9:g}:{max(r.sizes) * 1.1:g}]\n{y}')


def by_size(rows, name, scale=1.0):
    return [(n, row[name] * scale if row.get(name) is not None else None)
            for n, row in sorted(rows.items())]


def throughput(r):
    p = Plot('throughput', 'Operations ordered, 8 bytes each', 'operations/s',
             axes=size_axis(r, True), form='%.0s%c')
    p.add(f'real, {r.cores} cores for all', by_size(r.measured, 'ops_per_s'), 0)
    p.add('model, likewise', by_size(r.shared, 'ops_per_s'), 1)
    p.add('model, a core and a disk each', by_size(r.apart, 'ops_per_s'), 2)
    if r.verifies:
        p.add('goals of real ones, 4.5 V and 0.5 V',
              [(4, 4.5 * r.verifies), (33, 0.5 * r.verifies)], 3, True, False)
    return p


def operation_cpu(r):
    p = Plot('operation-cpu', 'Processor time of one replica for one operation',
             'microseconds', axes=size_axis(r, True))
    p.add('real', by_size(r.measured, 'op_cpu', 1e6), 0)
    p.add('model', by_size(r.apart, 'op_cpu', 1e6), 1)
    p.add('of it signatures', by_size(r.apart, 'op_signatures', 1e6), 2)
    p.add('goal, 12 us of all four', [(4, 3)], 3, True, False)
    return p


def decision_cpu(r):
    p = Plot('decision-cpu', 'Processor time of one replica for one decision',
             'milliseconds', axes=size_axis(r, True))
    p.add('real, one after another', by_size(r.measured, 'one_cpu', 1e3), 0)
    p.add('real, many at once', by_size(r.measured, 'many_cpu', 1e3), 0, True)
    p.add('model, one after another', by_size(r.apart, 'one_cpu', 1e3), 1)
    p.add('model, many at once', by_size(r.apart, 'many_cpu', 1e3), 1, True)
    p.add('of it signatures, one', by_size(r.apart, 'one_signatures', 1e3), 2)
    p.add('of it signatures, many', by_size(r.apart, 'many_signatures', 1e3), 2, True)
    return p


def operation_bytes(r):
    p = Plot('operation-bytes', 'Bytes of one replica for one operation of 8 bytes',
             'bytes', axes=size_axis(r, False))
    p.add('sent, real', by_size(r.measured, 'op_wire'), 0)
    p.add('written, real', by_size(r.measured, 'op_disk'), 0, True)
    p.add('sent, model', by_size(r.apart, 'op_wire'), 1)
    p.add('written, model', by_size(r.apart, 'op_disk'), 1, True)
    return p


def decision_bytes(r):
    p = Plot('decision-bytes', 'Bytes of one replica for one decision', 'kilobytes',
             axes=size_axis(r, True))
    for look, rows, how in ((0, r.measured, 'real'), (1, r.apart, 'model')):
        p.add(f'sent, {how}, one by one', by_size(rows, 'one_wire', 1e-3), look)
        p.add(f'written, {how}, one by one', by_size(rows, 'one_disk', 1e-3), look, True)
        p.add(f'sent, {how}, many', by_size(rows, 'many_wire', 1e-3), look + 2)
        p.add(f'written, {how}, many', by_size(rows, 'many_disk', 1e-3), look + 2, True)
    return p


def memory(r):
    p = Plot('memory', 'Memory of one replica', 'megabytes', axes=size_axis(r, False))
    p.add('real daemon under load', by_size(r.measured, 'memory', 1e-6), 0)
    p.add('real daemon idle', by_size(r.measured, 'memory_idle', 1e-6), 0, True)
    p.add('model: a replica\'s heap under load', by_size(r.apart, 'memory', 1e-6), 1)
    p.bound('goals, 24 MB and idle 6 MB', [(n, 24) for n in r.sizes])
    p.bound('', [(n, 6) for n in r.sizes])
    return p


def outcome(r):
    p = Plot('outcome', 'From proposal to outcome, no other proposal under way',
             'milliseconds', axes=size_axis(r, True))
    p.add(f'real, {r.cores} cores for all', by_size(r.measured, 'outcome', 1e3), 0)
    p.add('model, links of 0.1 ms', by_size(r.apart, 'outcome', 1e3), 1)
    for i, d in enumerate(r.delays):
        rows = {row['seats']: row for row in r.far if row['delay'] == d}
        p.add(f'model, links of {d * 1e3:g} ms', by_size(rows, 'outcome', 1e3), 2 + i % 3)
        p.bound(f'bound, {OUTCOME} delays' if i == 0 else '',
                [(n, OUTCOME * d * 1e3) for n in sorted(rows)])
    return p


def far_rate(r):
    tics = ', '.join(f'{d * 1e3:g}' for d in r.delays)
    low, high = min(r.delays) * 1e3, max(r.delays) * 1e3
    p = Plot('far-decisions', 'Decisions over distances', 'decisions/s',
             xlabel='one-way delay, ms',
             axes=f'set logscale xy\nset xtics ({tics})\n'
                  f'set xrange [{low * 0.9:g}:{high * 1.1:g}]')
    sizes = sorted({row['seats'] for row in r.far})
    shown = [n for n in sizes if n in (4, 33, 100)] or sizes[:3]
    for look, n in enumerate(shown, 1):
        rows = [row for row in r.far if row['seats'] == n]
        p.add(f'{n} seats, one by one',
              [(row['delay'] * 1e3, row['one_per_s']) for row in rows], look)
        p.add(f'{n} seats, many at once',
              [(row['delay'] * 1e3, row['many_per_s']) for row in rows], look, True)
    p.add('real, 4 seats, many at once', [(row['delay'] * 1e3, row['many_per_s'])
                                          for row in r.lines if row['seats'] == 4],
          0, True, False)
    p.bound(f'bound one by one, 1 in {PROVABLE} delays',
            [(d * 1e3, 1 / (PROVABLE * d)) for d in r.delays])
    return p


def draw(r, folder):
    made = [throughput, operation_cpu, decision_cpu, operation_bytes, decision_bytes,
            memory, outcome] + ([far_rate] if r.delays else [])
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
