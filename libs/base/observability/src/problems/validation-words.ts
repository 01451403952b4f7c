const characters = (many: string): string => `${many} ${many === '1' ? 'character' : 'characters'}`;
const entries = (many: string): string => `${many} ${many === '1' ? 'entry' : 'entries'}`;

/** By check: class-validator's sentence and ours. An application's own message matches none. */
const WORDS: Readonly<Record<string, readonly (readonly [RegExp, (...numbers: string[]) => string])[]>> = {
  isLength: [
    [
      /must be longer than or equal to (\d+) and shorter than or equal to (\d+) characters$/,
      (least = '', most = '') => `must have ${least} to ${characters(most)}`,
    ],
    [
      /must be longer than or equal to (\d+) characters$/,
      (least = '') => `must have at least ${characters(least)}`,
    ],
    [
      /must be shorter than or equal to (\d+) characters$/,
      (most = '') => `must have at most ${characters(most)}`,
    ],
  ],
  minLength: [
    [
      /must be longer than or equal to (\d+) characters$/,
      (least = '') => `must have at least ${characters(least)}`,
    ],
  ],
  maxLength: [
    [
      /must be shorter than or equal to (\d+) characters$/,
      (most = '') => `must have at most ${characters(most)}`,
    ],
  ],
  min: [[/must not be less than (-?[\d.]+)$/, (least = '') => `must be at least ${least}`]],
  max: [[/must not be greater than (-?[\d.]+)$/, (most = '') => `must be at most ${most}`]],
  isInt: [[/must be an integer number$/, () => 'must be a whole number']],
  isNumber: [[/must be a number conforming to the specified constraints$/, () => 'must be a number']],
  isBoolean: [[/must be a boolean value$/, () => 'must be true or false']],
  isEmail: [[/must be an email$/, () => 'must be an email address, such as ada@example.org']],
  isUrl: [[/must be a URL address$/, () => 'must be a URL, such as https://example.org']],
  isIso8601: [
    [/must be a valid ISO 8601 date string$/, () => 'must be an ISO 8601 date, such as 1990-05-17'],
  ],
  isIn: [[/must be one of the following values: /, () => 'must be one of ']],
  isEnum: [[/must be one of the following values: /, () => 'must be one of ']],
  isNotEmpty: [[/should not be empty$/, () => 'must not be empty']],
  arrayNotEmpty: [[/should not be empty$/, () => 'must have at least 1 entry']],
  arrayMinSize: [
    [/must contain at least (\d+) elements$/, (least = '') => `must have at least ${entries(least)}`],
  ],
  arrayMaxSize: [
    [/must contain no more than (\d+) elements$/, (most = '') => `must have at most ${entries(most)}`],
  ],
  nestedValidation: [
    [/must be either object or array$/, () => 'must be an object or an array'],
    [/^(?:each value in )?nested property /, () => ''],
  ],
};

/** A class-validator finding in our words: the field, and what it must be. */
export function inOurWords(check: string, message: string): string {
  return (WORDS[check] ?? []).reduce(
    (text, [theirs, ours]) =>
      text.replace(theirs, (_all, ...groups: unknown[]) =>
        ours(...groups.filter((one) => typeof one === 'string')),
      ),
    message,
  );
}
