const MASK = '***';
// The scheme is not matched: it may begin anywhere in a long word, which would make this quadratic.
// Up to the last @, as addresses are read: a password may contain one.
const USER_INFO = /:\/\/[^\s/"'<>?#]+@/g;
const QUERY_SECRET =
  /([?&;](?:access_?token|api[-_]?key|auth|code|key|pass(?:word|wd)?|pwd|secret|sig(?:nature)?|token)=)[^&;\s"'<>#]+/gi;
const BEARER = /\b(Bearer|Basic|Token)\s+[A-Za-z0-9._~+/-]+=*/g;
// Takes the whole word and inspects it afterwards: matching its dotted parts here would retry from each of its letters.
const MAYBE_JWT = /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_.-]+/g;
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;

/**
 * Returns `text` with what looks like a secret masked as `***`: user and password in URLs, secrets in query strings,
 * `Authorization` values, JWTs and private keys. Use it on anything that leaves the process and that you did not write: URLs,
 * headers, messages of third-party errors. It recognizes patterns, not your particular secrets: do not log those at all.
 */
export function redact(text: string): string {
  return text
    .replace(PRIVATE_KEY, MASK)
    .replace(USER_INFO, `://${MASK}@`)
    .replace(QUERY_SECRET, `$1${MASK}`)
    .replace(BEARER, `$1 ${MASK}`)
    .replace(MAYBE_JWT, (word) => (isJwt(word) ? MASK : word));
}

function isJwt(word: string): boolean {
  const [header = '', payload = '', signature] = word.split('.', 3);
  return header.length >= 7 && payload !== '' && signature !== undefined;
}
