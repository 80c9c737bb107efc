import { execFileSync, spawnSync } from 'node:child_process';

const installed = spawnSync('cfn-lint', ['--version']).status === 0;

/** A test that cfn-lint has nothing to say about a template; skipped, and not silently, where it is not installed. */
export function testWithCfnLint(templatePath: () => string): void {
  if (!installed) process.stdout.write('skipped: cfn-lint is not installed\n');
  const lint = () => {
    execFileSync('cfn-lint', [templatePath()], { stdio: 'pipe' });
  };
  (installed ? test : test.skip)('cfn-lint finds nothing', lint, 60_000);
}
