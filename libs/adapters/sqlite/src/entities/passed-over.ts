import { ContentRefusedError } from '@nestjs-spark/contracts';

/**
 * A trigger of another program may skip a statement without an error.
 * @param what became of the document: `is not written`, `stays`
 */
export function passedOver(id: string, what: string): ContentRefusedError {
  return new ContentRefusedError(
    `Document ${JSON.stringify(id)} ${what}: a trigger on its table ignores it`,
    id,
  );
}
