import type { Logger } from '@nestjs-spark/foundation/internal';

/** A logger for what a test does not look at. */
export const SILENT: Logger = { debug() {}, log() {}, warn() {}, error() {} };
