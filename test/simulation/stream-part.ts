import { bucketOf } from '../../src/core/collect/place';

const PARALLELIZATION_FACTOR = 10;

/** Where a lane's records are read: an item is always in the same shard, and in the same part of it. */
export function streamPartOf(lane: string, shards: number): string {
  return `shard ${bucketOf(lane, shards)} part ${bucketOf(`${lane}/`, PARALLELIZATION_FACTOR)}`;
}
