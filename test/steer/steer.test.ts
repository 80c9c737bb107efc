import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { silentTelemetry } from '../../functions/telemetry';
import { dynamoReplays } from '../../src/aws/replays';
import { orderedReplay } from '../../src/consumer';
import type { ReplayRow } from '../../src/core/replay/row';
import { HOSTILE_TEMPER } from '../../src/local/local-settings';
import { LOCAL } from '../../src/local/resource-names';
import { type LocalRuntime, startLocalRuntime } from '../../src/local/runtime';
import { ACCESS } from '../e2e/support/aws-cli';
import { openShell, type Shell } from '../e2e/support/shell';
import { FAST } from '../local/fast-settings';
import { steerDocument } from './document';
import { type Delivered, eachOnce, recording } from './record';
import {
  ask,
  eventsOfTheStory,
  followTheBeginning,
  isPaused,
  isRefused,
  RUN,
  rowOf,
  runAgainAndCompare,
  type Scene,
  steerToItsEnd,
} from './story';

jest.setTimeout(180_000);

const STAND_IN = join(__dirname, '../support/aws-cli-stand-in.cjs');
/** So slow that a replay can be cancelled at EventBridge. */
const TEMPER = { ...HOSTILE_TEMPER, throttleRate: 0, eventsPerSecond: 3 };

/** Paused at the end of its step. */
const isStepOver = (row: ReplayRow) => isPaused(row) && row.checkpoint?.position === row.command?.stepTo;

