import { readSettings, variableOf } from '../../functions/settings';
import { OrderedReplayError } from '../../src/core/errors';
import { nearName } from '../../src/core/near-name';
import { OPTIONS } from '../../src/core/replay/options';

/** A parameter as the template declares it. */
export interface Declared {
  Type: string;
  AllowedPattern?: string;
  AllowedValues?: (string | number)[];
  MinValue?: number;
  MaxValue?: number;
  ConstraintDescription?: string;
}

export interface Choice {
  /** Every parameter that was given a value, with the value. */
  chosen: Record<string, unknown>;
  /** The parameters that there are. */
  known: string[];
  /** By their names in the template, which begin with a capital. */
  declared: Record<string, Declared>;
}

/** What is wrong with the parameters of a deployment, a line each: parameter, value, what is allowed. */
export function problemsOf({ chosen, known, declared }: Choice): string[] {
  const problems = Object.entries(chosen).flatMap(([name, value]) => {
    if (!known.includes(name)) return [`${name}=${textOf(value)}: ${noSuchParameter(name, known)}`];
    const allowed = allowedInstead(name, value, declared);
    return allowed ? [`${name}=${textOf(value)}: allowed is ${allowed}.`] : [];
  });
  return [...problems, ...archiveWithoutBus(chosen)];
}

function noSuchParameter(name: string, known: string[]): string {
  const meant = nearName(name, known);
  return `there is no such parameter; ${meant ? `did you mean ${meant}?` : `allowed are ${known.join(', ')}.`}`;
}

/** What is allowed in the place of a value; nothing if the value is. */
function allowedInstead(
  name: string,
  value: unknown,
  declared: Record<string, Declared>,
): string | undefined {
  if (name === 'archivePattern') return isPattern(value) ? undefined : PATTERN;
  const text = textOf(value);
  return optionInstead(name, text) ?? settingInstead(name, text) ?? inTemplate(declared[capital(name)], text);
}

const PATTERN =
  'an event pattern, as YAML or JSON in serverless.yml (what the command line has is text), or null';

function isPattern(value: unknown): boolean {
  return typeof value === 'object' && !Array.isArray(value);
}

/** As the functions will take it for a default of a replay's options. */
function optionInstead(name: string, text: string): string | undefined {
  const option = Object.hasOwn(OPTIONS, name) ? OPTIONS[name as keyof typeof OPTIONS] : undefined;
  return option && !option.parse(text) ? option.allowed : undefined;
}

/** As the functions will read it from their environment. What is no setting, or no number, is left to the template. */
function settingInstead(name: string, text: string): string | undefined {
  try {
    readSettings({ [variableOf(name)]: text });
    return undefined;
  } catch (error) {
    if (error instanceof OrderedReplayError) return error.allowed;
    throw error;
  }
}

function inTemplate(declared: Declared | undefined, text: string): string | undefined {
  if (!declared) return undefined;
  const { Type, AllowedPattern = '.*', AllowedValues, ConstraintDescription } = declared;
  const isAllowed =
    new RegExp(`^(?:${AllowedPattern})$`, 's').test(text) &&
    (AllowedValues?.map(String).includes(text) ?? true) &&
    (Type !== 'Number' || isWholeWithin(declared, text));
  return isAllowed ? undefined : (ConstraintDescription ?? described(declared));
}

function isWholeWithin(
  { MinValue = 0, MaxValue = Number.MAX_SAFE_INTEGER }: Declared,
  text: string,
): boolean {
  return /^\d+$/.test(text) && Number(text) >= MinValue && Number(text) <= MaxValue;
}

function described({ AllowedValues, MinValue = 0, MaxValue }: Declared): string {
  if (AllowedValues) return `one of ${AllowedValues.join(', ')}`;
  return `a whole number from ${MinValue} ${MaxValue === undefined ? 'on' : `to ${MaxValue}`}`;
}

function archiveWithoutBus({ archiveName, eventBusName }: Choice['chosen']): string[] {
  if (!archiveName || eventBusName) return [];
  return [
    `archiveName=${textOf(archiveName)}: allowed is an archive together with its bus, since it replays to that only; name the bus in eventBusName (default is the account's own).`,
  ];
}

const capital = (name: string) => name.slice(0, 1).toUpperCase() + name.slice(1);

function textOf(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
