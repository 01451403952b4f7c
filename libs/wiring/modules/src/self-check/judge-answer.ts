import { wrongToken } from '../identify/unauthenticated.ts';

/** The response from the module's own address. */
export interface OwnAnswer {
  status: number;
  /** Parsed JSON; null for anything else. */
  body: unknown;
  /** The target of a redirect. */
  location: string | null;
}

/** What the module itself would have answered. */
export interface OwnWord {
  module: string;
  keyId: string;
}

/** What answered in place of this module, with the remedy; null when it was this module. */
export function judgeAnswer({ status, body, location }: OwnAnswer, expected: OwnWord): string | null {
  if (status >= 200 && status < 300) return judgeWord(body, expected);
  if (status >= 300 && status < 400)
    return `a redirect to ${location ?? 'somewhere'} answers, and modules follow none; register the address itself as SPARK_MODULE_URL`;
  if (status === 401 || status === 403) return judgeRefusal(status, body, expected);
  if (status === 404)
    return (
      'nothing is there (404): another application answers, or a proxy that needs a path in front. The routes are at ' +
      'SPARK_MODULE_URL/spark/…, outside the prefix of setGlobalPrefix(); correct SPARK_MODULE_URL or moduleUrl'
    );
  const said = textOf(body, 'detail') ?? textOf(body, 'message');
  return `${status} is answered${said ? `: ${said}` : ''}; correct SPARK_MODULE_URL, or what is in front of this module`;
}

function judgeWord(body: unknown, expected: OwnWord): string | null {
  const [module, keyId] = [textOf(body, 'module'), textOf(body, 'keyId')];
  if (module === expected.module && keyId === expected.keyId) return null;
  if (module !== null && keyId !== null)
    return `the module ${module} answers (key ${keyId}); correct SPARK_MODULE_URL or moduleUrl`;
  if (wraps(body, expected))
    return (
      "this module answers, but in an envelope that other modules do not understand; let what wraps Spark's answers pass " +
      'them: isSparkRoute(context) in Nest, the path /spark in middleware or a proxy'
    );
  return 'another application answers; correct SPARK_MODULE_URL or moduleUrl';
}

function judgeRefusal(status: number, body: unknown, { module, keyId }: OwnWord): string {
  if (textOf(body, 'detail') === wrongToken().message)
    return (
      `a module answers that does not accept the token of ${module} (key ${keyId}): another module, an instance with ` +
      'another key, or something in between that changes bodies; correct SPARK_MODULE_URL, or give all instances one key'
    );
  return (
    `a guard of the application or a proxy refuses (${status}). Modules show Spark's own tokens, so let Spark's routes pass ` +
    'a global guard: if (isSparkRoute(context)) return true'
  );
}

function wraps(body: unknown, { module, keyId }: OwnWord): boolean {
  if (typeof body !== 'object' || body === null) return false;
  return Object.values(body).some(
    (inner) => textOf(inner, 'module') === module && textOf(inner, 'keyId') === keyId,
  );
}

function textOf(value: unknown, field: string): string | null {
  if (typeof value !== 'object' || value === null) return null;
  const text = (value as Record<string, unknown>)[field];
  return typeof text === 'string' ? text : null;
}
