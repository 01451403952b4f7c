import type { ProblemField } from '@nestjs-spark/contracts';
import { OWN_PROPERTIES } from '@nestjs-spark/apache-spark/text';
import { pointerStep } from '@nestjs-spark/foundation/internal';
import type { JobTransformation } from '../job/job.ts';

type Application = JobTransformation & { kind: 'spark-app' };

/** All arguments and settings become one command line on a worker, and Linux limits each argument to 128 KiB. */
const MOST_BYTES = 64 * 1024;

/** Why an application cannot be submitted to a cluster, one fault per field; empty if it can. */
export function faultsOfApplication(
  { resource, args = [], properties = {} }: Application,
  input: { form: string } | null,
): ProblemField[] {
  const faults: ProblemField[] = [];
  const fault = (pointer: string, detail: string): void => void faults.push({ pointer, detail });
  if (!isPython(resource))
    fault(
      '/transformation/resource',
      'has to be a Python file (.py): an absolute path that every worker has, or an http: or https: address that workers can read',
    );
  const texts = [resource, ...args, ...Object.entries(properties).flat()];
  if (texts.some((text) => text.includes('\0')))
    fault('/transformation', 'no argument of a program can contain the character U+0000');
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (bytes > MOST_BYTES)
    fault(
      '/transformation/args',
      `resource, args and properties have ${bytes} bytes; the limit is ${MOST_BYTES}. Pass the address of what the application reads`,
    );
  for (const name of Object.keys(properties)) {
    const pointer = `/transformation/properties/${pointerStep(name)}`;
    if (OWN_PROPERTIES.has(name)) fault(pointer, 'is set by the service: leave it out');
    else if (!/^spark\.[\w.-]{1,200}$/.test(name))
      fault(pointer, 'is not a setting of Apache Spark: its name has to begin with spark.');
  }
  if (input !== null)
    fault('/input', 'an application reads its own input: pass its address in args, and leave input out');
  return faults;
}

function isPython(resource: string): boolean {
  if (resource.startsWith('/')) return resource.endsWith('.py');
  if (!URL.canParse(resource)) return false;
  const { protocol, pathname } = new URL(resource);
  return ['http:', 'https:', 'file:', 'local:'].includes(protocol) && pathname.endsWith('.py');
}
