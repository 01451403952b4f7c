import { Body, Controller, Module, Post } from '@nestjs/common';
import { Entity, InjectRepository, Repository, Shared, SparkModule, type Stored } from '@nestjs-spark/core';

@Entity()
@Shared({ with: ['Billing', 'Stock'] })
export class Order {
  sku!: string;
  amount!: number;
}

@Controller('orders')
export class OrdersController {
  constructor(@InjectRepository(Order) private readonly orders: Repository<Order>) {}

  @Post()
  create(@Body() order: Order): Promise<Stored<Order>> {
    return this.orders.create(order);
  }
}

@Module({
  imports: [SparkModule.forRoot({ moduleName: 'Orders' }), SparkModule.forFeature([Order])],
  controllers: [OrdersController],
})
export class AppModule {}
