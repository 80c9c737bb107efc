import { makeRunFolder } from './once-a-run';

export default makeRunFolder;
