import type { Declared } from './parameters';

/** What the plugin uses of the framework: the same in osls and in version 3. */
export interface Serverless {
  processedInput: { commands: string[]; options: { param?: string[] } };
  /** serverless.yml, its variables filled in. */
  configurationInput: { params?: Record<string, Record<string, unknown> | null> };
  service: {
    custom: { rules: object };
    provider: {
      compiledCloudFormationTemplate: {
        Parameters: Record<string, { Default?: unknown; AllowedValues?: unknown[] }>;
        Rules?: object;
      };
    };
    functions: Record<string, { name: string }>;
    resources: {
      Parameters?: Record<string, Declared & { Default?: unknown }>;
      Resources?: Record<string, { Type: string; Properties?: Record<string, unknown> }>;
    };
  };
  pluginManager: {
    /** The one that describes the stack keeps what it was told. */
    plugins: { gatheredData?: { outputs?: { OutputKey: string; OutputValue: string }[] } }[];
  };
  classes: { Error: new (message: string) => Error };
  getProvider(name: 'aws'): { getRegion(): string; getStage(): string };
  addServiceOutputSection(name: string, lines: string[]): void;
}
