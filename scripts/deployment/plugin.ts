import type { Serverless } from './framework';
import { problemsOfStage } from './names';
import { nextSteps } from './next-steps';
import { problemsOf } from './parameters';
import { findRegion, type RegionOptions } from './region';

const CHECKED = ['package', 'deploy', 'deploy function'];

/**
 * A plugin for osls and Serverless Framework 3: what was chosen is checked before anything is made, the Region is named,
 * and a deploy ends with what to do next.
 */
export class Deployment {
  readonly hooks: Record<string, () => unknown>;

  constructor(
    serverless: Serverless,
    options: RegionOptions,
    { log }: { log: { notice(line: string): void } },
  ) {
    this.hooks = {
      initialize: async () => {
        if (!CHECKED.includes(serverless.processedInput.commands.join(' '))) return;
        const problems = problemsIn(serverless);
        if (problems.length > 0) throw new serverless.classes.Error(problems.join('\n'));
        log.notice(await regionLine(serverless, options));
      },
      'after:aws:package:finalize:mergeCustomProviderResources': () => {
        const template = serverless.service.provider.compiledCloudFormationTemplate;
        template.Rules = serverless.service.custom.rules;
        for (const parameter of Object.values(template.Parameters)) asText(parameter);
      },
      'after:aws:info:gatherData': () => {
        const lines = linesAfter(serverless);
        if (lines.length > 0) serverless.addServiceOutputSection('next', lines);
      },
    };
  }
}

function problemsIn(serverless: Serverless): string[] {
  const { service, configurationInput, processedInput } = serverless;
  const stage = serverless.getProvider('aws').getStage();
  const { default: defaults, [stage]: ofStage } = configurationInput.params ?? {};
  const { Parameters: declared = {}, Resources: resources = {} } = service.resources;
  const functionNames = Object.values(service.functions).map(({ name }) => name);
  return [
    ...problemsOfStage({ stage, functionNames, resources }),
    ...problemsOf({
      chosen: chosenOf([defaults, ofStage, typedOf(processedInput.options.param)]),
      known: Object.keys(defaults ?? {}),
      declared,
    }),
  ];
}

/** As the framework takes them: the command line, then the stage, then the defaults; null is nothing chosen. */
function chosenOf(sources: (Record<string, unknown> | null | undefined)[]): Record<string, unknown> {
  const entries = sources.flatMap((source) => Object.entries(source ?? {}));
  return Object.fromEntries(entries.filter(([, value]) => value !== null && value !== undefined));
}

function typedOf(params: string[] = []): Record<string, string> {
  return Object.fromEntries(
    params.map((param) => {
      const [name = '', ...value] = param.split('=');
      return [name, value.join('=').trimEnd()];
    }),
  );
}

async function regionLine(serverless: Serverless, options: RegionOptions): Promise<string> {
  const used = serverless.getProvider('aws').getRegion();
  const { name, from } = await findRegion(options, process.env);
  return `Region: ${used}, ${name === used ? from : 'from serverless.yml'}`;
}

/** Values of a parameter are text for CloudFormation, whatever YAML makes of them: as text they come to a function. */
function asText(parameter: { Default?: unknown; AllowedValues?: unknown[] }): void {
  parameter.Default = String(parameter.Default);
  if (parameter.AllowedValues) parameter.AllowedValues = parameter.AllowedValues.map(String);
}

function linesAfter(serverless: Serverless): string[] {
  const told = serverless.pluginManager.plugins.find(({ gatheredData }) => gatheredData)?.gatheredData;
  const outputs = (told?.outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]);
  return nextSteps({
    region: serverless.getProvider('aws').getRegion(),
    outputs: Object.fromEntries(outputs),
    replayNamePrefix: String(serverless.service.resources.Parameters?.ReplayNamePrefix?.Default ?? ''),
    nowMs: Date.now(),
  });
}
