import { keptWithMachines, type Machine, type Measured, markdown, thisMachine } from '../../bench/report';

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
  tables: [],
  notes: [],
  targets: [],
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

test('given kept sections, then they keep the machine and the date they were measured with', () => {
  const { title, tables, notes, targets, data } = section('Order');
  const kept = keptWithMachines({
    machine,
    sections: {
      order: { title, tables, notes, targets, data },
      cost: section('Cost', { ...machine, cores: 4 }),
    },
  });
  expect(kept.order?.machine).toEqual(machine);
  expect(kept.cost?.machine.cores).toBe(4);
});

test('the load of this machine is that before the run', () => {
  expect(thisMachine().loadBefore).toBeGreaterThanOrEqual(0);
});
