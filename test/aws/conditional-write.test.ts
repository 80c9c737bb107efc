import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { writeIf, writeOrFind } from '../../src/aws/conditional-write';
import { type AwsStub, type StubAnswer, startAwsStub, THROTTLED } from './aws-stub';

const KEY = { lane: { S: 'r#' } };
const OLD = { ...KEY, position: { S: 'p7' } };

/** DynamoDB's answer, with the old item if `ReturnValuesOnConditionCheckFailure` asked for it and it was there. */
const failed = (Item?: object): StubAnswer => ({
  status: 400,
  body: {
    __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException',
    message: 'The conditional request failed',
    ...(Item && { Item }),
  },
});

describe('a conditional write', () => {
  let stub: AwsStub;
  beforeEach(async () => {
    stub = await startAwsStub();
  });
  afterEach(() => stub.close());

  const put = () =>
    new PutItemCommand({ TableName: 'T', Item: KEY, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' });
  const find = () => writeOrFind(stub.clients.dynamodb, put());
  const operations = () => stub.requests.map(({ target }) => target.split('.')[1]);

  test('that holds finds nothing', async () => {
    stub.next({ body: {} }, { body: {} });
    expect(await find()).toBeUndefined();
    expect(await writeIf(stub.clients.dynamodb, put())).toBe(true);
  });

  test('that fails finds the item in the answer, without another request', async () => {
    stub.next(failed(OLD));
    expect(await find()).toEqual(OLD);
    expect(operations()).toEqual(['PutItem']);
  });

  test('that fails without an item in the answer is an error, as nothing is known', async () => {
    stub.next(failed());
    await expect(find()).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
    expect(operations()).toEqual(['PutItem']);
  });

  test('that only asks whether it holds answers no', async () => {
    stub.next(failed());
    expect(await writeIf(stub.clients.dynamodb, put())).toBe(false);
    expect(operations()).toEqual(['PutItem']);
  });

  test('given a throttled request, then it is made again', async () => {
    stub.next(THROTTLED, { body: {} });
    expect(await writeIf(stub.clients.dynamodb, put())).toBe(true);
  });

  test('that is refused for another reason is an error', async () => {
    const invalid = {
      __type: 'com.amazon.coral.validate#ValidationException',
      message: 'Item size has exceeded',
    };
    stub.next({ status: 400, body: invalid }, { status: 400, body: invalid });
    await expect(find()).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(writeIf(stub.clients.dynamodb, put())).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });
});
