import { Injectable } from '@nestjs/common';
import { LiveSettings } from '@nestjs-spark/foundation/internal';
import type { LIVE_SCHEMA } from './live-schema.ts';

/** The application's own flags, which operators switch on and off while it runs: the setting `flags`. */
@Injectable()
export class SparkFlags {
  constructor(private readonly live: LiveSettings<typeof LIVE_SCHEMA>) {}

  /** Whether the flag is on now. Ask each time: it can change. */
  isOn(name: string): boolean {
    return this.live.get('flags').includes(name);
  }

  /** Calls `listener` whenever flags have changed. @returns a function that ends it */
  onChange(listener: () => void): () => void {
    return this.live.onChange('flags', () => listener());
  }
}
