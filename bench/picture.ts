import type { OrderRun } from './order-log';

const PANEL = 220;
const GAP = 28;
const TOP = 34;
const MARGIN = 14;
const MAX_DOTS = 400;

export interface Panel {
  title: string;
  colour: string;
  /** Events in the order in which they came, by their place in the right order. */
  sequences: number[];
}

/** The panels of the picture: as the replay brings the events, and as each design delivers them. */
export function panelsOf(runs: Record<'ours' | 'table' | 'bus', OrderRun>): Panel[] {
  const sequences = (seen: OrderRun['delivered']) => seen.map(({ sequence }) => sequence);
  return [
    { title: 'As EventBridge replays them', colour: '#c2410c', sequences: sequences(runs.ours.arrived) },
    { title: 'ordered-replay', colour: '#15803d', sequences: sequences(runs.ours.delivered) },
    { title: 'Execution per event → table', colour: '#b45309', sequences: sequences(runs.table.delivered) },
    { title: 'Execution per event → bus', colour: '#b45309', sequences: sequences(runs.bus.delivered) },
  ];
}

/** Events as dots: when they came from left to right, when they happened from bottom to top. In order is a line. */
export function drawPanels(panels: Panel[], caption: string): string {
  const width = MARGIN * 2 + panels.length * PANEL + (panels.length - 1) * GAP;
  const height = TOP + PANEL + 30;
  const body = panels.map((panel, index) => drawPanel(panel, MARGIN + index * (PANEL + GAP)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" role="img" aria-label="${caption}">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...body,
    `<text x="${MARGIN}" y="${height - 10}" font-size="11" fill="#57606a">${caption}</text>`,
    '</svg>',
    '',
  ].join('\n');
}

function drawPanel({ title, colour, sequences }: Panel, left: number): string {
  const last = Math.max(1, sequences.length - 1);
  const highest = Math.max(1, ...sequences);
  const step = Math.max(1, Math.ceil(sequences.length / MAX_DOTS));
  const dots = sequences.flatMap((sequence, index) => {
    if (index % step !== 0) return [];
    const x = left + 6 + (index / last) * (PANEL - 12);
    const y = TOP + PANEL - 6 - (sequence / highest) * (PANEL - 12);
    return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="1.8"/>`;
  });
  return [
    `<text x="${left}" y="${TOP - 12}" font-size="13" font-weight="600" fill="#1f2328">${title}</text>`,
    `<rect x="${left}" y="${TOP}" width="${PANEL}" height="${PANEL}" fill="#f6f8fa" stroke="#d0d7de"/>`,
    `<g fill="${colour}">${dots.join('')}</g>`,
  ].join('\n');
}
