"""Who wants to be told of facts: subscriptions and their deliveries. Must never send what is not for its reader."""
