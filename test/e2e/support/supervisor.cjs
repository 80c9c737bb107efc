/*
 * Runs a server for as long as somebody holds the other end of stdin: `node supervisor.cjs <command> <argument>...`.
 *
 * Servers must not outlive the tests, however these end. A test process that is killed can do nothing about it, and
 * Jest passes no `exit` of the process on to a test; but a pipe ends with whoever holds it. The server has a group of
 * its own, so that what it starts ends with it, and so that the terminal's Ctrl-C leaves the ending to this.
 */
const { spawn } = require('node:child_process');
const { constants } = require('node:os');

const NOT_FOUND = 127;

const [command, ...args] = process.argv.slice(2);
const server = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: true });

function signalGroup(signal) {
  // Without a number it never ran.
  if (server.pid === undefined) return;
  try {
    process.kill(-server.pid, signal);
  } catch {
    // Nothing of it is left.
  }
}

server.once('error', ({ message }) => {
  console.error(message);
  process.exit(NOT_FOUND);
});
server.once('exit', (code, signal) => {
  signalGroup('SIGKILL');
  process.exit(code ?? 128 + constants.signals[signal]);
});
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => signalGroup(signal));
process.stdin.once('close', () => signalGroup('SIGKILL')).resume();
