const { require: load } = require('tsx/cjs/api');

/** The Region, for serverless.yml: TypeScript, loaded by tsx. */
module.exports = load('./deployment/region.ts', __filename);
