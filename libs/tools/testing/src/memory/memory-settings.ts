import {
  UnavailableError,
  VersionConflictError,
  type HeldSettings,
  type SettingsStore,
} from '@nestjs-spark/contracts/internal';
import { pause } from '@nestjs-spark/foundation/internal';

const LOOK_AGAIN_MS = 20;

/** A module's settings in memory. `away` makes it behave as if its server were unreachable. */
export class MemorySettings implements SettingsStore {
  readonly place = 'memory';
  away = false;
  #held: HeldSettings = { text: null, revision: '0' };

  async read(): Promise<HeldSettings> {
    this.#requireThere();
    return this.#held;
  }

  async write(text: string, revision: string): Promise<string> {
    this.#requireThere();
    if (revision !== this.#held.revision) throw new VersionConflictError('The settings');
    return this.put(text);
  }

  async changed(revision: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && revision === this.#held.revision) {
      this.#requireThere();
      await pause(LOOK_AGAIN_MS, signal);
    }
  }

  /** Writes without any restrictions; null removes the text. */
  put(text: string | null): string {
    this.#held = { text, revision: String(Number(this.#held.revision) + 1) };
    return this.#held.revision;
  }

  #requireThere(): void {
    if (this.away) throw new UnavailableError('The settings cannot be reached');
  }
}
