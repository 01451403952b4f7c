import {
  isListOf,
  isNullOr,
  isObject,
  isObjectOf,
  isText,
  isWhole,
  type Guard,
} from '@nestjs-spark/foundation/internal';

/** What operators have set at one time: all values, not only those that changed. */
export interface SettingsVersion {
  /** Grows by one. */
  version: number;
  at: string;
  values: Readonly<Record<string, unknown>>;
  /** After a rollback, the version that the values come from; null otherwise. */
  takenFrom: number | null;
}

/** A module's central settings with their history, oldest first. */
export interface SettingsDocument {
  versions: readonly SettingsVersion[];
}

const MOST_VERSIONS = 50;
/** Fits into one NATS message and one Consul key. */
const MOST_BYTES = 256 * 1024;

const isVersion: Guard<SettingsVersion> = isObjectOf({
  version: isWhole,
  at: isText(64),
  values: isObject,
  takenFrom: isNullOr(isWhole),
});

const isSettingsDocument: Guard<SettingsDocument> = isObjectOf({
  versions: isListOf(isVersion, MOST_VERSIONS),
});

/** Null for anything that no module has written. */
export function readDocument(value: unknown): SettingsDocument | null {
  return isSettingsDocument(value) && value.versions.length > 0 ? value : null;
}

export function latest(document: SettingsDocument | null): SettingsVersion | null {
  return document?.versions.at(-1) ?? null;
}

export function isNotNewer(document: SettingsDocument, known: SettingsDocument | null): boolean {
  return (latest(document)?.version ?? 0) <= (latest(known)?.version ?? 0);
}

/** The version that follows. */
export function nextVersion(
  current: SettingsVersion | null,
  { values, takenFrom }: Pick<SettingsVersion, 'values' | 'takenFrom'>,
  now: Date,
): SettingsVersion {
  return { version: (current?.version ?? 0) + 1, at: now.toISOString(), values, takenFrom };
}

/** The document with one more version. The oldest ones are dropped when there are too many. */
export function withVersion(document: SettingsDocument | null, next: SettingsVersion): SettingsDocument {
  const versions = [...(document?.versions ?? []), next].slice(-MOST_VERSIONS);
  while (versions.length > 1 && Buffer.byteLength(JSON.stringify(versions)) > MOST_BYTES / 2)
    versions.shift();
  return { versions };
}

/** Longer texts are not parsed. */
export function isTooLong(text: string): boolean {
  return text.length > MOST_BYTES;
}
