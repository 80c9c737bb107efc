export { NotAnOrderedReplayError } from './errors';
export { orderedReplay } from './ordered-replay';
export type {
  Context,
  Delivery,
  DynamoDBBatchResponse,
  DynamoDBRecord,
  DynamoDBStreamEvent,
  OrderedReplayOptions,
  ReplayableEvent,
  ReplayableHandler,
} from './types';
