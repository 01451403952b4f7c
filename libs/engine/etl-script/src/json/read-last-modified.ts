import { memberName, scanMembers } from '@nestjs-spark/contracts/text';

/** The `@last-modified` of a stored document in milliseconds since 1970; 0 when it has none. */
export function readLastModified(text: string): number {
  const written = member(member(text, '@metadata'), '@last-modified');
  const time = written === undefined ? NaN : Date.parse(String(JSON.parse(written)));
  return Number.isNaN(time) ? 0 : time;
}

function member(text: string | undefined, name: string): string | undefined {
  let found: string | undefined;
  if (!text?.startsWith('{')) return undefined;
  scanMembers(text, (item) => {
    if (memberName(text, item) === name) found = text.slice(item.valueStart, item.valueEnd);
  });
  return found;
}
