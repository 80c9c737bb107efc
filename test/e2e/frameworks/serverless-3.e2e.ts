import { describeWith } from '../support/tools';
import { type Packaged, packageWith, SERVICES, type Service, type Template } from './package-with';

jest.setTimeout(180_000);

/** What version 3.40 says that it does not know, and goes on. */
const UNKNOWN = [/^ {2}at 'provider\.runtime': must be equal to /];

describeWith('frameworks', 'Serverless Framework 3.40', () => {
  describe.each(Object.keys(SERVICES) as Service[])('packages %s', (service) => {
    let osls: Packaged;
    let three: Packaged;
    beforeAll(async () => {
      osls = await packageWith('osls', service);
      three = await packageWith('Serverless Framework 3', service);
    });

    test('to the template that osls makes, but for what it does not know', () => {
      expect(comparable(three.template)).toEqual(comparable(withoutLogFormat(osls.template)));
      expect(comparable(three.createTemplate)).toEqual(comparable(osls.createTemplate));
    });

    test('to the same bundles, byte for byte', () => {
      const names = Object.keys(osls.zips);
      expect(names.length).toBeGreaterThan(0);
      expect(Object.keys(three.zips)).toEqual(names);
      expect(names.filter((name) => !osls.zips[name]?.equals(three.zips[name] as Buffer))).toEqual([]);
    });

    test('and complains of nothing else', () => {
      expect(three.complaints).toEqual(UNKNOWN.map((complaint) => expect.stringMatching(complaint)));
      expect(osls.complaints).toEqual([]);
    });
  });
});

/** Bundles are uploaded under the time of packaging. */
function comparable(template: Template): unknown {
  return JSON.parse(JSON.stringify(template).replace(/\/\d{13}-\d{4}-[^/"]+Z\//g, '/<when>/'));
}

/**
 * Version 3.40 is older than `provider.logs.lambda` and leaves it out: its functions log text, as Lambda does by
 * default, with lines of Lambda's own for every call.
 */
function withoutLogFormat(template: Template): Template {
  const copy = structuredClone(template);
  for (const { Type, Properties } of Object.values(copy.Resources)) {
    if (Type === 'AWS::Lambda::Function') delete Properties.LoggingConfig;
  }
  return copy;
}
