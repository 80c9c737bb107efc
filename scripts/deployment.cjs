const { require: load } = require('tsx/cjs/api');

/** The plugin of `deployment/`: TypeScript, loaded by tsx, so that nothing has to be built after `npm ci`. */
module.exports = load('./deployment/plugin.ts', __filename).Deployment;
