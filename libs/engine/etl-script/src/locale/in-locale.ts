/** A question of the sandbox: `what` with `values`, all as given by the script. */
interface LocaleQuestion {
  what: 'compare' | 'number' | 'date' | 'time' | 'date and time';
  /** Two texts to compare, or the value to format: a number as text, milliseconds. */
  values: [string, string?];
  locales: string | string[] | null;
  options: Record<string, unknown> | null;
}

const DEFAULT_LOCALE = 'en-US';
const MOST_KEPT = 64;
const LONGEST_KEPT = 1_024;
const NARROW_SPACE = /\u202f/g;

/**
 * Compares and formats by language, which QuickJS cannot: text in, text out. Nothing of a script runs here. Throws RangeError and
 * TypeError where JavaScript does.
 */
export class Locales {
  readonly #collators = new Map<string, Intl.Collator>();
  readonly #formats = new Map<string, Intl.NumberFormat>();

  answer(question: string): string {
    const { what, values, locales, options } = JSON.parse(question) as LocaleQuestion;
    const language = locales ?? DEFAULT_LOCALE;
    // For any other object JavaScript would read as many members as its length claims.
    if (typeof language !== 'string' && !Array.isArray(language))
      throw new TypeError('a language must be a string or a list of strings');
    const given = options ?? {};
    const settings = JSON.stringify([language, given]);
    const [value, other = ''] = values;
    if (what === 'compare') {
      const collator = kept(this.#collators, settings, () => new Intl.Collator(language, given));
      return String(collator.compare(value, other));
    }
    if (what === 'number') {
      const format = kept(this.#formats, settings, () => new Intl.NumberFormat(language, given));
      return format.format(Number(value));
    }
    return dateIn(what, new Date(Number(value)), language, { timeZone: 'UTC', ...given });
  }
}

function dateIn(
  what: LocaleQuestion['what'],
  date: Date,
  language: string | string[],
  options: Intl.DateTimeFormatOptions,
): string {
  const text =
    what === 'date'
      ? date.toLocaleDateString(language, options)
      : what === 'time'
        ? date.toLocaleTimeString(language, options)
        : date.toLocaleString(language, options);
  return text.replace(NARROW_SPACE, ' ');
}

/** Creating these takes longer than using them. */
function kept<T>(known: Map<string, T>, settings: string, make: () => T): T {
  const found = known.get(settings);
  if (found) return found;
  if (settings.length > LONGEST_KEPT) return make();
  if (known.size >= MOST_KEPT) known.clear();
  const made = make();
  known.set(settings, made);
  return made;
}
