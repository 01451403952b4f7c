import { Injectable } from '@nestjs/common';
import { OnReplicated, type Arrival } from '@nestjs-spark/replication';
import { Car } from './car.ts';

const MOST = 20;

export interface CarNewsItem {
  kind: Arrival['kind'];
  id: string;
  model: string | null;
}

/** The latest news of Fleet's cars on this instance. */
@Injectable()
export class CarNews {
  private readonly items: CarNewsItem[] = [];

  @OnReplicated(Car)
  carCame({ kind, id, document }: Arrival<Car>): void {
    this.items.unshift({ kind, id, model: document?.model ?? null });
    this.items.length = Math.min(this.items.length, MOST);
  }

  latest(): readonly CarNewsItem[] {
    return this.items;
  }
}
