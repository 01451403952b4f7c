export { DATA_DIR_VARIABLE, dataDir, keysDir } from './settings/data-dir.ts';
