import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { createEngine } from '../src/local/dynamodb-engine';
import { answerText, parseJson, readBody } from '../src/local/json-body';
import { serve } from '../src/local/server';
import { itemBytes, METER_HEADER, type Metered, parseInput } from './dynalite';

/**
 * A DynamoDB in a process of its own, so that its work is not taken for ours: says its endpoint and serves until ended.
 * Each answer says what the request consumed.
 */
const engine = createEngine();

void serve([], async (request, response) => {
  const text = await readBody(request);
  const asked = { ...parseJson(text), ReturnConsumedCapacity: 'TOTAL' };
  const { status, body } = await engine(request.headers, JSON.stringify(asked));
  const units = JSON.parse(body).ConsumedCapacity?.CapacityUnits ?? 0;
  const { TableName, Item = {} } = parseInput(text);
  const operation = String(request.headers['x-amz-target']).split('.')[1];
  const isWrite = /^(Put|Update|Delete)Item/.test(operation ?? '');
  const metered: Metered = {
    key: `${operation} ${TableName}`,
    writeUnits: isWrite ? units : 0,
    readUnits: isWrite ? 0 : units,
    putBytes: itemBytes(Item as Record<string, AttributeValue>),
  };
  response.setHeader(METER_HEADER, JSON.stringify(metered));
  answerText(response, status, body);
}).then(({ endpoint }) => process.send?.(endpoint));
process.on('disconnect', () => process.exit());
