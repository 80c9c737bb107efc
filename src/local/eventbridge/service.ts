import { isObject, type JsonObject } from '../../core/json';
import { InvalidEventPatternError } from '../../pattern/event-pattern';
import { AwsError, invalidParameter, notFound } from '../aws-error';
import { epochSeconds, type LocalService, requireInstantMs, requireText } from '../operations';
import type { Random } from '../random';
import { Archive } from './archive';
import type { Deliver } from './bus';
import { EventBus } from './bus';
import { putEvents } from './put-events';
import { Replay, type ReplayTemper } from './replay';

const NAME = /^[.\-_A-Za-z0-9]+$/;
const MAX_ACTIVE_REPLAYS = 10;

export interface EventBridgeOptions {
  account: string;
  region: string;
  deliver: Deliver;
  temper: ReplayTemper;
  random: Random;
  /** Ends all replays. */
  signal: AbortSignal;
}

/**
 * A small Amazon EventBridge: buses, rules with the full pattern language, archives and replays. Not a general
 * emulator: no schedules, input transformers or cross-account targets.
 */
export function createEventBridge(options: EventBridgeOptions): LocalService {
  const { account, region, deliver, temper, random, signal } = options;
  const arn = (resource: string) => `arn:aws:events:${region}:${account}:${resource}`;
  const buses = new Map<string, EventBus>();
  const archives = new Map<string, Archive>();
  const replays = new Map<string, Replay>();

  const createBus = (name: string) => {
    const bus = new EventBus(name, arn(`event-bus/${name}`), deliver);
    buses.set(name, bus);
    return bus;
  };
  createBus('default');

  const busOf = (nameOrArn: unknown = 'default'): EventBus => {
    const name = String(nameOrArn).replace(/^.*:event-bus\//, '');
    const bus = buses.get(name);
    if (!bus) throw notFound(`Event bus ${name} does not exist.`);
    return bus;
  };
  const archiveOf = (name: string): Archive => {
    const archive = archives.get(name);
    if (!archive) throw notFound(`Archive ${name} does not exist.`);
    return archive;
  };
  const replayOf = (input: JsonObject): Replay => {
    const name = requireText(input, 'ReplayName');
    const replay = replays.get(name);
    if (!replay) throw notFound(`Replay ${name} does not exist.`);
    return replay;
  };

  function startReplay(input: JsonObject) {
    const name = requireName(input, 'ReplayName', 64);
    if (replays.has(name))
      throw new AwsError('ResourceAlreadyExistsException', `Replay ${name} already exists.`);
    const active = [...replays.values()].filter(({ endedAtMs }) => endedAtMs === undefined);
    if (active.length >= MAX_ACTIVE_REPLAYS) {
      throw new AwsError(
        'LimitExceededException',
        'The requested resource exceeds the maximum number allowed.',
      );
    }
    const archive = archiveOf(requireText(input, 'EventSourceArn').replace(/^.*:archive\//, ''));
    const destination = isObject(input.Destination) ? input.Destination : {};
    const bus = busOf(requireText(destination, 'Arn'));
    if (bus.arn !== archive.busArn) {
      throw invalidParameter(
        'Parameter Destination.Arn is not valid. Reason: it must be the bus of the archive.',
      );
    }
    const fromMs = requireInstantMs(input, 'EventStartTime');
    const toMs = requireInstantMs(input, 'EventEndTime');
    if (toMs <= fromMs) {
      throw invalidParameter(
        'Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime.',
      );
    }
    const description = String(input.Description ?? '');
    const ruleArns = Array.isArray(destination.FilterArns) ? destination.FilterArns.map(String) : [];
    const replay = new Replay({
      name,
      arn: arn(`replay/${name}`),
      archive,
      description,
      fromMs,
      toMs,
      ruleArns,
    });
    replays.set(name, replay);
    void replay.run(bus, temper, random, signal);
    return {
      ReplayArn: replay.request.arn,
      State: replay.state,
      ReplayStartTime: epochSeconds(replay.startedAtMs),
    };
  }

  const operations: LocalService['operations'] = {
    ListEventBuses: () => ({
      EventBuses: [...buses.values()].map(({ name, arn }) => ({ Name: name, Arn: arn })),
    }),
    CreateEventBus: (input) => {
      const name = requireName(input, 'Name', 256);
      if (buses.has(name))
        throw new AwsError('ResourceAlreadyExistsException', `Event bus ${name} already exists.`);
      return { EventBusArn: createBus(name).arn };
    },
    PutEvents: (input) =>
      putEvents(input, {
        account,
        region,
        random,
        busOf: (name) => busOf(name),
        archives: () => archives.values(),
      }),
    PutRule: (input) => {
      const bus = busOf(input.EventBusName);
      return { RuleArn: bus.putRule(requireName(input, 'Name', 64), requireText(input, 'EventPattern')).arn };
    },
    ListRules: (input) => {
      const bus = busOf(input.EventBusName);
      const rules = [...bus.rules.values()].map(({ name, arn, pattern }) => ({
        Name: name,
        Arn: arn,
        EventPattern: pattern,
        State: 'ENABLED',
        EventBusName: bus.name,
      }));
      return { Rules: rules };
    },
    PutTargets: (input) => {
      const rule = busOf(input.EventBusName).rules.get(requireText(input, 'Rule'));
      if (!rule) throw notFound(`Rule ${String(input.Rule)} does not exist.`);
      for (const target of (Array.isArray(input.Targets) ? input.Targets : []) as JsonObject[]) {
        const id = requireText(target, 'Id');
        rule.targets.set(id, { id, arn: requireText(target, 'Arn') });
      }
      return { FailedEntryCount: 0, FailedEntries: [] };
    },
    ListTargetsByRule: (input) => {
      const rule = busOf(input.EventBusName).rules.get(requireText(input, 'Rule'));
      if (!rule) throw notFound(`Rule ${String(input.Rule)} does not exist.`);
      return { Targets: [...rule.targets.values()].map(({ id, arn }) => ({ Id: id, Arn: arn })) };
    },
    CreateArchive: (input) => {
      const name = requireName(input, 'ArchiveName', 48);
      if (archives.has(name))
        throw new AwsError('ResourceAlreadyExistsException', `Archive ${name} already exists.`);
      const bus = busOf(requireText(input, 'EventSourceArn'));
      const pattern = input.EventPattern === undefined ? undefined : requireText(input, 'EventPattern');
      const archive = new Archive(name, arn(`archive/${name}`), bus.arn, pattern);
      archives.set(name, archive);
      return { ArchiveArn: archive.arn, State: 'ENABLED', CreationTime: epochSeconds(archive.createdAtMs) };
    },
    DescribeArchive: (input) => {
      const archive = archiveOf(requireText(input, 'ArchiveName'));
      return { ArchiveArn: archive.arn, ...describeArchive(archive), EventPattern: archive.pattern };
    },
    ListArchives: () => ({ Archives: [...archives.values()].map(describeArchive) }),
    StartReplay: startReplay,
    DescribeReplay: (input) => {
      const replay = replayOf(input);
      const { arn, description, ruleArns, archive } = replay.request;
      const destination = { Arn: archive.busArn, ...(ruleArns.length > 0 && { FilterArns: ruleArns }) };
      return {
        ...describeReplay(replay),
        ReplayArn: arn,
        Description: description,
        Destination: destination,
      };
    },
    ListReplays: () => ({ Replays: [...replays.values()].map(describeReplay) }),
    CancelReplay: (input) => {
      const replay = replayOf(input);
      if (replay.state !== 'STARTING' && replay.state !== 'RUNNING') {
        throw new AwsError(
          'IllegalStatusException',
          `Replay ${replay.request.name} is not in a valid state for this operation.`,
        );
      }
      replay.cancel();
      return { ReplayArn: replay.request.arn, State: replay.state };
    },
  };

  return { targetPrefix: 'AWSEvents', operations: withPatternErrors(operations) };
}

function describeArchive(archive: Archive) {
  return {
    ArchiveName: archive.name,
    EventSourceArn: archive.busArn,
    State: 'ENABLED',
    RetentionDays: 0,
    SizeBytes: archive.sizeBytes,
    EventCount: archive.eventCount,
    CreationTime: epochSeconds(archive.createdAtMs),
  };
}

function describeReplay(replay: Replay) {
  const { name, archive, fromMs, toMs } = replay.request;
  return {
    ReplayName: name,
    EventSourceArn: archive.arn,
    State: replay.state,
    EventStartTime: epochSeconds(fromMs),
    EventEndTime: epochSeconds(toMs),
    ReplayStartTime: epochSeconds(replay.startedAtMs),
    ...(replay.lastReplayedMs !== undefined && {
      EventLastReplayedTime: epochSeconds(replay.lastReplayedMs),
    }),
    ...(replay.endedAtMs !== undefined && { ReplayEndTime: epochSeconds(replay.endedAtMs) }),
  };
}

function requireName(input: JsonObject, member: string, longest: number): string {
  const name = requireText(input, member);
  if (NAME.test(name) && name.length <= longest) return name;
  throw invalidParameter(
    `Parameter ${member} is "${name}"; allowed are up to ${longest} letters, digits, ".", "-", "_".`,
  );
}

/** A bad pattern is the caller's error, with AWS's own name for it. */
function withPatternErrors(operations: LocalService['operations']): LocalService['operations'] {
  const wrap = (run: (input: JsonObject) => unknown) => (input: JsonObject) => {
    try {
      return run(input);
    } catch (error) {
      if (error instanceof InvalidEventPatternError) throw new AwsError(error.name, error.message);
      throw error;
    }
  };
  return Object.fromEntries(Object.entries(operations).map(([name, run]) => [name, wrap(run)]));
}
