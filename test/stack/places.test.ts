import { PACKAGING_MS, packageStack } from './package-stack';

/** Where the stack is deployed: other partitions, other stages. */

jest.setTimeout(3 * PACKAGING_MS);

/** Bundles are uploaded under the time of packaging. */
const comparable = (templateText: string) => templateText.replace(/\/\d{13}-[^/"]+Z\//g, '/<when>/');

describe.each([
  ['aws-cn', 'cn-north-1'],
  ['aws-us-gov', 'us-gov-west-1'],
])('in the partition %s', (_partition, region) => {
  test('the template is the same as everywhere, and has no ARN of another partition', async () => {
    const { templateText, output } = await packageStack({}, '--region', region);
    expect(output).toContain(`(${region})`);
    expect(comparable(templateText)).toBe(comparable((await packageStack()).templateText));
    // The last one is the framework's, joined of parts.
    const partitions = /"arn:(\$\{AWS::Partition\}:|",\s+\{\s+"Ref": "AWS::Partition")/g;
    expect(templateText.match(partitions)?.length).toBeGreaterThan(10);
    expect(templateText.replace(partitions, '')).not.toMatch(/"arn:|arn:aws/);
  });
});

test("two stages' metrics are two: each has the stage among its dimensions, and its alarms watch that", async () => {
  for (const stage of ['dev', 'prod']) {
    const { template } = stage === 'dev' ? await packageStack() : await packageStack({}, '--stage', stage);
    const service = `ordered-replay-${stage}`;
    for (const name of ['collect', 'sequence', 'heal']) {
      expect(template.environment(name).POWERTOOLS_SERVICE_NAME).toBe(service);
    }
    const own = template
      .ofType('AWS::CloudWatch::Alarm')
      .filter(([, { Properties }]) => Properties.Namespace === 'OrderedReplay');
    expect(own.map(([logicalId]) => logicalId).sort()).toEqual(['LateEventsAlarm', 'SequenceFailedAlarm']);
    for (const [, { Properties }] of own)
      expect(Properties.Dimensions).toEqual([{ Name: 'service', Value: service }]);
  }
});
