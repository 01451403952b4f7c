import type { ValidateByOptions } from 'class-validator';
import { isCollectionName, isIdPrefix, isName } from '@nestjs-spark/contracts';
import { isThumbprint } from '@nestjs-spark/contracts/internal';

/** A rule of class-validator, and the property that it applies to. */
export interface Rule {
  readonly options: ValidateByOptions;
  readonly place: readonly [target: object, property: string | symbol];
}

const written: Rule[] = [];

export function IsSparkName(): PropertyDecorator {
  return rule({
    name: 'isSparkName',
    validator: {
      validate: isName,
      defaultMessage: () => '$property must be a letter, then up to 63 letters, digits, "_" or "-"',
    },
  });
}

export function IsCollectionName(): PropertyDecorator {
  return rule({
    name: 'isCollectionName',
    validator: {
      validate: isCollectionName,
      defaultMessage: () =>
        '$property must be a letter, then up to 127 letters, digits, spaces, ".", "_" or "-", no space or dot at the end',
    },
  });
}

export function IsIdPrefix(): PropertyDecorator {
  return rule({
    name: 'isIdPrefix',
    validator: {
      validate: isIdPrefix,
      defaultMessage: () =>
        '$property must be up to 64 letters, digits, ".", "_", "-" or "/", the last a "/" or "-"',
    },
  });
}

export function IsThumbprint(): PropertyDecorator {
  return rule({
    name: 'isThumbprint',
    validator: {
      validate: isThumbprint,
      defaultMessage: () => '$property has to be a thumbprint: 43 letters of base64url',
    },
  });
}

export function MaxBytes(limit: number): PropertyDecorator {
  return rule({
    name: 'maxBytes',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && Buffer.byteLength(value) <= limit,
      defaultMessage: () => `$property must have ${limit} bytes at most`,
    },
  });
}

/** The rules that were declared since the last call. */
export function takeRules(): Rule[] {
  return written.splice(0);
}

/** Only recorded: `readBody` registers it with class-validator, which an application that reads no body does not load. */
function rule(options: ValidateByOptions): PropertyDecorator {
  return (...place) => void written.push({ options, place });
}
