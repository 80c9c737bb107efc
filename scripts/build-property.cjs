/**
 * A plugin for osls and Serverless Framework 3: the property `build` is known, so they do not warn of it. It is there
 * for version 4, which has it in its own schema and refuses a second definition.
 *
 * @see https://www.serverless.com/framework/docs/guides/plugins/custom-configuration
 */
module.exports = class BuildProperty {
  constructor({ configSchemaHandler }) {
    try {
      configSchemaHandler.defineTopLevelProperty('build', { type: 'object' });
    } catch (error) {
      if (error.code !== 'SCHEMA_COLLISION') throw error;
    }
  }
};
