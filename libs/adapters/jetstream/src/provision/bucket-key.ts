/** Keys of a bucket are subjects, so only characters allowed in subjects are. */
export function bucketKey(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9_/-]/g, (character) => `=${character.codePointAt(0)?.toString(16)}=`);
}
