import { isObject, withoutPointing } from '@nestjs-spark/foundation/internal';

const LONGEST = 300;

/** Why an app refused a request, from the body of its answer: a problem in words, anything else as it is. Pure. */
export function describeProblem(body: unknown): string {
  const { title, detail, errors } = isObject(body) ? body : {};
  const fields = (Array.isArray(errors) ? errors : []).filter(isObject);
  const said = typeof detail === 'string' && fields.length > 0 ? withoutPointing(detail) : detail;
  const head = [said, title].find((text) => typeof text === 'string' && text !== '');
  if (typeof head !== 'string')
    return (typeof body === 'string' ? body : JSON.stringify(body)).slice(0, LONGEST);
  const lines = fields.map(({ pointer, detail: what }) => `\n  ${String(pointer)}: ${String(what)}`);
  return `${head}${lines.join('')}`;
}
