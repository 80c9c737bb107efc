import { isObject, type JsonObject } from '../core/json';

/** A value that an event holds at the end of a path. */
export type Leaf = string | number | boolean | null;

/** For each array on the way, by its number in the event: which of its elements. */
export type ArrayElements = ReadonlyMap<number, number>;

export interface EventLeaf {
  value: Leaf;
  /** The array elements that the leaf is inside of. Leaves of the same elements share this object. */
  elements: ArrayElements;
}

export function isLeaf(value: unknown): value is Leaf {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

/** An event's leaves, by the names on their path joined by dots. An empty object or array has none. */
export function leavesByPath(event: JsonObject): Map<string, EventLeaf[]> {
  const leaves = new Map<string, EventLeaf[]>();
  let arrays = 0;
  const collect = (value: unknown, path: string | undefined, elements: ArrayElements): void => {
    if (isObject(value)) {
      for (const [name, child] of Object.entries(value)) collect(child, joinPath(path, name), elements);
    } else if (Array.isArray(value)) {
      const array = arrays++;
      value.forEach((item, index) => {
        // Plain values of one array are alternatives of one field: they tie no other field to an element.
        collect(item, path, isLeaf(item) ? elements : new Map(elements).set(array, index));
      });
    } else if (isLeaf(value) && path !== undefined) {
      const found = leaves.get(path) ?? [];
      leaves.set(path, found);
      found.push({ value, elements });
    }
  };
  collect(event, undefined, new Map());
  return leaves;
}

/** Whether two places can be parts of one match: they are in no two different elements of one array. */
export function areConsistent(elements: ArrayElements, others: ArrayElements): boolean {
  return [...elements].every(([array, index]) => (others.get(array) ?? index) === index);
}

export function joinPath(parent: string | undefined, name: string): string {
  return parent === undefined ? name : `${parent}.${name}`;
}
