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

test('each section says when it was measured, where, and beside how much load', () => {
  const later = { ...machine, measuredAt: '2026-11-02T10:00', loadBefore: 3 };
  const report = markdown([section('Order'), section('Cost', later)]);
  expect(report).toContain('Each section says when it was measured.');
  expect(report).toContain(
    '## Order\n\nMeasured 2026-11-01T10:00 UTC with Node.js v20.19.0 on 2 cores (A processor, 8 GB), load average before it 0.25.',
  );
  expect(report).toMatch(/## Cost\n\nMeasured 2026-11-02T10:00 UTC .*3\.00\./);
});

test('given a section, then its targets come first, and then its tables and notes', () => {
  const report = markdown([section('Order')]);
  expect(report).toContain(
    '| what | target | measured | met |\n|---|---|---|---|\n| speed | ≥ 1 | 0 | **no** |',
  );
  expect(report).toMatch(
    /## Order\n\nMeasured.*\n\nTwo sizes:\n\n\| bytes \| doubled \|\n\|---\|---\|\n\| 1 \| 2 \|\n\| 20 \| 40 \|\n\n- A note/,
  );
});

test('the load of this machine is that before the run', () => {
  expect(thisMachine().loadBefore).toBeGreaterThanOrEqual(0);
});
