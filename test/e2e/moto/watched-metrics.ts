import { physicalIdsOf, resolveReferences, templateOf } from './deployed-template';
import { type Moto, outputsOf } from './moto';

interface Metric {
  MetricName: string;
  Dimensions: { Value: string }[];
}

/**
 * Makes the alarms of a stage's template, since CloudFormation does not make them here, and takes them away again.
 *
 * @returns what they watch: the metrics, each with the values of its dimensions.
 */
export async function watchedMetrics(moto: Moto, stage: string): Promise<string[]> {
  const [template, ids] = [await templateOf(moto, stage), await physicalIdsOf(moto, stage)];
  const { EventBusName } = await outputsOf(moto, stage);
  const names: string[] = [];
  for (const [id, { Properties }] of template.ofType('AWS::CloudWatch::Alarm')) {
    const alarm = resolveReferences(Properties, (referred, attribute) => {
      if (attribute === 'QueueName') return ids[referred]?.split('/').pop();
      return attribute === 'Name' ? EventBusName : ids[referred];
    });
    const AlarmName = `ordered-replay-${stage}-${id}`;
    names.push(AlarmName);
    const input = JSON.stringify({ AlarmName, ...(alarm as object) });
    await moto.aws('cloudwatch', 'put-metric-alarm', '--cli-input-json', input);
  }
  const { MetricAlarms } = await moto.aws('cloudwatch', 'describe-alarms', '--alarm-names', ...names);
  await moto.aws('cloudwatch', 'delete-alarms', '--alarm-names', ...names);
  return (MetricAlarms as Metric[])
    .flatMap(metricsOf)
    .map(({ MetricName, Dimensions }) => `${MetricName} ${Dimensions.map(({ Value }) => Value).join(' ')}`)
    .sort();
}

/** One, or those of its expression. */
function metricsOf(alarm: Metric & { Metrics?: { MetricStat?: { Metric: Metric } }[] }): Metric[] {
  const queried = (alarm.Metrics ?? []).flatMap(({ MetricStat }) => (MetricStat ? [MetricStat.Metric] : []));
  return queried.length > 0 ? queried : [alarm];
}
