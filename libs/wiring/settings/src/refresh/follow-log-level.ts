import { Logger, type LogLevel } from '@nestjs/common';
import type { LiveSettings } from '@nestjs-spark/foundation/internal';
import { LOG_LEVELS } from '../change/application-settings.ts';

/**
 * Makes Nest's logger follow the setting `logLevel`, now and after each change. `application` restores the initial levels.
 * @returns a function that ends it
 */
export function followLogLevel(live: LiveSettings): () => void {
  const before = LOG_LEVELS.filter((level) => Logger.isLevelEnabled(level));
  const follow = (level: unknown): void => Logger.overrideLogger(levelsFrom(level, before));
  if (live.read('logLevel') !== 'application') follow(live.read('logLevel'));
  return live.onChange('logLevel', follow);
}

/** The levels to print. Pure. */
export function levelsFrom(level: unknown, otherwise: readonly LogLevel[]): LogLevel[] {
  const at = LOG_LEVELS.findIndex((one) => one === level);
  return at < 0 ? [...otherwise] : LOG_LEVELS.slice(at);
}
