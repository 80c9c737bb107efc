import { createDynamoDb } from '../src/local/dynamodb';
import { serve } from '../src/local/server';

/** A DynamoDB in a process of its own, so that its work is not taken for ours: says its endpoint and serves until ended. */
void serve([], createDynamoDb(new Map())).then(({ endpoint }) => process.send?.(endpoint));
process.on('disconnect', () => process.exit());
