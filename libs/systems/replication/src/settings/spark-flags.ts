import { Injectable } from '@nestjs/common';
import { LiveSettings } from '@nestjs-spark/foundation/internal';
import type { LIVE_SCHEMA } from './live-schema.ts';

/** The application's own feature flags, which operators switch on and off at run time: the setting `flags`. */
@Injectable()
export class SparkFlags {
  constructor(private readonly live: LiveSettings<typeof LIVE_SCHEMA>) {}

  /** Whether the flag is on now. Call it each time: the value can change. */
  isOn(name: string): boolean {
    return this.live.get('flags').includes(name);
  }

  /** Calls `listener` whenever flags have changed. @returns a function that unsubscribes */
  onChange(listener: () => void): () => void {
    return this.live.onChange('flags', () => listener());
  }
}
