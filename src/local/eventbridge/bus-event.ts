import { canonicalJson } from '../../core/event/canonical-json';
import type { JsonObject } from '../../core/json';

/** An event on a bus: its text, with each number as its producer wrote it, and what a rule's pattern sees of it. */
export interface BusEvent {
  readonly json: string;
  readonly envelope: JsonObject;
}

export function busEventOf(json: string): BusEvent {
  return { json, envelope: JSON.parse(json) as JsonObject };
}

/** @param detail JSON text of an object. */
export function eventWithDetail(fields: JsonObject, detail: string): BusEvent {
  return busEventOf(withMember(JSON.stringify(fields), 'detail', canonicalJson(detail, JSON.parse(detail))));
}

/** As a replay puts an event on its bus. */
export function replayedEvent(json: string, replay: string): BusEvent {
  return busEventOf(withMember(json, 'replay-name', JSON.stringify(replay)));
}

function withMember(json: string, name: string, value: string): string {
  return `${json.slice(0, -1)},"${name}":${value}}`;
}
