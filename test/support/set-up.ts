import { makeRunFolder } from './once-a-run';

/** Jest's global set-up: what all suites of a run share. */
export default async function setUp(): Promise<void> {
  // The SDK would announce to each suite that Node.js 20 is old; `npm ci` says so already.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  await makeRunFolder();
}
