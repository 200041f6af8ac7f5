"""Amazon Selling Partner API as its official Swagger models define it, one module per API."""
