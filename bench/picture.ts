import type { OrderSection } from './order';
import { type Seen, shareOutOfOrder } from './order-runs';
import { percent } from './section';

const [PANEL, GAP, INSET] = [250, 26, 8];
const [TOP, RIGHT, BOTTOM, LEFT] = [62, 20, 64, 44];
const MAX_DOTS = 400;

/** The card brings its own background, so it can be read on any page; browsers in dark mode get a dark one. */
const STYLE = `
.card{fill:#fff;stroke:#d0d7de}.plot{fill:#f6f8fa;stroke:#d0d7de}
.title{fill:#1f2328;font-size:15px;font-weight:600}.text{fill:#59636e;font-size:13px}
.bad{fill:#bc4c00}.good{fill:#1a7f37}.share{font-size:13px;font-weight:600}
@media (prefers-color-scheme:dark){
.card{fill:#0d1117;stroke:#3d444d}.plot{fill:#151b23;stroke:#3d444d}
.title{fill:#f0f6fc}.text{fill:#9198a1}.bad{fill:#f0883e}.good{fill:#3fb950}}
`;

interface Panel {
  title: string;
  /** Events in the order in which they came. */
  seen: Seen[];
}

/** The picture of README.md: the events as the replay brings them, and as the designs deliver them. */
export function drawOrder({ cell, runs }: OrderSection['shown']): string {
  const { events, perSecond, speed } = cell;
  const panels = Object.entries({
    'As EventBridge replays them': runs.ours.arrived,
    'One execution per event': runs.table.delivered,
    'Ordered Replay': runs.ours.delivered,
  }).map(([title, seen]) => ({ title, seen }));
  return drawPanels(
    panels,
    `Dots are events: ${events} in one round of the benchmark, at ${perSecond} a second, replayed at speed ${speed}.`,
  );
}

/** Events as dots: when they came from left to right, when they happened from bottom to top. In order is a line. */
function drawPanels(panels: Panel[], caption: string): string {
  const width = LEFT + panels.length * PANEL + (panels.length - 1) * GAP + RIGHT;
  const height = TOP + PANEL + BOTTOM;
  const shares = panels.map(({ title, seen }) => `${title}: ${outOfOrder(seen)}`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif" role="img" aria-label="${shares.join('. ')}. ${caption}">`,
    `<style>${STYLE}</style>`,
    `<rect class="card" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>`,
    upwards('happened first', TOP + PANEL, 'start'),
    upwards('happened last', TOP, 'end'),
    ...panels.map((panel, index) => drawPanel(panel, LEFT + index * (PANEL + GAP))),
    `<text class="text" x="${LEFT}" y="${height - 18}">${caption}</text>`,
    '</svg>',
    '',
  ].join('\n');
}

function outOfOrder(seen: Seen[]): string {
  return `${percent(shareOutOfOrder(seen))} out of order`;
}

function upwards(text: string, y: number, anchor: 'start' | 'end'): string {
  return `<text class="text" transform="translate(${LEFT - 12} ${y}) rotate(-90)" text-anchor="${anchor}">${text}</text>`;
}

function drawPanel({ title, seen }: Panel, left: number): string {
  const sequences = seen.map(({ sequence }) => sequence);
  const last = Math.max(1, sequences.length - 1);
  const highest = Math.max(1, ...sequences);
  const step = Math.max(1, Math.ceil(sequences.length / MAX_DOTS));
  const dots = sequences.flatMap((sequence, index) => {
    if (index % step !== 0) return [];
    const x = left + INSET + (index / last) * (PANEL - 2 * INSET);
    const y = TOP + PANEL - INSET - (sequence / highest) * (PANEL - 2 * INSET);
    return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="2"/>`;
  });
  const share = outOfOrder(seen);
  const judged = share.startsWith('0 ') ? 'good' : 'bad';
  const below = TOP + PANEL + 18;
  return [
    `<text class="title" x="${left}" y="${TOP - 32}">${title}</text>`,
    `<text class="share ${judged}" x="${left}" y="${TOP - 12}">${share}</text>`,
    `<rect class="plot" x="${left}" y="${TOP}" width="${PANEL}" height="${PANEL}"/>`,
    `<g class="${judged}">${dots.join('')}</g>`,
    `<text class="text" x="${left}" y="${below}">came first</text>`,
    `<text class="text" x="${left + PANEL}" y="${below}" text-anchor="end">came last</text>`,
  ].join('\n');
}
