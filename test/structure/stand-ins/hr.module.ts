export { Car } from './car.ts';
