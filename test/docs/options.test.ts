import { readFileSync } from 'node:fs';
import path from 'node:path';
import { variableOf } from '../../functions/settings';
import { DOCUMENTS, withOptionRows } from '../../scripts/option-rows';
import { flagOf, USAGE } from '../../src/cli/start-options';
import { OPTION_NAMES, OPTIONS } from '../../src/core/replay/options';

const stack = readFileSync(path.join(__dirname, '../../serverless.yml'), 'utf8');

describe('every option of a replay stands', () => {
  test.each(DOCUMENTS)('in the table of %s, with its values, its default and its help', (file) => {
    const document = readFileSync(file, 'utf8');
    expect(withOptionRows(document)).toBe(document);
  });

  test.each(OPTION_NAMES)('among the parameters of the stack, with its default: %s', (name) => {
    const [, value] = new RegExp(`^ {4}${name}: '?([^'\\n]*)'?$`, 'm').exec(stack) ?? [];
    expect(value).toBe(OPTIONS[name].default);
  });

  test.each(OPTION_NAMES)("in the template and in the functions' environment: %s", (name) => {
    const inTemplate = `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
    expect(stack).toContain(`\n    ${inTemplate}:\n      Type: String\n      Default: '\${param:${name}}'\n`);
    expect(stack).toContain(`\n    ${variableOf(name)}: !Ref ${inTemplate}\n`);
  });

  test.each(OPTION_NAMES)('in the usage of npm start: %s', (name) => {
    expect(USAGE).toContain(`\n  --${flagOf(name)} ${OPTIONS[name].placeholder} `);
  });
});

test('a row with another default is written again, a missing row comes to the others', () => {
  const document = DOCUMENTS.map((file) => readFileSync(file, 'utf8'))[0] as string;
  const row = document.split('\n').find((line) => line.startsWith('| `idle` |')) as string;
  expect(withOptionRows(document.replace(row, row.replace('`none` |', '`5s` |')))).toBe(document);
  expect(withOptionRows(document.replace(`${row}\n`, ''))).toBe(document);
  expect(() => withOptionRows('# No table')).toThrow('no row of an option');
});
