import { wireCollect } from '../../functions/collect';
import { wireHeal } from '../../functions/heal';
import { wireSequence } from '../../functions/sequence';
import type { Telemetry } from '../../functions/telemetry';
import type { Clock } from '../core/ports';
import type { Settings } from '../core/settings';
import type { Clients } from './clients';
import type { HostedFunction } from './function-host';
import { HEAL_TIMEOUT_MS, SEQUENCE_TIMEOUT_MS } from './local-settings';
import { LOCAL } from './resource-names';

export interface FunctionDeps {
  /** Clients with the credentials of a role. */
  clientsOf: (role: string) => Clients;
  clock: Clock;
  settings: Settings;
  telemetry: Telemetry;
}

/** The deployed functions, each with its role's credentials. */
export function createFunctions({ clientsOf, ...deps }: FunctionDeps) {
  const collect = wireCollect({
    ...deps,
    clients: clientsOf(LOCAL.roles.collect),
    tables: LOCAL.tables,
    sequenceStateMachineArn: LOCAL.sequenceMachineArn,
  });
  const sequence = wireSequence({
    ...deps,
    clients: clientsOf(LOCAL.roles.sequence),
    tables: LOCAL.tables,
    queueUrls: { overflow: LOCAL.overflow.url, deadLetters: LOCAL.deadLetters.url },
  });
  const heal = wireHeal({
    ...deps,
    clients: clientsOf(LOCAL.roles.heal),
    tables: LOCAL.tables,
    sequenceStateMachineArn: LOCAL.sequenceMachineArn,
  });
  return {
    collect: { ...LOCAL.collect, timeoutMs: deps.settings.collectTimeoutMs, handler: collect },
    sequence: { ...LOCAL.sequence, timeoutMs: SEQUENCE_TIMEOUT_MS, handler: sequence },
    heal: { ...LOCAL.heal, timeoutMs: HEAL_TIMEOUT_MS, handler: heal },
  } satisfies Record<string, HostedFunction>;
}
