export { KeyFileError } from './identify/key-file.ts';
export { isSparkRoute } from '@nestjs-spark/observability';
