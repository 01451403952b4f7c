import {
  isAmbiguous,
  isJsonNumber,
  parsePointInTime,
  type Filter,
  type FilterValue,
} from '@nestjs-spark/contracts/internal';

/** Takes a parameter's value as JSON and returns its name in the query. */
export type AddParameter = (json: string) => string;

// RQL supports "and not", but not "not" alone.
const not = (condition: string): string => `(true and not ${condition})`;

/** The condition in RQL, over a document called `d`. */
export function toCondition(filter: Filter, add: AddParameter): string {
  const { path } = filter;
  if (path === null) return onId(filter, add);
  // A quoted name on its own would be a single field of that name, dots included.
  const field = `d.${path.map(quote).join('.')}`;
  switch (filter.kind) {
    case 'among':
      return among(field, filter.values, filter.negated, add);
    case 'range':
      return compare(field, filter.operator, filter.value, add);
    case 'prefix':
      return begins(field, filter.prefix, add);
  }
}

export function quote(name: string): string {
  return `'${name.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

function begins(field: string, prefix: string, add: AddParameter): string {
  // RavenDB interprets the empty prefix as the empty text.
  if (prefix === '') return compare(field, '>=', '', add);
  const begin = exact(`startsWith(${field}, ${add(JSON.stringify(prefix))})`);
  // The index spells points in time in UTC with seven digits, so nothing begins with any other spelling.
  return parsePointInTime(prefix)?.zoned ? `(${begin} or ${compare(field, '=', prefix, add)})` : begin;
}

function among(field: string, values: FilterValue[], negated: boolean, add: AddParameter): string {
  const isTime = (value: FilterValue) => typeof value === 'string' && parsePointInTime(value) !== null;
  const isDigits = (value: FilterValue) => typeof value === 'string' && isJsonNumber(value);
  const texts = values.filter((value) => typeof value === 'string' && !isTime(value) && !isDigits(value));
  const numbers = values.filter((value) => typeof value === 'number');
  const single = numbers.filter((value) => !isAmbiguous(value));
  // Compared as texts, whole numbers that are the same double differ.
  const ambiguous = numbers.filter(isAmbiguous);
  const booleans = values.filter((value) => typeof value === 'boolean');
  const alternatives = [
    ...(texts.length > 0 ? [exact(`${field} in (${add(JSON.stringify(texts))})`)] : []),
    ...values.filter(isTime).map((value) => compare(field, '=', String(value), add)),
    ...values.filter(isDigits).map((value) => digitsAsText(field, String(value), add)),
    ...(single.length > 1 ? [oneOfNumbers(field, single, add)] : []),
    ...(single.length === 1 ? [compare(field, '=', single[0] ?? 0, add)] : []),
    ...ambiguous.map((value) => compare(field, '=', value, add)),
    ...booleans.map((value) => `${field} = ${add(String(value))}`),
    ...(values.includes(null) ? [`(${field} = ${add('null')} or ${not(`exists(${field})`)})`] : []),
  ];
  const [first, ...others] = alternatives;
  if (first === undefined) return `${field} in (${add('[]')})`;
  const any = others.length > 0 ? `(${alternatives.join(' or ')})` : first;
  return negated ? not(any) : any;
}

/** The index also has a number as text. */
function digitsAsText(field: string, digits: string, add: AddParameter): string {
  const text = exact(`${field} = ${add(JSON.stringify(digits))}`);
  return `(${text} and not ${compare(field, '=', Number(digits), add)})`;
}

/** RavenDB's `in` compares texts; only numbers have a number in the index. */
function oneOfNumbers(field: string, numbers: number[], add: AddParameter): string {
  const any = `${field} in (${add(`[${numbers.map(double).join(',')}]`)})`;
  return `(${any} and ${compare(field, '>=', -Number.MAX_VALUE, add)})`;
}

function compare(field: string, operator: string, value: string | number, add: AddParameter): string {
  if (typeof value === 'number') return `${field} ${operator} ${add(double(value))}`;
  const point = parsePointInTime(value);
  return exact(`${field} ${operator} ${add(JSON.stringify(point ? `${point.utc}Z` : value))}`);
}

function onId(filter: Filter, add: AddParameter): string {
  if (filter.kind === 'prefix') return `startsWith(id(d), ${add(JSON.stringify(filter.prefix))})`;
  if (filter.kind === 'range') throw new Error('Ids have no order');
  const condition = `id(d) in (${add(JSON.stringify(filter.values))})`;
  return filter.negated ? not(condition) : condition;
}

/** Without this, RavenDB compares texts case-insensitively. */
function exact(condition: string): string {
  return `exact(${condition})`;
}

/** As a double: compared with a whole number, RavenDB would ignore the fractional part in documents. */
function double(value: number): string {
  const text = String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}
