import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Entity, InjectRepository, Replicated, Repository, SparkModule, type Page } from '@nestjs-spark/core';

@Entity()
@Replicated({ sourceModule: 'Orders', sourceCollection: 'Orders', fields: ['sku'] })
export class Order {
  sku!: string;
}

@Controller('orders')
class OrdersController {
  constructor(@InjectRepository(Order) private readonly orders: Repository<Order>) {}

  @Get()
  list(): Promise<Page<Order>> {
    return this.orders.list();
  }
}

@Module({
  imports: [
    SparkModule.forRootAsync({ useFactory: () => ({ moduleName: 'Billing' }) }),
    SparkModule.forFeature([Order]),
  ],
  controllers: [OrdersController],
})
class BillingModule {}

async function start(): Promise<void> {
  const app = await NestFactory.create(BillingModule);
  app.enableShutdownHooks();
  await app.listen(Number(process.env['PORT']), '127.0.0.1');
}

void start();
