import { memberName, scanMembers, skipBlanks, type Member } from './scan-members.ts';

/**
 * A JSON object's text with values replaced (null removes the member) and members appended; every other character stays.
 * @param members all of them, as scanned
 */
export function editObject(
  text: string,
  members: readonly Member[],
  changes: ReadonlyMap<Member, string | null>,
  added: readonly string[],
): string {
  if (changes.size === 0 && added.length === 0) return text;
  const [first] = members;
  const opened = skipBlanks(text, 0) + 1;
  let result = text.slice(0, first?.nameStart ?? opened);
  let isEmpty = true;
  let end = first?.nameStart ?? opened;
  for (const member of members) {
    const change = changes.get(member);
    if (change !== null) {
      if (!isEmpty) result += text.slice(end, member.nameStart);
      result +=
        change === undefined
          ? text.slice(member.nameStart, member.valueEnd)
          : text.slice(member.nameStart, member.valueStart) + change;
      isEmpty = false;
    }
    end = member.valueEnd;
  }
  for (const member of added) {
    result += isEmpty ? member : `,${member}`;
    isEmpty = false;
  }
  return result + text.slice(end);
}

/** An object's text without the named members. */
export function withoutMembers(text: string, names: ReadonlySet<string>): string {
  const members: Member[] = [];
  const gone = new Map<Member, null>();
  scanMembers(text, (member) => {
    members.push(member);
    if (names.has(memberName(text, member))) gone.set(member, null);
  });
  return editObject(text, members, gone, []);
}