describe('docs/steer.md, line by line, on the local runtime', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ordered-replay-steer-'));
  const received = new Map<string, Delivered[]>();
  /** What whoever reads the page does, as IAM names it. */
  const actions = new Set<string>();
  let runtime: LocalRuntime;
  let shell: Shell;
  let scene: Scene;

  beforeAll(async () => {
    const consumer = orderedReplay(
      recording((run, delivered) => {
        received.set(run, [...(received.get(run) ?? []), delivered]);
      }),
    );
    runtime = await startLocalRuntime({
      consumer: consumer as never,
      telemetry: silentTelemetry,
      settings: FAST,
      seed: 5,
      temper: TEMPER,
      authorize: ({ principal, action }) => principal === ACCESS.AWS_ACCESS_KEY_ID && actions.add(action),
    });
    for (const Entries of eventsOfTheStory(LOCAL.busName))
      await runtime.clients.eventbridge.send(new PutEventsCommand({ Entries }));
    shell = await openShell(folder, runtime.endpoint, STAND_IN);
    const replays = dynamoReplays({ client: runtime.clients.dynamodb, table: LOCAL.tables.replays });
    scene = {
      document: steerDocument(),
      run: shell.run,
      row: replays.get,
      delivered: async (run) => eachOnce(received.get(run) ?? []),
      patienceMs: 60_000,
    };
    await followTheBeginning(scene);
  });
  afterAll(async () => {
    await shell?.close();
    await runtime?.stop();
    rmSync(folder, { recursive: true });
  });

  test('start, pause, step 3, speed 10, until, resume, done', () => steerToItsEnd(scene));

  test('rerun from a place: its lane is the first run’s, event for event', () => runAgainAndCompare(scene));

  test('given a rerun that begins after a position, then its first step counts from the event behind that', async () => {
    const name = `${RUN}@3`;
    const row = scene.document
      .block('Run a set again', 3)
      .replace('from:', 'after:')
      .replace("speed: {S: 'max'}", "paused: {S: 'true'}");
    await shell.run(`export SET=${RUN} RUN=${name} RERUN=${name}\n${row}`);
    await shell.run(`( ${scene.document.block('Run a set again', 4)} ) 2>&1 || true`);
    await rowOf(scene, name, 'is paused before its first event', isPaused);
    await ask(scene, 'Step', 3);
    expect((await rowOf(scene, name, 'its step is over', isStepOver)).checkpoint?.released).toBe(3);
  });

  test('given no row of that name, then no command makes one', async () => {
    await shell.run('export RUN=typing-eror');
    expect(await isRefused(scene, 'Pause')).toBe(true);
    expect(await scene.row('typing-eror')).toBeUndefined();
  });

  test('given a row of an earlier version, then its command is made once; every other wish is taken up', async () => {
    const name = 'of-an-earlier-version';
    await shell.run(`export RUN=${name}`);
    await ask(scene, 'Start');
    await rowOf(scene, name, 'is there', () => true);
    await runtime.clients.dynamodb.send(
      new UpdateItemCommand({
        TableName: LOCAL.tables.replays,
        Key: { replay: { S: name } },
        UpdateExpression: 'REMOVE command',
      }),
    );
    const refused = await shell.run(`( ${scene.document.block('Pause')} ) 2>&1 || true`);
    expect(refused).toContain('document path');
    await shell.run(scene.document.block('By the AWS CLI', 5));
    expect(await isRefused(scene, 'By the AWS CLI', 5)).toBe(true);

    const wishes = async () => (await scene.row(name))?.command;
    await ask(scene, 'Pause');
    await ask(scene, 'Idle');
    expect(await wishes()).toEqual({ paused: true, idle: '5s' });
    await ask(scene, 'Until');
    expect(await wishes()).toEqual({ idle: '5s', until: '2026-11-17T12:00:00Z' });
    await ask(scene, 'Until', 2);
    expect(await wishes()).toEqual({ idle: '5s' });
    await ask(scene, 'Pause');
    await ask(scene, 'Without dead letters');
    expect(await wishes()).toEqual({ idle: '5s', onMissing: 'continue' });
    const taken = { idle: '5s', onMissing: 'continue' };
    const row = await rowOf(scene, name, 'has taken up all of it', ({ plan }) => plan?.taken.onMissing);
    expect(row.plan).toMatchObject({ taken, idle: '5s' });
    expect(row.warnings).toBeUndefined();
    await ask(scene, 'Cancel');
    const { reason } = await rowOf(scene, name, 'is CANCELLED', ({ phase }) => phase === 'CANCELLED');
    expect(reason).toBe('command.cancelled is set in this row.');
    expect(await isRefused(scene, 'Resume')).toBe(true);
  });

  test('given a run that is paused before its release, then steps count from its first event, and from a step that is not over', async () => {
    const name = 'paused-early';
    await shell.run(`export RUN=${name}`);
    await ask(scene, 'Start');
    await rowOf(scene, name, 'is there', () => true);
    await ask(scene, 'Pause');
    const begun = await rowOf(scene, name, 'its release begins', ({ phase }) => phase === 'RELEASING');
    expect(begun.checkpoint).toBeUndefined();
    await rowOf(scene, name, 'is paused', isPaused);
    const [read, write] = [2, 3].map((nth) => scene.document.block('Step', nth)) as [string, string];
    await shell.run(read + write);
    expect((await rowOf(scene, name, 'some are released', isStepOver)).checkpoint?.released).toBe(3);
    // The second one is asked for before the first one can be over.
    await shell.run(`wake() { :; }\n${read}${write}${read}${write}`);
    await ask(scene, 'Wake the sequencer');
    await shell.run('wake');
    expect((await rowOf(scene, name, 'more are released', isStepOver)).checkpoint?.released).toBe(9);
  });

  test('a replay that is still sent is cancelled at EventBridge', async () => {
    await shell.run('export RUN=cancelled-early');
    await ask(scene, 'Start');
    await rowOf(scene, 'cancelled-early', 'is there', () => true);
    expect(await shell.run(scene.document.block('Cancel', 2))).toContain('"State": "CANCELLING"');
    await rowOf(scene, 'cancelled-early', 'is CANCELLED', ({ phase }) => phase === 'CANCELLED');
  });

  test.each([
    ['sleeps', 300, 0, true],
    ['looks again in a second', 1, 0, false],
    ['is awake', -1, -1, false],
    ['is slow', -30, -30, false],
    ['was to look two minutes ago, and has given a sign of life since', -120, -5, false],
    ['has given no sign of life for two minutes', -120, -120, true],
    ['has not looked yet', undefined, undefined, false],
  ])(
    'a sequencer that %s: resumeAt %p s, heartbeatAt %p s; the next one is started: %p',
    async (...given) => {
      const [what, resumeInSeconds, heartbeatInSeconds, isStarted] = given;
      const inSeconds = (seconds: number) => ({ S: new Date(Date.now() + seconds * 1_000).toISOString() });
      const replay = what.replaceAll(' ', '-').slice(0, 40);
      // Of a run that has ended, so that what is started ends at once.
      const row = { replay: { S: replay }, generation: { N: '7' }, phase: { S: 'DONE' } };
      const Item = {
        ...row,
        ...(resumeInSeconds !== undefined && { resumeAt: inSeconds(resumeInSeconds) }),
        ...(heartbeatInSeconds !== undefined && { heartbeatAt: inSeconds(heartbeatInSeconds) }),
      };
      await runtime.clients.dynamodb.send(new PutItemCommand({ TableName: LOCAL.tables.replays, Item }));
      const output = await shell.run(`export RUN='${replay}'\nwake`);
      expect(output.includes(`:${replay}.8"`)).toBe(isStarted);
      if (!isStarted) expect(output).toBe('');
    },
  );

  test('the line in README.md pauses, too', async () => {
    const readme = readFileSync(join(__dirname, '../../README.md'), 'utf8');
    const [, line = ''] = /^ {4}(aws dynamodb update-item(?:.*\\\n)*.*)$/m.exec(readme) ?? [];
    await shell.run(
      line.replace('<ReplaysTable>', LOCAL.tables.replays).replace('tuesday-again', 'cancelled-early'),
    );
    expect((await scene.row('cancelled-early'))?.command).toEqual({ paused: true });
  });

  test('that was all of the page, and all that it says one needs to be allowed', () => {
    expect(scene.document.unread()).toEqual([]);
    const listed = [...scene.document.text.matchAll(/`([a-z]+:[A-Z]\w+)`/g)].map(([, action]) => action);
    expect(listed.toSorted()).toEqual([...actions, 'cloudformation:DescribeStacks'].toSorted());
  });
});
