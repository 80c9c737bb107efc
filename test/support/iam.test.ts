import fc from 'fast-check';
import { type Grant, grantsOf, isAllowed, type Request } from './iam';

const TABLE = 'arn:aws:dynamodb:us-east-1:123456789012:table/orders';
const request: Request = { principal: 'reader', action: 'dynamodb:GetItem', resource: TABLE };
const allow: Grant = { ...request, effect: 'Allow' };
const deny: Grant = { ...request, effect: 'Deny' };

describe('a request', () => {
  test('is denied unless something allows it', () => {
    expect(isAllowed([], request)).toBe(false);
    expect(isAllowed([allow], request)).toBe(true);
  });

  test.each([
    ['principal', { principal: 'writer' }],
    ['action', { action: 'dynamodb:PutItem' }],
    ['resource', { resource: `${TABLE}-2` }],
  ])('is not allowed by a grant of another %s', (_what, other) => {
    expect(isAllowed([{ ...allow, ...other }], request)).toBe(false);
  });

  test('that anything denies is denied, wherever the denial stands', () => {
    const many = fc.array(fc.constant(allow), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(many, fc.nat(), (allowing, place) => {
        expect(isAllowed(allowing, request)).toBe(true);
        expect(isAllowed(allowing.toSpliced(place % (allowing.length + 1), 0, deny), request)).toBe(false);
      }),
    );
    expect(isAllowed([allow, { ...deny, principal: '*', action: '*', resource: '*' }], request)).toBe(false);
    expect(isAllowed([allow, { ...deny, action: 'dynamodb:PutItem' }], request)).toBe(true);
  });
});

describe('a pattern', () => {
  const allows = (grant: Partial<Grant>, asked: Partial<Request> = {}) =>
    isAllowed([{ ...allow, ...grant }], { ...request, ...asked });

  test.each([
    ['*', true],
    ['arn:aws:dynamodb:*:*:table/ord*', true],
    ['arn:aws:dynamodb:us-east-?:123456789012:table/orders', true],
    ['arn:aws:dynamodb:us-east-?:123456789012:table/order?', true],
    ['arn:aws:dynamodb:us-east-1:123456789012:table/order', false],
    ['arn:aws:dynamodb:us-east-1:123456789012:table/', false],
    ['arn:aws:dynamodb:us-east-1:123456789012:table/orders?', false],
    ['arn.aws.dynamodb.us-east-1.123456789012.table/orders', false],
  ])('of a resource, %s, matches: %p', (resource, matching) => {
    expect(allows({ resource })).toBe(matching);
  });

  test('of an action is matched without regard to case, one of a resource is not', () => {
    expect(allows({ action: 'DynamoDB:getitem' })).toBe(true);
    expect(allows({ action: 'dynamodb:Get*' })).toBe(true);
    expect(allows({ action: 'dynamodb:Put*' })).toBe(false);
    expect(allows({ resource: TABLE.toUpperCase() })).toBe(false);
  });

  test('stands for everybody only as *', () => {
    expect(allows({ principal: '*' })).toBe(true);
    expect(allows({ principal: 'read*' })).toBe(false);
  });
});

describe('a condition', () => {
  const holds = (operator: string, values: string[], context?: Record<string, string>) =>
    isAllowed([{ ...allow, condition: { [operator]: { key: values } } }], {
      ...request,
      ...(context && { context }),
    });

  test('holds for one of its values', () => {
    expect(holds('StringEquals', ['a', 'b'], { key: 'b' })).toBe(true);
    expect(holds('StringEquals', ['a', 'b'], { key: 'c' })).toBe(false);
    expect(holds('StringEquals', ['*'], { key: 'b' })).toBe(false);
    expect(holds('StringLike', ['b*'], { key: 'bc' })).toBe(true);
    expect(holds('Bool', ['true'], { key: 'true' })).toBe(true);
    expect(holds('Bool', ['false'], { key: 'true' })).toBe(false);
  });

  test.each(['ArnEquals', 'ArnLike'])('%s takes wildcards, within each part of an ARN', (operator) => {
    const holdsFor = (pattern: string) => holds(operator, [pattern], { key: TABLE });
    expect(holdsFor(TABLE)).toBe(true);
    expect(holdsFor('arn:aws:dynamodb:*:*:table/*')).toBe(true);
    expect(holdsFor('arn:aws:sqs:*:*:table/*')).toBe(false);
    expect(holdsFor('arn:aws:dynamodb:*:table/orders')).toBe(false);
  });

  test('does not hold where the request has no such key', () => {
    for (const operator of ['StringEquals', 'StringLike', 'Bool', 'ArnEquals', 'ArnLike']) {
      expect(holds(operator, ['*'])).toBe(false);
    }
  });

  test('has to hold with all of its keys and operators', () => {
    const condition = { StringEquals: { one: ['1'], two: ['2'] }, Bool: { three: ['true'] } };
    const allowed = (context: Record<string, string>) =>
      isAllowed([{ ...allow, condition }], { ...request, context });
    expect(allowed({ one: '1', two: '2', three: 'true' })).toBe(true);
    expect(allowed({ one: '1', two: '2', three: 'false' })).toBe(false);
    expect(allowed({ one: '1', three: 'true' })).toBe(false);
  });

  test('that is not known is an error, of a denial too, and whatever the request has', () => {
    const condition = { NumericLessThan: { key: ['1'] } };
    expect(() => isAllowed([{ ...allow, condition }], request)).toThrow('NumericLessThan is not known here');
    expect(() => isAllowed([allow, { ...deny, condition }], request)).toThrow('is not known here');
  });
});

describe('a statement', () => {
  test('is a grant for each of its actions on each of its resources', () => {
    const grants = grantsOf('reader', {
      Effect: 'Deny',
      Action: ['sqs:SendMessage', 'sqs:ReceiveMessage'],
      Resource: ['one', 'two'],
      Condition: { Bool: { 'aws:SecureTransport': false } },
    });
    const condition = { Bool: { 'aws:SecureTransport': ['false'] } };
    expect(grants).toHaveLength(4);
    expect(grants[3]).toEqual({
      effect: 'Deny',
      principal: 'reader',
      action: 'sqs:ReceiveMessage',
      resource: 'two',
      condition,
    });
  });

  test.each(['NotAction', 'NotResource', 'NotPrincipal'])('with %s is an error', (name) => {
    const statement = { Effect: 'Allow' as const, Action: '*', Resource: '*', [name]: 'x' };
    expect(() => grantsOf('reader', statement)).toThrow(`${name} is not known here`);
  });

  test('of a template has its references resolved by who knows them, and is an error without', () => {
    const statement = { Effect: 'Allow' as const, Action: 'a:b', Resource: { Ref: 'Queue' } };
    expect(grantsOf('reader', statement, () => 'arn-of-queue')).toMatchObject([{ resource: 'arn-of-queue' }]);
    expect(() => grantsOf('reader', statement)).toThrow('Not a text: {"Ref":"Queue"}');
  });
});
