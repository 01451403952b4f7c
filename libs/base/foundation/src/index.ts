export { describeError, explainError } from './errors/describe-error.ts';
export { redact } from './errors/redact.ts';
export type { Logger } from './logging/logger.ts';
export { DATA_DIR_VARIABLE, DEFAULT_DATA_DIR, dataDir, keysDir } from './settings/data-dir.ts';
