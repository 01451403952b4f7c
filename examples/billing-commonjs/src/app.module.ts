import { Controller, Get, Module } from '@nestjs/common';
import { Entity, InjectRepository, Replicated, Repository, SparkModule, type Page } from '@nestjs-spark/core';

@Entity()
@Replicated({ sourceModule: 'Orders', sourceCollection: 'Orders', fields: ['sku'] })
export class Order {
  sku!: string;
}

@Controller('orders')
export class OrdersController {
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
export class AppModule {}
