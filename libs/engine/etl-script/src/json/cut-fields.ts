import { memberName, scanMembers } from '@nestjs-spark/contracts/text';

/** The object's text with only the named members, each exactly as written. */
export function cutFields(text: string, wanted: ReadonlySet<string>): string {
  let kept = '';
  scanMembers(text, (member) => {
    if (!wanted.has(memberName(text, member))) return;
    kept += (kept === '' ? '' : ',') + text.slice(member.nameStart, member.valueEnd);
  });
  return `{${kept}}`;
}
