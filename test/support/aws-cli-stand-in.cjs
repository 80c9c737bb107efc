#!/usr/bin/env node
/**
 * Stands in for the AWS CLI where a document's commands run without Python: of its operations and flags what these
 * commands need, and an error for all else. It speaks AWS's JSON protocol with the server at AWS_ENDPOINT_URL.
 */
const { search } = require('@aws-lambda-powertools/jmespath');

const text = (value) => value;
const number = Number;
const instant = (value) => Date.parse(value) / 1_000;
const structure = (value) => (/^\s*[{[]/.test(value) ? JSON.parse(value) : typed(readShorthand(value)));

const ROW = { 'table-name': text, key: structure };
const EXPRESSIONS = {
  'condition-expression': text,
  'expression-attribute-names': structure,
  'expression-attribute-values': structure,
};
const READ = { 'table-name': text, 'consistent-read': undefined, 'filter-expression': text, ...EXPRESSIONS };

/** By service: what its requests are addressed to, how it spells, and its operations' flags; `undefined` takes no value. */
const SERVICES = {
  dynamodb: {
    prefix: 'DynamoDB_20120810',
    operations: {
      'get-item': { ...ROW, 'consistent-read': undefined },
      'put-item': { 'table-name': text, item: structure, ...EXPRESSIONS },
      'update-item': { ...ROW, 'update-expression': text, ...EXPRESSIONS },
      query: { ...READ, 'key-condition-expression': text, 'page-size': number, 'max-items': number },
      scan: READ,
    },
  },
  stepfunctions: {
    prefix: 'AWSStepFunctions',
    spelledLow: true,
    operations: { 'start-execution': { 'state-machine-arn': text, name: text, input: text } },
  },
  events: {
    prefix: 'AWSEvents',
    operations: {
      'describe-archive': { 'archive-name': text },
      'start-replay': {
        'replay-name': text,
        'event-source-arn': text,
        destination: structure,
        description: text,
        'event-start-time': instant,
        'event-end-time': instant,
      },
      'cancel-replay': { 'replay-name': text },
    },
  },
};
const OF_THE_CLI = { query: text, output: text };

/** `a={S=x},b={L=[y,"z"]}`: texts as they stand, or in double quotes. */
function readShorthand(source) {
  let at = 0;
  const refuse = () => {
    throw new Error(`Unexpected "${source[at] ?? 'end'}" at ${at} of ${source}`);
  };
  const expect = (character) => (source[at] === character ? at++ : refuse());
  const take = (pattern) => {
    const found = new RegExp(pattern, 'y');
    found.lastIndex = at;
    const [whole] = found.exec(source) ?? refuse();
    at += whole.length;
    return whole;
  };
  const pairs = (end) => {
    const map = {};
    while (source[at] !== end) {
      const key = take('[\\w.#/:-]+');
      expect('=');
      map[key] = value();
      if (source[at] !== end) expect(',');
    }
    return map;
  };
  const value = () => {
    if (source[at] === '"') return take('"[^"]*"').slice(1, -1);
    if (source[at] !== '{') return take('[^,{}"\'=]+');
    at++;
    const map = pairs('}');
    expect('}');
    return map;
  };
  return pairs(undefined);
}

/** The CLI knows by its model which texts are meant as Booleans. */
function typed(map) {
  const entries = Object.entries(map).map(([key, value]) => {
    if (key === 'BOOL') return [key, value === 'true'];
    return [key, typeof value === 'object' ? typed(value) : value];
  });
  return Object.fromEntries(entries);
}

function spelled(flag, low) {
  const pascal = flag.replace(/(^|-)(\w)/g, (_, __, letter) => letter.toUpperCase());
  return low ? pascal[0].toLowerCase() + pascal.slice(1) : pascal;
}

function readCommand([service, operation, ...rest]) {
  const { prefix, operations, spelledLow } = SERVICES[service] ?? {};
  const flags = operations?.[operation];
  if (!flags) throw new Error(`The stand-in has no ${service} ${operation}.`);
  const input = {};
  const ofTheCli = {};
  for (let at = 0; at < rest.length; at++) {
    const flag = rest[at].replace(/^--/, '');
    const [known, into, name] = Object.hasOwn(OF_THE_CLI, flag)
      ? [OF_THE_CLI, ofTheCli, flag]
      : [flags, input, spelled(flag, spelledLow)];
    if (!rest[at].startsWith('--') || !Object.hasOwn(known, flag))
      throw new Error(`${service} ${operation} has no ${rest[at]} here.`);
    if (known[flag] === undefined) into[name] = true;
    else if (rest[at + 1] === undefined) throw new Error(`${rest[at]} has no value.`);
    else into[name] = known[flag](rest[++at]);
  }
  return { target: `${prefix}.${spelled(operation)}`, input, ...ofTheCli };
}

async function call(target, input) {
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': target,
    'x-amz-date': new Date().toISOString().replace(/[-:]|\.\d+/g, ''),
    authorization: `AWS4-HMAC-SHA256 Credential=${process.env.AWS_ACCESS_KEY_ID}/20260101/r/s/aws4_request, SignedHeaders=host, Signature=none`,
  };
  const answer = await fetch(process.env.AWS_ENDPOINT_URL, {
    method: 'POST',
    headers,
    body: JSON.stringify(input),
  });
  const output = await answer.json();
  if (answer.ok) return output;
  const code = String(output.__type).replace(/^.*#/, '');
  throw new Error(`An error occurred (${code}): ${output.message ?? output.Message}`);
}

/** Page after page, as the CLI reads. */
async function read(target, { PageSize, MaxItems = Number.POSITIVE_INFINITY, ...input }) {
  const items = [];
  let from;
  do {
    const page = { ...(PageSize && { Limit: PageSize }), ...(from && { ExclusiveStartKey: from }) };
    const { Items, LastEvaluatedKey } = await call(target, { ...input, ...page });
    items.push(...Items);
    from = LastEvaluatedKey;
  } while (from && items.length < MaxItems);
  return { Items: items.slice(0, MaxItems) };
}

/** A list of lists is a line each; what is nothing is `None`. */
function asText(value) {
  if (!Array.isArray(value)) return [String(value ?? 'None')];
  if (value.some(Array.isArray)) return value.flatMap(asText);
  return value.length === 0 ? [] : [value.map((each) => each ?? 'None').join('\t')];
}

async function main(args) {
  const { target, input, query, output = 'json' } = readCommand(args);
  const answer = await (/\.(Query|Scan)$/.test(target) ? read : call)(target, input);
  const wanted = query === undefined ? answer : search(query, answer);
  const lines = output === 'text' ? asText(wanted) : [JSON.stringify(wanted, null, 4)];
  if (Object.keys(answer).length > 0) process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}

main(process.argv.slice(2)).catch(({ message }) => {
  process.stderr.write(`${message}\n`);
  process.exitCode = 254;
});
