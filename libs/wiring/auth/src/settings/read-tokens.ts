const NAME = /^[A-Za-z0-9][\w.@-]{0,63}$/;

/**
 * Parses static tokens from a variable: `name:token,…`.
 * @param setting the setting's name in faults, which do not repeat the value
 */
export function readTokens(
  text: string | undefined,
  setting: string,
  faults: string[],
): Readonly<Record<string, string>> {
  const pairs = (text ?? '')
    .split(',')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [, name = '', token = ''] = /^([^:]*):\s*(\S.*)$/.exec(pair) ?? [];
      return [name, token] as const;
    });
  const isUsable = pairs.every(([name]) => NAME.test(name));
  if (!isUsable || new Set(pairs.map(([name]) => name)).size < pairs.length)
    faults.push(
      `${setting} has to be name:token pairs, each with a different name, as in ann:TOKEN,ci:TOKEN`,
    );
  return isUsable ? Object.fromEntries(pairs) : {};
}
