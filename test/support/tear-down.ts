import { removeRunFolder } from './once-a-run';

export default removeRunFolder;
