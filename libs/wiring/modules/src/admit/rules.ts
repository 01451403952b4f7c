import { ValidateBy } from 'class-validator';
import { isCollectionName, isIdPrefix, isName } from '@nestjs-spark/contracts';

export function IsSparkName(): PropertyDecorator {
  return ValidateBy({
    name: 'isSparkName',
    validator: {
      validate: isName,
      defaultMessage: () => '$property must be a letter, then up to 63 letters, digits, "_" or "-"',
    },
  });
}

export function IsCollectionName(): PropertyDecorator {
  return ValidateBy({
    name: 'isCollectionName',
    validator: {
      validate: isCollectionName,
      defaultMessage: () =>
        '$property must be a letter, then up to 127 letters, digits, spaces, ".", "_" or "-", no space or dot at the end',
    },
  });
}

export function IsIdPrefix(): PropertyDecorator {
  return ValidateBy({
    name: 'isIdPrefix',
    validator: {
      validate: isIdPrefix,
      defaultMessage: () =>
        '$property must be up to 64 letters, digits, ".", "_", "-" or "/", the last a "/" or "-"',
    },
  });
}

export function MaxBytes(limit: number): PropertyDecorator {
  return ValidateBy({
    name: 'maxBytes',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && Buffer.byteLength(value) <= limit,
      defaultMessage: () => `$property must have ${limit} bytes at most`,
    },
  });
}
