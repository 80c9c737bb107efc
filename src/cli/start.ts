import { runCommand } from './command';
import { firstRun } from './first-run';

runCommand(firstRun);
