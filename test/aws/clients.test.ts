import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { clientConfig, HURRIED } from '../../src/aws/clients';
import { type AwsStub, startAwsStub } from './aws-stub';
import { LOCAL_ACCESS } from './dynamodb-engine';

describe('the clients of the deployed functions', () => {
  let stub: AwsStub;
  let dynamodb: DynamoDBClient;
  beforeEach(async () => {
    stub = await startAwsStub();
    dynamodb = new DynamoDBClient({ ...clientConfig(), endpoint: stub.endpoint, ...LOCAL_ACCESS });
  });
  afterEach(() => {
    dynamodb.destroy();
    return stub.close();
  });

  test('given a request that is never answered, then it is given up and made again', async () => {
    stub.next('never', { body: { TableNames: ['T'] } });
    const { TableNames } = await dynamodb.send(new ListTablesCommand({}));
    expect(TableNames).toEqual(['T']);
    expect(stub.requests).toHaveLength(2);
  }, 15_000);

  test('given a service that goes on failing, then the fourth attempt is the last', async () => {
    const broken = { status: 500, body: { __type: 'InternalServerError', message: 'Internal server error' } };
    stub.next(broken, broken, broken, broken, broken);
    await expect(dynamodb.send(new ListTablesCommand({}))).rejects.toThrow('Internal server error');
    expect(stub.requests).toHaveLength(4);
  });

  test('given one that is in a hurry, then the third attempt is the last', async () => {
    const hurried = new DynamoDBClient({
      ...clientConfig(HURRIED),
      endpoint: stub.endpoint,
      ...LOCAL_ACCESS,
    });
    const broken = { status: 500, body: { __type: 'InternalServerError', message: 'Internal server error' } };
    stub.next(broken, broken, broken, broken);
    await expect(hurried.send(new ListTablesCommand({}))).rejects.toThrow('Internal server error');
    expect(stub.requests).toHaveLength(3);
    hurried.destroy();
  });
});
