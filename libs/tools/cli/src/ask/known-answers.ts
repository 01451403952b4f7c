import {
  isBoolean,
  isNullOr,
  isObject,
  isObjectOf,
  isOneOf,
  isWhole,
  type Guard,
} from '@nestjs-spark/foundation/internal';
import type { VerifyReport } from '@nestjs-spark/replication';
import type { KeyView, PreviewResult, RetriedTask, SetAsideView } from '@nestjs-spark/replication/internal';
import type { SettingsChangeView, SettingsVersionView, SettingsView } from '@nestjs-spark/settings/internal';
import { many, shows, text } from './shown.ts';

// The answers of modules, as far as a command shows them. Another version may have more fields, or fewer of those that nothing shows.

const maybeText = isNullOr(text);
const texts = many(text);
const isThere: Guard<unknown> = (value): value is unknown => value !== undefined;
const isAmount: Guard<number> = (value): value is number => Number.isFinite(value);

export const isKeyView = shows<KeyView>(
  isObjectOf({
    module: text,
    trusted: texts,
    registered: maybeText,
    next: maybeText,
    waitsForApproval: isBoolean,
  }),
);
export const isKeyViews = many(isKeyView);

const setting = {
  name: text,
  variable: text,
  value: isThere,
  central: isThere,
  origin: text,
};
export const isSettings = shows<SettingsView>(
  isObjectOf({ detail: text, settings: many(isObjectOf(setting)) }),
);
export const isSettingsChange = shows<SettingsChangeView>(
  isObjectOf({ version: isWhole, changed: many(isObjectOf({ ...setting, effect: text })) }),
);
export const isSettingsHistory = many(
  shows<SettingsVersionView>(
    isObjectOf({ version: isWhole, at: text, values: isObject, takenFrom: isNullOr(isWhole) }),
  ),
);

const place = { direction: isOneOf('out', 'in'), module: text, task: text };
export const isSetAside = shows<SetAsideView>(
  isObjectOf({
    total: isWhole,
    skip: isWhole,
    tasks: many(isObjectOf({ ...place, count: isWhole, notListed: isWhole, retrying: isBoolean })),
    items: many(
      isObjectOf({
        task: text,
        documentId: text,
        copyId: maybeText,
        kind: text,
        reason: text,
        line: isNullOr(isWhole),
        column: isNullOr(isWhole),
        count: isWhole,
        lastAt: text,
      }),
    ),
  }),
);
export const isRetried = shows<{ tasks: RetriedTask[] }>(
  isObjectOf({ tasks: many(isObjectOf({ ...place, documents: isWhole })) }),
);

export const isVerifyReport = shows<VerifyReport>(
  isObjectOf({
    state: isOneOf('running', 'waiting', 'done'),
    depth: text,
    startedAt: text,
    endedAt: maybeText,
    tasks: many(
      isObjectOf({
        task: text,
        state: text,
        reason: maybeText,
        repair: isBoolean,
        progress: isAmount,
        checked: isWhole,
        equal: isWhole,
        missing: isWhole,
        stale: isWhole,
        ghost: isWhole,
        foreign: isWhole,
        repaired: isWhole,
        examples: many(isObjectOf({ id: text, kind: text, reason: text })),
      }),
    ),
  }),
);

/** Has what its type needs; a type of a later version is shown as it is. */
const isCommand: Guard<object> = (value): value is object => {
  if (!isObject(value) || !text(value['type'])) return false;
  const needed = NEEDED.get(value['type']) ?? [];
  return needed.every((name) => text(value[name]));
};
const NEEDED: ReadonlyMap<string, readonly string[]> = new Map([
  ['put', ['id', 'collection', 'fields']],
  ['delete', ['id']],
  ['delete-prefix', ['prefix']],
]);

const running = isObjectOf({ generation: isWhole, same: isBoolean });
const against = isObjectOf({
  outcome: text,
  copies: many(isObjectOf({ id: text, change: text }, { before: many(isCommand) })),
});
const failure = isObjectOf({ reason: text, line: isNullOr(isWhole), column: isNullOr(isWhole) });
export const isPreview = shows<PreviewResult>(
  isObjectOf({
    owner: text,
    requestingModule: text,
    scripts: many(
      isObjectOf(
        {
          name: text,
          collection: text,
          targets: texts,
          running: isNullOr(running),
          summary: isObjectOf({
            documents: isWhole,
            copied: isWhole,
            filtered: isWhole,
            failed: isWhole,
            missing: isWhole,
            skipped: isWhole,
            newCopies: isWhole,
            changedCopies: isWhole,
            goneCopies: isWhole,
            sameCopies: isWhole,
          }),
          documents: many(
            isObjectOf({
              id: text,
              status: text,
              commands: many(isCommand),
              failure: isNullOr(failure),
              against: isNullOr(against),
              cut: isBoolean,
            }),
          ),
        },
        { warnings: texts },
      ),
    ),
  }),
);
