import { type Machine, type Measured, markdown, thisMachine } from '../../bench/report';
import { table } from '../../bench/section';

const machine: Machine = {
  measuredAt: '2026-11-01T10:00',
  node: 'v20.19.0',
  processor: 'A processor',
  cores: 2,
  memoryGb: 8,
  loadBefore: 0.25,
};
const section = (title: string, on: Machine = machine): Measured => ({
  title,
  tables: [table('Two sizes', [1, 20], { bytes: (bytes) => bytes, doubled: (bytes) => bytes * 2 })],
  notes: ['A note'],
  targets: [{ what: 'speed', target: '≥ 1', measured: '0', met: false }],
  data: {},
  machine: on,
});

test('given sections of one run, then the report says once when, where and beside how much load', () => {
  const report = markdown([section('Order'), section('Cost')]);
  expect(report.match(/Measured 2026-11-01T10:00 UTC/g)).toHaveLength(1);
  expect(report).toContain(
    'with Node.js v20.19.0 on 2 cores (A processor, 8 GB), load average before it 0.25.',
  );
});

test('given sections of two runs, then each says its own', () => {
  const later = { ...machine, measuredAt: '2026-11-02T10:00', loadBefore: 3 };
  const report = markdown([section('Order'), section('Cost', later)]);
  expect(report).toContain('Each section says when it was measured.');
  expect(report).toMatch(/## Order\n\nMeasured 2026-11-01T10:00 UTC .*0\.25\./);
  expect(report).toMatch(/## Cost\n\nMeasured 2026-11-02T10:00 UTC .*3\.00\./);
});

test('given a section, then its targets come first, and then its tables and notes', () => {
  const report = markdown([section('Order')]);
  expect(report).toContain(
    '| what | target | measured | met |\n|---|---|---|---|\n| speed | ≥ 1 | 0 | **no** |',
  );
  expect(report).toMatch(
    /## Order\n\nTwo sizes:\n\n\| bytes \| doubled \|\n\|---\|---\|\n\| 1 \| 2 \|\n\| 20 \| 40 \|\n\n- A note/,
  );
});

test('the load of this machine is that before the run', () => {
  expect(thisMachine().loadBefore).toBeGreaterThanOrEqual(0);
});
