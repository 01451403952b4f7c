import type { App } from '../apps/app.ts';
import { tellDeployment } from './deployment.ts';
import { ask, demand } from './http.ts';
import { duration, type Narrator } from './narrate.ts';
import { waitReady } from './ready.ts';
import { refusalOf } from './refusal.ts';
import type { Apps } from './start-apps.ts';

interface Car {
  id: string;
  licensePlate: string;
  model: string;
  year: number;
  color?: string | null;
}

const BULK = 300;
const LANES = 8;

/** Replication as seen from outside: cars created in Fleet arrive in HR, and so do changes and deletes. */
export async function tellStory(apps: Apps, narrator: Narrator): Promise<Car> {
  const { fleet, hr, operator } = apps;
  await waitReady(fleet, narrator.waiting);
  narrator.say('Ready', 'Fleet is ready, and other modules can find it in the registry');
  const readyMs = await waitReady(hr, {
    ...narrator.waiting,
    refusal: () => refusalOf(hr, operator.token),
  });
  const before = await total(hr);
  const had =
    before === '0' ? 'there are no cars yet' : `it has all ${before} cars that Fleet has from earlier runs`;
  narrator.say('Ready', `HR is ready, ${duration(readyMs)} after Fleet; ${had}`);

  await tellDeployment(apps, narrator);

  const run = Date.now().toString(36).slice(-5).toUpperCase();
  const cars = await createSome(run, fleet, hr, narrator);
  await createMany(run, fleet, hr, narrator);

  const [first, second] = cars;
  if (!first || !second) throw new Error('Fleet made no cars');
  await change(first, fleet, hr, narrator);
  await remove(second, fleet, hr, narrator);
  return first;
}

async function createSome(run: string, fleet: App, hr: App, narrator: Narrator): Promise<Car[]> {
  const made: Car[] = [];
  for (const [at, model] of ['Golf', 'Model 3', 'XC40'].entries()) {
    const car = await post(fleet, { licensePlate: `1-${run}-${at}`, model, year: 2024 + at, color: 'blue' });
    const ms = await narrator.wait(`The arrival of ${car.id} in HR`, () => copyIs(hr, car));
    narrator.say(
      'Create',
      `${car.id} (${car.licensePlate}, ${car.model}): in HR ${duration(ms)} after it was created in Fleet`,
    );
    made.push(car);
  }
  return made;
}

async function createMany(run: string, fleet: App, hr: App, narrator: Narrator): Promise<void> {
  narrator.say('Create', `now ${BULK} more cars in Fleet, ${LANES} at a time …`);
  const began = performance.now();
  const waiting = Array.from({ length: BULK }, (_, at) => at);
  const made: Car[] = [];
  const lane = async (): Promise<void> => {
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      made.push(await post(fleet, { licensePlate: `2-${run}-${at}`, model: 'Van', year: 2020 }));
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  const makingMs = performance.now() - began;
  let missing = made;
  const arrivingMs = await narrator.wait(`The arrival of ${BULK} cars in HR`, async () => {
    const seen = await Promise.all(
      missing.slice(0, LANES).map(async (car) => (await copyIs(hr, car)) === true),
    );
    missing = missing.filter((_, at) => seen[at] !== true);
    return missing.length === 0 || `${BULK - missing.length} of ${BULK} are there`;
  });
  narrator.say(
    'Create',
    `… created in ${duration(makingMs)}; each of the ${BULK} was found in HR, the last one ${duration(arrivingMs)} later`,
  );
}

async function change(car: Car, fleet: App, hr: App, narrator: Narrator): Promise<void> {
  const changed = { ...car, color: 'red' };
  await demand(`${fleet.url}/cars/${car.id}`, 'PUT', changed);
  const ms = await narrator.wait(`The change of ${car.id} in HR`, () => copyIs(hr, changed));
  narrator.say('Change', `${car.id} is red now in Fleet, and in HR ${duration(ms)} later`);
}

async function remove({ id }: Car, fleet: App, hr: App, narrator: Narrator): Promise<void> {
  await demand(`${fleet.url}/cars/${id}`, 'DELETE');
  const ms = await narrator.wait(`The removal of ${id} from HR`, async () => {
    const { status } = await ask(`${hr.url}/cars/${id}`);
    return status === 404 || `HR answers ${status}`;
  });
  narrator.say('Delete', `${id}: HR answers 404 for it ${duration(ms)} after it was deleted in Fleet`);
}

async function post(fleet: App, car: Omit<Car, 'id'>): Promise<Car> {
  const { body } = await demand(`${fleet.url}/cars`, 'POST', car);
  return body as Car;
}

async function copyIs(hr: App, car: Car): Promise<true | string> {
  const { status, body } = await ask(`${hr.url}/cars/${car.id}`);
  if (status !== 200) return `HR answers ${status}`;
  const copy = body as Car;
  const same = copy.licensePlate === car.licensePlate && (copy.color ?? null) === (car.color ?? null);
  return same || `HR has ${JSON.stringify(copy)}`;
}

async function total({ url }: App): Promise<string> {
  return (await demand(`${url}/cars?take=1`)).headers.get('x-total-count') ?? '?';
}
